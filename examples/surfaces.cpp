// SPDX-License-Identifier: MIT
// Both Kullback-Leibler surfaces of a Gaussian mixture over a mesh of Gaussians, as CSV.
#include "command_line.hpp"

int main(int argc, char** argv) {
  CLI::App app("Both KL surfaces, D(p||q) and D(q||p) in nats, of a mixture p over a mesh of Gaussians q(mu, sigma)",
               "surfaces");
  command_line::MixtureOptions mixture;
  command_line::DomainOption domain;
  command_line::MeshOptions mesh_options;
  command_line::OutputOption output;
  mixture.add_to(app);
  domain.add_to(app);
  mesh_options.add_to(app);
  output.add_to(app);

  return command_line::run(app, argc, argv, [&] {
    const auto mesh = mesh_options.mesh();
    domain.with_density(mixture.mixture(), [&](const auto& p) {
      const auto surfaces = klgrid::kl_surfaces(p, klgrid::bank_for(p, mesh));
      output.write([&](std::ostream& out) { klgrid::write_csv(out, mesh, surfaces); });
    });
  });
}
