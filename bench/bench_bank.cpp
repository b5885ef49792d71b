// SPDX-License-Identifier: MIT
// bank/...: the bank of a grid and a mesh is made and takes the place of the last one, which is given back; with what
// it holds on the heap as bank_bytes and, as the label, the plan of its transform: rows of sigma by method, terms in x
// and mu, bytes.
#include <benchmark/benchmark.h>

#include <sstream>
#include <string>
#include <vector>

#include "heap.hpp"
#include "klgrid/klgrid.hpp"
#include "timing.hpp"

namespace klgrid_bench {
namespace {

using Bank = klgrid::NormalizedGaussianBank<double>;

std::string describe(const std::vector<klgrid::GaussTransform<double>::Step>& plan) {
  std::ostringstream text;
  for (const auto& step : plan) {
    text << (step.first_row == 0 ? "" : "; ") << step.rows << " rows ";
    if (step.panels == 0)
      text << "direct";
    else
      text << step.panels << (step.panels == 1 ? " panel " : " panels ") << step.waves << " waves";
    text << ", " << step.bytes << " B";
  }
  return text.str();
}

void report_memory(benchmark::State& state, const Problem& problem) {
  const double before = heap_bytes();
  const Bank bank(problem.grid, problem.mesh);
  benchmark::DoNotOptimize(&bank);
  const double after = heap_bytes();
  if (before >= 0) state.counters["bank_bytes"] = after - before;
  state.SetLabel(describe(bank.transform().plan()));
}

void bank(benchmark::State& state, double scale) {
  const Problem problem = scaled_problem(scale);
  Bank kept(problem.grid, problem.mesh);
  for (auto _ : state) {
    kept = Bank(problem.grid, problem.mesh);
    benchmark::DoNotOptimize(&kept);
    benchmark::ClobberMemory();
  }
  report_size(state, problem);
  report_memory(state, problem);
}

BENCHMARK_CAPTURE(bank, notebook, 1)->Name("bank/notebook")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(bank, large, 100)->Name("bank/large")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(bank, grow_1, 1)->Name("bank/grow/1")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(bank, grow_3, 3)->Name("bank/grow/3")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(bank, grow_10, 10)->Name("bank/grow/10")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(bank, grow_30, 30)->Name("bank/grow/30")->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace klgrid_bench
