// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "klgrid/detail/require.hpp"
#include "klgrid/executor.hpp"
#include "klgrid/grid.hpp"
#include "klgrid/numbers.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"
#include "klgrid/transform/detail/condensed_nodes.hpp"
#include "klgrid/transform/detail/direct_cells.hpp"
#include "klgrid/transform/detail/plane_waves.hpp"
#include "klgrid/transform/detail/row_cost.hpp"

/// The Gauss transform of values f_i at nodes x_i with weights w_i,
///
///     G(mu, sigma) = sum_i w_i f_i exp(-z_i^2 / 2),   z_i = (x_i - mu) / sigma,
///
/// for all (mu, sigma) of a mesh, normalised: E_q[f] = G / Z, Z the transform of f = 1. By definition it costs
/// cells x nodes. Here it costs little more than writing the result, with an error that is known beforehand.
///
/// THE IDEA. A Gaussian is a sum of plane waves. By Poisson's summation formula, with d = x - mu and a period L,
///
///     sum_j exp(-(d + j L)^2 / (2 sigma^2)) = sum_m a_m(sigma) cos(kappa_m d),   kappa_m = 2 pi m / L,
///     a_m(sigma) = (2 if m > 0) sigma sqrt(2 pi) / L exp(-u_m^2 / 2),   u_m = sigma kappa_m,   m = 0, 1, 2, ...
///
/// Both sides fall off as fast as a Gaussian does. If L exceeds the largest |d| by c sigma, all terms j other than 0
/// are below 2 exp(-c^2/2); and so are all waves with u_m > c. For c = 8.7 that is less than rounding, and as cos(kappa
/// (x - mu)) splits into products of cosines and of sines, the sum over nodes falls into three steps:
///
///     analysis     (C_m, S_m) = sum_i w_i f_i (cos, sin)(kappa_m x_i)      for each wave and node, once for a period
///     amplitudes   (C_m, S_m) times a_m(sigma)                             for each wave and sigma
///     synthesis    G = sum_m a_m (C_m cos(kappa_m mu) + S_m sin(kappa_m mu))   a few dozen waves for each cell
///
/// Powers of z cost nothing more: z is i d/du, which turns exp(-u^2/2) into He_k(u) exp(-u^2/2), He_k the Hermite
/// polynomials, and cos into sin.
///
/// RUNS OF ROWS. L grows with sigma, and the number of waves, c L / (2 pi sigma), falls with it. Rows of similar sigma
/// share a period, that of the widest of them.
///
/// PARITY. Nodes that are mirror images about some point share their waves (add or subtract their values first), and so
/// do means: each step costs half. The two points need not be the same; waves are shifted from one to the other.
///
/// PANELS. For small sigma a mean sees only the nodes within about 9 sigma. The means are split into panels of equal
/// size, each with its own nodes in reach, all with the same period and so with the same amplitudes.
///
/// FEWER NODES. Where many nodes lie within a sigma, their values are first handed to fewer points that stand for them
/// (condensed_nodes.hpp): some 30 operations a node, however many waves and rows there are. From the points of narrow
/// rows those of wider ones are made.
///
/// MEANS. The waves at the means are kept in tables; those of few rows and many means are made anew each time, which
/// takes less time and room than large tables.
///
/// DIRECT CELLS. If sigma is small against the spacing of nodes, there is nothing to gain: the few nodes that count are
/// summed as they are, with stored weights. So are Gaussians with hardly any mass on the nodes, for which a small error
/// relative to the largest sum would be a large one relative to their own.
///
/// Which rows share a period, on how many panels, and which are direct is chosen for the fewest operations.
///
/// ERROR. |computed E_q[f] - E_q[f]| <= tolerance * max_i |f_i| at every cell, for every f; for powers of z, times
/// max(1, E_q|z|^power). The tolerance is met by
///
/// - c, so large that the two remainders above times W / Z are at most a quarter of the tolerance, W the sum of weights
///   in reach;
/// - the points of fewer nodes, so close that their error times W / Z is at most an eighth of the tolerance;
/// - rounding: about epsilon W / Z. Cells where 3 epsilon W / Z exceeds the tolerance are direct;
/// - leaving out nodes of a direct cell whose mass is below a thousandth of the tolerance.
///
/// SOURCES. Greengard & Strain, The fast Gauss transform, SIAM J. Sci. Stat. Comput. 12 (1991) 79-94; Greengard & Sun,
/// A new version of the fast Gauss transform, Doc. Math. Extra Volume ICM III (1998) 575-584, for plane waves in place
/// of its expansions; Trefethen & Weideman, The exponentially convergent trapezoidal rule, SIAM Review 56 (2014)
/// 385-458, for the error of Poisson's sum.
namespace klgrid::inline KLGRID_ABI {

/// E_q[z^k f] for every Gaussian q of a mesh, normalised on a grid. Made once for a grid and a mesh, used for every f.
///
/// Cost and memory: those of a plan, which plan() and bytes() tell; on 400 nodes and 100 x 99 cells a plan takes some
/// nine transforms to make and holds 0.6 MB (bench/README.md). Const methods may be called from many threads at once.
template <Real T = double>
class GaussTransform {
 public:
  /// The least tolerance that can be asked for: 8 epsilon.
  [[nodiscard]] static T least_tolerance() { return T(8) * std::numeric_limits<T>::epsilon(); }

  /// What the transform is made for.
  struct Options {
    /// Error of an expectation relative to max |f|: at least least_tolerance(), at most 0.1.
    T tolerance = T(96) * std::numeric_limits<T>::epsilon();
    /// Highest power of z in expectations of z^power f: 0 to 4.
    int highest_power = 0;
    /// Every k that moment(k) is asked for: 1 to 6.
    std::vector<int> moments = {};
    /// Whether entropy() is asked for.
    bool entropy = false;
  };

  /// How a run of rows is computed.
  struct Step {
    /// By direct sums, or by plane waves.
    enum class Method { direct, plane_waves };
    /// Its name.
    friend constexpr std::string_view to_string(Method of) noexcept {
      return of == Method::direct ? "direct" : "plane_waves";
    }

    Method method;      ///< how
    Index first_row;    ///< of the mesh
    Index rows;         ///< of the mesh, from that one on
    Index panels;       ///< side by side; 0 if direct
    Index waves;        ///< of the run's smallest sigma, beside the constant; 0 if direct
    std::size_t bytes;  ///< stored for it
  };

  /// Buffers of expectation(). Each thread that calls it has one of its own; used again, it allocates nothing.
  class Workspace {
    friend class GaussTransform;
    struct Scratch {
      typename detail::PlaneWaves<T>::Scratch waves;
      Vector<T> values;
    };
    detail::Columns<T> values;
    std::vector<const T*> given;                                    // those, or what was given
    std::vector<detail::Columns<T>> products;                       // by level of nodes
    std::vector<typename detail::PlaneWaves<T>::Spectrum> spectra;  // by period
    std::vector<Scratch> scratch;                                   // of each worker
  };

  /// @throws std::invalid_argument that names where, if an option is out of its range.
  static void require_options(const Options& options, std::string_view where = "GaussTransform") {
    detail::require_that(options.tolerance >= least_tolerance() && options.tolerance <= T(0.1), where, "tolerance",
                         "in [8 epsilon, 0.1]", options.tolerance);
    detail::require_that(options.highest_power >= 0 && options.highest_power <= 4, where, "highest_power", "in [0, 4]",
                         options.highest_power);
    for (int k : options.moments) detail::require_that(k >= 1 && k <= 6, where, "moments", "in [1, 6]", k);
  }

  /// Makes the plan and all that does not depend on f.
  /// @throws std::invalid_argument if an option is out of its range.
  GaussTransform(const Grid<T>& grid, const ParameterMesh<T>& mesh, Options options = {})
      : options_(checked(options)),
        mesh_rows_(mesh.rows()),
        mesh_cols_(mesh.cols()),
        grid_size_(grid.size()),
        used_(of_positive_weight(grid)),
        grid_(used_.empty() ? grid : part_of(grid, used_)),
        // A share of the tolerance, and of values that grow as z^2: it costs a node in ten, and makes direct cells as
        // exact as plain sums where f, as log p does, grows far beyond what it is near the mean.
        direct_(grid_, tolerance() / 1024, options.highest_power, highest_moment()) {
    set_weights();
    nearest_nodes_.resize(mesh.cols());
    for (Index col = 0; col < mesh.cols(); ++col) nearest_nodes_[col] = grid_.nodes()[grid_.nearest(mesh.mu()[col])];
    if (options.entropy) entropy_.resize(mesh.rows(), mesh.cols());
    log_normalizer_.resize(mesh.rows(), mesh.cols());
    stride_ = detail::PlaneWaves<T>::row_stride(mesh.cols());
    scale_ = detail::repeated(T(0), mesh.rows() * stride_);
    for (int k : options.moments) moments_[static_cast<std::size_t>(k)].resize(mesh.rows(), mesh.cols());
    make_plan(mesh);
  }

  /// The node nearest to each mu, of those of positive weight.
  [[nodiscard]] const Vector<T>& nearest_nodes() const noexcept { return nearest_nodes_; }

  /// log sum_i w_i exp((z0^2 - z_i^2) / 2) = log Z + z0^2 / 2, z0 that of the nearest node: far outside the nodes, or
  /// between two of them that are far apart, log Z alone would lose the digits that differ from one p to the other.
  [[nodiscard]] const Surface<T>& log_normalizer() const noexcept { return log_normalizer_; }

  /// H(q) = E_q[z^2 - z0^2] / 2 + log_normalizer() = -E_q[log q], if options.entropy.
  [[nodiscard]] const Surface<T>& entropy() const noexcept { return entropy_; }

  /// E_q[z^k].
  /// @throws std::invalid_argument unless k is one of options.moments.
  [[nodiscard]] const Surface<T>& moment(int k) const {
    const auto& asked = options_.moments;
    detail::require_that(std::find(asked.begin(), asked.end(), k) != asked.end(), "GaussTransform::moment", "k",
                         "one of those asked for", k);
    return moments_[static_cast<std::size_t>(k)];
  }

  /// Hands over the moments, by k, for who needs them once; moment() is not to be called afterwards.
  [[nodiscard]] std::array<Surface<T>, 7> release_moments() noexcept { return std::move(moments_); }

  /// How the rows of the mesh are computed, from the narrowest on.
  [[nodiscard]] const std::vector<Step>& plan() const noexcept { return plan_; }

  /// Memory held: weights, waves, amplitudes, and the surfaces above.
  [[nodiscard]] std::size_t bytes() const noexcept {
    std::size_t sum = direct_.bytes();
    for (const auto& waves : plane_waves_) sum += waves.bytes();
    for (const auto& level : levels_) sum += level.bytes();
    for (const auto& surface : moments_) sum += static_cast<std::size_t>(surface.size()) * sizeof(T);
    return sum + static_cast<std::size_t>(log_normalizer_.size() + entropy_.size() + scale_.size()) * sizeof(T);
  }

  /// E_q[z^k f_d] for every q of the mesh, k = 0 .. power <= highest_power and d = 0 .. count - 1; f(d) gives the
  /// values at the nodes, of shape n, finite where the weight is positive. Calls sink(d, row, values) once for each d
  /// and row of the mesh, with values.row(k). Nothing is allocated in a second call with the same workspace and count.
  /// @throws std::invalid_argument unless 0 <= power <= highest_power and values are of shape n.
  template <class Values, class Sink, Executor Run = SerialExecutor>
  void expectation(int power, Index count, const Values& f, Workspace& workspace, const Sink& sink,
                   const Run& run = {}) const {
    detail::require_that(power >= 0 && power <= options_.highest_power, "GaussTransform::expectation", "power",
                         "in [0, highest_power]", power);
    constexpr Index most = 8;  // for which what is stored is read once: as many as stay in the cache
    for (Index first = 0; first < count; first += most) {
      const Index size = (std::min)(most, count - first);
      prepare(first, size, f, workspace, run.workers());
      run(static_cast<Index>(tasks_.size()), [&](Index worker, Index task) {
        finish(tasks_[static_cast<std::size_t>(task)], power, first, size, workspace, worker, sink);
      });
    }
  }

  /// E_q[z^power f] as a surface; f of shape n, finite where the weight is positive.
  /// @throws std::invalid_argument unless 0 <= power <= highest_power and f is of shape n.
  [[nodiscard]] Surface<T> expectation(Numbers<T> f, int power = 0) const {
    const Vector<T> values_of_f = f.release();
    Surface<T> out(mesh_rows_, mesh_cols_);
    Workspace workspace;
    expectation(
        power, 1, [&](Index) -> const auto& { return values_of_f; }, workspace,
        [&](Index, Index row, const auto& values) { out.row(row) = values.row(power); });
    return out;
  }

 private:
  struct Task {
    Index first_row, rows;
    int period;  // -1: direct
    std::size_t block;
  };

  static const Options& checked(const Options& options) {
    require_options(options);
    return options;
  }

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

  /// Weights are counted in units of four times their sum: no sum of them and of f overflows where f does not. A share
  /// too small for a normal number counts as the least one.
  void set_weights() {
    using std::log;
    T sum(0);
    for (Index i = 0; i < nodes(); ++i) sum += grid_.weights()[i];
    const T least = (std::numeric_limits<T>::min)();
    auto& weights = weights_.emplace_back(nodes(), 1);
    for (Index i = 0; i < nodes(); ++i) weights[0][i] = (std::max)(least, T(grid_.weights()[i] / sum / T(4)));
    log_weight_unit_ = T(log(sum)) + T(log(T(4)));
  }

  /// How many take part.
  [[nodiscard]] Index nodes() const noexcept { return grid_.size(); }

  [[nodiscard]] int highest_moment() const {
    int highest = options_.entropy ? 2 : 0;
    for (int k : options_.moments) highest = (std::max)(highest, k);
    return highest;
  }

  // ---- the plan ----

  [[nodiscard]] double tolerance() const { return static_cast<double>(options_.tolerance); }

  /// A cell that gathers a smaller share Z / W of the weights in reach is direct (see ERROR).
  [[nodiscard]] double least_share() const {
    return 3 * static_cast<double>(std::numeric_limits<T>::epsilon()) / tolerance();
  }

  /// Beyond this many sigma the kernel times z^power, and beyond this u its spectrum, is below a quarter of the error
  /// that may be made of Gaussians with at least that share.
  [[nodiscard]] double reach(double share, int power) const {
    return std::sqrt(2 * (std::log(16 / (tolerance() * share)) + power * std::log(12.0)));
  }

  /// Runs of rows from the narrowest on, each as chosen.
  void make_plan(const ParameterMesh<T>& mesh) {
    double share = least_share();
    for (Index row = 0; row < mesh.rows();) {
      add_level(mesh.sigma()[row], share);
      const Step step = cheapest(mesh, row, reach(share, options_.highest_power));
      if (step.panels == 0 && !plan_.empty() && plan_.back().panels == 0)
        plan_.back().rows += step.rows;
      else
        plan_.push_back(step);
      carry_out(plan_.back(), row, mesh, share);
      row += step.rows;
    }
    direct_.shrink_to_fit();
    weights_.resize(1);
    weights_.shrink_to_fit();
  }

  /// Fewer nodes for plane waves of this sigma and those above it, if they are few enough to be worth their making.
  void add_level(const T& sigma, double share) {
    using Condensed = detail::CondensedNodes<T>;
    const double powers = std::pow(12.0, (std::max)(options_.highest_power, highest_moment()));
    const double width =
        Condensed::rounded(static_cast<double>(sigma) * Condensed::widest(tolerance() * share / (8 * powers)));
    if (Condensed::worthwhile(wave_nodes(), width)) levels_.emplace_back(wave_nodes(), width);
  }

  /// What plane waves are summed over, by level: the nodes, or fewer that stand for them.
  [[nodiscard]] detail::WaveNodes<T> wave_nodes(std::size_t level) const {
    return level == 0 ? detail::WaveNodes<T>{nodes(), grid_.nodes().data()} : levels_[level - 1].nodes();
  }
  [[nodiscard]] detail::WaveNodes<T> wave_nodes() const { return wave_nodes(levels_.size()); }

  /// The next rows and their way with the least cost.
  [[nodiscard]] Step cheapest(const ParameterMesh<T>& mesh, Index row, double reach) const {
    const Vector<T>& sigma = mesh.sigma();
    Step best{Step::Method::direct, row, 1, 0, 0, 0};
    const double density = levels_.empty()
                               ? std::numeric_limits<double>::infinity()
                               : static_cast<double>(detail::CondensedNodes<T>::points) / levels_.back().width();
    const detail::RowCost<T> cost_of(grid_.nodes(), mesh, density);
    const double direct = cost_of.direct(row);
    double least = direct;  // a row
    for (const double ratio : {1.3, 1.6, 2.0, 2.4}) {
      const Index rows = std::upper_bound(sigma.data() + row, sigma.data() + sigma.size(), T(T(ratio) * sigma[row])) -
                         (sigma.data() + row);
      const auto [cost, panels] = cost_of.plane_waves(row, rows, reach);
      if (rows > 1 && direct + cost_of.plane_waves(row + 1, rows - 1, reach).first < cost) continue;
      if (!(cost / static_cast<double>(rows) < least)) continue;
      least = cost / static_cast<double>(rows);
      best = {Step::Method::plane_waves, row, rows, panels, 0, 0};
    }
    return best;
  }

  /// The rows of the step from row on. Afterwards share is the least share of the weights that any later Gaussian
  /// gathers: it grows with sigma.
  void carry_out(Step& step, Index row, const ParameterMesh<T>& mesh, double& share) {
    const std::size_t direct_before = direct_.bytes();
    if (step.method == Step::Method::direct) {
      for (Index col = 0; col < mesh.cols(); ++col) add_direct(mesh, row, col);
      direct_.end_row();
      tasks_.push_back({row, 1, -1, 0});
      step.bytes += direct_.bytes() - direct_before;
      return;
    }
    const auto expand = [&](int power) {
      return detail::PlaneWaves<T>(wave_nodes(), mesh.mu(), mesh.sigma(),
                                   {step.first_row, step.rows, step.panels, reach(share, power), tolerance() / 4});
    };
    const auto& waves = plane_waves_.emplace_back(expand(options_.highest_power));
    level_of_period_.push_back(static_cast<Index>(levels_.size()));
    condense_weights();
    for (std::size_t b = 0; b < waves.blocks().size(); ++b)
      tasks_.push_back(
          {waves.blocks()[b].first_row, waves.blocks()[b].rows, static_cast<int>(plane_waves_.size()) - 1, b});
    if (highest_moment() > options_.highest_power)
      sum_weights(expand(highest_moment()));
    else
      sum_weights(waves);
    const T* const last = scale(step.first_row + step.rows - 1);
    const T least = *std::min_element(last, last + mesh_cols_);
    share = (std::max)(share, 4 * static_cast<double>(least));
    normalize(step, mesh, waves);
    step.waves = waves.most_waves();
    step.bytes = waves.bytes() + direct_.bytes() - direct_before;
  }

  /// Z to scale_, for now, and the moments that are asked for, by the transform itself.
  void sum_weights(const detail::PlaneWaves<T>& waves) {
    typename detail::PlaneWaves<T>::Spectrum spectrum;
    waves.analyze(weights_.back(), 1, spectrum);
    typename detail::PlaneWaves<T>::Scratch scratch;
    Vector<T> inverse, moment;
    for (const auto& block : waves.blocks()) {
      const Index size = block.rows * stride_;
      const auto sum = [&](int power, const Vector<T>& factor, T* out) {
        waves.evaluate(block, power, spectrum.values[0], scratch, factor.data(), out, stride_);
      };
      T* const z = scale(block.first_row);
      sum(0, detail::repeated(T(1), size), z);
      if (highest_moment() == 0) continue;
      inverse.resize(size);
      for (Index i = 0; i < size; ++i) inverse[i] = T(1) / z[i];
      moment.resize(size);
      const auto take = [&](int power, const T& factor, Surface<T>& of_rows) {
        sum(power, inverse, moment.data());
        for (Index r = 0; r < block.rows; ++r)
          for (Index col = 0; col < mesh_cols_; ++col)
            of_rows(block.first_row + r, col) = factor * moment[r * stride_ + col];
      };
      for (int k : options_.moments) take(k, T(1), moments_[static_cast<std::size_t>(k)]);
      if (options_.entropy) take(2, T(0.5), entropy_);  // to which log Z is still to be added
    }
  }

  /// What the weights are at the nodes of each level.
  void condense_weights() {
    for (std::size_t level = weights_.size(); level <= levels_.size(); ++level) {
      auto& next = weights_.emplace_back(wave_nodes(level).size, 1);
      levels_[level - 1].condense(wave_nodes(level - 1), weights_[level - 1][0], nullptr, next[0]);
    }
  }

  /// Log Z and 1 / Z, and direct cells where the share of the mass is too small.
  void normalize(const Step& step, const ParameterMesh<T>& mesh, const detail::PlaneWaves<T>& waves) {
    std::vector<T> bounds;  // of 1 / Z in each panel
    for (const auto& panel : waves.panels())
      bounds.push_back(T(1) / (T(least_share()) * mass(panel.first_node, panel.nodes)));
    for (Index row = step.first_row; row < step.first_row + step.rows; ++row) {
      T* const z = scale(row);
      T* const log_z = log_normalizer_.data() + row * mesh_cols_;
      T* const entropy = options_.entropy ? entropy_.data() + row * mesh_cols_ : nullptr;
      const T* const nearest = nearest_nodes_.data();
      const T* const mu = mesh.mu().data();
      const T sigma = mesh.sigma()[row];
      const T log_unit = log_weight_unit_;
      detail::for_packs<T>(mesh_cols_, [&](Index i, auto at) {
        const auto z_nearest = (at(nearest + i) - at(mu + i)) / sigma;
        const auto log_sum = log(at(z + i)) + log_unit;
        if (entropy != nullptr) (at(entropy + i) + log_sum).store(entropy + i);
        (log_sum + z_nearest * z_nearest * T(0.5)).store(log_z + i);
        (T(1) / at(z + i)).store(z + i);
      });
      for (std::size_t i = 0; i < bounds.size(); ++i) {
        const auto& panel = waves.panels()[i];
        for (Index col = panel.first_col; col < panel.first_col + panel.cols; ++col)
          if (panel.nodes == 0 || !(z[col] > T(0) && z[col] < bounds[i])) add_direct(mesh, row, col);
      }
      direct_.end_row();
    }
  }

  /// 1 / Z of a row, filled up to whole lanes.
  [[nodiscard]] T* scale(Index row) noexcept { return scale_.data() + row * stride_; }
  [[nodiscard]] const T* scale(Index row) const noexcept { return scale_.data() + row * stride_; }

  /// Sum of the weights of some nodes, of the last level so far.
  [[nodiscard]] T mass(Index first, Index count) const {
    T sum(0);
    const T* const weights = weights_.back()[0];
    for (Index i = first; i < first + count; ++i) sum += weights[i];
    return sum;
  }

  void add_direct(const ParameterMesh<T>& mesh, Index row, Index col) {
    const auto cell = direct_.add(weights_[0][0], col, mesh.mu()[col], mesh.sigma()[row]);
    log_normalizer_(row, col) = cell.log_normalizer + log_weight_unit_;
    if (options_.entropy) entropy_(row, col) = cell.entropy + log_weight_unit_;
    scale(row)[col] = T(0);
    for (int k : options_.moments) moments_[static_cast<std::size_t>(k)](row, col) = cell.moments[k];
  }

  // ---- the transform ----

  /// Analysis: products w f, and their spectra.
  template <class Values>
  void prepare(Index first, Index count, const Values& f, Workspace& workspace, Index workers) const {
    if (!reads_in_place()) workspace.values.grow(direct_.padded(nodes()), count);
    workspace.given.resize(static_cast<std::size_t>(count));
    workspace.products.resize(levels_.size() + 1);
    for (std::size_t level = first_level(); level <= levels_.size(); ++level)
      workspace.products[level].grow(wave_nodes(level).size, count);
    for (Index d = 0; d < count; ++d) {
      const auto& given = f(first + d);
      detail::require_size(given, grid_size_, "GaussTransform::expectation", "f", "grid");
      const T* values = reads_in_place() ? given.data() : copy(given.data(), workspace.values[d]);
      workspace.given[static_cast<std::size_t>(d)] = values;
      if (first_level() == 0)
        for (Index i = 0; i < nodes(); ++i) workspace.products[0][d][i] = values[i] * weights_[0][0][i];
      for (std::size_t level = 1; level <= levels_.size(); ++level) {
        const bool fused = level == first_level();
        levels_[level - 1].condense(wave_nodes(level - 1), fused ? values : workspace.products[level - 1][d],
                                    fused ? weights_[0][0] : nullptr, workspace.products[level][d]);
      }
    }
    workspace.spectra.resize(plane_waves_.size());
    for (std::size_t i = 0; i < plane_waves_.size(); ++i)
      plane_waves_[i].analyze(workspace.products[static_cast<std::size_t>(level_of_period_[i])], count,
                              workspace.spectra[i]);
    workspace.scratch.resize(static_cast<std::size_t>(std::max<Index>(workers, 1)));
  }

  /// Whether values need neither be picked nor filled up to whole lanes.
  [[nodiscard]] bool reads_in_place() const { return used_.empty() && direct_.padded(nodes()) == nodes(); }

  /// Values at the nodes of positive weight, filled up to whole lanes.
  const T* copy(const T* given, T* out) const {
    const Index n = nodes();
    if (used_.empty()) std::copy_n(given, n, out);
    for (std::size_t i = 0; i < used_.size(); ++i) out[i] = given[used_[i]];
    std::fill(out + n, out + direct_.padded(n), T(0));
    return out;
  }

  /// 1 if no plane waves are summed over the nodes themselves.
  [[nodiscard]] std::size_t first_level() const {
    return levels_.empty() || (!level_of_period_.empty() && level_of_period_.front() == 0) ? 0 : 1;
  }

  /// A block of rows for all functions of the workspace; then each row goes to the sink.
  template <class Sink>
  void finish(const Task& task, int power, Index first, Index count, Workspace& workspace, Index worker,
              const Sink& sink) const {
    const Index size = task.rows * stride_;
    auto& scratch = workspace.scratch[static_cast<std::size_t>(worker)];
    scratch.values.resize((std::max)(scratch.values.size(), (power + 1) * count * size));
    T* const values = scratch.values.data();
    for (int k = 0; k <= power; ++k)
      for (Index d = 0; d < count; ++d) transform_rows(task, k, d, workspace, scratch, values + (k * count + d) * size);
    for (Index d = 0; d < count; ++d)
      for (Index r = 0; r < task.rows; ++r)
        sink(first + d, task.first_row + r, detail::Rows<T>{values + d * size + r * stride_, count * size, mesh_cols_});
  }

  /// Synthesis, or direct sums, for a function of the workspace.
  void transform_rows(const Task& task, int power, Index d, const Workspace& workspace,
                      typename Workspace::Scratch& scratch, T* out) const {
    if (task.period >= 0) {
      const auto period = static_cast<std::size_t>(task.period);
      const auto& waves = plane_waves_[period];
      waves.evaluate(waves.blocks()[task.block], power, workspace.spectra[period].values[d], scratch.waves,
                     scale(task.first_row), out, stride_);
    }
    const T* const f = workspace.given[static_cast<std::size_t>(d)];
    for (Index row = task.first_row; row < task.first_row + task.rows; ++row, out += stride_)
      if (power == 0)
        direct_.expectation(row, f, out);
      else
        direct_.expectation_of_power(row, power, f, out);
  }

  Options options_;
  Index mesh_rows_;
  Index mesh_cols_;
  Index grid_size_;
  std::vector<Index> used_;  // nodes of positive weight; empty if all are
  Grid<T> grid_;             // of nodes of positive weight
  detail::DirectCells<T> direct_;
  T log_weight_unit_{};
  Vector<T> nearest_nodes_;  // of each mu
  std::vector<Step> plan_;
  std::vector<Task> tasks_;
  std::vector<detail::CondensedNodes<T>> levels_;  // of the nodes, from 1 on
  std::vector<detail::Columns<T>> weights_;        // of sum 1/4, at the nodes of each level; in the end, of the first
  std::vector<detail::PlaneWaves<T>> plane_waves_;
  std::vector<Index> level_of_period_;
  Surface<T> log_normalizer_;
  Surface<T> entropy_;
  Vector<T> scale_;                    // 1 / Z by rows of stride_; 0 for direct cells
  Index stride_ = 0;                   // columns, filled up to whole lanes
  std::array<Surface<T>, 7> moments_;  // by k; empty where not asked for
};

}  // namespace klgrid
