// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "klgrid/detail/condensed.hpp"
#include "klgrid/detail/line_point.hpp"
#include "klgrid/detail/log_sqrt_two_pi.hpp"
#include "klgrid/detail/packets.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// A mixture made ready for many evaluations: weights normalised to sum 1, components of weight zero left out, of very
/// many as few made as are the same density, lengths only as ratios (z, and p times the unit), and the components
/// sorted, so that of many only those are met that count.
///
/// Components of about the same standard deviation form a group, sorted by means: which of a group count on a stretch
/// of the line are then neighbours.
template <Real T>
class SortedMixture {
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

    [[nodiscard]] Index size() const {
      Index sum = 0;
      for (std::size_t g = 0; g < groups; ++g) sum += of[g].end - of[g].begin;
      return sum;
    }

    template <class Visit>
    void for_each(Visit visit) const {
      for (std::size_t g = 0; g < groups; ++g)
        for (Index k = of[g].begin; k < of[g].end; ++k) visit(k);
    }
  };

  using Component = MixtureComponent<T>;

  struct Group {
    Index begin, end;
    T log_factor;  // the largest
    T widest, narrowest;
  };

  SortedMixture(const Vector<T>& weights, const Vector<T>& means, const Vector<T>& stddevs) {
    using std::abs;
    using std::log;
    components_.reserve(static_cast<std::size_t>(weights.size()));
    for (Index k = 0; k < weights.size(); ++k)
      if (weights[k] > T(0)) components_.push_back({weights[k], T(0), means[k], stddevs[k], T(T(1) / stddevs[k])});
    if (size() > EqualWidths<T>::points) components_ = condensed(std::move(components_));
    LinePoint<T> sum = T(0);  // of very many equal numbers, roundings add up
    for (const Component& each : components_) {
      sum = sum + each.weight;
      unit_ = (std::max)(unit_, each.stddev);
    }
    const T& total = sum.whole();
    for (Component& each : components_) {
      each.weight /= total;
      each.log_factor = T(log(each.weight)) - log_sqrt_two_pi<T>() - T(log(T(each.stddev / unit_)));
      largest_log_factor_ = (std::max)(largest_log_factor_, T(abs(each.log_factor)));
    }
    if (size() > 2) make_groups();
  }

  [[nodiscard]] Index size() const { return static_cast<Index>(components_.size()); }
  [[nodiscard]] const std::vector<Component>& components() const noexcept { return components_; }

  /// None for one or two components, whose order is the mixture's.
  [[nodiscard]] const std::vector<Group>& groups() const noexcept { return groups_; }

  /// The largest standard deviation: what lengths and densities are counted in.
  [[nodiscard]] const T& unit() const noexcept { return unit_; }

  /// The largest modulus of the logarithms of the components' factors.
  [[nodiscard]] const T& largest_log_factor() const noexcept { return largest_log_factor_; }

  /// log p at n points in order, to out. Out of order they cost more.
  void log_pdf(const T* x, Index n, T* out) const {
    using std::log;
    constexpr Index block = 16;
    T top[block], sum[block];
    const T log_unit = log(unit_);
    for (Index begin = 0; begin < n; begin += block, x += block, out += block) {
      const Index count = (std::min)(block, n - begin);
      const auto [least, most] = std::minmax_element(x, x + count);
      const T half = *most / T(2) - *least / T(2);
      const Ranges counting = that_count(LinePoint<T>(*least) + half, half);
      std::fill_n(top, count, T(std::numeric_limits<T>::lowest()));
      std::fill_n(sum, count, T(0));
      const auto exponent = [](const Component& k, const auto& point) {
        const T half_mean = k.mean.whole() / T(2), half_rest = k.mean.rest() / T(2);
        const auto half_z = ((point * T(0.5) - half_mean) - half_rest) * k.inverse;  // x - mean could overflow
        return half_z * half_z * T(-2) + k.log_factor;
      };
      counting.for_each([&](Index i) {
        const Component& k = component(i);
        for_packs<T>(count, [&](Index j, auto at) { larger(at(top + j), exponent(k, at(x + j))).store(top + j); });
      });
      counting.for_each([&](Index i) {
        const Component& k = component(i);
        for_packs<T>(
            count, [&](Index j, auto at) { (at(sum + j) + exp(exponent(k, at(x + j)) - at(top + j))).store(sum + j); });
      });
      for_packs<T>(count, [&](Index j, auto at) { (at(top + j) + log(at(sum + j)) - log_unit).store(out + j); });
    }
  }

  /// The components of each group with means at most margin(group) away from [center - half, center + half]; all, where
  /// there are no groups.
  template <class Margin>
  [[nodiscard]] Ranges within(const LinePoint<T>& center, const T& half, Margin margin) const {
    Ranges found;
    if (groups_.empty()) {
      found.groups = 1;
      found.of[0] = found.groups_of[0] = {0, size()};
      return found;
    }
    found.groups = groups_.size();
    // From either end: beside the stretch's length what is narrow and just beyond would round away.
    const LinePoint<T> low = center + T(-half);
    const LinePoint<T> high = center + half;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const Group& group = groups_[g];
      found.groups_of[g] = {group.begin, group.end};
      const T most = margin(group);
      found.of[g] = {group.begin, group.begin};
      if (most <= -half) continue;
      // A NaN margin, of overflows, means all.
      const bool some = most < (std::numeric_limits<T>::max)();
      found.of[g].begin = some ? first_beyond(low, T(-most), group.begin, group.end) : group.begin;
      found.of[g].end = some ? first_beyond(high, most, found.of[g].begin, group.end) : group.end;
    }
    return found;
  }

  /// Those that, all together, are not below rounding beside the component of a group that is nearest.
  [[nodiscard]] Ranges that_count(const LinePoint<T>& center, const T& half) const {
    using std::abs;
    using std::log;
    using std::sqrt;
    T floor = std::numeric_limits<T>::lowest();  // of log(unit p) on the stretch
    for (const Group& group : groups_) {
      Index k = first_beyond(center, T(0), group.begin, group.end);
      if (k == group.end || (k > group.begin && center - component(k - 1).mean < component(k).mean - center)) --k;
      const Component& closest = component(k);
      const T z = (T(abs(T(center - closest.mean))) + half) * closest.inverse;
      floor = (std::max)(floor, T(closest.log_factor - z * z / T(2)));
    }
    const T cutoff = T(exponent_cutoff<T>) + T(log(T(static_cast<double>(size()))));
    // From far off the margin is the distance of the nearest component, which its roundings are not to leave out.
    const T rounded = T(1) + T(8) * std::numeric_limits<T>::epsilon();
    return within(center, half, [&](const Group& group) {
      const T above = group.log_factor - floor + cutoff;
      return above > T(0) ? T(group.widest * rounded * T(sqrt(T(T(2) * above)))) : T(-half);
    });
  }

 protected:
  SortedMixture(std::vector<Component> components, const T& length)
      : unit_(length), components_(std::move(components)) {
    make_groups();
  }

  [[nodiscard]] const Component& component(Index k) const { return components_[static_cast<std::size_t>(k)]; }

  void translate(const T& by) {
    for (Component& each : components_) each.mean = each.mean + by;
  }

 private:
  /// From the narrowest on, each group as wide as allowed.
  void make_groups() {
    using std::exp;
    using std::log;
    using Before = typename Component::Before;
    std::sort(components_.begin(), components_.end(), Before{.by_stddev = true});
    const T span = log(T(components_.back().stddev / components_.front().stddev));
    const T factor = exp((std::max)(T(0.7), T(span / T(static_cast<double>(most_groups) - 2))));
    for (auto begin = components_.begin(), end = begin; begin != components_.end(); begin = end) {
      end = std::find_if(begin, components_.end(), [&](const auto& k) { return factor * begin->stddev < k.stddev; });
      Group group{begin - components_.begin(), end - components_.begin(), begin->log_factor, (end - 1)->stddev,
                  begin->stddev};
      for (auto k = begin; k != end; ++k) group.log_factor = (std::max)(group.log_factor, k->log_factor);
      std::sort(begin, end, Before{.by_stddev = false});
      groups_.push_back(group);
    }
  }

  /// The first from begin on, of a group that goes on to end, whose mean is not less than center + distance.
  [[nodiscard]] Index first_beyond(const LinePoint<T>& center, const T& distance, Index begin, Index end) const {
    const Component* const all = components_.data();
    return detail::first_beyond(center, distance, all + begin, all + end) - all;
  }

  T unit_ = T(0);
  T largest_log_factor_ = T(0);
  std::vector<Component> components_;
  std::vector<Group> groups_;
};

}  // namespace klgrid::detail
