// SPDX-License-Identifier: MIT
// Both divergences of one pair, and the entropies they are made of, as one line of CSV.
#include "command_line.hpp"

namespace {

double entropy_of(const klgrid::Gaussian<double>& q, const klgrid::GridDensity<double>& p) {
  return klgrid::entropy(q, p.grid());
}
double entropy_of(const klgrid::Gaussian<double>& q, const klgrid::RealLineDensity<double>&) { return q.entropy(); }

}  // namespace

int main(int argc, char** argv) {
  command_line::Program program(
      "divergence", "Both KL divergences of a mixture p and one Gaussian q(mu, sigma), with their entropies, in nats");
  command_line::MixtureOptions mixture;
  command_line::DomainOption domain;
  command_line::GaussianOptions gaussian;
  command_line::OutputOption output;
  mixture.add_to(program);
  domain.add_to(program);
  gaussian.add_to(program);
  output.add_to(program);

  return program.run(argc, argv, [&] {
    const auto q = gaussian.gaussian();
    domain.with_density(mixture.mixture(), [&](const auto& p) {
      output.write([&](std::ostream& out) {
        klgrid::write_csv_row(out, "mu", "sigma", "forward_kl", "reverse_kl", "entropy_p", "entropy_q",
                              "cross_entropy_p_q", "cross_entropy_q_p");
        command_line::from_option("--mu, --sigma", [&] {
          klgrid::write_csv_row(out, q.mean(), q.stddev(), klgrid::forward_kl(p, q), klgrid::reverse_kl(q, p),
                                klgrid::entropy(p), entropy_of(q, p), klgrid::cross_entropy(p, q),
                                klgrid::cross_entropy(q, p));
        });
      });
    });
  });
}
