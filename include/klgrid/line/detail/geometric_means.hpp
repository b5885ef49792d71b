// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>

#include "klgrid/detail/line_point.hpp"
#include "klgrid/line/detail/gaussian_family.hpp"
#include "klgrid/line/detail/line_mixture.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// The Gaussians q of a family, and N_k^power_of_p q^power_of_q, again Gaussians, for each component of p: a narrow one
/// asks for short panels only about itself, where it is what the power of p is made of. If either power is 0 there is
/// only q.
template <Real T>
GaussianFamilies<T> geometric_means(const LineMixture<T>& p, const GaussianFamily<T>& q, const T& power_of_p,
                                    const T& power_of_q) {
  using std::sqrt;
  GaussianFamilies<T> all{{q}};
  if (!(power_of_p > T(0) && power_of_q > T(0))) return all;
  p.for_each_cluster([&](const LinePoint<T>& first, const LinePoint<T>& last, const T& stddev) {
    // In units of the narrower of the two, for squares might underflow.
    const T least = (std::min)(stddev, q.stddev);
    const T over_p = least / stddev;
    const T over_q = least / q.stddev;
    const T of_p = power_of_p * over_p * over_p;
    const T of_q = power_of_q * over_q * over_q;
    if (!(of_p + of_q > T(0))) return;  // too wide to count
    const T turned = of_p / (of_p + of_q);
    // From the nearer of the two, so that rounding is a share of the way.
    const auto between = [&](const LinePoint<T>& mean, const LinePoint<T>& mean_of_p) {
      return turned < T(0.5) ? mean + T((mean_of_p - mean) * turned)
                             : mean_of_p + T((mean - mean_of_p) * (T(1) - turned));
    };
    all.members.push_back({between(q.first, first), between(q.last, last), least / T(sqrt(T(of_p + of_q)))});
  });
  return all;
}

}  // namespace klgrid::detail
