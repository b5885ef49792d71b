// SPDX-License-Identifier: MIT
// The target klgrid::compiled: what klgrid/compiled.hpp declares.
#include "klgrid/compiled.hpp"

namespace klgrid::inline KLGRID_ABI {

template class GaussianMixture<double>;
template class Grid<double>;
template class ParameterMesh<double>;
template class detail::DirectCells<double>;
template class detail::PlaneWaves<double>;
template class GaussTransform<double>;
template class GridDensity<double>;
template class NormalizedGaussianBank<double>;
template void kl_surfaces(std::span<const GridDensity<double>>, const NormalizedGaussianBank<double>&,
                          std::span<KlSurfaces<double>>, NormalizedGaussianBank<double>::Workspace&,
                          const SerialExecutor&);

template class GaussianMixture<float>;
template class Grid<float>;
template class ParameterMesh<float>;
template class detail::DirectCells<float>;
template class detail::PlaneWaves<float>;
template class GaussTransform<float>;
template class GridDensity<float>;
template class NormalizedGaussianBank<float>;
template void kl_surfaces(std::span<const GridDensity<float>>, const NormalizedGaussianBank<float>&,
                          std::span<KlSurfaces<float>>, NormalizedGaussianBank<float>::Workspace&,
                          const SerialExecutor&);

}  // namespace klgrid
