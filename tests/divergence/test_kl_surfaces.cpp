// SPDX-License-Identifier: MIT
#include "klgrid/klgrid.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cmath>
#include <limits>
#include <span>
#include <stdexcept>
#include <vector>

#include "support/largest_error.hpp"
#include "support/notebook.hpp"
#include "support/notebook_port.hpp"
#include "support/reference.hpp"
#include "support/tolerances.hpp"
#include "support/values.hpp"

using klgrid::arange;
using klgrid::forward_kl;
using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Grid;
using klgrid::GridDensity;
using klgrid::Index;
using klgrid::kl_surfaces;
using klgrid::KlSurfaces;
using klgrid::NormalizedGaussianBank;
using klgrid::ParameterMesh;
using klgrid::reverse_kl;
using klgrid::Surface;
using klgrid::Vector;
using klgrid_test::infinity;
using klgrid_test::relative_error;
using klgrid_test::vector;
namespace tol = klgrid_test::tol;

namespace {

// A swapped call does not compile, a call in the order of the formula does.
template <class A, class B>
concept ForwardKl = requires(const A& a, const B& b) {
  klgrid::forward_kl(a, b);
};
template <class A, class B>
concept ReverseKl = requires(const A& a, const B& b) {
  klgrid::reverse_kl(a, b);
};
template <class A, class B>
concept BothKl = requires(const A& a, const B& b) {
  klgrid::kl_surfaces(a, b);
};
using P = GridDensity<double>;
using Bank = NormalizedGaussianBank<double>;
static_assert(ForwardKl<P, Bank> && !ForwardKl<Bank, P>);
static_assert(ReverseKl<Bank, P> && !ReverseKl<P, Bank>);
static_assert(BothKl<P, Bank> && !BothKl<Bank, P>);
static_assert(!ForwardKl<GridDensity<float>, Bank>, "scalars do not mix silently");

/// The notebook's whole bank, made once for this program.
const Bank& notebook_bank() {
  static const Bank bank(klgrid_test::notebook_grid(), klgrid_test::notebook_mesh());
  return bank;
}

/// The bank of the cells that grid_truth.csv samples, or a part of them.
template <class T>
NormalizedGaussianBank<T> sampled_bank(Index mu_step = 9, Index sigma_step = 8) {
  const auto mesh = klgrid_test::notebook_mesh<T>();
  return {klgrid_test::notebook_grid<T>(),
          {klgrid_test::thinned(mesh.mu(), mu_step), klgrid_test::thinned(mesh.sigma(), sigma_step)}};
}

/// The largest relative error of a surface, absolute below one; NaN if any is.
template <class T>
T worst_error(const Surface<T>& surface, const Surface<T>& truth) {
  REQUIRE(surface.rows() == truth.rows());
  REQUIRE(surface.cols() == truth.cols());
  T worst = 0;
  for (Index i = 0; i < surface.size(); ++i) {
    const T error = relative_error(surface.data()[i], truth.data()[i], T(1));
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

/// What a surface of divergences must be: finite, so not NaN either, and nowhere negative.
template <class T>
bool finite_and_not_negative(const Surface<T>& surface) {
  for (Index i = 0; i < surface.size(); ++i)
    if (!(surface.data()[i] >= T(0) && surface.data()[i] <= std::numeric_limits<T>::max())) return false;
  return true;
}

template <class T>
GridDensity<T> two_humps(const Grid<T>& grid, T theta, T mu1, T mu2, T sigma1, T sigma2) {
  return {grid, GaussianMixture<T>({theta, 1 - theta}, {mu1, mu2}, {sigma1, sigma2})};
}

}  // namespace

TEST_CASE("kl_surfaces: every line of the grid's truth, for every mixture") {
  const klgrid_test::Table table("grid_truth.csv");
  klgrid_test::LargestError largest;
  const auto& bank = notebook_bank();
  std::map<std::string, KlSurfaces<double>> surfaces;
  for (const auto& [name, mixture] : klgrid_test::mixtures<double>())
    surfaces.emplace(name, kl_surfaces(GridDensity<>(bank.grid(), mixture), bank));
  REQUIRE(surfaces.size() == 7);
  REQUIRE(table.size() == 1176);
  for (std::size_t line = 0; line < table.size(); ++line) {
    const std::string name = table.text(line, "name");
    const double mu = table.get<double>(line, "mu"), sigma = table.get<double>(line, "sigma");
    CAPTURE(name);
    CAPTURE(mu);
    CAPTURE(sigma);
    const Index i = klgrid_test::index_of(bank.mesh().sigma(), sigma);
    const Index j = klgrid_test::index_of(bank.mesh().mu(), mu);
    const auto& [forward, reverse] = surfaces.at(name);
    CHECK(largest(relative_error(forward(i, j), table.get<double>(line, "forward_kl"), 1.0)) <= tol::figures);
    CHECK(largest(relative_error(reverse(i, j), table.get<double>(line, "reverse_kl"), 1.0)) <= tol::figures);
  }
}

TEST_CASE("kl_surfaces: a long double comes nearer to the truth than a double can") {
  const klgrid_test::Table table("grid_truth.csv");
  const auto bank = sampled_bank<long double>(18, 16);  // a quarter of the cells: long double is slow
  std::map<std::string, KlSurfaces<long double>> surfaces;
  for (const auto& [name, mixture] : klgrid_test::mixtures<long double>())
    surfaces.emplace(name, kl_surfaces(GridDensity<long double>(bank.grid(), mixture), bank));
  int found = 0;
  for (std::size_t line = 0; line < table.size(); ++line) {
    const long double mu = table.get<double>(line, "mu"), sigma = table.get<double>(line, "sigma");
    if (!(bank.mesh().mu() == mu).any() || !(bank.mesh().sigma() == sigma).any()) continue;
    ++found;
    const Index i = klgrid_test::index_of(bank.mesh().sigma(), sigma);
    const Index j = klgrid_test::index_of(bank.mesh().mu(), mu);
    const auto& [forward, reverse] = surfaces.at(table.text(line, "name"));
    CAPTURE(line);
    CHECK(relative_error(forward(i, j), table.get<long double>(line, "forward_kl"), 1.0L) <=
          tol::divergence<long double>);
    CHECK(relative_error(reverse(i, j), table.get<long double>(line, "reverse_kl"), 1.0L) <=
          tol::divergence<long double>);
  }
  CHECK(found == 7 * bank.mesh().cells());
}

TEST_CASE("kl_surfaces: at every slider position finite, no NaN, nothing negative, and each cell the pair's") {
  const auto& bank = notebook_bank();
  // A slider from low to high; the ends come up often.
  const auto slider = [](double low, double high) {
    const auto ends = rc::gen::element(low, high);
    const auto between = rc::gen::map(rc::gen::inRange(0, 1001),
                                      [=](int step) { return std::min(high, low + (high - low) * step / 1000); });
    return rc::gen::weightedOneOf<double>({{1, ends}, {3, between}});
  };
  GridDensity<> p = two_humps(bank.grid(), 0.5, -3.0, 3.0, 1.0, 1.0);
  KlSurfaces<double> surfaces;
  Bank::Workspace workspace;
  CHECK(rc::check([&] {
    const double theta = *slider(0.0, 1.0).as("theta");
    const double mu1 = *slider(-3.0, 3.0).as("mu1"), mu2 = *slider(-3.0, 3.0).as("mu2");
    const double sigma1 = *slider(0.1, 2.0).as("sigma1"), sigma2 = *slider(0.1, 2.0).as("sigma2");
    p.assign(GaussianMixture<>({theta, 1 - theta}, {mu1, mu2}, {sigma1, sigma2}));
    kl_surfaces(p, bank, surfaces, workspace);
    RC_ASSERT(finite_and_not_negative(surfaces.forward));
    RC_ASSERT(finite_and_not_negative(surfaces.reverse));
    // One cell against the divergence of the pair, which is formed in another way.
    const Index i = *rc::gen::inRange<Index>(0, bank.mesh().rows()).as("row");
    const Index j = *rc::gen::inRange<Index>(0, bank.mesh().cols()).as("column");
    const Gaussian<> q(bank.mesh().mu()[j], bank.mesh().sigma()[i]);
    RC_ASSERT(relative_error(surfaces.forward(i, j), forward_kl(p, q), 1.0) <= tol::figures);
    RC_ASSERT(relative_error(surfaces.reverse(i, j), reverse_kl(q, p), 1.0) <= tol::figures);
  }));
}

TEST_CASE_TEMPLATE("kl_surfaces: at every corner of the sliders' box finite, no NaN, nothing negative", T, float,
                   double) {
  const auto bank = sampled_bank<T>();
  for (const T theta : {T(0), T(1)})
    for (const T mu1 : {T(-3), T(3)})
      for (const T mu2 : {T(-3), T(3)})
        for (const T sigma1 : {T(0.1), T(2)})
          for (const T sigma2 : {T(0.1), T(2)}) {
            CAPTURE(theta);
            CAPTURE(mu1);
            CAPTURE(mu2);
            CAPTURE(sigma1);
            CAPTURE(sigma2);
            const auto [forward, reverse] = kl_surfaces(two_humps(bank.grid(), theta, mu1, mu2, sigma1, sigma2), bank);
            CHECK(finite_and_not_negative(forward));
            CHECK(finite_and_not_negative(reverse));
          }
}

TEST_CASE("kl_surfaces: the port of the notebook prints notebook.csv, and ours are its figures where it is right") {
  // Of the port: inf and NaN where the notebook has them, else its number (see tol::notebook_port for how close and why
  // not closer). Ours are dx times the notebook's sums where those are finite and Q holds no zeros that the notebook
  // replaces by 1e-8, which shift its sums. Those come with |x - mu| > 38.6 sigma, and |x - mu| <= 15 here.
  const auto grid = klgrid_test::notebook_grid();
  const auto bank = sampled_bank<double>();
  const klgrid_test::Table table("notebook.csv");
  klgrid_test::NotebookPort port(klgrid_test::to_std(grid.nodes()), klgrid_test::to_std(bank.mesh().mu()),
                                 klgrid_test::to_std(bank.mesh().sigma()), 0.05);
  std::map<std::string, KlSurfaces<double>> theirs, ours;
  for (const auto& entry : klgrid_test::mixtures<double>()) {
    const auto& name = entry.first;
    const auto& p = entry.second;
    port.compute_kl(klgrid_test::to_std(p.weights()), klgrid_test::to_std(p.means()), klgrid_test::to_std(p.stddevs()));
    const auto as_surface = [&](const std::vector<double>& sums) -> Surface<double> {
      return Eigen::Map<const Surface<double>>(sums.data(), bank.mesh().rows(), bank.mesh().cols());
    };
    theirs.emplace(name, KlSurfaces<double>{as_surface(port.kl_pq), as_surface(port.kl_qp)});
    ours.emplace(name, kl_surfaces(GridDensity<>(grid, p), bank));
  }
  int finite = 0, compared = 0;
  const auto check = [&](double port_sum, double printed, double kl, bool comparable) {
    if (std::isnan(printed)) {
      CHECK(std::isnan(port_sum));
    } else {
      CHECK(relative_error(port_sum, printed, 1.0) <= tol::notebook_port);
    }
    CHECK(std::isfinite(kl));
    finite += std::isfinite(printed);
    if (!std::isfinite(printed) || !comparable) return;
    ++compared;
    CHECK(relative_error(kl, 0.05 * printed, 1.0) <= tol::figures);
  };
  for (std::size_t line = 0; line < table.size(); ++line) {
    const std::string name = table.text(line, "name");
    const double mu = table.get<double>(line, "mu"), sigma = table.get<double>(line, "sigma");
    CAPTURE(name);
    CAPTURE(mu);
    CAPTURE(sigma);
    const Index i = klgrid_test::index_of(bank.mesh().sigma(), sigma);
    const Index j = klgrid_test::index_of(bank.mesh().mu(), mu);
    check(theirs.at(name).forward(i, j), table.get<double>(line, "notebook_sum_pq"), ours.at(name).forward(i, j),
          sigma >= 0.4);
    check(theirs.at(name).reverse(i, j), table.get<double>(line, "notebook_sum_qp"), ours.at(name).reverse(i, j),
          sigma >= 0.4);
  }
  CHECK(finite == 1944);
  CHECK(compared == 1872);
}

TEST_CASE_TEMPLATE("kl_surfaces: two Gaussians, by the closed form", T, float, double, long double) {
  // Wide and fine enough that sums over it are integrals over the real line, to the last digit of a long double.
  const NormalizedGaussianBank<T> bank(Grid<T>::arange(T(-40), T(40), T(0.0625)),
                                       {vector<T>({-2, 0, T(1.5)}), vector<T>({T(0.5), 1, 3})});
  const T m = T(-0.75), s = T(1.25);
  const GridDensity<T> p(bank.grid(), Gaussian<T>(m, s));
  const auto [forward, reverse] = kl_surfaces(p, bank);
  const T reverse_tolerance = tol::divergence<T> + tol::gauss_transform(p.log_pdf().abs().maxCoeff());
  for (Index i = 0; i < 3; ++i)
    for (Index j = 0; j < 3; ++j) {
      const T mu = bank.mesh().mu()[j], sigma = bank.mesh().sigma()[i];
      const T square = (m - mu) * (m - mu);
      const T log_ratio = std::log(sigma / s);
      CHECK(relative_error(forward(i, j), log_ratio + (s * s + square) / (2 * sigma * sigma) - T(0.5), T(1)) <=
            tol::divergence<T>);
      CHECK(relative_error(reverse(i, j), -log_ratio + (sigma * sigma + square) / (2 * s * s) - T(0.5), T(1)) <=
            reverse_tolerance);
    }
}

TEST_CASE_TEMPLATE("kl_surfaces: zero at p = q, and only there", T, float, double, long double) {
  const auto bank = sampled_bank<T>(9, 16);
  const Index row = 1, col = 4;
  const GridDensity<T> p(bank.grid(), Gaussian<T>(bank.mesh().mu()[col], bank.mesh().sigma()[row]));
  for (const Surface<T>& surface : {forward_kl(p, bank), reverse_kl(bank, p)}) {
    CHECK(surface(row, col) >= T(0));
    CHECK(surface(row, col) <= tol::divergence<T>);
    Surface<T> others = surface;
    others(row, col) = T(1);
    CHECK(others.minCoeff() > T(0.01));
  }
}

TEST_CASE_TEMPLATE("kl_surfaces: p, q and grid shifted together change nothing", T, float, double, long double) {
  // Dyadic numbers, so that the shifted problem is the same but for the rounding of the sums.
  const T shift = T(2.5), step = T(0.0625);
  const auto mu = arange(T(-2), T(2), T(0.5)), sigma = arange(T(0.5), T(3), T(0.5));
  const NormalizedGaussianBank<T> bank(Grid<T>::arange(T(-8), T(8), step), {mu, sigma});
  const NormalizedGaussianBank<T> shifted(Grid<T>::arange(T(-8) + shift, T(8) + shift, step), {mu + shift, sigma});
  const auto p = two_humps<T>(bank.grid(), T(0.25), T(-1.5), T(2), T(0.5), T(1));
  const auto p_shifted = two_humps<T>(shifted.grid(), T(0.25), T(-1.5) + shift, T(2) + shift, T(0.5), T(1));
  CHECK(worst_error(forward_kl(p_shifted, shifted), forward_kl(p, bank)) <= tol::divergence<T>);
  CHECK(worst_error(reverse_kl(shifted, p_shifted), reverse_kl(bank, p)) <= tol::divergence<T>);
}

TEST_CASE_TEMPLATE("kl_surfaces: a change of unit changes entropies by its logarithm and divergences not at all", T,
                   float, double, long double) {
  for (const T unit : {T(0.125), T(3), T(1000)}) {
    CAPTURE(unit);
    const auto grid = Grid<T>::arange(T(-8), T(8), T(0.0625));
    const ParameterMesh<T> mesh(arange(T(-2), T(2), T(0.5)), arange(T(0.5), T(3), T(0.5)));
    const NormalizedGaussianBank<T> bank(grid, mesh);
    const NormalizedGaussianBank<T> scaled({unit * grid.nodes(), unit * grid.weights()},
                                           {unit * mesh.mu(), unit * mesh.sigma()});
    const auto p = two_humps<T>(grid, T(0.25), T(-1.5), T(2), T(0.5), T(1));
    const auto p_scaled = two_humps<T>(scaled.grid(), T(0.25), T(-1.5) * unit, T(2) * unit, T(0.5) * unit, T(1) * unit);
    CHECK(worst_error(forward_kl(p_scaled, scaled), forward_kl(p, bank)) <= tol::divergence<T>);
    CHECK(worst_error(reverse_kl(scaled, p_scaled), reverse_kl(bank, p)) <= tol::divergence<T>);
    CHECK(relative_error(p_scaled.entropy(), p.entropy() + std::log(unit), T(1)) <= tol::divergence<T>);
    CHECK(worst_error<T>(scaled.entropy(), bank.entropy() + std::log(unit)) <= tol::divergence<T>);
  }
}

TEST_CASE_TEMPLATE("kl_surfaces: a mirror reverses the columns", T, float, double, long double) {
  const auto grid = Grid<T>::arange(T(-8), T(9), T(0.0625));
  const ParameterMesh<T> mesh(arange(T(-2), T(3), T(0.5)), arange(T(0.5), T(3), T(0.5)));
  const NormalizedGaussianBank<T> bank(grid, mesh);
  const NormalizedGaussianBank<T> mirrored({-grid.nodes().reverse(), grid.weights().reverse()},
                                           {-mesh.mu().reverse(), mesh.sigma()});
  const auto p = two_humps<T>(grid, T(0.25), T(-1.5), T(2), T(0.5), T(1));
  const auto p_mirrored = two_humps<T>(mirrored.grid(), T(0.25), T(1.5), T(-2), T(0.5), T(1));
  CHECK(worst_error<T>(forward_kl(p_mirrored, mirrored).rowwise().reverse(), forward_kl(p, bank)) <=
        tol::divergence<T>);
  CHECK(worst_error<T>(reverse_kl(mirrored, p_mirrored).rowwise().reverse(), reverse_kl(bank, p)) <=
        tol::divergence<T>);
}

TEST_CASE_TEMPLATE("kl_surfaces: an entropy and a cross-entropy", T, float, double, long double) {
  const auto bank = sampled_bank<T>(27, 32);
  for (const auto& entry : klgrid_test::mixtures<T>()) {
    const auto& name = entry.first;
    const auto& mixture = entry.second;
    CAPTURE(name);
    const GridDensity<T> p(bank.grid(), mixture);
    const auto [forward, reverse] = kl_surfaces(p, bank);
    // In long double the transform's error shows above that of the sums: log p of a narrow mixture reaches thousands.
    const T transform = std::is_same_v<T, long double> ? tol::gauss_transform(p.log_pdf().abs().maxCoeff()) : T(0);
    for (Index i = 0; i < bank.mesh().rows(); ++i)
      for (Index j = 0; j < bank.mesh().cols(); ++j) {
        const Gaussian<T> q(bank.mesh().mu()[j], bank.mesh().sigma()[i]);
        const T cross_forward = cross_entropy(p, q), cross_reverse = cross_entropy(q, p);
        CHECK(std::abs(forward(i, j) - (cross_forward - entropy(p))) <=
              tol::divergence<T> * (1 + std::abs(cross_forward)));
        CHECK(std::abs(reverse(i, j) - (cross_reverse - entropy(q, p.grid()))) <=
              tol::divergence<T> * (1 + std::abs(cross_reverse)) + transform);
      }
  }
}

TEST_CASE_TEMPLATE("kl_surfaces: a scalar agrees with the next wider one on the same numbers", T, float, double) {
  using Wide = std::conditional_t<std::is_same_v<T, float>, double, long double>;
  const auto bank = sampled_bank<T>(9, 16);
  const NormalizedGaussianBank<Wide> wide_bank(
      {bank.grid().nodes().template cast<Wide>(), bank.grid().weights().template cast<Wide>()},
      {bank.mesh().mu().template cast<Wide>(), bank.mesh().sigma().template cast<Wide>()});
  for (const auto& entry : klgrid_test::mixtures<T>()) {
    const auto& name = entry.first;
    const auto& mixture = entry.second;
    CAPTURE(name);
    const GridDensity<T> p(bank.grid(), mixture);
    // The weights sum to one but for rounding: without the window's normalisation this would show.
    const Vector<Wide> weights =
        mixture.weights().template cast<Wide>() / mixture.weights().template cast<Wide>().sum();
    const GridDensity<Wide> wide_p(
        wide_bank.grid(),
        GaussianMixture<Wide>(weights, mixture.means().template cast<Wide>(), mixture.stddevs().template cast<Wide>()));
    const auto narrow = kl_surfaces(p, bank);
    const auto wide = kl_surfaces(wide_p, wide_bank);
    CHECK(worst_error<T>(narrow.forward, wide.forward.template cast<T>()) <= tol::divergence<T>);
    CHECK(worst_error<T>(narrow.reverse, wide.reverse.template cast<T>()) <= tol::divergence<T>);
  }
}

TEST_CASE_TEMPLATE("kl_surfaces: one at a time, both at once and into used storage are the same", T, float, double,
                   long double) {
  const auto bank = sampled_bank<T>(27, 32);
  const GridDensity<T> p(bank.grid(), klgrid_test::mixtures<T>().at("three"));
  const auto both = kl_surfaces(p, bank);
  KlSurfaces<T> used{Surface<T>::Constant(2, 2, T(7)), Surface<T>::Constant(bank.mesh().rows(), bank.mesh().cols(), 7)};
  const T* storage = used.reverse.data();
  typename NormalizedGaussianBank<T>::Workspace workspace;
  kl_surfaces(p, bank, used, workspace);
  CHECK(used.reverse.data() == storage);
  CHECK((used.forward == both.forward).all());
  CHECK((used.reverse == both.reverse).all());
  CHECK((forward_kl(p, bank) == both.forward).all());
  CHECK((reverse_kl(bank, p) == both.reverse).all());
  CHECK(both.forward.rows() == bank.mesh().rows());
  CHECK(both.forward.cols() == bank.mesh().cols());
}

TEST_CASE_TEMPLATE("kl_surfaces: what is written past the caches is what would be written to them", T, float, double) {
  // Rows of an odd length, so that each begins elsewhere between two registers.
  const auto grid = Grid<T>::arange(T(-4), T(4), T(0.5));
  const ParameterMesh<T> mesh(klgrid::linspace(T(-5), T(5), 1031), klgrid::linspace(T(1), T(9), 1019));
  const NormalizedGaussianBank<T> bank(grid, mesh);
  const GridDensity<T> p(grid, GaussianMixture<T>({T(0.3), T(0.7)}, {T(-1), T(2)}, {T(0.5), T(1)}));
  const auto both = kl_surfaces(p, bank);
  CHECK((both.forward == forward_kl(p, bank)).all());
  CHECK((both.reverse == reverse_kl(bank, p)).all());
}

TEST_CASE_TEMPLATE("kl_surfaces: many densities at once are each as alone, one with zeros among them", T, float, double,
                   long double) {
  const T zero = -std::numeric_limits<T>::infinity();
  const auto bank = sampled_bank<T>(27, 32);
  std::vector<GridDensity<T>> densities;
  for (const auto& entry : klgrid_test::mixtures<T>()) densities.emplace_back(bank.grid(), entry.second);
  densities.emplace_back(bank.grid(), [&](const T& x) { return x < T(0) ? zero : -x; });
  std::vector<KlSurfaces<T>> all(densities.size());
  typename NormalizedGaussianBank<T>::Workspace workspace;
  kl_surfaces(std::span<const GridDensity<T>>(densities), bank, std::span<KlSurfaces<T>>(all), workspace);
  for (std::size_t d = 0; d < densities.size(); ++d) {
    CAPTURE(d);
    const auto alone = kl_surfaces(densities[d], bank);
    // Sums in another order: each within the transform's promise.
    const T largest = densities[d].log_pdf().max(std::numeric_limits<T>::lowest()).abs().maxCoeff();
    const T tolerance = densities[d].has_full_support() ? tol::divergence<T> + tol::gauss_transform(largest) : T(0);
    CHECK(worst_error(all[d].forward, alone.forward) <= tol::divergence<T>);
    CHECK(worst_error(all[d].reverse, alone.reverse) <= tolerance);
  }
  CHECK((all.back().reverse == -zero).all());
  all.pop_back();
  CHECK_THROWS_WITH_AS(
      kl_surfaces(std::span<const GridDensity<T>>(densities), bank, std::span<KlSurfaces<T>>(all), workspace),
      "kl_surfaces: out must be of the size of densities, got 7", std::invalid_argument);
  all.resize(densities.size() + 1);
  CHECK_THROWS_WITH_AS(
      kl_surfaces(std::span<const GridDensity<T>>(densities), bank, std::span<KlSurfaces<T>>(all), workspace),
      "kl_surfaces: out must be of the size of densities, got 9", std::invalid_argument);
}

TEST_CASE("kl_surfaces: the zeros of one density are not read for another, at the end of the window either") {
  const auto grid = klgrid_test::notebook_grid();
  const NormalizedGaussianBank<double> bank(grid, {klgrid::linspace(6.0, 14.0, 13), klgrid::linspace(0.1, 0.3, 3)});
  const GridDensity<double> wide(grid, GaussianMixture<double>({1.0}, {0.0}, {3.0}));
  const GridDensity<double> half(grid, [](double x) { return x < 0 ? -std::numeric_limits<double>::infinity() : 0.0; });
  const std::vector<GridDensity<double>> densities{wide, half, wide};
  std::vector<KlSurfaces<double>> all(3);
  NormalizedGaussianBank<double>::Workspace workspace;
  kl_surfaces(std::span<const GridDensity<double>>(densities), bank, std::span<KlSurfaces<double>>(all), workspace);
  const auto alone = kl_surfaces(wide, bank);
  for (const auto d : {std::size_t{0}, std::size_t{2}})
    CHECK(worst_error(all[d].reverse, alone.reverse) <= tol::divergence<double> + tol::gauss_transform(10.0));
}

TEST_CASE_TEMPLATE("kl_surfaces: where p is zero, forward is finite and reverse +inf", T, float, double, long double) {
  const T infinite = std::numeric_limits<T>::infinity();
  const auto bank = sampled_bank<T>(27, 32);
  const GridDensity<T> p(bank.grid(), [&](const T& x) { return x < T(-1) || x > T(1) ? -infinite : T(0); });
  const auto [forward, reverse] = kl_surfaces(p, bank);
  CHECK(finite_and_not_negative(forward));
  CHECK((reverse == infinite).all());
  const Gaussian<T> q(bank.mesh().mu()[0], bank.mesh().sigma()[0]);
  CHECK(relative_error(forward(0, 0), forward_kl(p, q), T(1)) <= tol::divergence<T>);
}

TEST_CASE("kl_surfaces: a density on another grid is refused, and out stays as it was") {
  const auto bank = sampled_bank<double>(27, 32);
  const GridDensity<> p(Grid<>::arange(-10.0, 10.0, 0.1), Gaussian<>(0.0, 1.0));
  const char* message = "NormalizedGaussianBank: p must be a density on the bank's grid, got another grid";
  KlSurfaces<double> out{Surface<double>::Constant(1, 1, 7.0), Surface<double>::Constant(1, 1, 7.0)};
  CHECK_THROWS_WITH_AS((void)forward_kl(p, bank), message, std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)reverse_kl(bank, p), message, std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)kl_surfaces(p, bank), message, std::invalid_argument);
  Bank::Workspace workspace;
  CHECK_THROWS_WITH_AS(kl_surfaces(p, bank, out, workspace), message, std::invalid_argument);
  CHECK(out.forward(0, 0) == 7.0);
  CHECK(out.reverse(0, 0) == 7.0);
}

TEST_CASE("kl_surfaces: where rounding would leave less than nothing, nothing") {
  // Each q of the mesh as p: both divergences are 0 there, as differences of numbers of size one.
  const auto bank = sampled_bank<double>(9, 16);
  for (Index i = 0; i < bank.mesh().rows(); ++i)
    for (Index j = 0; j < bank.mesh().cols(); ++j) {
      const GridDensity<> p(bank.grid(), Gaussian<>(bank.mesh().mu()[j], bank.mesh().sigma()[i]));
      const auto [forward, reverse] = kl_surfaces(p, bank);
      CHECK(forward.minCoeff() >= 0);
      CHECK(reverse.minCoeff() >= 0);
    }
}

TEST_CASE("kl_surfaces: a sigma of which there is no reciprocal") {
  const Grid<> grid(vector<double>({0, 1, 2}), vector<double>({1, 1, 1}));
  const GridDensity<> p(grid, [](double x) { return x == 1 ? 0.0 : -infinity; });
  const Bank bank(grid, {vector<double>({1.25}), vector<double>({1e-310})});
  CHECK(forward_kl(p, bank)(0, 0) == 0.0);  // both are all at the node 1
}

TEST_CASE("kl_surfaces: squares beyond the range of a double are infinite, and never NaN") {
  // Half-way between two nodes that share p, and at one node that has all of it, (x - mu) / sigma up to 1e310.
  const Grid<double> two(vector<double>({-20, 0}), Vector<double>::Ones(2));
  const ParameterMesh<double> narrow(vector<double>({-10, -8, 8, 1e10}), vector<double>({1e-300, 1e-160}));
  const auto p = GridDensity<double>::from_log_values(two, {-5, 3});
  const auto shared = kl_surfaces(p, bank_for(p, narrow));
  CHECK((shared.forward == infinity).all());
  const auto q = GridDensity<double>::from_log_values(Grid<double>({0}, {1}), {0});
  const auto alone = kl_surfaces(q, bank_for(q, narrow));
  CHECK((alone.forward == 0).all());
  CHECK((alone.reverse == 0).all());
}
