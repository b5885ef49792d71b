// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "klgrid/gaussian.hpp"
#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/line/detail/legendre_rule.hpp"
#include "klgrid/line/detail/near_zero.hpp"
#include "klgrid/line/detail/panels.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// p/r - 1 of two mixtures without cancellation about p = r, if they have as many components: the k-th of p, N_k, is
/// compared with the k-th of r, M_k, both in the order of their means. With s_k = stddev (1 + e) and m_k = mean +
/// stddev h relative to those of M_k,
///   c_k = log(w_k N_k) - log(v_k M_k)
///       = log(w_k/v_k) - log(1 + e) + (z^2 e (2 + e) + 2 z h - h^2) / (2 (1 + e)^2),   z = (x - mean)/stddev,
///   p/r - 1 = sum_k (v_k M_k / r) (e^c_k - 1).
template <Real T>
class MixtureExcess {
 public:
  using Array = LegendreArray<T>;

  MixtureExcess(const GaussianMixture<T>& p, const GaussianMixture<T>& r) {
    using std::abs;
    using std::log;
    using std::log1p;
    const std::vector<Index> of_p = in_order(p);
    const std::vector<Index> of_r = in_order(r);
    if (of_p.size() != of_r.size()) return;
    // Weights are divided by their sums W and V, which may differ by rounding.
    T gap = T(0);  // V - W
    for (std::size_t k = 0; k < of_p.size(); ++k) gap += r.weights()[of_r[k]] - p.weights()[of_p[k]];
    const T share = gap / p.weights().sum();
    const T log_total = log(T(r.weights().sum()));
    for (std::size_t k = 0; k < of_p.size(); ++k) {
      const T& weight = r.weights()[of_r[k]];
      const T& mean = r.means()[of_r[k]];
      const T& stddev = r.stddevs()[of_r[k]];
      const T& p_weight = p.weights()[of_p[k]];
      const T e = (p.stddevs()[of_p[k]] - stddev) / stddev;
      const T h = (p.means()[of_p[k]] - mean) / stddev;
      const T scale = T(1) / (T(2) * (T(1) + e) * (T(1) + e));
      const T log_weights = log1p(T(((p_weight - weight) + p_weight * share) / weight));
      terms_.push_back({T(log(weight)) - log_total - T(log(stddev)) - log_sqrt_two_pi<T>(), mean, T(1) / stddev,
                        e * (T(2) + e) * scale, T(2) * h * scale, log_weights - (h * h * scale + T(log1p(e)))});
    }
  }

  /// False if the mixtures cannot be compared component by component.
  [[nodiscard]] bool known() const { return !terms_.empty(); }

  /// At the points of a panel, where log r is given.
  [[nodiscard]] Array operator()(const LinePanel<T>& panel, const Array& log_r) const {
    Array sum = Array::Zero();
    for (const Term& k : terms_) {
      const Array z = panel.standardized(k.mean, k.inverse);
      const Array log_share = z.square() * T(-0.5) + k.log_factor - log_r;
      const Array rise = exponent(k, z);
      // Where N_k and M_k are far apart either may underflow, and each is taken by itself.
      const T reach(ExponentialRise::reach);
      const Array share = exp_of(log_share);
      sum += choose_within(rise, reach, Array(share * expm1_of(choose_within(rise, reach, rise, Array(Array::Zero())))),
                           Array(exp_of(Array(log_share + rise)) - share));
    }
    return sum;
  }

  /// A bound on its error in roundings, of z as well.
  [[nodiscard]] Array doubt(const LinePanel<T>& panel, const Array& log_r) const {
    using std::abs;
    Array sum = Array::Zero();
    for (const Term& k : terms_) {
      const Array z = panel.standardized(k.mean, k.inverse);
      const Array of_exponent = z.square() * abs(k.square) + z.abs() * abs(k.linear) + abs(k.constant) +
                                (z.abs() + (panel.half * k.inverse + T(1))) * (z.abs() * abs(k.square) + abs(k.linear));
      sum += exp_of(Array(z.square() * T(-0.5) + k.log_factor - log_r)) *
             (of_exponent + exponent(k, z).abs() * (z.square() + log_r.abs()));
    }
    return sum * T(16);
  }

 private:
  struct Term {
    T log_factor, mean, inverse, square, linear, constant;
  };

  static Array exponent(const Term& k, const Array& z) { return (z * k.square + k.linear) * z + k.constant; }

  /// The components of positive weight from left to right, of equal means from narrow to wide.
  static std::vector<Index> in_order(const GaussianMixture<T>& p) {
    std::vector<Index> order;
    for (Index k = 0; k < p.components(); ++k)
      if (p.weights()[k] > T(0)) order.push_back(k);
    std::sort(order.begin(), order.end(), [&](Index a, Index b) {
      if (p.means()[a] != p.means()[b]) return p.means()[a] < p.means()[b];
      return p.stddevs()[a] < p.stddevs()[b];
    });
    return order;
  }

  std::vector<Term> terms_;
};

}  // namespace klgrid::detail
