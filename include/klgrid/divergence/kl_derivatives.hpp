// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <concepts>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>

#include "klgrid/detail/packets.hpp"
#include "klgrid/detail/require.hpp"
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
///
///     d D(q||p) = Cov_q(s, g),   g = log q - log p,        d D(p||q) = E_q[s] - E_p[s],
///
/// and both, with what follows by differentiating once more, are the ends alpha = 0 and 1 of one formula,
/// detail::second_order. It is made of E_q[z^k], k <= 6, and E_q[z^k log p], k <= 4, which a bank supplies.
///
/// Domain: fourth powers of (x - x0) / sigma are to be in range, x and x0 points that hold q and x0 the nearest to mu.
///
/// Units: nats, and nats per unit of x for each derivative in mu.
///
/// Accuracy: of one q, a few roundings of the largest term, E_q|z^k log p| for the reverse and E_p[z^2] for the forward
/// direction. Of a surface on a grid, that of the bank's transforms, tolerance * max |log p| for each E_q[z^k log p] /
/// E_q|z|^k: as these add up, 14 times that for the Hessian in (mu / sigma, log sigma), of which a hundredth is seen:
/// 1e-13 where log p falls to -30 in the window, 8e-12 where components 0.1 wide let it fall to -2400.
namespace klgrid::inline KLGRID_ABI {

/// A divergence for every q of a mesh, to first order in theta = (mu, log sigma). All surfaces are of the mesh's shape.
template <Real T>
struct KlGradientSurfaces {
  Surface<T> value;        ///< D, nats
  Surface<T> d_mu;         ///< dD/dmu
  Surface<T> d_log_sigma;  ///< dD/dlog sigma

  KlGradientSurfaces() = default;
  /// As resize() makes them.
  KlGradientSurfaces(Index rows, Index cols) { resize(rows, cols); }

  /// To rows of sigma and columns of mu; values are lost.
  void resize(Index rows, Index cols) {
    for (auto* surface : {&value, &d_mu, &d_log_sigma}) surface->resize(rows, cols);
  }
};

/// The same to second order: the Hessian in theta = (mu, log sigma) besides.
template <Real T>
struct KlDerivativeSurfaces : KlGradientSurfaces<T> {
  Surface<T> d_mu_mu;                ///< d^2 D/dmu^2
  Surface<T> d_mu_log_sigma;         ///< d^2 D/dmu dlog sigma
  Surface<T> d_log_sigma_log_sigma;  ///< d^2 D/dlog sigma^2

  KlDerivativeSurfaces() = default;
  /// As resize() makes them.
  KlDerivativeSurfaces(Index rows, Index cols) { resize(rows, cols); }

  /// To rows of sigma and columns of mu; values are lost.
  void resize(Index rows, Index cols) {
    KlGradientSurfaces<T>::resize(rows, cols);
    for (auto* surface : {&d_mu_mu, &d_mu_log_sigma, &d_log_sigma_log_sigma}) surface->resize(rows, cols);
  }

  /// All of them at one q.
  [[nodiscard]] KlDerivatives<T> at(Index row, Index col) const {
    KlDerivatives<T> d;
    d.value = this->value(row, col);
    d.gradient << this->d_mu(row, col), this->d_log_sigma(row, col);
    d.hessian << d_mu_mu(row, col), d_mu_log_sigma(row, col), d_mu_log_sigma(row, col), d_log_sigma_log_sigma(row, col);
    return d;
  }
};

namespace detail {

template <class Out>
inline constexpr bool has_hessian = requires(const Out& out) {
  out.d_mu_mu;
};

/// What is asked for: gradients, or Hessians as well.
template <class Out, class T>
concept KlOrder = std::same_as<Out, KlGradientSurfaces<T>> || std::same_as<Out, KlDerivativeSurfaces<T>>;

/// Some neighbouring cells of a row.
template <Real T, int N>
using Cells = Eigen::Array<T, 1, N>;

/// Calls body.operator()<N>(col) for N cells of a row from col on, until all are done; those at the end twice, or one
/// by one.
template <Real T, class Body>
void for_each_cells(Index cols, const Body& body) {
  constexpr int together = lane_size<T>;
  Index col = 0;
  for (; col + together <= cols; col += together) body.template operator()<together>(col);
  if (col < cols && cols >= together) return body.template operator()<together>(cols - together);
  for (; col < cols; ++col) body.template operator()<1>(col);
}

/// Cells of a row to `out`, from m_k and delta_k (see second_order).
template <Real T, int N, class Out>
void store_derivatives(const Powers<Cells<T, N>>& m, const Powers<Cells<T, N>>& delta, const T& alpha, const T& sigma,
                       Index row, Index col, Out& out) {
  using V = Cells<T, N>;
  const T precision = T(1) / sigma;
  const auto store = [&](Surface<T>& surface, const V& values) { surface.row(row).template segment<N>(col) = values; };
  store(out.d_mu, delta[1] * precision);
  store(out.d_log_sigma, delta[2]);
  if constexpr (has_hessian<Out>) {
    store(out.d_mu_mu, curvature(m, delta, alpha, 1, 1) * precision * precision);
    store(out.d_mu_log_sigma, (curvature(m, delta, alpha, 1, 2) - T(2) * delta[1]) * precision);
    store(out.d_log_sigma_log_sigma, curvature(m, delta, alpha, 2, 2) - T(2) * delta[2]);
  }
}

/// Derivatives are given as 0 where the value is +inf.
template <Real T, class Out>
void clear_infinite(Index row, Out& out) {
  for (Index col = 0; col < out.value.cols(); ++col) {
    if (out.value(row, col) <= (std::numeric_limits<T>::max)()) continue;
    out.d_mu(row, col) = out.d_log_sigma(row, col) = T(0);
    if constexpr (has_hessian<Out>)
      out.d_mu_mu(row, col) = out.d_mu_log_sigma(row, col) = out.d_log_sigma_log_sigma(row, col) = T(0);
  }
}

/// Of D(p||q) at one q, from E_q[u^k] and the moments of p, counted from its origin; `unit` is second_order's.
template <Density P, Real T>
KlDerivatives<T> forward_second_order(const ForwardKlTerms<T>& of, const P& p, const Gaussian<T>& q, const T& unit) {
  const T& sigma = q.stddev();
  const T mean = ((p.origin() - of.x0) + p.mean_offset()) / sigma;
  const T spread = p.stddev() / sigma;
  const T second_moment = mean * mean + spread * spread;
  const Powers<T>& m = of.moment;
  const Powers<T> delta{T(0), T(m[1] - mean), T(m[2] - second_moment), T(0), T(0)};
  return second_order<T>(of.value, m, delta, T(1), unit, T((of.x0 - q.mean()) / sigma));
}

/// Of D(q||p) at one q, from E_q[u^k] and E_q[u^k (log p - log q)]; `unit` is second_order's.
template <Real T>
KlDerivatives<T> reverse_second_order(const ReverseKlTerms<T>& of, const Gaussian<T>& q, const T& unit) {
  Powers<T> covariance;
  for (std::size_t k = 0; k < covariance.size(); ++k) covariance[k] = of.moment[k] * of.log_ratio[0] - of.log_ratio[k];
  return second_order<T>(of.value, of.moment, covariance, T(0), unit, T((of.x0 - q.mean()) / q.stddev()));
}

/// Takes cells by themselves, derivatives_at(q), in which z is about so large a z0 throughout that its powers would
/// lose digits.
template <GaussianBank Bank, class Out, class Derivatives>
void replace_far_cells(const Bank& bank, Index row, Out& out, const Derivatives& derivatives_at) {
  using T = typename Bank::Scalar;
  const auto& mu = bank.mesh().mu();
  const T& sigma = bank.mesh().sigma()[row];
  const T most = T(4) * sigma;
  for (Index col = 0; col < mu.size(); ++col) {
    const T offset = nearest_points(bank)[col] - mu[col];
    if (offset <= most && -offset <= most) continue;
    const KlDerivatives<T> d = derivatives_at(Gaussian<T>(mu[col], sigma));
    out.d_mu(row, col) = d.gradient[0];
    out.d_log_sigma(row, col) = d.gradient[1];
    if constexpr (has_hessian<Out>) {
      out.d_mu_mu(row, col) = d.hessian(0, 0);
      out.d_mu_log_sigma(row, col) = d.hessian(0, 1);
      out.d_log_sigma_log_sigma(row, col) = d.hessian(1, 1);
    }
  }
}

/// A row of D(p||q), from E_q[z^k] and the moments of p, counted from its origin.
template <GaussianBank Bank, class Out>
void forward_kl_derivatives_row(const typename Bank::Density& p, const Bank& bank, Index row, Out& out) {
  using T = typename Bank::Scalar;
  forward_kl_row(p, bank, row, &out.value(row, 0));
  const T& sigma = bank.mesh().sigma()[row];
  const T precision = T(1) / sigma;
  const T spread = p.stddev() / sigma;
  const T variance = spread * spread;
  const auto from = [&](const auto&... moment) {
    for_each_cells<T>(bank.mesh().cols(), [&]<int N>(Index col) {
      using V = Cells<T, N>;
      const V mean =
          ((p.origin() - bank.mesh().mu().template segment<N>(col).transpose()) + p.mean_offset()) * precision;
      const Powers<V> m{V::Ones(), moment.row(row).template segment<N>(col)...};
      const Powers<V> delta{V::Zero(), m[1] - mean, m[2] - mean.square() - variance, V::Zero(), V::Zero()};
      store_derivatives<T, N>(m, delta, T(1), sigma, row, col, out);
    });
  };
  if constexpr (has_hessian<Out>)
    from(bank.moment(1), bank.moment(2), bank.moment(3), bank.moment(4));
  else
    from(bank.moment(1), bank.moment(2));
  replace_far_cells(bank, row, out,
                    [&](const auto& q) { return forward_second_order(forward_kl_terms(p, q), p, q, sigma); });
}

/// A row of D(q||p), from E_q[z^k] and E_q[z^k log p]; log q is -z^2/2 but for a constant.
template <GaussianBank Bank, class Out>
void reverse_kl_derivatives_row(const Bank& bank, const typename Bank::Density& p, Index row, const auto& expected_log,
                                Out& out) {
  using T = typename Bank::Scalar;
  reverse_kl_row(bank, row, expected_log.row(0), &out.value(row, 0));
  const auto from = [&](const auto&... moment) {
    constexpr std::size_t powers = sizeof...(moment) - 1;  // of z, 1 and above; moments go two further
    for_each_cells<T>(bank.mesh().cols(), [&]<int N>(Index col) {
      using V = Cells<T, N>;
      const V known[] = {V::Ones(), moment.row(row).template segment<N>(col)...};
      const auto log_ratio = [&](std::size_t k) {
        return V(expected_log.row(static_cast<Index>(k)).template segment<N>(col) + known[k + 2] / T(2));
      };
      const V mean_log_ratio = log_ratio(0);
      Powers<V> m, delta;
      m[0] = known[0];
      for (std::size_t k = 1; k < powers; ++k) {
        m[k] = known[k];
        delta[k] = m[k] * mean_log_ratio - log_ratio(k);
      }
      store_derivatives<T, N>(m, delta, T(0), bank.mesh().sigma()[row], row, col, out);
    });
  };
  if constexpr (has_hessian<Out>)
    from(bank.moment(1), bank.moment(2), bank.moment(3), bank.moment(4), bank.moment(5), bank.moment(6));
  else
    from(bank.moment(1), bank.moment(2), bank.moment(3), bank.moment(4));
  replace_far_cells(bank, row, out,
                    [&](const auto& q) { return reverse_second_order(reverse_kl_terms(q, p), q, q.stddev()); });
  if (!(out.value.row(row).maxCoeff() <= (std::numeric_limits<T>::max)())) clear_infinite<T>(row, out);
}

}  // namespace detail

/// D(p||q) and its derivatives, or its gradient alone, for every q of the bank, written to out: KlDerivativeSurfaces or
/// KlGradientSurfaces, whose storage is used again. Cost: O(1) a cell; nothing is allocated in a second call.
/// @throws std::invalid_argument if p does not live on the bank's domain.
template <class P, class Bank, detail::KlOrder<typename Bank::Scalar> Out, Executor Run = SerialExecutor>
requires DensityFor<P, Bank>
void forward_kl_derivatives(const P& p, const Bank& bank, Out& out, const Run& run = {}) {
  const auto& density = density_of(p);
  bank.require_same_domain(density);
  out.resize(bank.mesh().rows(), bank.mesh().cols());
  constexpr int power = detail::has_hessian<Out> ? 2 : 1;  // moments up to two further are there
  detail::with_power(bank, power, [&](const Bank& ready) {
    run(ready.mesh().rows(), [&](Index, Index row) { detail::forward_kl_derivatives_row(density, ready, row, out); });
  });
}

/// D(p||q), gradient and Hessian for every q of the bank.
template <class P, class Bank>
requires DensityFor<P, Bank>
[[nodiscard]] KlDerivativeSurfaces<typename Bank::Scalar> forward_kl_derivatives(const P& p, const Bank& bank) {
  KlDerivativeSurfaces<typename Bank::Scalar> out;
  forward_kl_derivatives(p, bank, out);
  return out;
}

/// D(q||p) and its derivatives, or its gradient alone, of many densities for every q of the bank. Where a p is zero
/// somewhere, its value is +inf everywhere and its derivatives are given as 0.
///
/// Cost: one transform of log p for all powers of z, and O(1) a cell. On a grid, make the bank with highest_power = 4,
/// or 2 for gradients; else one is made for the call.
///
/// @param out        as many as densities, KlDerivativeSurfaces or KlGradientSurfaces; their storage is used again
/// @param workspace  used again too: a second call for as many densities allocates nothing. One for each thread that
///                   calls; a bank can be shared.
/// @param run        where the work is done; the result does not depend on it, bit for bit
/// @throws std::invalid_argument if a density does not live on the bank's domain, or the sizes differ.
template <GaussianBank Bank, detail::KlOrder<typename Bank::Scalar> Out, Executor Run = SerialExecutor>
void reverse_kl_derivatives(const Bank& bank, std::span<const typename Bank::Density> densities, std::span<Out> out,
                            typename Bank::Workspace& workspace, const Run& run = {}) {
  detail::require_that(out.size() == densities.size(), "reverse_kl_derivatives", "out", "of the size of densities",
                       out.size());
  for (const auto& p : densities) bank.require_same_domain(p);
  for (auto& surfaces : out) surfaces.resize(bank.mesh().rows(), bank.mesh().cols());
  constexpr int power = detail::has_hessian<Out> ? 4 : 2;
  detail::with_power(bank, power, [&](const Bank& ready) {
    ready.expected_log(
        densities, power, workspace,
        [&](Index d, Index row, const auto& values) {
          const auto i = static_cast<std::size_t>(d);
          detail::reverse_kl_derivatives_row(ready, densities[i], row, values, out[i]);
        },
        run);
  });
}

/// The same of one density, gradients alone or Hessians too, written to out.
template <class Bank, class P, detail::KlOrder<typename Bank::Scalar> Out, Executor Run = SerialExecutor>
requires DensityFor<P, Bank>
void reverse_kl_derivatives(const Bank& bank, const P& p, Out& out, typename Bank::Workspace& workspace,
                            const Run& run = {}) {
  const auto& density = density_of(p);
  reverse_kl_derivatives<Bank, Out, Run>(bank, {&density, 1}, {&out, 1}, workspace, run);
}

/// D(q||p), gradient and Hessian for every q of the bank.
template <class Bank, class P>
requires DensityFor<P, Bank>
[[nodiscard]] KlDerivativeSurfaces<typename Bank::Scalar> reverse_kl_derivatives(const Bank& bank, const P& p) {
  KlDerivativeSurfaces<typename Bank::Scalar> out;
  typename Bank::Workspace workspace;
  reverse_kl_derivatives(bank, p, out, workspace);
  return out;
}

/// D(p||q) and the moments that its derivatives are made of, on a domain that has no function of its own for it. Cost:
/// a bank of one Gaussian.
template <Density P, GaussianFor<P> Q>
[[nodiscard]] ForwardKlTerms<typename P::Scalar> forward_kl_terms(const P& p, const Q& q) {
  const auto bank = bank_of_one(p, q);
  ForwardKlTerms<typename P::Scalar> of{q.mean(), forward_kl(p, bank)(0, 0)};
  for (int k = 0; k < 5; ++k) of.moment[static_cast<std::size_t>(k)] = bank.moment(k)(0, 0);
  return of;
}

/// D(q||p) and the sums that its derivatives are made of, on a domain that has no function of its own for it. Cost: a
/// bank of one Gaussian.
template <class Q, Density P>
requires GaussianFor<Q, P>
[[nodiscard]] ReverseKlTerms<typename P::Scalar> reverse_kl_terms(const Q& q, const P& p) {
  using T = typename P::Scalar;
  const auto bank = bank_of_one(p, q);
  typename std::remove_const_t<decltype(bank)>::Workspace workspace;
  ReverseKlTerms<T> of{q.mean()};
  Surface<T> value(1, 1);
  const auto sink = [&](Index, Index row, const auto& values) {
    detail::reverse_kl_row(bank, row, values.row(0), &value(row, 0));
    for (int k = 0; k < 5; ++k) {
      const auto at = static_cast<std::size_t>(k);
      of.moment[at] = bank.moment(k)(0, 0);
      of.log_ratio[at] = values(k, 0) + bank.moment(k + 2)(0, 0) / T(2);
    }
  };
  bank.expected_log({&p, 1}, 4, workspace, sink, SerialExecutor{});
  of.value = value(0, 0);
  return of;
}

/// D(p||q) and its derivatives at one q. The value is that of forward_kl(p, q): relatively accurate about p = q. Cost:
/// hardly more than that of the value.
template <DensityLike P, GaussianFor<P> Q>
[[nodiscard]] KlDerivatives<detail::ScalarOf<P>> forward_kl_derivatives(const P& p, const Q& q) {
  const auto& density = density_of(p);
  return detail::forward_second_order(forward_kl_terms(density, q), density, q, q.stddev());
}

/// D(q||p) and its derivatives at one q. The value is that of reverse_kl(q, p): relatively accurate about p = q. Cost:
/// some 1.1 to 1.4 times that of the value (bench/README.md).
template <class Q, DensityLike P>
requires GaussianFor<Q, P>
[[nodiscard]] KlDerivatives<detail::ScalarOf<P>> reverse_kl_derivatives(const Q& q, const P& p) {
  return detail::reverse_second_order(reverse_kl_terms(q, density_of(p)), q, q.stddev());
}

// Arguments that are none. The compiler shows these lines.
template <class P, NotComparableTo<P> Q>
void forward_kl_derivatives(const P&, const Q&) = delete;  // p: a Density, as GridDensity(grid, mixture); q: Gaussian
template <class Q, class P>
requires NotComparableTo<Q, P>
void reverse_kl_derivatives(const Q&, const P&) = delete;  // q: Gaussian; p: a Density, as GridDensity(grid, mixture)

}  // namespace klgrid
