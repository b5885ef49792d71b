// SPDX-License-Identifier: MIT
#pragma once

/// The version's one home: CMake reads these three lines.
#define KLGRID_VERSION_MAJOR 0
#define KLGRID_VERSION_MINOR 2
#define KLGRID_VERSION_PATCH 0
