// SPDX-License-Identifier: MIT
// update/...: a new mixture arrives, the bank is kept, both surfaces come out. tight: of a bank that is asked for
// the least tolerance, as exact as plain sums.
#include <benchmark/benchmark.h>

#include <limits>

#include "klgrid/klgrid.hpp"
#include "timing.hpp"

namespace klgrid_bench {
namespace {

using Options = klgrid::NormalizedGaussianBank<double>::Options;

void update(benchmark::State& state, double scale, const Options& options = {}) {
  const Problem problem = scaled_problem(scale);
  const klgrid::NormalizedGaussianBank<double> bank(problem.grid, problem.mesh, options);
  time_bank(state, problem, bank);
}

BENCHMARK_CAPTURE(update, notebook, 1)->Name("update/notebook")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(update, tight, 1, {.tolerance = 8 * std::numeric_limits<double>::epsilon()})
    ->Name("update/notebook/tight")
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(update, large, 100)->Name("update/large")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(update, grow_1, 1)->Name("update/grow/1")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(update, grow_3, 3)->Name("update/grow/3")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(update, grow_10, 10)->Name("update/grow/10")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(update, grow_30, 30)->Name("update/grow/30")->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace klgrid_bench
