// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <limits>

#include "klgrid/real.hpp"

/// e^t - 1 and log(1 + u) of arrays near 0, where forming them as they are written would cancel: by series, point by
/// point, which compilers vectorise. (Eigen's expm1 and log1p go through the C library.)
namespace klgrid::detail {

/// e^t. Flattened, for compilers may leave each packet of Eigen's exponential to a call.
template <class Array>
[[gnu::flatten]] Array exp_of(const Array& t) {
  return t.exp();
}

/// inside where |t| <= bound, outside elsewhere. Vectorised, which Eigen's select is not.
template <class Array>
Array choose_within(const Array& t, const typename Array::Scalar& bound, const Array& inside, const Array& outside) {
  using std::abs;
  Array chosen;
  for (Index i = 0; i < Array::SizeAtCompileTime; ++i) chosen[i] = abs(t[i]) <= bound ? inside[i] : outside[i];
  return chosen;
}

/// n!, n <= 22.
constexpr double exact_factorial(int n) {
  double product = 1;
  for (; n > 1; --n) product *= n;
  return product;
}

/// e^t - 1 = t + r(t), where r(2 y) = 2 r(y) + (e^y - 1)^2 is a sum of what is never negative: four times from
/// r(y) = y^2 (1/2! + y/3! + y^2/4! + ...), |y| <= 1/4
template <class Array>
Array expm1_of(const Array& t) {
  using T = typename Array::Scalar;
  const T reach(4);
  const Array near = t.max(-reach).min(reach);
  const Array series = near.unaryExpr([](const T& x) {
    constexpr int terms = 4 + std::numeric_limits<T>::digits / 6;  // 4^terms (terms + 1)! is above 2^digits
    constexpr int doublings = 4;
    T y = x * T(1.0 / (1 << doublings));
    T rest = T(0);
    double factorial = exact_factorial(terms);
    for (int n = terms; n > 1; factorial /= n--) rest = rest * y + T(1) / T(factorial);
    rest *= y * y;
    for (int n = 0; n < doublings; ++n) {
      const T rise = y + rest;
      rest = T(2) * rest + rise * rise;
      y *= T(2);
    }
    return T(y + rest);
  });
  if (!(t.abs().maxCoeff() > reach)) return series;
  return choose_within(t, reach, series, Array(exp_of(t) - T(1)));
}

/// 1/first + y/(first + 2) + ... + y^terms/(first + 2 terms): with first = 1 and y = s^2 it is atanh(s)/s.
template <int first, int terms, Real T>
T odd_series(const T& y) {
  T sum = T(1) / T(first + 2 * terms);
  for (int n = first + 2 * terms - 2; n >= first; n -= 2) sum = sum * y + T(1) / T(n);
  return sum;
}

/// log(1 + u) = 2 atanh(s), s = u/(2 + u), 0 <= u <= 1
template <class Array>
Array log1p_of(const Array& u) {
  using T = typename Array::Scalar;
  constexpr int terms = 3 * std::numeric_limits<T>::digits / 10;  // s^2 <= 1/9
  const Array s = u / (u + T(2));
  return s.unaryExpr([](const T& x) { return T(T(2) * x * odd_series<1, terms>(T(x * x))); });
}

/// log(1 + u) = 2 atanh(s) = s (2 + cubic), s = u/(2 + u), cubic = 2 s^2 (1/3 + s^2/5 + s^4/7 + ...), where it is at
/// most 1/4 in size, and what it and u leave of each other. No digit is lost in
///   u - log(1 + u) = s (u - cubic),   (1 + u) log(1 + u) - u = s (u + (1 + u) cubic).
template <class Array>
class NearUnity {
 public:
  using T = typename Array::Scalar;
  static constexpr double reach = 0.25;  ///< of log(1 + u)

  /// Any u is taken; where it is outside, what comes is finite but of no meaning.
  explicit NearUnity(const Array& u) : u_(u.max(T(-0.25)).min(T(0.3))), s_(u_ / (u_ + T(2))) {
    constexpr int terms = std::numeric_limits<T>::digits / 6;  // s^2 <= 1/49
    cubic_ = s_.unaryExpr([](const T& x) { return T(T(2) * x * x * odd_series<3, terms>(T(x * x))); });
  }

  /// u, where it is in reach.
  [[nodiscard]] const Array& value() const { return u_; }
  [[nodiscard]] Array log() const { return s_ * (cubic_ + T(2)); }
  /// u - log(1 + u) >= 0
  [[nodiscard]] Array reverse_remainder() const { return s_ * (u_ - cubic_); }
  /// (1 + u) log(1 + u) - u >= 0
  [[nodiscard]] Array forward_remainder() const { return s_ * (u_ + (u_ + T(1)) * cubic_); }

 private:
  Array u_;
  Array s_;
  Array cubic_;
};

}  // namespace klgrid::detail
