// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "klgrid/detail/line_point.hpp"
#include "klgrid/detail/near_zero.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/line/detail/legendre_rule.hpp"
#include "klgrid/real.hpp"

/// The line cut into panels, on each of which the Legendre rule is as good as exact.
namespace klgrid::inline KLGRID_ABI::detail {

/// A stretch of the line with log p, or a function of it, at the points of the Legendre rule on it.
template <Real T>
struct LinePanel {
  LinePoint<T> center;
  T half;
  LegendreArray<T> values;

  [[nodiscard]] auto weights() const { return legendre_rule<T>().weights * half; }

  /// The points in standard deviations from a mean; inverse = 1/stddev.
  [[nodiscard]] auto standardized(const LinePoint<T>& mean, const T& inverse) const {
    return legendre_rule<T>().nodes * T(half * inverse) + T((center - mean) * inverse);
  }

  /// If the values are log(unit p): what a sum over the points that is E_p[.] weighs them with. What is below the range
  /// of the exponential is 0, where Eigen's would leave the least number.
  [[nodiscard]] LegendreArray<T> mass(const T& inverse_unit) const {
    const T lowest = T(0.98 * 0.69314718 * std::numeric_limits<T>::min_exponent);
    const LegendreArray<T> in_range = (((values - lowest).max)(T(0)).min)(T(1));
    return exp_of(values) * in_range * (legendre_rule<T>().weights * T(half * inverse_unit));
  }

  /// A bound on the error of log p in roundings: of its own terms, the logarithms of the components' factors at most
  /// log_factor in size, and of a point's place in the panel, which counts as much as log p is steep to either side.
  [[nodiscard]] LegendreArray<T> log_pdf_doubt(const T& log_factor) const {
    constexpr int gaps = legendre_points<T> - 1;
    const auto& t = legendre_rule<T>().nodes;
    const Eigen::Array<T, gaps, 1> widths = t.template tail<gaps>() - t.template head<gaps>();
    const Eigen::Array<T, gaps, 1> rises = values.template tail<gaps>() - values.template head<gaps>();
    const Eigen::Array<T, gaps, 1> slopes = rises.abs() / widths;
    LegendreArray<T> steepness;
    steepness << slopes, slopes[gaps - 1];
    steepness.template tail<gaps>() = (steepness.template tail<gaps>().max)(slopes);
    return T(4) * (values.abs() + (log_factor + T(1))) + T(2) * steepness;
  }
};

/// A panel of log p that keeps its left end and its mass.
template <Real T>
class MassPanel : public LinePanel<T> {
 public:
  MassPanel(const LinePoint<T>& left, const LinePanel<T>& panel) : LinePanel<T>(panel), left_(left) {}

  void translate(const T& by) {
    left_ = left_ + by;
    this->center = this->center + by;
  }

  [[nodiscard]] const LinePoint<T>& left() const { return left_; }

  void keep_mass(const T& inverse_unit) { mass_ = LinePanel<T>::mass(inverse_unit); }
  [[nodiscard]] const LegendreArray<T>& mass(const T& /*inverse_unit*/) const { return mass_; }

 private:
  LinePoint<T> left_;
  LegendreArray<T> mass_;
};

/// The weights of a sum over the panel that is E_q[.], at z = (x - mean)/stddev.
template <Real T>
[[gnu::flatten]] LegendreArray<T> gaussian_weights(const LinePanel<T>& panel, const LegendreArray<T>& z,
                                                   const T& inverse_stddev) {
  return (z.square() * T(-0.5) - log_sqrt_two_pi<T>()).exp() *
         (legendre_rule<T>().weights * T(panel.half * inverse_stddev));
}

/// Cuts [begin, end] from left to right into panels, and hands each to visit(x, half), the panel from x to x + 2 half.
/// fit(x, before, rest) is the half-length, at most `rest`, that will do for a panel that begins at x, where the panel
/// before has half-length `before`.
template <Real T, class Fit, class Visit>
void cut_into_panels(const LinePoint<T>& begin, const LinePoint<T>& end, Fit fit, Visit visit) {
  using std::abs;
  T half = end - begin;
  for (LinePoint<T> x = begin; x < end;) {
    const T rest = (end - x) / T(2);
    // Below the spacing of the points there is nothing left to cut.
    const T spacing =
        (std::max)(T(4) * std::numeric_limits<T>::epsilon() * abs(x.rest()), (std::numeric_limits<T>::min)());
    half = (std::min)((std::max)(T(fit(x, half, rest)), spacing), rest);
    visit(x, half);
    if (!(half < rest)) return;
    x = x.ahead(T(2) * half);
  }
}

}  // namespace klgrid::detail
