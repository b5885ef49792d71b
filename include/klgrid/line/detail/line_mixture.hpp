// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "klgrid/detail/line_point.hpp"
#include "klgrid/detail/log_sqrt_two_pi.hpp"
#include "klgrid/detail/near_zero.hpp"
#include "klgrid/detail/sorted_mixture.hpp"
#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/line/detail/gaussian_family.hpp"
#include "klgrid/line/detail/legendre_rule.hpp"
#include "klgrid/line/detail/panel_terms.hpp"
#include "klgrid/line/detail/two_component_zeros.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// The major half-axis of the ellipse about a panel where two components' zeros are known in closed form: rho = 2.91,
/// where panel_terms.hpp asks for 2.62.
inline constexpr double ellipse_axis = 1.625;

/// How much longer than the one before a panel may be, where lengths are found by trials.
inline constexpr double most_growth = 2;

/// A sorted mixture on the panels of the line: log p at their points, and how long they may be.
template <Real T>
class LineMixture : public SortedMixture<T> {
  using Base = SortedMixture<T>;
  using Base::component;
  using Base::that_count;

 public:
  using Base::components;
  using Base::groups;
  using Base::size;
  using Base::unit;
  using Base::within;
  using typename Base::Component;
  using typename Base::Group;
  using typename Base::Ranges;

  explicit LineMixture(const GaussianMixture<T>& mixture)
      : Base(mixture.weights(), mixture.means(), mixture.stddevs()), furthest_(largest_root<T>() / T(2)) {
    if (size() > 2) make_outline();
    if (size() == 2) find_zeros();
  }

  /// m = (p + r)/2 where it is asked only how fast log m varies.
  static LineMixture mean_outline(const LineMixture& p, const LineMixture& r) {
    using std::log;
    const auto outline = [](const LineMixture& of) {
      return of.outline_ ? of.outline_->components() : of.components();
    };
    std::vector<Component> parts = outline(p);
    const T log_units = T(log(p.unit())) - T(log(r.unit()));
    for (Component& k : outline(r)) {
      k.log_factor += log_units;
      parts.push_back(k);
    }
    LineMixture made(std::move(parts), p.unit());
    if (made.size() == 2) made.find_zeros();
    return made;
  }

  /// Moves all components.
  void translate(const T& by) {
    Base::translate(by);
    if (zeros_) zeros_->translate(by);
    if (!outline_) return;
    auto moved = std::make_shared<LineMixture>(*outline_);
    moved->translate(by);
    outline_ = std::move(moved);
  }

  /// The ends of the stretch outside which every component, its stddev `widened` so many times, is below rounding.
  [[nodiscard]] LinePoint<T> first(const T& widened) const {
    const auto end = [&](const Component& k) { return k.mean + T(-gaussian_reach<T>() * widened * k.stddev); };
    LinePoint<T> least = end(component(0));
    for (const Component& k : components()) least = (std::min)(least, end(k));
    return least;
  }
  [[nodiscard]] LinePoint<T> last(const T& widened) const {
    const auto end = [&](const Component& k) { return k.mean + T(gaussian_reach<T>() * widened * k.stddev); };
    LinePoint<T> most = end(component(0));
    for (const Component& k : components()) most = (std::max)(most, end(k));
    return most;
  }

  /// log(unit p) on a panel: log sum_k exp(a_k) = a_max + log sum_k exp(a_k - a_max), of the components that count.
  [[nodiscard, gnu::flatten]] LegendreArray<T> log_pdf(const LinePoint<T>& center, const T& half) const {
    if (size() == 1) return exponents(0, center, half);
    if (size() == 2) {  // one exponential where the sum below takes two
      const LegendreArray<T> a = exponents(0, center, half);
      const LegendreArray<T> b = exponents(1, center, half);
      const LegendreArray<T> gap = (a - b).abs();
      if (gap.minCoeff() > T(exponent_cutoff<T>)) return (a.max)(b);
      return (a.max)(b) + log1p_of(exp_of(LegendreArray<T>(-gap)));
    }
    const Ranges counting = that_count(center, half);
    LegendreArray<T> top = LegendreArray<T>::Constant(std::numeric_limits<T>::lowest());
    counting.for_each([&](Index k) { top = (top.max)(exponents(k, center, half)); });
    LegendreArray<T> sum = LegendreArray<T>::Zero();
    LegendreArray<T> block = LegendreArray<T>::Zero();  // of a few, whose rounding is small
    Index count = 0;
    counting.for_each([&](Index k) {
      const LegendreArray<T> below = exponents(k, center, half) - top;
      if (below.maxCoeff() < T(-exponent_cutoff<T>)) return;
      block += exp_of(below);
      if (++count % 32 != 0) return;
      sum += block;
      block.setZero();
    });
    return count == 1 ? top : LegendreArray<T>(top + (sum + block).log());
  }

  /// The same of a panel that resolves p itself, too.
  [[nodiscard]] T panel_half(const LinePoint<T>& x, const T& before, const T& rest) const {
    const T most = size() > 2 ? (std::min)(rest, T(T(most_growth) * before)) : rest;
    return analytic_half(x, before, resolved(x, most));
  }

  /// The largest half-length found, at most `most`, of a panel from x on on which log p is analytic as the Legendre
  /// rule asks: in closed form for one or two components, else by trials.
  [[nodiscard]] T analytic_half(const LinePoint<T>& x, const T& before, const T& most) const {
    if (size() == 1) return most;
    if (zeros_) return (std::min)(most, zeros_->clear_half(x, ellipse_axis));
    return outline_ ? outline_->analytic_half(x, before, most) : half_by_trials(x, before, most);
  }

  /// The largest half-length, at most half, of a panel from x on that resolves p itself: no component it touches is too
  /// narrow for it.
  [[nodiscard]] T resolved(const LinePoint<T>& x, const T& most) const {
    if (outline_) return outline_->resolved(x, most);
    const T reach = gaussian_reach<T>();
    T half = most;
    const auto fit = [&](Index index) {
      const Component& k = component(index);
      const T from_mean = x - k.mean;
      const T before = (-from_mean - reach * k.stddev) / T(2) * not_beyond<T>();
      if (half > before && from_mean < reach * k.stddev)
        half = (std::min)(half, (std::max)(before, GaussianFamily<T>{k.mean, k.mean, k.stddev}.half_from(x)));
    };
    if (groups().empty())
      for (Index k = 0; k < size(); ++k) fit(k);
    else
      // `most` may have been rounded to just before what begins at its end.
      within(x + most, most, [&](const Group& group) {
        if (most < T(longest_panel) * not_beyond<T>() * group.narrowest) return T(-most);  // it fits anywhere
        return T(reach * group.widest + T(4) * std::numeric_limits<T>::epsilon() * most);
      }).for_each(fit);
    return half;
  }

  /// True if log p is analytic as the Legendre rule asks on [center - half, center + half].
  [[nodiscard]] bool analytic(const LinePoint<T>& center, const T& half) const {
    const Ranges in_reach = that_count(center, half);
    PanelTerms<T> terms(in_reach.size());
    return analytic(center, half, in_reach, terms);
  }

  /// Calls visit(first mean, last mean, least stddev) for the components one by one, or for neighbours that overlap.
  template <class Visit>
  void for_each_cluster(Visit visit) const {
    if (groups().empty())
      for (const Component& k : components()) visit(k.mean, k.mean, k.stddev);
    for (const Group& group : groups())
      for (Index begin = group.begin, end = begin; begin < group.end; begin = end) {
        T least = component(begin).stddev;
        for (end = begin + 1; end < group.end && component(end).mean - component(end - 1).mean < group.narrowest; ++end)
          least = (std::min)(least, component(end).stddev);
        visit(component(begin).mean, component(end - 1).mean, least);
      }
  }

 private:
  LineMixture(std::vector<Component> parts, const T& length)
      : Base(std::move(parts), length), furthest_(largest_root<T>() / T(2)) {}

  /// By trials, the first of which is most_growth times as long as the panel before.
  [[nodiscard]] T half_by_trials(const LinePoint<T>& x, const T& before, const T& most) const;

  /// The same of components in reach, and with room for their terms.
  bool analytic(const LinePoint<T>& center, const T& half, const Ranges& in_reach, PanelTerms<T>& terms) const {
    terms.clear();
    in_reach.for_each([&](Index index) {
      const Component& k = component(index);
      const T z = (center - k.mean) * k.inverse;
      const T h = half * k.inverse;
      terms.add(k.log_factor - z * z / T(2), T(-z) * h, h * h);
    });
    return terms.without_zero();
  }

  void find_zeros() {
    const auto zeros_of = [&](const Component& k) {
      return typename TwoComponentZeros<T>::Component{k.log_factor, k.mean.whole(), k.stddev};
    };
    zeros_.emplace(zeros_of(component(0)), zeros_of(component(1)), T(exponent_cutoff<T>));
  }

  /// Neighbours much closer than their stddev stand for one where p is asked only how fast it varies: what that leaves
  /// out is the variance of their means, a thousandth of theirs.
  void make_outline() {
    using std::log;
    std::vector<Component> parts;
    for (const Group& group : groups())
      for (Index begin = group.begin, end = begin; begin < group.end; begin = end) {
        Component part = component(begin);
        T widest = part.stddev, offset = T(0);
        for (end = begin + 1; end < group.end; ++end) {
          const Component& next = component(end);
          const T narrowest = (std::min)(part.stddev, next.stddev);
          const T distance = next.mean - component(begin).mean;
          if (!(T(8) * distance < narrowest && (std::max)(widest, next.stddev) < T(1.05) * narrowest)) break;
          widest = (std::max)(widest, next.stddev);
          part.stddev = narrowest;
          part.weight += next.weight;
          offset += next.weight * distance;
        }
        if (end > begin + 1) {
          part.mean = part.mean + T(offset / part.weight);
          part.inverse = T(1) / part.stddev;
          part.log_factor = T(log(part.weight)) - T(log(T(part.stddev / unit()))) - log_sqrt_two_pi<T>();
        }
        parts.push_back(part);
      }
    if (2 * parts.size() < components().size())
      outline_ = std::shared_ptr<const LineMixture>(new LineMixture(std::move(parts), unit()));
  }

  /// log(unit w_k N_k), at least half the lowest number.
  [[nodiscard]] auto exponents(Index index, const LinePoint<T>& center, const T& half) const {
    const Component& k = component(index);
    const T from_mean = (std::max)(T(-furthest_), (std::min)(furthest_, T((center - k.mean) * k.inverse)));
    const T across = (std::min)(furthest_, T(half * k.inverse));
    return (legendre_rule<T>().nodes * across + from_mean).square() * T(-0.5) + k.log_factor;
  }

  T furthest_;  // in standard deviations: its square is in range
  std::optional<TwoComponentZeros<T>> zeros_;
  std::shared_ptr<const LineMixture> outline_;  // of many components that lie close together
};

// Not in the class, where it would be inline: what one or two components take needs no room for the terms of many.
template <Real T>
T LineMixture<T>::half_by_trials(const LinePoint<T>& x, const T& before, const T& most) const {
  T half = (std::min)(most, T(T(most_growth) * before));
  const Ranges in_reach = that_count(x.ahead(half), half);
  PanelTerms<T> terms(in_reach.size());
  while (half > T(0) && !analytic(x.ahead(half), half, in_reach, terms)) half *= T(0.75);
  return half;
}

}  // namespace klgrid::detail
