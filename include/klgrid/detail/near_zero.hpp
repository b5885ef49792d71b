// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <limits>

#include "klgrid/detail/packets.hpp"
#include "klgrid/real.hpp"

/// e^t - 1 and log(1 + u) of arrays near 0, where forming them as they are written would cancel: by series. (Eigen's
/// expm1 and log1p go through the C library.)
namespace klgrid::inline KLGRID_ABI::detail {

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

/// e^t - 1 = t + r(t), where r(2 y) = 2 r(y) + (e^y - 1)^2 is a sum of what is never negative: four times from r(y) =
/// y^2/2 (1 + y/3 (1 + y/4 (1 + ...))), |y| <= 1/4
struct ExponentialRise {
  static constexpr double reach = 4;

  template <Real T, class V>
  static V at(const V& t) {
    using namespace packets;
    V y = pmul(t, pset1<V>(T(0.0625)));
    const V one = pset1<V>(T(1));
    constexpr int last = 4 + std::numeric_limits<T>::digits / 6;  // 4^last (last + 1)! is above 2^digits
    V nested = one;
#ifdef __GNUC__
#pragma GCC unroll 64
#endif
    for (int n = last; n >= 3; --n) nested = pmadd(pmul(y, pset1<V>(T(1) / T(n))), nested, one);
    V rest = pmul(pmul(y, y), pmul(pset1<V>(T(0.5)), nested));
    for (int doubling = 0; doubling < 4; ++doubling) {
      const V rise = padd(y, rest);
      rest = pmadd(rise, rise, padd(rest, rest));
      y = padd(y, y);
    }
    return padd(y, rest);
  }
};

/// 1/first + y/(first + 2) + y^2/(first + 4) + ... + y^terms/(first + 2 terms)
template <int first, int terms, Real T, class V>
V odd_series(const V& y) {
  using namespace packets;
  V sum = pset1<V>(T(1) / T(first + 2 * terms));
#ifdef __GNUC__
#pragma GCC unroll 64
#endif
  for (int k = first + 2 * terms - 2; k >= first; k -= 2) sum = pmadd(sum, y, pset1<V>(T(1) / T(k)));
  return sum;
}

/// 2 atanh(s) = 2 s (1 + s^2/3 + s^4/5 + ...), s^2 <= 1/9
struct TwiceArtanh {
  template <Real T, class V>
  static V at(const V& s) {
    using namespace packets;
    constexpr int terms = 3 * std::numeric_limits<T>::digits / 10;
    return pmul(padd(s, s), odd_series<1, terms, T>(pmul(s, s)));
  }
};

/// 2 atanh(s)/s - 2 = 2 s^2 (1/3 + s^2/5 + s^4/7 + ...), s^2 <= 1/49
struct ArtanhCubic {
  template <Real T, class V>
  static V at(const V& s) {
    using namespace packets;
    constexpr int terms = std::numeric_limits<T>::digits / 6;
    const V square = pmul(s, s);
    return pmul(padd(square, square), odd_series<3, terms, T>(square));
  }
};

/// e^t - 1
template <class Array>
Array expm1_of(const Array& t) {
  using T = typename Array::Scalar;
  const T reach(ExponentialRise::reach);
  const Array series = ((t.max)(-reach).min)(reach).unaryExpr(PacketFormula<T, ExponentialRise>());
  if (!(t.abs().maxCoeff() > reach)) return series;
  return choose_within(t, reach, series, Array(exp_of(t) - T(1)));
}

/// log(1 + u) = 2 atanh(s), s = u/(2 + u), 0 <= u <= 1
template <class Array>
Array log1p_of(const Array& u) {
  using T = typename Array::Scalar;
  return (u / (u + T(2))).unaryExpr(PacketFormula<T, TwiceArtanh>());
}

template <Real T, bool single>
Pack<T, single> log1p_of(const Pack<T, single>& u) {
  return Pack<T, single>::of(TwiceArtanh::at<T>((u / (u + T(2))).value));
}

/// log(1 + u) = 2 atanh(s) = s (2 + cubic), s = u/(2 + u), cubic = 2 s^2 (1/3 + s^2/5 + s^4/7 + ...), where it is at
/// most 1/4 in size, and what it and u leave of each other. No digit is lost in
///   u - log(1 + u) = s (u - cubic),   (1 + u) log(1 + u) - u = s (u + (1 + u)
///   cubic).
template <class Array>
class NearUnity {
 public:
  using T = typename Array::Scalar;
  static constexpr double reach = 0.25;  ///< of log(1 + u)

  /// Any u is taken; where it is outside, what comes is finite but of no meaning.
  explicit NearUnity(const Array& u)
      : u_(((u.max)(T(-0.25)).min)(T(0.3))),
        s_(u_ / (u_ + T(2))),
        cubic_(s_.unaryExpr(PacketFormula<T, ArtanhCubic>())) {}

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
