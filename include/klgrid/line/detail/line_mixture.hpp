// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "klgrid/gaussian.hpp"
#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/line/detail/legendre_rule.hpp"
#include "klgrid/line/detail/near_zero.hpp"
#include "klgrid/line/detail/two_component_zeros.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// Beyond this many standard deviations z^6 exp(-z^2/2) is below the rounding of T: 9.5 for double.
template <Real T>
T gaussian_reach() {
  using std::log;
  using std::sqrt;
  return T(sqrt(T(-2) * T(log(T(std::numeric_limits<T>::epsilon()))))) + T(1);
}

/// Exponents below -cutoff no longer count beside one of 0: 4 more than -log of the rounding of T.
template <Real T>
inline constexpr double exponent_cutoff = 4 + 0.69314718 * std::numeric_limits<T>::digits;

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
  T first, last, stddev;

  /// True if a panel is short enough.
  [[nodiscard]] bool resolved_on(const T& left, const T& right) const {
    using std::exp;
    const T half = (right - left) / T(2);
    const T longest = T(longest_panel) * stddev;
    if (half <= longest) return true;
    const T z = (std::max)(T(first - right), T(left - last)) / stddev;
    return z > T(0) && half <= longest * T(exp(T(z * z / T(8 * legendre_points<T>))));
  }

  /// About the largest half-length of a panel from x on, with 1 + z^2 / (8n) for the exponential.
  [[nodiscard]] T half_from(const T& x) const {
    using std::sqrt;
    constexpr double n = legendre_points<T>;
    const T longest = T(longest_panel) * stddev;
    const T after = x - last;
    if (after > T(0)) return longest + after / stddev * after * T(longest_panel / (8 * n));
    const T before = first - x;
    if (!(before > T(2) * longest)) return longest;
    // z counts from the other end: half = longest (1 + ((before - 2 half) / stddev)^2 / (8n)).
    const T scale = T(2 * n / longest_panel) * stddev;
    return (before + scale - T(sqrt(scale)) * T(sqrt(T(T(2) * before + scale - T(4) * longest)))) / T(2);
  }
};

/// Several of them.
template <Real T>
struct GaussianFamilies {
  std::vector<GaussianFamily<T>> members;

  [[nodiscard]] bool resolved_on(const T& left, const T& right) const {
    return std::all_of(members.begin(), members.end(), [&](const auto& each) { return each.resolved_on(left, right); });
  }

  [[nodiscard]] T half_from(const T& x) const {
    T half = (std::numeric_limits<T>::max)();
    for (const auto& each : members) half = (std::min)(half, each.half_from(x));
    return half;
  }
};

/// The disc about a panel's centre in which log p has to be analytic, in half-lengths. It holds the Bernstein ellipse
/// of parameter rho = 1.5 + sqrt(1.5^2 - 1) = 2.62, and the rule's error falls as rho^(-2n).
inline constexpr double analytic_radius = 1.5;

/// The same for the ellipse about a panel in which two components' closed-form zeros are known to be absent: rho
/// = 2.91.
inline constexpr double ellipse_axis = 1.625;

/// A mixture made ready for sums over R: weights normalised to sum 1, components of weight zero left out, and positions
/// counted from an origin amid the components, so that a common shift costs no digits.
template <Real T>
class LineMixture {
 public:
  explicit LineMixture(const GaussianMixture<T>& mixture) : origin_(mixture.mean()) {
    using std::log;
    const Index size = (mixture.weights() > T(0)).count();
    log_factor_.resize(size);
    mean_.resize(size);
    precision_.resize(size);
    reach_.resize(size);
    log_others_ = log(T(static_cast<double>(std::max<Index>(size - 1, 1))));
    const T log_total = log(T(mixture.weights().sum()));
    const T reach = gaussian_reach<T>();
    for (Index k = 0, next = 0; k < mixture.components(); ++k) {
      if (!(mixture.weights()[k] > T(0))) continue;
      const T& stddev = mixture.stddevs()[k];
      log_factor_[next] = T(log(mixture.weights()[k])) - log_total - T(log(stddev)) - log_sqrt_two_pi<T>();
      mean_[next] = mixture.means()[k] - origin_;
      precision_[next] = T(1) / (stddev * stddev);
      reach_[next] = reach * stddev;
      ++next;
    }
    if (size != 2) return;
    const auto component = [&](Index k) {
      return typename TwoComponentZeros<T>::Component{log_factor_[k], mean_[k], reach_[k] / reach};
    };
    zeros_.emplace(component(0), component(1), T(exponent_cutoff<T>));
  }

  [[nodiscard]] const T& origin() const noexcept { return origin_; }

  /// Moves all components; positions counted from the origin stay.
  void translate(const T& by) { origin_ += by; }

  /// The ends of the stretch outside which every component is below rounding.
  [[nodiscard]] T first() const { return (mean_ - reach_).minCoeff(); }
  [[nodiscard]] T last() const { return (mean_ + reach_).maxCoeff(); }

  /// log p at the points x, counted from the origin: log sum_k exp(a_k) = a_max + log sum_k exp(a_k - a_max).
  [[nodiscard, gnu::flatten]] LegendreArray<T> log_pdf(const LegendreArray<T>& x) const {
    if (size() == 2) {  // one exponential where the sum below takes two
      const LegendreArray<T> a = exponents(0, x);
      const LegendreArray<T> b = exponents(1, x);
      const LegendreArray<T> gap = (a - b).abs();
      if (gap.minCoeff() > T(exponent_cutoff<T>)) return (a.max)(b);
      return (a.max)(b) + log1p_of(exp_of(LegendreArray<T>(-gap)));
    }
    LegendreArray<T> top = exponents(0, x);
    for (Index k = 1; k < size(); ++k) top = (top.max)(exponents(k, x));
    LegendreArray<T> sum = LegendreArray<T>::Zero();
    Index count = 0;
    for (Index k = 0; k < size(); ++k) {
      const LegendreArray<T> below = exponents(k, x) - top;
      if (below.maxCoeff() < T(-exponent_cutoff<T>)) continue;
      sum += exp_of(below);
      ++count;
    }
    return count == 1 ? top : LegendreArray<T>(top + sum.log());
  }

  /// The largest half-length found, at most `most`, of a panel from x on on which log p is analytic as the Legendre
  /// rule asks: in closed form for one or two components, else by trials, the first of which is five times as long as
  /// the panel before.
  [[nodiscard]] T analytic_half(const T& x, const T& before, const T& most) const {
    using std::abs;
    if (size() == 1) return most;
    if (zeros_) return (std::min)(most, zeros_->clear_half(x, T(ellipse_axis)));
    const T smallest = T(4) * std::numeric_limits<T>::epsilon() * abs(x);
    T half = (std::min)(most, T(T(5) * before));
    while (half > smallest && !analytic(T(x + half), half)) half *= T(0.6);
    return half;
  }

  /// The largest half-length, at most half, of a panel from x on that resolves p itself: no component it touches is too
  /// narrow for it.
  [[nodiscard]] T resolved(const T& x, T half) const {
    const T inverse = T(1) / gaussian_reach<T>();
    for (Index k = 0; k < size(); ++k) {
      const T before = (mean_[k] - reach_[k] - x) / T(2);
      if (half > before && x < mean_[k] + reach_[k])
        half = (std::min)(half,
                          (std::max)(before, GaussianFamily<T>{mean_[k], mean_[k], reach_[k] * inverse}.half_from(x)));
    }
    return half;
  }

  /// True if log p is analytic in the disc of radius analytic_radius * half about center, which bounds the error of the
  /// Legendre rule on [center - half, center + half]. Sufficient, and at a crossing of two components nearly necessary.
  ///
  /// p(x + d) = sum_k exp(a_k + a_k' d + a_k'' d^2 / 2) with real a_k, a_k', a_k''. Divided by the exponential of the
  /// mean slope and curvature, term k is turned by at most v_k = |a_k' - mean| |d| + |a_k'' - mean| |d|^2 / 2 and
  /// stretched by at most e^(+-v_k). If the real parts of the terms turned less than a quarter, at least e^(-v) cos v
  /// >= e^(-v) (1 - v^2/2) each, exceed the moduli of all others, p has no zero in the disc. A component that is below
  /// rounding on the whole panel takes no part in the sums there, nor here.
  [[nodiscard]] bool analytic(const T& center, const T& half) const {
    using std::abs;
    using std::exp;
    const Index highest = top(center);
    const T top_exponent = exponent(highest, center);
    const T radius = T(analytic_radius) * half;
    // How far component k may turn or stretch, on the disc of that radius, against given slope and precision.
    const auto turn = [&](Index k, const T& along, const T& precision, const T& r) {
      return T(abs(T(slope(k, center) - along)) * r + abs(T(precision_[k] - precision)) * r * r / T(2));
    };
    const T top_slope = slope(highest, center);
    const T top_precision = precision_[highest];
    const auto counts = [&](Index k) {
      return exponent(k, center) - top_exponent + turn(k, top_slope, top_precision, half) > T(-exponent_cutoff<T>);
    };
    // Without exponentials: terms that turn by less than a quarter against the highest, or never reach their share of
    // it.
    bool plain = true;
    for (Index k = 0; k < size() && plain; ++k) {
      if (k == highest || !counts(k)) continue;
      const T most = turn(k, top_slope, top_precision, radius);
      plain = most < T(1.4) || exponent(k, center) - top_exponent + most < -log_others_;
    }
    if (plain) return true;
    T total = T(1), mean_slope = top_slope, mean_precision = top_precision;
    for (Index k = 0; k < size(); ++k) {
      if (k == highest || !counts(k)) continue;
      const T share = exp(T(exponent(k, center) - top_exponent));
      total += share;
      mean_slope += share * slope(k, center);
      mean_precision += share * precision_[k];
    }
    mean_slope /= total;
    mean_precision /= total;
    T balance = T(0);
    for (Index k = 0; k < size(); ++k) {
      if (k != highest && !counts(k)) continue;
      const T below = exponent(k, center) - top_exponent;
      const T turned = turn(k, mean_slope, mean_precision, radius);
      if (turned * turned < T(2))
        balance += T(exp(T(below - turned))) * (T(1) - turned * turned / T(2));
      else if (below + turned < T(1))
        balance -= T(exp(T(below + turned)));
      else
        return false;
    }
    return balance > T(0);
  }

 private:
  [[nodiscard]] Index size() const { return mean_.size(); }

  [[nodiscard]] T exponent(Index k, const T& x) const {
    return log_factor_[k] - (x - mean_[k]) * (x - mean_[k]) * precision_[k] / T(2);
  }

  [[nodiscard]] T slope(Index k, const T& x) const { return (mean_[k] - x) * precision_[k]; }

  [[nodiscard]] auto exponents(Index k, const LegendreArray<T>& x) const {
    return log_factor_[k] - (x - mean_[k]).square() * (precision_[k] / T(2));
  }

  [[nodiscard]] Index top(const T& x) const {
    Index highest = 0;
    T most = exponent(0, x);
    for (Index k = 1; k < size(); ++k) {
      const T here = exponent(k, x);
      if (!(here > most)) continue;
      highest = k;
      most = here;
    }
    return highest;
  }

  T origin_;
  Vector<T> log_factor_;
  Vector<T> mean_;
  Vector<T> precision_;
  Vector<T> reach_;
  std::optional<TwoComponentZeros<T>> zeros_;
  T log_others_;  // of the number of components but one
};

}  // namespace klgrid::detail
