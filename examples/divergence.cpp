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
  CLI::App app("Both KL divergences of a mixture p and one Gaussian q(mu, sigma), with their entropies, in nats",
               "divergence");
  command_line::MixtureOptions mixture;
  command_line::DomainOption domain;
  command_line::GaussianOptions gaussian;
  command_line::OutputOption output;
  mixture.add_to(app);
  domain.add_to(app);
  gaussian.add_to(app);
  output.add_to(app);

  return command_line::run(app, argc, argv, [&] {
    const auto q = gaussian.gaussian();
    domain.with_density(mixture.mixture(), [&](const auto& p) {
      output.write([&](std::ostream& out) {
        klgrid::write_csv_row(out, "mu", "sigma", "forward_kl", "reverse_kl", "entropy_p", "entropy_q",
                              "cross_entropy_p_q", "cross_entropy_q_p");
        klgrid::write_csv_row(out, q.mean(), q.stddev(), klgrid::forward_kl(p, q), klgrid::reverse_kl(q, p),
                              klgrid::entropy(p), entropy_of(q, p), klgrid::cross_entropy(p, q),
                              klgrid::cross_entropy(q, p));
      });
    });
  });
}
