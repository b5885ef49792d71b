// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

namespace klgrid_bench {

/// Bytes the process holds on the heap, by the allocator's own books; -1 where they cannot be read (not glibc >= 2.33).
inline double heap_bytes() {
#if defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 33)
  const auto books = mallinfo2();
  return static_cast<double>(books.uordblks + books.hblkhd);  // small blocks, and those mapped on their own
#else
  return -1;
#endif
#else
  return -1;
#endif
}

}  // namespace klgrid_bench
