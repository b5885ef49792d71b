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
  struct Part {
    T mean, stddev, weight;
  };
  std::vector<Part> sorted;
  sorted.reserve(static_cast<std::size_t>(p.components()));
  for (Index k = 0; k < p.components(); ++k)
    if (p.weights()[k] > T(0)) sorted.push_back({p.means()[k], p.stddevs()[k], p.weights()[k]});
  std::vector<Gaussian<T>> parts;
  if (sorted.size() <= most) {
    for (const Part& k : sorted) parts.emplace_back(k.mean, k.stddev);
    return parts;
  }
  std::sort(sorted.begin(), sorted.end(), [](const Part& a, const Part& b) { return a.mean < b.mean; });
  const T share = p.weights().sum() / T(static_cast<double>(most));
  T before = T(0);  // the weight to the left of the group
  T target = T(0);  // and what it is to be at its end
  for (auto begin = sorted.begin(), end = begin; begin != sorted.end(); begin = end) {
    T weight = T(0), mean = T(0), variance = T(0);
    target += share;
    for (; end != sorted.end() && (end == begin || before + weight + end->weight / T(2) < target); ++end) {
      weight += end->weight;
      mean += end->weight * (end->mean - begin->mean);
    }
    mean = begin->mean + mean / weight;
    for (auto k = begin; k != end; ++k) {
      const T distance = k->mean - mean;
      variance += k->weight / weight * (k->stddev * k->stddev + distance * distance);
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

// The compiler shows this line.
template <class P>
void starting_points(const P&) = delete;  // p: a GaussianMixture; for others: reverse_stationary_points(p, mesh)

}  // namespace klgrid
