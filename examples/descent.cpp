// SPDX-License-Identifier: MIT
// Descents to the nearest Gaussian, in both directions and by three methods, step by step, as CSV.
#include <algorithm>
#include <cmath>
#include <functional>

#include "compiled.hpp"
#include "target.hpp"

namespace {

using Gaussian = klgrid::Gaussian<double>;
using Path = std::vector<klgrid::FitStep<double>>;
using Divergence = std::function<klgrid::KlDerivatives<double>(const Gaussian&)>;

std::vector<Gaussian> gaussians(const std::vector<double>& means, const std::vector<double>& stddevs) {
  if (means.size() != stddevs.size())
    throw command_line::OptionError("--start-stddevs: must be as many as --start-means");
  std::vector<Gaussian> starts;
  for (std::size_t i = 0; i < means.size(); ++i)
    starts.push_back(
        command_line::from_option("--start-means, --start-stddevs", [&] { return Gaussian(means[i], stddevs[i]); }));
  return starts;
}

/// The curve that steepest descent in (mu, log sigma) follows if its steps are short: of 2 % of q's width at most, and
/// too short to cross a valley.
Path gradient_flow(const Divergence& divergence, Gaussian q, int max_iterations) {
  constexpr double longest = 0.02;
  constexpr double tolerance = 1e-4;
  Path path;
  for (int n = 0;; ++n) {
    const auto d = divergence(q);
    const Eigen::Vector2d scale_free(q.stddev() * d.gradient[0], d.gradient[1]);
    path.push_back({q, d.value, scale_free.norm()});
    if (n == max_iterations || !(scale_free.norm() > tolerance)) return path;
    const double length = std::hypot(d.gradient[0] / q.stddev(), d.gradient[1]);
    const double step = std::min(longest / length, 0.5 / d.hessian.norm());
    q = Gaussian(q.mean() - step * d.gradient[0], q.stddev() * std::exp(-step * d.gradient[1]));
  }
}

}  // namespace

int main(int argc, char** argv) {
  command_line::Program program(
      "descent", "The paths of descents of D(p||q) and D(q||p) in (mu, log sigma)",
      {{"direction", "forward: D(p||q); reverse: D(q||p)"},
       {"method", "gradient_descent, newton, or gradient_flow: the curve of a gradient descent by short steps"},
       {"start", "number of the start, from 0"},
       {"iteration", "number of the step, 0 at the start"},
       {"mu", "mean of q"},
       {"sigma", "standard deviation of q"},
       {"kl", "the divergence at q, nats"},
       {"gradient_norm", "norm of (sigma d/dmu, d/dlog sigma) of the divergence, nats"}});
  command_line::TargetOptions target_options;
  command_line::DomainOption domain;
  command_line::OutputOption output;
  std::vector<double> start_means{-4.5, 0.4, 4.0};
  std::vector<double> start_stddevs{3.0, 0.4, 6.0};
  int max_iterations = 2000;
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
      const auto write = [&](const char* direction, const char* method, std::size_t start, const Path& path) {
        for (std::size_t n = 0; n < path.size(); ++n)
          klgrid::write_csv_row(out, direction, method, start, n, path[n].q.mean(), path[n].q.stddev(), path[n].value,
                                path[n].gradient_norm);
        domain.watch(path.back().q, p);
      };
      const auto descents = [&](const char* direction, const auto& fit, const Divergence& divergence) {
        for (const auto method : {klgrid::FitMethod::gradient_descent, klgrid::FitMethod::newton})
          for (std::size_t i = 0; i < starts.size(); ++i)
            write(
                direction, method == klgrid::FitMethod::newton ? "newton" : "gradient_descent", i,
                fit(starts[i],
                    klgrid::FitOptions<double>{.method = method, .max_iterations = max_iterations, .record_path = true})
                    .path);
        for (std::size_t i = 0; i < starts.size(); ++i)
          write(direction, "gradient_flow", i, gradient_flow(divergence, starts[i], max_iterations));
      };
      program.write_header(out);
      descents(
          "forward", [&](const auto&... arguments) { return klgrid::fit_forward(p, arguments...); },
          [&](const Gaussian& q) { return klgrid::forward_kl_derivatives(p, q); });
      descents(
          "reverse", [&](const auto&... arguments) { return klgrid::fit_reverse(p, arguments...); },
          [&](const Gaussian& q) { return klgrid::reverse_kl_derivatives(q, p); });
    };
    domain.with_density(target, [&](const auto& p) { output.write([&](std::ostream& out) { paths(p, out); }); });
  });
}
