// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <limits>

#include "klgrid/real.hpp"

/// e^t - 1 and log(1 + u) of arrays near 0, where forming them as they are written would cancel: by series, point by
/// point, which compilers vectorise. (Eigen's expm1 and log1p go through the C library.)
namespace klgrid::detail {

/// e^t - 1 = t (1 + t/2 (1 + t/3 (1 + ...)))
template <class Array>
Array expm1_of(const Array& t) {
  using T = typename Array::Scalar;
  const Array near = t.max(T(-0.5)).min(T(0.5));
  const Array series = near.unaryExpr([](const T& x) {
    constexpr int terms = 6 + std::numeric_limits<T>::digits / 5;  // 2^terms terms! is above 2^digits
    T sum = T(1);
    for (int n = terms; n > 1; --n) sum = sum * (x * (T(1) / T(n))) + T(1);
    return T(sum * x);
  });
  if ((near == t).all()) return series;
  const Array far = t.exp();  // stored, for Eigen does not vectorise an exponential under select
  return (near == t).select(series, far - T(1));
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

/// log(1 + u) = 2 atanh(s) = s (2 + cubic), s = u/(2 + u), cubic = 2 s^2 (1/3 + s^2/5 + s^4/7 + ...), |u| <= 1/4, and
/// what it and u leave of each other. No digit is lost in
///   u - log(1 + u) = s (u - cubic),   (1 + u) log(1 + u) - u = s (u + (1 + u) cubic).
template <class Array>
class NearUnity {
 public:
  using T = typename Array::Scalar;
  static constexpr double reach = 0.25;

  /// u is brought to the interval if it is outside.
  explicit NearUnity(const Array& u) : u_(u.max(T(-reach)).min(T(reach))), s_(u_ / (u_ + T(2))) {
    constexpr int terms = std::numeric_limits<T>::digits / 6;  // s^2 <= 1/49
    cubic_ = s_.unaryExpr([](const T& x) { return T(T(2) * x * x * odd_series<3, terms>(T(x * x))); });
  }

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
