// SPDX-License-Identifier: MIT
#pragma once

#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// A point of the line as the sum of two numbers, the second about the rounding of the first. Its distance from any
/// number, a component's mean or q's, is then right to a few roundings of that distance, however far from 0 both lie
/// and however narrow what is asked there: there is no origin to count from. (Knuth's and Dekker's sums; Ogita, Rump
/// and Oishi, SIAM J. Sci. Comput. 26, 2005. A compiler that is told to reassociate leaves the first number alone.)
template <Real T>
class LinePoint {
 public:
  LinePoint(const T& x) : whole_(x), rest_(T(0)) {}  // NOLINT: every number is a point

  [[nodiscard]] const T& whole() const noexcept { return whole_; }
  [[nodiscard]] const T& rest() const noexcept { return rest_; }

  friend T operator-(const LinePoint& a, const LinePoint& b) { return T(a.whole_ - b.whole_) + T(a.rest_ - b.rest_); }

  friend LinePoint operator+(const LinePoint& a, const T& by) {
    const LinePoint sum = exact_sum(a.whole_, by);
    return {sum.whole_, T(a.rest_ + sum.rest_)};
  }

  /// The same but for a rounding of the step: from panel to panel, where a step is as long as what is measured there.
  [[nodiscard]] LinePoint ahead(const T& step) const { return exact_sum(whole_, T(rest_ + step)); }

  friend bool operator<(const LinePoint& a, const LinePoint& b) { return a - b < T(0); }

 private:
  LinePoint(const T& whole, const T& rest) : whole_(whole), rest_(rest) {}

  /// a + b and what it loses by rounding.
  static LinePoint exact_sum(const T& a, const T& b) {
    const T sum = a + b;
    const T part = sum - a;
    return {sum, T(T(a - T(sum - part)) + T(b - part))};
  }

  T whole_;
  T rest_;
};

}  // namespace klgrid::detail
