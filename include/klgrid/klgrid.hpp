// SPDX-License-Identifier: MIT
#pragma once

#include "klgrid/axis.hpp"
#include "klgrid/csv.hpp"
#include "klgrid/divergence.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/grid.hpp"
#include "klgrid/grid_density.hpp"
#include "klgrid/kl_surfaces.hpp"
#include "klgrid/normalized_gaussian_bank.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"
#include "klgrid/real_line.hpp"
#include "klgrid/real_line_bank.hpp"
#include "klgrid/real_line_density.hpp"
#include "klgrid/version.hpp"
