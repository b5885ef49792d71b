// SPDX-License-Identifier: MIT
// Descents to the nearest Gaussian, in both directions and by both methods, step by step, as CSV.

#include "compiled.hpp"
#include "target.hpp"

namespace {

using Gaussian = klgrid::Gaussian<double>;

std::vector<Gaussian> gaussians(const std::vector<double>& means, const std::vector<double>& stddevs) {
  if (means.size() != stddevs.size())
    throw command_line::OptionError("--start-stddevs: must be as many as --start-means");
  std::vector<Gaussian> starts;
  for (std::size_t i = 0; i < means.size(); ++i)
    starts.push_back(
        command_line::from_option("--start-means, --start-stddevs", [&] { return Gaussian(means[i], stddevs[i]); }));
  return starts;
}

}  // namespace

int main(int argc, char** argv) {
  command_line::Program program(
      "descent", "The paths of descents of D(p||q) and D(q||p) in (mu, log sigma)",
      {{"direction", "forward: D(p||q); reverse: D(q||p)"},
       {"method", "gradient_descent, along the natural gradient's flow, or newton"},
       {"start", "number of the start, from 0"},
       {"iteration", "number of the step, 0 at the start"},
       {"mu", "mean of q"},
       {"sigma", "standard deviation of q"},
       {"kl", "the divergence at q, nats"},
       {"gradient_norm", "norm of (sigma d/dmu, d/dlog sigma) of the divergence, nats"},
       {"log_mass_q", "log of what the window holds of q, which is normalised there; 0 on the line"}});
  command_line::TargetOptions target_options;
  command_line::DomainOption domain;
  command_line::OutputOption output;
  std::vector<double> start_means{-4.5, 0.4, 4.0};
  std::vector<double> start_stddevs{3.0, 0.4, 6.0};
  int max_iterations = 1000;
  target_options.add_to(program);
  domain.add_to(program);
  program.add("--start-means", start_means, "Means of the starts; of a file's p, the default lies as much about it");
  program.add("--start-stddevs", start_stddevs, "Standard deviations of the starts");
  program.add("--max-iterations", max_iterations, 0, "Steps of one descent at most");
  output.add_to(program);

  return program.run(argc, argv, [&] {
    const auto target = target_options.read();
    if (target.extent && !program.given("--start-means") && !program.given("--start-stddevs")) {
      const auto [low, high] = std::pair(target.extent->low, target.extent->high);
      for (double& mean : start_means) mean = low + (mean + 5) / 10 * (high - low);
      for (double& stddev : start_stddevs) stddev *= (high - low) / 10;
    }
    const auto starts = gaussians(start_means, start_stddevs);

    const auto paths = [&](const auto& p, std::ostream& out) {
      program.write_header(out);
      for (const std::string direction : {"forward", "reverse"})
        for (const auto method : {klgrid::FitMethod::gradient_descent, klgrid::FitMethod::newton})
          for (std::size_t start = 0; start < starts.size(); ++start) {
            const klgrid::FitOptions<double> options{
                .method = method, .max_iterations = max_iterations, .record_path = true};
            const auto fit = direction == "forward" ? klgrid::fit_forward(p, starts[start], options)
                                                    : klgrid::fit_reverse(p, starts[start], options);
            for (std::size_t n = 0; n < fit.path.size(); ++n)
              klgrid::write_csv_row(out, direction, to_string(method), start, n, fit.path[n].q.mean(),
                                    fit.path[n].q.stddev(), fit.path[n].value, fit.path[n].gradient_norm,
                                    command_line::log_mass(fit.path[n].q, p));
            domain.watch(fit.q, p);
          }
    };
    domain.with_density(target, [&](const auto& p) { output.write([&](std::ostream& out) { paths(p, out); }); });
  });
}
