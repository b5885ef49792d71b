// SPDX-License-Identifier: MIT
// Surfaces of divergences of order alpha on the notebook's mesh: of a new mixture, with the bank of affinities kept,
// and the making of that bank. Counter max_error is the largest error of every 97th cell against the same pair in long
// double, relative, absolute below 1.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "klgrid/divergence/alpha_divergence.hpp"
#include "klgrid/grid/bank.hpp"
#include "klgrid/grid/pair_quadrature.hpp"
#include "klgrid/line/bank.hpp"
#include "klgrid/line/pair_quadrature.hpp"

namespace {

using klgrid::AffinityBank;
using klgrid::Index;

struct GridDomain {
  using Bank = klgrid::NormalizedGaussianBank<double>;
  template <class T>
  static auto density(const klgrid::GaussianMixture<T>& mixture) {
    const auto grid = klgrid::Grid<double>::arange(-10.0, 10.0, 0.05);
    return klgrid::GridDensity<T>(
        klgrid::Grid<T>(grid.nodes().template cast<T>().eval(), grid.weights().template cast<T>().eval()), mixture);
  }
};

struct LineDomain {
  using Bank = klgrid::RealLineBank<double>;
  template <class T>
  static auto density(const klgrid::GaussianMixture<T>& mixture) {
    return klgrid::RealLineDensity<T>(mixture);
  }
};

template <class T>
klgrid::GaussianMixture<T> mixture(bool narrow) {
  const T stddev = narrow ? T(0.1) : T(1);
  return {{T(0.5), T(0.5)}, {T(-3), T(3)}, {stddev, stddev}};
}

template <class Domain>
typename Domain::Bank notebook_bank() {
  return bank_for(Domain::density(mixture<double>(false)),
                  klgrid::ParameterMesh<double>(klgrid::arange(-5.0, 5.0, 0.1), klgrid::arange(0.1, 10.0, 0.1)));
}

/// Arguments: alpha in thousandths, and whether the mixture's components are narrow.
template <class Domain>
void update(benchmark::State& state) {
  const double alpha = static_cast<double>(state.range(0)) / 1000;
  const bool narrow = state.range(1) != 0;
  const AffinityBank affinities(notebook_bank<Domain>(), alpha);
  const auto& mesh = affinities.mesh();
  const auto given = mixture<double>(narrow);
  klgrid::Surface<double> renyi;
  for (auto _ : state) {
    renyi = renyi_divergence(Domain::density(given), affinities);
    benchmark::DoNotOptimize(renyi.data());
  }
  const auto exact = Domain::density(mixture<long double>(narrow));
  double largest = 0;
  for (Index cell = 0; cell < mesh.cells(); cell += 97) {
    const Index i = cell / mesh.cols(), j = cell % mesh.cols();
    const klgrid::Gaussian<long double> q(mesh.mu()[j], mesh.sigma()[i]);
    const auto truth = static_cast<double>(renyi_divergence(exact, q, static_cast<long double>(alpha)));
    largest = std::max(largest, std::abs(renyi(i, j) - truth) / std::max(1.0, truth));
  }
  state.counters["max_error"] = largest;
  state.SetLabel(narrow ? "narrow" : "equal");
}

template <class Domain>
void make(benchmark::State& state) {
  const auto bank = notebook_bank<Domain>();
  for (auto _ : state) {
    const AffinityBank affinities(bank, static_cast<double>(state.range(0)) / 1000);
    benchmark::DoNotOptimize(&affinities);
  }
}

void orders(benchmark::internal::Benchmark* each) {
  each->ArgsProduct({{20, 500, 900}, {0, 1}})->Unit(benchmark::kMicrosecond);
}

BENCHMARK(update<GridDomain>)->Name("alpha/update/grid")->Apply(orders);
BENCHMARK(update<LineDomain>)->Name("alpha/update/line")->Apply(orders);
BENCHMARK(make<GridDomain>)->Name("alpha/bank/grid")->Arg(500)->Unit(benchmark::kMicrosecond);
BENCHMARK(make<LineDomain>)->Name("alpha/bank/line")->Arg(500)->Unit(benchmark::kMicrosecond);

}  // namespace
