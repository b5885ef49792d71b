// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
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
    T moments[7];
  };

  /// Nodes are read a vector at a time: values are to be padded to padded(n), with zeros,
  /// and aligned as Eigen aligns.
  static constexpr Index vector = std::max<Index>(1, Eigen::internal::packet_traits<T>::size);
  static Index padded(Index n) { return (n + vector - 1) / vector * vector; }

  /// Stored weights are w_i q_i z_i^power. Nodes are left out whose share of the mass is below error in all, times
  /// |z|^power.
  /// @param moments  the highest of them to be given by add, at most 6
  DirectCells(const Vector<T>& weights, double error, int power, int moments)
      : error_(error),
        power_(power),
        moments_(moments),
        largest_weight_(weights.size() > 0 ? weights.maxCoeff() : T(1)) {}

  /// Adds the Gaussian (mu, sigma) in a column of the current row. Fast if mu grows from one to the next.
  Normalized add(Index col, const T& mu, const T& sigma, const Vector<T>& nodes, const Vector<T>& weights) {
    using std::log;
    const Index nearest = nearest_node(nodes, mu);
    const T z_nearest = (nodes[nearest] - mu) / sigma;
    const auto [first, count] = nodes_that_count(nodes, weights[nearest], nearest, mu, sigma, z_nearest);
    const auto x = nodes.segment(first, count);
    for (auto& buffer : buffers_) buffer.resize(std::max(buffer.size(), nodes.size()));
    auto z = buffers_[0].head(count);
    auto mass = buffers_[1].head(count);
    auto powers = buffers_[2].head(count);
    z = (x - mu) * (T(1) / sigma);
    if (z_nearest < T(2) && z_nearest > T(-2))
      mass = weights.segment(first, count) * (T(0.5) * (z_nearest - z) * (z_nearest + z)).exp();
    else
      mass = weights.segment(first, count) * far_exponents(x, nearest - first, mu, sigma).exp();
    const T sum = mass.sum();
    mass *= T(1) / sum;
    Normalized result{T(log(sum)) - z_nearest * z_nearest / T(2), {T(1)}};
    for (int k = 1; k <= moments_; ++k) {
      powers = (k == 1 ? mass : powers) * z;
      result.moments[k] = powers.sum();
    }
    for (int k = 0; k < power_; ++k) mass *= z;
    keep(col, first, mass);
    return result;
  }

  /// The next Gaussians are those of the next row.
  void end_row(Index nodes) {
    Row row;
    Index stored = 0;
    for (std::size_t i = 0; i < gaussians_.size(); i += lanes) {
      Group group{{}, {}, 0, std::min(lanes, gaussians_.size() - i), stored};
      for (std::size_t lane = 0; lane < group.size; ++lane)
        group.count = std::max(group.count, padded(gaussians_[i + lane].first % vector + gaussians_[i + lane].count));
      stored += static_cast<Index>(lanes) * group.count;
      row.groups.push_back(group);
    }
    row.weights = Vector<T>::Zero(stored);
    for (std::size_t i = 0; i < gaussians_.size(); ++i) {
      Group& group = row.groups[i / lanes];
      const Gaussian& gaussian = gaussians_[i];
      const std::size_t lane = i % lanes;
      group.col[lane] = gaussian.col;
      group.first[lane] = std::min(gaussian.first / vector * vector, padded(nodes) - group.count);
      const Index at = group.offset + static_cast<Index>(lane) * group.count + gaussian.first - group.first[lane];
      std::copy_n(row_mass_.data() + gaussian.offset, gaussian.count, row.weights.data() + at);
    }
    bytes_ += row.groups.size() * sizeof(Group) + static_cast<std::size_t>(stored) * sizeof(T);
    rows_.push_back(std::move(row));
    after_mu_ = first_ = end_ = 0;
    gaussians_.clear();
    row_mass_.clear();
  }

  /// Gives back what only add and end_row need.
  void shrink_to_fit() {
    gaussians_ = std::vector<Gaussian>();
    row_mass_ = std::vector<T>();
    for (auto& buffer : buffers_) buffer.resize(0);
  }

  /// sum_i w_i q_i z_i^power f_i of every Gaussian of the row, to its column of out, for D functions f.
  template <int D>
  void expectations(Index row, const T* const (&f)[D], T* const (&out)[D]) const {
    using Lane = Eigen::Array<T, vector, 1>;
    const auto read = [](const T* from) { return Eigen::Map<const Lane, alignment>(from); };
    const Row& cells = rows_[static_cast<std::size_t>(row)];
    for (const Group& group : cells.groups) {
      const T* weights = cells.weights.data() + group.offset;
      Lane sums[lanes][D];
      for (auto& of_lane : sums)
        for (auto& sum : of_lane) sum.setZero();
      for (Index i = 0; i < group.count; i += vector, weights += vector)
        for (std::size_t lane = 0; lane < lanes; ++lane) {
          const Lane weight = read(weights + static_cast<Index>(lane) * group.count);
          for (int d = 0; d < D; ++d) sums[lane][d] += weight * read(f[d] + group.first[lane] + i);
        }
      for (std::size_t lane = 0; lane < group.size; ++lane)
        for (int d = 0; d < D; ++d) out[d][group.col[lane]] = sums[lane][d].sum();
    }
  }

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  static constexpr int alignment = vector > 1 ? int{Eigen::AlignedMax} : int{Eigen::Unaligned};
  static constexpr std::size_t lanes = 4;  // independent sums, as many as hide the latency of a multiply-add

  /// A Gaussian of the current row; its weights are in row_mass_ from offset on.
  struct Gaussian {
    Index col, first, count;
    std::size_t offset;
  };

  /// Gaussians summed side by side, over equally many nodes: the weights of each stand together, one after the other.
  struct Group {
    Index col[lanes], first[lanes];
    Index count;
    std::size_t size;
    Index offset;  // of the weights
  };

  struct Row {
    std::vector<Group> groups;
    Vector<T> weights;
  };

  /// The first node not below value, searched from where the last one was.
  static Index find(const Vector<T>& nodes, const T& value, Index& from) {
    while (from > 0 && nodes[from - 1] >= value) --from;
    while (from < nodes.size() && nodes[from] < value) ++from;
    return from;
  }

  Index nearest_node(const Vector<T>& nodes, const T& mu) {
    const Index after = find(nodes, mu, after_mu_);
    if (after == 0) return 0;
    return after == nodes.size() || mu - nodes[after - 1] < nodes[after] - mu ? after - 1 : after;
  }

  /// First and number of the nodes around the nearest one, without those that carry no mass that counts even if all n
  /// nodes were there.
  std::pair<Index, Index> nodes_that_count(const Vector<T>& nodes, const T& weight, Index nearest, const T& mu,
                                           const T& sigma, const T& z_nearest) {
    using std::sqrt;
    const auto least_ratio = static_cast<double>(T(weight / largest_weight_));
    const T depth = T(std::log(static_cast<double>(nodes.size()) / (error_ * least_ratio)) +
                      std::max(power_, moments_) * std::log(12.0));
    const T farthest = sqrt(T(z_nearest * z_nearest + T(2) * depth)) * sigma;
    const Index first = std::min(nearest, find(nodes, T(mu - farthest), first_));
    return {first, std::max(nearest + 1, find(nodes, T(mu + farthest), end_)) - first};
  }

  /// (z_nearest^2 - z^2) / 2 = (x_nearest - x) ((x_nearest - mu) + (x - mu)) / (2 sigma^2) for a mean far from all
  /// nodes. Half-way between two nodes that are many sigma apart the sum cancels, so what the two differences lose by
  /// rounding is added back (two-sum).
  static Vector<T> far_exponents(const Vector<T>& x, Index nearest, const T& mu, const T& sigma) {
    const Vector<T> from_mu = x - mu;
    const Vector<T> rounded = from_mu - x;
    const Vector<T> lost = (x - (from_mu - rounded)) - (mu + rounded);
    const Vector<T> sum = (from_mu + from_mu[nearest]) + (lost + lost[nearest]);
    return (x[nearest] - x) / sigma * (sum / sigma) / T(2);
  }

  /// Drops from both ends what is below half the error in all, and keeps the rest.
  template <class Mass>
  void keep(Index col, Index first, const Mass& mass) {
    const T half_error = T(error_ / 2);
    const auto part = [&](Index i) { return mass[i] < T(0) ? T(-mass[i]) : mass[i]; };
    Index begin = 0;
    Index end = mass.size();
    for (T dropped = part(begin); begin + 1 < end && dropped < half_error; dropped += part(begin)) ++begin;
    for (T dropped = part(end - 1); begin + 1 < end && dropped < half_error; dropped += part(end - 1)) --end;
    gaussians_.push_back({col, first + begin, end - begin, row_mass_.size()});
    row_mass_.insert(row_mass_.end(), mass.data() + begin, mass.data() + end);
  }

  double error_;
  int power_;
  int moments_;
  T largest_weight_;
  Vector<T> buffers_[3];                      // of add
  Index after_mu_ = 0, first_ = 0, end_ = 0;  // where nodes were found last
  std::vector<Gaussian> gaussians_;           // of the current row
  std::vector<T> row_mass_;
  std::vector<Row> rows_;
  std::size_t bytes_ = 0;
};

}  // namespace klgrid::detail
