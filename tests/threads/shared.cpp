// SPDX-License-Identifier: MIT
// Everything that is const, from many threads at once, on either domain: densities and banks are shared, and each
// thread gets what one alone gets. For the thread sanitizer (preset tsan).
#include <cstdio>
#include <thread>
#include <vector>

#include "klgrid/klgrid.hpp"

namespace {

using klgrid::Gaussian;
using klgrid::GaussianMixture;
using Numbers = std::vector<double>;

void append(Numbers& all, const klgrid::Surface<double>& surface) {
  all.insert(all.end(), surface.data(), surface.data() + surface.size());
}

template <class Density, class Bank>
Numbers everything(const Density& p, const Density& r, const Bank& bank, const klgrid::AffinityBank<Bank>& affinities) {
  Numbers all;
  const auto surfaces = klgrid::kl_surfaces(p, bank);
  const auto forward = klgrid::forward_kl_derivatives(p, bank);
  const auto reverse = klgrid::reverse_kl_derivatives(bank, p);
  for (const auto* surface : {&surfaces.forward, &surfaces.reverse, &forward.d_mu_mu, &reverse.d_log_sigma_log_sigma})
    append(all, *surface);
  append(all, klgrid::alpha_divergence(p, affinities));
  const Gaussian<double> q(0.5, 1.5);
  for (const double value : {klgrid::forward_kl(p, q), klgrid::reverse_kl(q, p), klgrid::renyi_divergence(p, q, 0.3),
                             klgrid::relative_entropy(p, r), klgrid::jensen_shannon_divergence(p, r)})
    all.push_back(value);
  all.push_back(klgrid::fit_forward(p).value);
  all.push_back(klgrid::fit_reverse(p, q).value);
  for (const auto& point : klgrid::reverse_stationary_points(bank, p)) all.push_back(point.derivatives.value);
  return all;
}

template <class Density>
bool shared(const Density& p, const Density& r) {
  const klgrid::ParameterMesh<double> mesh(klgrid::linspace(-5, 5, 21), klgrid::geomspace(0.2, 8, 12));
  const auto bank = klgrid::detail::bank_up_to(p, mesh, 4);
  using Bank = std::remove_cvref_t<decltype(bank)>;
  const klgrid::AffinityBank<Bank> affinities(bank, 0.4);
  std::vector<Numbers> results(4);
  std::vector<std::thread> threads;
  for (auto& result : results) threads.emplace_back([&] { result = everything(p, r, bank, affinities); });
  for (auto& thread : threads) thread.join();
  const Numbers alone = everything(p, r, bank, affinities);

  const std::vector<Density> many(9, p);
  std::vector<klgrid::KlSurfaces<double>> out(many.size());
  typename Bank::Workspace workspace;
  klgrid::kl_surfaces<Bank>(many, bank, out, workspace, klgrid::ThreadExecutor(4));
  const auto once = klgrid::kl_surfaces(p, bank);
  bool same = true;
  for (const auto& result : results) same = same && result == alone;
  for (const auto& each : out)
    same = same && (each.forward == once.forward).all() && (each.reverse == once.reverse).all();
  return same;
}

}  // namespace

int main() {
  const GaussianMixture<double> p({0.5, 0.5}, {-3.0, 3.0}, {0.5, 1.0}), r({0.3, 0.7}, {-2.0, 3.0}, {1.0, 1.0});
  const auto grid = klgrid::Grid<double>::arange(-10, 10, 0.1);
  using OnGrid = klgrid::GridDensity<double>;
  using OnLine = klgrid::RealLineDensity<double>;
  const bool same = shared(OnGrid(grid, p), OnGrid(grid, r)) && shared(OnLine(p), OnLine(r));
  std::puts(same ? "each thread got what one alone gets" : "threads got other results than one alone");
  return same ? 0 : 1;
}
