// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "klgrid/detail/near_zero.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/line/detail/legendre_rule.hpp"
#include "klgrid/line/detail/line_mixture.hpp"
#include "klgrid/line/detail/panels.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// p/q - 1 without cancellation near p = q. With z and z_k = (x - mean_k)/stddev_k,
///   b_k = log N_k - log q = (z - z_k) (z + z_k) / 2 - log(stddev_k/stddev),   p/q - 1 = sum_k w_k (e^b_k - 1),
/// for weights of sum 1. Of a component that is much like q, stddev_k = stddev (1 + e) and mean_k = mean + stddev h,
/// z - z_k is (z e + h) / (1 + e); of another one, the difference.
template <Real T>
class RelativeExcess {
 public:
  using Array = LegendreArray<T>;

  /// Keeps a reference to the mixture.
  RelativeExcess(const LineMixture<T>& p, const Gaussian<T>& q) : p_(p), mean_(q.mean()), inverse_(T(1) / q.stddev()) {
    using std::abs;
    using std::log;
    using std::log1p;
    terms_.reserve(static_cast<std::size_t>(p.size()));
    for (const auto& k : p.components()) {
      const T ratio = k.stddev / q.stddev();
      const T e = (k.stddev - q.stddev()) / q.stddev();
      const T h = (k.mean - q.mean()) / q.stddev();
      const bool alike = T(abs(e)) <= T(0.5) && T(abs(h)) <= T(1);
      is_of_use_ = is_of_use_ || alike;
      terms_.push_back({k.weight, k.mean, k.inverse, T(e / ratio), T(h / ratio), alike ? T(log1p(e)) : T(log(ratio)),
                        alike, k.weight, k.weight});
    }
    add_up_weights();
  }

  /// False where no component is much like q: then p/q - 1 = e^(log p - log q) - 1 is as good.
  [[nodiscard]] bool is_of_use() const { return is_of_use_; }

  [[nodiscard]] Array operator()(const LinePanel<T>& panel, const Array& z) const {
    Array sum = Array::Zero();
    const T others = for_each(panel, [&](const Term& k) { sum += k.weight * rise(exponent(k, panel, z)); });
    return sum - others;
  }

  /// A bound on its error in roundings: of the terms of b_k, and of z, which they feel by their slope.
  [[nodiscard]] Array doubt(const LinePanel<T>& panel, const Array& z) const {
    using std::abs;
    const T across = panel.half * inverse_;
    Array sum = Array::Zero();
    const T others = for_each(panel, [&](const Term& k) {
      const Array step = difference(k, panel, z);
      const Array other = z - step;
      const Array plain =
          k.alike ? Array(step.abs() * (z.abs() + step.abs() + T(1))) : Array(z.square() + other.square());
      const Array moved = k.alike
                              ? Array((z.abs() + across) * (T(abs(k.growth)) * (z.abs() + other.abs()) + step.abs()))
                              : Array(across * z.abs() + panel.half * k.inverse * other.abs());
      sum += k.weight * (rise(exponent(k, panel, z)) + T(1)) * (plain + moved + T(abs(k.log_width)));
    });
    return (sum + others) * T(16);
  }

 private:
  struct Term {
    T weight;
    LinePoint<T> mean;
    T inverse;
    T growth, shift;  // z - z_k = z growth + shift
    T log_width;      // log(stddev_k/stddev)
    bool alike;
    T weight_before, weight_after;  // of its group, up to this one, and from it on
  };

  [[nodiscard]] const Term& term(Index k) const { return terms_[static_cast<std::size_t>(k)]; }

  void add_up_weights() {
    const auto all = p_.within(LinePoint<T>(mean_), T(0), [](const auto&) { return T(0); });
    for (std::size_t g = 0; g < all.groups; ++g) {
      const auto& [first, last] = all.groups_of[g];
      for (Index k = first + 1; k < last; ++k)
        terms_[static_cast<std::size_t>(k)].weight_before += term(k - 1).weight_before;
      for (Index k = last - 1; k > first; --k)
        terms_[static_cast<std::size_t>(k - 1)].weight_after += term(k).weight_after;
    }
  }

  static Array difference(const Term& k, const LinePanel<T>& panel, const Array& z) {
    return k.alike ? Array(z * k.growth + k.shift) : Array(z - panel.standardized(k.mean, k.inverse));
  }

  /// b_k
  static Array exponent(const Term& k, const LinePanel<T>& panel, const Array& z) {
    const Array step = difference(k, panel, z);
    return step * (z - step * T(0.5)) - k.log_width;
  }

  /// e^b - 1
  static Array rise(const Array& b) { return expm1_of(b); }

  /// Calls visit(term) unless e^b_k is below rounding on the whole panel. Returns the weight of the others.
  template <class Visit>
  T for_each(const LinePanel<T>& panel, Visit visit) const {
    using std::abs;
    using std::log;
    using std::sqrt;
    if (p_.size() <= 2) {
      for (const Term& k : terms_) visit(k);
      return T(0);
    }
    const T furthest = (T(abs(T(panel.center - mean_))) + panel.half) * inverse_;
    const auto ranges = p_.within(panel.center, panel.half, [&](const auto& group) {
      const T above = T(exponent_cutoff<T>) + furthest * furthest / T(2) - T(log(T(group.narrowest * inverse_)));
      return above > T(0) ? T(group.widest * T(sqrt(T(T(2) * above)))) : T(-panel.half);
    });
    T others = T(0);  // sums of weights, never a difference: the least of them may matter
    for (std::size_t g = 0; g < ranges.groups; ++g) {
      const auto& [begin, end] = ranges.of[g];
      const auto& [first, last] = ranges.groups_of[g];
      if (begin > first) others += term(begin - 1).weight_before;
      if (end < last) others += term(end).weight_after;
    }
    ranges.for_each([&](Index k) { visit(term(k)); });
    return others;
  }

  const LineMixture<T>& p_;
  T mean_;
  T inverse_;
  bool is_of_use_ = false;
  std::vector<Term> terms_;
};

}  // namespace klgrid::detail
