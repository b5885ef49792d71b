// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <limits>

#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

/// What D(a||b) is the integral of, at one point: a log(a/b) in nats per unit of x, from log a and log b. It is
/// negative where a < b; 0 where a is zero (log a = -inf, or a underflows); +inf where b is zero and a is not. Its sign
/// and size show where a divergence is paid; for its value take forward_kl and reverse_kl, whose sums do not cancel.
/// Accuracy: a few roundings of |log a| + |log b|, times a. (SciPy: rel_entr.)
template <Real T>
[[nodiscard]] T relative_entropy_integrand(const T& log_a, const T& log_b) {
  using std::exp;
  const T lowest = std::numeric_limits<T>::lowest();
  const T a = exp(log_a);
  if (!(a > T(0))) return T(0);
  return log_b < lowest ? std::numeric_limits<T>::infinity() : T(a * T(log_a - log_b));
}

}  // namespace klgrid
