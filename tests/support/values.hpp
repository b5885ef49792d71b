// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <limits>

#include "klgrid/real.hpp"

/// Short names for the numbers that tests are fond of.
namespace klgrid_test {

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
inline constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T>
klgrid::Vector<T> vector(std::initializer_list<T> list) {
  return Eigen::Map<const klgrid::Vector<T>>(list.begin(), static_cast<klgrid::Index>(list.size()));
}

}  // namespace klgrid_test
