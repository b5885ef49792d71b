// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "klgrid/detail/require.hpp"
#include "klgrid/domain.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/pair_quadrature.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

namespace detail {

/// log A, A = integral of p^alpha q^(1 - alpha); -inf if p and q share no node.
///
/// With d = log p - log q, A - 1 = E_q[e^(alpha d) - 1] = E_p[e^((alpha - 1) d) - 1]: no digits are lost as alpha tends
/// to 0 in the first or to 1 in the second.
template <Real T>
T log_affinity(const PairQuadrature<T>& nodes, const T& alpha) {
  using std::log;
  using std::log1p;
  const T lowest = std::numeric_limits<T>::lowest();
  const bool about_q = alpha <= T(0.5);
  const auto counts = nodes.weight > T(0);
  // Stored, for Eigen does not vectorise an exponential under select.
  const Vector<T> turn = (about_q ? alpha : T(alpha - T(1))) * nodes.log_ratio;
  const Vector<T> log_mean = counts.select(alpha * nodes.log_p + (T(1) - alpha) * nodes.log_q, lowest);
  const Vector<T> mean = log_mean.exp();
  const Vector<T> base = counts.select(about_q ? nodes.log_q : nodes.log_p, lowest).exp();
  const T underflow = (std::numeric_limits<T>::min)() / std::numeric_limits<T>::epsilon();
  // base (e^turn - 1): with u = e^turn, rounded, (u - 1) / log(u) is smooth in u, so that it does not matter that u was
  // rounded, as long as it is the same number in both places (Kahan; Higham, "Accuracy and Stability of Numerical
  // Algorithms", 2002, 1.14.1).
  const Vector<T> growth = mean / base;
  const Vector<T> log_growth = growth.log();
  const auto is_close = counts && turn.abs() < T(1) && base > underflow;
  const Vector<T> nearby = (growth == T(1)).select(base * turn, base * (growth - T(1)) * turn / log_growth);
  const T excess = (nodes.weight * is_close.select(nearby, mean - base)).sum();
  if (excess > T(-0.5)) return log1p(excess);
  const T top = log_mean.maxCoeff();
  if (!(top > lowest)) return -std::numeric_limits<T>::infinity();
  return top + T(log(T((nodes.weight * (log_mean - top).exp()).sum())));
}

}  // namespace detail

/// What the divergences of order alpha between densities p and every Gaussian q of a bank have in common, the affinity
/// A = integral of p^alpha q^(1 - alpha), 0 < alpha < 1.
///
/// q^(1 - alpha) is again a Gaussian, wider by 1 / sqrt(1 - alpha):
///
///     log A(mu, sigma) = log Z(mu, sigma') - (1 - alpha) log Z(mu, sigma) + log E_q'[p^alpha],
///     sigma' = sigma / sqrt(1 - alpha).
///
/// Held, for it does not depend on p: a bank of the q', and the difference of the log Z. Make it once, use it for every
/// p. Cost and memory: those of the bank and of a surface.
///
/// The error of E_q'[p^alpha] is a share of about the largest p^alpha, not of itself; it is the smaller, the closer
/// alpha is to 1, where the divergences magnify it. A cell in which it could make more of a divergence than 1e-12
/// (double; 46 tolerances of a bank with a larger one than by default), relative, absolute below 1, is summed by
/// itself: cells in which p^alpha is small throughout, at the cost of an exponential a node; and, at that of some four,
/// without cancellation, cells of small divergence as alpha tends to 0 or 1.
template <PowerBank Bank>
class AffinityBank {
 public:
  using Scalar = typename Bank::Scalar;    ///< of all values
  using Density = typename Bank::Density;  ///< of the bank's domain

  /// For every q of the bank, at one alpha.
  /// @throws std::invalid_argument unless 0 < alpha < 1.
  AffinityBank(const Bank& bank, const Scalar& alpha)
      : alpha_(checked(alpha)),
        mesh_(bank.mesh()),
        wider_(bank.with_mesh(ParameterMesh<Scalar>(mesh_.mu(), widened(mesh_.sigma(), alpha)),
                              (std::min)(Scalar(1), Scalar(3) * (Scalar(1) - alpha)) * bank.tolerance())),
        error_of_q_((Scalar(1) - alpha) * bank.tolerance()),
        promise_((std::max)(Scalar(46) * bank.tolerance(), Scalar(4500) * std::numeric_limits<Scalar>::epsilon())),
        log_factor_(wider_.log_normalizer() - (Scalar(1) - alpha) * bank.log_normalizer()) {}

  /// The order that it was made for.
  [[nodiscard]] const Scalar& alpha() const noexcept { return alpha_; }
  /// The mesh of all (mu, sigma).
  [[nodiscard]] const ParameterMesh<Scalar>& mesh() const noexcept { return mesh_; }

  /// A divergence for every q: divergence(log A) returns it and the modulus of its derivative in log A, as a pair.
  /// @throws std::invalid_argument if p does not live on the bank's domain.
  template <class Divergence>
  [[nodiscard]] Surface<Scalar> surface(const Density& p, const Divergence& divergence) const {
    using T = Scalar;
    Surface<T> expected;
    const Vector<T> scale = wider_.expected_power(p, alpha_, expected);
    Surface<T> out = log_factor_ + expected.log();
    PairQuadrature<T> nodes;
    const T underflow = (std::numeric_limits<T>::min)() / std::numeric_limits<T>::epsilon();
    for (Index i = 0; i < out.rows(); ++i)
      for (Index j = 0; j < out.cols(); ++j) {
        // An error of log A counts as much as the divergence is steep there.
        std::pair<T, T> found = divergence(out(i, j));
        const auto precise = [&](const T& tolerances) {  // of E_q'[p^alpha]; log Z(mu, sigma') has one as well
          const T error = (tolerances + T(1)) * wider_.tolerance() + error_of_q_;
          return expected(i, j) > underflow && found.second * error <= promise_ * (std::max)(T(1), found.first);
        };
        if (!precise(scale[i] / expected(i, j))) {
          using std::log;
          expected(i, j) = wider_.expected_power(p, alpha_, i, j);
          found = divergence(T(log_factor_(i, j) + T(log(expected(i, j)))));
          if (!precise(T(1))) {
            pair_quadrature(p, Gaussian<T>(mesh_.mu()[j], mesh_.sigma()[i]), alpha_, nodes);
            found = divergence(detail::log_affinity(nodes, alpha_));
          }
        }
        out(i, j) = (std::max)(T(0), found.first);
      }
    return out;
  }

 private:
  static const Scalar& checked(const Scalar& alpha) {
    detail::require_that(alpha > Scalar(0) && alpha < Scalar(1), "AffinityBank", "alpha", "in (0, 1)", alpha);
    return alpha;
  }

  static Vector<Scalar> widened(const Vector<Scalar>& sigma, const Scalar& alpha) {
    using std::sqrt;
    return sigma / Scalar(sqrt(Scalar(1) - alpha));
  }

  Scalar alpha_;
  ParameterMesh<Scalar> mesh_;
  Bank wider_;
  Scalar error_of_q_;  // in log A, of log Z(mu, sigma)
  Scalar promise_;     // of a divergence, relative, absolute below 1
  Surface<Scalar> log_factor_;
};

namespace detail {

template <class Bank>
inline constexpr bool is_affinity_bank = false;
template <class Bank>
inline constexpr bool is_affinity_bank<AffinityBank<Bank>> = true;

template <class Q, class P>
concept NotAffineTo = NotComparableTo<Q, P> && !is_affinity_bank<Q>;

}  // namespace detail

}  // namespace klgrid
