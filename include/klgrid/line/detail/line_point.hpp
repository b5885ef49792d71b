// SPDX-License-Identifier: MIT
#pragma once

#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// A point of the line as the sum of two numbers, the second below the rounding of the first. Its distance from any
/// number, a component's mean or q's, is then right to a few roundings of that distance, however far from 0 both lie
/// and however narrow what is asked there: there is no origin to count from. (Knuth's and Dekker's sums; Ogita, Rump
/// and Oishi, SIAM J. Sci. Comput. 26, 2005. A compiler that is told to reassociate leaves the first number alone.)
template <Real T>
class LinePoint {
 public:
  LinePoint(const T& x) : whole_(x), rest_(T(0)) {}  // NOLINT: every number is a point

  [[nodiscard]] const T& whole() const noexcept { return whole_; }

  friend T operator-(const LinePoint& a, const LinePoint& b) { return T(a.whole_ - b.whole_) + T(a.rest_ - b.rest_); }

  friend LinePoint operator+(const LinePoint& a, const T& step) {
    const T part = a.rest_ + step;  // rounds what is below the step's own rounding
    const T whole = a.whole_ + part;
    const T added = whole - a.whole_;
    return {whole, T(T(a.whole_ - T(whole - added)) + T(part - added))};
  }

  friend bool operator<(const LinePoint& a, const LinePoint& b) { return a - b < T(0); }

 private:
  LinePoint(const T& whole, const T& rest) : whole_(whole), rest_(rest) {}

  T whole_;
  T rest_;
};

}  // namespace klgrid::detail
