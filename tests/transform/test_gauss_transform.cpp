// SPDX-License-Identifier: MIT
#include "klgrid/transform/gauss_transform.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "klgrid/gaussian_mixture.hpp"
#include "support/largest_error.hpp"
#include "support/notebook.hpp"
#include "support/tolerances.hpp"
#include "support/values.hpp"

using klgrid::GaussTransform;
using klgrid::Grid;
using klgrid::Index;
using klgrid::ParameterMesh;
using klgrid::Surface;
using klgrid::Vector;
using klgrid_test::vector;

namespace {

using Wide = long double;

/// What the definition gives for one cell, in extended precision, scaled by the nearest node so that nothing
/// underflows.
struct Exact {
  Wide expectation = 0;     // E_q[z^power f]
  Wide size = 0;            // E_q[|z|^power], what the error is relative to beside max |f|
  Wide log_normalizer = 0;  // counted from the nearest node
};

template <class T>
Exact exact(const Grid<T>& grid, const ParameterMesh<T>& mesh, const Vector<T>& f, Index row, Index col, int power) {
  const Wide mu = mesh.mu()[col];
  const Wide sigma = mesh.sigma()[row];
  const auto offset = [&](Index i) -> Wide { return static_cast<Wide>(grid.nodes()[i]) - mu; };
  Index nearest = -1;
  for (Index i = 0; i < grid.size(); ++i)
    if (grid.weights()[i] > 0 && (nearest < 0 || std::abs(offset(i)) < std::abs(offset(nearest)))) nearest = i;
  Exact out;
  Wide mass = 0;
  for (Index i = 0; i < grid.size(); ++i) {
    if (!(grid.weights()[i] > 0)) continue;
    const Wide fall = (offset(nearest) - offset(i)) / sigma * ((offset(nearest) + offset(i)) / sigma) / 2;
    const Wide q = static_cast<Wide>(grid.weights()[i]) * std::exp(fall);
    const Wide zk = std::pow(offset(i) / sigma, static_cast<Wide>(power));
    mass += q;
    out.expectation += q * zk * static_cast<Wide>(f[i]);
    out.size += q * std::abs(zk);
  }
  out.expectation /= mass;
  out.size = std::max<Wide>(1, out.size / mass);
  out.log_normalizer = std::log(mass);
  return out;
}

/// Largest |computed - exact| / (max |f| E|z|^power) over some cells, the corners among them.
template <class T>
double largest_error(const GaussTransform<T>& transform, const Grid<T>& grid, const ParameterMesh<T>& mesh,
                     const Vector<T>& f, int power = 0, Index cells = 40) {
  const Surface<T> computed = transform.expectation(f, power);
  Wide scale = 0;
  for (Index i = 0; i < f.size(); ++i)
    if (grid.weights()[i] > 0) scale = std::max<Wide>(scale, std::abs(static_cast<Wide>(f[i])));
  Wide largest = 0;
  const Index step = std::max<Index>(1, mesh.cells() / cells);
  for (Index cell = 0; cell < mesh.cells() + step - 1; cell += step) {
    const Index c = std::min(cell, mesh.cells() - 1);
    const Exact truth = exact(grid, mesh, f, c / mesh.cols(), c % mesh.cols(), power);
    const Wide error = std::abs(static_cast<Wide>(computed(c / mesh.cols(), c % mesh.cols())) - truth.expectation);
    if (!(error <= std::numeric_limits<Wide>::max())) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, error / (scale * truth.size));
  }
  return static_cast<double>(largest);
}

/// The promise where no tolerance is asked for.
template <class T>
constexpr double tolerance() {
  return 96 * static_cast<double>(std::numeric_limits<T>::epsilon());
}

using Random = std::mt19937_64;

double uniform(Random& random, double from, double to) {
  return std::uniform_real_distribution<double>(from, to)(random);
}
int whole(Random& random, int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); }

Vector<double> sorted(Random& random, Index count, double from, double to) {
  Vector<double> values(count);
  for (auto& value : values) value = uniform(random, from, to);
  std::sort(values.begin(), values.end());
  return values;
}

Grid<double> random_grid(Random& random) {
  const double center = uniform(random, -50, 50);
  const double width = std::pow(10.0, uniform(random, -2, 3));
  const Index count = whole(random, 1, 400);
  const Vector<double> nodes = whole(random, 0, 1) == 0 ? klgrid::linspace(center - width, center + width, count)
                                                        : sorted(random, count, center - width, center + width);
  Vector<double> weights = Vector<double>::Constant(count, uniform(random, 0.01, 2));
  if (whole(random, 0, 1) == 0)
    for (auto& weight : weights) weight = whole(random, 0, 9) == 0 ? 0 : uniform(random, 1e-6, 1);
  weights[count / 2] = 1;
  return {nodes, weights};
}

ParameterMesh<double> random_mesh(Random& random, const Grid<double>& grid) {
  const double first = grid.nodes()[0];
  const double width = std::max(grid.nodes()[grid.size() - 1] - first, 0.1);
  const double from = first + uniform(random, -0.5, 0.6) * width;
  const Index cols = whole(random, 0, 5) == 0 ? 1 : whole(random, 2, 90);
  const double to = from + uniform(random, 0, 1.2) * width;
  const Vector<double> mu =
      whole(random, 0, 1) == 0 ? klgrid::linspace(from, to, cols) : sorted(random, cols, from, to);
  Vector<double> sigma = sorted(random, whole(random, 1, 60), std::log(1e-3 * width), std::log(30 * width)).exp();
  if (whole(random, 0, 1) == 0) sigma = klgrid::linspace(width / 100, width / 2, sigma.size());
  return {mu, sigma};
}

Vector<double> random_values(Random& random, const Grid<double>& grid) {
  Vector<double> f(grid.size());
  const int kind = whole(random, 0, 4);
  const double center = grid.nodes()[whole(random, 0, static_cast<int>(grid.size()) - 1)];
  const double width = std::max(1e-3, grid.nodes()[grid.size() - 1] - grid.nodes()[0]);
  for (Index i = 0; i < f.size(); ++i) switch (kind) {
      case 0:
        f[i] = std::normal_distribution<double>()(random);
        break;
      case 1:
        f[i] = i % 2 == 0 ? 1 : -1;
        break;
      case 2:
        f[i] = -std::pow((grid.nodes()[i] - center) / (0.007 * width), 2) / 2;
        break;  // log p, narrow
      case 3:
        f[i] = i == f.size() / 3 ? 1 : 0;
        break;
      default:
        f[i] = 1;
    }
  return f;
}

/// Runs tasks on some threads, task by task in turn: another order than the serial one.
struct Threads {
  Index count;
  [[nodiscard]] Index workers() const { return count; }
  template <class Body>
  void operator()(Index tasks, const Body& body) const {
    std::vector<std::thread> threads;
    for (Index worker = 0; worker < count; ++worker)
      threads.emplace_back([&, worker] {
        for (Index task = tasks - 1 - worker; task >= 0; task -= count) body(worker, task);
      });
    for (auto& thread : threads) thread.join();
  }
};

}  // namespace

TEST_CASE("GaussTransform: the error stays below the tolerance where many nodes lie within a sigma, anywhere") {
  Random random(20240229);
  constexpr Index count = 8001;  // no whole number of lanes
  for (const double center : {0.0, 1e9})
    for (const bool even : {true, false}) {
      const Vector<double> nodes =
          even ? klgrid::linspace(center - 10, center + 10, count) : sorted(random, count, center - 10, center + 10);
      const Grid<double> grid(nodes, even ? Vector<double>::Ones(count) : sorted(random, count, 0.1, 1));
      const ParameterMesh<double> mesh(klgrid::linspace(center - 5, center + 7, 24), klgrid::geomspace(0.1, 1e3, 20));
      Vector<double> f(count);
      for (double& value : f) value = uniform(random, 0.5, 1);
      for (const int power : {0, 4}) {
        CAPTURE(center);
        CAPTURE(even);
        CAPTURE(power);
        const GaussTransform<double> transform(grid, mesh, {.highest_power = power});
        CHECK(largest_error(transform, grid, mesh, f, power, 10) < tolerance<double>());
      }
    }
}

TEST_CASE("GaussTransform: many means of few sigmas take no tables of waves, and the error stays below the tolerance") {
  Random random(20240229);
  struct Case {
    Index nodes;
    double narrow, wide;
  };
  for (const Case& of : {Case{400, 0.1, 1.0}, Case{20000, 0.001, 0.0015}})  // hundreds a sigma, or few
    for (const bool even : {true, false}) {
      const Grid<double> grid = Grid<double>::linspace(-10, 10, of.nodes);
      const Vector<double> f = sorted(random, grid.size(), -1, 1);
      constexpr Index count = 30001;  // no whole number of lanes
      const ParameterMesh<double> mesh(even ? klgrid::linspace(-5, 6, count) : sorted(random, count, -5, 6),
                                       vector<double>({of.narrow, of.wide}));
      for (const int power : {0, 4}) {
        CAPTURE(of.nodes);
        CAPTURE(even);
        CAPTURE(power);
        const GaussTransform<double> transform(grid, mesh, {.highest_power = power});
        // Three that are asked for; half of one more would be of angles, if no points stood for means, dozens of
        // tables.
        const double surfaces = static_cast<double>(transform.bytes()) / (2 * count * sizeof(double));
        if (of.nodes == 400) CHECK(surfaces < 3.4);
        CHECK(largest_error(transform, grid, mesh, f, power, 20) < tolerance<double>());
      }
    }
}

TEST_CASE("GaussTransform: the error stays below every tolerance where many means lie within a sigma, anywhere") {
  Random random(20240229);
  for (int problem = 0; problem < 60; ++problem) {
    const double center = whole(random, 0, 2) == 0 ? 1e9 : 0.0, from = center - uniform(random, 0, 9),
                 to = center + uniform(random, 0, 9);
    const Index cols = whole(random, 200, 4000);
    Vector<double> mu = whole(random, 0, 1) == 0 ? klgrid::linspace(from, to, cols) : sorted(random, cols, from, to);
    if (whole(random, 0, 3) == 0) mu.tail(cols / 2) = to;                                        // many in one place
    if (whole(random, 0, 3) == 0) mu = from + (to - from) * ((mu - from) / (to - from)).pow(9);  // next to none in most
    const ParameterMesh<double> mesh(mu, sorted(random, whole(random, 1, 12), std::log(0.1), std::log(1e3)).exp());
    const Grid<double> grid = Grid<double>::linspace(center - 10, center + 10, whole(random, 100, 1000));
    const auto f = random_values(random, grid);
    const double asked = whole(random, 0, 1) == 0 ? tolerance<double>() : std::pow(10.0, uniform(random, -14, -3));
    const int power = whole(random, 0, 1) * whole(random, 0, 4);
    CAPTURE(problem);
    CAPTURE(center);
    CAPTURE(asked);
    CAPTURE(power);
    const GaussTransform<double> transform(grid, mesh, {.tolerance = asked, .highest_power = power});
    CHECK(largest_error(transform, grid, mesh, f, power) <= asked);
  }
}

TEST_CASE("few points for many means: what is at them to what is at the means, as exact as their bins are narrow") {
  using klgrid::detail::ChebyshevBin;
  using Few = klgrid::detail::CondensedMeans<double>;
  const ChebyshevBin<double> bin;
  constexpr Index count = 1003;
  const Vector<double> mu = klgrid::linspace(-3.0, 4.0, count), scale = Vector<double>::Constant(count, 2.0);
  const double middle = 0.5;
  for (const double error : {1e-3, 1e-6, 1e-9, 1e-12, 1e-15}) {
    CAPTURE(error);
    const double width = ChebyshevBin<double>::widest(error);  // of a Gaussian of sigma 1
    const Few few(mu.data(), count, width);
    CHECK(static_cast<double>(few.size()) == Few::points_of(7.0, width));
    CHECK(few.bytes() >= static_cast<std::size_t>(few.size() / Few::points) * sizeof(Index));
    const auto distances = few.distances(bin);
    CHECK((distances == -distances.reverse()).all());
    Vector<double> seen(count);
    double largest = 0;
    for (const double x : {-3.0, 0.1, 9.0}) {
      const Vector<double> at_points = (-(middle + distances - x).square() / 2).exp();
      few.interpolate(bin, at_points.data(), mu.data(), scale.data(), seen.data());
      largest = std::max(largest, (seen / 2 - (-(mu - x).square() / 2).exp()).abs().maxCoeff());
    }
    constexpr double roundings = 16 * std::numeric_limits<double>::epsilon();
    CHECK(largest <= error + roundings);
  }
}

TEST_CASE("GaussTransform: the error stays below the tolerance for any nodes, weights, axes and values") {
  Random random(20240229);
  klgrid_test::LargestError largest;
  for (int problem = 0; problem < 400; ++problem) {
    CAPTURE(problem);
    const auto grid = random_grid(random);
    const auto mesh = random_mesh(random, grid);
    const auto f = random_values(random, grid);
    const GaussTransform<double> transform(grid, mesh);
    CHECK(largest(largest_error(transform, grid, mesh, f)) <= tolerance<double>());
  }
}

TEST_CASE("GaussTransform: the error stays below every tolerance that is asked for") {
  Random random(7);
  for (const double asked : {1e-3, 1e-6, 1e-9, 1e-12, 2e-15})
    for (int problem = 0; problem < 20; ++problem) {
      CAPTURE(asked);
      CAPTURE(problem);
      const auto grid = random_grid(random);
      const auto mesh = random_mesh(random, grid);
      const auto f = random_values(random, grid);
      const GaussTransform<double> transform(grid, mesh, {.tolerance = asked});
      CHECK(largest_error(transform, grid, mesh, f) <= asked);
    }
}

TEST_CASE("GaussTransform: the error stays below the tolerance where Gaussians gather next to none of the weights") {
  const auto grid = Grid<double>::linspace(0.0, 1.0, 400);
  const ParameterMesh<double> mesh(klgrid::linspace(-1.0, 2.0, 60), klgrid::linspace(std::log(0.02), 0.0, 60).exp());
  Vector<double> step = Vector<double>::Ones(400);
  step.tail(200) = -1;
  for (const double asked : {1e-3, 1e-6, 1e-9})
    CHECK(largest_error(GaussTransform<double>(grid, mesh, {.tolerance = asked}), grid, mesh, step) <= asked);
}

TEST_CASE("GaussTransform: the error stays below the tolerance where later rows, too, gather a few of the weights") {
  const auto grid = Grid<double>::linspace(0.0, 1.0, 290);
  const ParameterMesh<double> mesh(klgrid::linspace(-0.249441, 0.806444, 57),
                                   klgrid::geomspace(0.0140383, 1.01104, 55));
  Vector<double> step = Vector<double>::Ones(290);
  step.tail(145) = -1;
  constexpr double asked = 2.61063e-05;
  CHECK(largest_error(GaussTransform<double>(grid, mesh, {.tolerance = asked}), grid, mesh, step, 0, 3135) <= asked);
}

TEST_CASE("GaussTransform: powers of z, relative to max |f| E|z|^power") {
  Random random(11);
  for (int highest = 1; highest <= 4; ++highest)
    for (int problem = 0; problem < 25; ++problem) {
      CAPTURE(highest);
      CAPTURE(problem);
      const auto grid = random_grid(random);
      const auto mesh = random_mesh(random, grid);
      const auto f = random_values(random, grid);
      const GaussTransform<double> transform(grid, mesh, {.highest_power = highest});
      for (int power = 0; power <= highest; ++power) {
        CAPTURE(power);
        CHECK(largest_error(transform, grid, mesh, f, power) <= tolerance<double>());
      }
    }
}

TEST_CASE("GaussTransform: problems known to be nasty") {
  const auto notebook = klgrid_test::notebook_grid();
  const Vector<double> ones = Vector<double>::Ones(1);
  const Vector<double> sigma = klgrid::arange(0.1, 10.0, 0.1);
  const Vector<double> ratio_1e6 = klgrid::linspace(std::log(1e-3), std::log(1e3), 80).exp();
  const Vector<double> mu = klgrid::arange(-5.0, 5.0, 0.1);
  struct Case {
    std::string name;
    Grid<double> grid;
    ParameterMesh<double> mesh;
  };
  const std::vector<Case> cases = {
      {"one node", {ones, ones}, {mu, sigma}},
      {"one node far away", {1e6 * ones, ones}, {mu, sigma}},
      {"one mu", notebook, {0.3 * ones, sigma}},
      {"equal mus", notebook, {Vector<double>::Constant(50, 1.7), sigma}},
      {"one cell", notebook, {0.3 * ones, ones}},
      {"sigma ratio 1e6", notebook, {mu, ratio_1e6}},
      {"means far outside", notebook, {klgrid::linspace(-400.0, 400.0, 81), sigma}},
      {"equal nodes", {Vector<double>::Constant(30, 2.5), Vector<double>::Constant(30, 0.1)}, {mu, sigma}},
      {"a gap", {vector<double>({-9, -8.99, 8.99, 9}), Vector<double>::Ones(4)}, {mu, ratio_1e6}},
      {"means ever closer", notebook, {mu.sign() * mu.abs().sqrt() * 2.236, klgrid::linspace(0.03, 0.3, 28)}},
      {"means ever closer to the right", notebook, {5 - (5 - mu).square() / 10, klgrid::linspace(0.03, 0.3, 28)}},
      {"weights that grow", {notebook.nodes(), (10 * notebook.nodes()).exp()}, {mu, klgrid::geomspace(0.08, 0.2, 40)}},
      {"offset 1e6", {notebook.nodes() + 1e6, notebook.weights()}, {mu + 1e6, sigma}},
  };
  for (const auto& entry : cases) {
    const auto& name = entry.name;
    const auto& grid = entry.grid;
    const auto& mesh = entry.mesh;
    CAPTURE(name);
    const GaussTransform<double> transform(grid, mesh);
    Vector<double> alternating = Vector<double>::Ones(grid.size());
    for (Index i = 1; i < grid.size(); i += 2) alternating[i] = -1;
    const klgrid::GaussianMixture<double> narrow({0.5, 0.5}, {-3.0, 3.0}, {0.1, 0.1});  // log p to -1e4 and beyond
    CHECK(largest_error(transform, grid, mesh, alternating, 0, 300) <= tolerance<double>());
    CHECK(largest_error(transform, grid, mesh, narrow.log_pdf(grid.nodes()), 0, 300) <= tolerance<double>());
    const Vector<double> ones_everywhere = Vector<double>::Ones(grid.size());
    CHECK((transform.expectation(ones_everywhere) - 1).abs().maxCoeff() <= tolerance<double>());
  }
}

TEST_CASE("GaussTransform: normaliser and moments of z") {
  Random random(3);
  for (int problem = 0; problem < 30; ++problem) {
    CAPTURE(problem);
    const auto grid = random_grid(random);
    const auto mesh = random_mesh(random, grid);
    const GaussTransform<double> transform(grid, mesh, {.moments = {1, 2, 3, 4, 5, 6}});
    const Vector<double> one = Vector<double>::Ones(grid.size());
    for (Index i = 0; i < mesh.rows(); i += 7)
      for (Index j = 0; j < mesh.cols(); j += 11)
        for (int k = 1; k <= 6; ++k) {
          const Exact truth = exact(grid, mesh, one, i, j, k);
          const Wide log_size = std::max<Wide>(1, std::abs(truth.log_normalizer));
          CHECK(std::abs(transform.log_normalizer()(i, j) - truth.log_normalizer) <= tolerance<double>() * log_size);
          CHECK(std::abs(transform.moment(k)(i, j) - truth.expectation) <= tolerance<double>() * truth.size);
        }
    const GaussTransform<double> values(grid, mesh, {.entropy = true});
    for (Index i = 0; i < mesh.rows(); i += 7)
      for (Index j = 0; j < mesh.cols(); j += 11) {
        const Exact truth = exact(grid, mesh, one, i, j, 2);
        const Wide z0 = (static_cast<Wide>(values.nearest_nodes()[j]) - mesh.mu()[j]) / mesh.sigma()[i];
        const Wide entropy = (truth.expectation - z0 * z0) / 2 + truth.log_normalizer;
        const Wide size = std::max<Wide>(truth.size, std::abs(truth.log_normalizer));
        CHECK(std::abs(values.entropy()(i, j) - entropy) <= tolerance<double>() * size);
      }
  }
}

TEST_CASE("GaussTransform: moments of z, of every power to every tolerance, be they as small as one likes") {
  Random random(5);
  for (const double roundings : {8.0, 10.0, 20.0, 96.0, 1e6})
    for (int problem = 0; problem < 20; ++problem) {
      const double asked = roundings * std::numeric_limits<double>::epsilon();
      const auto grid = Grid<double>::linspace(-10.0, uniform(random, 0, 10), whole(random, 20, 200));
      const ParameterMesh<double> mesh(sorted(random, 12, -10, 3), sorted(random, 5, 0.5, 20));  // E|z|^k far below 1
      const int highest = whole(random, 1, 6);
      const GaussTransform<double> transform(grid, mesh, {.tolerance = asked, .moments = {highest}});
      CAPTURE(roundings);
      CAPTURE(highest);
      const Vector<double> one = Vector<double>::Ones(grid.size());
      for (Index i = 0; i < mesh.rows(); ++i)
        for (Index j = 0; j < mesh.cols(); ++j) {
          const Exact truth = exact(grid, mesh, one, i, j, highest);
          CHECK(std::abs(transform.moment(highest)(i, j) - truth.expectation) <= asked * truth.size);
        }
    }
}

TEST_CASE("GaussTransform: odd moments of z to the least tolerance: waves times He_5 cancel to what is small") {
  Random random(7);
  for (int problem = 0; problem < 150; ++problem) {
    CAPTURE(problem);
    const double asked = 8 * std::numeric_limits<double>::epsilon();
    const auto grid = Grid<double>::linspace(-10.0, 10.0, whole(random, 20, 300));
    const ParameterMesh<double> mesh(sorted(random, 12, -12, 12), sorted(random, 5, 0.3, 20));
    const GaussTransform<double> transform(grid, mesh, {.tolerance = asked, .moments = {5}});
    const Vector<double> one = Vector<double>::Ones(grid.size());
    for (Index i = 0; i < mesh.rows(); ++i)
      for (Index j = 0; j < mesh.cols(); ++j) {
        const Exact truth = exact(grid, mesh, one, i, j, 5);
        CHECK(std::abs(transform.moment(5)(i, j) - truth.expectation) <= asked * truth.size);
      }
  }
}

TEST_CASE("GaussTransform: moments of z, small for gaps between the nodes, where the rest of the weights is in reach") {
  Random random(11);
  for (int problem = 0; problem < 200; ++problem) {
    CAPTURE(problem);
    // Many nodes some six sigmas off, a few of them near the means.
    const double off = uniform(random, 2, 2.5);
    std::vector<double> nodes(static_cast<std::size_t>(whole(random, 60, 120)), -off);
    nodes.push_back(-5);
    for (int i = whole(random, 2, 5); i > 0; --i) nodes.push_back(uniform(random, -0.1, 0.1));
    nodes.push_back(2);
    std::sort(nodes.begin(), nodes.end());
    const Grid<double> grid(nodes, std::vector<double>(nodes.size(), 0.05));
    const ParameterMesh<double> mesh(sorted(random, 6, -0.1, 0.1), sorted(random, 5, 0.35, 0.75));
    const GaussTransform<double> transform(grid, mesh, {.moments = {2, 4, 6}});
    const Vector<double> one = Vector<double>::Ones(grid.size());
    for (Index i = 0; i < mesh.rows(); ++i)
      for (Index j = 0; j < mesh.cols(); ++j)
        for (const int k : {2, 4, 6}) {
          const Exact truth = exact(grid, mesh, one, i, j, k);
          Vector<double> log_q(grid.size());
          for (Index n = 0; n < grid.size(); ++n) {
            const double z = (grid.nodes()[n] - mesh.mu()[j]) / mesh.sigma()[i];
            const double z0 = (transform.nearest_nodes()[j] - mesh.mu()[j]) / mesh.sigma()[i];
            log_q[n] = std::abs((z * z - z0 * z0) / 2 + static_cast<double>(truth.log_normalizer));
          }
          // Of log q, beside the tolerance (gauss_transform.hpp): they count at the far nodes.
          const Wide roundings =
              4 * std::numeric_limits<double>::epsilon() * exact(grid, mesh, log_q, i, j, k).expectation;
          CHECK(std::abs(transform.moment(k)(i, j) - truth.expectation) <=
                tolerance<double>() * truth.size + roundings);
        }
  }
}

TEST_CASE_TEMPLATE("GaussTransform: float and long double at their own tolerance", T, float, long double) {
  const auto grid = klgrid_test::notebook_grid<T>();
  const ParameterMesh<T> mesh(klgrid::linspace(T(-5), T(5), 21), klgrid::linspace(T(0.1), T(10), 34));
  const GaussTransform<T> transform(grid, mesh);
  const klgrid::GaussianMixture<T> p({T(0.5), T(0.5)}, {T(-3), T(3)}, {T(1), T(1)});
  // The reference for long double is not wider than it is: its own sums round, too.
  CHECK(largest_error(transform, grid, mesh, p.log_pdf(grid.nodes()), 0, 700) <= tolerance<T>());
  const ParameterMesh<T> dense(klgrid::linspace(T(-5), T(5), 4001), klgrid::linspace(T(0.5), T(5), 3));
  CHECK(largest_error(GaussTransform<T>(grid, dense), grid, dense, p.log_pdf(grid.nodes()), 0, 700) <= tolerance<T>());
}

TEST_CASE("GaussTransform: the plan covers each row once, and memory does not grow with cells x nodes") {
  const auto rows_of = [](const GaussTransform<double>& transform) {
    Index next = 0;
    for (const auto& step : transform.plan()) {
      CHECK(step.first_row == next);
      CHECK(step.rows > 0);
      CHECK((step.panels == 0) == (step.method == GaussTransform<double>::Step::Method::direct));
      next += step.rows;
    }
    return next;
  };
  const auto small_mesh = klgrid_test::notebook_mesh();
  const GaussTransform<double> small(klgrid_test::notebook_grid(), small_mesh);
  CHECK(rows_of(small) == 99);
  CHECK(small.bytes() <= 600'000);  // 0.6 MB, as promised: direct sums alone would hold 30
  const GaussTransform<double> finer(Grid<double>::arange(-10.0, 10.0, 0.0125),
                                     {klgrid::arange(-5.0, 5.0, 0.025), klgrid::arange(0.1, 10.0, 0.025)});
  CHECK(rows_of(finer) == 396);
  CHECK(finer.bytes() < 16 * small.bytes());  // 16 times the cells, 64 times the cells x nodes
  // What is told of a plan is what there is: at least a scale and a log normaliser for each cell, at least each step's
  // amplitudes and waves at half of the means, and as many waves as the shortest period takes.
  std::size_t steps = 0;
  for (const auto& step : small.plan()) {
    steps += step.bytes;
    if (step.panels == 0) {
      CHECK(step.waves == 0);
      CHECK(step.bytes >= static_cast<std::size_t>(step.rows) * 100 * sizeof(double));  // a weight a cell or more
      continue;
    }
    const double period = 10.0 / static_cast<double>(step.panels);  // the span of its means
    const double narrowest = small_mesh.sigma()[step.first_row];
    CHECK(static_cast<double>(step.waves) >= 8 * period / (2 * std::numbers::pi * narrowest));
    CHECK(step.bytes >= static_cast<std::size_t>(step.waves) * 100 * sizeof(double));
  }
  CHECK(small.bytes() >= steps + std::size_t{2} * 99 * 100 * sizeof(double));
}

TEST_CASE("GaussTransform: what stood in a workspace before does not count") {
  const ParameterMesh<double> mesh(klgrid::linspace(0.9, 1.1, 5), Vector<double>::Constant(1, 0.002));
  const GaussTransform<double> odd(Grid<double>::linspace(-1.0, 1.0, 401), mesh);
  const GaussTransform<double> more(Grid<double>::linspace(-1.0, 1.0, 403), mesh);
  const Vector<double> infinite = Vector<double>::Constant(403, klgrid_test::infinity),
                       ones = Vector<double>::Ones(401);
  GaussTransform<double>::Workspace workspace;
  more.expectation(
      0, 1, [&](Index) -> const Vector<double>& { return infinite; }, workspace, [](Index, Index, const auto&) {});
  odd.expectation(
      0, 1, [&](Index) -> const Vector<double>& { return ones; }, workspace,
      [](Index, Index, const auto& values) { CHECK(((values.row(0) - 1).abs() <= tolerance<double>()).all()); });
}

TEST_CASE("GaussTransform: whole registers hold all numbers, and not one register too many") {
  constexpr Index lane = klgrid::detail::lane_size<double>;
  for (Index n = 0; n < 5 * lane; ++n) {
    const Index whole = klgrid::detail::whole_lanes<double>(n);
    CHECK(whole % lane == 0);
    CHECK(whole >= n);
    CHECK(whole < n + lane);
  }
}

TEST_CASE("GaussTransform: narrow Gaussians that no node is in reach of are summed directly, in little memory") {
  const Grid<double> nodes = Grid<double>::linspace(0.0, 1.0, 10);
  const ParameterMesh<double> mesh(klgrid::linspace(100.0, 101.0, 20), klgrid::geomspace(1e-6, 1e-3, 8));
  const GaussTransform<double> transform(nodes, mesh);
  for (const auto& step : transform.plan()) CHECK(step.method == GaussTransform<double>::Step::Method::direct);
  CHECK(transform.bytes() < 100'000);
}

TEST_CASE("GaussTransform: of rows taken together none takes many more waves than it needs") {
  const Vector<double> nodes = klgrid::linspace(-10.0, 10.0, 400), mu = klgrid::linspace(-5.0, 5.0, 100);
  const Vector<double> sigma = klgrid::geomspace(0.5, 2.0, 5);
  const klgrid::detail::PlaneWaves<double> waves({400, nodes.data()}, mu, sigma, {0, 5, 1, 8.7, 1e-15, 0.5});
  Index next = 0;
  for (const auto& block : waves.blocks()) {
    CHECK(block.first_row == next);
    next += block.rows;
    const double needed = static_cast<double>(waves.most_waves()) * sigma[0] / sigma[next - 1];
    CHECK(static_cast<double>(block.waves) <= 1.5 * needed + 1);
  }
  CHECK(next == 5);
}

TEST_CASE("GaussTransform: bit for bit the same for any number of threads, alone or in a batch") {
  const auto grid = klgrid_test::notebook_grid();
  const GaussTransform<double> transform(grid, klgrid_test::notebook_mesh());
  std::vector<Vector<double>> functions;
  for (const double stddev : {0.1, 0.2, 0.5, 1.0, 2.0})
    functions.push_back(klgrid::GaussianMixture<double>({0.3, 0.7}, {-2.0, 1.0}, {stddev, 1.0}).log_pdf(grid.nodes()));
  for (const Index workers : {1, 2, 5}) {
    CAPTURE(workers);
    std::vector<Surface<double>> together(functions.size(), Surface<double>(99, 100));
    GaussTransform<double>::Workspace workspace;
    transform.expectation(
        0, static_cast<Index>(functions.size()),
        [&](Index d) -> const Vector<double>& { return functions.at(static_cast<std::size_t>(d)); }, workspace,
        [&](Index d, Index row, const auto& values) { together[static_cast<std::size_t>(d)].row(row) = values.row(0); },
        Threads{workers});
    for (std::size_t d = 0; d < functions.size(); ++d)
      CHECK((together[d] == transform.expectation(functions[d])).all());
  }
}

TEST_CASE("GaussTransform: methods by name") {
  using Method = GaussTransform<double>::Step::Method;
  static_assert(to_string(Method::direct) == "direct");
  static_assert(to_string(Method::plane_waves) == "plane_waves");
}

TEST_CASE("GaussTransform: half-way between two nodes both count, however far apart they are") {
  const Grid<double> grid(vector<double>({0, 1}), Vector<double>::Ones(2));
  for (const double spacing : {10.0, 1e4, 1e8, 1e9, 1e12, 1e100}) {  // in units of sigma
    CAPTURE(spacing);
    const GaussTransform<double> transform(
        grid, {Vector<double>::Constant(1, 0.5), Vector<double>::Constant(1, 1 / spacing)});
    CHECK(std::abs(transform.expectation(vector<double>({0, 1}))(0, 0) - 0.5) <= tolerance<double>());
  }
}

TEST_CASE("GaussTransform: a node of next to no weight has q all to itself, if q is narrow enough") {
  const Grid<double> grid(vector<double>({0, 1}), vector<double>({1e-200, 1}));
  const ParameterMesh<double> mesh(Vector<double>::Zero(1), vector<double>({0.01, 0.05}));
  const GaussTransform<double> transform(grid, mesh);
  const Surface<double> mean = transform.expectation(vector<double>({0, 1}));
  CHECK(std::abs(mean(0, 0)) <= tolerance<double>());      // e^-5000 of 1 beside 1e-200
  CHECK(std::abs(mean(1, 0) - 1) <= tolerance<double>());  // e^-200 of 1 beside 1e-200: 1.4e-87
}

TEST_CASE("GaussTransform: a nearest node of next to no weight hides none of the others") {
  const ParameterMesh<double> mesh(Vector<double>::Zero(1), Vector<double>::Ones(1));
  const Vector<double> f = vector<double>({1, 2, 3, 4});
  for (const double tiny : {1e-30, 1e-290, 1e-300, 1e-307, 5e-324}) {
    CAPTURE(tiny);
    const Grid<double> grid(vector<double>({-2, -0.6, 2, 3}), vector<double>({1, tiny, 1, 1}));
    const GaussTransform<double> transform(grid, mesh);
    CHECK(largest_error(transform, grid, mesh, f) <= tolerance<double>());
  }
}

TEST_CASE("GaussTransform: beside a nearest node of next to no weight others count whose exponentials underflow") {
  const Grid<double> grid({-0.6, 2.0, 12.7}, {1e-300, 1.0, 1.0});
  // The second node's share of the mass grows with sigma, from next to nothing to nearly all.
  const ParameterMesh<double> mesh({0.0}, klgrid::linspace(0.049, 0.056, 40));
  const GaussTransform<double> transform(grid, mesh, {.entropy = true});
  const Vector<double> f = vector<double>({1, -2, 3});
  const Vector<double> one = Vector<double>::Ones(3);
  CHECK(largest_error(transform, grid, mesh, f) <= tolerance<double>());
  for (Index i = 0; i < mesh.rows(); ++i) {
    const Exact truth = exact(grid, mesh, one, i, 0, 2);
    const Wide z0 = (static_cast<Wide>(transform.nearest_nodes()[0]) - mesh.mu()[0]) / mesh.sigma()[i];
    const Wide entropy = (truth.expectation - z0 * z0) / 2 + truth.log_normalizer;
    CHECK(std::abs(transform.entropy()(i, 0) - entropy) <= tolerance<double>() * std::abs(truth.log_normalizer));
  }
}

TEST_CASE("GaussTransform: log Z keeps its digits where a node of next to no weight is nearest, but in range") {
  const Grid<double> grid({0.0, 5e-122, 2.5e-48, 4.1}, {2.5e-122, 1.25e-48, 2.05, 2.05});
  const ParameterMesh<double> mesh({-4.5, -2e-5}, klgrid::linspace(3.0, 4.0, 20));
  const GaussTransform<double> transform(grid, mesh);
  const Vector<double> one = Vector<double>::Ones(4);
  for (Index i = 0; i < mesh.rows(); ++i)
    for (Index j = 0; j < mesh.cols(); ++j) {
      const Exact truth = exact(grid, mesh, one, i, j, 0);
      CHECK(std::abs(transform.log_normalizer()(i, j) - truth.log_normalizer) <=
            8 * std::numeric_limits<double>::epsilon());
    }
}

TEST_CASE("GaussTransform: nodes just out of reach, far heavier than those within, are not left out") {
  const ParameterMesh<double> mesh(klgrid::linspace(0.0, 0.5, 9), Vector<double>::Constant(9, 1.0));
  const Vector<double> nodes = klgrid::linspace(-12.0, 0.0, 49);
  const Vector<double> f = klgrid::linspace(-1.0, 1.0, 49);
  bool waves = false;
  for (const double heavy : {1.0, 1e2, 1e3, 1e4, 1e5, 1e6, 1e9, 1e12, 1e30, 1e100})
    for (const double until : {-11.9, -10.9, -9.9, -8.9, -8.7}) {  // out of reach by less and less
      CAPTURE(heavy);
      CAPTURE(until);
      Vector<double> weights = (nodes < until).select(heavy, Vector<double>::Ones(49));
      for (const bool at_right : {false, true}) {
        const Vector<double> x = at_right ? Vector<double>(-nodes.reverse() + 0.5) : nodes;
        if (at_right) weights.reverseInPlace();
        const Grid<double> grid(x, weights);
        const GaussTransform<double> transform(grid, mesh);
        waves = waves || transform.plan()[0].panels > 0;
        CHECK(largest_error(transform, grid, mesh, f) <= tolerance<double>());
      }
    }
  CHECK(waves);
}

TEST_CASE("GaussTransform: a node of which q has nothing takes no part in a power of z, however far it is") {
  const Grid<double> grid(vector<double>({0, 1e300}), Vector<double>::Ones(2));
  for (const double sigma : {1e-10, 1e-310}) {
    CAPTURE(sigma);
    const GaussTransform<double> transform(grid, {Vector<double>::Zero(1), Vector<double>::Constant(1, sigma)},
                                           {.highest_power = 4});
    for (int power = 1; power <= 4; ++power)
      CHECK(transform.expectation(Vector<double>(Vector<double>::Ones(2)), power)(0, 0) == 0);
  }
}

TEST_CASE("GaussTransform: a node beside the mean of which a q narrower than any number has nothing moves no moment") {
  const double mean = 1e10;
  const Grid<double> grid(vector<double>({mean, std::nextafter(mean, 2 * mean)}), Vector<double>::Ones(2));
  const GaussTransform<double> transform(
      grid, {Vector<double>::Constant(1, mean), Vector<double>::Constant(1, std::numeric_limits<double>::denorm_min())},
      {.moments = {1, 2}});
  CHECK(transform.moment(1)(0, 0) == 0);
  CHECK(transform.moment(2)(0, 0) == 0);
}

TEST_CASE("GaussTransform: half-way between two nodes, however narrow") {
  const Grid<double> grid(vector<double>({0, 1}), Vector<double>::Ones(2));
  const GaussTransform<double> transform(grid,
                                         {Vector<double>::Constant(1, 0.5), vector<double>({1e-310, 1e-300, 1e-160})});
  CHECK((transform.expectation(vector<double>({0, 1})) == 0.5).all());
}

TEST_CASE("few nodes for many: where they are, how wide bins may be, and none whose middles would be rounded") {
  using klgrid::detail::WaveNodes;
  using Condensed = klgrid::detail::CondensedNodes<double>;
  const double base = 3.0, offset = 0x1p-53;
  CHECK(WaveNodes<double>{1, &base, &offset, offset}.from(base, 0) == offset);
  CHECK(WaveNodes<double>{1, &base}.from(1.0, 0) == 2.0);
  // 4 (h^2 / 8)^(K/2) / (K/2)!, h half the width in sigmas.
  for (const double error : {1e-6, 1e-15}) {
    const double half = klgrid::detail::ChebyshevBin<double>::widest(error) / 2;
    const double power = std::pow(half * half / 8, static_cast<double>(Condensed::points) / 2);
    CHECK(std::abs(4 * power / std::tgamma(static_cast<double>(Condensed::points) / 2 + 1) - error) <= 1e-10 * error);
  }
  const Vector<double> here = klgrid::linspace(0.0, 8.0, 2000), there = here + 0x1p50;
  CHECK(Condensed::worthwhile(WaveNodes<double>{2000, here.data()}, 1.0));
  CHECK(!Condensed::worthwhile(WaveNodes<double>{2000, there.data()}, 1.0));
  CHECK(!Condensed::worthwhile(WaveNodes<double>{1000, here.data()}, 1.0));
}

TEST_CASE("GaussTransform: values as large as numbers are") {
  const auto grid = klgrid_test::notebook_grid();
  const GaussTransform<double> transform(grid, klgrid_test::notebook_mesh());
  const Surface<double> expected = transform.expectation(Vector<double>(Vector<double>::Constant(400, 1.7e308)));
  CHECK((expected / 1.7e308 - 1).abs().maxCoeff() <= tolerance<double>());
}

TEST_CASE("GaussTransform: bad options and values are refused by name") {
  const auto grid = klgrid_test::notebook_grid();
  const auto mesh = klgrid_test::notebook_mesh();
  const auto make = [&](GaussTransform<double>::Options options) {
    return GaussTransform<double>(grid, mesh, options);
  };
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  CHECK_NOTHROW(make({.tolerance = 8 * epsilon}));
  CHECK_NOTHROW(make({.tolerance = 0.1}));
  for (const double tolerance : {0.0, -1.0, 4 * epsilon, 0.11, 0.5, klgrid_test::not_a_number})
    CHECK_THROWS_WITH_AS(make({.tolerance = tolerance}), doctest::Contains("tolerance must be in [8 epsilon, 0.1]"),
                         std::invalid_argument);
  for (const int power : {-1, 5})
    CHECK_THROWS_WITH_AS(make({.highest_power = power}), doctest::Contains("highest_power must be in [0, 4]"),
                         std::invalid_argument);
  for (const int moment : {-1, 0, 7})
    CHECK_THROWS_WITH_AS(make({.moments = {2, moment}}), doctest::Contains("moments must be in [1, 6]"),
                         std::invalid_argument);
  const auto transform = make({});
  CHECK_THROWS_WITH_AS((void)transform.moment(1), doctest::Contains("k must be one of those asked for, got 1"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)transform.expectation(Vector<double>::Ones(400), 1),
                       doctest::Contains("power must be in [0, highest_power], got 1"), std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)transform.expectation(Vector<double>::Ones(3)),
                       doctest::Contains("f must be of the size of grid, which is 400, got 3"), std::invalid_argument);
}
