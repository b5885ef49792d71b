// SPDX-License-Identifier: MIT
#include "klgrid/line/density.hpp"

#include <doctest/doctest.h>

#include "klgrid/line/detail/geometric_means.hpp"
#include "klgrid/line/divergence.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <random>
#include <vector>

#include "support/reference.hpp"
#include "support/tolerances.hpp"
#include "support/values.hpp"

using klgrid::GaussianMixture;
using klgrid::RealLineDensity;
using klgrid_test::relative_error;
namespace detail = klgrid::detail;
namespace tol = klgrid_test::tol;

TEST_CASE_TEMPLATE("Legendre rule: exact for the powers it is made for", T, float, double, long double) {
  const auto& rule = detail::legendre_rule<T>();
  CHECK(std::is_sorted(rule.nodes.begin(), rule.nodes.end()));
  detail::LegendreArray<T> power = detail::LegendreArray<T>::Ones();
  for (int k = 0; k < 2 * detail::legendre_points<T>; ++k) {
    const T integral = k % 2 == 0 ? T(2) / T(k + 1) : T(0);
    CHECK(relative_error((rule.weights * power).sum(), integral, T(1)) < tol::few_roundings<T>);
    power *= rule.nodes;
  }
}

TEST_CASE_TEMPLATE("real-line density: mass, moments and log p", T, float, double, long double) {
  for (const auto& entry : klgrid_test::mixtures<T>()) {  // clang 14 cannot capture a structured binding
    const auto& name = entry.first;
    const auto& mixture = entry.second;
    const RealLineDensity<T> p(mixture);
    CAPTURE(name);
    CHECK(p.mean() == mixture.mean());
    CHECK(relative_error(p.variance(), mixture.variance(), T(0)) < tol::few_roundings<T>);
    const T log_total = std::log(mixture.weights().sum());  // of weights that are doubles, for every T
    CHECK(relative_error(p.log_pdf(T(0.5)), mixture.log_pdf(T(0.5)) - log_total, T(1)) < tol::few_roundings<T>);
    T mass = 0, mean = 0, square = 0;
    p.for_each_panel(p.begin(), p.end(), detail::NoGaussian<T>(), [&](const auto& panel) {
      const detail::LegendreArray<T> share = panel.mass(T(1) / p.unit());
      const detail::LegendreArray<T> x = panel.standardized(p.origin(), T(1));
      mass += share.sum();
      mean += (share * x).sum();
      square += (share * x.square()).sum();
    });
    CHECK(relative_error(mass, T(1), T(1)) < tol::node_sum<T>);
    CHECK(relative_error(mean + p.origin(), p.mean(), T(1)) < tol::node_sum<T>);
    CHECK(relative_error(square, p.variance(), T(1)) < tol::node_sum<T>);
  }
}

TEST_CASE("real-line density: the spread of components as near to each other as numbers are") {
  const double next = std::nextafter(1e8, 1e9), gap = next - 1e8;
  const RealLineDensity<double> p(GaussianMixture<double>({0.5, 0.5}, {1e8, next}, {1e-12, 1e-12}));
  CHECK(relative_error(p.stddev(), gap / 2, 0.0) < 1e-6);
  CHECK((p.origin() - 1e8) + p.mean_offset() == gap / 2);
}

TEST_CASE("real-line density: the spread of components whose squared distance is out of range") {
  for (const double far_away : {1e200, 1e300}) {
    const RealLineDensity<double> p(GaussianMixture<double>({0.5, 0.5}, {-far_away, far_away}, {1.0, 2.0}));
    CHECK(relative_error(p.stddev(), far_away, 0.0) < tol::few_roundings<double>);
  }
}

TEST_CASE("real-line density: log p is finite wherever x is, however narrow p") {
  for (const double stddev : {1.0, 1e-100, 1e-200, 1e-300}) {
    CAPTURE(stddev);
    const RealLineDensity<double> p(GaussianMixture<double>({1.0}, {0.0}, {stddev}));
    for (const double x : {1e100, 1e200, 1e300}) {
      CHECK(std::isfinite(p.parts().log_pdf(x, 0.0)[0]));
      CHECK(p.parts().log_pdf(x, x).isFinite().all());
    }
  }
}

TEST_CASE("real-line density: weights that sum to 1 but for rounding are divided by their sum") {
  const double slack = 1e-12;
  const RealLineDensity<double> p(GaussianMixture<double>({0.5, 0.5 + slack}, {-1, 1}, {1, 1}));
  const RealLineDensity<double> exact(GaussianMixture<double>({0.5, 0.5}, {-1, 1}, {1, 1}));
  CHECK(std::abs(p.log_pdf(0) - exact.log_pdf(0)) < tol::node_sum<double>);
}

TEST_CASE("real-line density: panels cover what is asked for, without gap or overlap") {
  const RealLineDensity<double> p(GaussianMixture<double>({0.3, 0.7}, {-3, 3}, {0.1, 2}));
  for (const double sigma : {1e-3, 0.1, 1.0, 30.0})
    for (const auto& asked : {std::pair(-7.0, -4.5), std::pair(-0.3, 0.4), std::pair(-100.0, 90.0)}) {
      const double low = asked.first, high = asked.second;
      double left = low, right = low;
      bool first = true;
      const detail::GaussianFamily<double> family{p.origin() - 0.5, p.origin() + 0.5, sigma};
      p.for_each_panel(low, high, family, [&](const auto& panel) {
        const double begin = panel.center.whole() - panel.half;
        CHECK(begin < high);  // nothing that is not asked for
        CHECK(panel.center.whole() + panel.half > low);
        if (first) left = begin;
        if (!first) CHECK(std::abs(begin - right) <= tol::few_roundings<double> * 100);
        right = panel.center.whole() + panel.half;
        first = false;
      });
      CHECK(left <= low + tol::few_roundings<double> * 100);
      CHECK(right >= high - tol::few_roundings<double> * 100);
    }
}

TEST_CASE("real-line density: on panels for a family, each of its Gaussians has its moments up to the sixth") {
  const RealLineDensity<double> p(GaussianMixture<double>({0.3, 0.7}, {-3, 3}, {0.1, 2}));
  constexpr double moments[] = {1, 0, 1, 0, 3, 0, 15};
  for (const double sigma : {1e-3, 0.1, 1.0, 30.0})
    for (const double span : {0.0, 0.5, 20.0}) {
      const detail::GaussianFamily<double> family{-3 - span * sigma, -3 + span * sigma, sigma};
      const double reach = detail::gaussian_reach<double>() * sigma;
      for (const double mean : {-3 - span * sigma, -3.0, -3 + span * sigma}) {
        double sums[7] = {};
        p.for_each_panel(family.first + -reach, family.last + reach, family, [&](const auto& panel) {
          const detail::LegendreArray<double> z = panel.standardized(mean, 1 / sigma);
          detail::LegendreArray<double> term =
              (z.square() * -0.5).exp() * panel.weights() / (sigma * std::sqrt(2 * std::acos(-1.0)));
          for (double& sum : sums) {
            sum += term.sum();
            term *= z;
          }
        });
        CAPTURE(sigma);
        CAPTURE(span);
        // An odd one cancels: absolute against the even ones.
        for (int k = 0; k <= 6; ++k) CHECK(std::abs(sums[k] - moments[k]) <= 15 * tol::node_sum<double>);
      }
    }
}

TEST_CASE("real-line density: a panel as long as Gaussians allow resolves them all, however far off they are") {
  const detail::GaussianFamily<double> narrow{0.0, 0.0, 1.0}, wide{2.0, 3.0, 1e3};
  for (const auto& members : {std::vector{narrow, wide}, std::vector{wide, narrow}}) {
    const detail::GaussianFamilies<double> families{members};
    for (double far_away = 1.0; far_away < 1e40; far_away *= 10.0) {
      CAPTURE(far_away);
      const detail::LinePoint<double> x = -far_away;
      CHECK(families.resolved_on(x, x.ahead(2.0 * families.half_from(x))));
    }
  }
}

TEST_CASE("real-line density: the doubt of log p is no less than what rounding a point's place in a long panel does") {
  const RealLineDensity<double> p(GaussianMixture<double>({1.0}, {0.0}, {1.0}));
  const auto& nodes = detail::legendre_rule<double>().nodes;
  for (double half = 10.0; half < 1e6; half *= 1.7) {
    CAPTURE(half);
    const double center = -half - 5.0;
    const detail::LinePanel<double> panel{center, half, p.parts().log_pdf(center, half)};
    const detail::LegendreArray<double> doubt =
        panel.log_pdf_doubt(p.parts().largest_log_factor()) * std::numeric_limits<double>::epsilon();
    for (int i = 0; i < detail::legendre_points<double>; ++i) {
      const long double x = center + static_cast<long double>(half) * nodes[i];
      const long double exact = -x * x / 2 - std::log(2 * std::acos(-1.0L)) / 2 + std::log(p.unit());
      CHECK(std::abs(panel.values[i] - exact) <= doubt[i]);
    }
  }
}

TEST_CASE("real-line density: cut as short as can be, panels still come to an end") {
  const auto begin = detail::LinePoint<double>(1.0) + 1e-20, end = begin.ahead(1e-33);
  int panels = 0;
  detail::cut_into_panels(
      begin, end, [](const auto&, double, double) { return 0.0; },
      [&](const auto&, double) { REQUIRE(++panels <= 100); });  // of 2^3 spacings of numbers about 1e-20
}

TEST_CASE("real-line density: two components that cross are found apart but for a tenth of where their zero is") {
  // cosh(slope t) is 0 at t = i pi / (2 slope).
  const double on_the_ellipse = std::acos(-1.0) / (2.0 * detail::minor_axis);
  for (double share = 0.05; share < 2.0; share += 0.05) {
    CAPTURE(share);
    detail::PanelTerms<double> terms(2);
    terms.add(0.0, share * on_the_ellipse, 0.0);
    terms.add(0.0, -share * on_the_ellipse, 0.0);
    const bool clear = terms.without_zero();
    if (share < 0.9) CHECK(clear);
    if (share > 1.0) CHECK(!clear);
  }
}

TEST_CASE("real-line density: translated, the same about another place") {
  klgrid::Vector<double> samples(400);
  for (klgrid::Index i = 0; i < samples.size(); ++i) samples[i] = static_cast<double>(i * i % 401) / 64;
  const GaussianMixture<double> mixtures[] = {{{1.0}, {0.5}, {2.0}},
                                              {{0.25, 0.75}, {-3.0, 2.5}, {0.125, 1.5}},
                                              {{0.25, 0.5, 0.25}, {-3.0, 2.5, 4.0}, {0.125, 1.5, 0.5}},
                                              GaussianMixture<double>::kernel_density(samples, 0.5)};
  constexpr double by = 0x1p20;  // all means stay exact
  for (const auto& mixture : mixtures) {
    const RealLineDensity<double> p(mixture);
    const auto moved = p.translated(by);
    CAPTURE(mixture.components());
    CHECK(moved.entropy() == p.entropy());
    CHECK(moved.stddev() == p.stddev());
    CHECK(relative_error(moved.mean() - by, p.mean(), 1.0) <= 0x1p-30);
    CHECK((moved.mixture().means() == mixture.means() + by).all());
    CHECK(moved.begin() - (p.begin() + by) == 0.0);
    CHECK(moved.end() - (p.end() + by) == 0.0);
    for (const double x : {-3.0, 0.5, 2.0}) {
      const detail::LinePoint<double> here = x;
      CHECK(relative_error(moved.parts().analytic_half(here + by, 1.0, 8.0), p.parts().analytic_half(here, 1.0, 8.0),
                           0.0) < tol::node_sum<double>);
    }
    double largest = 0;
    for (const auto& k : p.parts().components()) largest = std::max(largest, std::abs(k.log_factor));
    CHECK(p.parts().largest_log_factor() == largest);
    for (const double sigma : {0.01, 1.0, 50.0}) {
      const klgrid::Gaussian<double> q(0.75, sigma), moved_q(0.75 + by, sigma);
      CHECK(relative_error(reverse_kl(moved_q, moved), reverse_kl(q, p), 1.0) < tol::divergence<double>);
      CHECK(relative_error(forward_kl(moved, moved_q), forward_kl(p, q), 1.0) < tol::divergence<double>);
    }
  }
}

TEST_CASE(
    "real-line density: of powers of p and q, neighbours that overlap are one family, and at the ends is only q") {
  klgrid::Vector<double> samples(400);
  for (klgrid::Index i = 0; i < samples.size(); ++i) samples[i] = static_cast<double>(i) / 64;
  const RealLineDensity<double> p(GaussianMixture<double>::kernel_density(samples, 0.5));
  const detail::GaussianFamily<double> q{0.0, 0.0, 1.0};
  CHECK(detail::geometric_means(p.parts(), q, 1.0, 0.0).members.size() == 1);
  CHECK(detail::geometric_means(p.parts(), q, 0.0, 1.0).members.size() == 1);
  CHECK(p.parts().size() >= 10);
  CHECK(detail::geometric_means(p.parts(), q, 0.5, 0.5).members.size() < 5);
  // exp(-x^2/2)^0.75 (exp(-(x - 2)^2/8))^0.25 is exp(-(0.75 + 0.25/4) x^2/2 + 0.25 x 2/4 + ...).
  const RealLineDensity<double> one(GaussianMixture<double>({1.0}, {2.0}, {2.0}));
  const auto mean = detail::geometric_means(one.parts(), q, 0.25, 0.75).members[1];
  CHECK(relative_error(mean.stddev, 1.0 / std::sqrt(0.8125), 0.0) < tol::few_roundings<double>);
  CHECK(relative_error(mean.first.whole(), 0.125 / 0.8125, 0.0) < tol::few_roundings<double>);
}

// Two components of standard deviation s at m and -m: p is zero where 2 m x / s^2 = log(w1/w2) + i pi (2n + 1), so the
// zeros nearest the real line lie above and below the crossing x0 at pi s^2 / (2 m), and an ellipse is free of them if
// the sum of their distances from its foci, the panel's ends, exceeds its axis.
TEST_CASE("real-line density: an ellipse found analytic holds no zero of p, and none found otherwise is far from one") {
  std::mt19937_64 engine(20240229);
  const auto uniform = [&](double a, double b) { return a + (b - a) * static_cast<double>(engine() >> 11) * 0x1p-53; };
  int free = 0, refused = 0;
  for (int i = 0; i < 4000; ++i) {
    const double m = 3, s = uniform(0.3, 2), w = uniform(0.05, 0.95);
    const detail::LineMixture<double> p(GaussianMixture<double>({1 - w, w}, {-m, m}, {s, s}));
    const double crossing = s * s / (2 * m) * std::log((1 - w) / w);
    const double height = 4 * std::atan(1.0) * s * s / (2 * m);
    const double center = crossing + uniform(-3, 3) * height;
    const double half = std::pow(10, uniform(-1.5, 0.5)) * height;
    const auto holds_zero = [&](double h) {
      const double left = std::hypot(center - h - crossing, height), right = std::hypot(center + h - crossing, height);
      return left + right <= 2 * detail::major_axis * h;
    };
    // The share of the lesser component on the panel: below rounding it is left out, and its zeros with it.
    const bool both_count = std::abs(center - crossing) - half < 10 * height;
    if (!both_count) continue;
    const bool analytic = p.analytic(center, half);
    (analytic ? free : refused) += 1;
    if (analytic) CHECK(!holds_zero(half));
    // What the bound gives away: less than a factor of two here.
    if (!analytic) CHECK(std::hypot(center - crossing, height) < 2 * detail::major_axis * half);
  }
  CHECK(free > 500);
  CHECK(refused > 500);
}

// p over the exponential of its first component turns about 0 along an ellipse as often as there are zeros inside.
TEST_CASE("real-line density: an ellipse found analytic holds no zero of three components about as high there") {
  std::mt19937_64 engine(20240229);
  const auto uniform = [&](double a, double b) { return a + (b - a) * static_cast<double>(engine() >> 11) * 0x1p-53; };
  int free = 0, refused = 0;
  for (int i = 0; i < 10000; ++i) {
    const double decades = i % 2 == 0 ? 0 : 0.5;
    std::vector<double> weights, means, stddevs;
    for (int k = 0; k < 3; ++k) {
      const double z = uniform(-2, 2);
      stddevs.push_back(std::pow(10, uniform(-decades, decades)));
      means.push_back(-z * stddevs.back());
      weights.push_back(stddevs.back() * std::exp(uniform(-2.5, 0) + z * z / 2));
    }
    const auto mixture = GaussianMixture<double>::normalized(weights, means, stddevs);
    const double half = std::pow(10, uniform(-0.5, 0.5));
    const bool analytic = detail::LineMixture<double>(mixture).analytic(0.0, half);
    (analytic ? free : refused) += 1;
    if (!analytic) continue;
    const auto p = [&](double angle) {
      const std::complex<double> at(detail::major_axis * half * std::cos(angle),
                                    detail::minor_axis * half * std::sin(angle));
      const auto over_first = [&](klgrid::Index k) {
        const auto power = [&](klgrid::Index j) {
          const auto z = (at - mixture.means()[j]) / mixture.stddevs()[j];
          return std::log(mixture.weights()[j] / mixture.stddevs()[j]) - z * z / 2.0;
        };
        return std::exp(power(k) - power(0));
      };
      return 1.0 + over_first(1) + over_first(2);
    };
    double turned = 0;
    constexpr int steps = 200;
    const double step = 2 * std::acos(-1.0) / steps;
    for (int k = 0; k < steps; ++k) turned += std::arg(p(step * (k + 1)) / p(step * k));
    CHECK(std::abs(turned) < 1);
  }
  CHECK(free > 1000);
  CHECK(refused > 1000);
}

// The same of two components, whose zeros are known.
TEST_CASE("real-line density: the zeros of two components end where a panel may") {
  using Zeros = detail::TwoComponentZeros<double>;
  std::mt19937_64 engine(20240229);
  const auto uniform = [&](double a, double b) { return a + (b - a) * static_cast<double>(engine() >> 11) * 0x1p-53; };
  constexpr double axis = 1.5;
  int bounded = 0;
  for (int i = 0; i < 200; ++i) {
    const double s[] = {std::pow(10, uniform(-1, 1)), i % 4 == 0 ? 0 : std::pow(10, uniform(-1, 1))};
    const Zeros::Component a{uniform(-3, 0), uniform(-2, 2), s[0]};
    const Zeros::Component b{uniform(-3, 0), uniform(-2, 2), s[1] > 0 ? s[1] : s[0]};
    const Zeros zeros(a, b, 40.0);
    const double narrowest = std::min(a.stddev, b.stddev);
    const double x = uniform(-3, 3) * narrowest + (a.stddev < b.stddev ? a.mean : b.mean);
    const double half = zeros.clear_half(x, axis);
    // Beyond that length, further zeros may be nearer.
    if (!(half < 2 * narrowest)) continue;
    ++bounded;
    const auto turns = [&](double h) {
      const auto p = [&](double angle) {
        const std::complex<double> at(x + h + axis * h * std::cos(angle),
                                      std::sqrt(axis * axis - 1) * h * std::sin(angle));
        const auto power = [&](const Zeros::Component& k) {
          return k.log_factor - (at - k.mean) * (at - k.mean) / (2 * k.stddev * k.stddev);
        };
        // Over e^a, which has no zero.
        return 1.0 + std::exp(power(b) - power(a));
      };
      double turned = 0;
      constexpr int steps = 4000;
      for (int k = 0; k < steps; ++k)
        turned += std::arg(p(2 * std::acos(-1.0) * (k + 1) / steps) / p(2 * std::acos(-1.0) * k / steps));
      return std::lround(turned / (2 * std::acos(-1.0)));
    };
    CAPTURE(a.stddev);
    CAPTURE(b.stddev);
    CAPTURE(half);
    CHECK(turns(0.99 * half) == 0);
    CHECK(turns(1.01 * half) == 2);  // the zero and its conjugate
  }
  CHECK(bounded > 50);
}

// Between them all components are so far down that their exponents' rounding hides where one takes over from another.
TEST_CASE("real-line density: components however far apart take panels of the logarithm of the distance") {
  for (const double distance : {1e6, 1e9, 1e12, 1e15, 1e18, 1e21, 1e24, 1e27}) {
    CAPTURE(distance);
    const std::vector<double> weights{0.2, 0.9, 1.7e308}, means{0.9, 0.9, -distance}, stddevs{1.5, 2.0, 4.0};
    const auto mixture = GaussianMixture<double>::normalized(weights, means, stddevs);
    const RealLineDensity<double> p(mixture);
    int panels = 0;
    p.for_each_panel(p.begin(), p.end(), detail::NoGaussian<double>(), [&](const auto&) { ++panels; });
    CHECK(panels <= 40 + 4 * std::log2(distance));
    CHECK(std::abs(p.entropy() - klgrid::Gaussian<double>(0.0, 4.0).entropy()) <= tol::divergence<double>);
  }
}

// p is zero off the line where narrow and wide are alike: the fewer the wide ones, the nearer to it.
TEST_CASE(
    "real-line density: many at one place, of two widths, are no single one: shorter panels give no other entropy") {
  klgrid::Vector<double> weights(60), stddevs(60);
  for (klgrid::Index k = 0; k < 60; ++k) {
    weights[k] = k < 30 ? 1.0 : std::exp(-10.0);
    stddevs[k] = (k < 30 ? 1.0 : 1.9) + 1e-3 * static_cast<double>(k % 30);
  }
  const RealLineDensity<double> p(
      GaussianMixture<double>::normalized(weights, klgrid::Vector<double>::Zero(60), stddevs));
  const detail::GaussianFamily<double> family{p.begin(), p.end(), 0.1};
  double entropy = 0;
  p.for_each_panel(p.begin(), p.end(), family,
                   [&](const auto& panel) { entropy -= (panel.mass(1.0 / p.unit()) * panel.values).sum(); });
  CHECK(std::abs(p.scaled_entropy() - entropy) <= tol::divergence<double>);
}

TEST_CASE("real-line density: a component narrower than two numbers tell apart beside its place keeps its mass") {
  for (const double narrow : {1e-20, 1e-40, 1e-100, 1e-150})
    for (const double mean : {1.0, -3e5}) {
      CAPTURE(narrow);
      CAPTURE(mean);
      const RealLineDensity<double> p(GaussianMixture<double>({0.5, 0.5}, {0.0, mean}, {1.0, narrow}));
      const double entropy_of_standard = 0.5 * std::log(2.0 * std::acos(-1.0)) + 0.5;
      const double exact = std::log(2.0) + entropy_of_standard + 0.5 * std::log(narrow);
      CHECK(relative_error(p.entropy(), exact, 1.0) < tol::divergence<double>);
    }
}

TEST_CASE("real-line density: a narrow spike in a broad component is seen, however narrow") {
  for (const double stddev : {1e-2, 1e-5, 1e-8}) {
    // Far enough apart in height that the spike's entropy is its own: H = sum w H_k - sum w log w but for the overlap.
    const double w = 0.5;
    const RealLineDensity<double> p(GaussianMixture<double>({w, w}, {0.0, 0.6875}, {1.0, stddev}));
    const double parts = w * (klgrid::Gaussian<double>(0, 1).entropy() + klgrid::Gaussian<double>(0, stddev).entropy());
    // The overlap takes away the doubt which component it was, for the broad mass on a few spike widths, each unit of
    // it at most the logarithm of the ratio of heights.
    CHECK(std::abs(p.entropy() - (parts + std::log(2.0))) < 4 * stddev * (1 - std::log(stddev)));
  }
}
