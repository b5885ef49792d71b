// SPDX-License-Identifier: MIT
// Included before all else in each program for Windows: klgrid comes after windows.h and its macros, and the tests,
// which are no headers, are spared them. (MinGW's windows.h defines neither min and max in C++, nor small: tests/macros
// has these.)
#include <windows.h>
// In this order.
#include <klgrid/klgrid.hpp>

#undef near
#undef far
#undef interface
