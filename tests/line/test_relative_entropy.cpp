// SPDX-License-Identifier: MIT
#include "klgrid/line/relative_entropy.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <type_traits>
#include <vector>

#include "klgrid/line/divergence.hpp"
#include "support/largest_error.hpp"
#include "support/random_pairs.hpp"
#include "support/reference.hpp"
#include "support/tolerances.hpp"

using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::jensen_shannon_divergence;
using klgrid::RealLineDensity;
using klgrid::relative_entropy;
using klgrid_test::relative_error;

namespace tol {

/// The promise of the header, absolute below 1, and relative about p = r.
constexpr double divergence = 1e-12;
constexpr double about_equality = 1e-10;

/// A bound is of use if it is not much larger than the promise: the rule's share alone is 2^15 roundings, 7.3 of it.
constexpr int bound = 10;

}  // namespace tol

namespace {

GaussianMixture<double> mixture_of(const klgrid_test::MixtureParameters& given) {
  const auto vector = [](const std::vector<double>& values) {
    return klgrid::Vector<double>(
        Eigen::Map<const klgrid::Vector<double>>(values.data(), static_cast<klgrid::Index>(values.size())));
  };
  return {vector(given.weights), vector(given.means), vector(given.stddevs)};
}

}  // namespace

TEST_CASE("1000 random pairs against 113-bit quadrature, with bounds that hold") {
  const klgrid_test::Table truth("relative_entropy.csv");
  REQUIRE(truth.size() == 1000);
  double largest = 0.0, largest_close = 0.0, worst_bound = 0.0;
  for (unsigned number = 0; number < 1000; ++number) {
    CAPTURE(number);
    const klgrid_test::RandomPairs random(number);
    const auto p = mixture_of(random.pair().p);
    const auto r = mixture_of(random.pair().r);
    double bounds[2];
    const double values[] = {relative_entropy(p, r, &bounds[0]), jensen_shannon_divergence(p, r, &bounds[1])};
    for (int v = 0; v < 2; ++v) {
      const auto exact = klgrid_test::number<long double>(
          truth.text(number, v == 0 ? "relative_entropy" : "jensen_shannon_divergence"));
      const double error = static_cast<double>(std::abs(values[v] - exact));
      const double share = error / std::max(static_cast<double>(exact), random.close() ? 0.0 : 1.0);
      CHECK(share < (random.close() ? tol::about_equality : tol::divergence));
      CHECK(error <= bounds[v]);
      (random.close() ? largest_close : largest) = std::max(random.close() ? largest_close : largest, share);
      worst_bound = std::max(worst_bound, error / bounds[v]);
    }
  }
  MESSAGE("largest error " << largest << "; about p = r, relative, " << largest_close << "; of a bound "
                           << worst_bound);
}

TEST_CASE("of two Gaussians, the closed form; of a mixture and a Gaussian, forward_kl and reverse_kl") {
  const auto gaussian = [](double mean, double stddev) { return GaussianMixture<double>({1.0}, {mean}, {stddev}); };
  for (const double mean : {-40.0, -0.3, 0.0, 2.0})
    for (const double stddev : {0.01, 0.9, 1.0, 30.0}) {
      const double exact = std::log(1.0 / stddev) + (stddev * stddev + mean * mean) / 2.0 - 0.5;
      CHECK(relative_error(relative_entropy(gaussian(mean, stddev), gaussian(0.0, 1.0)), exact, 1.0) < tol::divergence);
    }
  const GaussianMixture<double> p({0.2, 0.5, 0.3}, {-2.0, 0.0, 4.0}, {0.3, 2.0, 0.1});
  const Gaussian<double> q(0.5, 2.5);
  CHECK(relative_error(relative_entropy(p, gaussian(0.5, 2.5)), forward_kl(p, q), 1.0) < tol::divergence);
  CHECK(relative_error(relative_entropy(gaussian(0.5, 2.5), p), reverse_kl(q, p), 1.0) < tol::divergence);
}

TEST_CASE("laws: zero at p = r, symmetry and bounds of Jensen-Shannon, its mean of two relative entropies") {
  const GaussianMixture<double> p({0.4, 0.6}, {-2.0, 1.0}, {0.5, 1.5});
  const GaussianMixture<double> r({0.1, 0.7, 0.2}, {-3.0, 0.0, 5.0}, {1.0, 0.6, 0.2});
  CHECK(relative_entropy(p, p) == 0.0);
  CHECK(jensen_shannon_divergence(p, p) == 0.0);
  const double js = jensen_shannon_divergence(p, r);
  CHECK(relative_error(jensen_shannon_divergence(r, p), js, 1.0) < tol::divergence);
  const GaussianMixture<double> m({0.2, 0.3, 0.05, 0.35, 0.1}, {-2.0, 1.0, -3.0, 0.0, 5.0}, {0.5, 1.5, 1.0, 0.6, 0.2});
  CHECK(relative_error((relative_entropy(p, m) + relative_entropy(r, m)) / 2.0, js, 1.0) < tol::divergence);
  const GaussianMixture<double> far_away({1.0}, {1e4}, {1.0});
  CHECK(relative_error(jensen_shannon_divergence(p, far_away), std::numbers::ln2, 1.0) < tol::divergence);
  // Components in another order, split, or of weight zero change nothing.
  const GaussianMixture<double> same({0.3, 0.4, 0.3, 0.0}, {1.0, -2.0, 1.0, 7.0}, {1.5, 0.5, 1.5, 1e-3});
  CHECK(relative_error(relative_entropy(same, r), relative_entropy(p, r), 1.0) < tol::divergence);
  CHECK(relative_entropy(p, same) < tol::divergence);
}

TEST_CASE("zero at p = r, too, where panels are millions of standard deviations from every component") {
  const auto p = GaussianMixture<double>::normalized({1.0, 1e-10, 0.9}, {-6.0, 1.5e8, 0.0}, {0.1, 0.7, 0.15});
  double error = -1;
  CHECK(relative_entropy(p, p, &error) == 0.0);
  CHECK((error >= 0.0 && error < 1e-15));
  CHECK(jensen_shannon_divergence(p, p, &error) == 0.0);
  CHECK((error >= 0.0 && error < 1e-15));
}

TEST_CASE("about p = r nothing is lost, in whatever order the components stand") {
  const GaussianMixture<double> r({0.25, 0.75}, {-2.0, 1.0}, {0.5, 0.5});
  for (const double step : {0x1p-20, 0x1p-40}) {
    const GaussianMixture<double> p({0.25, 0.75}, {-2.0 + step, 1.0}, {0.5, 0.5});
    const GaussianMixture<double> turned({0.75, 0.25}, {1.0, -2.0 + step}, {0.5, 0.5});
    const double exact = relative_entropy(p, r);
    CHECK(exact > 0);
    CHECK(relative_error(relative_entropy(turned, r), exact, 0.0) < tol::about_equality);
    CHECK(relative_error(relative_entropy(r, turned), relative_entropy(r, p), 0.0) < tol::about_equality);
  }
  // Weights whose sums differ by less than is allowed are the same weights.
  const GaussianMixture<double> one({0.5, 0.5}, {0.0, 0.0}, {1.0, 1.0});
  const GaussianMixture<double> heavier({0.5 + 4e-13, 0.5 + 4e-13}, {0.0, 0.0}, {1.0, 1.0});
  CHECK(relative_entropy(heavier, one) < 1e-30);
  CHECK(relative_entropy(one, heavier) < 1e-30);
}

TEST_CASE("components not much alike are not compared with each other: digits lost there would be in the bounds") {
  const GaussianMixture<double> p({0.25, 0.25, 0.5}, {5.08, 1.14, -1.51}, {1.0, 1.7e-3, 1.5e-9});
  const GaussianMixture<double> r({0.25, 0.25, 0.5}, {-5.61, -1.01, 5.04}, {1.0, 9.3e-5, 1.1e-5});
  double bound = 0;
  const double forward = relative_entropy(p, r, &bound);
  CHECK(bound < tol::about_equality * forward);
  const double reverse = relative_entropy(r, p, &bound);
  CHECK(bound < tol::about_equality * reverse);
}

// Integrals with 60 digits (mpmath).
TEST_CASE("about p = r: a faint component beyond the others' reach, and two whose differences cancel") {
  constexpr double w = 1e-20;
  const GaussianMixture<double> p({1.0 - 2 * w, 2 * w}, {0.0, 0.0}, {1.0, 1.3125});
  const GaussianMixture<double> r({1.0 - w, w}, {0.0, 0.0}, {1.0, 1.3125});
  CHECK(relative_error(relative_entropy(p, r), 2.2337167475329429e-41, 0.0) < tol::about_equality);
  CHECK(relative_error(relative_entropy(r, p), 2.23371674508932233e-41, 0.0) < tol::about_equality);
  // Each component differs by 2^-20, both together by its square, so that digits are lost: as many as the bound tells.
  const GaussianMixture<double> both({0.5, 0.5}, {0.0, 0.0}, {1.0, 1.0});
  const GaussianMixture<double> apart({0.5, 0.5}, {-0x1p-20, 0x1p-20}, {1.0, 1.0});
  constexpr double exact = 2.06795153138006147e-25;
  double bound = 0;
  const double found = relative_entropy(both, apart, &bound);
  CHECK(std::abs(found - exact) <= bound);
  CHECK(std::abs(found - exact) > 1e-12 * exact);
  CHECK(bound < 1e-4 * exact);
}

TEST_CASE("far from 0 and in odd units") {
  const GaussianMixture<double> p({0.5, 0.5}, {0.0, 3.0}, {1.0, 0.5});
  const GaussianMixture<double> r({0.3, 0.7}, {1.0, 2.0}, {0.75, 2.0});
  const double exact = relative_entropy(p, r);
  for (const double scale : {0x1p-200, 0x1p-20, 0x1p30, 0x1p300}) {
    const GaussianMixture<double> scaled_p(p.weights(), p.means() * scale, p.stddevs() * scale);
    const GaussianMixture<double> scaled_r(r.weights(), r.means() * scale, r.stddevs() * scale);
    CHECK(relative_error(relative_entropy(scaled_p, scaled_r), exact, 1.0) < tol::divergence);
  }
  const double shift = 0x1p30;  // all means stay exact
  const GaussianMixture<double> shifted_p(p.weights(), p.means() + shift, p.stddevs());
  const GaussianMixture<double> shifted_r(r.weights(), r.means() + shift, r.stddevs());
  CHECK(relative_error(relative_entropy(shifted_p, shifted_r), exact, 1.0) < tol::divergence);
}

TEST_CASE("a spike beside panels far longer than it is neither lost nor counted twice") {
  const GaussianMixture<float> p({0.5095f, 0.4905f}, {0.9551f, 4.9693f}, {0.221f, 1.5392f});
  for (const float stddev : {1e-7f, 1.348e-11f, 1e-13f}) {
    const Gaussian<float> spike(-2.1562254f, stddev);
    const GaussianMixture<float> r({1.0f}, {spike.mean()}, {stddev});
    // p does not vary on it.
    CHECK(relative_error(relative_entropy(r, p), -spike.entropy() - p.log_pdf(spike.mean()), 1.0f) <= 4e-6f);
  }
}

TEST_CASE_TEMPLATE("of as many components, but each of another kind: a split one changes nothing, and bounds are small",
                   T, float, double, long double) {
  const auto promise = T(tol::divergence / 0x1p-52) * std::numeric_limits<T>::epsilon();
  for (const T& width : {T(1e-2), T(1e-4), T(1e-9)}) {
    CAPTURE(width);
    const GaussianMixture<T> p({T(0.25), T(0.75)}, {T(2), T(4.5)}, {T(1), width});
    const GaussianMixture<T> split({T(0.125), T(0.125), T(0.75)}, {T(2), T(2), T(4.5)}, {T(1), T(1), width});
    const GaussianMixture<T> r({T(0.5), T(0.5)}, {T(0), T(1.5)}, {T(2) * width, T(2)});
    const auto compare = [&](const T& value, const T& bound, const T& right) {
      CHECK(relative_error(value, right, T(1)) <= promise);
      CHECK(std::abs(value - right) <= bound);
      CHECK(bound <= tol::bound * promise * std::max(T(1), right));
    };
    T bound = 0;
    compare(relative_entropy(r, p, &bound), bound, relative_entropy(r, split));
    compare(relative_entropy(p, r, &bound), bound, relative_entropy(split, r));
    compare(jensen_shannon_divergence(p, r, &bound), bound, jensen_shannon_divergence(split, r));
  }
}

TEST_CASE_TEMPLATE("of a component whose weight is about the least number nothing is negative", T, float, double) {
  const Gaussian<T> q(T(0), T(1));
  const GaussianMixture<T> r({T(1)}, {T(0)}, {T(1)});
  const T least = std::numeric_limits<T>::min() * T(1000);
  for (int quarters = 0; quarters < 120; ++quarters)
    for (const T stddev : {T(0.5), T(1.5), T(2), T(3)})
      for (const T mean : {T(0.5), T(2), T(4.6), T(7)}) {
        CAPTURE(quarters);
        CAPTURE(stddev);
        CAPTURE(mean);
        const T weight = least * std::exp2(T(quarters) / T(4));
        const auto p = GaussianMixture<T>::normalized({T(1), weight}, {T(0), mean}, {T(1), stddev});
        CHECK(klgrid::forward_kl(p, q) >= T(0));
        CHECK(klgrid::reverse_kl(q, p) >= T(0));
        CHECK(relative_entropy(p, r) >= T(0));
        CHECK(relative_entropy(r, p) >= T(0));
        CHECK(jensen_shannon_divergence(p, r) >= T(0));
      }
}

TEST_CASE("components alike, of a width whose square is out of range: the weights alone tell") {
  for (const double narrow : {1e-100, 1e-170, 1e-250}) {
    CAPTURE(narrow);
    const GaussianMixture<double> p({0.5, 0.5}, {0.0, 1.0}, {1.0, narrow});
    const GaussianMixture<double> r({0.25, 0.75}, {0.0, 1.0}, {1.0, narrow});
    double bound = 0.0;
    const double value = relative_entropy(p, r, &bound);
    CHECK(std::abs(value - (0.5 * std::log(2.0) + 0.5 * std::log(2.0 / 3.0))) <= tol::divergence);
    CHECK(bound <= 1e-9);
    const double share = 0x1p-20;
    const GaussianMixture<double> near({0.5 - share, 0.5 + share}, {0.0, 1.0}, {1.0, narrow});
    const double exact = -0.5 * std::log1p(-4.0 * share * share);
    CHECK(std::abs(relative_entropy(p, near, &bound) - exact) <= tol::about_equality * exact);
    CHECK(bound <= 1e-9 * exact);
  }
}

TEST_CASE("of widths as far apart as one likes: disjoint to Jensen and Shannon, and of two Gaussians the closed form") {
  for (const double ratio : {1e3, 1e8, 1e12, 1e17, 1e40, 1e150, 1e280}) {
    CAPTURE(ratio);
    const GaussianMixture<double> p({1.0}, {-8.0}, {8.0});
    const GaussianMixture<double> r({1.0}, {-ratio}, {ratio});
    const Gaussian<double> q(-ratio, ratio);
    CHECK(relative_error(relative_entropy(p, r), klgrid::forward_kl(p, q), 1.0) <= tol::divergence);
    double bound = 0.0;
    const double value = jensen_shannon_divergence(p, r, &bound);
    // The wide one leaves p's place all but free: D is log 2 less a share of about (8 / ratio) log(ratio / 8).
    CHECK(std::abs(value - std::numbers::ln2) <= 40.0 * std::log(ratio) / ratio + bound + tol::divergence);
    CHECK(bound <= 1e-9);
    CHECK(value <= std::numbers::ln2 + bound);
  }
}
