// SPDX-License-Identifier: MIT
// Scalars beyond the built-in ones: forward-mode automatic differentiation, and a multiprecision number as a reference.
#include <doctest/doctest.h>

#include <Eigen/Core>
#include <cmath>
#include <unsupported/Eigen/AutoDiff>

#include "klgrid/divergence/kl_surfaces.hpp"
#include "klgrid/grid/bank.hpp"
#include "klgrid/grid/density.hpp"
#include "klgrid/grid/divergence.hpp"
#include "support/notebook.hpp"
#include "support/reference.hpp"
#include "support/tolerances.hpp"
#include "support/values.hpp"

#ifdef KLGRID_TEST_MULTIPRECISION
#include <boost/math/constants/constants.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/multiprecision/eigen.hpp>
#endif

using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Grid;
using klgrid::GridDensity;
using klgrid::Index;
using klgrid::Vector;

namespace {

constexpr int parameters = 5;  // theta, two means, two stddevs
using Differentiable = Eigen::AutoDiffScalar<Eigen::Matrix<double, parameters, 1>>;
using Parameters = Eigen::Array<double, parameters, 1>;

/// Central differences in steps of the cube root of epsilon have an error of about its square, times a third
/// derivative that is of size 100 here.
constexpr double central_difference = 1e-7;

/// The two divergences of a pair on the grid, as functions of the mixture's parameters.
template <class T>
Eigen::Array<T, 2, 1> divergences(const Eigen::Array<T, parameters, 1>& at) {
  Vector<T> weights(2);
  Vector<T> means(2);
  Vector<T> stddevs(2);
  weights << at[0], T(T(1) - at[0]);
  means << at[1], at[2];
  stddevs << at[3], at[4];
  const auto grid = klgrid_test::notebook_grid();
  const Grid<T> nodes(grid.nodes().cast<T>(), grid.weights().cast<T>());
  const GridDensity<T> p(nodes, GaussianMixture<T>(weights, means, stddevs));
  const Gaussian<T> q(T(0.4), T(1.3));
  return {klgrid::forward_kl(p, q), klgrid::reverse_kl(q, p)};
}

}  // namespace

TEST_CASE("scalars: a divergence's derivatives in the mixture's parameters, by automatic differentiation") {
  const Parameters at(0.3, -2.0, 1.5, 0.7, 1.2);
  Eigen::Array<Differentiable, parameters, 1> seeded;
  for (int i = 0; i < parameters; ++i) seeded[i] = Differentiable(at[i], parameters, i);
  const auto derived = divergences<Differentiable>(seeded);
  const auto values = divergences<double>(at);
  for (int direction = 0; direction < 2; ++direction) {
    CAPTURE(direction);
    CHECK(klgrid_test::relative_error(derived[direction].value(), values[direction], 1.0) <=
          klgrid_test::tol::node_sum<double>);
    for (int i = 0; i < parameters; ++i) {
      CAPTURE(i);
      const double step = std::cbrt(std::numeric_limits<double>::epsilon());
      Parameters above = at;
      Parameters below = at;
      above[i] += step;
      below[i] -= step;
      const double difference =
          (divergences<double>(above)[direction] - divergences<double>(below)[direction]) / (2 * step);
      CHECK(klgrid_test::relative_error(derived[direction].derivatives()[i], difference, 1.0) <= central_difference);
    }
  }
}

#ifdef KLGRID_TEST_MULTIPRECISION
using Quad = boost::multiprecision::number<boost::multiprecision::cpp_bin_float_quad::backend_type,
                                           boost::multiprecision::et_off>;

TEST_CASE("scalars: closed forms in quadruple precision") {
  const Quad rounding = 64 * std::numeric_limits<Quad>::epsilon();
  const Quad log_two_pi = log(Quad(2) * boost::math::constants::pi<Quad>());
  CHECK(abs(Gaussian<Quad>(Quad(0), Quad(1)).entropy() - (1 + log_two_pi) / 2) <= rounding);
  // On a grid so wide and fine that its sums are integrals: D(N(0, 1) || N(1, 2)) both ways.
  const GridDensity<Quad> p(Grid<Quad>::arange(Quad(-64), Quad(64), Quad(0.125)), Gaussian<Quad>(Quad(0), Quad(1)));
  const Gaussian<Quad> q(Quad(1), Quad(2));
  CHECK(abs(klgrid::forward_kl(p, q) - (log(Quad(2)) + Quad(0.25) - Quad(0.5))) <= rounding);
  CHECK(abs(klgrid::reverse_kl(q, p) - (Quad(2.5) - Quad(0.5) - log(Quad(2)))) <= rounding);
}

TEST_CASE("scalars: surfaces in quadruple precision, through the same templates") {
  const auto narrow_grid = klgrid_test::notebook_grid();
  const Grid<Quad> grid(narrow_grid.nodes().cast<Quad>(), narrow_grid.weights().cast<Quad>());
  const klgrid::ParameterMesh<double> few(klgrid_test::thinned(klgrid_test::notebook_mesh().mu(), 27),
                                          klgrid_test::thinned(klgrid_test::notebook_mesh().sigma(), 24));
  const klgrid::ParameterMesh<Quad> mesh(few.mu().cast<Quad>(), few.sigma().cast<Quad>());
  const klgrid::NormalizedGaussianBank<Quad> bank(grid, mesh);
  const GaussianMixture<Quad> mixture({Quad(0.5), Quad(0.5)}, {Quad(-3), Quad(3)}, {Quad(1), Quad(1)});
  const GridDensity<Quad> p(grid, mixture);
  const auto surfaces = klgrid::kl_surfaces(p, bank);
  const auto in_double = klgrid::kl_surfaces(
      GridDensity<double>(narrow_grid, GaussianMixture<double>({0.5, 0.5}, {-3.0, 3.0}, {1.0, 1.0})),
      klgrid::NormalizedGaussianBank<double>(narrow_grid, few));
  // The pair's functions share no transform with the surfaces: both in quadruple precision agree to its rounding.
  const Quad quad_rounding = 4096 * std::numeric_limits<Quad>::epsilon();
  for (Index i = 0; i < mesh.rows(); ++i)
    for (Index j = 0; j < mesh.cols(); ++j) {
      const Gaussian<Quad> q(mesh.mu()[j], mesh.sigma()[i]);
      const Quad forward = klgrid::forward_kl(p, q);
      const Quad reverse = klgrid::reverse_kl(q, p);
      CHECK(abs(surfaces.forward(i, j) - forward) <= quad_rounding * (1 + forward));
      CHECK(abs(surfaces.reverse(i, j) - reverse) <= quad_rounding * (1 + reverse));
      CHECK(klgrid_test::relative_error(in_double.forward(i, j), static_cast<double>(forward), 1.0) <=
            klgrid_test::tol::figures);
      CHECK(klgrid_test::relative_error(in_double.reverse(i, j), static_cast<double>(reverse), 1.0) <=
            klgrid_test::tol::figures);
    }
}
#endif
