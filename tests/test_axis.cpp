// SPDX-License-Identifier: MIT
#include "klgrid/axis.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>

#include "support/reference.hpp"
#include "support/tolerances.hpp"
#include "support/values.hpp"

using klgrid::arange;
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
