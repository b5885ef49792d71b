// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <limits>

#include "klgrid/divergence/detail/second_order.hpp"
#include "klgrid/divergence/kl_surfaces.hpp"
#include "klgrid/domain.hpp"
#include "klgrid/executor.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/real.hpp"

/// Gradient and Hessian of both Kullback-Leibler divergences in theta = (mu, log sigma), at one q and on whole
/// surfaces.
///
/// With z = (x - mu) / sigma, q = exp(-z^2/2) / Z is an exponential family on every domain that normalises it, with the
/// scores s = (z / sigma, z^2), less their means. As E_q[d log q] = 0,
///   d D(q||p) = Cov_q(s, g),   g = log q - log p,        d D(p||q) = E_q[s] - E_p[s],
/// and both, with what follows by differentiating once more, are the ends alpha = 0 and 1 of one formula,
/// detail::second_order. It is made of E_q[z^k], k <= 6, and E_q[z^k log p], k <= 4, which a bank supplies.
///
/// Units: nats, and nats per unit of x for each derivative in mu.
/// Accuracy: of one q, a few roundings of the largest term, E_q|z^k log p| for the reverse and E_p[z^2] for the forward
/// direction. Of a surface on a grid, that of the bank's transforms, tolerance * max |log p| for each E_q[z^k log p] /
/// E_q|z|^k: as these add up, 14 times that for the Hessian in (mu / sigma, log sigma), of which a hundredth is seen:
/// 1e-13 where log p falls to -30 in the window, 8e-12 where components 0.1 wide let it fall to -2400.
namespace klgrid {

/// A divergence for every q of a mesh, to second order in theta = (mu, log sigma).
template <Real T>
struct KlDerivativeSurfaces {
  Surface<T> value;
  Surface<T> d_mu;
  Surface<T> d_log_sigma;
  Surface<T> d_mu_mu;
  Surface<T> d_mu_log_sigma;
  Surface<T> d_log_sigma_log_sigma;

  KlDerivativeSurfaces(Index rows, Index cols)
      : value(rows, cols),
        d_mu(rows, cols),
        d_log_sigma(rows, cols),
        d_mu_mu(rows, cols),
        d_mu_log_sigma(rows, cols),
        d_log_sigma_log_sigma(rows, cols) {}

  [[nodiscard]] KlDerivatives<T> at(Index row, Index col) const {
    KlDerivatives<T> d;
    d.value = value(row, col);
    d.gradient << d_mu(row, col), d_log_sigma(row, col);
    d.hessian << d_mu_mu(row, col), d_mu_log_sigma(row, col), d_mu_log_sigma(row, col), d_log_sigma_log_sigma(row, col);
    return d;
  }

  void set(Index row, Index col, const KlDerivatives<T>& d) {
    value(row, col) = d.value;
    d_mu(row, col) = d.gradient[0];
    d_log_sigma(row, col) = d.gradient[1];
    d_mu_mu(row, col) = d.hessian(0, 0);
    d_mu_log_sigma(row, col) = d.hessian(0, 1);
    d_log_sigma_log_sigma(row, col) = d.hessian(1, 1);
  }
};

namespace detail {

/// Of D(p||q), from E_q[z^k] and the moments of p, counted from its origin.
template <Density P, Real T>
KlDerivatives<T> forward_second_order(const T& value, const P& p, const Powers<T>& m, const T& mu, const T& sigma) {
  const T mean = ((p.origin() - mu) + p.mean_offset()) / sigma;
  const T second_moment = mean * mean + p.variance() / sigma / sigma;
  return second_order<T>(value, m, {T(0), T(m[1] - mean), T(m[2] - second_moment), T(0), T(0)}, T(1), sigma);
}

/// Of D(q||p), from E_q[z^k] and E_q[z^k (log p - log q)].
template <Real T>
KlDerivatives<T> reverse_second_order(const T& value, const Powers<T>& m, const Powers<T>& log_ratio, const T& sigma) {
  if (!(value <= (std::numeric_limits<T>::max)())) return second_order<T>(value, {}, {}, T(0), sigma);
  Powers<T> covariance;
  for (std::size_t k = 0; k < m.size(); ++k) covariance[k] = m[k] * log_ratio[0] - log_ratio[k];
  return second_order<T>(value, m, covariance, T(0), sigma);
}

}  // namespace detail

/// D(p||q) and its derivatives for every q of the bank. Cost: four moments of the bank, and O(1) a cell.
/// @throws std::invalid_argument if p does not live on the bank's domain.
template <class P, class Bank>
requires DensityFor<P, Bank>
[[nodiscard]] KlDerivativeSurfaces<typename Bank::Scalar> forward_kl_derivatives(const P& p, const Bank& bank) {
  using T = typename Bank::Scalar;
  const auto& density = density_of(p);
  const Surface<T> value = forward_kl(density, bank);
  std::array<Surface<T>, 5> moment;
  for (std::size_t k = 0; k < moment.size(); ++k) moment[k] = bank.moment(static_cast<int>(k));
  const auto& mesh = bank.mesh();
  KlDerivativeSurfaces<T> surfaces(mesh.rows(), mesh.cols());
  for (Index i = 0; i < mesh.rows(); ++i)
    for (Index j = 0; j < mesh.cols(); ++j) {
      detail::Powers<T> m;
      for (std::size_t k = 0; k < m.size(); ++k) m[k] = moment[k](i, j);
      surfaces.set(i, j, detail::forward_second_order(value(i, j), density, m, mesh.mu()[j], mesh.sigma()[i]));
    }
  return surfaces;
}

/// D(q||p) and its derivatives for every q of the bank. Where p is zero somewhere, the value is +inf everywhere and the
/// derivatives are given as 0. Cost: seven moments of the bank and six transforms of log p; on a grid, make the bank
/// with highest_power = 4.
/// @throws std::invalid_argument if p does not live on the bank's domain.
template <class Bank, class P>
requires DensityFor<P, Bank>
[[nodiscard]] KlDerivativeSurfaces<typename Bank::Scalar> reverse_kl_derivatives(const Bank& bank, const P& p) {
  using T = typename Bank::Scalar;
  const auto& density = density_of(p);
  const Surface<T> value = reverse_kl(bank, density);
  std::array<Surface<T>, 7> moment;
  for (std::size_t k = 0; k < moment.size(); ++k) moment[k] = bank.moment(static_cast<int>(k));
  const auto& mesh = bank.mesh();
  std::array<Surface<T>, 5> expected_log;
  typename Bank::Workspace workspace;
  for (std::size_t k = 0; k < expected_log.size(); ++k) {
    expected_log[k].resize(mesh.rows(), mesh.cols());
    const auto sink = [&](Index, Index row, const auto& values) { expected_log[k].row(row) = values; };
    bank.expected_log({&density, 1}, static_cast<int>(k), workspace, sink, SerialExecutor{});
  }
  KlDerivativeSurfaces<T> surfaces(mesh.rows(), mesh.cols());
  for (Index i = 0; i < mesh.rows(); ++i)
    for (Index j = 0; j < mesh.cols(); ++j) {
      detail::Powers<T> m;
      detail::Powers<T> log_ratio;
      for (std::size_t k = 0; k < m.size(); ++k) {
        m[k] = moment[k](i, j);
        log_ratio[k] = expected_log[k](i, j) + moment[k + 2](i, j) / T(2);
      }
      surfaces.set(i, j, detail::reverse_second_order(value(i, j), m, log_ratio, mesh.sigma()[i]));
    }
  return surfaces;
}

/// D(p||q) and its derivatives at one q. The value is that of forward_kl(p, q): relatively accurate about p = q.
template <DensityLike P, GaussianFor<P> Q>
[[nodiscard]] KlDerivatives<detail::ScalarOf<P>> forward_kl_derivatives(const P& p, const Q& q) {
  const auto& density = density_of(p);
  const auto of = expectations(q, density);
  return detail::forward_second_order(forward_kl(density, q), density, of.moment, q.mean(), q.stddev());
}

/// D(q||p) and its derivatives at one q. The value is that of reverse_kl(q, p): relatively accurate about p = q.
template <class Q, DensityLike P>
requires GaussianFor<Q, P>
[[nodiscard]] KlDerivatives<detail::ScalarOf<P>> reverse_kl_derivatives(const Q& q, const P& p) {
  const auto& density = density_of(p);
  const auto of = expectations(q, density);
  return detail::reverse_second_order(reverse_kl(q, density), of.moment, of.log_ratio, q.stddev());
}

// Arguments that are none. The compiler shows these lines.
template <class P, NotComparableTo<P> Q>
void forward_kl_derivatives(const P&, const Q&) = delete;  // p: a Density, as GridDensity(grid, mixture); q: Gaussian
template <class Q, class P>
requires NotComparableTo<Q, P>
void reverse_kl_derivatives(const Q&, const P&) = delete;  // q: Gaussian; p: a Density, as GridDensity(grid, mixture)

}  // namespace klgrid
