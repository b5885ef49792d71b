// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <span>
#include <utility>

#include "klgrid/detail/require.hpp"
#include "klgrid/executor.hpp"
#include "klgrid/grid/bank.hpp"
#include "klgrid/real.hpp"

/// Both Kullback-Leibler surfaces of a density p over a bank of Gaussians q(mu, sigma), in nats.
///
/// Every divergence is an entropy and a cross-entropy:
///   D(p||q) = -H(p) + H(p,q),   H(p,q) = (Var p + (E p - mu)^2) / (2 sigma^2) + log Z     O(1) a cell
///   D(q||p) = -H(q) + H(q,p),   H(q,p) = -E_q[log p]                                      one transform of log p
/// A bank supplies log Z, H(q) and E_q[.]; a density supplies log p, H(p) and its moments.
///
/// Accuracy: 1e-12 relative, absolute below 1. A value that rounding would leave below zero is 0 (Gibbs' inequality);
/// for relative accuracy at p = q itself, see divergence.hpp.
namespace klgrid {

template <Real T>
struct KlSurfaces {
  Surface<T> forward;  ///< D(p||q)
  Surface<T> reverse;  ///< D(q||p)
};

namespace detail {

template <class Bank>
void forward_kl_row(const typename Bank::Density& p, const Bank& bank, Index row, auto&& out) {
  using T = typename Bank::Scalar;
  const T precision = T(1) / (T(2) * bank.mesh().sigma()[row] * bank.mesh().sigma()[row]);
  const auto second_moment = (bank.mesh().mu() - p.mean()).square() + p.variance();
  out = (second_moment.transpose() * precision + bank.log_normalizer().row(row) - p.entropy()).max(T(0));
}

template <class Bank>
void reverse_kl_row(const Bank& bank, Index row, const auto& expected_log, auto&& out) {
  using T = typename Bank::Scalar;
  out = (-bank.entropy().row(row) - expected_log).max(T(0));
}

}  // namespace detail

/// D(p||q) for every q of the bank.
/// @throws std::invalid_argument if p does not live on the bank's grid.
template <class Bank>
[[nodiscard]] Surface<typename Bank::Scalar> forward_kl(const typename Bank::Density& p, const Bank& bank) {
  bank.require_same_domain(p);
  Surface<typename Bank::Scalar> out(bank.mesh().rows(), bank.mesh().cols());
  for (Index row = 0; row < out.rows(); ++row) detail::forward_kl_row(p, bank, row, out.row(row));
  return out;
}

/// D(q||p) for every q of the bank; +inf everywhere if p is zero at a node.
/// @throws std::invalid_argument if p does not live on the bank's grid.
template <class Bank>
[[nodiscard]] Surface<typename Bank::Scalar> reverse_kl(const Bank& bank, const typename Bank::Density& p) {
  Surface<typename Bank::Scalar> out(bank.mesh().rows(), bank.mesh().cols());
  typename Bank::Workspace workspace;
  bank.expected_log({&p, 1}, 0, workspace, [&](Index, Index row, const auto& values) {
    detail::reverse_kl_row(bank, row, values, out.row(row));
  });
  return out;
}

/// Both surfaces of many densities, with matrix products inside: faster for each than one by one.
///
/// @param out        as many as densities; their storage is used again
/// @param workspace  used again too: a second call for as many densities allocates nothing. One for each thread that
///                   calls; a bank can be shared.
/// @param run        where the work is done; the result does not depend on it, bit for bit
/// @throws std::invalid_argument if a density does not live on the bank's grid, or the sizes differ.
template <class Bank, Executor Run = SerialExecutor>
void kl_surfaces(std::span<const typename Bank::Density> densities, const Bank& bank,
                 std::span<KlSurfaces<typename Bank::Scalar>> out, typename Bank::Workspace& workspace,
                 const Run& run = {}) {
  detail::require(out.size() == densities.size(), "kl_surfaces", "out", "of the size of densities", out.size());
  for (const auto& p : densities) bank.require_same_domain(p);
  for (auto& surfaces : out) {
    surfaces.forward.resize(bank.mesh().rows(), bank.mesh().cols());
    surfaces.reverse.resize(bank.mesh().rows(), bank.mesh().cols());
  }
  bank.expected_log(
      densities, 0, workspace,
      [&](Index d, Index row, const auto& values) {
        const auto i = static_cast<std::size_t>(d);
        detail::forward_kl_row(densities[i], bank, row, out[i].forward.row(row));
        detail::reverse_kl_row(bank, row, values, out[i].reverse.row(row));
      },
      run);
}

/// Both surfaces, written to out.
template <class Bank, Executor Run = SerialExecutor>
void kl_surfaces(const typename Bank::Density& p, const Bank& bank, KlSurfaces<typename Bank::Scalar>& out,
                 typename Bank::Workspace& workspace, const Run& run = {}) {
  kl_surfaces<Bank, Run>({&p, 1}, bank, {&out, 1}, workspace, run);
}

/// Both surfaces.
template <class Bank>
[[nodiscard]] KlSurfaces<typename Bank::Scalar> kl_surfaces(const typename Bank::Density& p, const Bank& bank) {
  KlSurfaces<typename Bank::Scalar> out;
  typename Bank::Workspace workspace;
  kl_surfaces(p, bank, out, workspace);
  return out;
}

}  // namespace klgrid
