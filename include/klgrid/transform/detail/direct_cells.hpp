// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "klgrid/detail/from_nearest.hpp"
#include "klgrid/grid.hpp"
#include "klgrid/real.hpp"
#include "klgrid/transform/detail/lanes.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// The Gaussians of a mesh whose expectations are summed as they are defined, over the few nodes near their mean, with
/// stored weights. They are normalised relative to the nearest node, so that neither a mean far off the nodes nor a
/// Gaussian much narrower than their spacing underflows.
template <Real T>
class DirectCells {
 public:
  /// Log normaliser, counted from the nearest node, entropy and E_q[z^k], k = 0, 1, ..., of one Gaussian.
  struct Normalized {
    T log_normalizer;
    T entropy;
    T moments[7];
  };

  /// Nodes are left out whose share of the mass, times max(1, |z|)^highest_power, is below error in all.
  /// @param highest_power  the highest power of z to be asked of expectation_of_power
  /// @param moments        the highest of them to be given by add, at most 6
  DirectCells(const Grid<T>& grid, double error, int highest_power, int moments)
      : grid_(grid),
        error_(error),
        highest_power_((std::max)(highest_power + 2, moments)),
        moments_(moments),
        largest_weight_(largest_of(grid.weights().data(), grid.size(), T(0))) {}

  /// Adds the Gaussian (mu, sigma) in a column of the current row, with the grid's weights in whatever unit. Fast if mu
  /// grows from one to the next.
  Normalized add(const T* grid_weights, Index col, const T& mu, const T& sigma) {
    using std::log;
    const T* const nodes = grid_.nodes().data();
    const Index nearest = nearest_of(nodes, grid_.size(), find(mu, after_mu_), mu);
    const T depth = depth_that_counts(nearest);
    const auto [first, count] = nodes_that_count(nearest, mu, sigma, depth);
    for (auto& buffer : buffers_) buffer.resize((std::max)(buffer.size(), count));
    const T* const x = nodes + first;
    const T* const weights = grid_weights + first;
    T* const z = buffers_[0].data();
    T* const mass = buffers_[1].data();
    T* const powers = buffers_[2].data();
    exponents_from(nodes[nearest], x, count, mu, sigma, powers);
    // Beside a nearest node of next to no weight others count whose exponentials alone are below the range.
    const T range = T(0.69 * (std::numeric_limits<T>::max_exponent - 4));
    const T raised = (std::max)(T(0), (std::min)(range, T(depth - range)));
    for (Index i = 0; i < count; ++i) mass[i] = powers[i] + raised;
    exponentiate(mass, count);
    const T sum = dot(weights, mass, count);
    for (Index i = 0; i < count; ++i) mass[i] *= weights[i] / sum;
    const T log_sum = T(log(sum)) - raised;
    for (Index i = 0; i < count; ++i) powers[i] = (std::max)(powers[i], T(std::numeric_limits<T>::lowest()));
    Normalized result{log_sum, log_sum - dot(mass, powers, count), {T(1)}};
    for (Index i = 0; i < count; ++i) z[i] = mass[i] > T(0) ? T((x[i] - mu) / sigma) : T(0);
    std::copy_n(mass, count, powers);
    for (int k = 1; k <= moments_; ++k) {
      result.moments[k] = dot(powers, z, count);
      for (Index i = 0; i < count; ++i) powers[i] *= z[i];
    }
    for (Index i = 0; i < count; ++i) {
      const T largest = (std::max)({T(z[i]), T(-z[i]), T(1)});
      powers[i] = mass[i];
      for (int k = 0; k < highest_power_; ++k) powers[i] *= largest;
    }
    row_sigma_ = sigma;
    keep(col, first, count, mass, powers);
    return result;
  }

  /// The next Gaussians are those of the next row.
  void end_row() {
    Row row;
    row.sigma = row_sigma_;
    Index stored = 0;
    for (std::size_t i = 0; i < gaussians_.size(); i += lanes) {
      Group group{{}, {}, 0, (std::min)(lanes, gaussians_.size() - i)};
      for (std::size_t lane = 0; lane < group.size; ++lane)
        group.count = (std::max)(group.count, gaussians_[i + lane].count);
      // What is left of whole lanes takes longer than a lane, but for few nodes a lane takes more room than they do.
      if (group.count > lane_size<T>) group.count = (std::min)(whole_lanes<T>(group.count), grid_.size());
      stored += static_cast<Index>(lanes) * group.count;
      row.groups.push_back(group);
    }
    row.weights = repeated(T(0), stored);
    T* weights = row.weights.data();
    for (std::size_t i = 0; i < gaussians_.size(); ++i, weights += row.groups[(i - 1) / lanes].count) {
      Group& group = row.groups[i / lanes];
      const Gaussian& gaussian = gaussians_[i];
      const std::size_t lane = i % lanes;
      group.col[lane] = gaussian.col;
      group.first[lane] = (std::min)(gaussian.first, grid_.size() - group.count);
      std::copy_n(row_mass_.data() + gaussian.offset, gaussian.count, weights + gaussian.first - group.first[lane]);
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

  /// sum_i w_i q_i f_i of every Gaussian of the row, to its column of out.
  void expectation(Index row, const T* f, T* out) const {
    const Row& cells = rows_[static_cast<std::size_t>(row)];
    const T* weights = cells.weights.data();
    for (const Group& group : cells.groups) {
      T sums[lanes]{};
      const Index whole = group.count / lane_size<T> * lane_size<T>;
      if (whole > 0) add_lanes(group, whole, weights, f, sums);
      for (Index i = whole; i < group.count; ++i)
        for (std::size_t lane = 0; lane < lanes; ++lane)
          sums[lane] += weights[static_cast<Index>(lane) * group.count + i] * f[group.first[lane] + i];
      for (std::size_t lane = 0; lane < group.size; ++lane) out[group.col[lane]] = sums[lane];
      weights += static_cast<Index>(lanes) * group.count;
    }
  }

  /// sum_i w_i q_i z_i^power f_i, with the means of the mesh. A weight that is 0 stays 0, however large z is.
  void expectation_of_power(Index row, int power, const T* means, const T* f, T* out) const {
    const Row& cells = rows_[static_cast<std::size_t>(row)];
    const T most = (std::numeric_limits<T>::max)();
    const T precision = (std::min)(most, T(T(1) / cells.sigma));
    const T* weights = cells.weights.data();
    for (const Group& group : cells.groups) {
      for (std::size_t lane = 0; lane < group.size; ++lane) {
        const auto part = [&](auto& sum, Index i) {
          using Number = std::remove_reference_t<decltype(sum)>;
          const Index node = group.first[lane] + i;
          const Number z = in_range((Number::load(grid_.nodes().data() + node) - means[group.col[lane]]) * precision);
          Number term = Number::load(weights + static_cast<Index>(lane) * group.count + i) * Number::load(f + node);
          for (int k = 0; k < power; ++k) term = term * z;
          sum = sum + term;
        };
        Pack<T> sum(T(0));
        Pack<T, true> rest(T(0));
        Index i = 0;
        for (; i + lane_size<T> <= group.count; i += lane_size<T>) part(sum, i);
        for (; i < group.count; ++i) part(rest, i);
        out[group.col[lane]] = sum.sum() + rest.value;
      }
      weights += static_cast<Index>(lanes) * group.count;
    }
  }

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
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
  };

  struct Row {
    std::vector<Group> groups;
    Vector<T> weights;
    T sigma{};
  };

  /// The sums of a group over so many nodes, whole lanes of them.
  static void add_lanes(const Group& group, Index whole, const T* weights, const T* f, T* sums) {
    Pack<T> sum[lanes];
    for (auto& each : sum) each = T(0);
    for (Index i = 0; i < whole; i += lane_size<T>)
      for (std::size_t lane = 0; lane < lanes; ++lane)
        sum[lane] = multiply_add(Pack<T>::load(weights + static_cast<Index>(lane) * group.count + i),
                                 Pack<T>::load(f + group.first[lane] + i), sum[lane]);
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] = sum[lane].sum();
  }

  /// The first node not below value, searched from where the last one was.
  Index find(const T& value, Index& from) const {
    const T* const nodes = grid_.nodes().data();
    while (from > 0 && nodes[from - 1] >= value) --from;
    while (from < grid_.size() && nodes[from] < value) ++from;
    return from;
  }

  /// Nodes whose exponents are so far below the nearest one's carry no mass that counts, even if all n were there.
  [[nodiscard]] T depth_that_counts(Index nearest) const {
    using std::log;
    const T lighter = T(log(largest_weight_)) - T(log(T(grid_.weights()[nearest])));
    return lighter + T(std::log(static_cast<double>(grid_.size()) / error_) + highest_power_ * std::log(12.0));
  }

  /// First and number of the nodes around the nearest one that are not beyond the depth: those within sqrt(z0^2 + 2
  /// depth) sigma of the mean, which is counted from z0 on for a depth that z0^2 would swallow.
  std::pair<Index, Index> nodes_that_count(Index nearest, const T& mu, const T& sigma, const T& depth) {
    using std::abs;
    using std::sqrt;
    const T distance = abs(T(grid_.nodes()[nearest] - mu));
    const T z_nearest = distance / sigma;
    const T beyond = T(2) * depth * sigma / (z_nearest + T(sqrt(T(z_nearest * z_nearest + T(2) * depth))));
    const T rounding = T(4) * std::numeric_limits<T>::epsilon() * (abs(mu) + distance);
    const T farthest = distance + (beyond + rounding);
    const Index first = (std::min)(nearest, find(T(mu - farthest), first_));
    return {first, (std::max)(nearest + 1, find(T(mu + farthest), end_)) - first};
  }

  /// Drops from both ends what is below half the error in all, and keeps the rest.
  void keep(Index col, Index first, Index count, const T* mass, const T* part) {
    const T half_error = T(error_ / 2);
    Index begin = 0;
    Index end = count;
    for (T dropped = part[begin]; begin + 1 < end && dropped < half_error; dropped += part[begin]) ++begin;
    for (T dropped = part[end - 1]; begin + 1 < end && dropped < half_error; dropped += part[end - 1]) --end;
    gaussians_.push_back({col, first + begin, end - begin, row_mass_.size()});
    row_mass_.insert(row_mass_.end(), mass + begin, mass + end);
  }

  Grid<T> grid_;
  double error_{};
  int highest_power_{};
  int moments_{};
  T largest_weight_{};
  Vector<T> buffers_[3];                      // of add
  Index after_mu_ = 0, first_ = 0, end_ = 0;  // where nodes were found last
  std::vector<Gaussian> gaussians_;           // of the current row
  std::vector<T> row_mass_;
  T row_sigma_{};
  std::vector<Row> rows_;
  std::size_t bytes_ = 0;
};

}  // namespace klgrid::detail
