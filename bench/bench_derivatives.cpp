// SPDX-License-Identifier: MIT
// What a descent needs, on the notebook's grid, mesh and mixtures and on the line: derivatives/... surfaces of
// derivatives beside those of values, with a kept bank; one/... one Gaussian; fit/... from all starting points;
// stationary/... all stationary points of the mesh, with a bank made for each p (mesh) and with a kept one (bank).
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "klgrid/klgrid.hpp"
#include "timing.hpp"

namespace klgrid_bench {
namespace {

using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::GridDensity;
using klgrid::RealLineDensity;

const GaussianMixture<double> two({0.5, 0.5}, {-3.0, 3.0}, {1.0, 1.0});
const GaussianMixture<double> five({0.1, 0.3, 0.2, 0.25, 0.15}, {-4.0, -1.5, 0.0, 2.0, 4.5}, {0.4, 0.7, 0.3, 1.0, 0.5});

GridDensity<double> on_grid(const GaussianMixture<double>& p) { return {scaled_problem(1).grid, p}; }
RealLineDensity<double> on_line(const GaussianMixture<double>& p) { return RealLineDensity<double>(p); }

template <class Density>
void values(benchmark::State& state, const Density& p) {
  const auto bank = bank_for(p, scaled_problem(1).mesh);
  typename std::remove_const_t<decltype(bank)>::Workspace workspace;
  klgrid::KlSurfaces<double> out;
  for (auto _ : state) {
    klgrid::kl_surfaces(p, bank, out, workspace);
    benchmark::DoNotOptimize(out.reverse.data());
    benchmark::ClobberMemory();
  }
}

template <class Out, class Density>
void derivatives(benchmark::State& state, const Density& p, int power) {
  const auto bank = bank_for(p, scaled_problem(1).mesh, power);
  typename std::remove_const_t<decltype(bank)>::Workspace workspace;
  Out out;
  for (auto _ : state) {
    klgrid::reverse_kl_derivatives(bank, p, out, workspace);
    benchmark::DoNotOptimize(out.value.data());
    benchmark::ClobberMemory();
  }
}

template <class Density>
void forward_derivatives(benchmark::State& state, const Density& p) {
  const auto bank = bank_for(p, scaled_problem(1).mesh, 4);
  klgrid::KlDerivativeSurfaces<double> out;
  for (auto _ : state) {
    klgrid::forward_kl_derivatives(p, bank, out);
    benchmark::DoNotOptimize(out.value.data());
    benchmark::ClobberMemory();
  }
}

template <class Density>
void gradient(benchmark::State& state, const Density& p) {
  derivatives<klgrid::KlGradientSurfaces<double>>(state, p, 2);
}

template <class Density>
void hessian(benchmark::State& state, const Density& p) {
  derivatives<klgrid::KlDerivativeSurfaces<double>>(state, p, 4);
}

BENCHMARK_CAPTURE(values, grid, on_grid(two))->Name("derivatives/grid/values")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(gradient, grid, on_grid(two))->Name("derivatives/grid/gradient")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(hessian, grid, on_grid(two))->Name("derivatives/grid/hessian")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(forward_derivatives, grid, on_grid(two))
    ->Name("derivatives/grid/forward")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(values, line, on_line(two))->Name("derivatives/line/values")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(gradient, line, on_line(two))->Name("derivatives/line/gradient")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(hessian, line, on_line(two))->Name("derivatives/line/hessian")->Unit(benchmark::kMicrosecond);

template <class Density>
void one_value(benchmark::State& state, const Density& p) {
  const Gaussian<double> q(0.7, 1.3);
  for (auto _ : state) benchmark::DoNotOptimize(klgrid::reverse_kl(q, p));
}

template <class Density>
void one_derivative(benchmark::State& state, const Density& p) {
  const Gaussian<double> q(0.7, 1.3);
  for (auto _ : state) benchmark::DoNotOptimize(klgrid::reverse_kl_derivatives(q, p));
}

BENCHMARK_CAPTURE(one_value, grid, on_grid(two))->Name("one/grid/value");
BENCHMARK_CAPTURE(one_derivative, grid, on_grid(two))->Name("one/grid/derivative");
BENCHMARK_CAPTURE(one_value, line, on_line(two))->Name("one/line/value");
BENCHMARK_CAPTURE(one_derivative, line, on_line(two))->Name("one/line/derivative");

void fit(benchmark::State& state, const GaussianMixture<double>& mixture) {
  const RealLineDensity<double> p(mixture);
  const auto starts = klgrid::starting_points(mixture);
  for (auto _ : state) benchmark::DoNotOptimize(klgrid::fit_reverse(p, starts));
}

BENCHMARK_CAPTURE(fit, two, two)->Name("fit/line/2")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(fit, five, five)->Name("fit/line/5")->Unit(benchmark::kMicrosecond);

template <class Density>
void stationary_on_mesh(benchmark::State& state, const Density& p) {
  const auto mesh = scaled_problem(1).mesh;
  std::size_t found = 0;
  for (auto _ : state) benchmark::DoNotOptimize(found = klgrid::reverse_stationary_points(p, mesh).size());
  state.counters["points"] = static_cast<double>(found);
}

template <class Density>
void stationary_on_bank(benchmark::State& state, const Density& p) {
  const auto bank = bank_for(p, scaled_problem(1).mesh, 4);
  std::size_t found = 0;
  for (auto _ : state) benchmark::DoNotOptimize(found = klgrid::reverse_stationary_points(bank, p).size());
  state.counters["points"] = static_cast<double>(found);
}

BENCHMARK_CAPTURE(stationary_on_mesh, grid, on_grid(two))->Name("stationary/grid/mesh")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(stationary_on_bank, grid, on_grid(two))->Name("stationary/grid/bank")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(stationary_on_mesh, line, on_line(two))->Name("stationary/line/mesh")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace klgrid_bench
