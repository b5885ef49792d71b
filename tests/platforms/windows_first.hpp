// SPDX-License-Identifier: MIT
// Included before all else in each program for Windows: klgrid meets the macros of windows.h, and the tests, which are no
// headers, are spared them.
#include <windows.h>
// In this order.
#include <klgrid/klgrid.hpp>

#undef min
#undef max
#undef near
#undef far
#undef small
#undef interface
