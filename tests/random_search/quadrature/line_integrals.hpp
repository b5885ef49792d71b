// SPDX-License-Identifier: MIT
// The integrals that divergences on the real line are made of, by adaptive quadrature in 106 bits that shares no code
// with the library.
#pragma once

#include <array>
#include <vector>

#include "random_search/random_search.hpp"

namespace random_search {

/// Parameters as they are handed to the library, exact in long double.
struct Mixture {
  std::vector<long double> weights, means, stddevs;
};

/// H(p) with lengths in a unit, D(p||q), D(q||p), Amari's divergence of an order and of 1/2, the Jensen-Shannon
/// divergence, the integral of p^alpha q^(1 - alpha); and, of a Gaussian q, Cov_q(z^k, log p - log q), k = 1 to 4, with
/// E_q[(3 + z^4) |log p - log q|], which none of these exceeds, to some digits, and the integrals of
/// p^alpha q^(1 - alpha) z^k, k = 1 to 4.
enum Integral {
  entropy,
  forward,
  reverse,
  amari,
  amari_half,
  jensen_shannon,
  affinity,
  covariance,
  covariance_size = covariance + 4,
  tilted,
  integrals = tilted + 4
};
using Integrals = std::array<Quad, integrals>;

/// All integrals; or, in less time, what derivatives by a Gaussian q are made of: D(p||q), or D(q||p) with the
/// covariances, or Amari's divergence with the integrals of p^alpha q^(1 - alpha) z^k. The others are not to be read.
enum class Wanted { all, of_forward, of_reverse, of_order };

/// Of p and q, a mixture or, of one component, a Gaussian, whose divergence may be small. A whole stretch of the line
/// and its halves agree to 1e-21; the halves' sum is more exact. Each stretch is cut into `cuts` at first.
Integrals line_integrals(const Mixture& p, const Mixture& q, long double unit, long double alpha, int cuts = 1,
                         Wanted wanted = Wanted::all);

}  // namespace random_search
