// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace klgrid_test {

/// Calls of operator new so far, where counting_new.cpp is linked in.
std::size_t allocations();

}  // namespace klgrid_test
