// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "klgrid/gaussian.hpp"
#include "klgrid/line/density.hpp"
#include "klgrid/line/detail/near_zero.hpp"
#include "klgrid/line/detail/relative_excess.hpp"
#include "klgrid/pair_quadrature.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

namespace detail {

/// q, and N_k^alpha q^(1 - alpha), again a Gaussian, for each component of p. At the ends there are only q and what
/// p's own panels are made for.
template <Real T>
GaussianFamilies<T> geometric_means(const RealLineDensity<T>& p, const GaussianFamily<T>& q, const T& alpha) {
  using std::sqrt;
  GaussianFamilies<T> all{{q}};
  if (!(alpha > T(0) && alpha < T(1))) return all;
  const auto& mixture = p.mixture();
  for (Index k = 0; k < mixture.components(); ++k) {
    if (!(mixture.weights()[k] > T(0))) continue;
    // In units of the narrower of the two, for squares might underflow.
    const T least = (std::min)(mixture.stddevs()[k], q.stddev);
    const T over_p = least / mixture.stddevs()[k];
    const T over_q = least / q.stddev;
    const T of_p = alpha * over_p * over_p;
    const T of_q = (T(1) - alpha) * over_q * over_q;
    if (!(of_p + of_q > T(0))) continue;  // too wide to count
    const T distance = (mixture.means()[k] - p.origin()) - q.first;
    const T mean = q.first + distance * (of_p / (of_p + of_q));
    all.members.push_back({mean, mean, least / T(sqrt(T(of_p + of_q)))});
  }
  return all;
}

}  // namespace detail

/// Panels over the reach of both, short enough for q and for p^alpha q^(1 - alpha). Cost: that of log p at their
/// points.
template <Real T>
void pair_quadrature(const RealLineDensity<T>& p, const Gaussian<T>& q, const T& alpha, PairQuadrature<T>& out) {
  using std::log;
  const T mean = q.mean() - p.origin();
  const detail::GaussianFamilies<T> means = detail::geometric_means(p, {mean, mean, q.stddev()}, alpha);
  T low = p.begin();
  T high = p.end();
  for (const auto& each : means.members) {
    low = (std::min)(low, T(each.first - detail::gaussian_reach<T>() * each.stddev));
    high = (std::max)(high, T(each.last + detail::gaussian_reach<T>() * each.stddev));
  }
  std::vector<detail::LinePanel<T>> panels;
  panels.reserve(32);
  p.for_each_panel(low, high, means, detail::Ends::whole,
                   [&](const detail::LinePanel<T>& panel) { panels.push_back(panel); });
  constexpr Index points = detail::legendre_points<T>;
  const Index size = points * static_cast<Index>(panels.size());
  for (Vector<T>* column : {&out.weight, &out.z, &out.log_p, &out.log_q, &out.log_ratio}) column->resize(size);
  const detail::RelativeExcess<T> relative_excess(p.mixture(), q);
  const T log_peak = -(T(log(q.stddev())) + detail::log_sqrt_two_pi<T>());
  using Array = detail::LegendreArray<T>;
  Index begin = 0;
  for (const auto& panel : panels) {
    const Array at = (panel.nodes() - mean) / q.stddev();
    // By itself: in the tails of p a difference from log p would cost the digits by which that is larger.
    const Array log_density = at.square() * T(-0.5) + log_peak;
    const Array ratio = panel.values - log_density;
    out.weight.template segment<points>(begin) = panel.weights();
    out.z.template segment<points>(begin) = at;
    out.log_p.template segment<points>(begin) = panel.values;
    out.log_q.template segment<points>(begin) = log_density;
    out.log_ratio.template segment<points>(begin) = detail::choose_within(
        ratio, T(detail::NearUnity<Array>::reach), detail::NearUnity<Array>(relative_excess(at)).log(), ratio);
    begin += points;
  }
}

}  // namespace klgrid
