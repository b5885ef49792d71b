// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <vector>

#include "klgrid/gaussian.hpp"
#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/line/detail/legendre_rule.hpp"
#include "klgrid/line/detail/near_zero.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// p/q - 1 without cancellation near p = q. With component k's mean and stddev relative to q's, s_k = stddev (1 + e)
/// and m_k = mean + stddev h,
///   b_k = log N_k - log q = -log(1 + e) + (z^2 e (2 + e) + 2 z h - h^2) / (2 (1 + e)^2),   z = (x - mean)/stddev,
///   p/q - 1 = sum_k w_k (e^b_k - 1),
/// for weights of sum 1.
template <Real T>
class RelativeExcess {
 public:
  using Array = LegendreArray<T>;

  RelativeExcess(const GaussianMixture<T>& p, const Gaussian<T>& q) : inverse_(T(1) / q.stddev()) {
    using std::log1p;
    const T total = p.weights().sum();
    terms_.reserve(static_cast<std::size_t>(p.components()));
    for (Index k = 0; k < p.components(); ++k) {
      if (!(p.weights()[k] > T(0))) continue;
      const T e = (p.stddevs()[k] - q.stddev()) / q.stddev();
      const T h = (p.means()[k] - q.mean()) / q.stddev();
      const T scale = T(1) / (T(2) * (T(1) + e) * (T(1) + e));
      terms_.push_back({p.weights()[k] / total, e * (T(2) + e) * scale, T(2) * h * scale, h * h * scale, log1p(e)});
    }
  }

  [[nodiscard]] Array operator()(const Array& z) const {
    Array sum = Array::Zero();
    for (const auto& k : terms_) sum += k.weight * rise(k, z);
    return sum;
  }

  /// A bound on its error in roundings, x being rounded.
  [[nodiscard]] Array doubt(const Array& x, const Array& z) const {
    using std::abs;
    Array sum = Array::Zero();
    for (const auto& k : terms_)
      sum += k.weight * (rise(k, z) + T(1)) *
             (z.square() * abs(k.square) + z.abs() * abs(k.linear) + (k.constant + abs(k.log_width)) +
              x.abs() * (z.abs() * abs(k.square) + abs(k.linear)) * inverse_);
    return sum * T(16);
  }

 private:
  struct Term {
    T weight, square, linear, constant, log_width;
  };

  /// e^b_k - 1
  static Array rise(const Term& k, const Array& z) {
    return expm1_of(Array((z * k.square + k.linear) * z - (k.constant + k.log_width)));
  }

  T inverse_;
  std::vector<Term> terms_;
};

}  // namespace klgrid::detail
