// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <utility>

#include "klgrid/detail/require.hpp"
#include "klgrid/grid.hpp"
#include "klgrid/grid_density.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"

namespace klgrid {

/// Every Gaussian of a mesh, normalised on a grid as densities are: q_i = exp(-(x_i - mu)^2 / (2 sigma^2)) / Z(mu,
/// sigma) with sum_i w_i q_i = 1. Holds what does not depend on the target density p: make it once, use it for every p.
template <Real T = double>
class NormalizedGaussianBank {
 public:
  using Scalar = T;
  using Density = GridDensity<T>;

  /// Cost: cells x nodes exponentials.
  NormalizedGaussianBank(Grid<T> grid, ParameterMesh<T> mesh)
      : grid_(std::move(grid)),
        mesh_(std::move(mesh)),
        log_normalizer_(mesh_.rows(), mesh_.cols()),
        entropy_(mesh_.rows(), mesh_.cols()) {
    Vector<T> mass(grid_.size());
    for (Index i = 0; i < mesh_.rows(); ++i)
      for (Index j = 0; j < mesh_.cols(); ++j) {
        log_normalizer_(i, j) = distribute(i, j, mass);
        const auto z = (grid_.nodes() - mesh_.mu()[j]) / mesh_.sigma()[i];
        entropy_(i, j) = (mass * z.square()).sum() / T(2) + log_normalizer_(i, j);
      }
  }

  [[nodiscard]] const Grid<T>& grid() const noexcept { return grid_; }
  [[nodiscard]] const ParameterMesh<T>& mesh() const noexcept { return mesh_; }

  /// log Z(mu, sigma) = log sum_i w_i exp(-(x_i - mu)^2 / (2 sigma^2))
  [[nodiscard]] const Surface<T>& log_normalizer() const noexcept { return log_normalizer_; }

  /// H(q) = E_q[(x - mu)^2] / (2 sigma^2) + log Z, in nats.
  [[nodiscard]] const Surface<T>& entropy() const noexcept { return entropy_; }

  /// log q at the nodes for sigma()[row], mu()[col].
  [[nodiscard]] Vector<T> log_pdf(Index row, Index col) const {
    detail::require(row >= 0 && row < mesh_.rows(), "NormalizedGaussianBank::log_pdf", "row", "a row of the mesh", row);
    detail::require(col >= 0 && col < mesh_.cols(), "NormalizedGaussianBank::log_pdf", "col", "a column of the mesh",
                    col);
    return exponents(row, col) - log_normalizer_(row, col);
  }

  /// @throws std::invalid_argument unless p lives on the bank's grid.
  void require_same_domain(const Density& p) const {
    if (!(p.grid() == grid_))
      detail::reject("NormalizedGaussianBank", "p", -1, "a density on the bank's grid", "another grid");
  }

  /// E_q[log p] for every q of the bank; -inf everywhere if p is zero at a node, for q is zero nowhere.
  void expected_log(const Density& p, Surface<T>& out) const { expected_log(p, 0, out); }

  /// E_q[z^power log p], z = (x - mu) / sigma, for every q of the bank; -inf everywhere if p is zero at a node.
  /// @throws std::invalid_argument if power is negative.
  void expected_log(const Density& p, int power, Surface<T>& out) const {
    if (p.has_full_support())
      expectation(p.log_pdf(), power, out);
    else
      out.setConstant(mesh_.rows(), mesh_.cols(), -std::numeric_limits<T>::infinity());
  }

  /// E_q[z^power], z = (x - mu) / sigma, for every q of the bank.
  /// @throws std::invalid_argument if power is negative.
  [[nodiscard]] Surface<T> moment(int power) const {
    Surface<T> out;
    expectation(Vector<T>::Ones(grid_.size()), power, out);
    return out;
  }

  /// E_q[f] = sum_i w_i q_i f_i for every q of the bank; f of shape n, finite where the weight is positive.
  void expectation(const Eigen::Ref<const Vector<T>>& f, Surface<T>& out) const { expectation(f, 0, out); }

 private:
  /// E_q[z^power f]
  void expectation(const Eigen::Ref<const Vector<T>>& f, int power, Surface<T>& out) const {
    detail::require(power >= 0, "NormalizedGaussianBank::expectation", "power", ">= 0", power);
    detail::require_size(f, grid_.size(), "NormalizedGaussianBank::expectation", "f", "grid");
    out.resize(mesh_.rows(), mesh_.cols());
    Vector<T> mass(grid_.size());
    for (Index i = 0; i < mesh_.rows(); ++i)
      for (Index j = 0; j < mesh_.cols(); ++j) {
        distribute(i, j, mass);
        for (int k = 0; k < power; ++k) mass *= (grid_.nodes() - mesh_.mu()[j]) / mesh_.sigma()[i];
        out(i, j) = (grid_.weights() > T(0)).select(mass * f, T(0)).sum();
      }
  }

  [[nodiscard]] auto exponents(Index row, Index col) const {
    return ((grid_.nodes() - mesh_.mu()[col]) / mesh_.sigma()[row]).square() * T(-0.5);
  }

  /// Writes w_i q_i to mass and returns log Z. Scaled by the largest exponent, so that a Gaussian far off the window
  /// or far narrower than the spacing of the nodes still has a sum that does not underflow.
  T distribute(Index row, Index col, Vector<T>& mass) const {
    using std::log;
    const auto exponent = exponents(row, col);
    const T top = (grid_.weights() > T(0)).select(exponent, std::numeric_limits<T>::lowest()).maxCoeff();
    mass = grid_.weights() * (exponent - top).exp();
    const T sum = mass.sum();
    mass /= sum;
    return top + T(log(sum));
  }

  Grid<T> grid_;
  ParameterMesh<T> mesh_;
  Surface<T> log_normalizer_;
  Surface<T> entropy_;
};

/// The bank of p's domain: the Gaussians of the mesh, normalised on p's grid.
template <Real T>
[[nodiscard]] NormalizedGaussianBank<T> bank_for(const GridDensity<T>& p, ParameterMesh<T> mesh) {
  return NormalizedGaussianBank<T>(p.grid(), std::move(mesh));
}

}  // namespace klgrid
