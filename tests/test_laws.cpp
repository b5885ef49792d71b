// SPDX-License-Identifier: MIT
// What must not matter, on the grid and on the real line alike: the origin, the unit and the direction of x, the order
// of components and of nodes and how they are split, what has no weight, and by which way a value is computed. Of
// mixtures and of kernel densities; of values, surfaces, derivatives, divergences of order alpha, fits and stationary
// points.
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
/// times that without rounding.
template <class T>
struct Problem {
  Vector<T> weights, means, stddevs;
  bool kernels = false;           // a kernel density of the means, whose stddevs are all the same
  Vector<T> nodes, node_weights;  // on a grid
  Vector<T> mu, sigma;

  [[nodiscard]] GaussianMixture<T> mixture() const {
    return kernels ? GaussianMixture<T>::kernel_density(means, stddevs[0], weights)
                   : GaussianMixture<T>::normalized(weights, means, stddevs);
  }
};

template <class T>
T dyadic(int from, int to, const char* name) {
  return T(*rc::gen::inRange(from * 512, to * 512 + 1).as(name)) / T(512);
}

template <class T>
T power_of_two(int from, int to, const char* name) {
  return std::ldexp(T(1), *rc::gen::inRange(from, to + 1).as(name));
}

template <class T>
Vector<T> joined(const Vector<T>& a, const Vector<T>& b) {
  Vector<T> both(a.size() + b.size());
  both << a, b;
  return both;
}

struct OnLine {
  template <class T>
  static void draw_window(Problem<T>&) {}
  template <class T>
  static void rearrange_window(Problem<T>&) {}
  template <class T>
  static void draw_fine_window(Problem<T>&) {}

  template <class T>
  static RealLineDensity<T> density(const Problem<T>& problem) {
    return RealLineDensity<T>(problem.mixture());
  }

  /// Besides what they are, roundings of sums are relative to this.
  template <class T>
  static T largest_log(const RealLineDensity<T>&) {
    return T(0);
  }
};

struct OnGrid {
  template <class T>
  static void draw_window(Problem<T>& a) {
    const Index n = *rc::gen::inRange<Index>(1, 60).as("nodes");
    const bool uniform = *rc::gen::arbitrary<bool>().as("uniform");
    a.nodes.resize(n);
    a.node_weights.resize(n);
    for (Index i = 0; i < n; ++i) {
      a.nodes[i] = uniform ? T(-8) + T(i) / T(4) : dyadic<T>(-8, 8, "node");
      a.node_weights[i] = uniform ? T(0.25) : dyadic<T>(0, 1, "weight of a node") + T(0.0625);
    }
    std::sort(a.nodes.begin(), a.nodes.end());
  }

  /// One that resolves what draw_smooth draws, and holds it.
  template <class T>
  static void draw_fine_window(Problem<T>& a) {
    a.nodes = Vector<T>::LinSpaced(257, T(-16), T(16));
    a.node_weights = Vector<T>::Constant(257, T(0.125));
  }

  /// A node split, and nodes without weight.
  template <class T>
  static void rearrange_window(Problem<T>& a) {
    const Index at = *rc::gen::inRange<Index>(0, a.nodes.size()).as("node to split");
    a.node_weights[at] /= 2;
    std::vector<std::pair<T, T>> nodes;
    for (Index i = 0; i < a.nodes.size(); ++i) nodes.emplace_back(a.nodes[i], a.node_weights[i]);
    nodes.emplace_back(a.nodes[at], a.node_weights[at]);
    nodes.emplace_back(dyadic<T>(-9, 9, "node without weight"), T(0));
    nodes.emplace_back(a.mu[0], T(0));
    std::sort(nodes.begin(), nodes.end());
    a.nodes.resize(static_cast<Index>(nodes.size()));
    a.node_weights.resize(a.nodes.size());
    for (Index i = 0; i < a.nodes.size(); ++i)
      std::tie(a.nodes[i], a.node_weights[i]) = nodes[static_cast<std::size_t>(i)];
  }

  template <class T>
  static GridDensity<T> density(const Problem<T>& problem) {
    const Grid<T> grid(problem.nodes, problem.node_weights);
    return problem.kernels ? GridDensity<T>::kernel_density(grid, problem.means, problem.stddevs[0], problem.weights)
                           : GridDensity<T>(grid, problem.mixture());
  }

  template <class T>
  static T largest_log(const GridDensity<T>& p) {
    return (p.grid().weights() > T(0)).select(p.log_pdf(), T(0)).abs().maxCoeff();
  }
};

template <class Domain, class T>
Problem<T> arbitrary() {
  Problem<T> a;
  a.kernels = *rc::gen::arbitrary<bool>().as("kernel density");
  const Index components = *rc::gen::inRange<Index>(1, a.kernels ? 40 : 6).as("components");
  for (Vector<T>* each : {&a.weights, &a.means, &a.stddevs}) each->resize(components);
  for (Index k = 0; k < components; ++k) {
    a.weights[k] = T(*rc::gen::inRange(1, 100).as("weight"));
    a.means[k] = dyadic<T>(-8, 8, "mean");
    a.stddevs[k] = power_of_two<T>(-6, 1, "log2 of stddev") * (T(1) + dyadic<T>(0, 1, "stddev"));
  }
  if (a.kernels) a.stddevs.setConstant(a.stddevs[0]);
  a.mu.resize(3);
  a.sigma.resize(2);
  for (T& mu : a.mu) mu = dyadic<T>(-8, 8, "mu");
  for (T& sigma : a.sigma) sigma = power_of_two<T>(-6, 3, "log2 of sigma") * T(1.25);
  std::sort(a.mu.begin(), a.mu.end());
  std::sort(a.sigma.begin(), a.sigma.end());
  Domain::draw_window(a);
  return a;
}

/// One whose fits a fine window resolves.
template <class Domain, class T>
Problem<T> smooth() {
  Problem<T> a;
  a.kernels = *rc::gen::arbitrary<bool>().as("kernel density");
  const Index components = *rc::gen::inRange<Index>(1, 5).as("components");
  for (Vector<T>* each : {&a.weights, &a.means, &a.stddevs}) each->resize(components);
  for (Index k = 0; k < components; ++k) {
    a.weights[k] = T(*rc::gen::inRange(1, 20).as("weight"));
    a.means[k] = dyadic<T>(-6, 6, "mean");
    a.stddevs[k] = T(0.5) + dyadic<T>(0, 2, "stddev");
  }
  if (a.kernels) a.stddevs.setConstant(a.stddevs[0]);
  a.mu = Vector<T>::LinSpaced(33, T(-8), T(8));
  a.sigma = (Vector<T>::LinSpaced(13, T(-1), T(3)) * std::log(T(2))).exp();
  Domain::draw_fine_window(a);
  return a;
}

/// What must not matter: x' = unit (x + shift), and as much told in other words.
struct Change {
  double shift = 0;  // exact
  double unit = 1;   // a power of two; below 0, x is reversed
  bool rearranged = false;

  template <class T>
  [[nodiscard]] Gaussian<T> there(const Gaussian<T>& q) const {
    return {T(unit) * (q.mean() + T(shift)), T(std::abs(unit)) * q.stddev()};
  }
  template <class T>
  [[nodiscard]] Gaussian<T> back(const Gaussian<T>& q) const {
    return {q.mean() / T(unit) - T(shift), q.stddev() / T(std::abs(unit))};
  }
};

/// Components in reverse, one split, one without weight.
template <class T>
void rearrange_components(Problem<T>& a) {
  const Index k = *rc::gen::inRange<Index>(0, a.weights.size()).as("component to split");
  a.weights[k] /= 2;
  a.weights = joined<T>(a.weights, {{a.weights[k], T(0)}});
  a.means = joined<T>(a.means, {{a.means[k], dyadic<T>(-100, 100, "mean of nothing")}});
  a.stddevs = joined<T>(a.stddevs, {{a.stddevs[k], a.kernels ? a.stddevs[k] : T(1e-3)}});
  for (Vector<T>* each : {&a.weights, &a.means, &a.stddevs}) each->reverseInPlace();
}

template <class Domain, class T>
Problem<T> changed(Problem<T> a, const Change& change) {
  if (change.rearranged) {
    rearrange_components(a);
    Domain::rearrange_window(a);
  }
  for (Vector<T>* each : {&a.nodes, &a.means, &a.mu}) *each = T(change.unit) * (*each + T(change.shift));
  for (Vector<T>* each : {&a.node_weights, &a.stddevs, &a.sigma}) *each *= T(std::abs(change.unit));
  if (change.unit < 0)
    for (Vector<T>* each : {&a.nodes, &a.node_weights, &a.mu}) each->reverseInPlace();
  return a;
}

/// A number, and what its roundings are relative to.
template <class T>
struct Figure {
  T value, size;
};

/// What is computed on a mesh: by surfaces and one by one, in the same order; and what there is by itself alone.
template <class T>
struct Figures {
  std::vector<Figure<T>> surfaces, pairs, alone;
};

/// All figures of the changed problem, told in the words of the given one.
///
/// Roundings of values are relative, absolute below 1; of a forward surface also to E_p[(x - x0)^2] / sigma^2, x0 the
/// point of the domain that is nearest to mu, and of a reverse one to 96 epsilon max |log p| (kl_surfaces.hpp); of
/// derivatives, in mu / sigma and log sigma, to the sums that they are made of.
template <class Domain, class T>
Figures<T> figures(const Problem<T>& given, const Change& change = {}, bool with_derivatives = true) {
  const auto problem = changed<Domain>(given, change);
  const auto p = Domain::density(problem);
  const auto bank = bank_for(p, ParameterMesh<T>(problem.mu, problem.sigma), 4);
  const T alpha(0.375);
  const auto kl = klgrid::kl_surfaces(p, bank);
  const auto renyi = klgrid::renyi_divergence(p, bank, alpha);
  const auto amari = klgrid::alpha_divergence(p, bank, alpha);
  const auto forward = klgrid::forward_kl_derivatives(p, bank);
  const auto reverse = klgrid::reverse_kl_derivatives(bank, p);
  const auto& nearest = klgrid::detail::nearest_points(bank);
  const T direction(change.unit < 0 ? -1 : 1);
  const T largest_log = Domain::largest_log(p);
  Figures<T> all;
  const T log_unit = std::log(T(std::abs(change.unit)));
  all.alone.push_back({p.entropy() - log_unit, T(1) + std::abs(p.entropy()) + std::abs(log_unit)});
  for (Index i = 0; i < problem.sigma.size(); ++i)
    for (Index col = 0; col < problem.mu.size(); ++col) {
      const Index j = change.unit < 0 ? problem.mu.size() - 1 - col : col;
      const Gaussian<T> q(problem.mu[j], problem.sigma[i]);
      const T offset = ((p.origin() - nearest[j]) + p.mean_offset()) / q.stddev();
      const T width = p.stddev() / q.stddev();
      const T spread = offset * offset + width * width;
      const T sums = (T(1) + bank.moment(4)(i, j)) * (T(1) + kl.reverse(i, j) + largest_log) + spread;
      const auto value = [&](std::vector<Figure<T>>& to, const T& of, const T& besides = T(0)) {
        to.push_back({of >= T(0) ? of : std::numeric_limits<T>::quiet_NaN(), std::max(T(1), of) + besides});
      };
      const auto derivatives = [&](std::vector<Figure<T>>& to, const klgrid::KlDerivatives<T>& d, const T& terms) {
        if (!with_derivatives) return;
        const T sigma = direction * q.stddev();
        for (const T& each : {T(d.gradient[0] * sigma), d.gradient[1], T(d.hessian(0, 0) * sigma * sigma),
                              T(d.hessian(0, 1) * sigma), d.hessian(1, 1)})
          to.push_back({each, terms});
      };
      value(all.surfaces, kl.forward(i, j), spread / T(500));
      value(all.surfaces, kl.reverse(i, j), largest_log * T(96) / T(4500));
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
      derivatives(all.alone, klgrid::scaled_renyi_derivatives(p, q, alpha), sums + spread * spread);
    }
  return all;
}

/// 1e-12 in double, as values are promised.
template <class T>
constexpr double promise = 4500 * static_cast<double>(std::numeric_limits<T>::epsilon());

/// Infinite where anything is NaN or a divergence is negative.
template <class T>
double difference(const std::vector<Figure<T>>& a, const std::vector<Figure<T>>& b) {
  double largest = a.size() == b.size() ? 0 : HUGE_VAL;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    const double error =
        static_cast<double>(std::abs(a[i].value - b[i].value) / std::max(a[i].size, b[i].size)) / promise<T>;
    if (!(error <= largest)) largest = error == error ? error : HUGE_VAL;
  }
  return largest;
}

template <class T>
void same(const Figures<T>& a, const Figures<T>& b) {
  RC_ASSERT(difference(a.surfaces, b.surfaces) <= 1);
  RC_ASSERT(difference(a.pairs, b.pairs) <= 1);
  RC_ASSERT(difference(a.alone, b.alone) <= 1);
}

/// Where a search ends, told in the words of the given problem, and what it is.
struct End {
  Gaussian<double> q;
  double value;
  int kind;
  double open;  // how far off it may be, in standard deviations: by its gradient, and by the rounding of a far mean
};

double open_at(const Gaussian<double>& q, const klgrid::KlDerivatives<double>& d, const Change& change) {
  const klgrid::detail::Spectrum<double> spectrum(klgrid::detail::ScaleFree<double>(q, d).hessian);
  const double curvature = std::min(std::abs(spectrum.least()), std::abs(spectrum.greatest()));
  const double far = std::abs(change.shift * change.unit) * std::numeric_limits<double>::epsilon();
  return 2 * FitOptions<double>{}.gradient_tolerance * std::max(1.0, d.value) / curvature + far / q.stddev();
}

template <class Domain>
std::vector<End> fits(const Problem<double>& given, const Gaussian<double>& from, FitMethod method,
                      const Change& change = {}) {
  const auto problem = changed<Domain>(given, change);
  const auto p = Domain::density(problem);
  const Gaussian<double> start = change.there(from);
  const FitOptions<double> options{.method = method};
  std::vector<End> ends;
  const auto add = [&](const auto& fit, const auto& derivatives) {
    ends.push_back({change.back(fit.q), fit.value, static_cast<int>(fit.status), open_at(fit.q, derivatives, change)});
  };
  const auto forward = klgrid::fit_forward(p, start, options);
  add(forward, klgrid::forward_kl_derivatives(p, forward.q));
  const auto reverse = klgrid::fit_reverse(p, start, options);
  add(reverse, klgrid::reverse_kl_derivatives(reverse.q, p));
  const auto renyi = klgrid::fit_renyi(p, 0.5, start, options);
  add(renyi, klgrid::scaled_renyi_derivatives(p, renyi.q, 0.5));
  // Of two minima that are equally low either may be the best.
  const auto best = klgrid::fit_reverse(p, klgrid::starting_points(problem.mixture()), options);
  ends.push_back({change.back(best.q), best.value, static_cast<int>(best.status), HUGE_VAL});
  return ends;
}

template <class Domain>
std::vector<End> stationary_points(const Problem<double>& given, const Change& change = {}) {
  const auto problem = changed<Domain>(given, change);
  std::vector<End> ends;
  for (const auto& point :
       klgrid::reverse_stationary_points(Domain::density(problem), ParameterMesh<double>(problem.mu, problem.sigma)))
    ends.push_back({change.back(point.q), point.derivatives.value, static_cast<int>(point.kind),
                    open_at(point.q, point.derivatives, change)});
  return ends;
}

/// How far apart the ends are, in units of what is allowed: each of the one from the nearest of the others.
double distance(const std::vector<End>& a, const std::vector<End>& b) {
  if (a.size() != b.size()) return HUGE_VAL;
  double largest = 0;
  for (const End& each : a) {
    double least = HUGE_VAL;
    for (const End& other : b) {
      if (each.kind != other.kind) continue;
      const double open = (each.open + other.open) * each.q.stddev();
      least =
          std::min(least, std::max({std::abs(each.q.mean() - other.q.mean()) / open,
                                    std::abs(each.q.stddev() - other.q.stddev()) / open,
                                    std::abs(each.value - other.value) / promise<double> / std::max(1.0, each.value)}));
    }
    largest = std::max(largest, least);
  }
  return largest;
}

void same(const std::vector<End>& a, const std::vector<End>& b) { RC_ASSERT(distance(a, b) <= 1); }

Change a_shift() { return {.shift = *rc::gen::element(-1.0, 1.0).as("sign") * power_of_two<double>(0, 43, "shift")}; }
Change a_unit(int most) { return {.unit = power_of_two<double>(-most, most, "log2 of the unit")}; }

Change any_change() {
  Change change;
  if (*rc::gen::arbitrary<bool>().as("shifted")) change = a_shift();
  if (*rc::gen::arbitrary<bool>().as("in other units")) change.unit = a_unit(500).unit;
  if (*rc::gen::arbitrary<bool>().as("mirrored")) change.unit *= -1;
  change.rearranged = *rc::gen::arbitrary<bool>().as("rearranged");
  return change;
}

}  // namespace

TEST_CASE_TEMPLATE("laws: x may be moved by any number", Domain, OnLine, OnGrid) {
  CHECK(rc::check([] {
    const auto problem = arbitrary<Domain, double>();
    same(figures<Domain>(problem), figures<Domain>(problem, a_shift()));
  }));
}

TEST_CASE_TEMPLATE("laws: x may be counted in any unit", Domain, OnLine, OnGrid) {
  CHECK(rc::check([] {
    const auto problem = arbitrary<Domain, double>();
    same(figures<Domain>(problem), figures<Domain>(problem, a_unit(500)));
  }));
  // float's range is 2^126 to either side; with the squares of lengths that second derivatives hold, half of it.
  CHECK(rc::check([] {
    const auto problem = arbitrary<Domain, float>();
    const bool derivatives = *rc::gen::arbitrary<bool>().as("derivatives");
    const Change change = a_unit(derivatives ? 50 : 110);
    same(figures<Domain>(problem, {}, derivatives), figures<Domain>(problem, change, derivatives));
  }));
}

TEST_CASE_TEMPLATE("laws: x may be reversed", Domain, OnLine, OnGrid) {
  CHECK(rc::check([] {
    const auto problem = arbitrary<Domain, double>();
    same(figures<Domain>(problem), figures<Domain>(problem, {.unit = -1}));
  }));
}

TEST_CASE_TEMPLATE("laws: components and nodes may be split and permuted, and what has no weight is nothing", Domain,
                   OnLine, OnGrid) {
  CHECK(rc::check([] {
    const auto problem = arbitrary<Domain, double>();
    same(figures<Domain>(problem), figures<Domain>(problem, {.rearranged = true}));
  }));
}

TEST_CASE_TEMPLATE("laws: a surface's cells are the pairs", Domain, OnLine, OnGrid) {
  CHECK(rc::check([] {
    const auto all = figures<Domain>(arbitrary<Domain, double>());
    RC_ASSERT(difference(all.surfaces, all.pairs) <= 1);
  }));
}

TEST_CASE_TEMPLATE("laws: a batch is one by one, bit for bit", Domain, OnLine, OnGrid) {
  CHECK(rc::check([] {
    auto problem = arbitrary<Domain, double>();
    std::vector<decltype(Domain::density(problem))> densities;
    for (const double step : {0.0, 0.5, -1.0, 2.0, 3.0}) {
      problem.means += step;
      densities.push_back(Domain::density(problem));
    }
    const auto bank = bank_for(densities[0], ParameterMesh<double>(problem.mu, problem.sigma), 4);
    using Bank = std::remove_const_t<decltype(bank)>;
    typename Bank::Workspace workspace;
    std::vector<klgrid::KlSurfaces<double>> surfaces(densities.size());
    klgrid::kl_surfaces<Bank>(densities, bank, surfaces, workspace);
    std::vector<klgrid::KlDerivativeSurfaces<double>> reverse(densities.size());
    klgrid::reverse_kl_derivatives<Bank, klgrid::KlDerivativeSurfaces<double>>(bank, densities, reverse, workspace);
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

TEST_CASE_TEMPLATE("laws: a fit ends at the same Gaussian, for the same reason", Domain, OnLine, OnGrid) {
  CHECK(rc::check([] {
    const auto problem = smooth<Domain, double>();
    const Gaussian<double> from(dyadic<double>(-8, 8, "start"), power_of_two<double>(-1, 2, "log2 of start's stddev"));
    const auto method =
        *rc::gen::arbitrary<bool>().as("Newton's method") ? FitMethod::newton : FitMethod::gradient_descent;
    same(fits<Domain>(problem, from, method), fits<Domain>(problem, from, method, any_change()));
  }));
}

TEST_CASE_TEMPLATE("laws: the stationary points are the same", Domain, OnLine, OnGrid) {
  CHECK(rc::check([] {
    const auto problem = smooth<Domain, double>();
    same(stationary_points<Domain>(problem), stationary_points<Domain>(problem, any_change()));
  }));
}
