// SPDX-License-Identifier: MIT
// Makes relative_entropy.csv: D(p||r) and the Jensen-Shannon divergence of 1000 random pairs of mixtures on the real
// line, in 113-bit arithmetic. Shares no code with klgrid; adaptive bisection with a 30-point Gauss rule between points
// of interest of every component. A program of its own, run by hand (some minutes):
//   g++ -std=gnu++20 -O2 -I.. make_relative_entropy.cpp -lquadmath && ./a.out > relative_entropy.csv
#include <algorithm>
#include <array>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/multiprecision/float128.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "support/random_pairs.hpp"

using Quad = boost::multiprecision::float128;
using Values = std::array<Quad, 2>;  // D(p||r), Jensen-Shannon
using klgrid_test::MixtureParameters;

class LogDensity {
 public:
  explicit LogDensity(const MixtureParameters& mixture) : mixture_(mixture) {
    Quad total = 0;
    for (const double weight : mixture.weights) total += weight;
    for (std::size_t k = 0; k < mixture.weights.size(); ++k)
      constants_.push_back(log(Quad(mixture.weights[k]) / total / Quad(mixture.stddevs[k])) -
                           log(Quad(8) * atan(Quad(1))) / 2);
  }

  Quad operator()(const Quad& x) const {
    std::vector<Quad> exponents;
    for (std::size_t k = 0; k < constants_.size(); ++k) {
      const Quad z = (x - mixture_.means[k]) / Quad(mixture_.stddevs[k]);
      exponents.push_back(constants_[k] - z * z / 2);
    }
    const Quad top = *std::max_element(exponents.begin(), exponents.end());
    Quad sum = 0;
    for (const Quad& exponent : exponents)
      if (exponent - top > -90) sum += exp(exponent - top);
    return top + log(sum);
  }

 private:
  const MixtureParameters& mixture_;
  std::vector<Quad> constants_;
};

class Integrals {
 public:
  explicit Integrals(const klgrid_test::RandomPair& pair) : pair_(pair), log_p_(pair.p), log_r_(pair.r) {}

  Values compute() const {
    std::vector<double> cuts;
    for (const auto* mixture : {&pair_.p, &pair_.r})
      for (std::size_t k = 0; k < mixture->weights.size(); ++k)
        for (const double z : {-13.0, -8.0, -5.0, -3.0, -1.5, 0.0, 1.5, 3.0, 5.0, 8.0, 13.0})
          cuts.push_back(mixture->means[k] + z * mixture->stddevs[k]);
    std::sort(cuts.begin(), cuts.end());
    std::vector<Values> rough;
    Values about{};
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      rough.push_back(gauss(cuts[i], cuts[i + 1]));
      for (std::size_t v = 0; v < about.size(); ++v) about[v] += rough[i][v];
    }
    Values sum{};
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) refine(cuts[i], cuts[i + 1], rough[i], about, 0, sum);
    return sum;
  }

 private:
  /// With d = log p - log r: p (e^-d - 1 + d) and, t = tanh(d/2), (p + r)/4 times
  /// (1 + t) log(1 + t) + (1 - t) log(1 - t) = t^2 (1 + t^2/6 + t^4/15 + ...), by series where they would cancel.
  Values integrand(const Quad& x) const {
    const Quad log_p = log_p_(x);
    const Quad log_r = log_r_(x);
    const Quad d = log_p - log_r;
    const Quad t = tanh(d / 2);
    const Quad p = exp(log_p);
    const Quad r = exp(log_r);
    if (abs(d) > 0.25) {
      const auto part = [](const Quad& s) {
        return s > -1 ? Quad((1 + s) * boost::multiprecision::log1p(s)) : Quad(0);
      };
      return {r - p + p * d, (p + r) / 4 * (part(t) + part(-t))};
    }
    Quad first = 0;
    Quad second = 0;
    Quad term = -d;
    Quad power = 1;
    for (int k = 1; k < 30 && abs(term) > 1e-36Q * d * d; ++k) {
      term *= -d / (k + 1);
      first += term;
      power *= t * t;
      second += power / (k * (2 * k - 1));
    }
    return {p * first, (p + r) / 4 * second};
  }

  Values gauss(const Quad& left, const Quad& right) const {
    using Rule = boost::math::quadrature::gauss<Quad, 30>;
    const Quad half = (right - left) / 2;
    const Quad middle = left + half;
    Values sum{};
    for (std::size_t i = 0; i < Rule::abscissa().size(); ++i)
      for (const int side : {-1, 1}) {
        const Values at = integrand(middle + side * half * Rule::abscissa()[i]);
        for (std::size_t v = 0; v < sum.size(); ++v) sum[v] += at[v] * Rule::weights()[i] * half;
      }
    return sum;
  }

  /// Adds the integral, of which `whole` is an estimate, to 1e-20 of what the whole line gives, about.
  void refine(const Quad& left, const Quad& right, const Values& whole, const Values& about, int depth,
              Values& sum) const {
    const Quad middle = (left + right) / 2;
    const Values first = gauss(left, middle);
    const Values second = gauss(middle, right);
    bool settled = true;
    for (std::size_t v = 0; v < sum.size(); ++v) {
      const Quad halves = first[v] + second[v];
      settled = settled && abs(halves - whole[v]) <= 1e-20Q * about[v];
    }
    if (settled || depth == 40) {
      for (std::size_t v = 0; v < sum.size(); ++v) sum[v] += first[v] + second[v];
      return;
    }
    refine(left, middle, first, about, depth + 1, sum);
    refine(middle, right, second, about, depth + 1, sum);
  }

  const klgrid_test::RandomPair& pair_;
  LogDensity log_p_, log_r_;
};

int main() {
  std::puts("number,relative_entropy,jensen_shannon_divergence");
  for (unsigned number = 0; number < 1000; ++number) {
    const klgrid_test::RandomPairs random(number);
    const Values values = Integrals(random.pair()).compute();
    std::printf("%u,%s,%s\n", number, values[0].str(20, std::ios_base::scientific).c_str(),
                values[1].str(20, std::ios_base::scientific).c_str());
    std::fflush(stdout);
  }
}
