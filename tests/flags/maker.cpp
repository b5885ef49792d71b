// SPDX-License-Identifier: MIT
#include "maker.hpp"

klgrid::Grid<double> made_grid() { return klgrid::Grid<double>::linspace(0, 1, 5); }
std::vector<klgrid::Gaussian<double>> made_gaussians() { return {{0, 1}, {1, 2}}; }
double first_node(const klgrid::Grid<double>& grid) { return grid.nodes()[0]; }
