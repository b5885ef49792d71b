// SPDX-License-Identifier: MIT
#include "klgrid/grid/bank.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "klgrid/grid/divergence.hpp"
#include "support/notebook.hpp"
#include "support/reference.hpp"
#include "support/tolerances.hpp"
#include "support/values.hpp"

using klgrid::Gaussian;
using klgrid::Grid;
using klgrid::GridDensity;
using klgrid::Index;
using klgrid::NormalizedGaussianBank;
using klgrid::ParameterMesh;
using klgrid::Surface;
using klgrid::Vector;
using klgrid_test::infinity;
using klgrid_test::relative_error;
using klgrid_test::vector;
namespace tol = klgrid_test::tol;

namespace {

/// A few means and widths on the notebook's grid, from a tenth to ten: narrow, and far wider than the window.
template <class T>
NormalizedGaussianBank<T> small_bank() {
  return {klgrid_test::notebook_grid<T>(), {vector<T>({-5, -1, T(0.025), T(4.9)}), vector<T>({T(0.1), 1, T(9.9)})}};
}

template <class Bank, class Check>
void for_each_cell(const Bank& bank, Check check) {
  for (Index i = 0; i < bank.mesh().rows(); ++i)
    for (Index j = 0; j < bank.mesh().cols(); ++j) {
      CAPTURE(bank.mesh().sigma()[i]);
      CAPTURE(bank.mesh().mu()[j]);
      check(i, j);
    }
}

}  // namespace

TEST_CASE_TEMPLATE("NormalizedGaussianBank: every q sums to one on the grid", T, float, double, long double) {
  const auto bank = small_bank<T>();
  for_each_cell(bank, [&](Index i, Index j) {
    const Vector<T> log_q = bank.log_pdf(i, j);
    REQUIRE(log_q.size() == bank.grid().size());
    // The logarithms near the peak are small, so their rounding is; those far off do not count.
    CHECK(relative_error((bank.grid().weights() * log_q.exp()).sum(), T(1), T(0)) <= tol::node_sum<T>);
  });
}

TEST_CASE_TEMPLATE("NormalizedGaussianBank: log_pdf and entropy are those of one Gaussian on the grid", T, float,
                   double, long double) {
  const auto bank = small_bank<T>();
  for_each_cell(bank, [&](Index i, Index j) {
    const GridDensity<T> q(bank.grid(), Gaussian<T>(bank.mesh().mu()[j], bank.mesh().sigma()[i]));
    const Vector<T> log_q = bank.log_pdf(i, j);
    T worst = 0;
    for (Index k = 0; k < log_q.size(); ++k) worst = std::max(worst, relative_error(log_q[k], q.log_pdf()[k], T(1)));
    CHECK(worst <= tol::few_roundings<T>);
    CHECK(relative_error(bank.entropy()(i, j), q.entropy(), T(1)) <= tol::node_sum<T>);
  });
}

TEST_CASE_TEMPLATE("NormalizedGaussianBank: on a wide grid log Z = log(sigma sqrt(2 pi)) and H(q) is the Gaussian's", T,
                   float, double, long double) {
  // Wide and fine enough that sums over it are integrals over the real line, to the last digit of a long double.
  const NormalizedGaussianBank<T> bank(Grid<T>::arange(T(-40), T(40), T(0.0625)),
                                       {vector<T>({-2, 0, T(1.5)}), vector<T>({T(0.5), 1, 3})});
  for_each_cell(bank, [&](Index i, Index j) {
    const Gaussian<T> q(bank.mesh().mu()[j], bank.mesh().sigma()[i]);
    CHECK(relative_error(bank.entropy()(i, j), q.entropy(), T(1)) <= tol::node_sum<T>);
    CHECK(relative_error(bank.log_normalizer()(i, j), q.entropy() - T(0.5), T(1)) <= tol::node_sum<T>);
  });
}

TEST_CASE_TEMPLATE("NormalizedGaussianBank: expectations of 1 and x", T, float, double, long double) {
  const auto bank = small_bank<T>();
  const auto& x = bank.grid().nodes();
  const Surface<T> one = bank.expectation(Vector<T>::Ones(x.size()));
  const Surface<T> mean = bank.expectation(x);
  CHECK(one.rows() == 3);
  CHECK(one.cols() == 4);
  for_each_cell(bank, [&](Index i, Index j) {
    const GridDensity<T> q(bank.grid(), Gaussian<T>(bank.mesh().mu()[j], bank.mesh().sigma()[i]));
    CHECK(relative_error(one(i, j), T(1), T(0)) <= tol::node_sum<T>);
    CHECK(relative_error(mean(i, j), q.mean(), T(1)) <= tol::node_sum<T>);
  });
}

TEST_CASE_TEMPLATE("NormalizedGaussianBank: E_q[log p] is the negative cross-entropy of the pair", T, float, double,
                   long double) {
  const auto bank = small_bank<T>();
  for (const auto& entry : klgrid_test::mixtures<T>()) {
    const auto& name = entry.first;
    const auto& mixture = entry.second;
    CAPTURE(name);
    const GridDensity<T> p(bank.grid(), mixture);
    Surface<T> expected_log;
    bank.expected_log(p, 0, expected_log);
    for_each_cell(bank, [&](Index i, Index j) {
      const Gaussian<T> q(bank.mesh().mu()[j], bank.mesh().sigma()[i]);
      CHECK(relative_error(-expected_log(i, j), cross_entropy(q, p), T(1)) <= tol::divergence<T>);
    });
  }
}

TEST_CASE_TEMPLATE("NormalizedGaussianBank: on a wide grid the moments of z are the normal ones", T, float, double,
                   long double) {
  const NormalizedGaussianBank<T> bank(Grid<T>::arange(T(-40), T(40), T(0.0625)),
                                       {vector<T>({-2, 0, T(1.5)}), vector<T>({T(0.5), 1, 3})}, {.highest_power = 4});
  const T normal[] = {1, 0, 1, 0, 3, 0, 15};
  for (int power = 0; power <= 6; ++power) {
    CAPTURE(power);
    // An odd moment is a sum that cancels: absolute against the even one above it, which is at most 15 here.
    CHECK((bank.moment(power) - normal[power]).abs().maxCoeff() <= 15 * tol::node_sum<T>);
  }
}

TEST_CASE_TEMPLATE("NormalizedGaussianBank: E_q[z^power log p] is the sum that it says", T, float, double,
                   long double) {
  const auto bank = small_bank<T>();
  const GridDensity<T> p(bank.grid(), klgrid_test::mixtures<T>().at("skewed"));
  for (int power = 0; power <= 4; ++power) {
    CAPTURE(power);
    Surface<T> out;
    bank.expected_log(p, power, out);
    // The transform's promise for the values z^power f: their largest is where the Gaussian ends, at exp(-z^2/2) = eps.
    const T reach = std::sqrt(-2 * std::log(std::numeric_limits<T>::epsilon()));
    const T transform = tol::gauss_transform(std::pow(reach, T(power)) * p.log_pdf().abs().maxCoeff());
    for_each_cell(bank, [&](Index i, Index j) {
      const Vector<T> z = (bank.grid().nodes() - bank.mesh().mu()[j]) / bank.mesh().sigma()[i];
      const Vector<T> terms = bank.grid().weights() * bank.log_pdf(i, j).exp() * z.pow(power) * p.log_pdf();
      CHECK(std::abs(out(i, j) - terms.sum()) <= tol::node_sum<T> * terms.abs().sum() + transform);
    });
  }
}

TEST_CASE("bank_for: the bank of p's own grid") {
  const GridDensity<> p(Grid<>::arange(-4.0, 4.0, 0.125), Gaussian<>(0.0, 1.0));
  const auto bank = bank_for(p, ParameterMesh<>(vector<double>({0, 1}), vector<double>({1, 2, 3})));
  CHECK(bank.grid() == p.grid());
  CHECK(bank.mesh().rows() == 3);
  CHECK_NOTHROW(bank.require_same_domain(p));
}

TEST_CASE("NormalizedGaussianBank: E_q[log p] is -inf everywhere where p is zero at a node that counts") {
  const Grid<> grid(vector<double>({0, 1, 2}), vector<double>({1, 0, 1}));
  const NormalizedGaussianBank<> bank(grid, {vector<double>({0, 1}), vector<double>({1})});
  Surface<double> out;
  bank.expected_log(GridDensity<>::from_log_values(grid, vector<double>({0, 0, -infinity})), 0, out);
  CHECK((out == -infinity).all());
  bank.expected_log(GridDensity<>::from_log_values(grid, vector<double>({0, -infinity, 0})), 0, out);
  CHECK(relative_error(out(0, 0), -std::log(2.0), 1.0) <= tol::few_roundings<double>);  // p = 1/2 at both that count
}

TEST_CASE("NormalizedGaussianBank: Gaussians between the nodes and off the window have finite entries") {
  // All mass goes to the nearest node, of weight one: Z = 1 counted from there, and H(q) = 0.
  const Grid<> grid(vector<double>({0, 1, 2}), vector<double>({1, 1, 1}));
  const NormalizedGaussianBank<> bank(grid, {vector<double>({-50, 0.25}), vector<double>({1e-160, 1e-3, 1e-2})});
  for_each_cell(bank, [&](Index i, Index j) {
    CHECK(std::abs(bank.log_normalizer()(i, j)) <= tol::few_roundings<double>);
    CHECK(std::abs(bank.entropy()(i, j)) <= tol::few_roundings<double>);
  });
}

TEST_CASE("NormalizedGaussianBank: a node of weight zero takes no part") {
  const Grid<> with(vector<double>({0, 1, 2, 3}), vector<double>({1, 1, 0, 1}));
  const Grid<> without(vector<double>({0, 1, 3}), vector<double>({1, 1, 1}));
  const ParameterMesh<> mesh(vector<double>({0, 2}), vector<double>({0.01, 1}));
  const NormalizedGaussianBank<> a(with, mesh), b(without, mesh);
  for_each_cell(a, [&](Index i, Index j) {
    CHECK(relative_error(a.log_normalizer()(i, j), b.log_normalizer()(i, j), 1.0) <= tol::few_roundings<double>);
    CHECK(relative_error(a.entropy()(i, j), b.entropy()(i, j), 1.0) <= tol::few_roundings<double>);
  });
}

TEST_CASE("NormalizedGaussianBank: bad input is named") {
  const auto bank = small_bank<double>();
  const GridDensity<> elsewhere(Grid<>::arange(-10.0, 10.0, 0.1), Gaussian<>(0.0, 1.0));
  CHECK_THROWS_WITH_AS(bank.require_same_domain(elsewhere),
                       "NormalizedGaussianBank: p must be a density on the bank's grid, got another grid",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)bank.log_pdf(3, 0),
                       "NormalizedGaussianBank::log_pdf: row must be a row of the mesh, got 3", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)bank.log_pdf(-1, 0),
                       "NormalizedGaussianBank::log_pdf: row must be a row of the mesh, got -1", std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)bank.log_pdf(0, 4),
                       "NormalizedGaussianBank::log_pdf: col must be a column of the mesh, got 4",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)bank.log_pdf(0, -1),
                       "NormalizedGaussianBank::log_pdf: col must be a column of the mesh, got -1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)bank.moment(-1), "NormalizedGaussianBank::moment: power must be in [0, 6], got -1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)bank.moment(7), "NormalizedGaussianBank::moment: power must be in [0, 6], got 7",
                       std::invalid_argument);
  CHECK_THROWS_AS((void)bank.expectation(Vector<double>::Zero(3)), std::invalid_argument);
  Surface<double> out;
  CHECK_THROWS_WITH_AS(bank.expected_log(GridDensity<>(bank.grid(), Gaussian()), 5, out),
                       "NormalizedGaussianBank::expected_log: power must be in [0, 4], got 5", std::invalid_argument);
  CHECK_THROWS_WITH_AS(NormalizedGaussianBank<>(bank.grid(), bank.mesh(), {.tolerance = 1}),
                       "NormalizedGaussianBank: tolerance must be in [8 epsilon, 0.1], got 1", std::invalid_argument);
  const auto with_power = [&](int power) {
    NormalizedGaussianBank<>::Options options;
    options.highest_power = power;
    return NormalizedGaussianBank<>(bank.grid(), bank.mesh(), options);
  };
  CHECK_THROWS_WITH_AS(with_power(-1), "NormalizedGaussianBank: highest_power must be in [0, 4], got -1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(with_power(5), "NormalizedGaussianBank: highest_power must be in [0, 4], got 5",
                       std::invalid_argument);
}

TEST_CASE("NormalizedGaussianBank: the tolerance that is asked for is that of every bank made of it") {
  const auto grid = klgrid_test::notebook_grid();
  const auto mesh = klgrid_test::notebook_mesh();
  const NormalizedGaussianBank<> tight(grid, mesh);
  CHECK(tight.tolerance() == 96 * std::numeric_limits<double>::epsilon());
  CHECK(tight.highest_power() == 0);
  const NormalizedGaussianBank<> loose(grid, mesh, {.tolerance = 1e-3});
  CHECK(loose.tolerance() == 1e-3);
  CHECK(loose.transform().bytes() < tight.transform().bytes());  // fewer waves
  CHECK(loose.with_highest_power(2).tolerance() == 1e-3);
  CHECK(loose.with_highest_power(2).highest_power() == 2);
  CHECK(loose.with_highest_power(0).transform().bytes() == loose.transform().bytes());
  const ParameterMesh<> other(vector<double>({0}), vector<double>({1, 2}));
  CHECK(loose.with_mesh(other, 1e-5).tolerance() == 1e-5);
  CHECK(loose.with_mesh(other, 1e-5).mesh().rows() == 2);
  CHECK(loose.with_mesh(other, 1e-5).grid() == grid);
  CHECK(loose.with_mesh(other, 1e-30).tolerance() == 8 * std::numeric_limits<double>::epsilon());
  const GridDensity<> p(grid, Gaussian<>(0.0, 1.0));
  CHECK(bank_for(p, other, 4).highest_power() == 4);
  CHECK(bank_for(p, other).highest_power() == 0);
}

TEST_CASE("NormalizedGaussianBank: made for a power of z, it has that power's sums and moments up to two more") {
  const auto plain = small_bank<double>();
  const GridDensity<double> p(plain.grid(), klgrid_test::mixtures<double>().at("skewed"));
  CHECK_THROWS_WITH_AS((void)plain.moment(0),
                       "NormalizedGaussianBank::moment: power must be at most highest_power + 2, and that not 0, got 0",
                       std::invalid_argument);
  for (int highest = 1; highest <= 4; ++highest) {
    CAPTURE(highest);
    const auto bank = plain.with_highest_power(highest);
    CHECK((bank.moment(0) == 1.0).all());
    CHECK_THROWS_AS((void)plain.with_highest_power(highest).moment(highest == 4 ? 7 : highest + 3),
                    std::invalid_argument);
    for (int power = 1; power <= highest + 2; ++power)
      for_each_cell(bank, [&](Index i, Index j) {
        const Vector<double> z = (bank.grid().nodes() - bank.mesh().mu()[j]) / bank.mesh().sigma()[i];
        const Vector<double> terms = bank.grid().weights() * bank.log_pdf(i, j).exp() * z.pow(power);
        CHECK(std::abs(bank.moment(power)(i, j) - terms.sum()) <= tol::divergence<double> * (1 + terms.abs().sum()));
      });
    Surface<double> made, asked;
    for (int power = 0; power <= highest; ++power) {
      bank.expected_log(p, power, made);
      plain.expected_log(p, power, asked);
      const double size = std::pow(8.5, power) * p.log_pdf().abs().maxCoeff();  // q's own reach
      CHECK((made - asked).abs().maxCoeff() <= 2 * tol::gauss_transform(size));
    }
  }
}

TEST_CASE("NormalizedGaussianBank: E_q[p^alpha] by sums, of one q also where it is below every double's square root") {
  const auto bank = small_bank<double>();
  const GridDensity<double> p(bank.grid(), klgrid_test::mixtures<double>().at("skewed"));
  Surface<double> out;
  const Vector<double> share = bank.expected_power(p, 0.5, out);
  for_each_cell(bank, [&](Index i, Index j) {
    const double sum = (bank.grid().weights() * (bank.log_pdf(i, j) + 0.5 * p.log_pdf()).exp()).sum();
    CHECK(std::abs(out(i, j) - sum) <= bank.tolerance() * share[i]);
    CHECK(relative_error(bank.expected_power(p, 0.5, i, j), sum, 0.0) <= tol::divergence<double>);
  });
  const double largest = p.log_pdf().maxCoeff();
  for (Index i = 0; i < 3; ++i)
    CHECK(relative_error(share[i], std::exp(0.5 * largest), 0.0) <= tol::few_roundings<double>);
  // Nor has a node of weight 0 a share.
  Vector<double> weights = bank.grid().weights();
  weights[7] = 0;
  const NormalizedGaussianBank<double> on_gap(Grid<double>(bank.grid().nodes(), weights), bank.mesh());
  const GridDensity<double> p_on_gap(on_gap.grid(), klgrid_test::mixtures<double>().at("skewed"));
  CHECK(relative_error(on_gap.expected_power(p_on_gap, 0.5, out)[0], std::exp(0.5 * p_on_gap.log_pdf().maxCoeff()),
                       0.0) <= tol::few_roundings<double>);
  const GridDensity<> elsewhere(Grid<>::arange(-10.0, 10.0, 0.1), Gaussian<>(0.0, 1.0));
  CHECK_THROWS_AS((void)bank.expected_power(elsewhere, 0.5, out), std::invalid_argument);
}
