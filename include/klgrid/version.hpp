// SPDX-License-Identifier: MIT
#pragma once

// The version's one home: CMake reads these three lines.
#define KLGRID_VERSION_MAJOR 0  ///< 0: each minor version may change the interface
#define KLGRID_VERSION_MINOR 2  ///< changes with the interface
#define KLGRID_VERSION_PATCH 0  ///< changes with mends alone
