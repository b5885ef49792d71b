// SPDX-License-Identifier: MIT
#include "klgrid/gaussian.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "support/tolerances.hpp"
#include "support/values.hpp"

using klgrid::Gaussian;
using klgrid_test::infinity;
using klgrid_test::not_a_number;
using klgrid_test::relative_error;
namespace tol = klgrid_test::tol;

TEST_CASE_TEMPLATE("Gaussian: pdf and log_pdf are the formula's", T, float, double, long double) {
  const Gaussian<T> q(T(1.5), T(0.75));
  CHECK(q.mean() == T(1.5));
  CHECK(q.stddev() == T(0.75));
  for (const T x : {T(-2), T(0), T(1.5), T(2.25), T(6)}) {
    CAPTURE(x);
    const T z = (x - T(1.5)) / T(0.75);
    const T pdf = std::exp(-z * z / 2) / (T(0.75) * std::sqrt(2 * std::numbers::pi_v<T>));
    // The exponential multiplies the rounding of its argument by the argument's size.
    CHECK(relative_error(q.pdf(x), pdf, T(0)) <= tol::few_roundings<T> * (1 + z * z));
    CHECK(relative_error(q.log_pdf(x), std::log(pdf), T(1)) <= tol::few_roundings<T>);
  }
}

TEST_CASE_TEMPLATE("Gaussian: log_pdf far off is finite where the density underflows", T, float, double, long double) {
  const Gaussian<T> q(T(0), T(1));
  const T expected = T(-5e11) - std::log(2 * std::numbers::pi_v<T>) / 2;
  CHECK(relative_error(q.log_pdf(T(1e6)), expected, T(0)) <= tol::few_roundings<T>);
}

TEST_CASE_TEMPLATE("Gaussian: entropy is log(stddev sqrt(2 pi e))", T, float, double, long double) {
  for (const T stddev : {T(0.125), T(1), T(3)}) {
    const T expected = std::log(stddev * std::sqrt(2 * std::numbers::pi_v<T> * std::numbers::e_v<T>));
    CHECK(relative_error(Gaussian<T>(T(-4), stddev).entropy(), expected, T(1)) <= tol::few_roundings<T>);
  }
}

TEST_CASE("Gaussian: standard normal unless said otherwise") {
  const std::vector<Gaussian<double>> many(3);
  CHECK(many[2].mean() == 0.0);
  CHECK(many[2].stddev() == 1.0);
}

TEST_CASE_TEMPLATE("Gaussian: prints as N(mean, stddev^2), with the stream's digits", T, float, double, long double) {
  std::ostringstream out;
  out << Gaussian<T>(T(-1.5), T(0.25)) << ' ' << Gaussian<T>();
  CHECK(out.str() == "N(-1.5, 0.25^2) N(0, 1^2)");
  std::wostringstream wide;
  wide.precision(3);
  wide << Gaussian<T>(T(1) / T(3), T(2));
  CHECK((wide.str() == L"N(0.333, 2^2)"));
}

TEST_CASE("Gaussian: bad input is named") {
  const auto make = [](double mean, double stddev) { return Gaussian<>(mean, stddev); };
  CHECK_THROWS_WITH_AS(make(not_a_number, 1), "Gaussian: mean must be finite, got nan", std::invalid_argument);
  CHECK_THROWS_WITH_AS(make(infinity, 1), "Gaussian: mean must be finite, got inf", std::invalid_argument);
  CHECK_THROWS_WITH_AS(make(0, 0), "Gaussian: stddev must be finite and > 0, got 0", std::invalid_argument);
  CHECK_THROWS_WITH_AS(make(0, -0.1), "Gaussian: stddev must be finite and > 0, got -0.10000000000000001",
                       std::invalid_argument);  // all digits: what rounds to a number may not be that number
  CHECK_THROWS_WITH_AS(make(-infinity, 1), "Gaussian: mean must be finite, got -inf", std::invalid_argument);
  CHECK_THROWS_WITH_AS(make(0, -1.5), "Gaussian: stddev must be finite and > 0, got -1.5", std::invalid_argument);
  CHECK_THROWS_WITH_AS(make(0, not_a_number), "Gaussian: stddev must be finite and > 0, got nan",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make(0, infinity), "Gaussian: stddev must be finite and > 0, got inf", std::invalid_argument);
}
