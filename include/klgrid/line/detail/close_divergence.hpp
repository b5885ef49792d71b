// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "klgrid/detail/near_zero.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/line/density.hpp"
#include "klgrid/line/detail/legendre_rule.hpp"
#include "klgrid/line/detail/relative_excess.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

enum class Direction { forward, reverse };

/// By what share further than it reaches a component of very small weight w still counts in a divergence near p = q:
/// that is then of the size of w^2, and its integrand, w^2 N^2/q where w N is below q, falls more slowly than N.
template <Real T>
T faint_widening(const LineMixture<T>& p) {
  using std::log;
  using std::sqrt;
  T least = T(1);
  for (const auto& k : p.components()) least = (std::min)(least, k.weight);
  if (!(least < T(1e-4))) return T(0);
  const T wider = sqrt(T(T(1) + T(2) * log(least) / log(std::numeric_limits<T>::epsilon()))) - T(1);
  return (std::min)(wider, T(1));
}

/// The same beyond [p.begin(), p.end()].
template <Real T>
T faint_margin(const RealLineDensity<T>& p) {
  return (p.end() - p.begin()) / T(2) * faint_widening(p.parts());
}

/// A bound on the rule's error in roundings of a divergence near p = q. The rule is right to a few roundings of q log
/// p; the divergence is less than that, but hardly so where zeros of p are near enough for the rule to feel them.
inline constexpr double rule_doubt = 1 << 15;

/// The divergence as a sum of terms that are never negative (compare divergence.hpp), with u = p/q - 1:
///   D(p||q) = integral of q ((1 + u) log(1 + u) - u) = integral of p (log p - log q) + q - p,
///   D(q||p) = integral of q (u - log(1 + u))         = integral of q (log q - log p) + p - q.
template <Real T>
T close_divergence(Direction direction, const RealLineDensity<T>& p, const Gaussian<T>& q, T* error) {
  using std::abs;
  using std::log;
  using Array = LegendreArray<T>;
  const bool forward = direction == Direction::forward;
  const T inverse = T(1) / q.stddev();
  const T inverse_unit = T(1) / p.unit();
  const T log_width = log(T(q.stddev() / p.unit()));  // log p is that of p times its unit
  const RelativeExcess<T> relative_excess(p.parts(), q);
  Array sum = Array::Zero();
  Array doubt = Array::Zero();
  const T last = T(std::sqrt(-1.96 * 0.69314718 * std::numeric_limits<T>::min_exponent));
  // Of d, in roundings: z has those of its size and of its place in the panel.
  const auto ratio_doubt = [&](const auto& panel, const Array& z) {
    const Array within = (z.abs().min)(last);  // beyond, nothing is left of q
    const T across = (std::min)(last, T(panel.half * inverse));
    return Array(panel.log_pdf_doubt(p.parts().largest_log_factor()) + T(2) * within * (within + across) +
                 T(2) * T(abs(log_width)));
  };
  const auto add = [&](const auto& panel) {
    const Array z = panel.standardized(q.mean(), inverse);
    const Array log_q = ((z.square() * T(-0.5)).max)(std::numeric_limits<T>::lowest() / T(4));
    const Array d = panel.values - log_q + (log_width + log_sqrt_two_pi<T>());
    const T reach(NearUnity<Array>::reach);
    Array terms = Array::Zero();
    Array term_doubt = Array::Zero();
    if (d.abs().minCoeff() <= reach) {
      const Array zero = Array::Zero();
      const NearUnity<Array> unity(
          choose_within(d, reach, relative_excess.is_of_use() ? relative_excess(panel, z) : expm1_of(d), zero));
      const Array q_mass = panel.mass(inverse_unit) / (unity.value() + T(1));
      terms = q_mass * (forward ? unity.forward_remainder() : unity.reverse_remainder());
      if (error != nullptr) {
        const Array of_excess = relative_excess.is_of_use() ? relative_excess.doubt(panel, z) : ratio_doubt(panel, z);
        term_doubt = q_mass * unity.value().abs() * of_excess;
      }
    }
    if (d.abs().maxCoeff() > reach) {
      const Array mass = panel.mass(inverse_unit);
      // Where q is below the range of the exponential, what that leaves times d might count.
      const Array zero = Array::Zero();
      const Array q_mass = choose_within(z, last, gaussian_weights<T>(panel, z, inverse), zero);
      const Array plain = forward ? Array(mass * (d - T(1)) + q_mass) : Array(mass - q_mass * (d + T(1)));
      // Never negative, but for numbers so small that all of their digits are rounded.
      terms = choose_within(d, reach, terms, Array((plain.max)(T(0))));
      if (error != nullptr)
        term_doubt = choose_within(d, reach, term_doubt, Array((mass - q_mass).abs() * ratio_doubt(panel, z)));
    }
    sum += terms;
    if (error != nullptr)
      doubt += terms * (panel.log_pdf_doubt(p.parts().largest_log_factor()) + T(rule_doubt)) + term_doubt;
  };
  const T margin = faint_margin(p);
  // Slightly less than for the sixth powers that the reach is made for, so that p's panels mostly suffice.
  const T reach = (gaussian_reach<T>() - T(0.25)) * q.stddev();
  const LinePoint<T> mean = q.mean();
  p.for_each_panel((std::min)(mean + T(-reach), p.begin() + T(-margin)), (std::max)(mean + reach, p.end() + margin),
                   GaussianFamily<T>{mean, mean, q.stddev()}, add);
  if (error != nullptr) *error = doubt.sum() * std::numeric_limits<T>::epsilon();
  return sum.sum();
}

/// Below this a divergence is formed again without cancellation: rounding of 1e-14 in the plain one is then 1e-12 of
/// it.
inline constexpr double close = 0.01;

}  // namespace klgrid::detail
