// SPDX-License-Identifier: MIT
// Every minimum of D(q||p).
#pragma once

#include <algorithm>
#include <cmath>
#include <klgrid/klgrid.hpp>
#include <limits>
#include <optional>
#include <vector>

#include "compiled.hpp"

/// A Gaussian that stands for p, and how far it is.
struct Minimum {
  klgrid::Gaussian<double> q;
  double value;  ///< the divergence at q, nats
  klgrid::FitStatus status = klgrid::FitStatus::converged;
};

/// Up to some of what descents to one minimum differ by, and the spacing of numbers at its mean.
inline bool same(const klgrid::Gaussian<double>& a, const klgrid::Gaussian<double>& b) {
  const double slack = 1e-5 * a.stddev();
  const double spacing = std::abs(a.mean()) * std::numeric_limits<double>::epsilon();
  return std::abs(a.mean() - b.mean()) <= slack + 4 * spacing && std::abs(a.stddev() - b.stddev()) <= slack;
}

/// The minima of D(q||p), the least first: those that descents from the starts end in, and those of the mesh, if there
/// is one.
template <class Density>
std::vector<Minimum> reverse_minima(const Density& p, const std::vector<klgrid::Gaussian<double>>& starts,
                                    const std::optional<klgrid::ParameterMesh<double>>& mesh) {
  std::vector<Minimum> minima;
  if (!p.has_full_support()) return minima;
  const auto add = [&](const klgrid::Gaussian<double>& q, double value) {
    if (std::none_of(minima.begin(), minima.end(), [&](const Minimum& other) { return same(q, other.q); }))
      minima.push_back({q, value});
  };
  if (mesh)
    for (const auto& point : klgrid::reverse_stationary_points(p, *mesh))
      if (point.kind == klgrid::StationaryKind::minimum) add(point.q, point.derivatives.value);
  for (const auto& start : starts)
    if (const auto fit = klgrid::fit_reverse(p, start); fit.status == klgrid::FitStatus::converged)
      add(fit.q, fit.value);
  std::sort(minima.begin(), minima.end(), [](const auto& a, const auto& b) { return a.value < b.value; });
  return minima;
}

/// All minima of D(q||p) of a mixture on the real line, the least first. Of one or two components the descents from
/// starting_points find them; of more, a mesh as dense as the components are narrow finds what they miss, at some ten
/// times their cost.
[[nodiscard]] std::vector<Minimum> reverse_minima(const klgrid::RealLineDensity<double>& p);
