// SPDX-License-Identifier: MIT
// Random pairs of a mixture and a Gaussian, and of two mixtures, on the real line, of every class of input that is
// promised, in float, double and long double, against adaptive quadrature in 106 bits that shares no code with the
// library. Prints for each scalar and class the number of cases, the largest and the typical error of each function as
// a share of the promise and of the bound that is returned for it, and the input of the largest. Exit code 1 if a
// promise does not hold.
//
//   random_search_line [PAIRS] [--seed SEED] [--scalar SCALAR] [--only NUMBER] [--references FOLDER]
//
// PAIRS of each class; SCALAR float, double or long_double; only the pair of NUMBER; FOLDER keeps what quadrature
// found, by scalar and seed, for the next run (--make-references FOLDER: that and nothing else).
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "klgrid/divergence/alpha_divergence.hpp"
#include "klgrid/divergence/kl_derivatives.hpp"
#include "klgrid/divergence/kl_surfaces.hpp"
#include "klgrid/line/bank.hpp"
#include "klgrid/line/divergence.hpp"
#include "klgrid/line/pair_quadrature.hpp"
#include "klgrid/line/relative_entropy.hpp"
#include "random_search/kept_references.hpp"
#include "random_search/line_pairs.hpp"
#include "random_search/quadrature/line_integrals.hpp"
#include "random_search/random_search.hpp"

namespace {

using random_search::affinity, random_search::amari, random_search::amari_half, random_search::covariance;
using random_search::covariance_size, random_search::entropy, random_search::forward, random_search::jensen_shannon;
using random_search::Errors, random_search::Integrals, random_search::Mixture, random_search::Quad;
using random_search::line_integrals, random_search::reverse, random_search::Table, random_search::text;
using random_search::on_line::class_of, random_search::on_line::classes, random_search::on_line::draw;
using random_search::on_line::mixture_of, random_search::on_line::Moments, random_search::on_line::numbers;
using random_search::on_line::Pair, random_search::on_line::Random;

enum Function {
  of_entropy,
  of_forward,
  of_reverse,
  of_cross_pq,
  of_cross_qp,
  of_relative_pr,
  of_relative_rp,
  of_jensen_shannon,
  of_alpha,
  of_renyi,
  of_hellinger,
  of_forward_surface,
  of_reverse_surface,
  of_alpha_surface,
  of_renyi_surface,
  of_log_pdf,
  of_mean,
  of_stddev,
  of_forward_gradient,
  of_forward_hessian,
  of_reverse_gradient,
  of_reverse_hessian,
  of_forward_gradients,
  of_forward_hessians,
  of_reverse_gradients,
  of_reverse_hessians,
  functions
};
constexpr int values = of_log_pdf;  // the others are in a table of their own
constexpr const char* function_names[functions] = {
    "entropy",   "D(p||q)",   "D(q||p)",   "H(p,q)",    "H(q,p)",   "D(p||r)",  "D(r||p)",  "JS(p,r)", "alpha",
    "Renyi",     "Hellinger", "fwd surf.", "rev surf.", "alpha s.", "Renyi s.", "log p(x)", "E_p[x]",  "stddev",
    "fwd grad.", "fwd Hess.", "rev grad.", "rev Hess.", "f.gr.s.",  "f.He.s.",  "r.gr.s.",  "r.He.s."};

/// Of one scalar.
struct Report {
  Table promise{"the promise", {function_names, function_names + values}};
  Table others{"the promise", {function_names + values, function_names + functions}};
  Table bound{"the bound returned for it", {function_names, function_names + of_alpha}};
  Errors width;  // the bounds, as shares of what is promised
};

/// What is right for a pair: of p and q, and of p and r.
struct Truth {
  Integrals with_q, with_r;
  long double fingerprint;
};

long double fingerprint_of(const Pair& pair) {
  long double sum = pair.mu + 3 * pair.sigma;
  for (const Mixture* of : {&pair.p, &pair.r})
    for (std::size_t k = 0; k < of->weights.size(); ++k)
      sum = sum / 3 + of->weights[k] + 5 * of->means[k] + 7 * of->stddevs[k];
  return sum;
}

template <class T>
Truth truth_of(const Pair& pair, T alpha, int cuts = 1) {
  const auto exact = [&](const Mixture& a, const Mixture& b) { return line_integrals(a, b, pair.sigma, alpha, cuts); };
  return {exact(pair.p, {{1}, {pair.mu}, {pair.sigma}}), exact(pair.p, pair.r), fingerprint_of(pair)};
}

/// Gradient and Hessian in (mu / sigma, log sigma), and what their roundings are relative to.
struct Derivatives {
  std::array<Quad, 2> gradient;
  std::array<Quad, 3> hessian;
  Quad size;
};

/// By differentiating D(p||q) = E_p[z^2]/2 + log sigma + ..., z = (x - mu)/sigma.
Derivatives forward_derivatives(const Moments& p) {
  return {{-p.first, 1 - p.second}, {Quad(1), 2 * p.first, 2 * p.second}, 1 + p.second};
}

/// By differentiating under the integral of q log(q/p), with c_k = Cov_q(z^k, log q - log p).
Derivatives reverse_derivatives(const Integrals& of) {
  const Quad c1 = -of[covariance], c2 = -of[covariance + 1], c3 = -of[covariance + 2], c4 = -of[covariance + 3];
  return {{c1, c2}, {1 + c2, c3 - 3 * c1, 2 + c4 - 4 * c2}, 1 + of[covariance_size]};
}

/// log p(x) and the size of its largest component's terms, which its roundings are relative to.
std::array<Quad, 2> exact_log_pdf(const Mixture& p, const Quad& x) {
  std::vector<Quad> exponents;
  Quad top = -HUGE_VAL, size = 0, sum = 0;
  for (std::size_t k = 0; k < p.weights.size(); ++k) {
    const Quad z = (x - p.means[k]) / p.stddevs[k];
    const Quad log_weight = log(Quad(p.weights[k])), log_stddev = log(Quad(p.stddevs[k]));
    exponents.push_back(log_weight - log_stddev - z * z / 2);
    if (exponents.back() < top) continue;
    top = exponents.back();
    size = 1 + abs(log_weight) + abs(log_stddev) + z * z / 2;
  }
  for (const Quad& exponent : exponents)
    if (exponent - top > -80) sum += exp(Quad(exponent - top));
  return {top + log(sum) - log(Quad(8 * atan(Quad(1)))) / 2, size};
}

/// A value and what is right, and what it is off by.
struct Case {
  Function function;
  long double value, right;
  double of_promise;
  double of_bound = -1, width = 0;  // the bound as a share of the promise; none if of_bound is negative
};

/// All that is computed in T for a pair, and how far off it is.
template <class T>
class Comparison {
 public:
  Comparison(const Pair& pair, const Truth& truths, const T& alpha)
      : pair_(pair),
        truth_(truths.with_q),
        alpha_(alpha),
        mixture_(mixture_of<T>(pair.p)),
        p_(mixture_),
        q_(static_cast<T>(pair.mu), static_cast<T>(pair.sigma)) {
    compare_with_q();
    // q as the other density of a relative entropy, and another mixture.
    compare_two(klgrid::GaussianMixture<T>({T(1)}, {q_.mean()}, {q_.stddev()}), truths.with_q);
    // Of mixtures that are nearly the same it takes the difference of logarithms.
    if (truths.with_r[jensen_shannon] > 1e-6) compare_two(mixture_of<T>(pair.r), truths.with_r);
    compare_orders();
    compare_density();
    compare_derivatives();
  }

  [[nodiscard]] std::vector<Case> cases() const { return cases_; }

 private:
  /// 1e-12 in double, absolute below `least`; what is a pair's divergence, relative, to 1e-10 however small.
  void compare(Function function, Quad value, const T* bound, Quad right, Quad least, bool relative) {
    using std::abs;
    const Quad error = abs(Quad(value - right));
    Quad promised = 4500 * rounding_ * std::max<Quad>(least, abs(right));
    if (relative) promised = std::max<Quad>(smallest_, std::min<Quad>(promised, 450000 * rounding_ * right));
    const bool negative = least == 1 && !(value >= 0);
    add(function, value, right, promised);
    Case& made = cases_.back();
    if (negative) made.of_promise = HUGE_VAL;
    if (bound == nullptr || abs(right) < smallest_) return;
    made.of_bound = error > 0 ? static_cast<double>(Quad(error / Quad(*bound))) : 0;
    if (!(made.of_bound >= 0)) made.of_bound = HUGE_VAL;
    made.width = static_cast<double>(Quad(Quad(*bound) / promised));
  }

  void add(Function function, Quad value, Quad right, Quad promised) {
    cases_.push_back({function, static_cast<long double>(value), static_cast<long double>(right),
                      static_cast<double>(Quad(abs(Quad(value - right)) / promised))});
  }

  void compare_with_q() {
    using std::abs;
    const Quad log_sigma = log(Quad(pair_.sigma)), size = 1 + abs(log_sigma);  // the logarithm of the unit of x
    const Quad entropy_of_q = (1 + log(Quad(8 * atan(Quad(1))))) / 2;
    T bound;
    const auto bounded = [&](Function function, Quad value, Quad right, Quad least, bool relative) {
      compare(function, value, &bound, right, least, relative);
    };
    bounded(of_entropy, Quad(klgrid::entropy(p_, &bound)) - log_sigma, truth_[entropy], size, false);
    bounded(of_forward, klgrid::forward_kl(p_, q_, &bound), truth_[forward], 1, true);
    bounded(of_reverse, klgrid::reverse_kl(q_, p_, &bound), truth_[reverse], 1, true);
    bounded(of_cross_pq, Quad(klgrid::cross_entropy(p_, q_, &bound)) - log_sigma, truth_[forward] + truth_[entropy],
            size, false);
    bounded(of_cross_qp, Quad(klgrid::cross_entropy(q_, p_, &bound)) - log_sigma, truth_[reverse] + entropy_of_q, size,
            false);
    const auto surfaces = klgrid::kl_surfaces(p_, bank_);
    compare(of_forward_surface, surfaces.forward(0, 0), nullptr, truth_[forward], 1, false);
    compare(of_reverse_surface, surfaces.reverse(0, 0), nullptr, truth_[reverse], 1, false);
  }

  void compare_two(const klgrid::GaussianMixture<T>& other, const Integrals& of_two) {
    const klgrid::RealLineDensity<T> r(other);
    T bound;
    compare(of_relative_pr, klgrid::relative_entropy(p_, r, &bound), &bound, of_two[forward], 1, false);
    compare(of_relative_rp, klgrid::relative_entropy(r, p_, &bound), &bound, of_two[reverse], 1, false);
    compare(of_jensen_shannon, klgrid::jensen_shannon_divergence(p_, r, &bound), &bound, of_two[jensen_shannon], 1,
            false);
  }

  /// Divergences of order alpha, of one q and as a cell of surfaces.
  void compare_orders() {
    const klgrid::AffinityBank<klgrid::RealLineBank<T>> bank(bank_, alpha_);
    compare(of_alpha, klgrid::alpha_divergence(p_, q_, alpha_), nullptr, truth_[amari], 1, true);
    compare(of_alpha_surface, klgrid::alpha_divergence(p_, bank)(0, 0), nullptr, truth_[amari], 1, false);
    compare(of_hellinger, Quad(4) * klgrid::squared_hellinger_distance(p_, q_), nullptr, truth_[amari_half], 1, true);
    // Where p^alpha q^(1 - alpha) is very small, quadrature does not find where it lives.
    if (!(truth_[affinity] > 1e-20)) return;
    const Quad complement = Quad(alpha_) * (1 - Quad(alpha_)) * truth_[amari];
    const Quad log_affinity = complement < 0.5 ? Quad(log1p(Quad(-complement))) : Quad(log(truth_[affinity]));
    const Quad right = -log_affinity / (1 - Quad(alpha_));
    compare(of_renyi, klgrid::renyi_divergence(p_, q_, alpha_), nullptr, right, 1, true);
    compare(of_renyi_surface, klgrid::renyi_divergence(p_, bank)(0, 0), nullptr, right, 1, false);
  }

  void compare_density() {
    for (const T& x : {q_.mean(), T(q_.mean() + q_.stddev()), p_.mean()}) {
      const auto [right, size] = exact_log_pdf(pair_.p, x);
      if (size < largest_ / 16) add(of_log_pdf, mixture_.log_pdf(x), right, 4500 * rounding_ * size);
    }
    const Quad spread = sqrt(moments_.variance), promised = 4500 * rounding_ * spread;
    add(of_mean, (Quad(p_.origin()) - pair_.mu + p_.mean_offset()) / pair_.sigma, moments_.first, promised);
    add(of_stddev, Quad(p_.stddev()) / pair_.sigma, spread, promised);
  }

  void compare_derivatives() {
    const auto forward = forward_derivatives(moments_), reverse = reverse_derivatives(truth_);
    compare(of_forward_gradient, of_forward_hessian, klgrid::forward_kl_derivatives(p_, q_), forward);
    compare(of_reverse_gradient, of_reverse_hessian, klgrid::reverse_kl_derivatives(q_, p_), reverse);
    compare(of_forward_gradients, of_forward_hessians, klgrid::forward_kl_derivatives(p_, bank_).at(0, 0), forward);
    compare(of_reverse_gradients, of_reverse_hessians, klgrid::reverse_kl_derivatives(bank_, p_).at(0, 0), reverse);
  }

  void compare(Function of_gradient, Function of_hessian, const klgrid::KlDerivatives<T>& d, const Derivatives& right) {
    const auto scaled = [&](Function function, const T& value, const Quad& exact, int in_mu) {
      Quad unit = 1;  // to the power of -in_mu it is a number, or T holds no derivative
      for (int i = 0; i < in_mu; ++i) unit *= pair_.sigma;
      if (right.size / unit > smallest_ && right.size < largest_ / 1e6 && right.size / unit < largest_ / 1e6)
        add(function, Quad(value) * unit, exact, 4500 * rounding_ * right.size);
    };
    scaled(of_gradient, d.gradient[0], right.gradient[0], 1);
    scaled(of_gradient, d.gradient[1], right.gradient[1], 0);
    scaled(of_hessian, d.hessian(0, 0), right.hessian[0], 2);
    scaled(of_hessian, d.hessian(0, 1), right.hessian[1], 1);
    scaled(of_hessian, d.hessian(1, 1), right.hessian[2], 0);
  }

  const Pair& pair_;
  const Integrals& truth_;
  T alpha_;
  klgrid::GaussianMixture<T> mixture_;
  klgrid::RealLineDensity<T> p_;
  klgrid::Gaussian<T> q_;
  Moments moments_{pair_};
  klgrid::RealLineBank<T> bank_{klgrid::ParameterMesh<T>({q_.mean(), T(q_.mean() + q_.stddev())}, {q_.stddev()})};
  Quad rounding_ = std::numeric_limits<T>::epsilon();
  Quad largest_ = (std::numeric_limits<T>::max)();
  Quad smallest_ = (std::numeric_limits<T>::min)() / rounding_;  // below it T has no digits to be right
  std::vector<Case> cases_;
};

/// Near what is promised or its bound, or beyond it.
bool is_notable(const Case& each) { return !(each.of_promise <= 0.5) || each.of_bound > 0.5; }

void add(const std::vector<Case>& cases, const Pair& pair, const std::string& replay, Report& report) {
  report.promise.count();
  report.others.count();
  report.bound.count();
  for (const Case& each : cases) {
    const auto input = [&] {
      return text("%s: %.12Lg, right %.12Lg; ", replay.c_str(), each.value, each.right) + numbers(pair);
    };
    if (each.function < values)
      report.promise.add(each.function, each.of_promise, input);
    else
      report.others.add(static_cast<std::size_t>(each.function - values), each.of_promise, input);
    if (each.of_bound < 0) continue;
    report.bound.add(each.function, each.of_bound, input);
    report.width.add(each.width);
  }
}

template <class T>
bool run_all(const char* scalar, const random_search::Options& options) {
  constexpr std::size_t together = 1024;  // so many references are made at once
  const T alpha = T(0.3L);
  Report report;
  const random_search::KeptReferences<Truth> references(
      options.references.empty() ? "" : options.references + text("/line_%s_%lu", scalar, options.seed));
  std::vector<long> numbers_of;
  std::vector<Pair> pairs;
  long seen_again = 0;
  const auto compare = [&] {
    if (pairs.empty()) return;
    const auto right =
        references.of(numbers_of.front(), pairs, [&](const Pair& pair) { return truth_of<T>(pair, alpha); });
    for (std::size_t i = 0; i < pairs.size() && !options.only_references; ++i) {
      const char* name = class_of(numbers_of[i]).name;
      report.promise.open({name});
      report.others.open({name});
      report.bound.open({name});
      if (right[i].fingerprint != fingerprint_of(pairs[i])) random_search::fail("references of other pairs are kept");
      auto cases = Comparison<T>(pairs[i], right[i], alpha).cases();
      // Quadrature may take a whole and its halves for the same by chance: thirds decide.
      if (std::any_of(cases.begin(), cases.end(), is_notable)) {
        cases = Comparison<T>(pairs[i], truth_of<T>(pairs[i], alpha, 3), alpha).cases();
        ++seen_again;
      }
      add(cases, pairs[i], text("--only %ld --scalar %s", numbers_of[i], scalar), report);
    }
    numbers_of.clear();
    pairs.clear();
  };
  options.for_each_problem(classes().size(), [&](long number) {
    Random random = options.random(number);
    numbers_of.push_back(number);
    pairs.push_back(draw<T>(class_of(number), random));
    if (pairs.size() == together) compare();
  });
  compare();
  if (options.only_references) return true;
  std::printf("\n== %s\n", scalar);
  report.promise.print();
  report.others.print();
  report.bound.print();
  std::printf("bounds are %.2g of the promise, up to %.2g\n", report.width.typical(), report.width.largest());
  std::printf("%ld pairs were compared again, with references of shorter stretches\n", seen_again);
  std::fflush(stdout);
  return report.promise.holds() && report.others.holds() && report.bound.holds();
}

}  // namespace

int main(int argc, char** argv) {
  random_search::Options options(argc, argv, 20);
  std::printf("%ld pairs of each class, seed %lu\n", options.problems, options.seed);
  bool good = true;
  options.for_each_scalar([&]<class T>(const char* scalar) { good = run_all<T>(scalar, options) && good; });
  return good ? 0 : 1;
}
