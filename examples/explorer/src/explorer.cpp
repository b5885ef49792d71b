// SPDX-License-Identifier: MIT
#include "explorer.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <klgrid/klgrid.hpp>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using klgrid::Gaussian;
using klgrid::GaussianMixture;
using klgrid::Index;
using klgrid::ParameterMesh;
using klgrid::Vector;

/// What is computed with a bank of Gaussians, made once for each mesh that the page has shown.
template <class Bank>
struct Tables {
  Bank bank;
  klgrid::KlSurfaces<double> surfaces{};
  typename Bank::Workspace workspace{};
};

Vector<double> mu_axis(int mesh, double step) {
  const double reach = (mesh & EXPLORER_WIDE) != 0 ? 10.0 : 5.0;
  return klgrid::arange(-reach, reach, reach * step);
}

/// The notebook's hundred rows, or as many with even steps of log sigma.
Vector<double> sigma_axis(int mesh, int rows) {
  if ((mesh & EXPLORER_LOG) != 0) return klgrid::linspace(std::log(0.1), std::log(9.9), rows).exp();
  return rows == 99 ? klgrid::arange(0.1, 10.0, 0.1) : klgrid::linspace(0.1, 9.9, rows);
}

ParameterMesh<double> map_mesh(int mesh) { return {mu_axis(mesh, 0.02), sigma_axis(mesh, 99)}; }

/// For the divergences of order alpha, which cost more.
ParameterMesh<double> coarse_mesh(int mesh) { return {mu_axis(mesh, 0.04), sigma_axis(mesh, 50)}; }

/// Where stationary points are looked for: the range of the map and a little more, finer where sigma is small, for that
/// is where D(q||p) bends.
ParameterMesh<double> search_mesh(int mesh) {
  const double reach = (mesh & EXPLORER_WIDE) != 0 ? 10.0 : 5.0;
  return {klgrid::linspace(-reach, reach, static_cast<Index>(10 * reach) + 1),
          klgrid::linspace(std::log(0.08), std::log(10.0), 31).exp()};
}

/// The notebook's window.
struct GridDomain {
  using Bank = klgrid::NormalizedGaussianBank<double>;
  klgrid::Grid<double> grid = klgrid::Grid<double>::arange(-10.0, 10.0, 0.05);
  std::optional<klgrid::GridDensity<double>> p{};
  std::map<int, Tables<Bank>> tables{};

  [[nodiscard]] Bank bank(const ParameterMesh<double>& mesh) const { return {grid, mesh}; }
  [[nodiscard]] const Vector<double>& x() const { return grid.nodes(); }
  [[nodiscard]] auto density(const GaussianMixture<double>& mixture) const {
    return klgrid::GridDensity<double>(grid, mixture);
  }
  [[nodiscard]] Vector<double> log_pdf() const { return p->log_pdf(); }
  [[nodiscard]] Vector<double> log_pdf(const Gaussian<double>& q) const {
    return klgrid::GridDensity<double>(grid, q).log_pdf();
  }
  [[nodiscard]] double mass() const { return std::exp(p->log_mass()); }
  [[nodiscard]] double entropy(const Gaussian<double>& q) const { return klgrid::entropy(q, grid); }
};

/// The real line; densities are drawn a little beyond the window, at the distance of its nodes.
struct LineDomain {
  using Bank = klgrid::RealLineBank<double>;
  std::optional<klgrid::RealLineDensity<double>> p{};
  std::map<int, Tables<Bank>> tables{};
  Vector<double> nodes = klgrid::linspace(-11.0, 11.0, 441);

  [[nodiscard]] Bank bank(const ParameterMesh<double>& mesh) const { return Bank(mesh); }
  [[nodiscard]] const Vector<double>& x() const { return nodes; }
  [[nodiscard]] auto density(const GaussianMixture<double>& mixture) const {
    return klgrid::RealLineDensity<double>(mixture);
  }
  [[nodiscard]] Vector<double> log_pdf() const { return p->mixture().log_pdf(nodes); }
  [[nodiscard]] Vector<double> log_pdf(const Gaussian<double>& q) const {
    return nodes.unaryExpr([&](double x) { return q.log_pdf(x); });
  }
  [[nodiscard]] double mass() const { return 1.0; }
  [[nodiscard]] double entropy(const Gaussian<double>& q) const { return q.entropy(); }
};

/// Everything that the page has asked for so far.
struct Explorer {
  GridDomain grid;
  LineDomain line;
  std::optional<GaussianMixture<double>> mixture;
  int mesh = 0;
  std::vector<double> rows;
  std::vector<double> more_rows;
  klgrid::Surface<double> between;
  Vector<double> axis;
  std::string text;
};

Explorer& explorer() {
  static Explorer one;
  return one;
}

std::string& error() {
  static std::string text;
  return text;
}

/// As the library's own texts: argument, rule and value.
template <class Value>
void expect(bool holds, const char* argument, const char* rule, const Value& value) {
  if (holds) return;
  std::ostringstream text;
  text << "explorer: " << argument << " must be " << rule << ", got " << value;
  throw std::invalid_argument(text.str());
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
    expect(explorer().mixture.has_value(), "mixture", "set before it is used", "none");
    expect(domain == EXPLORER_GRID || domain == EXPLORER_LINE, "domain", "0 (grid) or 1 (line)", domain);
    return domain == EXPLORER_GRID ? body(explorer().grid) : body(explorer().line);
  });
}

template <class Domain>
auto& tables_of(Domain& on) {
  const int mesh = explorer().mesh;
  auto found = on.tables.find(mesh);
  if (found == on.tables.end())
    found = on.tables.emplace(mesh, Tables<typename Domain::Bank>{on.bank(map_mesh(mesh))}).first;
  return found->second;
}

template <class Values>
int hand_out(const Values& values, const double** out) {
  *out = values.data();
  return static_cast<int>(values.size());
}

int hand_out_rows(int width, const double** out) { return hand_out(explorer().rows, out) / width; }

/// The density at the points where it is drawn; exp of what underflows is 0 there.
void to_curve(const Vector<double>& log_pdf, std::vector<double>& curve) {
  curve.resize(static_cast<std::size_t>(log_pdf.size()));
  for (std::size_t i = 0; i < curve.size(); ++i) curve[i] = std::exp(log_pdf[static_cast<Index>(i)]);
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
  expect(count >= 1 && count <= 8, "count", "in [1, 8]", count);
  Vector<double> weights = to_vector(shares, count);
  for (int k = 0; k < count; ++k)
    expect(std::isfinite(shares[k]) && shares[k] >= 0.0, ("shares[" + std::to_string(k) + "]").c_str(),
           "finite and >= 0", shares[k]);
  expect(weights.sum() > 0.0, "shares", "of a positive sum", weights.sum());
  weights /= weights.sum();
  return {weights, to_vector(means, count), to_vector(stddevs, count)};
}

int set_density(const GaussianMixture<double>& mixture) {
  auto on_grid = explorer().grid.density(mixture);
  auto on_line = explorer().line.density(mixture);
  explorer().grid.p = std::move(on_grid);
  explorer().line.p = std::move(on_line);
  explorer().mixture = mixture;
  return 0;
}

/// A descent's end, or what else is known to be a minimum.
struct Minimum {
  Gaussian<double> q;
  double value;
};

/// Adds the fit's end if it is a minimum that is not among them yet.
void add_minimum(std::vector<Minimum>& minima, const klgrid::FitResult<double>& fit) {
  constexpr double slack = 1e-4;  // of q's width
  if (fit.status != klgrid::FitStatus::converged) return;
  for (const auto& known : minima)
    if (std::abs(known.q.mean() - fit.q.mean()) < slack * fit.q.stddev() &&
        std::abs(known.q.stddev() - fit.q.stddev()) < slack * fit.q.stddev())
      return;
  minima.push_back({fit.q, fit.value});
}

const klgrid::FitOptions<double> quick{.gradient_tolerance = 1e-9, .max_iterations = 60};

/// The minima that Newton's method reaches from the library's starting points and from those given.
template <class Density>
std::vector<Minimum> reverse_minima(const Density& p, const std::vector<Gaussian<double>>& more) {
  std::vector<Minimum> minima;
  for (const auto& start : more) add_minimum(minima, klgrid::fit_reverse(p, start, quick));
  for (const auto& start : klgrid::starting_points(*explorer().mixture))
    add_minimum(minima, klgrid::fit_reverse(p, start, quick));
  std::sort(minima.begin(), minima.end(), [](const auto& a, const auto& b) { return a.value < b.value; });
  return minima;
}

/// The minima of order alpha that those of an order near by lead to.
template <class Density>
std::vector<Minimum> followed(const Density& p, double alpha, const std::vector<Minimum>& from) {
  std::vector<Minimum> minima;
  for (const auto& start : from) add_minimum(minima, klgrid::fit_renyi(p, alpha, start.q, quick));
  return minima;
}

}  // namespace

const char* explorer_error() { return error().c_str(); }

int explorer_set_mesh(int mesh) {
  return guarded([&] {
    expect(mesh >= 0 && mesh <= (EXPLORER_WIDE | EXPLORER_LOG), "mesh", "in [0, 3]", mesh);
    explorer().mesh = mesh;
    return 0;
  });
}

int explorer_mu_axis(int coarse, const double** values) {
  return guarded([&] {
    explorer().axis = mu_axis(explorer().mesh, coarse ? 0.04 : 0.02);
    return hand_out(explorer().axis, values);
  });
}

int explorer_sigma_axis(int coarse, const double** values) {
  return guarded([&] {
    explorer().axis = sigma_axis(explorer().mesh, coarse ? 50 : 99);
    return hand_out(explorer().axis, values);
  });
}

int explorer_set_mixture(int count, const double* shares, const double* means, const double* stddevs) {
  return guarded([&] { return set_density(to_mixture(count, shares, means, stddevs)); });
}

int explorer_set_samples(int count, const double* samples, double bandwidth) {
  return guarded([&] {
    expect(count >= 2, "count", ">= 2", count);
    return set_density(GaussianMixture<double>::kernel_density(to_vector(samples, count), bandwidth));
  });
}

int explorer_bandwidth(int count, const double* samples, double* bandwidth) {
  return guarded([&] {
    const auto rule = klgrid::BandwidthRule::silverman;
    *bandwidth = GaussianMixture<double>::kernel_density(to_vector(samples, count), rule).stddevs()[0];
    return 0;
  });
}

int explorer_surfaces(int domain, const double** forward, const double** reverse) {
  return on_domain(domain, [&](auto& on) {
    auto& [bank, surfaces, workspace] = tables_of(on);
    klgrid::kl_surfaces(*on.p, bank, surfaces, workspace);
    *reverse = surfaces.reverse.data();
    return hand_out(surfaces.forward, forward);
  });
}

int explorer_alpha_surface(int domain, double alpha, const double** values) {
  return on_domain(domain, [&](auto& on) {
    const auto bank = on.bank(coarse_mesh(explorer().mesh));
    explorer().between = klgrid::alpha_divergence(*on.p, bank, alpha);
    return hand_out(explorer().between, values);
  });
}

int explorer_csv(int domain, const char** text) {
  return on_domain(domain, [&](auto& on) {
    std::ostringstream out;
    const auto& bank = tables_of(on).bank;
    klgrid::write_csv(out, bank.mesh(), klgrid::kl_surfaces(*on.p, bank));
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
    to_curve(on.log_pdf(), explorer().rows);
    return hand_out(explorer().rows, values);
  });
}

int explorer_component(int domain, int component, const double** values) {
  return on_domain(domain, [&](auto& on) {
    auto& curve = explorer().rows;
    curve.clear();
    const double mass = on.mass();
    for (const double x : on.x()) curve.push_back(explorer().mixture->component_pdf(component, x) / mass);
    return hand_out(curve, values);
  });
}

int explorer_gaussian(int domain, double mu, double sigma, const double** values) {
  return on_domain(domain, [&](auto& on) {
    to_curve(on.log_pdf(Gaussian<double>(mu, sigma)), explorer().rows);
    return hand_out(explorer().rows, values);
  });
}

int explorer_integrands(int domain, double mu, double sigma, const double** forward, const double** reverse) {
  return on_domain(domain, [&](auto& on) {
    const Vector<double> log_p = on.log_pdf();
    const Vector<double> log_q = on.log_pdf(Gaussian<double>(mu, sigma));
    auto& p_part = explorer().rows;
    auto& q_part = explorer().more_rows;
    p_part.clear();
    q_part.clear();
    for (Index i = 0; i < log_p.size(); ++i) {
      p_part.push_back(klgrid::relative_entropy_integrand(log_p[i], log_q[i]));
      q_part.push_back(klgrid::relative_entropy_integrand(log_q[i], log_p[i]));
    }
    *reverse = q_part.data();
    return hand_out(p_part, forward);
  });
}

int explorer_descent(int domain, int direction, double mu, double sigma, const double** rows) {
  return on_domain(domain, [&](auto& on) {
    expect(direction == EXPLORER_FORWARD || direction == EXPLORER_REVERSE, "direction", "0 (forward) or 1 (reverse)",
           direction);
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
    return hand_out_rows(3, rows);
  });
}

int explorer_minima(int domain, int count, const double* mu, const double* sigma, const double** rows) {
  return on_domain(domain, [&](auto& on) {
    std::vector<Gaussian<double>> starts;
    for (int n = 0; n < count; ++n) starts.emplace_back(mu[n], sigma[n]);
    auto& out = explorer().rows;
    out.clear();
    for (const auto& [q, value] : reverse_minima(*on.p, starts))
      out.insert(out.end(), {q.mean(), q.stddev(), value, double{EXPLORER_MINIMUM}});
    return hand_out_rows(4, rows);
  });
}

int explorer_stationary_points(int domain, const double** rows) {
  return on_domain(domain, [&](auto& on) {
    auto& out = explorer().rows;
    out.clear();
    const auto points = klgrid::reverse_stationary_points(*on.p, search_mesh(explorer().mesh));
    for (const auto& point : points)
      out.insert(out.end(), {point.q.mean(), point.q.stddev(), point.derivatives.value, to_kind(point.kind)});
    return hand_out_rows(4, rows);
  });
}

int explorer_forward_minimum(int domain, const double** row) {
  return on_domain(domain, [&](auto& on) {
    const auto fit = klgrid::fit_forward(*on.p);
    auto& out = explorer().rows;
    out.clear();
    if (fit.status == klgrid::FitStatus::converged)
      out = {fit.q.mean(), fit.q.stddev(), fit.value, double{EXPLORER_MINIMUM}};
    return hand_out_rows(4, row);
  });
}

int explorer_branches(int domain, int steps, const double** rows) {
  return on_domain(domain, [&](auto& on) {
    expect(steps >= 1 && steps <= 100, "steps", "in [1, 100]", steps);
    // Up from the minima of D(q||p), then down from that of D(p||q): what either way meets counts.
    std::vector<std::vector<Minimum>> minima(static_cast<std::size_t>(steps) + 1);
    minima.front() = reverse_minima(*on.p, {});
    const auto alpha = [&](std::size_t n) { return static_cast<double>(n) / steps; };
    for (std::size_t n = 1; n < minima.size(); ++n) minima[n] = followed(*on.p, alpha(n), minima[n - 1]);
    std::vector<Minimum> down;
    add_minimum(down, klgrid::fit_forward(*on.p));
    for (std::size_t n = minima.size(); n-- > 0;) {
      down.insert(down.end(), minima[n].begin(), minima[n].end());
      minima[n] = down = followed(*on.p, alpha(n), down);
    }
    auto& out = explorer().rows;
    out.clear();
    for (std::size_t n = 0; n < minima.size(); ++n)
      for (const auto& [q, value] : minima[n]) out.insert(out.end(), {alpha(n), q.mean(), q.stddev(), value});
    return hand_out_rows(4, rows);
  });
}

int explorer_alpha_minima(int domain, double alpha, int count, const double* mu, const double* sigma,
                          const double** rows) {
  return on_domain(domain, [&](auto& on) {
    std::vector<Minimum> starts;
    for (int n = 0; n < count; ++n) starts.push_back({Gaussian<double>(mu[n], sigma[n]), 0.0});
    auto& out = explorer().rows;
    out.clear();
    for (const auto& [q, value] : followed(*on.p, alpha, starts))
      out.insert(out.end(), {q.mean(), q.stddev(), klgrid::alpha_divergence(*on.p, q, alpha)});
    return hand_out_rows(3, rows);
  });
}
