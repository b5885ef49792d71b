// SPDX-License-Identifier: MIT
#include "klgrid/klgrid.hpp"

#include <doctest/doctest.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numbers>
#include <random>
#include <stdexcept>
#include <vector>

using klgrid::arange;
using klgrid::bank_for;
using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Grid;
using klgrid::GridDensity;
using klgrid::Index;
using klgrid::ParameterMesh;
using klgrid::RealLineDensity;
using klgrid::reverse_stationary_points;
using klgrid::StationaryKind;
using klgrid::StationaryPoint;
using klgrid::Vector;

namespace tol {

/// The promise: polished to this gradient norm.
constexpr double polished = 1e-12;

/// The position of a minimum of curvature above 0.05, from a gradient of 1e-12.
constexpr double position = 1e-10;

}  // namespace tol

namespace {

using Points = std::vector<StationaryPoint<double>>;

ParameterMesh<double> mesh() { return {arange(-5.0, 5.05, 0.1), arange(0.1, 6.0, 0.1)}; }

GaussianMixture<double> two_humps(double half) { return {{0.5, 0.5}, {-half, half}, {1.0, 1.0}}; }

int count(const Points& points, StationaryKind kind) {
  return static_cast<int>(
      std::count_if(points.begin(), points.end(), [&](const auto& point) { return point.kind == kind; }));
}

/// How often the gradient turns about 0 along the edge of the mesh: by Poincare and Hopf the number of minima and
/// maxima within less that of saddles.
template <class Density>
int winding_number(const Density& p, const ParameterMesh<double>& range) {
  const auto d = reverse_kl_derivatives(bank_for(p, range), p);
  const Index rows = range.rows(), cols = range.cols();
  std::vector<double> angles;
  const auto visit = [&](Index i, Index j) {
    angles.push_back(std::atan2(d.d_log_sigma(i, j), range.sigma()[i] * d.d_mu(i, j)));
  };
  for (Index j = 0; j < cols; ++j) visit(0, j);
  for (Index i = 1; i < rows; ++i) visit(i, cols - 1);
  for (Index j = cols - 2; j >= 0; --j) visit(rows - 1, j);
  for (Index i = rows - 2; i >= 0; --i) visit(i, 0);
  double turned = 0;
  for (std::size_t n = 1; n < angles.size(); ++n)
    turned += std::remainder(angles[n] - angles[n - 1], 2 * std::numbers::pi);
  return static_cast<int>(std::lround(turned / (2 * std::numbers::pi)));
}

/// Each local minimum of the values on a mesh, away from its edge, lies within a mesh step of a minimum that was found.
template <class Density>
void check_against_brute_force(const Density& p, const Points& points) {
  const ParameterMesh<double> fine(arange(-5.0, 5.0, 0.04), arange(0.1, 6.0, 0.03));
  const klgrid::Surface<double> value = reverse_kl(bank_for(p, fine), p);
  int minima = 0;
  for (Index i = 1; i + 1 < fine.rows(); ++i)
    for (Index j = 1; j + 1 < fine.cols(); ++j) {
      if (value(i, j) > value.block<3, 3>(i - 1, j - 1).minCoeff()) continue;
      ++minima;
      CAPTURE(fine.mu()[j]);
      CAPTURE(fine.sigma()[i]);
      // Of an elongated valley the lowest cell may be a few from the minimum.
      CHECK(std::any_of(points.begin(), points.end(), [&](const auto& point) {
        return point.kind == StationaryKind::minimum && std::abs(point.q.mean() - fine.mu()[j]) < 4 * 0.04 &&
               std::abs(point.q.stddev() - fine.sigma()[i]) < 4 * 0.03;
      }));
    }
  CHECK(minima > 0);
}

template <class Density>
void check_points(const Density& p, const Points& points) {
  REQUIRE(!points.empty());
  for (std::size_t n = 0; n < points.size(); ++n) {
    const auto& point = points[n];
    CHECK(point.gradient_norm <= tol::polished);
    CHECK(std::hypot(point.q.stddev() * point.derivatives.gradient[0], point.derivatives.gradient[1]) <= tol::polished);
    if (n > 0) CHECK(points[n - 1].derivatives.value <= point.derivatives.value);
    const double determinant = point.derivatives.hessian.determinant();
    if (point.kind == StationaryKind::minimum) CHECK((determinant > 0 && point.derivatives.hessian(0, 0) > 0));
    if (point.kind == StationaryKind::maximum) CHECK((determinant > 0 && point.derivatives.hessian(0, 0) < 0));
    if (point.kind == StationaryKind::saddle) CHECK(determinant < 0);
  }
  CHECK(count(points, StationaryKind::minimum) + count(points, StationaryKind::maximum) -
            count(points, StationaryKind::saddle) ==
        winding_number(p, mesh()));
}

}  // namespace

TEST_CASE_TEMPLATE("the unit of x does not change what the points are, not where its square is out of range", T, float,
                   double) {
  const GaussianMixture<T> given({T(0.5), T(0.5)}, {T(-3), T(3)}, {T(1), T(1)});
  const auto points_in = [&](const T& unit) {
    const RealLineDensity<T> p(
        GaussianMixture<T>(given.weights(), (given.means() * unit).eval(), (given.stddevs() * unit).eval()));
    const ParameterMesh<T> range(klgrid::linspace(T(-5), T(5), 61) * unit, klgrid::geomspace(T(0.25), T(8), 31) * unit);
    return reverse_stationary_points(p, range);
  };
  const auto right = points_in(T(1));
  CHECK(right.size() == 5);
  constexpr int half = std::numeric_limits<T>::max_exponent / 2 + 10;
  for (const T& unit : {std::ldexp(T(1), half), std::ldexp(T(1), -half)}) {
    CAPTURE(unit);
    const auto points = points_in(unit);
    REQUIRE(points.size() == right.size());
    for (const auto& point : points) {
      CAPTURE(point.q.mean() / unit);
      CHECK(std::any_of(right.begin(), right.end(), [&](const auto& other) {
        constexpr T near_by = T(1e-3);
        return point.kind == other.kind && std::abs(point.q.mean() / unit - other.q.mean()) < near_by &&
               std::abs(point.q.stddev() / unit - other.q.stddev()) < near_by;
      }));
    }
  }
}

TEST_CASE("p Gaussian: p itself, also on the range's corner") {
  const RealLineDensity<double> p(GaussianMixture<double>({1.0}, {0.5}, {1.3}));
  const auto up_to = [](double last) { return klgrid::linspace(last - 1, last, 11); };
  for (const auto& range : {mesh(), ParameterMesh<double>(arange(0.5, 2.0, 0.1), arange(1.3, 3.0, 0.1)),
                            ParameterMesh<double>(up_to(0.5), up_to(1.3))}) {
    const auto points = reverse_stationary_points(p, range);
    REQUIRE(points.size() == 1);
    CHECK(points[0].kind == StationaryKind::minimum);
    CHECK(std::abs(points[0].q.mean() - 0.5) < tol::position);
    CHECK(std::abs(points[0].q.stddev() - 1.3) < tol::position);
    CHECK(points[0].derivatives.value < tol::polished);
  }
}

TEST_CASE("one, two and three minima") {
  struct Expected {
    GaussianMixture<double> mixture;
    int minima;
  };
  const std::vector<Expected> cases = {{two_humps(2.0), 1},
                                       {{{0.7, 0.3}, {-1.2, 2.5}, {0.4, 1.7}}, 2},
                                       {{{0.3, 0.7}, {-3.0, 3.0}, {0.15, 2.0}}, 2},
                                       {two_humps(3.0), 3}};
  for (const auto& expected : cases) {
    const GaussianMixture<double>& mixture = expected.mixture;
    const int minima = expected.minima;
    CAPTURE(mixture.means().transpose());
    const RealLineDensity<double> on_line(mixture);
    const auto points = reverse_stationary_points(on_line, mesh());
    CHECK(count(points, StationaryKind::minimum) == minima);
    CHECK(count(points, StationaryKind::saddle) == minima - 1);
    CHECK(count(points, StationaryKind::maximum) == 0);
    check_points(on_line, points);
    check_against_brute_force(on_line, points);

    const GridDensity<double> on_grid(Grid<double>::arange(-10.0, 10.0, 0.05), mixture);
    const auto grid_points = reverse_stationary_points(on_grid, mesh());
    CHECK(count(grid_points, StationaryKind::minimum) == minima);
    check_points(on_grid, grid_points);
  }
}

TEST_CASE("random mixtures: nothing is missing by the index, nor by brute force") {
  std::mt19937 random(20240229);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  for (int n = 0; n < 12; ++n) {
    const Index size = 2 + n % 3;
    Vector<double> weights(size), means(size), stddevs(size);
    for (Index k = 0; k < size; ++k) {
      weights[k] = 0.2 + unit(random);
      means[k] = -4 + 8 * unit(random);
      stddevs[k] = 0.3 + 1.2 * unit(random);
    }
    weights /= weights.sum();
    const RealLineDensity<double> p(GaussianMixture<double>(weights, means, stddevs));
    CAPTURE(n);
    const auto points = reverse_stationary_points(p, mesh());
    check_points(p, points);
    check_against_brute_force(p, points);
  }
}

TEST_CASE("as two humps move apart, minima are born in pairs with saddles") {
  const auto seeking = [](double half) {
    auto points = reverse_stationary_points(RealLineDensity<double>(two_humps(half)), mesh());
    // One of the mirrored halves.
    points.erase(std::remove_if(points.begin(), points.end(), [](const auto& point) { return point.q.mean() < 0.5; }),
                 points.end());
    return points;
  };
  // The fold, by bisection: below it nothing on this side, above it a minimum and a saddle.
  double below = 2.0, above = 2.5;
  REQUIRE(seeking(below).empty());
  REQUIRE(seeking(above).size() == 2);
  constexpr double resolved = 1e-4;
  while (above - below > resolved) {
    const double middle = (below + above) / 2;
    (seeking(middle).empty() ? below : above) = middle;
  }
  const double fold = above;
  // Their distance grows with the square root of the distance from the fold; with corrections of relative order of it.
  double before = 0;
  for (const double past : {0.01, 0.04, 0.16}) {
    const auto pair = seeking(fold + past);
    REQUIRE(pair.size() == 2);
    CHECK(pair[0].kind == StationaryKind::minimum);
    CHECK(pair[1].kind == StationaryKind::saddle);
    const double distance = std::abs(pair[0].q.mean() - pair[1].q.mean());
    CAPTURE(past);
    if (before > 0) {
      CHECK(distance / before > 2 - 0.2);
      CHECK(distance / before < 2 + 0.2);
    }
    before = distance;
  }
}

namespace {

/// A mesh that resolves p, as the header says: steps of mu of the least standard deviation, sigma in a ratio of e^0.3.
ParameterMesh<double> resolving(const GaussianMixture<double>& p, double mu, double least, double most) {
  const double width = (p.weights() > 0).select(p.stddevs(), p.stddevs().maxCoeff()).minCoeff();
  const auto cols = static_cast<Index>(std::ceil(2 * mu / width)) + 1;
  const auto rows = static_cast<Index>(std::ceil(std::log(most / least) / 0.3)) + 1;
  Vector<double> sigma = Vector<double>::LinSpaced(rows, std::log(least), std::log(most)).exp();
  sigma[0] = least;
  return {klgrid::linspace(-mu, mu, cols), sigma};
}

/// The densities of Marron and Wand, "Exact mean integrated squared error", Ann. Statist. 20, 1992, table 1.
std::vector<GaussianMixture<double>> marron_wand() {
  struct Component {
    double weight, mean, stddev;
  };
  using Components = std::vector<Component>;
  const double third = 2.0 / 3;
  std::vector<Components> all = {{{1, 0, 1}},
                                 {{0.2, 0, 1}, {0.2, 0.5, third}, {0.6, 13.0 / 12, 5.0 / 9}},
                                 {},
                                 {{third, 0, 1}, {1 - third, 0, 0.1}},
                                 {{0.1, 0, 1}, {0.9, 0, 0.1}},
                                 {{0.5, -1, third}, {0.5, 1, third}},
                                 {{0.5, -1.5, 0.5}, {0.5, 1.5, 0.5}},
                                 {{0.75, 0, 1}, {0.25, 1.5, 1.0 / 3}},
                                 {{0.45, -1.2, 0.6}, {0.45, 1.2, 0.6}, {0.1, 0, 0.25}},
                                 {{0.5, 0, 1}},
                                 {{0.49, -1, third}, {0.49, 1, third}},
                                 {{0.5, 0, 1}},
                                 {{0.46, -1, third}, {0.46, 1, third}},
                                 {},
                                 {}};
  const auto add = [&](std::size_t number, double weight, double mean, double stddev) {
    all[number - 1].push_back({weight, mean, stddev});
  };
  for (int l = 0; l < 8; ++l) add(3, 1.0 / 8, 3 * (std::pow(third, l) - 1), std::pow(third, l));
  for (int l = 0; l < 5; ++l) add(10, 0.1, l / 2.0 - 1, 0.1);
  for (int l = 0; l < 7; ++l) add(11, 1.0 / 350, (l - 3) / 2.0, 0.01);
  for (int l = -2; l <= 2; ++l) add(12, std::pow(2, 1 - l) / 31, l + 0.5, std::pow(2, -l) / 10);
  for (int l = 1; l <= 3; ++l) add(13, 1.0 / 300, -l / 2.0, 0.01);
  for (int l = 1; l <= 3; ++l) add(13, 7.0 / 300, l / 2.0, 0.07);
  for (int l = 0; l < 6; ++l)
    add(14, std::pow(2, 5 - l) / 63, (65 - 96 * std::pow(0.5, l)) / 21, 32.0 / 63 / std::pow(2, l));
  for (int l = 0; l < 3; ++l) add(15, 2.0 / 7, (12 * l - 15) / 7.0, 2.0 / 7);
  for (int l = 8; l < 11; ++l) add(15, 1.0 / 21, 2 * l / 7.0, 1.0 / 21);
  std::vector<GaussianMixture<double>> mixtures;
  for (const auto& components : all) {
    Vector<double> weights(components.size()), means(components.size()), stddevs(components.size());
    for (std::size_t k = 0; k < components.size(); ++k) {
      weights[static_cast<Index>(k)] = components[k].weight;
      means[static_cast<Index>(k)] = components[k].mean;
      stddevs[static_cast<Index>(k)] = components[k].stddev;
    }
    mixtures.emplace_back(weights / weights.sum(), means, stddevs);
  }
  return mixtures;
}

/// Newton's method on the exact gradient from the corners and the centre of every cell of a fine mesh at whose corners
/// both components of the gradient take both signs, or that touches a least of its norm: what is found so, within the
/// mesh's range.
Points by_brute_force(const RealLineDensity<double>& p, const ParameterMesh<double>& fine) {
  constexpr double same = 6e-6;
  const auto d = reverse_kl_derivatives(bank_for(p, fine), p);
  const auto& mu = fine.mu();
  const auto& sigma = fine.sigma();
  const klgrid::Surface<double> norm = (d.d_mu.colwise() * sigma).square() + d.d_log_sigma.square();
  const auto both_signs = [](const auto& corners) { return corners.minCoeff() <= 0 && corners.maxCoeff() >= 0; };
  const auto is_least = [&](Index i, Index j) {
    const Index top = std::max<Index>(i - 1, 0), left = std::max<Index>(j - 1, 0);
    return norm(i, j) <=
           norm.block(top, left, std::min(i + 2, fine.rows()) - top, std::min(j + 2, fine.cols()) - left).minCoeff();
  };
  Points points;
  const auto search_from = [&](double mean, double stddev) {
    const auto found = klgrid::detail::nearby_stationary_point<double>(
        [&](const Gaussian<double>& q) { return klgrid::detail::scale_free_reverse(p, q); }, {mean, stddev}, same);
    if (!found || found->q.mean() < mu[0] || found->q.mean() > mu[mu.size() - 1] || found->q.stddev() < sigma[0] ||
        found->q.stddev() > sigma[sigma.size() - 1])
      return;
    if (std::none_of(points.begin(), points.end(),
                     [&](const auto& other) { return klgrid::detail::same_gaussian(found->q, other.q, same); }))
      points.push_back(*found);
  };
  for (Index i = 0; i + 1 < fine.rows(); ++i)
    for (Index j = 0; j + 1 < fine.cols(); ++j) {
      if (!(both_signs(d.d_mu.block<2, 2>(i, j)) && both_signs(d.d_log_sigma.block<2, 2>(i, j))) && !is_least(i, j))
        continue;
      search_from((mu[j] + mu[j + 1]) / 2, std::sqrt(sigma[i] * sigma[i + 1]));
      for (const Index row : {i, i + 1})
        for (const Index col : {j, j + 1}) search_from(mu[col], sigma[row]);
    }
  return points;
}

}  // namespace

TEST_CASE("the fifteen densities of Marron and Wand: as many points as brute force finds") {
  const std::size_t counts[] = {1, 1, 1, 1, 1, 1, 5, 1, 1, 1, 1, 3, 1, 13, 15};
  const auto densities = marron_wand();
  REQUIRE(densities.size() == 15);
  for (std::size_t n = 0; n < densities.size(); ++n) {
    CAPTURE(n + 1);
    CHECK(reverse_stationary_points(RealLineDensity<double>(densities[n]), resolving(densities[n], 3.5, 0.006, 3.0))
              .size() == counts[n]);
  }
}

TEST_CASE("random mixtures of 1 to 12 components: every point that brute force finds, and no other") {
  // KLGRID_MIXTURES=1000 in the environment searches more of them, in a minute or two.
  const char* const asked = std::getenv("KLGRID_MIXTURES");
  const int mixtures = asked != nullptr ? std::atoi(asked) : 36;
  std::mt19937 random(20240229);
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  std::size_t found = 0;
  for (int n = 0; n < mixtures; ++n) {
    const Index size = 1 + n % 12;
    Vector<double> weights(size), means(size), stddevs(size);
    for (Index k = 0; k < size; ++k) {
      weights[k] = 0.05 + unit(random);
      means[k] = -4 + 8 * unit(random);
      stddevs[k] = 0.15 * std::pow(10.0, unit(random));
    }
    const GaussianMixture<double> mixture(weights / weights.sum(), means, stddevs);
    const RealLineDensity<double> p(mixture);
    const auto range = resolving(mixture, 5.0, 0.8 * stddevs.minCoeff(), 6.0);
    const auto points = reverse_stationary_points(p, range);
    const auto every =
        by_brute_force(p, {klgrid::linspace(-5.0, 5.0, 401),
                           Vector<double>::LinSpaced(61, std::log(range.sigma()[0]), std::log(6.0)).exp()});
    CAPTURE(n);
    CHECK(points.size() == every.size());
    for (const auto& point : every)
      CHECK(std::any_of(points.begin(), points.end(),
                        [&](const auto& other) { return klgrid::detail::same_gaussian(point.q, other.q, 1e-4); }));
    found += every.size();
  }
  CHECK(found >= 2 * static_cast<std::size_t>(mixtures));
}

TEST_CASE("dates: far from 0 the same points, to the rounding of the mean") {
  struct Case {
    double distance, stddev, shift;
    std::size_t points;
  };
  for (const Case& each : {Case{6.0, 2.0, 1e5, 3}, Case{0.5, 0.0625, 58849.0, 5}, Case{0.0625, 0.0078125, 2000.0, 5},
                           Case{6.0, 1.0, std::ldexp(1.0, 40), 5}}) {
    const double half = each.distance / 2, s = each.stddev;
    // The first: components of different width.
    const Vector<double> stddevs = klgrid::Vector<double>{{s == 2.0 ? 1.0 : s, s}};
    const GaussianMixture<double> here(Vector<double>::Constant(2, 0.5), Vector<double>{{-half, half}}, stddevs);
    const GaussianMixture<double> there(here.weights(), here.means() + each.shift, stddevs);
    const Vector<double> mu = klgrid::linspace(-each.distance, each.distance, 49);
    const Vector<double> sigma = Vector<double>::LinSpaced(24, std::log(stddevs[0] / 2), std::log(each.distance)).exp();
    const auto at_zero = reverse_stationary_points(here, {mu, sigma});
    const auto points = reverse_stationary_points(there, {mu + each.shift, sigma});
    CAPTURE(each.shift);
    CHECK(at_zero.size() == each.points);
    REQUIRE(points.size() == at_zero.size());
    const double rounding = each.shift * std::numeric_limits<double>::epsilon();
    for (const auto& point : points) {
      CHECK(point.gradient_norm <= tol::polished);
      CHECK(std::any_of(at_zero.begin(), at_zero.end(), [&](const auto& other) {
        return std::abs(point.q.mean() - each.shift - other.q.mean()) <= tol::position * point.q.stddev() + rounding &&
               std::abs(point.q.stddev() - other.q.stddev()) <= tol::position * point.q.stddev() &&
               point.kind == other.kind;
      }));
    }
  }
}

TEST_CASE("where the reverse divergence is infinite there is none; a mesh without cells is refused") {
  Vector<double> log_p = Vector<double>::Zero(400);
  log_p[7] = -std::numeric_limits<double>::infinity();
  const auto p = GridDensity<double>::from_log_values(Grid<double>::arange(-10.0, 10.0, 0.05), log_p);
  CHECK(reverse_stationary_points(p, mesh()).empty());
  const RealLineDensity<double> q(two_humps(1.0));
  const Vector<double> one = Vector<double>::Constant(1, 1.0);
  CHECK_THROWS_WITH_AS((void)reverse_stationary_points(q, ParameterMesh<double>(one, arange(1.0, 2.0, 0.1))),
                       "reverse_stationary_points: mu must be of at least two values, got 1", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)reverse_stationary_points(q, ParameterMesh<double>(arange(1.0, 2.0, 0.1), one)),
                       "reverse_stationary_points: sigma must be of at least two values, got 1", std::invalid_argument);
}

TEST_CASE("points of one mean are told apart by their stddev, and those out of the range left out") {
  const RealLineDensity<double> spike(GaussianMixture<double>({0.5, 0.5}, {0.0, 0.0}, {0.05, 3.0}));
  const ParameterMesh<double> range(arange(-0.3, 0.32, 0.05),
                                    Vector<double>(Vector<double>::LinSpaced(25, std::log(0.02), std::log(5.0)).exp()));
  const auto points = reverse_stationary_points(spike, range);
  REQUIRE(points.size() == 3);
  CHECK(count(points, StationaryKind::minimum) == 2);
  CHECK(points[2].kind == StationaryKind::saddle);
  for (const auto& point : points) CHECK(std::abs(point.q.mean()) < tol::position);
  const RealLineDensity<double> p(GaussianMixture<double>({1.0}, {0.5}, {1.3}));
  CHECK(reverse_stationary_points(p, {arange(-1.0, 2.0, 0.3), arange(1.6, 3.0, 0.1)}).empty());
  CHECK(reverse_stationary_points(p, {arange(-1.0, 2.0, 0.3), arange(1.33, 3.0, 0.1)}).empty());
  CHECK(reverse_stationary_points(p, {arange(-1.0, 2.0, 0.3), arange(1.302, 3.0, 0.1)}).empty());
  CHECK(reverse_stationary_points(p, {arange(-1.0, 2.0, 0.3), arange(0.5, 1.25, 0.1)}).empty());
  CHECK(reverse_stationary_points(p, {arange(0.6, 2.0, 0.3), arange(0.5, 3.0, 0.1)}).empty());
  CHECK(reverse_stationary_points(p, {arange(-2.0, 0.45, 0.3), arange(0.5, 3.0, 0.1)}).empty());
  // Values of mu or sigma that stand there twice make cells of no size.
  const ParameterMesh<double> twice(Vector<double>{{-1.0, 0.0, 0.0, 1.0, 1.0, 2.0}},
                                    Vector<double>{{0.5, 1.0, 1.0, 1.25, 1.5, 1.5, 2.0}});
  CHECK(reverse_stationary_points(p, twice).size() == 1);
}

TEST_CASE("a cell may hold a zero if both components may, and each zero between the points of a mesh is one start") {
  const RealLineDensity<double> p(GaussianMixture<double>({1.0}, {0.5}, {1.3}));
  const auto d = reverse_kl_derivatives(bank_for(p, mesh()), p);
  CHECK(klgrid::detail::interpolated_stationary_points(mesh(), d).size() == 1);
  // Slopes tell of zeros between corners at which the gradient has one sign: that in mu is -0.04 + x (1 - x) / 5 or its
  // opposite, that in log sigma y - 1/2.
  const Vector<double> one = Vector<double>::Ones(1);
  for (const double sign : {-1.0, 1.0}) {
    klgrid::KlDerivativeSurfaces<double> arch(2, 2);
    arch.d_mu.setConstant(-0.04 * sign);
    arch.d_mu_mu << 0.2 * sign, -0.2 * sign, 0.2 * sign, -0.2 * sign;
    arch.d_mu_log_sigma.setZero();
    arch.d_log_sigma << -0.5, -0.5, 0.5, 0.5;
    arch.d_log_sigma_log_sigma.setOnes();
    CHECK(klgrid::detail::candidate_cells(arch, one, one).size() == 1);
    auto high = arch, steep = arch;  // one of the components is nowhere near 0
    high.d_log_sigma.setConstant(10);
    steep.d_mu.setConstant(10);
    CHECK(klgrid::detail::candidate_cells(high, one, one).empty());
    CHECK(klgrid::detail::candidate_cells(steep, one, one).empty());
  }
  // A slope counts for the wider of the cells beside it: the second cell is narrow.
  klgrid::KlDerivativeSurfaces<double> uneven(2, 3);
  uneven.d_mu << -0.5, -0.04, -0.04, -0.5, -0.04, -0.04;
  uneven.d_mu_mu << 0, -0.2, 0, 0, -0.2, 0;
  uneven.d_mu_log_sigma.setZero();
  uneven.d_log_sigma << -0.5, -0.5, -0.5, 0.5, 0.5, 0.5;
  uneven.d_log_sigma_log_sigma.setOnes();
  const auto beside = klgrid::detail::candidate_cells(uneven, Vector<double>(Vector<double>{{1.0, 0.01}}), one);
  REQUIRE(!beside.empty());
  CHECK(beside.front().second == 0);
}

TEST_CASE("between the points of a mesh: slopes are those of the values, and a zero far from the cell is none") {
  using Patch = klgrid::detail::BicubicPatch<double>;
  const Patch::Corner corner[2][2] = {{{1, 2, -1}, {0.5, 1, 3}}, {{-2, 0.25, 1}, {1.5, -1, 0.75}}};
  const Patch patch(corner);
  constexpr double h = 1e-5, of_differences = 1e-8;  // h^2, and roundings over h
  for (const double x : {0.0, 0.25, 0.5, 1.0})
    for (const double y : {0.0, 0.125, 0.75, 1.0}) {
      const auto at = patch.at(x, y);
      CHECK(std::abs((patch.at(x + h, y).f - patch.at(x - h, y).f) / (2 * h) - at.x) < of_differences);
      CHECK(std::abs((patch.at(x, y + h).f - patch.at(x, y - h).f) / (2 * h) - at.y) < of_differences);
    }
  for (int i : {0, 1})
    for (int j : {0, 1}) {
      const auto at = patch.at(i, j);
      CHECK(std::abs(at.f - corner[i][j].f) < of_differences);
      CHECK(std::abs(at.x - corner[i][j].x) < of_differences);
      CHECK(std::abs(at.y - corner[i][j].y) < of_differences);
    }
  // It may vanish if it is nowhere further from 0 than a twentieth of its range: x + above, either sign.
  const auto may_vanish = [](double above, double sign) {
    const double f = sign * above, g = sign * (1 + above);
    const Patch::Corner corners[2][2] = {{{f, sign, 0}, {f, sign, 0}}, {{g, sign, 0}, {g, sign, 0}}};
    return Patch(corners).may_vanish();
  };
  for (const double sign : {-1.0, 1.0}) {
    CHECK(may_vanish(0.04, sign));
    CHECK(!may_vanish(0.06, sign));
  }
  // A gradient of (x - zero, y - 1/2), x and y in widths of the cell.
  const auto found = [](double zero, double width, double height) {
    klgrid::KlDerivativeSurfaces<double> d(2, 2);
    d.d_mu << -zero, 1 - zero, -zero, 1 - zero;
    d.d_log_sigma << -0.5, -0.5, 0.5, 0.5;
    d.d_mu_mu.setConstant(1 / width);
    d.d_log_sigma_log_sigma.setConstant(1 / height);
    d.d_mu_log_sigma.setZero();
    return klgrid::detail::GradientCell<double>(d, 0, 0, width, height).zero_from({0.5, 0.5});
  };
  for (const double zero : {0.25, 1.25})
    for (const double width : {1.0, 0.25})
      for (const double height : {1.0, 4.0}) {
        CAPTURE(zero);
        const auto at = found(zero, width, height);
        REQUIRE(at);
        CHECK(std::abs((*at)[0] - zero) < 1e-6);
        CHECK(std::abs((*at)[1] - 0.5) < 1e-6);
      }
  CHECK(!found(3.0, 1.0, 1.0));
}

TEST_CASE("polishing leads to the zero near by, where a whole step of Newton's leads to another") {
  // A gradient of (sin mu, log sigma): from 1.5 the step is 14 long.
  const auto waves = [](const Gaussian<double>& q) {
    klgrid::KlDerivatives<double> d;
    d.value = 1 - std::cos(q.mean());
    d.gradient << std::sin(q.mean()), std::log(q.stddev());
    d.hessian << std::cos(q.mean()), 0, 0, 1;
    return klgrid::detail::ScaleFree<double>(q, d);
  };
  const auto point = klgrid::detail::nearby_stationary_point(waves, Gaussian<double>(1.5, 1.0), 1e-6);
  REQUIRE(point);
  CHECK(std::abs(point->q.mean()) < tol::position);
}

TEST_CASE("polishing goes on below the tolerance while whole steps of Newton's lead on") {
  // A gradient of (e^mu - 1, log sigma): a step leads from mu to mu^2 / 2, within the tolerance, the next one to 0.
  const auto rising = [](const Gaussian<double>& q) {
    klgrid::KlDerivatives<double> d;
    d.value = std::expm1(q.mean()) - q.mean();
    d.gradient << std::expm1(q.mean()), std::log(q.stddev());
    d.hessian << std::exp(q.mean()), 0, 0, 1;
    return klgrid::detail::ScaleFree<double>(q, d);
  };
  const auto point = klgrid::detail::nearby_stationary_point(rising, Gaussian<double>(1e-6, 1.0), 1e-6);
  REQUIRE(point);
  CHECK(point->gradient_norm < 1e-3 * tol::polished);
}

TEST_CASE("a kind is told by the signs of both eigenvalues, and degenerate where one is about 0") {
  const Gaussian<double> q(0.0, 2.0);
  const auto kind = [&](double first, double second) {
    klgrid::KlDerivatives<double> d;
    d.gradient.setZero();
    // In (mu / sigma, log sigma) turned by 30 degrees.
    const double c = std::sqrt(3.0) / 2, s = 0.5;
    const double xx = c * c * first + s * s * second, xy = c * s * (first - second),
                 yy = s * s * first + c * c * second;
    d.hessian << xx / 4, xy / 2, xy / 2, yy;
    return klgrid::detail::stationary_kind(klgrid::detail::ScaleFree<double>(q, d));
  };
  CHECK(kind(1.0, 0.1) == StationaryKind::minimum);
  CHECK(kind(-1.0, -0.1) == StationaryKind::maximum);
  CHECK(kind(1.0, -0.1) == StationaryKind::saddle);
  CHECK(kind(-1.0, 0.1) == StationaryKind::saddle);
  CHECK(kind(1.0, 1e-8) == StationaryKind::degenerate);
  CHECK(kind(1.0, -1e-8) == StationaryKind::degenerate);
  CHECK(kind(-1.0, 1e-8) == StationaryKind::degenerate);
  CHECK(kind(-1.0, -1e-8) == StationaryKind::degenerate);
}

TEST_CASE("stationary points: before they are there, and their kinds by name") {
  CHECK(std::vector<klgrid::StationaryPoint<double>>(2)[1].kind == StationaryKind::degenerate);
  static_assert(to_string(StationaryKind::minimum) == "minimum");
  static_assert(to_string(StationaryKind::saddle) == "saddle");
  static_assert(to_string(StationaryKind::maximum) == "maximum");
  static_assert(to_string(StationaryKind::degenerate) == "degenerate");
}
