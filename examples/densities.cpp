// SPDX-License-Identifier: MIT
// The densities themselves as CSV: x, p, the components' shares p_1 to p_K, and q. On the grid they are normalised
// there.
#include <cmath>

#include "target.hpp"

namespace {

/// log p at the nodes of the domain's grid, and the logarithm of the mass that it is normalised by there.
struct LogValues {
  klgrid::Vector<double> log_pdf;
  double log_mass;
};

LogValues log_values(const klgrid::GridDensity<double>& p, const klgrid::Grid<double>&) {
  return {p.log_pdf(), p.log_mass()};
}
LogValues log_values(const klgrid::RealLineDensity<double>& p, const klgrid::Grid<double>& grid) {
  return {p.mixture().log_pdf(grid.nodes()), 0};
}

}  // namespace

int main(int argc, char** argv) {
  command_line::Program program("densities", "A density p and a Gaussian q at the nodes of the grid",
                                {{"x", "node"},
                                 {"p", "density p(x); on the grid normalised there"},
                                 {"p_1 ...", "share of each component in p, if p is a mixture (not of samples)"},
                                 {"q", "density q(x), as p"}});
  command_line::TargetOptions target_options;
  command_line::DomainOption domain;
  command_line::GaussianOptions gaussian_options;
  command_line::OutputOption output;
  target_options.add_to(program);
  domain.add_to(program);
  gaussian_options.add_to(program);
  output.add_to(program);

  return program.run(argc, argv, [&] {
    const auto target = target_options.read();
    const auto q = gaussian_options.gaussian();
    const auto grid = domain.grid(target);
    const auto components = target.has_components ? target.mixture.components() : 0;
    const auto table = [&](const LogValues& p, double log_q_mass, std::ostream& out) {
      out << "x,p";
      for (klgrid::Index k = 1; k <= components; ++k) out << ",p_" << k;
      out << ",q\n";
      for (klgrid::Index i = 0; i < grid.size(); ++i) {
        const double x = grid.nodes()[i];
        std::vector<double> fields{x, std::exp(p.log_pdf[i])};
        for (klgrid::Index k = 0; k < components; ++k) {
          const klgrid::Gaussian<double> component(target.mixture.means()[k], target.mixture.stddevs()[k]);
          fields.push_back(std::exp(std::log(target.mixture.weights()[k]) + component.log_pdf(x) - p.log_mass));
        }
        fields.push_back(std::exp(q.log_pdf(x) - log_q_mass));
        klgrid::write_csv_row(out, fields);
      }
    };
    domain.with_density(target, [&](const auto& p) {
      command_line::from_option("--mu, --sigma", [&] { domain.watch(q, p); });
      output.write([&](std::ostream& out) { table(log_values(p, grid), command_line::log_mass(q, p), out); });
    });
  });
}
