// SPDX-License-Identifier: MIT
// Descents to the nearest Gaussian, in both directions and by both methods, step by step, as CSV.
#include "command_line.hpp"

namespace {

std::vector<klgrid::Gaussian<double>> gaussians(const std::vector<double>& means, const std::vector<double>& stddevs) {
  if (means.size() != stddevs.size())
    throw command_line::OptionError("--start-stddevs: must be as many as --start-means");
  std::vector<klgrid::Gaussian<double>> starts;
  for (std::size_t i = 0; i < means.size(); ++i)
    starts.push_back(command_line::from_option("--start-means, --start-stddevs",
                                               [&] { return klgrid::Gaussian<double>(means[i], stddevs[i]); }));
  return starts;
}

}  // namespace

int main(int argc, char** argv) {
  command_line::Program program("descent", "The paths of descents of D(p||q) and D(q||p) in (mu, log sigma), nats");
  command_line::MixtureOptions mixture;
  command_line::DomainOption domain{.domain = "line"};
  command_line::OutputOption output;
  std::vector<double> start_means{-4.5, 0.4, 4.0};
  std::vector<double> start_stddevs{3.0, 0.4, 6.0};
  int max_iterations = 1000;
  mixture.add_to(program);
  domain.add_to(program);
  program.add("--start-means", start_means, "Means of the starts");
  program.add("--start-stddevs", start_stddevs, "Standard deviations of the starts");
  program.add("--max-iterations", max_iterations, 0, "Steps of one descent at most");
  output.add_to(program);

  return program.run(argc, argv, [&] {
    const auto starts = gaussians(start_means, start_stddevs);
    const auto paths = [&](const auto& p, std::ostream& out) {
      klgrid::write_csv_row(out, "direction", "method", "start", "iteration", "mu", "sigma", "kl", "gradient_norm");
      for (const std::string direction : {"forward", "reverse"})
        for (const auto method : {klgrid::FitMethod::gradient_descent, klgrid::FitMethod::newton})
          for (std::size_t start = 0; start < starts.size(); ++start) {
            const klgrid::FitOptions<double> options{
                .method = method, .max_iterations = max_iterations, .record_path = true};
            const auto fit = direction == "forward" ? klgrid::fit_forward(p, starts[start], options)
                                                    : klgrid::fit_reverse(p, starts[start], options);
            for (std::size_t n = 0; n < fit.path.size(); ++n)
              klgrid::write_csv_row(out, direction, method == klgrid::FitMethod::newton ? "newton" : "gradient_descent",
                                    start, n, fit.path[n].q.mean(), fit.path[n].q.stddev(), fit.path[n].value,
                                    fit.path[n].gradient_norm);
          }
    };
    domain.with_density(mixture.mixture(),
                        [&](const auto& p) { output.write([&](std::ostream& out) { paths(p, out); }); });
  });
}
