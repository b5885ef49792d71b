// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "klgrid/detail/require.hpp"
#include "klgrid/divergence/alpha_divergence.hpp"
#include "klgrid/domain.hpp"
#include "klgrid/fit/descent.hpp"
#include "klgrid/fit/detail/centered.hpp"
#include "klgrid/fit/detail/scale_free.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/real.hpp"

/// The Gaussian q nearest to p, by descent, in either direction and on either domain. A descent finds a local minimum.
/// D(p||q) has one only; for D(q||p), see starting_points.hpp and stationary_points.hpp.
///
/// The status of a result says whether it is a minimum. Cost: 5 to 20 evaluations of value, gradient and Hessian at one
/// q for each start (descent.hpp). All functions throw std::invalid_argument if an option is out of its range.
namespace klgrid::inline KLGRID_ABI {

namespace detail {

/// Back to where positions were counted from.
template <Density P, Real T>
FitResult<T> given(const Centered<P>& p, FitResult<T> fit) {
  fit.q = p.given(fit.q);
  for (auto& step : fit.path) step.q = p.given(step.q);
  return fit;
}

/// A descent with positions counted from near p's mean: divergence(p, q) gives ScaleFree.
template <Density P, Real T, class Divergence>
FitResult<T> descend_centered(const Centered<P>& p, const Divergence& divergence, const Gaussian<T>& start,
                              const FitOptions<T>& options) {
  const auto at = [&](const Gaussian<T>& q) { return divergence(p.density(), q); };
  return given(p, descend_until(at, p.centered(start), options, [](const auto&) { return false; }));
}

/// True if Newton's step at a point of positive curvature, no more than a quarter away from that minimum (scale-free),
/// leads four times nearer to it: the next ones will not lead elsewhere.
template <Real T>
bool leads_to(const Gaussian<T>& minimum, const Gaussian<T>& q, const ScaleFree<T>& at) {
  using std::log;
  const Vector2<T> ahead(T((minimum.mean() - q.mean()) / q.stddev()), T(log(T(minimum.stddev() / q.stddev()))));
  const T distance = ahead.norm();
  if (!(distance <= T(0.25)) || !(Spectrum<T>(at.hessian).least() > T(0))) return false;
  return (ahead + solve(at.hessian, at.gradient)).norm() <= distance / T(4);
}

/// The lowest end of descents from each start; of equal ones, the first. A descent ends early where its next steps
/// could only lead to a minimum that has been found.
template <Density P, Real T, class Divergence>
FitResult<T> lowest_descent(const P& p, const Divergence& divergence, const std::vector<Gaussian<T>>& starts,
                            const FitOptions<T>& options, const char* where) {
  require_that(!starts.empty(), where, "starts", "of at least one Gaussian", "none");
  require_options(options, where);
  const Centered<P> centered(p);
  const auto at = [&](const Gaussian<T>& q) { return divergence(centered.density(), q); };
  std::optional<FitResult<T>> best;
  std::vector<FitStep<T>> minima;
  const auto is_known = [&](const DescentPoint<T>& point) {
    return std::any_of(minima.begin(), minima.end(), [&](const FitStep<T>& minimum) {
      return point.d.value >= minimum.value && leads_to(minimum.q, point.q, point.d);
    });
  };
  for (const Gaussian<T>& start : starts) {
    auto other = descend_until(at, centered.centered(start), options, is_known);
    if (other.status == FitStatus::converged) minima.push_back({other.q, other.value, other.gradient_norm});
    if (!best || other.value < best->value) best = std::move(other);
  }
  return given(centered, *best);
}

template <Real T>
auto scaled_renyi(const T& alpha) {
  return [&alpha](const auto& p, const Gaussian<T>& q) {
    return ScaleFree<T>(scaled_renyi_second_order(p, q, alpha, T(1)));
  };
}

}  // namespace detail

/// Minimises D(p||q) from start. On a window where p is wider than any Gaussian cut off there, as with two humps at its
/// ends, there is no minimum: that is found out first, and told by FitStatus::flat, with the limit's value and a q near
/// it.
template <DensityLike P, GaussianFor<P> Q>
FitResult<detail::ScalarOf<P>> fit_forward(const P& p, const Q& start,
                                           const FitOptions<detail::ScalarOf<P>>& options = {}) {
  detail::require_options(options, "fit_forward");
  const auto& density = density_of(p);
  const Gaussian<detail::ScalarOf<P>> from = start;
  const detail::Centered<detail::DensityOf<P>> centered(density, &from);
  if constexpr (requires { flat_limit(centered.density()); }) {
    if (const auto limit = flat_limit(centered.density()); limit && limit->is_best) {
      const auto at = detail::scale_free_forward(centered.density(), limit->q);
      return {centered.given(limit->q), limit->value, at.gradient_norm(), 0, FitStatus::flat, {}};
    }
  }
  return detail::descend_centered(centered, detail::scale_free_forward, from, options);
}

/// Minimises D(q||p) from start, to a local minimum.
template <DensityLike P, GaussianFor<P> Q>
FitResult<detail::ScalarOf<P>> fit_reverse(const P& p, const Q& start,
                                           const FitOptions<detail::ScalarOf<P>>& options = {}) {
  detail::require_options(options, "fit_reverse");
  const auto& density = density_of(p);
  const Gaussian<detail::ScalarOf<P>> from = start;
  return detail::descend_centered(detail::Centered<detail::DensityOf<P>>(density, &from), detail::scale_free_reverse,
                                  from, options);
}

/// The Gaussian with p's mean and standard deviation.
/// @throws std::invalid_argument if p's variance is 0.
template <class P>
requires requires(const P& p) {
  p.mean();
  p.stddev();
}
[[nodiscard]] auto moment_match(const P& p) {
  using T = std::remove_cvref_t<decltype(p.mean())>;
  const T stddev = p.stddev();
  detail::require_that(stddev > T(0), "moment_match", "p", "of positive variance", stddev * stddev);
  return Gaussian<T>(p.mean(), stddev);
}

/// Minimises D(p||q) from p's moments. On the real line they are the minimum, so no step is taken; on a grid, which
/// normalises q on its window, they are a start.
template <DensityLike P>
FitResult<detail::ScalarOf<P>> fit_forward(const P& p, const FitOptions<detail::ScalarOf<P>>& options = {}) {
  const auto& density = density_of(p);
  return fit_forward(density, moment_match(density), options);
}

/// Minimises D_alpha(p||q) / alpha from start, with D_alpha Renyi's divergence: D(q||p) at alpha = 0, which seeks a
/// part of p, D(p||q) at alpha = 1, which covers all of it (fit_forward's, with its FitStatus::flat), and in between
/// their path from one to the other.
/// @throws std::invalid_argument unless 0 <= alpha <= 1.
template <QuadratureDensity P, GaussianFor<P> Q>
FitResult<detail::ScalarOf<P>> fit_renyi(const P& p, const detail::ScalarOf<P>& alpha, const Q& start,
                                         const FitOptions<detail::ScalarOf<P>>& options = {}) {
  detail::require_options(options, "fit_renyi");
  detail::require_order(alpha, "fit_renyi");
  const auto& density = density_of(p);
  if (!(alpha < detail::ScalarOf<P>(1))) return fit_forward(density, start, options);
  const Gaussian<detail::ScalarOf<P>> from = start;
  return detail::descend_centered(detail::Centered<detail::DensityOf<P>>(density, &from), detail::scaled_renyi(alpha),
                                  from, options);
}

/// Minimises D(q||p) from each start and returns the lowest end; of ends in the same minimum, the first.
/// @throws std::invalid_argument if there is no start.
template <DensityLike P, GaussianFor<P> Q>
FitResult<detail::ScalarOf<P>> fit_reverse(const P& p, const std::vector<Q>& starts,
                                           const FitOptions<detail::ScalarOf<P>>& options = {}) {
  const auto& density = density_of(p);
  return detail::lowest_descent(density, detail::scale_free_reverse, starts, options, "fit_reverse");
}

/// Minimises D_alpha(p||q) / alpha from each start and returns the lowest end; of ends in the same minimum, the first.
/// @throws std::invalid_argument if there is no start, or unless 0 <= alpha <= 1.
template <QuadratureDensity P, GaussianFor<P> Q>
FitResult<detail::ScalarOf<P>> fit_renyi(const P& p, const detail::ScalarOf<P>& alpha, const std::vector<Q>& starts,
                                         const FitOptions<detail::ScalarOf<P>>& options = {}) {
  detail::require_order(alpha, "fit_renyi");
  const auto& density = density_of(p);
  if (!(alpha < detail::ScalarOf<P>(1)) && !starts.empty()) return fit_forward(density, starts.front(), options);
  return detail::lowest_descent(density, detail::scaled_renyi(alpha), starts, options, "fit_renyi");
}

// Arguments that are none. The compiler shows these lines.
template <NoDensity P, class... Rest>
void fit_forward(const P&, const Rest&...) = delete;  // p: a Density, as GridDensity(grid, mixture), or a mixture
template <NoDensity P, class... Rest>
void fit_reverse(const P&, const Rest&...) = delete;  // p: a Density, as GridDensity(grid, mixture), or a mixture
template <DensityLike P>
void fit_reverse(const P&, const FitOptions<detail::ScalarOf<P>>& = {}) = delete;  // start: q, or starting_points(p)
template <NoDensity P, class... Rest>
void fit_renyi(const P&, const Rest&...) = delete;  // p: a Density, as GridDensity(grid, mixture), or a mixture

}  // namespace klgrid
