// SPDX-License-Identifier: MIT
#include "klgrid/grid/density.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <vector>

#include "support/notebook.hpp"
#include "support/reference.hpp"
#include "support/tolerances.hpp"
#include "support/values.hpp"

using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Grid;
using klgrid::GridDensity;
using klgrid::Index;
using klgrid::Vector;
using klgrid_test::infinity;
using klgrid_test::not_a_number;
using klgrid_test::relative_error;
using klgrid_test::vector;
namespace tol = klgrid_test::tol;

static_assert(klgrid::LogDensity<double (*)(double), double>);
static_assert(!klgrid::LogDensity<Gaussian<double>, double>, "a Gaussian has a constructor of its own");

namespace {

/// Wide and fine enough that sums over it are integrals over the real line, to the last digit of a long double.
template <class T>
Grid<T> wide_grid() {
  return Grid<T>::arange(T(-40), T(40), T(0.0625));
}

}  // namespace

TEST_CASE_TEMPLATE("GridDensity: normalised on its grid, pdf the exponential of log_pdf", T, float, double,
                   long double) {
  const auto grid = klgrid_test::notebook_grid<T>();
  for (const auto& entry : klgrid_test::mixtures<T>()) {
    const auto& name = entry.first;
    const auto& mixture = entry.second;
    CAPTURE(name);
    const GridDensity<T> p(grid, mixture);
    CHECK(p.grid() == grid);
    CHECK(p.has_full_support());
    CHECK(relative_error((grid.weights() * p.pdf()).sum(), T(1), T(0)) <= tol::few_roundings<T>);
    T worst = 0;
    for (Index i = 0; i < grid.size(); ++i)
      worst = std::max(worst, relative_error(p.pdf()[i], std::exp(p.log_pdf()[i]), T(1)));
    CHECK(worst <= tol::node_sum<T>);
  }
}

TEST_CASE_TEMPLATE("GridDensity: on a wide grid, the mixture's own mass, mean and variance", T, float, double,
                   long double) {
  for (const char* name : {"equal", "overlap", "skewed", "single", "three"}) {  // resolved by the spacing 0.0625
    CAPTURE(name);
    const auto mixture = klgrid_test::mixtures<T>().at(name);
    const GridDensity<T> p(wide_grid<T>(), mixture);
    CHECK(std::abs(p.log_mass() - std::log(mixture.weights().sum())) <= tol::node_sum<T>);
    CHECK(relative_error(p.mean(), mixture.mean(), T(1)) <= tol::node_sum<T>);
    CHECK(relative_error(p.variance(), mixture.variance(), T(1)) <= tol::node_sum<T>);
  }
}

TEST_CASE_TEMPLATE("GridDensity: on a wide grid, a Gaussian's own entropy and moments", T, float, double, long double) {
  const Gaussian<T> gaussian(T(1.5), T(0.75));
  const GridDensity<T> p(wide_grid<T>(), gaussian);
  CHECK(std::abs(p.log_mass()) <= tol::node_sum<T>);
  CHECK(relative_error(p.entropy(), gaussian.entropy(), T(1)) <= tol::node_sum<T>);
  CHECK(relative_error(p.mean(), T(1.5), T(1)) <= tol::node_sum<T>);
  CHECK(relative_error(p.variance(), T(0.5625), T(1)) <= tol::node_sum<T>);
}

TEST_CASE_TEMPLATE("GridDensity: a uniform density by hand", T, float, double, long double) {
  // p = 1/4 on four nodes of weight 1: H = log 4, mean 3/2, variance 5/4; the log values are off by a mass of 4 e^7.
  const Grid<T> grid(vector<T>({0, 1, 2, 3}), vector<T>({1, 1, 1, 1}));
  const auto p = GridDensity<T>::from_log_values(grid, Vector<T>::Constant(4, T(7)));
  CHECK(relative_error(p.log_mass(), T(7) + std::log(T(4)), T(1)) <= tol::few_roundings<T>);
  CHECK(relative_error(p.entropy(), std::log(T(4)), T(1)) <= tol::few_roundings<T>);
  CHECK(relative_error(p.pdf()[2], T(0.25), T(0)) <= tol::few_roundings<T>);
  CHECK(relative_error(p.mean(), T(1.5), T(0)) <= tol::few_roundings<T>);
  CHECK(relative_error(p.variance(), T(1.25), T(0)) <= tol::few_roundings<T>);
  // Wherever the window lies.
  for (const T by : {T(-1), T(-3), T(-7)}) {
    const Grid<T> moved(Vector<T>(grid.nodes() + by), grid.weights());
    const auto of_moved = GridDensity<T>::from_log_values(moved, Vector<T>::Zero(4));
    CHECK(relative_error(of_moved.variance(), T(1.25), T(0)) <= tol::few_roundings<T>);
  }
  // On a single node.
  const auto single = GridDensity<T>::from_log_values(Grid<T>({T(0.5)}, {T(2)}), {T(7)});
  CHECK(single.mean() == T(0.5));
  CHECK(single.variance() == T(0));
}

TEST_CASE_TEMPLATE("GridDensity: mixture, callable and log values give the same density", T, float, double,
                   long double) {
  const auto grid = klgrid_test::notebook_grid<T>();
  const auto mixture = klgrid_test::mixtures<T>().at("skewed");
  const GridDensity<T> p(grid, mixture);
  const GridDensity<T> called(grid, [&](const T& x) { return mixture.log_pdf(x); });
  // From values that are not normalised: the same density, and the mass is told. Dyadic, so that adding it rounds
  // little.
  const T log_mass = T(3.5);
  const auto valued = GridDensity<T>::from_log_values(grid, mixture.log_pdf(grid.nodes()) + log_mass);
  CHECK(std::abs(valued.log_mass() - (p.log_mass() + log_mass)) <= tol::few_roundings<T>);
  for (const auto& other : {called, valued}) {
    // log p goes down to -300 here: its own rounding, absolute below one.
    T worst = 0;
    for (Index i = 0; i < grid.size(); ++i)
      worst = std::max(worst, relative_error(other.log_pdf()[i], p.log_pdf()[i], T(1)));
    CHECK(worst <= tol::few_roundings<T>);
    CHECK(relative_error(other.entropy(), p.entropy(), T(1)) <= tol::node_sum<T>);
    CHECK(relative_error(other.mean(), p.mean(), T(1)) <= tol::node_sum<T>);
    CHECK(relative_error(other.variance(), p.variance(), T(1)) <= tol::node_sum<T>);
  }
}

TEST_CASE_TEMPLATE("GridDensity: log values of any size are normalised without overflow", T, float, double,
                   long double) {
  const Grid<T> grid(vector<T>({0, 1}), vector<T>({1, 1}));
  for (const T level : {T(-1e30), T(-5000), T(5000), T(1e30)}) {
    CAPTURE(level);
    const auto p = GridDensity<T>::from_log_values(grid, Vector<T>::Constant(2, level));
    CHECK(relative_error(p.log_mass(), level + std::log(T(2)), T(1)) <= tol::few_roundings<T>);
    CHECK(relative_error(p.pdf()[0], T(0.5), T(0)) <= tol::few_roundings<T>);
  }
}

TEST_CASE_TEMPLATE("GridDensity: where p is zero, 0 log 0 = 0", T, float, double, long double) {
  const T zero = -std::numeric_limits<T>::infinity();
  const Grid<T> grid(vector<T>({0, 1, 2, 3, 4}), vector<T>({1, 1, 1, 1, 1}));
  const auto p = GridDensity<T>::from_log_values(grid, vector<T>({0, zero, 0, zero, zero}));
  CHECK(!p.has_full_support());
  CHECK(p.pdf()[1] == T(0));
  CHECK(p.log_pdf()[1] == zero);
  CHECK(relative_error(p.entropy(), std::log(T(2)), T(1)) <= tol::few_roundings<T>);
  CHECK(relative_error(p.mean(), T(1), T(0)) <= tol::few_roundings<T>);
  CHECK(relative_error(p.variance(), T(1), T(0)) <= tol::few_roundings<T>);
}

TEST_CASE_TEMPLATE("GridDensity: where log p is out of range once its mass is taken off, p is zero", T, float, double,
                   long double) {
  const T most = (std::numeric_limits<T>::max)();
  const auto p =
      GridDensity<T>::from_log_values(Grid<T>(vector<T>({0, 1, 2}), vector<T>({1, 1, 1})), vector<T>({most, 0, -most}));
  CHECK(p.log_pdf()[2] == -std::numeric_limits<T>::infinity());
  CHECK(!p.has_full_support());
  CHECK(p.stddev() == 0);
}

TEST_CASE_TEMPLATE("GridDensity: a node of weight zero takes no part, whatever the value there", T, float, double,
                   long double) {
  const T zero = -std::numeric_limits<T>::infinity();
  const Grid<T> grid(vector<T>({0, 1, 2}), vector<T>({1, 0, 1}));
  for (const T value : {T(0), zero, T(1e30)}) {  // the last would swallow all mass if it counted
    CAPTURE(value);
    const auto p = GridDensity<T>::from_log_values(grid, vector<T>({0, value, 0}));
    CHECK(p.has_full_support());
    CHECK(p.pdf()[1] == T(0));
    CHECK(relative_error(p.log_mass(), std::log(T(2)), T(1)) <= tol::few_roundings<T>);
    CHECK(relative_error(p.entropy(), std::log(T(2)), T(1)) <= tol::few_roundings<T>);
    CHECK(relative_error(p.mean(), T(1), T(0)) <= tol::few_roundings<T>);
  }
}

TEST_CASE_TEMPLATE("GridDensity: nodes without mass, as far away as there are numbers, take no part in its moments", T,
                   float, double, long double) {
  const T far_off = (std::numeric_limits<T>::max)() / 4, zero = -std::numeric_limits<T>::infinity();
  for (const T scale : {T(1), std::sqrt((std::numeric_limits<T>::min)())}) {
    const Grid<T> grid(vector<T>({-far_off, -scale, scale, far_off}), vector<T>({1, 1, 1, 0}));
    const auto p = GridDensity<T>::from_log_values(grid, vector<T>({zero, 0, 0, 0}));
    CHECK(relative_error(p.stddev(), scale, T(0)) <= tol::few_roundings<T>);
    CHECK(std::abs(p.mean()) <= tol::few_roundings<T> * scale);
  }
}

TEST_CASE_TEMPLATE("GridDensity: log values of whatever sizes, wherever among many nodes the large ones stand", T,
                   float, double, long double) {
  const T zero = -std::numeric_limits<T>::infinity();
  const auto grid = Grid<T>::arange(T(3), T(13), T(1) / 256);  // many more nodes than are taken at once
  const Index n = grid.size();
  REQUIRE(n == 2560);
  const auto by_hand = [&](const Vector<T>& log_values) {
    const auto p = GridDensity<T>::from_log_values(grid, log_values);
    using Wide = long double;
    Wide top = -std::numeric_limits<Wide>::infinity(), mass = 0, mean = 0, entropy = 0;
    for (const T value : log_values) top = std::max<Wide>(top, value);
    for (Index i = 0; i < n; ++i) mass += std::exp(log_values[i] - top) / 256;
    for (Index i = 0; i < n; ++i) {
      const Wide log_p = log_values[i] - top - std::log(mass), share = std::exp(log_p) / 256;
      mean += share * grid.nodes()[i];
      if (share > 0) entropy -= share * log_p;
      if (!(share > 256 * std::numeric_limits<T>::min())) continue;  // relative to the largest it was below that
      CHECK(relative_error(p.log_pdf()[i], static_cast<T>(log_p), T(1)) <= tol::few_roundings<T>);
      CHECK(std::abs(p.pdf()[i] - 256 * share) <= 256 * share * tol::few_roundings<T> * (1 + std::abs(log_p)));
    }
    CHECK(relative_error(p.log_mass(), static_cast<T>(top + std::log(mass)), T(1)) <= tol::few_roundings<T>);
    CHECK(relative_error(p.mean(), static_cast<T>(mean), T(1)) <= tol::few_roundings<T>);
    CHECK(relative_error(p.entropy(), static_cast<T>(entropy), T(1)) <= tol::few_roundings<T>);
    return p.has_full_support();
  };
  const Vector<T> slope = klgrid::linspace(T(-2000), T(2000), n);
  CHECK(by_hand(slope));
  CHECK(by_hand(-slope));
  CHECK(by_hand(T(700) - (slope / 40).square()));
  Vector<T> gap = slope / 1000;
  gap.segment(400, 1300) = zero;  // a block without mass between some with it
  CHECK(!by_hand(gap));
  gap.head(400) = zero;
  CHECK(!by_hand(gap));
  gap.tail(2160) = zero;
  gap[300] = 0;
  CHECK(!by_hand(gap));
}

TEST_CASE_TEMPLATE("GridDensity: where p is zero it is zero, not NaN, though weights have no inverse", T, float, double,
                   long double) {
  const T weight = std::numeric_limits<T>::denorm_min() * 8, zero = -std::numeric_limits<T>::infinity();
  const auto p = GridDensity<T>::from_log_values(Grid<T>({0, 1, 2}, vector<T>({weight, weight, weight})),
                                                 vector<T>({0, zero, std::numeric_limits<T>::lowest()}));
  CHECK(p.pdf()[1] == 0);
  CHECK(p.pdf()[2] == 0);
}

TEST_CASE("GridDensity: a value that is none, wherever it stands among many nodes") {
  const auto grid = Grid<double>::arange(0.0, 10.0, 1.0 / 256);
  for (const Index at : {Index{0}, Index{1000}, grid.size() - 1})
    for (const double none : {not_a_number, infinity}) {
      Vector<double> log_values = Vector<double>::Zero(grid.size());
      log_values[at] = none;
      CHECK_THROWS_AS((void)GridDensity<double>::from_log_values(grid, log_values), std::invalid_argument);
    }
}

TEST_CASE_TEMPLATE("GridDensity: nodes nearer to each other than the inverse of any number have a spread", T, float,
                   double, long double) {
  const T least = std::numeric_limits<T>::denorm_min();
  const auto p = GridDensity<T>::from_log_values(Grid<T>({T(0), T(64) * least}, {T(1), T(1)}), {T(0), T(0)});
  CHECK(std::abs(p.mean() - T(32) * least) <= least);  // the rounding of such numbers
  CHECK(std::abs(p.stddev() - T(32) * least) <= least);
}

TEST_CASE_TEMPLATE("GridDensity: all mass at one place has no spread, however far from 0 and near to other nodes", T,
                   float, double, long double) {
  const T last_place = 8;  // of numbers about the origin
  const T origin = last_place / std::numeric_limits<T>::epsilon();
  Vector<T> nodes = Vector<T>::Constant(48, origin);
  nodes.head(8) -= last_place;
  nodes.tail(8) += last_place;
  for (int first = 2; first < 20; ++first) {  // masses that do not add up to 1 in the last place
    CAPTURE(first);
    Vector<T> log_p = Vector<T>::Constant(48, T(-1e8));
    for (Index i = 0; i < 32; ++i) log_p[8 + i] = -std::log(T(first) + T(i));
    const auto p = GridDensity<T>::from_log_values(Grid<T>(nodes, Vector<T>::Ones(48)), log_p);
    CHECK(p.origin() == origin);
    CHECK(p.mean_offset() == 0);
    CHECK(p.stddev() == 0);
  }
}

TEST_CASE("GridDensity: a mass that lies between the nodes is scaled up, not lost") {
  // A component 0.05 off the nearest node with a stddev of 1e-3: its density there is exp(-1250), below every double.
  const Grid<> grid = Grid<>::arange(-1.0, 1.0, 0.125);
  const GridDensity<> p(grid, GaussianMixture<>({1.0}, {0.05}, {1e-3}));
  CHECK(p.log_mass() < -1000.0);
  CHECK(relative_error(p.mean(), 0.0, 1.0) <= tol::few_roundings<double>);
  CHECK(std::isfinite(p.entropy()));
}

TEST_CASE("GridDensity::assign: a new mixture in the same storage") {
  const auto grid = klgrid_test::notebook_grid();
  const auto mixtures = klgrid_test::mixtures<double>();
  GridDensity<> p(grid, mixtures.at("equal"));
  const double* storage = p.log_pdf().data();
  p.assign(mixtures.at("three"));
  const GridDensity<> fresh(grid, mixtures.at("three"));
  CHECK(p.log_pdf().data() == storage);
  CHECK((p.log_pdf() == fresh.log_pdf()).all());
  CHECK((p.pdf() == fresh.pdf()).all());
  CHECK(p.entropy() == fresh.entropy());
  CHECK(p.mean() == fresh.mean());
  CHECK(p.variance() == fresh.variance());
  CHECK(p.log_mass() == fresh.log_mass());
}

TEST_CASE("GridDensity: bad input is named") {
  const Grid<> grid(vector<double>({0, 1, 2}), vector<double>({1, 0, 1}));
  const auto make = [&](std::initializer_list<double> values) {
    return GridDensity<>::from_log_values(grid, vector(values));
  };
  CHECK_THROWS_WITH_AS(make({0, 1}),
                       "GridDensity::from_log_values: log_values must be of the size of grid, which is 3, got 2",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({0, 1, not_a_number}),
                       "GridDensity::from_log_values: log_values[2] must be neither NaN nor +inf, got nan",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({0, not_a_number, 1}),
                       "GridDensity::from_log_values: log_values[1] must be neither NaN nor +inf, got nan",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({infinity, 0, 1}),
                       "GridDensity::from_log_values: log_values[0] must be neither NaN nor +inf, got inf",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(
      make({-infinity, 0, -infinity}),
      "GridDensity::from_log_values: log_values must be above -inf at some node of positive weight, got -inf at each",
      std::invalid_argument);
  CHECK_THROWS_WITH_AS(GridDensity<>(grid, [](double x) { return x > 0 ? not_a_number : 0.0; }),
                       "GridDensity: log_density(1) must be neither NaN nor +inf, got nan", std::invalid_argument);
  const Grid<> tenths(vector<double>({0.1, 0.2}), vector<double>({1, 1}));
  CHECK_THROWS_WITH_AS(GridDensity<>(tenths, [](double) { return infinity; }),
                       "GridDensity: log_density(0.10000000000000001) must be neither NaN nor +inf, got inf",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(GridDensity<>(grid, [](double) { return -infinity; }),
                       "GridDensity: log_density must be above -inf at some node of positive weight, got -inf at each",
                       std::invalid_argument);
}

TEST_CASE("GridDensity: log values in braces or in whatever holds them") {
  const Grid grid({0, 1}, {1, 1});
  const auto p = GridDensity<>::from_log_values(grid, {0, -1});
  CHECK((p.log_pdf() == GridDensity<>::from_log_values(grid, std::vector<double>{0, -1}).log_pdf()).all());
  CHECK((p.log_pdf() == GridDensity(grid, [](double x) { return -x; }).log_pdf()).all());
}

TEST_CASE("GridDensity::kernel_density: the mixture with a component at each sample") {
  Vector<double> samples(1000);
  for (Index i = 0; i < samples.size(); ++i) {  // unsorted, with a heavy tail and a far one by itself
    const double u = std::fmod(static_cast<double>(i) * 0.6180339887498949, 1.0);
    samples[i] = u < 0.7 ? 3 * u - 2 : std::tan(1.5 * u);
  }
  samples[17] = 40;
  const Vector<double> weights = (samples * 3).sin().square() * 1e3;
  const auto grid = Grid<double>::linspace(-5.0, 60.0, 131);
  for (const double bandwidth : {0.05, 0.3, 5.0}) {
    CAPTURE(bandwidth);
    const auto check = [&](const GridDensity<double>& p, const GaussianMixture<double>& mixture) {
      for (Index i = 0; i < grid.size(); ++i) {
        const double truth = mixture.log_pdf(grid.nodes()[i]);  // one sum for each node
        CHECK(relative_error(p.log_pdf()[i] + p.log_mass(), truth, 1.0) <= tol::node_sum<double>);
      }
    };
    check(GridDensity<double>::kernel_density(grid, samples, bandwidth),
          GaussianMixture<double>::kernel_density(samples, bandwidth));
    check(GridDensity<double>::kernel_density(grid, samples, bandwidth, weights),
          GaussianMixture<double>::kernel_density(samples, bandwidth, weights));
  }
  CHECK_THROWS_WITH_AS((void)GridDensity<double>::kernel_density(grid, samples, 0),
                       "GaussianMixture::kernel_density: bandwidth must be finite and > 0, got 0",
                       std::invalid_argument);
}

TEST_CASE("GridDensity: a Gaussian far outside of the window: its mass there, and its digits") {
  const Grid<> grid(vector<double>({-1, 0, 1}), vector<double>({1, 1, 1}));
  const GridDensity<> p(grid, Gaussian<>(1001.0, 1.0));
  // The node at 1 has all but e^-1000.5 of it.
  CHECK(relative_error(p.log_mass(), -5e5 - std::log(2 * std::numbers::pi) / 2, 1.0) <= tol::few_roundings<double>);
  CHECK(relative_error(p.log_pdf()[1], -1000.5, 1.0) <= tol::few_roundings<double>);
}

TEST_CASE("GridDensity: a narrow Gaussian hardly off the middle of two nodes leans to the nearer one") {
  // log q(1) - log q(-1) = 2 mu / sigma^2 = 2, where 1 - mu and -1 - mu round to 1 and -1.
  const GridDensity<> q(Grid<>({-1.0, 1.0}, {1.0, 1.0}), Gaussian<>(0x1p-54, 0x1p-27));
  CHECK(relative_error(q.log_pdf()[1] - q.log_pdf()[0], 2.0, 0.0) <= tol::few_roundings<double>);
}

TEST_CASE("GridDensity::translated: the same density about another place") {
  const GridDensity<> p(Grid<>::arange(-4.0, 4.0, 0.125), Gaussian<>(0.5, 0.75));
  const auto moved = p.translated(1024.0);
  CHECK((moved.grid().nodes() == p.grid().nodes() + 1024.0).all());
  CHECK((moved.log_pdf() == p.log_pdf()).all());
  CHECK(relative_error(moved.mean(), p.mean() + 1024.0, 0.0) <= tol::few_roundings<double>);
  CHECK(moved.origin() == p.origin() + 1024.0);
  CHECK(moved.variance() == p.variance());
  CHECK_THROWS_WITH_AS((void)p.translated(infinity), "GridDensity::translated: by must be finite, got inf",
                       std::invalid_argument);
}

TEST_CASE("GridDensity: a Gaussian at a node of weight zero, which takes no part, however narrow it is") {
  const Grid<double> grid({0.0, 1.0, 2.0}, {0.0, 1.0, 1.0});
  for (const double stddev : {1e-2, 1e-100, 1e-154, 1e-200, 1e-300}) {
    CAPTURE(stddev);
    const GridDensity<double> q(grid, klgrid::Gaussian<double>(0.0, stddev));
    CHECK(q.pdf()[0] == 0);
    CHECK(q.pdf()[1] == 1);
    CHECK(q.pdf()[2] == 0);
    CHECK(q.mean() == 1);
    CHECK(q.entropy() == 0);
  }
}
