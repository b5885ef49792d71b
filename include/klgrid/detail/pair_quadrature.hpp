// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "klgrid/detail/require.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/grid_density.hpp"
#include "klgrid/real.hpp"
#include "klgrid/real_line.hpp"
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

  /// Panels over the reach of both, short enough for q and for p^alpha q^(1 - alpha) where p is narrowest.
  void assign(const RealLineDensity<T>& p, const Gaussian<T>& q, const T& alpha) {
    const T mean = q.mean() - p.origin();
    const T reach = gaussian_reach<T>() * q.stddev();
    panels_.clear();
    p.for_each_panel(std::min(p.begin(), T(mean - reach)), std::max(p.end(), T(mean + reach)), resolution(p, q, alpha),
                     Ends::whole, [&](const LinePanel<T>& panel) { panels_.push_back(panel); });
    constexpr Index points = legendre_points<T>;
    const Index size = points * static_cast<Index>(panels_.size());
    for (Vector<T>* column : {&weight, &z, &log_p, &log_q, &log_ratio}) column->resize(size);
    Index begin = 0;
    for (const auto& panel : panels_) {
      weight.template segment<points>(begin) = panel.weights();
      z.template segment<points>(begin) = (panel.nodes() - mean) / q.stddev();
      log_p.template segment<points>(begin) = panel.log_pdf;
      log_ratio.template segment<points>(begin) = detail::log_ratio(panel, p, q).value;
      begin += points;
    }
    log_q = log_p - log_ratio;
  }

  [[nodiscard]] Index size() const { return weight.size(); }

  Vector<T> weight;
  Vector<T> z;
  Vector<T> log_p;
  Vector<T> log_q;
  Vector<T> log_ratio;  ///< log p - log q; on the line without cancellation near p = q

 private:
  /// The standard deviation of the narrowest Gaussian factor.
  static T resolution(const RealLineDensity<T>& p, const Gaussian<T>& q, const T& alpha) {
    using std::sqrt;
    T narrowest = q.stddev();
    for (Index k = 0; k < p.mixture().components(); ++k)
      if (p.mixture().weights()[k] > T(0)) narrowest = std::min(narrowest, p.mixture().stddevs()[k]);
    const T precision = alpha / (narrowest * narrowest) + (T(1) - alpha) / (q.stddev() * q.stddev());
    return std::min(q.stddev(), T(T(1) / T(sqrt(precision))));
  }

  std::vector<LinePanel<T>> panels_;
};

}  // namespace klgrid::detail
