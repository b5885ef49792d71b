// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "klgrid/real.hpp"

/// Symmetric 2 x 2 matrices in closed form.
namespace klgrid::inline KLGRID_ABI::detail {

template <Real T>
using Vector2 = Eigen::Matrix<T, 2, 1>;
template <Real T>
using Matrix2 = Eigen::Matrix<T, 2, 2>;

/// The eigenvalues of a symmetric matrix, middle - radius <= middle + radius, and what is made of them.
template <Real T>
class Spectrum {
 public:
  explicit Spectrum(const Matrix2<T>& a) : middle_((a(0, 0) + a(1, 1)) / T(2)) {
    using std::hypot;
    const T half_gap = (a(0, 0) - a(1, 1)) / T(2);
    radius_ = hypot(half_gap, a(0, 1));
    turned_ << half_gap, a(0, 1), a(0, 1), -half_gap;
  }

  [[nodiscard]] T least() const { return middle_ - radius_; }
  [[nodiscard]] T greatest() const { return middle_ + radius_; }
  [[nodiscard]] T largest_modulus() const { return (std::max)(greatest(), T(-least())); }

  /// f(A) v, f a function of the eigenvalues: (f_2 + f_1) / 2 v + (f_2 - f_1) / (2 radius) (A - middle) v.
  template <class Function>
  [[nodiscard]] Vector2<T> apply(const Function& f, const Vector2<T>& v) const {
    const T first = f(least());
    const T second = f(greatest());
    Vector2<T> result = v * ((first + second) / T(2));
    if (radius_ > T(0)) result += turned_ * v * ((second - first) / T(2) / radius_);
    return result;
  }

  /// A unit vector of the least eigenvalue: a column of A - greatest().
  [[nodiscard]] Vector2<T> least_direction() const {
    if (!(radius_ > T(0))) return Vector2<T>(T(1), T(0));
    const bool first = turned_(0, 0) < T(0);  // the longer column
    const Vector2<T> column = turned_.col(first ? 0 : 1) - radius_ * Vector2<T>::Unit(first ? 0 : 1);
    return column / column.norm();
  }

 private:
  T middle_;
  T radius_;
  Matrix2<T> turned_;  // A - middle
};

/// The solution of A x = b, by Cramer's rule; not finite if A is singular.
template <Real T>
Vector2<T> solve(const Matrix2<T>& a, const Vector2<T>& b) {
  const T scale = a.cwiseAbs().maxCoeff();
  const Matrix2<T> unit = a / scale;
  const T determinant = unit(0, 0) * unit(1, 1) - unit(0, 1) * unit(1, 0);
  return Vector2<T>(unit(1, 1) * b[0] - unit(0, 1) * b[1], unit(0, 0) * b[1] - unit(1, 0) * b[0]) /
         (determinant * scale);
}

}  // namespace klgrid::detail
