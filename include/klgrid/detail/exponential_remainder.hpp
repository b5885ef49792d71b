// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <limits>

#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// e^d - 1 - d >= 0 to full relative accuracy, also where the difference cancels: near 0 it is the series
/// d^2/2 (1 + d/3 (1 + d/4 (1 + ...))), summed until a term no longer counts.
template <Real T>
T exponential_remainder(const T& d) {
  using std::exp;
  if (d > T(1) || d < T(-1)) return T(exp(d)) - (T(1) + d);
  const T square_half = d * d / T(2);
  T sum = square_half;
  T term = square_half;
  for (int n = 3; term > sum * std::numeric_limits<T>::epsilon() || -term > sum * std::numeric_limits<T>::epsilon();
       ++n) {
    term = term * d / T(n);
    sum += term;
  }
  return sum;
}

}  // namespace klgrid::detail
