// SPDX-License-Identifier: MIT
// The real line: both divergences of one pair and of the notebook's mesh, beside quadrature of each cell by rules that
// do not know where the mixture's features lie. Counter max_error is the largest error of the cells below, relative,
// absolute below 1; it is what a rule's time buys.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>
#if __has_include(<boost/math/quadrature/gauss_kronrod.hpp>)
#include <boost/math/quadrature/gauss_kronrod.hpp>
#define BENCH_WITH_BOOST
#endif

#include "klgrid/divergence/kl_surfaces.hpp"
#include "klgrid/line/divergence.hpp"

namespace {

using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::RealLineBank;
using klgrid::RealLineDensity;

const std::vector<std::pair<std::string, GaussianMixture<double>>>& mixtures() {
  static const std::vector<std::pair<std::string, GaussianMixture<double>>> all = {
      {"equal", {{0.5, 0.5}, {-3.0, 3.0}, {1.0, 1.0}}},
      {"narrow", {{0.5, 0.5}, {-3.0, 3.0}, {0.1, 0.1}}},
      {"mixed", {{0.3, 0.7}, {-3.0, 3.0}, {0.1, 2.0}}},
      {"near", {{0.3, 0.7}, {0.7001, 0.6998}, {1.30013, 1.299935}}},  // within 2e-4 of the q of a pair
      {"spike", {{0.5, 0.5}, {-3.0, 3.0}, {0.001, 5.0}}},
      {"fitted", {{0.3, 0.7}, {1.05, 0.55}, {1.7, 1.04915}}}};  // with the moments of the q of a pair, D about 0.01
  return all;
}

struct Cell {
  std::size_t mixture;
  double mu, sigma, forward, reverse;
};

// Of tests/reference/line_truth.csv.
const std::vector<Cell> cells = {
    {0, 3.999999999999968, 9.9000000000000004, 1.2358763506903858, 33.789886843987645},
    {0, 2.1999999999999744, 3.3000000000000003, 0.68598358043876018, 1.7455599566672129},
    {0, -1.4000000000000128, 7.2999999999999998, 0.91079259076797769, 12.521541428631686},
    {0, 4.8999999999999648, 8.0999999999999996, 1.1617491800134341, 24.568170341324652},
    {0, 3.999999999999968, 7.2999999999999998, 1.0425246230441994, 17.304244163698495},
    {1, 0.39999999999998082, 3.3000000000000003, 2.7243888473895459, 203.49489292878931},
    {1, 0.39999999999998082, 4.0999999999999996, 2.7931791990533448, 308.91445711325503},
    {1, -5, 8.9000000000000004, 3.5101716787568429, 3198.2361091531602},
    {1, 4.8999999999999648, 2.5000000000000004, 4.6673286443082267, 475.80660250351542},
    {1, -2.3000000000000096, 0.90000000000000002, 9.831237890603461, 62.085982029146919},
    {2, -2.3000000000000096, 0.90000000000000002, 12.954442045662546, 3.1960626880030802},
    {2, 0.39999999999998082, 0.10000000000000001, 546.94857549301912, 3.6986572174927357},
    {2, 3.0999999999999712, 6.5, 1.1383237096588434, 3.8289426378669544},
    {2, -1.4000000000000128, 8.0999999999999996, 1.3235154265347731, 8.9181108629140624},
    {2, -3.2000000000000064, 9.7000000000000011, 1.5312363067851376, 14.706737803130014},
};

template <class Forward, class Reverse>
void report_error(benchmark::State& state, const Forward& forward, const Reverse& reverse) {
  const auto error = [](double value, double truth) {
    return std::abs(value - truth) / std::max(1.0, std::abs(truth));
  };
  double largest = 0;
  for (const Cell& cell : cells) {
    const auto& p = mixtures()[cell.mixture].second;
    const Gaussian<double> q(cell.mu, cell.sigma);
    largest = std::max({largest, error(forward(p, q), cell.forward), error(reverse(q, p), cell.reverse)});
  }
  state.counters["max_error"] = largest;
}

/// Times both divergences of one pair, mixture and Gaussian new each time.
template <class Forward, class Reverse>
void time_pair(benchmark::State& state, const Forward& forward, const Reverse& reverse) {
  const auto& [name, p] = mixtures()[static_cast<std::size_t>(state.range(0))];
  const Gaussian<double> q(0.7, 1.3);
  for (auto _ : state) {
    benchmark::DoNotOptimize(forward(p, q));
    benchmark::DoNotOptimize(reverse(q, p));
  }
  state.SetLabel(name);
  report_error(state, forward, reverse);
}

void pair(benchmark::State& state) {
  const auto& [name, mixture] = mixtures()[static_cast<std::size_t>(state.range(0))];
  const Gaussian<double> q(0.7, 1.3);
  for (auto _ : state) {
    const RealLineDensity<double> p(mixture);
    benchmark::DoNotOptimize(klgrid::forward_kl(p, q));
    benchmark::DoNotOptimize(klgrid::reverse_kl(q, p));
  }
  state.SetLabel(name);
  report_error(
      state, [](const auto& p, const auto& normal) { return klgrid::forward_kl(p, normal); },
      [](const auto& normal, const auto& p) { return klgrid::reverse_kl(normal, p); });
}
BENCHMARK(pair)->Name("line/pair")->DenseRange(0, 5);

void mesh(benchmark::State& state) {
  const auto& [name, mixture] = mixtures()[static_cast<std::size_t>(state.range(0))];
  const RealLineBank<double> bank({klgrid::arange(-5.0, 5.0, 0.1), klgrid::arange(0.1, 10.0, 0.1)});
  RealLineBank<double>::Workspace workspace;
  klgrid::KlSurfaces<double> surfaces;
  for (auto _ : state) {
    klgrid::kl_surfaces(RealLineDensity<double>(mixture), bank, surfaces, workspace);
    benchmark::DoNotOptimize(surfaces.reverse.data());
    benchmark::ClobberMemory();
  }
  state.SetLabel(name);
  state.counters["cells"] = static_cast<double>(bank.mesh().cells());
  const auto at = [&](const Cell& cell) {
    const RealLineBank<double> one(
        {klgrid::arange(cell.mu, cell.mu + 1, 0.25), klgrid::Vector<double>::Constant(1, cell.sigma)});
    return klgrid::kl_surfaces(RealLineDensity<double>(mixtures()[cell.mixture].second), one);
  };
  double largest = 0;
  for (const Cell& cell : cells) {
    const auto values = at(cell);
    largest = std::max({largest, std::abs(values.forward(0, 0) - cell.forward) / std::max(1.0, cell.forward),
                        std::abs(values.reverse(0, 0) - cell.reverse) / std::max(1.0, cell.reverse)});
  }
  state.counters["max_error"] = largest;
}
BENCHMARK(mesh)->Name("line/mesh/notebook")->DenseRange(0, 2)->Unit(benchmark::kMicrosecond);

#ifdef BENCH_WITH_BOOST
/// Adaptive Gauss-Kronrod, 31 points, over ten standard deviations of the density in front.
template <class A, class B>
double adaptive(const A& a, const B& b, double from, double to) {
  const auto integrand = [&](double x) {
    const double log_a = a.log_pdf(x);
    return std::exp(log_a) * (log_a - b.log_pdf(x));
  };
  return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(integrand, from, to, 15, 1e-12);
}

void boost_quadrature(benchmark::State& state) {
  time_pair(
      state,
      [](const GaussianMixture<double>& p, const Gaussian<double>& q) {
        return adaptive(p, q, (p.means() - 10 * p.stddevs()).minCoeff(), (p.means() + 10 * p.stddevs()).maxCoeff());
      },
      [](const Gaussian<double>& q, const GaussianMixture<double>& p) {
        return adaptive(q, p, q.mean() - 10 * q.stddev(), q.mean() + 10 * q.stddev());
      });
}
BENCHMARK(boost_quadrature)->Name("peer/line/boost_quadrature")->DenseRange(0, 2)->Unit(benchmark::kMicrosecond);
#endif

/// The Gauss-Hermite rule for exp(-z^2/2) / sqrt(2 pi): roots of He_n by Newton's method on the normalised recurrence,
/// from guesses that bisection of the sign changes provides.
struct HermiteRule {
  explicit HermiteRule(int n) {
    const auto value = [n](double x, double& before) {
      before = 0;
      double now = std::exp(-x * x / 4);
      for (int k = 0; k < n; ++k) {
        const double next =
            (x * now - std::sqrt(static_cast<double>(k)) * before) / std::sqrt(static_cast<double>(k + 1));
        before = now;
        now = next;
      }
      return now;
    };
    const double end = 2 * std::sqrt(static_cast<double>(n)) + 1, step = 0.2 / std::sqrt(static_cast<double>(n));
    double before = 0;
    for (double x = -end; x < end; x += step) {
      double left = x, right = x + step;
      const double sign = value(left, before);
      if (sign * value(right, before) > 0) continue;
      for (int i = 0; i < 60; ++i) {
        const double middle = (left + right) / 2;
        (value(middle, before) * sign > 0 ? left : right) = middle;
      }
      (void)value(left, before);
      nodes.push_back(left);
      weights.push_back(std::exp(-left * left / 2) / (n * before * before));
    }
  }
  std::vector<double> nodes, weights;
};

void gauss_hermite(benchmark::State& state) {
  static const HermiteRule rule(128);
  const auto expectation = [](const Gaussian<double>& a, const auto& f) {
    double sum = 0;
    for (std::size_t i = 0; i < rule.nodes.size(); ++i)
      sum += rule.weights[i] * f(a.mean() + a.stddev() * rule.nodes[i]);
    return sum;
  };
  time_pair(
      state,
      [&](const GaussianMixture<double>& p, const Gaussian<double>& q) {
        double sum = 0;
        for (klgrid::Index k = 0; k < p.components(); ++k)
          sum += p.weights()[k] * expectation(Gaussian<double>(p.means()[k], p.stddevs()[k]),
                                              [&](double x) { return p.log_pdf(x) - q.log_pdf(x); });
        return sum;
      },
      [&](const Gaussian<double>& q, const GaussianMixture<double>& p) {
        return expectation(q, [&](double x) { return q.log_pdf(x) - p.log_pdf(x); });
      });
}
BENCHMARK(gauss_hermite)->Name("peer/line/gauss_hermite")->DenseRange(0, 2)->Unit(benchmark::kMicrosecond);

}  // namespace
