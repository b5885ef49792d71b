// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>

#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// Points of the Gauss-Legendre rule used for T: 16 for double, 21 for 64-bit long double, at least 12. Enough for an
/// error of about one rounding on the panels of line_mixture.hpp.
template <Real T>
inline constexpr int legendre_points = (std::max)(12, 3 * std::numeric_limits<T>::digits / 8 - 3);

/// One number for each point of the rule, on the stack.
template <Real T>
using LegendreArray = Eigen::Array<T, legendre_points<T>, 1>;

/// The Gauss-Legendre rule on [-1, 1]: sum_i weights[i] f(nodes[i]) is exact for polynomials of degree 2n - 1.
template <Real T>
struct LegendreRule {
  LegendreArray<T> nodes;
  LegendreArray<T> weights;
};

/// Roots of the Legendre polynomial by Newton's method from Tricomi's estimate; made once for each T.
template <Real T>
const LegendreRule<T>& legendre_rule() {
  static const LegendreRule<T> rule = [] {
    using std::abs;
    constexpr int n = legendre_points<T>;
    LegendreRule<T> made;
    for (int i = 0; i < n; ++i) {
      T x = T(-std::cos(3.141592653589793 * (i + 0.75) / (n + 0.5)));
      T slope{};
      for (int step = 0; step < 8; ++step) {  // quadratic convergence from 1e-4: 8 steps serve hundreds of digits
        T before = T(1);
        T value = x;
        for (int k = 2; k <= n; ++k) {
          const T next = (T(2 * k - 1) * x * value - T(k - 1) * before) / T(k);
          before = value;
          value = next;
        }
        slope = T(n) * (x * value - before) / (x * x - T(1));
        x -= value / slope;
      }
      made.nodes[i] = x;
      made.weights[i] = T(2) / ((T(1) - x * x) * slope * slope);
    }
    return made;
  }();
  return rule;
}

}  // namespace klgrid::detail
