// SPDX-License-Identifier: MIT
#include "klgrid/parameter_mesh.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>

#include "support/values.hpp"

using klgrid::Index;
using klgrid::ParameterMesh;
using klgrid::Vector;
using klgrid_test::infinity;
using klgrid_test::not_a_number;
using klgrid_test::vector;

namespace {

ParameterMesh<> mesh(std::initializer_list<double> mu, std::initializer_list<double> sigma) {
  return {vector(mu), vector(sigma)};
}

}  // namespace

TEST_CASE_TEMPLATE("ParameterMesh: sigma in rows, mu in columns, as NumPy's meshgrid(mu, sigma)", T, float, double,
                   long double) {
  const ParameterMesh<T> mesh(klgrid::arange(T(-5), T(5), T(0.1)), klgrid::arange(T(0.1), T(10), T(0.1)));
  CHECK(mesh.rows() == 99);
  CHECK(mesh.cols() == 100);
  CHECK(mesh.cells() == 9900);
  CHECK(mesh.mu()[0] == T(-5));
  CHECK(mesh.sigma()[0] == T(0.1));
}

TEST_CASE("ParameterMesh: one point is a mesh, and equal neighbours are allowed") {
  CHECK(mesh({0.5}, {2.0}).cells() == 1);
  CHECK(mesh({1.0, 1.0}, {2.0, 2.0, 2.0}).cells() == 6);
}

TEST_CASE("ParameterMesh: braces are axes, not sizes") {
  const ParameterMesh<> mesh({1, 2, 3}, {4, 5});
  CHECK(mesh.cols() == 3);
  CHECK(mesh.rows() == 2);
  CHECK(mesh.mu()[2] == 3.0);
  CHECK(mesh.sigma()[1] == 5.0);
  CHECK_THROWS_WITH_AS(ParameterMesh<>({2, 1}, {1, 1}),
                       "ParameterMesh: mu[1] must be sorted: not below the element before it, got 1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(ParameterMesh<>({1, 1}, {2, 1}),
                       "ParameterMesh: sigma[1] must be sorted: not below the element before it, got 1",
                       std::invalid_argument);
}

TEST_CASE("ParameterMesh: bad input is named") {
  CHECK_THROWS_WITH_AS(mesh({}, {1}), "ParameterMesh: mu must be of at least one element, got none",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(mesh({0}, {}), "ParameterMesh: sigma must be of at least one element, got none",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(mesh({0, not_a_number}, {1}), "ParameterMesh: mu[1] must be finite, got nan",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(mesh({-infinity, 0}, {1}), "ParameterMesh: mu[0] must be finite, got -inf",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(mesh({1, 0}, {1}), "ParameterMesh: mu[1] must be sorted: not below the element before it, got 0",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(mesh({0}, {0}), "ParameterMesh: sigma[0] must be finite and > 0, got 0", std::invalid_argument);
  CHECK_THROWS_WITH_AS(mesh({0}, {1, -1.5}), "ParameterMesh: sigma[1] must be finite and > 0, got -1.5",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(mesh({0}, {not_a_number}), "ParameterMesh: sigma[0] must be finite and > 0, got nan",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(mesh({0}, {1, infinity}), "ParameterMesh: sigma[1] must be finite and > 0, got inf",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(mesh({0}, {2, 1}),
                       "ParameterMesh: sigma[1] must be sorted: not below the element before it, got 1",
                       std::invalid_argument);
}
