// SPDX-License-Identifier: MIT
// What several examples call of the library, on either domain: compiled once for all of them, in compiled.cpp, for it
// takes seconds.
#pragma once

#include <klgrid/klgrid.hpp>
#include <vector>

namespace klgrid {

extern template FitResult<double> fit_forward(const GridDensity<double>&, const FitOptions<double>&);
extern template FitResult<double> fit_forward(const RealLineDensity<double>&, const FitOptions<double>&);

extern template FitResult<double> fit_forward(const GridDensity<double>&, const Gaussian<double>&,
                                              const FitOptions<double>&);
extern template FitResult<double> fit_forward(const RealLineDensity<double>&, const Gaussian<double>&,
                                              const FitOptions<double>&);

extern template FitResult<double> fit_reverse(const GridDensity<double>&, const Gaussian<double>&,
                                              const FitOptions<double>&);
extern template FitResult<double> fit_reverse(const RealLineDensity<double>&, const Gaussian<double>&,
                                              const FitOptions<double>&);

extern template std::vector<StationaryPoint<double>> reverse_stationary_points(const GridDensity<double>&,
                                                                               const ParameterMesh<double>&);
extern template std::vector<StationaryPoint<double>> reverse_stationary_points(const RealLineDensity<double>&,
                                                                               const ParameterMesh<double>&);

}  // namespace klgrid
