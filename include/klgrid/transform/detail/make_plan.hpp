// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "klgrid/detail/from_nearest.hpp"
#include "klgrid/detail/packets.hpp"
#include "klgrid/grid.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"
#include "klgrid/transform/detail/condensed_nodes.hpp"
#include "klgrid/transform/detail/direct_cells.hpp"
#include "klgrid/transform/detail/plane_waves.hpp"
#include "klgrid/transform/detail/row_cost.hpp"
#include "klgrid/transform/detail/transform_plan.hpp"
#include "klgrid/transform/options.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// Chooses how the rows of a mesh are computed, from the narrowest on, and makes what is stored for them; see the essay
/// in gauss_transform.hpp.
template <Real T>
class PlanMaker {
 public:
  /// All three have to outlive it.
  PlanMaker(const Grid<T>& grid, const ParameterMesh<T>& mesh, const TransformOptions<T>& options)
      : mesh_(mesh),
        options_(options),
        tolerance_(static_cast<double>(options.tolerance)),
        highest_moment_(options.entropy ? 2 : 0),
        used_(of_positive_weight(grid)),
        nodes_(used_.empty() ? grid : part_of(grid, used_)) {
    for (int k : options.moments) highest_moment_ = (std::max)(highest_moment_, k);
    // Sums of one number at a time round more than those of whole registers.
    const double of_sums = lane_size<T> > 1 ? 3 : 4;
    const double roundings = of_sums * static_cast<double>(std::numeric_limits<T>::epsilon()) / tolerance_;
    // Waves times He_k, of which the root of k! is the size, cancel to what may be small: 1 is for sums alone.
    least_share_ = roundings * std::sqrt(std::tgamma(highest_moment_ + 1)) > 1 ? 1.0 : roundings;
    share_ = least_share_;
  }

  [[nodiscard]] TransformPlan<T> make() {
    // A share of the tolerance, and of values that grow as z^2: it costs a node in ten, and makes direct cells as exact
    // as plain sums where f, as log p does, grows far beyond what it is near the mean.
    TransformPlan<T> plan{used_, nodes_, mesh_,
                          DirectCells<T>(nodes_, tolerance_ / 1024, options_.highest_power, highest_moment_)};
    set_weights(plan);
    plan.nearest_nodes.resize(cols());
    set_nearest(plan.nearest_nodes.data());
    plan.log_normalizer.resize(mesh_.rows(), cols());
    if (options_.entropy) plan.entropy.resize(mesh_.rows(), cols());
    for (int k : options_.moments) plan.moments[static_cast<std::size_t>(k)].resize(mesh_.rows(), cols());
    plan.stride = PlaneWaves<T>::row_stride(cols());
    plan.scale = repeated(T(0), mesh_.rows() * plan.stride);
    make_steps(plan);
    plan.direct.shrink_to_fit();
    plan.weights.resize(1);
    plan.weights.shrink_to_fit();
    return plan;
  }

 private:
  /// Nodes of weight zero take no part, whatever f is there. The others, or none if that is all.
  static std::vector<Index> of_positive_weight(const Grid<T>& grid) {
    std::vector<Index> used;
    for (Index i = 0; grid.has_zero_weights() && i < grid.size(); ++i)
      if (grid.weights()[i] > T(0)) used.push_back(i);
    return used;
  }

  static Grid<T> part_of(const Grid<T>& grid, const std::vector<Index>& used) {
    const auto n = static_cast<Index>(used.size());
    Vector<T> nodes(n), weights(n);
    for (Index i = 0; i < n; ++i) {
      nodes[i] = grid.nodes()[used[static_cast<std::size_t>(i)]];
      weights[i] = grid.weights()[used[static_cast<std::size_t>(i)]];
    }
    return Grid<T>(std::move(nodes), std::move(weights));
  }

  [[nodiscard]] Index cols() const noexcept { return mesh_.cols(); }

  /// Of means and nodes, which are both sorted.
  void set_nearest(T* nearest) const {
    const T* const nodes = nodes_.nodes().data();
    const Index n = nodes_.size();
    Index after = 0;
    for (Index col = 0; col < cols(); ++col) {
      const T& mu = mesh_.mu()[col];
      Index step = 1;
      while (after + step < n && nodes[after + step] < mu) step *= 2;
      after = std::lower_bound(nodes + after, nodes + (std::min)(after + step, n), mu) - nodes;
      nearest[col] = nodes[nearest_of(nodes, n, after, mu)];
    }
  }

  /// Weights are counted in units of four times their sum: no sum of them and of f overflows where f does not. A share
  /// too small for a normal number counts as the least one.
  void set_weights(TransformPlan<T>& plan) {
    using std::log;
    T sum(0);
    for (Index i = 0; i < nodes_.size(); ++i) sum += nodes_.weights()[i];
    const T least = (std::numeric_limits<T>::min)();
    T* const weights = plan.weights.emplace_back(nodes_.size(), 1)[0];
    for (Index i = 0; i < nodes_.size(); ++i) weights[i] = (std::max)(least, T(nodes_.weights()[i] / sum / T(4)));
    log_weight_unit_ = T(log(sum)) + T(log(T(4)));
  }

  /// Beyond this many sigma the kernel times z^power, and beyond this u its spectrum, is below a quarter of the error
  /// that may be made of Gaussians that gather share_ of the weights.
  [[nodiscard]] double reach(int power) const {
    return std::sqrt(2 * (std::log(16 / (tolerance_ * share_)) + power * std::log(12.0)));
  }

  /// Runs of rows from the narrowest on, each as chosen.
  void make_steps(TransformPlan<T>& plan) {
    for (Index row = 0; row < mesh_.rows();) {
      add_level(plan, mesh_.sigma()[row]);
      const TransformStep step = cheapest(plan, row);
      if (step.panels == 0 && !plan.steps.empty() && plan.steps.back().panels == 0)
        plan.steps.back().rows += step.rows;
      else
        plan.steps.push_back(step);
      if (step.panels == 0)
        add_direct_row(plan, row);
      else
        add_period(plan, plan.steps.back());
      row += step.rows;
    }
  }

  /// Fewer nodes for plane waves of this sigma and those above it, if they are few enough to be worth their making.
  void add_level(TransformPlan<T>& plan, const T& sigma) const {
    using Condensed = CondensedNodes<T>;
    const double width = Condensed::rounded(widest_bin(sigma));
    if (Condensed::worthwhile(plan.wave_nodes(), width)) plan.levels.emplace_back(plan.wave_nodes(), width);
  }

  /// In which nodes, or means, may be replaced by Chebyshev points, for this sigma and those above it.
  [[nodiscard]] double widest_bin(const T& sigma) const {
    const double powers = std::pow(12.0, (std::max)(options_.highest_power, highest_moment_));
    return static_cast<double>(sigma) * ChebyshevBin<T>::widest(tolerance_ * share_ / (8 * powers));
  }

  /// The next rows and their way with the least cost.
  [[nodiscard]] TransformStep cheapest(const TransformPlan<T>& plan, Index row) const {
    using Method = TransformStep::Method;
    const Vector<T>& sigma = mesh_.sigma();
    TransformStep best{Method::direct, row, 1, 0, 0, 0};
    if (!(least_share_ < 1)) return best;
    const double density = plan.levels.empty()
                               ? std::numeric_limits<double>::infinity()
                               : static_cast<double>(CondensedNodes<T>::points) / plan.levels.back().width();
    const RowCost<T> cost_of(nodes_.nodes(), mesh_, density, widest_bin(sigma[row]));
    const double waves_reach = reach(options_.highest_power);
    const double direct = cost_of.direct(row);
    double least = direct;  // a row
    for (const double ratio : {1.3, 1.6, 2.0, 2.4}) {
      const Index rows = std::upper_bound(sigma.data() + row, sigma.data() + sigma.size(), T(T(ratio) * sigma[row])) -
                         (sigma.data() + row);
      const auto [cost, panels] = cost_of.plane_waves(row, rows, waves_reach);
      if (rows > 1 && direct + cost_of.plane_waves(row + 1, rows - 1, waves_reach).first < cost) continue;
      if (!(cost / static_cast<double>(rows) < least)) continue;
      least = cost / static_cast<double>(rows);
      best = {Method::plane_waves, row, rows, panels, 0, 0};
    }
    return best;
  }

  void add_direct_row(TransformPlan<T>& plan, Index row) const {
    const std::size_t before = plan.direct.bytes();
    for (Index col = 0; col < cols(); ++col) add_direct(plan, row, col);
    plan.direct.end_row();
    plan.tasks.push_back({row, 1, -1, 0});
    plan.steps.back().bytes += plan.direct.bytes() - before;
  }

  /// The rows of the step by plane waves. Afterwards share_ is the least share of the weights that any later Gaussian
  /// gathers: it grows with sigma.
  void add_period(TransformPlan<T>& plan, TransformStep& step) {
    const std::size_t before = plan.direct.bytes();
    const auto expand = [&](int power) {
      return PlaneWaves<T>(plan.wave_nodes(), mesh_.mu(), mesh_.sigma(),
                           {step.first_row, step.rows, step.panels, reach(power), tolerance_ / 4,
                            widest_bin(mesh_.sigma()[step.first_row])});
    };
    const auto& waves = plan.periods.emplace_back(expand(options_.highest_power));
    plan.level_of_period.push_back(static_cast<Index>(plan.levels.size()));
    condense_weights(plan);
    const int period = static_cast<int>(plan.periods.size()) - 1;
    for (std::size_t b = 0; b < waves.blocks().size(); ++b)
      plan.tasks.push_back({waves.blocks()[b].first_row, waves.blocks()[b].rows, period, b});
    if (highest_moment_ > options_.highest_power)
      sum_weights(plan, expand(highest_moment_));
    else
      sum_weights(plan, waves);
    const auto least = least_masses(plan, step, waves);
    const T* const last = plan.scale_of(step.first_row + step.rows - 1);
    share_ = (std::max)(share_, 4 * static_cast<double>(*std::min_element(last, last + cols())));
    normalize(plan, step, waves, least);
    step.waves = waves.most_waves();
    step.bytes = waves.bytes() + plan.direct.bytes() - before;
  }

  /// What the weights are at the nodes of each level.
  static void condense_weights(TransformPlan<T>& plan) {
    for (std::size_t level = plan.weights.size(); level <= plan.levels.size(); ++level) {
      auto& next = plan.weights.emplace_back(plan.wave_nodes(level).size, 1);
      plan.levels[level - 1].condense(plan.wave_nodes(level - 1), plan.weights[level - 1][0], nullptr, next[0]);
    }
  }

  /// Z in place of 1 / Z, for now, and the moments that are asked for, by the transform itself.
  void sum_weights(TransformPlan<T>& plan, const PlaneWaves<T>& waves) const {
    typename PlaneWaves<T>::Spectrum spectrum;
    waves.analyze(plan.weights.back(), 1, spectrum);
    typename PlaneWaves<T>::Scratch scratch;
    Vector<T> factor, moment;
    for (const auto& block : waves.blocks()) {
      const Index size = block.rows * plan.stride;
      const auto sum = [&](int power, T* out) {
        waves.evaluate(block, power, spectrum.values[0], plan.mesh.mu().data(), scratch, factor.data(), out,
                       plan.stride);
      };
      T* const z = plan.scale_of(block.first_row);
      factor = repeated(T(1), size);
      sum(0, z);
      if (highest_moment_ == 0) continue;
      for (Index i = 0; i < size; ++i) factor[i] = T(1) / z[i];
      moment.resize(size);
      const auto take = [&](int power, const T& times, Surface<T>& of_rows) {
        sum(power, moment.data());
        for (Index r = 0; r < block.rows; ++r)
          for (Index col = 0; col < cols(); ++col)
            of_rows(block.first_row + r, col) = times * moment[r * plan.stride + col];
      };
      for (int k : options_.moments) take(k, T(1), plan.moments[static_cast<std::size_t>(k)]);
      if (options_.entropy) take(2, T(0.5), plan.entropy);  // to which log Z is still to be added
    }
  }

  /// What the Gaussians of each panel have to gather for a small error relative to all weights, the panel's and those
  /// out of its reach, to be one relative to theirs.
  [[nodiscard]] std::vector<T> least_masses(const TransformPlan<T>& plan, const TransformStep& step,
                                            const PlaneWaves<T>& waves) const {
    const auto nodes = plan.wave_nodes();
    const T* const weights = plan.weights.back()[0];
    const double to_nodes = reach(options_.highest_power);
    const T a_sigma_more = T(to_nodes + 1) * mesh_.sigma()[step.first_row + step.rows - 1] + nodes.half_width;
    std::vector<T> least;
    for (const auto& panel : waves.panels()) {
      const T& first = mesh_.mu()[panel.first_col];
      const T& last = mesh_.mu()[panel.first_col + panel.cols - 1];
      T beyond = T(std::exp(-to_nodes) / 4);  // of all, for which a sigma further off the kernel is so much less
      for (Index i = panel.first_node; i > 0 && first - nodes.base[i - 1] < a_sigma_more; --i) beyond += weights[i - 1];
      for (Index i = panel.first_node + panel.nodes; i < nodes.size && nodes.base[i] - last < a_sigma_more; ++i)
        beyond += weights[i];
      const T within = mass(weights + panel.first_node, panel.nodes);
      least.push_back((std::max)(T(least_share_) * within, T(share_ / 4) * beyond));
    }
    return least;
  }

  /// Log Z and 1 / Z, and direct cells where the mass is less than the least of their panel.
  void normalize(TransformPlan<T>& plan, const TransformStep& step, const PlaneWaves<T>& waves,
                 const std::vector<T>& least) const {
    for (Index row = step.first_row; row < step.first_row + step.rows; ++row) {
      normalize_row(plan, row);
      const T* const inverse = plan.scale_of(row);
      for (std::size_t i = 0; i < least.size(); ++i) {
        const auto& panel = waves.panels()[i];
        const T most = T(1) / least[i];
        for (Index col = panel.first_col; col < panel.first_col + panel.cols; ++col)
          if (panel.nodes == 0 || !(inverse[col] > T(0) && inverse[col] * cancellation(plan, row, col) < most))
            add_direct(plan, row, col);
      }
      plan.direct.end_row();
    }
  }

  /// The rounding of a moment is that of what nodes without gaps have, (k - 1)!!, and counts more where less is left.
  [[nodiscard]] T cancellation(const TransformPlan<T>& plan, Index row, Index col) const {
    T most(1);
    for (int k : options_.moments) {
      T full(1);
      for (int factor = k - 1; factor > 1; factor -= 2) full *= T(factor);
      if (k % 2 == 0)
        most = (std::max)(most, T(full / (std::max)(T(1), plan.moments[static_cast<std::size_t>(k)](row, col))));
    }
    return most;
  }

  void normalize_row(TransformPlan<T>& plan, Index row) const {
    T* const z = plan.scale_of(row);
    T* const log_z = plan.log_normalizer.data() + row * cols();
    T* const entropy = options_.entropy ? plan.entropy.data() + row * cols() : nullptr;
    const T* const nearest = plan.nearest_nodes.data();
    const T* const mu = mesh_.mu().data();
    const T sigma = mesh_.sigma()[row];
    const T log_unit = log_weight_unit_;
    for_packs<T>(cols(), [&](Index i, auto at) {
      const auto z_nearest = (at(nearest + i) - at(mu + i)) / sigma;
      const auto log_sum = log(at(z + i)) + log_unit;
      if (entropy != nullptr) (at(entropy + i) + log_sum).store(entropy + i);
      (log_sum + z_nearest * z_nearest * T(0.5)).store(log_z + i);
      (T(1) / at(z + i)).store(z + i);
    });
  }

  static T mass(const T* weights, Index count) {
    T sum(0);
    for (Index i = 0; i < count; ++i) sum += weights[i];
    return sum;
  }

  void add_direct(TransformPlan<T>& plan, Index row, Index col) const {
    const auto cell = plan.direct.add(plan.weights[0][0], col, mesh_.mu()[col], mesh_.sigma()[row]);
    plan.log_normalizer(row, col) = cell.log_normalizer + log_weight_unit_;
    if (options_.entropy) plan.entropy(row, col) = cell.entropy + log_weight_unit_;
    for (int k : options_.moments) plan.moments[static_cast<std::size_t>(k)](row, col) = cell.moments[k];
  }

  const ParameterMesh<T>& mesh_;
  const TransformOptions<T>& options_;
  double tolerance_;
  double least_share_;  // Z / W of a cell that is not direct: see ERROR in the essay
  double share_;        // that all Gaussians from the present row on gather at least
  int highest_moment_;
  T log_weight_unit_{};
  std::vector<Index> used_;
  Grid<T> nodes_;
};

}  // namespace klgrid::detail
