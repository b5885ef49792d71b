// SPDX-License-Identifier: MIT
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>

#include "klgrid/divergence/kl_surfaces.hpp"
#include "klgrid/grid/density.hpp"
#include "problem.hpp"
#include "reference.hpp"

namespace klgrid_bench {

/// Counters cells and nodes.
inline void report_size(benchmark::State& state, const Problem& problem) {
  state.counters["cells"] = static_cast<double>(problem.mesh.cells());
  state.counters["nodes"] = static_cast<double>(problem.grid.size());
}

/// The timed loop of everything that answers a new mixture: update(t) brings in targets()[t], the next one in turn, and
/// returns the address of what it wrote.
template <class Update>
void time_updates(benchmark::State& state, const Update& update) {
  std::size_t t = 0;
  update(t);  // allocations of the first call are not what is measured
  for (auto _ : state) {
    t = (t + 1) % targets().size();
    benchmark::DoNotOptimize(update(t));
    benchmark::ClobberMemory();
  }
}

/// Times a bank of Gaussians: the density of the next target replaces the last one, the bank is kept, both surfaces
/// come out. Counters cells, nodes, and on the notebook's problem max_error and lost_cells.
template <class Bank>
void time_bank(benchmark::State& state, const Problem& problem, const Bank& bank) {
  const auto arriving = mixtures();
  klgrid::GridDensity<double> p(problem.grid, arriving.front());
  klgrid::KlSurfaces<double> surfaces;
  typename Bank::Workspace workspace;
  const auto next = [&](std::size_t t) {
    p.assign(arriving[t]);
    klgrid::kl_surfaces(p, bank, surfaces, workspace);
    return surfaces.reverse.data();
  };
  time_updates(state, next);
  report_size(state, problem);
  if (problem.mesh.cells() == exact_surfaces(0).forward.size())
    report_error(state, [&](std::size_t t) {
      next(t);
      return surfaces;
    });
}

}  // namespace klgrid_bench
