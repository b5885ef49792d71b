// SPDX-License-Identifier: MIT
// Both Kullback-Leibler surfaces of a density over a mesh of Gaussians, as CSV.
#include "target.hpp"

int main(int argc, char** argv) {
  command_line::Program program("surfaces", "Both KL surfaces of a density p over a mesh of Gaussians q(mu, sigma)",
                                {{"mu", "mean of q, in the inner loop"},
                                 {"sigma", "standard deviation of q, in the outer loop"},
                                 {"forward_kl", "D(p||q), nats"},
                                 {"reverse_kl", "D(q||p), nats"}});
  command_line::TargetOptions target_options;
  command_line::DomainOption domain;
  command_line::MeshOptions mesh_options;
  command_line::OutputOption output;
  target_options.add_to(program);
  domain.add_to(program);
  mesh_options.add_to(program);
  output.add_to(program);

  return program.run(argc, argv, [&] {
    const auto target = target_options.read();
    const auto mesh = mesh_options.mesh(target);
    domain.with_density(target, [&](const auto& p) {
      command_line::from_option("--mu, --sigma", [&] {
        const auto bank = klgrid::bank_for(p, mesh);
        domain.watch(bank);
        output.write([&](std::ostream& out) { klgrid::write_csv(out, mesh, klgrid::kl_surfaces(p, bank)); });
      });
    });
  });
}
