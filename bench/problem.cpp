// SPDX-License-Identifier: MIT
#include "problem.hpp"

#include <cmath>

namespace klgrid_bench {

Problem scaled_problem(double scale) {
  const double finer = std::sqrt(scale);
  return {klgrid::Grid<double>::arange(-10.0, 10.0, 0.05 / finer),
          {klgrid::arange(-5.0, 5.0, 0.1 / finer), klgrid::arange(0.1, 10.0, 0.1 / finer)}};
}

const std::vector<Target>& targets() {
  static const std::vector<Target> list = {{"equal", 0.5, -3.0, 3.0, 1.0, 1.0},
                                           {"overlap", 0.5, -2.0, 2.0, 1.0, 1.0},
                                           {"skewed", 0.7, -1.2, 2.5, 0.4, 1.7},
                                           {"narrow", 0.5, -3.0, 3.0, 0.1, 0.1}};
  return list;
}

klgrid::GaussianMixture<double> mixture(const Target& target) {
  return {{target.theta, 1.0 - target.theta}, {target.mu1, target.mu2}, {target.sigma1, target.sigma2}};
}

std::vector<klgrid::GaussianMixture<double>> mixtures() {
  std::vector<klgrid::GaussianMixture<double>> list;
  for (const Target& target : targets()) list.push_back(mixture(target));
  return list;
}

}  // namespace klgrid_bench
