// SPDX-License-Identifier: MIT
#include "klgrid/grid/relative_entropy.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include "klgrid/line/relative_entropy.hpp"
#include "support/tolerances.hpp"
#include "support/values.hpp"

using klgrid::GaussianMixture;
using klgrid::Grid;
using klgrid::GridDensity;
using klgrid::Index;
using klgrid::jensen_shannon_divergence;
using klgrid::relative_entropy;
using klgrid_test::infinity;
using klgrid_test::relative_error;
using klgrid_test::vector;

TEST_CASE("against plain sums in extended precision, and the real line where the window holds all") {
  const auto grid = Grid<double>::arange(-20.0, 20.0, 0.02);
  const GaussianMixture<double> p({0.4, 0.6}, {-2.0, 1.0}, {0.5, 1.5});
  const GaussianMixture<double> r({0.1, 0.7, 0.2}, {-3.0, 0.0, 5.0}, {1.0, 0.6, 0.2});
  const GridDensity<double> on_grid_p(grid, p), on_grid_r(grid, r);
  long double exact = 0.0L, exact_js = 0.0L;
  for (Index i = 0; i < grid.size(); ++i) {
    const long double a = on_grid_p.log_pdf()[i], b = on_grid_r.log_pdf()[i];
    const long double log_m =
        std::max(a, b) + std::log1p(std::exp(-std::abs(a - b))) - std::numbers::ln2_v<long double>;
    exact += 0.02L * std::exp(a) * (a - b);
    exact_js += 0.01L * (std::exp(a) * (a - log_m) + std::exp(b) * (b - log_m));
  }
  const double kl = relative_entropy(on_grid_p, on_grid_r);
  const double js = jensen_shannon_divergence(on_grid_p, on_grid_r);
  CHECK(relative_error(kl, static_cast<double>(exact), 1.0) < klgrid_test::tol::divergence<double>);
  CHECK(relative_error(js, static_cast<double>(exact_js), 1.0) < klgrid_test::tol::divergence<double>);
  CHECK(relative_error(kl, relative_entropy(p, r), 1.0) < klgrid_test::tol::figures);
  CHECK(relative_error(js, jensen_shannon_divergence(p, r), 1.0) < klgrid_test::tol::figures);
  CHECK(jensen_shannon_divergence(on_grid_r, on_grid_p) == js);
  CHECK(relative_entropy(on_grid_p, on_grid_p) == 0.0);
  CHECK(jensen_shannon_divergence(on_grid_p, on_grid_p) == 0.0);
}

TEST_CASE("about p = r nothing is lost: D and 4 JS are half the integral of p d^2") {
  const auto grid = Grid<double>::linspace(-1.0, 1.0, 3);
  for (const double delta : {1e-3, 1e-6, 1e-9}) {
    const auto p = GridDensity<double>::from_log_values(grid, vector({0.0, 0.0, 0.0}));
    const auto r = GridDensity<double>::from_log_values(grid, vector({0.0, delta, 0.0}));
    // p is 1/2; d is delta/2 in the middle but for delta^2, and -delta/2 at the ends.
    const double expected = delta * delta / 8.0;
    const double tolerance = 2.0 * delta + klgrid_test::tol::near_equality(delta);
    CHECK(relative_error(relative_entropy(p, r), expected, 0.0) < tolerance);
    CHECK(relative_error(4.0 * jensen_shannon_divergence(p, r), expected, 0.0) < tolerance);
  }
}

TEST_CASE("zeros of either; another grid is refused") {
  const Grid<double> grid(vector({0.0, 1.0, 2.0}), vector({1.0, 1.0, 1.0}));
  const auto left = GridDensity<double>::from_log_values(grid, vector({0.0, 0.0, -infinity}));
  const auto right = GridDensity<double>::from_log_values(grid, vector({-infinity, -infinity, 0.0}));
  const auto all = GridDensity<double>::from_log_values(grid, vector({0.0, 0.0, 0.0}));
  CHECK(relative_entropy(left, right) == infinity);
  CHECK(relative_error(relative_entropy(left, all), std::log(1.5), 1.0) < klgrid_test::tol::few_roundings<double>);
  CHECK(relative_entropy(all, left) == infinity);
  CHECK(relative_error(jensen_shannon_divergence(left, right), std::numbers::ln2, 1.0) <
        klgrid_test::tol::few_roundings<double>);
  // p = (1/2, 1/2, 0), r = (1/3, 1/3, 1/3), m = (5/12, 5/12, 1/6)
  const double exact = std::log(6.0 / 5.0) / 2.0 + (2.0 * std::log(4.0 / 5.0) + std::log(2.0)) / 6.0;
  CHECK(relative_error(jensen_shannon_divergence(left, all), exact, 1.0) < klgrid_test::tol::few_roundings<double>);
  const GridDensity<double> other(Grid<double>::linspace(0.0, 2.0, 3), GaussianMixture<double>({1.0}, {1.0}, {1.0}));
  CHECK_THROWS_WITH_AS(static_cast<void>(relative_entropy(all, other)),
                       "relative_entropy: r must be a density on p's grid, got another grid", std::invalid_argument);
  CHECK_THROWS_WITH_AS(static_cast<void>(jensen_shannon_divergence(all, other)),
                       "jensen_shannon_divergence: r must be a density on p's grid, got another grid",
                       std::invalid_argument);
  // A node of weight 0 takes no part, whatever the densities are there.
  const Grid<double> gap(vector({0.0, 1.0, 2.0}), vector({1.0, 0.0, 1.0}));
  const auto p = GridDensity<double>::from_log_values(gap, vector({0.0, -infinity, 1.0}));
  const auto r = GridDensity<double>::from_log_values(gap, vector({0.0, 5.0, 0.0}));
  CHECK(std::isfinite(relative_entropy(p, r)));
  CHECK(std::isfinite(jensen_shannon_divergence(r, p)));
  CHECK(jensen_shannon_divergence(r, r) == 0.0);
}
