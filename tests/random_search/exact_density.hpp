// SPDX-License-Identifier: MIT
// A density and a Gaussian on a grid by their definition, in numbers of more bits.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/grid.hpp"
#include "random_search/random_search.hpp"

namespace random_search::on_grid {

using klgrid::GaussianMixture;
using klgrid::Grid;
using klgrid::Index;
using klgrid::Vector;

struct ExactDensity {
  std::vector<Quad> x, w, log_p, p, f;   // f is any function
  Quad log_mass, entropy, mean, stddev;  // the mean counted from the center
  Quad center;                           // where w p is largest
  Quad log_length;                       // of log p, where the variance is
};

template <class T>
ExactDensity exact_density(const Grid<T>& grid, const GaussianMixture<T>& mixture, const Vector<T>& f) {
  using std::abs, std::atan, std::exp, std::log, std::sqrt;
  ExactDensity d{};
  const Quad log_sqrt_two_pi = log(atan(Quad(1)) * 8) / 2;
  std::vector<Quad> factor;
  for (Index k = 0; k < mixture.components(); ++k)
    factor.push_back(mixture.weights()[k] > T(0)
                         ? Quad(log(Quad(mixture.weights()[k])) - log(Quad(mixture.stddevs()[k])) - log_sqrt_two_pi)
                         : Quad(0));
  for (Index i = 0; i < grid.size(); ++i) {
    if (!(grid.weights()[i] > T(0))) continue;
    d.x.emplace_back(grid.nodes()[i]);
    d.w.emplace_back(grid.weights()[i]);
    d.f.emplace_back(f[i]);
    std::vector<Quad> exponents;
    for (Index k = 0; k < mixture.components(); ++k) {
      if (!(mixture.weights()[k] > T(0))) continue;
      const Quad z = (d.x.back() - Quad(mixture.means()[k])) / Quad(mixture.stddevs()[k]);
      exponents.push_back(factor[static_cast<std::size_t>(k)] - z * z / 2);
    }
    const Quad top = *std::max_element(exponents.begin(), exponents.end());
    Quad sum = 0;
    for (const Quad& e : exponents)
      if (e - top > -100) sum += exp(Quad(e - top));
    d.log_p.push_back(top + log(sum));
  }
  const Quad top = *std::max_element(d.log_p.begin(), d.log_p.end());
  Quad mass = 0;
  for (std::size_t i = 0; i < d.x.size(); ++i) mass += d.w[i] * exp(Quad(d.log_p[i] - top));
  d.log_mass = top + log(mass);
  Quad largest = -1;
  for (std::size_t i = 0; i < d.x.size(); ++i) {
    d.log_p[i] -= d.log_mass;
    d.p.push_back(exp(d.log_p[i]));
    d.entropy -= d.w[i] * d.p[i] * d.log_p[i];
    if (d.w[i] * d.p[i] > largest) d.center = d.x[i];
    largest = std::max<Quad>(largest, d.w[i] * d.p[i]);
  }
  for (std::size_t i = 0; i < d.x.size(); ++i) d.mean += d.w[i] * d.p[i] * (d.x[i] - d.center);
  Quad variance = 0, logarithms = 0;
  for (std::size_t i = 0; i < d.x.size(); ++i) {
    const Quad offset = (d.x[i] - d.center) - d.mean, term = d.w[i] * d.p[i] * offset * offset;
    variance += term;
    logarithms += term * abs(d.log_p[i]);
  }
  d.stddev = sqrt(variance);
  d.log_length = variance > 0 ? Quad(logarithms / variance) : Quad(0);
  return d;
}

/// A Gaussian on the nodes of positive weight: z = (x - mu) / sigma, and its weight there, of which all are 1.
struct ExactGaussian {
  std::vector<Quad> z, log_q, q;
  Quad log_sum;         // of e^(-(z^2 - z0^2) / 2) with z0 the nearest node's
  std::size_t nearest;  // node
};

inline ExactGaussian exact_gaussian(const ExactDensity& d, const Quad& mu, const Quad& sigma) {
  using std::abs, std::exp, std::log;
  const std::size_t n = d.x.size();
  ExactGaussian e{std::vector<Quad>(n), std::vector<Quad>(n), std::vector<Quad>(n), 0, 0};
  for (std::size_t i = 0; i < n; ++i) {
    e.z[i] = (d.x[i] - mu) / sigma;
    if (abs(e.z[i]) < abs(e.z[e.nearest])) e.nearest = i;
  }
  Quad sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    // x0 + x is exact; of x0 - mu and x - mu each, a mu far below both would be rounded away.
    const Quad& x0 = d.x[e.nearest];
    e.log_q[i] = (x0 - d.x[i]) / sigma * (((x0 + d.x[i]) - 2 * mu) / sigma) / 2;
    e.q[i] = e.log_q[i] > -11000 ? exp(e.log_q[i]) : Quad(0);
    sum += d.w[i] * e.q[i];
  }
  e.log_sum = log(sum);
  for (std::size_t i = 0; i < n; ++i) {
    e.log_q[i] -= e.log_sum;
    e.q[i] *= d.w[i] / sum;
  }
  return e;
}

}  // namespace random_search::on_grid
