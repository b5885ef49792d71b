// SPDX-License-Identifier: MIT
// The densities themselves as CSV: x, p, the components' shares p_1 to p_K, and q. On the grid they are normalised
// there.
#include <cmath>

#include "command_line.hpp"

int main(int argc, char** argv) {
  command_line::Program program(
      "densities", "A mixture p, the shares p_1 to p_K of its components and a Gaussian q, at the nodes of the grid");
  command_line::MixtureOptions mixture_options;
  command_line::DomainOption domain;
  command_line::GaussianOptions gaussian_options;
  command_line::OutputOption output;
  mixture_options.add_to(program);
  domain.add_to(program);
  gaussian_options.add_to(program);
  output.add_to(program);

  return program.run(argc, argv, [&] {
    const auto p = mixture_options.mixture();
    const auto q = gaussian_options.gaussian();
    const auto grid = domain.x.grid();
    const bool normalized = domain.domain == "grid";
    const double log_p_mass = normalized ? klgrid::GridDensity<double>(grid, p).log_mass() : 0;
    const double log_q_mass = command_line::from_option(
        "--mu, --sigma", [&] { return normalized ? klgrid::GridDensity<double>(grid, q).log_mass() : 0; });
    output.write([&](std::ostream& out) {
      out << "x,p";
      for (klgrid::Index k = 1; k <= p.components(); ++k) out << ",p_" << k;
      out << ",q\n";
      for (const double x : grid.nodes()) {
        std::vector<double> fields{x, std::exp(p.log_pdf(x) - log_p_mass)};
        for (klgrid::Index k = 0; k < p.components(); ++k) {
          const klgrid::Gaussian<double> component(p.means()[k], p.stddevs()[k]);
          fields.push_back(std::exp(std::log(p.weights()[k]) + component.log_pdf(x) - log_p_mass));
        }
        fields.push_back(std::exp(q.log_pdf(x) - log_q_mass));
        klgrid::write_csv_row(out, fields);
      }
    });
  });
}
