// SPDX-License-Identifier: MIT
// Random pairs of a mixture and a Gaussian, and of two mixtures, on the real line, of every class of input that is
// promised, against adaptive quadrature that shares no code with the library: in long double, and in 113 bits what is
// computed in long double, of which there are a twentieth as many. Prints for each class the number of cases, the worst
// error as a share of the promise, and the worst ratio of an error to the bound returned for it. Exit code 1 if a
// promise does not hold.
//
//   random_search_line [PAIRS [SEED [SCALAR]]]     PAIRS of each class and scalar, 20 if none are given; SCALAR float,
//                                                  double or long_double, all if none is given
#include <algorithm>
#include <array>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
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

namespace {

using Real = long double;
using Quad = boost::multiprecision::cpp_bin_float_quad;

/// Parameters as they are handed to the library, exact in long double.
struct Mixture {
  std::vector<Real> weights, means, stddevs;
};
struct Pair {
  Mixture p, r;
  Real mu, sigma;
};

enum Value { entropy, forward, reverse, amari, jensen_shannon, values };

/// The five integrals: H(p) with lengths in `unit`, D(p||q), D(q||p), the alpha-divergence of order 0.3, and the
/// Jensen-Shannon divergence.
template <class Real>
class Reference {
 public:
  using Values = std::array<Real, values>;

  /// Of p and q, a mixture or, of one component, a Gaussian, whose divergence may be small.
  Reference(const Mixture& p, const Mixture& q, Real unit) : unit_(unit) {
    add_parts(p, true);
    add_parts(q, false);
    for (std::size_t a = 0; a < parts_.size(); ++a) add_breakpoints(a);
    for (const Stretch& each : stretches_) add(coarse_, rule(each.anchor, each.begin, each.end));
    for (const Stretch& each : stretches_) add(sum_, refined(each, rule(each.anchor, each.begin, each.end), 0));
  }

  const Values& operator()() const { return sum_; }

 private:
  struct Part {
    bool of_p;
    Real weight, mean, stddev, log_factor, growth, shift;
  };
  /// Counted from the mean of a part: from begin to end.
  struct Stretch {
    std::size_t anchor;
    Real begin, end;
  };

  void add_parts(const Mixture& mixture, bool of_p) {
    using std::log;
    Real total = 0;
    for (const auto& w : mixture.weights) total += Real(w);
    for (std::size_t k = 0; k < mixture.weights.size(); ++k) {
      if (!(mixture.weights[k] > 0)) continue;
      const Real weight = Real(mixture.weights[k]) / total, mean(mixture.means[k]), stddev(mixture.stddevs[k]);
      parts_.push_back({of_p, weight, mean, stddev, Real(log(weight) - log(Real(stddev / unit_))), 0, 0});
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
      for (const long double z : {-40.0L, -20.0L, -14.0L, -10.0L, -7.0L, -5.0L, -3.5L, -2.0L, -1.0L, 0.0L, 1.0L, 2.0L,
                                  3.5L, 5.0L, 7.0L, 10.0L, 14.0L, 20.0L, 40.0L}) {
        const Real cut = mean + z * part.stddev;
        if (z == -14) left = std::min(left, cut);
        if (z == 14) right = std::max(right, cut);
        cuts.push_back(cut);
      }
    }
    // Where components cross, log p may bend so sharply that a rule does not see it.
    for (std::size_t j = 0; j < parts_.size() && parts_.size() < 7; ++j)
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
      for (const long double e :
           {-45.0L, -25.0L, -12.0L, -5.0L, -2.0L, -0.5L, 0.0L, 0.5L, 2.0L, 5.0L, 12.0L, 25.0L, 45.0L}) {
        const Real cut = y + e / slope;
        if (abs(cut) < 1e30L) cuts.push_back((narrow.mean - anchor) + narrow.stddev * cut);
      }
    }
  }

  Values refined(const Stretch& s, const Values& whole, int depth) const {
    using std::abs;
    const Real middle = (s.begin + s.end) / 2;
    const Values left = rule(s.anchor, s.begin, middle), right = rule(s.anchor, middle, s.end);
    bool done = true;
    Values both;
    for (std::size_t i = 0; i < both.size(); ++i) {
      both[i] = left[i] + right[i];
      // Both halves are far more exact than the whole.
      const Real allowed = 1e-16L * std::max<Real>(abs(both[i]), 1e-2L * abs(coarse_[i]));
      done = done && abs(Real(both[i] - whole[i])) <= allowed;
    }
    if (done || depth > 45) return both;
    Values sum{};
    add(sum, refined({s.anchor, s.begin, middle}, left, depth + 1));
    add(sum, refined({s.anchor, middle, s.end}, right, depth + 1));
    return sum;
  }

  /// The Gauss-Legendre rule of 12 points.
  Values rule(std::size_t anchor, Real begin, Real end) const {
    static const std::array<long double, 6> node = {
        0.1252334085114689154724413694638531L, 0.3678314989981801937526915366437176L,
        0.5873179542866174472967024189405343L, 0.7699026741943046870368938332128181L,
        0.9041172563704748566784658661190962L, 0.9815606342467192506905490901492808L};
    static const std::array<long double, 6> weight = {
        0.2491470458134027850005624360429512L, 0.2334925365383548087608498989248781L,
        0.2031674267230659217490644558097984L, 0.1600783285433462263346525295433591L,
        0.1069393259953184309602547181939962L, 0.0471753363865118271946159614850170L};
    const Real half = (end - begin) / 2, center = begin + half;
    Values sum{};
    for (std::size_t i = 0; i < node.size(); ++i)
      for (const long double sign : {-1.0L, 1.0L}) {
        const Values at = integrands(anchor, center + sign * half * node[i]);
        for (std::size_t v = 0; v < sum.size(); ++v) sum[v] += weight[i] * half / unit_ * at[v];
      }
    return sum;
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
    const auto log_density = [&](bool of_p) {
      const auto exponent = [&](const Part& part) { return Real(part.log_factor - z_of(part) * z_of(part) / 2); };
      Real top = std::numeric_limits<Real>::lowest(), mass = 0;
      for (const Part& part : parts_)
        if (part.of_p == of_p) top = std::max(top, exponent(part));
      for (const Part& part : parts_)
        if (part.of_p == of_p) mass += exp(Real(exponent(part) - top));
      return Real(top + log(mass) - 0.918938533204672741780329736405617639861L);
    };
    const Real log_p = log_density(true), log_q = log_density(false);
    const Real p = exp(log_p), q = exp(log_q);
    Real d = log_p - log_q;
    if (is_gaussian_ && abs(d) < 0.5L) {
      // sum_k w_k (N_k / q - 1), by differences of the parameters where they are much alike.
      const Real z = z_of(parts_.back());
      Real excess = 0;
      for (const Part& part : parts_) {
        if (!part.of_p) continue;
        const Real of_part = z_of(part);
        const bool alike = abs(part.growth) < 0.5L && abs(part.shift) < 1;
        const Real step = alike ? Real((z * part.growth + part.shift) / (1 + part.growth)) : Real(z - of_part);
        const Real width = alike ? Real(log1p(part.growth)) : Real(log(Real(part.stddev / parts_.back().stddev)));
        excess += part.weight * expm1(Real(step * (z + of_part) / 2 - width));
      }
      d = log1p(excess);
    }
    const bool close = abs(d) < 0.5L;
    const Real alpha = 0.3L;
    Values at;
    at[entropy] = p > 0 ? Real(-p * log_p) : Real(0);
    at[forward] = close ? Real(q * rise(d, true)) : Real((p > 0 ? Real(p * (d - 1)) : Real(0)) + q);
    at[reverse] = close ? Real(q * rise(d, false)) : Real(p - (q > 0 ? Real(q * (d + 1)) : Real(0)));
    at[amari] = close ? Real(q * order(d, alpha))
                      : Real((alpha * p + (1 - alpha) * q - exp(Real(alpha * log_p + (1 - alpha) * log_q))) / alpha /
                             (1 - alpha));
    // With m = (p + q)/2, log m = max(log p, log q) + log((1 + e^-|d|) / 2).
    const Real above = log1p(Real(exp(Real(-abs(d))))) - 0.693147180559945309417232121458176568L;
    at[jensen_shannon] = close ? Real((p + q) / 4 * about_equal(Real(expm1(d) / (2 + expm1(d)))))
                               : Real((p * (std::min<Real>(d, 0) - above) - q * (std::max<Real>(d, 0) + above)) / 2);
    return at;
  }

  /// e^d d - e^d + 1 or e^d - 1 - d, by their series in d.
  static Real rise(Real d, bool forward) {
    Real term = d * d / 2, sum = 0;
    for (int n = 2; n < 40; ++n, term *= d / n) sum += forward ? (n - 1) * term : term;
    return sum;
  }

  /// (alpha e^d + 1 - alpha - e^(alpha d)) / (alpha (1 - alpha)), by its series.
  static Real order(Real d, Real alpha) {
    Real term = d * d / 2, power = alpha, sum = 0;
    for (int n = 2; n < 40; ++n, term *= d / n, power *= alpha) sum += term * (1 - power) / (1 - alpha);
    return sum;
  }

  /// (1 + t) log(1 + t) + (1 - t) log(1 - t), by its series.
  static Real about_equal(Real t) {
    Real power = t * t, sum = 0;
    for (int k = 1; k < 30; ++k, power *= t * t) sum += power / (k * (2 * k - 1));
    return sum;
  }

  Real unit_;
  bool is_gaussian_ = false;
  std::vector<Part> parts_;  // of p, then of q
  std::vector<Stretch> stretches_;
  Values coarse_{};
  Values sum_{};
};

using Random = std::mt19937_64;

double uniform(Random& random, double low, double high) {
  return low + (high - low) * static_cast<double>(random() >> 11) * 0x1p-53;
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
         return std::array{static_cast<double>(p.means[1]) + s * uniform(r, -2, 2), s * log_uniform(r, 0.1, 10)};
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

/// The worst of a class.
struct Report {
  int cases = 0;
  double promise = 0;  // error over what is promised
  double bound = 0;    // error over the bound
  double width = 0;    // bound over what is promised
  std::string worst, worst_bound;
};

std::string text(const Pair& pair) {
  std::string all;
  char part[200];
  for (const Mixture* of : {&pair.p, &pair.r}) {
    for (std::size_t k = 0; k < of->weights.size() && k < 4; ++k) {
      std::snprintf(part, sizeof part, "%.20Lg N(%.20Lg, %.20Lg) ", of->weights[k], of->means[k], of->stddevs[k]);
      all += part;
    }
    all += "| ";
  }
  std::snprintf(part, sizeof part, "q = N(%.20Lg, %.20Lg)", pair.mu, pair.sigma);
  return all + part;
}

/// Computed in T, compared in Real.
template <class T, class Real>
void run(const Pair& pair, Report& report) {
  using klgrid::Vector;
  using std::abs;
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
  const auto truth = Reference<Real>(pair.p, {{1}, {pair.mu}, {pair.sigma}}, pair.sigma)();
  const Real rounding = std::numeric_limits<T>::epsilon();
  const Real smallest = (std::numeric_limits<T>::min)() / rounding;  // below it T has no digits to be right
  const Real log_sigma = log(Real(pair.sigma));
  const Real size = 1 + abs(log_sigma);  // of an entropy: the logarithm of the unit of x
  ++report.cases;
  // 1e-12 in double, absolute below `least`; what is a pair's divergence, relative, to 1e-10 however small.
  const auto compare = [&](const char* name, Real value, const T* bound, Real right, Real least, bool relative) {
    const Real error = abs(Real(value - right));
    Real promised = 4500 * rounding * std::max<Real>(least, abs(right));
    if (relative) promised = std::max<Real>(smallest, std::min<Real>(promised, 450000 * rounding * right));
    auto ratio = static_cast<double>(Real(error / promised));
    if (least == 1 && !(value >= 0)) ratio = HUGE_VAL;
    if (!(ratio <= report.promise)) {
      report.promise = ratio == ratio ? ratio : HUGE_VAL;
      char text_of[200];
      std::snprintf(text_of, sizeof text_of, "%s: %.20Lg, right %.20Lg; ", name, static_cast<long double>(value),
                    static_cast<long double>(right));
      report.worst = text_of + text(pair);
    }
    if (bound == nullptr || right < smallest) return;
    const double of_bound = error > 0 ? static_cast<double>(Real(error / Real(*bound))) : 0;
    if (!(of_bound <= report.bound)) {
      report.bound = of_bound == of_bound ? of_bound : HUGE_VAL;
      report.worst_bound = name + (": " + text(pair));
    }
    report.width = std::max(report.width, static_cast<double>(Real(Real(*bound) / promised)));
  };
  T bound;
  const auto compare_bounded = [&](const char* name, Real value, Real right, Real least, bool relative) {
    compare(name, value, &bound, right, least, relative);
  };
  compare_bounded("entropy", Real(klgrid::entropy(p, &bound)) - log_sigma, truth[entropy], size, false);
  compare_bounded("forward", klgrid::forward_kl(p, q, &bound), truth[forward], 1, true);
  compare_bounded("reverse", klgrid::reverse_kl(q, p, &bound), truth[reverse], 1, true);
  compare_bounded("H(p,q)", Real(klgrid::cross_entropy(p, q, &bound)) - log_sigma, truth[forward] + truth[entropy],
                  size, false);
  compare_bounded("H(q,p)", Real(klgrid::cross_entropy(q, p, &bound)) - log_sigma,
                  truth[reverse] + 1.418938533204672741780329736405617639861L, size, false);
  // q as the other density of a relative entropy, and another mixture.
  const auto compare_two = [&](const klgrid::RealLineDensity<T>& r, const auto& right) {
    compare_bounded("D(p||r)", klgrid::relative_entropy(p, r, &bound), right[forward], 1, false);
    compare_bounded("D(r||p)", klgrid::relative_entropy(r, p, &bound), right[reverse], 1, false);
    compare_bounded("Jensen-Shannon", klgrid::jensen_shannon_divergence(p, r, &bound), right[jensen_shannon], 1, false);
  };
  compare_two(klgrid::RealLineDensity<T>(klgrid::GaussianMixture<T>({T(1)}, {q.mean()}, {q.stddev()})), truth);
  const auto truth_of_two = Reference<Real>(pair.p, pair.r, pair.sigma)();
  // Of mixtures that are nearly the same it takes the difference of logarithms.
  if (truth_of_two[jensen_shannon] > 1e-6L) compare_two(density(pair.r), truth_of_two);
  const T alpha = T(0.3L);  // in float another number than the reference's: so much of the value
  const Real order = Real(alpha) == Real(0.3L) ? Real(0) : Real(1000 * truth[amari]);
  compare("alpha", klgrid::alpha_divergence(p, q, alpha), nullptr, truth[amari], 1 + order / 100, order == 0);
  // The same as a cell of surfaces.
  const klgrid::RealLineBank<T> bank(
      klgrid::ParameterMesh<T>({q.mean(), T(q.mean() + q.stddev())}, {q.stddev(), T(2) * q.stddev()}));
  const auto surfaces = klgrid::kl_surfaces(p, bank);
  compare("forward surface", surfaces.forward(0, 0), nullptr, truth[forward], 1, false);
  compare("reverse surface", surfaces.reverse(0, 0), nullptr, truth[reverse], 1, false);
  compare("alpha surface", klgrid::alpha_divergence(p, bank, alpha)(0, 0), nullptr, truth[amari], 1, false);
}

template <class T, class Exact>
bool run_all(const char* scalar, int pairs, unsigned long seed) {
  bool good = true;
  for (const Class& each : classes()) {
    Random random(seed);
    Report report;
    for (int i = 0; i < pairs; ++i) run<T, Exact>(draw<T>(each, random), report);
    const bool holds = report.promise <= 1 && report.bound <= 1;
    std::printf(
        "%-11s %-10s %7d cases: error %.2e of the promise, %.2e of the bound; bounds up to %.2g of the promise%s\n",
        scalar, each.name, report.cases, report.promise, report.bound, report.width, holds ? "" : "  FAILS");
    if (!(report.promise <= 1)) std::printf("    %s\n", report.worst.c_str());
    if (!(report.bound <= 1)) std::printf("    bound: %s\n", report.worst_bound.c_str());
    std::fflush(stdout);
    good = good && holds;
  }
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  const int pairs = argc > 1 ? std::atoi(argv[1]) : 20;
  const unsigned long seed = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 20240229;
  const std::string scalar = argc > 3 ? argv[3] : "";
  std::printf("seed %lu\n", seed);
  bool good = true;
  const auto asked = [&](const char* name) { return scalar.empty() || scalar == name; };
  if (asked("double")) good = run_all<double, Real>("double", pairs, seed) && good;
  if (asked("float")) good = run_all<float, Real>("float", pairs, seed) && good;
  if (asked("long_double")) good = run_all<long double, Quad>("long double", (pairs + 19) / 20, seed) && good;
  return good ? 0 : 1;
}
