// SPDX-License-Identifier: MIT
// The same update for many densities at once (batch/...) and one after the other (one_by_one/...), in float
// (float/...), and on several threads (threads/...).
#include <benchmark/benchmark.h>

#include <vector>

#include "klgrid/klgrid.hpp"
#include "timing.hpp"

namespace klgrid_bench {
namespace {

// Time is that of all densities, each with surfaces of its own; items_per_second counts densities.
template <bool Together>
void densities(benchmark::State& state, double scale) {
  const Problem problem = scaled_problem(scale);
  using Bank = klgrid::NormalizedGaussianBank<double>;
  const Bank bank(problem.grid, problem.mesh);
  const auto arriving = mixtures();
  const auto size = static_cast<std::size_t>(state.range(0));
  std::vector<klgrid::GridDensity<double>> list;
  for (std::size_t i = 0; i < size; ++i) list.emplace_back(problem.grid, arriving[i % arriving.size()]);
  std::vector<klgrid::KlSurfaces<double>> surfaces(size);
  Bank::Workspace workspace;
  for (auto _ : state) {
    for (std::size_t i = 0; i < size; ++i) {
      list[i].assign(arriving[i % arriving.size()]);
      if (!Together) klgrid::kl_surfaces(list[i], bank, surfaces[i], workspace);
    }
    if (Together) klgrid::kl_surfaces<Bank>(list, bank, surfaces, workspace);
    benchmark::DoNotOptimize(surfaces.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void batch(benchmark::State& state, double scale) { densities<true>(state, scale); }
void one_by_one(benchmark::State& state, double scale) { densities<false>(state, scale); }

template <class T>
void scalar(benchmark::State& state) {
  const Problem problem = scaled_problem(1);
  const klgrid::Grid<T> grid(problem.grid.nodes().cast<T>(), problem.grid.weights().cast<T>());
  const klgrid::ParameterMesh<T> mesh(problem.mesh.mu().cast<T>(), problem.mesh.sigma().cast<T>());
  const klgrid::NormalizedGaussianBank<T> bank(grid, mesh);
  const klgrid::GaussianMixture<T> mixture({T(0.5), T(0.5)}, {T(-3), T(3)}, {T(1), T(1)});
  klgrid::GridDensity<T> p(grid, mixture);
  klgrid::KlSurfaces<T> surfaces;
  typename klgrid::NormalizedGaussianBank<T>::Workspace workspace;
  for (auto _ : state) {
    p.assign(mixture);
    klgrid::kl_surfaces(p, bank, surfaces, workspace);
    benchmark::DoNotOptimize(surfaces.reverse.data());
    benchmark::ClobberMemory();
  }
}

BENCHMARK_CAPTURE(batch, notebook, 1)
    ->Name("batch/notebook")
    ->RangeMultiplier(4)
    ->Range(1, 64)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(one_by_one, notebook, 1)
    ->Name("one_by_one/notebook")
    ->RangeMultiplier(4)
    ->Range(1, 64)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(batch, large, 100)->Name("batch/large")->Arg(8)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(one_by_one, large, 100)
    ->Name("one_by_one/large")
    ->Arg(8)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(scalar<float>)->Name("float/notebook")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(scalar<double>)->Name("double/notebook")->UseRealTime()->Unit(benchmark::kMicrosecond);

#ifdef _OPENMP
void threads(benchmark::State& state) {
  const Problem problem = scaled_problem(100);
  const klgrid::NormalizedGaussianBank<double> bank(problem.grid, problem.mesh);
  klgrid::GridDensity<double> p(problem.grid, mixtures().front());
  klgrid::KlSurfaces<double> surfaces;
  klgrid::NormalizedGaussianBank<double>::Workspace workspace;
  omp_set_num_threads(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    p.assign(mixtures().front());
    klgrid::kl_surfaces(p, bank, surfaces, workspace, klgrid::OpenMpExecutor{});
    benchmark::DoNotOptimize(surfaces.reverse.data());
    benchmark::ClobberMemory();
  }
}

BENCHMARK(threads)->Name("threads/large")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMicrosecond);
#endif

}  // namespace
}  // namespace klgrid_bench
