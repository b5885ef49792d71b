// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

#include "klgrid/detail/line_point.hpp"
#include "klgrid/domain.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/line/bank.hpp"
#include "klgrid/line/density.hpp"
#include "klgrid/line/detail/close_divergence.hpp"
#include "klgrid/line/detail/gaussian_family.hpp"
#include "klgrid/line/detail/legendre_rule.hpp"
#include "klgrid/line/detail/panels.hpp"
#include "klgrid/real.hpp"

/// The divergences of one pair on the real line: a mixture p and a Gaussian q, integrals over R without a window.
///
/// Arguments stand in the order of the formula, and p and q are of different types: a swapped call does not compile.
/// All values are in nats. Each function takes a RealLineDensity, or a GaussianMixture, of which it makes one; make it
/// yourself to use it for several q.
///
/// Cost: that of making a RealLineDensity; then D(p||q) and H(p,q) take O(1), D(q||p) and H(q,p) a sum over p's panels,
/// and so does a divergence below 0.01.
///
/// Accuracy: 1e-12 relative, absolute below 1 (double; see T's rounding for others), and a divergence has 1e-10
/// relative however small: below 0.01 it is formed as the integral of terms that are never negative, with d = log p -
/// log q of differences of the parameters. Through `error`, if given, each returns a bound on its error. Positions are
/// taken as they are given, however far from 0 and however narrow a component or q is beside that, down to standard
/// deviations of 32 epsilon^2 of its mean's modulus (1e-30 of it in double), and lengths in any unit (stddevs of 1e-300
/// to 1e300, and no length 1e300 times another).
namespace klgrid::inline KLGRID_ABI {

namespace detail {

/// log of q's stddev in p's unit, times sqrt(2 pi).
template <Real T>
T scaled_log_normalizer(const RealLineDensity<T>& p, const Gaussian<T>& q) {
  using std::log;
  return T(log(T(q.stddev() / p.unit()))) + log_sqrt_two_pi<T>();
}

/// E_p[z^2] / 2
template <Real T>
T half_second_moment(const RealLineDensity<T>& p, const Gaussian<T>& q) {
  const T mean = ((p.origin() - q.mean()) + p.mean_offset()) / q.stddev();
  const T spread = p.stddev() / q.stddev();
  return (mean * mean + spread * spread) / T(2);
}

/// H(q,p) with lengths counted in p's unit.
template <Real T>
T scaled_cross_entropy(const Gaussian<T>& q, const RealLineDensity<T>& p, T* error) {
  using Array = LegendreArray<T>;
  const LinePoint<T> mean = q.mean();
  const T reach = gaussian_reach<T>() * q.stddev();
  const T inverse = T(1) / q.stddev();
  Array sum = Array::Zero();
  Array doubt = Array::Zero();
  p.for_each_panel(mean + T(-reach), mean + reach, GaussianFamily<T>{mean, mean, q.stddev()}, [&](const auto& panel) {
    const Array z = panel.standardized(q.mean(), inverse);
    const Array mass = gaussian_weights<T>(panel, z, inverse);
    sum -= mass * panel.values;
    if (error == nullptr) return;
    // The terms' own roundings, those of z, which q feels by its slope, and what the rule leaves where zeros of p are
    // near the line: up to 45, found by climbing.
    doubt += mass * (panel.log_pdf_doubt(p.parts().largest_log_factor()) + T(64) +
                     panel.values.abs() * (T(16) + z.square() + z.abs() * T(panel.half * inverse)));
  });
  if (error != nullptr) *error = doubt.sum() * std::numeric_limits<T>::epsilon();
  return sum.sum();
}

/// The error of adding log(unit) or log(stddev).
template <Real T>
T log_error(const T& length) {
  using std::abs;
  using std::log;
  return T(4) * std::numeric_limits<T>::epsilon() * T(abs(T(log(length))));
}

}  // namespace detail

/// H(p) = -integral of p log p
template <Real T>
[[nodiscard]] T entropy(const RealLineDensity<T>& p, std::type_identity_t<T>* error = nullptr) {
  if (error != nullptr) *error = p.scaled_entropy_error() + detail::log_error(p.unit());
  return p.entropy();
}

/// H(p,q) = E_p[(x - mu)^2] / (2 sigma^2) + log(sigma sqrt(2 pi))
template <Real T>
[[nodiscard]] T cross_entropy(const RealLineDensity<T>& p, const Gaussian<T>& q,
                              std::type_identity_t<T>* error = nullptr) {
  using std::log;
  const T square = detail::half_second_moment(p, q);
  if (error != nullptr)
    *error = T(16) * std::numeric_limits<T>::epsilon() * (square + T(1)) + detail::log_error(q.stddev());
  return square + (T(log(q.stddev())) + detail::log_sqrt_two_pi<T>());
}

/// H(q,p) = -E_q[log p]
template <Real T>
[[nodiscard]] T cross_entropy(const Gaussian<T>& q, const RealLineDensity<T>& p,
                              std::type_identity_t<T>* error = nullptr) {
  using std::log;
  const T value = detail::scaled_cross_entropy<T>(q, p, error) + T(log(p.unit()));
  if (error != nullptr) *error += detail::log_error(p.unit());
  return value;
}

/// D(p||q) = integral of p log(p/q) >= 0
template <Real T>
[[nodiscard]] T forward_kl(const RealLineDensity<T>& p, const Gaussian<T>& q,
                           std::type_identity_t<T>* error = nullptr) {
  using std::abs;
  const T square = detail::half_second_moment(p, q);
  const T log_width = detail::scaled_log_normalizer(p, q);
  const T value = (square + log_width) - p.scaled_entropy();
  if (value < T(detail::close)) return detail::close_divergence(detail::Direction::forward, p, q, error);
  if (error != nullptr)
    *error = p.scaled_entropy_error() + T(16) * std::numeric_limits<T>::epsilon() * (square + T(abs(log_width)) + T(1));
  return value;
}

/// D(q||p) = integral of q log(q/p) >= 0
template <Real T>
[[nodiscard]] T reverse_kl(const Gaussian<T>& q, const RealLineDensity<T>& p,
                           std::type_identity_t<T>* error = nullptr) {
  using std::abs;
  // The forward one costs no sum: asked first, it mostly saves the one that would be formed again.
  const T log_width = detail::scaled_log_normalizer(p, q);
  const bool is_close = detail::half_second_moment(p, q) + log_width - p.scaled_entropy() < T(4 * detail::close);
  const T entropy = log_width + T(1) / T(2);
  const T value = is_close ? T(0) : T(detail::scaled_cross_entropy<T>(q, p, error) - entropy);
  if (value < T(detail::close)) return detail::close_divergence(detail::Direction::reverse, p, q, error);
  if (error != nullptr) *error += T(4) * std::numeric_limits<T>::epsilon() * (T(abs(entropy)) + T(1));
  return value;
}

/// D(p||q) and E_q[z^k], which is 1 0 1 0 3, for derivatives.
template <Real T>
[[nodiscard]] ForwardKlTerms<T> forward_kl_terms(const RealLineDensity<T>& p, const Gaussian<T>& q) {
  return {q.mean(), forward_kl(p, q), {T(1), T(0), T(1), T(0), T(3)}};
}

/// D(q||p), E_q[z^k], which is 1 0 1 0 3, and E_q[z^k (log p - log q)], for derivatives: one pass for all. Cost: that
/// of D(q||p), or twice that where D(q||p) is below 0.01.
template <Real T>
[[nodiscard]] ReverseKlTerms<T> reverse_kl_terms(const Gaussian<T>& q, const RealLineDensity<T>& p) {
  using Array = detail::LegendreArray<T>;
  const detail::LinePoint<T> mean = q.mean();
  const T inverse = T(1) / q.stddev();
  const T reach = detail::gaussian_reach<T>() * q.stddev();
  const T level = p.scaled_log_pdf(q.mean());  // a constant times m_k is free: it keeps the size of log p out of it
  std::array<Array, 5> sums;
  for (Array& sum : sums) sum.setZero();
  p.for_each_panel(
      mean + T(-reach), mean + reach, detail::GaussianFamily<T>{mean, mean, q.stddev()}, [&](const auto& panel) {
        const Array z = panel.standardized(q.mean(), inverse);
        Array term = detail::gaussian_weights<T>(panel, z, inverse) * (panel.values - level + z.square() * T(0.5));
        for (Array& sum : sums) {
          sum += term;
          term *= z;
        }
      });
  ReverseKlTerms<T> of{q.mean(), {}, {T(1), T(0), T(1), T(0), T(3)}, {}};
  for (std::size_t k = 0; k < sums.size(); ++k) of.log_ratio[k] = sums[k].sum();
  of.value = -of.log_ratio[0] - level - detail::scaled_log_normalizer(p, q);
  if (of.value < T(detail::close))
    of.value = detail::close_divergence(detail::Direction::reverse, p, q, static_cast<T*>(nullptr));
  return of;
}

/// H(p) of a mixture.
template <Real T>
[[nodiscard]] T entropy(const GaussianMixture<T>& p, std::type_identity_t<T>* error = nullptr) {
  return entropy(RealLineDensity<T>(p), error);
}

/// H(p,q) of a mixture p.
template <Real T>
[[nodiscard]] T cross_entropy(const GaussianMixture<T>& p, const Gaussian<T>& q,
                              std::type_identity_t<T>* error = nullptr) {
  return cross_entropy(RealLineDensity<T>(p), q, error);
}

/// H(q,p) of a mixture p.
template <Real T>
[[nodiscard]] T cross_entropy(const Gaussian<T>& q, const GaussianMixture<T>& p,
                              std::type_identity_t<T>* error = nullptr) {
  return cross_entropy(q, RealLineDensity<T>(p), error);
}

/// D(p||q) of a mixture p.
template <Real T>
[[nodiscard]] T forward_kl(const GaussianMixture<T>& p, const Gaussian<T>& q,
                           std::type_identity_t<T>* error = nullptr) {
  return forward_kl(RealLineDensity<T>(p), q, error);
}

/// D(q||p) of a mixture p.
template <Real T>
[[nodiscard]] T reverse_kl(const Gaussian<T>& q, const GaussianMixture<T>& p,
                           std::type_identity_t<T>* error = nullptr) {
  return reverse_kl(q, RealLineDensity<T>(p), error);
}

}  // namespace klgrid
