// SPDX-License-Identifier: MIT
#include "klgrid/csv.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "support/reference.hpp"
#include "support/values.hpp"

using klgrid::Index;
using klgrid::KlSurfaces;
using klgrid::ParameterMesh;
using klgrid::Surface;
using klgrid_test::vector;

TEST_CASE("write_csv_row: numbers and texts, separated by commas") {
  std::ostringstream out;
  klgrid::write_csv_row(out, "x", std::string("p"), std::string_view("q"));
  klgrid::write_csv_row(out, 0.1, 2, -3.5f);
  klgrid::write_csv_row(out, "alone");
  CHECK(out.str() == "x,p,q\n0.1,2,-3.5\nalone\n");
}

TEST_CASE("write_csv_row: a vector is a line") {
  std::ostringstream out;
  klgrid::write_csv_row(out, std::vector<double>{0.1, -2, 3e30});
  klgrid::write_csv_row(out, std::vector<int>{7});
  klgrid::write_csv_row(out, std::vector<float>{});
  CHECK(out.str() == "0.1,-2,3e+30\n7\n\n");
}

TEST_CASE_TEMPLATE("write_csv_row: every number reads back as itself", T, float, double, long double) {
  using Limits = std::numeric_limits<T>;
  for (const T value : {T(0.1), T(1) / 3, T(-4.1000000000000032L), T(1e30), T(12345678), Limits::max(), Limits::min(),
                        Limits::denorm_min(), Limits::lowest(), Limits::infinity(), -Limits::infinity()}) {
    std::ostringstream out;
    klgrid::write_csv_row(out, value);
    std::string text = out.str();
    text.pop_back();
    CAPTURE(text);
    CHECK(klgrid_test::number<T>(text) == value);
  }
  std::ostringstream out;
  klgrid::write_csv_row(out, Limits::infinity(), -Limits::infinity());
  CHECK(out.str() == "inf,-inf\n");
}

TEST_CASE_TEMPLATE("write_csv: both surfaces, sigma in the outer loop", T, float, double, long double) {
  const ParameterMesh<T> mesh(vector<T>({-1, 0, T(0.5)}), vector<T>({T(0.25), 2}));
  KlSurfaces<T> surfaces{Surface<T>(2, 3), Surface<T>(2, 3)};
  surfaces.forward << 1, 2, 3, 4, 5, 6;
  surfaces.reverse << 0, std::numeric_limits<T>::infinity(), T(0.5), 10, 20, 30;
  std::ostringstream out;
  klgrid::write_csv(out, mesh, surfaces);
  CHECK(out.str() ==
        "mu,sigma,forward_kl,reverse_kl\n"
        "-1,0.25,1,0\n0,0.25,2,inf\n0.5,0.25,3,0.5\n"
        "-1,2,4,10\n0,2,5,20\n0.5,2,6,30\n");
}

TEST_CASE("write_csv: bad input is named, and nothing is written") {
  const ParameterMesh<> mesh(vector<double>({0, 1}), vector<double>({1}));
  const Surface<double> right = Surface<double>::Zero(1, 2), wrong = Surface<double>::Zero(2, 2);
  std::ostringstream out;
  CHECK_THROWS_WITH_AS(klgrid::write_csv(out, mesh, KlSurfaces<double>{wrong, right}),
                       "write_csv: surfaces must be of the mesh's shape, 1 x 2, got 2 x 2", std::invalid_argument);
  CHECK_THROWS_WITH_AS(klgrid::write_csv(out, mesh, KlSurfaces<double>{right, wrong}),
                       "write_csv: surfaces must be of the mesh's shape, 1 x 2, got 2 x 2", std::invalid_argument);
  CHECK_THROWS_AS(klgrid::write_csv(out, mesh, KlSurfaces<double>{right.transpose(), right}), std::invalid_argument);
  const Surface<double> longer = Surface<double>::Zero(1, 3);
  CHECK_THROWS_WITH_AS(klgrid::write_csv(out, mesh, KlSurfaces<double>{longer, longer}),
                       "write_csv: surfaces must be of the mesh's shape, 1 x 2, got 1 x 3", std::invalid_argument);
  CHECK(out.str().empty());
}
