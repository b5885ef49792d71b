// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <optional>

#include "klgrid/detail/require.hpp"
#include "klgrid/divergence/kl_derivatives.hpp"
#include "klgrid/fit/detail/symmetric_matrix.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// A function on the unit square from its values and slopes at the corners: cubic along each edge, and what lies
/// between blended from them (Adini's element; Coons' patch). Kept as Bezier's control values, which bound it.
template <Real T>
class BicubicPatch {
 public:
  /// Value, slope in x, slope in y.
  struct Corner {
    T f, x, y;
  };

  /// corner[i][j] at x = i, y = j.
  explicit BicubicPatch(const Corner (&corner)[2][2]) {
    T along_x[2][4];  // the edges y = 0 and y = 1
    T along_y[2][4];
    for (int side : {0, 1}) {
      set_edge(along_x[side], corner[0][side].f, corner[0][side].x, corner[1][side].f, corner[1][side].x);
      set_edge(along_y[side], corner[side][0].f, corner[side][0].y, corner[side][1].f, corner[side][1].y);
    }
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) {
        const T x = T(i) / T(3);
        const T y = T(j) / T(3);
        const T bilinear = (T(1) - x) * ((T(1) - y) * corner[0][0].f + y * corner[0][1].f) +
                           x * ((T(1) - y) * corner[1][0].f + y * corner[1][1].f);
        control_(i, j) =
            (T(1) - y) * along_x[0][i] + y * along_x[1][i] + (T(1) - x) * along_y[0][j] + x * along_y[1][j] - bilinear;
      }
  }

  /// Whether it may be 0, it or what it interpolates: by the control values, and a twentieth of their range.
  [[nodiscard]] bool may_vanish() const {
    const T low = control_.minCoeff();
    const T high = control_.maxCoeff();
    const T slack = (high - low) / T(20);
    return low - slack <= T(0) && high + slack >= T(0);
  }

  [[nodiscard]] Corner at(const T& x, const T& y) const {
    const Row of_x = control_.matrix() * bernstein(y);
    const Row slope_y = control_.matrix() * bernstein_slope(y);
    return {of_x.dot(bernstein(x)), of_x.dot(bernstein_slope(x)), slope_y.dot(bernstein(x))};
  }

 private:
  using Row = Eigen::Matrix<T, 4, 1>;

  static void set_edge(T (&edge)[4], const T& f0, const T& slope0, const T& f1, const T& slope1) {
    edge[0] = f0;
    edge[1] = f0 + slope0 / T(3);
    edge[2] = f1 - slope1 / T(3);
    edge[3] = f1;
  }

  static Row bernstein(const T& t) {
    const T u = T(1) - t;
    return Row(u * u * u, T(3) * u * u * t, T(3) * u * t * t, t * t * t);
  }

  static Row bernstein_slope(const T& t) {
    const T u = T(1) - t;
    return Row(T(-3) * u * u, T(3) * u * (u - T(2) * t), T(3) * t * (T(2) * u - t), T(3) * t * t);
  }

  Eigen::Array<T, 4, 4> control_;
};

/// The gradient of a divergence on a cell of a mesh, interpolated, in coordinates in which the cell is the unit square:
/// x along mu, y along log sigma.
template <Real T>
class GradientCell {
 public:
  /// The cell whose first corner is at (row, col), of these widths in mu and log sigma.
  GradientCell(const KlDerivativeSurfaces<T>& d, Index row, Index col, const T& width, const T& height)
      : along_mu_(patch(d.d_mu, d.d_mu_mu, d.d_mu_log_sigma, row, col, width, width, height)),
        along_log_sigma_(
            patch(d.d_log_sigma, d.d_mu_log_sigma, d.d_log_sigma_log_sigma, row, col, height, width, height)) {}

  [[nodiscard]] bool may_vanish() const { return along_mu_.may_vanish() && along_log_sigma_.may_vanish(); }

  /// A zero in the cell or hardly outside, by Newton's method from a point of it, each step shortened until the norm
  /// falls. Where it ends between zeros that the interpolation may only just miss, that point is returned.
  [[nodiscard]] std::optional<Vector2<T>> zero_from(Vector2<T> at) const {
    constexpr int most_steps = 30;
    Vector2<T> value;
    Matrix2<T> slope;
    evaluate(at, value, slope);
    for (int n = 0; n < most_steps; ++n) {
      const Vector2<T> newton = -solve(slope, value);
      const T length = newton.norm();
      if (length <= T(1e-6)) break;
      T t = (std::min)(T(1), T(T(0.5) / length));
      bool nearer = false;
      for (int k = 0; k < 4 && !nearer && length > T(0); ++k, t /= T(2)) {
        const Vector2<T> next = at + t * newton;
        Vector2<T> next_value;
        Matrix2<T> next_slope;
        evaluate(next, next_value, next_slope);
        nearer = next_value.norm() < value.norm();
        if (!nearer) continue;
        at = next;
        value = next_value;
        slope = next_slope;
      }
      if (!is_nearby(at)) return std::nullopt;
      if (!nearer) break;
    }
    return at;
  }

 private:
  using Patch = BicubicPatch<T>;

  static Patch patch(const Surface<T>& f, const Surface<T>& by_mu, const Surface<T>& by_log_sigma, Index row, Index col,
                     const T& scale, const T& width, const T& height) {
    // Where the square of x's unit is out of range, they are 0: a search only begins here.
    const auto slope = [&](const T& step, const T& by) {
      const T found = scale * (step * by);
      return is_finite(found) ? found : T(0);
    };
    typename Patch::Corner corner[2][2];
    for (int i : {0, 1})
      for (int j : {0, 1})
        corner[i][j] = {scale * f(row + j, col + i), slope(width, by_mu(row + j, col + i)),
                        slope(height, by_log_sigma(row + j, col + i))};
    return Patch(corner);
  }

  static bool is_nearby(const Vector2<T>& at) {
    constexpr double outside = 0.5;
    return at.minCoeff() >= T(-outside) && at.maxCoeff() <= T(1 + outside);
  }

  void evaluate(const Vector2<T>& at, Vector2<T>& value, Matrix2<T>& slope) const {
    const auto x = along_mu_.at(at[0], at[1]);
    const auto y = along_log_sigma_.at(at[0], at[1]);
    value << x.f, y.f;
    slope << x.x, x.y, y.x, y.y;
  }

  Patch along_mu_;
  Patch along_log_sigma_;
};

}  // namespace klgrid::detail
