// SPDX-License-Identifier: MIT
// The best Gaussians: the least of D(p||q), and every minimum of D(q||p), as a table to read or as CSV.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "minima.hpp"
#include "target.hpp"

namespace {

/// The minima as lines for people: means to as many decimals as tell a small part of the standard deviation.
std::string table(const std::vector<Minimum>& minima, bool has_zeros) {
  std::string text = "                  mean  std. deviation        nats\n";
  for (std::size_t i = 0; i < minima.size(); ++i) {
    const auto& [q, value, status] = minima[i];
    const int decimals = std::max(0, 4 - static_cast<int>(std::floor(std::log10(q.stddev()))));
    const double mean = std::abs(q.mean()) < 1e-5 * q.stddev() ? 0.0 : q.mean();
    const std::string remark = status != klgrid::FitStatus::converged ? std::string(explanation(status))
                               : i == 0                               ? "covers p"
                               : i == 1                               ? "the best"
                                                                      : "";
    char line[400];
    std::snprintf(line, sizeof line, "%s %14.*f %15.*f %11.5g", i == 0 ? "D(p||q)" : "D(q||p)", decimals, mean,
                  decimals, q.stddev(), value);
    text += line + (remark.empty() ? "" : "  " + remark) + '\n';
  }
  if (has_zeros)
    text += "D(q||p) is infinite for every Gaussian: p is 0 at some nodes\n";
  else if (minima.size() == 1)
    text += "D(q||p): no minimum was found within --mu and --sigma\n";
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  command_line::Program program(
      "fit",
      "The Gaussians nearest to a density p: the least of D(p||q) and all minima of D(q||p), "
      "as a table to read and, with --output, as CSV",
      {{"direction", "forward: D(p||q); reverse: D(q||p), the least first"},
       {"mu", "mean of q"},
       {"sigma", "standard deviation of q"},
       {"kl", "the divergence at q, nats"},
       {"status", "converged, or why the descent found no minimum, as flat: there is none on the window"},
       {"log_mass_q", "log of what the window holds of q, which is normalised there; 0 on the line"}});
  command_line::TargetOptions target_options;
  command_line::DomainOption domain;
  command_line::MeshOptions mesh_options;
  command_line::OutputOption output{.file = {}};
  target_options.add_to(program);
  domain.add_to(program);
  mesh_options.add_to(program);
  output.add_to(program, "CSV file to write beside the table; - for standard output without the table");

  return program.run(argc, argv, [&] {
    const auto target = target_options.read();
    const auto mesh = mesh_options.mesh(target);
    domain.with_density(target, [&](const auto& p) {
      const auto forward = klgrid::fit_forward(p);
      std::vector<Minimum> minima{{forward.q, forward.value, forward.status}};
      const auto reverse = command_line::from_option("--mu, --sigma", [&] {
        return reverse_minima(p, klgrid::starting_points(target.mixture), std::optional(mesh));
      });
      minima.insert(minima.end(), reverse.begin(), reverse.end());
      std::vector<double> log_masses;
      for (const auto& each : minima) log_masses.push_back(domain.watch(each.q, p));
      if (!output.file.empty())
        output.write([&](std::ostream& out) {
          program.write_header(out);
          for (std::size_t i = 0; i < minima.size(); ++i) {
            const auto& [q, value, status] = minima[i];
            klgrid::write_csv_row(out, i == 0 ? "forward" : "reverse", q.mean(), q.stddev(), value, to_string(status),
                                  log_masses[i]);
          }
        });
      if (output.file != "-")
        command_line::OutputOption().write([&](std::ostream& out) {
          out << "p: " << target.name << "\n\n" << table(minima, !p.has_full_support());
        });
    });
  });
}
