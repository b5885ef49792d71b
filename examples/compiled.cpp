// SPDX-License-Identifier: MIT
#include "compiled.hpp"

namespace klgrid {

template FitResult<double> fit_forward(const GridDensity<double>&, const FitOptions<double>&);
template FitResult<double> fit_forward(const RealLineDensity<double>&, const FitOptions<double>&);

template FitResult<double> fit_forward(const GridDensity<double>&, const Gaussian<double>&, const FitOptions<double>&);
template FitResult<double> fit_forward(const RealLineDensity<double>&, const Gaussian<double>&,
                                       const FitOptions<double>&);

template FitResult<double> fit_reverse(const GridDensity<double>&, const Gaussian<double>&, const FitOptions<double>&);
template FitResult<double> fit_reverse(const RealLineDensity<double>&, const Gaussian<double>&,
                                       const FitOptions<double>&);

template std::vector<StationaryPoint<double>> reverse_stationary_points(const GridDensity<double>&,
                                                                        const ParameterMesh<double>&);
template std::vector<StationaryPoint<double>> reverse_stationary_points(const RealLineDensity<double>&,
                                                                        const ParameterMesh<double>&);

}  // namespace klgrid
