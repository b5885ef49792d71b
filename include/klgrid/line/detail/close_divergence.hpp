// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "klgrid/gaussian.hpp"
#include "klgrid/line/density.hpp"
#include "klgrid/line/detail/legendre_rule.hpp"
#include "klgrid/line/detail/near_zero.hpp"
#include "klgrid/line/detail/relative_excess.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

enum class Direction { forward, reverse };

/// How far beyond [p.begin(), p.end()] a component of very small weight w still counts in a divergence near p = q: that
/// is then of the size of w^2, and its integrand, w^2 N^2/q where w N is below q, falls more slowly than N.
template <Real T>
T faint_margin(const RealLineDensity<T>& p) {
  using std::log;
  using std::sqrt;
  const auto& weights = p.mixture().weights();
  const T least = (weights > T(0)).select(weights, T(1)).minCoeff();
  if (!(least < T(1e-4))) return T(0);
  const T wider = sqrt(T(T(1) + T(2) * log(least) / log(std::numeric_limits<T>::epsilon()))) - T(1);
  return (p.end() - p.begin()) / T(2) * (std::min)(wider, T(1));
}

/// A bound on the rule's error in roundings of a divergence near p = q. The rule is right to a few roundings of q log
/// p; the divergence is less than that, but hardly so where zeros of p are near enough for the rule to feel them.
inline constexpr double rule_doubt = 1 << 15;

/// The divergence as a sum of terms that are never negative (compare divergence.hpp), with u = p/q - 1:
///   D(p||q) = integral of q ((1 + u) log(1 + u) - u) = integral of p (log p - log q) + q - p,
///   D(q||p) = integral of q (u - log(1 + u))         = integral of q (log q - log p) + p - q.
template <Real T>
T close_divergence(Direction direction, const RealLineDensity<T>& p, const Gaussian<T>& q, T* error) {
  using std::log;
  using Array = LegendreArray<T>;
  const bool forward = direction == Direction::forward;
  const T mean = q.mean() - p.origin();
  const T inverse = T(1) / q.stddev();
  const T log_peak = -(T(log(q.stddev())) + log_sqrt_two_pi<T>());
  const RelativeExcess<T> relative_excess(p.mixture(), q);
  Array sum = Array::Zero();
  Array doubt = Array::Zero();
  const auto add = [&](const auto& panel) {
    const Array x = panel.nodes();
    const Array z = (x - mean) * inverse;
    const Array d = panel.values - (z.square() * T(-0.5) + log_peak);
    const T reach(NearUnity<Array>::reach);
    Array terms = Array::Zero();
    Array term_doubt = Array::Zero();
    if (d.abs().minCoeff() <= reach) {
      // Points out of reach, which need exponentials, are taken to the mean of q.
      const NearUnity<Array> unity(relative_excess(choose_within(d, reach, z, Array(Array::Zero()))));
      const Array q_mass = panel.mass() / (unity.value() + T(1));
      terms = q_mass * (forward ? unity.forward_remainder() : unity.reverse_remainder());
      if (error != nullptr) term_doubt = q_mass * unity.value().abs() * relative_excess.doubt(x, z);
    }
    if (d.abs().maxCoeff() > reach) {
      const Array q_mass = gaussian_weights<T>(panel, z) * inverse;
      const Array plain =
          forward ? Array(panel.mass() * (d - T(1)) + q_mass) : Array(panel.mass() - q_mass * (d + T(1)));
      terms = choose_within(d, reach, terms, plain);
      if (error != nullptr)
        term_doubt = choose_within(d, reach, term_doubt,
                                   Array((panel.mass() - q_mass).abs() * (panel.log_pdf_doubt() + z.square())));
    }
    sum += terms;
    if (error != nullptr) doubt += terms * (panel.log_pdf_doubt() + T(rule_doubt)) + term_doubt;
  };
  const T margin = faint_margin(p);
  // Slightly less than for the sixth powers that the reach is made for, so that p's panels mostly suffice.
  const T reach = (gaussian_reach<T>() - T(0.25)) * q.stddev();
  p.for_each_panel((std::min)(T(mean - reach), T(p.begin() - margin)), (std::max)(T(mean + reach), T(p.end() + margin)),
                   {mean, mean, q.stddev()}, Ends::whole, add);
  if (error != nullptr) *error = doubt.sum() * std::numeric_limits<T>::epsilon();
  return sum.sum();
}

/// Below this a divergence is formed again without cancellation: rounding of 1e-14 in the plain one is then 1e-12 of
/// it.
inline constexpr double close = 0.01;

}  // namespace klgrid::detail
