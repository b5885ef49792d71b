// SPDX-License-Identifier: MIT
// What a guest writes: both surfaces of a mixture, by whichever way the headers were found.
#include <iostream>
#include <klgrid/klgrid.hpp>

#define KLGRID_TEXT_(number) #number
#define KLGRID_TEXT(number) KLGRID_TEXT_(number)

int main() {
  using namespace klgrid;
  const auto grid = Grid<>::arange(-10, 10, 0.05);
  const NormalizedGaussianBank<> bank(grid, {linspace(-5.0, 5.0, 11), linspace(0.5, 5.0, 10)});
  const GridDensity<> p(grid, GaussianMixture<>({0.5, 0.5}, {-3.0, 3.0}, {1.0, 1.0}));
  const auto surfaces = kl_surfaces(p, bank);
  // Of the means of this mesh, the forward surface prefers the middle of both humps, the reverse surface a hump.
  Index forward_row = 0, forward_col = 0, reverse_row = 0, reverse_col = 0;
  surfaces.forward.minCoeff(&forward_row, &forward_col);
  surfaces.reverse.minCoeff(&reverse_row, &reverse_col);
  std::cout << "klgrid " KLGRID_TEXT(KLGRID_VERSION_MAJOR) "." KLGRID_TEXT(KLGRID_VERSION_MINOR) "." KLGRID_TEXT(
                   KLGRID_VERSION_PATCH)
            << ": forward at " << bank.mesh().mu()[forward_col] << ", reverse at " << bank.mesh().mu()[reverse_col]
            << '\n';
  const bool right = forward_col == 5 && (reverse_col == 2 || reverse_col == 8);
  return right ? 0 : 1;
}
