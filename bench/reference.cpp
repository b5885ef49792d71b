// SPDX-License-Identifier: MIT
#include "reference.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace klgrid_bench {

namespace {

using Values = std::vector<long double>;

// Turns log values at the nodes into log densities with dx sum p = 1.
void normalize(Values& log_values, long double dx) {
  const long double top = *std::max_element(log_values.begin(), log_values.end());
  long double sum = 0;
  for (const long double value : log_values) sum += std::exp(value - top);
  const long double log_mass = top + std::log(sum * dx);
  for (long double& value : log_values) value -= log_mass;
}

Values exponentials(const Values& log_values) {
  Values values(log_values.size());
  std::transform(log_values.begin(), log_values.end(), values.begin(), [](long double v) { return std::exp(v); });
  return values;
}

struct Density {
  Values log_pdf, pdf;
};

Density density(const Target& t, const klgrid::Vector<double>& x, long double dx) {
  Density p;
  for (const double node : x) {
    const long double z1 = (node - static_cast<long double>(t.mu1)) / t.sigma1;
    const long double z2 = (node - static_cast<long double>(t.mu2)) / t.sigma2;
    const long double a1 = std::log(t.theta / static_cast<long double>(t.sigma1)) - z1 * z1 / 2;
    const long double a2 = std::log((1 - static_cast<long double>(t.theta)) / t.sigma2) - z2 * z2 / 2;
    p.log_pdf.push_back(std::max(a1, a2) + std::log1p(std::exp(-std::abs(a1 - a2))));
  }
  normalize(p.log_pdf, dx);
  p.pdf = exponentials(p.log_pdf);
  return p;
}

// dx sum a (log a - log b)
double divergence(const Density& a, const Density& b, long double dx) {
  long double sum = 0;
  for (std::size_t i = 0; i < a.pdf.size(); ++i) sum += a.pdf[i] * (a.log_pdf[i] - b.log_pdf[i]);
  return static_cast<double>(dx * sum);
}

std::vector<klgrid::KlSurfaces<double>> all_surfaces() {
  const Problem problem = scaled_problem(1);
  const auto& x = problem.grid.nodes();
  const auto& mesh = problem.mesh;
  const long double dx = problem.grid.weights()[0];
  std::vector<Density> densities;
  for (const Target& target : targets()) densities.push_back(density(target, x, dx));
  std::vector<klgrid::KlSurfaces<double>> surfaces(densities.size());
  for (auto& s : surfaces) {
    s.forward.resize(mesh.rows(), mesh.cols());
    s.reverse.resize(mesh.rows(), mesh.cols());
  }
  Density q;
  for (klgrid::Index i = 0; i < mesh.rows(); ++i)
    for (klgrid::Index j = 0; j < mesh.cols(); ++j) {
      q.log_pdf.clear();
      for (const double node : x) {
        const long double z = (node - static_cast<long double>(mesh.mu()[j])) / mesh.sigma()[i];
        q.log_pdf.push_back(-z * z / 2);
      }
      normalize(q.log_pdf, dx);
      q.pdf = exponentials(q.log_pdf);
      for (std::size_t t = 0; t < densities.size(); ++t) {
        surfaces[t].forward(i, j) = divergence(densities[t], q, dx);
        surfaces[t].reverse(i, j) = divergence(q, densities[t], dx);
      }
    }
  return surfaces;
}

}  // namespace

const klgrid::KlSurfaces<double>& exact_surfaces(std::size_t target) {
  static const std::vector<klgrid::KlSurfaces<double>> surfaces = all_surfaces();
  return surfaces.at(target);
}

void ErrorMeter::add(double value, double exact) {
  if (std::isfinite(value))
    largest_ = std::max(largest_, std::abs(value - exact) / std::max(1.0, std::abs(exact)));
  else
    ++lost_;
}

void ErrorMeter::add(const klgrid::Surface<double>& values, const klgrid::Surface<double>& exact) {
  for (klgrid::Index i = 0; i < exact.rows(); ++i)
    for (klgrid::Index j = 0; j < exact.cols(); ++j) add(values(i, j), exact(i, j));
}

void ErrorMeter::report(benchmark::State& state) const {
  state.counters["max_error"] = largest_;
  state.counters["lost_cells"] = lost_;
}

}  // namespace klgrid_bench
