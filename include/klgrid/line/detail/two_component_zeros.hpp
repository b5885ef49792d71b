// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "klgrid/detail/line_point.hpp"
#include "klgrid/line/detail/gaussian_family.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// The complex zeros nearest the real line of p = e^a + e^b, two Gaussians with their weights, in closed form: where
/// b - a = i pi. In y = (x - mean)/stddev of a, the narrower one, with r = stddev / stddev_b and
/// delta = (mean - mean_b) / stddev_b,
///   b - a = (1 - r^2)/2 y^2 - r delta y + log_factor_b - log_factor_a - delta^2/2.
/// The others, b - a = (2n + 1) i pi, are nearer only to panels longer than a and b themselves allow.
///
/// Zeros matter only where neither component is below rounding beside the other, |b - a| <= cutoff: on at most two
/// stretches of the line.
template <Real T>
class TwoComponentZeros {
 public:
  /// exp(log_factor - (x - mean)^2 / (2 stddev^2))
  struct Component {
    T log_factor, mean, stddev;
  };

  TwoComponentZeros(const Component& a, const Component& b, const T& cutoff)
      : mean_(a.mean), stddev_(a.stddev), inverse_(T(1) / a.stddev), furthest_(largest_root<T>() / T(4)) {
    if (b.stddev < a.stddev) {
      *this = TwoComponentZeros(b, a, cutoff);
      return;
    }
    const T ratio = a.stddev / b.stddev;
    const T delta = (a.mean - b.mean) / b.stddev;
    // Not 0, so that there are two roots; the second one is far away then.
    const T least = std::numeric_limits<T>::epsilon() * std::numeric_limits<T>::epsilon();
    const Quadratic gap{(std::max)(least, T((T(1) - ratio) * (T(1) + ratio) / T(2))), -ratio * delta,
                        b.log_factor - a.log_factor - delta * delta / T(2)};
    zeros_ = gap.roots(T(0), T(3.141592653589793));
    for (Point& zero : zeros_) zero.im = (std::max)(T(-furthest_), (std::min)(furthest_, zero.im));
    const auto outer = gap.roots(cutoff, T(0));   // b - a <= cutoff between them
    const auto inner = gap.roots(-cutoff, T(0));  // b - a < -cutoff between them
    if (outer[0].im != T(0)) return;
    const auto [begin, end] = std::minmax(outer[0].re, outer[1].re);
    const auto [left, right] = std::minmax(inner[0].re, inner[1].re);
    both_count_ = {{{begin, end}, {begin, end}}};
    if (inner[0].im != T(0)) return;
    both_count_ = {{{begin, left}, {right, end}}};
  }

  void translate(const T& by) { mean_ += by; }

  /// The largest half-length h of a panel [x, x + 2 h] with no zero in the ellipse about its ends whose half-axis is
  /// axis * h, axis > 1. A zero at x + d is outside if |d| + |d - 2 h| >= 2 axis h, that is, if
  ///   h <= (axis |d| - Re d) / (axis^2 - 1).
  [[nodiscard]] T clear_half(const LinePoint<T>& x, double axis) const {
    using std::sqrt;
    const T y = (x - mean_) * inverse_;
    for (const auto& [begin, end] : both_count_) {
      if (!(y < end)) continue;
      T half = (std::numeric_limits<T>::max)();
      for (const auto& [re, im] : zeros_) {
        const T d = (std::max)(T(-furthest_), (std::min)(furthest_, T(re - y)));
        half = (std::min)(half, T((T(axis) * T(sqrt(T(d * d + im * im))) - d) * T(1 / (axis * axis - 1))));
      }
      return (std::max)(half, T((begin - y) / T(2))) * stddev_ * not_beyond<T>();
    }
    return (std::numeric_limits<T>::max)();
  }

 private:
  struct Point {
    T re, im;
  };
  struct Stretch {
    T begin, end;
  };

  /// a y^2 + b y + c, a > 0
  struct Quadratic {
    T a, b, c;

    /// Where it is level + i turn. With t = -(b +- sqrt(b^2 - 4 a c))/2, of the sign that does not cancel: t/a and c/t.
    [[nodiscard]] std::array<Point, 2> roots(const T& level, const T& turn) const {
      using std::abs;
      using std::sqrt;
      const T rest = c - level;  // and -i turn
      const T re = b * b - T(4) * a * rest;
      const T im = T(4) * a * turn;
      const T greater = sqrt(T((T(sqrt(T(re * re + im * im))) + abs(re)) / T(2)));
      const T lesser = greater > T(0) ? T(im / (T(2) * greater)) : T(0);
      const Point root = re < T(0) ? Point{lesser, greater} : Point{greater, lesser};
      const T sign = b < T(0) ? T(-0.5) : T(0.5);
      const Point t{-b / T(2) - sign * root.re, -sign * root.im};
      const T norm = t.re * t.re + t.im * t.im;
      return {{{t.re / a, t.im / a}, {(rest * t.re - turn * t.im) / norm, -(rest * t.im + turn * t.re) / norm}}};
    }
  };

  T mean_;    // of a
  T stddev_;  // of a
  T inverse_;
  T furthest_;
  // In y:
  std::array<Point, 2> zeros_{};
  std::array<Stretch, 2> both_count_{{{std::numeric_limits<T>::lowest(), std::numeric_limits<T>::lowest()},
                                      {std::numeric_limits<T>::lowest(), std::numeric_limits<T>::lowest()}}};
};

}  // namespace klgrid::detail
