// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "klgrid/real.hpp"

namespace klgrid::detail {

/// The complex zeros of p = e^a + e^b, two Gaussians with their weights, in closed form: where b - a = (2n + 1) i pi. In
/// y = (x - mean)/stddev of a, the narrower one, with r = stddev / stddev_b and delta = (mean - mean_b) / stddev_b,
///   b - a = (1 - r^2)/2 y^2 - r delta y + log_factor_b - log_factor_a - delta^2/2.
/// Zeros matter only where neither component is below rounding beside the other, |b - a| <= cutoff: on at most two
/// stretches of the line.
template <Real T>
class TwoComponentZeros {
 public:
  /// exp(log_factor - (x - mean)^2 / (2 stddev^2))
  struct Component {
    T log_factor, mean, stddev;
  };

  TwoComponentZeros(const Component& a, const Component& b, const T& cutoff) {
    if (b.stddev < a.stddev) {
      *this = TwoComponentZeros(b, a, cutoff);
      return;
    }
    const T ratio = a.stddev / b.stddev;
    const T delta = (a.mean - b.mean) / b.stddev;
    // Not 0, so that there are two roots; the second one is far away then.
    const T least = std::numeric_limits<T>::epsilon() * std::numeric_limits<T>::epsilon();
    const Quadratic gap{std::max(least, T((T(1) - ratio) * (T(1) + ratio) / T(2))), -ratio * delta,
                        b.log_factor - a.log_factor - delta * delta / T(2)};
    const T pi = T(3.141592653589793);
    for (int n = 0; n < pairs; ++n) {
      const auto roots = gap.roots(T(0), T(2 * n + 1) * pi);
      for (int i = 0; i < 2; ++i) {
        re_[2 * n + i] = a.mean + a.stddev * roots[static_cast<std::size_t>(i)].re;
        im_[2 * n + i] = a.stddev * roots[static_cast<std::size_t>(i)].im;
      }
    }
    const auto real_roots = [&](const T& level, Stretch& stretch) {
      auto [first, last] = gap.roots(level, T(0));
      if (first.im != T(0)) return false;
      if (last.re < first.re) std::swap(first, last);
      stretch = {a.mean + a.stddev * first.re, a.mean + a.stddev * last.re};
      return true;
    };
    Stretch outer{}, inner{};  // b - a <= cutoff in the outer one, < -cutoff in the inner one
    if (!real_roots(cutoff, outer)) return;
    if (!real_roots(-cutoff, inner)) inner = {outer.end, outer.end};
    both_count_ = {{{outer.begin, inner.begin}, {inner.end, outer.end}}};
  }

  /// The largest half-length h of a panel [x, x + 2 h] with no zero in the ellipse about its ends whose half-axis is
  /// axis * h, axis > 1. A zero at x + d, |d| = r, is outside if r + |d - 2 h| >= 2 axis h, that is, if
  ///   h <= (axis r - Re d) / (axis^2 - 1).
  [[nodiscard]] T clear_half(const T& x, const T& axis) const {
    for (const auto& stretch : both_count_) {
      if (!(x < stretch.end)) continue;
      const auto distance = re_ - x;
      const T half = ((distance.square() + im_.square()).sqrt() * axis - distance).minCoeff() / (axis * axis - T(1));
      return std::max(half, T((stretch.begin - x) / T(2)));
    }
    return std::numeric_limits<T>::max();
  }

 private:
  /// Further pairs of zeros lie beyond panels on which both components count.
  static constexpr int pairs = 4;
  using Zeros = Eigen::Array<T, 2 * pairs, 1>;

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
      const T rest = c - level;  // - i turn
      const T re = b * b - T(4) * a * rest;
      const T im = T(4) * a * turn;
      const T large = sqrt(T((T(sqrt(T(re * re + im * im))) + abs(re)) / T(2)));
      const T small = large > T(0) ? T(im / (T(2) * large)) : T(0);
      const Point root = re < T(0) ? Point{small, large} : Point{large, small};
      const T sign = b < T(0) ? T(-0.5) : T(0.5);
      const Point t{-b / T(2) - sign * root.re, -sign * root.im};
      const T norm = t.re * t.re + t.im * t.im;
      return {{{t.re / a, t.im / a}, {(rest * t.re - turn * t.im) / norm, -(rest * t.im + turn * t.re) / norm}}};
    }
  };

  Zeros re_;
  Zeros im_;
  std::array<Stretch, 2> both_count_{{{std::numeric_limits<T>::lowest(), std::numeric_limits<T>::lowest()},
                                      {std::numeric_limits<T>::lowest(), std::numeric_limits<T>::lowest()}}};
};

}  // namespace klgrid::detail
