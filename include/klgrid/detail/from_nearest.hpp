// SPDX-License-Identifier: MIT
#pragma once

#include <limits>

#include "klgrid/detail/packets.hpp"
#include "klgrid/real.hpp"

/// A Gaussian q on separate nodes, counted from the node x0 that is nearest to its mean: q / q(x0) is exp((z0^2 -
/// z^2)/2), at most 1 and 1 somewhere, wherever the mean lies and however narrow q is. z0^2 alone may be huge.
namespace klgrid::inline KLGRID_ABI::detail {

/// (x - mu) + (x0 - mu). Half-way between two nodes it cancels, so what the differences lose by rounding is added back
/// (two-sum; Knuth, The Art of Computer Programming 2, 4.2.2): the sign is right, and all digits but the last few.
template <Real T>
T sum_of_offsets(const T& x, const T& x0, const T& mu) {
  const auto lost = [&](const T& from, const T& difference) {
    const T rounded = difference - from;
    return T((from - (difference - rounded)) - (mu + rounded));
  };
  const T offset = x - mu;
  const T offset0 = x0 - mu;
  return (offset + offset0) + (lost(x, offset) + lost(x0, offset0));
}

/// The index of the node nearest to mu, of two the left one; after is that of the first node not below mu.
template <Real T>
Index nearest_of(const T* nodes, Index count, Index after, const T& mu) {
  if (after == 0) return 0;
  return after == count || sum_of_offsets(nodes[after - 1], nodes[after], mu) >= T(0) ? after - 1 : after;
}

/// (z0^2 - z^2) / 2 = (x0 - x) ((x - mu) + (x0 - mu)) / (2 sigma^2), a relative error of a few roundings; -inf where
/// that overflows.
template <Real T>
void exponents_from(const T& x0, const T* nodes, Index count, const T& mu, const T& sigma, T* out) {
  for (Index i = 0; i < count; ++i) {
    const T away = (x0 - nodes[i]) / sigma;
    const T sum = sum_of_offsets(nodes[i], x0, mu) / sigma;
    out[i] = away == T(0) || sum == T(0) ? T(0) : T(away * sum / T(2));  // the other one may be infinite
  }
}

/// exp, but 0 where that is hardly above the least normal number: a vectorised exponential of -inf is denormal instead,
/// which would count where it meets a large factor.
template <Real T>
void exponentiate(T* x, Index n) {
  const T least = T(2) * (std::numeric_limits<T>::min)();
  exp_in_place(x, n);
  for (Index i = 0; i < n; ++i) x[i] = x[i] < least ? T(0) : x[i];
}

}  // namespace klgrid::detail
