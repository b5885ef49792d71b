// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <limits>
#include <span>
#include <utility>

#include "klgrid/detail/packets.hpp"
#include "klgrid/detail/require.hpp"
#include "klgrid/domain.hpp"
#include "klgrid/executor.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/real.hpp"

/// Both Kullback-Leibler surfaces of a density p over a bank of Gaussians q(mu, sigma), in nats (Kullback & Leibler, On
/// information and sufficiency, Ann. Math. Stat. 22, 1951; Cover & Thomas, Elements of Information Theory, 2006, 8.5).
///
/// Every divergence is an entropy and a cross-entropy:
///
///     D(p||q) = -H(p) + H(p,q),   H(p,q) = E_p[z^2 - z0^2] / 2 + log Z      O(1) a cell
///     D(q||p) = -H(q) + H(q,p),   H(q,p) = -E_q[log p]                      one transform of log p
///
/// A bank supplies log Z, H(q) and E_q[.]; a density supplies log p, H(p) and its moments. z0 is that of the domain's
/// point nearest to mu, 0 where it holds mu: far outside a grid z^2 and z0^2 are huge and nearly the same.
///
/// Accuracy: 1e-12 (double) relative, absolute below 1; D(p||q) beside that to a few roundings of E_p[(x - x0)^2] /
/// sigma^2, x0 the point of the domain nearest to mu, which counts only where sigma is far below the spacing of nodes
/// and mu half-way between two that hold all of p. On a grid D(q||p) is right beside that to the
/// bank's tolerance, 96 epsilon, times max |log p| (gauss_transform.hpp), of which one epsilon is seen. A value that
/// rounding would leave below zero is 0 (Gibbs' inequality); for relative accuracy at p = q itself, see divergence.hpp.
namespace klgrid::inline KLGRID_ABI {

/// Both divergences for every q of a mesh, nats: rows are sigma, columns are mu.
template <Real T>
struct KlSurfaces {
  Surface<T> forward;  ///< D(p||q)
  Surface<T> reverse;  ///< D(q||p)
};

namespace detail {

/// D(p||q) in a row as a function of the column: E_p[z^2 - z0^2] / 2 = (Var p + (E p - x0) ((E p - mu) + (x0 - mu))) /
/// (2 sigma^2), x0 the point of the domain that is nearest to mu; scaled by sigma before anything is squared.
template <GaussianBank Bank>
auto forward_kl_of_row(const typename Bank::Density& p, const Bank& bank, Index row) {
  using T = typename Bank::Scalar;
  const T sigma = bank.mesh().sigma()[row];
  const T precision_root = (std::min)(T(T(1) / sigma), T((std::numeric_limits<T>::max)()));  // 0 times it is 0
  const T spread = p.stddev() / sigma;
  return [precision_root, half_root = T(precision_root / T(2)), origin = T(p.origin()),
          mean_offset = T(p.mean_offset()), constant = T(spread * spread / T(2) - p.entropy()),
          mu = bank.mesh().mu().data(), nearest = nearest_points(bank).data(),
          log_normalizer = &bank.log_normalizer()(row, 0)](Index i, const auto& at) {
    const auto offset = (origin - at(nearest + i)) + mean_offset;
    const auto sum = (at(nearest + i) - at(mu + i)) * T(2) + offset;
    const auto square = (offset * precision_root) * in_range(sum * half_root);
    return larger(square + at(log_normalizer + i) + constant, T(0));
  };
}

/// D(q||p), of E_q[log p] in that row.
template <GaussianBank Bank>
auto reverse_kl_of_row(const Bank& bank, Index row, const typename Bank::Scalar* log_p) {
  using T = typename Bank::Scalar;
  return [entropy = &bank.entropy()(row, 0), log_p](Index i, const auto& at) {
    return larger(T(0) - at(entropy + i) - at(log_p + i), T(0));
  };
}

/// If E_p[(x - x0)^2] / sigma^2 is beyond range, so is D(p||q), but for roundings of it: then the row is infinite.
template <GaussianBank Bank>
bool is_beyond_range(const typename Bank::Density& p, const Bank& bank, Index row, typename Bank::Scalar* out) {
  using T = typename Bank::Scalar;
  const T spread = p.stddev() / bank.mesh().sigma()[row];
  if (is_finite(T(spread * spread / T(2) - p.entropy()))) return false;
  std::fill_n(out, bank.mesh().cols(), std::numeric_limits<T>::infinity());
  return true;
}

template <GaussianBank Bank>
void forward_kl_row(const typename Bank::Density& p, const Bank& bank, Index row, typename Bank::Scalar* out) {
  if (is_beyond_range(p, bank, row, out)) return;
  write_packs(
      bank.mesh().cols(), out, false,
      [out, value = forward_kl_of_row(p, bank, row)](Index i, auto at, auto put) { put(value(i, at), out + i); });
}

template <GaussianBank Bank>
void reverse_kl_row(const Bank& bank, Index row,
                    const Eigen::Ref<const Eigen::Array<typename Bank::Scalar, 1, Eigen::Dynamic>>& expected_log,
                    typename Bank::Scalar* out) {
  write_packs(bank.mesh().cols(), out, false,
              [out, value = reverse_kl_of_row(bank, row, expected_log.data())](Index i, auto at, auto put) {
                put(value(i, at), out + i);
              });
}

/// Both, a fifth faster.
template <GaussianBank Bank>
void kl_rows(const typename Bank::Density& p, const Bank& bank, Index row,
             const Eigen::Ref<const Eigen::Array<typename Bank::Scalar, 1, Eigen::Dynamic>>& expected_log,
             KlSurfaces<typename Bank::Scalar>& out, bool streamed) {
  auto* const forward = &out.forward(row, 0);
  auto* const reverse = &out.reverse(row, 0);
  if (is_beyond_range(p, bank, row, forward)) return reverse_kl_row(bank, row, expected_log, reverse);
  write_packs(bank.mesh().cols(), forward, streamed && alike_in_registers(forward, reverse),
              [forward, reverse, forward_kl = forward_kl_of_row(p, bank, row),
               reverse_kl = reverse_kl_of_row(bank, row, expected_log.data())](Index i, auto at, auto put) {
                put(forward_kl(i, at), forward + i);
                put(reverse_kl(i, at), reverse + i);
              });
  if (streamed) end_stream();
}

}  // namespace detail

/// D(p||q) for every q of the bank. Cost: O(1) a cell.
/// @throws std::invalid_argument if p does not live on the bank's domain.
template <class P, class Bank>
requires DensityFor<P, Bank>
[[nodiscard]] Surface<typename Bank::Scalar> forward_kl(const P& p, const Bank& bank) {
  const auto& density = density_of(p);
  bank.require_same_domain(density);
  Surface<typename Bank::Scalar> out(bank.mesh().rows(), bank.mesh().cols());
  for (Index row = 0; row < out.rows(); ++row) detail::forward_kl_row(density, bank, row, &out(row, 0));
  return out;
}

/// D(q||p) for every q of the bank; +inf everywhere if p is zero somewhere. Cost: the bank's E_q[log p].
/// @throws std::invalid_argument if p does not live on the bank's domain.
template <class Bank, class P>
requires DensityFor<P, Bank>
[[nodiscard]] Surface<typename Bank::Scalar> reverse_kl(const Bank& bank, const P& p) {
  const auto& density = density_of(p);
  Surface<typename Bank::Scalar> out(bank.mesh().rows(), bank.mesh().cols());
  typename Bank::Workspace workspace;
  const auto sink = [&](Index, Index row, const auto& values) {
    detail::reverse_kl_row(bank, row, values.row(0), &out(row, 0));
  };
  bank.expected_log({&density, 1}, 0, workspace, sink, SerialExecutor{});
  return out;
}

/// Both surfaces of many densities: what the bank stores is read once for several of them, which is a few percent
/// faster than one by one (bench/README.md).
///
/// @param out        as many as densities; their storage is used again
/// @param workspace  used again too: a second call for as many densities allocates nothing. One for each thread that
///                   calls; a bank can be shared.
/// @param run        where the work is done; the result does not depend on it, bit for bit
/// @throws std::invalid_argument if a density does not live on the bank's domain, or the sizes differ.
template <GaussianBank Bank, Executor Run = SerialExecutor>
void kl_surfaces(std::span<const typename Bank::Density> densities, const Bank& bank,
                 std::span<KlSurfaces<typename Bank::Scalar>> out, typename Bank::Workspace& workspace,
                 const Run& run = {}) {
  detail::require_that(out.size() == densities.size(), "kl_surfaces", "out", "of the size of densities", out.size());
  for (const auto& p : densities) bank.require_same_domain(p);
  for (auto& surfaces : out) {
    surfaces.forward.resize(bank.mesh().rows(), bank.mesh().cols());
    surfaces.reverse.resize(bank.mesh().rows(), bank.mesh().cols());
  }
  const bool streamed = detail::streams<typename Bank::Scalar>(bank.mesh().rows(), bank.mesh().cols());
  bank.expected_log(
      densities, 0, workspace,
      [&](Index d, Index row, const auto& values) {
        const auto i = static_cast<std::size_t>(d);
        detail::kl_rows(densities[i], bank, row, values.row(0), out[i], streamed);
      },
      run);
}

/// Both surfaces of one density, written to out; nothing is allocated in a second call.
/// @throws std::invalid_argument if p does not live on the bank's domain.
template <class P, class Bank, Executor Run = SerialExecutor>
requires DensityFor<P, Bank>
void kl_surfaces(const P& p, const Bank& bank, KlSurfaces<typename Bank::Scalar>& out,
                 typename Bank::Workspace& workspace, const Run& run = {}) {
  const auto& density = density_of(p);
  kl_surfaces<Bank, Run>({&density, 1}, bank, {&out, 1}, workspace, run);
}

/// Both surfaces of one density.
/// @throws std::invalid_argument if p does not live on the bank's domain.
template <class P, class Bank>
requires DensityFor<P, Bank>
[[nodiscard]] KlSurfaces<typename Bank::Scalar> kl_surfaces(const P& p, const Bank& bank) {
  KlSurfaces<typename Bank::Scalar> out;
  typename Bank::Workspace workspace;
  kl_surfaces(p, bank, out, workspace);
  return out;
}

/// D(p||q) of one pair on a domain that has no function of its own for it. Cost: a bank of one Gaussian.
template <Density P, GaussianFor<P> Q>
[[nodiscard]] auto forward_kl(const P& p, const Q& q) {
  return forward_kl(p, bank_of_one(p, q))(0, 0);
}

/// D(q||p) of one pair on a domain that has no function of its own for it. Cost: a bank of one Gaussian.
template <class Q, Density P>
requires GaussianFor<Q, P>
[[nodiscard]] auto reverse_kl(const Q& q, const P& p) { return reverse_kl(bank_of_one(p, q), p)(0, 0); }

// Arguments that are none. The compiler shows these lines.
template <class P, NotComparableTo<P> Q>
void forward_kl(const P&, const Q&) = delete;  // p: a Density, as GridDensity(grid, mixture); q: Gaussian, GaussianBank
template <class Q, class P>
requires NotComparableTo<Q, P>
void reverse_kl(const Q&, const P&) = delete;  // q: Gaussian, GaussianBank; p: a Density, as GridDensity(grid, mixture)
template <DensityLike P, NotComparableTo<P> R>
requires DensityLike<R>
void forward_kl(const P&, const R&) = delete;  // of two densities or mixtures: relative_entropy(p, r)
template <DensityLike R, DensityLike P>
requires NotComparableTo<R, P>
void reverse_kl(const R&, const P&) = delete;  // of two densities or mixtures: relative_entropy(r, p)
template <DensityLike P, Real T>
requires NotComparableTo<Gaussian<T>, P>
void forward_kl(const P&, const Gaussian<T>&) = delete;  // p and q of one scalar: Gaussian(0.0f, 1.0f) for a p of float
template <Real T, DensityLike P>
requires NotComparableTo<Gaussian<T>, P>
void reverse_kl(const Gaussian<T>&, const P&) = delete;  // p and q of one scalar: Gaussian(0.0f, 1.0f) for a p of float
template <class P, NotComparableTo<P> Bank>
void kl_surfaces(const P&, const Bank&) = delete;  // p: a Density, as GridDensity(grid, mixture); its GaussianBank
template <class Many, NotComparableTo<Many> Bank>
requires std::convertible_to<const Many&, std::span<const typename Bank::Density>>
void kl_surfaces(const Many&, const Bank&) = delete;  // of many: kl_surfaces(densities, bank, out, workspace)

}  // namespace klgrid
