// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <limits>

#include "klgrid/detail/condensed.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// The half-axes of the ellipse about a panel, with the panel's ends as its foci, in which log p has to be analytic, in
/// half-lengths. Their sum is rho = 2.62, and the rule's error falls as rho^(-2n).
inline constexpr double major_axis = 1.5;
inline constexpr double minor_axis = 1.12;

/// p on a panel, t half-lengths from its center, as the sum of exp(a_k + a_k' t + a_k'' t^2 / 2) with real a_k, a_k',
/// a_k''.
template <Real T>
class PanelTerms {
 public:
  /// No terms, and room for some; of few of them nothing is allocated.
  explicit PanelTerms(Index most)
      : most_(most), many_(most > few ? 3 * most : 0), numbers_(most > few ? many_.data() : few_) {}
  PanelTerms(const PanelTerms&) = delete;
  PanelTerms& operator=(const PanelTerms&) = delete;

  void clear() { size_ = 0; }

  void add(const T& exponent, const T& slope, const T& curvature) { set(size_++, exponent, slope, curvature); }

  /// True if log p is analytic in the ellipse, which bounds the error of the Legendre rule on the panel. Sufficient,
  /// and at a crossing of two components nearly necessary.
  ///
  /// Divided by the exponential of the mean slope and curvature, term k is turned by at most v_k = |a_k' - mean| b +
  /// |a_k'' - mean| a b / 2 on the ellipse of half-axes a and b, and stretched by at most e^(+-s_k), s_k = |a_k' -
  /// mean| a + |a_k'' - mean| a^2 / 2. If the real parts of the terms turned less than a quarter, at least e^(-s) cos v
  /// >= e^(-s) (1 - v^2/2) each, exceed the moduli of all others, p has no zero in the ellipse. A term that is below
  /// rounding on the whole panel takes no part in the sums there, nor here.
  [[nodiscard]] bool without_zero() {
    if (almost_one()) return true;
    auto exponent = column(0), slope = column(1), curvature = column(2);
    const Vector<T> share = exponent.exp();
    const T total = share.sum();
    const T mean_slope = (share * slope).sum() / total;
    const T mean_curvature = (share * curvature).sum() / total;
    for (Index k = 0; k < size_; ++k) {
      const T turned = turn(T(slope[k] - mean_slope), T(curvature[k] - mean_curvature));
      const T stretched = stretch(T(slope[k] - mean_slope), T(curvature[k] - mean_curvature), T(major_axis));
      const T cosine = T(1) - turned * turned / T(2);
      const bool with_others = cosine > T(0);
      exponent[k] += with_others ? T(-stretched) : stretched;
      slope[k] = with_others ? cosine : T(-1);
    }
    return (exponent.exp() * slope).sum() > T(0);
  }

 private:
  static constexpr Index few = 64;

  /// All a_k, a_k' or a_k''.
  [[nodiscard]] Eigen::Map<Vector<T>> column(Index i) { return {numbers_ + i * most_, size_}; }

  void set(Index k, const T& exponent, const T& slope, const T& curvature) {
    numbers_[k] = exponent;
    numbers_[most_ + k] = slope;
    numbers_[2 * most_ + k] = curvature;
  }

  /// How far one turns and stretches against another on the ellipse, or stretches on the panel, by their difference.
  static T turn(const T& slope, const T& curvature) {
    using std::abs;
    return T(abs(slope)) * T(minor_axis) + T(abs(curvature)) * T(major_axis * minor_axis / 2);
  }
  static T stretch(const T& slope, const T& curvature, const T& axis) {
    using std::abs;
    return T(abs(slope)) * axis + T(abs(curvature)) * axis * axis / T(2);
  }

  /// True if there is no zero as is seen without exponentials: terms turn by less than a quarter against the highest,
  /// or never reach their share of it; or, from far off, change less against it than rounding does. Counts the terms
  /// from the highest on, and leaves out those below rounding.
  bool almost_one() {
    using std::abs;
    using std::log;
    if (size_ == 0) return true;
    const auto exponents = column(0), slopes = column(1), curvatures = column(2);
    Index highest = 0;
    for (Index k = 1; k < size_; ++k)
      if (exponents[k] > exponents[highest]) highest = k;
    const T top = exponents[highest], top_slope = slopes[highest], top_curvature = curvatures[highest];
    const T rounding = std::numeric_limits<T>::epsilon() * T(abs(top));
    Index count = 0;
    T most = std::numeric_limits<T>::lowest();  // log of the largest part of one that turns further
    for (Index k = 0; k < size_; ++k) {         // without branches, which the processor could not foresee
      const T below = exponents[k] - top;
      const T slope = slopes[k] - top_slope;
      const T curvature = curvatures[k] - top_curvature;
      const T stretched = stretch(slope, curvature, T(major_axis));
      const bool counts = below + stretch(slope, curvature, T(1)) > T(-exponent_cutoff<T>);
      const bool turns = counts & !(turn(slope, curvature) < T(1.57)) & (stretched > rounding);
      most = (turns & (below + stretched > most)) ? T(below + stretched) : most;
      set(count, below, slope, curvature);
      count += counts;
    }
    size_ = count;
    return most < -T(log(T(static_cast<double>(count))));
  }

  Index most_;
  Index size_ = 0;
  Vector<T> many_;
  T few_[3 * few];
  T* numbers_;  // a, then a', then a'': many or few
};

}  // namespace klgrid::detail
