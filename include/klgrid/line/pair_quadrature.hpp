// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "klgrid/detail/line_point.hpp"
#include "klgrid/detail/near_zero.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/line/density.hpp"
#include "klgrid/line/detail/close_divergence.hpp"
#include "klgrid/line/detail/gaussian_family.hpp"
#include "klgrid/line/detail/geometric_means.hpp"
#include "klgrid/line/detail/legendre_rule.hpp"
#include "klgrid/line/detail/panels.hpp"
#include "klgrid/line/detail/relative_excess.hpp"
#include "klgrid/pair_quadrature.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

/// The quadrature of a pair on the real line: panels over the reach of both, short enough for q and for p^alpha q^(1 -
/// alpha). Cost: that of log p at their points.
template <Real T>
void pair_quadrature(const RealLineDensity<T>& p, const Gaussian<T>& q, const T& alpha, PairQuadrature<T>& out) {
  using std::log;
  const detail::LinePoint<T> mean = q.mean();
  // At the ends there are only q and what p's own panels are made for.
  const detail::GaussianFamilies<T> means =
      detail::geometric_means(p.parts(), {mean, mean, q.stddev()}, alpha, T(T(1) - alpha));
  const T margin = detail::faint_margin(p);
  detail::LinePoint<T> low = p.begin() + T(-margin);
  detail::LinePoint<T> high = p.end() + margin;
  for (const auto& each : means.members) {
    low = (std::min)(low, each.first + T(-detail::gaussian_reach<T>() * each.stddev));
    high = (std::max)(high, each.last + T(detail::gaussian_reach<T>() * each.stddev));
  }
  std::vector<detail::LinePanel<T>> panels;
  panels.reserve(32);
  p.for_each_panel(low, high, means, [&](const detail::LinePanel<T>& panel) { panels.push_back(panel); });
  constexpr Index points = detail::legendre_points<T>;
  const Index size = points * static_cast<Index>(panels.size());
  for (Vector<T>* column : {&out.weight, &out.z, &out.log_p, &out.log_q, &out.log_ratio}) column->resize(size);
  const detail::RelativeExcess<T> relative_excess(p.parts(), q);
  // Lengths are counted in standard deviations of q.
  const T inverse = T(1) / q.stddev();
  const T log_width = log(T(q.stddev() / p.unit()));
  using Array = detail::LegendreArray<T>;
  Index begin = 0;
  for (const auto& panel : panels) {
    const Array at = panel.standardized(q.mean(), inverse);
    // By itself: in the tails of p a difference from log p would cost the digits by which that is larger.
    const Array log_density = at.square() * T(-0.5) - detail::log_sqrt_two_pi<T>();
    const Array log_p = panel.values + log_width;
    const Array ratio = log_p - log_density;
    out.weight.template segment<points>(begin) = detail::legendre_rule<T>().weights * T(panel.half * inverse);
    out.z.template segment<points>(begin) = at;
    out.log_p.template segment<points>(begin) = log_p;
    out.log_q.template segment<points>(begin) = log_density;
    out.log_ratio.template segment<points>(begin) = ratio;
    if (relative_excess.is_of_use())
      out.log_ratio.template segment<points>(begin) = detail::choose_within(
          ratio, T(detail::NearUnity<Array>::reach), detail::NearUnity<Array>(relative_excess(panel, at)).log(), ratio);
    begin += points;
  }
}

}  // namespace klgrid
