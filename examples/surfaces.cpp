// SPDX-License-Identifier: MIT
// Both Kullback-Leibler surfaces of a Gaussian mixture over a mesh of Gaussians, as CSV.
#include "command_line.hpp"

int main(int argc, char** argv) {
  command_line::Program program(
      "surfaces",
      "Both KL surfaces, D(p||q) and D(q||p) in nats, of a mixture p over a mesh of Gaussians q(mu, sigma)");
  command_line::MixtureOptions mixture;
  command_line::DomainOption domain;
  command_line::MeshOptions mesh_options;
  command_line::OutputOption output;
  mixture.add_to(program);
  domain.add_to(program);
  mesh_options.add_to(program);
  output.add_to(program);

  return program.run(argc, argv, [&] {
    const auto mesh = mesh_options.mesh();
    domain.with_density(mixture.mixture(), [&](const auto& p) {
      const auto surfaces = klgrid::kl_surfaces(p, klgrid::bank_for(p, mesh));
      output.write([&](std::ostream& out) { klgrid::write_csv(out, mesh, surfaces); });
    });
  });
}
