// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "klgrid/fit/fit.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

namespace detail {

/// The components of positive weight as Gaussians; more than `most` are gathered, from left to right, into at most as
/// many groups of about equal weight, each with its own mean and standard deviation.
template <Real T>
std::vector<Gaussian<T>> main_parts(const GaussianMixture<T>& p, std::size_t most) {
  using std::sqrt;
  std::vector<Index> order;
  for (Index k = 0; k < p.components(); ++k)
    if (p.weights()[k] > T(0)) order.push_back(k);
  std::vector<Gaussian<T>> parts;
  if (order.size() <= most) {
    for (const Index k : order) parts.emplace_back(p.means()[k], p.stddevs()[k]);
    return parts;
  }
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return p.means()[a] < p.means()[b]; });
  const T share = p.weights().sum() / T(static_cast<double>(most));
  T before = T(0);  // the weight to the left of the group
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    T weight = T(0), mean = T(0), variance = T(0);
    const T target = before + share;
    while (end < order.size() && (end == begin || before + weight + p.weights()[order[end]] / T(2) < target)) {
      const Index k = order[end++];
      weight += p.weights()[k];
      mean += p.weights()[k] * (p.means()[k] - p.means()[order[begin]]);
    }
    mean = p.means()[order[begin]] + mean / weight;
    for (std::size_t i = begin; i < end; ++i) {
      const T distance = p.means()[order[i]] - mean;
      variance +=
          p.weights()[order[i]] / weight * (p.stddevs()[order[i]] * p.stddevs()[order[i]] + distance * distance);
    }
    parts.emplace_back(mean, T(sqrt(variance)));
    before += weight;
  }
  return parts;
}

}  // namespace detail

/// Starts from which the descents of D(q||p) reach its minima, as a rule: the mixture's moments; each component; and
/// for each pair the Gaussian midway, of the pair's joint standard deviation. Components of weight zero are left out.
/// K (K + 1) / 2 + 1 starts for K <= 8 components. More are first gathered from left to right into about eight groups
/// of equal weight, which stand for components: some forty starts, however many samples a kernel density is made of. Of
/// a mixture of many narrow components that leaves single ones out; for all minima, see reverse_stationary_points.
template <Real T>
[[nodiscard]] std::vector<Gaussian<T>> starting_points(const GaussianMixture<T>& p) {
  using std::hypot;
  using std::sqrt;
  constexpr std::size_t most_parts = 8;
  std::vector<Gaussian<T>> starts{moment_match(p)};
  const auto parts = detail::main_parts(p, most_parts);
  starts.insert(starts.end(), parts.begin(), parts.end());
  for (auto a = parts.begin(); a != parts.end(); ++a)
    for (auto b = a + 1; b != parts.end(); ++b) {
      const T half = (b->mean() - a->mean()) / T(2);
      const T spread = T(hypot(a->stddev(), b->stddev())) / T(sqrt(T(2)));
      starts.emplace_back(a->mean() + half, T(hypot(half, spread)));
    }
  return starts;
}

}  // namespace klgrid
