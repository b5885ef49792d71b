// SPDX-License-Identifier: MIT
// Not to be compiled: each line below is refused, and wrong_arguments.cmake reads what the compiler says of it.
#include <klgrid/klgrid.hpp>

using namespace klgrid;

void wrong(const GaussianMixture<double>& p, const GridDensity<double>& density, const Gaussian<double>& q,
           const NormalizedGaussianBank<double>& bank, const RealLineBank<double>& line,
           const ParameterMesh<double>& mesh, const Gaussian<float>& narrow, const Grid<double>& grid,
           const std::vector<GridDensity<double>>& densities, const std::vector<double>& numbers,
           const Vector<double>& array) {
  // A mixture, or another domain's density, for a grid's bank.
  kl_surfaces(p, bank);             // says: GridDensity(grid, mixture)
  forward_kl(p, bank);              // says: GridDensity(grid, mixture)
  reverse_kl(bank, p);              // says: GridDensity(grid, mixture)
  reverse_kl_derivatives(bank, p);  // says: GridDensity(grid, mixture)
  forward_kl_derivatives(p, bank);  // says: GridDensity(grid, mixture)
  kl_surfaces(density, line);       // says: GaussianBank
  renyi_divergence(p, bank, 0.5);   // says: Density
  // Arguments swapped.
  forward_kl(q, p);              // says: Density
  reverse_kl(density, q);        // says: Density
  forward_kl(bank, density);     // says: Density
  reverse_kl(density, bank);     // says: Density
  forward_kl_derivatives(q, p);  // says: Density
  reverse_kl_derivatives(p, q);  // says: Density
  alpha_divergence(q, p, 0.5);   // says: Density
  fit_reverse(q, density);       // says: Density
  // A number for a density.
  kl_surfaces(3.0, bank);                // says: Density
  fit_forward(3.0);                      // says: Density
  fit_reverse(3.0, q);                   // says: Density
  fit_renyi(3.0, 0.5, q);                // says: Density
  reverse_stationary_points(3.0, mesh);  // says: Density
  bank_for(3.0, mesh);                   // says: Density
  // What another function is for.
  forward_kl(p, p);                              // says: relative_entropy
  reverse_kl(density, density);                  // says: relative_entropy
  relative_entropy(p, q);                        // says: forward_kl
  relative_entropy(q, density);                  // says: reverse_kl
  (void)GridDensity<double>(grid, numbers);      // says: from_log_values
  (void)GridDensity<double>(grid, array);        // says: from_log_values
  linspace(-5, 5, 0.1);                          // says: arange
  (void)Grid<double>::linspace(-5.0, 5.0, 0.1);  // says: Grid::arange
  starting_points(density);                      // says: reverse_stationary_points
  // What is missing, or of another scalar.
  kl_surfaces(densities, bank);  // says: workspace
  fit_reverse(p);                // says: start
  fit_reverse(density);          // says: start
  forward_kl(p, narrow);         // says: one scalar
  reverse_kl(narrow, density);   // says: one scalar
}
