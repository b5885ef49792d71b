// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "klgrid/divergence.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/kl_surfaces.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"

/// Gradient and Hessian of both Kullback-Leibler divergences in theta = (mu, log sigma), at one q and on whole
/// surfaces.
///
/// With z = (x - mu) / sigma, q = exp(-z^2/2) / Z is an exponential family on every domain that normalises it, with the
/// scores s_mu = z / sigma and s_lambda = z^2 (lambda = log sigma; less their means). As E_q[d log q] = 0,
///   d D(q||p) = Cov_q(s, g),   g = log q - log p,        d D(p||q) = E_q[s] - E_p[s],
/// and once more differentiated both are
///   D'' = (E[s'] of the gradient) + Cov_q(s, s) + (reverse only) E_q[(s - E s)(s - E s)(g - E g)],
/// so that all is made of E_q[z^k], k <= 6, and E_q[z^k log p], k <= 4: a bank supplies them.
///
/// Units: nats, and nats per unit of x for each derivative in mu.
/// Accuracy: a few roundings of the largest term, E_q|z^k log p| for the reverse and E_p[z^2] for the forward
/// direction.
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

  [[nodiscard]] KlDerivatives<T> at(Index row, Index col) const {
    KlDerivatives<T> d;
    d.value = value(row, col);
    d.gradient << d_mu(row, col), d_log_sigma(row, col);
    d.hessian << d_mu_mu(row, col), d_mu_log_sigma(row, col), d_mu_log_sigma(row, col), d_log_sigma_log_sigma(row, col);
    return d;
  }
};

namespace detail {

/// The scalar type of a density of either domain.
template <class Density>
using ScalarOf = std::remove_cvref_t<decltype(std::declval<const Density&>().mean())>;

/// E_q[z^k], k = 0..highest, and their covariances.
template <Real T>
struct ScoreMoments {
  std::vector<Surface<T>> moment;

  template <class Bank>
  ScoreMoments(const Bank& bank, int highest) {
    for (int k = 0; k <= highest; ++k) moment.push_back(bank.moment(k));
  }

  [[nodiscard]] const Surface<T>& at(int k) const { return moment[static_cast<std::size_t>(k)]; }
  /// Cov_q(z^j, z^k)
  [[nodiscard]] Surface<T> covariance(int j, int k) const { return at(j + k) - at(j) * at(k); }
};

/// From derivatives in (mu / sigma, log sigma) at fixed sigma to those in (mu, log sigma).
template <Real T>
void per_unit_of_x(const Vector<T>& sigma, KlDerivativeSurfaces<T>& d) {
  d.d_mu.colwise() /= sigma;
  d.d_mu_log_sigma.colwise() /= sigma;
  d.d_mu_mu.colwise() /= sigma.square();
}

}  // namespace detail

/// D(p||q) and its derivatives for every q of the bank. Cost: five moments of the bank, and O(1) a cell.
/// @throws std::invalid_argument if p does not live on the bank's domain.
template <class Bank>
[[nodiscard]] KlDerivativeSurfaces<typename Bank::Scalar> forward_kl_derivatives(const typename Bank::Density& p,
                                                                                 const Bank& bank) {
  using T = typename Bank::Scalar;
  KlDerivativeSurfaces<T> d;
  d.value = forward_kl(p, bank);
  const detail::ScoreMoments<T> q(bank, 4);
  const auto& mesh = bank.mesh();
  d.d_mu.resize(mesh.rows(), mesh.cols());
  d.d_log_sigma.resize(mesh.rows(), mesh.cols());
  for (Index i = 0; i < mesh.rows(); ++i) {
    const T& sigma = mesh.sigma()[i];
    const auto offset = (p.mean() - mesh.mu().transpose()) / sigma;
    d.d_mu.row(i) = q.at(1).row(i) - offset;
    d.d_log_sigma.row(i) = q.at(2).row(i) - (offset.square() + p.variance() / (sigma * sigma));
  }
  d.d_mu_mu = q.covariance(1, 1);
  d.d_mu_log_sigma = q.covariance(1, 2) - T(2) * d.d_mu;
  d.d_log_sigma_log_sigma = q.covariance(2, 2) - T(2) * d.d_log_sigma;
  detail::per_unit_of_x(mesh.sigma(), d);
  return d;
}

/// D(q||p) and its derivatives for every q of the bank. Where p is zero at a node, the value is +inf everywhere and the
/// derivatives are given as 0. Cost: seven moments of the bank and five transforms of log p.
/// @throws std::invalid_argument if p does not live on the bank's domain.
template <class Bank>
[[nodiscard]] KlDerivativeSurfaces<typename Bank::Scalar> reverse_kl_derivatives(const Bank& bank,
                                                                                 const typename Bank::Density& p) {
  using T = typename Bank::Scalar;
  KlDerivativeSurfaces<T> d;
  d.value = reverse_kl(bank, p);
  const detail::ScoreMoments<T> q(bank, 6);
  const auto finite = d.value <= std::numeric_limits<T>::max();
  // E_q[z^k g] but for the constant log Z, which no covariance sees.
  const auto expectation = [&](int k) {
    Surface<T> out;
    bank.expected_log(p, k, out);
    out = finite.select(-(out + q.at(k + 2) / T(2)), T(0));
    return out;
  };
  const Surface<T> mean = expectation(0);
  const auto covariance = [&](int k) -> Surface<T> { return expectation(k) - q.at(k) * mean; };
  d.d_mu = covariance(1);
  d.d_log_sigma = covariance(2);
  // The third-order covariance of z^j, z^k and g is Cov(z^(j+k), g) - E[z^j] Cov(z^k, g) - E[z^k] Cov(z^j, g).
  d.d_mu_mu = q.covariance(1, 1) + d.d_log_sigma - T(2) * q.at(1) * d.d_mu;
  d.d_mu_log_sigma = q.covariance(1, 2) - T(2) * d.d_mu + covariance(3) - q.at(1) * d.d_log_sigma - q.at(2) * d.d_mu;
  d.d_log_sigma_log_sigma = q.covariance(2, 2) - T(2) * d.d_log_sigma + covariance(4) - T(2) * q.at(2) * d.d_log_sigma;
  for (Surface<T>* second : {&d.d_mu_mu, &d.d_mu_log_sigma, &d.d_log_sigma_log_sigma})
    *second = finite.select(*second, T(0));
  detail::per_unit_of_x(bank.mesh().sigma(), d);
  return d;
}

/// D(p||q) and its derivatives at one q. The value is that of forward_kl(p, q), which is relatively accurate near p =
/// q.
template <class Density, Real T>
[[nodiscard]] KlDerivatives<T> forward_kl_derivatives(const Density& p, const Gaussian<T>& q) {
  const auto bank = bank_for(p, ParameterMesh<T>(Vector<T>::Constant(1, q.mean()), Vector<T>::Constant(1, q.stddev())));
  auto derivatives = forward_kl_derivatives(p, bank).at(0, 0);
  derivatives.value = forward_kl(p, q);
  return derivatives;
}

/// D(q||p) and its derivatives at one q. The value is that of reverse_kl(q, p), which is relatively accurate near p =
/// q.
template <Real T, class Density>
[[nodiscard]] KlDerivatives<T> reverse_kl_derivatives(const Gaussian<T>& q, const Density& p) {
  const auto bank = bank_for(p, ParameterMesh<T>(Vector<T>::Constant(1, q.mean()), Vector<T>::Constant(1, q.stddev())));
  auto derivatives = reverse_kl_derivatives(bank, p).at(0, 0);
  derivatives.value = reverse_kl(q, p);
  return derivatives;
}

}  // namespace klgrid
