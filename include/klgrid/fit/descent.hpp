// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "klgrid/detail/require.hpp"
#include "klgrid/divergence/kl_derivatives.hpp"
#include "klgrid/fit/detail/scale_free.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/real.hpp"

/// The Gaussian q nearest to p, by descent in theta = (mu, log sigma), in either direction and on either domain.
///
/// Both methods share a backtracking line search and differ in the direction:
///   gradient descent  -D', to watch;
///   Newton            -|D''|^-1 D' with |D''| the Hessian with its eigenvalues' absolute values (Nocedal and Wright,
///                     "Numerical Optimization", 2006, 3.4), and along negative curvature where the gradient vanishes.
/// A step is taken where Armijo's rule holds or, where values differ by no more than rounding, the approximate Wolfe
/// condition (Hager and Zhang, SIAM J. Optim. 16, 2005, eq. 2.3), so that descents end at the rounding of the gradient
/// and not at its square root. No step is longer than q's own width or changes log sigma by more than 1.
///
/// A descent finds a local minimum. D(p||q) has one only; for D(q||p), see starting_points and
/// reverse_stationary_points.
namespace klgrid {

enum class FitMethod { newton, gradient_descent };

template <Real T = double>
struct FitOptions {
  FitMethod method = FitMethod::newton;
  /// Stop where the norm of (sigma dD/dmu, dD/dlog sigma), which is free of x's unit, is not above; > 0.
  T gradient_tolerance = detail::default_gradient_tolerance<T>();
  int max_iterations = 1000;  ///< steps; >= 0
  bool record_path = false;   ///< keep every point passed
};

enum class FitStatus {
  converged,        ///< a minimum: the gradient vanishes and the Hessian is positive definite
  degenerate,       ///< the gradient vanishes, and so does a curvature: the verge of a bifurcation, or a plateau
  saddle,           ///< the gradient vanishes at a saddle or maximum: gradient descent only, which cannot leave it
  iteration_limit,  ///< max_iterations steps were taken
  stalled,          ///< rounding leaves no step that descends, with the gradient still above its tolerance
  infinite,         ///< D is +inf at the start
};

template <Real T>
struct FitStep {
  Gaussian<T> q;
  T value;          ///< D at q, nats
  T gradient_norm;  ///< of (sigma dD/dmu, dD/dlog sigma)
};

template <Real T>
struct [[nodiscard]] FitResult {
  Gaussian<T> q;
  T value{};          ///< D at q, nats
  T gradient_norm{};  ///< of (sigma dD/dmu, dD/dlog sigma)
  int iterations = 0;
  FitStatus status = FitStatus::iteration_limit;
  std::vector<FitStep<T>> path{};  ///< iterations + 1 points, the start first; empty unless asked for
};

namespace detail {

/// A point of a descent, and the divergence there to second order.
template <Real T>
struct DescentPoint {
  Gaussian<T> q;
  KlDerivatives<T> d;
};

/// A direction, scale-free, with the longest step along it and the change of D that its model promises for a step t:
/// slope t + bend t^2 / 2 <= 0.
template <Real T>
struct SearchDirection {
  Vector2<T> step;
  T longest;
  T slope;
  T bend;
};

/// A curvature is told from 0 down to here: the gradient, known to its tolerance, resolves about its square root.
template <Real T>
T curvature_floor(const T& gradient_tolerance) {
  using std::sqrt;
  return sqrt(gradient_tolerance);
}

template <Real T>
SearchDirection<T> newton_direction(const ScaleFree<T>& at, bool stationary) {
  Eigen::SelfAdjointEigenSolver<Matrix2<T>> eigen;
  eigen.computeDirect(at.hessian);
  const auto& curvature = eigen.eigenvalues();
  if (stationary) return {eigen.eigenvectors().col(0), T(1), T(0), curvature[0]};
  using std::sqrt;
  const T most = (std::max)(T(-curvature[0]), curvature.cwiseAbs().maxCoeff());
  const T least = (std::max)(T(sqrt(std::numeric_limits<T>::epsilon())) * most, (std::numeric_limits<T>::min)());
  const Vector2<T> modulus = curvature.cwiseAbs().cwiseMax(least);
  const Vector2<T> step =
      -eigen.eigenvectors() * (eigen.eigenvectors().transpose() * at.gradient).cwiseQuotient(modulus);
  return {step, T(1), at.gradient.dot(step), T(0)};
}

/// -D' in (mu, log sigma), with steps of at most longest times the gradient.
template <Real T>
SearchDirection<T> gradient_direction(const Gaussian<T>& q, const ScaleFree<T>& at, const T& longest) {
  const Vector2<T> step(-at.gradient[0] / (q.stddev() * q.stddev()), -at.gradient[1]);
  return {step, longest, at.gradient.dot(step), T(0)};
}

/// Backtracks from the longest step, by the slope alone where the promised decrease is below rounding, for values that
/// are equal then would let a step turn the gradient round again and again; on success moves the point there and
/// returns the step's length, else 0.
template <class Divergence, Real T>
T line_search(const Divergence& divergence, const SearchDirection<T>& direction, DescentPoint<T>& point) {
  const T sufficient = T(0.25);  // of the promised decrease: less than 1/2, for Newton; not little, or -D' zigzags
  const T magnitude = point.d.value < T(0) ? T(-point.d.value) : point.d.value;
  const T rounding = T(16) * std::numeric_limits<T>::epsilon() * (std::max)(T(1), magnitude);
  const Vector2<T> along(direction.step[0] * point.q.stddev(), direction.step[1]);
  constexpr int halvings = 60;  // from 1 to the rounding of a double
  T t = (std::min)(direction.longest, T(T(1) / direction.step.norm()));
  for (int n = 0; n < halvings; ++n, t /= T(2)) {
    const auto q = moved<T>(point.q, t * direction.step);
    if (!q) continue;
    const auto d = divergence(*q);
    const T promised = direction.slope * t + direction.bend * t * t / T(2);
    const bool armijo = d.value <= point.d.value + sufficient * promised && promised < -rounding;
    const bool wolfe = direction.slope < T(0) && d.value <= point.d.value + rounding &&
                       d.gradient.dot(along) <= (T(2) * sufficient - T(1)) * direction.slope;
    if (armijo || wolfe) {
      point = {*q, d};
      return t;
    }
  }
  return T(0);
}

/// What a point with a vanishing gradient is.
template <Real T>
FitStatus stationary_status(const ScaleFree<T>& at, const T& gradient_tolerance) {
  Eigen::SelfAdjointEigenSolver<Matrix2<T>> eigen;
  const T least = eigen.computeDirect(at.hessian, Eigen::EigenvaluesOnly).eigenvalues()[0];
  const T floor = curvature_floor(gradient_tolerance);
  return least > floor ? FitStatus::converged : least < -floor ? FitStatus::saddle : FitStatus::degenerate;
}

}  // namespace detail

/// Descends from start to a local minimum of divergence, a function of a Gaussian that gives KlDerivatives.
/// Cost: about one evaluation a step. Newton takes 5 to 20 steps, gradient descent mostly 50 to 500.
/// @throws std::invalid_argument if an option is out of its range.
template <Real T, class Divergence>
FitResult<T> descend(const Divergence& divergence, const Gaussian<T>& start, const FitOptions<T>& options = {}) {
  const T& tolerance = options.gradient_tolerance;
  detail::require_that(detail::is_finite(tolerance) && tolerance > T(0), "descend", "gradient_tolerance",
                       "finite and > 0", tolerance);
  detail::require_that(options.max_iterations >= 0, "descend", "max_iterations", ">= 0", options.max_iterations);
  detail::DescentPoint<T> point{start, divergence(start)};
  FitResult<T> result{.q = start};
  T longest = T(1);
  for (;; ++result.iterations) {
    const detail::ScaleFree<T> at(point.q, point.d);
    result.q = point.q;
    result.value = point.d.value;
    result.gradient_norm = at.gradient_norm();
    if (options.record_path) result.path.push_back({result.q, result.value, result.gradient_norm});
    result.status = FitStatus::infinite;
    if (!detail::is_finite(result.value)) return result;
    const bool stationary = result.gradient_norm <= tolerance;
    if (stationary) result.status = detail::stationary_status(at, tolerance);
    const bool newton = options.method == FitMethod::newton;
    if (stationary && !(newton && result.status == FitStatus::saddle)) return result;
    result.status = FitStatus::iteration_limit;
    if (result.iterations == options.max_iterations) return result;
    const auto direction =
        newton ? detail::newton_direction(at, stationary) : detail::gradient_direction(point.q, at, longest);
    const T taken = detail::line_search(divergence, direction, point);
    result.status = FitStatus::stalled;
    if (!(taken > T(0))) return result;
    longest = T(2) * taken;
  }
}

}  // namespace klgrid
