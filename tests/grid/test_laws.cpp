// SPDX-License-Identifier: MIT
// What must not matter on a grid: the origin and the unit of x, a constant added to log values, the order of components
// and how they are split, what has no weight, the direction of x, and by which way a value is computed.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include "klgrid/divergence/alpha_divergence.hpp"
#include "klgrid/divergence/kl_derivatives.hpp"
#include "klgrid/divergence/kl_surfaces.hpp"
#include "klgrid/grid/bank.hpp"
#include "klgrid/grid/divergence.hpp"
#include "klgrid/grid/pair_quadrature.hpp"

using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Grid;
using klgrid::GridDensity;
using klgrid::Index;
using klgrid::NormalizedGaussianBank;
using klgrid::ParameterMesh;
using klgrid::Vector;

namespace {

/// A density and a mesh. Positions are multiples of 2^-9 within 16 of each other, so that they can be moved by 2^40
/// times that without rounding.
template <class T>
struct Problem {
  Vector<T> nodes, grid_weights;
  Vector<T> weights, means, stddevs;
  Vector<T> mu, sigma;
};

/// Everything that is computed for one q: by a bank, and by itself. Derivatives are those in mu / sigma and log sigma.
/// Beside it what roundings are relative to: of a forward surface, E_p[(x - x0)^2] / sigma^2, x0 the node nearest to mu
/// (kl_surfaces.hpp); of derivatives, E_q z^4 times the largest |log p|, as large as the sums are that they are made
/// of.
enum Row { values = 0, pair_values = 3, derivatives = 7, pair_derivatives = 17, numbers = 27, spread = 27, sums = 28 };
template <class T>
using Figures = std::array<T, numbers + 2>;

template <class T>
void put(const klgrid::KlDerivatives<T>& d, const T& sigma, T* out) {
  out[0] = d.gradient[0] * sigma;
  out[1] = d.gradient[1];
  out[2] = d.hessian(0, 0) * sigma * sigma;
  out[3] = d.hessian(0, 1) * sigma;
  out[4] = d.hessian(1, 1);
}

template <class T>
std::vector<Figures<T>> figures(const Problem<T>& problem) {
  const Grid<T> grid(problem.nodes, problem.grid_weights);
  const GridDensity<T> p(grid, GaussianMixture<T>(problem.weights, problem.means, problem.stddevs));
  const NormalizedGaussianBank<T> bank(grid, ParameterMesh<T>(problem.mu, problem.sigma), {.highest_power = 4});
  const T alpha = T(0.375);
  const auto surfaces = klgrid::kl_surfaces(p, bank);
  const auto forward = klgrid::forward_kl_derivatives(p, bank);
  const auto reverse = klgrid::reverse_kl_derivatives(bank, p);
  const auto renyi = klgrid::renyi_divergence(p, bank, alpha);
  std::vector<Figures<T>> all;
  for (Index i = 0; i < problem.sigma.size(); ++i)
    for (Index j = 0; j < problem.mu.size(); ++j) {
      const T& sigma = problem.sigma[i];
      const Gaussian<T> q(problem.mu[j], sigma);
      Figures<T> f{surfaces.forward(i, j),
                   surfaces.reverse(i, j),
                   renyi(i, j),
                   klgrid::forward_kl(p, q),
                   klgrid::reverse_kl(q, p),
                   klgrid::renyi_divergence(p, q, alpha),
                   klgrid::squared_hellinger_distance(p, q)};
      put(forward.at(i, j), sigma, f.data() + derivatives);
      put(reverse.at(i, j), sigma, f.data() + derivatives + 5);
      put(klgrid::forward_kl_derivatives(p, q), sigma, f.data() + pair_derivatives);
      put(klgrid::reverse_kl_derivatives(q, p), sigma, f.data() + pair_derivatives + 5);
      const T from_nearest = (p.mean() - bank.nearest_points()[j]) / sigma;
      f[spread] = from_nearest * from_nearest + p.variance() / sigma / sigma;
      f[sums] = (1 + bank.moment(4)(i, j)) * (1 + p.log_pdf().abs().maxCoeff()) + f[spread];
      all.push_back(f);
    }
  return all;
}

/// The largest difference: of a value relative, absolute below 1; of a derivative relative to its sums. Infinite where
/// anything is NaN or a divergence is negative.
template <class T>
double difference(const std::vector<Figures<T>>& a, const std::vector<Figures<T>>& b) {
  double largest = 0;
  for (std::size_t cell = 0; cell < a.size(); ++cell)
    for (std::size_t k = 0; k < numbers; ++k) {
      if (k < derivatives && !(a[cell][k] >= 0 && b[cell][k] >= 0)) return HUGE_VAL;
      T size = std::max(T(1), k < derivatives ? a[cell][k] : std::max(a[cell][sums], b[cell][sums]));
      if (k == 0) size += a[cell][spread] / 500;  // some 8 roundings of it
      const double error = static_cast<double>(std::abs(a[cell][k] - b[cell][k]) / size);
      if (!(error <= largest)) largest = error == error ? error : HUGE_VAL;
    }
  return largest;
}

/// 1e-12 in double, as values are promised.
template <class T>
constexpr double promise = 4500 * static_cast<double>(std::numeric_limits<T>::epsilon());

template <class T>
T dyadic(int from, int to, const char* name) {
  return T(*rc::gen::inRange(from * 512, to * 512 + 1).as(name)) / T(512);
}

template <class T>
Problem<T> arbitrary() {
  Problem<T> a;
  const Index n = *rc::gen::inRange<Index>(1, 60).as("nodes");
  const bool uniform = *rc::gen::arbitrary<bool>().as("uniform");
  a.nodes.resize(n);
  a.grid_weights.resize(n);
  for (Index i = 0; i < n; ++i) {
    a.nodes[i] = uniform ? T(-8) + T(i) / T(4) : dyadic<T>(-8, 8, "node");
    a.grid_weights[i] = uniform ? T(0.25) : dyadic<T>(0, 1, "weight of a node") + T(0.0625);
  }
  std::sort(a.nodes.begin(), a.nodes.end());
  const Index components = *rc::gen::inRange<Index>(1, 5).as("components");
  a.weights.resize(components);
  a.means.resize(components);
  a.stddevs.resize(components);
  for (Index k = 0; k < components; ++k) {
    a.weights[k] = T(1) / T(components);
    a.means[k] = dyadic<T>(-8, 8, "mean");
    a.stddevs[k] = dyadic<T>(0, 3, "stddev") + T(0.0625);
  }
  a.mu.resize(4);
  a.sigma.resize(4);
  for (Index j = 0; j < 4; ++j) {
    a.mu[j] = dyadic<T>(-8, 8, "mu");
    a.sigma[j] = std::ldexp(T(1), *rc::gen::inRange(-6, 4).as("log2 of sigma")) * T(1.25);
  }
  std::sort(a.mu.begin(), a.mu.end());
  std::sort(a.sigma.begin(), a.sigma.end());
  return a;
}

template <class T>
Vector<T> joined(const Vector<T>& a, const Vector<T>& b) {
  Vector<T> both(a.size() + b.size());
  both << a, b;
  return both;
}

template <class T>
void scale_by(Problem<T>& p, int power) {
  const T scale = std::ldexp(T(1), power);
  for (Vector<T>* each : {&p.nodes, &p.grid_weights, &p.means, &p.stddevs, &p.mu, &p.sigma}) *each *= scale;
}

}  // namespace

TEST_CASE("on a grid: x may be moved by any number") {
  CHECK(rc::check([] {
    const auto problem = arbitrary<double>();
    const double shift =
        std::ldexp(*rc::gen::element(-1.0, 1.0).as("sign"), *rc::gen::inRange(0, 44).as("log2 of the shift"));
    auto moved = problem;
    for (Vector<double>* each : {&moved.nodes, &moved.means, &moved.mu}) *each += shift;
    RC_ASSERT(difference(figures(problem), figures(moved)) <= promise<double>);
  }));
}

TEST_CASE("on a grid: x may be counted in any unit") {
  CHECK(rc::check([] {
    const auto problem = arbitrary<double>();
    auto scaled = problem;
    scale_by(scaled, *rc::gen::inRange(-500, 501).as("log2 of the unit"));
    RC_ASSERT(difference(figures(problem), figures(scaled)) <= promise<double>);
  }));
  CHECK(rc::check([] {
    const auto problem = arbitrary<float>();
    auto scaled = problem;
    scale_by(scaled, *rc::gen::inRange(-50, 51).as("log2 of the unit"));  // squares of 2^-6 to 2^4 units stay in range
    RC_ASSERT(difference(figures(problem), figures(scaled)) <= promise<float>);
  }));
}

TEST_CASE("on a grid: a constant in log values is their mass and nothing else") {
  CHECK(rc::check([] {
    const Index n = *rc::gen::inRange<Index>(2, 50).as("nodes");
    const auto grid = Grid<double>::linspace(0.0, 1.0, n);
    Vector<double> log_values(n);
    for (auto& value : log_values) value = dyadic<double>(-1000, 0, "log value");
    // Dyadic, so that adding it does not round.
    const double constant = std::ldexp(*rc::gen::element(-1.0, 1.0).as("sign"), *rc::gen::inRange(0, 34).as("log2"));
    const auto p = GridDensity<double>::from_log_values(grid, log_values);
    const auto q = GridDensity<double>::from_log_values(grid, log_values + constant);
    RC_ASSERT((p.log_pdf() == q.log_pdf()).all());
    RC_ASSERT((p.pdf() == q.pdf()).all());
    RC_ASSERT(p.entropy() == q.entropy());
    RC_ASSERT(p.mean() == q.mean());
    RC_ASSERT(p.variance() == q.variance());
    RC_ASSERT(std::abs(q.log_mass() - (p.log_mass() + constant)) <= 1e-15 * std::abs(constant) + 1e-12);
  }));
}

TEST_CASE("on a grid: components may be permuted, split, and joined by some of weight zero") {
  CHECK(rc::check([] {
    const auto problem = arbitrary<double>();
    auto other = problem;
    const Index k = *rc::gen::inRange<Index>(0, problem.weights.size()).as("split");
    other.weights[k] /= 2;
    other.weights = joined<double>(other.weights, {{other.weights[k], 0.0}});
    other.means = joined<double>(other.means, {{other.means[k], dyadic<double>(-100, 100, "mean of nothing")}});
    other.stddevs = joined<double>(other.stddevs, {{other.stddevs[k], 1e-3}});
    for (Vector<double>* each : {&other.weights, &other.means, &other.stddevs}) each->reverseInPlace();
    RC_ASSERT(difference(figures(problem), figures(other)) <= promise<double>);
  }));
}

TEST_CASE("on a grid: nodes of weight zero take no part, and nodes may be split") {
  CHECK(rc::check([] {
    const auto problem = arbitrary<double>();
    auto other = problem;
    const Index at = *rc::gen::inRange<Index>(0, problem.nodes.size()).as("split");
    std::vector<std::pair<double, double>> nodes;
    for (Index i = 0; i < problem.nodes.size(); ++i)
      nodes.emplace_back(problem.nodes[i], problem.grid_weights[i] / (i == at ? 2 : 1));
    nodes.push_back(nodes[static_cast<std::size_t>(at)]);
    nodes.emplace_back(dyadic<double>(-9, 9, "node of no weight"), 0.0);
    nodes.emplace_back(problem.mu[0], 0.0);
    std::sort(nodes.begin(), nodes.end());
    other.nodes.resize(static_cast<Index>(nodes.size()));
    other.grid_weights.resize(other.nodes.size());
    for (Index i = 0; i < other.nodes.size(); ++i)
      std::tie(other.nodes[i], other.grid_weights[i]) = nodes[static_cast<std::size_t>(i)];
    RC_ASSERT(difference(figures(problem), figures(other)) <= promise<double>);
  }));
}

TEST_CASE("on a grid: a surface's cells are the pairs, and a batch is one by one") {
  CHECK(rc::check([] {
    const auto problem = arbitrary<double>();
    auto swapped = figures(problem);
    const auto given = swapped;
    for (auto& f : swapped) {
      std::copy_n(f.begin() + pair_values, 3, f.begin() + values);
      std::copy_n(f.begin() + pair_derivatives, 10, f.begin() + derivatives);
    }
    RC_ASSERT(difference(given, swapped) <= promise<double>);

    const Grid<double> grid(problem.nodes, problem.grid_weights);
    const NormalizedGaussianBank<double> bank(grid, ParameterMesh<double>(problem.mu, problem.sigma));
    std::vector<GridDensity<double>> densities;
    for (const double mean : {-3.0, 0.5, 2.0, 4.0, 7.0}) densities.emplace_back(grid, Gaussian<double>(mean, 1.5));
    std::vector<klgrid::KlSurfaces<double>> batch(densities.size());
    NormalizedGaussianBank<double>::Workspace workspace;
    klgrid::kl_surfaces<NormalizedGaussianBank<double>>(densities, bank, batch, workspace);
    for (std::size_t d = 0; d < densities.size(); ++d) {
      const auto alone = klgrid::kl_surfaces(densities[d], bank);
      RC_ASSERT((alone.forward == batch[d].forward).all());
      RC_ASSERT((alone.reverse == batch[d].reverse).all());
    }
  }));
}

TEST_CASE("on a grid: x reversed mirrors everything") {
  CHECK(rc::check([] {
    const auto problem = arbitrary<double>();
    auto mirrored = problem;
    mirrored.nodes = -problem.nodes.reverse();
    mirrored.grid_weights = problem.grid_weights.reverse();
    mirrored.means = -problem.means;
    mirrored.mu = -problem.mu.reverse();
    const auto found = figures(mirrored);
    std::vector<Figures<double>> back;
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t j = 0; j < 4; ++j) {
        back.push_back(found[4 * i + 3 - j]);
        for (std::size_t k = derivatives; k < numbers; k += 5) {  // odd in x: d/dmu and d2/dmu dlog sigma
          back.back()[k] *= -1;
          back.back()[k + 3] *= -1;
        }
      }
    RC_ASSERT(difference(figures(problem), back) <= promise<double>);
  }));
}

namespace {

/// Nodes 1/16 apart over (-10, 10), the mixture of the notebook, and what one q of any width has on them.
template <class T>
struct Window {
  Grid<T> grid = Grid<T>::arange(T(-10), T(10), T(0.0625));
  GridDensity<T> p{grid, GaussianMixture<T>({T(0.5), T(0.5)}, {T(-3), T(3)}, {T(1), T(1)})};

  /// Both surfaces and both pairs agree with these values of D(q||p) and of Renyi's at 1/2.
  void check(T mu, T sigma, T reverse, T renyi, bool derivatives_in_range = true) const {
    CAPTURE(mu);
    CAPTURE(sigma);
    const Gaussian<T> q(mu, sigma);
    const auto bank = klgrid::bank_of_one(p, q);
    const auto is = [](T value, T truth) { CHECK(std::abs(value - truth) <= T(promise<T>) * std::max(T(1), truth)); };
    is(klgrid::reverse_kl(bank, p)(0, 0), reverse);
    is(klgrid::reverse_kl(q, p), reverse);
    is(klgrid::renyi_divergence(p, bank, T(0.5))(0, 0), renyi);
    is(klgrid::renyi_divergence(p, q, T(0.5)), renyi);
    CHECK(klgrid::forward_kl(p, bank)(0, 0) >= 0);
    CHECK(klgrid::forward_kl(p, q) >= 0);
    if (!derivatives_in_range) return;
    for (const auto& d : {klgrid::forward_kl_derivatives(p, q), klgrid::reverse_kl_derivatives(q, p)}) {
      CHECK((d.gradient.array() == d.gradient.array()).all());
      CHECK((d.hessian.array() == d.hessian.array()).all());
    }
  }
};

}  // namespace

TEST_CASE_TEMPLATE("on a grid: a q narrower than everything lives at the nearest node, however narrow or far off", T,
                   float, double) {
  const Window<T> on;
  const Index middle = on.grid.size() / 2;
  const Index last = on.grid.size() - 1;
  const auto check = [&](T mu, T sigma, Index node) {
    // q = 1/w there: D(q||p) = -log w - log p, D_1/2 = -2 log sqrt(w p).
    const T reverse = -std::log(on.grid.weights()[node]) - on.p.log_pdf()[node];
    on.check(mu, sigma, reverse, reverse);
  };
  for (const double sigma : {1e-4, 1e-18, 1e-154, 1e-160, 1e-310}) {
    if (!(T(sigma) > T(0))) continue;
    check(on.grid.nodes()[middle], T(sigma), middle);
    check(on.grid.nodes()[middle] + T(0.03125) * T(0.99), T(sigma), middle);
    check(T(1e4), T(sigma), last);
  }
  check(T(100), T(0.1), last);
  check(T(1e4), T(0.1), last);
  check(std::numeric_limits<T>::max() / 2, T(1), last);
}

TEST_CASE("on a grid: a q half-way between two nodes lives at both, however narrow") {
  const Window<double> on;
  const Index left = on.grid.size() / 2;
  const double weight = on.grid.weights()[left];
  const double log_p[] = {on.p.log_pdf()[left], on.p.log_pdf()[left + 1]};
  for (const double sigma : {1e-3, 1e-6, 1e-10, 1e-100}) {
    const double reverse = -std::log(2 * weight) - (log_p[0] + log_p[1]) / 2;
    const double root = std::sqrt(weight / 2) * (std::exp(log_p[0] / 2) + std::exp(log_p[1] / 2));
    on.check(on.grid.nodes()[left] + 0.03125, sigma, reverse, -2 * std::log(root), sigma > 1e-75);
  }
}

TEST_CASE("on a grid: far from 0, forward surfaces, pairs and derivatives are those of two Gaussians") {
  // Spacing 1/128 resolves 1/8; the positions are exact at each origin.
  for (const double origin : {0.0, 1e5, 1e6, 1e9}) {
    const auto grid = Grid<double>::linspace(origin, origin + 10, 1281);
    const GridDensity<double> p(grid, Gaussian<double>(origin + 5, 0.125));
    const Gaussian<double> q(origin + 4, 0.125);
    const double truth = 32;  // (1 / 0.125)^2 / 2
    CHECK(std::abs(klgrid::forward_kl(p, q) - truth) <= 1e-12 * truth);
    CHECK(std::abs(klgrid::forward_kl(p, klgrid::bank_of_one(p, q))(0, 0) - truth) <= 1e-12 * truth);
    const auto d = klgrid::forward_kl_derivatives(p, q);
    CHECK(std::abs(d.gradient[0] + 64) <= 1e-12 * 64);
    CHECK(std::abs(d.gradient[1] + 64) <= 1e-12 * 64);
    CHECK(std::abs(d.hessian(0, 0) - 64) <= 1e-12 * 64);
    CHECK(std::abs(d.hessian(1, 1) - 130) <= 1e-12 * 130);
  }
}

TEST_CASE("on a grid: the forward Hessian of a narrow q does not cancel") {
  const Window<double> on;
  for (const double sigma : {1e-4, 1e-6}) {  // all of q at one node: E_p z^2 = Var p / sigma^2 about it
    const double truth = 2 * (on.p.variance() + on.p.mean() * on.p.mean()) / (sigma * sigma);
    const Gaussian<double> q(0.0, sigma);
    CHECK(std::abs(klgrid::forward_kl_derivatives(on.p, q).hessian(1, 1) / truth - 1) <= 1e-12);
  }
}

TEST_CASE("on a grid: a node of weight zero under a narrow q takes no part in order alpha") {
  const Grid<double> grid({-1.0, 0.0, 1.0}, {1.0, 0.0, 1.0});
  const GridDensity<double> p(grid, Gaussian<double>(0.0, 1.0));
  for (const double sigma : {0.02, 1e-6}) {  // by symmetry p = q = (1/2, 1/2)
    const Gaussian<double> q(0.0, sigma);
    CHECK(klgrid::renyi_divergence(p, q, 0.5) <= 1e-15);
    CHECK(klgrid::alpha_divergence(p, q, 0.3) <= 1e-15);
    CHECK(klgrid::squared_hellinger_distance(p, q) <= 1e-15);
  }
}
