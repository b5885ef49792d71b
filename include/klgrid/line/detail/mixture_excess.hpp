// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "klgrid/detail/near_zero.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/line/detail/legendre_rule.hpp"
#include "klgrid/line/detail/panels.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// p/r - 1 of two mixtures without cancellation about p = r, if they have as many components: the k-th of p, N_k, is
/// compared with the k-th of r, M_k, both in the order of their means. With s_k = stddev (1 + e) and m_k = mean +
/// stddev h relative to those of M_k,
///   c_k = log(w_k N_k) - log(v_k M_k)
///       = log(w_k/v_k) - log(1 + e) + (z^2 e (2 + e) + 2 z h - h^2) / (2 (1 + e)^2),   z = (x - mean)/stddev,
///   p/r - 1 = sum_k (v_k M_k / r) (e^c_k - 1).
/// Where N_k and M_k are far apart, or not much alike, each is taken by itself: c_k is a difference of what may be
/// huge.
template <Real T>
class MixtureExcess {
 public:
  using Array = LegendreArray<T>;

  MixtureExcess(const GaussianMixture<T>& p, const GaussianMixture<T>& r) {
    using std::abs;
    using std::log1p;
    const std::vector<Index> of_p = in_order(p);
    const std::vector<Index> of_r = in_order(r);
    if (of_p.size() != of_r.size()) return;
    // Weights are divided by their sums W and V, which may differ by rounding.
    T gap = T(0);  // V - W
    for (std::size_t k = 0; k < of_p.size(); ++k) gap += r.weights()[of_r[k]] - p.weights()[of_p[k]];
    const T share = gap / p.weights().sum();
    for (std::size_t k = 0; k < of_p.size(); ++k) {
      const Part own = part(p, of_p[k]);
      const Part other = part(r, of_r[k]);
      terms_.push_back({own, other, T(0), T(0), std::numeric_limits<T>::infinity()});
      const T e = (own.stddev - other.stddev) / other.stddev;
      const T h = (own.mean - other.mean) / other.stddev;
      if (!(T(abs(e)) <= T(0.5) && T(abs(h)) <= T(1))) continue;
      const T& weight = r.weights()[of_r[k]];
      const T& p_weight = p.weights()[of_p[k]];
      const T scale = T(1) / (T(2) * (T(1) + e) * (T(1) + e));
      const T log_weights = log1p(T(((p_weight - weight) + p_weight * share) / weight));
      terms_.back().square = e * (T(2) + e) * scale;
      terms_.back().linear = T(2) * h * scale;
      terms_.back().constant = log_weights - (h * h * scale + T(log1p(e)));
    }
  }

  /// False if the mixtures cannot be compared component by component.
  [[nodiscard]] bool known() const { return !terms_.empty(); }

  /// At the points of a panel, where log r is given.
  [[nodiscard]] Array operator()(const LinePanel<T>& panel, const Array& log_r) const {
    Array sum = Array::Zero();
    for_each(panel, log_r, [&](const Comparison& k) {
      sum += choose_within(k.rise, T(reach), Array(k.m * expm1_of(k.rise)), Array(k.n - k.m));
    });
    return sum;
  }

  /// A bound on its error in roundings, of z as well.
  [[nodiscard]] Array doubt(const LinePanel<T>& panel, const Array& log_r) const {
    using std::abs;
    Array sum = Array::Zero();
    for_each(panel, log_r, [&](const Comparison& k) {
      const auto by_itself = [&](const Array& z, const Part& part) {
        return Array(z.square() + z.abs() * part.across(panel) + log_r.abs() + T(abs(part.log_factor)) + T(1));
      };
      const Array z = k.z.abs();
      const T square = abs(k.term.square), linear = abs(k.term.linear);
      const Array together = (z * square + linear) * z + T(abs(k.term.constant)) +
                             (z + (k.term.r.across(panel) + T(1))) * (z * square + linear) +
                             k.rise.abs() * (z.square() + log_r.abs());
      sum += choose_within(
          k.rise, T(reach), Array(k.m * together),
          Array(k.n * by_itself(k.term.p.standardized(panel), k.term.p) + k.m * by_itself(k.z, k.term.r)));
    });
    return sum * T(16);
  }

 private:
  static constexpr double reach = ExponentialRise::reach;  // of c_k, where e^c_k - 1 is formed as such

  /// A component, its weight in log_factor.
  struct Part {
    T log_factor, mean, stddev;

    /// Half a panel in standard deviations. So far from the mean nothing is left of any component, and no square is out
    /// of range.
    [[nodiscard]] T across(const LinePanel<T>& panel) const { return (std::min)(T(furthest), T(panel.half / stddev)); }
    [[nodiscard]] Array standardized(const LinePanel<T>& panel) const {
      const T from_mean = (panel.center - mean) / stddev;
      return legendre_rule<T>().nodes * across(panel) + (std::max)(T(-furthest), (std::min)(T(furthest), from_mean));
    }
    [[nodiscard]] Array log_pdf(const Array& z) const { return z.square() * T(-0.5) + log_factor; }

   private:
    static constexpr double furthest = 1e6;
  };

  struct Term {
    Part p, r;
    T square, linear, constant;  // of c_k in z; infinite of two that are not much alike
  };

  /// On a panel: z of M_k, N_k / r and M_k / r with their weights, and c_k.
  struct Comparison {
    const Term& term;
    Array z, n, m, rise;
  };

  template <class Visit>
  void for_each(const LinePanel<T>& panel, const Array& log_r, Visit visit) const {
    for (const Term& k : terms_) {
      const Array z = k.r.standardized(panel);
      // Neither is above r, nor p, where these are about equal; where z is not its own, all are nothing.
      const auto share = [&](const Array& log_pdf) { return exp_of(Array(((log_pdf - log_r).min)(T(1)))); };
      visit(Comparison{k, z, share(k.p.log_pdf(k.p.standardized(panel))), share(k.r.log_pdf(z)),
                       (z * k.square + k.linear) * z + k.constant});
    }
  }

  static Part part(const GaussianMixture<T>& of, Index k) {
    using std::log;
    const T& stddev = of.stddevs()[k];
    return {T(log(of.weights()[k])) - T(log(T(of.weights().sum()))) - T(log(stddev)) - log_sqrt_two_pi<T>(),
            of.means()[k], stddev};
  }

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
