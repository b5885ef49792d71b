// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "klgrid/real.hpp"
#include "klgrid/transform/detail/condensed_means.hpp"
#include "klgrid/transform/detail/condensed_nodes.hpp"
#include "klgrid/transform/detail/lanes.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// 2 pi
template <Real T>
T two_pi() {
  using std::atan;
  return T(8) * T(atan(T(1)));
}

/// A run of neighbouring means with the nodes in their reach, and the plane waves of one period at both.
template <Real T>
struct WavePanel {
  static constexpr Index together = 4;  // lanes of nodes in analysis

  Index first_col, cols;
  Index first_node, nodes;
  CondensedMeans<T> condensed;  // points that stand for the means, if there are any: then those are meant below
  Index lanes = 0;              // of means, or of the first half of them
  bool mirrored = false;        // the means lie symmetric about their middle, so one half of them serves both
  bool paired = false;          // and so do the nodes
  Index around_quarter = 0;     // the outermost of paired nodes, as many pairs lie symmetric about a quarter circle
  // Of each node's angle theta in the first wave, whole lanes, of one of each pair: 4 sin^2(theta/2) or, in the left
  // half of the circle, 4 cos^2(theta/2); 1 or, there, -1; and sin theta, which those around a quarter have in common.
  Vector<T> squared_chord, sign, sine;
  Columns<T> shift;  // cosine and sine of each wave from the middle of the means to that of the nodes
  // Of the means, or the first half of them in whole lanes, cosine and sine of their angle in the first wave; and those
  // of each wave, if they are kept.
  Vector<T> turn[2];
  LaneTable<T> waves[2];

  /// The i-th of so many panels of equally many means, with the nodes in their reach.
  WavePanel(const WaveNodes<T>& from, const Vector<T>& mu, const T& to_nodes, Index i, Index panels) {
    const T reach = to_nodes + from.half_width;
    first_col = mu.size() * i / panels;
    cols = mu.size() * (i + 1) / panels - first_col;
    const T* const begin = from.base;
    const T* const end = begin + from.size;
    first_node = std::lower_bound(begin, end, T(mu[first_col] - reach)) - begin;
    nodes = std::upper_bound(begin, end, T(mu[first_col + cols - 1] + reach)) - begin - first_node;
  }

  /// Hands its means to fewer points, if that is worthwhile for so many rows and waves.
  /// @param width  of the bins, at most
  void condense(const Vector<T>& mu, double width, Index rows, Index count) {
    using Condensed = CondensedMeans<T>;
    const auto span = static_cast<double>(T(mu[first_col + cols - 1] - mu[first_col]));
    const auto means = static_cast<double>(cols);
    if (span > 0 && Condensed::worthwhile(Condensed::points_of(span, width), means, rows, static_cast<double>(count)))
      condensed = Condensed(mu.data() + first_col, cols, width);
  }

  /// The means, or the points that stand for them.
  [[nodiscard]] Index points() const { return condensed.size() > 0 ? condensed.size() : cols; }

  /// The largest distance from a mean to a node.
  [[nodiscard]] T farthest_pair(const WaveNodes<T>& from, const Vector<T>& mu) const {
    if (nodes == 0) return T(0);
    return (std::max)(from.from(mu[first_col], first_node + nodes - 1),
                      T(-from.from(mu[first_col + cols - 1], first_node)));
  }

  /// The period, or a slightly longer one of which the half leads from the first node to another: of evenly spaced
  /// nodes those on either side of a quarter of it are mirror images then.
  [[nodiscard]] T aligned(const WaveNodes<T>& from, const T& period) const {
    if (nodes == 0 || from.offset != nullptr) return period;
    const T* const first = from.base + first_node;
    const T* const other = std::lower_bound(first, first + nodes, T(*first + period / T(2)));
    const T twice = T(2) * (*(other == first + nodes ? first : other) - *first);
    return twice >= period && twice <= T(1.01) * period ? twice : period;
  }

  /// Angles of nodes and means in the first of so many waves; tables of all waves at the means, if they are kept.
  /// @param slack  by which nodes and means may be moved to be mirror images
  void place(const WaveNodes<T>& from, const Vector<T>& mu, const std::optional<ChebyshevBin<T>>& bin, const T& period,
             Index count, const T& slack, bool keeps_tables) {
    place_nodes(from, period, slack);
    place_means(condensed.size() > 0 ? condensed.distances(*bin) : from_middle(mu.data() + first_col, cols),
                two_pi<T>() / period, slack);
    place_shift(from, mu, two_pi<T>() / period, count);
    if (!keeps_tables) return;
    const Index of_tables = mirrored ? turn[0].size() : points();
    waves[0] = LaneTable<T>(of_tables, count + 1);
    waves[1] = LaneTable<T>(of_tables, count);
    make_waves(0, lanes, count, waves);
    for (auto& each : turn) each.resize(0);
  }

  /// So many waves and the constant at some lanes of means, to tables that begin with the first of them.
  void make_waves(Index first, Index end, Index count, LaneTable<T> (&tables)[2]) const {
    constexpr Index four = 4;
    Index lane = first;
    for (; lane + four <= end; lane += four) make_waves<four>(lane, count, tables, lane - first);
    for (; lane < end; ++lane) make_waves<1>(lane, count, tables, lane - first);
  }

  /// The nodes, or one of each pair, in whole lanes.
  [[nodiscard]] Index angles() const noexcept { return sign.size(); }

  /// Of each angle the values by parity about the nodes' middle, odd ones times sin theta: for even waves in columns 0
  /// and 1, for odd waves, of which the cosine changes its sign in the left half of the circle, in columns 2 and 3. Two
  /// more columns are for use on the way; all are of split_size().
  void split(const T* g, Columns<T>& columns) const {
    split_about_middle(g, columns[4], columns[5]);
    for (Index i = 0; i < sine.size(); ++i) columns[5][i] *= sine[i];
    const Index pairs = around_quarter / 2;
    const Index inner = around_quarter % 2;  // what lies on the quarter has no other
    for (Index parity = 0; parity < 2; ++parity) {
      const T* const left = columns[4 + parity];
      T* const sums = columns[parity];
      T* const differences = columns[2 + parity];
      std::copy_n(left + pairs, angles(), sums);
      for (Index i = 0; i < angles(); ++i) differences[i] = sums[i] * sign[i];
      for (Index i = 0; i < pairs; ++i) sums[inner + i] += left[pairs - 1 - i];
      for (Index i = 0; i < pairs; ++i) differences[inner + i] -= left[pairs - 1 - i];
    }
  }

  /// Rows of those columns, in whole lanes.
  [[nodiscard]] Index split_size() const noexcept { return sine.size(); }

  [[nodiscard]] Index size() const noexcept {
    return sine.size() + 2 * sign.size() + shift.size() + turn[0].size() + turn[1].size() + waves[0].size() +
           waves[1].size();
  }

 private:
  /// Sums and differences of the values at mirror images, from the outermost inwards, and zeros.
  void split_about_middle(const T* g, T* even, T* odd) const {
    const T* const left = g + first_node;
    const Index used = paired ? nodes / 2 : nodes;
    for (Index i = 0; i < used; ++i) {
      const T& right = left[nodes - 1 - i];
      even[i] = paired ? T(right + left[i]) : right;
      odd[i] = paired ? T(right - left[i]) : right;
    }
    std::fill(even + used, even + split_size(), T(0));
    std::fill(odd + used, odd + split_size(), T(0));
    if (paired && nodes % 2 == 1) even[used] = left[used];
  }

  /// Distances of points from the middle of the first and the last of them; that middle need not be a number of T.
  static Vector<T> from_middle(const T* points, Index count) {
    Vector<T> distances(count);
    for (Index i = 0; i < count; ++i) distances[i] = ((points[i] - points[0]) + (points[i] - points[count - 1])) / T(2);
    return distances;
  }

  /// True if distances lie symmetric about 0 but for the slack, by which each is then moved at most.
  static bool mirror(Vector<T>& distances, const T& slack) {
    using std::abs;
    const Index count = distances.size();
    const auto at = [&](Index i) { return T((distances[i] - distances[count - 1 - i]) / T(2)); };
    for (Index i = 0; i < count; ++i)
      if (!(T(abs(T(at(i) - distances[i]))) <= slack)) return false;
    for (Index i = 0; i < count / 2; ++i) {
      const T right = at(count - 1 - i);
      distances[i] = -right;
      distances[count - 1 - i] = right;
    }
    return true;
  }

  /// The same of the outermost nodes about a quarter of the period.
  void mirror_about_quarter(Vector<T>& distances, const T& period, const T& slack) {
    const T quarter = period / T(4);
    T* const end = distances.data() + nodes;
    const T innermost = period / T(2) - distances[nodes - 1] - T(2) * slack;
    T* const first = std::lower_bound(end - nodes / 2, end, innermost);
    const Index count = end - first;
    Vector<T> outermost(count);
    for (Index i = 0; i < count; ++i) outermost[i] = first[i] - quarter;
    if (count < 2 || !mirror(outermost, slack)) return;
    for (Index i = 0; i < count; ++i) first[i] = outermost[i] + quarter;
    around_quarter = count;
  }

  void place_nodes(const WaveNodes<T>& from, const T& period, const T& slack) {
    using std::abs;
    using std::sin;
    const T wave_number = two_pi<T>() / period;
    Vector<T> distances = from_middle(from.base + first_node, nodes);
    for (Index i = 0; from.offset != nullptr && i < nodes; ++i)
      distances[i] += from.offset[first_node + i];  // those of the ends are opposite
    paired = mirror(distances, slack);
    if (paired && nodes > 0) mirror_about_quarter(distances, period, slack);
    const Index points = paired ? (nodes + 1) / 2 : nodes;
    const Index pairs = around_quarter / 2;
    constexpr Index step = together * lane_size<T>;
    const auto whole_steps = [](Index count) { return (count + step - 1) / step * step; };
    squared_chord = repeated(T(0), whole_steps(points - pairs));
    sign = repeated(T(1), squared_chord.size());
    sine = repeated(T(0), (std::max)(whole_steps(points), whole_steps(pairs + sign.size())));
    for (Index i = 0; i < points; ++i) {
      const T& distance = distances[nodes - 1 - i];
      const bool on_left = T(4) * abs(distance) > period;
      const T from_axis = on_left ? T(period / T(2) - abs(distance)) : distance;
      sine[i] = sin(T(from_axis * wave_number)) * T(on_left && distance < T(0) ? -1 : 1);
      if (i < pairs) continue;
      const T half = sin(T(from_axis * wave_number / T(2)));
      squared_chord[i - pairs] = T(4) * half * half;
      sign[i - pairs] = T(on_left ? -1 : 1);
    }
  }

  void place_means(Vector<T> distances, const T& wave_number, const T& slack) {
    using std::cos;
    using std::sin;
    const Index half = whole_lanes<T>((points() + 1) / 2);
    mirrored = mirror(distances, half <= points() ? slack : T(-1));
    const Index taken = mirrored ? half : points();
    lanes = whole_lanes<T>(taken) / lane_size<T>;
    turn[0] = repeated(T(1), whole_lanes<T>(taken));
    turn[1] = repeated(T(0), whole_lanes<T>(taken));
    for (Index i = 0; i < taken; ++i) {
      turn[0][i] = cos(T(distances[i] * wave_number));
      turn[1][i] = sin(T(distances[i] * wave_number));
    }
  }

  void place_shift(const WaveNodes<T>& from, const Vector<T>& mu, const T& wave_number, Index count) {
    using std::cos;
    using std::sin;
    T distance(0);
    if (nodes > 0)
      distance =
          ((from.base[first_node] - mu[first_col]) + (from.base[first_node + nodes - 1] - mu[first_col + cols - 1])) /
          T(2);
    shift.grow(count + 1, 2);
    const T angle = distance * wave_number;
    const T c = cos(angle);
    const T s = sin(angle);
    T cosine(1);
    T sine_of_wave(0);
    for (Index m = 0; m <= count; ++m) {
      shift[0][m] = cosine;
      shift[1][m] = sine_of_wave;
      rotate(c, s, cosine, sine_of_wave);
    }
  }

  template <int V>
  void make_waves(Index lane, Index count, LaneTable<T> (&tables)[2], Index to) const {
    constexpr Index width = lane_size<T>;
    Pack<T> c[V], s[V], cosine[V], sine_of_wave[V];
    for (int v = 0; v < V; ++v) {
      c[v] = Pack<T>::load(turn[0].data() + (lane + v) * width);
      s[v] = Pack<T>::load(turn[1].data() + (lane + v) * width);
      cosine[v] = T(1);
      sine_of_wave[v] = T(0);
    }
    for (Index m = 0; m <= count; ++m)
      for (int v = 0; v < V; ++v) {
        cosine[v].store(tables[0].lane(m, (to + v) * width));
        if (m > 0) sine_of_wave[v].store(tables[1].lane(m - 1, (to + v) * width));
        rotate(c[v], s[v], cosine[v], sine_of_wave[v]);
      }
  }

  /// Cosine and sine to those of an angle that is larger by that of c and s.
  template <class Number>
  static void rotate(const Number& c, const Number& s, Number& cosine, Number& sine) {
    const Number next = cosine * c - sine * s;
    sine = sine * c + cosine * s;
    cosine = next;
  }
};

}  // namespace klgrid::detail
