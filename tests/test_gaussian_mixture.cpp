// SPDX-License-Identifier: MIT
#include "klgrid/gaussian_mixture.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "support/notebook.hpp"
#include "support/reference.hpp"
#include "support/tolerances.hpp"
#include "support/values.hpp"

using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Index;
using klgrid::Vector;
using klgrid_test::infinity;
using klgrid_test::not_a_number;
using klgrid_test::relative_error;
namespace tol = klgrid_test::tol;

TEST_CASE_TEMPLATE("GaussianMixture: one component is a Gaussian", T, float, double, long double) {
  const GaussianMixture<T> p({T(1)}, {T(-0.5)}, {T(1.25)});
  const Gaussian<T> q(T(-0.5), T(1.25));
  for (const T x : {T(-30), T(-1), T(-0.5), T(2), T(40)}) {
    CAPTURE(x);
    CHECK(relative_error(p.log_pdf(x), q.log_pdf(x), T(1)) <= tol::few_roundings<T>);
  }
  CHECK(p.components() == 1);
  CHECK(p.mean() == T(-0.5));
  CHECK(p.variance() == T(1.5625));
}

TEST_CASE_TEMPLATE("GaussianMixture: the components' densities add up to the mixture's", T, float, double,
                   long double) {
  for (const auto& entry : klgrid_test::mixtures<T>()) {
    const auto& name = entry.first;
    const auto& p = entry.second;
    CAPTURE(name);
    for (const T x : {T(-6), T(-3), T(0), T(0.7), T(3.1)}) {
      CAPTURE(x);
      T sum = 0;
      for (Index k = 0; k < p.components(); ++k) {
        const T share = p.weights()[k] * Gaussian<T>(p.means()[k], p.stddevs()[k]).pdf(x);
        const T z = (x - p.means()[k]) / p.stddevs()[k];
        CHECK(relative_error(p.component_pdf(k, x), share, std::numeric_limits<T>::min()) <=
              tol::few_roundings<T> * (1 + z * z));
        sum += p.component_pdf(k, x);
      }
      // The exponential multiplies the rounding of its argument by the argument's size.
      const T tolerance = tol::few_roundings<T> * (1 + std::abs(p.log_pdf(x)));
      CHECK(relative_error(p.pdf(x), sum, std::numeric_limits<T>::min()) <= tolerance);
    }
  }
}

TEST_CASE_TEMPLATE("GaussianMixture: whole vectors agree with single points, whatever their size", T, float, double,
                   long double) {
  const auto x = klgrid_test::notebook_grid<T>().nodes();
  for (const auto& entry : klgrid_test::mixtures<T>()) {
    const auto& name = entry.first;
    const auto& p = entry.second;
    CAPTURE(name);
    for (const Index size : {Index(0), Index(1), Index(127), Index(128), Index(129), Index(400)}) {
      CAPTURE(size);
      const Vector<T> log_pdf = p.log_pdf(x.head(size));
      const Vector<T> pdf = p.pdf(x.head(size));
      REQUIRE(log_pdf.size() == size);
      T worst = 0;
      for (Index i = 0; i < size; ++i) {
        worst = std::max(worst, relative_error(log_pdf[i], p.log_pdf(x[i]), T(1)));
        CHECK(pdf[i] == p.pdf(x[i]));
      }
      CHECK(worst <= tol::few_roundings<T>);
    }
  }
}

TEST_CASE_TEMPLATE("GaussianMixture: a component of weight zero takes no part, wherever it lies", T, float, double,
                   long double) {
  const GaussianMixture<T> alone({T(1)}, {T(0.5)}, {T(2)});
  const GaussianMixture<T> both({T(0), T(1)}, {T(1000), T(0.5)}, {T(1e-3), T(2)});
  const Vector<T> x = klgrid::linspace(T(-10), T(1010), 103);
  CHECK((both.log_pdf(x) == alone.log_pdf(x)).all());
  CHECK(both.log_pdf(T(1000)) == alone.log_pdf(T(1000)));
  CHECK(both.component_pdf(0, T(1000)) == T(0));
  CHECK(both.mean() == T(0.5));
  CHECK(both.variance() == T(4));
}

TEST_CASE_TEMPLATE("GaussianMixture: far from every component log p is finite and that of the nearest", T, float,
                   double, long double) {
  const GaussianMixture<T> p({T(0.5), T(0.5)}, {T(-3), T(3)}, {T(0.1), T(0.1)});
  const Vector<T> x = Vector<T>::LinSpaced(2, T(-1e4), T(1e4));
  const Vector<T> log_pdf = p.log_pdf(x);
  for (Index i = 0; i < 2; ++i) {
    const T nearest = Gaussian<T>(i == 0 ? T(-3) : T(3), T(0.1)).log_pdf(x[i]) + std::log(T(0.5));
    CHECK(relative_error(log_pdf[i], nearest, T(1)) <= tol::few_roundings<T>);
    CHECK(relative_error(p.log_pdf(x[i]), nearest, T(1)) <= tol::few_roundings<T>);
  }
}

TEST_CASE("GaussianMixture: from however far away, the nearest of many components counts at many points as at one") {
  const auto p = GaussianMixture<double>::kernel_density(klgrid::linspace(-3.0, 3.0, 80), 0.3);
  for (double x = 10; x < 1e100; x *= 1.37) {
    CAPTURE(x);
    const auto at = p.log_pdf({-x, x});
    CHECK(relative_error(at[0], p.log_pdf(-x), 1.0) <= tol::figures);
    CHECK(relative_error(at[1], p.log_pdf(x), 1.0) <= tol::figures);
  }
}

TEST_CASE_TEMPLATE("GaussianMixture: a stddev whose square underflows gives no NaN", T, float, double, long double) {
  const T tiny = std::sqrt(std::numeric_limits<T>::min()) / T(1024);
  for (const T stddev : {tiny, std::numeric_limits<T>::denorm_min()}) {
    const GaussianMixture<T> p({T(0.5), T(0.5)}, {T(0), T(1)}, {stddev, T(1)});
    const Vector<T> x = klgrid::linspace(T(-1), T(1), 9);
    const Vector<T> log_pdf = p.log_pdf(x);
    for (Index i = 0; i < x.size(); ++i) {
      CAPTURE(x[i]);
      const T expected = i == 4 ? Gaussian<T>(T(0), stddev).log_pdf(T(0)) : Gaussian<T>(T(1), T(1)).log_pdf(x[i]);
      CHECK(relative_error(log_pdf[i], expected + std::log(T(0.5)), T(1)) <= tol::few_roundings<T>);
      CHECK(relative_error(p.log_pdf(x[i]), expected + std::log(T(0.5)), T(1)) <= tol::few_roundings<T>);
    }
  }
}

TEST_CASE("GaussianMixture: as many values are written as there are points") {
  const GaussianMixture<double> p({0.5, 0.5}, {-3.0, 3.0}, {1.0, 1.0});
  const Vector<double> x = klgrid::linspace(-4.0, 4.0, 400);
  Vector<double> out = Vector<double>::Constant(400, 7.0);
  p.log_pdf(x.head(129), out.head(129));  // a block, and one point more
  CHECK((out.head(129) == p.log_pdf(x).head(129)).all());
  CHECK((out.tail(271) == 7.0).all());
}

TEST_CASE("GaussianMixture: nor does such a stddev among very many components") {
  const Index many = 65;  // of which points in order meet those that count
  Vector<double> stddevs = Vector<double>::Ones(many);
  stddevs[0] = std::numeric_limits<double>::denorm_min();
  Vector<double> means = klgrid::linspace(-1.0, 1.0, many);
  const Vector<double> x = klgrid::linspace(-1.0, 1.0, 9);
  for (const auto& p : {GaussianMixture<double>(Vector<double>::Constant(many, 1.0 / many), means, stddevs),
                        GaussianMixture<double>::normalized(Vector<double>::Ones(many), means, stddevs)}) {
    const Vector<double> log_pdf = p.log_pdf(x);
    for (Index i = 0; i < x.size(); ++i) {
      CAPTURE(x[i]);
      CHECK(relative_error(log_pdf[i], p.log_pdf(x[i]), 1.0) <= tol::few_roundings<double>);
    }
  }
}

TEST_CASE_TEMPLATE("GaussianMixture: mean and variance by the closed form", T, float, double, long double) {
  const GaussianMixture<T> p({T(0.25), T(0.75)}, {T(-2), T(4)}, {T(0.5), T(1.5)});
  CHECK(relative_error(p.mean(), T(2.5), T(0)) <= tol::few_roundings<T>);
  // 0.25 (0.25 + 4) + 0.75 (2.25 + 16) - 2.5^2
  CHECK(relative_error(p.variance(), T(8.5), T(0)) <= tol::few_roundings<T>);
}

TEST_CASE("GaussianMixture: the variance keeps its digits far from the origin") {
  const GaussianMixture<> p({0.5, 0.5}, {1e8 - 1.0, 1e8 + 1.0}, {0.5, 0.5});
  CHECK(relative_error(p.variance(), 1.25, 0.0) <= tol::few_roundings<double>);
}

TEST_CASE_TEMPLATE("GaussianMixture: components at one place far from 0 keep their own width", T, float, double,
                   long double) {
  const T place = T(58849.37L);
  const T stddev = place * std::numeric_limits<T>::epsilon() / T(16);
  const T last_place = std::nextafter(place, T(1e5)) - place;
  for (int first = 1; first < 20; ++first) {  // weights whose rounded sum with the means is off
    CAPTURE(first);
    const Vector<T> weights = Vector<T>::LinSpaced(5, T(1), T(first + 1));
    const auto one =
        GaussianMixture<T>::normalized(weights, Vector<T>::Constant(5, place), Vector<T>::Constant(5, stddev));
    CHECK(one.mean() == place);
    CHECK(relative_error(one.stddev(), stddev, T(0)) <= tol::few_roundings<T>);
    // Two neighbours in the scalar's last place, w and 1 - w: no number lies at their mean.
    const T w = T(first) / T(20);
    const GaussianMixture<T> two({w, T(1) - w}, {place, place + last_place}, {stddev, stddev});
    CHECK(relative_error(two.variance(), stddev * stddev + w * (T(1) - w) * last_place * last_place, T(0)) <=
          tol::few_roundings<T>);
  }
}

TEST_CASE_TEMPLATE("GaussianMixture: the mass over a wide window is the weights' sum", T, float, double, long double) {
  const Vector<T> x = klgrid::arange(T(-24), T(24), T(0.015625));  // dyadic: exact nodes; fine for a stddev of 0.1
  for (const auto& entry : klgrid_test::mixtures<T>()) {
    const auto& name = entry.first;
    const auto& p = entry.second;
    CAPTURE(name);
    CHECK(relative_error(p.pdf(x).sum() * T(0.015625), p.weights().sum(), T(0)) <= tol::node_sum<T>);
  }
}

TEST_CASE("GaussianMixture: of many components, too, weights count as they were given") {
  const GaussianMixture<double> p(Vector<double>::Constant(100, 0.01 * (1.0 + 5e-11)), klgrid::linspace(-1.0, 1.0, 100),
                                  Vector<double>::Ones(100));
  const Vector<double> x = klgrid::linspace(-2.0, 2.0, 5), log_pdf = p.log_pdf(x);
  for (Index i = 0; i < x.size(); ++i) CHECK(relative_error(log_pdf[i], p.log_pdf(x[i]), 1.0) <= tol::node_sum<double>);
}

TEST_CASE_TEMPLATE("GaussianMixture: weights that sum to one but for rounding are taken", T, float, double,
                   long double) {
  const Index ten = 10;
  const GaussianMixture<T> p(Vector<T>::Constant(ten, T(0.1)), Vector<T>::LinSpaced(ten, T(-3), T(3)),
                             Vector<T>::Constant(ten, T(1)));
  CHECK(p.components() == 10);
  CHECK(GaussianMixture<T>({T(1) + 2 * std::numeric_limits<T>::epsilon()}, {T(0)}, {T(1)}).components() == 1);
}

TEST_CASE_TEMPLATE("GaussianMixture::normalized: weights in proportion, and by what they were divided", T, float,
                   double, long double) {
  const auto counted = GaussianMixture<T>::normalized({1, 2, 1}, {-1, 0, 1}, {1, 2, 3});
  const GaussianMixture<T> p({0.25, 0.5, 0.25}, {-1, 0, 1}, {1, 2, 3});
  CHECK((counted.weights() == p.weights()).all());
  CHECK(counted.log_pdf(T(0.75)) == p.log_pdf(T(0.75)));
  CHECK(counted.given_weight_sum() == T(4));
  CHECK(p.given_weight_sum() == T(1));
  const std::vector<T> table{T(0.3333), T(0.3333), T(0.3333)};  // as printed
  const auto rounded = GaussianMixture<T>::normalized(table, {0, 1, 2}, {1, 1, 1});
  CHECK(relative_error(rounded.given_weight_sum(), T(3) * T(0.3333), T(0)) <= tol::few_roundings<T>);
  CHECK(relative_error(rounded.weights().sum(), T(1), T(0)) <= tol::few_roundings<T>);
}

TEST_CASE("GaussianMixture::normalized: bad input is named") {
  using List = std::initializer_list<double>;
  const auto make = [](List weights, List means, List stddevs) {
    return GaussianMixture<>::normalized(weights, means, stddevs);
  };
  CHECK_THROWS_WITH_AS(make({0, 0}, {0, 0}, {1, 1}),
                       "GaussianMixture::normalized: weights must be of a positive, finite sum, got 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({1e308, 1e308}, {0, 0}, {1, 1}),
                       "GaussianMixture::normalized: weights must be of a positive, finite sum, got inf",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({2, -1}, {0, 0}, {1, 1}),
                       "GaussianMixture::normalized: weights[1] must be finite and >= 0, got -1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({2, 1}, {0, 0}, {1}),
                       "GaussianMixture::normalized: stddevs must be of the size of weights, which is 2, got 1",
                       std::invalid_argument);
}

TEST_CASE("GaussianMixture: bad input is named") {
  using List = std::initializer_list<double>;
  const auto make = [](List weights, List means, List stddevs) { return GaussianMixture<>(weights, means, stddevs); };
  CHECK_THROWS_WITH_AS(make({}, {}, {}), "GaussianMixture: weights must be of at least one component, got none",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({1.5, -0.5}, {0, 0}, {1, 1}),
                       "GaussianMixture: weights[1] must be finite and >= 0, got -0.5", std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({not_a_number, 1}, {0, 0}, {1, 1}),
                       "GaussianMixture: weights[0] must be finite and >= 0, got nan", std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({1, infinity}, {0, 0}, {1, 1}),
                       "GaussianMixture: weights[1] must be finite and >= 0, got inf", std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({0.5, 0.25}, {0, 0}, {1, 1}),
                       "GaussianMixture: weights must be of sum 1 within 1e-12 * K (divide them by their sum, or use "
                       "GaussianMixture::normalized), got 0.75",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({0, 0}, {0, 0}, {1, 1}),
                       doctest::Contains("weights must be of sum 1 within 1e-12 * K (divide them by their sum"),
                       std::invalid_argument);
  CHECK_THROWS_AS(make({1 + 1e-11}, {0}, {1}), std::invalid_argument);
  CHECK_THROWS_AS(make({1 - 1e-11}, {0}, {1}), std::invalid_argument);
  CHECK_NOTHROW(make({1 + 1e-13}, {0}, {1}));
  // Within 1e-12 for each component.
  CHECK_NOTHROW(make({0.25, 0.25, 0.25, 0.25 + 3e-12}, {0, 0, 0, 0}, {1, 1, 1, 1}));
  CHECK_THROWS_AS(make({0.25, 0.25, 0.25, 0.25 + 5e-12}, {0, 0, 0, 0}, {1, 1, 1, 1}), std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({1}, {0, 1}, {1}),
                       "GaussianMixture: means must be of the size of weights, which is 1, got 2",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({1}, {0}, {}), "GaussianMixture: stddevs must be of the size of weights, which is 1, got 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({0.5, 0.5}, {0, not_a_number}, {1, 1}), "GaussianMixture: means[1] must be finite, got nan",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({0.5, 0.5}, {infinity, 0}, {1, 1}), "GaussianMixture: means[0] must be finite, got inf",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({0.5, 0.5}, {0, 0}, {1, 0}), "GaussianMixture: stddevs[1] must be finite and > 0, got 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({1}, {0}, {-2}), "GaussianMixture: stddevs[0] must be finite and > 0, got -2",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({1}, {0}, {not_a_number}), "GaussianMixture: stddevs[0] must be finite and > 0, got nan",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({1}, {0}, {infinity}), "GaussianMixture: stddevs[0] must be finite and > 0, got inf",
                       std::invalid_argument);

  const GaussianMixture<> p({1.0}, {0.0}, {1.0});
  Vector<double> out(3);
  CHECK_THROWS_WITH_AS(p.log_pdf(Vector<double>::Zero(4), out),
                       "GaussianMixture::log_pdf: out must be of the size of x, which is 4, got 3",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)p.component_pdf(1, 0.0), "GaussianMixture::component_pdf: k must be in [0, K), got 1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)p.component_pdf(-1, 0.0), "GaussianMixture::component_pdf: k must be in [0, K), got -1",
                       std::invalid_argument);
}

TEST_CASE("GaussianMixture: log_pdf to the ends of the range, at one point and at many") {
  const auto check = [](double mean, double stddev, double x, double z) {
    const double expected = -z * z / 2 - std::log(stddev) - std::log(2 * std::numbers::pi) / 2;
    const GaussianMixture<double> p({1.0}, {mean}, {stddev});
    // A denormal width has some 14 digits.
    CHECK(relative_error(p.log_pdf(x), expected, 1.0) <= 1e-12);
    CHECK(relative_error(p.log_pdf(Vector<double>(Vector<double>::Constant(9, x)))[8], expected, 1.0) <= 1e-12);
    CHECK(relative_error(klgrid::Gaussian<double>(mean, stddev).log_pdf(x), expected, 1.0) <= 1e-12);
  };
  check(0, 1e-310, 0, 0);
  check(0, 1e-310, 1e-309, 10);
  check(-1.7e308, 1e308, 1.7e308, 3.4);
  check(1e-300, 1e-301, 3e-300, 20);
  check(1e300, 1e299, 0, 10);
}

TEST_CASE_TEMPLATE("GaussianMixture: the standard deviation in any unit of x", T, float, double, long double) {
  const int most = std::numeric_limits<T>::max_exponent - 4;
  for (const int exponent : {-most, -most / 2, 0, most / 2, most}) {
    const T unit = std::ldexp(T(1), exponent);
    const GaussianMixture<T> p({T(0.5), T(0.5), T(0)}, {T(0), T(4) * unit, T(7) * unit},
                               {T(1.5) * unit, T(1.5) * unit, unit});
    CHECK(relative_error(p.stddev() / unit, T(2.5), T(1)) <= tol::few_roundings<T>);  // 1.5^2 + 2^2
  }
}

TEST_CASE("GaussianMixture: moments are those of weights that sum to one, and of components that have some") {
  const GaussianMixture<> p({0.5, 0.5 + 1e-12}, {3, 3}, {2, 2});
  CHECK(relative_error(p.mean(), 3.0, 0.0) <= tol::few_roundings<double>);
  CHECK(relative_error(p.variance(), 4.0, 0.0) <= tol::few_roundings<double>);
  const GaussianMixture<> far_off({1, 0}, {0.5, 1e300}, {2, 1e300});  // whose square is beyond the range
  CHECK(far_off.mean() == 0.5);
  CHECK(far_off.variance() == 4);
}

TEST_CASE("GaussianMixture::translated: means move, by a finite number") {
  const GaussianMixture<> p({0.25, 0.75}, {-1, 2}, {1, 2});
  CHECK((p.translated(8.0).means() == p.means() + 8.0).all());
  CHECK_THROWS_WITH_AS((void)p.translated(not_a_number), "GaussianMixture::translated: by must be finite, got nan",
                       std::invalid_argument);
}
