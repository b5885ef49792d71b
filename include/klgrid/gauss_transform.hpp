// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "klgrid/detail/direct_cells.hpp"
#include "klgrid/detail/gauss_expansion.hpp"
#include "klgrid/detail/require.hpp"
#include "klgrid/executor.hpp"
#include "klgrid/grid.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"

/// The Gauss transform of values f_i at nodes x_i with weights w_i,
///
///   G(mu, sigma) = sum_i w_i f_i exp(-z_i^2 / 2),   z_i = (x_i - mu) / sigma,
///
/// for all (mu, sigma) of a mesh, normalised: E_q[f] = G / Z, Z the transform of f = 1. By definition it costs
/// cells x nodes. Here it costs little more than writing the result, with an error that is known beforehand.
///
/// THE IDEA. Where sigma is not small, exp(-z^2/2) is so smooth in x and in mu that it is, to rounding, a polynomial in
/// both. Let c be the middle of the means, A and B the half-widths of nodes and means about c. With Chebyshev
/// polynomials T_j,
///
///   exp(-z^2/2) = sum_k sum_j C_kj(sigma) T_k((mu - c)/B) T_j((x - c)/A) + error,
///
/// and the sum over nodes falls into three steps, of which only the second knows sigma:
///
///   analysis    F_j = sum_i w_i f_i T_j((x_i - c)/A)          once
///   core        V_k(sigma) = sum_j C_kj(sigma) F_j            terms x terms for each sigma
///   synthesis   G(mu, sigma) = sum_k V_k(sigma) T_k((mu - c)/B)   terms for each cell
///
/// The number of terms falls with sigma, about as 8 B/sigma + 15: a few dozen where nodes are hundreds.
///
/// PARITY. The kernel does not change when x - c and mu - c both change sign, so C_kj = 0 where k + j is odd: even and
/// odd polynomials never meet. Nodes that are mirror images about c share their polynomials (add or subtract their
/// values first), and so do means: each step costs half. Rounded axes are often symmetric about two points that differ
/// in the last digits; the nodes then keep theirs, and F_j is shifted to c to first order, by T_j' in terms of the T_i.
///
/// PANELS. For small sigma a mean sees only the nodes within about 9 sigma. The means are split into panels of equal
/// size, each with its own c and its nodes in reach, all with the same A and B and so with the same cores. The number
/// of panels is chosen for each octave of sigma, as the one with the fewest operations.
///
/// DIRECT CELLS. If sigma is small against the spacing of nodes, there is nothing to gain: the few nodes that count are
/// summed as they are, with stored weights. So are Gaussians with hardly any mass on the nodes, for which a small error
/// relative to the largest sum would be a large one relative to their own.
///
/// ERROR. |computed E_q[f] - E_q[f]| <= tolerance * max_i |f_i| at every cell, for every f; for powers of z, times
/// max(1, E_q|z|^power). The tolerance is met by
/// - as many terms as make the interpolation error of the kernel, by a bound of the textbook from the kernel's growth
///   in the complex plane (chebyshev_terms), times W / Z at most a quarter of the tolerance, W the sum of weights in
///   reach;
/// - rounding: about epsilon W / Z. Cells where 3 epsilon W / Z exceeds the tolerance are direct;
/// - leaving out nodes of a direct cell whose mass is below an eighth of the tolerance.
///
/// SOURCES. Greengard & Strain, The fast Gauss transform, SIAM J. Sci. Stat. Comput. 12 (1991) 79-94, for sums that
/// split into moments and local expansions; Fong & Darve, The black-box fast multipole method, J. Comput. Phys. 228
/// (2009) 8712-8725, for Chebyshev interpolation in both variables; Trefethen, Approximation Theory and Approximation
/// Practice (2013), chapter 8, for its error.
namespace klgrid {

template <Real T = double>
class GaussTransform {
 public:
  struct Options {
    /// Error of an expectation relative to max |f|: at least 8 epsilon, at most 0.1.
    T tolerance = T(96) * std::numeric_limits<T>::epsilon();
    /// Expectations of z^power f instead of f: 0 to 4.
    int power = 0;
    /// Every k that moment(k) is asked for: 1 to 6.
    std::vector<int> moments = {};
  };

  /// How a run of rows is computed.
  struct Step {
    enum class Method { direct, expansion };
    Method method;
    Index first_row, rows;
    Index panels;             ///< expansions side by side; 0 if direct
    Index x_terms, mu_terms;  ///< of the run's smallest sigma; 0 if direct
    std::size_t bytes;        ///< stored for it
  };

  /// Buffers of expectation(). Each thread that calls it has one of its own; used again, it allocates nothing.
  class Workspace {
    friend class GaussTransform;
    static constexpr int together = 4;  // functions for which what is stored is read once
    struct Scratch {
      Vector<T> coefficients[together][2];
      Vector<T> values;
    };
    detail::Matrix<T> values, products;
    typename detail::GaussExpansion<T>::AnalysisScratch analysis;
    std::vector<std::vector<detail::Matrix<T>>> moments;  // of each expansion: panel by panel, even and odd
    std::vector<Scratch> scratch;                         // of each worker
  };

  /// Makes the plan and all that does not depend on f.
  /// @throws std::invalid_argument if an option is out of its range.
  GaussTransform(const Grid<T>& grid, const ParameterMesh<T>& mesh, const Options& options = {})
      : options_(options), mesh_rows_(mesh.rows()), mesh_cols_(mesh.cols()), grid_size_(grid.size()) {
    check(options);
    take_nodes(grid);
    direct_ = detail::DirectCells<T>(weights_, tolerance() / 8, options.power, highest_moment());
    log_normalizer_.resize(mesh.rows(), mesh.cols());
    scale_ = Surface<T>::Zero(mesh.rows(), detail::GaussExpansion<T>::row_stride(mesh.cols()));
    for (int k : options.moments) moments_[static_cast<std::size_t>(k)].resize(mesh.rows(), mesh.cols());
    make_plan(mesh);
  }

  /// log Z(mu, sigma), also where Z itself would underflow.
  [[nodiscard]] const Surface<T>& log_normalizer() const noexcept { return log_normalizer_; }

  /// E_q[z^k], for a k of options.moments.
  [[nodiscard]] const Surface<T>& moment(int k) const {
    const auto& asked = options_.moments;
    detail::require(std::find(asked.begin(), asked.end(), k) != asked.end(), "GaussTransform::moment", "k",
                    "one of those asked for", k);
    return moments_[static_cast<std::size_t>(k)];
  }

  /// Hands over the moments, by k, for who needs them once; moment() is not to be called afterwards.
  [[nodiscard]] std::array<Surface<T>, 7> release_moments() noexcept { return std::move(moments_); }

  [[nodiscard]] const std::vector<Step>& plan() const noexcept { return plan_; }

  /// Memory held: weights, polynomials, cores, and the surfaces above.
  [[nodiscard]] std::size_t bytes() const noexcept {
    std::size_t sum = direct_.bytes();
    for (const auto& expansion : expansions_) sum += expansion.bytes();
    for (const auto& surface : moments_) sum += static_cast<std::size_t>(surface.size()) * sizeof(T);
    return sum + static_cast<std::size_t>(log_normalizer_.size() + scale_.size()) * sizeof(T);
  }

  /// E_q[z^power f_d] for every q of the mesh and d = 0 .. count - 1; f(d) gives the values at the nodes, of shape n,
  /// finite where the weight is positive. Calls sink(d, row, values) once for each d and row, values a row of the
  /// result.
  template <class Values, class Sink, Executor Run = SerialExecutor>
  void expectation(Index count, const Values& f, Workspace& workspace, const Sink& sink, const Run& run = {}) const {
    constexpr Index most = 2 * Workspace::together;  // as many as stay in the cache
    for (Index first = 0; first < count; first += most) {
      prepare(first, std::min(most, count - first), f, workspace, run.workers());
      run(static_cast<Index>(tasks_.size()), [&](Index worker, Index task) {
        finish(tasks_[static_cast<std::size_t>(task)], first, workspace, worker, sink);
      });
    }
  }

  /// E_q[z^power f] as a surface.
  [[nodiscard]] Surface<T> expectation(const Eigen::Ref<const Vector<T>>& f) const {
    Surface<T> out(mesh_rows_, mesh_cols_);
    Workspace workspace;
    expectation(
        1, [&](Index) -> const auto& { return f; }, workspace,
        [&](Index, Index row, const auto& values) { out.row(row) = values; });
    return out;
  }

 private:
  struct Task {
    Index first_row, rows;
    int expansion;  // -1: direct
    std::size_t block;
  };

  static void check(const Options& options) {
    constexpr auto where = "GaussTransform";
    const T epsilon = std::numeric_limits<T>::epsilon();
    detail::require(options.tolerance >= T(8) * epsilon && options.tolerance <= T(0.1), where, "tolerance",
                    "in [8 epsilon, 0.1]", options.tolerance);
    detail::require(options.power >= 0 && options.power <= 4, where, "power", "in [0, 4]", options.power);
    for (int k : options.moments) detail::require(k >= 1 && k <= 6, where, "moments", "in [1, 6]", k);
  }

  /// Nodes of weight zero take no part, whatever f is there.
  void take_nodes(const Grid<T>& grid) {
    const Index count = (grid.weights() > T(0)).count();
    if (count < grid.size()) used_.reserve(static_cast<std::size_t>(count));
    nodes_.resize(count);
    weights_.resize(count);
    Index next = 0;
    for (Index i = 0; i < grid.size(); ++i) {
      if (!(grid.weights()[i] > T(0))) continue;
      nodes_[next] = grid.nodes()[i];
      weights_[next++] = grid.weights()[i];
      if (count < grid.size()) used_.push_back(i);
    }
  }

  [[nodiscard]] int highest_moment() const {
    int highest = 0;
    for (int k : options_.moments) highest = std::max(highest, k);
    return highest;
  }

  // ---- the plan ----

  [[nodiscard]] double tolerance() const { return static_cast<double>(options_.tolerance); }

  /// A cell that gathers a smaller share Z / W of the weights in reach is direct (see ERROR).
  [[nodiscard]] double least_share() const {
    return 3 * static_cast<double>(std::numeric_limits<T>::epsilon()) / tolerance();
  }

  /// Error of the kernel that an expansion may make.
  [[nodiscard]] double kernel_error() const { return tolerance() * least_share() / 4; }

  /// Beyond this many sigma the kernel is below a quarter of kernel_error.
  [[nodiscard]] double reach() const {
    const int power = std::max(options_.power, highest_moment());
    return std::sqrt(2 * (std::log(4 / kernel_error()) + power * std::log(12.0)));
  }

  /// For each octave of sigma the cheapest way. Octaves that are direct, or expanded on a single panel, are taken
  /// together: several panels would have to reach as far as the widest sigma of them.
  void make_plan(const ParameterMesh<T>& mesh) {
    const Vector<T>& sigma = mesh.sigma();
    for (Index row = 0; row < mesh.rows();) {
      const Index next = std::upper_bound(sigma.begin() + row, sigma.end(), T(T(2) * sigma[row])) - sigma.begin();
      const Index panels = cheapest(mesh, row, next - row);
      if (!plan_.empty() && plan_.back().panels == panels && panels <= 1)
        plan_.back().rows += next - row;
      else
        plan_.push_back(
            {panels > 0 ? Step::Method::expansion : Step::Method::direct, row, next - row, panels, 0, 0, 0});
      row = next;
    }
    for (Step& step : plan_) carry_out(step, mesh);
    direct_.shrink_to_fit();
    moments_[0].resize(0, 0);
  }

  /// Number of panels with the fewest operations for these rows, 0 for direct sums. What is streamed from memory
  /// (weights, polynomials, cores) costs about twice as much an operation as synthesis, which runs in registers.
  [[nodiscard]] Index cheapest(const ParameterMesh<T>& mesh, Index row, Index rows) const {
    constexpr double synthesis = 0.5;
    constexpr Index least_means = 6;  // of a panel: fewer than any expansion has terms
    const Vector<T>& mu = mesh.mu();
    const auto narrow = static_cast<double>(mesh.sigma()[row]);
    const auto wide = static_cast<double>(mesh.sigma()[row + rows - 1]);
    const double middle = std::sqrt(narrow * wide);
    double least = 0;  // of direct sums: the nodes within 8 sigma for each cell, by a sample of the means
    const Index samples = std::min<Index>(mu.size(), 16);
    for (Index i = 0; i < samples; ++i) {
      const T& mean = mu[mu.size() * (2 * i + 1) / (2 * samples)];
      least += nodes_between(mean - T(8 * middle), mean + T(8 * middle));
    }
    least *= static_cast<double>(rows * mu.size()) / static_cast<double>(samples);
    Index best = 0;
    double before = std::numeric_limits<double>::max();
    for (Index panels = 1; panels == 1 || least_means * panels <= mu.size(); panels *= 2) {
      double mu_half = 0;
      double x_half = 0;
      double nodes = 0;
      for (Index i = 0; i < panels; ++i) {
        const T& first = mu[mu.size() * i / panels];
        const T& last = mu[mu.size() * (i + 1) / panels - 1];
        const T from = std::max<T>(first - T(reach() * wide), nodes_[0]);
        const T to = std::min<T>(last + T(reach() * wide), nodes_[nodes_.size() - 1]);
        const T center = (first + last) / T(2);
        mu_half = std::max(mu_half, static_cast<double>(T(last - center)));
        x_half = std::max({x_half, static_cast<double>(T(center - from)), static_cast<double>(T(to - center))});
        nodes += nodes_between(from, to);
      }
      const auto terms = [&](double half, double sigma) {
        return static_cast<double>(detail::chebyshev_terms(half / sigma, kernel_error() / 8, options_.power));
      };
      const double mu_terms = terms(mu_half, middle);
      const double cores = static_cast<double>(rows * panels) * mu_terms * terms(x_half, middle) / 2;
      const double means = static_cast<double>(rows * mu.size()) * mu_terms / 2;
      const double cost = nodes * terms(x_half, narrow) / 2 + cores + synthesis * means;
      if (cost > 2 * before) break;  // more panels than the best number
      before = cost;
      if (cost < least) {
        least = cost;
        best = panels;
      }
    }
    return best;
  }

  [[nodiscard]] double nodes_between(const T& from, const T& to) const {
    const auto first = std::lower_bound(nodes_.begin(), nodes_.end(), from);
    return static_cast<double>(std::upper_bound(first, nodes_.end(), to) - first);
  }

  void carry_out(Step& step, const ParameterMesh<T>& mesh) {
    const std::size_t direct_before = direct_.bytes();
    if (step.method == Step::Method::direct) {
      for (Index row = step.first_row; row < step.first_row + step.rows; ++row) {
        for (Index col = 0; col < mesh.cols(); ++col) add_direct(mesh, row, col);
        direct_.end_row(nodes_.size());
        tasks_.push_back({row, 1, -1, 0});
      }
      step.bytes = direct_.bytes() - direct_before;
      return;
    }
    const typename detail::GaussExpansion<T>::Geometry geometry{step.first_row, step.rows,       step.panels,
                                                                reach(),        tolerance() / 4, least_share()};
    auto& expansion = expansions_.emplace_back(nodes_, mesh.mu(), mesh.sigma(), geometry, tolerance() / 4,
                                               options_.power, highest_moment());
    moments_[0].resize(mesh.rows(), mesh.cols());
    expansion.make_cores(mesh.sigma(), weights_, moments_);
    for (std::size_t b = 0; b < expansion.blocks().size(); ++b)
      tasks_.push_back(
          {expansion.blocks()[b].first_row, expansion.blocks()[b].rows, static_cast<int>(expansions_.size()) - 1, b});
    normalize(step, mesh, expansion);
    const auto& first = expansion.blocks()[0].core;
    step.x_terms = first[0].x_terms() + first[1].x_terms();
    step.mu_terms = first[0].mu_terms() + first[1].mu_terms();
    step.bytes = expansion.bytes() + direct_.bytes() - direct_before;
  }

  /// From sums to expectations, and direct cells where the share of the mass is too small.
  void normalize(const Step& step, const ParameterMesh<T>& mesh, const detail::GaussExpansion<T>& expansion) {
    std::vector<T> least;  // of each panel's sums
    for (const auto& panel : expansion.panels())
      least.push_back(T(least_share()) * weights_.segment(panel.first_node, panel.nodes).sum());
    for (Index row = step.first_row; row < step.first_row + step.rows; ++row) {
      log_normalizer_.row(row) = moments_[0].row(row).log();
      auto scale = scale_.row(row).head(mesh_cols_);
      scale = moments_[0].row(row).inverse();
      for (int k : options_.moments) moments_[static_cast<std::size_t>(k)].row(row) *= scale;
      for (std::size_t i = 0; i < least.size(); ++i) {
        const auto& panel = expansion.panels()[i];
        const T bound = T(1) / least[i];
        const auto of_panel = scale.segment(panel.first_col, panel.cols);
        if (panel.nodes > 0 && (of_panel > T(0) && of_panel < bound).all()) continue;
        for (Index col = panel.first_col; col < panel.first_col + panel.cols; ++col)
          if (panel.nodes == 0 || !(scale[col] > T(0) && scale[col] < bound)) add_direct(mesh, row, col);
      }
      direct_.end_row(nodes_.size());
    }
  }

  void add_direct(const ParameterMesh<T>& mesh, Index row, Index col) {
    const auto cell = direct_.add(col, mesh.mu()[col], mesh.sigma()[row], nodes_, weights_);
    log_normalizer_(row, col) = cell.log_normalizer;
    scale_(row, col) = T(0);
    for (int k : options_.moments) moments_[static_cast<std::size_t>(k)](row, col) = cell.moments[k];
  }

  // ---- the transform ----

  /// Analysis: products w f, and their moments for each panel.
  template <class Values>
  void prepare(Index first, Index count, const Values& f, Workspace& workspace, Index workers) const {
    const Index n = nodes_.size();
    workspace.values.resize(direct_.padded(n), count);
    workspace.values.bottomRows(direct_.padded(n) - n).setZero();
    workspace.products.resize(n + 1, count);
    for (Index d = 0; d < count; ++d) {
      const auto& given = f(first + d);
      detail::require_size(given, grid_size_, "GaussTransform::expectation", "f", "grid");
      auto values = workspace.values.col(d).head(n).array();
      if (used_.empty())
        values = given;
      else
        for (Index i = 0; i < n; ++i) values[i] = given[used_[static_cast<std::size_t>(i)]];
      workspace.products.col(d).head(n) = (values * weights_).matrix();
    }
    workspace.products.row(n).setZero();
    workspace.moments.resize(expansions_.size());
    for (std::size_t e = 0; e < expansions_.size(); ++e) {
      const auto& panels = expansions_[e].panels();
      workspace.moments[e].resize(2 * panels.size());
      for (std::size_t i = 0; i < panels.size(); ++i)
        expansions_[e].analyze(panels[i], workspace.products, workspace.analysis, workspace.moments[e][2 * i],
                               workspace.moments[e][2 * i + 1]);
    }
    workspace.scratch.resize(static_cast<std::size_t>(std::max<Index>(workers, 1)));
  }

  /// A block of rows for all functions of the workspace; then each row goes to the sink.
  template <class Sink>
  void finish(const Task& task, Index first, Workspace& workspace, Index worker, const Sink& sink) const {
    constexpr int together = Workspace::together;
    const Index count = workspace.values.cols();
    const Index size = task.rows * scale_.cols();
    auto& scratch = workspace.scratch[static_cast<std::size_t>(worker)];
    scratch.values.resize(std::max(scratch.values.size(), count * size));
    Index d = 0;
    for (; d + together <= count; d += together) transform_rows<together>(task, d, workspace, scratch);
    for (; d < count; ++d) transform_rows<1>(task, d, workspace, scratch);
    for (d = 0; d < count; ++d)
      for (Index r = 0; r < task.rows; ++r) {
        Eigen::Map<Eigen::Array<T, 1, Eigen::Dynamic>> values(scratch.values.data() + d * size + r * scale_.cols(),
                                                              mesh_cols_);
        sink(first + d, task.first_row + r, values);
      }
  }

  /// Core and synthesis, or direct sums, for the functions d .. d + D - 1.
  template <int D>
  void transform_rows(const Task& task, Index d, const Workspace& workspace,
                      typename Workspace::Scratch& scratch) const {
    const Index stride = scale_.cols();
    T* out[D];
    const T* f[D];
    for (int i = 0; i < D; ++i) {
      out[i] = scratch.values.data() + (d + i) * task.rows * stride;
      f[i] = workspace.values.col(d + i).data();
    }
    if (task.expansion >= 0) {
      const auto e = static_cast<std::size_t>(task.expansion);
      const auto& expansion = expansions_[e];
      const auto& block = expansion.blocks()[task.block];
      const Index terms[2] = {block.core[0].mu_terms(), block.core[1].mu_terms()};
      for (std::size_t i = 0; i < expansion.panels().size(); ++i) {
        const auto& moments = workspace.moments[e];
        expansion.template multiply<D>(block, moments[2 * i], moments[2 * i + 1], d, scratch.coefficients);
        for (int k = 0; k < D; ++k)
          expansion.synthesize(expansion.panels()[i], block.rows, scratch.coefficients[k], terms,
                               scale_.row(task.first_row).data(), out[k], stride);
      }
    }
    for (Index r = 0; r < task.rows; ++r) {
      direct_.template expectations<D>(task.first_row + r, f, out);
      for (T*& row : out) row += stride;
    }
  }

  Options options_;
  Index mesh_rows_;
  Index mesh_cols_;
  Index grid_size_;
  std::vector<Index> used_;  // nodes of positive weight; empty if all are
  Vector<T> nodes_;
  Vector<T> weights_;
  std::vector<Step> plan_;
  std::vector<Task> tasks_;
  std::vector<detail::GaussExpansion<T>> expansions_;
  detail::DirectCells<T> direct_{{}, 0, 0, 0};
  Surface<T> log_normalizer_;
  Surface<T> scale_;                   // 1 / Z, filled up to whole lanes; 0 for direct cells
  std::array<Surface<T>, 7> moments_;  // by k; empty where not asked for (k = 0 is Z, while the plan is carried out)
};

}  // namespace klgrid
