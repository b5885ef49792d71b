// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "klgrid/detail/require.hpp"
#include "klgrid/divergence/kl_derivatives.hpp"
#include "klgrid/domain.hpp"
#include "klgrid/fit/detail/scale_free.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"

namespace klgrid {

enum class StationaryKind { minimum, saddle, maximum, degenerate };

/// A Gaussian at which the gradient of a divergence vanishes.
template <Real T>
struct StationaryPoint {
  Gaussian<T> q;
  KlDerivatives<T> derivatives;  ///< the divergence at q: value in nats, gradient and Hessian in (mu, log sigma)
  T gradient_norm;               ///< of (sigma dD/dmu, dD/dlog sigma)
  StationaryKind kind;           ///< by the Hessian's eigenvalues
};

namespace detail {

/// By the signs of the Hessian's eigenvalues m - r <= m + r; degenerate if one is 0 to the root of the tolerance.
template <Real T>
StationaryKind stationary_kind(const ScaleFree<T>& at) {
  using std::hypot;
  using std::sqrt;
  const T m = at.hessian.trace() / T(2);
  const T r = hypot(T((at.hessian(0, 0) - at.hessian(1, 1)) / T(2)), at.hessian(0, 1));
  const T floor = sqrt(default_gradient_tolerance<T>());
  if (m - r > floor) return StationaryKind::minimum;
  if (m + r < -floor) return StationaryKind::maximum;
  return m - r < -floor && m + r > floor ? StationaryKind::saddle : StationaryKind::degenerate;
}

/// Newton's method on the gradient, each step shortened until the gradient's norm falls: leads to stationary points of
/// every kind. None if it does not get there.
template <Real T, class Divergence>
std::optional<StationaryPoint<T>> nearby_stationary_point(const Divergence& divergence, Gaussian<T> q) {
  constexpr int most_steps = 60;
  constexpr int most_halvings = 20;
  auto d = divergence(q);
  ScaleFree<T> at(q, d);
  for (int n = 0; n < most_steps; ++n) {
    const T norm = at.gradient_norm();
    if (!is_finite(norm)) return std::nullopt;
    const bool stationary = norm <= default_gradient_tolerance<T>();
    const Vector2<T> newton = -at.hessian.fullPivLu().solve(at.gradient);
    const T length = newton.norm();
    bool nearer = false;
    T t = (std::min)(T(1), T(T(1) / length));
    // Past the tolerance only whole steps are tried: the last digits are worth one evaluation each.
    for (int k = 0; is_finite(length) && !nearer && k < (stationary ? 1 : most_halvings); ++k, t /= T(2)) {
      const auto next = moved<T>(q, t * newton);
      if (!next) continue;
      const auto next_d = divergence(*next);
      const ScaleFree<T> next_at(*next, next_d);
      nearer = next_at.gradient_norm() < (T(1) - t / T(4)) * norm;
      if (nearer) {
        q = *next;
        d = next_d;
        at = next_at;
      }
    }
    if (nearer) continue;
    if (!stationary) return std::nullopt;
    return StationaryPoint<T>{q, d, norm, stationary_kind(at)};
  }
  return std::nullopt;
}

/// The cells of the mesh (named by their first corner) in which the gradient may vanish: at whose corners both
/// components take both signs, or that touch a local minimum of the gradient's norm.
template <Real T>
std::vector<std::pair<Index, Index>> candidate_cells(const ParameterMesh<T>& mesh, const KlDerivativeSurfaces<T>& d) {
  const Surface<T> along_mu = d.d_mu.colwise() * mesh.sigma();
  const Surface<T> norm = along_mu.square() + d.d_log_sigma.square();
  const auto both_signs = [](const auto& corners) { return corners.minCoeff() <= T(0) && corners.maxCoeff() >= T(0); };
  const auto least_of_neighbours = [&](Index i, Index j) {
    const Index top = std::max<Index>(i - 1, 0);
    const Index left = std::max<Index>(j - 1, 0);
    const Index rows = (std::min)(i + 2, mesh.rows()) - top;
    const Index cols = (std::min)(j + 2, mesh.cols()) - left;
    return norm(i, j) <= norm.block(top, left, rows, cols).minCoeff();
  };
  Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic> least(mesh.rows(), mesh.cols());
  for (Index i = 0; i < mesh.rows(); ++i)
    for (Index j = 0; j < mesh.cols(); ++j) least(i, j) = least_of_neighbours(i, j);
  std::vector<std::pair<Index, Index>> cells;
  for (Index i = 0; i + 1 < mesh.rows(); ++i)
    for (Index j = 0; j + 1 < mesh.cols(); ++j)
      if ((both_signs(d.d_mu.template block<2, 2>(i, j)) && both_signs(d.d_log_sigma.template block<2, 2>(i, j))) ||
          least.template block<2, 2>(i, j).any())
        cells.emplace_back(i, j);
  return cells;
}

/// |b - a| <= slack in the coordinates of ScaleFree.
template <Real T>
bool same_gaussian(const Gaussian<T>& a, const Gaussian<T>& b, const T& slack) {
  using std::abs;
  return abs(T(a.mean() - b.mean())) <= slack * a.stddev() && abs(T(a.stddev() - b.stddev())) <= slack * a.stddev();
}

}  // namespace detail

/// The stationary points of D(q||p) with q within the mesh's range, its edges included, sorted by value: minima,
/// saddles and maxima. The first minimum of a range that holds them all is the best Gaussian.
///
/// The gradient is evaluated on the mesh, and Newton's method started from the corners and the centre of each cell in
/// which it may vanish: a point is found if the mesh resolves D, that is if a Newton step from one of the cell's
/// corners or its centre leads there. Points nearer than the cube root of rounding (6e-6 in double) count as one.
///
/// Each is polished until the gradient's norm is at the rounding of its sums: at most 1e-12 in double.
/// Cost: reverse_kl_derivatives on the mesh, and about fifty evaluations for each point found.
/// @throws std::invalid_argument if the mesh has less than two values of mu or of sigma.
template <DensityLike P>
[[nodiscard]] std::vector<StationaryPoint<detail::ScalarOf<P>>> reverse_stationary_points(
    const P& p, const ParameterMesh<detail::ScalarOf<P>>& mesh) {
  using T = detail::ScalarOf<P>;
  using std::cbrt;
  using std::sqrt;
  constexpr auto where = "reverse_stationary_points";
  detail::require_that(mesh.cols() >= 2, where, "mu", "of at least two values", mesh.cols());
  detail::require_that(mesh.rows() >= 2, where, "sigma", "of at least two values", mesh.rows());
  const auto& density = density_of(p);
  const T slack = cbrt(std::numeric_limits<T>::epsilon());
  const auto& mu = mesh.mu();
  const auto& sigma = mesh.sigma();
  std::vector<StationaryPoint<T>> points;

  const auto within = [&](const Gaussian<T>& q) {
    const T margin = slack * q.stddev();
    return q.mean() >= mu[0] - margin && q.mean() <= mu[mesh.cols() - 1] + margin && q.stddev() >= sigma[0] - margin &&
           q.stddev() <= sigma[mesh.rows() - 1] + margin;
  };
  const auto search_from = [&](const T& mean, const T& stddev) {
    const auto found = detail::nearby_stationary_point<T>(
        [&](const Gaussian<T>& q) { return reverse_kl_derivatives(q, density); }, Gaussian<T>(mean, stddev));
    if (!found || !within(found->q)) return;
    const auto same = [&](const auto& other) { return detail::same_gaussian(found->q, other.q, slack); };
    if (std::none_of(points.begin(), points.end(), same)) points.push_back(*found);
  };

  const auto derivatives = reverse_kl_derivatives(bank_for(density, mesh), density);
  if (!(derivatives.value <= (std::numeric_limits<T>::max)()).all()) return points;
  for (const auto& [i, j] : detail::candidate_cells(mesh, derivatives)) {
    search_from((mu[j] + mu[j + 1]) / T(2), sqrt(T(sigma[i] * sigma[i + 1])));
    for (const Index row : {i, i + 1})
      for (const Index col : {j, j + 1}) search_from(mu[col], sigma[row]);
  }
  std::sort(points.begin(), points.end(),
            [](const auto& a, const auto& b) { return a.derivatives.value < b.derivatives.value; });
  return points;
}

// Arguments that are none. The compiler shows this line.
template <NoDensity P, class Mesh>
void reverse_stationary_points(const P&, const Mesh&) = delete;  // p: a Density, as GridDensity(grid, p), or a mixture

}  // namespace klgrid
