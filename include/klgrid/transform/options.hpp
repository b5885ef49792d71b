// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <string_view>
#include <vector>

#include "klgrid/detail/require.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

/// What a GaussTransform is made for.
template <Real T = double>
struct TransformOptions {
  /// The least tolerance that can be asked for: 8 epsilon.
  [[nodiscard]] static T least_tolerance() { return T(8) * std::numeric_limits<T>::epsilon(); }

  /// Error of an expectation relative to max |f|: at least least_tolerance(), at most 0.1.
  T tolerance = T(96) * std::numeric_limits<T>::epsilon();
  /// Highest power of z in expectations of z^power f: 0 to 4.
  int highest_power = 0;
  /// Every k that moment(k) is asked for: 1 to 6.
  std::vector<int> moments = {};
  /// Whether entropy() is asked for.
  bool entropy = false;

  /// @throws std::invalid_argument that names where, if an option is out of its range.
  void require_valid(std::string_view where = "GaussTransform") const {
    detail::require_that(tolerance >= least_tolerance() && tolerance <= T(0.1), where, "tolerance",
                         "in [8 epsilon, 0.1]", tolerance);
    detail::require_that(highest_power >= 0 && highest_power <= 4, where, "highest_power", "in [0, 4]", highest_power);
    for (int k : moments) detail::require_that(k >= 1 && k <= 6, where, "moments", "in [1, 6]", k);
  }
};

/// How a run of a mesh's rows is computed by a GaussTransform.
struct TransformStep {
  /// By direct sums, or by plane waves.
  enum class Method { direct, plane_waves };
  /// Its name.
  friend constexpr std::string_view to_string(Method of) noexcept {
    return of == Method::direct ? "direct" : "plane_waves";
  }

  Method method;      ///< how
  Index first_row;    ///< of the mesh
  Index rows;         ///< of the mesh, from that one on
  Index panels;       ///< side by side; 0 if direct
  Index waves;        ///< of the run's smallest sigma, beside the constant; 0 if direct
  std::size_t bytes;  ///< stored for it
};

}  // namespace klgrid
