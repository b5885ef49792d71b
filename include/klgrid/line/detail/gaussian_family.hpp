// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "klgrid/detail/line_point.hpp"
#include "klgrid/line/detail/legendre_rule.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// Beyond this many standard deviations z^6 exp(-z^2/2) is below the rounding of T: 9.5 for double.
template <Real T>
T gaussian_reach() {
  using std::log;
  using std::sqrt;
  return T(sqrt(T(-2) * T(log(T(std::numeric_limits<T>::epsilon()))))) + T(1);
}

/// The square of this is in the range of T.
template <Real T>
T largest_root() {
  using std::sqrt;
  return T(sqrt((std::numeric_limits<T>::max)())) / T(2);
}

/// A step towards something narrow that is far off, times this, does not round past it.
template <Real T>
T not_beyond() {
  return T(1) - T(4) * std::numeric_limits<T>::epsilon();
}

/// Half the length, in standard deviations, of a panel on which the Legendre rule integrates a Gaussian about its mean:
/// the error for exp(-z^2/2) alone is about (longest_panel^2 / 8)^n / n!, and for z^4 exp(-z^2/2) some n^2 times that.
inline constexpr double longest_panel = 2;

/// Gaussians of one standard deviation with their means in [first, last], and how long panels may be for them.
///
/// The error of the n-point rule goes with half^(2n) and the 2n-th derivative, which is at most sqrt((2n)!)
/// exp(-z^2/4) for exp(-z^2/2) (Cramer's inequality for the Hermite functions), so that z away from the mean
/// half <= longest_panel exp(z^2 / (8n)) does as well as longest_panel at it.
template <Real T>
struct GaussianFamily {
  LinePoint<T> first, last;
  T stddev;

  /// True if a panel is short enough.
  [[nodiscard]] bool resolved_on(const LinePoint<T>& left, const LinePoint<T>& right) const {
    using std::exp;
    const T half = (right - left) / T(2);
    const T longest = T(longest_panel) * stddev;
    if (half <= longest) return true;
    const T z = (std::max)(T(first - right), T(left - last)) / stddev;
    return z > T(0) && half <= longest * T(exp(T(z * z / T(8 * legendre_points<T>))));
  }

  /// About the largest half-length of a panel from x on, with 1 + z^2 / (8n) for the exponential.
  [[nodiscard]] T half_from(const LinePoint<T>& x) const {
    using std::sqrt;
    constexpr double n = legendre_points<T>;
    const T longest = T(longest_panel) * stddev;
    const T after = x - last;
    if (after > T(0)) return longest + after / stddev * after * T(longest_panel / (8 * n));
    const T before = first - x;
    if (!(before > T(2) * longest)) return longest;
    // z counts from the other end: half = longest (1 + ((before - 2 half) / stddev)^2 / (8n)).
    const T scale = T(2 * n / longest_panel) * stddev;
    const T half = (before + scale - T(sqrt(scale)) * T(sqrt(T(T(2) * before + scale - T(4) * longest)))) / T(2);
    return half * not_beyond<T>();
  }
};

/// Several of them.
template <Real T>
struct GaussianFamilies {
  std::vector<GaussianFamily<T>> members;

  [[nodiscard]] bool resolved_on(const LinePoint<T>& left, const LinePoint<T>& right) const {
    return std::all_of(members.begin(), members.end(), [&](const auto& each) { return each.resolved_on(left, right); });
  }

  [[nodiscard]] T half_from(const LinePoint<T>& x) const {
    T half = (std::numeric_limits<T>::max)();
    for (const auto& each : members) half = (std::min)(half, each.half_from(x));
    return half;
  }
};

/// No Gaussian to be resolved: panels as long as log p itself allows.
template <Real T>
struct NoGaussian {
  [[nodiscard]] bool resolved_on(const LinePoint<T>&, const LinePoint<T>&) const { return true; }
  [[nodiscard]] T half_from(const LinePoint<T>&) const { return (std::numeric_limits<T>::max)(); }
};

}  // namespace klgrid::detail
