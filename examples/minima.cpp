// SPDX-License-Identifier: MIT
#include "minima.hpp"

namespace {

/// Means as dense as the components near them are narrow, and standard deviations from the narrowest to the span of p:
/// resolves D(q||p). None if all means are the same number.
std::optional<klgrid::ParameterMesh<double>> mesh_for(const klgrid::GaussianMixture<double>& p) {
  constexpr double most_means = 4096, most_stddevs = 256;  // of the evenly spaced, however far apart components lie
  const double narrowest = p.stddevs().minCoeff();
  const double first = p.means().minCoeff();
  const double span = p.means().maxCoeff() - first;
  const auto step = [&](double x) {
    return std::max((p.stddevs() + (p.means() - first - x).abs() / 4).minCoeff(), span / most_means);
  };
  std::vector<double> mu{first - narrowest};
  const auto add = [&](double mean) {
    if (mean > mu.back()) mu.push_back(mean);
  };
  for (double x = 0; x < span; x += std::min(step(x), step(x + step(x)))) add(first + x);
  add(first + span);
  add(first + span + narrowest);
  if (mu.size() < 2) return std::nullopt;
  const double widest = std::hypot(span, p.stddevs().maxCoeff());
  const double ratio = std::max(1.35, std::pow(widest / narrowest, 1 / most_stddevs));
  std::vector<double> sigma{narrowest / ratio};
  while (sigma.back() < widest) sigma.push_back(ratio * sigma.back());
  return klgrid::ParameterMesh<double>(mu, sigma);
}

}  // namespace

std::vector<Minimum> reverse_minima(const klgrid::RealLineDensity<double>& p) {
  const auto& mixture = p.mixture();
  return reverse_minima(p, klgrid::starting_points(mixture),
                        mixture.components() > 2 ? mesh_for(mixture) : std::nullopt);
}
