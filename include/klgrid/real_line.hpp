// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "klgrid/detail/legendre_rule.hpp"
#include "klgrid/detail/near_zero.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/real.hpp"
#include "klgrid/real_line_bank.hpp"
#include "klgrid/real_line_density.hpp"

/// The divergences of one pair on the real line: a mixture p and a Gaussian q, integrals over R without a window.
///
/// Arguments stand in the order of the formula, and p and q are of different types: a swapped call does not compile.
/// All values are in nats. Each function takes a RealLineDensity, or a GaussianMixture, of which it makes one; make it
/// yourself to use it for several q.
///
/// Accuracy: 1e-12 relative, absolute below 1 (double; see T's rounding for others), and a divergence has 1e-10
/// relative however small: below 0.01 it is formed as the integral of terms that are never negative, with d = log p -
/// log q of differences of the parameters. Through `error`, if given, each returns a bound on its error. Not covered:
/// components narrower than the spacing of T at their own distance from the mean of p.
namespace klgrid {

namespace detail {

/// p/q - 1 without cancellation near p = q. With component k's mean and stddev relative to q's, s_k = stddev (1 + e)
/// and m_k = mean + stddev h,
///   b_k = log N_k - log q = -log(1 + e) + (z^2 e (2 + e) + 2 z h - h^2) / (2 (1 + e)^2),   z = (x - mean)/stddev,
///   p/q - 1 = sum_k w_k (e^b_k - 1),
/// for weights of sum 1.
template <Real T>
class RelativeExcess {
 public:
  using Array = LegendreArray<T>;

  RelativeExcess(const GaussianMixture<T>& p, const Gaussian<T>& q) : inverse_(T(1) / q.stddev()) {
    using std::log1p;
    const T total = p.weights().sum();
    terms_.reserve(static_cast<std::size_t>(p.components()));
    for (Index k = 0; k < p.components(); ++k) {
      if (!(p.weights()[k] > T(0))) continue;
      const T e = (p.stddevs()[k] - q.stddev()) / q.stddev();
      const T h = (p.means()[k] - q.mean()) / q.stddev();
      const T scale = T(1) / (T(2) * (T(1) + e) * (T(1) + e));
      terms_.push_back({p.weights()[k] / total, e * (T(2) + e) * scale, T(2) * h * scale, h * h * scale, log1p(e)});
    }
  }

  [[nodiscard]] Array operator()(const Array& z) const {
    Array sum = Array::Zero();
    for (const auto& k : terms_) sum += k.weight * rise(k, z);
    return sum;
  }

  /// A bound on its error in roundings, x being rounded.
  [[nodiscard]] Array doubt(const Array& x, const Array& z) const {
    using std::abs;
    Array sum = Array::Zero();
    for (const auto& k : terms_)
      sum += k.weight * (rise(k, z) + T(1)) *
             (z.square() * abs(k.square) + z.abs() * abs(k.linear) + (k.constant + abs(k.log_width)) +
              x.abs() * (z.abs() * abs(k.square) + abs(k.linear)) * inverse_);
    return sum * T(16);
  }

 private:
  struct Term {
    T weight, square, linear, constant, log_width;
  };

  /// e^b_k - 1
  static Array rise(const Term& k, const Array& z) {
    return expm1_of(Array((z * k.square + k.linear) * z - (k.constant + k.log_width)));
  }

  T inverse_;
  std::vector<Term> terms_;
};

enum class Direction { forward, reverse };

/// How far beyond [p.begin(), p.end()] a component of very small weight w still counts in a divergence near p = q: that
/// is then of the size of w^2, and its integrand, w^2 N^2/q where w N is below q, falls more slowly than N.
template <Real T>
T faint_margin(const RealLineDensity<T>& p) {
  using std::log;
  using std::sqrt;
  const auto& weights = p.mixture().weights();
  const T least = (weights > T(0)).select(weights, T(1)).minCoeff();
  if (!(least < T(1e-4))) return T(0);
  const T wider = sqrt(T(T(1) + T(2) * log(least) / log(std::numeric_limits<T>::epsilon()))) - T(1);
  return (p.end() - p.begin()) / T(2) * std::min(wider, T(1));
}

/// A bound on the rule's error in roundings of a divergence near p = q. The rule is right to a few roundings of q log
/// p; the divergence is less than that, but hardly so where zeros of p are near enough for the rule to feel them.
inline constexpr double rule_doubt = 1 << 15;

/// The divergence as a sum of terms that are never negative (compare divergence.hpp), with u = p/q - 1:
///   D(p||q) = integral of q ((1 + u) log(1 + u) - u) = integral of p (log p - log q) + q - p,
///   D(q||p) = integral of q (u - log(1 + u))         = integral of q (log q - log p) + p - q.
template <Real T>
T close_divergence(Direction direction, const RealLineDensity<T>& p, const Gaussian<T>& q, T* error) {
  using std::log;
  using Array = LegendreArray<T>;
  const bool forward = direction == Direction::forward;
  const T mean = q.mean() - p.origin();
  const T inverse = T(1) / q.stddev();
  const T log_peak = -(T(log(q.stddev())) + log_sqrt_two_pi<T>());
  const RelativeExcess<T> relative_excess(p.mixture(), q);
  Array sum = Array::Zero();
  Array doubt = Array::Zero();
  const auto add = [&](const auto& panel) {
    const Array x = panel.nodes();
    const Array z = (x - mean) * inverse;
    const Array d = panel.values - (z.square() * T(-0.5) + log_peak);
    const T reach(NearUnity<Array>::reach);
    Array terms = Array::Zero();
    Array term_doubt = Array::Zero();
    if (d.abs().minCoeff() <= reach) {
      // Points out of reach, which need exponentials, are taken to the mean of q.
      const NearUnity<Array> near(relative_excess(choose_within(d, reach, z, Array(Array::Zero()))));
      const Array q_mass = panel.mass() / (near.value() + T(1));
      terms = q_mass * (forward ? near.forward_remainder() : near.reverse_remainder());
      if (error != nullptr) term_doubt = q_mass * near.value().abs() * relative_excess.doubt(x, z);
    }
    if (d.abs().maxCoeff() > reach) {
      const Array q_mass = gaussian_weights<T>(panel, z) * inverse;
      const Array far = forward ? Array(panel.mass() * (d - T(1)) + q_mass) : Array(panel.mass() - q_mass * (d + T(1)));
      terms = choose_within(d, reach, terms, far);
      if (error != nullptr)
        term_doubt = choose_within(d, reach, term_doubt,
                                   Array((panel.mass() - q_mass).abs() * (panel.log_pdf_doubt() + z.square())));
    }
    sum += terms;
    if (error != nullptr) doubt += terms * (panel.log_pdf_doubt() + T(rule_doubt)) + term_doubt;
  };
  const T margin = faint_margin(p);
  // Slightly less than for the sixth powers that the reach is made for, so that p's panels mostly suffice.
  const T reach = (gaussian_reach<T>() - T(0.25)) * q.stddev();
  p.for_each_panel(std::min(T(mean - reach), T(p.begin() - margin)), std::max(T(mean + reach), T(p.end() + margin)),
                   {mean, mean, q.stddev()}, Ends::whole, add);
  if (error != nullptr) *error = doubt.sum() * std::numeric_limits<T>::epsilon();
  return sum.sum();
}

/// Below this a divergence is formed again without cancellation: rounding of 1e-14 in the plain one is then 1e-12 of
/// it.
inline constexpr double close = 0.01;

}  // namespace detail

/// H(p)
template <Real T>
[[nodiscard]] T entropy(const RealLineDensity<T>& p, std::type_identity_t<T>* error = nullptr) {
  if (error != nullptr) *error = p.entropy_error();
  return p.entropy();
}

/// H(p,q) = E_p[(x - mu)^2] / (2 sigma^2) + log(sigma sqrt(2 pi))
template <Real T>
[[nodiscard]] T cross_entropy(const RealLineDensity<T>& p, const Gaussian<T>& q,
                              std::type_identity_t<T>* error = nullptr) {
  using std::abs;
  using std::log;
  const T& sigma = q.stddev();
  const T square = p.second_moment(q.mean()) / sigma / sigma / T(2);
  const T log_sigma = log(sigma);
  if (error != nullptr) *error = T(16) * std::numeric_limits<T>::epsilon() * (square + abs(log_sigma) + T(1));
  return square + (log_sigma + detail::log_sqrt_two_pi<T>());
}

/// H(q,p) = -E_q[log p]
template <Real T>
[[nodiscard]] T cross_entropy(const Gaussian<T>& q, const RealLineDensity<T>& p,
                              std::type_identity_t<T>* error = nullptr) {
  using Array = detail::LegendreArray<T>;
  const T mean = q.mean() - p.origin();
  const T reach = detail::gaussian_reach<T>() * q.stddev();
  Array sum = Array::Zero();
  Array doubt = Array::Zero();
  p.for_each_panel(
      T(mean - reach), T(mean + reach), {mean, mean, q.stddev()}, detail::Ends::whole, [&](const auto& panel) {
        const Array x = panel.nodes();
        const Array z = (x - mean) / q.stddev();
        const Array mass = detail::gaussian_weights<T>(panel, z);
        sum -= mass * panel.values;
        if (error == nullptr) return;
        // The terms' own roundings, and those of z, which q feels by its slope.
        doubt +=
            mass * (panel.log_pdf_doubt() + panel.values.abs() * (T(16) + z.square() + x.abs() * z.abs() / q.stddev()));
      });
  if (error != nullptr) *error = doubt.sum() / q.stddev() * std::numeric_limits<T>::epsilon();
  return sum.sum() / q.stddev();
}

/// D(p||q) >= 0
template <Real T>
[[nodiscard]] T forward_kl(const RealLineDensity<T>& p, const Gaussian<T>& q,
                           std::type_identity_t<T>* error = nullptr) {
  const T value = cross_entropy(p, q, error) - p.entropy();
  if (value < T(detail::close)) return detail::close_divergence(detail::Direction::forward, p, q, error);
  if (error != nullptr) *error += p.entropy_error();
  return value;
}

/// D(q||p) >= 0
template <Real T>
[[nodiscard]] T reverse_kl(const Gaussian<T>& q, const RealLineDensity<T>& p,
                           std::type_identity_t<T>* error = nullptr) {
  // The forward one costs no sum: asked first, it mostly saves the one that would be formed again.
  const bool near = cross_entropy(p, q) - p.entropy() < T(4 * detail::close);
  const T value = near ? T(0) : cross_entropy(q, p, error) - q.entropy();
  if (value < T(detail::close)) return detail::close_divergence(detail::Direction::reverse, p, q, error);
  return value;
}

template <Real T>
[[nodiscard]] T entropy(const GaussianMixture<T>& p, std::type_identity_t<T>* error = nullptr) {
  return entropy(RealLineDensity<T>(p), error);
}

template <Real T>
[[nodiscard]] T cross_entropy(const GaussianMixture<T>& p, const Gaussian<T>& q,
                              std::type_identity_t<T>* error = nullptr) {
  return cross_entropy(RealLineDensity<T>(p), q, error);
}

template <Real T>
[[nodiscard]] T cross_entropy(const Gaussian<T>& q, const GaussianMixture<T>& p,
                              std::type_identity_t<T>* error = nullptr) {
  return cross_entropy(q, RealLineDensity<T>(p), error);
}

template <Real T>
[[nodiscard]] T forward_kl(const GaussianMixture<T>& p, const Gaussian<T>& q,
                           std::type_identity_t<T>* error = nullptr) {
  return forward_kl(RealLineDensity<T>(p), q, error);
}

template <Real T>
[[nodiscard]] T reverse_kl(const Gaussian<T>& q, const GaussianMixture<T>& p,
                           std::type_identity_t<T>* error = nullptr) {
  return reverse_kl(q, RealLineDensity<T>(p), error);
}

}  // namespace klgrid
