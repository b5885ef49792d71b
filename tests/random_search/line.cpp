// SPDX-License-Identifier: MIT
// Random pairs of a mixture and a Gaussian, and of two mixtures, on the real line, of every class of input that is
// promised, against adaptive quadrature that shares no code with the library: of float in double, of double in long
// double, of long double in 113 bits, a twentieth as many. Prints for each scalar and class the number of cases, the
// largest and the typical error of each function as a share of the promise and of the bound that is returned for it,
// and the input of the largest. Exit code 1 if a promise does not hold.
//
//   random_search_line [PAIRS] [--seed SEED] [--scalar SCALAR] [--only NUMBER] [--references FOLDER]
//
// PAIRS of each class; SCALAR float, double or long_double; only the pair of NUMBER; FOLDER keeps what quadrature
// found, by scalar and seed, for the next run.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "klgrid/divergence/alpha_divergence.hpp"
#include "klgrid/divergence/kl_surfaces.hpp"
#include "klgrid/line/bank.hpp"
#include "klgrid/line/divergence.hpp"
#include "klgrid/line/pair_quadrature.hpp"
#include "klgrid/line/relative_entropy.hpp"
#include "random_search/kept_references.hpp"
#include "random_search/random_search.hpp"

namespace {

using Real = long double;
using random_search::Errors;
using random_search::Quad;
using random_search::Table;
using random_search::text;

/// Parameters as they are handed to the library, exact in long double.
struct Mixture {
  std::vector<Real> weights, means, stddevs;
};
struct Pair {
  Mixture p, r;
  Real mu, sigma;
};

enum Value { entropy, forward, reverse, amari, jensen_shannon, rounding_of_them, values };

/// The five integrals: H(p) with lengths in `unit`, D(p||q), D(q||p), the alpha-divergence, and the
/// Jensen-Shannon divergence; and what the integrands' rounding makes of them, where that counts.
template <class Real>
class Reference {
 public:
  using Values = std::array<Real, values>;

  /// Of p and q, a mixture or, of one component, a Gaussian, whose divergence may be small; far more exact than
  /// `rounding`, that of what is compared with it. Each stretch of the line is cut into `cuts` at first.
  Reference(const Mixture& p, const Mixture& q, long double unit, long double alpha, long double rounding, int cuts)
      : unit_(static_cast<Real>(unit)),
        alpha_(static_cast<Real>(alpha)),
        rounding_(static_cast<Real>(std::max(rounding, 1e-16L))) {
    add_parts(p, true);
    add_parts(q, false);
    exponents_.resize(parts_.size());
    for (std::size_t a = 0; a < parts_.size(); ++a) add_breakpoints(a);
    cut_stretches(cuts);
    std::vector<Values> whole;
    for (const Stretch& each : stretches_) add(coarse_, whole.emplace_back(rule(each)));
    for (std::size_t i = 0; i < whole.size(); ++i) add(sum_, refined(stretches_[i], whole[i], 0));
  }

  const Values& operator()() const { return sum_; }

 private:
  struct Part {
    bool of_p;
    Real weight, mean, stddev, log_factor, growth = 0, shift = 0;
  };
  /// Counted from the mean of a part: from begin to end.
  struct Stretch {
    std::size_t anchor;
    Real begin, end;
  };

  void add_parts(const Mixture& mixture, bool of_p) {
    using std::log;
    Real total = 0;
    for (const auto w : mixture.weights) total += static_cast<Real>(w);
    for (std::size_t k = 0; k < mixture.weights.size(); ++k) {
      if (!(mixture.weights[k] > 0)) continue;
      const auto weight = static_cast<Real>(static_cast<Real>(mixture.weights[k]) / total);
      const auto mean = static_cast<Real>(mixture.means[k]), stddev = static_cast<Real>(mixture.stddevs[k]);
      parts_.push_back({of_p, weight, mean, stddev, Real(log(weight) - log(Real(stddev / unit_)))});
    }
    is_gaussian_ = mixture.weights.size() == 1;
    for (Part& part : parts_) {  // beside the last one
      part.growth = (part.stddev - parts_.back().stddev) / parts_.back().stddev;
      part.shift = (part.mean - parts_.back().mean) / parts_.back().stddev;
    }
  }

  static void add(Values& to, const Values& of) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += of[i];
  }

  /// The stretch of the line that is nearer to this part than to any other, cut at some stddevs of each.
  void add_breakpoints(std::size_t a) {
    const Real most = (std::numeric_limits<Real>::max)() / 4;
    Real low = -most, high = most;
    for (std::size_t b = 0; b < parts_.size(); ++b) {
      const Real distance = parts_[b].mean - parts_[a].mean;
      if (distance > 0) high = std::min(high, Real(distance / 2));
      if (distance < 0) low = std::max(low, Real(distance / 2));
      if (distance == 0 && b < a) return;  // has it already
    }
    Real left = 0, right = 0;
    std::vector<Real> cuts{0};
    for (const Part& part : parts_) {
      const Real mean = part.mean - parts_[a].mean;
      left = std::min(left, Real(mean - 14 * part.stddev));
      right = std::max(right, Real(mean + 14 * part.stddev));
      for (const double z : {0.0, 2.0, 5.0, 10.0, 20.0})
        for (const double side : {-1.0, 1.0}) cuts.push_back(mean + side * z * part.stddev);
      if (is_crowded()) continue;  // the cuts of one are between those of another
      for (const double z : {1.0, 3.5, 7.0, 14.0, 40.0})
        for (const double side : {-1.0, 1.0}) cuts.push_back(mean + side * z * part.stddev);
    }
    // Where components cross, log p may bend so sharply that a rule does not see it.
    for (std::size_t j = 0; j < parts_.size() && !is_crowded(); ++j)
      for (std::size_t k = 0; k < j; ++k)
        if (parts_[j].of_p == parts_[k].of_p) add_crossings(parts_[j], parts_[k], parts_[a].mean, cuts);
    low = std::max(low, left);
    high = std::min(high, right);
    cuts.push_back(low);
    cuts.push_back(high);
    std::sort(cuts.begin(), cuts.end());
    for (std::size_t i = 1; i < cuts.size(); ++i)
      if (cuts[i - 1] >= low && cuts[i] <= high && cuts[i] > cuts[i - 1])
        stretches_.push_back({a, cuts[i - 1], cuts[i]});
  }

  void cut_stretches(int cuts) {
    std::vector<Stretch> parts;
    for (const Stretch& each : stretches_)
      for (int i = 0; i < cuts; ++i) {
        const Real length = (each.end - each.begin) / cuts;
        parts.push_back({each.anchor, i == 0 ? each.begin : parts.back().end,
                         i + 1 == cuts ? each.end : Real(each.begin + (i + 1) * length)});
      }
    stretches_ = std::move(parts);
  }

  [[nodiscard]] bool is_crowded() const { return parts_.size() >= 7; }

  static void add_crossings(const Part& narrow, const Part& wide, Real anchor, std::vector<Real>& cuts) {
    using std::abs;
    using std::log;
    using std::sqrt;
    if (wide.stddev < narrow.stddev) return add_crossings(wide, narrow, anchor, cuts);
    // In y = (x - mean)/stddev of the narrower one: a y^2 + b y + c = 0.
    const Real r = narrow.stddev / wide.stddev, delta = (narrow.mean - wide.mean) / wide.stddev;
    const Real a = (1 - r) * (1 + r) / 2, b = -r * delta;
    const Real c = log(Real(wide.weight / narrow.weight * r)) - delta * delta / 2;
    const Real square = b * b - 4 * a * c;
    if (square < 0) return;
    const Real t = -(b + Real(b < 0 ? -1 : 1) * sqrt(square)) / 2;
    for (const Real& y : {Real(t / a), Real(c / t)}) {
      const Real slope = abs(Real(2 * a * y + b));  // e^-45 is below rounding
      for (const double e : {-45.0, -25.0, -12.0, -5.0, -2.0, -0.5, 0.0, 0.5, 2.0, 5.0, 12.0, 25.0, 45.0}) {
        const Real cut = y + e / slope;
        if (abs(cut) < 1e30) cuts.push_back((narrow.mean - anchor) + narrow.stddev * cut);
      }
    }
  }

  Values refined(const Stretch& s, const Values& whole, int depth) const {
    using std::abs;
    bool seen = false;
    for (std::size_t i = 0; i < rounding_of_them; ++i)
      seen = seen || abs(whole[i]) > 1e-7 * rounding_ * abs(coarse_[i]);
    if (!seen) return whole;
    const Real middle = (s.begin + s.end) / 2;
    const Stretch first{s.anchor, s.begin, middle}, second{s.anchor, middle, s.end};
    const Values left = rule(first), right = rule(second);
    bool done = true;
    Values both;
    for (std::size_t i = 0; i < both.size(); ++i) both[i] = left[i] + right[i];
    for (std::size_t i = 0; i < rounding_of_them; ++i) {
      // Both halves are far more exact than the whole.
      const Real allowed = rounding_ * std::max<Real>(abs(both[i]), Real(abs(coarse_[i]) / 100));
      done = done && abs(Real(both[i] - whole[i])) <= allowed + both[rounding_of_them];
    }
    if (done || depth > 45) return both;
    Values sum{};
    add(sum, refined(first, left, depth + 1));
    add(sum, refined(second, right, depth + 1));
    return sum;
  }

  /// The Gauss-Legendre rule of 12 points.
  Values rule(const Stretch& s) const {
    static const auto points = legendre_points();
    const Real half = (s.end - s.begin) / 2, center = s.begin + half;
    Values sum{};
    for (const auto& [node, weight] : points) {
      const Values at = integrands(s.anchor, center + half * node);
      const Real share = weight * half / unit_;
      for (std::size_t v = 0; v < sum.size(); ++v) sum[v] += share * at[v];
    }
    return sum;
  }

  /// Nodes and weights: the zeros of P_12 by Newton's method.
  static std::vector<std::array<Real, 2>> legendre_points() {
    constexpr int n = 12;
    std::vector<std::array<Real, 2>> points;
    for (int i = 0; i < n; ++i) {
      Real x = std::cos(3.14159265358979 * (i + 0.75) / (n + 0.5)), slope = 0;
      for (int step = 0; step < 8; ++step) {
        Real before = 1, p = x;
        for (int k = 2; k <= n; ++k) {
          const Real next = ((2 * k - 1) * x * p - (k - 1) * before) / k;
          before = p;
          p = next;
        }
        slope = n * (x * p - before) / (x * x - 1);
        x -= p / slope;
      }
      points.push_back({x, Real(2 / ((1 - x * x) * slope * slope))});
    }
    return points;
  }

  /// An exponential of less changes no number that is 1 or more: half of the time is saved where it is not made.
  static constexpr double beside_one = -0.7 * (std::numeric_limits<Real>::digits + 2);

  static Real exp_or_zero(Real x) {
    using std::exp;
    static const Real least =
        Real(std::numeric_limits<Real>::min_exponent - std::numeric_limits<Real>::digits - 2) * 0.7;
    return x < least ? Real(0) : Real(exp(x));
  }

  /// Of p or q, from the exponents.
  Real log_density(bool of_p) const {
    using std::atan;
    using std::exp;
    using std::log;
    static const Real log_sqrt_two_pi = log(Real(8 * atan(Real(1)))) / 2;
    Real top = std::numeric_limits<Real>::lowest(), mass = 0;
    for (std::size_t k = 0; k < parts_.size(); ++k)
      if (parts_[k].of_p == of_p) top = std::max(top, exponents_[k]);
    for (std::size_t k = 0; k < parts_.size(); ++k)
      if (parts_[k].of_p == of_p && exponents_[k] - top > beside_one)
        mass += exponents_[k] == top ? Real(1) : Real(exp(Real(exponents_[k] - top)));
    return mass == 1 ? Real(top - log_sqrt_two_pi) : Real(top + log(mass) - log_sqrt_two_pi);
  }

  /// At the anchor's mean + offset, with lengths in the unit.
  Values integrands(std::size_t anchor, Real offset) const {
    using std::abs;
    using std::exp;
    using std::expm1;
    using std::log;
    using std::log1p;
    const auto z_of = [&](const Part& part) {
      return Real(((parts_[anchor].mean - part.mean) + offset) / part.stddev);
    };
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      const Real z = z_of(parts_[k]);
      exponents_[k] = parts_[k].log_factor - z * z / 2;
    }
    const Real log_p = log_density(true), log_q = log_density(false);
    const Real p = exp_or_zero(log_p), q = exp_or_zero(log_q);
    const Real epsilon = 4 * std::numeric_limits<Real>::epsilon();
    Real d = log_p - log_q, rounding_of_d = epsilon * (abs(log_p) + abs(log_q));
    if (is_gaussian_ && abs(d) < 0.5) {
      // sum_k w_k (N_k / q - 1), by differences of the parameters where they are much alike.
      const Real z = z_of(parts_.back());
      Real excess = 0;
      rounding_of_d = 0;
      for (const Part& part : parts_) {
        if (!part.of_p) continue;
        const Real of_part = z_of(part);
        const bool alike = abs(part.growth) < 0.5 && abs(part.shift) < 1;
        const Real step = alike ? Real((z * part.growth + part.shift) / (1 + part.growth)) : Real(z - of_part);
        const Real width = alike ? Real(log1p(part.growth)) : Real(log(Real(part.stddev / parts_.back().stddev)));
        const Real exponent = step * (z + of_part) / 2;
        excess += part.weight * expm1(Real(exponent - width));
        // Components that lie to either side of q leave less of each other than of their roundings.
        rounding_of_d += epsilon * part.weight * (abs(exponent) + abs(width));
      }
      d = log1p(excess);
    }
    static const Real log_two = log(Real(2));
    const Real alpha = alpha_;
    Values at;
    at[rounding_of_them] = abs(d) < 0.5 ? Real(q * (abs(d) + rounding_of_d) * rounding_of_d) : Real(0);
    at[entropy] = p > 0 ? Real(-p * log_p) : Real(0);
    if (abs(d) < 0.5) {
      const Real ratio = expm1(d);
      at[forward] = q * rise(d, true);
      at[reverse] = q * rise(d, false);
      at[amari] = q * order(d, alpha);
      at[jensen_shannon] = (p + q) / 4 * about_equal(Real(ratio / (2 + ratio)));
    } else {
      at[forward] = (p > 0 ? Real(p * (d - 1)) : Real(0)) + q;
      at[reverse] = p - (q > 0 ? Real(q * (d + 1)) : Real(0));
      at[amari] =
          (alpha * p + (1 - alpha) * q - exp_or_zero(Real(alpha * log_p + (1 - alpha) * log_q))) / alpha / (1 - alpha);
      // With m = (p + q)/2, log m = max(log p, log q) + log((1 + e^-|d|) / 2).
      const Real above = (abs(d) < -beside_one ? Real(log1p(Real(exp(Real(-abs(d)))))) : Real(0)) - log_two;
      at[jensen_shannon] = (p * (std::min<Real>(d, 0) - above) - q * (std::max<Real>(d, 0) + above)) / 2;
    }
    return at;
  }

  /// Does not change a sum that begins with `first`.
  static bool is_nothing(Real term, Real first) {
    using std::abs;
    return abs(term) <= std::numeric_limits<Real>::epsilon() / 16 * first;
  }

  /// e^d d - e^d + 1 or e^d - 1 - d, by their series in d, |d| < 0.5.
  static Real rise(Real d, bool forward) {
    const Real first = d * d / 2;
    Real term = first, sum = 0;
    for (int n = 2; !is_nothing(n * term, first); ++n, term *= d / n) sum += forward ? Real((n - 1) * term) : term;
    return sum;
  }

  /// (alpha e^d + 1 - alpha - e^(alpha d)) / (alpha (1 - alpha)), by its series.
  static Real order(Real d, Real alpha) {
    const Real first = d * d / 2;
    Real term = first, power = alpha, sum = 0;
    for (int n = 2; !is_nothing(term, first); ++n, term *= d / n, power *= alpha) sum += term * (1 - power);
    return sum / (1 - alpha);
  }

  /// (1 + t) log(1 + t) + (1 - t) log(1 - t), by its series, |t| < 0.25.
  static Real about_equal(Real t) {
    const Real square = t * t;
    Real power = square, sum = 0;
    for (int k = 1; !is_nothing(power, square); ++k, power *= square) sum += power / (k * (2 * k - 1));
    return sum;
  }

  Real unit_, alpha_, rounding_;
  bool is_gaussian_ = false;
  std::vector<Part> parts_;              // of p, then of q
  mutable std::vector<Real> exponents_;  // of the parts, where the integrands are wanted
  std::vector<Stretch> stretches_;
  Values coarse_{};
  Values sum_{};
};

using Random = std::mt19937_64;

/// Rounded, whatever the flags: the same pairs are drawn at all of them.
double product(double a, double b) {
  const volatile double rounded = a * b;
  return rounded;
}

double uniform(Random& random, double low, double high) {
  return low + product(high - low, static_cast<double>(random() >> 11)) * 0x1p-53;
}
double log_uniform(Random& random, double low, double high) {
  return std::pow(10.0, uniform(random, std::log10(low), std::log10(high)));
}

/// Components drawn by a function each; q; weights of random sizes.
struct Class {
  const char* name;
  int components;
  std::function<std::array<double, 3>(Random&, int)> component;  // weight, mean, stddev; k counts from 0
  std::function<std::array<double, 2>(Random&, const Mixture&)> q;
};

std::array<double, 3> plain(Random& r, int) { return {uniform(r, 0.01, 1), uniform(r, -6, 6), log_uniform(r, 0.1, 3)}; }

const std::vector<Class>& classes() {
  static const std::vector<Class> all = {
      {"tame", 2, plain,
       [](Random& r, const Mixture&) {
         return std::array{uniform(r, -6, 6), log_uniform(r, 0.1, 10)};
       }},
      {"far", 2,
       [](Random& r, int) {
         return std::array{uniform(r, 0.01, 1), uniform(r, -1e4, 1e4), log_uniform(r, 0.1, 10)};
       },
       [](Random& r, const Mixture&) {
         return std::array{uniform(r, -1e5, 1e5), log_uniform(r, 0.1, 1e5)};
       }},
      {"dates", 2,
       [](Random& r, int) {
         return std::array{uniform(r, 0.01, 1), 58849 + uniform(r, -1, 1), log_uniform(r, 1e-3, 1)};
       },
       [](Random& r, const Mixture&) {
         return std::array{58849 + uniform(r, -1, 1), log_uniform(r, 1e-4, 10)};
       }},
      {"wide q", 2, plain,
       [](Random& r, const Mixture&) {
         return std::array{uniform(r, -6, 6), log_uniform(r, 10, 1e6)};
       }},
      {"narrow q", 2, plain,
       [](Random& r, const Mixture&) {
         return std::array{uniform(r, -6, 6), log_uniform(r, 1e-12, 0.1)};
       }},
      {"spiky", 3,
       [](Random& r, int k) {
         return std::array{uniform(r, 0.01, 1), uniform(r, -6, 6), k == 0 ? 1.0 : log_uniform(r, 1e-9, 0.1)};
       },
       [](Random& r, const Mixture& p) {
         const auto k = static_cast<std::size_t>(r() % 2);
         return std::array{static_cast<double>(p.means[k]) * uniform(r, 0.999, 1.001), log_uniform(r, 1e-6, 10)};
       }},
      {"spike at q", 2,
       [](Random& r, int k) {
         return std::array{uniform(r, 0.01, 1), uniform(r, -20, 20), k == 0 ? 1.0 : log_uniform(r, 1e-8, 0.1)};
       },
       [](Random& r, const Mixture& p) {
         const double s = static_cast<double>(p.stddevs[1]);
         return std::array{static_cast<double>(p.means[1]) + product(s, uniform(r, -2, 2)),
                           s * log_uniform(r, 0.1, 10)};
       }},
      {"many", 12, plain,
       [](Random& r, const Mixture&) {
         return std::array{uniform(r, -6, 6), log_uniform(r, 0.1, 10)};
       }},
      {"faint", 3,
       [](Random& r, int k) {
         return std::array{k == 0 ? 1.0 : log_uniform(r, 1e-30, 1e-3), uniform(r, -8, 8), log_uniform(r, 0.01, 10)};
       },
       [](Random& r, const Mixture& p) {
         return r() % 2 ? std::array{static_cast<double>(p.means[0]), static_cast<double>(p.stddevs[0])}
                        : std::array{uniform(r, -6, 6), log_uniform(r, 0.1, 10)};
       }},
      {"near q", 2,
       [](Random& r, int) {
         const double d = log_uniform(r, 1e-9, 1);
         return std::array{uniform(r, 0.01, 1), d * uniform(r, -1, 1), std::exp(d * uniform(r, -1, 1))};
       },
       [](Random&, const Mixture&) {
         return std::array{0.0, 1.0};
       }},
      {"one place", 4,  // lengths in squared roundings of the mean
       [](Random& r, int) {
         return std::array{uniform(r, 0.01, 1), 58849.0, log_uniform(r, 32, 1e4)};
       },
       [](Random& r, const Mixture&) {
         return std::array{58849.0, log_uniform(r, 32, 1e5)};
       }},
      {"odd units", 2,
       [](Random& r, int) {
         return std::array{uniform(r, 0.01, 1), uniform(r, -6, 6), log_uniform(r, 0.1, 3)};
       },
       [](Random& r, const Mixture&) {
         return std::array{uniform(r, -6, 6), log_uniform(r, 0.1, 10)};
       }},
  };
  return all;
}

const Class& class_of(long number) { return classes()[static_cast<std::size_t>(number) % classes().size()]; }

template <class T>
Pair draw(const Class& of, Random& random) {
  const auto is = [&](const char* name) { return of.name == std::string(name); };
  const Real rounding = std::numeric_limits<T>::epsilon();
  const int most = static_cast<int>(0.9 * std::min(1024, std::numeric_limits<T>::max_exponent));
  const Real unit = is("odd units") ? std::ldexp(1.0L, static_cast<int>(uniform(random, -most, most))) : 1.0L;
  const Real length = is("one place") ? Real(static_cast<T>(58849 * rounding * rounding)) : unit;
  const auto mixture = [&] {
    Mixture made;
    double total = 0;
    std::vector<std::array<double, 3>> parts;
    for (int k = 0; k < of.components; ++k) {
      parts.push_back(of.component(random, k));
      total += parts.back()[0];
    }
    for (const auto& part : parts) {
      made.weights.push_back(static_cast<T>(part[0] / total));
      made.means.push_back(static_cast<T>(part[1]) * unit);
      made.stddevs.push_back(static_cast<T>(static_cast<T>(part[2]) * length));
    }
    return made;
  };
  Pair pair{mixture(), {}, 0, 0};
  const auto q = of.q(random, pair.p);
  pair.mu = static_cast<T>(q[0]) * unit;
  pair.sigma = static_cast<T>(static_cast<T>(q[1]) * length);
  pair.r = mixture();
  return pair;
}

std::string numbers(const Pair& pair) {
  std::string all;
  for (const Mixture* of : {&pair.p, &pair.r}) {
    for (std::size_t k = 0; k < of->weights.size() && k < 2; ++k)
      all += text("%.6Lg N(%.9Lg, %.6Lg) ", of->weights[k], of->means[k], of->stddevs[k]);
    all += of->weights.size() > 2 ? "... | " : "| ";
  }
  return all + text("q = N(%.9Lg, %.6Lg)", pair.mu, pair.sigma);
}

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
  of_forward_surface,
  of_reverse_surface,
  of_alpha_surface,
  functions
};
constexpr const char* function_names[functions] = {"entropy", "D(p||q)",   "D(q||p)",   "H(p,q)",
                                                   "H(q,p)",  "D(p||r)",   "D(r||p)",   "JS(p,r)",
                                                   "alpha",   "fwd surf.", "rev surf.", "alpha s."};

/// Of one scalar.
struct Report {
  Table promise{"the promise", {std::begin(function_names), std::end(function_names)}};
  Table bound{"the bound returned for it", {function_names, function_names + of_alpha}};
  Errors width;  // the bounds, as shares of what is promised
};

/// What is right for a pair: of p and q, and of p and r.
template <class Real>
struct Truth {
  typename Reference<Real>::Values with_q, with_r;
  long double fingerprint;
};

long double fingerprint_of(const Pair& pair) {
  long double sum = pair.mu + 3 * pair.sigma;
  for (const Mixture* of : {&pair.p, &pair.r})
    for (std::size_t k = 0; k < of->weights.size(); ++k)
      sum = sum / 3 + of->weights[k] + 5 * of->means[k] + 7 * of->stddevs[k];
  return sum;
}

template <class T, class Real>
Truth<Real> truth_of(const Pair& pair, T alpha, int cuts = 1) {
  const auto exact = [&](const Mixture& a, const Mixture& b) {
    return Reference<Real>(a, b, pair.sigma, alpha, std::numeric_limits<T>::epsilon(), cuts)();
  };
  return {exact(pair.p, {{1}, {pair.mu}, {pair.sigma}}), exact(pair.p, pair.r), fingerprint_of(pair)};
}

/// A value and what is right, and what it is off by.
struct Case {
  Function function;
  long double value, right;
  double of_promise;
  double of_bound = -1, width = 0;  // the bound as a share of the promise; none if of_bound is negative
};

/// Computed in T, compared in Real.
template <class T, class Real>
std::vector<Case> cases_of(const Pair& pair, const Truth<Real>& truths, T alpha) {
  using klgrid::Vector;
  using std::abs;
  using std::atan;
  using std::log;
  const auto density = [](const Mixture& from) {
    const auto vector = [](const std::vector<long double>& values) {
      Vector<T> to(static_cast<klgrid::Index>(values.size()));
      for (std::size_t i = 0; i < values.size(); ++i) to[static_cast<klgrid::Index>(i)] = static_cast<T>(values[i]);
      return to;
    };
    return klgrid::RealLineDensity<T>(
        klgrid::GaussianMixture<T>(vector(from.weights), vector(from.means), vector(from.stddevs)));
  };
  const auto p = density(pair.p);
  const klgrid::Gaussian<T> q(static_cast<T>(pair.mu), static_cast<T>(pair.sigma));
  const auto& truth = truths.with_q;
  const Real rounding = std::numeric_limits<T>::epsilon();
  const Real smallest = (std::numeric_limits<T>::min)() / rounding;  // below it T has no digits to be right
  const Real log_sigma = log(Real(pair.sigma));
  const Real size = 1 + abs(log_sigma);  // of an entropy: the logarithm of the unit of x
  std::vector<Case> cases;
  // 1e-12 in double, absolute below `least`; what is a pair's divergence, relative, to 1e-10 however small.
  const auto compare = [&](Function function, Real value, const T* bound, Real right, Real least, bool relative) {
    const Real error = abs(Real(value - right));
    Real promised = 4500 * rounding * std::max<Real>(least, abs(right));
    if (relative) promised = std::max<Real>(smallest, std::min<Real>(promised, 450000 * rounding * right));
    const bool negative = least == 1 && !(value >= 0);
    Case& made = cases.emplace_back(Case{function, static_cast<long double>(value), static_cast<long double>(right),
                                         negative ? HUGE_VAL : static_cast<double>(Real(error / promised))});
    if (bound == nullptr || abs(right) < smallest) return;
    made.of_bound = error > 0 ? static_cast<double>(Real(error / Real(*bound))) : 0;
    if (!(made.of_bound >= 0)) made.of_bound = HUGE_VAL;
    made.width = static_cast<double>(Real(Real(*bound) / promised));
  };
  T bound;
  const auto compare_bounded = [&](Function function, Real value, Real right, Real least, bool relative) {
    compare(function, value, &bound, right, least, relative);
  };
  compare_bounded(of_entropy, Real(klgrid::entropy(p, &bound)) - log_sigma, truth[entropy], size, false);
  compare_bounded(of_forward, klgrid::forward_kl(p, q, &bound), truth[forward], 1, true);
  compare_bounded(of_reverse, klgrid::reverse_kl(q, p, &bound), truth[reverse], 1, true);
  compare_bounded(of_cross_pq, Real(klgrid::cross_entropy(p, q, &bound)) - log_sigma, truth[forward] + truth[entropy],
                  size, false);
  compare_bounded(of_cross_qp, Real(klgrid::cross_entropy(q, p, &bound)) - log_sigma,
                  truth[reverse] + (1 + log(Real(8 * atan(Real(1))))) / 2, size, false);
  // q as the other density of a relative entropy, and another mixture.
  const auto compare_two = [&](const klgrid::RealLineDensity<T>& r, const auto& of_two) {
    compare_bounded(of_relative_pr, klgrid::relative_entropy(p, r, &bound), of_two[forward], 1, false);
    compare_bounded(of_relative_rp, klgrid::relative_entropy(r, p, &bound), of_two[reverse], 1, false);
    compare_bounded(of_jensen_shannon, klgrid::jensen_shannon_divergence(p, r, &bound), of_two[jensen_shannon], 1,
                    false);
  };
  compare_two(klgrid::RealLineDensity<T>(klgrid::GaussianMixture<T>({T(1)}, {q.mean()}, {q.stddev()})), truth);
  // Of mixtures that are nearly the same it takes the difference of logarithms.
  if (truths.with_r[jensen_shannon] > 1e-6) compare_two(density(pair.r), truths.with_r);
  compare(of_alpha, klgrid::alpha_divergence(p, q, alpha), nullptr, truth[amari], 1, true);
  // The same as a cell of surfaces.
  const klgrid::RealLineBank<T> bank(
      klgrid::ParameterMesh<T>({q.mean(), T(q.mean() + q.stddev())}, {q.stddev(), T(2) * q.stddev()}));
  const auto surfaces = klgrid::kl_surfaces(p, bank);
  compare(of_forward_surface, surfaces.forward(0, 0), nullptr, truth[forward], 1, false);
  compare(of_reverse_surface, surfaces.reverse(0, 0), nullptr, truth[reverse], 1, false);
  compare(of_alpha_surface, klgrid::alpha_divergence(p, bank, alpha)(0, 0), nullptr, truth[amari], 1, false);
  return cases;
}

/// Near what is promised or its bound, or beyond it.
bool is_notable(const Case& each) { return !(each.of_promise <= 0.5) || each.of_bound > 0.5; }

void add(const std::vector<Case>& cases, const Pair& pair, const std::string& replay, Report& report) {
  report.promise.count();
  report.bound.count();
  for (const Case& each : cases) {
    const auto input = [&] {
      return text("%s: %.12Lg, right %.12Lg; ", replay.c_str(), each.value, each.right) + numbers(pair);
    };
    report.promise.add(each.function, each.of_promise, input);
    if (each.of_bound < 0) continue;
    report.bound.add(each.function, each.of_bound, input);
    report.width.add(each.width);
  }
}

template <class T, class Exact>
bool run_all(const char* scalar, const random_search::Options& options) {
  constexpr std::size_t together = 1024;  // so many references are made at once
  const T alpha = T(0.3L);
  Report report;
  const random_search::KeptReferences<Truth<Exact>> references(
      options.references.empty() ? "" : options.references + text("/line_%s_%lu", scalar, options.seed));
  std::vector<long> numbers_of;
  std::vector<Pair> pairs;
  long seen_again = 0;
  const auto compare = [&] {
    if (pairs.empty()) return;
    const auto right =
        references.of(numbers_of.front(), pairs, [&](const Pair& pair) { return truth_of<T, Exact>(pair, alpha); });
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const char* name = class_of(numbers_of[i]).name;
      report.promise.open({name});
      report.bound.open({name});
      if (right[i].fingerprint != fingerprint_of(pairs[i])) random_search::fail("references of other pairs are kept");
      auto cases = cases_of<T, Exact>(pairs[i], right[i], alpha);
      // Quadrature may take a whole and its halves for the same by chance: thirds decide.
      if (std::any_of(cases.begin(), cases.end(), is_notable)) {
        cases = cases_of<T, Exact>(pairs[i], truth_of<T, Exact>(pairs[i], alpha, 3), alpha);
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
  std::printf("\n== %s\n", scalar);
  report.promise.print();
  report.bound.print();
  std::printf("bounds are %.2g of the promise, up to %.2g\n", report.width.typical(), report.width.largest());
  std::printf("%ld pairs were compared again, with references of shorter stretches\n", seen_again);
  std::fflush(stdout);
  return report.promise.holds() && report.bound.holds();
}

}  // namespace

int main(int argc, char** argv) {
  random_search::Options options(argc, argv, 20);
  std::printf("%ld pairs of each class, in long double a twentieth as many, seed %lu\n", options.problems,
              options.seed);
  bool good = true;
  if (options.asks_for("float")) good = run_all<float, double>("float", options) && good;
  if (options.asks_for("double")) good = run_all<double, long double>("double", options) && good;
  options.problems = (options.problems + 19) / 20;
  if (options.asks_for("long_double")) good = run_all<long double, Quad>("long_double", options) && good;
  return good ? 0 : 1;
}
