// SPDX-License-Identifier: MIT
// Values that others print: in papers, in the tests and in the documentation of peers. A value is taken as it is
// printed, and held to half a unit of its last digit and the rounding of both programs; where a source rounds or errs,
// the case says so. Files of a repository are named by their path, as they stood on 2026-11-25.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <vector>

#include "klgrid/gaussian.hpp"
#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/grid.hpp"
#include "klgrid/grid/density.hpp"
#include "klgrid/grid/divergence.hpp"
#include "klgrid/grid/relative_entropy.hpp"
#include "klgrid/line/density.hpp"
#include "klgrid/line/divergence.hpp"
#include "klgrid/line/relative_entropy.hpp"
#include "support/tolerances.hpp"

namespace {

using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Grid;
using klgrid::GridDensity;
using klgrid::Index;
using klgrid::Vector;
using klgrid_test::tol::divergence;

const double bit = std::log(2.0);  // in nats
const double infinity = std::numeric_limits<double>::infinity();

/// A number as it is printed.
class Printed {
 public:
  Printed(const char* text) : text_(text), value_(std::strtod(text, nullptr)) {
    const char* const point = std::strchr(text, '.');
    const auto decimals = point == nullptr ? 0 : std::strspn(point + 1, "0123456789");
    half_unit_ = std::pow(10.0, -static_cast<double>(decimals)) / 2;
  }

  void is(double value) const { is_within(half_unit_, value); }

  /// Not rounded.
  void is_exactly(double value) const { is_within(0, value); }

 private:
  void is_within(double slack, double value) const {
    INFO("printed: ", text_, ", here: ", value);
    CHECK(std::abs(value - value_) <= slack + divergence<double> * (std::max)(1.0, std::abs(value_)));
  }

  const char* text_;
  double value_;
  double half_unit_;
};

/// Probabilities in proportion, of the outcomes 0, 1, 2, ...: a sum, not an integral, so that each node weighs 1.
GridDensity<double> discrete(std::initializer_list<double> proportions) {
  const auto n = static_cast<Index>(proportions.size());
  const Grid<double> outcomes(Vector<double>::LinSpaced(n, 0.0, static_cast<double>(n - 1)), Vector<double>::Ones(n));
  Vector<double> logs(n);
  Index i = 0;
  for (const double p : proportions) logs[i++] = std::log(p);  // -inf for an outcome that does not come
  return GridDensity<double>::from_log_values(outcomes, logs);
}

double kl(std::initializer_list<double> p, std::initializer_list<double> r) {
  return relative_entropy(discrete(p), discrete(r));
}

double jensen_shannon_distance(std::initializer_list<double> p, std::initializer_list<double> r) {
  return std::sqrt(jensen_shannon_divergence(discrete(p), discrete(r)));
}

/// The trapezoidal rule in t, x = x(t): exact to rounding where p(x(t)) x'(t) is analytic and falls off at both ends.
Grid<double> mapped(double first, double last, const std::function<double(double)>& x,
                    const std::function<double(double)>& slope) {
  const double step = 1.0 / 32;
  const auto n = static_cast<Index>((last - first) / step) + 1;
  const Vector<double> t = Vector<double>::LinSpaced(n, first, last);
  return {t.unaryExpr(x), t.unaryExpr(slope) * step};
}

double entropy_of(const Grid<double>& grid, const std::function<double(double)>& log_density) {
  return GridDensity<double>(grid, log_density).entropy();
}

GaussianMixture<double> normal(double mean, double stddev) { return {{1.0}, {mean}, {stddev}}; }

}  // namespace

TEST_CASE("relative entropies of discrete distributions") {
  // SciPy, scipy/stats/tests/test_entropy.py: of columns, where zeros are, and of rows.
  Printed("0.1933259").is(kl({0.1, 0.6, 0.3}, {0.2, 0.3, 0.5}));
  Printed("0.18609809").is(kl({0.2, 0.3, 0.5}, {0.1, 0.6, 0.3}));
  Printed("0.17403988").is(kl({0.0, 0.6, 0.3}, {0.0, 0.3, 0.5}));
  CHECK(kl({0.1, 0.6, 0.3}, {0.0, 0.3, 0.5}) == infinity);
  Printed("0.23104906").is(kl({0.1, 0.2}, {0.2, 0.1}));
  Printed("0.23104906").is(kl({0.6, 0.3}, {0.3, 0.6}));
  Printed("0.12770641").is(kl({0.3, 0.5}, {0.5, 0.3}));
  // StatsBase.jl, test/scalarstats.jl.
  Printed("0.08801516852582819").is(kl({0.2, 0.3, 0.5}, {0.3, 0.4, 0.3}));
  Printed("0.12697904715521868").is(kl({0.2, 0.3, 0.5}, {0.3, 0.4, 0.3}) / bit);
  // Wikipedia's example, as motus/dml tests it, tests/test_kl_divergence.py.
  Printed("0.0852996").is(kl({9, 12, 4}, {1, 1, 1}));
  Printed("0.097455").is(kl({1, 1, 1}, {9, 12, 4}));
  // mljs/distance, src/__tests__/distances/kullbackLeibler.js.
  Printed("0.12685113254635072").is(kl({0.2, 0.4, 0.3, 0.1}, {0.3, 0.2, 0.3, 0.2}));
  // komm, src/komm/_util/information_theory.py, after Cover & Thomas, Elements of Information Theory, 2006, 2.3; in
  // bits.
  Printed("0.20751874963942185").is(kl({1, 1}, {3, 1}) / bit);
  Printed("0.18872187554086717").is(kl({3, 1}, {1, 1}) / bit);
  CHECK(kl({1, 1}, {0, 1}) == infinity);
  // dit, tests/divergences/test_kullback_leibler_divergence.py, in bits.
  Printed("0.5849625007211563").is(kl({1, 1, 0}, {1, 1, 1}) / bit);
  Printed("0.0294468445267841").is(kl({1, 1}, {2, 3}) / bit);
  Printed("0.029049405545331419").is(kl({2, 3}, {1, 1}) / bit);
  CHECK(kl({1, 1, 0}, {1, 0, 1}) == infinity);
  // philentropy, vignettes/Information_Theory.Rmd, in bits, nats and decimal digits.
  const double counts = kl({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {20, 21, 22, 23, 24, 25, 26, 27, 28, 29});
  Printed("0.1392629").is(counts / bit);
  Printed("0.09652967").is(counts);
  Printed("0.0419223").is(counts / std::log(10.0));
  // TensorFlow for Java, KLDivergence.java: labels (0, 1) and (0, 0), predictions (0.6, 0.4) and (0.4, 0.6), "[0.916f,
  // -3.08e-06f]". It adds 1e-7 to what is 0, and so answers for labels that are no distribution, by a negative number.
  Printed("0.916").is(kl({0, 1}, {0.6, 0.4}));
  CHECK_THROWS_AS(static_cast<void>(discrete({0, 0})), std::invalid_argument);
}

TEST_CASE("entropies and cross-entropies of discrete distributions") {
  // SciPy, scipy/stats/tests/test_entropy.py.
  Printed("0.63651416829481278").is(discrete({0, 1, 2}).entropy());
  Printed("0.63651417").is(discrete({0.1, 0.2}).entropy());
  Printed("0.66156324").is(discrete({0.3, 0.5}).entropy());
  // StatsBase.jl, test/scalarstats.jl: H(p, r) = H(p) + D(p||r).
  const double cross_entropy = discrete({0.2, 0.3, 0.5}).entropy() + kl({0.2, 0.3, 0.5}, {0.3, 0.4, 0.3});
  Printed("1.1176681825904018").is(cross_entropy);
  Printed("1.6124543443825532").is(cross_entropy / bit);
  // dit, tests/divergences/test_nonmerge.py, in bits.
  Printed("0.97095059445466858").is(discrete({3, 2}).entropy() / bit);
  Printed("1.0294468445267841").is((discrete({1, 1}).entropy() + kl({1, 1}, {3, 2})) / bit);
}

TEST_CASE("Jensen-Shannon divergences, and distances, which are their roots") {
  // SciPy, scipy/spatial/distance.py and its test: distances, the last in the base 2.
  Printed("0.46450140402245893").is(jensen_shannon_distance({1, 0}, {0.5, 0.5}));
  Printed("0.0649045").is(jensen_shannon_distance({1, 2}, {0.5, 1.5}));
  Printed("0.1954288").is(jensen_shannon_distance({1, 5, 9}, {13, 17, 21}));
  Printed("0.1447697").is(jensen_shannon_distance({2, 6, 10}, {14, 18, 22}));
  Printed("0.1138377").is(jensen_shannon_distance({3, 7, 11}, {15, 19, 23}));
  Printed("0.0927636").is(jensen_shannon_distance({4, 8, 12}, {16, 20, 24}));
  Printed("0.1402339").is(jensen_shannon_distance({1, 2, 3, 4}, {13, 14, 15, 16}));
  Printed("0.0399106").is(jensen_shannon_distance({5, 6, 7, 8}, {17, 18, 19, 20}));
  Printed("0.0201815").is(jensen_shannon_distance({9, 10, 11, 12}, {21, 22, 23, 24}));
  Printed("1.0").is_exactly(jensen_shannon_distance({1, 0, 0}, {0, 1, 0}) / std::sqrt(bit));
  // dit, tests/divergences/test_jensen_shannon_divergence.py, in bits.
  Printed("0.5").is_exactly(jensen_shannon_divergence(discrete({1, 1, 0}), discrete({0, 1, 1})) / bit);
  Printed("1.0").is_exactly(jensen_shannon_divergence(discrete({1, 1, 0, 0}), discrete({0, 0, 1, 1})) / bit);
  // philentropy, vignettes/Information_Theory.Rmd, in bits, nats and decimal digits.
  const double counts = jensen_shannon_divergence(discrete({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}),
                                                  discrete({20, 21, 22, 23, 24, 25, 26, 27, 28, 29}));
  Printed("0.03792749").is(counts / bit);
  Printed("0.02628933").is(counts);
  Printed("0.01141731").is(counts / std::log(10.0));
}

TEST_CASE("differential entropies") {
  // Distributions.jl, test/ref/continuous_test.ref.json, which R computed: 15 digits. Of the normal density, and of
  // others from their logarithms, which lack their constants, by a trapezoidal rule.
  Printed("1.41893853320467").is(Gaussian<double>().entropy());
  Printed("2.11208571376462").is(Gaussian<double>(-3, 2).entropy());
  Printed("3.72152362619872").is(Gaussian<double>(1, 10).entropy());
  Printed("0.960793167267595").is(Gaussian<double>(-0.4, std::sqrt(0.4)).entropy());
  Printed("1.53051030886178").is(Gaussian<double>(2.5, std::sqrt(1.25)).entropy());
  Printed("2.11208571376462").is(entropy(klgrid::RealLineDensity<double>(normal(-3, 2))));
  Printed("2.11208571376462").is(entropy(Gaussian<double>(-3, 2), Grid<double>::arange(-33, 27, 0.25)));

  // PyPolo, tests/objectives/test_entropy.py.
  Printed("2.5175508218727822").is(Gaussian<double>(0, 3).entropy());

  const auto logistic = [](double x) { return -x / 1.5 - 2 * std::log1p(std::exp(-x / 1.5)); };
  Printed("2.40546510810816").is(entropy_of(Grid<double>::arange(-90, 90, 0.25), logistic));

  const Grid<double> half_line = mapped(
      -100, 8, [](double t) { return std::exp(t); }, [](double t) { return std::exp(t); });
  const auto gamma = [](double shape, double scale) {
    return [=](double x) { return (shape - 1) * std::log(x) - x / scale; };
  };
  const auto rayleigh = [](double scale) {
    return [=](double x) { return std::log(x) - x * x / (2 * scale * scale); };
  };
  const auto log_normal = [](double x) { return -std::log(x) - 2 * (std::log(x) - 3) * (std::log(x) - 3); };
  Printed("1.57721566490153").is(entropy_of(half_line, gamma(2, 1)));
  Printed("1.84757851036301").is(entropy_of(half_line, gamma(3, 1)));
  Printed("2.54072569092296").is(entropy_of(half_line, gamma(3, 2)));
  Printed("0.783757110473934").is(entropy_of(half_line, gamma(0.5, 2)));  // chi-square with 1 degree of freedom
  Printed("2.7165536444926").is(entropy_of(half_line, gamma(4, 2)));      // with 8
  Printed("3.22920135904092").is(entropy_of(half_line, gamma(10, 2)));    // with 20
  Printed("0.94203424217079").is(entropy_of(half_line, rayleigh(1)));
  Printed("2.0406465308389").is(entropy_of(half_line, rayleigh(3)));
  Printed("3.72579135264473").is(entropy_of(half_line, log_normal));

  const Grid<double> line = mapped(
      -40, 40, [](double t) { return std::sinh(t); }, [](double t) { return std::cosh(t); });
  const auto student = [](double nu) { return [=](double x) { return -(nu + 1) / 2 * std::log1p(x * x / nu); }; };
  Printed("2.34018272148108").is(entropy_of(line, student(1.2)));
  Printed("1.6275026724144").is(entropy_of(line, student(5)));
  Printed("1.45496391863972").is(entropy_of(line, student(28)));

  const double circle = 8 * std::atan(1.0);
  const Grid<double> turn(Vector<double>::LinSpaced(1024, 0, circle * 1023 / 1024),
                          Vector<double>::Constant(1024, circle / 1024));
  const auto von_mises = [](double mu, double kappa) { return [=](double x) { return kappa * std::cos(x - mu); }; };
  Printed("1.62740145901999").is(entropy_of(turn, von_mises(0, 1)));
  Printed("0.808759417826602").is(entropy_of(turn, von_mises(0, 4)));
  Printed("1.11622386863335").is(entropy_of(turn, von_mises(1.1, 2.5)));
  // Distributions.jl, test/univariate/continuous.jl.
  Printed("-2.034688918525470").is(entropy_of(turn, von_mises(1.1, 1000)));
}

TEST_CASE("kernel density estimates") {
  // SciPy, scipy/stats/tests/test_kdeoth.py, by Scott's rule.
  const auto p = GaussianMixture<double>::kernel_density({-7, -5, 1, 4, 5}, klgrid::BandwidthRule::scott);
  Printed("0.02463386").is(p.pdf(-10.0));
  Printed("0.04689208").is(p.pdf(-5.0));
  Printed("0.05395444").is(p.pdf(0.0));
  Printed("0.05337754").is(p.pdf(5.0));
  Printed("0.01664475").is(p.pdf(10.0));
  const auto integers = GaussianMixture<double>::kernel_density({0, 1, 2, 3, 4}, klgrid::BandwidthRule::scott);
  Printed("0.13480721").is(integers.pdf(0.0));
  Printed("0.18222869").is(integers.pdf(1.0));
  Printed("0.19514935").is(integers.pdf(2.0));
}

TEST_CASE("two normal densities, integral and sum") {
  // Cross Validated, "KL divergence from PDF vs. mean and variance": N(5, 3^2) and N(10, 4^2) by the closed form, and
  // by a sum over 10000 points of [-10, 30] that lacks dx and leaves out what of the densities is outside.
  const auto p = normal(5, 3);
  const Gaussian<double> q(10, 4);
  const Printed closed_form("0.8501820724517808");
  closed_form.is(forward_kl(p, q));
  closed_form.is(reverse_kl(Gaussian<double>(5, 3), normal(10, 4)));
  closed_form.is(relative_entropy(p, normal(10, 4)));

  const double dx = 40.0 / 9999;
  const Grid<double> points(klgrid::linspace(-10.0, 30.0, 10000), Vector<double>::Constant(10000, dx));
  const GridDensity<double> p_there(points, p);
  const GridDensity<double> q_there(points, q);
  const double not_normalised =
      std::exp(p_there.log_mass()) * (relative_entropy(p_there, q_there) + p_there.log_mass() - q_there.log_mass());
  Printed("212.5242607810292").is(not_normalised / dx);

  // pyvbmc, pyvbmc/testing/stats/test_kldiv_mvn.py: N(1, 1) and N(100, 1).
  Printed("4900.5").is_exactly(forward_kl(normal(1, 1), Gaussian<double>(100, 1)));
  Printed("4900.5").is_exactly(reverse_kl(Gaussian<double>(1, 1), normal(100, 1)));

  // Distributions.jl, test/functionals.jl, prints no value: it holds the closed form of N(0, 1) and N(0.5, 0.5^2),
  // which is 2 - log 2, to a quadrature within 0.1, and so does it the divergence of N(0, 1) from itself.
  CHECK(std::abs(forward_kl(normal(0, 1), Gaussian<double>(0.5, 0.5)) - (2 - bit)) <= divergence<double>);
  CHECK(forward_kl(normal(0, 1), Gaussian<double>(0, 1)) < 1e-30);
}

TEST_CASE("mixtures against mixtures") {
  // davaxe/gmm-divergence, tests/test_kl_estimators.py: by adaptive quadrature, which it holds to 1e-12.
  const GaussianMixture<double> p({0.35, 0.65}, {-1.0, 1.25}, {std::sqrt(0.35), std::sqrt(0.8)});
  const GaussianMixture<double> r({0.55, 0.45}, {-0.4, 2.0}, {std::sqrt(0.6), std::sqrt(1.1)});
  Printed("0.1129823940300846").is(relative_entropy(p, r));
  // The same, docs/kl_estimation.md: 0.32286 of 10000 random points, whose standard error is the root of Var_p[log p/r]
  // / 10000. A sum on a fine grid tells that variance.
  const GaussianMixture<double> p2({0.5, 0.5}, {0.0, 1.0}, {1.0, 1.0});
  const GaussianMixture<double> r2({0.5, 0.5}, {0.5, 2.5}, {1.0, std::sqrt(0.5)});
  const double value = relative_entropy(p2, r2);
  double square = 0;
  for (const double x : klgrid::arange(-12.0, 14.0, 0.01)) {
    const double log_ratio = p2.log_pdf(x) - r2.log_pdf(x);
    square += 0.01 * p2.pdf(x) * log_ratio * log_ratio;
  }
  CHECK(std::abs(value - 0.32286) < 3 * std::sqrt((square - value * value) / 10000));
}

TEST_CASE("Marron and Wand's second density is another one's image") {
  // R's nor1mix, R/zMarrWand-dens.R: the paper (Exact mean integrated squared error, Annals of Statistics 20, 1992, p.
  // 720) and its authors' Matlab code give different numbers, "but it's easy to see mu_old = -.3 + 1.2 mu_paper".
  const GaussianMixture<double> paper({0.2, 0.2, 0.6}, {0.0, 0.5, 13.0 / 12}, {1.0, 2.0 / 3, 5.0 / 9});
  const GaussianMixture<double> old({0.2, 0.2, 0.6}, {-0.3, 0.3, 1.0}, {1.2, 0.8, 2.0 / 3});
  const klgrid::RealLineDensity<double> density_of_paper(paper);
  const klgrid::RealLineDensity<double> density_of_old(old);
  CHECK(std::abs(density_of_old.entropy() - (density_of_paper.entropy() + std::log(1.2))) <= divergence<double>);
  CHECK(std::abs(density_of_old.mean() - (-0.3 + 1.2 * density_of_paper.mean())) <= divergence<double>);
  const Gaussian<double> q(0.25, 0.75);
  CHECK(std::abs(forward_kl(paper, q) - forward_kl(old, Gaussian<double>(-0.3 + 1.2 * q.mean(), 1.2 * q.stddev()))) <=
        divergence<double>);
}

namespace {

/// A Gaussian and its weight.
struct Part {
  double weight;
  Gaussian<double> q;
};

std::vector<Part> parts_of(const GaussianMixture<double>& p) {
  std::vector<Part> parts;
  for (Index k = 0; k < p.components(); ++k) parts.push_back({p.weights()[k], {p.means()[k], p.stddevs()[k]}});
  return parts;
}

double log_share(const Part& part, double x) { return std::log(part.weight) + part.q.log_pdf(x); }

/// D(a||b) of two Gaussians, and log of the integral of a b.
double closed_form(const Gaussian<double>& a, const Gaussian<double>& b) {
  const double ratio = a.stddev() / b.stddev();
  const double offset = (a.mean() - b.mean()) / b.stddev();
  return (ratio * ratio + offset * offset - 1) / 2 - std::log(ratio);
}
double log_overlap(const Gaussian<double>& a, const Gaussian<double>& b) {
  return Gaussian<double>(b.mean(), std::hypot(a.stddev(), b.stddev())).log_pdf(a.mean());
}

/// log sum_k weight_k exp(of(q_k))
template <class Function>
double log_mean(const std::vector<Part>& parts, const Function& of) {
  double sum = 0;
  for (const Part& part : parts) sum += part.weight * std::exp(of(part.q));
  return std::log(sum);
}

/// Bounds of D(f||g) in closed form, which Hershey & Olsen's product of Gaussians (section 5) and variational
/// approximation (section 7; Approximating the Kullback Leibler divergence between Gaussian mixture models, ICASSP
/// 2007) become if one takes each for half of the integral: Durrieu, Thiran & Kelly, Lower and upper bounds for
/// approximation of the Kullback-Leibler divergence between Gaussian mixture models, ICASSP 2012.
struct Bounds {
  double lower = 0, upper = 0;
  double convexity = 0;  // sum_ab f_a g_b D(f_a||g_b), their section 8: above D as well
};

Bounds bounds_of(const GaussianMixture<double>& f_mixture, const GaussianMixture<double>& g_mixture) {
  const auto f = parts_of(f_mixture);
  const auto g = parts_of(g_mixture);
  Bounds bounds;
  for (const Part& a : f) {
    const auto overlap = [&](const Gaussian<double>& b) { return log_overlap(a.q, b); };
    const auto minus_divergence = [&](const Gaussian<double>& b) { return -closed_form(a.q, b); };
    const double entropy = a.q.entropy();
    bounds.lower += a.weight * (log_mean(f, minus_divergence) - entropy - log_mean(g, overlap));
    bounds.upper += a.weight * (log_mean(f, overlap) + entropy - log_mean(g, minus_divergence));
    for (const Part& b : g) bounds.convexity += a.weight * b.weight * closed_form(a.q, b.q);
  }
  return bounds;
}

}  // namespace

TEST_CASE("bounds of Hershey and Olsen, and of Durrieu, Thiran and Kelly") {
  // The mixtures of the TrackerComponentLibrary's KLDistApproxGaussMix.m, example 1, which compares these
  // approximations: ten components, the same without the lightest ones, and fewer still (a mean of 0.917 for 0.91 is
  // its own).
  const auto roots = [](std::initializer_list<double> variances) {
    std::vector<double> stddevs;
    for (const double variance : variances) stddevs.push_back(std::sqrt(variance));
    return stddevs;
  };
  const auto full = GaussianMixture<double>::normalized(
      {0.03, 0.18, 0.12, 0.19, 0.02, 0.16, 0.06, 0.1, 0.08, 0.06},
      {1.45, 2.20, 0.67, 0.48, 1.49, 0.91, 1.01, 1.42, 2.77, 0.89},
      roots({0.0487, 0.0305, 0.1171, 0.0174, 0.0295, 0.0102, 0.0323, 0.0380, 0.0115, 0.0679}));
  const auto six =
      GaussianMixture<double>::normalized({0.18, 0.12, 0.19, 0.16, 0.1, 0.08}, {2.20, 0.67, 0.48, 0.91, 1.42, 2.77},
                                          roots({0.0305, 0.1171, 0.0174, 0.0102, 0.0380, 0.0115}));
  const auto four = GaussianMixture<double>::normalized({0.18, 0.12, 0.19, 0.16}, {2.20, 0.67, 0.48, 0.917},
                                                        roots({0.0305, 0.1171, 0.0174, 0.0102}));
  for (const auto* reduced : {&six, &four})
    for (const bool forward : {true, false}) {
      const auto& f = forward ? full : *reduced;
      const auto& g = forward ? *reduced : full;
      const Bounds bounds = bounds_of(f, g);
      const double value = relative_entropy(f, g);
      CAPTURE(value);
      CHECK(bounds.lower <= value);
      CHECK(value <= bounds.upper);
      CHECK(value <= bounds.convexity);
    }
  // Of two Gaussians the variational halves are exact.
  const auto p = normal(5, 3), q = normal(10, 4);
  CHECK(std::abs(bounds_of(p, q).convexity - relative_entropy(p, q)) <= divergence<double>);
}

TEST_CASE("the envelope of Nielsen and Sun's mixture GMM1") {
  // Guaranteed bounds on information-theoretic measures of univariate mixtures using piecewise log-sum-exp
  // inequalities, Entropy 18, 2016; the mixture and its envelope as printed on their page of it,
  // FrankNielsen.github.io, KLGMM/index.html, which numbers components by falling sigma: where the largest and the
  // least share of the density changes.
  const auto p = GaussianMixture<double>::normalized({1, 0.5, 1, 2, 3, 0.5, 2}, {30, -5, -2, 10, 25, 15, 5},
                                                     {2, 1, 0.5, 0.5, 0.5, 0.4, 0.3});
  const auto parts = parts_of(p);
  struct Piece {
    double end;
    std::size_t upper, lower;
  };
  const Piece envelope[] = {{-40.000000, 0, 6}, {-25.020076, 1, 6}, {-24.968606, 1, 5}, {-3.219053, 1, 4},
                            {1.219053, 2, 4},   {2.615495, 1, 4},   {6.890300, 6, 4},   {11.489828, 3, 4},
                            {12.824402, 3, 2},  {15.525749, 5, 2},  {17.548493, 5, 6},  {22.905116, 0, 6},
                            {26.428217, 4, 6},  {infinity, 0, 6}};
  const auto slope = [](const Part& part, double x) { return (part.q.mean() - x) / part.q.stddev() / part.q.stddev(); };
  double start = -50;
  for (std::size_t i = 0; i + 1 < std::size(envelope); ++i) {
    const double x = envelope[i].end;
    CAPTURE(x);
    const bool above = envelope[i].upper != envelope[i + 1].upper;
    const Part& before = parts[above ? envelope[i].upper : envelope[i].lower];
    const Part& after = parts[above ? envelope[i + 1].upper : envelope[i + 1].lower];
    const double half_unit = 0.5000001e-6;
    CHECK(std::abs(log_share(before, x) - log_share(after, x)) <=
          half_unit * std::abs(slope(before, x) - slope(after, x)));
    const double middle = (start + x) / 2;
    const double largest = log_share(parts[envelope[i].upper], middle);
    const double least = log_share(parts[envelope[i].lower], middle);
    for (const Part& part : parts) {
      CHECK(log_share(part, middle) <= largest);
      CHECK(log_share(part, middle) >= least);
    }
    // The inequalities that their bounds are made of.
    const double log_density = p.log_pdf(middle);
    CHECK(log_density >= largest - divergence<double> * std::abs(largest));
    CHECK(log_density <= largest + std::log(7.0));
    start = x;
  }
  // Entropy is at least the components' on the average, by concavity, and exceeds it by the entropy of the weights at
  // most (Cover & Thomas, 2.7.3 and 8.6).
  double mean_entropy = 0, entropy_of_weights = 0;
  for (const Part& part : parts) {
    mean_entropy += part.weight * part.q.entropy();
    entropy_of_weights -= part.weight * std::log(part.weight);
  }
  const double h = entropy(p);
  CHECK(h >= mean_entropy);
  CHECK(h <= mean_entropy + entropy_of_weights);
}
