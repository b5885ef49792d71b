// SPDX-License-Identifier: MIT
// From 10,000 samples to the best Gaussian in both directions. Counters: the milliseconds of each step.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cmath>
#include <random>

#include "klgrid/fit/fit.hpp"
#include "klgrid/fit/starting_points.hpp"
#include "klgrid/line/divergence.hpp"

namespace {

klgrid::Vector<double> two_humps(klgrid::Index size) {
  std::mt19937_64 engine(20240229);
  std::normal_distribution<double> normal;
  klgrid::Vector<double> samples(size);
  for (klgrid::Index i = 0; i < size; ++i) samples[i] = i % 3 == 0 ? normal(engine) - 3 : 2 * normal(engine) + 3;
  return samples;
}

void fit(benchmark::State& state) {
  const auto samples = two_humps(10000);
  double density_ms = 0, forward_ms = 0, reverse_ms = 0;
  const auto now = [] { return std::chrono::steady_clock::now(); };
  const auto ms = [](auto span) { return std::chrono::duration<double, std::milli>(span).count(); };
  for (auto _ : state) {
    const auto start = now();
    const auto mixture = klgrid::GaussianMixture<double>::kernel_density(samples, klgrid::BandwidthRule::silverman);
    const klgrid::RealLineDensity<double> p(mixture);
    const auto made = now();
    benchmark::DoNotOptimize(klgrid::fit_forward(p));
    const auto forward = now();
    benchmark::DoNotOptimize(klgrid::fit_reverse(p, klgrid::starting_points(mixture)));
    density_ms += ms(made - start);
    forward_ms += ms(forward - made);
    reverse_ms += ms(now() - forward);
  }
  using benchmark::Counter;
  state.counters["density_ms"] = Counter(density_ms, Counter::kAvgIterations);
  state.counters["forward_ms"] = Counter(forward_ms, Counter::kAvgIterations);
  state.counters["reverse_ms"] = Counter(reverse_ms, Counter::kAvgIterations);
}
BENCHMARK(fit)->Name("samples/fit")->Unit(benchmark::kMillisecond);

}  // namespace
