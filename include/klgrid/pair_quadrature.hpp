// SPDX-License-Identifier: MIT
#pragma once

#include "klgrid/gaussian.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

/// What integrals of p, of q and of p^alpha q^(1 - alpha) are sums over, for one pair: sum_i weight_i f(x_i).
///
/// Both densities sum to 1. All vectors are of shape n, one number for each point x_i. A domain fills it in by
/// pair_quadrature(p, q, alpha, out); its storage is used again.
template <Real T>
struct PairQuadrature {
  Vector<T> weight;     ///< >= 0; points of weight 0 take no part
  Vector<T> z;          ///< (x_i - mean) / stddev of q
  Vector<T> log_p;      ///< -inf where p is 0
  Vector<T> log_q;      ///< -inf where the square of z overflows
  Vector<T> log_ratio;  ///< log p - log q; on the line without cancellation about p = q

  /// n
  [[nodiscard]] Index size() const { return weight.size(); }
};

}  // namespace klgrid
