// SPDX-License-Identifier: MIT
#pragma once

#include "klgrid/gaussian.hpp"
#include "klgrid/grid/density.hpp"
#include "klgrid/pair_quadrature.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

/// The quadrature of a pair on a grid: p's grid, on which q is normalised, whatever alpha. Nodes of weight 0, which
/// take no part, are filled up with 0. Cost: an exponential a node.
template <Real T>
void pair_quadrature(const GridDensity<T>& p, const Gaussian<T>& q, const T& /*alpha*/, PairQuadrature<T>& out) {
  const GridDensity<T> on_grid(p.grid(), q);
  out.weight = p.grid().weights();
  const auto counts = out.weight > T(0);
  out.z = counts.select((p.grid().nodes() - q.mean()) / q.stddev(), T(0));
  out.log_p = counts.select(p.log_pdf(), T(0));
  out.log_q = counts.select(on_grid.log_pdf(), T(0));
  out.log_ratio = out.log_p - out.log_q;
}

}  // namespace klgrid
