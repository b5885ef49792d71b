// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "klgrid/gaussian.hpp"
#include "klgrid/grid/density.hpp"
#include "klgrid/line/density.hpp"
#include "klgrid/line/detail/near_zero.hpp"
#include "klgrid/line/detail/relative_excess.hpp"
#include "klgrid/real.hpp"

namespace klgrid::detail {

/// What an integral of p^alpha q^(1 - alpha), of p and of q is a sum over: sum_i weight_i f(x_i), z = (x - mu) / sigma.
/// Both densities sum to 1. A class rather than a function, so that its storage is used again from cell to cell.
template <Real T>
class PairQuadrature {
 public:
  PairQuadrature() = default;

  template <class Density>
  PairQuadrature(const Density& p, const Gaussian<T>& q, const T& alpha) {
    assign(p, q, alpha);
  }

  /// p's grid, on which q is normalised, whatever alpha.
  void assign(const GridDensity<T>& p, const Gaussian<T>& q, const T& /*alpha*/) {
    using std::log;
    weight = p.grid().weights();
    log_p = p.log_pdf();
    z = (p.grid().nodes() - q.mean()) / q.stddev();
    log_q = z.square() * T(-0.5);
    const T top = (weight > T(0)).select(log_q, std::numeric_limits<T>::lowest()).maxCoeff();
    log_q -= top;
    log_q -= T(log(T((weight * log_q.exp()).sum())));
    log_ratio = log_p - log_q;
  }

  /// Panels over the reach of both, short enough for q and for p^alpha q^(1 - alpha).
  void assign(const RealLineDensity<T>& p, const Gaussian<T>& q, const T& alpha) {
    using std::log;
    const T mean = q.mean() - p.origin();
    const GaussianFamilies<T> means = geometric_means(p, {mean, mean, q.stddev()}, alpha);
    T low = p.begin();
    T high = p.end();
    for (const auto& each : means.members) {
      low = std::min(low, T(each.first - gaussian_reach<T>() * each.stddev));
      high = std::max(high, T(each.last + gaussian_reach<T>() * each.stddev));
    }
    panels_.clear();
    p.for_each_panel(low, high, means, Ends::whole, [&](const LinePanel<T>& panel) { panels_.push_back(panel); });
    constexpr Index points = legendre_points<T>;
    const Index size = points * static_cast<Index>(panels_.size());
    for (Vector<T>* column : {&weight, &z, &log_p, &log_q, &log_ratio}) column->resize(size);
    const RelativeExcess<T> relative_excess(p.mixture(), q);
    const T log_peak = -(T(log(q.stddev())) + log_sqrt_two_pi<T>());
    using Array = LegendreArray<T>;
    Index begin = 0;
    for (const auto& panel : panels_) {
      const Array at = (panel.nodes() - mean) / q.stddev();
      // By itself: in the tails of p a difference from log p would cost the digits by which that is larger.
      const Array log_density = at.square() * T(-0.5) + log_peak;
      const Array ratio = panel.values - log_density;
      weight.template segment<points>(begin) = panel.weights();
      z.template segment<points>(begin) = at;
      log_p.template segment<points>(begin) = panel.values;
      log_q.template segment<points>(begin) = log_density;
      log_ratio.template segment<points>(begin) =
          choose_within(ratio, T(NearUnity<Array>::reach), NearUnity<Array>(relative_excess(at)).log(), ratio);
      begin += points;
    }
  }

  [[nodiscard]] Index size() const { return weight.size(); }

  Vector<T> weight;
  Vector<T> z;
  Vector<T> log_p;
  Vector<T> log_q;
  Vector<T> log_ratio;  ///< log p - log q; on the line without cancellation near p = q

 private:
  /// q, and N_k^alpha q^(1 - alpha), again a Gaussian, for each component of p. At the ends there are only q and what
  /// p's own panels are made for.
  static GaussianFamilies<T> geometric_means(const RealLineDensity<T>& p, const GaussianFamily<T>& q, const T& alpha) {
    using std::sqrt;
    GaussianFamilies<T> all{{q}};
    if (!(alpha > T(0) && alpha < T(1))) return all;
    const auto& mixture = p.mixture();
    for (Index k = 0; k < mixture.components(); ++k) {
      if (!(mixture.weights()[k] > T(0))) continue;
      // In units of the narrower of the two, for squares might underflow.
      const T least = std::min(mixture.stddevs()[k], q.stddev);
      const T of_p = alpha * square(T(least / mixture.stddevs()[k]));
      const T of_q = (T(1) - alpha) * square(T(least / q.stddev));
      if (!(of_p + of_q > T(0))) continue;  // too wide to count
      const T distance = (mixture.means()[k] - p.origin()) - q.first;
      const T mean = q.first + distance * (of_p / (of_p + of_q));
      all.members.push_back({mean, mean, least / T(sqrt(T(of_p + of_q)))});
    }
    return all;
  }

  static T square(const T& x) { return x * x; }

  std::vector<LinePanel<T>> panels_;
};

}  // namespace klgrid::detail
