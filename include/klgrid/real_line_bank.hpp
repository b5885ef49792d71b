// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "klgrid/detail/hermite_expansion.hpp"
#include "klgrid/detail/require.hpp"
#include "klgrid/executor.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"
#include "klgrid/real_line_density.hpp"

namespace klgrid {

/// Every Gaussian of a mesh on the real line, q = exp(-z^2/2) / (sigma sqrt(2 pi)), z = (x - mu)/sigma: what the
/// surfaces of kl_surfaces.hpp are formed from where there is no window. Make it once, use it for every p.
template <Real T = double>
class RealLineBank {
 public:
  using Scalar = T;
  using Density = RealLineDensity<T>;

  /// The storage of a call, used again by the next one. One for each thread that calls; a bank can be shared.
  struct Workspace {
    struct Scratch {
      std::vector<detail::LinePanel<T>> panels;
      Eigen::Array<T, 1, Eigen::Dynamic> eta;
      Eigen::Array<T, 1, Eigen::Dynamic> values;
    };
    std::vector<Scratch> scratch;  ///< of each worker
  };

  explicit RealLineBank(ParameterMesh<T> mesh)
      : mesh_(std::move(mesh)),
        log_normalizer_((mesh_.sigma().log() + detail::log_sqrt_two_pi<T>()).replicate(1, mesh_.cols())),
        entropy_(log_normalizer_ + T(1) / T(2)) {}

  [[nodiscard]] const ParameterMesh<T>& mesh() const noexcept { return mesh_; }

  /// log Z = log(sigma sqrt(2 pi))
  [[nodiscard]] const Surface<T>& log_normalizer() const noexcept { return log_normalizer_; }

  /// H(q) = log(sigma sqrt(2 pi e)), in nats.
  [[nodiscard]] const Surface<T>& entropy() const noexcept { return entropy_; }

  /// The line holds every density: nothing to check.
  void require_same_domain(const Density&) const noexcept {}

  /// E_q[z^power], 0 <= power <= 6: 1 0 1 0 3 0 15.
  [[nodiscard]] Surface<T> moment(int power) const {
    detail::require(power >= 0 && power <= 6, "RealLineBank::moment", "power", "in [0, 6]", power);
    constexpr double moments[] = {1, 0, 1, 0, 3, 0, 15};
    return Surface<T>::Constant(mesh_.rows(), mesh_.cols(), T(moments[power]));
  }

  /// E_q[z^power log p_d] for every density, 0 <= power <= 4: calls sink(d, row, values) once for each of them and each
  /// row of the mesh.
  ///
  /// Each sigma has its panels, on which log p is evaluated once, and E_q is a series in mu about centers at most 3
  /// sigma apart (detail/hermite_expansion.hpp). Accuracy: 1e-13 (double) of E_q|z^power log p|. Cost: per center, one
  /// exponential and 1 to 50 multiplications a point.
  template <class Sink, Executor Run = SerialExecutor>
  void expected_log(std::span<const Density> densities, int power, Workspace& workspace, const Sink& sink,
                    const Run& run = {}) const {
    detail::require(power >= 0 && power <= 4, "RealLineBank::expected_log", "power", "in [0, 4]", power);
    workspace.scratch.resize(static_cast<std::size_t>(run.workers()));
    run(static_cast<Index>(densities.size()) * mesh_.rows(), [&](Index worker, Index task) {
      const Index d = task / mesh_.rows();
      const Index row = task % mesh_.rows();
      auto& scratch = workspace.scratch[static_cast<std::size_t>(worker)];
      expected_log_row(densities[static_cast<std::size_t>(d)], power, row, scratch);
      sink(d, row, scratch.values);
    });
  }

  /// E_q[z^power log p] as a surface.
  void expected_log(const Density& p, int power, Surface<T>& out) const {
    out.resize(mesh_.rows(), mesh_.cols());
    Workspace workspace;
    expected_log({&p, 1}, power, workspace, [&](Index, Index row, const auto& values) { out.row(row) = values; });
  }

  /// E_q[log p] as a surface.
  void expected_log(const Density& p, Surface<T>& out) const { expected_log(p, 0, out); }

 private:
  void expected_log_row(const Density& p, int power, Index row, typename Workspace::Scratch& scratch) const {
    const auto& mu = mesh_.mu();
    const T& sigma = mesh_.sigma()[row];
    const T reach = detail::gaussian_reach<T>() * sigma;
    scratch.panels.clear();
    p.for_each_panel(T(mu[0] - p.origin() - reach), T(mu[mu.size() - 1] - p.origin() + reach), sigma,
                     detail::Ends::whole, [&](const auto& panel) { scratch.panels.push_back(panel); });
    scratch.values.resize(mu.size());
    const T widest = T(2 * detail::HermiteExpansion<T>::widest) * sigma;
    for (Index begin = 0, end = 0; begin < mu.size(); begin = end) {
      while (end < mu.size() && mu[end] - mu[begin] <= widest) ++end;
      const T half = (mu[end - 1] - mu[begin]) / T(2);
      const T center = mu[begin] + half;
      const detail::HermiteExpansion<T> expansion(scratch.panels, T(center - p.origin()), sigma, T(half / sigma),
                                                  power);
      scratch.eta = (mu.segment(begin, end - begin) - center).transpose() / sigma;
      expansion.evaluate(scratch.eta, scratch.values.segment(begin, end - begin));
    }
  }

  ParameterMesh<T> mesh_;
  Surface<T> log_normalizer_;
  Surface<T> entropy_;
};

/// The bank of p's domain.
template <Real T>
[[nodiscard]] RealLineBank<T> bank_for(const RealLineDensity<T>&, ParameterMesh<T> mesh) {
  return RealLineBank<T>(std::move(mesh));
}

}  // namespace klgrid
