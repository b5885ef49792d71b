// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <limits>

#include "klgrid/abi.hpp"

// With -fno-finite-math-only behind it, -ffast-math keeps what is refused and what is infinite, and a test sees pairs
// right to 1e-12 in double; not the last bit of NumPy's axes, long double's last digits, or numbers as small as the
// least normal one.
#if (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) || defined(_M_FP_FAST)
#error \
    "klgrid refuses NaN and answers with infinities; -ffast-math (-Ofast, -ffinite-math-only, /fp:fast) lets the compiler assume that there are neither: leave it out, or add -fno-finite-math-only"
#endif

static_assert(EIGEN_VERSION_AT_LEAST(3, 4, 0), "klgrid needs Eigen 3.4 or later");

namespace klgrid::inline KLGRID_ABI {

/// A real scalar: float, double, long double, or a class that behaves like one (a multiprecision number, a forward-mode
/// automatic-differentiation scalar). Elementary functions are found by argument-dependent lookup beside those of std.
template <class T>
concept Real = std::numeric_limits<T>::is_specialized && !std::numeric_limits<T>::is_integer &&
               std::constructible_from<T, double> && requires(T & a, const T& b) {
  a = b + b;
  a = b - b;
  a = b * b;
  a = b / b;
  { b < b } -> std::convertible_to<bool>;
};

/// Sizes and positions, signed: Eigen's.
using Index = Eigen::Index;

/// A column of numbers: nodes, weights, an axis, a function's values on a grid.
template <Real T>
using Vector = Eigen::Array<T, Eigen::Dynamic, 1>;

/// One number for each (mu, sigma) of a mesh: row-major, rows are sigma and columns are mu, the shape and the memory
/// order of NumPy's meshgrid(mu, sigma).
template <Real T>
using Surface = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace klgrid
