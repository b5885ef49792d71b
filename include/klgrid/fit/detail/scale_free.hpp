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
/// them, so tolerances mean the same for every p, and none is out of range.
namespace klgrid::inline KLGRID_ABI::detail {

template <Real T>
struct ScaleFree : KlDerivatives<T> {
  using KlDerivatives<T>::gradient;
  using KlDerivatives<T>::hessian;

  /// Of derivatives that are that already.
  explicit ScaleFree(const KlDerivatives<T>& d) : KlDerivatives<T>(d) {}

  /// Of derivatives in (mu, log sigma).
  ScaleFree(const Gaussian<T>& q, const KlDerivatives<T>& d) : ScaleFree(d) {
    const T& sigma = q.stddev();
    gradient[0] *= sigma;
    hessian(0, 0) = sigma * hessian(0, 0) * sigma;
    hessian(0, 1) = hessian(1, 0) = sigma * hessian(0, 1);
  }

  /// In (mu, log sigma).
  [[nodiscard]] KlDerivatives<T> at(const Gaussian<T>& q) const {
    KlDerivatives<T> d(*this);
    const T& sigma = q.stddev();
    d.gradient[0] /= sigma;
    d.hessian(0, 0) = d.hessian(0, 0) / sigma / sigma;
    d.hessian(0, 1) = d.hessian(1, 0) = d.hessian(0, 1) / sigma;
    return d;
  }

  [[nodiscard]] T gradient_norm() const {
    using std::hypot;
    return hypot(gradient[0], gradient[1]);
  }
};

/// D(p||q) and D(q||p) at one q.
inline constexpr auto scale_free_forward = []<Real T>(const auto& p, const Gaussian<T>& q) {
  return ScaleFree<T>(forward_second_order(forward_kl_terms(p, q), p, q, T(1)));
};
inline constexpr auto scale_free_reverse = []<Real T>(const auto& p, const Gaussian<T>& q) {
  return ScaleFree<T>(reverse_second_order(reverse_kl_terms(q, p), q, T(1)));
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
