// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "klgrid/grid.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"
#include "klgrid/transform/detail/condensed_nodes.hpp"
#include "klgrid/transform/detail/direct_cells.hpp"
#include "klgrid/transform/detail/plane_waves.hpp"
#include "klgrid/transform/options.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// All of a Gauss transform that does not depend on f: which rows of a mesh are computed how, and what is stored for
/// that.
template <Real T>
struct TransformPlan {
  /// Rows that are computed at once: a block of a period's, or a direct one.
  struct Task {
    Index first_row, rows;
    int period;  // -1: direct
    std::size_t block;
  };

  std::vector<Index> used;  // nodes of positive weight; empty if all are
  Grid<T> grid;             // of nodes of positive weight
  ParameterMesh<T> mesh;
  DirectCells<T> direct;
  std::vector<CondensedNodes<T>> levels = {};  // of the nodes, from 1 on
  std::vector<Columns<T>> weights = {};        // of sum 1/4, at the nodes of each level; in the end, of the first
  std::vector<PlaneWaves<T>> periods = {};
  std::vector<Index> level_of_period = {};
  std::vector<Task> tasks = {};
  std::vector<TransformStep> steps = {};
  Vector<T> nearest_nodes = {};  // of each mu
  Surface<T> log_normalizer = {};
  Surface<T> entropy = {};
  std::array<Surface<T>, 7> moments = {};  // by k; empty where not asked for
  Vector<T> scale = {};                    // 1 / Z by rows of stride, not of direct cells
  Index stride = 0;                        // columns, filled up to whole lanes

  /// How many nodes take part.
  [[nodiscard]] Index nodes() const noexcept { return grid.size(); }

  /// What plane waves are summed over, by level: the nodes, or fewer that stand for them.
  [[nodiscard]] WaveNodes<T> wave_nodes(std::size_t level) const {
    return level == 0 ? WaveNodes<T>{nodes(), grid.nodes().data()} : levels[level - 1].nodes();
  }

  /// The same, of the last level so far.
  [[nodiscard]] WaveNodes<T> wave_nodes() const { return wave_nodes(levels.size()); }

  /// 1 if no plane waves are summed over the nodes themselves.
  [[nodiscard]] std::size_t first_level() const {
    return levels.empty() || (!level_of_period.empty() && level_of_period.front() == 0) ? 0 : 1;
  }

  /// 1 / Z of a row, filled up to whole lanes.
  [[nodiscard]] T* scale_of(Index row) noexcept { return scale.data() + row * stride; }
  [[nodiscard]] const T* scale_of(Index row) const noexcept { return scale.data() + row * stride; }

  [[nodiscard]] std::size_t bytes() const noexcept {
    std::size_t sum = direct.bytes();
    for (const auto& waves : periods) sum += waves.bytes();
    for (const auto& level : levels) sum += level.bytes();
    for (const auto& surface : moments) sum += static_cast<std::size_t>(surface.size()) * sizeof(T);
    return sum + static_cast<std::size_t>(log_normalizer.size() + entropy.size() + scale.size()) * sizeof(T);
  }
};

}  // namespace klgrid::detail
