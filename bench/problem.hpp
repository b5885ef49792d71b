// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/grid.hpp"
#include "klgrid/parameter_mesh.hpp"

/// What every benchmark works on: one family of grids and meshes, and one short list of mixtures.
namespace klgrid_bench {

struct Problem {
  klgrid::Grid<double> grid;
  klgrid::ParameterMesh<double> mesh;
};

/// `scale` times the notebook's cells: the notebook's three ranges with each step divided by sqrt(scale), so nodes, mu
/// and sigma each grow by sqrt(scale). 1: 400 nodes, 100 mu x 99 sigma. 100: 4000 nodes, 1000 mu x 990 sigma.
Problem scaled_problem(double scale);

/// A position of the notebook's sliders: theta N(mu1, sigma1^2) + (1 - theta) N(mu2, sigma2^2).
struct Target {
  std::string name;
  double theta, mu1, mu2, sigma1, sigma2;
};

/// The mixtures that arrive one after the other, iteration by iteration.
const std::vector<Target>& targets();

klgrid::GaussianMixture<double> mixture(const Target& target);
std::vector<klgrid::GaussianMixture<double>> mixtures();

}  // namespace klgrid_bench
