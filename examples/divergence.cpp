// SPDX-License-Identifier: MIT
// Both divergences of one pair, and the entropies they are made of, as one line of CSV.
#include "target.hpp"

namespace {

double entropy_of(const klgrid::Gaussian<double>& q, const klgrid::GridDensity<double>& p) {
  return klgrid::entropy(q, p.grid());
}
double entropy_of(const klgrid::Gaussian<double>& q, const klgrid::RealLineDensity<double>&) { return q.entropy(); }

}  // namespace

int main(int argc, char** argv) {
  command_line::Program program(
      "divergence", "Both KL divergences of a density p and one Gaussian q(mu, sigma), with their entropies",
      {{"mu", "mean of q"},
       {"sigma", "standard deviation of q"},
       {"forward_kl", "D(p||q), nats"},
       {"reverse_kl", "D(q||p), nats"},
       {"entropy_p", "H(p), nats"},
       {"entropy_q", "H(q), nats"},
       {"cross_entropy_p_q", "H(p,q) = H(p) + D(p||q), nats"},
       {"cross_entropy_q_p", "H(q,p) = H(q) + D(q||p), nats"},
       {"log_mass_p", "log of what the window holds of p, which is normalised there; 0 on the line"},
       {"log_mass_q", "log of what the window holds of q, which is normalised there; 0 on the line"}});
  command_line::TargetOptions target;
  command_line::DomainOption domain;
  command_line::GaussianOptions gaussian;
  command_line::OutputOption output;
  target.add_to(program);
  domain.add_to(program);
  gaussian.add_to(program);
  output.add_to(program);

  return program.run(argc, argv, [&] {
    const auto q = gaussian.gaussian();
    domain.with_density(target.read(), [&](const auto& p) {
      output.write([&](std::ostream& out) {
        program.write_header(out);
        command_line::from_option("--mu, --sigma", [&] {
          const double log_mass_q = domain.watch(q, p);
          klgrid::write_csv_row(out, q.mean(), q.stddev(), klgrid::forward_kl(p, q), klgrid::reverse_kl(q, p),
                                klgrid::entropy(p), entropy_of(q, p), klgrid::cross_entropy(p, q),
                                klgrid::cross_entropy(q, p), command_line::log_mass(p), log_mass_q);
        });
      });
    });
  });
}
