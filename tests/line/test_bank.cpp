// SPDX-License-Identifier: MIT
#include "klgrid/line/bank.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <stdexcept>
#include <vector>

#include "klgrid/divergence/kl_surfaces.hpp"
#include "klgrid/line/divergence.hpp"
#include "support/largest_error.hpp"
#include "support/notebook.hpp"
#include "support/reference.hpp"
#include "support/tolerances.hpp"
#include "support/values.hpp"

using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Index;
using klgrid::ParameterMesh;
using klgrid::RealLineBank;
using klgrid::RealLineDensity;
using klgrid::Surface;
using klgrid::Vector;
using klgrid_test::notebook_mesh;
using klgrid_test::relative_error;
using klgrid_test::Table;
using klgrid_test::vector;
namespace tol = klgrid_test::tol;

namespace {

template <class T>
ParameterMesh<T> one_cell(T mu, T sigma) {
  return ParameterMesh<T>(Vector<T>::Constant(1, mu), Vector<T>::Constant(1, sigma));
}

template <class T>
T at_one(const RealLineDensity<T>& p, T mu, T sigma, int power) {
  Surface<T> out;
  RealLineBank<T>(one_cell(mu, sigma)).expected_log(p, power, out);
  return out(0, 0);
}

/// A derivative as a covariance: differences of E_q[z^k log p], whose size multiplies the rounding.
template <class T>
constexpr T derivative = T(4500) * std::numeric_limits<T>::epsilon();

/// Two workers in turn, tasks backwards: what a thread pool might do.
struct Backwards {
  Index workers() const { return 2; }
  template <class Body>
  void operator()(Index tasks, const Body& body) const {
    for (Index task = tasks; task-- > 0;) body(task % 2, task);
  }
};

}  // namespace

TEST_CASE_TEMPLATE("real-line bank: the surfaces are the divergences of its pairs", T, float, double, long double) {
  const auto mesh = notebook_mesh<T>();
  const RealLineBank<T> bank(mesh);
  for (const auto& entry : klgrid_test::mixtures<T>()) {  // clang 14 cannot capture a structured binding
    const auto& name = entry.first;
    const auto& mixture = entry.second;
    const RealLineDensity<T> p(mixture);
    const auto surfaces = klgrid::kl_surfaces(p, bank);
    CAPTURE(name);
    for (Index i = 0; i < mesh.rows(); i += 7)
      for (Index j = 0; j < mesh.cols(); j += 9) {
        const Gaussian<T> q(mesh.mu()[j], mesh.sigma()[i]);
        CAPTURE(q.mean());
        CAPTURE(q.stddev());
        CHECK(relative_error(surfaces.forward(i, j), klgrid::forward_kl(p, q), T(1)) < tol::divergence<T>);
        CHECK(relative_error(surfaces.reverse(i, j), klgrid::reverse_kl(q, p), T(1)) < tol::divergence<T>);
      }
  }
}

TEST_CASE("real-line bank: both surfaces of the reference figures") {
  const auto mixtures = klgrid_test::mixtures<double>();
  const auto mesh = notebook_mesh<double>();
  const RealLineBank<double> bank(mesh);
  std::map<std::string, klgrid::KlSurfaces<double>> surfaces;
  for (const auto& [name, mixture] : mixtures)
    surfaces[name] = klgrid::kl_surfaces(RealLineDensity<double>(mixture), bank);
  const Table table("line_truth.csv");
  klgrid_test::LargestError largest;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const Index col = klgrid_test::index_of(mesh.mu(), table.get<double>(i, "mu"));
    const Index row = klgrid_test::index_of(mesh.sigma(), table.get<double>(i, "sigma"));
    const auto& both = surfaces.at(table.text(i, "name"));
    CHECK(largest(relative_error(both.forward(row, col), table.get<double>(i, "forward_kl"), 1.0)) < tol::figures);
    CHECK(largest(relative_error(both.reverse(row, col), table.get<double>(i, "reverse_kl"), 1.0)) < tol::figures);
  }
}

// With g = log q - log p: dD/dmu = E_q[z g] / sigma, dD/dlog sigma = E_q[(z^2 - 1) g].
TEST_CASE_TEMPLATE("real-line bank: weighted expectations give the gradients of the figures", T, double, long double) {
  const auto mixtures = klgrid_test::mixtures<T>();
  const Table table("line_truth.csv");
  for (std::size_t i = 0; i < table.size(); ++i) {
    const RealLineDensity<T> p(mixtures.at(table.text(i, "name")));
    const T mu = static_cast<T>(table.get<double>(i, "mu"));
    const T sigma = static_cast<T>(table.get<double>(i, "sigma"));
    const T d_mu = -at_one(p, mu, sigma, 1) / sigma;
    const T d_log_sigma = T(-1) - (at_one(p, mu, sigma, 2) - at_one(p, mu, sigma, 0));
    CAPTURE(table.text(i, "name"));
    CAPTURE(mu);
    CAPTURE(sigma);
    CHECK(relative_error(d_mu, table.get<T>(i, "reverse_dmu"), T(1)) < derivative<T>);
    CHECK(relative_error(d_log_sigma, table.get<T>(i, "reverse_dlogsigma"), T(1)) < derivative<T>);
  }
}

// One component: log p = c - (m + sigma z)^2 / (2 s^2), with m = mu - mean, so E_q[z^k log p] is a sum of moments.
TEST_CASE_TEMPLATE("real-line bank: every power of z for one component", T, float, double, long double) {
  constexpr double moments[] = {1, 0, 1, 0, 3, 0, 15};
  const T mean = T(0.5), s = T(0.75);
  const RealLineDensity<T> p(GaussianMixture<T>({T(1)}, {mean}, {s}));
  const ParameterMesh<T> mesh(klgrid::linspace(T(-3), T(3), 25), vector<T>({T(0.05), T(0.5), T(1), T(4)}));
  const RealLineBank<T> bank(mesh);
  Surface<T> out;
  for (int power = 0; power <= 4; ++power) {
    bank.expected_log(p, power, out);
    for (Index i = 0; i < mesh.rows(); ++i)
      for (Index j = 0; j < mesh.cols(); ++j) {
        const T m = (mesh.mu()[j] - mean) / s, r = mesh.sigma()[i] / s;
        const T constant = -std::log(s) - klgrid::detail::log_sqrt_two_pi<T>() - m * m / 2;
        const T expected =
            constant * T(moments[power]) - m * r * T(moments[power + 1]) - r * r / 2 * T(moments[power + 2]);
        // The largest of the terms that are summed, times the moment that belongs to power 4.
        const T size = T(16) * (T(1) + m * m + r * r);
        CHECK(relative_error(out(i, j), expected, size) < tol::divergence<T>);
      }
  }
}

TEST_CASE("real-line bank: neighbours on the mesh do not change a cell") {
  const RealLineDensity<double> p(GaussianMixture<double>({0.3, 0.7}, {-3, 3}, {0.1, 2}));
  // Uneven, and one value twice; the widest span is 2e8 of the narrowest stddevs.
  const ParameterMesh<double> mesh(vector({-1e4, -7.0, -5.0, -4.999, 0.0, 0.0, 0.25, 3.0, 3.1, 1e4}),
                                   vector({1e-4, 0.3, 0.3, 2.0, 1e3}));
  const RealLineBank<double> bank(mesh);
  Surface<double> out;
  for (int power = 0; power <= 4; ++power) {
    bank.expected_log(p, power, out);
    for (Index i = 0; i < mesh.rows(); ++i)
      for (Index j = 0; j < mesh.cols(); ++j) {
        const double mu = mesh.mu()[j];
        const double sigma = mesh.sigma()[i];
        // Odd powers cancel: the size of the terms is that of the even power above.
        const double size = std::max(1.0, std::abs(at_one(p, mu, sigma, power + power % 2)));
        CHECK(relative_error(out(i, j), at_one(p, mu, sigma, power), size) < tol::divergence<double>);
      }
  }
}

TEST_CASE("real-line bank: many densities at once, and on other executors, give the same numbers") {
  const RealLineBank<double> bank(ParameterMesh<double>(klgrid::linspace(-5.0, 5.0, 31), vector({0.1, 1.0, 9.0})));
  std::vector<RealLineDensity<double>> densities;
  for (const auto& [name, mixture] : klgrid_test::mixtures<double>()) densities.emplace_back(mixture);
  std::vector<klgrid::KlSurfaces<double>> out(densities.size());
  RealLineBank<double>::Workspace workspace;
  klgrid::kl_surfaces<RealLineBank<double>>(densities, bank, out, workspace, Backwards());
  for (std::size_t i = 0; i < densities.size(); ++i) {
    const auto alone = klgrid::kl_surfaces(densities[i], bank);
    CHECK((out[i].forward == alone.forward).all());
    CHECK((out[i].reverse == alone.reverse).all());
  }
}

TEST_CASE("real-line bank: what does not depend on p") {
  const ParameterMesh<double> mesh(vector({-1.0, 2.0}), vector({0.5, 3.0, 4.0}));
  const RealLineBank<double> bank(mesh);
  CHECK(bank.mesh().cells() == 6);
  for (Index i = 0; i < 3; ++i)
    for (Index j = 0; j < 2; ++j) {
      const Gaussian<double> q(mesh.mu()[j], mesh.sigma()[i]);
      CHECK(relative_error(bank.entropy()(i, j), q.entropy(), 1.0) < tol::few_roundings<double>);
      CHECK(relative_error(bank.log_normalizer()(i, j), -q.log_pdf(q.mean()), 1.0) < tol::few_roundings<double>);
    }
  constexpr double moments[] = {1, 0, 1, 0, 3, 0, 15};
  for (int power = 0; power <= 6; ++power) CHECK((bank.moment(power) == moments[power]).all());
  CHECK_THROWS_WITH_AS((void)bank.moment(7), "RealLineBank::moment: power must be in [0, 6], got 7",
                       std::invalid_argument);
  const RealLineDensity<double> p(GaussianMixture<double>({1.0}, {0.0}, {1.0}));
  Surface<double> out;
  CHECK_THROWS_WITH_AS(bank.expected_log(p, 5, out), "RealLineBank::expected_log: power must be in [0, 4], got 5",
                       std::invalid_argument);
  CHECK_THROWS_AS(bank.expected_log(p, -1, out), std::invalid_argument);
  CHECK(klgrid::bank_for(p, mesh).mesh().cells() == 6);
}

TEST_CASE("real-line bank: E_q[p^alpha] of a Gaussian p in closed form, to the tolerance that is told") {
  const RealLineDensity<double> p(GaussianMixture<double>({1.0}, {0.0}, {1.0}));
  const RealLineBank<double> bank(ParameterMesh<double>(klgrid::linspace(-3.0, 3.0, 7), vector<double>({0.1, 1, 5})));
  const auto& mesh = bank.mesh();
  CHECK(46 * bank.tolerance() < 1e-12);  // what divergences of order alpha promise of surfaces is made of it
  for (const double alpha : {0.3, 0.7, 1.0}) {
    CAPTURE(alpha);
    Surface<double> out;
    const Vector<double> scale = bank.expected_power(p, alpha, out);
    for (Index i = 0; i < mesh.rows(); ++i)
      for (Index j = 0; j < mesh.cols(); ++j) {
        const double variance = 1 + alpha * mesh.sigma()[i] * mesh.sigma()[i];
        const double expected = std::pow(2 * std::numbers::pi, -alpha / 2) / std::sqrt(variance) *
                                std::exp(-alpha * mesh.mu()[j] * mesh.mu()[j] / (2 * variance));
        CHECK(std::abs(out(i, j) - expected) <= bank.tolerance() * scale[i]);
      }
  }
}
