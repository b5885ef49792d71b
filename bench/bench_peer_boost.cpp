// SPDX-License-Identifier: MIT
// peer/boost_quadrature: each cell by itself, its two integrals over the real line by Boost.Math's adaptive
// Gauss-Kronrod rule, cut where the density in front has fallen below 1e-22 of its peak. These are the divergences on
// R, not the sums on the grid: max_error is taken against the cells of line_truth.csv, made in 113-bit arithmetic.
#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "klgrid/klgrid.hpp"
#include "timing.hpp"

namespace klgrid_bench {
namespace {

using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Index;

constexpr double reach = 10;  // in standard deviations: exp(-50) = 2e-22

template <class A, class B>
double divergence(const A& a, const B& b, double from, double to) {
  const auto integrand = [&](double x) {
    const double log_a = a.log_pdf(x);
    return std::exp(log_a) * (log_a - b.log_pdf(x));
  };
  constexpr unsigned depth = 15;
  constexpr double tolerance = 1e-12;
  return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(integrand, from, to, depth, tolerance);
}

double forward(const GaussianMixture<double>& p, const Gaussian<double>& q) {
  return divergence(p, q, (p.means() - reach * p.stddevs()).minCoeff(), (p.means() + reach * p.stddevs()).maxCoeff());
}

double reverse(const Gaussian<double>& q, const GaussianMixture<double>& p) {
  return divergence(q, p, q.mean() - reach * q.stddev(), q.mean() + reach * q.stddev());
}

void report_line_error(benchmark::State& state) {
  std::ifstream file(BENCH_LINE_TRUTH);
  if (!file) throw std::runtime_error("cannot read " BENCH_LINE_TRUTH);
  ErrorMeter meter;
  std::string line;
  while (std::getline(file, line)) {
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream fields(line);
    std::string name;
    double mu, sigma, exact_forward, exact_reverse;
    fields >> name >> mu >> sigma >> exact_forward >> exact_reverse;
    const auto target =
        std::find_if(targets().begin(), targets().end(), [&](const Target& t) { return t.name == name; });
    if (target == targets().end()) continue;
    const Gaussian<double> q(mu, sigma);
    meter.add(forward(mixture(*target), q), exact_forward);
    meter.add(reverse(q, mixture(*target)), exact_reverse);
  }
  meter.report(state);
}

void boost_quadrature(benchmark::State& state) {
  const Problem problem = scaled_problem(1);
  const auto& mesh = problem.mesh;
  const auto arriving = mixtures();
  klgrid::KlSurfaces<double> out{{mesh.rows(), mesh.cols()}, {mesh.rows(), mesh.cols()}};
  time_updates(state, [&](std::size_t t) {
    for (Index i = 0; i < mesh.rows(); ++i)
      for (Index j = 0; j < mesh.cols(); ++j) {
        const Gaussian<double> q(mesh.mu()[j], mesh.sigma()[i]);
        out.forward(i, j) = forward(arriving[t], q);
        out.reverse(i, j) = reverse(q, arriving[t]);
      }
    return out.reverse.data();
  });
  report_size(state, problem);
  report_line_error(state);
}

// An iteration is long enough to be the only one: as many as there are targets, so that each takes part.
BENCHMARK(boost_quadrature)->Iterations(4)->Name("peer/boost_quadrature")->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace klgrid_bench
