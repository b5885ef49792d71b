// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

#include "klgrid/domain.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/line/bank.hpp"
#include "klgrid/line/density.hpp"
#include "klgrid/line/detail/close_divergence.hpp"
#include "klgrid/line/detail/legendre_rule.hpp"
#include "klgrid/real.hpp"

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
namespace klgrid::inline KLGRID_ABI {

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
  const bool is_close = cross_entropy(p, q) - p.entropy() < T(4 * detail::close);
  const T value = is_close ? T(0) : cross_entropy(q, p, error) - q.entropy();
  if (value < T(detail::close)) return detail::close_divergence(detail::Direction::reverse, p, q, error);
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
  using std::log;
  const T mean = q.mean() - p.origin();
  const T inverse = T(1) / q.stddev();
  const T reach = detail::gaussian_reach<T>() * q.stddev();
  const T level = p.log_pdf(q.mean());  // a constant times m_k is free: it keeps the size of log p out of the sums
  std::array<Array, 5> sums;
  for (Array& sum : sums) sum.setZero();
  p.for_each_panel(T(mean - reach), T(mean + reach), {mean, mean, q.stddev()}, detail::Ends::whole,
                   [&](const auto& panel) {
                     const Array z = (panel.nodes() - mean) * inverse;
                     Array term = detail::gaussian_weights<T>(panel, z) * (panel.values - level + z.square() * T(0.5));
                     for (Array& sum : sums) {
                       sum += term;
                       term *= z;
                     }
                   });
  ReverseKlTerms<T> of{q.mean(), {}, {T(1), T(0), T(1), T(0), T(3)}, {}};
  for (std::size_t k = 0; k < sums.size(); ++k) of.log_ratio[k] = sums[k].sum() * inverse;
  of.value = -of.log_ratio[0] - level - (T(log(q.stddev())) + detail::log_sqrt_two_pi<T>());
  if (of.value < T(detail::close))
    of.value = detail::close_divergence(detail::Direction::reverse, p, q, static_cast<T*>(nullptr));
  return of;
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
