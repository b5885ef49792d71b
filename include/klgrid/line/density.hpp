// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/line/detail/line_mixture.hpp"
#include "klgrid/line/detail/panels.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

/// A mixture as a density on the real line, with what integrals of it need, none of which depends on q: panels on which
/// log p is analytic, placed from the parameters of the components, log p at the points of a Gauss-Legendre rule on
/// each, H(p) and the moments. There is no window: the panels go on as far as a q reaches.
///
/// The weights are divided by their sum, which may differ from 1 by rounding.
/// Cost: some 6 to 14 panels of 16 points (double) for two components, each point K exponentials and a logarithm.
template <Real T = double>
class RealLineDensity {
 public:
  using Scalar = T;

  explicit RealLineDensity(GaussianMixture<T> mixture)
      : mixture_(std::move(mixture)),
        parts_(mixture_),
        begin_(parts_.first()),
        end_(parts_.last()),
        mean_(mixture_.mean()),
        mean_offset_((mixture_.weights() * (mixture_.means() - origin())).sum() / mixture_.weights().sum()),
        variance_(mixture_.variance()) {
    const auto fit = [&](const T& x, const T& before, const T& rest) {
      return parts_.analytic_half(x, before, parts_.resolved(x, rest));
    };
    panels_.reserve(32);
    edges_.reserve(33);
    detail::cut_into_panels(begin_, end_, fit, [&](const T& x, const T& half) {
      panels_.emplace_back(panel(x, half));
      edges_.push_back(x);
    });
    edges_.push_back(end_);
    detail::LegendreArray<T> sum = detail::LegendreArray<T>::Zero();
    for (auto& each : panels_) {
      each.keep_mass();
      sum -= each.mass() * each.values;
    }
    entropy_ = sum.sum();
  }

  /// The same density of x + by.
  [[nodiscard]] RealLineDensity translated(const T& by) const {
    RealLineDensity moved(*this);
    moved.mixture_ = GaussianMixture<T>(mixture_.weights(), mixture_.means() + by, mixture_.stddevs());
    moved.parts_.translate(by);
    moved.mean_ += by;
    return moved;
  }

  [[nodiscard]] const GaussianMixture<T>& mixture() const noexcept { return mixture_; }

  /// log p(x)
  [[nodiscard]] T log_pdf(const T& x) const {
    using std::log;
    return mixture_.log_pdf(x) - T(log(T(mixture_.weights().sum())));
  }

  /// log p at the points of a panel, counted from the origin.
  [[nodiscard]] detail::LegendreArray<T> log_pdf(const detail::LegendreArray<T>& x) const { return parts_.log_pdf(x); }

  /// H(p) = -integral of p log p, in nats.
  [[nodiscard]] const T& entropy() const noexcept { return entropy_; }

  /// A bound on the error of entropy(), rounding and quadrature. Cost: as much as entropy() took.
  [[nodiscard]] T entropy_error() const {
    detail::LegendreArray<T> doubt = detail::LegendreArray<T>::Zero();
    for (const auto& each : panels_) doubt += each.mass() * (each.values.abs() + T(1)) * (each.log_pdf_doubt() + T(16));
    return doubt.sum() * std::numeric_limits<T>::epsilon();
  }

  /// E_p[x]
  [[nodiscard]] const T& mean() const noexcept { return mean_; }

  /// E_p[(x - mean)^2]
  [[nodiscard]] const T& variance() const noexcept { return variance_; }

  /// E_p[(x - about)^2], free of cancellation however far from 0 both lie.
  [[nodiscard]] T second_moment(const T& about) const {
    const T distance = (origin() - about) + mean_offset_;
    return variance_ + distance * distance;
  }

  /// The point from which the panels count.
  [[nodiscard]] const T& origin() const noexcept { return parts_.origin(); }

  /// E_p[x - origin]
  [[nodiscard]] const T& mean_offset() const noexcept { return mean_offset_; }

  /// The stretch, counted from the origin, outside which every component is below rounding.
  [[nodiscard]] const T& begin() const noexcept { return begin_; }
  [[nodiscard]] const T& end() const noexcept { return end_; }

  /// p > 0 on the whole line.
  [[nodiscard]] bool has_full_support() const noexcept { return true; }

  /// The standard deviation of the narrowest Gaussian factor of p^alpha q, q of standard deviation sigma.
  [[nodiscard]] T narrowest_factor(const T& alpha, const T& sigma) const {
    using std::sqrt;
    const T narrowest =
        (mixture_.weights() > T(0)).select(mixture_.stddevs(), (std::numeric_limits<T>::max)()).minCoeff();
    return T(1) / T(sqrt(T(alpha / (narrowest * narrowest) + T(1) / (sigma * sigma))));
  }

  /// How far p^alpha reaches beyond [begin, end]: each component is widened by the power, by half the stretch at most.
  [[nodiscard]] T power_margin(const T& alpha) const {
    using std::sqrt;
    if (!(alpha > T(0))) return (std::numeric_limits<T>::max)();
    return (end_ - begin_) / T(2) * (T(T(1) / T(sqrt(alpha))) - T(1));
  }

  /// Calls visit(panel) from left to right for panels that cover [low, high] (counted from the origin), each short
  /// enough for every q of the family (whose means are counted from the origin, too). Panels stored are handed on as
  /// they are, others made on the way. With Ends::whole, stored panels at the ends may reach beyond [low, high], which
  /// saves making parts of them.
  template <class Visit, class Family = detail::GaussianFamily<T>>
  void for_each_panel(const T& low, const T& high, const Family& family, detail::Ends ends, Visit visit) const {
    // A part of a panel is as analytic as the panel.
    const auto part = [&](const T& x, const T&, const T& rest) { return (std::min)(rest, family.half_from(x)); };
    const auto fit = [&](const T& x, const T& before, const T& rest) {
      return parts_.analytic_half(x, before, part(x, before, rest));
    };
    const auto make = [&](const T& x, const T& half) { visit(panel(x, half)); };
    detail::cut_into_panels(low, (std::min)(high, begin_), fit, make);
    for (std::size_t i = 0; i < panels_.size(); ++i) {
      const auto& stored = panels_[i];
      const T& left = edges_[i];
      const T& right = edges_[i + 1];
      if (!(left < high && right > low)) continue;
      const bool whole = ends == detail::Ends::whole || (left >= low && right <= high);
      if (whole && family.resolved_on(left, right))
        visit(stored);
      else
        detail::cut_into_panels((std::max)(low, left), (std::min)(high, right), part, make);
    }
    detail::cut_into_panels((std::max)(low, end_), high, fit, make);
  }

 private:
  [[nodiscard]] detail::LinePanel<T> panel(const T& x, const T& half) const {
    detail::LinePanel<T> made{T(x + half), half, {}};
    made.values = parts_.log_pdf(made.nodes());
    return made;
  }

  GaussianMixture<T> mixture_;
  detail::LineMixture<T> parts_;
  std::vector<detail::MassPanel<T>> panels_;
  std::vector<T> edges_;  // of the panels; a long one's center and half give them with less precision
  T begin_;
  T end_;
  T mean_;
  T mean_offset_;
  T variance_;
  T entropy_{};
};

/// What a mixture stands for where a density is taken. Make a RealLineDensity yourself to use it for several q.
template <Real T>
[[nodiscard]] RealLineDensity<T> density_of(const GaussianMixture<T>& p) {
  return RealLineDensity<T>(p);
}

}  // namespace klgrid
