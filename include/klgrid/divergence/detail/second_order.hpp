// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "klgrid/domain.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// The derivatives of R = log(integral of p^alpha q^(1 - alpha)) / (alpha (alpha - 1)), which is D(q||p) at alpha = 0
/// and D(p||q) at alpha = 1, from
///   m_k = E_q[z^k]  and  delta_k = (E_q[z^k] - E_r[z^k]) / alpha,   r = p^alpha q^(1 - alpha) normalised:
/// dR = delta of the scores s, and, with E_q[s'] = E_q[ds/dtheta],
///   d^2 R = delta of s'  +  (Cov_q(s, s) - Cov_r(s, s)) / alpha  +  Cov_r(s, s)
///         = delta of s'  +  Cov_q(s, s)  +  (1 - alpha) (delta_jk - m_j delta_k - m_k delta_j + alpha delta_j
///         delta_k),
/// in which nothing large cancels. At alpha = 0, r is q and delta_k is Cov_q(z^k, log q - log p). At alpha = 1, r is p,
/// of which only delta_1 and delta_2 are left. For a number of type V, or for several side by side.
template <class V, Real T>
V curvature(const Powers<V>& m, const Powers<V>& delta, const T& alpha, std::size_t j, std::size_t k) {
  V result = m[j + k] - m[j] * m[k];
  if (!(alpha < T(1))) return result;  // not 0 times what may overflow
  result += (T(1) - alpha) * V(delta[j + k] - m[j] * delta[k] - m[k] * delta[j] + alpha * V(delta[j] * delta[k]));
  return result;
}

/// Where z is about z0 throughout, huge beside its spread, m and delta are those of u = z - z0: of the scores (z, z^2)
/// = (u, u^2 + 2 z0 u) + constants. mu counts in units of sigma / `unit`: sigma gives the derivatives in mu, 1 those in
/// mu / sigma, which are in range in every unit of x. Where the value is infinite, the derivatives are given as 0.
template <Real T>
KlDerivatives<T> second_order(const T& value, const Powers<T>& m, const Powers<T>& delta, const T& alpha, const T& unit,
                              const T& z0 = T(0)) {
  KlDerivatives<T> d;
  d.value = value;
  d.gradient.setZero();
  d.hessian.setZero();
  if (!(value <= (std::numeric_limits<T>::max)())) return d;
  const T most = (std::numeric_limits<T>::max)();
  const T twice = (std::max)(T(-most), (std::min)(most, T(T(2) * z0)));  // 0 times it is 0
  const T first = curvature(m, delta, alpha, 1, 1);
  const T mixed = curvature(m, delta, alpha, 1, 2);
  d.gradient << delta[1] / unit, delta[2] + twice * delta[1];
  d.hessian(0, 0) = first / unit / unit;
  d.hessian(0, 1) = d.hessian(1, 0) = (mixed + twice * first - T(2) * delta[1]) / unit;
  d.hessian(1, 1) = curvature(m, delta, alpha, 2, 2) + twice * (T(2) * mixed + twice * first) - T(2) * d.gradient[1];
  return d;
}

}  // namespace klgrid::detail
