// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "klgrid/detail/require.hpp"
#include "klgrid/divergence/kl_derivatives.hpp"
#include "klgrid/fit/detail/symmetric_matrix.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/real.hpp"

/// Steps and derivatives at q in the coordinates (mu / sigma, log sigma), sigma held at q's: no unit of x is left in
/// them, so tolerances mean the same for every p.
namespace klgrid::inline KLGRID_ABI::detail {

template <Real T>
struct ScaleFree {
  Vector2<T> gradient;
  Matrix2<T> hessian;

  ScaleFree(const Gaussian<T>& q, const KlDerivatives<T>& d) {
    const T& sigma = q.stddev();
    gradient << sigma * d.gradient[0], d.gradient[1];
    const T mixed = sigma * d.hessian(0, 1);
    hessian << sigma * d.hessian(0, 0) * sigma, mixed, mixed, d.hessian(1, 1);
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

/// What a tolerance of the gradient's norm means at q: sums are right to a rounding of D where that is large, and the
/// mean is known to its rounding, which is epsilon |mean| / sigma of the gradient, a thousandth of the default
/// tolerance where |mean| is 4 sigma.
template <Real T>
T tolerance_at(const Gaussian<T>& q, const T& value, const T& tolerance) {
  using std::abs;
  const T far_off = T(abs(q.mean())) / q.stddev() / T(1024);
  return tolerance * (std::max)({T(1), value, far_off});
}

}  // namespace klgrid::detail
