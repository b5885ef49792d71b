// SPDX-License-Identifier: MIT
// Random pairs of a mixture and a Gaussian, and another mixture, on the real line, of every class of input that is
// promised.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "klgrid/gaussian_mixture.hpp"
#include "random_search/quadrature/line_integrals.hpp"
#include "random_search/random_search.hpp"

namespace random_search::on_line {

using Real = long double;

struct Pair {
  Mixture p, r;
  Real mu, sigma;
};

using Random = std::mt19937_64;

/// Rounded, whatever the flags: the same pairs are drawn at all of them.
inline double product(double a, double b) {
  const volatile double rounded = a * b;
  return rounded;
}

inline double uniform(Random& random, double low, double high) {
  return low + product(high - low, static_cast<double>(random() >> 11)) * 0x1p-53;
}
inline double log_uniform(Random& random, double low, double high) {
  return std::pow(10.0, uniform(random, std::log10(low), std::log10(high)));
}

/// Components drawn by a function each; q; weights of random sizes.
struct Class {
  const char* name;
  int components;
  std::function<std::array<double, 3>(Random&, int)> component;  // weight, mean, stddev; k counts from 0
  std::function<std::array<double, 2>(Random&, const Mixture&)> q;
};

inline std::array<double, 3> plain(Random& r, int) {
  return {uniform(r, 0.01, 1), uniform(r, -6, 6), log_uniform(r, 0.1, 3)};
}

inline const std::vector<Class>& classes() {
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

inline const Class& class_of(long number) { return classes()[static_cast<std::size_t>(number) % classes().size()]; }

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

inline std::string numbers(const Pair& pair) {
  std::string all;
  for (const Mixture* of : {&pair.p, &pair.r}) {
    for (std::size_t k = 0; k < of->weights.size() && k < 2; ++k)
      all += text("%.6Lg N(%.9Lg, %.6Lg) ", of->weights[k], of->means[k], of->stddevs[k]);
    all += of->weights.size() > 2 ? "... | " : "| ";
  }
  return all + text("q = N(%.9Lg, %.6Lg)", pair.mu, pair.sigma);
}

template <class T>
klgrid::GaussianMixture<T> mixture_of(const Mixture& from) {
  const auto vector = [](const std::vector<long double>& numbers) {
    klgrid::Vector<T> to(static_cast<klgrid::Index>(numbers.size()));
    for (std::size_t i = 0; i < numbers.size(); ++i) to[static_cast<klgrid::Index>(i)] = static_cast<T>(numbers[i]);
    return to;
  };
  return {vector(from.weights), vector(from.means), vector(from.stddevs)};
}

/// Of p, in units of q's stddev and counted from its mean.
struct Moments {
  Quad first = 0, second = 0, variance = 0;

  explicit Moments(const Pair& pair) {
    Quad total = 0;
    for (const auto weight : pair.p.weights) total += weight;
    const auto expectation = [&](const auto& f) {
      Quad sum = 0;
      for (std::size_t k = 0; k < pair.p.weights.size(); ++k)
        sum += pair.p.weights[k] / total *
               f((Quad(pair.p.means[k]) - pair.mu) / pair.sigma, Quad(pair.p.stddevs[k]) / pair.sigma);
      return sum;
    };
    first = expectation([](const Quad& mean, const Quad&) { return mean; });
    second = expectation([](const Quad& mean, const Quad& stddev) { return Quad(mean * mean + stddev * stddev); });
    variance = expectation(
        [&](const Quad& mean, const Quad& stddev) { return Quad((mean - first) * (mean - first) + stddev * stddev); });
  }
};

}  // namespace random_search::on_line
