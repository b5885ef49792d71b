// SPDX-License-Identifier: MIT
// Makes line_random.csv: divergences on the real line for random and extreme mixtures, in 113-bit arithmetic. Shares no
// code with klgrid; adaptive bisection with a 30-point Gauss rule between points of interest of every component and
// every pair. A program of its own, run by hand:
//   g++ -std=gnu++20 -O2 make_line_random.cpp -lquadmath && ./a.out > line_random.csv
#include <algorithm>
#include <array>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/multiprecision/float128.hpp>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

using Quad = boost::multiprecision::float128;

struct Case {
  std::string name;
  std::vector<double> weights, means, stddevs;
  double mu, sigma;
};

// forward, reverse, entropy, reverse_dmu, reverse_dlogsigma
using Values = std::array<Quad, 5>;

class Integrals {
 public:
  explicit Integrals(const Case& c) : c_(c), total_(0) {
    for (double w : c.weights) total_ += w;
    for (std::size_t k = 0; k < c.weights.size(); ++k)
      constants_.push_back(c.weights[k] > 0 ? log(Quad(c.weights[k]) / total_ / Quad(c.stddevs[k])) - half_log_two_pi()
                                            : Quad(0));
  }

  Values compute() {
    std::vector<Quad> cuts = points();
    Values sum{};
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      const Values whole = gauss(cuts[i], cuts[i + 1]);
      add(sum, refine(cuts[i], cuts[i + 1], whole, 0));
    }
    return sum;
  }

 private:
  static Quad half_log_two_pi() { return log(Quad(8) * atan(Quad(1))) / 2; }

  Quad exponent(std::size_t k, const Quad& x) const {
    const Quad z = (x - c_.means[k]) / Quad(c_.stddevs[k]);
    return constants_[k] - z * z / 2;
  }

  Quad log_p(const Quad& x) const {
    Quad top = -1e4000Q;
    for (std::size_t k = 0; k < constants_.size(); ++k)
      if (c_.weights[k] > 0) top = std::max(top, exponent(k, x));
    Quad sum = 0;
    for (std::size_t k = 0; k < constants_.size(); ++k)
      if (c_.weights[k] > 0) {
        const Quad below = exponent(k, x) - top;
        if (below > -90) sum += exp(below);
      }
    return top + log(sum);
  }

  Values integrand(const Quad& x) const {
    const Quad z = (x - c_.mu) / Quad(c_.sigma);
    const Quad log_q = -z * z / 2 - log(Quad(c_.sigma)) - half_log_two_pi();
    const Quad lp = log_p(x);
    const Quad p = exp(lp), q = exp(log_q), d = lp - log_q;
    const auto positive = [](const Quad& a, const Quad& b, const Quad& t) {
      return t < 1 ? Quad(a * (expm1(t) - t)) : Quad(b - a - a * t);
    };
    return {positive(p, q, -d), positive(q, p, d), -p * lp, -q * z * d / Quad(c_.sigma), -q * (z * z - 1) * d};
  }

  Values gauss(const Quad& a, const Quad& b) const {
    using Rule = boost::math::quadrature::gauss<Quad, 30>;
    const Quad center = (a + b) / 2, half = (b - a) / 2;
    Values sum{};
    for (std::size_t i = 0; i < Rule::abscissa().size(); ++i)
      for (int sign : {-1, 1}) {
        const Values f = integrand(center + sign * half * Rule::abscissa()[i]);
        for (std::size_t v = 0; v < f.size(); ++v) sum[v] += half * Rule::weights()[i] * f[v];
      }
    return sum;
  }

  Values refine(const Quad& a, const Quad& b, const Values& whole, int depth) {
    const Quad middle = (a + b) / 2;
    const Values left = gauss(a, middle), right = gauss(middle, b);
    bool same = true;
    for (std::size_t v = 0; v < whole.size(); ++v) {
      const Quad both = left[v] + right[v];
      scale_[v] = std::max({scale_[v], Quad(abs(both)), Quad(1e-14)});  // a floor, lest underflow be refined for ever
      same = same && abs(both - whole[v]) <= 1e-22Q * scale_[v];
    }
    Values sum = left;
    if (same || depth > 60) {
      add(sum, right);
      return sum;
    }
    sum = refine(a, middle, left, depth + 1);
    add(sum, refine(middle, b, right, depth + 1));
    return sum;
  }

  std::vector<Quad> points() const {
    std::vector<Quad> cuts;
    const auto around = [&](double m, double s) {
      for (double z : {-13., -8., -4., -2., -1., 0., 1., 2., 4., 8., 13.}) cuts.push_back(Quad(m) + Quad(z) * Quad(s));
    };
    around(c_.mu, c_.sigma);
    for (std::size_t k = 0; k < c_.means.size(); ++k)
      if (c_.weights[k] > 0) around(c_.means[k], c_.stddevs[k]);
    const Quad first = *std::min_element(cuts.begin(), cuts.end()), last = *std::max_element(cuts.begin(), cuts.end());
    if (c_.means.size() < 10)
      for (std::size_t j = 0; j < c_.means.size(); ++j)
        for (std::size_t k = 0; k < j; ++k)
          if (c_.weights[j] > 0 && c_.weights[k] > 0) crossings(j, k, cuts);
    std::erase_if(cuts, [&](const Quad& x) { return x < first || x > last; });
    std::sort(cuts.begin(), cuts.end());
    return cuts;
  }

  // Roots of exponent(j, x) = exponent(k, x), and geometric steps away from them.
  void crossings(std::size_t j, std::size_t k, std::vector<Quad>& cuts) const {
    const Quad pj = 1 / (Quad(c_.stddevs[j]) * c_.stddevs[j]), pk = 1 / (Quad(c_.stddevs[k]) * c_.stddevs[k]);
    const Quad mj = c_.means[j], mk = c_.means[k];
    const Quad a = (pk - pj) / 2, b = pj * mj - pk * mk,
               c = constants_[j] - constants_[k] - pj * mj * mj / 2 + pk * mk * mk / 2;
    std::vector<Quad> roots;
    if (abs(a) < 1e-25Q * pj) {
      if (b != 0) roots.push_back(-c / b);
    } else if (b * b >= 4 * a * c) {
      const Quad t = -(b + (b < 0 ? -1 : 1) * sqrt(b * b - 4 * a * c)) / 2;
      roots.push_back(t / a);
      if (t != 0) roots.push_back(c / t);
    }
    for (const Quad& root : roots) {
      cuts.push_back(root);
      const Quad slope = abs(2 * a * root + b);
      if (!(slope > 0)) continue;
      for (Quad step : {1, 4, 16, 64, 256, 1024, 4096}) {
        cuts.push_back(root - step / slope);
        cuts.push_back(root + step / slope);
      }
    }
  }

  static void add(Values& sum, const Values& more) {
    for (std::size_t v = 0; v < sum.size(); ++v) sum[v] += more[v];
  }

  const Case& c_;
  Quad total_;
  std::vector<Quad> constants_;
  Values scale_{};
};

std::vector<Case> cases() {
  std::vector<Case> all;
  std::mt19937_64 engine(20240229);
  const auto uniform = [&](double a, double b) {
    return a + (b - a) * (static_cast<double>(engine() >> 11) * 0x1p-53);
  };
  const auto random_mixture = [&](const std::string& name, int size) {
    Case c{name, {}, {}, {}, uniform(-8, 8), std::pow(10, uniform(-1.5, 1.2))};
    double total = 0;
    for (int k = 0; k < size; ++k) {
      c.weights.push_back(-std::log(uniform(1e-6, 1)));
      total += c.weights.back();
      c.means.push_back(uniform(-6, 6));
      c.stddevs.push_back(std::pow(10, uniform(-1.5, 0.7)));
    }
    for (double& w : c.weights) w /= total;
    return c;
  };
  for (int size : {1, 2, 2, 3, 5, 8})
    for (int i = 0; i < 20; ++i) all.push_back(random_mixture("random", size));
  for (int i = 0; i < 4; ++i) all.push_back(random_mixture("fifty", 50));
  const auto with = [&](const std::string& name, std::vector<double> w, std::vector<double> m, std::vector<double> s) {
    for (double mu : {-3., 0., 0.7, 4.9})
      for (double sigma : {0.01, 0.1, 1.1, 9.9}) all.push_back({name, w, m, s, mu, sigma});
  };
  with("narrow", {.5, .5}, {-3, 3}, {.1, .1});
  with("narrower", {.3, .7}, {-3, 3}, {.001, .002});
  with("equal components", {.25, .25, .5}, {.5, .5, .5}, {1.5, 1.5, 1.5});
  with("nearly equal components", {.5, .5}, {.5, .5000001}, {1.5, 1.5000001});
  with("crossing in the tails", {.5, .5}, {0, 0.125}, {1, 1.015625});
  with("weight 1e-300", {1, 1e-300}, {0, 0.75}, {1, .01});
  with("weight 1e-300 far", {1, 1e-300}, {0, 40}, {1, 3});
  with("spike", {.999, .001}, {0, .6875}, {1, 1e-5});
  for (double mu : {-500., -499., 0., 0.3, 500., 501.})
    for (double sigma : {0.5, 1., 30., 1000.})
      all.push_back({"1e3 stddevs away", {.5, .5}, {-500, 500}, {1, 1}, mu, sigma});
  for (double mu : {0., 999.5, 1000.})
    for (double sigma : {0.5, 1., 30., 1000.})
      all.push_back({"1e3 stddevs away, small", {1 - 1e-9, 1e-9}, {0, 1000}, {1, .5}, mu, sigma});
  for (int n = 1; n <= 10; ++n) {
    const double h = std::pow(10, -n);
    all.push_back({"near", {1}, {.5 + h}, {1.25 * (1 + h)}, .5, 1.25});
    all.push_back({"near", {.3, .7}, {.5 + h, .5 - 2 * h}, {1.25 * (1 + h), 1.25 * (1 - .5 * h)}, .5, 1.25});
    if (n < 6) all.push_back({"near, split", {.5, .5}, {.5 + h, .5 - h}, {1.25, 1.25}, .5, 1.25});
    all.push_back({"near, far part", {1 - h * h, h * h}, {.5, 8}, {1.25, .5}, .5, 1.25});
  }
  return all;
}

int main() {
  const auto list = [](const std::vector<double>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) std::printf("%s%.17g", i == 0 ? "," : ";", values[i]);
  };
  std::printf("name,weights,means,stddevs,mu,sigma,forward_kl,reverse_kl,entropy,reverse_dmu,reverse_dlogsigma\n");
  for (const Case& c : cases()) {
    std::string name = c.name;
    std::replace(name.begin(), name.end(), ',', ' ');
    std::printf("%s", name.c_str());
    list(c.weights);
    list(c.means);
    list(c.stddevs);
    std::printf(",%.17g,%.17g", c.mu, c.sigma);
    for (const Quad& value : Integrals(c).compute()) std::printf(",%s", value.str(25, std::ios::scientific).c_str());
    std::printf("\n");
    std::fflush(stdout);
  }
}
