// SPDX-License-Identifier: MIT
// The densities themselves, normalised on the grid, as CSV: x, p, the components' shares p_1 to p_K, and q.
#include <cmath>

#include "command_line.hpp"

int main(int argc, char** argv) {
  CLI::App app("A mixture p, the shares p_1 to p_K of its components and a Gaussian q, normalised on the grid",
               "densities");
  command_line::MixtureOptions mixture_options;
  command_line::AxisOption x = command_line::grid_option();
  command_line::GaussianOptions gaussian;
  command_line::OutputOption output;
  mixture_options.add_to(app);
  x.add_to(app, "Nodes of the grid");
  gaussian.add_to(app);
  output.add_to(app);

  return command_line::run(app, argc, argv, [&] {
    const auto mixture = mixture_options.mixture();
    const klgrid::GridDensity<double> p(x.grid(), mixture);
    const klgrid::GridDensity<double> q(p.grid(), gaussian.gaussian());
    const double mass = std::exp(p.log_mass());
    output.write([&](std::ostream& out) {
      out << "x,p";
      for (klgrid::Index k = 1; k <= mixture.components(); ++k) out << ",p_" << k;
      out << ",q\n";
      for (klgrid::Index i = 0; i < p.grid().size(); ++i) {
        const double node = p.grid().nodes()[i];
        klgrid::detail::write_csv_field(out, node);
        klgrid::detail::write_csv_field(out.put(','), p.pdf()[i]);
        for (klgrid::Index k = 0; k < mixture.components(); ++k)
          klgrid::detail::write_csv_field(out.put(','), mixture.component_pdf(k, node) / mass);
        klgrid::write_csv_row(out.put(','), q.pdf()[i]);
      }
    });
  });
}
