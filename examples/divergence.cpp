// SPDX-License-Identifier: MIT
// Both divergences of one pair, and the entropies they are made of, as one line of CSV.
#include "command_line.hpp"

int main(int argc, char** argv) {
  CLI::App app("Both KL divergences of a mixture p and one Gaussian q(mu, sigma), with their entropies, in nats",
               "divergence");
  command_line::MixtureOptions mixture;
  command_line::AxisOption x = command_line::grid_option();
  command_line::GaussianOptions gaussian;
  command_line::OutputOption output;
  mixture.add_to(app);
  x.add_to(app, "Nodes of the grid");
  gaussian.add_to(app);
  output.add_to(app);

  return command_line::run(app, argc, argv, [&] {
    const klgrid::GridDensity<double> p(x.grid(), mixture.mixture());
    const auto q = gaussian.gaussian();
    output.write([&](std::ostream& out) {
      klgrid::write_csv_row(out, "mu", "sigma", "forward_kl", "reverse_kl", "entropy_p", "entropy_q",
                            "cross_entropy_p_q", "cross_entropy_q_p");
      klgrid::write_csv_row(out, q.mean(), q.stddev(), klgrid::forward_kl(p, q), klgrid::reverse_kl(q, p),
                            klgrid::entropy(p), klgrid::entropy(q, p.grid()), klgrid::cross_entropy(p, q),
                            klgrid::cross_entropy(q, p));
    });
  });
}
