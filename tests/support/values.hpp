// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <initializer_list>
#include <limits>

#include "klgrid/real.hpp"

/// Short names for the numbers that tests are fond of.
namespace klgrid_test {

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
inline constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T>
klgrid::Vector<T> vector(std::initializer_list<T> list) {
  klgrid::Vector<T> values(static_cast<klgrid::Index>(list.size()));
  std::copy(list.begin(), list.end(), values.data());
  return values;
}

}  // namespace klgrid_test
