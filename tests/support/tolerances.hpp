// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <limits>

/// The tolerances of the tests: each has a name and a reason, and this is their one home.
namespace klgrid_test::tol {

/// A few operations on numbers of size one, each rounded once.
template <class T>
inline constexpr T few_roundings = 8 * std::numeric_limits<T>::epsilon();

/// A sum over some hundred nodes, each term an exponential and a handful of roundings. The terms' errors are mostly
/// independent, so they grow like the root of the number of nodes; this leaves a factor of a few.
template <class T>
inline constexpr T node_sum = 64 * std::numeric_limits<T>::epsilon();

/// A divergence of size one as the difference of an entropy and a cross-entropy: two node sums and logarithms whose
/// own size multiplies the rounding; compare relative to the size of the cross-entropy, or absolutely below one.
template <class T>
inline constexpr T divergence = 256 * std::numeric_limits<T>::epsilon();

/// What a Gauss transform is held to here for E_q[f], absolutely, relative to the largest |f|: less than it promises.
/// That is at a far node, so here the surfaces of a wide window lose digits that a plain sum would keep.
template <class T>
constexpr T gauss_transform(T largest) {
  return 64 * std::numeric_limits<T>::epsilon() * largest;
}

/// The promise of the library for the notebook's figures in double: relative, absolute below one.
inline constexpr double figures = 1e-12;

/// The notebook's own arithmetic against its port: 1e-14 is seen. NumPy sums in pairs and takes exp and log from a
/// vector library that is right to about one unit in the last place, the port sums from left to right with the C
/// library's: so the last digits differ. The sums of P log(P/Q) also cancel where they are small, hence absolute below
/// one.
inline constexpr double notebook_port = 5e-14;

/// Near p = q a divergence of size delta^2 / 2 is a sum of squares of d = log q - log p, and d, of size delta, is a
/// difference of logarithms of size one to fifty: it has lost a share eps / delta of itself. A difference of entropies
/// would lose the share eps / delta^2, which is a million times as much at delta = 1e-6.
template <class T>
constexpr T near_equality(T delta) {
  return 16 * std::numeric_limits<T>::epsilon() / delta;
}

}  // namespace klgrid_test::tol

namespace klgrid_test {

/// |value - truth| / max(|truth|, floor): relative, or absolute in units of floor below it. Zero for equal infinities.
/// NaN, which fails every comparison, if either is NaN or just one is infinite.
template <class T>
T relative_error(T value, T truth, T floor) {
  using std::abs;
  if (value == truth) return T(0);
  if (!(abs(value) <= std::numeric_limits<T>::max() && abs(truth) <= std::numeric_limits<T>::max()))
    return std::numeric_limits<T>::quiet_NaN();
  return abs(value - truth) / (abs(truth) > floor ? abs(truth) : floor);
}

}  // namespace klgrid_test
