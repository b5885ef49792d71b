// SPDX-License-Identifier: MIT
#include "klgrid/domain.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <string>

#include "../examples/histogram_domain.hpp"
#include "klgrid/klgrid.hpp"
#include "support/tolerances.hpp"

using histogram_domain::Bank;
using histogram_domain::Histogram;
using klgrid::alpha_divergence;
using klgrid::fit_forward;
using klgrid::fit_renyi;
using klgrid::fit_reverse;
using klgrid::forward_kl;
using klgrid::forward_kl_derivatives;
using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Grid;
using klgrid::GridDensity;
using klgrid::Index;
using klgrid::kl_surfaces;
using klgrid::linspace;
using klgrid::NormalizedGaussianBank;
using klgrid::ParameterMesh;
using klgrid::RealLineBank;
using klgrid::RealLineDensity;
using klgrid::renyi_divergence;
using klgrid::reverse_kl;
using klgrid::reverse_kl_derivatives;
using klgrid::reverse_stationary_points;
using klgrid::squared_hellinger_distance;
using klgrid_test::relative_error;

static_assert(klgrid::Density<GridDensity<double>> && klgrid::Density<RealLineDensity<float>>);
static_assert(klgrid::Density<Histogram> && !klgrid::Density<double> && !klgrid::Density<Gaussian<double>>);
static_assert(klgrid::GaussianBank<NormalizedGaussianBank<double>> && klgrid::GaussianBank<RealLineBank<double>>);
static_assert(klgrid::GaussianBank<Bank> && !klgrid::GaussianBank<ParameterMesh<double>>);
static_assert(klgrid::PowerBank<NormalizedGaussianBank<double>> && klgrid::PowerBank<RealLineBank<double>>);
static_assert(!klgrid::PowerBank<Bank>);
static_assert(klgrid::DensityLike<GaussianMixture<double>> && !klgrid::Density<GaussianMixture<double>>);
static_assert(klgrid::DensityFor<GaussianMixture<double>, RealLineBank<double>>);
static_assert(!klgrid::DensityFor<GaussianMixture<double>, NormalizedGaussianBank<double>>);
static_assert(!klgrid::DensityFor<Histogram, RealLineBank<double>>);

namespace {

/// Midpoint sums with 200 nodes a bin of width 1/4: the error goes with the square of their spacing over sigma,
/// (1.25e-3 / 0.5)^2 / 24 of the second derivatives of z^4 q log p.
constexpr double midpoint_rule = 2e-6;

/// Counts of a mixture of two humps, on bins that cut both.
Histogram two_humps() {
  const GaussianMixture<double> p({0.4, 0.6}, {-2.0, 2.0}, {0.8, 0.6});
  const auto edges = linspace(-5.0, 5.0, 41);
  klgrid::Vector<double> counts(40);
  for (Index i = 0; i < 40; ++i) counts[i] = std::round(1e4 * p.pdf(edges[i] + 0.125)) + 1.0;
  return {edges, counts};
}

/// The same on a grid of midpoints, as log values.
GridDensity<double> on_grid(const Histogram& p, Index nodes_a_bin) {
  const Index bins = p.log_pdf().size();
  klgrid::Vector<double> nodes(bins * nodes_a_bin), values(nodes.size());
  const double step = (p.edges()[bins] - p.edges()[0]) / static_cast<double>(nodes.size());
  for (Index i = 0; i < nodes.size(); ++i) {
    nodes[i] = p.edges()[0] + (static_cast<double>(i) + 0.5) * step;
    values[i] = p.log_pdf()[i / nodes_a_bin];
  }
  return GridDensity<double>::from_log_values({nodes, klgrid::Vector<double>::Constant(nodes.size(), step)}, values);
}

}  // namespace

TEST_CASE("a domain of one's own: surfaces and derivatives are those of the grid it is the limit of") {
  const Histogram p = two_humps();
  const ParameterMesh<double> mesh(linspace(-4.0, 4.0, 9), linspace(0.5, 6.0, 12));
  const auto grid = on_grid(p, 200);
  const auto kl = kl_surfaces(p, bank_for(p, mesh));
  const auto d = reverse_kl_derivatives(bank_for(p, mesh), p);
  const auto d_grid = reverse_kl_derivatives(bank_for(grid, mesh), grid);
  const auto f = forward_kl_derivatives(p, bank_for(p, mesh));
  const auto f_grid = forward_kl_derivatives(grid, bank_for(grid, mesh));
  for (Index i = 0; i < mesh.rows(); ++i)
    for (Index j = 0; j < mesh.cols(); ++j) {
      CAPTURE(i);
      CAPTURE(j);
      CHECK(relative_error(kl.reverse(i, j), d_grid.value(i, j), 1.0) < midpoint_rule);
      CHECK(relative_error(kl.forward(i, j), f_grid.value(i, j), 1.0) < midpoint_rule);
      CHECK((d.at(i, j).gradient - d_grid.at(i, j).gradient).norm() <
            midpoint_rule * (1.0 + d.at(i, j).gradient.norm()));
      CHECK((d.at(i, j).hessian - d_grid.at(i, j).hessian).norm() < midpoint_rule * (1.0 + d.at(i, j).hessian.norm()));
      CHECK((f.at(i, j).hessian - f_grid.at(i, j).hessian).norm() < midpoint_rule * (1.0 + f.at(i, j).hessian.norm()));
      const Gaussian<double> q(mesh.mu()[j], mesh.sigma()[i]);
      CHECK(relative_error(reverse_kl(q, p), kl.reverse(i, j), 1.0) < klgrid_test::tol::divergence<double>);
      CHECK(relative_error(forward_kl(p, q), kl.forward(i, j), 1.0) < klgrid_test::tol::divergence<double>);
    }
}

TEST_CASE("a domain of one's own: fits and stationary points") {
  const Histogram p = two_humps();
  const ParameterMesh<double> mesh(linspace(-4.0, 4.0, 41), linspace(0.3, 4.0, 38));
  const auto points = reverse_stationary_points(p, mesh);
  int minima = 0, saddles = 0;
  for (const auto& point : points) {
    minima += point.kind == klgrid::StationaryKind::minimum ? 1 : 0;
    saddles += point.kind == klgrid::StationaryKind::saddle ? 1 : 0;
  }
  // On [-5, 5] a wide q is cut off to a uniform density, so that the outermost slope is not that of the line.
  CHECK(minima >= 2);
  CHECK(minima >= saddles);
  const auto reverse = fit_reverse(p, Gaussian<double>(1.5, 0.5));
  CHECK(reverse.status == klgrid::FitStatus::converged);
  CHECK(std::abs(reverse.q.mean() - points.front().q.mean()) < 1e-8);
  const auto forward = fit_forward(p);
  CHECK(forward.status == klgrid::FitStatus::converged);
  // The best q cut off at the edges has p's moments between them.
  const Bank bank(p, ParameterMesh<double>(linspace(forward.q.mean(), forward.q.mean(), 1),
                                           linspace(forward.q.stddev(), forward.q.stddev(), 1)));
  CHECK(std::abs(forward.q.mean() + forward.q.stddev() * bank.moment(1)(0, 0) - p.mean()) < 1e-11);
}

TEST_CASE("a domain of one's own: other edges are refused, and a bin without counts makes D(q||p) infinite") {
  const Histogram p = two_humps();
  const ParameterMesh<double> mesh(linspace(0.0, 1.0, 2), linspace(1.0, 2.0, 2));
  const Histogram other(linspace(-5.0, 5.0, 3), klgrid::Vector<double>::Ones(2));
  CHECK_THROWS_AS(static_cast<void>(kl_surfaces(other, bank_for(p, mesh))), std::invalid_argument);
  klgrid::Vector<double> counts = klgrid::Vector<double>::Ones(3);
  counts[1] = 0.0;
  const Histogram gap(linspace(-3.0, 3.0, 4), counts);
  const auto kl = kl_surfaces(gap, bank_for(gap, mesh));
  CHECK((kl.reverse == std::numeric_limits<double>::infinity()).all());
  CHECK((kl.forward < 10.0).all());
  CHECK(fit_reverse(gap, Gaussian<double>(0.0, 1.0)).status == klgrid::FitStatus::infinite);
}

TEST_CASE("a mixture is taken wherever a density is, as that of the real line") {
  const GaussianMixture<double> p({0.3, 0.7}, {-2.0, 1.0}, {0.5, 1.0});
  const RealLineDensity<double> density(p);
  const ParameterMesh<double> mesh(linspace(-3.0, 3.0, 7), linspace(0.5, 3.0, 6));
  const Gaussian<double> q(0.3, 1.2);
  const RealLineBank<double> bank(mesh);
  CHECK((kl_surfaces(p, bank_for(p, mesh)).reverse == kl_surfaces(density, bank).reverse).all());
  CHECK((forward_kl(p, bank) == forward_kl(density, bank)).all());
  CHECK((reverse_kl(bank, p) == reverse_kl(bank, density)).all());
  CHECK(forward_kl_derivatives(p, q).hessian == forward_kl_derivatives(density, q).hessian);
  CHECK(reverse_kl_derivatives(q, p).gradient == reverse_kl_derivatives(q, density).gradient);
  CHECK((reverse_kl_derivatives(bank, p).d_mu == reverse_kl_derivatives(bank, density).d_mu).all());
  CHECK(renyi_divergence(p, q, 0.4) == renyi_divergence(density, q, 0.4));
  CHECK(squared_hellinger_distance(p, q) == squared_hellinger_distance(density, q));
  CHECK((alpha_divergence(p, bank, 0.4) == alpha_divergence(density, bank, 0.4)).all());
  CHECK(fit_forward(p).value == fit_forward(density).value);
  CHECK(fit_reverse(p, starting_points(p)).value == fit_reverse(density, starting_points(p)).value);
  CHECK(fit_renyi(p, 0.5, q).value == fit_renyi(density, 0.5, q).value);
  CHECK(reverse_stationary_points(p, mesh).size() == reverse_stationary_points(density, mesh).size());
}
