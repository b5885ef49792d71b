// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "klgrid/detail/near_zero.hpp"
#include "klgrid/detail/relative_excess.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/grid_density.hpp"
#include "klgrid/real.hpp"
#include "klgrid/real_line_density.hpp"

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

  /// Panels over the reach of both, short enough for q and, as far as p^alpha reaches, for p^alpha q^(1 - alpha).
  void assign(const RealLineDensity<T>& p, const Gaussian<T>& q, const T& alpha) {
    using std::log;
    using std::sqrt;
    const T mean = q.mean() - p.origin();
    const T reach = gaussian_reach<T>() * q.stddev();
    panels_.clear();
    const T low = std::min(p.begin(), T(mean - reach));
    const T high = std::max(p.end(), T(mean + reach));
    const T margin = p.power_margin(alpha);
    const T left = std::max(low, T(p.begin() - margin));
    const T right = std::min(high, T(p.end() + margin));
    const T wider = alpha < T(1) ? T(q.stddev() / T(sqrt(T(1) - alpha))) : std::numeric_limits<T>::max();
    const T narrowest = std::min(q.stddev(), p.narrowest_factor(alpha, wider));
    const auto store = [&](const LinePanel<T>& panel) { panels_.push_back(panel); };
    const GaussianFamily<T> of_q{mean, mean, q.stddev()};
    p.for_each_panel(low, left, of_q, Ends::clipped, store);
    p.for_each_panel(left, right, GaussianFamily<T>{left, right, narrowest}, Ends::clipped, store);
    p.for_each_panel(right, high, of_q, Ends::clipped, store);
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
  std::vector<LinePanel<T>> panels_;
};

}  // namespace klgrid::detail
