// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "klgrid/detail/line_point.hpp"
#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/line/detail/legendre_rule.hpp"
#include "klgrid/line/detail/line_mixture.hpp"
#include "klgrid/line/detail/panels.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

/// A mixture as a density on the real line, with what integrals of it need, none of which depends on q: panels on which
/// log p is analytic, placed from the parameters of the components, log p at the points of a Gauss-Legendre rule on
/// each, H(p) and the moments. There is no window: the panels go on as far as a q reaches.
///
/// The weights are divided by their sum, which may differ from 1 by rounding.
///
/// Cost: some 6 to 14 panels of 16 points (double) for two components, each point K exponentials and a logarithm.
template <Real T = double>
class RealLineDensity {
 public:
  using Scalar = T;  ///< of all values

  /// Any mixture; it is kept.
  explicit RealLineDensity(GaussianMixture<T> mixture)
      : mixture_(std::move(mixture)),
        parts_(mixture_),
        mean_(mixture_.mean()),
        mean_offset_(expectation([&](const auto& k) { return T(k.mean - mean_); })),
        stddev_(spread()),
        begin_(parts_.first(T(1))),
        end_(parts_.last(T(1))) {
    if (parts_.size() > 2) {  // panels of many components are worth keeping as far as a q much like p reaches
      const T reach = detail::gaussian_reach<T>() * stddev_;
      const detail::LinePoint<T> mean = detail::LinePoint<T>(mean_) + mean_offset_;
      begin_ = (std::min)(begin_, mean + T(-reach));
      end_ = (std::max)(end_, mean + reach);
    }
    const auto fit = [&](const detail::LinePoint<T>& x, const T& before, const T& rest) {
      return parts_.panel_half(x, before, rest);
    };
    panels_.reserve(32);
    detail::cut_into_panels(begin_, end_, fit, [&](const detail::LinePoint<T>& x, const T& half) {
      panels_.emplace_back(x, panel(x, half));
    });
    detail::LegendreArray<T> sum = detail::LegendreArray<T>::Zero();
    const T inverse_unit = T(1) / unit();
    for (auto& each : panels_) {
      each.keep_mass(inverse_unit);
      sum -= each.mass(inverse_unit) * each.values;
    }
    scaled_entropy_ = sum.sum();
  }

  /// The same density of x + by.
  [[nodiscard]] RealLineDensity translated(const T& by) const {
    RealLineDensity moved(*this);
    moved.mixture_ = mixture_.translated(by);
    moved.parts_.translate(by);
    for (auto& each : moved.panels_) each.translate(by);
    moved.begin_ = begin_ + by;
    moved.end_ = end_ + by;
    const detail::LinePoint<T> mean = detail::LinePoint<T>(mean_) + by;
    moved.mean_ = mean.whole();
    moved.mean_offset_ += mean - moved.mean_;  // what that rounds away
    return moved;
  }

  /// The mixture as given.
  [[nodiscard]] const GaussianMixture<T>& mixture() const noexcept { return mixture_; }

  /// log p(x). Cost: K exponentials and a logarithm.
  [[nodiscard]] T log_pdf(const T& x) const {
    using std::log;
    return mixture_.log_pdf(x) - T(log(T(mixture_.weights().sum())));
  }

  /// H(p) = -integral of p log p, in nats, to 1e-12 relative, absolute below 1 (double).
  [[nodiscard]] T entropy() const {
    using std::log;
    return scaled_entropy_ + T(log(unit()));
  }

  /// A bound on the error of scaled_entropy(), rounding and quadrature. Cost: as much as entropy() took.
  [[nodiscard]] T scaled_entropy_error() const {
    detail::LegendreArray<T> doubt = detail::LegendreArray<T>::Zero();
    const T inverse_unit = T(1) / unit();
    for (const auto& each : panels_)
      doubt += each.mass(inverse_unit) * (each.values.abs() + T(1)) *
               (each.log_pdf_doubt(parts_.largest_log_factor()) + T(16));
    return doubt.sum() * std::numeric_limits<T>::epsilon();
  }

  /// E_p[x]
  [[nodiscard]] const T& mean() const noexcept { return mean_; }

  /// The root of E_p[(x - mean)^2]
  [[nodiscard]] const T& stddev() const noexcept { return stddev_; }
  /// Var_p[x], the square of stddev().
  [[nodiscard]] T variance() const { return stddev_ * stddev_; }

  /// The mean as two numbers, origin() + mean_offset(): far from 0 one number rounds away digits that a narrow q feels.
  [[nodiscard]] const T& origin() const noexcept { return mean_; }
  /// E_p[x - origin()]
  [[nodiscard]] const T& mean_offset() const noexcept { return mean_offset_; }

  /// The components as the sums take them.
  [[nodiscard]] const detail::LineMixture<T>& parts() const noexcept { return parts_; }

  /// A length of about the size of p's own. Panels hold log(unit p), whose size does not depend on the unit of x.
  [[nodiscard]] const T& unit() const noexcept { return parts_.unit(); }

  /// H(p) with lengths counted in that unit, H(p) - log(unit).
  [[nodiscard]] const T& scaled_entropy() const noexcept { return scaled_entropy_; }

  /// log(unit p(x))
  [[nodiscard]] T scaled_log_pdf(const T& x) const { return parts_.log_pdf(x, T(0))[0]; }

  /// The left end of the panels that are kept; beyond it every component is below rounding.
  [[nodiscard]] const detail::LinePoint<T>& begin() const noexcept { return begin_; }
  /// Their right end.
  [[nodiscard]] const detail::LinePoint<T>& end() const noexcept { return end_; }

  /// p > 0 on the whole line.
  [[nodiscard]] bool has_full_support() const noexcept { return true; }

  /// Calls visit(panel) from left to right for panels that cover [low, high], each short enough for every q of the
  /// family. Panels stored are handed on as they are, so that those at the ends may reach beyond [low, high]; others
  /// are made on the way.
  template <class Visit, class Family>
  void for_each_panel(const detail::LinePoint<T>& low, const detail::LinePoint<T>& high, const Family& family,
                      Visit visit) const {
    using Point = detail::LinePoint<T>;
    // A part of a panel is as analytic as the panel.
    const auto part = [&](const Point& x, const T&, const T& rest) { return (std::min)(rest, family.half_from(x)); };
    const auto fit = [&](const Point& x, const T& before, const T& rest) {
      return parts_.analytic_half(x, before, part(x, before, rest));
    };
    const auto make = [&](const Point& x, const T& half) { visit(panel(x, half)); };
    detail::cut_into_panels(low, (std::min)(high, begin_), fit, make);
    for (std::size_t i = 0; i < panels_.size(); ++i) {
      const Point& left = panels_[i].left();
      const Point& right = i + 1 < panels_.size() ? panels_[i + 1].left() : end_;
      if (!(left < high && low < right)) continue;
      if (family.resolved_on(left, right))
        visit(panels_[i]);
      else
        detail::cut_into_panels((std::max)(low, left), (std::min)(high, right), part, make);
    }
    detail::cut_into_panels((std::max)(low, end_), high, fit, make);
  }

 private:
  [[nodiscard]] detail::LinePanel<T> panel(const detail::LinePoint<T>& x, const T& half) const {
    const detail::LinePoint<T> center = x + half;
    return {center, half, parts_.log_pdf(center, half)};
  }

  /// The standard deviation, squares formed of ratios to the largest distance.
  [[nodiscard]] T spread() const {
    using std::abs;
    using std::sqrt;
    const auto distance = [&](const auto& k) { return T((k.mean - mean_) - mean_offset_); };
    T largest = unit();
    for (const auto& k : parts_.components()) largest = (std::max)(largest, T(abs(distance(k))));
    const T inverse = T(1) / largest;
    const T square = expectation([&](const auto& k) {
      const T far_off = distance(k) * inverse;
      const T wide = k.stddev * inverse;
      return T(far_off * far_off + wide * wide);
    });
    return largest * T(sqrt(square));
  }

  /// sum_k weight_k of_component(k)
  template <class Function>
  [[nodiscard]] T expectation(const Function& of_component) const {
    T sum = T(0);
    for (const auto& k : parts_.components()) sum += k.weight * of_component(k);
    return sum;
  }

  GaussianMixture<T> mixture_;
  detail::LineMixture<T> parts_;
  std::vector<detail::MassPanel<T>, Eigen::aligned_allocator<detail::MassPanel<T>>> panels_;
  T mean_;
  T mean_offset_;
  T stddev_;
  detail::LinePoint<T> begin_;
  detail::LinePoint<T> end_;
  T scaled_entropy_{};
};

/// The density that a mixture stands for where one is taken. Make a RealLineDensity yourself to use it for several q.
template <Real T>
[[nodiscard]] RealLineDensity<T> density_of(const GaussianMixture<T>& p) {
  return RealLineDensity<T>(p);
}

}  // namespace klgrid
