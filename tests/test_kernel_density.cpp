// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/line/divergence.hpp"
#include "support/tolerances.hpp"
#include "support/values.hpp"

using klgrid::BandwidthRule;
using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Index;
using klgrid::Vector;
using klgrid_test::infinity;
using klgrid_test::not_a_number;
using klgrid_test::relative_error;
using klgrid_test::vector;
namespace tol = klgrid_test::tol;

namespace {

template <class T>
Vector<T> samples() {
  return vector<T>({T(-2.1), T(-1.3), T(-0.4), T(1.9), T(5.1), T(6.2), T(0.25)});
}

Vector<double> normal_samples(Index size, double mean, double stddev) {
  std::mt19937_64 engine(20240229);
  Vector<double> values(size);
  for (Index i = 0; i < size; ++i) {  // Box and Muller: the library's normal_distribution differs between vendors
    const double u = (static_cast<double>(engine() >> 11) + 0.5) * 0x1p-53;
    const double v = static_cast<double>(engine() >> 11) * 0x1p-53;
    values[i] = mean + stddev * std::sqrt(-2 * std::log(u)) * std::cos(8 * std::atan(1.0) * v);
  }
  return values;
}

}  // namespace

TEST_CASE_TEMPLATE("kernel density: one component of the given width at each sample", T, float, double, long double) {
  const auto p = GaussianMixture<T>::kernel_density(samples<T>(), T(0.75));
  CHECK(p.components() == samples<T>().size());
  CHECK((p.means() == samples<T>()).all());
  CHECK((p.stddevs() == T(0.75)).all());
  CHECK((p.weights() == T(1) / T(7)).all());
}

// scipy.stats.gaussian_kde(x, rule), SciPy 1.10: covariance[0, 0]**0.5 and logpdf([-3, 0.5, 4]), x the samples above.
TEST_CASE_TEMPLATE("kernel density: the rules are those of SciPy", T, float, double, long double) {
  // SciPy computes in double; its figures carry a few roundings of it.
  const T tolerance = std::max(tol::node_sum<T>, static_cast<T>(tol::node_sum<double>));
  const auto check = [&](BandwidthRule rule, double bandwidth, std::initializer_list<double> log_pdf) {
    const auto p = GaussianMixture<T>::kernel_density(samples<T>(), rule);
    CHECK(relative_error(p.stddevs()[0], T(bandwidth), T(1)) < tolerance);
    auto expected = log_pdf.begin();
    for (const double x : {-3.0, 0.5, 4.0}) CHECK(relative_error(p.log_pdf(T(x)), T(*expected++), T(1)) < tolerance);
  };
  check(BandwidthRule::scott, 2.16198034613939, {-2.7048708029785007, -2.2375372845886794, -2.713664599148891});
  check(BandwidthRule::silverman, 2.2900211265098056, {-2.708107296963917, -2.261523503306755, -2.7019538779024135});
}

// scipy.stats.gaussian_kde(x, rule, weights=[1, 2, 3, 4, 5, 6, 7]), SciPy 1.10, whose neff is 5.6.
TEST_CASE_TEMPLATE("kernel density: weighted samples as SciPy has them", T, float, double, long double) {
  const T tolerance = std::max(tol::node_sum<T>, static_cast<T>(tol::node_sum<double>));
  const auto check = [&](BandwidthRule rule, double bandwidth, std::initializer_list<double> log_pdf) {
    const auto p = GaussianMixture<T>::kernel_density(samples<T>(), rule, {1, 2, 3, 4, 5, 6, 7});
    CHECK(p.given_weight_sum() == T(28));
    CHECK(relative_error(p.weights()[6], T(0.25), T(0)) <= tol::few_roundings<T>);
    CHECK(relative_error(p.stddevs()[0], T(bandwidth), T(1)) < tolerance);
    auto expected = log_pdf.begin();
    for (const double x : {-3.0, 0.5, 4.0}) CHECK(relative_error(p.log_pdf(T(x)), T(*expected++), T(1)) < tolerance);
  };
  check(BandwidthRule::scott, 2.2286642670382117, {-3.1477676096256935, -2.2940091796623703, -2.4916598495956452});
  check(BandwidthRule::silverman, 2.360654325340451, {-3.121786135306961, -2.323815433116928, -2.487476043958619});
}

TEST_CASE("kernel density: equal weights are none, and samples of weight 0 have no say") {
  const auto x = samples<double>();
  const auto same = [](const GaussianMixture<double>& a, const GaussianMixture<double>& b) {
    CHECK(relative_error(a.stddevs()[0], b.stddevs()[0], 0.0) <= tol::few_roundings<double>);
    CHECK(relative_error(a.log_pdf(1.5), b.log_pdf(1.5), 1.0) <= tol::few_roundings<double>);
  };
  for (const auto rule : {BandwidthRule::scott, BandwidthRule::silverman}) {
    const auto p = GaussianMixture<double>::kernel_density(x, rule);
    CHECK(p.given_weight_sum() == 7.0);
    same(p, GaussianMixture<double>::kernel_density(x, rule, Vector<double>::Constant(7, 0.3)));
    Vector<double> more(9), weights(9);
    more << x, 1e308, -1e308;
    weights << Vector<double>::Ones(7), 0, 0;
    same(p, GaussianMixture<double>::kernel_density(more, rule, weights));
  }
  const auto p = GaussianMixture<double>::kernel_density({1, 2}, 0.5, {1, 3});
  CHECK(p.weights()[1] == 0.75);
  CHECK(p.given_weight_sum() == 4.0);
}

// With weights w and 1 - w and a distance d, s^2 = w (1 - w) d^2 / (1 - w^2 - (1 - w)^2) = d^2 / 2, and n is 1 where
// one of them is nearly all.
TEST_CASE_TEMPLATE("kernel density: one sample of nearly all weight", T, float, double, long double) {
  const T light = std::numeric_limits<T>::epsilon() / T(1024);
  const auto p = GaussianMixture<T>::kernel_density({1, 3}, BandwidthRule::scott, std::vector<T>{T(1), light});
  CHECK(relative_error(p.stddevs()[0], std::sqrt(T(2)), T(0)) <= tol::few_roundings<T>);
}

TEST_CASE("kernel density: samples of any size") {
  const auto at = [](double unit) {
    return GaussianMixture<double>::kernel_density({unit, 2 * unit, 3 * unit}, BandwidthRule::scott).stddevs()[0] /
           unit;
  };
  for (const double unit : {1e-300, 1e-170, 1e170, 5e307})
    CHECK(relative_error(at(unit), at(1), 0.0) <= tol::few_roundings<double>);
}

TEST_CASE("kernel density: equal samples are refused, however many and whatever their mean rounds to") {
  for (const double value : {0.1, 3.3, -1e-170, 1e300})
    for (const Index size : {2, 3, 7, 1000, 1257}) {
      CAPTURE(size);
      CHECK_THROWS_WITH_AS((void)GaussianMixture<double>::kernel_density(Vector<double>::Constant(size, value),
                                                                         BandwidthRule::silverman),
                           doctest::Contains("samples must be not all equal"), std::invalid_argument);
    }
}

TEST_CASE("kernel density: shifts and scales with the samples") {
  for (const auto rule : {BandwidthRule::scott, BandwidthRule::silverman}) {
    const auto p = GaussianMixture<double>::kernel_density(samples<double>(), rule);
    const auto moved = GaussianMixture<double>::kernel_density(samples<double>() * -3.0 + 2.0, rule);
    CHECK(relative_error(moved.stddevs()[0], 3 * p.stddevs()[0], 1.0) < tol::node_sum<double>);
    CHECK(relative_error(moved.log_pdf(-1.0), p.log_pdf(1.0) - std::log(3.0), 1.0) < tol::node_sum<double>);
  }
}

TEST_CASE("kernel density: the variance is that of the samples and of the kernel together") {
  const auto x = normal_samples(500, 1, 2);
  const auto p = GaussianMixture<double>::kernel_density(x, 0.25);
  CHECK(relative_error(p.mean(), x.mean(), 1.0) < tol::node_sum<double>);
  const double variance = (x - x.mean()).square().mean() + 0.0625;
  CHECK(relative_error(p.variance(), variance, 1.0) < tol::node_sum<double>);
}

// n samples of a normal density q: the estimate is normal but for sampling, so both divergences from q are small. The
// integrated squared error of a Gaussian kernel falls as n^(-4/5); 0.01 at n = 2000 leaves a factor of three.
TEST_CASE("kernel density: samples of a Gaussian lead back to it") {
  const Gaussian<double> q(1, 2);
  const klgrid::RealLineDensity<double> p(
      GaussianMixture<double>::kernel_density(normal_samples(2000, 1, 2), BandwidthRule::silverman));
  constexpr double sampling = 0.01;
  double error = 0;
  const double forward = klgrid::forward_kl(p, q);
  const double reverse = klgrid::reverse_kl(q, p, &error);
  CHECK(forward > 0);
  CHECK(forward < sampling);
  CHECK(reverse > 0);
  CHECK(reverse < sampling);
  CHECK(error < tol::figures);
}

namespace {

/// Many samples of one kind, with their weights and a bandwidth.
struct Samples {
  std::string name;
  Vector<double> x, weights;
  double bandwidth;

  /// log p(x) from the definition, in long double.
  [[nodiscard]] long double log_pdf(double at) const {
    const auto exponent = [&](Index k) {
      const long double z = (static_cast<long double>(at) - x[k]) / bandwidth;
      return -z * z / 2;
    };
    long double top = std::numeric_limits<long double>::lowest(), sum = 0, total = 0;
    for (Index k = 0; k < x.size(); ++k) top = std::max(top, exponent(k));
    for (Index k = 0; k < x.size(); ++k) {
      sum += weights[k] * std::exp(exponent(k) - top);
      total += weights[k];
    }
    return top + std::log(sum / (total * bandwidth)) - 0.918938533204672741780329736405617639861L;
  }
};

std::vector<Samples> many_samples(Index size) {
  std::vector<Samples> all;
  const Vector<double> z = normal_samples(size, 0, 1);
  const Vector<double> once = Vector<double>::Ones(size);
  const Vector<double> u = (z.square() * -0.5).exp();  // in (0, 1)
  const Vector<double> third = Vector<double>::LinSpaced(size, 0, 2).round();
  all.push_back({"normal", z, once, 0.2});
  all.push_back({"weights from e^-20 to e^20", z, (z * 6).exp(), 0.2});
  // What counts at a point is then nine bandwidths away.
  all.push_back({"density that rises by e^9 a bandwidth", u, (u * 120).exp(), 0.075});
  all.push_back({"three clusters, narrow beside the bandwidth", 700 * third + z, once, 100});
  all.push_back({"three clusters far apart", 1000 * third + z, once, 0.5});
  all.push_back({"rounded", (5 * z).round() / 10, once, 0.3});
  all.push_back({"rounded, but for the last bits", (5 * z).round() / 10 + 1e-15 * u, once, 0.3});
  all.push_back({"between sharp ends", u, once, 2});
  all.push_back({"heavy tails", z / (u * u), once, 0.1});
  all.push_back({"far from 0", 1.7e9 + 1e-3 * z, once, 2e-4});
  return all;
}

}  // namespace

TEST_CASE("kernel density: log p of many samples is that of the sum, among them, in their gaps and far out") {
  const Index size = 1500;
  for (const auto& samples : many_samples(size)) {
    CAPTURE(samples.name);
    const auto p = GaussianMixture<double>::kernel_density(samples.x, samples.bandwidth, samples.weights);
    const klgrid::RealLineDensity<double> line(p);
    std::vector<double> points;
    for (Index k = 0; k < size; k += 60) points.push_back(samples.x[k]);
    std::sort(points.begin(), points.end());
    for (std::size_t i = 25; --i > 0;) points.push_back(points[i - 1] / 2 + points[i] / 2);
    for (double z = 1; z < 1e6; z *= 7) {
      points.push_back(samples.x.minCoeff() - z * samples.bandwidth);
      points.push_back(samples.x.maxCoeff() + z * samples.bandwidth);
    }
    const Vector<double> together = p.log_pdf(points);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const long double truth = samples.log_pdf(points[i]);
      CAPTURE(points[i]);
      // Of the exponent z^2/2, of log(weight) and log(bandwidth), each rounded for itself, and of the sum.
      const long double tolerance = tol::few_roundings<double> * (std::abs(truth) + 10);
      CHECK(std::abs(together[static_cast<Index>(i)] - truth) <= tolerance);
      CHECK(std::abs(line.scaled_log_pdf(points[i]) - std::log(line.unit()) - truth) <= tolerance);
    }
  }
}

// What a bin of samples is replaced by: on it an exponential rises by up to e^4.
TEST_CASE("kernel density: beside a heavy sample the light ones about it count") {
  const Vector<double> samples = klgrid::linspace(0.0, 0.05, 100), x = klgrid::linspace(-3.0, 3.0, 64);
  Vector<double> weights = Vector<double>::Constant(100, 1e-13);
  weights[50] = 1;
  const auto p = GaussianMixture<double>::kernel_density(samples, 1.0, weights);
  const Vector<double> log_pdf = p.log_pdf(x);
  for (Index i = 0; i < x.size(); ++i)
    CHECK(relative_error(log_pdf[i], p.log_pdf(x[i]), 1.0) <= klgrid_test::tol::node_sum<double>);
}

TEST_CASE("kernel density: light samples that share a bin with a heavy one keep their weight") {
  const Vector<double> samples = klgrid::linspace(-15.0, 15.0, 3001), x = klgrid::linspace(-3.0, 3.0, 64);
  Vector<double> weights = Vector<double>::Constant(3001, 3e-12);
  weights[1500] = 1;
  const auto p = GaussianMixture<double>::kernel_density(samples, 1.0, weights);
  const klgrid::RealLineDensity<double> line(p);
  for (const double at : x)
    CHECK(relative_error(line.scaled_log_pdf(at) - std::log(line.unit()), p.log_pdf(at), 1.0) <= tol::node_sum<double>);
}

TEST_CASE("Gauss rule of a sum: right for polynomials, and with the points used for the exponential of a bin") {
  constexpr Index points = klgrid::detail::EqualWidths<double>::points;
  const Vector<double> x = normal_samples(60, 0, 1).sin();
  const Vector<double> weights = x.exp();
  const klgrid::detail::GaussRule<double> rule(x.data(), weights.data(), 60, points);
  REQUIRE(static_cast<Index>(rule.nodes().size()) == points);
  const auto check = [&](auto f) {
    double sum = 0, truth = 0, size = 0;
    for (std::size_t j = 0; j < rule.nodes().size(); ++j) sum += rule.weights()[j] * f(rule.nodes()[j]);
    for (Index i = 0; i < x.size(); ++i) truth += weights[i] * f(x[i]);
    for (Index i = 0; i < x.size(); ++i) size += weights[i] * std::abs(f(x[i]));
    CHECK(std::abs(sum - truth) <= tol::node_sum<double> * size);
  };
  for (int k = 0; k < 2 * points; ++k) check([&](double t) { return std::pow(t, k); });
  for (const double slope : {-2.0, 2.0}) check([&](double t) { return std::exp(slope * t); });
  for (const double weight : rule.weights()) CHECK(weight > 0);
}

TEST_CASE("kernel density: of many samples only as many components are met as the bandwidth tells apart") {
  using klgrid::detail::LineMixture;
  const auto met = [](const Vector<double>& x, double bandwidth) {
    return LineMixture<double>(GaussianMixture<double>::kernel_density(x, bandwidth)).size();
  };
  const Vector<double> z = normal_samples(20000, 0, 1);
  const double range = z.maxCoeff() - z.minCoeff();
  // 30 for each bandwidth, and samples by themselves towards the ends, some hundred for each factor of e.
  for (const double bandwidth : {0.1, 0.3, 1.0}) CHECK(met(z, bandwidth) < 30 * range / bandwidth + 1000);
  CHECK(met(z.round(), 0.5) <= 9);
  CHECK(met(z, 1e-9) == z.size());
}

// The trapezoidal rule converges faster than any power of its step for what is analytic about the line, as p, q and log
// p are to about a bandwidth.
TEST_CASE("kernel density: H(p) and both divergences of many samples, with bounds on their errors") {
  for (const auto& samples : many_samples(1000)) {
    if (samples.name != "normal" && samples.name != "between sharp ends" && samples.name != "far from 0") continue;
    CAPTURE(samples.name);
    const auto mixture = GaussianMixture<double>::kernel_density(samples.x, samples.bandwidth, samples.weights);
    const klgrid::RealLineDensity<double> p(mixture);
    const Gaussian<double> q(mixture.means()[0], 1.25 * std::sqrt(mixture.variance()));
    const double step = std::exp2(std::floor(std::log2(samples.bandwidth / 8)));  // exact, as then are all x
    const double begin = step * std::floor((q.mean() - 10 * q.stddev()) / step);
    long double entropy = 0, forward = 0, reverse = 0;
    for (double x = begin; x < q.mean() + 10 * q.stddev(); x += step) {
      const long double log_p = samples.log_pdf(x);
      const long double log_q = Gaussian<long double>(q.mean(), q.stddev()).log_pdf(x);
      entropy -= step * std::exp(log_p) * log_p;
      forward += step * std::exp(log_p) * (log_p - log_q);
      reverse += step * std::exp(log_q) * (log_q - log_p);
    }
    double error = 0;
    const auto check = [&](double value, long double truth) {
      CHECK(error < 4e-12);
      CHECK(std::abs(value - truth) <= error + 1e-15L);
      CHECK(std::abs(value - truth) <= tol::divergence<double>);
    };
    check(klgrid::entropy(p, &error), entropy);
    check(klgrid::forward_kl(p, q, &error), forward);
    check(klgrid::reverse_kl(q, p, &error), reverse);
  }
}

TEST_CASE("kernel density: bad input is named") {
  using Mixture = GaussianMixture<double>;
  const auto x = samples<double>();
  CHECK_THROWS_WITH_AS((void)Mixture::kernel_density(x, 0.0),
                       "GaussianMixture::kernel_density: bandwidth must be finite and > 0, got 0",
                       std::invalid_argument);
  CHECK_THROWS_AS((void)Mixture::kernel_density(x, not_a_number), std::invalid_argument);
  CHECK_THROWS_AS((void)Mixture::kernel_density(x, infinity), std::invalid_argument);
  CHECK_THROWS_AS((void)Mixture::kernel_density(Vector<double>(), 1.0), std::invalid_argument);
  CHECK_THROWS_AS((void)Mixture::kernel_density(Vector<double>(), BandwidthRule::scott), std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)Mixture::kernel_density(vector({1.0}), BandwidthRule::scott),
                       "GaussianMixture::kernel_density: samples must be of at least two elements, got 1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(
      (void)Mixture::kernel_density(vector({1.5, 1.5}), BandwidthRule::silverman),
      "GaussianMixture::kernel_density: samples must be not all equal, or given with a bandwidth, got 1.5",
      std::invalid_argument);
  CHECK_THROWS_WITH_AS(
      (void)Mixture::kernel_density({1, 2, 3}, BandwidthRule::scott, {0, 1, 0}),
      "GaussianMixture::kernel_density: samples must be not all equal, or given with a bandwidth, got 2",
      std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)Mixture::kernel_density({-1.7e308, 1.7e308}, BandwidthRule::scott),
                       "GaussianMixture::kernel_density: samples must be of a finite range, got inf",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)Mixture::kernel_density(x, 1.0, {1, 2}),
                       "GaussianMixture::kernel_density: weights must be of the size of samples, which is 7, got 2",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)Mixture::kernel_density({1, 2}, 1.0, {1, -2}),
                       "GaussianMixture::kernel_density: weights[1] must be finite and >= 0, got -2",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)Mixture::kernel_density({1, 2}, 1.0, {0, 0}),
                       "GaussianMixture::kernel_density: weights must be of a positive, finite sum, got 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)Mixture::kernel_density(vector({1.0, infinity}), 1.0),
                       "GaussianMixture::kernel_density: samples[1] must be finite, got inf", std::invalid_argument);
}

TEST_CASE("kernel density: the rules by name") {
  static_assert(to_string(BandwidthRule::silverman) == "silverman");
  static_assert(to_string(BandwidthRule::scott) == "scott");
}
