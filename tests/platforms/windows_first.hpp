// SPDX-License-Identifier: MIT
// Included before all else in each program for Windows: klgrid comes after windows.h and its macros, and the tests,
// which are no headers, are spared them.
#include <windows.h>
// Microsoft's defines these in C++ as well; MinGW's does not.
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define small char
// In this order.
#include <klgrid/klgrid.hpp>

#undef min
#undef max
#undef near
#undef far
#undef small
#undef interface
