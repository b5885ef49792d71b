// SPDX-License-Identifier: MIT
#include "klgrid/numbers.hpp"

#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "klgrid/axis.hpp"
#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/grid.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "support/values.hpp"

using klgrid::arange;
using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::geomspace;
using klgrid::Grid;
using klgrid::Index;
using klgrid::linspace;
using klgrid::Numbers;
using klgrid::ParameterMesh;
using klgrid::Vector;
using klgrid::VectorLike;

// What is a vector of numbers, and what is none.
static_assert(VectorLike<Vector<double>, double>);
static_assert(VectorLike<Eigen::VectorXd, double>);
static_assert(VectorLike<Eigen::RowVectorXf, double>);
static_assert(VectorLike<Eigen::Array3d, double>);
static_assert(VectorLike<Eigen::Map<const Eigen::VectorXd>, double>);
static_assert(VectorLike<Eigen::VectorBlock<Eigen::VectorXd>, double>);
static_assert(VectorLike<decltype(Eigen::VectorXd() * 2.0), double>);
static_assert(VectorLike<decltype(Eigen::MatrixXd() * Eigen::VectorXd()), double>);
static_assert(VectorLike<std::vector<double>, double>);
static_assert(VectorLike<std::vector<int>, float>);
static_assert(VectorLike<std::array<float, 3>, double>);
static_assert(VectorLike<std::span<const double>, double>);
static_assert(VectorLike<double[4], long double>);
static_assert(!VectorLike<Eigen::MatrixXd, double>);
static_assert(!VectorLike<double, double>);
static_assert(!VectorLike<std::vector<std::string>, double>);
static_assert(!VectorLike<std::vector<double>, float>);  // digits would be lost
static_assert(!VectorLike<Eigen::VectorXd, float>);

// The scalar that arguments stand for: the widest of the reals; double if there are whole numbers alone.
static_assert(std::same_as<decltype(Gaussian(0, 1)), Gaussian<double>>);
static_assert(std::same_as<decltype(Gaussian(0, 0.5)), Gaussian<double>>);
static_assert(std::same_as<decltype(Gaussian(0.0f, 1.0f)), Gaussian<float>>);
static_assert(std::same_as<decltype(Gaussian(0, 1.0f)), Gaussian<float>>);
static_assert(std::same_as<decltype(Gaussian(0.0f, 1.0)), Gaussian<double>>);
static_assert(std::same_as<decltype(Gaussian()), Gaussian<double>>);
static_assert(std::same_as<decltype(linspace(-5, 5, 101)), Vector<double>>);
static_assert(std::same_as<decltype(linspace(-5, 5.5f, 101)), Vector<float>>);
static_assert(std::same_as<decltype(linspace(-5.0f, 5.5, 101)), Vector<double>>);
static_assert(std::same_as<decltype(linspace<float>(-5, 5.5, 101)), Vector<float>>);
static_assert(std::same_as<decltype(arange(0, 10, 1)), Vector<double>>);
static_assert(std::same_as<decltype(arange(0, 10, 0.5)), Vector<double>>);
static_assert(std::same_as<decltype(arange(0, 10, 0.5f)), Vector<float>>);
static_assert(std::same_as<decltype(arange<long double>(0, 10, 0.5)), Vector<long double>>);
static_assert(std::same_as<decltype(geomspace(1, 1000, 4)), Vector<double>>);
static_assert(std::same_as<decltype(ParameterMesh({0, 1}, {1, 2})), ParameterMesh<double>>);
static_assert(std::same_as<decltype(ParameterMesh({0, 0.5}, {1, 2})), ParameterMesh<double>>);
static_assert(std::same_as<decltype(ParameterMesh({0.0f, 0.5f}, {1, 2})), ParameterMesh<float>>);
static_assert(std::same_as<decltype(ParameterMesh(arange(0, 1, 0.1), linspace(1, 2, 3))), ParameterMesh<double>>);
static_assert(std::same_as<decltype(ParameterMesh(Vector<float>(), std::vector<int>())), ParameterMesh<float>>);
static_assert(std::same_as<decltype(ParameterMesh({0, 1}, std::vector<double>())), ParameterMesh<double>>);
static_assert(std::same_as<decltype(Grid({0, 1, 2}, {1, 1, 1})), Grid<double>>);
static_assert(std::same_as<decltype(Grid(Eigen::VectorXf(), std::vector<float>())), Grid<float>>);
static_assert(std::same_as<decltype(GaussianMixture({1}, {0}, {1})), GaussianMixture<double>>);
static_assert(std::same_as<decltype(GaussianMixture({0.5, 0.5}, {-3, 3}, {1, 1})), GaussianMixture<double>>);
static_assert(std::same_as<decltype(GaussianMixture({0.5f, 0.5f}, {-3, 3}, {1, 1})), GaussianMixture<float>>);
static_assert(std::same_as<decltype(GaussianMixture(std::vector<double>(), std::vector<int>(), {1, 1})),
                           GaussianMixture<double>>);

namespace {

/// What a function of one vector gets.
template <class T>
Vector<T> taken(Numbers<T> numbers) {
  return numbers.release();
}

template <class T>
void check_one_two(const Vector<T>& values) {
  REQUIRE(values.size() == 2);
  CHECK(values[0] == T(1));
  CHECK(values[1] == T(2));
}

}  // namespace

TEST_CASE_TEMPLATE("Numbers: whatever holds numbers, and braces", T, float, double, long double) {
  const int one = 1;
  check_one_two<T>(taken<T>({1, 2}));
  check_one_two<T>(taken<T>({one, one + 1}));
  check_one_two<T>(taken<T>({1.0, 2}));
  check_one_two<T>(taken<T>(std::vector<T>{1, 2}));
  check_one_two<T>(taken<T>(std::vector<int>{1, 2}));
  check_one_two<T>(taken<T>(std::array<float, 2>{1, 2}));
  const T raw[] = {1, 2};
  check_one_two<T>(taken<T>(raw));
  check_one_two<T>(taken<T>(std::span<const T>(raw)));
  using Column = Eigen::Matrix<T, Eigen::Dynamic, 1>;
  using Row = Eigen::Matrix<T, 1, Eigen::Dynamic>;
  check_one_two<T>(taken<T>(Eigen::Map<const Column>(raw, 2)));
  const Column column = Eigen::Map<const Column>(raw, 2);
  const Row row = column.transpose();
  check_one_two<T>(taken<T>(column));
  check_one_two<T>(taken<T>(row));
  check_one_two<T>(taken<T>(column.array()));
  check_one_two<T>(taken<T>(column * T(2) - column));
  check_one_two<T>(taken<T>(Column::LinSpaced(4, T(0), T(3)).segment(1, 2)));
  check_one_two<T>(taken<T>(column * Row::Ones(3) * Column::Constant(3, T(1) / T(3)) * T(1)));
  Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> table(2, 2);  // a column of it has a stride
  table << T(0), T(1), T(0), T(2);
  check_one_two<T>(taken<T>(table.col(1)));
}

TEST_CASE("Numbers: a vector handed over is moved, others are copied") {
  Vector<double> mu = klgrid_test::vector({1.0, 2.0});
  Vector<double> sigma = mu;
  const double* const storage = mu.data();
  const ParameterMesh<> mesh(std::move(mu), sigma);
  CHECK(mesh.mu().data() == storage);
  CHECK(mesh.sigma().data() != sigma.data());
  CHECK(sigma.size() == 2);
}

TEST_CASE("Numbers: classes take them, each argument in its own form") {
  const std::vector<double> weights{0.25, 0.75};
  const Eigen::RowVectorXf means = Eigen::RowVectorXf::LinSpaced(2, -1, 1);
  const GaussianMixture p(weights, means, {1, 2});
  const GaussianMixture<> same({0.25, 0.75}, {-1, 1}, {1, 2});
  CHECK(p.log_pdf(0.5) == same.log_pdf(0.5));
  CHECK(p.log_pdf({0.5, 1})[0] == p.log_pdf(std::vector<double>{0.5})[0]);
  CHECK(p.pdf({0.5, 1})[1] == p.pdf(1));
  const Grid grid({0, 1, 3}, std::vector<double>{1, 1, 0.5});
  CHECK(grid == Grid<>(std::vector<int>{0, 1, 3}, {1, 1, 0.5}));
}
