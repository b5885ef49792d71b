// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "klgrid/real.hpp"

/// Eigen's vector registers, by the names of Eigen::internal that the library uses: the one place to look at when Eigen
/// changes there.
namespace klgrid::inline KLGRID_ABI::detail {

/// A number n times.
template <Real T>
Vector<T> repeated(const T& number, Index n) {
  Vector<T> values(n);
  std::fill_n(values.data(), n, number);
  return values;
}

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
  /// To a whole register's address and past the caches, where the processor can.
  void stream(T* to) const {
    [[maybe_unused]] constexpr std::size_t size = single || lane_size<T> == 1 ? 0 : sizeof(P);
#if defined(__GNUC__) && defined(EIGEN_VECTORIZE_AVX512)
    if constexpr (size == 64) return _mm512_stream_si512(reinterpret_cast<__m512i*>(to), std::bit_cast<__m512i>(value));
#endif
#if defined(__GNUC__) && defined(EIGEN_VECTORIZE_AVX)
    if constexpr (size == 32) return _mm256_stream_si256(reinterpret_cast<__m256i*>(to), std::bit_cast<__m256i>(value));
#endif
#if defined(__GNUC__) && defined(EIGEN_VECTORIZE_SSE2)
    if constexpr (size == 16) return _mm_stream_si128(reinterpret_cast<__m128i*>(to), std::bit_cast<__m128i>(value));
#endif
    store(to);
  }

  friend Pack operator+(const Pack& a, const Pack& b) { return of(Eigen::internal::padd(a.value, b.value)); }
  friend Pack operator-(const Pack& a, const Pack& b) { return of(Eigen::internal::psub(a.value, b.value)); }
  friend Pack operator/(const Pack& a, const Pack& b) { return of(Eigen::internal::pdiv(a.value, b.value)); }
  friend Pack operator*(const Pack& a, const Pack& b) { return of(Eigen::internal::pmul(a.value, b.value)); }

  /// a b + c, rounded once where the processor can.
  friend Pack multiply_add(const Pack& a, const Pack& b, const Pack& c) {
    return of(Eigen::internal::pmadd(a.value, b.value, c.value));
  }
  friend Pack exp(const Pack& a) {
    if constexpr (single || Eigen::internal::packet_traits<T>::HasExp)
      return of(Eigen::internal::pexp(a.value));
    else
      return a.one_by_one([](const T& x) { return Eigen::internal::pexp(x); });
  }
  friend Pack log(const Pack& a) {
    if constexpr (single || Eigen::internal::packet_traits<T>::HasLog)
      return of(Eigen::internal::plog(a.value));
    else
      return a.one_by_one([](const T& x) { return Eigen::internal::plog(x); });
  }
  friend Pack larger(const Pack& a, const Pack& b) { return of(Eigen::internal::pmax(a.value, b.value)); }
  friend Pack smaller(const Pack& a, const Pack& b) { return of(Eigen::internal::pmin(a.value, b.value)); }
  /// The greatest or least number in place of an infinity, so that 0 times it is 0.
  friend Pack in_range(const Pack& a) {
    const Pack most((std::numeric_limits<T>::max)());
    return smaller(most, larger(a, Pack(std::numeric_limits<T>::lowest())));
  }

  [[nodiscard]] Pack reverse() const { return of(Eigen::internal::preverse(value)); }
  [[nodiscard]] T sum() const { return Eigen::internal::predux(value); }

 private:
  /// A function that there is no register's own form of.
  template <class Function>
  [[nodiscard]] Pack one_by_one(const Function& function) const {
    T numbers[lane_size<T>];
    store(numbers);
    for (T& number : numbers) number = function(number);
    return load(numbers);
  }
};

/// body(i, at) for i = 0, lanes, 2 lanes, ..., then for what is left of n one by one: at(from) reads a pack, of a whole
/// register or of one number. Inlined, so that what body refers to stays in registers.
template <Real T, class Body>
[[gnu::always_inline]] inline void for_packs(Index n, const Body& body) {
  Index i = 0;
  for (; i + lane_size<T> <= n; i += lane_size<T>) body(i, [](const T* from) { return Pack<T>::load(from); });
  if constexpr (lane_size < T >> 1)
    for (; i < n; ++i) body(i, [](const T* from) { return Pack<T, true>::load(from); });
}

/// Whether surfaces of this shape are written past the caches: beyond their size a fifth faster, for memory is then not
/// read before it is written; slower for short rows, whose ends fill no line of the cache.
template <Real T>
constexpr bool streams(Index rows, Index cols) {
  constexpr auto row = static_cast<Index>(4096 / sizeof(T));
  return cols >= row && rows * cols > 1024 * row;
}

/// for_packs for results: visit(i, at, put) hands each to put(result, where), and reads none of them. What is left of
/// whole registers is the end of a last one, so that some are written twice. If streamed, past the caches, where `to`
/// and all other results begin a whole register.
template <Real T, class Visit>
[[gnu::always_inline]] inline void write_packs(Index n, const T* to, bool streamed, const Visit& visit) {
  constexpr Index lane = lane_size<T>;
  const auto store = [](const auto& pack, T* where) { pack.store(where); };
  if (n < lane) return for_packs<T>(n, [&](Index i, auto at) { visit(i, at, store); });
  const auto read = [](const T* from) { return Pack<T>::load(from); };
  Index i = 0;
  if (streamed) {
    visit(0, read, store);
    i = (lane - static_cast<Index>(reinterpret_cast<std::uintptr_t>(to) / sizeof(T)) % lane) % lane;
    for (; i + lane <= n; i += lane) visit(i, read, [](const auto& pack, T* where) { pack.stream(where); });
  } else {
    for (; i + lane <= n; i += lane) visit(i, read, store);
  }
  if (i < n) visit(n - lane, read, store);
}

/// Whether both begin, or end, a whole register at the same index.
template <Real T>
bool alike_in_registers(const T* a, const T* b) {
  const auto apart = reinterpret_cast<std::uintptr_t>(a) - reinterpret_cast<std::uintptr_t>(b);
  return apart % (sizeof(T) * static_cast<std::size_t>(lane_size<T>)) == 0;
}

/// Puts what a thread has streamed before all that it writes later, by which another learns that it may read.
inline void end_stream() {
#if defined(__GNUC__) && defined(EIGEN_VECTORIZE_SSE2)
  _mm_sfence();
#endif
}

/// All term(i, at), i and at as above, put together by join, an associative operation on packs that leaves start as it
/// is; on two ways, which hides the latency of join.
template <Real T, class Term, class Join>
[[gnu::always_inline]] inline T fold_packs(Index n, const T& start, const Term& term, const Join& join) {
  constexpr Index lane = lane_size<T>;
  const auto read = [](const T* from) { return Pack<T>::load(from); };
  const auto read_one = [](const T* from) { return Pack<T, true>::load(from); };
  Pack<T> even(start), odd(start);
  Index i = 0;
  for (; i + 2 * lane <= n; i += 2 * lane) {
    even = join(even, term(i, read));
    odd = join(odd, term(i + lane, read));
  }
  T lanes[lane];
  join(even, odd).store(lanes);
  Pack<T, true> all(start);
  for (const T& each : lanes) all = join(all, read_one(&each));
  for (; i < n; ++i) all = join(all, term(i, read_one));
  return all.value;
}

/// sum_i term(i, at)
template <Real T, class Term>
T sum_packs(Index n, const Term& term) {
  return fold_packs<T>(n, T(0), term, [](const auto& a, const auto& b) { return a + b; });
}

/// The largest x_i, at least least.
template <Real T>
T largest_of(const T* x, Index n, const T& least) {
  return fold_packs<T>(
      n, least, [&](Index i, auto at) { return at(x + i); }, [](const auto& a, const auto& b) { return larger(a, b); });
}

/// sum_i a_i b_i
template <Real T>
T dot(const T* a, const T* b, Index n) {
  return sum_packs<T>(n, [&](Index i, auto at) { return at(a + i) * at(b + i); });
}

/// x_i to e^x_i, or to log x_i.
template <Real T>
void exp_in_place(T* x, Index n) {
  for_packs<T>(n, [&](Index i, auto at) { exp(at(x + i)).store(x + i); });
}
template <Real T>
void log_in_place(T* x, Index n) {
  for_packs<T>(n, [&](Index i, auto at) { log(at(x + i)).store(x + i); });
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
