// SPDX-License-Identifier: MIT
#include "klgrid/grid/divergence.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "klgrid/divergence/integrand.hpp"
#include "support/notebook.hpp"
#include "support/notebook_port.hpp"
#include "support/reference.hpp"
#include "support/tolerances.hpp"
#include "support/values.hpp"

using klgrid::cross_entropy;
using klgrid::entropy;
using klgrid::forward_kl;
using klgrid::Gaussian;
using klgrid::Grid;
using klgrid::GridDensity;
using klgrid::Index;
using klgrid::reverse_kl;
using klgrid_test::relative_error;
using klgrid_test::vector;
namespace tol = klgrid_test::tol;

namespace {

// A swapped call does not compile, a call in the order of the formula does.
template <class A, class B>
concept ForwardKl = requires(const A& a, const B& b) {
  klgrid::forward_kl(a, b);
};
template <class A, class B>
concept ReverseKl = requires(const A& a, const B& b) {
  klgrid::reverse_kl(a, b);
};
static_assert(ForwardKl<GridDensity<double>, Gaussian<double>>);
static_assert(!ForwardKl<Gaussian<double>, GridDensity<double>>);
static_assert(ReverseKl<Gaussian<double>, GridDensity<double>>);
static_assert(!ReverseKl<GridDensity<double>, Gaussian<double>>);
static_assert(!ForwardKl<GridDensity<double>, Gaussian<float>>, "scalars do not mix silently");

/// Wide and fine enough that sums over it are integrals over the real line, to the last digit of a long double.
template <class T>
Grid<T> wide_grid() {
  return Grid<T>::arange(T(-40), T(40), T(0.0625));
}

template <class T>
struct Pair {
  Gaussian<T> p, q;
};

template <class T>
std::vector<Pair<T>> pairs() {
  return {{{T(0), T(1)}, {T(0), T(2)}},
          {{T(-2), T(0.5)}, {T(1), T(1.5)}},
          {{T(3), T(2)}, {T(2.5), T(0.75)}},
          {{T(1), T(1)}, {T(-1), T(1)}}};
}

/// D(N(m0, s0^2) || N(m1, s1^2)) = log(s1/s0) + (s0^2 + (m0 - m1)^2) / (2 s1^2) - 1/2 on the real line.
template <class T>
T kl_of_gaussians(const Gaussian<T>& a, const Gaussian<T>& b) {
  const T shift = a.mean() - b.mean();
  return std::log(b.stddev() / a.stddev()) + (a.stddev() * a.stddev() + shift * shift) / (2 * b.stddev() * b.stddev()) -
         T(0.5);
}

}  // namespace

TEST_CASE("a pair: of weights so small that p is large, D(p||q) is as large as it should be, and finite") {
  const Grid<double> grid(vector<double>({0.0, 8.0}), vector<double>({1e-108, 1e-108}));
  const auto p = GridDensity<double>::from_log_values(grid, vector<double>({0.0, 0.0}));
  const double z = 8.0 / 1e-100;  // q has all of its mass at the first node
  CHECK(relative_error(forward_kl(p, Gaussian<double>(0.0, 1e-100)), z * z / 4, 0.0) < tol::divergence<double>);
}

TEST_CASE_TEMPLATE("divergence: two Gaussians, by the closed form", T, float, double, long double) {
  for (const auto& [a, b] : pairs<T>()) {
    const GridDensity<T> p(wide_grid<T>(), a);
    CHECK(relative_error(forward_kl(p, b), kl_of_gaussians(a, b), T(1)) <= tol::divergence<T>);
    CHECK(relative_error(reverse_kl(b, p), kl_of_gaussians(b, a), T(1)) <= tol::divergence<T>);
  }
}

TEST_CASE_TEMPLATE("divergence: zero at p = q, positive elsewhere (Gibbs)", T, float, double, long double) {
  const auto grid = klgrid_test::notebook_grid<T>();
  for (const auto& [a, b] : pairs<T>()) {
    const GridDensity<T> p(grid, a);
    // Both are computed alike, so d = log q - log p is zero, or a rounding whose square counts.
    CHECK(forward_kl(p, a) >= T(0));
    CHECK(forward_kl(p, a) <= tol::node_sum<T> * tol::node_sum<T>);
    CHECK(reverse_kl(a, p) >= T(0));
    CHECK(reverse_kl(a, p) <= tol::node_sum<T> * tol::node_sum<T>);
    CHECK(forward_kl(p, b) > T(0.1));
    CHECK(reverse_kl(b, p) > T(0.1));
  }
}

TEST_CASE_TEMPLATE("divergence: near p = q the relative accuracy stays", T, float, double, long double) {
  for (const T delta : {T(1e-2), T(1e-3), std::sqrt(std::numeric_limits<T>::epsilon())}) {
    CAPTURE(delta);
    const GridDensity<T> p(wide_grid<T>(), Gaussian<T>(T(0), T(1)));
    // Means apart by delta: delta^2 / 2 both ways. The difference is taken of what T holds, delta or not.
    const Gaussian<T> shifted(delta, T(1));
    CHECK(relative_error(forward_kl(p, shifted), delta * delta / 2, T(0)) <= tol::near_equality(delta));
    CHECK(relative_error(reverse_kl(shifted, p), delta * delta / 2, T(0)) <= tol::near_equality(delta));
    // Widths apart by a factor s = 1 + u: (e^t - 1 - t) / 2 with t = -2 log s forward and t = 2 log s reverse.
    const T s = T(1) + delta;
    const Gaussian<T> widened(T(0), s);
    const T t = 2 * std::log1p(s - T(1));
    const auto remainder = [](T x) {  // the series, the smallest term first: twenty reach beyond 113 bits
      T sum = 0;
      for (int n = 22; n > 2; --n) sum = (sum + 1) * x / T(n);
      return (sum + 1) * x * x / 2;
    };
    CHECK(relative_error(forward_kl(p, widened), remainder(-t) / 2, T(0)) <= tol::near_equality(delta));
    CHECK(relative_error(reverse_kl(widened, p), remainder(t) / 2, T(0)) <= tol::near_equality(delta));
  }
}

TEST_CASE_TEMPLATE("divergence: an entropy and a cross-entropy", T, float, double, long double) {
  const auto grid = klgrid_test::notebook_grid<T>();
  for (const auto& entry : klgrid_test::mixtures<T>()) {
    const auto& name = entry.first;
    const auto& mixture = entry.second;
    CAPTURE(name);
    const GridDensity<T> p(grid, mixture);
    for (const Gaussian<T>& q : {Gaussian<T>(T(0.5), T(1)), Gaussian<T>(T(-4), T(0.25)), Gaussian<T>(T(5), T(9))}) {
      // Relative to the larger of the two terms, where the rounding is.
      const T forward = cross_entropy(p, q), reverse = cross_entropy(q, p);
      CHECK(std::abs(forward_kl(p, q) - (forward - entropy(p))) <= tol::divergence<T> * (1 + std::abs(forward)));
      CHECK(std::abs(reverse_kl(q, p) - (reverse - entropy(q, grid))) <= tol::divergence<T> * (1 + std::abs(reverse)));
    }
  }
}

TEST_CASE_TEMPLATE("divergence: entropies of Gaussians on a wide grid", T, float, double, long double) {
  for (const auto& [a, b] : pairs<T>()) {
    const GridDensity<T> p(wide_grid<T>(), a);
    CHECK(relative_error(entropy(p), a.entropy(), T(1)) <= tol::divergence<T>);
    CHECK(relative_error(entropy(b, wide_grid<T>()), b.entropy(), T(1)) <= tol::divergence<T>);
    CHECK(relative_error(cross_entropy(p, b), a.entropy() + kl_of_gaussians(a, b), T(1)) <= tol::divergence<T>);
    CHECK(relative_error(cross_entropy(b, p), b.entropy() + kl_of_gaussians(b, a), T(1)) <= tol::divergence<T>);
  }
}

TEST_CASE_TEMPLATE("divergence: by hand on two nodes", T, float, double, long double) {
  // q = (1/2, 1/2) by symmetry, p = (1/4, 3/4): D(p||q) = log 2 - H(p), D(q||p) = log(2 / sqrt 3).
  const Grid<T> grid(vector<T>({-1, 1}), vector<T>({1, 1}));
  const auto p = GridDensity<T>::from_log_values(grid, vector<T>({0, std::log(T(3))}));
  const Gaussian<T> q(T(0), T(1));
  const T forward = std::log(T(0.5)) + T(0.75) * std::log(T(3));
  CHECK(relative_error(forward_kl(p, q), forward, T(1)) <= tol::few_roundings<T>);
  CHECK(relative_error(reverse_kl(q, p), std::log(2 / std::sqrt(T(3))), T(1)) <= tol::few_roundings<T>);
}

TEST_CASE_TEMPLATE("divergence: where p is zero, 0 log 0 = 0 forward and +inf in reverse", T, float, double,
                   long double) {
  const T infinity = std::numeric_limits<T>::infinity();
  const Grid<T> grid(vector<T>({-1, 1, 3}), vector<T>({1, 1, 1}));
  const auto p = GridDensity<T>::from_log_values(grid, vector<T>({0, 0, -infinity}));
  const Gaussian<T> q(T(1), T(1));
  // With e = exp(-2): q = (e, 1, e) / (1 + 2 e), p = (1/2, 1/2, 0), so D(p||q) = log(1 + 2 e) + 1 - log 2.
  CHECK(relative_error(forward_kl(p, q), std::log1p(2 * std::exp(T(-2))) + 1 - std::log(T(2)), T(1)) <=
        tol::few_roundings<T>);
  CHECK(reverse_kl(q, p) == infinity);
  CHECK(cross_entropy(q, p) == infinity);
  CHECK(std::isfinite(cross_entropy(p, q)));
  // All of q at one node, log q = -inf at the others: where p is zero that does not matter.
  const Gaussian<T> narrow(T(-1), (std::numeric_limits<T>::min)());
  const auto at_one = GridDensity<T>::from_log_values(grid, vector<T>({0, -infinity, -infinity}));
  CHECK(cross_entropy(at_one, narrow) == T(0));
  CHECK(forward_kl(at_one, narrow) == T(0));
  CHECK(cross_entropy(p, narrow) == infinity);
}

TEST_CASE("divergence: where p is zero, +inf in reverse also where q is below every number") {
  const auto grid = Grid<double>::arange(-10.0, 10.0, 0.05);
  const GridDensity<double> p(grid, [](double x) { return x > 8 ? -std::numeric_limits<double>::infinity() : 0.0; });
  const Gaussian<double> q(-5.0, 0.01);
  REQUIRE(GridDensity<double>(grid, q).pdf()[399] == 0);
  CHECK(reverse_kl(q, p) == std::numeric_limits<double>::infinity());
  CHECK(cross_entropy(q, p) == std::numeric_limits<double>::infinity());
}

TEST_CASE_TEMPLATE("divergence: a node of weight zero takes no part", T, float, double, long double) {
  const T infinity = std::numeric_limits<T>::infinity();
  const Grid<T> with(vector<T>({-1, 0, 1, 2}), vector<T>({1, 0, 2, 1}));
  const Grid<T> without(vector<T>({-1, 1, 2}), vector<T>({1, 2, 1}));
  const auto p = GridDensity<T>::from_log_values(with, vector<T>({0, -infinity, 1, 0}));
  const auto expected = GridDensity<T>::from_log_values(without, vector<T>({0, 1, 0}));
  for (const T stddev : {T(0.0078125), T(1)}) {  // at the first, q would live at the excluded node alone
    const Gaussian<T> q(T(0.125), stddev);
    CHECK(relative_error(forward_kl(p, q), forward_kl(expected, q), T(1)) <= tol::divergence<T>);
    CHECK(relative_error(reverse_kl(q, p), reverse_kl(q, expected), T(1)) <= tol::divergence<T>);
    CHECK(relative_error(cross_entropy(q, p), cross_entropy(q, expected), T(1)) <= tol::divergence<T>);
    CHECK(relative_error(cross_entropy(p, q), cross_entropy(expected, q), T(1)) <= tol::divergence<T>);
  }
}

TEST_CASE_TEMPLATE("divergence: densities that underflow have finite divergences", T, float, double, long double) {
  const GridDensity<T> p(klgrid_test::notebook_grid<T>(), klgrid_test::mixtures<T>().at("narrow"));
  for (const Gaussian<T>& q : {Gaussian<T>(T(-5), T(0.1)), Gaussian<T>(T(4.9), T(0.1)), Gaussian<T>(T(0), T(9.9))}) {
    // Plain sums in extended precision, of the logarithms that p and q have on the grid.
    const GridDensity<T> q_on_grid(p.grid(), q);
    long double forward = 0, reverse = 0;
    for (Index i = 0; i < p.grid().size(); ++i) {
      const long double log_p = p.log_pdf()[i], log_q = q_on_grid.log_pdf()[i], weight = p.grid().weights()[i];
      forward += weight * std::exp(log_p) * (log_p - log_q);
      reverse += weight * std::exp(log_q) * (log_q - log_p);
    }
    // Each logarithm is right to a rounding of its own size, which for the nodes that count is about that of the sum.
    CHECK(relative_error(forward_kl(p, q), static_cast<T>(forward), T(1)) <= tol::divergence<T>);
    CHECK(relative_error(reverse_kl(q, p), static_cast<T>(reverse), T(1)) <= tol::divergence<T>);
    CHECK(forward > 1);
    CHECK(reverse > 1);
  }
}

TEST_CASE("divergence: the pair of numbers in the notebook's title") {
  // q is normalised on the grid, as scipy's entropy does. Where the notebook prints inf because its p underflows to
  // zero, ours is finite: log p does not underflow.
  const klgrid_test::Table table("notebook_title.csv");
  const auto mixtures = klgrid_test::mixtures<double>();
  const auto grid = klgrid_test::notebook_grid();
  int infinite = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::string name = table.text(i, "name");
    const double mu = table.get<double>(i, "mu"), sigma = table.get<double>(i, "sigma");
    CAPTURE(name);
    CAPTURE(mu);
    CAPTURE(sigma);
    const GridDensity<> p(grid, mixtures.at(name));
    const Gaussian<> q(mu, sigma);
    CHECK(relative_error(forward_kl(p, q), table.get<double>(i, "entropy_p_q"), 1.0) <= tol::figures);
    const double printed = table.get<double>(i, "entropy_q_p");
    if (std::isfinite(printed)) {
      CHECK(relative_error(reverse_kl(q, p), printed, 1.0) <= tol::figures);
    } else {
      ++infinite;
      CHECK(std::isfinite(reverse_kl(q, p)));
    }
  }
  CHECK(infinite == 5);  // those of the mixture `narrow`
}

TEST_CASE("divergence: the port of the notebook prints the title's numbers, inf included") {
  const klgrid_test::Table table("notebook_title.csv");
  const auto x = klgrid_test::to_std(klgrid_test::notebook_grid().nodes());
  klgrid_test::NotebookPort port(x, {0.0}, {1.0}, 0.05);
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::string name = table.text(i, "name");
    CAPTURE(name);
    const auto p = klgrid_test::mixtures<double>().at(name);
    port.compute_kl(klgrid_test::to_std(p.weights()), klgrid_test::to_std(p.means()), klgrid_test::to_std(p.stddevs()));
    std::vector<double> y;
    for (const double node : x)
      y.push_back(klgrid_test::norm_pdf(node, table.get<double>(i, "mu"), table.get<double>(i, "sigma")));
    CHECK(relative_error(klgrid_test::entropy(port.y_ref, y), table.get<double>(i, "entropy_p_q"), 1.0) <=
          tol::notebook_port);
    CHECK(relative_error(klgrid_test::entropy(y, port.y_ref), table.get<double>(i, "entropy_q_p"), 1.0) <=
          tol::notebook_port);
  }
}

TEST_CASE("divergence: the integrands sum to the divergences, and show on which side each is paid") {
  const GridDensity<> p(klgrid_test::notebook_grid(), klgrid_test::mixtures<double>().at("equal"));
  const Gaussian<> q(1.5, 2.0);
  const GridDensity<> q_on_grid(p.grid(), q);
  double forward = 0, reverse = 0;
  for (Index i = 0; i < p.grid().size(); ++i) {
    const double log_p = p.log_pdf()[i], log_q = q_on_grid.log_pdf()[i];
    const double p_part = klgrid::relative_entropy_integrand(log_p, log_q);
    const double q_part = klgrid::relative_entropy_integrand(log_q, log_p);
    CHECK((p_part < 0) == (log_p < log_q));
    CHECK(p_part * q_part <= 0);
    forward += p.grid().weights()[i] * p_part;
    reverse += p.grid().weights()[i] * q_part;
  }
  CHECK(relative_error(forward, forward_kl(p, q), 1.0) <= tol::figures);
  CHECK(relative_error(reverse, reverse_kl(q, p), 1.0) <= tol::figures);
}

TEST_CASE("divergence: an integrand is 0 where its density is zero, and infinite where only the other one is") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  CHECK(klgrid::relative_entropy_integrand(-infinity, -1.0) == 0);
  CHECK(klgrid::relative_entropy_integrand(-infinity, -infinity) == 0);
  CHECK(klgrid::relative_entropy_integrand(-1e5, 3.0) == 0);
  CHECK(klgrid::relative_entropy_integrand(-1.0, -infinity) == infinity);
  CHECK(klgrid::relative_entropy_integrand(0.0, -2.0) == 2);
}
