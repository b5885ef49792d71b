// SPDX-License-Identifier: MIT
// Fits and stationary points on the grid, for the problems of grid.cpp, in three scalars: value and derivatives where a
// descent ended, by sums of 113 bits. Prints what grid.cpp prints, and how the descents ended.
//
//   random_search_grid_fit [PROBLEMS] [--seed SEED] [--scalar SCALAR] [--only NUMBER]
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "klgrid/fit/starting_points.hpp"
#include "klgrid/grid/bank.hpp"
#include "klgrid/grid/divergence.hpp"
#include "klgrid/grid/flat_limit.hpp"
#include "klgrid/grid/pair_quadrature.hpp"
#include "random_search/exact_density.hpp"
#include "random_search/fits.hpp"
#include "random_search/grid_problems.hpp"
#include "random_search/random_search.hpp"

using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Grid;
using klgrid::GridDensity;
using klgrid::NormalizedGaussianBank;
using klgrid::ParameterMesh;
using klgrid::Vector;

namespace {

using namespace random_search;
using namespace random_search::on_grid;

/// By their definition; `epsilon` is that of the scalar they are compared in.
TiltedMoments exact_moments(const ExactDensity& d, const Quad& mu, const Quad& sigma, const Quad& alpha,
                            double epsilon) {
  using std::abs, std::exp, std::log, std::sqrt;
  const auto [z, log_q, q, log_sum, nearest] = exact_gaussian(d, mu, sigma);
  const std::size_t n = z.size();
  const bool is_forward = alpha == 1, is_reverse = alpha == 0;
  TiltedMoments e{};
  e.alpha = alpha;
  std::vector<Quad> m(n);
  Quad top = -HUGE_VAL, mass = 0, largest_log_p = 0, largest_log_q = 0, spread = 0, largest_x = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const Quad ratio = d.log_p[i] - log_q[i], p = d.w[i] * d.p[i], offset = (d.x[i] - d.x[nearest]) / sigma;
    if (is_forward) e.value += p * ratio;
    if (is_reverse) e.value -= q[i] * ratio;
    spread += p * offset * offset;
    largest_x = std::max<Quad>(largest_x, abs(d.x[i]));
    top = std::max<Quad>(top, alpha * ratio + log_q[i]);
    largest_log_p = std::max<Quad>(largest_log_p, abs(d.log_p[i]));
    largest_log_q = std::max<Quad>(largest_log_q, q[i] > 0 ? Quad(q[i] * abs(log_q[i])) : Quad(0));
  }
  for (std::size_t i = 0; i < n; ++i) {
    const Quad exponent = alpha * (d.log_p[i] - log_q[i]) + log_q[i] - top;
    m[i] = is_forward            ? Quad(d.w[i] * d.p[i])
           : is_reverse          ? q[i]
           : exponent > -11000.0 ? Quad(d.w[i] * exp(exponent))
                                 : Quad(0);
    mass += m[i];
  }
  if (!is_forward && !is_reverse) e.value = -(top + log(mass)) / (alpha * (1 - alpha));
  std::array<Quad, 5> sizes{};
  for (std::size_t i = 0; i < n; ++i) {
    m[i] /= mass;
    const Quad difference = is_reverse ? Quad(q[i] * (log_q[i] - d.log_p[i] - e.value)) : Quad((q[i] - m[i]) / alpha);
    Quad power = 1;
    for (std::size_t k = 0; k < 5; ++k, power *= z[i]) {
      e.of_q[k] += q[i] * power;
      e.of_m[k] += m[i] * power;
      e.of_difference[k] += difference * power;
      sizes[k] += (q[i] + m[i]) * abs(power);
    }
  }
  const double log_error = 64 * epsilon * static_cast<double>(abs(d.log_mass));
  e.value_allowed = 4500 * epsilon * std::max<Quad>(1, e.value) + log_error +
                    96 * epsilon * (largest_log_p + spread) / (is_reverse || is_forward ? Quad(1) : alpha);
  e.allowed = 4500 * epsilon * (1 + sizes[4]) * (1 + abs(e.value) + largest_log_p + largest_log_q);
  // A fit counts the nodes from near p's mean, and rounds them there.
  e.moved = epsilon * largest_x / sigma * sqrt(Quad(sqrt(sizes[4])));
  return e;
}

/// Those of least D on a mesh that is about as wide as the window. Where q lies between nodes there are plateaus of
/// them.
template <class T>
std::vector<klgrid::StationaryPoint<T>> points_of(const GridDensity<T>& p, const Nodes& nodes) {
  constexpr std::size_t most = 8;
  const T begin = T(nodes.begin), width = T(nodes.width);
  auto points = klgrid::reverse_stationary_points(
      p, ParameterMesh<T>(klgrid::linspace(begin, T(begin + width), 7), klgrid::geomspace(width / 16, width * 2, 5)));
  if (points.size() > most) points.erase(points.begin() + most, points.end());
  return points;
}

template <class T>
void compare(const Problem& problem, Random random, FitTables& table, const std::string& replay) {
  // Of long double one problem in five, for its exponentials take long.
  if (std::numeric_limits<T>::digits > 53 && random.whole(0, 4) != 0) return;
  const Grid<T> grid(cast<T>(problem.nodes.x), cast<T>(problem.weights));
  const GaussianMixture<T> mixture = cast<T>(problem.mixture);
  const ParameterMesh<T> mesh(cast<T>(problem.mesh.mu), cast<T>(problem.mesh.sigma));
  const GridDensity<T> p(grid, mixture);
  const auto truth = exact_density(grid, mixture, Vector<T>(Vector<T>::Zero(grid.size())));
  const double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());
  const auto exact = [&](const Gaussian<T>& q, const Quad& alpha, int) {
    return exact_moments(truth, Quad(q.mean()), Quad(q.stddev()), alpha, epsilon);
  };
  const klgrid::FitOptions<T> options{.max_iterations = 50};
  const FitComparison<T, GridDensity<T>, decltype(exact)> comparison(p, exact, table, replay);
  if (random.whole(0, 4) == 0)  // they take as long as all the fits
    for (const auto& point : points_of(p, problem.nodes)) comparison.compare_point(point);
  for (int sample = 0; sample < 5; ++sample) {
    const Gaussian<T> start(mesh.mu()[random.whole(0, mesh.cols() - 1)],
                            mesh.sigma()[random.whole(0, mesh.rows() - 1)]);
    const T alpha = T(random(0.1, 0.9));
    table.errors.count();
    comparison.compare_derivatives(start, alpha);
    const bool from_p = sample == 0 && p.stddev() > T(0);
    comparison.compare_fit(of_forward_fit, T(1),
                           from_p ? klgrid::fit_forward(p, options) : klgrid::fit_forward(p, start, options));
    comparison.compare_fit(of_reverse_fit, T(0),
                           from_p && mixture.components() < 5
                               ? klgrid::fit_reverse(p, klgrid::starting_points(mixture), options)
                               : klgrid::fit_reverse(p, start, options));
    comparison.compare_fit(of_renyi_fit, alpha, klgrid::fit_renyi(p, alpha, start, options));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const random_search::Options options(argc, argv, 12);
  FitTables table;
  random_search::on_grid::for_each_problem(
      options, table.errors, [&]<class T>(const Problem& problem, const Random& random, const std::string& replay) {
        compare<T>(problem, random, table, replay);
      });
  std::printf("%ld problems of each class of nodes, seed %lu\n", options.problems, options.seed);
  table.print();
  return table.errors.holds() ? 0 : 1;
}
