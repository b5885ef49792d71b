// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <limits>
#include <type_traits>

#include "klgrid/real.hpp"

/// e^t - 1 and log(1 + x) of arrays near 0, where forming them as they are written would cancel.
///
/// Eigen computes both in double element by element through the C library. With u = e^t or u = 1 + x, rounded,
/// (u - 1) / log(u) is smooth in u, so that it does not matter that u was rounded (Kahan; Higham, "Accuracy and
/// Stability of Numerical Algorithms", 2002, 1.14.1), and exp and log are vectorised.
namespace klgrid::detail {

template <Real T>
inline constexpr bool kahan_is_faster = std::is_same_v<T, double>;

/// e^t - 1
template <class Array>
typename Array::PlainObject expm1_of(const Eigen::ArrayBase<Array>& t) {
  using T = typename Array::Scalar;
  if constexpr (kahan_is_faster<T>) {
    const typename Array::PlainObject u = t.exp();
    const typename Array::PlainObject near = (u - T(1)) * t / u.log();
    return (u == T(1)).select(t, (t.abs() < T(1)).select(near, u - T(1)));
  } else {
    return t.expm1();
  }
}

/// log(1 + x), |x| < 1
template <class Array>
typename Array::PlainObject log1p_of(const Eigen::ArrayBase<Array>& x) {
  using T = typename Array::Scalar;
  if constexpr (kahan_is_faster<T>) {
    const typename Array::PlainObject u = x + T(1);
    return (u == T(1)).select(x, u.log() * x / (u - T(1)));
  } else {
    return x.log1p();
  }
}

/// e^t - 1 - t >= 0, |t| <= 1, as exponential_remainder.hpp sums it.
template <class Array>
typename Array::PlainObject exponential_remainder_of(const Eigen::ArrayBase<Array>& t) {
  using T = typename Array::Scalar;
  typename Array::PlainObject term = t.square() / T(2);
  typename Array::PlainObject sum = term;
  for (int n = 3; (term.abs() > sum * std::numeric_limits<T>::epsilon()).any(); ++n) {
    term *= t / T(n);
    sum += term;
  }
  return sum;
}

}  // namespace klgrid::detail
