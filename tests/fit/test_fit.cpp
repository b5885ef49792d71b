// SPDX-License-Identifier: MIT
#include "klgrid/klgrid.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/tolerances.hpp"

using klgrid::fit_forward;
using klgrid::fit_renyi;
using klgrid::fit_reverse;
using klgrid::FitMethod;
using klgrid::FitOptions;
using klgrid::FitResult;
using klgrid::FitStatus;
using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Grid;
using klgrid::GridDensity;
using klgrid::Index;
using klgrid::RealLineDensity;
using klgrid::starting_points;
using klgrid::Vector;
using klgrid_test::relative_error;

namespace tol {

/// Where the gradient's norm is g, a minimum of curvature c is g / c away: 4096 roundings over 0.05 at the least.
template <class T>
constexpr T position = 100000 * std::numeric_limits<T>::epsilon();

/// Values at a point that is right to `position` differ by its square, and by the rounding of sums.
template <class T>
constexpr T value = 256 * std::numeric_limits<T>::epsilon();

/// A step may raise the value by its rounding only.
constexpr double rise = 64 * std::numeric_limits<double>::epsilon();

}  // namespace tol

namespace {

template <class T>
GridDensity<T> on_grid(const GaussianMixture<T>& mixture) {
  return GridDensity<T>(Grid<T>::arange(T(-10), T(10), T(0.05)), mixture);
}

const GaussianMixture<double> skewed({0.7, 0.3}, {-1.2, 2.5}, {0.4, 1.7});
const GaussianMixture<double> equal({0.5, 0.5}, {-3.0, 3.0}, {1.0, 1.0});

template <class T>
void check_same(const Gaussian<T>& a, const Gaussian<T>& b, T tolerance) {
  CHECK(std::abs(a.mean() - b.mean()) <= tolerance * b.stddev());
  CHECK(std::abs(a.stddev() - b.stddev()) <= tolerance * b.stddev());
}

/// One to four components with parameters in the ranges of the notebook's sliders.
GaussianMixture<double> random_mixture(std::mt19937& random) {
  std::uniform_real_distribution<double> unit(0.0, 1.0);
  const Index size = 1 + static_cast<Index>(4 * unit(random));
  Vector<double> weights(size), means(size), stddevs(size);
  for (Index k = 0; k < size; ++k) {
    weights[k] = 0.05 + unit(random);
    means[k] = -3 + 6 * unit(random);
    stddevs[k] = 0.2 + 1.8 * unit(random);
  }
  weights /= weights.sum();
  return {weights, means, stddevs};
}

}  // namespace

TEST_CASE_TEMPLATE("forward on the line: the moments, without a step", T, float, double, long double) {
  const GaussianMixture<T> mixture({T(0.7), T(0.3)}, {T(-1.2), T(2.5)}, {T(0.4), T(1.7)});
  const auto fit = fit_forward(RealLineDensity<T>(mixture));
  CHECK(fit.status == FitStatus::converged);
  CHECK(fit.iterations == 0);
  check_same(fit.q, Gaussian<T>(mixture.mean(), std::sqrt(mixture.variance())), tol::value<T>);
}

TEST_CASE("fit_reverse: a start so far from p that counted from there it would be another one") {
  const auto p = GaussianMixture<double>::normalized({1.0, 1e10}, {0.3, 0x1p53}, {1.0, 3.0});
  const auto fit = klgrid::fit_reverse(p, Gaussian<double>(0.8, 0.5));
  CHECK(std::abs(fit.q.mean() - 0.3) < 1e-6);
  CHECK(relative_error(fit.value, std::log(1e10), 1.0) < 1e-9);
  const auto points = klgrid::reverse_stationary_points(
      p, klgrid::ParameterMesh<double>(klgrid::linspace(-2.0, 2.0, 9), klgrid::geomspace(0.3, 3.0, 6)));
  REQUIRE(points.size() == 1);
  CHECK(std::abs(points[0].q.mean() - 0.3) < 1e-6);
  // But a narrow start beside dates, which 0 is farther from than they are, is counted from them.
  const RealLineDensity<double> dates(GaussianMixture<double>({0.5, 0.5}, {2.45e6, 2.45e6 + 3.0}, {1.0, 1.0}));
  const Gaussian<double> narrow(2.45e6 + 100.0, 1e-8);
  CHECK(klgrid::detail::Centered(dates, &narrow).origin() > 2.4e6);
}

TEST_CASE("forward on a grid: one minimum, whatever the start and the method") {
  const auto p = on_grid(equal);
  const auto fit = fit_forward(p);
  CHECK(fit.status == FitStatus::converged);
  CHECK(fit.gradient_norm <= FitOptions<double>{}.gradient_tolerance);
  for (const auto method : {FitMethod::newton, FitMethod::gradient_descent})
    for (const auto& start : {Gaussian<double>(0, 1), Gaussian<double>(-4, 0.3), Gaussian<double>(4.9, 9.9)}) {
      const auto other = fit_forward(p, start, {.method = method, .max_iterations = 5000});
      CAPTURE(start.mean());
      CHECK(other.status == FitStatus::converged);
      check_same(other.q, fit.q, tol::position<double>);
      CHECK(relative_error(other.value, fit.value, 1.0) < tol::value<double>);
    }
  // The moments of q on the window are p's: what makes the gradient vanish.
  const GridDensity<double> q(p.grid(), fit.q);
  CHECK(relative_error(q.mean(), p.mean(), 1.0) < tol::position<double>);
  CHECK(relative_error(q.variance(), p.variance(), 1.0) < tol::position<double>);
}

TEST_CASE("reverse: both methods end in the same minimum, below all around it") {
  const auto p = on_grid(skewed);
  const Gaussian<double> start(-1.2, 0.4);
  const auto newton = fit_reverse(p, start);
  const auto plain = fit_reverse(p, start, {.method = FitMethod::gradient_descent, .max_iterations = 5000});
  CHECK(newton.status == FitStatus::converged);
  CHECK(plain.status == FitStatus::converged);
  check_same(plain.q, newton.q, tol::position<double>);
  CHECK(newton.iterations < 10);
  CHECK(plain.iterations < 100);  // also where values no longer differ, it goes on at the pace of its slopes
  CHECK(newton.value == klgrid::reverse_kl(newton.q, p));
  for (const double dm : {-1e-3, 0.0, 1e-3})
    for (const double ds : {-1e-3, 0.0, 1e-3})
      if (dm != 0.0 || ds != 0.0)
        CHECK(klgrid::reverse_kl(Gaussian<double>(newton.q.mean() + dm, newton.q.stddev() + ds), p) > newton.value);
}

TEST_CASE("a path has every point from the start to the end, and goes down") {
  const RealLineDensity<double> p(skewed);
  const Gaussian<double> start(4.0, 3.0);
  for (const auto method : {FitMethod::newton, FitMethod::gradient_descent}) {
    const auto fit = fit_reverse(p, start, {.method = method, .max_iterations = 5000, .record_path = true});
    REQUIRE(fit.path.size() == static_cast<std::size_t>(fit.iterations) + 1);
    CHECK(fit.path.front().q.mean() == start.mean());
    CHECK(fit.path.front().q.stddev() == start.stddev());
    CHECK(fit.path.back().q.mean() == fit.q.mean());
    CHECK(fit.path.back().value == fit.value);
    CHECK(fit.path.back().gradient_norm == fit.gradient_norm);
    for (std::size_t i = 1; i < fit.path.size(); ++i) {
      CHECK(fit.path[i].value <= fit.path[i - 1].value + tol::rise);
      CHECK(std::abs(std::log(fit.path[i].q.stddev() / fit.path[i - 1].q.stddev())) <= 1 + tol::rise);
      CHECK(std::abs(fit.path[i].q.mean() - fit.path[i - 1].q.mean()) <= fit.path[i - 1].q.stddev() * (1 + tol::rise));
    }
  }
  CHECK(fit_reverse(p, start).path.empty());
}

TEST_CASE("the unit of x does not change a Newton descent") {
  const double unit = 1024.0, shift = 4096.0;  // powers of two: the same roundings
  const RealLineDensity<double> p(skewed);
  const RealLineDensity<double> scaled(GaussianMixture<double>(skewed.weights(), (skewed.means() * unit + shift).eval(),
                                                               (skewed.stddevs() * unit).eval()));
  const auto a = fit_reverse(p, Gaussian<double>(0.5, 1.0));
  const auto b = fit_reverse(scaled, Gaussian<double>(0.5 * unit + shift, unit));
  CHECK(a.status == FitStatus::converged);
  CHECK(b.status == FitStatus::converged);
  check_same(Gaussian<double>((b.q.mean() - shift) / unit, b.q.stddev() / unit), a.q, tol::position<double>);
  CHECK(relative_error(b.value, a.value, 1.0) < tol::value<double>);
}

TEST_CASE_TEMPLATE("nor where its square is out of range, of fits in any direction", T, float, double) {
  const GaussianMixture<T> given({T(0.7), T(0.3)}, {T(-1.2), T(2.5)}, {T(0.4), T(1.7)});
  constexpr int half = std::numeric_limits<T>::max_exponent / 2 + 10;
  for (const T& unit : {std::ldexp(T(1), half), std::ldexp(T(1), -half)}) {
    CAPTURE(unit);
    const RealLineDensity<T> p(given);
    const RealLineDensity<T> scaled(
        GaussianMixture<T>(given.weights(), (given.means() * unit).eval(), (given.stddevs() * unit).eval()));
    const Gaussian<T> start(T(0.5), T(1)), scaled_start(T(0.5) * unit, unit);
    const auto check = [&](const auto& a, const auto& b) {
      CHECK(a.status == FitStatus::converged);
      CHECK(b.status == a.status);
      check_same(Gaussian<T>(b.q.mean() / unit, b.q.stddev() / unit), a.q, tol::position<T>);
      CHECK(relative_error(b.value, a.value, T(half)) < tol::value<T>);  // entropies have the unit's logarithm
    };
    check(fit_forward(p, start), fit_forward(scaled, scaled_start));
    check(fit_reverse(p, start), fit_reverse(scaled, scaled_start));
    check(fit_reverse(p, std::vector{start}), fit_reverse(scaled, std::vector{scaled_start}));
    check(klgrid::fit_renyi(p, T(0.5), start), klgrid::fit_renyi(scaled, T(0.5), scaled_start));
  }
}

TEST_CASE("every Newton descent of random mixtures ends at a point where the gradient vanishes, below its start") {
  std::mt19937 random(20240229);
  for (int n = 0; n < 40; ++n) {
    const auto mixture = random_mixture(random);
    const RealLineDensity<double> p(mixture);
    CAPTURE(n);
    for (const auto& start : starting_points(mixture)) {
      const auto fit = fit_reverse(p, start);
      CHECK(fit.status == FitStatus::converged);
      CHECK(fit.gradient_norm <= FitOptions<double>{}.gradient_tolerance);
      CHECK(fit.value <= klgrid::reverse_kl(start, p) + tol::rise);
      CHECK(fit.iterations < 50);
    }
  }
}

TEST_CASE("every gradient descent of random mixtures ends at a minimum, in hundreds of steps, not thousands") {
  std::mt19937 random(20240229);
  const FitOptions<double> options{.method = FitMethod::gradient_descent, .max_iterations = 5000};
  std::vector<int> iterations;
  const auto ends = [&](const auto& fit) {
    CHECK(fit.status == FitStatus::converged);
    iterations.push_back(fit.iterations);
  };
  for (int n = 0; n < 20; ++n) {
    const auto mixture = random_mixture(random);
    CAPTURE(n);
    const Gaussian<double> start(4.0, 3.0);
    ends(fit_forward(RealLineDensity<double>(mixture), start, options));
    ends(fit_reverse(RealLineDensity<double>(mixture), start, options));
    ends(fit_forward(on_grid(mixture), start, options));
    ends(fit_reverse(on_grid(mixture), start, options));
  }
  std::nth_element(iterations.begin(), iterations.begin() + 72, iterations.end());
  CHECK(iterations[72] < 500);  // of nine in ten
}

TEST_CASE("gradient descent stays on a saddle and says so, Newton leaves it for a minimum") {
  const RealLineDensity<double> p(equal);
  // Between the minimum at 0 that covers and the one at 3 that seeks; polished by Newton's method on the gradient.
  const auto saddle = klgrid::detail::nearby_stationary_point<double>(
      [&](const Gaussian<double>& q) { return klgrid::detail::scale_free_reverse(p, q); }, Gaussian<double>(1.84, 2.1),
      1e-6);
  REQUIRE(saddle);
  const auto plain = fit_reverse(p, saddle->q, {.method = FitMethod::gradient_descent});
  CHECK(plain.status == FitStatus::saddle);
  CHECK(plain.iterations == 0);
  const auto newton = fit_reverse(p, saddle->q);
  CHECK(newton.status == FitStatus::converged);
  CHECK(newton.value < plain.value - 0.01);
}

TEST_CASE("what is no minimum is not called one") {
  SUBCASE("wider than the window can tell") {
    const auto fit = fit_reverse(on_grid(GaussianMixture<double>({1.0}, {0.0}, {1e4})), Gaussian<double>(0, 9.9));
    CHECK(fit.status == FitStatus::degenerate);
    CHECK(fit.value < FitOptions<double>{}.gradient_tolerance);
  }
  SUBCASE("p is zero at a node") {
    Vector<double> log_p = Vector<double>::Zero(400);
    log_p[7] = -std::numeric_limits<double>::infinity();
    const auto p = GridDensity<double>::from_log_values(Grid<double>::arange(-10.0, 10.0, 0.05), log_p);
    const auto fit = fit_reverse(p, Gaussian<double>(1, 1));
    CHECK(fit.status == FitStatus::infinite);
    CHECK(fit.iterations == 0);
    CHECK(fit.value == std::numeric_limits<double>::infinity());
  }
  SUBCASE("too few steps") {
    const auto fit = fit_reverse(on_grid(skewed), Gaussian<double>(4, 3), {.max_iterations = 2});
    CHECK(fit.status == FitStatus::iteration_limit);
    CHECK(fit.iterations == 2);
  }
  SUBCASE("a tolerance below rounding") {
    const auto fit = fit_reverse(on_grid(skewed), Gaussian<double>(4, 3), {.gradient_tolerance = 1e-300});
    CHECK((fit.status == FitStatus::stalled || fit.status == FitStatus::iteration_limit));
    CHECK(fit.gradient_norm <= FitOptions<double>{}.gradient_tolerance);
  }
}

TEST_CASE("far off the window, where it sees a tail of q only, the flow finds its way back") {
  const auto p = on_grid(skewed);
  const auto nearby = fit_reverse(p, Gaussian<double>(1.2, 2.0));
  for (const double mean : {-30.0, -1000.0}) {
    const auto fit = fit_reverse(p, Gaussian<double>(mean, 9.9), {.method = FitMethod::gradient_descent});
    CHECK(fit.status == FitStatus::converged);
    check_same(fit.q, nearby.q, tol::position<double>);
  }
}

TEST_CASE("on a window that p fills to both ends there is no best Gaussian: the limit is told") {
  for (const auto& p : {on_grid(GaussianMixture<double>({0.5, 0.5}, {-8.0, 8.0}, {1.0, 1.0})),
                        on_grid(GaussianMixture<double>({0.3, 0.7}, {-8.0, 8.0}, {1.0, 1.0})),
                        GridDensity<double>(Grid<double>::arange(-10.0, 10.0, 0.05), [](double) { return 0.0; })}) {
    const auto fit = fit_forward(p);
    CHECK(fit.status == FitStatus::flat);
    CHECK(fit.iterations == 0);
    CHECK(to_string(fit.status) == "flat");
    for (const auto& same : {fit_renyi(p, 1.0, Gaussian<double>(0, 3)),
                             fit_renyi(p, 1.0, std::vector<Gaussian<double>>{{0.0, 3.0}, {1.0, 2.0}})}) {
      CHECK(same.status == FitStatus::flat);
      CHECK(same.value == fit.value);
    }
    CHECK(fit.gradient_norm < 1e-5);  // as 1 / sigma^2
    // The limit's value by Gaussians of its slope on their way to it: the rest falls as 1 / sigma^2, to half the square
    // of the window over sigma at the most.
    const double slope = fit.q.mean() / (fit.q.stddev() * fit.q.stddev());
    for (const double sigma : {1e3, 4e3}) {
      const double above = klgrid::forward_kl(p, Gaussian<double>(slope * sigma * sigma, sigma)) - fit.value;
      CHECK(above >= -tol::value<double>);
      CHECK(above <= 200 / (sigma * sigma));
    }
    // Best among the limits.
    for (const double other : {slope - 1e-3, slope + 1e-3})
      CHECK(klgrid::forward_kl(p, Gaussian<double>(other * 1e8, 1e4)) > fit.value);
  }
  CHECK(fit_forward(on_grid(GaussianMixture<double>({0.5, 0.5}, {-5.0, 5.0}, {1.0, 1.0}))).status ==
        FitStatus::converged);
  // A p that is such a limit itself, and one on nodes whose weights are far from equal.
  const GridDensity<double> exponential(Grid<double>::arange(-10.0, 10.0, 0.05), [](double x) { return x / 4; });
  CHECK(fit_forward(exponential).status == FitStatus::flat);
  CHECK(fit_forward(exponential).value < tol::value<double>);
  const auto uneven =
      GridDensity<double>::from_log_values(Grid<double>({-1.0, 1.0}, {1.0, 1e-10}), {0.0, std::log(3e10)});
  const auto limit = klgrid::flat_limit(uneven);
  REQUIRE(limit);
  CHECK(limit->value < tol::value<double>);
  CHECK(limit->is_best);
}

namespace {

GaussianMixture<double> moved_by(const GaussianMixture<double>& p, double scale, double shift) {
  return {p.weights(), (p.means() * scale + shift).eval(), (p.stddevs() * std::abs(scale)).eval()};
}

Gaussian<double> moved_by(const Gaussian<double>& q, double scale, double shift) {
  return {q.mean() * scale + shift, q.stddev() * std::abs(scale)};
}

}  // namespace

TEST_CASE("dates and wavelengths: far from 0 the fits are those at 0, in as many steps") {
  // Parameters with few binary digits, so that the shifts are exact, up to 2^40 times the spread.
  const GaussianMixture<double> pairs[] = {{{0.5, 0.5}, {0.0, 6.0}, {1.0, 2.0}},
                                           {{0.5, 0.5}, {-3.0, 3.0}, {1.0, 1.0}},
                                           {{0.25, 0.75}, {-2.0, 1.5}, {0.25, 0.5}}};
  for (const auto& p : pairs)
    for (const double shift : {1e5, 58849.0, 2459945.0, std::ldexp(1.0, 40)})
      for (const auto& start : starting_points(p)) {
        const Gaussian<double> here(std::ldexp(std::round(std::ldexp(start.mean(), 4)), -4), start.stddev());
        const auto there = moved_by(here, 1.0, shift);
        const auto same = [&](const FitResult<double>& fit, const FitResult<double>& at_zero) {
          CAPTURE(shift);
          CHECK(fit.status == FitStatus::converged);
          CHECK(std::abs(fit.iterations - at_zero.iterations) <= 1);
          CHECK(fit.gradient_norm <= FitOptions<double>{}.gradient_tolerance);
          const double rounding = shift * std::numeric_limits<double>::epsilon();
          CHECK(std::abs(fit.q.mean() - shift - at_zero.q.mean()) <= tol::position<double> * fit.q.stddev() + rounding);
          CHECK(relative_error(fit.q.stddev(), at_zero.q.stddev(), 0.0) <= tol::position<double>);
          CHECK(relative_error(fit.value, at_zero.value, 1.0) <= tol::value<double>);
        };
        const RealLineDensity<double> p_here(p), p_there(moved_by(p, 1.0, shift));
        same(fit_reverse(p_there, there), fit_reverse(p_here, here));
        same(fit_renyi(p_there, 0.5, there), fit_renyi(p_here, 0.5, here));
        const FitOptions<double> flow{.method = FitMethod::gradient_descent, .record_path = true};
        CHECK(fit_reverse(p_there, there, flow).path.back().q.mean() == fit_reverse(p_there, there, flow).q.mean());
        same(fit_reverse(p_there, there, flow), fit_reverse(p_here, here, flow));
        const auto grid = Grid<double>::linspace(-16.0, 16.0, 513);
        const GridDensity<double> g_here(grid, p);
        const GridDensity<double> g_there(Grid<double>(grid.nodes() + shift, grid.weights()), moved_by(p, 1.0, shift));
        same(fit_forward(g_there, there), fit_forward(g_here, here));
      }
  // Humps 3e5 of their widths apart: of a D of 4e9 the gradient is known to its rounding.
  const RealLineDensity<double> apart(GaussianMixture<double>({0.5, 0.5}, {0.0, 3e5}, {1.0, 1.0}));
  for (const auto& start : starting_points(apart.mixture())) {
    const auto fit = fit_reverse(apart, start);
    CHECK(fit.status == FitStatus::converged);
    CHECK(fit.iterations < 10);
  }
}

TEST_CASE("positions are counted from near the mean, to the left of 0 as to the right") {
  for (const double place : {1000000.0, 1000010.0, 1000014.0, 3.0}) {  // sixteens of p's width, rounded
    const RealLineDensity<double> right(GaussianMixture<double>({1.0}, {place}, {0.5}));
    const RealLineDensity<double> left(GaussianMixture<double>({1.0}, {-place}, {0.5}));
    const klgrid::detail::Centered<RealLineDensity<double>> to_right(right), to_left(left);
    CAPTURE(place);
    CHECK(std::abs(to_right.origin() - place) <= 8);
    CHECK(to_left.origin() == -to_right.origin());
    CHECK(to_left.density().mean() == -place - to_left.origin());
    const Gaussian<double> q(-place + 0.25, 2.0);
    CHECK(to_left.centered(q).mean() == q.mean() - to_left.origin());
    CHECK(to_left.given(to_left.centered(q)).mean() == q.mean());
  }
}

TEST_CASE("the descent to watch is the natural gradient flow, of which x's unit and direction are no part") {
  const FitOptions<double> watch{.method = FitMethod::gradient_descent, .record_path = true};
  const Gaussian<double> starts[] = {{4.0, 3.0}, {-4.5, 0.3}, {0.5, 1.0}, {-1.0, 6.0}};
  for (const auto& start : starts) {
    const auto path = fit_reverse(RealLineDensity<double>(skewed), start, watch).path;
    // Steps are at most an eighth long in the Fisher metric, and do not turn to and fro.
    double turned = 0, before = 0;
    for (std::size_t n = 1; n + 1 < path.size(); ++n) {
      const auto step = [&](std::size_t i) {
        const double sigma = path[i].q.stddev();
        return std::pair((path[i + 1].q.mean() - path[i].q.mean()) / sigma,
                         std::sqrt(2.0) * std::log(path[i + 1].q.stddev() / sigma));
      };
      const auto [x, y] = step(n);
      CHECK(std::hypot(x, y) <= 0.125 * (1 + tol::rise));
      if (path[n].gradient_norm < 1e-6) break;
      const double angle = std::atan2(y, x);
      if (n > 1) turned += std::abs(std::remainder(angle - before, 2 * std::numbers::pi));
      before = angle;
    }
    CHECK(turned < 2 * std::numbers::pi);
    const auto newton = fit_reverse(RealLineDensity<double>(skewed), start);
    for (const double scale : {1e-9, -1.0, 1e6}) {
      CAPTURE(scale);
      const auto scaled =
          fit_reverse(RealLineDensity<double>(moved_by(skewed, scale, 0.0)), moved_by(start, scale, 0.0));
      CHECK(scaled.iterations == newton.iterations);
      check_same(moved_by(scaled.q, 1 / scale, 0.0), newton.q, tol::position<double>);
      const auto other =
          fit_reverse(RealLineDensity<double>(moved_by(skewed, scale, 0.0)), moved_by(start, scale, 0.0), watch).path;
      REQUIRE(other.size() == path.size());
      for (std::size_t n = 0; n < path.size(); ++n)
        check_same(moved_by(other[n].q, 1 / scale, 0.0), path[n].q, tol::position<double>);
    }
  }
}

TEST_CASE("the path is the flow's: by Runge and Kutta's method with small steps") {
  const RealLineDensity<double> p(skewed);
  const auto slope = [&](const Gaussian<double>& q) {
    const auto d = klgrid::reverse_kl_derivatives(q, p);
    return std::pair(-q.stddev() * q.stddev() * d.gradient[0], -d.gradient[1] / 2);
  };
  const auto moved = [](const Gaussian<double>& q, const std::pair<double, double>& k, double h) {
    return Gaussian<double>(q.mean() + h * k.first, q.stddev() * std::exp(h * k.second));
  };
  const Gaussian<double> start(4.0, 3.0);
  std::vector<Gaussian<double>> flow{start};
  constexpr double h = 0.005;
  for (int n = 0; n < 4000; ++n) {
    const auto& q = flow.back();
    const auto a = slope(q), b = slope(moved(q, a, h / 2)), c = slope(moved(q, b, h / 2)), d = slope(moved(q, c, h));
    flow.push_back(moved(
        q,
        {(a.first + 2 * b.first + 2 * c.first + d.first) / 6, (a.second + 2 * b.second + 2 * c.second + d.second) / 6},
        h));
  }
  const auto fit = fit_reverse(p, start, {.method = FitMethod::gradient_descent, .record_path = true});
  for (const auto& step : fit.path) {
    double nearest = 1;
    for (const auto& q : flow)
      nearest =
          std::min(nearest, std::hypot((q.mean() - step.q.mean()) / q.stddev(), q.stddev() / step.q.stddev() - 1));
    CHECK(nearest < 0.05);  // of sigma: a line's width in a figure
  }
}

TEST_CASE_TEMPLATE("p Gaussian: both directions find it", T, float, double, long double) {
  const RealLineDensity<T> p(GaussianMixture<T>({T(1)}, {T(0.5)}, {T(1.3)}));
  // Curvatures are at least 1, so the position is right to the gradient's tolerance over 1.
  const T tolerance = 2 * FitOptions<T>{}.gradient_tolerance;
  for (const auto& start : {Gaussian<T>(-3, T(0.1)), Gaussian<T>(20, 9)}) {
    check_same(fit_forward(p, start).q, Gaussian<T>(T(0.5), T(1.3)), tolerance);
    check_same(fit_reverse(p, start).q, Gaussian<T>(T(0.5), T(1.3)), tolerance);
    check_same(fit_renyi(p, T(0.5), start).q, Gaussian<T>(T(0.5), T(1.3)), tolerance);
  }
}

TEST_CASE("of several starts the lowest end is returned") {
  const RealLineDensity<double> p(skewed);
  const auto starts = starting_points(skewed);
  const auto best = fit_reverse(p, starts);
  for (const auto& start : starts) CHECK(best.value <= fit_reverse(p, start).value);
  check_same(best.q, fit_reverse(p, Gaussian<double>(-1.2, 0.4)).q, tol::position<double>);
  CHECK_THROWS_WITH_AS((void)fit_reverse(p, std::vector<Gaussian<double>>{}),
                       "fit_reverse: starts must be of at least one Gaussian, got none", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)fit_renyi(p, 0.5, std::vector<Gaussian<double>>{}),
                       "fit_renyi: starts must be of at least one Gaussian, got none", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)fit_renyi(p, 1.0, std::vector<Gaussian<double>>{}),
                       "fit_renyi: starts must be of at least one Gaussian, got none", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)fit_reverse(p, starts, {.max_iterations = -1}),
                       "fit_reverse: max_iterations must be >= 0, got -1", std::invalid_argument);
  // The same if the best one comes last, and if it comes twice.
  const std::vector<Gaussian<double>> last{{2.5, 1.7}, {3.0, 2.0}, {-1.2, 0.4}, {-1.3, 0.5}};
  check_same(fit_reverse(p, last).q, best.q, tol::position<double>);
  // And from a start above the end before it.
  check_same(fit_reverse(p, std::vector<Gaussian<double>>{{2.5, 1.7}, {-1.2, 0.02}}).q, best.q, tol::position<double>);
  CHECK(relative_error(fit_reverse(p, last).value, best.value, 1.0) < tol::value<double>);
  // A start from which Newton's steps lead to a minimum that is known costs an evaluation, not a descent.
  int evaluations = 0;
  const auto counted = [&](const auto& density, const Gaussian<double>& q) {
    ++evaluations;
    return klgrid::detail::scale_free_reverse(density, q);
  };
  const auto cost_of = [&](const std::vector<Gaussian<double>>& from) {
    evaluations = 0;
    (void)klgrid::detail::lowest_descent(p, counted, from, FitOptions<double>{}, "fit_reverse");
    return evaluations;
  };
  const Gaussian<double> beside(best.q.mean() + 0.01 * best.q.stddev(), best.q.stddev());
  const int once = cost_of({beside});
  CHECK(once >= 3);
  CHECK(cost_of({beside, beside, beside}) == once + 2);
  // A start that is lower by a rounding only is not the end.
  const auto lowest_at_start = [](const auto&, const Gaussian<double>& q) {
    klgrid::KlDerivatives<double> d;
    d.value = q.mean() == 1e-9 ? 1 - std::numeric_limits<double>::epsilon() : 1.0;
    d.gradient << q.mean(), std::log(q.stddev());
    d.hessian << 1, 0, 0, 1;
    return klgrid::detail::ScaleFree<double>(q, d);
  };
  const RealLineDensity<double> near_zero(GaussianMixture<double>({1.0}, {0.0}, {1.0}));
  const std::vector<Gaussian<double>> both{{1e-8, 1.0}, {1e-9, 1.0}};
  CHECK(klgrid::detail::lowest_descent(near_zero, lowest_at_start, both, FitOptions<double>{}, "fit_reverse").status ==
        FitStatus::converged);
}

TEST_CASE_TEMPLATE("order alpha: from several starts the lowest end, on the line and on a grid", Density,
                   RealLineDensity<double>, GridDensity<double>) {
  const auto p = [&] {
    if constexpr (std::is_same_v<Density, GridDensity<double>>)
      return on_grid(skewed);
    else
      return RealLineDensity<double>(skewed);
  }();
  for (const double alpha : {0.1, 0.5}) {
    CAPTURE(alpha);
    const auto best = fit_renyi(p, alpha, starting_points(skewed));
    CHECK(best.status == FitStatus::converged);
    CHECK(relative_error(best.value, klgrid::renyi_divergence(p, best.q, alpha) / alpha, 1.0) < tol::value<double>);
    for (const auto& start : starting_points(skewed)) CHECK(best.value <= fit_renyi(p, alpha, start).value + tol::rise);
    for (const double dm : {-1e-3, 1e-3}) {
      const Gaussian<double> beside(best.q.mean() + dm, best.q.stddev() - dm);
      CHECK(klgrid::renyi_divergence(p, beside, alpha) / alpha > best.value);
    }
  }
}

TEST_CASE("descend: down any divergence that has derivatives") {
  // D(N(mu, sigma) || N(2, 3)) in closed form.
  const auto divergence = [](const Gaussian<double>& q) {
    const double d = (q.mean() - 2) / 3, ratio = q.stddev() / 3;
    klgrid::KlDerivatives<double> at;
    at.value = (ratio * ratio + d * d - 1) / 2 - std::log(ratio);
    at.gradient << d / 3, ratio * ratio - 1;
    at.hessian << 1.0 / 9, 0, 0, 2 * ratio * ratio;
    return at;
  };
  for (const auto method : {FitMethod::newton, FitMethod::gradient_descent})
    for (const auto& start : {Gaussian<double>(-4, 0.1), Gaussian<double>(30, 10), Gaussian<double>(2, 3)}) {
      const auto fit = klgrid::descend(divergence, start, {.method = method});
      CHECK(fit.status == FitStatus::converged);
      check_same(fit.q, Gaussian<double>(2, 3), tol::position<double>);
    }
  CHECK(klgrid::descend(divergence, Gaussian<double>(2, 3)).iterations == 0);
  // Curvatures a thousandth of what they are: steps are halved until they lead down.
  const auto steep = [&](const Gaussian<double>& q) {
    auto at = divergence(q);
    at.hessian *= 1e-3;
    return at;
  };
  CHECK(klgrid::descend(steep, Gaussian<double>(3, 2)).status == FitStatus::converged);
  // Where sigma does not matter.
  const auto valley = [](const Gaussian<double>& q) {
    klgrid::KlDerivatives<double> at;
    at.value = q.mean() * q.mean() / 2;
    at.gradient << q.mean(), 0;
    at.hessian << 1, 0, 0, 0;
    return at;
  };
  const auto floor = klgrid::descend(valley, Gaussian<double>(4, 1));
  CHECK(floor.status == FitStatus::degenerate);
  CHECK(std::abs(floor.q.mean()) < tol::position<double>);
  // Where values are equal but for rounding, the slope tells whether a step is too long: here by more than half.
  double unit = 1;
  const auto level = [&](const Gaussian<double>& q) {
    klgrid::KlDerivatives<double> at;
    at.value = 1;
    at.gradient << q.mean() * 2.2 / unit / unit, std::log(q.stddev() / unit) * 2.2;
    at.hessian << 1 / unit / unit, 0, 0, 1;
    return at;
  };
  for (const double x : {0x1p-10, 0x1p10, 1.0}) {
    unit = x;
    const auto small_step = klgrid::descend(level, Gaussian<double>(1e-9 * unit, unit));
    CHECK(small_step.status == FitStatus::converged);
    CHECK(small_step.iterations < 10);
  }
  // A large value has a large rounding: all points but the start are above it by some of it.
  const auto large = [&](const Gaussian<double>& q) {
    auto at = level(q);
    at.value = q.mean() == 1e-5 ? 1e6 : 1e6 * (1 + 4 * std::numeric_limits<double>::epsilon());
    return at;
  };
  CHECK(klgrid::descend(large, Gaussian<double>(1e-5, 1)).status == FitStatus::converged);
  CHECK(klgrid::descend(divergence, Gaussian<double>(9, 1), {.max_iterations = 0}).status ==
        FitStatus::iteration_limit);
  CHECK_THROWS_WITH_AS((void)klgrid::descend(divergence, Gaussian<double>(9, 1), {.max_iterations = -1}),
                       "descend: max_iterations must be >= 0, got -1", std::invalid_argument);
  // A gradient along which no value is lower: no step is found, and it is told.
  const auto pit = [&](const Gaussian<double>& q) {
    auto at = divergence(q);
    at.value = q.mean() == 9 && q.stddev() == 1 ? 0 : 1;
    return at;
  };
  const auto lost = klgrid::descend(pit, Gaussian<double>(9, 1));
  CHECK(lost.status == FitStatus::stalled);
  CHECK(lost.iterations == 0);
  CHECK(lost.q.mean() == 9);
}

TEST_CASE("a window whose nodes are one, and a p that is all at one node") {
  const GridDensity<double> one(Grid<double>({1.0, 1.0}, {1.0, 1.0}), Gaussian<double>(0, 1));
  const auto refused = "moment_match: p must be of positive variance, got 0";
  CHECK_THROWS_WITH_AS((void)fit_forward(one), refused, std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)klgrid::moment_match(one), refused, std::invalid_argument);
  CHECK(!klgrid::flat_limit(one));
  const auto at_the_end = GridDensity<double>::from_log_values(Grid<double>({0.0, 1.0}, {1.0, 1.0}),
                                                               {0.0, -std::numeric_limits<double>::infinity()});
  CHECK(!klgrid::flat_limit(at_the_end));  // l's mean cannot be p's
}

TEST_CASE("the flat limit in any unit of x: none where the Gaussians on the way to it are beyond the range") {
  const auto in_unit = [](double unit) {
    return GridDensity<double>::from_log_values(Grid<double>({-unit, 0.0, unit}, {1.0, 1.0, 1.0}), {0.0, 1.0, 3.0});
  };
  const auto limit = klgrid::flat_limit(in_unit(1));
  REQUIRE(limit);
  for (const double unit : {1e-309, 1e-100, 1e100, 1e299}) {
    const auto same = klgrid::flat_limit(in_unit(unit));
    REQUIRE(same);
    // Numbers of 1e-309 are below the normal ones, of fewer digits.
    const double tolerance = unit < 1e-300 ? 1e-9 : tol::value<double>;
    CHECK(relative_error(same->value, limit->value, 1.0) < tolerance);
    CHECK(relative_error(same->q.mean() / unit, limit->q.mean(), 1.0) < tolerance);
    CHECK(relative_error(same->q.stddev() / unit, limit->q.stddev(), 1.0) < tolerance);
  }
  CHECK(!klgrid::flat_limit(in_unit(1e304)));
  CHECK(std::isfinite(fit_forward(in_unit(1e304)).value));
}

TEST_CASE("starting points: moments, components, pairs; none of weight zero") {
  const auto starts = starting_points(GaussianMixture<double>({0.5, 0.0, 0.5}, {-3.0, 50.0, 3.0}, {1.0, 1.0, 1.0}));
  REQUIRE(starts.size() == 4);
  check_same(starts[0], Gaussian<double>(0, std::sqrt(10.0)), tol::value<double>);
  check_same(starts[1], Gaussian<double>(-3, 1), tol::value<double>);
  check_same(starts[2], Gaussian<double>(3, 1), tol::value<double>);
  check_same(starts[3], Gaussian<double>(0, std::sqrt(10.0)), tol::value<double>);
}

TEST_CASE("starting points of many components: groups of equal weight stand for them") {
  klgrid::Vector<double> samples(10000);
  for (Index i = 0; i < samples.size(); ++i) samples[i] = i % 2 == 0 ? -3 + 1e-4 * static_cast<double>(i) : 5;
  const auto p = GaussianMixture<double>::kernel_density(samples, 0.1);
  const auto starts = starting_points(p);
  CHECK(starts.size() >= 20);
  CHECK(starts.size() <= 46);  // of at most nine groups
  // Groups go from left to right: the first lies in the left half, the eighth holds one value only.
  check_same(starts[8], Gaussian<double>(5, 0.1), tol::value<double>);
  CHECK(starts[1].mean() > -3);
  CHECK(starts[1].stddev() < 0.2);
  CHECK(fit_reverse(RealLineDensity<double>(p), starts[8]).status == FitStatus::converged);
}

TEST_CASE("starting points: eight components are themselves, sixteen equal ones eight pairs, each with its spread") {
  Vector<double> weights(8), means(8), stddevs(8);
  weights << 8, 1, 7, 2, 6, 3, 5, 4;
  means << 3, -1, 4, -2, 5, -9, 2, 6;
  stddevs << 1, 2, 3, 4, 5, 6, 7, 8;
  const auto eight = starting_points(GaussianMixture<double>(weights / 36, means, stddevs));
  REQUIRE(eight.size() == 37);
  for (std::size_t k = 0; k < 8; ++k)
    check_same(eight[k + 1], Gaussian<double>(means[static_cast<Index>(k)], stddevs[static_cast<Index>(k)]), 0.0);
  // Of the first pair, N(3, 1) and N(-1, 2): midway, and wide as both together, (1 + 4) / 2 + 2^2.
  check_same(eight[9], Gaussian<double>(1, std::sqrt(6.5)), tol::value<double>);
  Vector<double> sixteen(16);
  for (Index k = 0; k < 16; ++k) sixteen[k] = static_cast<double>(7 * k % 16);  // in no order
  const auto pairs = starting_points(
      GaussianMixture<double>(Vector<double>::Constant(16, 0.0625), sixteen, Vector<double>::Constant(16, 0.5)));
  REQUIRE(pairs.size() == 37);
  for (std::size_t k = 0; k < 8; ++k)
    check_same(pairs[k + 1], Gaussian<double>(2 * static_cast<double>(k) + 0.5, std::sqrt(0.5)), tol::value<double>);
  check_same(pairs[9], Gaussian<double>(1.5, std::sqrt(1.5)), tol::value<double>);
  // Eight groups at most, also where each component is most of a group.
  const auto eleven = Vector<double>::LinSpaced(11, -5.0, 5.0).eval();
  CHECK(starting_points(
            GaussianMixture<double>(Vector<double>::Constant(11, 1.0 / 11), eleven, Vector<double>::Constant(11, 0.5)))
            .size() == 37);
}

TEST_CASE("Newton's course: -|D''|^-1 D', no longer than 1, and along negative curvature where the gradient vanishes") {
  // In (mu / sigma, log sigma): curvatures 2 and -0.5, turned by the angle of 3/5 and 4/5.
  const double c = 0.6, s = 0.8;
  const Gaussian<double> q(1.0, 4.0);
  const auto at = [&](double first, double second, double along, double across) {
    klgrid::KlDerivatives<double> d;
    const double mixed = c * s * (first - second);
    d.gradient << (c * along - s * across) / 4, s * along + c * across;
    d.hessian << (c * c * first + s * s * second) / 16, mixed / 4, mixed / 4, s * s * first + c * c * second;
    return klgrid::detail::ScaleFree<double>(q, d);
  };
  const klgrid::detail::NewtonCourse<double> course(at(2.0, -0.5, 1.0, 3.0), false);
  const auto stride = course.stride(1.0);
  CHECK(relative_error(stride.step[0], -(c * 0.5 - s * 6.0), 1.0) < tol::value<double>);
  CHECK(relative_error(stride.step[1], -(s * 0.5 + c * 6.0), 1.0) < tol::value<double>);
  CHECK(relative_error(stride.slope, -(0.5 + 18.0), 1.0) < tol::value<double>);
  CHECK(relative_error(course.longest(1.0), 1 / stride.step.norm(), 0.0) < tol::value<double>);
  CHECK(klgrid::detail::NewtonCourse<double>(at(2.0, -0.5, 0.1, 0.1), false).longest(1.0) == 1.0);
  const auto aside = klgrid::detail::NewtonCourse<double>(at(2.0, -0.5, 0.0, 0.0), true).stride(0.5);
  CHECK(relative_error(std::abs(-s * aside.step[0] + c * aside.step[1]), 0.5, 0.0) < tol::value<double>);
  CHECK(relative_error(aside.promised, -0.5 * 0.25 / 2, 0.0) < tol::value<double>);
  using klgrid::detail::stationary_status;
  CHECK(stationary_status(at(2.0, 0.5, 0.0, 0.0), 1e-12) == FitStatus::converged);
  CHECK(stationary_status(at(2.0, -0.5, 0.0, 0.0), 1e-12) == FitStatus::saddle);
  CHECK(stationary_status(at(2.0, 1e-8, 0.0, 0.0), 1e-12) == FitStatus::degenerate);
  CHECK(stationary_status(at(2.0, -1e-8, 0.0, 0.0), 1e-12) == FitStatus::degenerate);
  // A step that leads a quarter of the way nearer to a known minimum, and one that leads past it.
  const Gaussian<double> minimum(1.2, 4.0);  // 0.05 ahead
  const auto straight = [&](double gradient) {
    klgrid::KlDerivatives<double> d;
    d.gradient << gradient / 4, 0.0;
    d.hessian << 1.0 / 16, 0.0, 0.0, 1.0;
    return klgrid::detail::ScaleFree<double>(q, d);
  };
  CHECK(klgrid::detail::leads_to(minimum, q, straight(-0.04)));
  CHECK(!klgrid::detail::leads_to(minimum, q, straight(-0.5)));
}

TEST_CASE("derivatives in (mu / sigma, log sigma) and in (mu, log sigma), there and back") {
  const Gaussian<double> q(1.0, 4.0);  // a power of two: no roundings
  klgrid::KlDerivatives<double> d;
  d.value = 0.3;
  d.gradient << 0.5, 0.7;
  d.hessian << 1.1, -0.2, -0.2, 1.3;
  const klgrid::detail::ScaleFree<double> scale_free(q, d);
  CHECK(scale_free.value == 0.3);
  CHECK(scale_free.gradient[0] == 2.0);
  CHECK(scale_free.gradient[1] == 0.7);
  CHECK(scale_free.hessian == (klgrid::detail::Matrix2<double>() << 17.6, -0.8, -0.8, 1.3).finished());
  const auto back = scale_free.at(q);
  CHECK(back.value == d.value);
  CHECK(back.gradient == d.gradient);
  CHECK(back.hessian == d.hessian);
}

TEST_CASE("2 x 2 matrices: eigenvalues and the direction of the least, to the last digits") {
  using klgrid::detail::Matrix2;
  using klgrid::detail::Vector2;
  const auto symmetric = [](double xx, double xy, double yy) {
    Matrix2<double> a;
    a << xx, xy, xy, yy;
    return a;
  };
  for (const auto& a : {symmetric(2, 0, 1), symmetric(1, 0, 2), symmetric(1, 1e-9, 0), symmetric(0, 1e-9, 1),
                        symmetric(1, 2, -3), symmetric(-3, 2, 1), symmetric(1, 0, 1)}) {
    CAPTURE(a);
    const klgrid::detail::Spectrum<double> spectrum(a);
    const double size = a.norm();
    CHECK(relative_error(spectrum.least() + spectrum.greatest(), a.trace(), size) < tol::value<double>);
    CHECK(relative_error(spectrum.least() * spectrum.greatest(), a(0, 0) * a(1, 1) - a(0, 1) * a(1, 0), size * size) <
          tol::value<double>);
    CHECK(spectrum.largest_modulus() == std::max(std::abs(spectrum.least()), std::abs(spectrum.greatest())));
    const Vector2<double> v = spectrum.least_direction();
    CHECK(relative_error(v.norm(), 1.0, 0.0) < tol::value<double>);
    CHECK((a * v - spectrum.least() * v).norm() <= tol::value<double> * size);
  }
}

TEST_CASE("a step that leads to no Gaussian is none, and the tolerance is what the mean's rounding leaves of it") {
  using klgrid::detail::moved;
  using klgrid::detail::Vector2;
  const Gaussian<double> q(1.0, 2.0);
  check_same(*moved<double>(q, Vector2<double>(0.5, std::log(3.0))), Gaussian<double>(2.0, 6.0), tol::value<double>);
  CHECK(!moved<double>(q, Vector2<double>(0.0, 1e4)));
  CHECK(!moved<double>(q, Vector2<double>(0.0, -1e4)));
  CHECK(!moved<double>(q, Vector2<double>(1.7e308, 0.0)));
  using klgrid::detail::tolerance_at;
  CHECK(tolerance_at(Gaussian<double>(-4.0, 1.0), 0.5, 1e-12) == 1e-12);
  CHECK(tolerance_at(Gaussian<double>(0.0, 1.0), 8.0, 1e-12) == 8e-12);
  CHECK(tolerance_at(Gaussian<double>(-4096.0, 0.5), 0.0, 1e-12) == 8e-12);
}

TEST_CASE("from seeking to covering: the best Gaussian as alpha runs from 0 to 1") {
  // One start serves all: the fit before.
  const RealLineDensity<double> p(GaussianMixture<double>({0.6, 0.4}, {-2.0, 2.0}, {0.8, 1.0}));
  const auto reverse = fit_reverse(p, Gaussian<double>(-2, 0.8));
  const auto forward = fit_forward(p);
  auto fit = fit_renyi(p, 0.0, reverse.q);
  check_same(fit.q, reverse.q, tol::position<double>);
  for (int step = 1; step <= 20; ++step) {
    const auto next = fit_renyi(p, step / 20.0, fit.q);
    CAPTURE(step);
    CHECK(next.status == FitStatus::converged);
    CHECK(next.q.stddev() > fit.q.stddev());
    fit = next;
  }
  check_same(fit.q, forward.q, tol::position<double>);
  CHECK(relative_error(fit.value, forward.value, 1.0) < tol::value<double>);
}

TEST_CASE("with two far humps the reverse fit is a component and the forward fit covers both") {
  const RealLineDensity<double> p(GaussianMixture<double>({0.6, 0.4}, {-4.0, 4.0}, {0.5, 0.5}));
  const auto reverse = fit_reverse(p, starting_points(p.mixture()));
  const auto forward = fit_forward(p);
  // All but the other hump: -log 0.6 nats, to the tail of 8 stddevs from the middle.
  check_same(reverse.q, Gaussian<double>(-4, 0.5), 1e-6);
  CHECK(relative_error(reverse.value, -std::log(0.6), 1.0) < 1e-6);
  CHECK(forward.q.stddev() > 7 * reverse.q.stddev());
}

TEST_CASE("options out of their range are refused") {
  const auto p = on_grid(skewed);
  const Gaussian<double> start(0, 1);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double tolerance : {0.0, -1.0, nan, std::numeric_limits<double>::infinity()})
    CHECK_THROWS_WITH_AS((void)fit_reverse(p, start, {.gradient_tolerance = tolerance}),
                         doctest::Contains("fit_reverse: gradient_tolerance must be finite and > 0"),
                         std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)fit_reverse(p, start, {.max_iterations = -1}),
                       "fit_reverse: max_iterations must be >= 0, got -1", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)fit_forward(p, {.max_iterations = -1}), "fit_forward: max_iterations must be >= 0, got -1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)fit_renyi(p, 0.5, start, {.max_iterations = -1}),
                       "fit_renyi: max_iterations must be >= 0, got -1", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)fit_renyi(p, 1.5, start), "fit_renyi: alpha must be in [0, 1], got 1.5",
                       std::invalid_argument);
}

TEST_CASE("fit: results before they are there, and methods and statuses by name") {
  const std::vector<klgrid::FitResult<double>> results(1000);
  CHECK(results[999].q.stddev() == 1.0);
  CHECK(to_string(results[999].status) == "iteration_limit");
  CHECK(std::vector<klgrid::FitStep<double>>(2)[1].value == 0.0);
  static_assert(to_string(klgrid::FitMethod::newton) == "newton");
  static_assert(to_string(klgrid::FitMethod::gradient_descent) == "gradient_descent");
  static_assert(to_string(FitStatus::converged) == "converged");
  static_assert(to_string(FitStatus::degenerate) == "degenerate");
  static_assert(to_string(FitStatus::saddle) == "saddle");
  static_assert(to_string(FitStatus::stalled) == "stalled");
  static_assert(to_string(FitStatus::infinite) == "infinite");
  // What stops a fit short of a minimum says what to do.
  const std::pair<FitStatus, const char*> remedies[] = {
      {FitStatus::degenerate, "start nearer"},    {FitStatus::saddle, "use Newton"},    {FitStatus::flat, "widen"},
      {FitStatus::iteration_limit, "allow more"}, {FitStatus::stalled, "ask for less"}, {FitStatus::infinite, "leave"}};
  for (const auto& remedy : remedies) {
    CAPTURE(remedy.second);
    CHECK(explanation(remedy.first).find(remedy.second) != std::string_view::npos);
  }
  static_assert(explanation(FitStatus::converged) == "converged to a minimum");
}
