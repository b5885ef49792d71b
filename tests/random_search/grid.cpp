// SPDX-License-Identifier: MIT
// Everything that the grid computes, for random nodes, weights, mixtures and meshes of every class, in three scalars,
// against sums of 113 bits. Prints the cases of each class, its largest and its typical error in units of what is
// promised, and the input of the largest; fails if one is above 1, if a divergence is negative, or if anything is NaN.
//
//   random_search_grid [PROBLEMS] [--seed SEED] [--scalar SCALAR] [--only NUMBER]
//
// PROBLEMS of each class of nodes, of the others more; SCALAR float, double or long_double; only the problem of NUMBER.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "klgrid/divergence/alpha_divergence.hpp"
#include "klgrid/divergence/kl_derivatives.hpp"
#include "klgrid/divergence/kl_surfaces.hpp"
#include "klgrid/grid/bank.hpp"
#include "klgrid/grid/divergence.hpp"
#include "klgrid/grid/pair_quadrature.hpp"
#include "klgrid/grid/relative_entropy.hpp"
#include "random_search/exact_density.hpp"
#include "random_search/grid_problems.hpp"
#include "random_search/random_search.hpp"

using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Grid;
using klgrid::GridDensity;
using klgrid::Index;
using klgrid::NormalizedGaussianBank;
using klgrid::ParameterMesh;
using klgrid::Vector;

namespace {

using random_search::Quad;
using random_search::Table;
using random_search::text;
using random_search::on_grid::cast;
using random_search::on_grid::exact_density;
using random_search::on_grid::exact_gaussian;
using random_search::on_grid::ExactDensity;
using random_search::on_grid::list;
using random_search::on_grid::Problem;
using random_search::on_grid::Random;

// ---- the same by its definition, in numbers of more bits ----

/// Of one Gaussian on the nodes of positive weight, and p there.
struct Exact {
  Quad forward, reverse, renyi, alpha_divergence, squared_hellinger, entropy, log_normalizer, largest_log_p;
  Quad mean_f;                                                   // E_q[f]
  Quad spread;                                                   // E_p[(x - x0)^2] / sigma^2, x0 the nearest node
  std::array<Quad, 7> moments, absolute_moments;                 // E_q[z^k], E_q|z|^k
  std::array<Quad, 5> forward_derivatives, reverse_derivatives;  // times sigma for each derivative in mu
  Quad scale_of_derivatives;                                     // what their roundings are relative to
};

Exact exact(const ExactDensity& d, const Quad& mu, const Quad& sigma, const Quad& alpha) {
  using std::abs, std::exp, std::log, std::sqrt;
  const std::size_t n = d.x.size();
  const auto [z, log_q, q, log_sum, nearest] = exact_gaussian(d, mu, sigma);
  Exact e{};
  std::array<Quad, 7> of_p{};  // E_p[z^k]
  auto &of_q = e.moments, &size = e.absolute_moments;
  Quad mean_ratio = 0, top = -1e9;
  std::vector<Quad> mean(n);
  for (std::size_t i = 0; i < n; ++i) {
    const Quad p = d.w[i] * d.p[i];
    e.forward += p * (d.log_p[i] - log_q[i]);
    e.entropy -= q[i] * log_q[i];
    e.mean_f += q[i] * d.f[i];
    const Quad offset = (d.x[i] - d.x[nearest]) / sigma;
    e.spread += p * offset * offset;
    mean_ratio += q[i] * (log_q[i] - d.log_p[i]);
    e.largest_log_p = std::max<Quad>(e.largest_log_p, abs(d.log_p[i]));
    mean[i] = alpha * d.log_p[i] + (1 - alpha) * log_q[i];
    top = i == 0 ? mean[0] : std::max<Quad>(top, mean[i]);
    Quad power = 1;
    for (std::size_t k = 0; k < 7; ++k, power *= z[i]) {
      of_p[k] += p * power;
      of_q[k] += q[i] * power;
      size[k] += q[i] * abs(power);
    }
  }
  e.reverse = mean_ratio;
  e.log_normalizer = log_sum;
  Quad affinity = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (mean[i] - top > -200) affinity += d.w[i] * exp(Quad(mean[i] - top));
    const Quad difference = sqrt(Quad(d.w[i] * d.p[i])) - sqrt(q[i]);
    e.squared_hellinger += difference * difference / 2;
  }
  e.renyi = -(top + log(affinity)) / (1 - alpha);
  e.alpha_divergence = -expm1(Quad((alpha - 1) * e.renyi)) / (alpha * (1 - alpha));

  Quad cov[3]{};     // of s = (z, z^2) under q: 11, 12, 22
  Quad first[2]{};   // Cov_q(s, r), r = log q - log p
  Quad second[3]{};  // E_q[(s - E s)(s - E s)' (r - E r)]
  Quad ratio_size = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const Quad r = (log_q[i] - d.log_p[i]) - mean_ratio;
    const Quad s[2] = {z[i] - of_q[1], z[i] * z[i] - of_q[2]};
    const Quad product[3] = {s[0] * s[0], s[0] * s[1], s[1] * s[1]};
    for (int j = 0; j < 2; ++j) first[j] += q[i] * s[j] * r;
    for (int j = 0; j < 3; ++j) {
      cov[j] += q[i] * product[j];
      second[j] += q[i] * product[j] * r;
    }
    ratio_size = std::max<Quad>(ratio_size, q[i] > 0 ? Quad(abs(log_q[i]) * q[i]) : Quad(0));
  }
  e.forward_derivatives = {of_q[1] - of_p[1], of_q[2] - of_p[2], cov[0], cov[1] + 2 * (of_p[1] - of_q[1]),
                           cov[2] + 2 * (of_p[2] - of_q[2])};
  e.reverse_derivatives = {first[0], first[1], second[0] + cov[0], second[1] - 2 * first[0] + cov[1],
                           second[2] - 2 * first[1] + cov[2]};
  e.scale_of_derivatives = (1 + size[4]) * (1 + abs(e.reverse) + e.largest_log_p + ratio_size) + of_p[2];
  return e;
}

/// D(p||r), D(r||p) and the Jensen-Shannon divergence.
std::array<Quad, 3> exact_between(const ExactDensity& p, const ExactDensity& r) {
  using std::abs, std::exp, std::log;
  Quad forward = 0, backward = 0, jensen_shannon = 0;
  for (std::size_t i = 0; i < p.x.size(); ++i) {
    const Quad d = p.log_p[i] - r.log_p[i];
    const Quad log_mean = std::max<Quad>(p.log_p[i], r.log_p[i]) + log((1 + exp(Quad(-abs(d)))) / 2);
    forward += p.w[i] * p.p[i] * d;
    backward -= p.w[i] * r.p[i] * d;
    jensen_shannon += p.w[i] * (p.p[i] * (p.log_p[i] - log_mean) + r.p[i] * (r.log_p[i] - log_mean)) / 2;
  }
  return {forward, backward, jensen_shannon};
}

// ---- the comparison ----

enum Quantity {
  forward,
  reverse,
  forward_pair,
  reverse_pair,
  entropy,
  entropy_of_p,
  cross_pq,
  cross_qp,
  renyi_surface,
  renyi_pair,
  alpha_surface,
  alpha_pair,
  hellinger,
  relative,
  jensen_shannon,
  derivatives,
  derivatives_pair,
  moments,
  log_normalizer,
  expectation,
  log_pdf,
  mean,
  stddev,
  quantities
};
constexpr Quantity second_table = derivatives;
constexpr const char* quantity_names[quantities] = {
    "forward",   "reverse",   "pair fwd", "pair rev",  "H(q)",     "H(p)",    "H(p,q)",  "H(q,p)",
    "Renyi",     "pair Ren.", "alpha",    "pair alph", "Helling.", "D(p||r)", "JS(p,r)", "deriv.",
    "pair der.", "E_q[z^k]",  "log Z",    "E_q[f]",    "log p",    "E_p[x]",  "stddev"};

/// Divergences and entropies, and what else there is.
struct Tables {
  Table values{"the promise", {quantity_names, quantity_names + second_table}};
  Table others{"the promise", {quantity_names + second_table, quantity_names + quantities}};

  template <class Input>
  void add(Quantity quantity, double error, const Input& input) {
    if (quantity < second_table)
      values.add(quantity, error, input);
    else
      others.add(static_cast<std::size_t>(quantity - second_table), error, input);
  }
  void open(const std::vector<std::string>& classes) {
    values.open(classes);
    others.open(classes);
  }
  void count() {
    values.count();
    others.count();
  }
};

template <class T>
std::array<T, 5> scaled(const klgrid::KlDerivatives<T>& d, const T& sigma) {
  return {d.gradient[0] * sigma, d.gradient[1], d.hessian(0, 0) * sigma * sigma, d.hessian(0, 1) * sigma,
          d.hessian(1, 1)};
}

/// Of the given log p, before its mass is taken off.
template <class T>
double log_error(const ExactDensity& p) {
  using std::abs;
  return 64 * static_cast<double>(std::numeric_limits<T>::epsilon()) * static_cast<double>(abs(p.log_mass));
}

/// What is computed of two densities, and of the first alone.
template <class T>
void compare_densities(const GridDensity<T>& p, const GridDensity<T>& r, const ExactDensity& truth,
                       const ExactDensity& truth_of_r, Tables& table, const std::string& replay) {
  using std::abs, std::sqrt;
  const Grid<T>& grid = p.grid();
  const double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());
  const auto between = exact_between(truth, truth_of_r);
  const auto check_between = [&](Quantity quantity, const T& value, const Quad& exactly) {
    // What log p is off by, p is relatively, and so is the mean of log p - log r, beside what is lost of that itself.
    const double allowed = 4500 * epsilon * static_cast<double>(std::max<Quad>(1, exactly)) +
                           (log_error<T>(truth) + log_error<T>(truth_of_r)) * static_cast<double>(1 + exactly);
    const double error = static_cast<double>(abs(Quad(value) - exactly)) / allowed;
    table.add(quantity, value >= T(0) ? error : HUGE_VAL, [&] {
      return text("%s: n = %ld, %.4g", replay.c_str(), static_cast<long>(grid.size()), static_cast<double>(exactly));
    });
  };
  check_between(relative, klgrid::relative_entropy(p, r), between[0]);
  check_between(relative, klgrid::relative_entropy(r, p), between[1]);
  check_between(jensen_shannon, klgrid::jensen_shannon_divergence(p, r), between[2]);
  const auto check_of_p = [&](Quantity quantity, const Quad& value, const Quad& exactly, const Quad& size) {
    const Quad error = abs(Quad(value - exactly)), allowed = (4500 * epsilon + log_error<T>(truth)) * size;
    table.add(quantity, error == 0 ? 0 : static_cast<double>(Quad(error / allowed)), [&] {
      return text("%s: n = %ld, %.12g", replay.c_str(), static_cast<long>(grid.size()), static_cast<double>(exactly));
    });
  };
  check_of_p(entropy_of_p, p.entropy(), truth.entropy, std::max<Quad>(1, abs(truth.entropy)));
  check_of_p(mean, (Quad(p.origin()) - truth.center) + p.mean_offset(), truth.mean, truth.stddev);
  // p has the roundings of its logarithm, and is zero where it is below the range of T: beside 1 or the largest p.
  const Quad least = Quad((std::numeric_limits<T>::min)()) * (1 + Quad(p.pdf().maxCoeff()));
  const Quad missing = sqrt(least * grid.weights().maxCoeff() * T(grid.size()));
  const Quad width = Quad(grid.nodes().maxCoeff()) - grid.nodes().minCoeff();
  const Quad rounded = truth.stddev * (1 + truth.log_length / 4500);
  check_of_p(stddev, p.stddev(), truth.stddev, rounded + missing * width / (4500 * epsilon + log_error<T>(truth)));
  for (Index i = 0, k = 0; i < grid.size(); ++i)
    if (grid.weights()[i] > T(0)) {
      const Quad& right = truth.log_p[static_cast<std::size_t>(k++)];
      check_of_p(log_pdf, p.log_pdf()[i], right, std::max<Quad>(1, abs(right)));
    }
}

/// Computed in T.
template <class T>
void compare(const Problem& problem, Random random, Tables& table, const std::string& replay) {
  using std::abs;
  const Grid<T> grid(cast<T>(problem.nodes.x), cast<T>(problem.weights));
  const GaussianMixture<T> mixture = cast<T>(problem.mixture), other = cast<T>(problem.other);
  const ParameterMesh<T> mesh(cast<T>(problem.mesh.mu), cast<T>(problem.mesh.sigma));
  const GridDensity<T> p(grid, mixture);
  const NormalizedGaussianBank<T> bank(grid, mesh, {.highest_power = 4});
  const auto surfaces = klgrid::kl_surfaces(p, bank);
  const auto forward_surfaces = klgrid::forward_kl_derivatives(p, bank);
  const auto reverse_surfaces = klgrid::reverse_kl_derivatives(bank, p);
  const T alpha = T(random(0.1, 0.9));
  const klgrid::AffinityBank<NormalizedGaussianBank<T>> affinity_bank(bank, alpha);
  const auto renyi = klgrid::renyi_divergence(p, affinity_bank);
  const auto amari = klgrid::alpha_divergence(p, affinity_bank);
  Random of_f = random;
  const Vector<T> f = cast<T>(list(grid.size(), [&](Index) { return of_f(-1, 1); }));
  const auto mean_f = bank.expectation(f);
  const auto truth = exact_density(grid, mixture, f);

  const double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());
  const Quad largest = Quad((std::numeric_limits<T>::max)()) / 4;
  const GridDensity<T> r(grid, other);
  const auto truth_of_r = exact_density(grid, other, f);
  compare_densities(p, r, truth, truth_of_r, table, replay);
  for (int sample = 0; sample < 5; ++sample) {
    const Index row = random.whole(0, mesh.rows() - 1);
    const Index col = random.whole(0, mesh.cols() - 1);
    const Gaussian<T> q(mesh.mu()[col], mesh.sigma()[row]);
    const Exact e = exact(truth, Quad(q.mean()), Quad(q.stddev()), Quad(alpha));
    table.count();
    const auto input = [&] {
      return text("%s: n = %ld, mu = %.9Lg, sigma = %.9Lg, D = %.4g and %.4g, max |log p| = %.3g, alpha = %.3g",
                  replay.c_str(), static_cast<long>(grid.size()), static_cast<long double>(q.mean()),
                  static_cast<long double>(q.stddev()), static_cast<double>(e.forward), static_cast<double>(e.reverse),
                  static_cast<double>(e.largest_log_p), static_cast<double>(alpha));
    };
    const auto check_value = [&](Quantity quantity, const T& value, const Quad& exactly) {
      // Beyond the range of T it is to be infinite.
      if (exactly > largest) return;
      const bool has_spread = quantity == forward || quantity == cross_pq;
      const bool has_log_p = quantity == reverse || quantity == cross_qp;
      const double allowed = 4500 * epsilon * static_cast<double>(std::max<Quad>(1, abs(exactly))) +
                             log_error<T>(truth) + (has_spread ? 8 * epsilon * static_cast<double>(e.spread) : 0) +
                             (has_log_p ? 96 * epsilon * static_cast<double>(e.largest_log_p) : 0);
      const double error = static_cast<double>(abs(Quad(value) - exactly)) / allowed;
      const bool is_entropy = quantity == entropy || quantity == cross_pq || quantity == cross_qp;
      const bool negative = !is_entropy && !(value >= T(0));
      table.add(quantity, negative ? HUGE_VAL : error, input);
    };
    check_value(forward, surfaces.forward(row, col), e.forward);
    check_value(reverse, surfaces.reverse(row, col), e.reverse);
    check_value(forward_pair, klgrid::forward_kl(p, q), e.forward);
    check_value(reverse_pair, klgrid::reverse_kl(q, p), e.reverse);
    check_value(entropy, bank.entropy()(row, col), e.entropy);
    check_value(renyi_surface, renyi(row, col), e.renyi);
    check_value(renyi_pair, klgrid::renyi_divergence(p, q, alpha), e.renyi);
    check_value(alpha_surface, amari(row, col), e.alpha_divergence);
    check_value(alpha_pair, klgrid::alpha_divergence(p, q, alpha), e.alpha_divergence);
    check_value(hellinger, klgrid::squared_hellinger_distance(p, q), e.squared_hellinger);
    check_value(cross_pq, klgrid::cross_entropy(p, q), e.forward + truth.entropy);
    check_value(cross_qp, klgrid::cross_entropy(q, p), e.reverse + e.entropy);
    const auto check_beside = [&](Quantity quantity, const T& value, const Quad& exactly, const Quad& size,
                                  double most) {
      if (size > largest) return;
      table.add(quantity, static_cast<double>(Quad(abs(Quad(Quad(value) - exactly)) / size)) / (most * epsilon), input);
    };
    check_beside(log_normalizer, bank.log_normalizer()(row, col), e.log_normalizer,
                 std::max<Quad>(1, abs(e.log_normalizer)), 4500);
    check_beside(expectation, mean_f(row, col), e.mean_f, f.abs().maxCoeff(), 96);
    for (std::size_t k = 0; k < 7; ++k)
      check_beside(moments, bank.moment(static_cast<int>(k))(row, col), e.moments[k],
                   std::max<Quad>(1, e.absolute_moments[k]), 4500);

    const auto check_derivatives = [&](Quantity quantity, const std::array<T, 5>& d,
                                       const std::array<Quad, 5>& exactly) {
      const Quad scale = e.scale_of_derivatives;
      if (scale > Quad((std::numeric_limits<T>::max)()) / 1e6) return;
      const double allowed = 4500 * epsilon;
      for (std::size_t k = 0; k < 5; ++k)
        table.add(quantity, static_cast<double>(Quad(abs(Quad(d[k]) - exactly[k]) / scale)) / allowed, input);
    };
    check_derivatives(derivatives, scaled(forward_surfaces.at(row, col), q.stddev()), e.forward_derivatives);
    check_derivatives(derivatives, scaled(reverse_surfaces.at(row, col), q.stddev()), e.reverse_derivatives);
    check_derivatives(derivatives_pair, scaled(klgrid::forward_kl_derivatives(p, q), q.stddev()),
                      e.forward_derivatives);
    check_derivatives(derivatives_pair, scaled(klgrid::reverse_kl_derivatives(q, p), q.stddev()),
                      e.reverse_derivatives);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const random_search::Options options(argc, argv, 72);
  Tables table;
  random_search::on_grid::for_each_problem(
      options, table, [&]<class T>(const Problem& problem, const Random& random, const std::string& replay) {
        compare<T>(problem, random, table, replay);
      });
  std::printf("%ld problems of each class of nodes, seed %lu\n", options.problems, options.seed);
  table.values.print();
  table.others.print();
  return table.values.holds() && table.others.holds() ? 0 : 1;
}
