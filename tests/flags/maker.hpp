// SPDX-License-Identifier: MIT
#pragma once

#include <klgrid/gaussian.hpp>
#include <klgrid/grid.hpp>
#include <vector>

// What one object makes or takes and another uses.
klgrid::Grid<double> made_grid();
std::vector<klgrid::Gaussian<double>> made_gaussians();
double first_node(const klgrid::Grid<double>& grid);
