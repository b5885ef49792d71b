// SPDX-License-Identifier: MIT
// Numbers of 106 bits, each the sum of two doubles: one, or many at once, so that operations need not wait for each
// other. Sums and products after Dekker, A floating-point technique for extending the available precision, Numer. Math.
// 18 (1971), and Hida, Li & Bailey, Algorithms for quad-double precision floating point arithmetic, ARITH-15 (2001).
// Contractions to fused operations that are not written here would make them wrong: to be compiled with
// -ffp-contract=off.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>

#include "random_search/random_search.hpp"

namespace random_search {

using Lanes = double __attribute__((vector_size(256)));
using Mask = std::int64_t __attribute__((vector_size(256)));
inline constexpr int lanes = 32;

/// Comparison and choice by bits: of vectors longer than the registers compilers make them one by one.
inline bool is_less(double a, double b) { return a < b; }
inline Mask is_less(const Lanes& a, const Lanes& b) { return (Mask)(a - b) >> 63; }
inline double choose(bool mask, double a, double b) { return mask ? a : b; }
inline Lanes choose(const Mask& mask, const Lanes& a, const Lanes& b) {
  return (Lanes)(((Mask)a & mask) | ((Mask)b & ~mask));
}

inline bool any(bool mask) { return mask; }
inline bool any(const Mask& mask) {
  std::int64_t found = 0;
  for (int i = 0; i < lanes; ++i) found |= mask[i];
  return found != 0;
}

template <class V>
struct DoubleDouble {
  V high{}, low{};

  DoubleDouble() = default;
  template <std::convertible_to<double> Number>
  requires(std::is_integral_v<Number> || std::same_as<Number, double>) DoubleDouble(Number x)
      : high(V{} + static_cast<double>(x)) {}
  DoubleDouble(const V& x) requires(!std::same_as<V, double>) : high(x) {}
  template <class Number>  // of more bits
  requires(std::same_as<Number, long double> || std::same_as<Number, Quad>) explicit DoubleDouble(const Number& x)
      : high(V{} + static_cast<double>(x)),
        low(V{} + static_cast<double>(Number(x - Number(static_cast<double>(x))))) {}
  template <std::same_as<double> One>
  requires(!std::same_as<V, double>) DoubleDouble(const DoubleDouble<One>& x) : high(V{} + x.high), low(V{} + x.low) {}

  DoubleDouble<double> operator[](int lane) const { return {high[lane], low[lane]}; }
  void set(int lane, const DoubleDouble<double>& x) {
    high[lane] = x.high;
    low[lane] = x.low;
  }

  static DoubleDouble exact_sum(const V& a, const V& b) {
    const V sum = a + b, b_seen = sum - a;
    return {sum, (a - (sum - b_seen)) + (b - b_seen)};
  }
  static DoubleDouble exact_product(const V& a, const V& b) {
    const V product = a * b;
    if constexpr (std::same_as<V, double>) {
      return {product, std::fma(a, b, -product)};
    } else {
      V rest;
      for (int i = 0; i < lanes; ++i) rest[i] = std::fma(a[i], b[i], -product[i]);
      return {product, rest};
    }
  }
  /// Of a sum whose second summand is small beside the first.
  static DoubleDouble normalized(const V& a, const V& b) {
    const V sum = a + b;
    return {sum, b - (sum - a)};
  }

  /// Their sum, where this is not the larger one.
  [[nodiscard]] DoubleDouble onto(const DoubleDouble& larger) const {
    const auto highs = normalized(larger.high, high);
    return normalized(highs.high, highs.low + (larger.low + low));
  }

  friend DoubleDouble operator-(const DoubleDouble& a) { return {-a.high, -a.low}; }
  /// To 2^-104 of the larger one; exact, but for the last rounding, where the lows have few bits.
  friend DoubleDouble operator+(const DoubleDouble& a, const DoubleDouble& b) {
    const auto highs = exact_sum(a.high, b.high);
    return normalized(highs.high, highs.low + (a.low + b.low));
  }
  friend DoubleDouble operator-(const DoubleDouble& a, const DoubleDouble& b) { return a + -b; }
  friend DoubleDouble operator*(const DoubleDouble& a, const DoubleDouble& b) {
    const auto highs = exact_product(a.high, b.high);
    return normalized(highs.high, highs.low + (a.high * b.low + a.low * b.high));
  }
  friend DoubleDouble operator/(const DoubleDouble& a, const DoubleDouble& b) {
    const V first = a.high / b.high;
    const auto rest = a - DoubleDouble{first, V{}} * b;
    const V second = rest.high / b.high;
    const V third = (rest - DoubleDouble{second, V{}} * b).high / b.high;
    return DoubleDouble{first, V{}} + normalized(second, third);
  }
  DoubleDouble& operator+=(const DoubleDouble& b) { return *this = *this + b; }
  DoubleDouble& operator*=(const DoubleDouble& b) { return *this = *this * b; }

  friend auto operator<(const DoubleDouble& a, const DoubleDouble& b) { return is_less((a - b).high, V{}); }
  friend auto operator>(const DoubleDouble& a, const DoubleDouble& b) { return b < a; }

  /// Where the mask holds a, elsewhere b.
  template <class M>
  friend DoubleDouble select(const M& mask, const DoubleDouble& a, const DoubleDouble& b) {
    return {choose(mask, a.high, b.high), choose(mask, a.low, b.low)};
  }
  friend DoubleDouble abs(const DoubleDouble& x) { return select(is_less(x.high, V{}), -x, x); }

  DoubleDouble(const V& of_high, const V& of_low) : high(of_high), low(of_low) {}
};

using Real = DoubleDouble<double>;
using Reals = DoubleDouble<Lanes>;

inline Quad quad(const Real& x) { return Quad(x.high) + Quad(x.low); }

/// Below it e^x is zero, well above the least double: so are its 106 bits.
inline constexpr double least_exponent = -620;

/// sum_n coefficients[n] x^n. Terms from `exact` on add less than 2^-53 of it: in double.
template <class V, std::size_t n>
DoubleDouble<V> power_series(const DoubleDouble<V>& x, const std::array<Real, n>& coefficients, std::size_t exact = n) {
  V rest{};
  for (std::size_t i = n; i-- > exact;) rest = rest * x.high + coefficients[i].high;
  DoubleDouble<V> sum(rest);
  for (std::size_t i = exact; i-- > 0;) sum = (sum * x).onto(coefficients[i]);
  return sum;
}

inline std::int64_t bits(double x) { return std::bit_cast<std::int64_t>(x); }
inline Mask bits(const Lanes& x) { return (Mask)x; }

/// 2^n, of integers from -1021 to 1023.
inline double power_of_two(double n) { return std::bit_cast<double>((static_cast<std::int64_t>(n) + 1023) << 52); }
inline Lanes power_of_two(const Lanes& n) { return (Lanes)((__builtin_convertvector(n, Mask) + 1023) << 52); }

/// e^(i log(2)/1024) - 1, of the i from -512 to 511 that differs by a multiple of 1024. By bits: lanes that are not
/// used may hold anything.
inline Real rise_of_step(std::int64_t i) {
  static const auto rises = [] {
    std::array<Real, 1024> made;
    for (int step = -512; step < 512; ++step)
      made[static_cast<std::size_t>(step + 512)] = Real(Quad(expm1(Quad(step * log(Quad(2)) / 1024))));
    return made;
  }();
  return rises[static_cast<std::size_t>((i + 512) & 1023)];
}
inline Reals rise_of_step(const Mask& i) {
  Reals made;
  for (int lane = 0; lane < lanes; ++lane) made.set(lane, rise_of_step(i[lane]));
  return made;
}

/// e^x as 2^n (1 + rise), |rise| < 1/2, from e^least_exponent on.
template <class V>
struct Exponential {
  DoubleDouble<V> rise;
  V scale;

  explicit Exponential(const DoubleDouble<V>& given) {
    // x = (1024 n + i) log(2)/1024 + r, of the nearest integers: r is so small that few terms of its series count.
    static const Real step(Quad(log(Quad(2)) / 1024));
    static const auto reciprocal_factorials = [] {
      std::array<Real, 8> made;
      Quad factorial = 1;
      for (std::size_t i = 0; i < made.size(); ++i) made[i] = Real(Quad(1 / (factorial *= static_cast<int>(i + 1))));
      return made;
    }();
    constexpr double to_integer = 0x1.8p52;  // added, it leaves an integer in the last bits; taken away again, rounds
    const DoubleDouble<V> x = select(is_less(given.high, V{} + least_exponent), DoubleDouble<V>(least_exponent), given);
    const V in_bits = x.high * (1024 * 1.4426950408889634) + to_integer, steps = in_bits - to_integer;
    const V n = ((steps + 0.5) * (1.0 / 1024) + to_integer) - to_integer;
    const DoubleDouble<V> r = x - DoubleDouble<V>(step) * steps;
    const DoubleDouble<V> nearly = rise_of_step(bits(in_bits)), rest = r * power_series(r, reciprocal_factorials, 4);
    rise = nearly + (rest + nearly * rest);
    scale = power_of_two(n);
  }
};

/// To 2^-95 of it; zero below e^least_exponent.
template <class V>
DoubleDouble<V> exp(const DoubleDouble<V>& x) {
  if (!any(is_less(V{} + least_exponent, x.high))) return 0;
  const Exponential<V> of(x);
  return select(is_less(x.high, V{} + least_exponent), DoubleDouble<V>(0), (of.rise + 1) * of.scale);
}

/// e^x - 1 to 2^-96 of it.
template <class V>
DoubleDouble<V> expm1(const DoubleDouble<V>& x) {
  const Exponential<V> of(x);
  return of.rise * of.scale + (DoubleDouble<V>(of.scale) - 1);
}

/// log(1 + x) to 2^-97 of it: one step of Newton's method from that in double.
template <class V>
DoubleDouble<V> log1p(const DoubleDouble<V>& x) {
  if (!any(is_less(V{} + 1e-32, abs(x).high))) return x;
  DoubleDouble<V> nearly;
  if constexpr (std::same_as<V, double>)
    nearly.high = std::log1p(x.high);
  else
    for (int i = 0; i < lanes; ++i) nearly.high[i] = std::log1p(x.high[i]);
  const DoubleDouble<V> rise = expm1(nearly);
  return nearly + DoubleDouble<V>((x - rise).high / (rise.high + 1));
}

}  // namespace random_search
