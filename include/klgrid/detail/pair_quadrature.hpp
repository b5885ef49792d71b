// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <limits>

#include "klgrid/gaussian.hpp"
#include "klgrid/grid_density.hpp"
#include "klgrid/real.hpp"

namespace klgrid::detail {

/// What an integral of a function of p and q is a sum over: sum_i weight_i f(x_i), z = (x - mu) / sigma. Both densities
/// sum to 1. A class rather than a function, so that its storage is used again from cell to cell.
template <Real T>
class PairQuadrature {
 public:
  PairQuadrature() = default;

  template <class Density>
  PairQuadrature(const Density& p, const Gaussian<T>& q) {
    assign(p, q);
  }

  /// p's grid, on which q is normalised.
  void assign(const GridDensity<T>& p, const Gaussian<T>& q) {
    using std::log;
    weight = p.grid().weights();
    log_p = p.log_pdf();
    z = (p.grid().nodes() - q.mean()) / q.stddev();
    log_q = z.square() * T(-0.5);
    const T top = (weight > T(0)).select(log_q, std::numeric_limits<T>::lowest()).maxCoeff();
    log_q -= top;
    log_q -= T(log(T((weight * log_q.exp()).sum())));
  }

  [[nodiscard]] Index size() const { return weight.size(); }

  Vector<T> weight;
  Vector<T> z;
  Vector<T> log_p;
  Vector<T> log_q;
};

}  // namespace klgrid::detail
