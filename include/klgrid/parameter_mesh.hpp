// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <memory>

#include "klgrid/axis.hpp"
#include "klgrid/detail/require.hpp"
#include "klgrid/numbers.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

/// The Gaussians under comparison: every (mu_j, sigma_i), of a mu axis (columns) and a sigma axis (rows), in the unit
/// of x. Axes need not be equally spaced. Immutable; copies share them.
template <Real T = double>
class ParameterMesh {
 public:
  /// The two axes, as linspace, geomspace or any vector of numbers.
  /// @throws std::invalid_argument unless both axes are non-empty, finite and sorted, and every sigma is > 0.
  ParameterMesh(Numbers<T> mu, Numbers<T> sigma)
      : axes_(std::make_shared<const Axes>(Axes{mu.release(), sigma.release()})) {
    constexpr auto where = "ParameterMesh";
    detail::require_sorted(axes_->mu, where, "mu");
    detail::require_each(
        axes_->sigma, [](const T& s) { return detail::is_finite(s) && s > T(0); }, where, "sigma", "finite and > 0");
    detail::require_sorted(axes_->sigma, where, "sigma");
  }

  /// Means, one a column.
  [[nodiscard]] const Vector<T>& mu() const noexcept { return axes_->mu; }
  /// Standard deviations, one a row.
  [[nodiscard]] const Vector<T>& sigma() const noexcept { return axes_->sigma; }
  /// The number of values of sigma.
  [[nodiscard]] Index rows() const noexcept { return axes_->sigma.size(); }
  /// The number of values of mu.
  [[nodiscard]] Index cols() const noexcept { return axes_->mu.size(); }
  /// rows() * cols()
  [[nodiscard]] Index cells() const noexcept { return rows() * cols(); }

 private:
  struct Axes {
    Vector<T> mu, sigma;
  };
  std::shared_ptr<const Axes> axes_;
};

template <class Mu, class Sigma>
ParameterMesh(std::initializer_list<Mu>, std::initializer_list<Sigma>) -> ParameterMesh<detail::RealOf<Mu, Sigma>>;
template <class Mu = detail::Braces, class Sigma = detail::Braces>
ParameterMesh(const Mu&, const Sigma&)
    -> ParameterMesh<detail::RealOf<detail::ElementOf<Mu>, detail::ElementOf<Sigma>>>;

}  // namespace klgrid
