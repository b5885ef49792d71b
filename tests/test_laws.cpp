// SPDX-License-Identifier: MIT
// What must not matter, on the grid and on the real line alike: the origin, the unit and the direction of x, the order
// of components and of nodes and how they are split, what has no weight, and by which way a value is computed. Of
// mixtures and of kernel densities; of values, surfaces, derivatives, divergences of order alpha, fits and stationary
// points; in double and in float.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "klgrid/divergence/alpha_divergence.hpp"
#include "klgrid/divergence/kl_derivatives.hpp"
#include "klgrid/divergence/kl_surfaces.hpp"
#include "klgrid/fit/fit.hpp"
#include "klgrid/fit/starting_points.hpp"
#include "klgrid/fit/stationary_points.hpp"
#include "klgrid/grid/bank.hpp"
#include "klgrid/grid/divergence.hpp"
#include "klgrid/grid/flat_limit.hpp"
#include "klgrid/grid/pair_quadrature.hpp"
#include "klgrid/line/bank.hpp"
#include "klgrid/line/divergence.hpp"
#include "klgrid/line/pair_quadrature.hpp"

using klgrid::FitMethod;
using klgrid::FitOptions;
using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Grid;
using klgrid::GridDensity;
using klgrid::Index;
using klgrid::ParameterMesh;
using klgrid::RealLineDensity;
using klgrid::Vector;

namespace {

/// A density and a mesh. Positions are multiples of 2^-9 within 16 of each other, so that they can be moved by 2^40
/// times that without rounding; in float, by 2^11 times.
struct Problem {
  Vector<double> weights, means, stddevs;
  bool kernels = false;                // a kernel density of the means, whose stddevs are all the same
  Vector<double> nodes, node_weights;  // on a grid
  Vector<double> mu, sigma;

  template <class T>
  [[nodiscard]] GaussianMixture<T> mixture() const {
    const Vector<T> w = weights.cast<T>(), m = means.cast<T>(), s = stddevs.cast<T>();
    return kernels ? GaussianMixture<T>::kernel_density(m, s[0], w) : GaussianMixture<T>::normalized(w, m, s);
  }

  template <class T>
  [[nodiscard]] ParameterMesh<T> mesh() const {
    return {mu.cast<T>().eval(), sigma.cast<T>().eval()};
  }
};

double dyadic(int from, int to, const char* name) {
  return *rc::gen::inRange(from * 512, to * 512 + 1).as(name) / 512.0;
}

double power_of_two(int from, int to, const char* name) {
  return std::ldexp(1.0, *rc::gen::inRange(from, to + 1).as(name));
}

Vector<double> joined(const Vector<double>& a, const Vector<double>& b) {
  Vector<double> both(a.size() + b.size());
  both << a, b;
  return both;
}

template <class T>
struct OnLine {
  using Scalar = T;
  static void draw_window(Problem&) {}
  static void rearrange_window(Problem&) {}
  static void draw_fine_window(Problem&) {}

  static RealLineDensity<T> density(const Problem& problem) { return RealLineDensity<T>(problem.mixture<T>()); }

  /// Besides what they are, roundings of sums are relative to this.
  static double largest_log(const RealLineDensity<T>&) { return 0.0; }
};

template <class T>
struct OnGrid {
  using Scalar = T;
  static void draw_window(Problem& a) {
    const Index n = *rc::gen::inRange<Index>(1, 60).as("nodes");
    const bool uniform = *rc::gen::arbitrary<bool>().as("uniform");
    a.nodes.resize(n);
    a.node_weights.resize(n);
    for (Index i = 0; i < n; ++i) {
      a.nodes[i] = uniform ? -8.0 + static_cast<double>(i) / 4.0 : dyadic(-8, 8, "node");
      a.node_weights[i] = uniform ? 0.25 : dyadic(0, 1, "weight of a node") + 0.0625;
    }
    std::sort(a.nodes.begin(), a.nodes.end());
  }

  /// One that resolves what draw_smooth draws, and holds it.
  static void draw_fine_window(Problem& a) {
    a.nodes = Vector<double>::LinSpaced(257, -16.0, 16.0);
    a.node_weights = Vector<double>::Constant(257, 0.125);
  }

  /// A node split, and nodes without weight.
  static void rearrange_window(Problem& a) {
    const Index at = *rc::gen::inRange<Index>(0, a.nodes.size()).as("node to split");
    a.node_weights[at] /= 2;
    std::vector<std::pair<double, double>> nodes;
    for (Index i = 0; i < a.nodes.size(); ++i) nodes.emplace_back(a.nodes[i], a.node_weights[i]);
    nodes.emplace_back(a.nodes[at], a.node_weights[at]);
    nodes.emplace_back(dyadic(-9, 9, "node without weight"), 0.0);
    nodes.emplace_back(a.mu[0], 0.0);
    std::sort(nodes.begin(), nodes.end());
    a.nodes.resize(static_cast<Index>(nodes.size()));
    a.node_weights.resize(a.nodes.size());
    for (Index i = 0; i < a.nodes.size(); ++i)
      std::tie(a.nodes[i], a.node_weights[i]) = nodes[static_cast<std::size_t>(i)];
  }

  static GridDensity<T> density(const Problem& problem) {
    const Grid<T> grid(problem.nodes.cast<T>().eval(), problem.node_weights.cast<T>().eval());
    const Vector<T> means = problem.means.cast<T>(), weights = problem.weights.cast<T>();
    return problem.kernels ? GridDensity<T>::kernel_density(grid, means, T(problem.stddevs[0]), weights)
                           : GridDensity<T>(grid, problem.mixture<T>());
  }

  static double largest_log(const GridDensity<T>& p) {
    return static_cast<double>((p.grid().weights() > T(0)).select(p.log_pdf(), T(0)).abs().maxCoeff());
  }
};

template <class Domain>
using ScalarOf = typename Domain::Scalar;

template <class Domain>
Problem arbitrary() {
  Problem a;
  a.kernels = *rc::gen::arbitrary<bool>().as("kernel density");
  const Index components = *rc::gen::inRange<Index>(1, a.kernels ? 40 : 6).as("components");
  for (Vector<double>* each : {&a.weights, &a.means, &a.stddevs}) each->resize(components);
  for (Index k = 0; k < components; ++k) {
    a.weights[k] = *rc::gen::inRange(1, 100).as("weight");
    a.means[k] = dyadic(-8, 8, "mean");
    a.stddevs[k] = power_of_two(-6, 1, "log2 of stddev") * (1.0 + dyadic(0, 1, "stddev"));
  }
  if (a.kernels) a.stddevs.setConstant(a.stddevs[0]);
  a.mu.resize(3);
  a.sigma.resize(2);
  for (double& mu : a.mu) mu = dyadic(-8, 8, "mu");
  for (double& sigma : a.sigma) sigma = power_of_two(-6, 3, "log2 of sigma") * 1.25;
  std::sort(a.mu.begin(), a.mu.end());
  std::sort(a.sigma.begin(), a.sigma.end());
  Domain::draw_window(a);
  return a;
}

/// One whose fits a fine window resolves.
template <class Domain>
Problem smooth() {
  Problem a;
  a.kernels = *rc::gen::arbitrary<bool>().as("kernel density");
  const Index components = *rc::gen::inRange<Index>(1, 5).as("components");
  for (Vector<double>* each : {&a.weights, &a.means, &a.stddevs}) each->resize(components);
  for (Index k = 0; k < components; ++k) {
    a.weights[k] = *rc::gen::inRange(1, 20).as("weight");
    a.means[k] = dyadic(-6, 6, "mean");
    a.stddevs[k] = 0.5 + dyadic(0, 2, "stddev");
  }
  if (a.kernels) a.stddevs.setConstant(a.stddevs[0]);
  a.mu = Vector<double>::LinSpaced(33, -8.0, 8.0);
  a.sigma = (Vector<double>::LinSpaced(13, -1.0, 3.0) * std::log(2.0)).exp();
  Domain::draw_fine_window(a);
  return a;
}

/// What must not matter: x' = unit (x + shift), and as much told in other words.
struct Change {
  double shift = 0;  // exact
  double unit = 1;   // a power of two; below 0, x is reversed
  bool rearranged = false;

  template <class T>
  [[nodiscard]] Gaussian<T> there(const Gaussian<double>& q) const {
    return {T(unit * (q.mean() + shift)), T(std::abs(unit) * q.stddev())};
  }
  template <class T>
  [[nodiscard]] Gaussian<double> back(const Gaussian<T>& q) const {
    return {double{q.mean()} / unit - shift, double{q.stddev()} / std::abs(unit)};
  }
};

/// Components in reverse, one split, one without weight.
void rearrange_components(Problem& a) {
  const Index k = *rc::gen::inRange<Index>(0, a.weights.size()).as("component to split");
  a.weights[k] /= 2;
  a.weights = joined(a.weights, {{a.weights[k], 0.0}});
  a.means = joined(a.means, {{a.means[k], dyadic(-100, 100, "mean of nothing")}});
  a.stddevs = joined(a.stddevs, {{a.stddevs[k], a.kernels ? a.stddevs[k] : 1e-3}});
  for (Vector<double>* each : {&a.weights, &a.means, &a.stddevs}) each->reverseInPlace();
}

template <class Domain>
Problem changed(Problem a, const Change& change) {
  if (change.rearranged) {
    rearrange_components(a);
    Domain::rearrange_window(a);
  }
  for (Vector<double>* each : {&a.nodes, &a.means, &a.mu}) *each = change.unit * (*each + change.shift);
  for (Vector<double>* each : {&a.node_weights, &a.stddevs, &a.sigma}) *each *= std::abs(change.unit);
  if (change.unit < 0)
    for (Vector<double>* each : {&a.nodes, &a.node_weights, &a.mu}) each->reverseInPlace();
  return a;
}

/// A number, and what its roundings are relative to.
struct Figure {
  double value, size;
};

/// What is computed on a mesh: by surfaces and one by one, in the same order; and what there is by itself alone.
struct Figures {
  std::vector<Figure> surfaces, pairs, alone;
};

/// All figures of the changed problem, told in the words of the given one.
///
/// Roundings of values are relative, absolute below 1; of a forward surface also to E_p[(x - x0)^2] / sigma^2, x0 the
/// point of the domain that is nearest to mu, and of a reverse one to 96 epsilon max |log p| (kl_surfaces.hpp); of
/// derivatives, in mu / sigma and log sigma, to the sums that they are made of.
template <class Domain>
Figures figures(const Problem& given, const Change& change = {}) {
  using T = ScalarOf<Domain>;
  const Problem problem = changed<Domain>(given, change);
  const auto p = Domain::density(problem);
  const auto bank = bank_for(p, problem.mesh<T>(), 4);
  const T alpha = T(0.375);
  const auto kl = klgrid::kl_surfaces(p, bank);
  const auto renyi = klgrid::renyi_divergence(p, bank, alpha);
  const auto amari = klgrid::alpha_divergence(p, bank, alpha);
  const auto forward = klgrid::forward_kl_derivatives(p, bank);
  const auto reverse = klgrid::reverse_kl_derivatives(bank, p);
  const auto& nearest = klgrid::detail::nearest_points(bank);
  const double direction = change.unit < 0 ? -1 : 1;
  const double largest_log = Domain::largest_log(p);
  Figures all;
  const double log_unit = std::log(std::abs(change.unit));
  const double entropy = p.entropy();
  all.alone.push_back({entropy - log_unit, 1.0 + std::abs(entropy) + std::abs(log_unit)});
  for (Index i = 0; i < problem.sigma.size(); ++i)
    for (Index col = 0; col < problem.mu.size(); ++col) {
      const Index j = change.unit < 0 ? problem.mu.size() - 1 - col : col;
      const Gaussian<T> q(T(problem.mu[j]), T(problem.sigma[i]));
      const double offset = ((p.origin() - nearest[j]) + p.mean_offset()) / q.stddev();
      const double width = p.stddev() / q.stddev();
      const double spread = offset * offset + width * width;
      const double sums = (1.0 + bank.moment(4)(i, j)) * (1.0 + kl.reverse(i, j) + largest_log) + spread;
      const auto value = [&](std::vector<Figure>& to, double of, double besides = 0.0) {
        to.push_back({of >= 0.0 ? of : std::numeric_limits<double>::quiet_NaN(), std::max(1.0, of) + besides});
      };
      const auto derivatives = [&](std::vector<Figure>& to, const klgrid::KlDerivatives<T>& d, double terms) {
        const double sigma = direction * q.stddev();
        for (double each : {d.gradient[0] * sigma, double{d.gradient[1]}, d.hessian(0, 0) * sigma * sigma,
                            d.hessian(0, 1) * sigma, double{d.hessian(1, 1)}})
          to.push_back({each, terms});
      };
      value(all.surfaces, kl.forward(i, j), spread / 500.0);
      value(all.surfaces, kl.reverse(i, j), largest_log * 96.0 / 4500.0);
      value(all.surfaces, renyi(i, j));
      value(all.surfaces, amari(i, j));
      derivatives(all.surfaces, forward.at(i, j), sums);
      derivatives(all.surfaces, reverse.at(i, j), sums);
      value(all.pairs, klgrid::forward_kl(p, q));
      value(all.pairs, klgrid::reverse_kl(q, p));
      value(all.pairs, klgrid::renyi_divergence(p, q, alpha));
      value(all.pairs, klgrid::alpha_divergence(p, q, alpha));
      derivatives(all.pairs, klgrid::forward_kl_derivatives(p, q), sums);
      derivatives(all.pairs, klgrid::reverse_kl_derivatives(q, p), sums);
      value(all.alone, klgrid::squared_hellinger_distance(p, q));
      derivatives(all.alone, klgrid::scaled_renyi_derivatives(p, q, alpha),
                  (sums + spread * spread) * (1.0 + renyi(i, j)));
    }
  return all;
}

/// 1e-12 in double, as values are promised.
template <class T>
constexpr double promise = 4500 * double{std::numeric_limits<T>::epsilon()};

/// Infinite where anything is NaN or a divergence is negative.
template <class T>
double difference(const std::vector<Figure>& a, const std::vector<Figure>& b) {
  double largest = a.size() == b.size() ? 0 : HUGE_VAL;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    const double error = std::abs(a[i].value - b[i].value) / std::max(a[i].size, b[i].size) / promise<T>;
    if (!(error <= largest)) largest = error == error ? error : HUGE_VAL;
  }
  return largest;
}

template <class T>
void same(const Figures& a, const Figures& b) {
  RC_ASSERT(difference<T>(a.surfaces, b.surfaces) <= 1);
  RC_ASSERT(difference<T>(a.pairs, b.pairs) <= 1);
  RC_ASSERT(difference<T>(a.alone, b.alone) <= 1);
}

/// Where a search ends, told in the words of the given problem, and what it is.
struct End {
  Gaussian<double> q;
  double value;
  int kind;
  double open;  // how far off it may be, in standard deviations: by its gradient, and by the rounding of a far mean
};

template <class T>
double open_at(const Gaussian<T>& q, const klgrid::KlDerivatives<T>& d, const Change& change) {
  const klgrid::detail::Spectrum<T> spectrum(klgrid::detail::ScaleFree<T>(q, d).hessian);
  const double curvature = std::min(std::abs(spectrum.least()), std::abs(spectrum.greatest()));
  const double far_off = std::abs(change.shift * change.unit) * double{std::numeric_limits<T>::epsilon()};
  return 2 * double{FitOptions<T>{}.gradient_tolerance} * std::max(1.0, double{d.value}) / curvature +
         far_off / double{q.stddev()};
}

template <class Domain>
std::vector<End> fits(const Problem& given, const Gaussian<double>& from, FitMethod method, const Change& change = {}) {
  using T = ScalarOf<Domain>;
  const Problem problem = changed<Domain>(given, change);
  const auto p = Domain::density(problem);
  const Gaussian<T> start = change.there<T>(from);
  const FitOptions<T> options{.method = method};
  std::vector<End> ends;
  const auto add = [&](const auto& fit, const auto& derivatives) {
    ends.push_back({change.back(fit.q), fit.value, static_cast<int>(fit.status), open_at(fit.q, derivatives, change)});
  };
  const auto forward = klgrid::fit_forward(p, start, options);
  add(forward, klgrid::forward_kl_derivatives(p, forward.q));
  const auto reverse = klgrid::fit_reverse(p, start, options);
  add(reverse, klgrid::reverse_kl_derivatives(reverse.q, p));
  const auto renyi = klgrid::fit_renyi(p, T(0.5), start, options);
  add(renyi, klgrid::scaled_renyi_derivatives(p, renyi.q, T(0.5)));
  // Of two minima that are equally low either may be the best.
  const auto best = klgrid::fit_reverse(p, klgrid::starting_points(problem.mixture<T>()), options);
  ends.push_back({change.back(best.q), best.value, static_cast<int>(best.status), HUGE_VAL});
  return ends;
}

template <class Domain>
std::vector<End> stationary_points(const Problem& given, const Change& change = {}) {
  using T = ScalarOf<Domain>;
  const Problem problem = changed<Domain>(given, change);
  std::vector<End> ends;
  for (const auto& point : klgrid::reverse_stationary_points(Domain::density(problem), problem.mesh<T>()))
    ends.push_back({change.back(point.q), point.derivatives.value, static_cast<int>(point.kind),
                    open_at(point.q, point.derivatives, change)});
  return ends;
}

/// How far apart the ends are, in units of what is allowed: each of the one from the nearest of the others.
template <class T>
double distance(const std::vector<End>& a, const std::vector<End>& b) {
  if (a.size() != b.size()) return HUGE_VAL;
  double largest = 0;
  for (const End& each : a) {
    double least = HUGE_VAL;
    for (const End& other : b) {
      if (each.kind != other.kind) continue;
      const double open = (each.open + other.open) * each.q.stddev();
      least = std::min(least, std::max({std::abs(each.q.mean() - other.q.mean()) / open,
                                        std::abs(each.q.stddev() - other.q.stddev()) / open,
                                        std::abs(each.value - other.value) / promise<T> / std::max(1.0, each.value)}));
    }
    largest = std::max(largest, least);
  }
  return largest;
}

template <class T>
void same(const std::vector<End>& a, const std::vector<End>& b) {
  RC_ASSERT(distance<T>(a, b) <= 1);
}

template <class T>
Change a_shift() {
  const int most = std::numeric_limits<T>::digits - 10;  // so that a position keeps its 9 bits below the point
  return {.shift = *rc::gen::element(-1.0, 1.0).as("sign") * power_of_two(0, most, "shift")};
}

template <class T>
Change a_unit() {
  const int most = std::is_same_v<T, float> ? 50 : 500;  // so that sigma^-2, of a second derivative, is in range
  return {.unit = power_of_two(-most, most, "log2 of the unit")};
}

template <class T>
Change any_change() {
  Change change;
  if (*rc::gen::arbitrary<bool>().as("shifted")) change = a_shift<T>();
  if (*rc::gen::arbitrary<bool>().as("in other units")) change.unit = a_unit<T>().unit;
  if (*rc::gen::arbitrary<bool>().as("mirrored")) change.unit *= -1;
  change.rearranged = *rc::gen::arbitrary<bool>().as("rearranged");
  return change;
}

}  // namespace

TEST_CASE_TEMPLATE("laws: x may be moved by any number", Domain, OnLine<double>, OnGrid<double>, OnLine<float>,
                   OnGrid<float>) {
  CHECK(rc::check([] {
    const Problem problem = arbitrary<Domain>();
    same<ScalarOf<Domain>>(figures<Domain>(problem), figures<Domain>(problem, a_shift<ScalarOf<Domain>>()));
  }));
}

TEST_CASE_TEMPLATE("laws: x may be counted in any unit", Domain, OnLine<double>, OnGrid<double>, OnLine<float>,
                   OnGrid<float>) {
  CHECK(rc::check([] {
    const Problem problem = arbitrary<Domain>();
    same<ScalarOf<Domain>>(figures<Domain>(problem), figures<Domain>(problem, a_unit<ScalarOf<Domain>>()));
  }));
}

TEST_CASE_TEMPLATE("laws: x may be reversed", Domain, OnLine<double>, OnGrid<double>, OnLine<float>, OnGrid<float>) {
  CHECK(rc::check([] {
    const Problem problem = arbitrary<Domain>();
    same<ScalarOf<Domain>>(figures<Domain>(problem), figures<Domain>(problem, {.unit = -1}));
  }));
}

TEST_CASE_TEMPLATE("laws: components and nodes may be split and permuted, and what has no weight is nothing", Domain,
                   OnLine<double>, OnGrid<double>, OnLine<float>, OnGrid<float>) {
  CHECK(rc::check([] {
    const Problem problem = arbitrary<Domain>();
    same<ScalarOf<Domain>>(figures<Domain>(problem), figures<Domain>(problem, {.rearranged = true}));
  }));
}

TEST_CASE_TEMPLATE("laws: a surface's cells are the pairs", Domain, OnLine<double>, OnGrid<double>, OnLine<float>,
                   OnGrid<float>) {
  CHECK(rc::check([] {
    const auto all = figures<Domain>(arbitrary<Domain>());
    RC_ASSERT(difference<ScalarOf<Domain>>(all.surfaces, all.pairs) <= 1);
  }));
}

TEST_CASE_TEMPLATE("laws: a batch is one by one, bit for bit", Domain, OnLine<double>, OnGrid<double>, OnLine<float>,
                   OnGrid<float>) {
  CHECK(rc::check([] {
    using T = ScalarOf<Domain>;
    Problem problem = arbitrary<Domain>();
    std::vector<decltype(Domain::density(problem))> densities;
    for (const double step : {0.0, 0.5, -1.0, 2.0, 3.0}) {
      problem.means += step;
      densities.push_back(Domain::density(problem));
    }
    const auto bank = bank_for(densities[0], problem.mesh<T>(), 4);
    using Bank = std::remove_const_t<decltype(bank)>;
    typename Bank::Workspace workspace;
    std::vector<klgrid::KlSurfaces<T>> surfaces(densities.size());
    klgrid::kl_surfaces<Bank>(densities, bank, surfaces, workspace);
    std::vector<klgrid::KlDerivativeSurfaces<T>> reverse(densities.size());
    klgrid::reverse_kl_derivatives<Bank, klgrid::KlDerivativeSurfaces<T>>(bank, densities, reverse, workspace);
    for (std::size_t d = 0; d < densities.size(); ++d) {
      const auto alone = klgrid::kl_surfaces(densities[d], bank);
      const auto reverse_alone = klgrid::reverse_kl_derivatives(bank, densities[d]);
      RC_ASSERT((alone.forward == surfaces[d].forward).all());
      RC_ASSERT((alone.reverse == surfaces[d].reverse).all());
      RC_ASSERT((reverse_alone.d_mu == reverse[d].d_mu).all());
      RC_ASSERT((reverse_alone.d_log_sigma_log_sigma == reverse[d].d_log_sigma_log_sigma).all());
    }
  }));
}

TEST_CASE_TEMPLATE("laws: a fit ends at the same Gaussian, for the same reason", Domain, OnLine<double>, OnGrid<double>,
                   OnLine<float>, OnGrid<float>) {
  CHECK(rc::check([] {
    const auto problem = smooth<Domain>();
    const Gaussian<double> from(dyadic(-8, 8, "start"), power_of_two(-1, 2, "log2 of start's stddev"));
    const auto method =
        *rc::gen::arbitrary<bool>().as("Newton's method") ? FitMethod::newton : FitMethod::gradient_descent;
    same<ScalarOf<Domain>>(fits<Domain>(problem, from, method),
                           fits<Domain>(problem, from, method, any_change<ScalarOf<Domain>>()));
  }));
}

TEST_CASE_TEMPLATE("laws: the stationary points are the same", Domain, OnLine<double>, OnGrid<double>, OnLine<float>,
                   OnGrid<float>) {
  CHECK(rc::check([] {
    const auto problem = smooth<Domain>();
    same<ScalarOf<Domain>>(stationary_points<Domain>(problem),
                           stationary_points<Domain>(problem, any_change<ScalarOf<Domain>>()));
  }));
}
