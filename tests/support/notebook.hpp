// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <vector>

#include "klgrid/grid.hpp"
#include "klgrid/parameter_mesh.hpp"

/// The notebook's grid and mesh. Made in double and then converted, so that every T works on the same numbers as the
/// reference figures do (as far as T can hold them).
namespace klgrid_test {

template <class T = double>
klgrid::Grid<T> notebook_grid() {
  const auto grid = klgrid::Grid<double>::arange(-10.0, 10.0, 0.05);
  return klgrid::Grid<T>(grid.nodes().cast<T>(), grid.weights().cast<T>());
}

template <class T = double>
klgrid::ParameterMesh<T> notebook_mesh() {
  return klgrid::ParameterMesh<T>(klgrid::arange(-5.0, 5.0, 0.1).cast<T>(), klgrid::arange(0.1, 10.0, 0.1).cast<T>());
}

/// For the notebook's port, which knows no Eigen.
inline std::vector<double> to_std(const klgrid::Vector<double>& values) {
  return {values.data(), values.data() + values.size()};
}

/// Every step-th value of an axis, and the last. Of the notebook's mu every 9th and of its sigma every 8th make the
/// cells that the reference figures sample.
template <class T>
klgrid::Vector<T> thinned(const klgrid::Vector<T>& axis, klgrid::Index step) {
  klgrid::Vector<T> few((axis.size() - 2) / step + 2);
  for (klgrid::Index i = 0; i + 1 < few.size(); ++i) few[i] = axis[i * step];
  few[few.size() - 1] = axis[axis.size() - 1];
  return few;
}

/// The index of a value that the axis holds bit for bit.
template <class T>
klgrid::Index index_of(const klgrid::Vector<T>& axis, T value) {
  for (klgrid::Index i = 0; i < axis.size(); ++i)
    if (axis[i] == value) return i;
  throw std::runtime_error("the axis does not hold the value");
}

}  // namespace klgrid_test
