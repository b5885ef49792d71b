// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "klgrid/line/detail/gaussian_family.hpp"
#include "klgrid/line/detail/legendre_rule.hpp"
#include "klgrid/line/detail/panels.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// E_q[f] for all means within `widest` stddevs of a center, f = log p or a power of p, as a power series in the
/// distance eta = (mean - center)/stddev. The generating function of the Hermite polynomials He_m gives, with z = (x -
/// center)/stddev,
///   E[f](eta) = sum_m eta^m E_center[He_m(z) f] / m!,
/// one exponential a point for all of them (the fast Gauss transform's expansion: Greengard and Strain, 1991). Point by
/// point, the term m is at most eta^m / sqrt(m!) of exp(-z^2/4).
template <Real T>
class HermiteExpansion {
 public:
  static constexpr double widest = 1.5;

  /// Over panels in order, with f at their points; those out of reach are passed over, and where there is none f is
  /// `level`. E[z^k (f + constant)] for k = 0 .. power and |eta| <= half <= widest.
  HermiteExpansion(const std::vector<LinePanel<T>>& panels, const T& center, const T& stddev, const T& half, int power,
                   const T& level, const T& constant)
      : power_(power), size_(size_for(half, power)) {
    const T reach = (gaussian_reach<T>() + half) * stddev;
    auto panel = std::partition_point(panels.begin(), panels.end(),
                                      [&](const auto& each) { return (each.center - center) + each.half <= -reach; });
    std::array<LegendreArray<T>, most> sums;
    for (int m = 0; m < size_; ++m) sums[at(m)].setZero();
    for (; panel != panels.end() && (panel->center - center) - panel->half < reach; ++panel)
      add(*panel, center, T(T(1) / stddev), level, sums);
    for (int m = 0; m < size_; ++m) coefficients_[at(m)] = sums[at(m)].sum();
    coefficients_[0] += level + constant;
  }

  /// The value of f near the center. A constant has E[He_m] = 0 for m > 0: as the level, it keeps the size of f out of
  /// these terms. For panels that go as far as q reaches.
  static T level_at(const std::vector<LinePanel<T>>& panels, const T& center) {
    const auto panel = std::partition_point(
        panels.begin(), panels.end() - 1, [&](const auto& each) { return (each.center - center) + each.half <= T(0); });
    return panel->values[legendre_points<T> / 2];
  }

  /// The series for z^k f at each eta, to row k of out. E[z^(k+1) f] = d/d eta E[z^k f] + k E[z^(k-1) f], each a power
  /// series one term shorter.
  template <class Row, class Out>
  void evaluate(const Row& eta, Out&& out) const {
    std::array<T, most> series = coefficients_;
    std::array<T, most> lower{};
    int size = size_;
    for (int k = 0;; ++k) {
      auto values = out.row(k);
      values.setConstant(series[at(size - 1)]);
      for (int m = size - 2; m >= 0; --m) values = values * eta + series[at(m)];
      if (k == power_) return;
      --size;
      for (int m = 0; m < size; ++m) {
        const T next = T(m + 1) * series[at(m + 1)] + T(k) * lower[at(m)];
        lower[at(m)] = series[at(m)];
        series[at(m)] = next;
      }
    }
  }

 private:
  static constexpr int most = 2 * std::numeric_limits<T>::digits10 + 40;

  static constexpr std::size_t at(int m) { return static_cast<std::size_t>(m); }

  /// Terms up to the first below an eighth of a rounding; one more for each power of z, and four that make good the
  /// factor of m^(power/2) by which they grow.
  static int size_for(const T& half, int power) {
    using std::sqrt;
    int m = 0;
    for (T term = T(8); term > std::numeric_limits<T>::epsilon() && m < most - 9; ++m)
      term = term * half / T(sqrt(T(m + 1)));
    return half > T(0) ? m + 1 + 2 * power : 1 + power;
  }

  /// He_(m+1)/(m+1)! = (z He_m/m! - He_(m-1)/(m-1)!) / (m+1)
  void add(const LinePanel<T>& panel, const T& center, const T& inverse, const T& level,
           std::array<LegendreArray<T>, most>& sums) const {
    const LegendreArray<T> z = panel.standardized(center, inverse);
    LegendreArray<T> term = gaussian_weights(panel, z, inverse) * (panel.values - level);
    LegendreArray<T> before = LegendreArray<T>::Zero();
    for (int m = 0; m < size_; ++m) {
      sums[at(m)] += term;
      const LegendreArray<T> next = (z * term - before) * (T(1) / T(m + 1));
      before = term;
      term = next;
    }
  }

  int power_;
  int size_;
  std::array<T, most> coefficients_;
};

}  // namespace klgrid::detail
