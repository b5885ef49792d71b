// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <limits>

#include "klgrid/real.hpp"

/// e^t - 1 and log(1 + u) of arrays near 0, where forming them as they are written would cancel: by series, which are
/// vectorised. (Eigen's expm1 and log1p go through the C library element by element.)
namespace klgrid::detail {

/// e^t - 1 = t (1 + t/2 (1 + t/3 (1 + ...)))
template <class Array>
typename Array::PlainObject expm1_of(const Eigen::ArrayBase<Array>& t) {
  using T = typename Array::Scalar;
  using Plain = typename Array::PlainObject;
  constexpr int terms = 6 + std::numeric_limits<T>::digits / 5;  // 2^terms terms! is above 2^digits
  const Plain near = t.max(T(-0.5)).min(T(0.5));
  Plain sum = near * (T(1) / T(terms)) + T(1);
  for (int n = terms - 1; n > 1; --n) sum = sum * (near * (T(1) / T(n))) + T(1);
  sum *= near;
  if ((near == t).all()) return sum;
  const Plain far = t.exp();  // stored, for Eigen does not vectorise an exponential under select
  return (near == t).select(sum, far - T(1));
}

/// log(1 + u) = 2 atanh(s) = 2 s + 2 s^3 (1/3 + s^2/5 + s^4/7 + ...), s = u/(2 + u), |u| <= 1/4, and what that and u leave
/// of each other. With `cubic` the second of its terms divided by s, no digit is lost in
///   log(1 + u) = s (2 + cubic),   u - log(1 + u) = s (u - cubic),   (1 + u) log(1 + u) - u = s (u + (1 + u) cubic).
template <class Array>
class NearUnity {
 public:
  using T = typename Array::Scalar;
  static constexpr double reach = 0.25;

  /// u is brought to the interval if it is outside.
  explicit NearUnity(const Array& u) : u_(u.max(T(-reach)).min(T(reach))), s_(u_ / (u_ + T(2))) {
    const Array square = s_.square();
    constexpr int last = 2 * (std::numeric_limits<T>::digits / 5) + 3;  // s^2 <= 1/49
    cubic_.setConstant(T(1) / T(last));
    for (int n = last - 2; n > 1; n -= 2) cubic_ = cubic_ * square + T(1) / T(n);
    cubic_ *= T(2) * square;
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
