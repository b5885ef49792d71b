// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// log sqrt(2 pi) to the precision of T.
template <Real T>
T log_sqrt_two_pi() {
  constexpr long double value = 0.918938533204672741780329736405617639861L;
  if constexpr (std::numeric_limits<T>::digits <= std::numeric_limits<double>::digits) {
    return T(static_cast<double>(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(value);
  } else {
    using std::atan;
    using std::log;
    return T(log(T(T(8) * atan(T(1))))) / T(2);
  }
}

}  // namespace klgrid::detail
