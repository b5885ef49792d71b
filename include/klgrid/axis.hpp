// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <type_traits>

#include "klgrid/detail/require.hpp"
#include "klgrid/real.hpp"

namespace klgrid {

/// start, start + step, ... up to but without stop: NumPy's arange, number for number.
///
/// ceil((stop - start) / step) values; value i is start + i * delta with delta = (start + step) - start, each operation
/// rounded on its own, as NumPy rounds them (arange(-5, 5, 0.1)[9] is -4.1000000000000032).
/// @throws std::invalid_argument unless all three are finite, step > 0 and start < stop.
template <Real T>
[[nodiscard]] Vector<T> arange(const T& start, const T& stop, const T& step) {
  using std::ceil;
  constexpr auto where = "arange";
  detail::require_that(detail::is_finite(start), where, "start", "finite", start);
  detail::require_that(detail::is_finite(step) && step > T(0), where, "step", "finite and > 0", step);
  detail::require_that(detail::is_finite(stop) && stop > start, where, "stop", "finite and > start", stop);
  const T ratio = (stop - start) / step;
  constexpr double most = 1e8;  // 0.8 GB of doubles: a slip of the pen, not an axis
  detail::require_that(ratio <= T(most), where, "step", "large enough for at most 1e8 values", step);
  const auto size = static_cast<Index>(T(ceil(ratio)));
  const T delta = T(start + step) - start;
  // volatile keeps the compiler from fusing the product into the sum, which would round once where NumPy rounds twice.
  using Stored = std::conditional_t<std::is_floating_point_v<T>, volatile T, T>;
  Vector<T> values(size);
  for (Index i = 0; i < size; ++i) {
    Stored offset = T(static_cast<double>(i)) * delta;
    values[i] = start + offset;
  }
  if (size > 1) values[1] = start + step;
  return values;
}

/// count equally spaced values from first to last, both included: NumPy's linspace.
///
/// @throws std::invalid_argument unless count >= 1, both ends are finite and first <= last.
template <Real T>
[[nodiscard]] Vector<T> linspace(const T& first, const T& last, Index count) {
  constexpr auto where = "linspace";
  detail::require_that(count >= 1, where, "count", ">= 1", count);
  detail::require_that(detail::is_finite(first), where, "first", "finite", first);
  detail::require_that(detail::is_finite(last) && last >= first, where, "last", "finite and >= first", last);
  Vector<T> values(count);
  values[0] = first;
  const T step = count > 1 ? T((last - first) / T(static_cast<double>(count - 1))) : T(0);
  for (Index i = 1; i < count; ++i) values[i] = first + T(static_cast<double>(i)) * step;
  if (count > 1) values[count - 1] = last;
  return values;
}

}  // namespace klgrid
