// SPDX-License-Identifier: MIT
// The asymmetry, computed: as the components of p move apart, the forward fit and every stationary point in reverse.
#include "compiled.hpp"
#include "target.hpp"

namespace {

/// p with its components' distances from its mean multiplied by a factor.
klgrid::GaussianMixture<double> spread(const klgrid::GaussianMixture<double>& p, double factor) {
  return {p.weights(), (p.mean() + (p.means() - p.mean()) * factor).eval(), p.stddevs()};
}

}  // namespace

int main(int argc, char** argv) {
  command_line::Program program(
      "asymmetry",
      "The forward fit and all stationary points of D(q||p), as the components of p (or its "
      "samples, or its nodes, each "
      "a Gaussian) move apart",
      {{"scale", "factor of the components' distances from p's mean"},
       {"direction", "forward: D(p||q); reverse: D(q||p)"},
       {"kind", "minimum, saddle, maximum or degenerate; of a forward fit that found no minimum why, as flat"},
       {"mu", "mean of q"},
       {"sigma", "standard deviation of q"},
       {"kl", "the divergence at q, nats"},
       {"log_mass_p", "log of what the window holds of p, which is normalised there; 0 on the line"},
       {"log_mass_q", "log of what the window holds of q, which is normalised there; 0 on the line"}});
  command_line::TargetOptions target_options;
  command_line::DomainOption domain;
  command_line::MeshOptions mesh_options;
  command_line::AxisOption scale{"--scale", {0.02, 1.5, 0.02}};
  command_line::OutputOption output;
  target_options.add_to(program);
  domain.add_to(program);
  mesh_options.add_to(program);
  scale.add_to(program, "Factors");
  output.add_to(program);

  return program.run(argc, argv, [&] {
    auto target = target_options.read();
    const auto scales = scale.axis();
    if (target.extent && !target.gridded)
      target.extent = command_line::Extent(spread(target.mixture, scales[scales.size() - 1]));
    const auto mesh = mesh_options.mesh(target);
    output.write([&](std::ostream& out) {
      program.write_header(out);
      for (const double factor : scales)
        domain.with_mixture(target, spread(target.mixture, factor), [&](const auto& p) {
          const auto row = [&](const char* direction, std::string_view kind, const auto& q, double value) {
            const double log_mass_q = domain.watch(q, p);
            klgrid::write_csv_row(out, factor, direction, kind, q.mean(), q.stddev(), value, command_line::log_mass(p),
                                  log_mass_q);
          };
          const auto forward = klgrid::fit_forward(p);
          const bool is_minimum = forward.status == klgrid::FitStatus::converged;
          row("forward", is_minimum ? "minimum" : to_string(forward.status), forward.q, forward.value);
          const auto points =
              command_line::from_option("--mu, --sigma", [&] { return klgrid::reverse_stationary_points(p, mesh); });
          for (const auto& point : points) row("reverse", to_string(point.kind), point.q, point.derivatives.value);
        });
    });
  });
}
