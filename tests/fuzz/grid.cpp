// SPDX-License-Identifier: MIT
// The domain of a grid: nodes, weights, densities, meshes and all that is computed of them, against sums by definition.
#include "klgrid/divergence/alpha_divergence.hpp"
#include "klgrid/divergence/kl_derivatives.hpp"
#include "klgrid/divergence/kl_surfaces.hpp"
#include "klgrid/fit/fit.hpp"
#include "klgrid/grid/bank.hpp"
#include "klgrid/grid/density.hpp"
#include "klgrid/grid/divergence.hpp"
#include "klgrid/grid/flat_limit.hpp"
#include "klgrid/grid/pair_quadrature.hpp"
#include "klgrid/grid/relative_entropy.hpp"
#include "nodes.hpp"

namespace {

using fuzz::epsilon;
using fuzz::Index;
using fuzz::law;
using fuzz::Vector;
using fuzz::Wide;
using Density = klgrid::GridDensity<double>;
using Bank = klgrid::NormalizedGaussianBank<double>;

/// p on the nodes by its definition: log p, normalised, and w p.
struct Exact {
  std::vector<Wide> log_p, p;
  Wide log_mass = 0, largest = 0;  // largest |log p| where p counts

  Exact(const fuzz::Grid& grid, std::vector<Wide> log_values) : log_p(std::move(log_values)) {
    Wide top = -std::numeric_limits<Wide>::infinity();
    for (Index i = 0; i < grid.size(); ++i)
      if (grid.weights()[i] > 0) top = std::max(top, log_p[static_cast<std::size_t>(i)]);
    Wide mass = 0;
    for (Index i = 0; i < grid.size(); ++i) {
      const Wide value = log_p[static_cast<std::size_t>(i)];
      p.push_back(grid.weights()[i] > 0 && value >= top - 11000
                      ? static_cast<Wide>(grid.weights()[i]) * std::exp(value - top)
                      : 0);
      mass += p.back();
    }
    log_mass = top + std::log(mass);
    for (std::size_t i = 0; i < p.size(); ++i) {
      p[i] /= mass;
      log_p[i] -= log_mass;
      if (grid.weights()[static_cast<Index>(i)] > 0) largest = std::max(largest, std::abs(log_p[i]));
    }
  }
};

std::optional<Density> density_from(fuzz::Bytes& bytes, const fuzz::Grid& grid, std::optional<Exact>& exact) {
  std::optional<Density> p;
  std::vector<Wide> log_values;
  const bool own = bytes.byte() % 3 == 0;
  if (own) {
    const Vector values = bytes.numbers(bytes.byte() % 32 ? grid.size() : grid.size() + 1);
    bool valid = values.size() == grid.size(), mass = false;
    for (Index i = 0; i < values.size(); ++i) {
      valid = valid && values[i] < fuzz::infinity;
      mass = mass || (i < grid.size() && values[i] > -fuzz::infinity && grid.weights()[i] > 0);
      log_values.push_back(values[i]);
    }
    fuzz::accepted(valid && mass, "from_log_values", [&] { p = Density::from_log_values(grid, values); });
  } else {
    const fuzz::Mixture of(bytes);
    fuzz::describe = [&] {
      fuzz::print("nodes", grid.nodes());
      fuzz::print("weights", of.weights);
      fuzz::print("means", of.means);
      fuzz::print("stddevs", of.stddevs);
    };
    if (of.valid() && (of.weights > 0).select(of.weights / of.weights.sum(), 1).minCoeff() < 1e-300)
      return p;      // a share below the range of double is none
    if (of.valid())  // log p is finite unless a square overflows
      for (Index k = 0; k < of.means.size(); ++k)
        if ((grid.nodes() / of.stddevs[k] - of.means[k] / of.stddevs[k]).abs().maxCoeff() > 1e150) return p;
    fuzz::accepted(of.valid(), "GaussianMixture::normalized", [&] {
      p.emplace(grid, klgrid::GaussianMixture<double>::normalized(of.weights, of.means, of.stddevs));
    });
    for (Index i = 0; p && i < grid.size(); ++i) log_values.push_back(fuzz::log_pdf(of, grid.nodes()[i]));
  }
  if (p) exact.emplace(grid, std::move(log_values));
  return p;
}

void check_fit(const klgrid::FitResult<double>& fit) {
  law(!std::isnan(fit.value) && fit.value >= 0, "the end of a fit is a divergence");
  law(fit.q.stddev() > 0 && std::isfinite(fit.q.mean()), "the end of a fit is a Gaussian");
}

void run(fuzz::Bytes& bytes) {
  const auto grid = fuzz::grid_from(bytes, 60);
  const auto mesh = fuzz::mesh_from(bytes, grid);
  if (!grid || !mesh) return;
  constexpr double most = 1e300;  // lengths, of which differences and sums are formed
  if (grid->nodes().abs().maxCoeff() > most || mesh->mu().abs().maxCoeff() > most || mesh->sigma().maxCoeff() > most)
    return;
  std::optional<Exact> exact, exact_r;
  const auto p = density_from(bytes, *grid, exact);
  const auto r = density_from(bytes, *grid, exact_r);
  if (!p || mesh->sigma()[0] < 1 / most) return;
  if (!(p->pdf().maxCoeff() < most))
    return;  // all mass at nodes of next to no weight, or length: p is the inverse of it
  fuzz::describe = [&] {
    fuzz::print("nodes", grid->nodes());
    fuzz::print("weights", grid->weights());
    fuzz::print("log p", p->log_pdf());
    if (r) fuzz::print("log r", r->log_pdf());
    fuzz::print("mu", mesh->mu());
    fuzz::print("sigma", mesh->sigma());
  };
  // What long double itself does not resolve, or double does not hold, is looked at for signs and NaN alone.
  bool tame = exact->largest < 1e12L && std::abs(exact->log_mass) < 1e12L;
  const double total = grid->weights().sum();
  for (const double w : grid->weights()) tame = tame && (w == 0 || w / total > 1e-280);

  const Bank bank(*grid, *mesh, {.highest_power = bytes.byte() % 2 ? 4 : 0});
  const auto surfaces = klgrid::kl_surfaces(*p, bank);
  double alpha = bytes.byte() % 8 ? bytes.share() : bytes.number();
  if (alpha > 0 && alpha < 1e-290) alpha = 0;  // 1 / alpha is out of range
  std::optional<klgrid::Surface<double>> amari;
  fuzz::accepted(alpha >= 0 && alpha <= 1, "alpha_divergence",
                 [&] { amari = klgrid::alpha_divergence(*p, bank, alpha); });
  const bool with_derivatives = bytes.byte() % 2;
  klgrid::KlDerivativeSurfaces<double> forward_surfaces, reverse_surfaces;
  if (with_derivatives) {
    forward_surfaces = klgrid::forward_kl_derivatives(*p, bank);
    reverse_surfaces = klgrid::reverse_kl_derivatives(bank, *p);
  }
  for (int sample = 0; sample < 3; ++sample) {
    const Index row = bytes.whole(0, static_cast<int>(mesh->rows()) - 1);
    const Index col = bytes.whole(0, static_cast<int>(mesh->cols()) - 1);
    const klgrid::Gaussian<double> q(mesh->mu()[col], mesh->sigma()[row]);
    const fuzz::Cell cell(*grid, q.mean(), q.stddev());
    Wide forward = 0, reverse = 0, spread = 0, reverse_terms = 0, far = 0;
    Wide lost = 0;  // of p below the range of double, at nodes so heavy or so far that it would count
    Wide z_p[3] = {}, z_q[5] = {}, slope[2] = {}, nearest = std::numeric_limits<Wide>::infinity(), farthest = 0;
    for (std::size_t i = 0; i < cell.q.size(); ++i) {
      if (!(grid->weights()[static_cast<Index>(i)] > 0)) continue;
      if (std::abs(cell.z[i]) < std::abs(nearest)) nearest = cell.z[i];
      farthest = std::max(farthest, std::abs(cell.z[i]));
    }
    Wide densest = 0;
    for (std::size_t i = 0; i < cell.q.size(); ++i)
      if (grid->weights()[static_cast<Index>(i)] > 0) densest = std::max(densest, cell.log_q[i]);
    if (densest > std::log(Wide(most))) continue;  // q is the inverse of a length beyond those, as p was
    bool known = tame && farthest < 1e150L;        // or log q is out of range at a node
    for (std::size_t i = 0; i < cell.q.size(); ++i) {
      if (exact->p[i] > 0) {
        forward += exact->p[i] * (exact->log_p[i] - cell.log_q[i]);
        spread += exact->p[i] * (cell.z[i] - nearest) * (cell.z[i] - nearest);
        for (int k = 0; k < 3; ++k) z_p[k] += exact->p[i] * std::pow(cell.z[i], k);
        if (p->pdf()[static_cast<Index>(i)] < std::numeric_limits<double>::min())
          lost += exact->p[i] * (std::abs(exact->log_p[i]) + std::abs(cell.log_q[i]));
      }
      if (!(cell.q[i] > 0)) continue;
      reverse += cell.q[i] * (cell.log_q[i] - exact->log_p[i]);
      reverse_terms += cell.q[i] * std::abs(cell.log_q[i] - exact->log_p[i]);
      for (int k = 0; k < 5; ++k) z_q[k] += cell.q[i] * std::abs(std::pow(cell.z[i], k));
      far = std::max(far, std::abs(cell.z[i]));
    }
    if (!p->has_full_support()) reverse = std::numeric_limits<Wide>::infinity();
    known = known && lost <= epsilon;
    const auto near = [&](const char* text, double value, Wide exactly, Wide besides) {
      law(value >= 0, text, value, exactly);  // and no NaN
      if (!known || exactly > 1e300L) return;
      // 1e-12, absolute below 1; what the given log p has lost before its mass is taken off; what the direction adds.
      const Wide allowed = 4500 * epsilon * std::max<Wide>(1, std::abs(exactly)) +
                           64 * epsilon * std::abs(exact->log_mass) * std::max<Wide>(1, std::abs(exactly)) + besides;
      law(std::abs(value - exactly) <= allowed || value == exactly, text, value, exactly, allowed, q.mean(),
          q.stddev());
    };
    near("D(p||q) of a surface", surfaces.forward(row, col), forward, 8 * epsilon * spread);
    near("D(q||p) of a surface", surfaces.reverse(row, col), reverse, 96 * epsilon * exact->largest);
    near("D(p||q)", klgrid::forward_kl(*p, q), forward, 0);
    near("D(q||p)", klgrid::reverse_kl(q, *p), reverse, 0);
    if (amari) {
      const double pair = klgrid::alpha_divergence(*p, q, alpha);
      law(pair >= 0 && (*amari)(row, col) >= 0, "alpha divergence >= 0", alpha, pair, (*amari)(row, col));
      if (known && pair < 1e300)
        law(std::abs((*amari)(row, col) - pair) <=
                9000 * epsilon * std::max(1.0, pair) +
                    (64 * epsilon * std::abs(p->log_mass()) +
                     4 * epsilon * (static_cast<double>(exact->largest) + std::abs(std::log(q.stddev())))) /
                        std::max(epsilon, alpha * (1 - alpha)) +
                    96 * epsilon * static_cast<double>(exact->largest) + 8 * epsilon * static_cast<double>(spread),
            "alpha divergence: the cell of a surface is that of the pair: alpha, surface, pair", alpha,
            (*amari)(row, col), pair, q.mean(), q.stddev());
    }
    // Derivatives: fourth powers of z are to be in range, and squares of 1 / sigma.
    if (!with_derivatives || !tame || !(far < 1e15L) || !(spread < 1e30L) || q.stddev() < 1e-100 || q.stddev() > 1e100)
      continue;
    const auto f = forward_surfaces.at(row, col);
    const auto b = reverse_surfaces.at(row, col);
    const auto f1 = klgrid::forward_kl_derivatives(*p, q);
    const auto b1 = klgrid::reverse_kl_derivatives(q, *p);
    for (const auto* d : {&f, &b, &f1, &b1})
      law(!std::isnan(d->value) && d->gradient.allFinite() && d->hessian.allFinite(), "derivatives are finite",
          q.mean(), q.stddev());
    if (!known || !p->has_full_support() || !(far < 1e3L)) continue;
    Wide mean_z = 0, mean_zz = 0;
    for (std::size_t i = 0; i < cell.q.size(); ++i) {
      mean_z += cell.q[i] * cell.z[i];
      mean_zz += cell.q[i] * cell.z[i] * cell.z[i];
    }
    for (std::size_t i = 0; i < cell.q.size(); ++i) {
      if (!(cell.q[i] > 0)) continue;
      const Wide ratio = cell.log_q[i] - exact->log_p[i] - reverse;
      slope[0] += cell.q[i] * (cell.z[i] - mean_z) * ratio;
      slope[1] += cell.q[i] * (cell.z[i] * cell.z[i] - mean_zz) * ratio;
    }
    const Wide scale = (1 + z_q[4]) * (1 + reverse_terms + exact->largest + far * far) + std::abs(z_p[2]);
    const auto slopes = [&](const char* text, const klgrid::KlDerivatives<double>& d, Wide by_mu, Wide by_log_sigma) {
      const Wide allowed = 4500 * epsilon * scale + 64 * epsilon * std::abs(exact->log_mass) * (1 + z_q[4]);
      law(std::abs(d.gradient[0] * q.stddev() - by_mu) <= allowed && std::abs(d.gradient[1] - by_log_sigma) <= allowed,
          text, d.gradient[0] * q.stddev(), by_mu, d.gradient[1], by_log_sigma, allowed, q.mean(), q.stddev());
    };
    slopes("gradient of D(p||q) on a surface", f, mean_z - z_p[1], mean_zz - z_p[2]);
    slopes("gradient of D(p||q)", f1, mean_z - z_p[1], mean_zz - z_p[2]);
    slopes("gradient of D(q||p) on a surface", b, slope[0], slope[1]);
    slopes("gradient of D(q||p)", b1, slope[0], slope[1]);
  }
  if (r && r->pdf().maxCoeff() < most) {
    const double forward = klgrid::relative_entropy(*p, *r);
    const double js = klgrid::jensen_shannon_divergence(*p, *r);
    law(forward >= 0, "D(p||r) >= 0", forward);
    law(js >= 0 && js <= 0.6931471805599453 * (1 + 64 * epsilon), "Jensen-Shannon in [0, log 2]", js);
    law(std::abs(js - klgrid::jensen_shannon_divergence(*r, *p)) <= 64 * epsilon * js, "Jensen-Shannon is symmetric");
    law(klgrid::relative_entropy(*p, *p) == 0, "D(p||p) = 0");
    Wide exactly = 0;
    for (std::size_t i = 0; i < exact->p.size(); ++i)
      if (exact->p[i] > 0) exactly += exact->p[i] * (exact->log_p[i] - exact_r->log_p[i]);
    if (tame && exact_r->largest < 1e12L && exactly < 1e300L)
      law(std::abs(forward - exactly) <=
              (4500 * epsilon + 64 * epsilon * (std::abs(exact->log_mass) + std::abs(exact_r->log_mass))) *
                  std::max<Wide>(1, exactly),
          "D(p||r)", forward, exactly);
  }
  if (bytes.byte() % 8 == 0 && p->stddev() > 0) {
    const auto start = klgrid::moment_match(*p);
    const klgrid::FitOptions<double> options{.max_iterations = 30};
    check_fit(klgrid::fit_forward(*p, start, options));
    const auto seek = klgrid::fit_reverse(*p, start, options);
    check_fit(seek);
    if (seek.status != klgrid::FitStatus::infinite)
      law(seek.value <= klgrid::reverse_kl(start, *p) * (1 + 4500 * epsilon) +
                            4500 * epsilon * (1 + static_cast<double>(exact->largest)),
          "a descent descends", seek.value, klgrid::reverse_kl(start, *p));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::one_input(run, data, size);
}
