// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "klgrid/detail/require.hpp"
#include "klgrid/executor.hpp"
#include "klgrid/grid.hpp"
#include "klgrid/numbers.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"
#include "klgrid/transform/detail/lanes.hpp"
#include "klgrid/transform/detail/make_plan.hpp"
#include "klgrid/transform/detail/plane_waves.hpp"
#include "klgrid/transform/detail/transform_plan.hpp"
#include "klgrid/transform/options.hpp"

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
/// do means: each step costs half. The two points need not be the same; waves are shifted from one to the other. Of
/// evenly spaced nodes those at equal distances from a quarter of L share them once more, if L, a little longer, is
/// twice the distance of two nodes.
///
/// PANELS. For small sigma a mean sees only the nodes within about 9 sigma. The means are split into panels of equal
/// size, each with its own nodes in reach, all with the same period and so with the same amplitudes.
///
/// FEWER NODES. Where many nodes lie within a sigma, their values are first handed to fewer points that stand for them
/// (condensed_nodes.hpp): some 30 operations a node, however many waves and rows there are. From the points of narrow
/// rows those of wider ones are made.
///
/// MEANS. The waves at the means are kept in tables; those of few rows and many means are made anew each time, which
/// takes less time and room than large tables. Where many means lie within a sigma of such rows, waves are summed at
/// fewer points, and the polynomial through these gives the sums at the means (condensed_means.hpp): some 20 operations
/// a mean, however many waves.
///
/// DIRECT CELLS. If sigma is small against the spacing of nodes, there is nothing to gain: the few nodes that count are
/// summed as they are, with stored weights. So are Gaussians with hardly any mass on the nodes, for which a small error
/// relative to the largest sum would be a large one relative to their own.
///
/// Which rows share a period, on how many panels, and which are direct is chosen for the fewest operations.
///
/// ERROR. |computed E_q[f] - E_q[f]| <= tolerance * max_i |f_i| at every cell, for every f; for powers of z, times
/// max(1, E_q|z|^power). Beside that a few epsilon E_q[|z^power log q|] max_i |f_i|, roundings of log q, which count
/// where weights of very different sizes have most of q's mass far from its mean. The tolerance is met by
///
/// - c, so large that the two remainders above times W / Z are at most a quarter of the tolerance, W the sum of weights
///   in reach;
/// - the points of fewer nodes, and those of fewer means, so close that the error of each times W / Z is at most an
///   eighth of the tolerance;
/// - rounding: about epsilon W / Z. Cells where 3 epsilon W / Z (4 where no registers hold T) exceeds the tolerance are
///   direct, a moment's times the share by which gaps between the nodes make it small, and all cells if 3 epsilon times
///   the root of k! does, k the highest moment: as small as that is what moments of wide Gaussians are of;
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
  /// What it is made for.
  using Options = TransformOptions<T>;
  /// How a run of rows is computed.
  using Step = TransformStep;

  /// The least tolerance that can be asked for: 8 epsilon.
  [[nodiscard]] static T least_tolerance() { return Options::least_tolerance(); }

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

  /// Makes the plan and all that does not depend on f.
  /// @throws std::invalid_argument if an option is out of its range.
  GaussTransform(const Grid<T>& grid, const ParameterMesh<T>& mesh, Options options = {})
      : options_(checked(std::move(options))),
        grid_size_(grid.size()),
        plan_(detail::PlanMaker<T>(grid, mesh, options_).make()) {}

  /// The node nearest to each mu, of those of positive weight.
  [[nodiscard]] const Vector<T>& nearest_nodes() const noexcept { return plan_.nearest_nodes; }

  /// log sum_i w_i exp((z0^2 - z_i^2) / 2) = log Z + z0^2 / 2, z0 that of the nearest node: far outside the nodes, or
  /// between two of them that are far apart, log Z alone would lose the digits that differ from one p to the other.
  [[nodiscard]] const Surface<T>& log_normalizer() const noexcept { return plan_.log_normalizer; }

  /// H(q) = E_q[z^2 - z0^2] / 2 + log_normalizer() = -E_q[log q], if options.entropy. Its error is the tolerance beside
  /// a few roundings of either term: they may be large and cancel.
  [[nodiscard]] const Surface<T>& entropy() const noexcept { return plan_.entropy; }

  /// E_q[z^k].
  /// @throws std::invalid_argument unless k is one of options.moments.
  [[nodiscard]] const Surface<T>& moment(int k) const {
    const auto& asked = options_.moments;
    detail::require_that(std::find(asked.begin(), asked.end(), k) != asked.end(), "GaussTransform::moment", "k",
                         "one of those asked for", k);
    return plan_.moments[static_cast<std::size_t>(k)];
  }

  /// Hands over the moments, by k, for who needs them once; moment() is not to be called afterwards.
  [[nodiscard]] std::array<Surface<T>, 7> release_moments() noexcept { return std::move(plan_.moments); }

  /// How the rows of the mesh are computed, from the narrowest on.
  [[nodiscard]] const std::vector<Step>& plan() const noexcept { return plan_.steps; }

  /// Memory held: weights, waves, amplitudes, and the surfaces above.
  [[nodiscard]] std::size_t bytes() const noexcept { return plan_.bytes(); }

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
      run(static_cast<Index>(plan_.tasks.size()), [&](Index worker, Index task) {
        finish(plan_.tasks[static_cast<std::size_t>(task)], power, first, size, workspace, worker, sink);
      });
    }
  }

  /// E_q[z^power f] as a surface; f of shape n, finite where the weight is positive.
  /// @throws std::invalid_argument unless 0 <= power <= highest_power and f is of shape n.
  [[nodiscard]] Surface<T> expectation(Numbers<T> f, int power = 0) const {
    const Vector<T> values_of_f = f.release();
    Surface<T> out(plan_.mesh.rows(), plan_.mesh.cols());
    Workspace workspace;
    expectation(
        power, 1, [&](Index) -> const auto& { return values_of_f; }, workspace,
        [&](Index, Index row, const auto& values) { out.row(row) = values.row(power); });
    return out;
  }

 private:
  using Task = typename detail::TransformPlan<T>::Task;

  static Options checked(Options options) {
    options.require_valid();
    return options;
  }

  /// Analysis: products w f, and their spectra.
  template <class Values>
  void prepare(Index first, Index count, const Values& f, Workspace& workspace, Index workers) const {
    const bool picked = !plan_.used.empty();
    if (picked) workspace.values.grow(plan_.nodes(), count);
    workspace.given.resize(static_cast<std::size_t>(count));
    workspace.products.resize(plan_.levels.size() + 1);
    for (std::size_t level = plan_.first_level(); level <= plan_.levels.size(); ++level)
      workspace.products[level].grow(plan_.wave_nodes(level).size, count);
    for (Index d = 0; d < count; ++d) {
      const auto& given = f(first + d);
      detail::require_size(given, grid_size_, "GaussTransform::expectation", "f", "grid");
      const T* const values = picked ? pick(given.data(), workspace.values[d]) : given.data();
      workspace.given[static_cast<std::size_t>(d)] = values;
      if (plan_.first_level() == 0)
        for (Index i = 0; i < plan_.nodes(); ++i) workspace.products[0][d][i] = values[i] * plan_.weights[0][0][i];
      for (std::size_t level = 1; level <= plan_.levels.size(); ++level) {
        const bool fused = level == plan_.first_level();
        plan_.levels[level - 1].condense(plan_.wave_nodes(level - 1), fused ? values : workspace.products[level - 1][d],
                                         fused ? plan_.weights[0][0] : nullptr, workspace.products[level][d]);
      }
    }
    workspace.spectra.resize(plan_.periods.size());
    for (std::size_t i = 0; i < plan_.periods.size(); ++i)
      plan_.periods[i].analyze(workspace.products[static_cast<std::size_t>(plan_.level_of_period[i])], count,
                               workspace.spectra[i]);
    workspace.scratch.resize(static_cast<std::size_t>(std::max<Index>(workers, 1)));
  }

  /// Values at the nodes of positive weight.
  const T* pick(const T* given, T* out) const {
    for (std::size_t i = 0; i < plan_.used.size(); ++i) out[i] = given[plan_.used[i]];
    return out;
  }

  /// A block of rows for all functions of the workspace; then each row goes to the sink.
  template <class Sink>
  void finish(const Task& task, int power, Index first, Index count, Workspace& workspace, Index worker,
              const Sink& sink) const {
    const Index size = task.rows * plan_.stride;
    auto& scratch = workspace.scratch[static_cast<std::size_t>(worker)];
    scratch.values.resize((std::max)(scratch.values.size(), (power + 1) * count * size));
    T* const values = scratch.values.data();
    for (int k = 0; k <= power; ++k)
      for (Index d = 0; d < count; ++d) transform_rows(task, k, d, workspace, scratch, values + (k * count + d) * size);
    for (Index d = 0; d < count; ++d)
      for (Index r = 0; r < task.rows; ++r)
        sink(first + d, task.first_row + r,
             detail::Rows<T>{values + d * size + r * plan_.stride, count * size, plan_.mesh.cols()});
  }

  /// Synthesis, or direct sums, for a function of the workspace.
  void transform_rows(const Task& task, int power, Index d, const Workspace& workspace,
                      typename Workspace::Scratch& scratch, T* out) const {
    if (task.period >= 0) {
      const auto period = static_cast<std::size_t>(task.period);
      const auto& waves = plan_.periods[period];
      waves.evaluate(waves.blocks()[task.block], power, workspace.spectra[period].values[d], plan_.mesh.mu().data(),
                     scratch.waves, plan_.scale_of(task.first_row), out, plan_.stride);
    }
    const T* const f = workspace.given[static_cast<std::size_t>(d)];
    for (Index row = task.first_row; row < task.first_row + task.rows; ++row, out += plan_.stride)
      if (power == 0)
        plan_.direct.expectation(row, f, out);
      else
        plan_.direct.expectation_of_power(row, power, plan_.mesh.mu().data(), f, out);
  }

  Options options_;
  Index grid_size_;
  detail::TransformPlan<T> plan_;
};

}  // namespace klgrid
