// SPDX-License-Identifier: MIT
// How far one density is from another, as one line of CSV: both relative entropies and the Jensen-Shannon divergence.
#include "target.hpp"

int main(int argc, char** argv) {
  command_line::Program program(
      "relative_entropy", "Relative entropies of a density p and a mixture r, by default the Gaussian of p's moments",
      {{"relative_entropy", "D(p||r), nats"},
       {"reversed", "D(r||p), nats"},
       {"jensen_shannon", "Jensen-Shannon divergence, nats; its root is a metric"},
       {"log_mass_r", "log of what the nodes of --density hold of r, which is normalised there; 0 on the line"}});
  command_line::TargetOptions target;
  std::string other;
  command_line::OutputOption output;
  target.add_to(program);
  program.add_file("--other", other, "r, a table with columns weight, mean and stddev");
  output.add_to(program);
  command_line::WindowShares window;  // what the nodes of p's own file hold of r
  program.warn_at_end([&] {
    if (window.apart == 0) return std::string();
    return "the nodes of --density count " + command_line::percent(window.log_share) +
           " of r, which is normalised there; give p on a wider or finer grid";
  });

  return program.run(argc, argv, [&] {
    const auto p = target.read();
    const auto r = command_line::from_option("--other", [&] {
      if (!other.empty()) return command_line::read_mixture(program, other);
      const auto q = klgrid::moment_match(p.mixture);
      return klgrid::GaussianMixture<double>({1.0}, {q.mean()}, {q.stddev()});
    });
    output.write([&](std::ostream& out) {
      program.write_header(out);
      const auto write = [&](const auto& of_p, const auto& of_r) {
        klgrid::write_csv_row(out, klgrid::relative_entropy(of_p, of_r), klgrid::relative_entropy(of_r, of_p),
                              klgrid::jensen_shannon_divergence(of_p, of_r), command_line::log_mass(of_r));
      };
      if (p.gridded) {
        const klgrid::GridDensity<double> on_grid(p.gridded->grid(), r);
        window.add(on_grid.log_mass(), [] { return "r"; });
        write(*p.gridded, on_grid);
      } else {
        write(klgrid::RealLineDensity<double>(p.mixture), klgrid::RealLineDensity<double>(r));
      }
    });
  });
}
