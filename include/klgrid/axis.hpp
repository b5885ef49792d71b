// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <type_traits>

#include "klgrid/detail/require.hpp"
#include "klgrid/numbers.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

namespace detail {

/// start + i step, product and sum rounded each on its own, as NumPy rounds them; by halves where the product
/// overflows.
template <Real T>
T stepped(const T& start, Index i, const T& step) {
  // volatile keeps the compiler from fusing the product into the sum, which would round once.
  using Stored = std::conditional_t<std::is_floating_point_v<T>, volatile T, T>;
  const T count = T(static_cast<double>(i));
  const Stored offset = count * step;
  const T value = start + offset;
  return is_finite(value) ? value : T(T(2) * (start / T(2) + count * (step / T(2))));
}

/// (last - first) / parts, also where the difference overflows.
template <Real T>
T span_in(const T& first, const T& last, const T& parts) {
  const T span = last - first;
  return is_finite(span) ? T(span / parts) : T(last / parts - first / parts);
}

}  // namespace detail

/// Numbers a step apart, from start up to but without stop: NumPy's arange, number for number.
///
/// ceil((stop - start) / step) values, at least one; value i is start + i * delta with delta = (start + step) - start,
/// each operation rounded on its own, as NumPy rounds them (arange(-5, 5, 0.1)[9] is -4.1000000000000032).
/// @throws std::invalid_argument unless all three are finite, step > 0, start < stop and there are at most 1e8 values.
template <Real T>
[[nodiscard]] Vector<T> arange(const T& start, const T& stop, const T& step) {
  using std::ceil;
  constexpr auto where = "arange";
  detail::require_that(detail::is_finite(start), where, "start", "finite", start);
  detail::require_that(detail::is_finite(step) && step > T(0), where, "step", "finite and > 0", step);
  detail::require_that(detail::is_finite(stop) && stop > start, where, "stop", "finite and > start", stop);
  const T ratio = detail::span_in(start, stop, step);
  constexpr double most = 1e8;  // 0.8 GB of doubles: a slip of the pen, not an axis
  detail::require_that(ratio <= T(most), where, "step", "large enough for at most 1e8 values", step);
  const auto size = std::max<Index>(1, static_cast<Index>(T(ceil(ratio))));  // 1 where the ratio underflows
  Vector<T> values(size);
  values[0] = start;
  if (size > 1) values[1] = start + step;
  for (Index i = 2; i < size; ++i) values[i] = detail::stepped(start, i, T(values[1] - start));
  return values;
}

/// The same of arguments as in arange(0, 10, 0.5): of mixed scalars, the widest; of whole numbers, double.
template <std::size_t = 0, class A, class B, class C>
[[nodiscard]] auto arange(const A& start, const B& stop, const C& step) {
  using T = detail::RealOf<A, B, C>;
  return arange<T>(T(start), T(stop), T(step));
}

/// Equally spaced numbers from first to last, both included: NumPy's linspace, number for number.
///
/// count values; value i is first + i * ((last - first) / (count - 1)), each operation rounded on its own.
/// @throws std::invalid_argument unless count >= 1, both ends are finite and first <= last.
template <Real T>
[[nodiscard]] Vector<T> linspace(const T& first, const T& last, Index count) {
  constexpr auto where = "linspace";
  detail::require_that(count >= 1, where, "count", ">= 1", count);
  detail::require_that(detail::is_finite(first), where, "first", "finite", first);
  detail::require_that(detail::is_finite(last) && last >= first, where, "last", "finite and >= first", last);
  Vector<T> values(count);
  const T step = count > 1 ? detail::span_in(first, last, T(static_cast<double>(count - 1))) : T(0);
  for (Index i = 0; i < count; ++i) values[i] = detail::stepped(first, i, step);
  if (count > 1) values[count - 1] = last;
  return values;
}

/// The same of arguments as in linspace(-5, 5, 101): of mixed scalars, the widest; of whole numbers, double.
template <std::size_t = 0, class A, class B>
[[nodiscard]] auto linspace(const A& first, const B& last, Index count) {
  using T = detail::RealOf<A, B>;
  return linspace<T>(T(first), T(last), count);
}

// The compiler shows this line.
template <class A, class B, std::floating_point Step>
void linspace(const A&, const B&,
              const Step&) = delete;  // count: a whole number; for a step: arange(start, stop, step)

/// Numbers from first to last, both included, each by the same factor above the one before it: NumPy's geomspace.
///
/// count values, never decreasing; value i is 10^y of equally spaced y, right to epsilon * (1 + |log value|) or so:
/// decades come out as such.
/// @throws std::invalid_argument unless count >= 1, both ends are finite, first > 0 and first <= last.
template <Real T>
[[nodiscard]] Vector<T> geomspace(const T& first, const T& last, Index count) {
  using std::log10;
  using std::pow;
  constexpr auto where = "geomspace";
  detail::require_that(count >= 1, where, "count", ">= 1", count);
  detail::require_that(detail::is_finite(first) && first > T(0), where, "first", "finite and > 0", first);
  detail::require_that(detail::is_finite(last) && last >= first, where, "last", "finite and >= first", last);
  Vector<T> values = linspace(T(log10(first)), T(log10(last)), count);
  for (Index i = 0; i < count; ++i) values[i] = std::clamp(T(pow(T(10), values[i])), first, last);
  values[0] = first;
  if (count > 1) values[count - 1] = last;
  return values;
}

/// The same of arguments as in geomspace(1, 1000, 4): of mixed scalars, the widest; of whole numbers, double.
template <std::size_t = 0, class A, class B>
[[nodiscard]] auto geomspace(const A& first, const B& last, Index count) {
  using T = detail::RealOf<A, B>;
  return geomspace<T>(T(first), T(last), count);
}

}  // namespace klgrid
