// SPDX-License-Identifier: MIT
#include "klgrid/klgrid.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "support/largest_error.hpp"
#include "support/reference.hpp"
#include "support/tolerances.hpp"

using klgrid::arange;
using klgrid::bank_for;
using klgrid::forward_kl_derivatives;
using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Grid;
using klgrid::GridDensity;
using klgrid::Index;
using klgrid::KlDerivatives;
using klgrid::ParameterMesh;
using klgrid::RealLineDensity;
using klgrid::reverse_kl_derivatives;
using klgrid::Vector;
using klgrid_test::relative_error;

namespace tol {

/// A derivative is a few sums of z^k log p that partly cancel: some hundred roundings of the largest of them.
template <class T>
constexpr T derivative = 1024 * std::numeric_limits<T>::epsilon();

/// A central difference with step h errs by h^2/6 times a third derivative of at most 100 times the derivative's own
/// size for the mixtures here, and by eps/h: at h = eps^(1/3), both about eps^(2/3), here in long double.
const long double difference = 100 * std::pow(std::numeric_limits<long double>::epsilon(), 2.0L / 3.0L);

/// What the transforms promise, 96 roundings of max |log p| = 30 times E|z|^k, adds up to at most 14 times in the
/// derivatives (second_order, with E z^2 <= 1 and E z^4 <= 3): 9e-12. 1.1e-13 is seen.
constexpr double transformed = 1e-11;

/// The promise of the library for the figures of the real line.
constexpr double figures = 1e-12;

}  // namespace tol

namespace {

enum class Direction { forward, reverse };

template <class Density, class T>
KlDerivatives<T> derivatives(Direction direction, const Density& p, T mu, T log_sigma) {
  const Gaussian<T> q(mu, std::exp(log_sigma));
  return direction == Direction::forward ? forward_kl_derivatives(p, q) : reverse_kl_derivatives(q, p);
}

/// Central differences of the value and of the gradient.
template <class Density, class T>
KlDerivatives<T> differences(Direction direction, const Density& p, T mu, T log_sigma, T h) {
  KlDerivatives<T> numeric;
  for (Index i = 0; i < 2; ++i) {
    const T dm = i == 0 ? h : T(0);
    const T dl = i == 1 ? h : T(0);
    const auto above = derivatives<Density, T>(direction, p, mu + dm, log_sigma + dl);
    const auto below = derivatives<Density, T>(direction, p, mu - dm, log_sigma - dl);
    numeric.gradient[i] = (above.value - below.value) / (2 * h);
    numeric.hessian.col(i) = (above.gradient - below.gradient) / (2 * h);
  }
  return numeric;
}

/// The difference of the derivatives of a and b, relative to the largest of 1, the value and the derivatives. Norms,
/// for a NaN is lost in a maximum.
template <class T>
T distance(const KlDerivatives<T>& a, const KlDerivatives<T>& b) {
  const T scale = std::max({T(1), std::abs(a.value), a.gradient.norm(), a.hessian.norm()});
  return ((a.gradient - b.gradient).norm() + (a.hessian - b.hessian).norm()) / scale;
}

template <class T>
std::vector<GaussianMixture<T>> test_mixtures() {
  return {GaussianMixture<T>({T(0.5), T(0.5)}, {T(-3), T(3)}, {T(1), T(1)}),
          GaussianMixture<T>({T(0.7), T(0.3)}, {T(-1.2), T(2.5)}, {T(0.4), T(1.7)}),
          GaussianMixture<T>({T(0.2), T(0.5), T(0.3)}, {T(-4), T(0), T(2.5)}, {T(0.5), T(1.2), T(0.3)})};
}

template <class T>
Grid<T> notebook_grid() {
  return Grid<T>::arange(T(-10), T(10), T(0.05));
}

template <class Density>
void check_against_differences(const Density& p) {
  const long double h = std::cbrt(std::numeric_limits<long double>::epsilon());
  for (const auto direction : {Direction::forward, Direction::reverse})
    for (const long double mu : {-4.3L, -2.0L, -0.1L, 0.7L, 3.1L})
      for (const long double log_sigma : {-1.0L, 0.2L, 0.9L, 1.7L}) {
        CAPTURE(static_cast<int>(direction));
        CAPTURE(mu);
        CAPTURE(log_sigma);
        const auto exact = derivatives<Density, long double>(direction, p, mu, log_sigma);
        const auto numeric = differences<Density, long double>(direction, p, mu, log_sigma, h);
        CHECK(distance(exact, numeric) < tol::difference);
      }
}

}  // namespace

TEST_CASE("the derivatives on the line are the reference figures'") {
  const klgrid_test::Table table("line_truth.csv");
  klgrid_test::LargestError largest;
  const auto mixtures = klgrid_test::mixtures<double>();
  for (const auto& named : mixtures) {
    const std::string& name = named.first;
    const RealLineDensity<double> p(named.second);
    for (std::size_t row = 0; row < table.size(); ++row) {
      if (table.text(row, "name") != name) continue;
      const Gaussian<double> q(table.get<double>(row, "mu"), table.get<double>(row, "sigma"));
      CAPTURE(name);
      CAPTURE(q.mean());
      CAPTURE(q.stddev());
      const auto forward = forward_kl_derivatives(p, q);
      const auto reverse = reverse_kl_derivatives(q, p);
      // The scale of the sums: a derivative that all but vanishes is as exact as they are.
      const double forward_floor = std::max(1.0, forward.value);
      const double reverse_floor = std::max(1.0, reverse.value);
      const auto truth = [&](const char* column) { return table.get<double>(row, column); };
      CHECK(largest(relative_error(forward.value, truth("forward_kl"), 1.0)) < tol::figures);
      CHECK(largest(relative_error(reverse.value, truth("reverse_kl"), 1.0)) < tol::figures);
      CHECK(largest(relative_error(forward.gradient[0], truth("forward_dmu"), forward_floor)) < tol::figures);
      CHECK(largest(relative_error(forward.gradient[1], truth("forward_dlogsigma"), forward_floor)) < tol::figures);
      CHECK(largest(relative_error(reverse.gradient[0], truth("reverse_dmu"), reverse_floor)) < tol::figures);
      CHECK(largest(relative_error(reverse.gradient[1], truth("reverse_dlogsigma"), reverse_floor)) < tol::figures);
    }
  }
}

TEST_CASE("the derivatives on a grid are those of the values") {
  for (const auto& mixture : test_mixtures<long double>())
    check_against_differences(GridDensity<long double>(notebook_grid<long double>(), mixture));
}

TEST_CASE("the derivatives on the line are those of the values") {
  for (const auto& mixture : test_mixtures<long double>())
    check_against_differences(RealLineDensity<long double>(mixture));
}

TEST_CASE_TEMPLATE("differences converge to the derivatives with the square of the step", Density,
                   GridDensity<long double>, RealLineDensity<long double>) {
  const auto mixture = test_mixtures<long double>()[1];
  const auto p = [&] {
    if constexpr (std::is_same_v<Density, GridDensity<long double>>)
      return Density(notebook_grid<long double>(), mixture);
    else
      return Density(mixture);
  }();
  // Halving h divides the error by 4, but for the next term of its series, h^2 times a ratio of derivatives: a few
  // percent at the largest h, a sixteenth of that at the smallest, where rounding is still 1e-6 of the error.
  constexpr long double slack = 0.1L;
  for (const auto direction : {Direction::forward, Direction::reverse}) {
    const auto exact = derivatives<Density, long double>(direction, p, 0.3L, 0.1L);
    long double before = 0;
    for (const long double h : {0.04L, 0.02L, 0.01L, 0.005L, 0.0025L}) {
      const auto error = distance(exact, differences<Density, long double>(direction, p, 0.3L, 0.1L, h));
      CAPTURE(h);
      if (before > 0) {
        CHECK(before / error > 4 - slack);
        CHECK(before / error < 4 + slack);
      }
      before = error;
    }
  }
}

TEST_CASE_TEMPLATE("two Gaussians on the line: the closed forms", T, float, double, long double) {
  const T m = T(0.7), s = T(1.3);
  const RealLineDensity<T> p(GaussianMixture<T>({T(1)}, {m}, {s}));
  for (const T mu : {T(-2), T(0.7), T(1.5)})
    for (const T sigma : {T(0.5), T(1.3), T(4)}) {
      CAPTURE(mu);
      CAPTURE(sigma);
      const T d = mu - m;
      KlDerivatives<T> forward;
      forward.value = std::log(sigma / s) + (s * s + d * d) / (2 * sigma * sigma) - T(0.5);
      forward.gradient << d / (sigma * sigma), 1 - (s * s + d * d) / (sigma * sigma);
      forward.hessian << 1 / (sigma * sigma), -2 * d / (sigma * sigma), -2 * d / (sigma * sigma),
          2 * (s * s + d * d) / (sigma * sigma);
      KlDerivatives<T> reverse;
      reverse.value = std::log(s / sigma) + (sigma * sigma + d * d) / (2 * s * s) - T(0.5);
      reverse.gradient << d / (s * s), sigma * sigma / (s * s) - 1;
      reverse.hessian << 1 / (s * s), 0, 0, 2 * sigma * sigma / (s * s);
      const Gaussian<T> q(mu, sigma);
      CHECK(distance(forward_kl_derivatives(p, q), forward) < tol::derivative<T>);
      CHECK(distance(reverse_kl_derivatives(q, p), reverse) < tol::derivative<T>);
    }
}

TEST_CASE("a q far narrower than p: no digit of the second derivative in log sigma is lost") {
  const RealLineDensity<double> p(GaussianMixture<double>({1.0}, {0.0}, {1.0}));
  for (const double sigma : {1e-4, 1e-6, 1e-100}) {
    const auto d = forward_kl_derivatives(p, Gaussian<double>(0.0, sigma));
    CHECK(relative_error(d.hessian(1, 1), 2 / sigma / sigma, 0.0) <= klgrid_test::tol::few_roundings<double>);
  }
}

TEST_CASE("at p = q both Hessians are the Fisher information") {
  const Gaussian<double> q(0.4, 0.9);
  const GridDensity<double> on_grid(notebook_grid<double>(), q);
  const RealLineDensity<double> on_line(GaussianMixture<double>({1.0}, {0.4}, {0.9}));
  KlDerivatives<double> fisher;
  fisher.gradient.setZero();
  fisher.hessian << 1 / (0.9 * 0.9), 0, 0, 2;
  CHECK(distance(forward_kl_derivatives(on_grid, q), fisher) < tol::derivative<double>);
  CHECK(distance(reverse_kl_derivatives(q, on_grid), fisher) < tol::derivative<double>);
  CHECK(distance(forward_kl_derivatives(on_line, q), fisher) < tol::derivative<double>);
  CHECK(distance(reverse_kl_derivatives(q, on_line), fisher) < tol::derivative<double>);
}

TEST_CASE_TEMPLATE("a surface's cells are the derivatives at its points", Density, GridDensity<double>,
                   RealLineDensity<double>) {
  const auto mixture = test_mixtures<double>()[2];
  const auto p = [&] {
    if constexpr (std::is_same_v<Density, GridDensity<double>>)
      return Density(notebook_grid<double>(), mixture);
    else
      return Density(mixture);
  }();
  const auto bank = bank_for(p, ParameterMesh<double>(arange(-5.0, 5.0, 0.9), arange(0.2, 8.0, 0.7)));
  const auto forward = forward_kl_derivatives(p, bank);
  const auto reverse = reverse_kl_derivatives(bank, p);
  const auto& mesh = bank.mesh();
  REQUIRE(forward.d_mu.rows() == mesh.rows());
  REQUIRE(forward.d_mu.cols() == mesh.cols());
  for (Index i = 0; i < mesh.rows(); ++i)
    for (Index j = 0; j < mesh.cols(); ++j) {
      CAPTURE(i);
      CAPTURE(j);
      const Gaussian<double> q(mesh.mu()[j], mesh.sigma()[i]);
      const auto forward_at = forward_kl_derivatives(p, q);
      const auto reverse_at = reverse_kl_derivatives(q, p);
      CHECK(distance(forward_at, forward.at(i, j)) < tol::transformed);
      CHECK(distance(reverse_at, reverse.at(i, j)) < tol::transformed);
      CHECK(relative_error(forward.value(i, j), forward_at.value, 1.0) < tol::transformed);
      CHECK(relative_error(reverse.value(i, j), reverse_at.value, 1.0) < tol::transformed);
    }
}

TEST_CASE("on a grid: where all nodes are many sigma away, a surface's cells are the derivatives at its points") {
  const GridDensity<double> p(notebook_grid<double>(), test_mixtures<double>()[2]);
  const ParameterMesh<double> mesh(klgrid::linspace(-20.0, 20.0, 5), klgrid::linspace(0.5, 1.0, 2));
  const auto forward = forward_kl_derivatives(p, bank_for(p, mesh, 4));
  const auto reverse = reverse_kl_derivatives(bank_for(p, mesh, 4), p);
  for (Index i = 0; i < mesh.rows(); ++i)
    for (Index j = 0; j < mesh.cols(); ++j) {
      const Gaussian<double> q(mesh.mu()[j], mesh.sigma()[i]);
      CHECK(distance(forward_kl_derivatives(p, q), forward.at(i, j)) < tol::transformed);
      CHECK(distance(reverse_kl_derivatives(q, p), reverse.at(i, j)) < tol::transformed);
    }
}

// On the nodes 0 and 1, of weight 1, q is Bernoulli's, of log-odds (mu - 1/2) / sigma^2.
TEST_CASE("on two nodes: the closed forms, also of a q far off both") {
  const auto p = GridDensity<double>::from_log_values(Grid<double>({0.0, 1.0}, {1.0, 1.0}), {0.0, 0.5});
  const double p1 = 1 / (1 + std::exp(-0.5));
  // Of D as a function of the log-odds, in (mu, log sigma).
  const auto derivatives_in = [](const Gaussian<double>& q, double log_odds, double first, double second) {
    const double precision = 1 / (q.stddev() * q.stddev());
    KlDerivatives<double> d;
    const Eigen::Vector2d slope(precision, -2 * log_odds);
    d.gradient = first * slope;
    d.hessian << 0, -2 * precision, -2 * precision, 4 * log_odds;
    d.hessian = first * d.hessian + second * slope * slope.transpose();
    return d;
  };
  for (const double mu : {0.75, 10.0, 50.0, -49.0})
    for (const double sigma : {std::sqrt(std::abs(mu - 0.5)), std::sqrt(std::abs(mu - 0.5)) / 2}) {
      CAPTURE(mu);
      CAPTURE(sigma);
      const Gaussian<double> q(mu, sigma);
      const double log_odds = (mu - 0.5) / (sigma * sigma);
      const double q1 = 1 / (1 + std::exp(-log_odds)), spread = q1 * (1 - q1);
      const auto forward = derivatives_in(q, log_odds, q1 - p1, spread);
      const auto reverse =
          derivatives_in(q, log_odds, spread * (log_odds - 0.5), spread * ((1 - 2 * q1) * (log_odds - 0.5) + 1));
      const auto bank = bank_for(p, ParameterMesh<double>({mu}, {sigma}), 4);
      CHECK(distance(forward_kl_derivatives(p, q), forward) < tol::derivative<double>);
      CHECK(distance(reverse_kl_derivatives(q, p), reverse) < tol::derivative<double>);
      CHECK(distance(forward_kl_derivatives(p, bank).at(0, 0), forward) < tol::derivative<double>);
      CHECK(distance(reverse_kl_derivatives(bank, p).at(0, 0), reverse) < tol::derivative<double>);
    }
}

TEST_CASE("a bank made for any power of z serves both directions") {
  const GridDensity<double> p(notebook_grid<double>(), test_mixtures<double>()[2]);
  const ParameterMesh<double> mesh(arange(-5.0, 5.0, 2.5), arange(0.5, 8.0, 2.0));
  const auto forward = forward_kl_derivatives(p, bank_for(p, mesh, 4));
  const auto reverse = reverse_kl_derivatives(bank_for(p, mesh, 4), p);
  for (const int power : {0, 1, 2, 3}) {
    CAPTURE(power);
    const auto bank = bank_for(p, mesh, power);
    const auto of_power = forward_kl_derivatives(p, bank);
    const auto reverse_of_power = reverse_kl_derivatives(bank, p);
    for (Index i = 0; i < mesh.rows(); ++i)
      for (Index j = 0; j < mesh.cols(); ++j) {
        CHECK(distance(of_power.at(i, j), forward.at(i, j)) < tol::transformed);
        CHECK(distance(reverse_of_power.at(i, j), reverse.at(i, j)) < tol::transformed);
      }
  }
}

// With 40 digits by quadrature and differences of it (mpmath): of D(q||p) in (mu, log sigma).
TEST_CASE("a Hessian of the real line by other means") {
  const RealLineDensity<double> p(GaussianMixture<double>({0.6875, 0.3125}, {-1.25, 2.5}, {0.5, 1.75}));
  const auto d = reverse_kl_derivatives(Gaussian<double>(0.5, 1.25), p);
  CHECK(std::abs(d.gradient[0] - 0.3207226779335492) < tol::figures);
  CHECK(std::abs(d.gradient[1] + 1.179634230557874) < tol::figures);
  constexpr double of_differences = 1e-10;
  CHECK(std::abs(d.hessian(0, 0) + 0.114965907557039) < of_differences);
  CHECK(std::abs(d.hessian(0, 1) + 0.759174614300631) < of_differences);
  CHECK(std::abs(d.hessian(1, 0) + 0.759174614300631) < of_differences);
  CHECK(std::abs(d.hessian(1, 1) - 2.149216860887556) < of_differences);
  // D(p||q) = E_p[(x - mu)^2] / (2 sigma^2) + log sigma + ..., of which M is the moment over sigma^2.
  const double mean = 0.6875 * -1.25 + 0.3125 * 2.5 - 0.5;
  const double square = (0.6875 * (0.25 + 1.75 * 1.75) + 0.3125 * (1.75 * 1.75 + 4.0)) / 1.5625;
  const auto f = forward_kl_derivatives(p, Gaussian<double>(0.5, 1.25));
  CHECK(std::abs(f.gradient[0] + mean / 1.5625) < tol::figures);
  CHECK(std::abs(f.gradient[1] - (1 - square)) < tol::figures);
  CHECK(std::abs(f.hessian(0, 0) - 1 / 1.5625) < tol::figures);
  CHECK(std::abs(f.hessian(0, 1) - 2 * mean / 1.5625) < tol::figures);
  CHECK(std::abs(f.hessian(1, 1) - 2 * square) < tol::figures);
}

TEST_CASE("a mirrored p mirrors the derivatives") {
  const RealLineDensity<double> p(GaussianMixture<double>({0.7, 0.3}, {-1.2, 2.5}, {0.4, 1.7}));
  const RealLineDensity<double> mirrored(GaussianMixture<double>({0.7, 0.3}, {1.2, -2.5}, {0.4, 1.7}));
  for (const auto direction : {Direction::forward, Direction::reverse}) {
    const auto a = derivatives(direction, p, 0.8, 0.3);
    auto b = derivatives(direction, mirrored, -0.8, 0.3);
    b.gradient[0] *= -1;
    b.hessian(0, 1) *= -1;
    b.hessian(1, 0) *= -1;
    CHECK(distance(a, b) < tol::derivative<double>);
  }
}

TEST_CASE("where p is zero at a node the reverse divergence is infinite and its derivatives are given as 0") {
  Vector<double> log_p = Vector<double>::Zero(400);
  log_p[7] = -std::numeric_limits<double>::infinity();
  const auto p = GridDensity<double>::from_log_values(notebook_grid<double>(), log_p);
  const auto d = reverse_kl_derivatives(Gaussian<double>(1.0, 2.0), p);
  CHECK(d.value == std::numeric_limits<double>::infinity());
  CHECK(d.gradient.isZero(0.0));
  CHECK(d.hessian.isZero(0.0));
  const auto bank = bank_for(p, ParameterMesh<double>(arange(-1.0, 1.0, 0.5), arange(1.0, 2.0, 0.5)), 4);
  const auto surfaces = reverse_kl_derivatives(bank, p);
  CHECK((surfaces.value == std::numeric_limits<double>::infinity()).all());
  CHECK((surfaces.d_mu == 0.0).all());
  CHECK((surfaces.d_log_sigma == 0.0).all());
  CHECK((surfaces.d_mu_mu == 0.0).all());
  CHECK((surfaces.d_mu_log_sigma == 0.0).all());
  CHECK((surfaces.d_log_sigma_log_sigma == 0.0).all());
  // At a node of weight 0 it is no zero.
  Vector<double> weights = p.grid().weights();
  weights[7] = 0.0;
  const Grid<double> without(p.grid().nodes(), weights);
  const auto flat = GridDensity<double>::from_log_values(without, log_p);
  const auto same = GridDensity<double>::from_log_values(without, Vector<double>::Zero(400));
  const Gaussian<double> q(1.0, 2.0);
  CHECK(distance(reverse_kl_derivatives(q, flat), reverse_kl_derivatives(q, same)) == 0.0);
  const auto of_flat = reverse_kl_derivatives(bank_for(flat, bank.mesh(), 4), flat);
  CHECK((of_flat.d_mu == reverse_kl_derivatives(bank_for(same, bank.mesh(), 4), same).d_mu).all());
}

TEST_CASE("as many results as densities, neither fewer nor more") {
  const GridDensity<double> p(notebook_grid<double>(), Gaussian<double>(0.0, 1.0));
  const auto bank = bank_for(p, ParameterMesh<double>(arange(0.0, 1.0, 0.5), arange(1.0, 2.0, 0.5)), 4);
  using Bank = std::remove_const_t<decltype(bank)>;
  using Out = klgrid::KlDerivativeSurfaces<double>;
  Bank::Workspace workspace;
  for (const std::size_t size : {std::size_t{0}, std::size_t{2}}) {
    std::vector<Out> out(size);
    CHECK_THROWS_WITH_AS((klgrid::reverse_kl_derivatives<Bank, Out>(bank, {&p, 1}, out, workspace)),
                         doctest::Contains("reverse_kl_derivatives: out must be of the size of densities, got"),
                         std::invalid_argument);
  }
}

TEST_CASE("a density on another grid is refused") {
  const GridDensity<double> p(notebook_grid<double>(), Gaussian<double>(0.0, 1.0));
  const klgrid::NormalizedGaussianBank<double> bank(
      Grid<double>::linspace(-1.0, 1.0, 11), ParameterMesh<double>(arange(0.0, 1.0, 0.5), arange(1.0, 2.0, 0.5)));
  CHECK_THROWS_AS((void)forward_kl_derivatives(p, bank), std::invalid_argument);
  CHECK_THROWS_AS((void)reverse_kl_derivatives(bank, p), std::invalid_argument);
  // Before anything is written.
  klgrid::KlDerivativeSurfaces<double> out(1, 1);
  klgrid::NormalizedGaussianBank<double>::Workspace workspace;
  CHECK_THROWS_AS(forward_kl_derivatives(p, bank, out), std::invalid_argument);
  CHECK_THROWS_AS(reverse_kl_derivatives(bank, p, out, workspace), std::invalid_argument);
  CHECK(out.value.size() == 1);
}
