// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "klgrid/detail/exponential_remainder.hpp"
#include "klgrid/detail/require.hpp"
#include "klgrid/divergence/affinity_bank.hpp"
#include "klgrid/divergence/detail/second_order.hpp"
#include "klgrid/divergence/kl_surfaces.hpp"
#include "klgrid/domain.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/pair_quadrature.hpp"
#include "klgrid/real.hpp"

/// Between the two directions: divergences of order alpha, 0 <= alpha <= 1, all of the affinity
/// A = integral of p^alpha q^(1 - alpha) <= 1.
///
/// - renyi_divergence: D_alpha(p||q) = log A / (alpha - 1), in nats: Renyi's, in the convention of van Erven and
///   Harremoes (IEEE Trans. Inf. Theory 60, 2014). D_1 = D(p||q), and D_0 = -log Q(p > 0). At 1/2 it is twice the
///   Bhattacharyya distance -log A.
/// - alpha_divergence: (1 - A) / (alpha (1 - alpha)): Amari's, in the convention of Cichocki and Amari (Entropy 12,
///   2010). D(q||p) at alpha = 0 and D(p||q) at alpha = 1; alpha times it is the Tsallis relative entropy (1 - A) / (1
///   - alpha). At 1/2 it is four times the squared Hellinger distance.
/// - D_alpha / alpha = log A / (alpha (alpha - 1)): Renyi's as Liese and Vajda scale it (IEEE Trans. Inf. Theory 52,
///   2006), with the same two limits; its derivatives lead fit_renyi. In 0 < alpha < 1 all three have the same
///   minimisers.
///
/// On either domain: a grid's sums, or panels on the real line.
///
/// Accuracy: 1e-12 relative for one pair, also as alpha tends to 0 or 1 and, on the line, as q tends to p: 1 - A is
/// never formed as a difference, but as the integral of alpha p + (1 - alpha) q - p^alpha q^(1 - alpha), nowhere
/// negative. Cost for one pair: its quadrature (pair_quadrature), and some four exponentials a point.
namespace klgrid::inline KLGRID_ABI {

namespace detail {

template <QuadratureDensity P, GaussianFor<P> Q>
PairQuadrature<ScalarOf<P>> quadrature_of(const P& p, const Q& q, const ScalarOf<P>& alpha) {
  PairQuadrature<ScalarOf<P>> nodes;
  pair_quadrature(density_of(p), q, alpha, nodes);
  return nodes;
}

template <Real T>
void require_order(const T& alpha, const char* where) {
  require_that(alpha >= T(0) && alpha <= T(1), where, "alpha", "in [0, 1]", alpha);
}

/// (alpha p + (1 - alpha) q - p^alpha q^(1 - alpha)) / (alpha (1 - alpha)) >= 0 at one point, its limits at alpha =
/// 0, 1.
///
/// With d = log p - log q and r(d) = e^d - 1 - d it is q (r(d) - r(alpha d) / alpha) / (1 - alpha), where nothing
/// cancels as long as alpha <= 1/2 and alpha |d| <= 1; for alpha > 1/2, p and q change places.
template <Real T>
T alpha_integrand(const T& log_p, const T& log_q, const T& d, const T& alpha) {
  using std::exp;
  if (alpha > T(0.5)) return alpha_integrand<T>(log_q, log_p, -d, T(1) - alpha);
  const T lowest = std::numeric_limits<T>::lowest();
  const T p = log_p >= lowest ? T(exp(log_p)) : T(0);
  const T q = log_q >= lowest ? T(exp(log_q)) : T(0);
  if (!(log_q >= lowest)) return p / (T(1) - alpha);
  if (!(log_p >= lowest)) return alpha > T(0) ? T(q / alpha) : std::numeric_limits<T>::infinity();
  const T turn = alpha * d;
  if (turn > T(1) || turn < T(-1)) {
    const T mean = exp(T(log_q + turn));
    return (alpha * p + (T(1) - alpha) * q - mean) / (alpha * (T(1) - alpha));
  }
  // For a large d, q e^d is written p: e^d alone could overflow.
  const T remainder = d < T(1) ? T(q * exponential_remainder(d)) : T(p - q * (T(1) + d));
  const T turned = alpha > T(0) ? T(q * exponential_remainder(turn) / alpha) : T(0);
  return (remainder - turned) / (T(1) - alpha);
}

/// (1 - A) / (alpha (1 - alpha))
template <Real T>
T alpha_divergence(const PairQuadrature<T>& nodes, const T& alpha) {
  T sum = T(0);
  for (Index i = 0; i < nodes.size(); ++i)
    if (nodes.weight[i] > T(0))
      sum += nodes.weight[i] * alpha_integrand<T>(nodes.log_p[i], nodes.log_q[i], nodes.log_ratio[i], alpha);
  return sum;
}

/// -log A / (alpha (1 - alpha)): from 1 - A where A is near 1, which it is as alpha tends to 0 or 1, and from log A
/// else.
template <Real T>
T scaled_renyi_divergence(const PairQuadrature<T>& nodes, const T& alpha) {
  using std::log1p;
  const T amari = alpha_divergence(nodes, alpha);
  const T scale = alpha * (T(1) - alpha);
  if (!(scale > T(0)) || !(amari > T(0))) return amari;
  const T complement = scale * amari;
  if (complement < T(0.5)) return T(-log1p(-complement)) / scale;
  return -log_affinity(nodes, alpha) / scale;
}

/// p^alpha q^(1 - alpha) / A at the points, by their own sum: of a large D the rounding of log A would count in an
/// exponent.
template <Real T>
Vector<T> normalized_mean(const PairQuadrature<T>& nodes, const T& alpha) {
  using std::log;
  const auto counts = nodes.weight > T(0);
  const Vector<T> log_mean =
      counts.select(alpha * nodes.log_p + (T(1) - alpha) * nodes.log_q, std::numeric_limits<T>::lowest());
  const Vector<T> below = log_mean - log_mean.maxCoeff();
  Vector<T> mean = below.exp();
  // A vectorised exponential ends at the least number, not at 0: times z^4 it may count.
  mean = (below > T(log((std::numeric_limits<T>::min)()))).select(mean, T(0));
  return mean / (nodes.weight * mean).sum();
}

/// alpha times the scaled one; at alpha = 0, where that is D(q||p), -log Q(p > 0).
template <Real T>
T renyi_divergence(const PairQuadrature<T>& nodes, const T& alpha) {
  using std::log1p;
  if (alpha > T(0)) return alpha * scaled_renyi_divergence(nodes, alpha);
  const auto missed = nodes.weight > T(0) && nodes.log_p < std::numeric_limits<T>::lowest();
  const T missed_mass = missed.select(nodes.weight * nodes.log_q.exp(), T(0)).sum();
  return missed_mass < T(1) ? T(-log1p(-missed_mass)) : std::numeric_limits<T>::infinity();
}

}  // namespace detail

/// D_alpha(p||q) = log(integral of p^alpha q^(1 - alpha)) / (alpha - 1) >= 0, nats; +inf if p and q share no point.
/// @throws std::invalid_argument unless 0 <= alpha <= 1.
template <QuadratureDensity P, GaussianFor<P> Q>
[[nodiscard]] detail::ScalarOf<P> renyi_divergence(const P& p, const Q& q, const detail::ScalarOf<P>& alpha) {
  detail::require_order(alpha, "renyi_divergence");
  return detail::renyi_divergence(detail::quadrature_of(p, q, alpha), alpha);
}

/// (1 - integral of p^alpha q^(1 - alpha)) / (alpha (1 - alpha)) >= 0; D(q||p) at alpha = 0, D(p||q) at alpha = 1.
/// @throws std::invalid_argument unless 0 <= alpha <= 1.
template <QuadratureDensity P, GaussianFor<P> Q>
[[nodiscard]] detail::ScalarOf<P> alpha_divergence(const P& p, const Q& q, const detail::ScalarOf<P>& alpha) {
  detail::require_order(alpha, "alpha_divergence");
  return detail::alpha_divergence(detail::quadrature_of(p, q, alpha), alpha);
}

/// H^2 = (1/2) integral of (sqrt p - sqrt q)^2 = 1 - integral of sqrt(p q), in [0, 1]. Its square root is a metric. A
/// quarter of alpha_divergence at alpha = 1/2.
template <QuadratureDensity P, GaussianFor<P> Q>
[[nodiscard]] detail::ScalarOf<P> squared_hellinger_distance(const P& p, const Q& q) {
  using T = detail::ScalarOf<P>;
  return alpha_divergence(p, q, T(0.5)) / T(4);
}

/// D_alpha(p||q) for every q of the bank, nats.
///
/// Accuracy: 1e-12 relative, absolute below 1 (double); beside that a rounding of log sigma and of log p over alpha (1
/// - alpha), which odd units of x make large: in double 5e-12 at 1e90 and alpha = 0.99, in long double thrice the
/// promise at 1e-4800. Cost: that of the bank's E_q[log p], and of the cells summed by themselves (affinity_bank.hpp).
/// @throws std::invalid_argument if p does not live on the bank's domain.
template <class P, PowerBank Bank>
requires DensityFor<P, Bank>
[[nodiscard]] Surface<typename Bank::Scalar> renyi_divergence(const P& p, const AffinityBank<Bank>& bank) {
  using T = typename Bank::Scalar;
  const T scale = T(1) / (T(1) - bank.alpha());
  return bank.surface(density_of(p),
                      [&](const T& log_affinity) { return std::pair<T, T>(-scale * log_affinity, scale); });
}

/// Amari's alpha-divergence for every q of the bank. Accuracy and cost: as renyi_divergence.
/// @throws std::invalid_argument if p does not live on the bank's domain.
template <class P, PowerBank Bank>
requires DensityFor<P, Bank>
[[nodiscard]] Surface<typename Bank::Scalar> alpha_divergence(const P& p, const AffinityBank<Bank>& bank) {
  using T = typename Bank::Scalar;
  const T scale = T(1) / (bank.alpha() * (T(1) - bank.alpha()));
  return bank.surface(density_of(p), [&](const T& log_affinity) {
    using std::expm1;
    const T excess = expm1(log_affinity);
    return std::pair<T, T>(-scale * excess, scale * (T(1) + excess));
  });
}

/// D_alpha(p||q) for every q of the bank, 0 <= alpha <= 1, with an AffinityBank made for it: make one yourself to use
/// it for several p. At the ends no such bank is needed.
/// @throws std::invalid_argument unless 0 <= alpha <= 1 and p lives on the bank's domain.
template <class P, PowerBank Bank>
requires DensityFor<P, Bank>
[[nodiscard]] Surface<typename Bank::Scalar> renyi_divergence(const P& p, const Bank& bank,
                                                              const typename Bank::Scalar& alpha) {
  using T = typename Bank::Scalar;
  detail::require_order(alpha, "renyi_divergence");
  const auto& density = density_of(p);
  bank.require_same_domain(density);
  if (alpha > T(0))
    return alpha < T(1) ? renyi_divergence(density, AffinityBank<Bank>(bank, alpha)) : forward_kl(density, bank);
  const auto& mesh = bank.mesh();
  Surface<T> out = Surface<T>::Zero(mesh.rows(), mesh.cols());
  if (density.has_full_support()) return out;
  for (Index i = 0; i < mesh.rows(); ++i)
    for (Index j = 0; j < mesh.cols(); ++j)
      out(i, j) = renyi_divergence(density, Gaussian<T>(mesh.mu()[j], mesh.sigma()[i]), alpha);
  return out;
}

/// Amari's alpha-divergence for every q of the bank, 0 <= alpha <= 1, with an AffinityBank made for it: make one
/// yourself to use it for several p. The ends are D(q||p) and D(p||q).
/// @throws std::invalid_argument unless 0 <= alpha <= 1 and p lives on the bank's domain.
template <class P, PowerBank Bank>
requires DensityFor<P, Bank>
[[nodiscard]] Surface<typename Bank::Scalar> alpha_divergence(const P& p, const Bank& bank,
                                                              const typename Bank::Scalar& alpha) {
  using T = typename Bank::Scalar;
  detail::require_order(alpha, "alpha_divergence");
  if (!(alpha > T(0))) return reverse_kl(bank, p);
  return alpha < T(1) ? alpha_divergence(p, AffinityBank<Bank>(bank, alpha)) : forward_kl(p, bank);
}

namespace detail {

/// D_alpha(p||q) / alpha to second order; `unit` is second_order's.
template <class P, class Q, Real T>
KlDerivatives<T> scaled_renyi_second_order(const P& p, const Q& q, const T& alpha, const T& unit) {
  using std::exp;
  using std::expm1;
  const PairQuadrature<T> nodes = quadrature_of(p, q, alpha);
  const T value = scaled_renyi_divergence(nodes, alpha);
  Powers<T> m{};
  Powers<T> delta{};
  if (!is_finite(value)) return second_order<T>(value, m, delta, alpha, unit);
  const bool is_far = alpha * (T(1) - alpha) * value > T(64);  // q and r share next to nothing
  const Vector<T> turned = is_far ? normalized_mean(nodes, alpha) : Vector<T>();
  for (Index i = 0; i < nodes.size(); ++i) {
    // r = p^alpha q^(1 - alpha) / A = q e^turn, and (q - r) / alpha = -q expm1(turn) / alpha, with its limit at alpha =
    // 0.
    const T density = exp(nodes.log_q[i]);
    const T over_alpha = nodes.log_ratio[i] + (T(1) - alpha) * value;
    const T turn = alpha * over_alpha;
    T difference = T(0);
    if (is_far)
      difference = (density - turned[i]) / alpha;
    else if (!(alpha > T(0)))
      difference = -density * over_alpha;
    else if (turn < T(1))
      difference = -density * T(expm1(turn)) / alpha;
    else
      difference = (density - T(exp(T(nodes.log_q[i] + turn)))) / alpha;
    T q_term = nodes.weight[i] > T(0) ? T(nodes.weight[i] * density) : T(0);
    T delta_term = nodes.weight[i] > T(0) ? T(nodes.weight[i] * difference) : T(0);
    for (std::size_t k = 0; k < m.size(); ++k, q_term *= nodes.z[i], delta_term *= nodes.z[i]) {
      m[k] += q_term;
      delta[k] += delta_term;
    }
  }
  return second_order<T>(value, m, delta, alpha, unit);
}

}  // namespace detail

/// D_alpha(p||q) / alpha and its derivatives in (mu, log sigma): D(q||p) at alpha = 0, D(p||q) at alpha = 1. Where it
/// is +inf, the derivatives are given as 0.
/// Accuracy: of the derivatives, a few roundings of (1 + value) E[z^4] under p and q, z = (x - mu) / sigma.
/// @throws std::invalid_argument unless 0 <= alpha <= 1.
template <QuadratureDensity P, GaussianFor<P> Q>
[[nodiscard]] KlDerivatives<detail::ScalarOf<P>> scaled_renyi_derivatives(const P& p, const Q& q,
                                                                          const detail::ScalarOf<P>& alpha) {
  detail::require_order(alpha, "scaled_renyi_derivatives");
  return detail::scaled_renyi_second_order(p, q, alpha, detail::ScalarOf<P>(q.stddev()));
}

// Arguments that are none. The compiler shows these lines.
template <class P, detail::NotAffineTo<P> Q, class... Alpha>
void renyi_divergence(const P&, const Q&, const Alpha&...) = delete;  // (Density p, Gaussian or GaussianBank q)
template <class P, detail::NotAffineTo<P> Q, class... Alpha>
void alpha_divergence(const P&, const Q&, const Alpha&...) = delete;  // (Density p, Gaussian or GaussianBank q)

}  // namespace klgrid
