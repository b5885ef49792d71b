// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

#include "klgrid/detail/require.hpp"
#include "klgrid/divergence/kl_derivatives.hpp"
#include "klgrid/fit/detail/scale_free.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/real.hpp"

/// Descents in theta = (mu, log sigma) to a Gaussian at which a divergence is least. Both methods share a backtracking
/// search for the step and differ in where it leads:
///
/// - gradient descent: along the natural gradient flow, to watch: theta' = -F^-1 D', steepest descent in the Gaussians'
///   own metric, the Fisher information F = diag(1 / sigma^2, 2) (Amari, "Natural gradient works efficiently in
///   learning", Neural Computation 10, 1998). It knows no unit of x. Steps follow the flow of D's quadratic model,
///   exactly (exponential Euler: Hochbruck and Ostermann, "Exponential integrators", Acta Numerica 19, 2010), at most
///   an eighth long in that metric, so that the path is the flow's to the eye, and end like Newton's.
/// - Newton: -|D''|^-1 D' with |D''| the Hessian with its eigenvalues' absolute values (Nocedal and Wright, "Numerical
///   Optimization", 2006, 3.4), and along negative curvature where the gradient vanishes. No step is longer than q's
///   own width or changes log sigma by more than 1.
///
/// A step is taken where Armijo's rule holds or, where values differ by no more than rounding, the approximate Wolfe
/// condition (Hager and Zhang, SIAM J. Optim. 16, 2005, eq. 2.3), so that descents end at the rounding of the gradient
/// and not at its square root.
///
/// A descent finds a local minimum. D(p||q) has one only; for D(q||p), see starting_points and
/// reverse_stationary_points.
namespace klgrid::inline KLGRID_ABI {

/// How a descent goes.
enum class FitMethod {
  newton,           ///< few steps, to arrive
  gradient_descent  ///< small ones along the natural gradient flow, to watch
};

/// Its name.
[[nodiscard]] constexpr std::string_view to_string(FitMethod method) noexcept {
  switch (method) {
    case FitMethod::newton:
      return "newton";
    case FitMethod::gradient_descent:
      return "gradient_descent";
  }
  return "unknown";
}

/// What a descent is asked for.
template <Real T = double>
struct FitOptions {
  FitMethod method = FitMethod::newton;  ///< how it goes
  /// Stop where the norm of (sigma dD/dmu, dD/dlog sigma), which is free of x's unit, is not above; > 0. Taken times D
  /// where that is above 1, for sums are right to a rounding of it; and times |mean| / (1024 sigma) where q is farther
  /// away than that from the point that positions are counted from (for fits, one near p's mean), for the mean is known
  /// to its rounding.
  T gradient_tolerance = detail::default_gradient_tolerance<T>();
  int max_iterations = 1000;  ///< steps; >= 0
  bool record_path = false;   ///< keep every point passed
};

/// Why a descent stopped. Only `converged` is a minimum; q, value and gradient_norm are those of where it stopped.
enum class FitStatus {
  converged,   ///< a minimum: the gradient vanishes and the Hessian is positive definite
  degenerate,  ///< the gradient vanishes, and so does a curvature: the verge of a bifurcation, or a plateau, as where a
               ///< window sees nothing but a tail of q. Start nearer to p.
  saddle,  ///< the gradient vanishes at a saddle or maximum: gradient descent only, which cannot leave it. Use Newton
           ///< or move the start.
  flat,    ///< there is no minimum: on p's window D falls towards its value for sigma to infinity (with mu / sigma^2
           ///< held), where q is flat, or exponential, and no Gaussian any more. value is that limit's. Widen the
           ///< window.
  iteration_limit,  ///< max_iterations steps were taken. Allow more, or start nearer to a minimum.
  stalled,   ///< rounding leaves no step that descends, with the gradient still above its tolerance: as large a one as
             ///< gradient_norm is what D's sums resolve there. Ask for less, or count x from a point nearer to q.
  infinite,  ///< D is +inf at the start: p is zero where q is not. Leave the zeros out of the window, or fit D(p||q).
};

/// What it means and what to do, in words for people; to_string gives its name.
[[nodiscard]] constexpr std::string_view explanation(FitStatus status) noexcept {
  switch (status) {
    case FitStatus::converged:
      return "converged to a minimum";
    case FitStatus::degenerate:
      return "degenerate: the gradient vanishes and so does a curvature (a bifurcation or a plateau); start nearer to "
             "p";
    case FitStatus::saddle:
      return "on a saddle or maximum, which gradient descent cannot leave; use Newton's method or move the start";
    case FitStatus::flat:
      return "no minimum: on this window the divergence falls as sigma grows without end, to the value given; widen "
             "the window";
    case FitStatus::iteration_limit:
      return "the limit of iterations is reached; allow more, or start nearer to a minimum";
    case FitStatus::stalled:
      return "stalled: rounding hides what the gradient's tolerance asks for; ask for less, or count x from nearer to "
             "q";
    case FitStatus::infinite:
      return "infinite: p is zero where q is not; leave the zeros out of the window, or fit D(p||q)";
  }
  return "unknown";
}

/// Its name.
[[nodiscard]] constexpr std::string_view to_string(FitStatus status) noexcept {
  switch (status) {
    case FitStatus::converged:
      return "converged";
    case FitStatus::degenerate:
      return "degenerate";
    case FitStatus::saddle:
      return "saddle";
    case FitStatus::flat:
      return "flat";
    case FitStatus::iteration_limit:
      return "iteration_limit";
    case FitStatus::stalled:
      return "stalled";
    case FitStatus::infinite:
      return "infinite";
  }
  return "unknown";
}

/// A point that a descent passes.
template <Real T>
struct FitStep {
  Gaussian<T> q;      ///< the point
  T value{};          ///< D at q, nats
  T gradient_norm{};  ///< of (sigma dD/dmu, dD/dlog sigma)
};

/// Where a descent ended, and why.
template <Real T>
struct [[nodiscard]] FitResult {
  Gaussian<T> q;                                  ///< where it stopped
  T value{};                                      ///< D at q, nats
  T gradient_norm{};                              ///< of (sigma dD/dmu, dD/dlog sigma)
  int iterations = 0;                             ///< steps taken
  FitStatus status = FitStatus::iteration_limit;  ///< why it stopped
  std::vector<FitStep<T>> path{};                 ///< iterations + 1 points, the start first; empty unless asked for
};

namespace detail {

/// A point of a descent, and the divergence there to second order.
template <Real T>
struct DescentPoint {
  Gaussian<T> q;
  ScaleFree<T> d;
};

/// Where a step leads, scale-free, with D's slope along it and the change of D that its model promises, both <= 0.
template <Real T>
struct Stride {
  Vector2<T> step;
  T slope;
  T promised;
};

/// A curvature is told from 0 down to here: the gradient, known to its tolerance, resolves about its square root.
template <Real T>
T curvature_floor(const T& gradient_tolerance) {
  using std::sqrt;
  return sqrt(gradient_tolerance);
}

/// Straight on, by t times Newton's step; if the gradient vanishes, along the most negative curvature.
template <Real T>
class NewtonCourse {
 public:
  NewtonCourse(const ScaleFree<T>& at, bool stationary) {
    using std::abs;
    using std::sqrt;
    const Spectrum<T> spectrum(at.hessian);
    if (stationary) {
      step_ = spectrum.least_direction();
      bend_ = spectrum.least();
      return;
    }
    const T least = (std::max)(T(sqrt(std::numeric_limits<T>::epsilon())) * spectrum.largest_modulus(),
                               (std::numeric_limits<T>::min)());
    step_ =
        -spectrum.apply([&](const T& curvature) { return T(1) / (std::max)(T(abs(curvature)), least); }, at.gradient);
    slope_ = at.gradient.dot(step_);
  }

  [[nodiscard]] Stride<T> stride(const T& t) const {
    return {t * step_, t * slope_, t * slope_ + t * t * bend_ / T(2)};
  }

  /// The largest t, up to `most`, of a step no longer than 1.
  [[nodiscard]] T longest(const T& most) const { return (std::min)(most, T(T(1) / step_.norm())); }

 private:
  Vector2<T> step_;
  T slope_{};
  T bend_{};
};

/// Down the natural gradient flow of D's quadratic model for a time t. In y = (mu / sigma, sqrt(2) log sigma) the
/// Fisher metric is Euclid's, the flow is y' = -(g + A y), and y(t) = -(1 - exp(-A t)) / A g.
template <Real T>
class FlowCourse {
 public:
  explicit FlowCourse(const ScaleFree<T>& at)
      : gradient_(at.gradient[0], at.gradient[1] / root_two()), spectrum_([&] {
          Matrix2<T> a;
          const T mixed = at.hessian(0, 1) / root_two();
          a << at.hessian(0, 0), mixed, mixed, at.hessian(1, 1) / T(2);
          return Spectrum<T>(a);
        }()) {}

  [[nodiscard]] Stride<T> stride(const T& t) const {
    using std::abs;
    using std::expm1;
    const Vector2<T> y = -spectrum_.apply(
        [&](const T& curvature) {
          const T decay = t * curvature;
          return T(abs(decay)) > std::numeric_limits<T>::epsilon() ? T(-expm1(T(-decay)) / curvature) : t;
        },
        gradient_);
    const T slope = gradient_.dot(y);
    return {Vector2<T>(y[0], y[1] / root_two()), slope, slope};
  }

  /// `most`, halved until the step is so short that the path is smooth.
  [[nodiscard]] T longest(T most) const {
    const auto is_short = [](const Vector2<T>& step) {
      return step[0] * step[0] + T(2) * step[1] * step[1] <= T(1) / T(64);
    };
    while (most > T(0) && !is_short(stride(most).step)) most /= T(2);
    return most;
  }

 private:
  static T root_two() {
    using std::sqrt;
    return sqrt(T(2));
  }

  Vector2<T> gradient_;
  Spectrum<T> spectrum_;
};

/// Backtracks from the longest step, by the slope alone where the promised decrease is below rounding, for values that
/// are equal then would let a step turn the gradient round again and again; on success moves the point there and
/// returns the step's length, else 0.
template <class Divergence, class Course, Real T>
T line_search(const Divergence& divergence, const Course& course, const T& most, DescentPoint<T>& point) {
  using std::abs;
  using std::log;
  const T sufficient = T(0.25);  // of the promised decrease: less than 1/2, for Newton
  // A value may be the difference of entropies, which are as large as the logarithm of x's unit.
  const T size = (std::max)({T(1), T(abs(point.d.value)), T(abs(T(log(point.q.stddev()))))});
  const T rounding = T(16) * std::numeric_limits<T>::epsilon() * size;
  constexpr int halvings = 60;  // from 1 to the rounding of a double
  T t = course.longest(most);
  for (int n = 0; n < halvings && t > T(0); ++n, t /= T(2)) {
    const Stride<T> stride = course.stride(t);
    const auto q = moved<T>(point.q, stride.step);
    if (!q) continue;
    if (q->mean() == point.q.mean() && q->stddev() == point.q.stddev()) break;  // below the spacing of numbers
    const ScaleFree<T> d = divergence(*q);
    const Vector2<T> along(stride.step[0] * (point.q.stddev() / q->stddev()), stride.step[1]);
    const bool armijo = d.value <= point.d.value + sufficient * stride.promised && stride.promised < -rounding;
    const bool wolfe = stride.slope < T(0) && d.value <= point.d.value + rounding &&
                       d.gradient.dot(along) <= (T(2) * sufficient - T(1)) * stride.slope;
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
  const T least = Spectrum<T>(at.hessian).least();
  const T floor = curvature_floor(gradient_tolerance);
  return least > floor ? FitStatus::converged : least < -floor ? FitStatus::saddle : FitStatus::degenerate;
}

template <Real T>
void require_options(const FitOptions<T>& options, std::string_view where) {
  const T& tolerance = options.gradient_tolerance;
  require_that(is_finite(tolerance) && tolerance > T(0), where, "gradient_tolerance", "finite and > 0", tolerance);
  require_that(options.max_iterations >= 0, where, "max_iterations", ">= 0", options.max_iterations);
}

/// As descend, of a divergence that gives ScaleFree; ends early at a point for which is_known(point): nothing new is to
/// be found from there.
template <Real T, class Divergence, class Known>
FitResult<T> descend_until(const Divergence& divergence, const Gaussian<T>& start, const FitOptions<T>& options,
                           const Known& is_known) {
  DescentPoint<T> point{start, divergence(start)};
  FitResult<T> result{.q = start};
  T longest = T(1);  // of the flow's next step
  for (;; ++result.iterations) {
    const ScaleFree<T>& at = point.d;
    result.q = point.q;
    result.value = point.d.value;
    result.gradient_norm = at.gradient_norm();
    if (options.record_path) result.path.push_back({result.q, result.value, result.gradient_norm});
    result.status = FitStatus::infinite;
    if (!is_finite(result.value)) return result;
    const T enough = tolerance_at(point.q, point.d.value, options.gradient_tolerance);
    const bool stationary = result.gradient_norm <= enough;
    if (stationary) result.status = stationary_status(at, enough);
    const bool newton = options.method == FitMethod::newton;
    if (stationary && !(newton && result.status == FitStatus::saddle)) return result;
    result.status = FitStatus::iteration_limit;
    if (result.iterations == options.max_iterations || is_known(point)) return result;
    const T taken = newton ? line_search(divergence, NewtonCourse<T>(at, stationary), T(1), point)
                           : line_search(divergence, FlowCourse<T>(at), longest, point);
    result.status = FitStatus::stalled;
    if (!(taken > T(0))) return result;
    longest = T(2) * taken;
  }
}

}  // namespace detail

/// Descends from start to a local minimum of divergence, a function of a Gaussian that gives KlDerivatives.
///
/// Cost: about one evaluation a step. Newton takes 5 to 20 steps, gradient descent eight for each unit of Fisher length
/// on its way, mostly 20 to 100.
/// @throws std::invalid_argument if an option is out of its range.
template <Real T, class Divergence>
FitResult<T> descend(const Divergence& divergence, const Gaussian<T>& start, const FitOptions<T>& options = {}) {
  detail::require_options(options, "descend");
  const auto scale_free = [&](const Gaussian<T>& q) { return detail::ScaleFree<T>(q, divergence(q)); };
  return detail::descend_until(scale_free, start, options, [](const auto&) { return false; });
}

}  // namespace klgrid
