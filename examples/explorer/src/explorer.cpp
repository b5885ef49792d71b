// SPDX-License-Identifier: MIT
#include "explorer.h"

#include <cmath>
#include <exception>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "klgrid/csv.hpp"
#include "klgrid/divergence.hpp"
#include "klgrid/fit.hpp"
#include "klgrid/kl_surfaces.hpp"
#include "klgrid/real_line.hpp"
#include "klgrid/stationary_points.hpp"

namespace {

using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Index;
using klgrid::Vector;

constexpr auto name = "explorer";

klgrid::ParameterMesh<double> notebook_mesh() {
  return {klgrid::arange(-5.0, 5.0, 0.1), klgrid::arange(0.1, 10.0, 0.1)};
}

/// Where stationary points are looked for: the range of the sliders and a little more, finer where sigma is small, for
/// that is where D(q||p) bends.
klgrid::ParameterMesh<double> search_mesh() {
  return {klgrid::linspace(-5.0, 5.0, 51), klgrid::linspace(std::log(0.08), std::log(10.0), 31).exp()};
}

/// The notebook's window.
struct GridDomain {
  klgrid::NormalizedGaussianBank<double> bank{klgrid::Grid<double>::arange(-10.0, 10.0, 0.05), notebook_mesh()};
  std::optional<klgrid::GridDensity<double>> p;
  klgrid::KlSurfaces<double> surfaces;
  klgrid::NormalizedGaussianBank<double>::Workspace workspace;

  [[nodiscard]] const Vector<double>& x() const { return bank.grid().nodes(); }
  [[nodiscard]] auto density(const GaussianMixture<double>& mixture) const {
    return klgrid::GridDensity<double>(bank.grid(), mixture);
  }
  [[nodiscard]] Vector<double> pdf() const { return p->pdf(); }
  [[nodiscard]] Vector<double> pdf(const Gaussian<double>& q) const {
    return klgrid::GridDensity<double>(bank.grid(), q).pdf();
  }
  [[nodiscard]] double mass() const { return std::exp(p->log_mass()); }
  [[nodiscard]] double entropy(const Gaussian<double>& q) const { return klgrid::entropy(q, bank.grid()); }
};

/// The real line; densities are drawn a little beyond the window, at the distance of its nodes.
struct LineDomain {
  klgrid::RealLineBank<double> bank{notebook_mesh()};
  std::optional<klgrid::RealLineDensity<double>> p;
  klgrid::KlSurfaces<double> surfaces;
  klgrid::RealLineBank<double>::Workspace workspace;
  Vector<double> nodes = klgrid::linspace(-11.0, 11.0, 441);

  [[nodiscard]] const Vector<double>& x() const { return nodes; }
  [[nodiscard]] auto density(const GaussianMixture<double>& mixture) const {
    return klgrid::RealLineDensity<double>(mixture);
  }
  [[nodiscard]] Vector<double> pdf() const { return p->mixture().pdf(nodes); }
  [[nodiscard]] Vector<double> pdf(const Gaussian<double>& q) const {
    return nodes.unaryExpr([&](double x) { return q.pdf(x); });
  }
  [[nodiscard]] double mass() const { return 1.0; }
  [[nodiscard]] double entropy(const Gaussian<double>& q) const { return q.entropy(); }
};

/// Everything that the page has asked for so far.
struct Explorer {
  GridDomain grid;
  LineDomain line;
  std::optional<GaussianMixture<double>> mixture;
  Vector<double> curve;
  std::vector<double> rows;
  std::string text;
  klgrid::ParameterMesh<double> search = search_mesh();
};

Explorer& explorer() {
  static Explorer one;
  return one;
}

std::string& error() {
  static std::string text;
  return text;
}

/// Runs body, which returns an int that is not negative; a failure becomes a negative one and a text.
template <class Body>
int guarded(Body body) {
  try {
    return body();
  } catch (const std::exception& failure) {
    error() = failure.what();
  } catch (...) {
    error() = "explorer: an unknown failure";
  }
  return -1;
}

/// Calls body with the domain, which has a density.
template <class Body>
int on_domain(int domain, Body body) {
  return guarded([&]() -> int {
    klgrid::detail::require(explorer().mixture.has_value(), name, "mixture", "set before it is used", "none");
    klgrid::detail::require(domain == EXPLORER_GRID || domain == EXPLORER_LINE, name, "domain", "0 (grid) or 1 (line)",
                            domain);
    return domain == EXPLORER_GRID ? body(explorer().grid) : body(explorer().line);
  });
}

template <class Values>
int hand_out(const Values& values, const double** out) {
  *out = values.data();
  return static_cast<int>(values.size());
}

double to_kind(klgrid::StationaryKind kind) {
  switch (kind) {
    case klgrid::StationaryKind::minimum:
      return EXPLORER_MINIMUM;
    case klgrid::StationaryKind::saddle:
      return EXPLORER_SADDLE;
    case klgrid::StationaryKind::maximum:
      return EXPLORER_MAXIMUM;
    case klgrid::StationaryKind::degenerate:
      return EXPLORER_DEGENERATE;
  }
  return EXPLORER_DEGENERATE;
}

Vector<double> to_vector(const double* values, int count) { return Eigen::Map<const Vector<double>>(values, count); }

GaussianMixture<double> to_mixture(int count, const double* shares, const double* means, const double* stddevs) {
  klgrid::detail::require(count >= 1 && count <= 8, name, "count", "in [1, 8]", count);
  Vector<double> weights = to_vector(shares, count);
  klgrid::detail::require_each(
      weights, [](double share) { return share >= 0.0 && klgrid::detail::is_finite(share); }, name, "shares",
      "finite and >= 0");
  klgrid::detail::require(weights.sum() > 0.0, name, "shares", "of a positive sum", weights.sum());
  weights /= weights.sum();
  return {weights, to_vector(means, count), to_vector(stddevs, count)};
}

}  // namespace

const char* explorer_error() { return error().c_str(); }

int explorer_mu_axis(const double** values) {
  return guarded([&] { return hand_out(explorer().grid.bank.mesh().mu(), values); });
}

int explorer_sigma_axis(const double** values) {
  return guarded([&] { return hand_out(explorer().grid.bank.mesh().sigma(), values); });
}

int explorer_set_mixture(int count, const double* shares, const double* means, const double* stddevs) {
  return guarded([&] {
    const auto mixture = to_mixture(count, shares, means, stddevs);
    explorer().grid.p = explorer().grid.density(mixture);
    explorer().line.p = explorer().line.density(mixture);
    explorer().mixture = mixture;
    return 0;
  });
}

int explorer_surfaces(int domain, const double** forward, const double** reverse) {
  return on_domain(domain, [&](auto& on) {
    klgrid::kl_surfaces(*on.p, on.bank, on.surfaces, on.workspace);
    *reverse = on.surfaces.reverse.data();
    return hand_out(on.surfaces.forward, forward);
  });
}

int explorer_csv(int domain, const char** text) {
  return on_domain(domain, [&](auto& on) {
    std::ostringstream out;
    klgrid::write_csv(out, on.bank.mesh(), klgrid::kl_surfaces(*on.p, on.bank));
    explorer().text = out.str();
    *text = explorer().text.c_str();
    return static_cast<int>(explorer().text.size());
  });
}

int explorer_pair(int domain, double mu, double sigma, double* values) {
  return on_domain(domain, [&](auto& on) {
    const Gaussian<double> q(mu, sigma);
    *values++ = klgrid::forward_kl(*on.p, q);
    *values++ = klgrid::reverse_kl(q, *on.p);
    *values++ = on.p->entropy();
    *values++ = on.entropy(q);
    *values++ = klgrid::cross_entropy(*on.p, q);
    *values++ = klgrid::cross_entropy(q, *on.p);
    return 6;
  });
}

int explorer_abscissae(int domain, const double** x) {
  return on_domain(domain, [&](auto& on) { return hand_out(on.x(), x); });
}

int explorer_density(int domain, const double** values) {
  return on_domain(domain, [&](auto& on) {
    explorer().curve = on.pdf();
    return hand_out(explorer().curve, values);
  });
}

int explorer_component(int domain, int component, const double** values) {
  return on_domain(domain, [&](auto& on) {
    auto& curve = explorer().curve;
    curve.resize(on.x().size());
    for (Index i = 0; i < curve.size(); ++i)
      curve[i] = explorer().mixture->component_pdf(component, on.x()[i]) / on.mass();
    return hand_out(curve, values);
  });
}

int explorer_gaussian(int domain, double mu, double sigma, const double** values) {
  return on_domain(domain, [&](auto& on) {
    explorer().curve = on.pdf(Gaussian<double>(mu, sigma));
    return hand_out(explorer().curve, values);
  });
}

int explorer_descent(int domain, int direction, double mu, double sigma, const double** rows) {
  return on_domain(domain, [&](auto& on) {
    klgrid::detail::require(direction == EXPLORER_FORWARD || direction == EXPLORER_REVERSE, name, "direction",
                            "0 (forward) or 1 (reverse)", direction);
    const Gaussian<double> start(mu, sigma);
    const klgrid::FitOptions<double> options{.method = klgrid::FitMethod::gradient_descent,
                                             .gradient_tolerance = 1e-6,  // a thousandth of a pixel
                                             .max_iterations = 500,
                                             .record_path = true};
    const auto fit = direction == EXPLORER_FORWARD ? klgrid::fit_forward(*on.p, start, options)
                                                   : klgrid::fit_reverse(*on.p, start, options);
    auto& out = explorer().rows;
    out.clear();
    for (const auto& step : fit.path) out.insert(out.end(), {step.q.mean(), step.q.stddev(), step.value});
    hand_out(out, rows);
    return static_cast<int>(fit.path.size());
  });
}

int explorer_stationary_points(int domain, const double** rows) {
  return on_domain(domain, [&](auto& on) {
    auto& out = explorer().rows;
    out.clear();
    const auto points = klgrid::reverse_stationary_points(*on.p, explorer().search);
    for (const auto& point : points)
      out.insert(out.end(), {point.q.mean(), point.q.stddev(), point.derivatives.value, to_kind(point.kind)});
    hand_out(out, rows);
    return static_cast<int>(points.size());
  });
}

int explorer_forward_minimum(int domain, const double** row) {
  return on_domain(domain, [&](auto& on) {
    const auto fit = klgrid::fit_forward(*on.p);
    explorer().rows = {fit.q.mean(), fit.q.stddev(), fit.value, double{EXPLORER_MINIMUM}};
    hand_out(explorer().rows, row);
    return 1;
  });
}
