// SPDX-License-Identifier: MIT
// Both Kullback-Leibler surfaces of a Gaussian mixture over a mesh of Gaussians, as CSV.
#include "command_line.hpp"

int main(int argc, char** argv) {
  CLI::App app("Both KL surfaces, D(p||q) and D(q||p) in nats, of a mixture p over a mesh of Gaussians q(mu, sigma)",
               "surfaces");
  command_line::MixtureOptions mixture;
  command_line::AxisOption x = command_line::grid_option();
  command_line::MeshOptions mesh;
  command_line::OutputOption output;
  mixture.add_to(app);
  x.add_to(app, "Nodes of the grid");
  mesh.add_to(app);
  output.add_to(app);

  return command_line::run(app, argc, argv, [&] {
    const klgrid::GridDensity<double> p(x.grid(), mixture.mixture());
    const klgrid::NormalizedGaussianBank<double> bank(p.grid(), mesh.mesh());
    const auto surfaces = klgrid::kl_surfaces(p, bank);
    output.write([&](std::ostream& out) { klgrid::write_csv(out, bank.mesh(), surfaces); });
  });
}
