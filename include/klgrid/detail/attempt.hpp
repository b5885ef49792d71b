// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <utility>

#include "klgrid/abi.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// Calls work, and returns the exception that it throws, or null. Without exceptions (-fno-exceptions) it is just
/// called.
template <class Work>
std::exception_ptr attempt(Work&& work) noexcept {
#if defined(__cpp_exceptions)
  try {
    std::forward<Work>(work)();
  } catch (...) {
    return std::current_exception();
  }
#else
  std::forward<Work>(work)();
#endif
  return nullptr;
}

}  // namespace klgrid::detail
