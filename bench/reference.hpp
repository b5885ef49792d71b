// SPDX-License-Identifier: MIT
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>

#include "klgrid/divergence/kl_surfaces.hpp"
#include "problem.hpp"

/// The measure of error that every benchmark of the notebook's problem reports.
namespace klgrid_bench {

/// Both surfaces of targets()[target] on scaled_problem(1), in nats: plain long double sums in log space, term by term
/// from the definition, which share no code with klgrid. Made at the first call.
const klgrid::KlSurfaces<double>& exact_surfaces(std::size_t target);

/// Keeps the largest |value - exact| / max(1, |exact|) among the finite values, and counts the values that are not.
class ErrorMeter {
 public:
  void add(double value, double exact);
  void add(const klgrid::Surface<double>& values, const klgrid::Surface<double>& exact);

  /// Counters max_error and lost_cells.
  void report(benchmark::State& state) const;

 private:
  double largest_ = 0;
  int lost_ = 0;
};

/// Counters max_error and lost_cells over all targets; surfaces_of(t) gives both surfaces of targets()[t], in nats.
template <class Surfaces>
void report_error(benchmark::State& state, const Surfaces& surfaces_of) {
  ErrorMeter meter;
  for (std::size_t t = 0; t < targets().size(); ++t) {
    const klgrid::KlSurfaces<double> surfaces = surfaces_of(t);
    meter.add(surfaces.forward, exact_surfaces(t).forward);
    meter.add(surfaces.reverse, exact_surfaces(t).reverse);
  }
  meter.report(state);
}

}  // namespace klgrid_bench
