// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "klgrid/real.hpp"

namespace klgrid::detail {

/// The Gaussians of a mesh whose expectations are summed as they are defined, over the few nodes near their mean, with
/// stored weights. They are normalised relative to the nearest node, so that neither a mean far off the nodes nor a
/// Gaussian much narrower than their spacing underflows.
template <Real T>
class DirectCells {
 public:
  /// Log normaliser and E_q[z^k], k = 0, 1, ..., of one Gaussian.
  struct Normalized {
    T log_normalizer;
    Vector<T> moments;
  };

  /// Nodes are read a vector at a time: values are to be padded to padded(n), with zeros,
  /// and aligned as Eigen aligns.
  static constexpr Index vector = std::max<Index>(1, Eigen::internal::packet_traits<T>::size);
  static Index padded(Index n) { return (n + vector - 1) / vector * vector; }

  /// Adds the Gaussian (mu, sigma) in a column of the current row. Nodes are left out whose share of the mass is below
  /// error in all, times |z|^power. The stored weights are w_i q_i z_i^power.
  Normalized add(Index col, const T& mu, const T& sigma, const Vector<T>& nodes, const Vector<T>& weights, double error,
                 int power, int moments) {
    using std::log;
    const Index after = std::lower_bound(nodes.begin(), nodes.end(), mu) - nodes.begin();
    Index nearest = std::min(after, nodes.size() - 1);
    if (after > 0 && after < nodes.size() && mu - nodes[after - 1] < nodes[after] - mu) nearest = after - 1;

    // A node this far below the nearest one carries no mass that counts, even if all n nodes were there.
    const auto least_ratio = static_cast<double>(T(weights[nearest] / weights.maxCoeff()));
    const T depth = T(std::log(static_cast<double>(nodes.size()) / (error * least_ratio)) +
                      std::max(power, moments) * std::log(12.0));
    using std::sqrt;
    const T z_nearest = (nodes[nearest] - mu) / sigma;
    const T farthest = sqrt(T(z_nearest * z_nearest + T(2) * depth)) * sigma;
    const Index first =
        std::min<Index>(nearest, std::lower_bound(nodes.begin(), nodes.end(), T(mu - farthest)) - nodes.begin());
    const Index last =
        std::max<Index>(nearest, std::upper_bound(nodes.begin(), nodes.end(), T(mu + farthest)) - nodes.begin() - 1);

    const Index reach = last - first + 1;
    const Vector<T> z = (nodes.segment(first, reach) - mu) / sigma;
    Vector<T> mass = weights.segment(first, reach) *
                     relative_exponents(nodes.segment(first, reach), nearest - first, mu, sigma).exp();
    const T sum = mass.sum();
    mass /= sum;
    Normalized result{-z_nearest * z_nearest / T(2) + T(log(sum)), Vector<T>(moments + 1)};
    Vector<T> product = mass;
    for (int k = 0; k <= moments; ++k, product *= z) result.moments[k] = product.sum();

    // Drop from both ends what is below half the error in all.
    const T half_error = T(error / 2);
    for (int k = 0; k < power; ++k) mass *= z;
    const auto part = [&](Index i) { return mass[i] < T(0) ? T(-mass[i]) : mass[i]; };
    Index begin = 0;
    Index end = reach;
    for (T dropped = part(begin); begin + 1 < end && dropped < half_error; dropped += part(begin)) ++begin;
    for (T dropped = part(end - 1); begin + 1 < end && dropped < half_error; dropped += part(end - 1)) --end;
    row_.push_back({col, first + begin, mass.segment(begin, end - begin)});
    return result;
  }

  /// Ends the current row; returns the number of groups so far, of all rows.
  std::size_t end_row(Index nodes) {
    for (std::size_t i = 0; i < row_.size(); i += lanes) pack(std::min(lanes, row_.size() - i), &row_[i], nodes);
    row_.clear();
    return groups_.size();
  }

  void shrink_to_fit() {
    row_ = {};
    groups_.shrink_to_fit();
    weights_.shrink_to_fit();
  }

  /// sum_i w_i q_i z_i^power f_i of every Gaussian in the groups begin .. end - 1, to out[its column].
  template <class Row>
  void expectations(std::size_t begin, std::size_t end, const T* f, Row& out) const {
    using Lane = Eigen::Array<T, vector, 1>;
    for (std::size_t g = begin; g < end; ++g) {
      const Group& group = groups_[g];
      const T* weights = weights_.data() + group.offset;
      Lane sums[lanes];
      for (auto& sum : sums) sum.setZero();
      for (Index i = 0; i < group.count; i += vector)
        for (std::size_t lane = 0; lane < lanes; ++lane, weights += vector)
          sums[lane] +=
              Eigen::Map<const Lane, alignment>(weights) * Eigen::Map<const Lane, alignment>(f + group.first[lane] + i);
      for (std::size_t lane = 0; lane < group.size; ++lane) out[group.col[lane]] = sums[lane].sum();
    }
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    return weights_.size() * sizeof(T) + groups_.size() * sizeof(Group);
  }

 private:
  static constexpr int alignment = vector > 1 ? int{Eigen::AlignedMax} : int{Eigen::Unaligned};
  static constexpr std::size_t lanes = 4;  // independent sums, as many as hide the latency of a multiply-add

  struct Gaussian {
    Index col, first;
    Vector<T> mass;
  };

  /// Gaussians summed side by side, over equally many nodes; the weights of a vector of nodes stand together.
  struct Group {
    Index col[lanes], first[lanes];
    Index count;
    std::size_t size, offset;
  };

  /// (z_nearest^2 - z^2) / 2 = (x_nearest - x) ((x_nearest - mu) + (x - mu)) / (2 sigma^2). Half-way between two nodes
  /// that are many sigma apart the sum cancels, so what the two differences lose by rounding is added back (two-sum).
  static Vector<T> relative_exponents(const Vector<T>& x, Index nearest, const T& mu, const T& sigma) {
    const Vector<T> from_mu = x - mu;
    const Vector<T> rounded = from_mu - x;
    const Vector<T> lost = (x - (from_mu - rounded)) - (mu + rounded);
    const Vector<T> sum = (from_mu + from_mu[nearest]) + (lost + lost[nearest]);
    return (x[nearest] - x) / sigma * (sum / sigma) / T(2);
  }

  void pack(std::size_t size, const Gaussian* gaussians, Index nodes) {
    Group group{{}, {}, 0, size, weights_.size()};
    for (std::size_t lane = 0; lane < size; ++lane)
      group.count = std::max(group.count, padded(gaussians[lane].first % vector + gaussians[lane].mass.size()));
    weights_.resize(weights_.size() + lanes * static_cast<std::size_t>(group.count), T(0));
    for (std::size_t lane = 0; lane < size; ++lane) {
      const Gaussian& gaussian = gaussians[lane];
      group.col[lane] = gaussian.col;
      group.first[lane] = std::min(gaussian.first / vector * vector, padded(nodes) - group.count);
      const Index shift = gaussian.first - group.first[lane];
      for (Index i = 0; i < gaussian.mass.size(); ++i) {
        const Index at = i + shift;
        const Index place = (at / vector * static_cast<Index>(lanes) + static_cast<Index>(lane)) * vector + at % vector;
        weights_[group.offset + static_cast<std::size_t>(place)] = gaussian.mass[i];
      }
    }
    groups_.push_back(group);
  }

  std::vector<Gaussian> row_;
  std::vector<Group> groups_;
  std::vector<T, Eigen::aligned_allocator<T>> weights_;
};

}  // namespace klgrid::detail
