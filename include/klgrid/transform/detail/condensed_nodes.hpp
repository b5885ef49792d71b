// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "klgrid/real.hpp"
#include "klgrid/transform/detail/chebyshev_bin.hpp"
#include "klgrid/transform/detail/lanes.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// Nodes of plane waves, x_i = base_i + offset_i: two numbers, for one would round away what a narrow kernel feels far
/// from 0. A view.
template <Real T>
struct WaveNodes {
  Index size;
  const T* base;              // sorted
  const T* offset = nullptr;  // none if all are 0
  T half_width{};             // no offset is larger; nodes of the same base are used together

  /// x_i - origin
  [[nodiscard]] T from(const T& origin, Index i) const {
    const T difference = base[i] - origin;
    return offset == nullptr ? difference : T(difference + offset[i]);
  }
};

/// Few nodes that stand for many: sum_i g_i e^(i kappa x_i) over the nodes in a bin is that of the interpolating
/// polynomial of the wave, so that g_i is handed to the bin's Chebyshev points y_j, G_j = sum_i g_i l_j(x_i), once, and
/// waves are summed over those. It costs 2 K operations a node, K points a bin, where each wave would cost some; the
/// error is ChebyshevBin's, relative to the sum of |g_i|.
///
/// Widths, and the number that the bins lie about, have so few digits that their middles are exact, and mirror images
/// of each other.
template <Real T>
class CondensedNodes {
 public:
  static constexpr Index points = ChebyshevBin<T>::points;  // K, of a bin

  /// The largest number of a few digits that is no wider; 0 where there is none.
  static double rounded(double width) {
    const double unit = unit_of(width);
    return unit > 0 && unit <= (std::numeric_limits<double>::max)() ? std::floor(width / unit) * unit : 0;
  }

  /// Whether bins of this width save more than they cost, which for a thousand nodes they hardly do, and have exact
  /// middles.
  static bool worthwhile(const WaveNodes<T>& nodes, double width) {
    const double epsilon =
        (std::max)(static_cast<double>(std::numeric_limits<T>::epsilon()), std::numeric_limits<double>::epsilon());
    const auto first = static_cast<double>(nodes.base[0]);
    const auto last = static_cast<double>(nodes.base[nodes.size - 1]);
    const double bins = (last - first) / width + 3;
    return width > 0 && 2 * static_cast<double>(points) * bins + 1000 <= static_cast<double>(nodes.size) &&
           (std::max)(std::abs(first), std::abs(last)) * epsilon <= unit_of(width) / 2;
  }

  /// For nodes and a rounded width that are worthwhile.
  CondensedNodes(const WaveNodes<T>& nodes, double width) : width_(width), half_width_(T(width / 2)) {
    const T& first = nodes.base[0];
    const T& last = nodes.base[nodes.size - 1];
    const double unit = unit_of(width);
    const T middle = T(std::floor(static_cast<double>(T(first / T(2) + last / T(2))) / unit) * unit);
    const T reach = (std::max)(T(last - middle), T(middle - first));
    const auto half = static_cast<Index>(std::floor(static_cast<double>(reach) / width)) + 1;
    base_.resize(2 * half * points);
    offset_.resize(2 * half * points);
    starts_.push_back(0);
    for (Index b = 0; b < 2 * half; ++b) {
      const T center = middle + T(width * (static_cast<double>(b - half) + 0.5));
      for (Index j = 0; j < points; ++j) {
        base_[b * points + j] = center;
        offset_[b * points + j] = half_width_ * bin_.corner[j];
      }
      const bool is_last = b + 1 == 2 * half;
      starts_.push_back(is_last ? nodes.size : first_from(nodes, T(center + half_width_), starts_.back()));
    }
  }

  /// The points that stand for the nodes.
  [[nodiscard]] WaveNodes<T> nodes() const noexcept {
    return {base_.size(), base_.data(), offset_.data(), half_width_};
  }
  [[nodiscard]] double width() const noexcept { return width_; }

  [[nodiscard]] std::size_t bytes() const noexcept {
    return static_cast<std::size_t>(2 * base_.size()) * sizeof(T) + starts_.size() * sizeof(Index);
  }

  /// Hands what is at the nodes that this was made for, g_i or, with factors, their products, to its points.
  void condense(const WaveNodes<T>& nodes, const T* g, const T* factors, T* out) const {
    const Values from{nodes, g, factors};
    for (std::size_t b = 0; b + 1 < starts_.size(); ++b, out += points) {
      const T& center = base_[static_cast<Index>(b) * points];
      Pack<T> sums[points];
      for (auto& sum : sums) sum = T(0);
      Index i = starts_[b];
      for (; i + together * lane_size<T> <= starts_[b + 1]; i += together * lane_size<T>) add(from, i, center, sums);
      if (i < starts_[b + 1]) add_rest(from, i, starts_[b + 1], center, sums);
      T moments[points];
      for (Index k = 0; k < points; ++k) moments[k] = sums[k].sum();
      std::fill_n(out, points, T(0));
      for (Index k = 0; k < points; ++k)
        for (Index j = 0; j < points; ++j) out[j] += bin_.polynomial[k][j] * moments[k];
    }
  }

 private:
  static constexpr int together = 4;  // lanes, independent of each other

  struct Values {
    WaveNodes<T> nodes;
    const T* g;
    const T* factors;
  };

  /// Of which widths are whole multiples, few of them, and twice the bins' middles.
  static double unit_of(double width) { return std::exp2(std::floor(std::log2(width)) - 3); }

  /// The first node from i on that is not left of x.
  static Index first_from(const WaveNodes<T>& nodes, const T& x, Index i) {
    Index end = nodes.size;
    while (i < end) {
      const Index middle = i + (end - i) / 2;
      if (nodes.from(x, middle) < T(0))
        i = middle + 1;
      else
        end = middle;
    }
    return i;
  }

  /// Adds g_i T_k(u_i), T_k the Chebyshev polynomials and u_i from -1 to 1 across the bin, of some lanes of nodes.
  void add(const Values& from, Index first, const T& center, Pack<T>* sums) const {
    const T inverse = T(1) / half_width_;
    Pack<T> u[together], term[together];
    for (int v = 0; v < together; ++v) {
      const Index i = first + v * lane_size<T>;
      u[v] = Pack<T>::load(from.nodes.base + i) - center;
      if (from.nodes.offset != nullptr) u[v] = u[v] + Pack<T>::load(from.nodes.offset + i);
      u[v] = u[v] * inverse;
      term[v] = Pack<T>::load(from.g + i);
      if (from.factors != nullptr) term[v] = term[v] * Pack<T>::load(from.factors + i);
    }
    add_terms(u, term, sums);
  }

  /// The same of what is left, fewer than that.
  void add_rest(const Values& from, Index first, Index end, const T& center, Pack<T>* sums) const {
    constexpr Index size = together * lane_size<T>;
    const T inverse = T(1) / half_width_;
    T place[size]{}, value[size]{};
    for (Index i = first; i < end; ++i) {
      place[i - first] = from.nodes.from(center, i) * inverse;
      value[i - first] = from.factors != nullptr ? T(from.g[i] * from.factors[i]) : from.g[i];
    }
    Pack<T> u[together], term[together];
    for (int v = 0; v < together; ++v) {
      u[v] = Pack<T>::load(place + v * lane_size<T>);
      term[v] = Pack<T>::load(value + v * lane_size<T>);
    }
    add_terms(u, term, sums);
  }

  static void add_terms(const Pack<T> (&u)[together], const Pack<T> (&g)[together], Pack<T>* sums) {
    Pack<T> twice[together], term[together], before[together];
    for (int v = 0; v < together; ++v) {
      twice[v] = u[v] + u[v];
      before[v] = g[v];
      term[v] = g[v] * u[v];
      sums[0] = sums[0] + before[v];
      sums[1] = sums[1] + term[v];
    }
    for (Index k = 2; k < points; ++k)
      for (int v = 0; v < together; ++v) {
        const Pack<T> next = twice[v] * term[v] - before[v];
        before[v] = term[v];
        term[v] = next;
        sums[k] = sums[k] + next;
      }
  }

  double width_;
  T half_width_;
  Vector<T> base_, offset_;    // of the points
  std::vector<Index> starts_;  // of the bins among the nodes; and their end
  ChebyshevBin<T> bin_;
};

}  // namespace klgrid::detail
