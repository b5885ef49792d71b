// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "klgrid/gaussian.hpp"
#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/line/detail/gaussian_family.hpp"
#include "klgrid/line/detail/legendre_rule.hpp"
#include "klgrid/line/detail/line_point.hpp"
#include "klgrid/line/detail/near_zero.hpp"
#include "klgrid/line/detail/two_component_zeros.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// Exponents below -cutoff no longer count beside one of 0: 4 more than -log of the rounding of T.
template <Real T>
inline constexpr double exponent_cutoff = 4 + 0.69314718 * std::numeric_limits<T>::digits;

/// The half-axes of the ellipse about a panel, with the panel's ends as its foci, in which log p has to be analytic, in
/// half-lengths. Their sum is rho = 2.62, and the rule's error falls as rho^(-2n).
inline constexpr double major_axis = 1.5;
inline constexpr double minor_axis = 1.12;

/// The same where two components' zeros are known in closed form: rho = 2.91.
inline constexpr double ellipse_axis = 1.625;

/// How much longer than the one before a panel may be, where lengths are found by trials.
inline constexpr double most_growth = 2;

/// A mixture made ready for sums over R: weights normalised to sum 1, components of weight zero left out, lengths only
/// as ratios (z, and p times the unit), and the components sorted, so that of many only those are met that count.
///
/// Components of about the same standard deviation form a group, sorted by means: which of a group count on a panel are
/// then neighbours.
template <Real T>
class LineMixture {
 public:
  static constexpr std::size_t most_groups = 32;

  struct Range {
    Index begin, end;
  };

  /// Of each group, in its order, some neighbours, and the whole group.
  struct Ranges {
    std::array<Range, most_groups> of;
    std::array<Range, most_groups> groups_of;
    std::size_t groups;

    template <class Visit>
    void for_each(Visit visit) const {
      for (std::size_t g = 0; g < groups; ++g)
        for (Index k = of[g].begin; k < of[g].end; ++k) visit(k);
    }
  };

  struct Component {
    T weight, log_factor, mean, stddev, inverse;  // inverse = 1/stddev, log_factor = log of unit times the peak
  };

  explicit LineMixture(const GaussianMixture<T>& mixture) : furthest_(largest_root<T>() / T(2)) {
    using std::abs;
    using std::log;
    const T total = mixture.weights().sum();
    components_.reserve(static_cast<std::size_t>(mixture.components()));
    for (Index k = 0; k < mixture.components(); ++k) {
      const T& weight = mixture.weights()[k];
      const T& stddev = mixture.stddevs()[k];
      if (!(weight > T(0))) continue;
      const T share = weight / total;
      const T log_factor = T(log(share)) - log_sqrt_two_pi<T>();
      components_.push_back({share, log_factor, mixture.means()[k], stddev, T(T(1) / stddev)});
      unit_ = (std::max)(unit_, stddev);
    }
    for (Component& each : components_) {
      each.log_factor -= T(log(T(each.stddev / unit_)));
      largest_log_factor_ = (std::max)(largest_log_factor_, T(abs(each.log_factor)));
    }
    if (size() > 2) {
      make_groups();
      make_outline();
    }
    if (size() != 2) return;
    const auto component = [&](const Component& k) {
      return typename TwoComponentZeros<T>::Component{k.log_factor, k.mean, k.stddev};
    };
    zeros_.emplace(component(components_[0]), component(components_[1]), T(exponent_cutoff<T>));
  }

  /// Moves all components.
  void translate(const T& by) {
    for (Component& each : components_) each.mean += by;
    if (zeros_) zeros_->translate(by);
    if (!outline_) return;
    auto moved = std::make_shared<LineMixture>(*outline_);
    moved->translate(by);
    outline_ = std::move(moved);
  }

  [[nodiscard]] Index size() const { return static_cast<Index>(components_.size()); }
  [[nodiscard]] const std::vector<Component>& components() const noexcept { return components_; }

  /// The largest standard deviation: what lengths and the densities of log_pdf are counted in.
  [[nodiscard]] const T& unit() const noexcept { return unit_; }

  /// The largest modulus of the logarithms of the components' factors.
  [[nodiscard]] const T& largest_log_factor() const noexcept { return largest_log_factor_; }

  /// The ends of the stretch outside which every component, its stddev `widened` so many times, is below rounding.
  [[nodiscard]] LinePoint<T> first(const T& widened) const {
    const auto end = [&](const Component& k) {
      return LinePoint<T>(k.mean) + T(-gaussian_reach<T>() * widened * k.stddev);
    };
    LinePoint<T> least = end(components_[0]);
    for (const Component& k : components_) least = (std::min)(least, end(k));
    return least;
  }
  [[nodiscard]] LinePoint<T> last(const T& widened) const {
    const auto end = [&](const Component& k) {
      return LinePoint<T>(k.mean) + T(gaussian_reach<T>() * widened * k.stddev);
    };
    LinePoint<T> most = end(components_[0]);
    for (const Component& k : components_) most = (std::max)(most, end(k));
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
    Index count = 0;
    counting.for_each([&](Index k) {
      const LegendreArray<T> below = exponents(k, center, half) - top;
      if (below.maxCoeff() < T(-exponent_cutoff<T>)) return;
      sum += exp_of(below);
      ++count;
    });
    return count == 1 ? top : LegendreArray<T>(top + sum.log());
  }

  /// The components of each group with means at most margin(group) away from [center - half, center + half].
  template <class Margin>
  [[nodiscard]] Ranges within(const LinePoint<T>& center, const T& half, Margin margin) const {
    Ranges found;
    found.groups = groups_.size();
    // From either end: beside the panel's length what is narrow and just beyond would round away.
    const LinePoint<T> low = center + T(-half);
    const LinePoint<T> high = center + half;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const Group& group = groups_[g];
      found.groups_of[g] = {group.begin, group.end};
      const T most = margin(group);
      // A NaN margin, of overflows, means all.
      const bool some = most < (std::numeric_limits<T>::max)();
      found.of[g].begin = some ? first_beyond(low, T(-most), group.begin, group.end) : group.begin;
      found.of[g].end = some ? first_beyond(high, most, found.of[g].begin, group.end) : group.end;
    }
    return found;
  }

  /// The largest half-length found, at most `most`, of a panel from x on on which log p is analytic as the Legendre
  /// rule asks: in closed form for one or two components, else by trials, the first of which is most_growth times as
  /// long as the panel before.
  [[nodiscard]] T analytic_half(const LinePoint<T>& x, const T& before, const T& most) const {
    using std::abs;
    if (size() == 1) return most;
    if (zeros_) return (std::min)(most, zeros_->clear_half(x, ellipse_axis));
    if (outline_) return outline_->analytic_half(x, before, most);
    T half = (std::min)(most, T(T(most_growth) * before));
    while (half > T(0) && !analytic(x.ahead(half), half)) half *= T(0.75);
    return half;
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
    if (groups_.empty())
      all().for_each(fit);
    else
      within(x + most, most, [&](const Group& group) { return reach * group.widest; }).for_each(fit);
    return half;
  }

  /// True if log p is analytic in the ellipse of half-axes a = major_axis * half and b = minor_axis * half about
  /// center, which bounds the error of the Legendre rule on [center - half, center + half]. Sufficient, and at a
  /// crossing of two components nearly necessary.
  ///
  /// p(x + d) = sum_k exp(a_k + a_k' d + a_k'' d^2 / 2) with real a_k, a_k', a_k''. Divided by the exponential of the
  /// mean slope and curvature, term k is turned by at most v_k = |a_k' - mean| b + |a_k'' - mean| a b / 2 and stretched
  /// by at most e^(+-s_k), s_k = |a_k' - mean| a + |a_k'' - mean| a^2 / 2. If the real parts of the terms turned less
  /// than a quarter, at least e^(-s) cos v >= e^(-s) (1 - v^2/2) each, exceed the moduli of all others, p has no zero
  /// in the ellipse. A component that is below rounding on the whole panel takes no part in the sums there, nor here.
  [[nodiscard]] bool analytic(const LinePoint<T>& center, const T& half) const {
    using std::abs;
    using std::exp;
    using std::log;
    // a_k, a_k' h and a_k'' h^2 at the center, h = half: no unit is left in them.
    struct Term {
      T exponent, slope, curvature;
    };
    const auto term = [&](Index index) {
      const Component& k = component(index);
      const T z = (center - k.mean) * k.inverse;
      const T h = half * k.inverse;
      return Term{k.log_factor - z * z / T(2), -z * h, h * h};
    };
    const Ranges in_reach = groups_.empty() ? all() : that_count(center, half);
    Term top{std::numeric_limits<T>::lowest(), T(0), T(0)};
    in_reach.for_each([&](Index k) {
      const Term a = term(k);
      if (a.exponent > top.exponent) top = a;
    });
    // How far a component may turn and stretch against another on the ellipse, or stretch on the panel.
    const auto turn = [](const Term& a, const Term& b) {
      return T(abs(T(a.slope - b.slope)) * T(minor_axis) +
               abs(T(a.curvature - b.curvature)) * T(major_axis * minor_axis / 2));
    };
    const auto stretch = [](const Term& a, const Term& b, const T& axis) {
      return T(abs(T(a.slope - b.slope)) * axis + abs(T(a.curvature - b.curvature)) * axis * axis / T(2));
    };
    const auto for_each_term = [&](auto visit) {
      in_reach.for_each([&](Index k) {
        const Term a = term(k);
        if (a.exponent - top.exponent + stretch(a, top, T(1)) > T(-exponent_cutoff<T>)) visit(a);
      });
    };
    // Without exponentials: terms that turn by less than a quarter against the highest, or never reach their share of
    // it.
    Index count = 0;
    T most = std::numeric_limits<T>::lowest();  // log of the largest part of one that turns further
    for_each_term([&](const Term& a) {
      ++count;
      if (!(turn(a, top) < T(1.57)))
        most = (std::max)(most, T(a.exponent - top.exponent + stretch(a, top, T(major_axis))));
    });
    if (most < -T(log(T(static_cast<double>(count))))) return true;
    Term mean{T(0), T(0), T(0)};
    T total = T(0);
    for_each_term([&](const Term& a) {
      const T share = exp(T(a.exponent - top.exponent));
      total += share;
      mean.slope += share * a.slope;
      mean.curvature += share * a.curvature;
    });
    mean.slope /= total;
    mean.curvature /= total;
    T balance = T(0);
    for_each_term([&](const Term& a) {
      const T below = a.exponent - top.exponent;
      const T turned = turn(a, mean);
      const T stretched = stretch(a, mean, T(major_axis));
      if (turned * turned < T(2))
        balance += T(exp(T(below - stretched))) * (T(1) - turned * turned / T(2));
      else if (below + stretched < T(1))
        balance -= T(exp(T(below + stretched)));
      else
        balance = std::numeric_limits<T>::lowest();
    });
    return balance > T(0);
  }

  /// Calls visit(first mean, last mean, least stddev) for the components one by one, or for neighbours that overlap.
  template <class Visit>
  void for_each_cluster(Visit visit) const {
    if (groups_.empty())
      for (const Component& k : components_) visit(k.mean, k.mean, k.stddev);
    for (const Group& group : groups_)
      for (Index begin = group.begin, end = begin; begin < group.end; begin = end) {
        T least = component(begin).stddev;
        for (end = begin + 1; end < group.end && component(end).mean - component(end - 1).mean < group.narrowest; ++end)
          least = (std::min)(least, component(end).stddev);
        visit(component(begin).mean, component(end - 1).mean, least);
      }
  }

 private:
  struct Group {
    Index begin, end;
    T log_factor;  // the largest
    T widest, narrowest;
  };

  /// From the narrowest on, each group as wide as allowed.
  void make_groups() {
    using std::exp;
    using std::log;
    const auto narrower = [](const Component& a, const Component& b) { return a.stddev < b.stddev; };
    std::sort(components_.begin(), components_.end(), narrower);
    const T span = log(T(components_.back().stddev / components_.front().stddev));
    const T factor = exp((std::max)(T(0.7), T(span / T(static_cast<double>(most_groups) - 2))));
    for (auto begin = components_.begin(), end = begin; begin != components_.end(); begin = end) {
      end = std::find_if(begin, components_.end(), [&](const auto& k) { return factor * begin->stddev < k.stddev; });
      Group group{begin - components_.begin(), end - components_.begin(), begin->log_factor, (end - 1)->stddev,
                  begin->stddev};
      for (auto k = begin; k != end; ++k) group.log_factor = (std::max)(group.log_factor, k->log_factor);
      std::sort(begin, end, [](const Component& a, const Component& b) { return a.mean < b.mean; });
      groups_.push_back(group);
    }
  }

  LineMixture(std::vector<Component> components, const T& unit)
      : furthest_(largest_root<T>() / T(2)), unit_(unit), components_(std::move(components)) {
    make_groups();
  }

  /// Neighbours much closer than their stddev stand for one where p is asked only how fast it varies: what that leaves
  /// out is the variance of their means, a thousandth of theirs.
  void make_outline() {
    using std::log;
    std::vector<Component> parts;
    for (const Group& group : groups_)
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
          part.mean += offset / part.weight;
          part.inverse = T(1) / part.stddev;
          part.log_factor = T(log(part.weight)) - T(log(T(part.stddev / unit_))) - log_sqrt_two_pi<T>();
        }
        parts.push_back(part);
      }
    if (2 * parts.size() < components_.size())
      outline_ = std::shared_ptr<const LineMixture>(new LineMixture(std::move(parts), unit_));
  }

  [[nodiscard]] const Component& component(Index k) const { return components_[static_cast<std::size_t>(k)]; }

  /// The first from begin on, of a group that goes on to end, whose mean is not less than center + distance.
  [[nodiscard]] Index first_beyond(const LinePoint<T>& center, const T& distance, Index begin, Index end) const {
    const auto from = components_.begin();
    return std::partition_point(from + begin, from + end,
                                [&](const Component& k) { return k.mean - center < distance; }) -
           from;
  }

  [[nodiscard]] Ranges all() const {
    Ranges found;
    found.groups = 1;
    found.of[0] = found.groups_of[0] = {0, size()};
    return found;
  }

  /// Those that, all together, are not below rounding beside the component of a group that is nearest.
  [[nodiscard]] Ranges that_count(const LinePoint<T>& center, const T& half) const {
    using std::abs;
    using std::log;
    using std::sqrt;
    T floor = std::numeric_limits<T>::lowest();  // of log(unit p) on the panel
    for (const Group& group : groups_) {
      Index k = first_beyond(center, T(0), group.begin, group.end);
      if (k == group.end || (k > group.begin && center - component(k - 1).mean < component(k).mean - center)) --k;
      const Component& closest = component(k);
      const T z = (T(abs(T(center - closest.mean))) + half) * closest.inverse;
      floor = (std::max)(floor, T(closest.log_factor - z * z / T(2)));
    }
    const T cutoff = T(exponent_cutoff<T>) + T(log(T(static_cast<double>(size()))));
    return within(center, half, [&](const Group& group) {
      const T above = group.log_factor - floor + cutoff;
      return above > T(0) ? T(group.widest * T(sqrt(T(T(2) * above)))) : T(-half);
    });
  }

  /// log(unit w_k N_k), at least half the lowest number.
  [[nodiscard]] auto exponents(Index index, const LinePoint<T>& center, const T& half) const {
    const Component& k = component(index);
    const T from_mean = (std::max)(T(-furthest_), (std::min)(furthest_, T((center - k.mean) * k.inverse)));
    const T across = (std::min)(furthest_, T(half * k.inverse));
    return (legendre_rule<T>().nodes * across + from_mean).square() * T(-0.5) + k.log_factor;
  }

  T furthest_;  // in standard deviations: its square is in range
  T unit_ = T(0);
  T largest_log_factor_ = T(0);
  std::vector<Component> components_;
  std::vector<Group> groups_;  // none for one or two components, whose order is the mixture's
  std::optional<TwoComponentZeros<T>> zeros_;
  std::shared_ptr<const LineMixture> outline_;  // of many components that lie close together
};

}  // namespace klgrid::detail
