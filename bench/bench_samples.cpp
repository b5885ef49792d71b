// SPDX-License-Identifier: MIT
// samples/D/N: from N samples to the best Gaussian in both directions on domain D. Counters: the milliseconds of each
// step; many_components/N: the same fits, of a mixture of N components of all widths.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cmath>
#include <random>

#include "klgrid/fit/fit.hpp"
#include "klgrid/fit/starting_points.hpp"
#include "klgrid/grid/divergence.hpp"
#include "klgrid/line/divergence.hpp"

namespace {

using Mixture = klgrid::GaussianMixture<double>;

klgrid::Vector<double> two_humps(klgrid::Index size) {
  std::mt19937_64 engine(20240229);
  std::normal_distribution<double> normal;
  klgrid::Vector<double> samples(size);
  for (klgrid::Index i = 0; i < size; ++i) samples[i] = i % 3 == 0 ? normal(engine) - 3 : 2 * normal(engine) + 3;
  return samples;
}

/// Makes a mixture, its density and both fits, the reverse one from all starting points.
template <class Make, class Density>
void time_fits(benchmark::State& state, const Make& make, const Density& density_of) {
  double density_ms = 0, forward_ms = 0, reverse_ms = 0;
  const auto now = [] { return std::chrono::steady_clock::now(); };
  const auto ms = [](auto span) { return std::chrono::duration<double, std::milli>(span).count(); };
  for (auto _ : state) {
    const auto start = now();
    const Mixture mixture = make();
    const auto p = density_of(mixture);
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

const auto on_line = [](const Mixture& p) { return klgrid::RealLineDensity<double>(p); };
const auto on_grid = [](const Mixture& p) {
  return klgrid::GridDensity<double>(klgrid::Grid<double>::linspace(-15.0, 15.0, 2001), p);
};

void line(benchmark::State& state) {
  const auto samples = two_humps(state.range(0));
  time_fits(
      state, [&] { return Mixture::kernel_density(samples, klgrid::BandwidthRule::silverman); }, on_line);
}

void grid(benchmark::State& state) {
  const auto samples = two_humps(state.range(0));
  time_fits(
      state, [&] { return Mixture::kernel_density(samples, klgrid::BandwidthRule::silverman); }, on_grid);
}

void many_components(benchmark::State& state) {
  std::mt19937_64 engine(20240229);
  std::normal_distribution<double> normal;
  const klgrid::Vector<double> means = two_humps(state.range(0));
  klgrid::Vector<double> stddevs(means.size());
  for (double& stddev : stddevs) stddev = 0.1 * std::exp(normal(engine) / 3);
  const klgrid::Vector<double> once = klgrid::Vector<double>::Ones(means.size());
  time_fits(
      state, [&] { return Mixture::normalized(once, means, stddevs); }, on_line);
}

constexpr klgrid::Index least = 1000, most = 1000000;
BENCHMARK(line)->Name("samples/line")->RangeMultiplier(10)->Range(least, most)->Unit(benchmark::kMillisecond);
BENCHMARK(grid)->Name("samples/grid")->RangeMultiplier(10)->Range(least, most)->Unit(benchmark::kMillisecond);
BENCHMARK(many_components)->Name("many_components/line")->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
