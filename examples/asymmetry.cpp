// SPDX-License-Identifier: MIT
// The asymmetry, computed: as the components of p move apart, the forward fit and every stationary point in reverse.
#include "command_line.hpp"

namespace {

const char* name(klgrid::StationaryKind kind) {
  switch (kind) {
    case klgrid::StationaryKind::minimum:
      return "minimum";
    case klgrid::StationaryKind::saddle:
      return "saddle";
    case klgrid::StationaryKind::maximum:
      return "maximum";
    default:
      return "degenerate";
  }
}

}  // namespace

int main(int argc, char** argv) {
  command_line::Program program(
      "asymmetry", "The forward fit and all stationary points of D(q||p), nats, as the means of p are scaled");
  command_line::MixtureOptions mixture;
  command_line::DomainOption domain{.domain = "line"};
  command_line::MeshOptions mesh;
  command_line::AxisOption scale{"--scale", {0.02, 1.5, 0.02}};
  command_line::OutputOption output;
  mixture.add_to(program);
  domain.add_to(program);
  mesh.add_to(program);
  scale.add_to(program, "Factors of the means");
  output.add_to(program);

  return program.run(argc, argv, [&] {
    const auto base = mixture.mixture();
    const auto range = mesh.mesh();
    const auto scales = scale.axis();
    output.write([&](std::ostream& out) {
      klgrid::write_csv_row(out, "scale", "direction", "kind", "mu", "sigma", "kl");
      for (const double factor : scales)
        domain.with_density({base.weights(), (base.means() * factor).eval(), base.stddevs()}, [&](const auto& p) {
          const auto forward = klgrid::fit_forward(p);
          klgrid::write_csv_row(out, factor, "forward", "minimum", forward.q.mean(), forward.q.stddev(), forward.value);
          const auto points =
              command_line::from_option("--mu, --sigma", [&] { return klgrid::reverse_stationary_points(p, range); });
          for (const auto& point : points)
            klgrid::write_csv_row(out, factor, "reverse", name(point.kind), point.q.mean(), point.q.stddev(),
                                  point.derivatives.value);
        });
    });
  });
}
