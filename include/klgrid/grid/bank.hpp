// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "klgrid/detail/from_nearest.hpp"
#include "klgrid/detail/require.hpp"
#include "klgrid/executor.hpp"
#include "klgrid/grid.hpp"
#include "klgrid/grid/density.hpp"
#include "klgrid/numbers.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"
#include "klgrid/transform/gauss_transform.hpp"

namespace klgrid::inline KLGRID_ABI {

/// Every Gaussian of a mesh, normalised on a grid as densities are: q_i = exp((z0^2 - z_i^2) / 2) / Z(mu, sigma) with
/// z_i = (x_i - mu) / sigma, z0 that of the node nearest to mu, and sum_i w_i q_i = 1. Holds what does not depend on
/// the target density p: make it once, use it for every p. Const methods may be called from many threads at once.
template <Real T = double>
class NormalizedGaussianBank {
 public:
  using Scalar = T;                ///< of all values
  using Density = GridDensity<T>;  ///< whose bank it is
  /// Storage of expected_log(), used again: one for each thread that calls.
  using Workspace = typename GaussTransform<T>::Workspace;

  /// What the bank is made for.
  struct Options {
    /// Error of an expectation E_q[f] relative to max |f|; see GaussTransform.
    T tolerance = typename GaussTransform<T>::Options{}.tolerance;
    /// Highest power of z that expected_log is made ready for: 0 for values, 2 for gradients, 4 for Hessians. It makes
    /// each transform a little slower, and moments are kept up to two powers more. A higher one can be asked of
    /// expected_log and costs the making of a transform each time.
    int highest_power = 0;
  };

  /// Cost and memory: those of a Gauss transform, and a surface for each moment kept; on 400 nodes and 100 x 99 cells
  /// some nine times what both surfaces of a p then take, and 0.6 MB (bench/README.md).
  /// @throws std::invalid_argument if an option is out of its range.
  NormalizedGaussianBank(Grid<T> grid, ParameterMesh<T> mesh, Options options = {});

  /// The grid that q is normalised on.
  [[nodiscard]] const Grid<T>& grid() const noexcept { return grid_; }
  /// The mesh of all (mu, sigma).
  [[nodiscard]] const ParameterMesh<T>& mesh() const noexcept { return mesh_; }

  /// The node nearest to each mu, of those of positive weight.
  [[nodiscard]] const Vector<T>& nearest_points() const noexcept { return transform_.nearest_nodes(); }

  /// log Z(mu, sigma) = log sum_i w_i exp((z0^2 - z_i^2) / 2), -log q at the nearest node.
  [[nodiscard]] const Surface<T>& log_normalizer() const noexcept { return transform_.log_normalizer(); }

  /// H(q) = E_q[z^2 - z0^2] / 2 + log Z, in nats.
  [[nodiscard]] const Surface<T>& entropy() const noexcept { return transform_.entropy(); }

  /// The highest power of z that the bank was made for.
  [[nodiscard]] int highest_power() const noexcept { return options_.highest_power; }

  /// The same bank made for another. Cost: that of making one.
  [[nodiscard]] NormalizedGaussianBank with_highest_power(int power) const {
    return NormalizedGaussianBank(grid_, mesh_, {.tolerance = options_.tolerance, .highest_power = power});
  }

  /// E_q[z^power], 0 <= power <= 6: kept if highest_power > 0, up to two powers more.
  /// @throws std::invalid_argument if it is not kept.
  [[nodiscard]] const Surface<T>& moment(int power) const {
    constexpr auto where = "NormalizedGaussianBank::moment";
    detail::require_that(power >= 0 && power <= 6, where, "power", "in [0, 6]", power);
    const Surface<T>& kept = moments_[static_cast<std::size_t>(power)];
    detail::require_that(kept.size() > 0, where, "power", "at most highest_power + 2, and that not 0", power);
    return kept;
  }

  /// log q at the nodes, shape n, of the cell mesh().sigma()[row], mesh().mu()[col].
  /// @throws std::invalid_argument unless the mesh has that cell.
  [[nodiscard]] Vector<T> log_pdf(Index row, Index col) const {
    detail::require_that(row >= 0 && row < mesh_.rows(), "NormalizedGaussianBank::log_pdf", "row", "a row of the mesh",
                         row);
    detail::require_that(col >= 0 && col < mesh_.cols(), "NormalizedGaussianBank::log_pdf", "col",
                         "a column of the mesh", col);
    Vector<T> log_q(grid_.size());
    detail::exponents_from(nearest_points()[col], grid_.nodes().data(), grid_.size(), mesh_.mu()[col],
                           mesh_.sigma()[row], log_q.data());
    return log_q - log_normalizer()(row, col);
  }

  /// Refuses a density of another grid.
  /// @throws std::invalid_argument unless p lives on the bank's grid.
  void require_same_domain(const Density& p) const {
    if (!(p.grid() == grid_))
      detail::reject("NormalizedGaussianBank", "p", -1, "a density on the bank's grid", "another grid");
  }

  /// E_q[z^k log p_d] for every density and k = 0 .. power <= 4: calls sink(d, row, values) once for each of them and
  /// each row of the mesh, with values.row(k). -inf everywhere if p_d is zero at a node, for q is zero nowhere.
  ///
  /// Accuracy: tolerance() * max |log p_d|, for powers of z times max(1, E_q|z|^power). Cost: a transform for each
  /// density and power. Nothing is allocated in a second call for as many densities, with
  /// power <= highest_power().
  /// @throws std::invalid_argument unless 0 <= power <= 4 and every density lives on the bank's grid.
  template <class Sink, Executor Run = SerialExecutor>
  void expected_log(std::span<const Density> densities, int power, Workspace& workspace, const Sink& sink,
                    const Run& run = {}) const {
    detail::require_that(power >= 0 && power <= 4, "NormalizedGaussianBank::expected_log", "power", "in [0, 4]", power);
    for (const Density& p : densities) require_same_domain(p);
    const auto log_p = [&](Index d) -> const Vector<T>& { return at(densities, d).log_pdf(); };
    const auto checked_sink = [&](Index d, Index row, const auto& values) {
      for (int k = 0; k <= power && !at(densities, d).has_full_support(); ++k)
        std::fill_n(values.row(k).data(), mesh_.cols(), -std::numeric_limits<T>::infinity());
      sink(d, row, values);
    };
    const auto count = static_cast<Index>(densities.size());
    if (power <= options_.highest_power)
      transform_.expectation(power, count, log_p, workspace, checked_sink, run);
    else
      make_transform(power).expectation(power, count, log_p, workspace, checked_sink, run);
  }

  /// E_q[z^power log p] as a surface, 0 <= power <= 4.
  void expected_log(const Density& p, int power, Surface<T>& out) const {
    out.resize(mesh_.rows(), mesh_.cols());
    Workspace workspace;
    expected_log({&p, 1}, power, workspace,
                 [&](Index, Index row, const auto& values) { out.row(row) = values.row(power); });
  }

  /// E_q[f] = sum_i w_i q_i f_i for every q of the bank; f of shape n, finite where the weight is positive. Accuracy:
  /// tolerance() * max |f|. Cost: a transform.
  /// @throws std::invalid_argument unless f is of shape n.
  [[nodiscard]] Surface<T> expectation(Numbers<T> f) const { return transform_.expectation(std::move(f)); }

  /// E_q[p^alpha] as a surface, 0 < alpha <= 1. Returned is, for each row, what tolerance() is a share of: the largest
  /// p^alpha. Cost: n exponentials and a transform.
  /// @throws std::invalid_argument unless p lives on the bank's grid.
  Vector<T> expected_power(const Density& p, const T& alpha, Surface<T>& out) const {
    require_same_domain(p);
    // Where p is zero a vectorised exponential of -inf is denormal: nothing beside the largest.
    const Vector<T> power = (grid_.weights() > T(0)).select(alpha * p.log_pdf(), T(0)).exp();
    out = expectation(power);
    return Vector<T>::Constant(mesh_.rows(), (grid_.weights() > T(0)).select(power, T(0)).maxCoeff());
  }

  /// E_q[p^alpha] for one q, a sum of positive terms: right to a few roundings of its logarithm, or 0 if it underflows.
  [[nodiscard]] T expected_power(const Density& p, const T& alpha, Index row, Index col) const {
    using std::exp;
    using std::log;
    const Vector<T> log_q = log_pdf(row, col);
    const Vector<T> terms =
        (grid_.weights() > T(0)).select(alpha * p.log_pdf() + log_q, std::numeric_limits<T>::lowest());
    const T top = terms.maxCoeff();  // the unit of x may have taken each term out of range
    return exp(T(top + T(log(T((grid_.weights() * (terms - top).exp()).sum())))));
  }

  /// Error of an expectation relative to the largest value.
  [[nodiscard]] const T& tolerance() const noexcept { return options_.tolerance; }

  /// Another mesh on the same domain, for values, with that tolerance or the nearest that a transform can have.
  [[nodiscard]] NormalizedGaussianBank with_mesh(ParameterMesh<T> mesh, const T& tolerance) const {
    return NormalizedGaussianBank(grid_, std::move(mesh),
                                  {.tolerance = (std::max)(tolerance, GaussTransform<T>::least_tolerance())});
  }

  /// The transform behind the expectations.
  [[nodiscard]] const GaussTransform<T>& transform() const noexcept { return transform_; }

 private:
  static const Density& at(std::span<const Density> densities, Index d) {
    return densities[static_cast<std::size_t>(d)];
  }

  static const Options& checked(const Options& options) {
    TransformOptions<T>{.tolerance = options.tolerance, .highest_power = options.highest_power}.require_valid(
        "NormalizedGaussianBank");
    return options;
  }

  /// Derivatives take the moments up to two more than their power of z.
  [[nodiscard]] GaussTransform<T> make_transform(int highest_power) const {
    std::vector<int> moments;
    for (int k = 1; highest_power > 0 && k <= highest_power + 2; ++k) moments.push_back(k);
    return {grid_,
            mesh_,
            {.tolerance = options_.tolerance, .highest_power = highest_power, .moments = moments, .entropy = true}};
  }

  Grid<T> grid_;
  ParameterMesh<T> mesh_;
  Options options_;
  GaussTransform<T> transform_;
  std::array<Surface<T>, 7> moments_;  // by power, if highest_power > 0
};

// Not in the class, where it would be inline: who links klgrid::compiled does not compile it again.
template <Real T>
NormalizedGaussianBank<T>::NormalizedGaussianBank(Grid<T> grid, ParameterMesh<T> mesh, Options options)
    : grid_(std::move(grid)),
      mesh_(std::move(mesh)),
      options_(checked(options)),
      transform_(make_transform(options.highest_power)) {
  moments_ = transform_.release_moments();
  if (options.highest_power == 0) return;
  moments_[0].resize(mesh_.rows(), mesh_.cols());
  std::fill_n(moments_[0].data(), mesh_.cells(), T(1));
}

/// The bank of p's domain: the Gaussians of the mesh, normalised on p's grid, made for powers of z up to highest_power:
/// 0 for values, 2 for gradients, 4 for Hessians.
template <Real T>
[[nodiscard]] NormalizedGaussianBank<T> bank_for(const GridDensity<T>& p, ParameterMesh<T> mesh,
                                                 int highest_power = 0) {
  return NormalizedGaussianBank<T>(p.grid(), std::move(mesh), {.highest_power = highest_power});
}

}  // namespace klgrid
