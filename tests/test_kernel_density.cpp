// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

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
  CHECK_THROWS_WITH_AS((void)Mixture::kernel_density(vector({1.5, 1.5}), BandwidthRule::silverman),
                       "GaussianMixture::kernel_density: samples must be not all equal, got 1.5",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)Mixture::kernel_density(vector({1.0, infinity}), 1.0),
                       "GaussianMixture::kernel_density: samples[1] must be finite, got inf", std::invalid_argument);
}
