// SPDX-License-Identifier: MIT
#include "klgrid/line/divergence.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "support/largest_error.hpp"
#include "support/reference.hpp"
#include "support/tolerances.hpp"
#include "support/values.hpp"

using klgrid::cross_entropy;
using klgrid::entropy;
using klgrid::forward_kl;
using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Index;
using klgrid::RealLineDensity;
using klgrid::reverse_kl;
using klgrid::Vector;
using klgrid_test::numbers;
using klgrid_test::relative_error;
using klgrid_test::Table;
using klgrid_test::vector;
namespace tol = klgrid_test::tol;

namespace {

// A swapped call does not compile, a call in the order of the formula does.
template <class A, class B>
concept ForwardKl = requires(const A& a, const B& b) {
  forward_kl(a, b);
};
template <class A, class B>
concept ReverseKl = requires(const A& a, const B& b) {
  reverse_kl(a, b);
};
static_assert(ForwardKl<RealLineDensity<double>, Gaussian<double>>);
static_assert(ForwardKl<GaussianMixture<double>, Gaussian<double>>);
static_assert(!ForwardKl<Gaussian<double>, GaussianMixture<double>>);
static_assert(ReverseKl<Gaussian<double>, RealLineDensity<double>>);
static_assert(ReverseKl<Gaussian<double>, GaussianMixture<double>>);
static_assert(!ReverseKl<GaussianMixture<double>, Gaussian<double>>);
static_assert(!ForwardKl<GaussianMixture<double>, Gaussian<float>>, "scalars do not mix silently");

/// The promise for T: relative, absolute below one. 1e-12 for double is 4500 roundings, which components 1000 standard
/// deviations away need: their positions are rounded at that distance.
template <class T>
constexpr T promise() {
  return T(4500) * std::numeric_limits<T>::epsilon();
}

/// What a divergence near p = q keeps, however small: the promise in double.
constexpr double near_equality = 1e-10;

/// Error bounds are of use only if they are small themselves: at most a few times the promise.
constexpr double largest_bound = 4e-12;

template <class T>
struct Line {
  std::string name;
  RealLineDensity<T> p;
  Gaussian<T> q;
};

template <class T>
Line<T> line(const Table& table, std::size_t row) {
  const auto cast = [&](const char* column) {
    return Vector<T>(numbers<double>(table.text(row, column)).template cast<T>());
  };
  return {table.text(row, "name"),
          RealLineDensity<T>(GaussianMixture<T>(cast("weights"), cast("means"), cast("stddevs"))),
          Gaussian<T>(static_cast<T>(table.get<double>(row, "mu")), static_cast<T>(table.get<double>(row, "sigma")))};
}

/// Both divergences, H(p), and the bounds on their errors.
template <class T>
struct Values {
  T forward, reverse, entropy;
  T forward_error, reverse_error, entropy_error;

  explicit Values(const Line<T>& pair)
      : forward(forward_kl(pair.p, pair.q, &forward_error)),
        reverse(reverse_kl(pair.q, pair.p, &reverse_error)),
        entropy(klgrid::entropy(pair.p, &entropy_error)) {}
};

/// Near p = q, in double: the bounds on the errors of both divergences hold against long double, and are small.
void check_bounds(const GaussianMixture<double>& p, const Gaussian<double>& q) {
  const auto wide = [](const Vector<double>& values) { return Vector<long double>(values.cast<long double>()); };
  const GaussianMixture<long double> wide_p(wide(p.weights()), wide(p.means()), wide(p.stddevs()));
  const Gaussian<long double> wide_q(q.mean(), q.stddev());
  const auto check = [](double value, double bound, long double truth) {
    CHECK(std::abs(static_cast<double>(static_cast<long double>(value) - truth)) <= bound);
    CHECK(bound <= near_equality * value);
  };
  double bound = 0;
  const double forward = forward_kl(p, q, &bound);
  check(forward, bound, forward_kl(wide_p, wide_q));
  const double reverse = reverse_kl(q, p, &bound);
  check(reverse, bound, reverse_kl(wide_q, wide_p));
}

}  // namespace

TEST_CASE_TEMPLATE("real line: both divergences of the reference figures", T, float, double, long double) {
  const auto mixtures = klgrid_test::mixtures<T>();
  const Table table("line_truth.csv");
  // The figures belong to parameters in double, which float rounds: a relative change of eps in sigma = 0.1 moves a
  // divergence of (6/0.1)^2 / 2 by about as much, so relative to the value a few dozen roundings.
  const T tolerance = promise<T>();
  for (std::size_t i = 0; i < table.size(); ++i) {
    const Gaussian<T> q(static_cast<T>(table.get<double>(i, "mu")), static_cast<T>(table.get<double>(i, "sigma")));
    const auto& p = mixtures.at(table.text(i, "name"));
    CAPTURE(table.text(i, "name"));
    CAPTURE(q.mean());
    CAPTURE(q.stddev());
    CHECK(relative_error(forward_kl(p, q), table.get<T>(i, "forward_kl"), T(1)) < tolerance);
    CHECK(relative_error(reverse_kl(q, p), table.get<T>(i, "reverse_kl"), T(1)) < tolerance);
  }
}

// line_random.csv: random mixtures of 1 to 50 components, and extremes: narrow components, equal ones, crossings far in
// the tails, weight 1e-300, components 1000 standard deviations away, spikes, and p near q.
TEST_CASE_TEMPLATE("real line: random and extreme mixtures against 113-bit quadrature", T, double, long double) {
  const Table table("line_random.csv");
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto pair = line<T>(table, i);
    const Values<T> values(pair);
    CAPTURE(pair.name);
    CAPTURE(pair.q.mean());
    CAPTURE(pair.q.stddev());
    const T forward = table.get<T>(i, "forward_kl");
    const T reverse = table.get<T>(i, "reverse_kl");
    const T h = table.get<T>(i, "entropy");
    CHECK(relative_error(values.forward, forward, T(1)) < promise<T>());
    CHECK(relative_error(values.reverse, reverse, T(1)) < promise<T>());
    CHECK(relative_error(values.entropy, h, T(1)) < promise<T>());
    CHECK(std::abs(values.forward - forward) <= values.forward_error);
    CHECK(std::abs(values.reverse - reverse) <= values.reverse_error);
    CHECK(std::abs(values.entropy - h) <= values.entropy_error);
    if (std::is_same_v<T, double>) {
      CHECK(relative_error(values.forward_error, T(0), std::max(T(1), forward)) < largest_bound);
      CHECK(relative_error(values.reverse_error, T(0), std::max(T(1), reverse)) < largest_bound);
      CHECK(relative_error(values.entropy_error, T(0), std::max(T(1), std::abs(h))) < largest_bound);
    }
  }
}

TEST_CASE("real line: near p = q a divergence keeps its digits, down to 1e-20 and below") {
  const Table table("line_random.csv");
  constexpr double smallest = 1e-36;  // where the figures themselves end: they were made to 1e-36 absolutely
  double least = 1;
  klgrid_test::LargestError largest;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table.text(i, "name").rfind("near", 0) != 0) continue;
    const auto pair = line<double>(table, i);
    const double forward = table.get<double>(i, "forward_kl");
    const double reverse = table.get<double>(i, "reverse_kl");
    CAPTURE(pair.name);
    CAPTURE(forward);
    const auto relative = [&](double value, double truth) {
      return std::abs(value - truth) / (truth + smallest / near_equality);
    };
    CHECK(largest(relative(forward_kl(pair.p, pair.q), forward)) <= near_equality);
    CHECK(largest(relative(reverse_kl(pair.q, pair.p), reverse)) <= near_equality);
    least = std::min(least, reverse);
  }
  CHECK(least < 1e-20);
}

// D(N(m0,s0) || N(m1,s1)) = log(s1/s0) + (s0^2 + (m0 - m1)^2) / (2 s1^2) - 1/2
TEST_CASE("real line: the bounds hold where a component of next to no weight is wider than q") {
  struct Case {
    double weight, offset, ratio;  // of the faint component, in stddevs of q
  };
  for (const Case& faint : {Case{1e-12, -1.5, 1.227}, Case{1e-14, 3.0, 1.09}, Case{1e-11, -2.5, 1.176},
                            Case{1e-8, 0.4, 1.4}, Case{1e-12, 0.2, 1.866}, Case{1e-13, -3.0, 1.015}}) {
    CAPTURE(faint.weight);
    CAPTURE(faint.ratio);
    const double stddev = 0.75;
    check_bounds(GaussianMixture<double>({1 - faint.weight, faint.weight}, {2.0, 2.0 + faint.offset * stddev},
                                         {stddev, faint.ratio * stddev}),
                 Gaussian<double>(2.0, stddev));
  }
}

TEST_CASE("real line: the bounds hold for a q however narrow, whose entropy is large") {
  const RealLineDensity<double> p(GaussianMixture<double>({1.0}, {0.0}, {1.0}));
  for (int i = 0; i < 60; ++i) {
    const double stddev = 1e-300 * (1 + i / 7.0);
    double error = 0;
    const double value = reverse_kl(Gaussian<double>(0.0, stddev), p, &error);
    CHECK(std::abs(value - (-std::log(static_cast<long double>(stddev)) - 0.5L)) <= error);
    CHECK(error < largest_bound * value);
  }
}

TEST_CASE("real line: the bounds hold for a mixture of two similar components and the Gaussian fitted to it") {
  std::mt19937_64 random(20240229);
  const auto uniform = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  };
  for (int i = 0; i < 500; ++i) {
    const double weight = uniform(0.01, 0.99);
    const GaussianMixture<double> p({weight, 1 - weight}, {uniform(-0.5, 0.5), uniform(-0.5, 0.5)},
                                    {uniform(0.7, 1.4), uniform(0.7, 1.4)});
    CAPTURE(i);
    check_bounds(p, klgrid::Gaussian<double>(p.mean(), std::sqrt(p.variance())));
  }
}

TEST_CASE_TEMPLATE("real line: one component has the closed form of two Gaussians", T, float, double, long double) {
  const auto closed_form = [](const Gaussian<T>& a, const Gaussian<T>& b) {
    const T ratio = a.stddev() / b.stddev();
    const T distance = (a.mean() - b.mean()) / b.stddev();
    return (ratio * ratio + distance * distance - T(1)) / T(2) - std::log(ratio);
  };
  for (const T mean : {T(-4), T(0), T(0.5)})
    for (const T stddev : {T(0.125), T(1), T(8)}) {
      const Gaussian<T> q(T(0.25), T(1.5));
      const GaussianMixture<T> p({T(1)}, {mean}, {stddev});
      const Gaussian<T> p_gaussian(mean, stddev);
      CHECK(relative_error(forward_kl(p, q), closed_form(p_gaussian, q), T(1)) < tol::divergence<T>);
      CHECK(relative_error(reverse_kl(q, p), closed_form(q, p_gaussian), T(1)) < tol::divergence<T>);
      CHECK(relative_error(entropy(p), p_gaussian.entropy(), T(1)) < tol::divergence<T>);
    }
}

TEST_CASE_TEMPLATE("real line: a divergence is zero where q is p, and nowhere else", T, float, double, long double) {
  const Gaussian<T> q(T(0.3), T(1.7));
  const GaussianMixture<T> p({T(0.25), T(0.75)}, {q.mean(), q.mean()}, {q.stddev(), q.stddev()});
  CHECK(forward_kl(p, q) == T(0));
  CHECK(reverse_kl(q, p) == T(0));
  const Gaussian<T> other(q.mean(), q.stddev() * (T(1) + std::numeric_limits<T>::epsilon()));
  CHECK(forward_kl(p, other) > T(0));
  CHECK(reverse_kl(other, p) > T(0));
}

TEST_CASE("real line: a divergence is a cross-entropy less an entropy") {
  const RealLineDensity<double> p(GaussianMixture<double>({0.3, 0.7}, {-3, 3}, {0.1, 2}));
  for (const double sigma : {0.05, 1.0, 20.0}) {
    const Gaussian<double> q(1, sigma);
    CHECK(relative_error(forward_kl(p, q), cross_entropy(p, q) - entropy(p), 1.0) < tol::divergence<double>);
    CHECK(relative_error(reverse_kl(q, p), cross_entropy(q, p) - q.entropy(), 1.0) < tol::divergence<double>);
  }
}

TEST_CASE("real line: near p = q a tail of q beyond all of p counts") {
  const RealLineDensity<double> p(GaussianMixture<double>({0.5, 0.5}, {-0.69, 0.69}, {0.724, 0.724}));
  const Gaussian<double> q(0.0, 1.0);
  const double divergence = reverse_kl(q, p);
  CHECK(divergence < klgrid::detail::close);
  CHECK(std::abs(divergence - (cross_entropy(q, p) - q.entropy())) < tol::divergence<double>);
}

TEST_CASE("real line: a mixture and the density made of it give the same numbers") {
  const GaussianMixture<double> mixture({0.3, 0.7}, {-3, 3}, {0.1, 2});
  const RealLineDensity<double> p(mixture);
  const Gaussian<double> q(1, 0.75);
  double errors[2];
  CHECK(forward_kl(mixture, q, &errors[0]) == forward_kl(p, q, &errors[1]));
  CHECK(errors[0] == errors[1]);
  CHECK(reverse_kl(q, mixture, &errors[0]) == reverse_kl(q, p, &errors[1]));
  CHECK(errors[0] == errors[1]);
  CHECK(cross_entropy(mixture, q, &errors[0]) == cross_entropy(p, q, &errors[1]));
  CHECK(errors[0] == errors[1]);
  CHECK(cross_entropy(q, mixture, &errors[0]) == cross_entropy(q, p, &errors[1]));
  CHECK(errors[0] == errors[1]);
  CHECK(entropy(mixture, &errors[0]) == entropy(p, &errors[1]));
  CHECK(errors[0] == errors[1]);
}

TEST_CASE("real line: the bounds on the errors of entropies and cross-entropies hold, and are small") {
  // In long double the same parameters, times a unit that is a power of two and leaves a logarithm to be added.
  for (const double unit : {1.0, 0x1p-400, 0x1p400}) {
    const GaussianMixture<double> p({0.25, 0.75}, {-3 * unit, 2.5 * unit}, {0.125 * unit, 1.5 * unit});
    const GaussianMixture<long double> wide({0.25L, 0.75L}, {-3.0L * unit, 2.5L * unit}, {0.125L * unit, 1.5L * unit});
    for (const double sigma : {0.01, 0.7, 40.0}) {
      const Gaussian<double> q(0.5 * unit, sigma * unit);
      const Gaussian<long double> wide_q(q.mean(), q.stddev());
      double bounds[3];
      const double values[] = {entropy(p, &bounds[0]), cross_entropy(p, q, &bounds[1]),
                               cross_entropy(q, p, &bounds[2])};
      const long double truth[] = {entropy(wide), cross_entropy(wide, wide_q), cross_entropy(wide_q, wide)};
      for (int i = 0; i < 3; ++i) {
        CAPTURE(i);
        CHECK(static_cast<double>(std::abs(values[i] - truth[i])) <= bounds[i]);
        // At least the rounding of what is added up, at most a few times the promise.
        CHECK(bounds[i] >= std::numeric_limits<double>::epsilon() * std::abs(values[i]));
        CHECK(bounds[i] <= largest_bound * std::max(1.0, std::abs(values[i])));
      }
    }
  }
}

TEST_CASE("real line: the bound on D(q||p) counts what the rule leaves where zeros of p are near the line") {
  // Some 41 roundings; those of the terms alone are fewer.
  struct {
    double means[2], stddevs[2], mu, sigma;
  } const pairs[] = {{{-0.227, -1.48}, {1.8, 0.598}, -0.486, 0.422}, {{-2.85, -3.54}, {0.757, 0.243}, -3.12, 0.164}};
  for (const auto& [means, stddevs, mu, sigma] : pairs) {
    const GaussianMixture<double> p({0.75, 0.25}, {means[0], means[1]}, {stddevs[0], stddevs[1]});
    const GaussianMixture<long double> wide({0.75L, 0.25L}, {means[0], means[1]}, {stddevs[0], stddevs[1]});
    double bound = 0;
    const double value = reverse_kl(Gaussian<double>(mu, sigma), p, &bound);
    const long double truth = reverse_kl(Gaussian<long double>(mu, sigma), wide);
    CHECK(static_cast<double>(std::abs(value - truth)) <= bound);
    CHECK(bound <= 1e-12 / 20);  // of the promise
  }
}

TEST_CASE("real line: far from 0 the second moment counts every digit of the mean") {
  const GaussianMixture<double> p({0.5, 0.5}, {1e8 - 1.3, 1e8 + 1.7}, {1e-3, 1e-3});
  const Gaussian<double> q(1e8 + 0.25, 1e-3);
  long double square = 0;
  for (Index k = 0; k < 2; ++k) {
    const long double distance = (static_cast<long double>(p.means()[k]) - q.mean()) / q.stddev();
    square += (distance * distance + 1) / 2;
  }
  const long double truth = square / 2 - q.log_pdf(q.mean());
  CHECK(relative_error(cross_entropy(p, q), static_cast<double>(truth), 1.0) < 1e-14);
}

TEST_CASE_TEMPLATE("real line: components at one place, the narrowest beside its distance from 0, are one Gaussian", T,
                   float, double, long double) {
  const T place = T(58849);
  const T stddev = T(32) * std::numeric_limits<T>::epsilon() * std::numeric_limits<T>::epsilon() * place;
  for (int first = 1; first < 20; ++first) {  // weights whose rounded sum with the means is off
    CAPTURE(first);
    const RealLineDensity<T> p(GaussianMixture<T>::normalized(
        Vector<T>::LinSpaced(5, T(1), T(first + 1)), Vector<T>::Constant(5, place), Vector<T>::Constant(5, stddev)));
    const Gaussian<T> q(place, T(2) * stddev);
    T bound = 0;
    CHECK(std::abs(forward_kl(p, q, &bound) - T(0.318147180559945309417L)) <= bound);
    CHECK(bound <= T(largest_bound / 1e-12) * promise<T>());
  }
}

TEST_CASE("real line: near p = q a component of next to no weight, however far off, is counted as it should") {
  // D(q||p) = -log(1 - w): where q is, p is (1 - w) q.
  constexpr double w = 1e-9;
  const RealLineDensity<double> p(GaussianMixture<double>({1 - w, w}, {0.0, 1e4}, {1.0, 1.0}));
  const Gaussian<double> q(0.0, 1.0);
  CHECK(relative_error(reverse_kl(q, p), -std::log1p(-w), 0.0) < near_equality);
  CHECK(relative_error(reverse_kl_terms(q, p).value, -std::log1p(-w), 0.0) < near_equality);
  // D(p||q): there p log(p/q) = w (log w + 1e8 / 2) but for w in the mean of z^2.
  const double forward = (1 - w) * std::log1p(-w) + w * (std::log(w) + 5e7);
  CHECK(relative_error(forward_kl(p, q), forward, 1.0) < tol::divergence<double>);
}

TEST_CASE("real line: near p = q a component so wide that squares of its z are out of range costs its weight") {
  for (const double weight : {1e-14, 1e-4}) {
    const auto p = GaussianMixture<double>::normalized({1.0, weight}, {1.0, -2.0}, {1.5, 1e240});
    double error = -1;
    const double d = reverse_kl(Gaussian<double>(1.0, 1.5), p, &error);
    CHECK(relative_error(d, std::log1p(weight), 0.0) < near_equality);
    CHECK((error > 0.0 && error < 1e-10 * d));
    CHECK(forward_kl(p, Gaussian<double>(1.0, 1.5)) == std::numeric_limits<double>::infinity());
  }
}

TEST_CASE("real line: shifting p and q together changes nothing") {
  // Powers of two, so that the shifted parameters are the same numbers.
  const auto pair = [](double shift) {
    return std::pair(
        RealLineDensity<double>(GaussianMixture<double>({0.25, 0.75}, {-3 + shift, 2.5 + shift}, {0.125, 1.5})),
        Gaussian<double>(0.5 + shift, 0.75));
  };
  const auto [p, q] = pair(0);
  const auto [far_p, far_q] = pair(0x1p20);
  CHECK(relative_error(forward_kl(far_p, far_q), forward_kl(p, q), 1.0) < tol::divergence<double>);
  CHECK(relative_error(reverse_kl(far_q, far_p), reverse_kl(q, p), 1.0) < tol::divergence<double>);
}

TEST_CASE("real line: a change of unit or of direction changes no divergence") {
  const GaussianMixture<double> p({0.25, 0.75}, {-3, 2.5}, {0.125, 1.5});
  const Gaussian<double> q(0.5, 0.75);
  for (const double unit : {-1.0, 1e-6, 1e6, 1e40}) {
    const GaussianMixture<double> scaled({0.25, 0.75}, {-3 * unit, 2.5 * unit},
                                         {0.125 * std::abs(unit), 1.5 * std::abs(unit)});
    const Gaussian<double> scaled_q(0.5 * unit, 0.75 * std::abs(unit));
    const double size = 1 + std::abs(std::log(std::abs(unit)));  // of the entropies whose difference it is
    CHECK(relative_error(forward_kl(scaled, scaled_q), forward_kl(p, q), size) < tol::divergence<double>);
    CHECK(relative_error(reverse_kl(scaled_q, scaled), reverse_kl(q, p), size) < tol::divergence<double>);
  }
}

TEST_CASE("real line: components of weight zero, split or in another order are the same density") {
  const Gaussian<double> q(0.5, 0.75);
  const GaussianMixture<double> p({0.25, 0.75}, {-3, 2.5}, {0.125, 1.5});
  const GaussianMixture<double> same[] = {
      GaussianMixture<double>({0.75, 0.25}, {2.5, -3}, {1.5, 0.125}),
      GaussianMixture<double>({0.25, 0, 0.75}, {-3, 1e300, 2.5}, {0.125, 1e-300, 1.5}),
      GaussianMixture<double>({0.25, 0.5, 0.25}, {-3, 2.5, 2.5}, {0.125, 1.5, 1.5})};
  for (const auto& other : same) {
    double forward = 0, reverse = 0;  // nor do the bounds count a weight of zero
    CHECK(relative_error(forward_kl(other, q, &forward), forward_kl(p, q), 1.0) < tol::divergence<double>);
    CHECK(relative_error(reverse_kl(q, other, &reverse), reverse_kl(q, p), 1.0) < tol::divergence<double>);
    CHECK(std::max(forward, reverse) < tol::divergence<double>);
  }
}

// D(q||p) is convex in p and at most the sum over components weighted (Jensen): 0 <= D(q||p) <= sum_k w_k D(q||N_k);
// and D(q||p) <= D(q||N_k) - log w_k for each k, for p >= w_k N_k.
TEST_CASE("real line: divergences lie between their bounds") {
  std::mt19937_64 engine(20240229);
  const auto uniform = [&](double a, double b) { return a + (b - a) * static_cast<double>(engine() >> 11) * 0x1p-53; };
  for (int i = 0; i < 300; ++i) {
    const double w = uniform(0.01, 0.99);
    const GaussianMixture<double> p({w, 1 - w}, {uniform(-5, 5), uniform(-5, 5)},
                                    {std::pow(10, uniform(-3, 1)), std::pow(10, uniform(-3, 1))});
    const Gaussian<double> q(uniform(-6, 6), std::pow(10, uniform(-3, 1)));
    double error = 0;
    const double value = reverse_kl(q, p, &error);
    double mean = 0;
    for (Index k = 0; k < 2; ++k) {
      const double part = reverse_kl(q, GaussianMixture<double>({1}, {p.means()[k]}, {p.stddevs()[k]}));
      mean += p.weights()[k] * part;
      CHECK(value <= part - std::log(p.weights()[k]) + error + tol::divergence<double> * std::max(1.0, part));
    }
    CHECK(value >= 0);
    CHECK(value <= mean + error + tol::divergence<double> * std::max(1.0, mean));
    CHECK(error < largest_bound * std::max(1.0, value));
    CHECK(forward_kl(p, q) >= 0);
  }
}

TEST_CASE("real line: far away the value is large and finite, or fails to fit the type, but is never NaN") {
  const GaussianMixture<double> p({0.5, 0.5}, {0, 1}, {1e-3, 1e-3});
  const Gaussian<double> far(1e100, 1e90);
  CHECK(reverse_kl(far, p) > 1e200);
  CHECK(std::isfinite(reverse_kl(far, p)));
  CHECK(std::isfinite(forward_kl(p, far)));
}

// Positions and lengths of the figures below are exact in double; they were made with 40 digits by quadrature with
// breakpoints at every component and crossing (mpmath), or are closed forms.
TEST_CASE("real line: from however far away, the nearest of several components counts") {
  const RealLineDensity<double> p(GaussianMixture<double>::normalized({1, 1, 1}, {-3, 0, 3}, {1, 1, 1}));
  for (double x = 1e3; x < 1e30; x *= 1.37) {
    CAPTURE(x);
    const double nearest = (x - 3) * (x - 3) / 2 + std::log(3.0);  // beside it, the next one is e^(-3 x)
    for (const double mean : {-x, x})
      CHECK(relative_error(reverse_kl(Gaussian<double>(mean, 1.0), p), nearest, 1.0) <= tol::figures);
  }
}

TEST_CASE("real line: components narrow beside their distance, and q narrow beside its own") {
  const auto close_to = [](double value, double truth) {
    CHECK(relative_error(value, truth, 1.0) < tol::divergence<double>);
  };
  // Disjoint in all but a share of 1e-12 of the broad component: half the sum of the entropies and log 2.
  const GaussianMixture<double> scales({0.5, 0.5}, {0.0, 1.0}, {1e-6, 1e6});
  const double parts = (Gaussian<double>(0, 1e-6).entropy() + Gaussian<double>(0, 1e6).entropy()) / 2;
  CHECK(std::abs(entropy(scales) - (parts + std::log(2.0))) < 1e-10);  // 4e-6 of 1e-6 of a mass
  // D(N(3, s) || N(0, 1)) = (9 + s^2 - 1)/2 - log s
  close_to(reverse_kl(Gaussian<double>(3, 1e-6), GaussianMixture<double>({1}, {0}, {1})), 4 + 0.5e-12 - std::log(1e-6));
  // The broad component is below 1e-9 of the narrow one throughout q, and q twice as wide: (4 - 1)/2 - log 2 + log 2.
  const double narrow = reverse_kl(Gaussian<double>(10, 2e-4), GaussianMixture<double>({0.5, 0.5}, {0, 10}, {1, 1e-4}));
  CHECK(std::abs(narrow - 1.5) < 1e-6);
  double bound = 0;
  const GaussianMixture<double> apart({0.5, 0.5}, {0.0, -2e6}, {1.0, 1.0});
  const double far = reverse_kl(Gaussian<double>(1, 1e-12), apart, &bound);
  close_to(far, std::log(2.0) + 0.5 - std::log(1e-12) - 0.5);  // -log(w N(1; 0, 1)) less H(q)
  CHECK(bound > 0);
  CHECK(bound < 1e-12);
}

TEST_CASE_TEMPLATE("real line: a component narrower than the rounding of the panel beside it is not lost", T, float,
                   double) {
  // Disjoint but for e^-32 or less: the entropies' mean, and that of the choice between them.
  const T distance = 8;
  for (const T side : {T(-1), T(1)})
    for (const int k : {2, 4, 6}) {
      const T narrow = std::pow(std::numeric_limits<T>::epsilon(), T(k) / 4);
      const GaussianMixture<T> p({T(0.25), T(0.25), T(0.5)}, {T(-1), T(-1), side * distance - T(1)},
                                 {T(0.5), T(0.5), narrow});
      T bound = 0;
      const T h = entropy(p, &bound);
      const T truth = std::log(T(2)) + (Gaussian<T>(0, T(0.5)).entropy() + Gaussian<T>(0, narrow).entropy()) / 2;
      CAPTURE(narrow);
      CHECK(relative_error(h, truth, T(1)) < promise<T>());
      CHECK(bound < promise<T>() * 10);
    }
}

TEST_CASE_TEMPLATE("real line: in any unit of x, as far as its type reaches", T, float, double) {
  const auto pair = [](T unit) {
    return std::pair(RealLineDensity<T>(GaussianMixture<T>({T(0.5), T(0.5)}, {T(0), 3 * unit}, {unit, unit})),
                     Gaussian<T>(unit, 2 * unit));
  };
  const auto plain = pair(T(1));
  const int most = std::numeric_limits<T>::max_exponent * 15 / 16;
  for (int exponent = -most; exponent <= most; exponent += most / 12) {
    const T unit = std::ldexp(T(1), exponent);
    const auto scaled = pair(unit);
    CAPTURE(exponent);
    const T size = T(1) + std::abs(std::log(unit));
    CHECK(relative_error(entropy(scaled.first) - std::log(unit), entropy(plain.first), size) < tol::divergence<T>);
    CHECK(forward_kl(scaled.first, scaled.second) == forward_kl(plain.first, plain.second));
    CHECK(reverse_kl(scaled.second, scaled.first) == reverse_kl(plain.second, plain.first));
  }
}

TEST_CASE("real line: many components cost what those in reach do, and give the same") {
  // A kernel density of 2000 samples against the sum at equal steps, which for its width is exact to rounding.
  const Index size = 2000;
  Vector<double> samples(size);
  for (Index i = 0; i < size; ++i) samples[i] = 3 * std::sin(static_cast<double>(i * i % 7919));
  const GaussianMixture<double> p = GaussianMixture<double>::kernel_density(samples, 0.25);
  const Gaussian<double> q(0.25, 1.5);
  const RealLineDensity<double> density(p);
  double forward = 0, reverse = 0;
  constexpr double step = 0.0625;
  for (double x = -14; x <= 14; x += step) {
    const double log_p = p.log_pdf(x), log_q = q.log_pdf(x);
    forward += step * std::exp(log_p) * (log_p - log_q);
    reverse += step * std::exp(log_q) * (log_q - log_p);
  }
  CHECK(relative_error(forward_kl(density, q), forward, 1.0) < promise<double>());
  CHECK(relative_error(reverse_kl(q, density), reverse, 1.0) < promise<double>());
}
