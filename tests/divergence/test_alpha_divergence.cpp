// SPDX-License-Identifier: MIT
#include "klgrid/klgrid.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/tolerances.hpp"

using klgrid::AffinityBank;
using klgrid::alpha_divergence;
using klgrid::arange;
using klgrid::bank_for;
using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Grid;
using klgrid::GridDensity;
using klgrid::Index;
using klgrid::KlDerivatives;
using klgrid::ParameterMesh;
using klgrid::RealLineDensity;
using klgrid::renyi_divergence;
using klgrid::scaled_renyi_derivatives;
using klgrid::Vector;
using klgrid_test::relative_error;

namespace tol {

/// A sum over nodes of terms that are not negative, each of some twenty roundings of logarithms of size ten.
template <class T>
constexpr T sum = 1024 * std::numeric_limits<T>::epsilon();

/// The promise of the library for surfaces.
constexpr double surface = 1e-12;

/// The central difference's own error, as for the derivatives of the KL divergences: eps^(2/3) in long double.
const long double difference = 100 * std::pow(std::numeric_limits<long double>::epsilon(), 2.0L / 3.0L);

}  // namespace tol

namespace {

const std::vector<double> orders = {0.0, 1e-9, 1e-4, 0.1, 0.3, 0.5, 0.7, 0.99, 1 - 1e-4, 1 - 1e-9, 1.0};

/// -log A / (alpha (1 - alpha)) of N(m, s^2) and N(mu, sigma^2), from the closed form (Gil, Alajaji and Linder,
/// Information Sciences 249, 2013), with log1p where logarithms cancel: v = alpha sigma^2 + (1 - alpha) s^2,
///   -log A = (log v - (1 - alpha) log s^2 - alpha log sigma^2) / 2 + alpha (1 - alpha) (m - mu)^2 / (2 v).
/// Good for alpha (1 - alpha) well above the rounding of long double.
long double closed_form(long double m, long double s, long double mu, long double sigma, long double alpha) {
  const long double v = alpha * sigma * sigma + (1 - alpha) * s * s;
  const long double scale = alpha * (1 - alpha);
  const long double widths =
      alpha < 0.5L ? std::log1p(alpha * (sigma * sigma / (s * s) - 1)) - alpha * 2 * std::log(sigma / s)
                   : std::log1p((1 - alpha) * (s * s / (sigma * sigma) - 1)) - (1 - alpha) * 2 * std::log(s / sigma);
  return widths / (2 * scale) + (m - mu) * (m - mu) / (2 * v);
}

template <class Density>
Density make(const GaussianMixture<double>& mixture) {
  if constexpr (std::is_same_v<Density, GridDensity<double>>)
    return Density(Grid<double>::arange(-10.0, 10.0, 0.05), mixture);
  else
    return Density(mixture);
}

const GaussianMixture<double> skewed({0.7, 0.3}, {-1.2, 2.5}, {0.4, 1.7});

}  // namespace

TEST_CASE("two Gaussians on the line: the closed form") {
  const RealLineDensity<double> p(GaussianMixture<double>({1.0}, {0.7}, {1.3}));
  for (const double mu : {-10.3, -9.0, 0.7, 1.5})
    for (const double sigma : {0.1, 0.175, 1.3, 4.0})
      for (const double alpha : {1e-9, 1e-4, 0.1, 0.5, 0.7, 0.87, 0.95, 0.99, 1 - 1e-4}) {
        if (mu == 0.7 && sigma == 1.3) continue;  // p = q, below
        CAPTURE(mu);
        CAPTURE(sigma);
        CAPTURE(alpha);
        const Gaussian<double> q(mu, sigma);
        // The closed form's own rounding, which grows near the ends, comes on top.
        const auto scaled = closed_form(0.7, 1.3, mu, sigma, alpha);
        const double tolerance =
            tol::sum<double> + static_cast<double>(std::numeric_limits<long double>::epsilon()) / (alpha * (1 - alpha));
        const double scale = alpha * (1 - alpha);
        CHECK(relative_error(renyi_divergence(p, q, alpha), static_cast<double>(alpha * scaled), 0.0) < tolerance);
        CHECK(relative_error(alpha_divergence(p, q, alpha), static_cast<double>(-std::expm1(-scale * scaled) / scale),
                             0.0) < tolerance);
      }
}

TEST_CASE("near p = q the value keeps its digits") {
  // A mixture that is a Gaussian, and q a hair away: (1 - exp(-scale d^2 / 2)) / scale, d = the shift over stddev.
  const RealLineDensity<double> p(GaussianMixture<double>({0.5, 0.5}, {0.0, 0.0}, {1.0, 1.0}));
  for (const double shift : {1e-2, 1e-5, 1e-8})
    for (const double alpha : {1e-3, 0.3, 0.5, 0.9}) {
      CAPTURE(shift);
      CAPTURE(alpha);
      const double scale = alpha * (1 - alpha);
      const double exact = -std::expm1(-scale * shift * shift / 2) / scale;
      CHECK(relative_error(alpha_divergence(p, Gaussian<double>(shift, 1.0), alpha), exact, 0.0) < tol::surface);
    }
  CHECK(alpha_divergence(p, Gaussian<double>(0.0, 1.0), 0.5) == 0.0);
}

TEST_CASE("near p = q a component of next to no weight counts as far out as it reaches") {
  // u = p/q - 1 is about 1e-7 where it counts: every order is the integral of q u^2 / 2 to a share of that, mostly
  // linear in alpha. What lies beyond p's own reach is three times as much.
  const GaussianMixture<double> mixture({1.0, 4e-16}, {-4.0, -3.4}, {0.6875, 0.85});
  const RealLineDensity<double> p(mixture);
  const Gaussian<double> q(-4.0, 0.6875);
  const double forward = klgrid::forward_kl(p, q);
  const double reverse = klgrid::reverse_kl(q, p);
  CHECK(forward > 1e-32);
  for (const double alpha : {0.3, 0.5, 0.9})
    CHECK(relative_error(alpha_divergence(p, q, alpha), alpha * forward + (1 - alpha) * reverse, 0.0) < 1e-8);
}

TEST_CASE_TEMPLATE("the ends are the two KL divergences, and are reached smoothly", Density, GridDensity<double>,
                   RealLineDensity<double>) {
  const auto p = make<Density>(skewed);
  for (const auto& q : {Gaussian<double>(-1, 0.5), Gaussian<double>(2, 3), Gaussian<double>(4, 0.3)}) {
    CAPTURE(q.mean());
    const double reverse = klgrid::reverse_kl(q, p);
    const double forward = klgrid::forward_kl(p, q);
    CHECK(relative_error(alpha_divergence(p, q, 0.0), reverse, 0.0) < tol::sum<double>);
    CHECK(relative_error(alpha_divergence(p, q, 1.0), forward, 0.0) < tol::sum<double>);
    CHECK(relative_error(renyi_divergence(p, q, 1.0), forward, 0.0) < tol::sum<double>);
    CHECK(renyi_divergence(p, q, 0.0) == 0.0);
    // The slope at the ends is at most half a second moment of log(p/q), here below 1e5.
    constexpr double near = 1e-12;
    constexpr double slope = 1e5;
    CHECK(std::abs(alpha_divergence(p, q, near) - reverse) < near * slope + tol::sum<double> * reverse);
    CHECK(std::abs(alpha_divergence(p, q, 1 - near) - forward) < near * slope + tol::sum<double> * forward);
    CHECK(std::abs(renyi_divergence(p, q, near) / near - reverse) < near * slope + tol::sum<double> * reverse);
  }
}

TEST_CASE_TEMPLATE("laws: never negative, Renyi rises with alpha, (1 - alpha)/alpha of it falls", Density,
                   GridDensity<double>, RealLineDensity<double>) {
  const auto p = make<Density>(skewed);
  for (const auto& q : {Gaussian<double>(-1, 0.5), Gaussian<double>(2, 3), Gaussian<double>(-8, 0.3)}) {
    double before = 0, before_scaled = std::numeric_limits<double>::infinity();
    for (const double alpha : orders) {
      CAPTURE(alpha);
      const double renyi = renyi_divergence(p, q, alpha);
      CHECK(alpha_divergence(p, q, alpha) >= 0);
      CHECK(renyi >= before * (1 - tol::sum<double>));
      if (alpha > 0) {
        const double scaled = (1 - alpha) / alpha * renyi;  // van Erven and Harremoes, proposition 2 with skew symmetry
        CHECK(scaled <= before_scaled * (1 + tol::sum<double>));
        before_scaled = scaled;
      }
      before = renyi;
    }
  }
}

TEST_CASE("Hellinger: the closed form, the bounds, the affinity") {
  const RealLineDensity<double> p(GaussianMixture<double>({1.0}, {0.7}, {1.3}));
  const Gaussian<double> q(2.0, 0.8);
  const double variances = 1.3 * 1.3 + 0.8 * 0.8;
  const double exact =
      1 - std::sqrt(2 * 1.3 * 0.8 / variances) * std::exp(-(0.7 - 2.0) * (0.7 - 2.0) / (4 * variances));
  CHECK(relative_error(klgrid::squared_hellinger_distance(p, q), exact, 0.0) < tol::sum<double>);
  CHECK(relative_error(-std::expm1(-renyi_divergence(p, q, 0.5) / 2), exact, 0.0) < tol::sum<double>);
  CHECK(relative_error(klgrid::squared_hellinger_distance(p, Gaussian<double>(500.0, 1.0)), 1.0, 0.0) <
        tol::sum<double>);
}

TEST_CASE("line and grid agree where the window holds everything") {
  const RealLineDensity<double> line(skewed);
  const GridDensity<double> grid(Grid<double>::linspace(-30.0, 30.0, 12001), skewed);
  for (const auto& q : {Gaussian<double>(-1, 0.5), Gaussian<double>(2, 2), Gaussian<double>(-8, 0.3)})
    for (const double alpha : orders) {
      CAPTURE(q.mean());
      CAPTURE(alpha);
      CHECK(relative_error(alpha_divergence(line, q, alpha), alpha_divergence(grid, q, alpha), 0.0) < tol::sum<double>);
    }
}

TEST_CASE_TEMPLATE("surfaces are the pairs, cell by cell", Density, GridDensity<double>, RealLineDensity<double>) {
  const auto p = make<Density>(skewed);
  const auto bank = bank_for(p, ParameterMesh<double>(arange(-5.0, 5.0, 1.7), arange(0.2, 8.0, 1.1)));
  for (const double alpha : orders) {
    const auto amari = alpha_divergence(p, bank, alpha);
    const auto renyi = renyi_divergence(p, bank, alpha);
    for (Index i = 0; i < amari.rows(); ++i)
      for (Index j = 0; j < amari.cols(); ++j) {
        const Gaussian<double> q(bank.mesh().mu()[j], bank.mesh().sigma()[i]);
        CHECK(relative_error(amari(i, j), alpha_divergence(p, q, alpha), 1.0) < tol::surface);
        CHECK(relative_error(renyi(i, j), renyi_divergence(p, q, alpha), 1.0) < tol::surface);
      }
  }
}

TEST_CASE_TEMPLATE("surfaces against sums in extended precision: narrow components, every way of summing a cell",
                   Domain, GridDensity<double>, RealLineDensity<double>) {
  const GaussianMixture<double> narrow({0.5, 0.5}, {-3.0, 3.0}, {0.1, 0.1});
  const GaussianMixture<long double> wide_narrow({0.5L, 0.5L}, {-3.0L, 3.0L},
                                                 {narrow.stddevs()[0], narrow.stddevs()[1]});
  const auto p = make<Domain>(narrow);
  const auto reference = [&] {
    if constexpr (std::is_same_v<Domain, GridDensity<double>>) {
      const Vector<long double> nodes = p.grid().nodes().template cast<long double>();
      const Vector<long double> weights = p.grid().weights().template cast<long double>();
      return GridDensity<long double>(Grid<long double>(nodes, weights), wide_narrow);
    } else {
      return RealLineDensity<long double>(wide_narrow);
    }
  }();
  const auto bank = bank_for(p, ParameterMesh<double>(arange(-5.0, 5.0, 0.9), arange(0.1, 10.0, 1.1)));
  for (const double alpha : {1e-6, 0.02, 0.3, 0.5, 0.7, 0.93, 1 - 1e-3}) {
    const AffinityBank affinities(bank, alpha);
    const auto amari = alpha_divergence(p, affinities);
    const auto renyi = renyi_divergence(p, affinities);
    for (Index i = 0; i < amari.rows(); ++i)
      for (Index j = 0; j < amari.cols(); ++j) {
        const Gaussian<long double> q(bank.mesh().mu()[j], bank.mesh().sigma()[i]);
        CAPTURE(alpha);
        CAPTURE(static_cast<double>(q.mean()));
        CAPTURE(static_cast<double>(q.stddev()));
        const auto exact = [&](long double value) { return static_cast<double>(value); };
        CHECK(relative_error(amari(i, j), exact(alpha_divergence(reference, q, alpha)), 1.0) < tol::surface);
        CHECK(relative_error(renyi(i, j), exact(renyi_divergence(reference, q, alpha)), 1.0) < tol::surface);
      }
  }
}

TEST_CASE_TEMPLATE("a bank of affinities serves every p, and the ends need none", Density, GridDensity<double>,
                   RealLineDensity<double>) {
  const auto p = make<Density>(skewed);
  const auto other = make<Density>(GaussianMixture<double>({0.5, 0.5}, {-3.0, 3.0}, {1.0, 1.0}));
  const auto bank = bank_for(p, ParameterMesh<double>(arange(-5.0, 5.0, 1.7), arange(0.2, 8.0, 1.1)));
  const AffinityBank affinities(bank, 0.4);
  CHECK((alpha_divergence(p, affinities) == alpha_divergence(p, bank, 0.4)).all());
  CHECK((alpha_divergence(other, affinities) == alpha_divergence(other, bank, 0.4)).all());
  CHECK((renyi_divergence(other, affinities) == renyi_divergence(other, bank, 0.4)).all());
  CHECK((alpha_divergence(p, bank, 0.0) == klgrid::reverse_kl(bank, p)).all());
  CHECK((alpha_divergence(p, bank, 1.0) == klgrid::forward_kl(p, bank)).all());
  CHECK((renyi_divergence(p, bank, 1.0) == klgrid::forward_kl(p, bank)).all());
  CHECK((renyi_divergence(p, bank, 0.0) == 0.0).all());
  for (const double alpha : {0.0, 1.0, -0.1, std::numeric_limits<double>::quiet_NaN()})
    CHECK_THROWS_WITH_AS(AffinityBank(bank, alpha), doctest::Contains("AffinityBank: alpha must be in (0, 1), got"),
                         std::invalid_argument);
}

TEST_CASE_TEMPLATE("the derivatives are those of the values", Density, GridDensity<long double>,
                   RealLineDensity<long double>) {
  const GaussianMixture<long double> mixture({0.7L, 0.3L}, {-1.2L, 2.5L}, {0.4L, 1.7L});
  const auto p = [&] {
    if constexpr (std::is_same_v<Density, GridDensity<long double>>)
      return Density(Grid<long double>::arange(-10.0L, 10.0L, 0.05L), mixture);
    else
      return Density(mixture);
  }();
  const long double h = std::cbrt(std::numeric_limits<long double>::epsilon());
  const auto at = [&](long double mu, long double log_sigma, long double alpha) {
    return scaled_renyi_derivatives(p, Gaussian<long double>(mu, std::exp(log_sigma)), alpha);
  };
  for (const long double alpha : {0.0L, 1e-6L, 0.3L, 0.8L, 1.0L})
    for (const long double mu : {-2.0L, 0.7L})
      for (const long double log_sigma : {-1.0L, 0.9L}) {
        CAPTURE(alpha);
        CAPTURE(mu);
        CAPTURE(log_sigma);
        const auto exact = at(mu, log_sigma, alpha);
        const long double scale =
            std::max({1.0L, exact.value, exact.gradient.norm(), exact.hessian.norm()}) * tol::difference;
        for (Index i = 0; i < 2; ++i) {
          const long double dm = i == 0 ? h : 0, dl = i == 1 ? h : 0;
          const auto above = at(mu + dm, log_sigma + dl, alpha);
          const auto below = at(mu - dm, log_sigma - dl, alpha);
          CHECK(std::abs((above.value - below.value) / (2 * h) - exact.gradient[i]) < scale);
          CHECK(((above.gradient - below.gradient) / (2 * h) - exact.hessian.col(i)).norm() < scale);
        }
      }
}

TEST_CASE("where p is zero: infinite at alpha = 0 for Amari's, the mass missed for Renyi's") {
  Vector<double> log_p = Vector<double>::Zero(4);
  log_p[0] = -std::numeric_limits<double>::infinity();
  const auto p = GridDensity<double>::from_log_values(Grid<double>::linspace(-3.0, 3.0, 4), log_p);
  const Gaussian<double> q(0.5, 2.0);
  const GridDensity<double> q_on_grid(p.grid(), q);
  const double missed = p.grid().weights()[0] * q_on_grid.pdf()[0];
  CHECK(alpha_divergence(p, q, 0.0) == std::numeric_limits<double>::infinity());
  CHECK(relative_error(renyi_divergence(p, q, 0.0), -std::log1p(-missed), 0.0) < tol::sum<double>);
  double affinity = 0;
  for (Index i = 1; i < 4; ++i) affinity += p.grid().weights()[i] * std::sqrt(p.pdf()[i] * q_on_grid.pdf()[i]);
  CHECK(relative_error(renyi_divergence(p, q, 0.5), -2 * std::log(affinity), 0.0) < tol::sum<double>);
  // By the definition, for orders on either side of 1/2.
  for (const double alpha : {0.3, 0.8}) {
    CAPTURE(alpha);
    double power = 0;
    for (Index i = 1; i < 4; ++i)
      power += p.grid().weights()[i] * std::pow(p.pdf()[i], alpha) * std::pow(q_on_grid.pdf()[i], 1 - alpha);
    CHECK(relative_error(alpha_divergence(p, q, alpha), (1 - power) / (alpha * (1 - alpha)), 0.0) < tol::sum<double>);
    CHECK(relative_error(renyi_divergence(p, q, alpha), std::log(power) / (alpha - 1), 0.0) < tol::sum<double>);
  }
  // Where p is zero at a node of weight 0, nothing is missed.
  const Grid<double> without(p.grid().nodes(), (log_p < 0.0).select(0.0, p.grid().weights()));
  const auto not_there = GridDensity<double>::from_log_values(without, log_p);
  CHECK(renyi_divergence(not_there, q, 0.0) == 0.0);
  CHECK(relative_error(alpha_divergence(not_there, q, 0.0), klgrid::reverse_kl(q, not_there), 0.0) < tol::sum<double>);
  // Surfaces are the pairs.
  const auto bank = bank_for(p, ParameterMesh<double>(arange(-1.0, 2.0, 0.75), arange(0.5, 2.0, 0.5)));
  for (const double alpha : {0.0, 0.3, 0.8}) {
    const auto surface = renyi_divergence(p, bank, alpha);
    for (Index i = 0; i < surface.rows(); ++i)
      for (Index j = 0; j < surface.cols(); ++j) {
        const Gaussian<double> at(bank.mesh().mu()[j], bank.mesh().sigma()[i]);
        CHECK(relative_error(surface(i, j), renyi_divergence(p, at, alpha), 1.0) < tol::surface);
      }
  }
  const auto derivatives = scaled_renyi_derivatives(p, q, 0.0);
  CHECK(derivatives.value == std::numeric_limits<double>::infinity());
  CHECK(derivatives.gradient.isZero(0.0));
}

TEST_CASE("an order out of [0, 1] is refused") {
  const auto p = make<GridDensity<double>>(skewed);
  const Gaussian<double> q(0, 1);
  for (const double alpha : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_THROWS_AS((void)alpha_divergence(p, q, alpha), std::invalid_argument);
    CHECK_THROWS_AS((void)renyi_divergence(p, q, alpha), std::invalid_argument);
    CHECK_THROWS_AS((void)scaled_renyi_derivatives(p, q, alpha), std::invalid_argument);
  }
  const auto bank = bank_for(p, ParameterMesh<double>({0}, {1}));
  CHECK_THROWS_WITH_AS((void)renyi_divergence(p, bank, 1.5), "renyi_divergence: alpha must be in [0, 1], got 1.5",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)alpha_divergence(p, bank, -0.5), "alpha_divergence: alpha must be in [0, 1], got -0.5",
                       std::invalid_argument);
  // Another grid, at every order.
  const GridDensity<double> elsewhere(Grid<double>::arange(-10.0, 10.0, 0.1), skewed);
  for (const double alpha : {0.0, 0.5, 1.0}) {
    CHECK_THROWS_AS((void)renyi_divergence(elsewhere, bank, alpha), std::invalid_argument);
    CHECK_THROWS_AS((void)alpha_divergence(elsewhere, bank, alpha), std::invalid_argument);
  }
}

TEST_CASE_TEMPLATE("surfaces next to the ends: those of the KL divergences", Density, GridDensity<double>,
                   RealLineDensity<double>) {
  const auto p = make<Density>(skewed);
  const auto bank = bank_for(p, ParameterMesh<double>({-1.0, 2.0}, {0.5, 3.0}));
  const auto reverse = klgrid::reverse_kl(bank, p);
  for (const double alpha : {1e-17, 1e-100})  // p^alpha rounds to 1
    CHECK(((alpha_divergence(p, bank, alpha) - reverse).abs() < tol::surface * reverse.max(1.0)).all());
}

TEST_CASE("where p all but vanishes: what q has there is missed") {
  // Uniform on three nodes, e^-1e6 of that at the fourth, where q has 1e-7: not what p^alpha = e^-1000 makes of it.
  const auto p = GridDensity<double>::from_log_values(Grid<double>::linspace(-3.0, 3.0, 4), {0, 0, 0, -1e6});
  const Gaussian<double> q(-1.5, 0.8);
  const GridDensity<double> on_grid(p.grid(), q);
  const double alpha = 1e-3;
  double power = 0;
  for (Index i = 0; i < 3; ++i)
    power += p.grid().weights()[i] * std::pow(p.pdf()[i], alpha) * std::pow(on_grid.pdf()[i], 1 - alpha);
  const auto bank = bank_for(p, ParameterMesh<double>({q.mean()}, {q.stddev()}));
  CHECK(relative_error(alpha_divergence(p, bank, alpha)(0, 0), (1 - power) / (alpha * (1 - alpha)), 1.0) <
        tol::surface);
}

TEST_CASE("a domain's points of weight 0 take no part, whatever it leaves there") {
  // q at the first point, p at the second, e^-2000 of them at the other.
  klgrid::PairQuadrature<double> nodes;
  nodes.weight = Vector<double>{{1.0, 1.0, 0.0}};
  nodes.z = Vector<double>::Zero(3);
  nodes.log_p = Vector<double>{{-2000.0, 0.0, -std::numeric_limits<double>::infinity()}};
  nodes.log_q = Vector<double>{{0.0, -2000.0, 0.0}};
  nodes.log_ratio = nodes.log_p - nodes.log_q;
  CHECK(relative_error(klgrid::detail::alpha_divergence(nodes, 0.0), 2000.0, 1.0) < tol::surface);
  nodes.log_p[2] = nodes.log_ratio[2] = 0.0;
  CHECK(relative_error(klgrid::detail::log_affinity(nodes, 0.5), std::log(2.0) - 1000.0, 1.0) < tol::surface);
}

TEST_CASE("no shared point: Renyi's is infinite, Amari's all that it can be") {
  const Grid<double> grid({0.0, 1.0}, {1.0, 1.0});
  const auto p = GridDensity<double>::from_log_values(grid, {0.0, -std::numeric_limits<double>::infinity()});
  const Gaussian<double> q(1.0, 1e-160);  // all of it at the other node
  for (const double alpha : {0.25, 0.5, 0.75}) {
    CHECK(renyi_divergence(p, q, alpha) == std::numeric_limits<double>::infinity());
    CHECK(relative_error(alpha_divergence(p, q, alpha), 1 / (alpha * (1 - alpha)), 0.0) < tol::sum<double>);
  }
  CHECK(renyi_divergence(p, q, 0.0) == std::numeric_limits<double>::infinity());
  CHECK(klgrid::squared_hellinger_distance(p, q) == 1.0);
}

TEST_CASE("so far apart that the affinity is below every number, its logarithm is told") {
  // Counted from the window's last node q falls as e^(-(1000 - 9.95) d): Renyi's at 1/2 by the sum's logarithm.
  const GridDensity<double> p(Grid<double>::arange(-10.0, 10.0, 0.05), Gaussian<double>(0.0, 1.0));
  CHECK(relative_error(renyi_divergence(p, Gaussian<double>(1000.0, 1.0), 0.5), 53.4159208067, 0.0) < 1e-11);
  // Both on the line: (m - mu)^2 / (8 sigma^2) twice.
  const RealLineDensity<double> line(GaussianMixture<double>({1.0}, {0.0}, {1.0}));
  CHECK(relative_error(renyi_divergence(line, Gaussian<double>(100.0, 1.0), 0.5), 2500.0, 0.0) < tol::surface);
}

TEST_CASE("so far apart on the line that the affinity is next to nothing, derivatives have their closed form") {
  // D = (m - mu)^2 / (2 v) and terms of the widths, v = alpha sigma^2 + (1 - alpha) s^2.
  const double alpha = 0.3, mu = 100.0, sigma = 1.5, v = alpha * sigma * sigma + (1 - alpha);
  const RealLineDensity<double> p(GaussianMixture<double>({1.0}, {0.0}, {1.0}));
  const auto d = scaled_renyi_derivatives(p, Gaussian<double>(mu, sigma), alpha);
  const double in_sigma = (1 / v - 1 / (sigma * sigma)) / (1 - alpha) - alpha * mu * mu / (v * v);
  CHECK(alpha * (1 - alpha) * d.value > 64);
  CHECK(relative_error(d.gradient[0], mu / v, 0.0) < tol::surface);
  CHECK(relative_error(d.gradient[1], sigma * sigma * in_sigma, 0.0) < tol::surface);
  CHECK(relative_error(d.hessian(0, 0), 1 / v, 0.0) < tol::surface * mu * mu);
  CHECK(relative_error(d.hessian(0, 1), -2 * alpha * sigma * sigma * mu / (v * v), 0.0) < tol::surface * mu * mu);
}

TEST_CASE_TEMPLATE("so far apart that a rounding of D is more than 1, derivatives keep their digits", T, float, double,
                   long double) {
  // q has one node, x = 0, and so has r = p^alpha q^(1 - alpha), x = 0.125, nearest to 0.3 * 0.5 + 0.7 * 0.02: of the
  // divergence E_q[z^2] and E_r[z^2] are left.
  const T alpha = T(0.3), narrow = T(std::sqrt(std::numeric_limits<T>::epsilon()) / 8);
  const Vector<T> nodes = arange(T(-1), T(1), T(0.125));
  Vector<T> weights = Vector<T>::Constant(nodes.size(), T(0.125));
  weights[0] = T(0);
  const GridDensity<T> p(Grid<T>(nodes, weights), GaussianMixture<T>({T(1)}, {T(0.5)}, {narrow}));
  const Gaussian<T> q(T(0.02), narrow);
  const auto d = scaled_renyi_derivatives(p, q, alpha);
  CHECK(d.value * std::numeric_limits<T>::epsilon() > T(1));
  const T of_q = -q.mean() / narrow, of_r = (T(0.125) - q.mean()) / narrow;
  const T in_mu = (of_q - of_r) / alpha, in_log_sigma = (of_q * of_q - of_r * of_r) / alpha;
  CHECK(relative_error(d.gradient[0] * narrow, in_mu, T(0)) < tol::sum<T>);
  CHECK(relative_error(d.gradient[1], in_log_sigma, T(0)) < tol::sum<T>);
  // Sums of z^2, z^3 and z^4 that cancel.
  const T square = of_r * of_r;
  CHECK(std::abs(d.hessian(0, 0)) * narrow * narrow < tol::sum<T> * square);
  CHECK(std::abs(d.hessian(0, 1) * narrow + 2 * in_mu) < tol::sum<T> * square * of_r);
  CHECK(std::abs(d.hessian(1, 1) + 2 * in_log_sigma) < tol::sum<T> * square * square);
}

TEST_CASE_TEMPLATE("so far apart, on one node with q: what underflows elsewhere is 0, times any z^4", T, float, double,
                   long double) {
  const T narrow = std::pow(std::numeric_limits<T>::min(), T(0.25)) / 64;
  const GaussianMixture<T> p({T(1)}, {T(0.5)}, {8 * narrow});
  const auto d = scaled_renyi_derivatives(GridDensity<T>(Grid<T>::arange(T(-1), T(1), T(0.125)), p),
                                          Gaussian<T>(T(0), narrow), T(0.3));
  CHECK(d.value * std::numeric_limits<T>::epsilon() > T(1));
  CHECK(d.gradient[0] == T(0));
  CHECK(std::abs(d.gradient[1]) < tol::sum<T>);
  CHECK(std::abs(d.hessian(0, 1)) * narrow < tol::sum<T>);
  CHECK(std::abs(d.hessian(1, 1)) < tol::sum<T>);
}

TEST_CASE_TEMPLATE("surfaces of a q as p: zero there, and nowhere less", Density, GridDensity<double>,
                   RealLineDensity<double>) {
  const ParameterMesh<double> mesh(arange(-3.0, 3.0, 1.5), arange(0.4, 3.0, 0.8));
  for (const double mu : {-1.5, 0.0})
    for (const double sigma : {mesh.sigma()[0], mesh.sigma()[2]}) {
      const auto p = make<Density>(GaussianMixture<double>({1.0}, {mu}, {sigma}));
      const auto bank = bank_for(p, mesh);
      for (const double alpha : {1e-6, 0.25, 0.5, 0.75, 0.99}) {
        CHECK(alpha_divergence(p, bank, alpha).minCoeff() >= 0);
        CHECK(renyi_divergence(p, bank, alpha).minCoeff() >= 0);
        CHECK(renyi_divergence(p, bank, alpha).minCoeff() < tol::surface);
      }
    }
}

TEST_CASE("order alpha on the line: a component narrow, faint or far off costs its own panels, and no digit") {
  using klgrid::RealLineBank;
  using klgrid::RealLineDensity;
  const klgrid::ParameterMesh<double> mesh(klgrid::linspace(-1.0, 1.0, 11), klgrid::linspace(0.1, 1.0, 10));
  const RealLineBank<double> bank(mesh);
  const klgrid::GaussianMixture<double> mixtures[] = {{{0.5, 0.5}, {0.0, 0.3}, {1.0, 1e-3}},
                                                      {{0.5, 0.5}, {0.0, 0.3}, {1.0, 1e-8}},
                                                      {{0.5, 0.5}, {0.0, 1e6}, {1.0, 1e-3}}};
  for (const auto& mixture : mixtures) {
    const RealLineDensity<double> p(mixture);
    const auto surface = klgrid::renyi_divergence(p, bank, 0.5);
    for (klgrid::Index i = 0; i < mesh.rows(); i += 3)
      for (klgrid::Index j = 0; j < mesh.cols(); j += 2) {
        const klgrid::Gaussian<double> q(mesh.mu()[j], mesh.sigma()[i]);
        CHECK(klgrid_test::relative_error(surface(i, j), klgrid::renyi_divergence(p, q, 0.5), 1.0) <
              klgrid_test::tol::divergence<double>);
      }
  }
  // Quadrature with 60 digits about the faint component (mpmath): quad of (alpha u - expm1(alpha log1p(u))) q / (alpha
  // (1
  // - alpha)), u = p/q - 1.
  const RealLineDensity<double> p(klgrid::GaussianMixture<double>({1, 1e-20}, {0, 8}, {1, 0.01}));
  const klgrid::Gaussian<double> q(0, 1);
  for (const auto& [alpha, truth] :
       {std::pair(0.1, 2.7961882761680679639e-25), std::pair(0.5, 2.7962123768750130841e-25),
        std::pair(0.9, 2.7962364779125379927e-25)})
    CHECK(klgrid_test::relative_error(klgrid::alpha_divergence(p, q, alpha), truth, 0.0) < 1e-12);
}
