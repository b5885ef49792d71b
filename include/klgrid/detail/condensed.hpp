// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

#include "klgrid/detail/gauss_rule.hpp"
#include "klgrid/detail/line_point.hpp"
#include "klgrid/real.hpp"

/// A mixture of very many components, as a kernel density of samples is, as the same function of few.
///
/// Neighbours of one standard deviation h, with means c + h t_k, |t_k| <= a, add up to
///   exp(-z^2/2) sum_k w_k exp(z t_k - t_k^2/2),   z = (x - c)/h,
/// a sum of a smooth function over the points t_k, for which their n-point Gauss rule stands: n components of the same
/// h, of positive weights, with means between those of the neighbours. Where (|z| + a) a <= R the error, relative to
/// the sum, is at most 4 e^R (R/2)^(2n) / (2n)!, by Chebyshev's expansion of the exponential: below a rounding of
/// double for R = 2 and n = 10.
///
/// So narrow a bin has to be only for those z at which it counts. Beside a component of share w of the whole, at the
/// distance d h on its one side, a bin is below e^-L from |z| = d/2 + (L - log w)/d on: 11 for samples that lie close,
/// a million of them. At a gap the nearest sample leads far into it, and stays alone; bins widen with the distance from
/// it. Thus what comes is the given mixture to a few roundings of p, at every point of the line, however far in its
/// tails and gaps, and of at most some 30 components for each h that it extends over.
namespace klgrid::inline KLGRID_ABI::detail {

/// Exponents below -cutoff no longer count beside one of 0: 4 more than -log of the rounding of T.
template <Real T>
inline constexpr double exponent_cutoff = 4 + 0.69314718 * std::numeric_limits<T>::digits;

/// weight N(x; mean, stddev^2), and what a mixture of them keeps for many evaluations.
template <Real T>
struct MixtureComponent {
  T weight, log_factor;  // log_factor = log of the mixture's unit times the peak
  LinePoint<T> mean;
  T stddev, inverse;  // inverse = 1/stddev

  /// An order, the same type for both: by means, or by standard deviations first.
  struct Before {
    bool by_stddev;
    bool operator()(const MixtureComponent& a, const MixtureComponent& b) const {
      if (by_stddev && a.stddev != b.stddev) return a.stddev < b.stddev;
      return a.mean < b.mean;
    }
  };
};

/// The first of components sorted by means whose mean is not less than center + distance.
template <Real T>
const MixtureComponent<T>* first_beyond(const LinePoint<T>& center, const T& distance, const MixtureComponent<T>* begin,
                                        const MixtureComponent<T>* end) {
  return std::partition_point(begin, end, [&](const MixtureComponent<T>& k) { return k.mean - center < distance; });
}

/// Many components of one standard deviation, sorted by their means, no two of which are equal.
template <Real T>
class EqualWidths {
 public:
  using Component = MixtureComponent<T>;

  /// n, the points of a rule: the error above is an eighth of a rounding.
  static constexpr Index points = [] {
    double error = 4 * 7.389;  // in roundings, n = 0
    for (int bit = 0; bit < std::numeric_limits<T>::digits + 2; ++bit) error *= 2;
    Index n = 0;
    for (; error > 1; ++n) error /= static_cast<double>((2 * n + 1) * (2 * n + 2));
    return n;
  }();

  EqualWidths(const Component* components, Index size) : components_(components), size_(size) {
    using std::log;
    using std::sqrt;
    LinePoint<T> total = T(0);
    for (Index k = 0; k < size; ++k) total = total + components[k].weight;
    log_total_ = log(total.whole());
    at_best_ = sqrt(T(2) * (T(exponent_cutoff<T>) + T(log(T(static_cast<double>(size))))));
  }

  void condense(std::vector<Component>& out) const {
    for (Index begin = 0, end = 0; begin < size_; begin = end) {
      end = bin_end(begin);
      if (end - begin > points)
        add_rule(begin, end, out);
      else
        for (Index k = begin; k < end; ++k) out.push_back(components_[k]);
    }
  }

 private:
  /// b - a in standard deviations.
  [[nodiscard]] T distance(Index a, Index b) const {
    return (components_[b].mean - components_[a].mean) / components_[a].stddev;
  }

  /// The first component not less than some standard deviations to the right of one.
  [[nodiscard]] Index first_beyond(Index from, const T& length) const {
    const Component& center = components_[from];
    return detail::first_beyond(center.mean, T(length * center.stddev), components_, components_ + size_) - components_;
  }

  /// The end of a bin that is no longer than it may be. The nearer it comes to a gap, the shorter that is.
  [[nodiscard]] Index bin_end(Index begin) const {
    using std::sqrt;
    const T longest = bin_length(T(sqrt(T(2 * exponent_cutoff<T>))));
    if (size_ - begin <= points || !(distance(begin, begin + points) <= longest)) return begin + 1;
    Index end = begin + 1;
    for (Index beyond = first_beyond(begin, bin_length(reach_to_left(begin))) + 1; beyond - end > 1;) {
      const Index middle = end + (beyond - end) / 2;
      (distance(begin, middle - 1) <= bin_length(reach_to_right(middle - 1)) ? end : beyond) = middle;
    }
    return end;
  }

  /// 2 a, where (reach + a) a is a little below R = 2, for a < 1.
  [[nodiscard]] static T bin_length(const T& reach) { return T(4) / (reach + T(1)); }

  /// Where a bin that ends, or begins, at a component no longer counts on its right, or left. Of those beside it, the
  /// ones about sqrt(2 L) away tell best.
  [[nodiscard]] T reach_to_right(Index last) const {
    const Index beyond = first_beyond(last, at_best_);
    T reach = (std::numeric_limits<T>::max)();
    if (beyond < size_) reach = covered_from(distance(last, beyond), beyond);
    if (beyond - 1 > last) reach = (std::min)(reach, covered_from(distance(last, beyond - 1), beyond - 1));
    return reach;
  }
  [[nodiscard]] T reach_to_left(Index first) const {
    const Index within = first_beyond(first, T(-at_best_));
    T reach = (std::numeric_limits<T>::max)();
    if (within < first) reach = covered_from(distance(within, first), within);
    if (within > 0) reach = (std::min)(reach, covered_from(distance(within - 1, first), within - 1));
    return reach;
  }

  /// d/2 + (L - log w)/d
  [[nodiscard]] T covered_from(const T& d, Index by) const {
    using std::log;
    return d / T(2) + (T(exponent_cutoff<T>) + log_total_ - T(log(components_[by].weight))) / d;
  }

  /// The rule of a bin. Of very many components, first of blocks of them: that of their rules together is the same one,
  /// of shorter sums.
  void add_rule(Index begin, Index end, std::vector<Component>& out) const {
    const Component& first = components_[begin];
    const T half = (components_[end - 1].mean - first.mean) / T(2);
    std::vector<T> x, weights;
    for (Index k = begin; k < end; ++k) {
      x.push_back((components_[k].mean - first.mean) / half - T(1));
      weights.push_back(components_[k].weight);
    }
    constexpr std::size_t block = 512;
    while (x.size() > block) {
      std::size_t size = 0;
      for (std::size_t i = 0; i < x.size(); i += block) {
        const GaussRule<T> rule(&x[i], &weights[i], (std::min)(block, x.size() - i), points);
        std::copy(rule.nodes().begin(), rule.nodes().end(), &x[size]);
        std::copy(rule.weights().begin(), rule.weights().end(), &weights[size]);
        size += rule.nodes().size();
      }
      x.resize(size);
      weights.resize(size);
    }
    const GaussRule<T> rule(x.data(), weights.data(), x.size(), points);
    const T least = T(1e-4) * std::numeric_limits<T>::epsilon() *
                    std::accumulate(rule.weights().begin(), rule.weights().end(), T(0));
    Component made = first;
    for (std::size_t k = 0; k < rule.nodes().size(); ++k) {
      made.weight = rule.weights()[k];
      made.mean = first.mean + half * (T(1) + rule.nodes()[k]);
      if (made.weight > least) out.push_back(made);
    }
  }

  const Component* components_;
  Index size_;
  T log_total_;
  T at_best_;
};

/// Equal ones of the components added up, and near ones condensed, in no given order. Cost: sorting, and some hundred
/// operations for each.
template <Real T>
std::vector<MixtureComponent<T>> condensed(std::vector<MixtureComponent<T>> components) {
  const typename MixtureComponent<T>::Before before{.by_stddev = true};
  std::sort(components.begin(), components.end(), before);
  std::size_t size = 0;
  for (std::size_t begin = 0, end = 0; begin < components.size(); begin = end, ++size) {
    LinePoint<T> weight = components[begin].weight;
    for (end = begin + 1; end < components.size() && !before(components[begin], components[end]); ++end)
      weight = weight + components[end].weight;
    components[size] = components[begin];
    components[size].weight = weight.whole();
  }
  std::vector<MixtureComponent<T>> out;
  for (std::size_t begin = 0, end = 0; begin < size; begin = end) {
    while (end < size && !(components[begin].stddev < components[end].stddev)) ++end;
    EqualWidths<T>(components.data() + begin, static_cast<Index>(end - begin)).condense(out);
  }
  return out;
}

}  // namespace klgrid::detail
