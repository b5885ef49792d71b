// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "klgrid/detail/require.hpp"
#include "klgrid/normalized_gaussian_bank.hpp"
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
void forward_kl(const typename Bank::Density& p, const Bank& bank, auto& out) {
  using T = typename Bank::Scalar;
  const auto& mesh = bank.mesh();
  out.resize(mesh.rows(), mesh.cols());
  const auto second_moment = ((mesh.mu() - p.mean()).square() + p.variance()).transpose();
  for (Index i = 0; i < mesh.rows(); ++i) {
    const T precision = T(1) / (T(2) * mesh.sigma()[i] * mesh.sigma()[i]);
    out.row(i) = (second_moment * precision + bank.log_normalizer().row(i) - p.entropy()).max(T(0));
  }
}

template <class Bank>
void reverse_kl(const Bank& bank, const typename Bank::Density& p, auto& out) {
  using T = typename Bank::Scalar;
  bank.expected_log(p, out);
  out = (-bank.entropy() - out).max(T(0));
}

}  // namespace detail

/// D(p||q) for every q of the bank.
/// @throws std::invalid_argument if p does not live on the bank's grid.
template <class Bank>
[[nodiscard]] Surface<typename Bank::Scalar> forward_kl(const typename Bank::Density& p, const Bank& bank) {
  bank.require_same_domain(p);
  Surface<typename Bank::Scalar> out;
  detail::forward_kl(p, bank, out);
  return out;
}

/// D(q||p) for every q of the bank; +inf everywhere if p is zero at a node.
/// @throws std::invalid_argument if p does not live on the bank's grid.
template <class Bank>
[[nodiscard]] Surface<typename Bank::Scalar> reverse_kl(const Bank& bank, const typename Bank::Density& p) {
  bank.require_same_domain(p);
  Surface<typename Bank::Scalar> out;
  detail::reverse_kl(bank, p, out);
  return out;
}

/// Both surfaces, written to out, whose storage is used again.
template <class Bank>
void kl_surfaces(const typename Bank::Density& p, const Bank& bank, KlSurfaces<typename Bank::Scalar>& out) {
  bank.require_same_domain(p);
  detail::forward_kl(p, bank, out.forward);
  detail::reverse_kl(bank, p, out.reverse);
}

/// Both surfaces.
template <class Bank>
[[nodiscard]] KlSurfaces<typename Bank::Scalar> kl_surfaces(const typename Bank::Density& p, const Bank& bank) {
  KlSurfaces<typename Bank::Scalar> out;
  kl_surfaces(p, bank, out);
  return out;
}

}  // namespace klgrid
