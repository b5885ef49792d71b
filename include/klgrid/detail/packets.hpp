// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <algorithm>

#include "klgrid/real.hpp"

/// Eigen's vector registers, by the names of Eigen::internal that the library uses: the one place to look at when Eigen
/// changes there.
namespace klgrid::inline KLGRID_ABI::detail {

/// Numbers that one register holds; 1 where Eigen does not vectorise T.
template <Real T>
constexpr Index lane_size = std::max<Index>(1, Eigen::internal::packet_traits<T>::size);

/// The register itself, or the number.
template <Real T>
using Packet = typename Eigen::internal::packet_traits<T>::type;

/// Operations on registers, and on numbers alike.
namespace packets {

using Eigen::internal::padd;    // a + b
using Eigen::internal::ploadu;  // from memory, aligned or not
using Eigen::internal::pmadd;   // a b + c
using Eigen::internal::pmul;    // a b
using Eigen::internal::pset1;   // one number in every place
using Eigen::internal::pstoreu;

}  // namespace packets

template <Real T, bool single>
struct Register {
  using type = Packet<T>;
};
template <Real T>
struct Register<T, true> {
  using type = T;
};

/// Numbers in one vector register, or a single one, with the operators of a number. Loops over them vectorise
/// whatever the compiler's level, and cost it a small part of what array expressions do.
template <Real T, bool single = false>
struct Pack {
  using P = typename Register<T, single>::type;
  P value;

  Pack() = default;
  Pack(const T& x) : value(Eigen::internal::pset1<P>(x)) {}  // the same number in every place
  static Pack of(const P& value) {
    Pack pack;
    pack.value = value;
    return pack;
  }
  static Pack load(const T* from) { return of(Eigen::internal::ploadu<P>(from)); }
  void store(T* to) const { Eigen::internal::pstoreu(to, value); }

  friend Pack operator+(const Pack& a, const Pack& b) { return of(Eigen::internal::padd(a.value, b.value)); }
  friend Pack operator-(const Pack& a, const Pack& b) { return of(Eigen::internal::psub(a.value, b.value)); }
  friend Pack operator*(const Pack& a, const Pack& b) { return of(Eigen::internal::pmul(a.value, b.value)); }

  /// a b + c, rounded once where the processor can.
  friend Pack multiply_add(const Pack& a, const Pack& b, const Pack& c) {
    return of(Eigen::internal::pmadd(a.value, b.value, c.value));
  }
  friend Pack larger(const Pack& a, const Pack& b) { return of(Eigen::internal::pmax(a.value, b.value)); }

  [[nodiscard]] Pack reverse() const { return of(Eigen::internal::preverse(value)); }
  [[nodiscard]] T sum() const { return Eigen::internal::predux(value); }
};

/// body(i, at) for i = 0, lanes, 2 lanes, ..., then for what is left of n one by one: at(from) reads a pack, of a whole
/// register or of one number.
template <Real T, class Body>
void for_packs(Index n, const Body& body) {
  Index i = 0;
  for (; i + lane_size<T> <= n; i += lane_size<T>) body(i, [](const T* from) { return Pack<T>::load(from); });
  if constexpr (lane_size < T >> 1)
    for (; i < n; ++i) body(i, [](const T* from) { return Pack<T, true>::load(from); });
}

/// sum_i a_i b_i, by two sums, which hide the latency of a multiply-add.
template <Real T>
T dot(const T* a, const T* b, Index n) {
  constexpr Index lane = lane_size<T>;
  Pack<T> even(T(0)), odd(T(0));
  Index i = 0;
  for (; i + 2 * lane <= n; i += 2 * lane) {
    even = multiply_add(Pack<T>::load(a + i), Pack<T>::load(b + i), even);
    odd = multiply_add(Pack<T>::load(a + i + lane), Pack<T>::load(b + i + lane), odd);
  }
  T sum = (even + odd).sum();
  for (; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

/// x_i to e^x_i, or to log x_i.
template <Real T>
void exp_in_place(T* x, Index n) {
  Eigen::Map<Vector<T>> values(x, n);
  values = values.exp();
}
template <Real T>
void log_in_place(T* x, Index n) {
  Eigen::Map<Vector<T>> values(x, n);
  values = values.log();
}

/// A formula of sums and products at each number of an array, or register of numbers: Formula::at<T>(x).
template <Real T, class Formula>
struct PacketFormula {
  T operator()(const T& x) const { return Formula::template at<T>(x); }
  template <class P>
  P packetOp(const P& x) const {
    return Formula::template at<T>(x);
  }
};

}  // namespace klgrid::detail

template <class T, class Formula>
struct Eigen::internal::functor_traits<klgrid::detail::PacketFormula<T, Formula>> {
  enum { Cost = 50 * NumTraits<T>::MulCost, PacketAccess = packet_traits<T>::Vectorizable };
};
