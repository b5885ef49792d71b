// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "klgrid/gaussian.hpp"
#include "klgrid/line/detail/legendre_rule.hpp"
#include "klgrid/line/detail/near_zero.hpp"
#include "klgrid/real.hpp"

/// The line cut into panels, on each of which the Legendre rule is as good as exact.
namespace klgrid::inline KLGRID_ABI::detail {

/// A stretch of the line with log p, or a function of it, at the points of the Legendre rule on it.
template <Real T>
struct LinePanel {
  T center;  ///< counted from the mixture's origin
  T half;
  LegendreArray<T> values;

  [[nodiscard]] auto nodes() const { return legendre_rule<T>().nodes * half + center; }
  [[nodiscard]] auto weights() const { return legendre_rule<T>().weights * half; }

  /// If the values are log p: what a sum over the points that is E_p[.] weighs them with.
  [[nodiscard]] LegendreArray<T> mass() const { return exp_of(values) * weights(); }

  /// A bound on the error of log p in roundings: of its own terms, and of x, which counts as much as log p is steep to
  /// either side.
  [[nodiscard]] LegendreArray<T> log_pdf_doubt() const {
    constexpr int gaps = legendre_points<T> - 1;
    const LegendreArray<T> x = nodes();
    const Eigen::Array<T, gaps, 1> widths = x.template tail<gaps>() - x.template head<gaps>();
    const Eigen::Array<T, gaps, 1> rises = values.template tail<gaps>() - values.template head<gaps>();
    // A panel may be so short that its points coincide.
    const Eigen::Array<T, gaps, 1> slopes = rises.abs() / (widths.max)((std::numeric_limits<T>::min)());
    LegendreArray<T> steepness;
    steepness << slopes, slopes[gaps - 1];
    steepness.template tail<gaps>() = (steepness.template tail<gaps>().max)(slopes);
    return T(4) * (values.abs() + T(1)) + T(2) * x.abs() * steepness;
  }
};

/// A panel of log p that keeps its mass.
template <Real T>
class MassPanel : public LinePanel<T> {
 public:
  explicit MassPanel(const LinePanel<T>& panel) : LinePanel<T>(panel) {}

  void keep_mass() { mass_ = LinePanel<T>::mass(); }
  [[nodiscard]] const LegendreArray<T>& mass() const { return mass_; }

 private:
  LegendreArray<T> mass_;
};

/// stddev times the weights of a sum over the panel that is E_q[.], at z = (x - mean)/stddev.
template <Real T>
LegendreArray<T> gaussian_weights(const LinePanel<T>& panel, const LegendreArray<T>& z) {
  return exp_of(LegendreArray<T>(z.square() * T(-0.5) - log_sqrt_two_pi<T>())) * panel.weights();
}

enum class Ends { whole, clipped };

/// Cuts [begin, end] from left to right into panels, and hands each to visit(x, half), the panel from x to x + 2 half.
/// fit(x, before, rest) is the half-length, at most `rest`, that will do for a panel that begins at x, where the panel
/// before has half-length `before`.
template <Real T, class Fit, class Visit>
void cut_into_panels(const T& begin, const T& end, Fit fit, Visit visit) {
  using std::abs;
  T half = end - begin;
  for (T x = begin; x < end;) {
    const T rest = (end - x) / T(2);
    // Below the spacing of the numbers there is nothing left to cut.
    const T smallest = T(4) * std::numeric_limits<T>::epsilon() * abs(x);
    half = (std::min)((std::max)(T(fit(x, half, rest)), smallest), rest);
    visit(x, half);
    if (!(half < rest)) return;
    x += T(2) * half;
  }
}

}  // namespace klgrid::detail
