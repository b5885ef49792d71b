// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <limits>

#include "klgrid/gaussian.hpp"
#include "klgrid/grid/density.hpp"
#include "klgrid/pair_quadrature.hpp"
#include "klgrid/real.hpp"

namespace klgrid {

/// p's grid, on which q is normalised, whatever alpha. Cost: an exponential a node.
template <Real T>
void pair_quadrature(const GridDensity<T>& p, const Gaussian<T>& q, const T& /*alpha*/, PairQuadrature<T>& out) {
  using std::log;
  out.weight = p.grid().weights();
  out.log_p = p.log_pdf();
  out.z = (p.grid().nodes() - q.mean()) / q.stddev();
  out.log_q = out.z.square() * T(-0.5);
  const T top = (out.weight > T(0)).select(out.log_q, std::numeric_limits<T>::lowest()).maxCoeff();
  out.log_q -= top;
  out.log_q -= T(log(T((out.weight * out.log_q.exp()).sum())));
  out.log_ratio = out.log_p - out.log_q;
}

}  // namespace klgrid
