// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <type_traits>
#include <utility>
#include <vector>

#include "klgrid/detail/require.hpp"
#include "klgrid/divergence/alpha_divergence.hpp"
#include "klgrid/divergence/kl_derivatives.hpp"
#include "klgrid/domain.hpp"
#include "klgrid/fit/descent.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/real.hpp"

/// The Gaussian q nearest to p, by descent, in either direction and on either domain. A descent finds a local minimum.
/// D(p||q) has one only; for D(q||p), see starting_points.hpp and stationary_points.hpp.
namespace klgrid {

/// Minimises D(p||q) from start.
template <DensityLike P, GaussianFor<P> Q>
FitResult<detail::ScalarOf<P>> fit_forward(const P& p, const Q& start,
                                           const FitOptions<detail::ScalarOf<P>>& options = {}) {
  const auto& density = density_of(p);
  return descend([&](const Q& q) { return forward_kl_derivatives(density, q); }, start, options);
}

/// Minimises D(q||p) from start: a local minimum.
template <DensityLike P, GaussianFor<P> Q>
FitResult<detail::ScalarOf<P>> fit_reverse(const P& p, const Q& start,
                                           const FitOptions<detail::ScalarOf<P>>& options = {}) {
  const auto& density = density_of(p);
  return descend([&](const Q& q) { return reverse_kl_derivatives(q, density); }, start, options);
}

/// The Gaussian with p's mean and standard deviation.
/// @throws std::invalid_argument if p's variance is 0.
template <class P>
requires requires(const P& p) {
  p.mean();
  p.variance();
}
[[nodiscard]] auto moment_match(const P& p) {
  using std::sqrt;
  using T = std::remove_cvref_t<decltype(p.mean())>;
  return Gaussian<T>(p.mean(), T(sqrt(p.variance())));
}

/// Minimises D(p||q) from p's moments. On the real line they are the minimum, so no step is taken; on a grid, which
/// normalises q on its window, they are a start.
template <DensityLike P>
FitResult<detail::ScalarOf<P>> fit_forward(const P& p, const FitOptions<detail::ScalarOf<P>>& options = {}) {
  const auto& density = density_of(p);
  return fit_forward(density, moment_match(density), options);
}

/// Minimises D_alpha(p||q) / alpha from start, with D_alpha Renyi's divergence: D(q||p) at alpha = 0, which seeks a
/// part of p, D(p||q) at alpha = 1, which covers all of it, and in between their path from one to the other.
/// @throws std::invalid_argument unless 0 <= alpha <= 1.
template <QuadratureDensity P, GaussianFor<P> Q>
FitResult<detail::ScalarOf<P>> fit_renyi(const P& p, const detail::ScalarOf<P>& alpha, const Q& start,
                                         const FitOptions<detail::ScalarOf<P>>& options = {}) {
  const auto& density = density_of(p);
  return descend([&](const Q& q) { return scaled_renyi_derivatives(density, q, alpha); }, start, options);
}

namespace detail {

template <Real T, class Fit>
FitResult<T> lowest_fit(const std::vector<Gaussian<T>>& starts, const char* where, Fit fit) {
  require_that(!starts.empty(), where, "starts", "of at least one Gaussian", "none");
  FitResult<T> best = fit(starts.front());
  for (auto start = starts.begin() + 1; start != starts.end(); ++start)
    if (FitResult<T> other = fit(*start); other.value < best.value) best = std::move(other);
  return best;
}

}  // namespace detail

/// Minimises D(q||p) from each start and returns the lowest end; of equal ones, the first.
/// @throws std::invalid_argument if there is no start.
template <DensityLike P, GaussianFor<P> Q>
FitResult<detail::ScalarOf<P>> fit_reverse(const P& p, const std::vector<Q>& starts,
                                           const FitOptions<detail::ScalarOf<P>>& options = {}) {
  const auto& density = density_of(p);
  return detail::lowest_fit(starts, "fit_reverse",
                            [&](const Q& start) { return fit_reverse(density, start, options); });
}

/// Minimises D_alpha(p||q) / alpha from each start and returns the lowest end; of equal ones, the first.
/// @throws std::invalid_argument if there is no start, or unless 0 <= alpha <= 1.
template <QuadratureDensity P, GaussianFor<P> Q>
FitResult<detail::ScalarOf<P>> fit_renyi(const P& p, const detail::ScalarOf<P>& alpha, const std::vector<Q>& starts,
                                         const FitOptions<detail::ScalarOf<P>>& options = {}) {
  const auto& density = density_of(p);
  return detail::lowest_fit(starts, "fit_renyi",
                            [&](const Q& start) { return fit_renyi(density, alpha, start, options); });
}

// Arguments that are none. The compiler shows these lines.
template <NoDensity P, class... Rest>
void fit_forward(const P&, const Rest&...) = delete;  // p: a Density, as GridDensity(grid, mixture), or a mixture
template <NoDensity P, class... Rest>
void fit_reverse(const P&, const Rest&...) = delete;  // p: a Density, as GridDensity(grid, mixture), or a mixture
template <NoDensity P, class... Rest>
void fit_renyi(const P&, const Rest&...) = delete;  // p: a Density, as GridDensity(grid, mixture), or a mixture

}  // namespace klgrid
