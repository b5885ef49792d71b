// SPDX-License-Identifier: MIT
// The best Gaussian by Renyi's divergence as its order runs from 0, which seeks, to 1, which covers, as CSV.
#include "command_line.hpp"

int main(int argc, char** argv) {
  command_line::Program program(
      "alpha", "The Gaussian of least D_alpha(p||q) / alpha, nats: D(q||p) at alpha = 0, D(p||q) at alpha = 1");
  command_line::MixtureOptions mixture;
  command_line::DomainOption domain{.domain = "line"};
  command_line::OutputOption output;
  int orders = 51;
  mixture.add_to(program);
  domain.add_to(program);
  program.add("--orders", orders, 2, "Number of orders from 0 to 1");
  output.add_to(program);

  return program.run(argc, argv, [&] {
    const auto target = mixture.mixture();
    const auto starts = klgrid::starting_points(target);
    const auto table = [&](const auto& p, std::ostream& out) {
      klgrid::write_csv_row(out, "alpha", "mu", "sigma", "divergence", "squared_hellinger");
      for (const double alpha : klgrid::linspace(0.0, 1.0, orders)) {
        const auto fit = klgrid::fit_renyi(p, alpha, starts);
        klgrid::write_csv_row(out, alpha, fit.q.mean(), fit.q.stddev(), fit.value,
                              klgrid::squared_hellinger_distance(p, fit.q));
      }
    };
    domain.with_density(target, [&](const auto& p) { output.write([&](std::ostream& out) { table(p, out); }); });
  });
}
