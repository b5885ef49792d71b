// SPDX-License-Identifier: MIT
// The other libraries' headers first, as a program may write it; of the macros, the standard library undefines some.
#include "macros/macros.hpp"
// Then all of klgrid.
#include <klgrid/klgrid.hpp>
