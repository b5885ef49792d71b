// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <array>
#include <concepts>
#include <span>
#include <type_traits>
#include <utility>

#include "klgrid/executor.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/pair_quadrature.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"

/// What a domain supplies: two types, a density p and a bank of Gaussians q, and the function that leads from the one
/// to the other. Whatever is in divergence/ and fit/ is written against these alone, so that it works on the grid, on
/// the real line, and on any domain of yours.
///
/// On every domain a Gaussian is q = exp((z0^2 - z^2)/2) / Z(mu, sigma), z = (x - mu) / sigma, with the Z that
/// normalises it there. z0 is that of the domain's point nearest to mu, so that q is 1 / Z at its peak and log Z stays
/// of the size of log q; z0 = 0 where the domain holds every mu. A domain is
/// - a type that is a Density;
/// - a type that is a GaussianBank, whose Density is that type;
/// - bank_for(p, mesh), found beside the density (by argument-dependent lookup): the bank of p's domain. One that has
///   to be made for powers of z takes the highest as a third argument, says it by highest_power(), and makes another
///   by with_highest_power(k);
/// - where it does not hold every mu, that bank's nearest_points(), a number for each mu: what z0 belongs to;
/// - for divergences of order alpha also pair_quadrature(p, q, alpha, out), and a bank that is a PowerBank.
///
/// It may have its own forward_kl(p, q), reverse_kl(q, p), forward_kl_terms(p, q) and reverse_kl_terms(q, p), where it
/// knows better than a bank of one Gaussian.
namespace klgrid::inline KLGRID_ABI {

/// A probability density p of one variable.
///
/// - p.entropy(): H(p), in nats;
/// - p.origin(): a number close to E_p[x], and p.mean_offset(): E_p[x - origin], together exact to rounding;
/// - p.stddev(): the root of E_p[(x - E_p[x])^2];
/// - p.has_full_support(): whether p > 0 wherever q is; else D(q||p) = +inf.
template <class P>
concept Density = requires(const P& p) {
  typename P::Scalar;
  requires Real<typename P::Scalar>;
  { p.entropy() } -> std::convertible_to<typename P::Scalar>;
  { p.origin() } -> std::convertible_to<typename P::Scalar>;
  { p.mean_offset() } -> std::convertible_to<typename P::Scalar>;
  { p.stddev() } -> std::convertible_to<typename P::Scalar>;
  { p.has_full_support() } -> std::convertible_to<bool>;
};

namespace detail {

/// Takes a row of results, whatever its type.
struct AnySink {
  template <class Row>
  void operator()(Index, Index, Row&&) const {}
};

}  // namespace detail

/// Every Gaussian q of a mesh, normalised on a domain. Surfaces have the mesh's shape: rows are sigma, columns are mu.
///
/// - bank.mesh(): the mesh;
/// - bank.log_normalizer(): log Z;
/// - bank.entropy(): H(q), in nats;
/// - bank.moment(k): E_q[z^k], k = 0 to 6;
/// - bank.require_same_domain(p): throws std::invalid_argument unless p lives on the bank's domain;
/// - bank.expected_log(densities, power, workspace, sink, run): E_q[z^k log p_d], k = 0 to power <= 4, for every
/// density
///   d: sink(d, row, values) once for each of them and each row of the mesh, with values.row(k). A bank::Workspace
///   holds storage that is used again, one for each thread that calls.
template <class B>
concept GaussianBank = requires(const B& bank, const typename B::Density& p, std::span<const typename B::Density> many,
                                typename B::Workspace& workspace) {
  requires Density<typename B::Density>;
  requires std::same_as<typename B::Scalar, typename B::Density::Scalar>;
  { bank.mesh() } -> std::convertible_to<const ParameterMesh<typename B::Scalar>&>;
  { bank.log_normalizer() } -> std::convertible_to<const Surface<typename B::Scalar>&>;
  { bank.entropy() } -> std::convertible_to<const Surface<typename B::Scalar>&>;
  { bank.moment(0) } -> std::convertible_to<Surface<typename B::Scalar>>;
  bank.require_same_domain(p);
  bank.expected_log(many, 0, workspace, detail::AnySink{}, SerialExecutor{});
};

namespace detail {

/// What z0 belongs to, for each mu of the bank.
template <GaussianBank Bank>
[[nodiscard]] const Vector<typename Bank::Scalar>& nearest_points(const Bank& bank) {
  if constexpr (requires { bank.nearest_points(); })
    return bank.nearest_points();
  else
    return bank.mesh().mu();
}

}  // namespace detail

/// What AffinityBank asks of a bank besides.
///
/// - bank.expected_power(p, alpha, out): E_q[p^alpha] for every q, 0 < alpha <= 1, written to out; returned is, for
/// each
///   row, what the tolerance is a share of;
/// - bank.expected_power(p, alpha, row, col): the same for one q, right to a few roundings of itself;
/// - bank.tolerance(): the error of an expectation;
/// - bank.with_mesh(mesh, tolerance): a bank of another mesh on the same domain, for values, at that tolerance.
template <class B>
concept PowerBank = GaussianBank<B> &&
    requires(const B& bank, const typename B::Density& p, typename B::Scalar alpha, Surface<typename B::Scalar>& out,
             ParameterMesh<typename B::Scalar> mesh) {
  { bank.expected_power(p, alpha, out) } -> std::convertible_to<Vector<typename B::Scalar>>;
  { bank.expected_power(p, alpha, Index{}, Index{}) } -> std::convertible_to<typename B::Scalar>;
  { bank.tolerance() } -> std::convertible_to<typename B::Scalar>;
  { bank.with_mesh(mesh, alpha) } -> std::same_as<B>;
};

/// The density of a density: itself. What stands for one, as a mixture does for its density on the real line, has a
/// density_of of its own beside it.
template <Density P>
[[nodiscard]] const P& density_of(const P& p) noexcept {
  return p;
}

namespace detail {

template <class P>
using DensityOf = std::remove_cvref_t<decltype(density_of(std::declval<const P&>()))>;

}  // namespace detail

/// What is taken wherever a density is: a Density, or what density_of makes one of.
template <class P>
concept DensityLike = requires {
  requires Density<detail::DensityOf<P>>;
};

/// p lives on the domain of the bank, as far as types tell.
template <class P, class Bank>
concept DensityFor = DensityLike<P> && GaussianBank<Bank> && std::same_as < detail::DensityOf<P>,
typename Bank::Density > ;

namespace detail {

template <DensityLike P>
using ScalarOf = typename DensityOf<P>::Scalar;

}  // namespace detail

/// q is a Gaussian of p's scalar.
template <class Q, class P>
concept GaussianFor = DensityLike<P> && std::same_as<Q, Gaussian<detail::ScalarOf<P>>>;

/// What a divergence of p is taken from: one Gaussian, or all of a bank of p's domain.
template <class Q, class P>
concept ComparableTo = GaussianFor<Q, P> || DensityFor<P, Q>;

/// An argument that is no density: functions deleted for it keep the compiler's message short.
template <class P>
concept NoDensity = !DensityLike<P>;
/// An argument from which no divergence of p is taken: functions deleted for it keep the compiler's message short.
template <class Q, class P>
concept NotComparableTo = !ComparableTo<Q, P>;

// The compiler shows this line.
template <NoDensity P, class Mesh>
void bank_for(const P&, const Mesh&) = delete;  // p: a Density, as GridDensity(grid, mixture), or a GaussianMixture

/// What divergences of order alpha of one pair ask for besides: pair_quadrature(p, q, alpha, out).
template <class P>
concept QuadratureDensity = DensityLike<P> &&
    requires(const detail::DensityOf<P>& p, const Gaussian<detail::ScalarOf<P>>& q,
             PairQuadrature<detail::ScalarOf<P>>& out) {
  pair_quadrature(p, q, q.stddev(), out);
};

/// The bank of a single Gaussian, of the domain of p.
template <Density P, GaussianFor<P> Q>
[[nodiscard]] auto bank_of_one(const P& p, const Q& q) {
  using T = typename P::Scalar;
  return bank_for(p, ParameterMesh<T>(Vector<T>::Constant(1, q.mean()), Vector<T>::Constant(1, q.stddev())));
}

namespace detail {

/// The bank of p's domain, ready for powers of z up to this one.
template <Density P>
[[nodiscard]] auto bank_up_to(const P& p, const ParameterMesh<typename P::Scalar>& mesh, int power) {
  if constexpr (requires { bank_for(p, mesh, power); })
    return bank_for(p, mesh, power);
  else
    return bank_for(p, mesh);
}

/// Calls use(bank), or if the bank is not ready for that power of z, use of one that is.
template <GaussianBank Bank, class Use>
decltype(auto) with_power(const Bank& bank, int power, const Use& use) {
  if constexpr (requires { bank.with_highest_power(power); })
    if (bank.highest_power() < power) return use(bank.with_highest_power(power));
  return use(bank);
}

/// A number for each power of z, 0 to 4.
template <class V>
using Powers = std::array<V, 5>;

}  // namespace detail

/// A divergence at one q, to second order in theta = (mu, log sigma).
template <Real T>
struct KlDerivatives {
  T value{};                          ///< the divergence, nats
  Eigen::Matrix<T, 2, 1> gradient{};  ///< (d/dmu, d/dlog sigma)
  Eigen::Matrix<T, 2, 2> hessian{};   ///< symmetric
};

/// D(p||q) at one q, and m_k = E_q[u^k], of which its derivatives are made: u = (x - x0) / sigma.
template <Real T>
struct ForwardKlTerms {
  T x0;                        ///< mu or, where the domain does not hold it, a point near by
  T value{};                   ///< D(p||q), nats
  detail::Powers<T> moment{};  ///< m_k, k = 0 to 4
};

/// D(q||p) at one q, m_k = E_q[u^k], and E_q[u^k (log p - log q)] but for a constant times m_k: u = (x - x0) / sigma.
template <Real T>
struct ReverseKlTerms {
  T x0;                           ///< mu or, where the domain does not hold it, a point near by
  T value{};                      ///< D(q||p), nats
  detail::Powers<T> moment{};     ///< m_k, k = 0 to 4
  detail::Powers<T> log_ratio{};  ///< E_q[u^k (log p - log q)] + c m_k, k = 0 to 4, c one number for all k
};

}  // namespace klgrid
