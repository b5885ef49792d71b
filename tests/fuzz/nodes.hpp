// SPDX-License-Identifier: MIT
// Grids and meshes made of bytes, and one Gaussian on a grid by its definition.
#pragma once

#include <optional>

#include "fuzz.hpp"
#include "klgrid/grid.hpp"
#include "klgrid/parameter_mesh.hpp"

namespace fuzz {

using Grid = klgrid::Grid<double>;
using Mesh = klgrid::ParameterMesh<double>;

/// None if the bytes gave one that is refused.
inline std::optional<Grid> grid_from(Bytes& bytes, int most) {
  std::optional<Grid> grid;
  const Index count = bytes.whole(1, most);
  Vector x = bytes.byte() % 4 ? Vector(Vector::LinSpaced(count, bytes.uniform(-20, 0), bytes.uniform(0, 20)))
                              : bytes.numbers(count);
  if (bytes.byte() % 8) std::sort(x.begin(), x.end(), [](double a, double b) { return a < b; });
  const bool ordered = finite(x) && sorted(x);
  switch (bytes.byte() % 4) {
    case 0: {
      const double start = bytes.number(), stop = bytes.number(), step = bytes.positive();
      if ((stop - start) / step > 1e3) return grid;  // valid, and slow
      const bool valid = std::isfinite(start) && std::isfinite(stop) && step > 0 && step < infinity && start < stop &&
                         std::isfinite(std::ceil((stop - start) / step) * step);
      accepted(valid, "Grid::arange", [&] { grid = Grid::arange(start, stop, step); });
      return grid;
    }
    case 1: {
      const bool valid = ordered && count > 1 && x[0] / 2 < x[count - 1] / 2 && std::isfinite(x[count - 1] - x[0]);
      accepted(valid, "Grid::trapezoidal", [&] { grid = Grid::trapezoidal(x); });
      return grid;
    }
    case 2: {
      Vector w = bytes.positives(count);
      for (double& each : w)
        if (bytes.byte() % 4 == 0) each = 0;
      const double total = w.sum();
      const bool valid = ordered && non_negative(w) && total > 0 && total < infinity;
      accepted(valid, "Grid", [&] { grid = Grid(x, w); });
      return grid;
    }
    default:
      accepted(ordered, "Grid", [&] { grid = Grid(x, Vector(Vector::Constant(count, 0.05))); });
      return grid;
  }
}

inline std::optional<Mesh> mesh_from(Bytes& bytes, const std::optional<Grid>& grid) {
  std::optional<Mesh> mesh;
  Vector mu = bytes.numbers(bytes.whole(1, 12));
  Vector sigma = bytes.positives(bytes.whole(1, 8));
  if (grid && bytes.byte() % 2) {  // in the units of the window
    const double begin = grid->nodes()[0], width = std::max(grid->nodes()[grid->size() - 1] / 2 - begin / 2, 1e-300);
    for (double& each : mu) each = begin + bytes.uniform(-0.5, 2.5) * width;
    for (double& each : sigma) each = width * bytes.magnitude(1e-3, 10);
  }
  if (bytes.byte() % 8) {
    std::sort(mu.begin(), mu.end(), [](double a, double b) { return a < b; });
    std::sort(sigma.begin(), sigma.end(), [](double a, double b) { return a < b; });
  }
  accepted(finite(mu) && sorted(mu) && positive(sigma) && sorted(sigma), "ParameterMesh",
           [&] { mesh.emplace(mu, sigma); });
  return mesh;
}

/// One Gaussian on the nodes, by its definition, counted from the node nearest to mu.
struct Cell {
  std::vector<Wide> z, log_q, q;  ///< log q and w q, normalised; 0 at nodes of weight 0
  Wide log_normalizer = 0, entropy = 0;
  Wide squares = 0;  ///< E_q[(log q)^2]: roundings of log q are relative, and q feels them as often as that is large

  Cell(const Grid& grid, Wide mu, Wide sigma) {
    const auto n = static_cast<std::size_t>(grid.size());
    // (z0^2 - z^2) / 2 of differences of nodes, which do not round away however far mu is.
    const auto fall = [&](Index from, Index to) {
      const Wide x0 = grid.nodes()[from], x = grid.nodes()[to];
      return (x0 - x) / sigma * (((x0 - mu) + (x - mu)) / sigma) / 2;
    };
    Index nearest = -1;
    for (Index i = 0; i < grid.size(); ++i)
      if (grid.weights()[i] > 0 && (nearest < 0 || fall(nearest, i) > 0)) nearest = i;
    for (Index i = 0; i < grid.size(); ++i) {
      z.push_back((static_cast<Wide>(grid.nodes()[i]) - mu) / sigma);
      log_q.push_back(fall(nearest, i));
    }
    Wide sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const auto weight = static_cast<Wide>(grid.weights()[static_cast<Index>(i)]);
      q.push_back(weight > 0 ? weight * std::exp(log_q[i]) : 0);
      sum += q[i];
    }
    log_normalizer = std::log(sum);
    for (std::size_t i = 0; i < n; ++i) {
      q[i] /= sum;
      log_q[i] -= log_normalizer;
      if (q[i] > 0) entropy -= q[i] * log_q[i], squares += q[i] * log_q[i] * log_q[i];
    }
  }
};

}  // namespace fuzz
