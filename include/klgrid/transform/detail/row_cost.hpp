// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"
#include "klgrid/transform/detail/condensed_means.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// What rows of a mesh cost the Gauss transform by either of its ways, in multiply-adds of its synthesis. The weights
/// of other operations are as measured. The nodes and the mesh have to outlive it.
template <Real T>
class RowCost {
 public:
  /// @param density  of the nodes that stand for them in plane waves, if any do; else infinity
  /// @param bin      how wide bins of means may be
  RowCost(const Vector<T>& nodes, const ParameterMesh<T>& mesh, double density, double bin)
      : nodes_(nodes), mesh_(mesh), density_(density), bin_(bin) {}

  /// Of a row of direct sums, over the nodes within 8 sigma of each cell, by a sample of the means.
  [[nodiscard]] double direct(Index row) const {
    constexpr double of_stored_weight = 5;  // read from memory, for short sums
    const Vector<T>& mu = mesh_.mu();
    const Index samples = std::min<Index>(mu.size(), 16);
    const T reach = T(8) * mesh_.sigma()[row];
    double nodes = 0;
    for (Index i = 0; i < samples; ++i) {
      const T& mean = mu[mu.size() * (2 * i + 1) / (2 * samples)];
      nodes += nodes_between(T(mean - reach), T(mean + reach));
    }
    return of_stored_weight * nodes * static_cast<double>(mu.size()) / static_cast<double>(samples);
  }

  /// Of these rows by plane waves on the best number of panels, and that number.
  [[nodiscard]] std::pair<double, Index> plane_waves(Index row, Index rows, double reach) const {
    constexpr double of_node_and_wave = 3;
    constexpr double of_interpolated_mean = 24;
    constexpr Index least_means = 6;  // of a panel
    const Vector<T>& mu = mesh_.mu();
    const auto narrow = static_cast<double>(mesh_.sigma()[row]);
    const T& wide = mesh_.sigma()[row + rows - 1];
    const double middle = std::sqrt(narrow * static_cast<double>(wide));
    std::pair<double, Index> best{(std::numeric_limits<double>::max)(), 1};
    for (Index panels = 1; panels == 1 || least_means * panels <= mu.size(); panels *= 2) {
      double nodes = 0;
      double farthest = 0;
      double points = 0;
      for (Index i = 0; i < panels; ++i) {
        const T& first = mu[mu.size() * i / panels];
        const T& last = mu[mu.size() * (i + 1) / panels - 1];
        const T from = std::max<T>(first - T(reach) * wide, nodes_[0]);
        const T to = std::min<T>(last + T(reach) * wide, nodes_[nodes_.size() - 1]);
        farthest = (std::max)({farthest, static_cast<double>(T(last - from)), static_cast<double>(T(to - first))});
        const double within = nodes_between(from, to);
        points += CondensedMeans<T>::points_of(static_cast<double>(T(last - first)), bin_);
        nodes += from < to ? (std::min)(within, density_ * static_cast<double>(T(to - from))) : within;
      }
      const double period = farthest + reach * static_cast<double>(wide);
      const auto waves = [&](double sigma) { return reach * period / (2 * std::numbers::pi * sigma) + 1; };
      const auto means = static_cast<double>(mu.size());
      const double of_row = CondensedMeans<T>::worthwhile(points, means, rows, waves(narrow))
                                ? of_interpolated_mean * means + points * waves(middle)
                                : means * waves(middle);
      const double cost = of_node_and_wave * nodes * waves(narrow) + static_cast<double>(rows) * of_row;
      if (cost > 2 * best.first) break;  // more panels than the best number
      if (cost < best.first) best = {cost, panels};
    }
    return best;
  }

 private:
  [[nodiscard]] double nodes_between(const T& from, const T& to) const {
    const T* const end = nodes_.data() + nodes_.size();
    const T* const first = std::lower_bound(nodes_.data(), end, from);
    return static_cast<double>(std::upper_bound(first, end, to) - first);
  }

  const Vector<T>& nodes_;
  const ParameterMesh<T>& mesh_;
  double density_, bin_;
};

}  // namespace klgrid::detail
