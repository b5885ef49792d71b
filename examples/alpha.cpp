// SPDX-License-Identifier: MIT
// The best Gaussians by Renyi's divergence as its order runs from 0, which seeks, to 1, which covers, as CSV.
#include <algorithm>
#include <cmath>

#include "target.hpp"

namespace {

/// Minimisers that follow one another continuously from order to order.
struct Branch {
  int number;
  klgrid::FitResult<double> fit;
};

bool within(double reach, const klgrid::Gaussian<double>& a, const klgrid::Gaussian<double>& b) {
  return std::abs(a.mean() - b.mean()) < reach * a.stddev() && std::abs(std::log(a.stddev() / b.stddev())) < reach;
}

}  // namespace

int main(int argc, char** argv) {
  command_line::Program program(
      "alpha",
      "The Gaussians of least D_alpha(p||q) / alpha, with D_alpha Renyi's divergence: of "
      "D(q||p) at alpha = 0 and of D(p||q) at alpha = 1",
      {{"alpha", "order, from 0 to 1"},
       {"branch", "number of the branch of minimisers that this one continues"},
       {"best", "1 if no other minimum is lower, else 0"},
       {"mu", "mean of q"},
       {"sigma", "standard deviation of q"},
       {"divergence", "D_alpha(p||q) / alpha at q, nats"},
       {"squared_hellinger", "squared Hellinger distance of p and q, from 0 to 1"},
       {"log_mass_q", "log of what the window holds of q, which is normalised there; 0 on the line"}});
  command_line::TargetOptions target_options;
  command_line::DomainOption domain;
  command_line::OutputOption output;
  int orders = 51;
  target_options.add_to(program);
  domain.add_to(program);
  program.add("--orders", orders, 2, "Number of orders from 0 to 1");
  output.add_to(program);

  return program.run(argc, argv, [&] {
    const auto target = target_options.read();
    const auto starts = klgrid::starting_points(target.mixture);

    const auto table = [&](const auto& p, std::ostream& out) {
      program.write_header(out);
      std::vector<Branch> branches;
      int count = 0;
      for (const double alpha : klgrid::linspace(0.0, 1.0, orders)) {
        std::vector<Branch> minima;
        const auto add = [&](int number, const klgrid::FitResult<double>& fit) {
          const auto same = [&](const Branch& other) { return within(1e-5, fit.q, other.fit.q); };
          if (fit.status != klgrid::FitStatus::converged || std::any_of(minima.begin(), minima.end(), same)) return;
          minima.push_back({number < 0 ? count++ : number, fit});
        };
        for (const auto& [number, before] : branches)
          if (const auto fit = klgrid::fit_renyi(p, alpha, before.q); within(0.5, before.q, fit.q)) add(number, fit);
        for (const auto& start : starts) add(-1, klgrid::fit_renyi(p, alpha, start));
        double least = std::numeric_limits<double>::infinity();
        for (const auto& [number, fit] : minima) least = std::min(least, fit.value);
        for (const auto& [number, fit] : minima) {
          const double log_mass_q = domain.watch(fit.q, p);
          klgrid::write_csv_row(out, alpha, number, static_cast<int>(fit.value <= least * (1 + 1e-9)), fit.q.mean(),
                                fit.q.stddev(), fit.value, klgrid::squared_hellinger_distance(p, fit.q), log_mass_q);
        }
        branches = std::move(minima);
      }
    };
    domain.with_density(target, [&](const auto& p) { output.write([&](std::ostream& out) { table(p, out); }); });
  });
}
