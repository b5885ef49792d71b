// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "klgrid/gaussian.hpp"
#include "klgrid/grid.hpp"
#include "klgrid/grid/density.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

/// The best of the densities to which Gaussians normalised on a window tend as sigma grows without end and mu / sigma^2
/// is held: l(x) = e^(slope x) / Z, flat for slope = 0. Where p is wider than all of them, D(p||q) has no minimum.
template <Real T>
struct FlatLimit {
  T value;        ///< D(p||l), nats
  Gaussian<T> q;  ///< on the way to it: 1024 windows wide, D(p||q) within about 1e-6 of the value
  bool is_best;   ///< D(p||q) > value for every Gaussian: D(p||q) has no minimum
};

/// Minimises D(p||l), which makes l's mean p's; none if p has all its mass at an end of the window, or the way to l
/// leads beyond the range of T.
///
/// In (mu / sigma^2, -1 / (2 sigma^2)), the natural parameters of an exponential family, D(p||q) is convex, and at the
/// second one's bound, 0, its slope there is Var_l - Var_p: if p's variance is not less than l's, all Gaussians are
/// worse. Cost: some five exponentials a node.
template <Real T>
[[nodiscard]] std::optional<FlatLimit<T>> flat_limit(const GridDensity<T>& p) {
  using std::abs;
  using std::log;
  const Vector<T>& x = p.grid().nodes();
  const Vector<T>& w = p.grid().weights();
  const T half = (x[x.size() - 1] - x[0]) / T(2);
  const T center = x[0] + half;
  const Vector<T> u = (x - center) / half;
  const T mean = ((p.origin() - center) + p.mean_offset()) / half;
  if (!(abs(mean) < T(1))) return std::nullopt;  // nor is it if the window is one point
  T slope = T(0);
  T spread = T(0);
  T top = T(0);
  T mass = T(0);
  for (int n = 0; n < 60; ++n) {  // Newton's method on a convex function, by at most as much as e^slope u bears
    top = abs(slope);
    const Vector<T> terms = w * (u * slope - top).exp();
    mass = terms.sum();
    const T middle = (terms * u).sum() / mass;
    spread = (terms * (u - middle).square()).sum() / mass;
    const T step = (mean - middle) / spread;
    if (!(abs(step) <= (std::numeric_limits<T>::max)())) return std::nullopt;
    slope += (std::max)(T(-2), (std::min)(T(2), step));
    if (abs(step) <= T(16) * std::numeric_limits<T>::epsilon() * (T(1) + abs(slope))) break;
  }
  const T halves = T(2 * 1024);
  const T sigma = halves * half;
  const T mu = center + slope * halves * sigma;
  if (!(abs(mu) <= (std::numeric_limits<T>::max)())) return std::nullopt;
  const T value = (std::max)(T(0), T(top + T(log(mass)) - slope * mean - p.entropy()));
  const T rounding = T(64) * std::numeric_limits<T>::epsilon();
  const T stddev = p.stddev() / half;
  return FlatLimit<T>{value, Gaussian<T>(mu, sigma), stddev * stddev >= spread * (T(1) - rounding)};
}

}  // namespace klgrid
