// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "klgrid/axis.hpp"
#include "klgrid/divergence/kl_surfaces.hpp"
#include "klgrid/grid/bank.hpp"

/// What the target klgrid::compiled holds ready made, for double and float. It defines KLGRID_COMPILED for those who
/// link it, so that their files take the grid's densities and banks and both surfaces from there and do not compile
/// them again. The target is compiled in your build, with its flags: files that link it have to be compiled for the
/// same instruction set, as all files have to that pass Eigen's objects to each other.
#ifdef KLGRID_COMPILED
namespace klgrid::inline KLGRID_ABI {

extern template class GaussianMixture<double>;
extern template class Grid<double>;
extern template class ParameterMesh<double>;
extern template class detail::DirectCells<double>;
extern template class detail::PlaneWaves<double>;
extern template class GaussTransform<double>;
extern template class GridDensity<double>;
extern template class NormalizedGaussianBank<double>;
extern template void kl_surfaces(std::span<const GridDensity<double>>, const NormalizedGaussianBank<double>&,
                                 std::span<KlSurfaces<double>>, NormalizedGaussianBank<double>::Workspace&,
                                 const SerialExecutor&);

extern template class GaussianMixture<float>;
extern template class Grid<float>;
extern template class ParameterMesh<float>;
extern template class detail::DirectCells<float>;
extern template class detail::PlaneWaves<float>;
extern template class GaussTransform<float>;
extern template class GridDensity<float>;
extern template class NormalizedGaussianBank<float>;
extern template void kl_surfaces(std::span<const GridDensity<float>>, const NormalizedGaussianBank<float>&,
                                 std::span<KlSurfaces<float>>, NormalizedGaussianBank<float>::Workspace&,
                                 const SerialExecutor&);

}  // namespace klgrid
#endif
