// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "klgrid/detail/hermite_expansion.hpp"
#include "klgrid/detail/require.hpp"
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

  /// E_q[log p] for every q of the mesh.
  void expected_log(const Density& p, Surface<T>& out) const { expected_log(p, 0, out); }

  /// E_q[z^power log p] for every q of the mesh, 0 <= power <= 4.
  ///
  /// Each sigma has its panels, on which log p is evaluated once, and E_q is a series in mu about centers at most 3
  /// sigma apart (detail/hermite_expansion.hpp). Accuracy: 1e-13 (double) of E_q|z^power log p|. Cost: per center, one
  /// exponential and 1 to 45 multiplications a point.
  void expected_log(const Density& p, int power, Surface<T>& out) const {
    detail::require(power >= 0 && power <= 4, "RealLineBank::expected_log", "power", "in [0, 4]", power);
    out.resize(mesh_.rows(), mesh_.cols());
    const auto& mu = mesh_.mu();
    std::vector<detail::LinePanel<T>> panels;
    Vector<T> eta(mesh_.cols());
    for (Index i = 0; i < mesh_.rows(); ++i) {
      const T& sigma = mesh_.sigma()[i];
      gather(p, sigma, panels);
      for (Index begin = 0, end = 0; begin < mesh_.cols(); begin = end) {
        const T widest = T(2 * detail::HermiteExpansion<T>::widest) * sigma;
        while (end < mesh_.cols() && mu[end] - mu[begin] <= widest) ++end;
        const T half = (mu[end - 1] - mu[begin]) / T(2);
        const T center = mu[begin] + half;
        const detail::HermiteExpansion<T> expansion(panels, T(center - p.origin()), sigma, T(half / sigma), power);
        eta.head(end - begin) = (mu.segment(begin, end - begin) - center) / sigma;
        expansion.evaluate(eta.head(end - begin), out.row(i).segment(begin, end - begin));
      }
    }
  }

 private:
  void gather(const Density& p, const T& sigma, std::vector<detail::LinePanel<T>>& panels) const {
    const T reach = detail::gaussian_reach<T>() * sigma;
    panels.clear();
    p.for_each_panel(T(mesh_.mu()[0] - p.origin() - reach), T(mesh_.mu()[mesh_.cols() - 1] - p.origin() + reach), sigma,
                     detail::Ends::whole, [&](const auto& panel) { panels.push_back(panel); });
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
