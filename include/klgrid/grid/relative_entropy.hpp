// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <limits>

#include "klgrid/detail/require.hpp"
#include "klgrid/grid/density.hpp"
#include "klgrid/grid/divergence.hpp"
#include "klgrid/real.hpp"

/// Divergences between two densities p and r on one grid, in nats.
///
/// Accuracy: 1e-12 relative, absolute below 1 (double); about p = r a few roundings of log p - log r, relative. Cost: a
/// pass over the nodes, an exponential at each.
namespace klgrid::inline KLGRID_ABI {

namespace detail {

template <Real T>
void require_same_grid(const GridDensity<T>& p, const GridDensity<T>& r, const char* where) {
  if (!(p.grid() == r.grid())) reject(where, "r", -1, "a density on p's grid", "another grid");
}

/// (1 + t) log(1 + t) + (1 - t) log(1 - t), t = tanh(d/2): about 0 the series
/// t^2 (1 + t^2/6 + t^4/15 + ... + t^(2k - 2) / (k (2k - 1)) + ...), elsewhere as it stands, with
/// log(1 + t) = log 2 - log(1 + e^-d).
template <Real T>
T symmetric_remainder(const T& d) {
  using std::abs;
  using std::exp;
  using std::log;
  using std::log1p;
  using std::tanh;
  const T t = tanh(T(d / T(2)));
  if (abs(t) > T(0.25)) {
    const T shrink = exp(T(-abs(d)));  // the lesser of p/r and r/p
    const T log_of_more = log(T(2)) - T(log1p(shrink));
    const T less = shrink * T(2) / (T(1) + shrink);  // 1 - |t|
    return (T(2) - less) * log_of_more + (less > T(0) ? T(less * (log_of_more - abs(d))) : T(0));
  }
  const T square = t * t;
  T sum = square;
  T term = square;
  for (int k = 2; term > sum * std::numeric_limits<T>::epsilon(); ++k) {
    term *= square;
    sum += term / T(k * (2 * k - 1));
  }
  return sum;
}

}  // namespace detail

/// D(p||r) = sum_i w_i p_i log(p_i / r_i) >= 0; +inf if r is zero at a node where p is not.
/// @throws std::invalid_argument unless both live on one grid.
template <Real T>
[[nodiscard]] T relative_entropy(const GridDensity<T>& p, const GridDensity<T>& r) {
  detail::require_same_grid(p, r, "relative_entropy");
  return detail::relative_entropy(p, r);
}

/// (D(p||m) + D(r||m)) / 2, m = (p + r) / 2, in [0, log 2], nats; zeros of either are allowed.
///
/// It is the divergence, whose square root is a metric (Endres & Schindelin, A new metric for probability
/// distributions, IEEE Trans. Inf. Theory 49, 2003).
/// @throws std::invalid_argument unless both live on one grid.
template <Real T>
[[nodiscard]] T jensen_shannon_divergence(const GridDensity<T>& p, const GridDensity<T>& r) {
  using std::log;
  detail::require_same_grid(p, r, "jensen_shannon_divergence");
  const T lowest = std::numeric_limits<T>::lowest();
  T sum = T(0);
  for (Index i = 0; i < p.grid().size(); ++i) {
    const bool both = p.log_pdf()[i] >= lowest && r.log_pdf()[i] >= lowest;
    const T d = p.log_pdf()[i] - r.log_pdf()[i];
    const T remainder = both ? detail::symmetric_remainder(d) : T(T(2) * T(log(T(2))));  // t = 1 or -1
    sum += p.grid().weights()[i] * (p.pdf()[i] + r.pdf()[i]) / T(4) * remainder;
  }
  return sum;
}

}  // namespace klgrid
