// SPDX-License-Identifier: MIT
#include "klgrid/grid.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>

#include "support/tolerances.hpp"
#include "support/values.hpp"

using klgrid::Grid;
using klgrid::Index;
using klgrid::Vector;
using klgrid_test::infinity;
using klgrid_test::not_a_number;
using klgrid_test::relative_error;
using klgrid_test::vector;
namespace tol = klgrid_test::tol;

TEST_CASE_TEMPLATE("Grid::arange: the nodes of arange, each with the step as its weight", T, float, double,
                   long double) {
  const auto grid = Grid<T>::arange(T(-10), T(10), T(0.05));
  CHECK(grid.size() == 400);
  CHECK((grid.nodes() == klgrid::arange(T(-10), T(10), T(0.05))).all());
  CHECK((grid.weights() == T(0.05)).all());
}

TEST_CASE_TEMPLATE("Grid::linspace: the trapezoidal rule, exact for straight lines", T, float, double, long double) {
  const auto grid = Grid<T>::linspace(T(-1), T(3), 17);
  CHECK(grid.nodes()[0] == T(-1));
  CHECK(grid.nodes()[16] == T(3));
  CHECK(grid.weights()[0] == T(0.125));
  CHECK(grid.weights()[1] == T(0.25));
  CHECK(grid.weights()[16] == T(0.125));
  const T integral = (grid.weights() * (T(2) * grid.nodes() + T(1))).sum();  // [x^2 + x] from -1 to 3
  CHECK(relative_error(integral, T(12), T(0)) <= tol::few_roundings<T>);
}

TEST_CASE_TEMPLATE("Grid::trapezoidal: given nodes, exact for lines broken at them", T, float, double, long double) {
  const auto grid = Grid<T>::trapezoidal({-1, 0, 0.5, 0.5, 4});
  const Vector<T> by_hand = vector<T>({T(0.5), T(0.75), T(0.25), T(1.75), T(1.75)});
  CHECK((grid.weights() == by_hand).all());
  // |x| + 1 from -1 to 4: 1/2 + 8 + 5
  CHECK((grid.weights() * (grid.nodes().abs() + T(1))).sum() == T(13.5));
  // Of equally spaced nodes: linspace's weights.
  const auto even = Grid<T>::linspace(T(-1), T(3), 17);
  CHECK(Grid<T>::trapezoidal(even.nodes()) == even);
}

TEST_CASE("Grid::trapezoidal: bad input is named") {
  CHECK_THROWS_WITH_AS((void)Grid<>::trapezoidal({1}),
                       "Grid::trapezoidal: nodes must be of at least two elements, got 1", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)Grid<>::trapezoidal({1, 2, not_a_number}),
                       "Grid::trapezoidal: nodes[2] must be finite, got nan", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)Grid<>::trapezoidal({1, 3, 2}),
                       "Grid::trapezoidal: nodes[2] must be sorted: not below the element before it, got 2",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)Grid<>::trapezoidal({2, 2}), "Grid::trapezoidal: nodes must be not all equal, got 2",
                       std::invalid_argument);
}

TEST_CASE("Grid: own nodes and weights are kept, equal nodes and zero weights included") {
  const Grid<> grid(vector<double>({-1.0, 0.5, 0.5, 4.0}), vector<double>({0.25, 0.0, 1.5, 2.0}));
  CHECK(grid.size() == 4);
  CHECK(grid.nodes()[3] == 4.0);
  CHECK(grid.weights()[2] == 1.5);
  CHECK(Grid<>(vector<double>({7.0}), vector<double>({1.0})).size() == 1);
}

TEST_CASE("Grid: copies share their nodes, and grids compare by value") {
  const auto grid = Grid<>::arange(0.0, 1.0, 0.25);
  const Grid<> copy = grid;
  CHECK(copy.nodes().data() == grid.nodes().data());
  CHECK(copy == grid);
  CHECK(Grid<>::arange(0.0, 1.0, 0.25) == grid);
  CHECK(!(Grid<>::arange(0.0, 1.25, 0.25) == grid));
  CHECK(!(Grid<>(grid.nodes(), 2.0 * grid.weights()) == grid));
  CHECK(!(Grid<>(grid.nodes() + 1.0, grid.weights()) == grid));
}

TEST_CASE("Grid: bad input is named") {
  const auto make = [](std::initializer_list<double> nodes, std::initializer_list<double> weights) {
    return Grid<>(vector(nodes), vector(weights));
  };
  CHECK_THROWS_WITH_AS(make({}, {}), "Grid: nodes must be of at least one element, got none", std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({0, not_a_number}, {1, 1}), "Grid: nodes[1] must be finite, got nan",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({0, infinity}, {1, 1}), "Grid: nodes[1] must be finite, got inf", std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({0, 2, 1}, {1, 1, 1}),
                       "Grid: nodes[2] must be sorted: not below the element before it, got 1", std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({0, 1}, {1}), "Grid: weights must be of the size of nodes, which is 2, got 1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({0, 1}, {1, 1, 1}), "Grid: weights must be of the size of nodes, which is 2, got 3",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({0, 1}, {1, -0.5}), "Grid: weights[1] must be finite and >= 0, got -0.5",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({0, 1}, {not_a_number, 1}), "Grid: weights[0] must be finite and >= 0, got nan",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({0, 1}, {infinity, 1}), "Grid: weights[0] must be finite and >= 0, got inf",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({0, 1}, {0, 0}), "Grid: weights must be of a positive, finite sum, got 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(make({0, 1}, {1e308, 1e308}), "Grid: weights must be of a positive, finite sum, got inf",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)Grid<>::linspace(0.0, 1.0, 1), "Grid::linspace: count must be >= 2, got 1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)Grid<>::linspace(1.0, 1.0, 5), "Grid::linspace: last must be > first, got 1",
                       std::invalid_argument);
  CHECK_THROWS_AS((void)Grid<>::linspace(0.0, not_a_number, 5), std::invalid_argument);
  CHECK_THROWS_AS((void)Grid<>::arange(0.0, 1.0, 0.0), std::invalid_argument);
}

TEST_CASE("Grid::nearest: of two equally near the left one, and only nodes of positive weight") {
  const Grid<> grid(vector<double>({-1, 0, 1, 3}), vector<double>({1, 1, 1, 1}));
  CHECK(!grid.has_zero_weights());
  CHECK(grid.nearest(-9) == 0);
  CHECK(grid.nearest(-0.5) == 0);
  CHECK(grid.nearest(-0.4) == 1);
  CHECK(grid.nearest(0) == 1);
  CHECK(grid.nearest(2) == 2);
  CHECK(grid.nearest(2.0000000000000004) == 3);
  CHECK(grid.nearest(1e300) == 3);
  const Grid<> gaps(vector<double>({-4, -1, 0, 1, 3, 5}), vector<double>({0, 1, 0, 0, 1, 0}));
  CHECK(gaps.has_zero_weights());
  CHECK(gaps.nearest(-9) == 1);
  CHECK(gaps.nearest(0) == 1);
  CHECK(gaps.nearest(1) == 1);
  CHECK(gaps.nearest(1.5) == 4);
  CHECK(gaps.nearest(9) == 4);
}

TEST_CASE("Grid::nearest: half-way between nodes whose differences from x round") {
  // The middle is a rounded number: which node is nearer is told by less than the rounding of the differences.
  const double left = 1.0 / 3, right = 1.0, middle = 2.0 / 3;
  const Grid<> grid(vector<double>({left, right}), vector<double>({1, 1}));
  const long double above = (static_cast<long double>(right) - middle) - (middle - static_cast<long double>(left));
  CHECK(grid.nearest(middle) == (above < 0 ? 1 : 0));
}
