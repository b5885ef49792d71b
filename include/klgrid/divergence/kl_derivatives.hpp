// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <array>
#include <limits>
#include <type_traits>
#include <utility>

#include "klgrid/divergence/kl_surfaces.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/grid.hpp"
#include "klgrid/grid/density.hpp"
#include "klgrid/grid/divergence.hpp"
#include "klgrid/parameter_mesh.hpp"
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

/// A divergence at one q, to second order in theta = (mu, log sigma).
template <Real T>
struct KlDerivatives {
  T value{};                          ///< the divergence, nats
  Eigen::Matrix<T, 2, 1> gradient{};  ///< (d/dmu, d/dlog sigma)
  Eigen::Matrix<T, 2, 2> hessian{};   ///< symmetric
};

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

/// The scalar type of a density of either domain.
template <class Density>
using ScalarOf = std::remove_cvref_t<decltype(std::declval<const Density&>().mean())>;

/// A number for each power of z, 0 to 4.
template <Real T>
using Powers = std::array<T, 5>;

/// The derivatives of R = log(integral of p^alpha q^(1 - alpha)) / (alpha (alpha - 1)), which is D(q||p) at alpha = 0
/// and D(p||q) at alpha = 1, from
///   m_k = E_q[z^k]  and  delta_k = (E_q[z^k] - E_r[z^k]) / alpha,   r = p^alpha q^(1 - alpha) normalised:
/// dR = delta of the scores s, and, with E_q[s'] = E_q[ds/dtheta] and n_k = E_r[z^k] = m_k - alpha delta_k,
///   d^2 R = delta of s'  +  (Cov_q(s, s) - Cov_r(s, s)) / alpha  +  Cov_r(s, s).
/// At alpha = 0, r is q and delta_k is Cov_q(z^k, log q - log p). At alpha = 1, r is p, and delta_3 and delta_4 cancel.
template <Real T>
KlDerivatives<T> second_order(const T& value, const Powers<T>& m, const Powers<T>& delta, const T& alpha,
                              const T& sigma) {
  const auto n = [&](std::size_t k) { return T(m[k] - alpha * delta[k]); };
  const auto curvature = [&](std::size_t j, std::size_t k) {
    const T difference = delta[j + k] - m[j] * delta[k] - n(k) * delta[j];
    return T(difference + n(j + k) - n(j) * n(k));
  };
  KlDerivatives<T> d;
  d.value = value;
  d.gradient << delta[1] / sigma, delta[2];
  d.hessian(0, 0) = curvature(1, 1) / (sigma * sigma);
  d.hessian(0, 1) = d.hessian(1, 0) = (curvature(1, 2) - T(2) * delta[1]) / sigma;
  d.hessian(1, 1) = curvature(2, 2) - T(2) * delta[2];
  return d;
}

/// E_q[z^k] for k = 0..Count - 1
template <std::size_t Count, class Bank>
std::array<Surface<typename Bank::Scalar>, Count> moments(const Bank& bank) {
  std::array<Surface<typename Bank::Scalar>, Count> m;
  for (std::size_t k = 0; k < Count; ++k) m[k] = bank.moment(static_cast<int>(k));
  return m;
}

/// One Gaussian on p's grid, as derivatives want a bank: two passes over the nodes, where a bank for many makes
/// transforms first.
template <Real T>
class GridBankOfOne {
 public:
  using Scalar = T;

  GridBankOfOne(const Grid<T>& grid, const Gaussian<T>& q)
      : mesh_(Vector<T>::Constant(1, q.mean()), Vector<T>::Constant(1, q.stddev())),
        z_((grid.nodes() - q.mean()) / q.stddev()) {
    const GridDensity<T> on_grid(grid, q);
    mass_ = grid.weights() * on_grid.pdf();
  }

  [[nodiscard]] const ParameterMesh<T>& mesh() const noexcept { return mesh_; }
  [[nodiscard]] Surface<T> moment(int power) const { return expectation(Vector<T>::Ones(z_.size()), power); }

  void expected_log(const GridDensity<T>& p, int power, Surface<T>& out) const {
    out = expectation((mass_ > T(0)).select(p.log_pdf(), T(0)), power);
  }

 private:
  [[nodiscard]] Surface<T> expectation(Vector<T> values, int power) const {
    for (int k = 0; k < power; ++k) values *= z_;
    return Surface<T>::Constant(1, 1, (mass_ * values).sum());
  }

  ParameterMesh<T> mesh_;
  Vector<T> z_;
  Vector<T> mass_;
};

template <Real T>
GridBankOfOne<T> bank_of_one(const GridDensity<T>& p, const Gaussian<T>& q) {
  return {p.grid(), q};
}

template <class Density, Real T>
auto bank_of_one(const Density& p, const Gaussian<T>& q) {
  return bank_for(p, ParameterMesh<T>(Vector<T>::Constant(1, q.mean()), Vector<T>::Constant(1, q.stddev())));
}

/// The derivatives of D(p||q) beside its values.
template <class Density, class Bank, Real T>
KlDerivativeSurfaces<T> forward_kl_derivatives(const Density& p, const Bank& bank, const Surface<T>& value) {
  const auto moment = moments<5>(bank);
  const auto& mesh = bank.mesh();
  KlDerivativeSurfaces<T> surfaces(mesh.rows(), mesh.cols());
  for (Index i = 0; i < mesh.rows(); ++i)
    for (Index j = 0; j < mesh.cols(); ++j) {
      const T& sigma = mesh.sigma()[i];
      const T offset = (p.mean() - mesh.mu()[j]) / sigma;
      const T second_moment = offset * offset + p.variance() / (sigma * sigma);
      Powers<T> m;
      for (std::size_t k = 0; k < m.size(); ++k) m[k] = moment[k](i, j);
      const Powers<T> delta{T(0), T(m[1] - offset), T(m[2] - second_moment), T(0), T(0)};
      surfaces.set(i, j, second_order<T>(value(i, j), m, delta, T(1), sigma));
    }
  return surfaces;
}

/// The derivatives of D(q||p) beside its values.
template <class Density, class Bank, Real T>
KlDerivativeSurfaces<T> reverse_kl_derivatives(const Bank& bank, const Density& p, const Surface<T>& value) {
  const auto moment = moments<7>(bank);
  std::array<Surface<T>, 5> expected_log;
  for (std::size_t k = 0; k < expected_log.size(); ++k) bank.expected_log(p, static_cast<int>(k), expected_log[k]);
  const auto& mesh = bank.mesh();
  KlDerivativeSurfaces<T> surfaces(mesh.rows(), mesh.cols());
  for (Index i = 0; i < mesh.rows(); ++i)
    for (Index j = 0; j < mesh.cols(); ++j) {
      // Cov_q(z^k, g), of which the constant log Z in g is no part.
      Powers<T> m;
      Powers<T> covariance;
      const T mean = -(expected_log[0](i, j) + moment[2](i, j) / T(2));
      for (std::size_t k = 0; k < m.size(); ++k) {
        m[k] = moment[k](i, j);
        covariance[k] = -(expected_log[k](i, j) + moment[k + 2](i, j) / T(2)) - m[k] * mean;
      }
      if (!(value(i, j) <= std::numeric_limits<T>::max())) m = covariance = {T(0), T(0), T(0), T(0), T(0)};
      surfaces.set(i, j, second_order<T>(value(i, j), m, covariance, T(0), mesh.sigma()[i]));
    }
  return surfaces;
}

}  // namespace detail

/// D(p||q) and its derivatives for every q of the bank. Cost: five moments of the bank, and O(1) a cell.
/// @throws std::invalid_argument if p does not live on the bank's domain.
template <class Bank>
[[nodiscard]] auto forward_kl_derivatives(const typename Bank::Density& p, const Bank& bank) {
  return detail::forward_kl_derivatives(p, bank, forward_kl(p, bank));
}

/// D(q||p) and its derivatives for every q of the bank. Where p is zero at a node, the value is +inf everywhere and the
/// derivatives are given as 0. Cost: seven moments of the bank and six transforms of log p; on a grid, make the bank
/// with highest_power = 4.
/// @throws std::invalid_argument if p does not live on the bank's domain.
template <class Bank>
[[nodiscard]] auto reverse_kl_derivatives(const Bank& bank, const typename Bank::Density& p) {
  return detail::reverse_kl_derivatives(bank, p, reverse_kl(bank, p));
}

/// D(p||q) and its derivatives at one q. The value is that of forward_kl(p, q): relatively accurate near p = q.
template <class Density, Real T>
[[nodiscard]] KlDerivatives<T> forward_kl_derivatives(const Density& p, const Gaussian<T>& q) {
  const Surface<T> value = Surface<T>::Constant(1, 1, forward_kl(p, q));
  return detail::forward_kl_derivatives(p, detail::bank_of_one(p, q), value).at(0, 0);
}

/// D(q||p) and its derivatives at one q. The value is that of reverse_kl(q, p): relatively accurate near p = q.
template <Real T, class Density>
[[nodiscard]] KlDerivatives<T> reverse_kl_derivatives(const Gaussian<T>& q, const Density& p) {
  const Surface<T> value = Surface<T>::Constant(1, 1, reverse_kl(q, p));
  return detail::reverse_kl_derivatives(detail::bank_of_one(p, q), p, value).at(0, 0);
}

}  // namespace klgrid
