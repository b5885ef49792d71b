// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// K Chebyshev points of [-1, 1], through which plane waves are interpolated in bins, at nodes and at means alike.
///
/// ERROR. The interpolating polynomial of e^(i theta u) is wrong by at most 4 J_K(theta) and smaller terms, with
/// J_K(theta) <= (theta / 2)^K / K!. Summed with the amplitudes of exp(-z^2/2), in bins of half the width h where
/// theta = u h / sigma, that is the K-th absolute moment of a Gaussian: 4 (h^2 / (8 sigma^2))^(K/2) / (K/2)! in all.
template <Real T>
struct ChebyshevBin {
  static constexpr Index points = 16;  // K: more of them would be fewer in all, but cost more to reach
  static constexpr Index half = points / 2;

  T corner[points];              // from left to right, mirror images to the last bit
  T polynomial[points][points];  // (2 - [k = 0]) / K T_k at them, k first
  // For even k and n, then for odd ones, k and n in halves:
  T at_right_corner[2][half][half];  // those of the right half, k last
  T power[2][half][half];            // coefficient of u^n, n last, in T_k

  ChebyshevBin() {
    using std::atan;
    using std::cos;
    const T step = T(atan(T(1))) * T(4) / T(static_cast<double>(points));
    for (Index j = 0; j < points / 2; ++j) {
      const T angle = step * T(static_cast<double>(j) + 0.5);
      corner[points - 1 - j] = T(cos(angle));
      corner[j] = -corner[points - 1 - j];
    }
    T all[points][points]{};  // the powers of u in T_{k+1} = 2 u T_k - T_{k-1}
    for (Index k = 0; k < points; ++k)
      for (Index j = 0; j < points; ++j) {
        const T angle = step * T((static_cast<double>(points - 1 - j) + 0.5) * static_cast<double>(k));
        polynomial[k][j] = T(cos(angle)) * T((k == 0 ? 1.0 : 2.0) / static_cast<double>(points));
        all[k][j] = k < 2 ? T(j == k ? 1 : 0) : T((j > 0 ? T(2) * all[k - 1][j - 1] : T(0)) - all[k - 2][j]);
      }
    for (Index parity = 0; parity < 2; ++parity)
      for (Index i = 0; i < half; ++i)
        for (Index j = 0; j < half; ++j) {
          at_right_corner[parity][i][j] = polynomial[2 * j + parity][half + i];
          power[parity][i][j] = all[2 * i + parity][2 * j + parity];
        }
  }

  /// The widest bins, in sigmas, for an error relative to the sum of the waves' absolute values.
  static double widest(double error) {
    double power = error / 4;
    for (Index k = 1; k <= points / 2; ++k) power *= static_cast<double>(k);
    return 2 * std::sqrt(8 * std::pow(power, 2.0 / static_cast<double>(points)));
  }
};

}  // namespace klgrid::detail
