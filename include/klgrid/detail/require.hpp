// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// False for NaN and both infinities, for every Real.
template <Real T>
bool is_finite(const T& x) {
  return x >= std::numeric_limits<T>::lowest() && x <= (std::numeric_limits<T>::max)();
}

/// Every refusal of the library ends here. A program compiled without exceptions (-fno-exceptions) ends as with an
/// exception that nobody catches: by std::terminate, whose handler the program may set.
[[noreturn]] inline void refuse(const std::string& message) {
#if defined(__cpp_exceptions)
  throw std::invalid_argument(message);
#else
  static_cast<void>(message);
  std::terminate();
#endif
}

template <class V>
[[noreturn]] void reject(std::string_view where, std::string_view name, Index index, std::string_view rule,
                         const V& value) {
  std::ostringstream message;
  message.precision(17);
  message << where << ": " << name;
  if (index >= 0) message << '[' << index << ']';
  message << " must be " << rule << ", got " << value;
  refuse(message.str());
}

/// Throws std::invalid_argument "where: name must be rule, got value" unless ok.
template <class V>
void require_that(bool ok, std::string_view where, std::string_view name, std::string_view rule, const V& value) {
  if (!ok) reject(where, name, -1, rule, value);
}

/// Throws std::invalid_argument "where: name[i] must be rule, got value" for the first element that ok refuses.
template <class Values, class Predicate>
void require_each(const Values& values, Predicate ok, std::string_view where, std::string_view name,
                  std::string_view rule) {
  for (Index i = 0; i < values.size(); ++i)
    if (!ok(values[i])) reject(where, name, i, rule, values[i]);
}

template <class Values>
void require_finite(const Values& values, std::string_view where, std::string_view name) {
  require_each(
      values, [](const auto& x) { return is_finite(x); }, where, name, "finite");
}

template <class Values>
void require_size(const Values& values, Index size, std::string_view where, std::string_view name,
                  std::string_view of) {
  if (values.size() != size)
    reject(where, name, -1, "of the size of " + std::string(of) + ", which is " + std::to_string(size), values.size());
}

/// Not empty, finite, never decreasing. Equal neighbours are allowed: sums and surfaces stay well defined.
template <class Values>
void require_sorted(const Values& values, std::string_view where, std::string_view name) {
  require_that(values.size() > 0, where, name, "of at least one element", "none");
  require_finite(values, where, name);
  for (Index i = 1; i < values.size(); ++i)
    if (values[i] < values[i - 1]) reject(where, name, i, "sorted: not below the element before it", values[i]);
}

}  // namespace klgrid::detail
