// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "klgrid/detail/require.hpp"
#include "klgrid/executor.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/line/density.hpp"
#include "klgrid/line/detail/hermite_expansion.hpp"
#include "klgrid/line/detail/panels.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

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
      Surface<T> values;  ///< a row for each power of z
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
  [[nodiscard]] auto moment(int power) const {
    detail::require_that(power >= 0 && power <= 6, "RealLineBank::moment", "power", "in [0, 6]", power);
    constexpr double moments[] = {1, 0, 1, 0, 3, 0, 15};
    return Surface<T>::Constant(mesh_.rows(), mesh_.cols(), T(moments[power]));  // an expression, not a surface
  }

  /// E_q[z^k log p_d] for every density and k = 0 .. power <= 4: calls sink(d, row, values) once for each of them and
  /// each row of the mesh, with values.row(k).
  ///
  /// Each sigma has its panels, on which log p is evaluated once, and E_q is a series in mu about centers at most 3
  /// sigma apart (detail/hermite_expansion.hpp). Accuracy: 1e-13 (double) of E_q|z^power log p|. Cost: per center, one
  /// exponential and 1 to 50 multiplications a point. A row has at most as many panels as p itself and about eight a
  /// mean: however small sigma is against the span of mu, where no q reaches nothing is evaluated.
  template <class Sink, Executor Run = SerialExecutor>
  void expected_log(std::span<const Density> densities, int power, Workspace& workspace, const Sink& sink,
                    const Run& run = {}) const {
    detail::require_that(power >= 0 && power <= 4, "RealLineBank::expected_log", "power", "in [0, 4]", power);
    workspace.scratch.resize(static_cast<std::size_t>(run.workers()));
    run(static_cast<Index>(densities.size()) * mesh_.rows(), [&](Index worker, Index task) {
      const Index d = task / mesh_.rows();
      const Index row = task % mesh_.rows();
      auto& scratch = workspace.scratch[static_cast<std::size_t>(worker)];
      const T lowest = std::numeric_limits<T>::lowest();
      const Integrand whole_line{lowest, T(-lowest), mesh_.sigma()[row], true};
      const auto log_p = [](const auto& values) -> const auto& { return values; };
      expectation_row(densities[static_cast<std::size_t>(d)], whole_line, log_p, power, row, scratch);
      sink(d, row, scratch.values);
    });
  }

  /// E_q[z^power log p] as a surface.
  void expected_log(const Density& p, int power, Surface<T>& out) const {
    out.resize(mesh_.rows(), mesh_.cols());
    Workspace workspace;
    expected_log({&p, 1}, power, workspace,
                 [&](Index, Index row, const auto& values) { out.row(row) = values.row(power); });
  }

  /// E_q[log p] as a surface.
  void expected_log(const Density& p, Surface<T>& out) const { expected_log(p, 0, out); }

  /// E_q[p^alpha] as a surface, 0 < alpha <= 1. Returned is, for each row, what tolerance() is a share of: the largest
  /// p^alpha met or, where less, the integral of p^alpha times the peak of q. Cost: as expected_log, with panels as
  /// narrow as p^alpha q asks.
  Vector<T> expected_power(const Density& p, const T& alpha, Surface<T>& out) const {
    out.resize(mesh_.rows(), mesh_.cols());
    const T margin = p.power_margin(alpha);
    const T first = p.begin() - margin;
    const T last = p.end() + margin;
    const auto power_of_p = [&](const auto& log_p) { return detail::LegendreArray<T>((alpha * log_p).exp()); };
    T integral = T(0);
    T largest = T(0);
    const T any = (std::numeric_limits<T>::max)() / T(4);
    p.for_each_panel(first, last, {first, last, any}, detail::Ends::whole, [&](const auto& panel) {
      const detail::LegendreArray<T> power = power_of_p(panel.values);
      integral += (power * panel.weights()).sum();
      largest = (std::max)(largest, power.maxCoeff());
    });
    typename Workspace::Scratch scratch;
    for (Index row = 0; row < mesh_.rows(); ++row) {
      const Integrand power{first, last, p.narrowest_factor(alpha, mesh_.sigma()[row]), false};
      expectation_row(p, power, power_of_p, 0, row, scratch);
      out.row(row) = scratch.values.row(0);
    }
    return ((integral * (-log_normalizer_.col(0)).exp()).min)(largest);
  }

  /// E_q[p^alpha] for one q, a sum of positive terms: right to a few roundings of itself, or 0 where it is below 1e-4
  /// of what the tolerance is a share of, so that what is out of reach of one of p and q might count.
  [[nodiscard]] T expected_power(const Density& p, const T& alpha, Index row, Index col) const {
    Surface<T> out;
    const RealLineBank one(ParameterMesh<T>(mesh_.mu().segment(col, 1), mesh_.sigma().segment(row, 1)));
    const T scale = one.expected_power(p, alpha, out)[0];
    return out(0, 0) > T(1e-4) * scale ? out(0, 0) : T(0);
  }

  /// Error of expected_power, relative to what that returns.
  [[nodiscard]] T tolerance() const noexcept { return T(32) * std::numeric_limits<T>::epsilon(); }

  /// Another mesh on the same domain. There is one tolerance only.
  [[nodiscard]] RealLineBank with_mesh(ParameterMesh<T> mesh, const T& /*tolerance*/) const {
    return RealLineBank(std::move(mesh));
  }

 private:
  /// What is known of a function of log p before it is integrated.
  struct Integrand {
    T first, last;  ///< outside of which, counted from p's origin, it is below rounding
    T resolution;   ///< of a q for which panels are short enough
    bool leveled;   ///< to be taken from its value close by
  };

  /// E_q[z^k f(log p)], k = 0 .. power, for a row of the mesh. Means whose q overlap share their panels.
  template <class Function>
  void expectation_row(const Density& p, const Integrand& integrand, const Function& f, int power, Index row,
                       typename Workspace::Scratch& scratch) const {
    const auto& mu = mesh_.mu();
    const T& sigma = mesh_.sigma()[row];
    const T reach = detail::gaussian_reach<T>() * sigma;
    scratch.values.setZero(power + 1, mu.size());
    for (Index begin = 0, end = 0; begin < mu.size(); begin = end) {
      for (end = begin + 1; end < mu.size() && mu[end] - mu[end - 1] < T(2) * reach;) ++end;
      const T low = (std::max)(T(mu[begin] - p.origin() - reach), integrand.first);
      const T high = (std::min)(T(mu[end - 1] - p.origin() + reach), integrand.last);
      scratch.panels.clear();
      p.for_each_panel(low, high, {low, high, integrand.resolution}, detail::Ends::whole, [&](const auto& panel) {
        scratch.panels.push_back({panel.center, panel.half, f(panel.values)});
      });
      if (!scratch.panels.empty()) expand(p, integrand.leveled, power, begin, end, sigma, scratch);
    }
  }

  /// The same for means begin to end, whose panels are there.
  void expand(const Density& p, bool leveled, int power, Index begin, Index end, const T& sigma,
              typename Workspace::Scratch& scratch) const {
    using Expansion = detail::HermiteExpansion<T>;
    const auto& mu = mesh_.mu();
    const T widest = T(2 * Expansion::widest) * sigma;
    for (Index first = begin, last = begin; first < end; first = last) {
      while (last < end && mu[last] - mu[first] <= widest) ++last;
      const T half = (mu[last - 1] - mu[first]) / T(2);
      const T center = mu[first] + half;
      const T position = center - p.origin();
      const T level = leveled ? Expansion::level_at(scratch.panels, position) : T(0);
      const Expansion expansion(scratch.panels, position, sigma, T(half / sigma), power, level);
      scratch.eta = (mu.segment(first, last - first) - center).transpose() / sigma;
      expansion.evaluate(scratch.eta, scratch.values.middleCols(first, last - first));
    }
  }

  ParameterMesh<T> mesh_;
  Surface<T> log_normalizer_;
  Surface<T> entropy_;
};

/// The bank of p's domain.
template <Real T>
[[nodiscard]] RealLineBank<T> bank_for(const RealLineDensity<T>&, ParameterMesh<T> mesh, int /*highest_power*/ = 4) {
  return RealLineBank<T>(std::move(mesh));
}

template <Real T>
[[nodiscard]] RealLineBank<T> bank_for(const GaussianMixture<T>&, ParameterMesh<T> mesh, int /*highest_power*/ = 4) {
  return RealLineBank<T>(std::move(mesh));
}

}  // namespace klgrid
