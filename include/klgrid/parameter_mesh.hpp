// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>

#include "klgrid/axis.hpp"
#include "klgrid/detail/require.hpp"
#include "klgrid/numbers.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

/// The Gaussians under comparison: every (mu_j, sigma_i), of a mu axis (columns) and a sigma axis (rows), in the unit
/// of x. Axes need not be equally spaced.
template <Real T = double>
class ParameterMesh {
 public:
  /// The two axes, as linspace, geomspace or any vector of numbers.
  /// @throws std::invalid_argument unless both axes are non-empty, finite and sorted, and every sigma is > 0.
  ParameterMesh(Numbers<T> mu, Numbers<T> sigma) : mu_(mu.release()), sigma_(sigma.release()) {
    constexpr auto where = "ParameterMesh";
    detail::require_sorted(mu_, where, "mu");
    detail::require_each(
        sigma_, [](const T& s) { return detail::is_finite(s) && s > T(0); }, where, "sigma", "finite and > 0");
    detail::require_sorted(sigma_, where, "sigma");
  }

  /// Means, one a column.
  [[nodiscard]] const Vector<T>& mu() const noexcept { return mu_; }
  /// Standard deviations, one a row.
  [[nodiscard]] const Vector<T>& sigma() const noexcept { return sigma_; }
  /// The number of values of sigma.
  [[nodiscard]] Index rows() const noexcept { return sigma_.size(); }
  /// The number of values of mu.
  [[nodiscard]] Index cols() const noexcept { return mu_.size(); }
  /// rows() * cols()
  [[nodiscard]] Index cells() const noexcept { return rows() * cols(); }

 private:
  Vector<T> mu_;
  Vector<T> sigma_;
};

template <class Mu, class Sigma>
ParameterMesh(std::initializer_list<Mu>, std::initializer_list<Sigma>) -> ParameterMesh<detail::RealOf<Mu, Sigma>>;
template <class Mu = detail::Braces, class Sigma = detail::Braces>
ParameterMesh(const Mu&, const Sigma&)
    -> ParameterMesh<detail::RealOf<detail::ElementOf<Mu>, detail::ElementOf<Sigma>>>;

}  // namespace klgrid
