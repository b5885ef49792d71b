// SPDX-License-Identifier: MIT
// Fits and stationary points on the real line, for the pairs of line.cpp, in three scalars: value and derivatives where
// a descent ended, by adaptive quadrature in 106 bits. Prints what line.cpp prints, and how the descents ended.
//
//   random_search_line_fit [PAIRS] [--seed SEED] [--scalar SCALAR] [--only NUMBER]
//
// Of each pair one of the three fits, by chance.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "klgrid/fit/starting_points.hpp"
#include "klgrid/line/bank.hpp"
#include "klgrid/line/divergence.hpp"
#include "klgrid/line/pair_quadrature.hpp"
#include "random_search/fits.hpp"
#include "random_search/line_pairs.hpp"
#include "random_search/quadrature/line_integrals.hpp"
#include "random_search/random_search.hpp"

using klgrid::Gaussian;
using klgrid::ParameterMesh;
using klgrid::RealLineDensity;

namespace {

using namespace random_search;
using namespace random_search::on_line;

/// By their definition; `epsilon` is that of the scalar they are compared in.
TiltedMoments exact_moments(const Pair& pair, const Quad& alpha, int cuts, const Quad& epsilon) {
  using std::abs, std::log, std::log1p;
  const Mixture q{{1}, {pair.mu}, {pair.sigma}};
  const bool is_forward = alpha == 1, is_reverse = alpha == 0;
  const Quad order = is_forward || is_reverse ? Quad(0.5) : alpha;
  const Wanted wanted = is_reverse ? Wanted::of_reverse : is_forward ? Wanted::of_forward : Wanted::of_order;
  const Integrals of = line_integrals(pair.p, q, pair.sigma, static_cast<long double>(order), cuts, wanted);
  TiltedMoments e{};
  e.alpha = alpha;
  e.of_q = {1, 0, 1, 0, 3};
  Quad size = 0;
  if (is_reverse) {
    e.value = of[reverse];
    e.of_m = e.of_q;
    for (std::size_t k = 1; k < 5; ++k) e.of_difference[k] = -of[covariance + k - 1];
    size = 1 + of[covariance_size];
  } else if (is_forward) {
    e.value = of[forward];
    const Moments p(pair);
    e.of_m = {1, p.first, p.second};  // the others are not asked for
    size = 1 + p.second;
  } else {
    // Where p^alpha q^(1 - alpha) is very small, quadrature does not find where it lives.
    const Quad complement = alpha * (1 - alpha) * of[amari];
    const Quad log_affinity = complement < 0.5 ? Quad(log1p(Quad(-complement))) : Quad(log(of[affinity]));
    e.value = of[affinity] > 1e-20 ? Quad(-log_affinity / (alpha * (1 - alpha))) : Quad(HUGE_VAL);
    e.of_m[0] = 1;
    for (std::size_t k = 1; k < 5; ++k) e.of_m[k] = of[tilted + k - 1] / of[affinity];
    size = (1 + e.value) * (4 + e.of_m[4]) / alpha;
  }
  if (!is_reverse)
    for (std::size_t k = 1; k < 5; ++k) e.of_difference[k] = (e.of_q[k] - e.of_m[k]) / alpha;
  e.allowed = 4500 * epsilon * size;
  e.value_allowed = 4500 * epsilon * std::max<Quad>(1, e.value);
  return e;
}

/// Those on a mesh that is about as wide as p. Where p is spiky it does not find all that there are.
template <class T>
std::vector<klgrid::StationaryPoint<T>> points_of(const RealLineDensity<T>& p) {
  const T mean = p.mean(), stddev = p.stddev();
  const klgrid::Vector<T> mu = klgrid::linspace(T(mean - 2 * stddev), T(mean + 2 * stddev), 6);
  if (!(mu[0] < mean && mean < mu[5])) return {};
  return klgrid::reverse_stationary_points(p, ParameterMesh<T>(mu, klgrid::geomspace(stddev / 8, stddev * 2, 5)));
}

template <class T>
void compare(long number, std::mt19937_64 random, FitTables& table, const std::string& replay) {
  const Pair pair = draw<T>(class_of(number), random);
  const auto mixture = mixture_of<T>(pair.p);
  const RealLineDensity<T> p(mixture);
  const auto exact = [&](const Gaussian<T>& q, const Quad& alpha, int cuts) {
    const Pair at{pair.p, {}, static_cast<long double>(q.mean()), static_cast<long double>(q.stddev())};
    return exact_moments(at, alpha, cuts, Quad(std::numeric_limits<T>::epsilon()));
  };
  const klgrid::FitOptions<T> options{.max_iterations = 50};
  const FitComparison<T, RealLineDensity<T>, decltype(exact)> comparison(p, exact, table, replay);
  if (random() % 16 == 0)
    for (const auto& point : points_of(p)) comparison.compare_point(point);
  table.errors.count();
  const Gaussian<T> start(static_cast<T>(pair.mu), static_cast<T>(pair.sigma));
  const T alpha = T(uniform(random, 0.1, 0.9));
  comparison.compare_derivatives(start, alpha);
  const auto turn = random() % 3;  // quadrature is most of the time
  if (turn == 0) comparison.compare_fit(of_forward_fit, T(1), klgrid::fit_forward(p, start, options));
  if (turn == 1) comparison.compare_fit(of_reverse_fit, T(0), klgrid::fit_reverse(p, start, options));
  if (turn == 2) comparison.compare_fit(of_renyi_fit, alpha, klgrid::fit_renyi(p, alpha, start, options));
}

}  // namespace

int main(int argc, char** argv) {
  const random_search::Options options(argc, argv, 50);
  FitTables table;
  options.for_each_problem(classes().size(), [&](long number) {
    options.for_each_scalar([&]<class T>(const std::string& scalar) {
      // Of long double one pair in ten, for its exponentials take long.
      if (scalar == "long_double" && number / static_cast<long>(classes().size()) % 10 != 0) return;
      table.errors.open({class_of(number).name, "scalar " + scalar});
      compare<T>(number, options.random(number), table, text("--only %ld --scalar %s", number, scalar.c_str()));
    });
  });
  std::printf("%ld pairs of each class, seed %lu\n", options.problems, options.seed);
  table.print();
  return table.errors.holds() ? 0 : 1;
}
