// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <limits>
#include <optional>

#include "klgrid/detail/require.hpp"
#include "klgrid/divergence/kl_derivatives.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/real.hpp"

/// Steps and derivatives at q in the coordinates (mu / sigma, log sigma), sigma held at q's: no unit of x is left in
/// them, so tolerances mean the same for every p.
namespace klgrid::detail {

template <Real T>
using Vector2 = Eigen::Matrix<T, 2, 1>;
template <Real T>
using Matrix2 = Eigen::Matrix<T, 2, 2>;

template <Real T>
struct ScaleFree {
  Vector2<T> gradient;
  Matrix2<T> hessian;

  ScaleFree(const Gaussian<T>& q, const KlDerivatives<T>& d) {
    const Vector2<T> scale(q.stddev(), T(1));
    gradient = scale.cwiseProduct(d.gradient);
    hessian = scale.asDiagonal() * d.hessian * scale.asDiagonal();
  }

  [[nodiscard]] T gradient_norm() const {
    using std::hypot;
    return hypot(gradient[0], gradient[1]);
  }
};

/// q moved by step; none if that is no Gaussian any more.
template <Real T>
std::optional<Gaussian<T>> moved(const Gaussian<T>& q, const Vector2<T>& step) {
  using std::exp;
  const T mean = q.mean() + q.stddev() * step[0];
  const T stddev = q.stddev() * T(exp(step[1]));
  if (!is_finite(mean) || !is_finite(stddev) || !(stddev > T(0))) return std::nullopt;
  return Gaussian<T>(mean, stddev);
}

/// The gradient norm at which a point counts as stationary: about 1e-12 in double, above the rounding of the sums.
template <Real T>
T default_gradient_tolerance() {
  return T(4096) * std::numeric_limits<T>::epsilon();
}

}  // namespace klgrid::detail
