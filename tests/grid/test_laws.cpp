// SPDX-License-Identifier: MIT
// What holds on a grid alone, beside the laws of every domain (test_laws.cpp): constants added to log values, and
// Gaussians narrow beside the spacing of nodes, half-way between them, far from them and far from 0.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cmath>
#include <limits>

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
using klgrid::Vector;

namespace {

/// 1e-12 in double, as values are promised.
template <class T>
constexpr double promise = 4500 * static_cast<double>(std::numeric_limits<T>::epsilon());

}  // namespace

TEST_CASE("on a grid: a constant in log values is their mass and nothing else") {
  CHECK(rc::check([] {
    const Index n = *rc::gen::inRange<Index>(2, 50).as("nodes");
    const auto grid = Grid<double>::linspace(0.0, 1.0, n);
    Vector<double> log_values(n);
    for (auto& value : log_values) value = *rc::gen::inRange(-512000, 1).as("log value") / 512.0;
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
