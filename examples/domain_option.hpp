// SPDX-License-Identifier: MIT
// --domain: where the examples of fits take their integrals.
#pragma once

#include "command_line.hpp"

namespace command_line {

struct DomainOption {
  std::string domain = "line";
  AxisOption x = grid_option();

  void add_to(CLI::App& app) {
    app.add_option("--domain", domain, "Integrals over the real line, or sums over the grid of --x")
        ->check(CLI::IsMember({"line", "grid"}))
        ->capture_default_str();
    x.add_to(app, "Nodes of the grid");
  }

  /// body(the mixture as a density of the domain)
  template <class Body>
  void with_density(const klgrid::GaussianMixture<double>& mixture, Body body) const {
    if (domain == "line")
      body(klgrid::RealLineDensity<double>(mixture));
    else
      body(klgrid::GridDensity<double>(x.grid(), mixture));
  }
};

}  // namespace command_line
