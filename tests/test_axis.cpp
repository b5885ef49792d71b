// SPDX-License-Identifier: MIT
#include "klgrid/axis.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "support/reference.hpp"
#include "support/tolerances.hpp"
#include "support/values.hpp"

using klgrid::arange;
using klgrid::geomspace;
using klgrid::Index;
using klgrid::linspace;
using klgrid::Vector;
using klgrid_test::infinity;
using klgrid_test::not_a_number;

namespace {

/// What NumPy 1.24's arange printed for one axis of the notebook, in the dtype that T stands for.
template <class T>
Vector<T> numpy_axis(const std::string& axis) {
  const klgrid_test::Table table("arange.csv");
  const std::string scalar = std::is_same_v<T, float> ? "float" : "double";
  std::vector<T> values;
  for (std::size_t i = 0; i < table.size(); ++i)
    if (table.text(i, "scalar") == scalar && table.text(i, "axis") == axis) values.push_back(table.get<T>(i, "value"));
  return Eigen::Map<const Vector<T>>(values.data(), static_cast<Index>(values.size()));
}

template <class T>
void check_identical(const Vector<T>& values, const Vector<T>& numpy) {
  REQUIRE(values.size() == numpy.size());
  for (Index i = 0; i < values.size(); ++i) {
    CAPTURE(i);
    CHECK(values[i] == numpy[i]);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("arange: the notebook's axes are NumPy's, number for number", T, float, double) {
  check_identical(arange(T(-10), T(10), T(0.05)), numpy_axis<T>("x"));
  check_identical(arange(T(-5), T(5), T(0.1)), numpy_axis<T>("mu"));
  check_identical(arange(T(0.1), T(10), T(0.1)), numpy_axis<T>("sigma"));
}

TEST_CASE("arange: the digits that give NumPy's rounding away") {
  const auto mu = arange(-5.0, 5.0, 0.1);
  CHECK(mu[9] == -4.1000000000000032);  // np.arange(-5., 5., 0.1)[9]; -5 + 9 * 0.1 rounded is -4.1
  CHECK(mu[9] != -4.1);
  CHECK(arange(-10.0, 10.0, 0.05).size() == 400);
  CHECK(mu.size() == 100);
  CHECK(arange(0.1, 10.0, 0.1).size() == 99);
}

TEST_CASE_TEMPLATE("arange: the stop is left out, whether the step meets it or not", T, float, double, long double) {
  CHECK(arange(T(0), T(1), T(0.25)).size() == 4);
  CHECK(arange(T(0), T(1.125), T(0.25)).size() == 5);
  const auto one = arange(T(2), T(3), T(5));
  REQUIRE(one.size() == 1);
  CHECK(one[0] == T(2));
}

TEST_CASE_TEMPLATE("linspace: both ends exactly, equal steps between", T, float, double, long double) {
  const auto values = linspace(T(-1), T(2), 7);
  REQUIRE(values.size() == 7);
  for (Index i = 0; i < 7; ++i) CHECK(values[i] == T(-1) + T(i) / T(2));  // dyadic: no rounding
  const auto ends = linspace(T(0.1), T(0.7), 100);
  CHECK(ends[0] == T(0.1));
  CHECK(ends[99] == T(0.7));
  const auto one = linspace(T(3), T(4), 1);
  REQUIRE(one.size() == 1);
  CHECK(one[0] == T(3));
}

TEST_CASE("linspace: NumPy's digits") {
  const auto values = linspace(-10.0, 10.0, 7);  // repr of np.linspace(-10, 10, 7)
  const double numpy[] = {-10.0, -6.666666666666666, -3.333333333333333, 0.0, 3.333333333333334, 6.666666666666668,
                          10.0};
  for (Index i = 0; i < 7; ++i) CHECK(values[i] == numpy[i]);
}

TEST_CASE("axes of whole numbers") {
  const auto steps = arange(0, 10, 1);
  REQUIRE(steps.size() == 10);
  CHECK(steps[9] == 9.0);
  CHECK((linspace(-5, 5, 101) == linspace(-5.0, 5.0, 101)).all());
  CHECK((arange(0, 1, 0.1) == arange(0.0, 1.0, 0.1)).all());
  CHECK((geomspace(1, 1000, 4) == geomspace(1.0, 1000.0, 4)).all());
}

TEST_CASE("geomspace: NumPy's values") {
  // repr of np.geomspace(0.1, 10, 8) and np.geomspace(3, 7e5, 6), NumPy 1.24. The logarithm's rounding counts as often
  // as its size, and NumPy takes it of the ratio of the ends.
  const auto check = [](const Vector<double>& values, std::initializer_list<double> numpy) {
    REQUIRE(values.size() == static_cast<Index>(numpy.size()));
    for (Index i = 0; i < values.size(); ++i) {
      CAPTURE(i);
      const double expected = numpy.begin()[i];
      CHECK(klgrid_test::relative_error(values[i], expected, 0.0) <=
            klgrid_test::tol::few_roundings<double> * (1 + std::abs(std::log(expected))));
    }
  };
  check(geomspace(0.1, 10.0, 8), {0.1, 0.193069772888325, 0.372759372031494, 0.7196856730011519, 1.3894954943731375,
                                  2.6826957952797246, 5.17947467923121, 10.0});
  check(geomspace(3.0, 7e5, 6),
        {3.0, 35.53993357626732, 421.0289595351647, 4987.7804185215655, 59088.46158908777, 700000.0});
  check(geomspace(1e-300, 1e300, 5), {1e-300, 1e-150, 1.0, 1e150, 1e300});
}

TEST_CASE_TEMPLATE("geomspace: both ends exactly, sorted, equal factors between", T, float, double, long double) {
  const auto values = geomspace(T(0.1), T(7), 1000);
  CHECK(values[0] == T(0.1));
  CHECK(values[999] == T(7));
  const T factor = std::pow(T(70), T(1) / T(999));
  for (Index i = 1; i < 1000; ++i) {
    CAPTURE(i);
    CHECK(klgrid_test::relative_error(values[i] / values[i - 1], factor, T(0)) <= klgrid_test::tol::few_roundings<T>);
  }
  // Ends so close that rounding could lead past them.
  const T last = T(1000) * (T(1) + T(4) * std::numeric_limits<T>::epsilon());
  const auto close = geomspace(T(1000), last, 20);
  for (Index i = 1; i < 20; ++i) CHECK(close[i] >= close[i - 1]);
  CHECK(close[19] == last);
  CHECK(geomspace(T(3), T(4), 1)[0] == T(3));
}

TEST_CASE("geomspace: bad input is named") {
  CHECK_THROWS_WITH_AS((void)geomspace(1.0, 2.0, 0), "geomspace: count must be >= 1, got 0", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)geomspace(0, 2, 3), "geomspace: first must be finite and > 0, got 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)geomspace(not_a_number, 2.0, 3), "geomspace: first must be finite and > 0, got nan",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)geomspace(2, 1, 3), "geomspace: last must be finite and >= first, got 1",
                       std::invalid_argument);
}

TEST_CASE("linspace: NumPy's roundings, one of the product and one of the sum") {
  // A fused multiply-add rounds once and gives other digits for a quarter of these. volatile forbids it here.
  const auto values = linspace(0.1, 10.0, 301);
  const volatile double span = 10.0 - 0.1;
  const volatile double step = span / 300;
  for (Index i = 0; i < 300; ++i) {
    const volatile double product = static_cast<double>(i) * step;
    const volatile double value = 0.1 + product;
    CHECK(values[i] == value);
  }
  CHECK(linspace(3.67, 10.99, 114)[113] == 10.99);
}

TEST_CASE("axes: to the ends of the range") {
  constexpr double big = 1.7e308;
  const auto three = linspace(-big, big, 3);
  CHECK(three[0] == -big);
  CHECK(three[1] == 0);
  CHECK(three[2] == big);
  const auto seven = linspace(-big, big, 7);
  for (Index i = 0; i < 7; ++i)
    CHECK(std::abs(seven[i] / big - (static_cast<double>(i) - 3) / 3) <= klgrid_test::tol::few_roundings<double>);
  const auto one = arange(0.0, std::numeric_limits<double>::denorm_min(), 1e308);
  REQUIRE(one.size() == 1);
  CHECK(one[0] == 0);
  const auto four = arange(-big, big, 1e308);
  REQUIRE(four.size() == 4);
  CHECK(std::abs(four[3] / 1.3e308 - 1) <= klgrid_test::tol::few_roundings<double>);
}

TEST_CASE("arange: bad input is named") {
  CHECK_THROWS_WITH_AS((void)arange(not_a_number, 1.0, 0.1), "arange: start must be finite, got nan",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)arange(-infinity, 1.0, 0.1), "arange: start must be finite, got -inf",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)arange(0.0, 1.0, 0.0), "arange: step must be finite and > 0, got 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)arange(0.0, 1.0, -1.0), "arange: step must be finite and > 0, got -1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)arange(0.0, 1.0, not_a_number), "arange: step must be finite and > 0, got nan",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)arange(0.0, infinity, 0.1), "arange: stop must be finite and > start, got inf",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)arange(1.0, 1.0, 0.5), "arange: stop must be finite and > start, got 1",
                       std::invalid_argument);
  CHECK_THROWS_AS((void)arange(0.0, 1e8 + 2, 1.0), std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)arange(0.0, 1e9, 0.5), "arange: step must be large enough for at most 1e8 values, got 0.5",
                       std::invalid_argument);
}

TEST_CASE("linspace: bad input is named") {
  CHECK_THROWS_WITH_AS((void)linspace(0.0, 1.0, 0), "linspace: count must be >= 1, got 0", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)linspace(not_a_number, 1.0, 3), "linspace: first must be finite, got nan",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)linspace(0.0, infinity, 3), "linspace: last must be finite and >= first, got inf",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)linspace(2.0, 1.0, 3), "linspace: last must be finite and >= first, got 1",
                       std::invalid_argument);
}
