// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>
#include <vector>

#include "klgrid/real.hpp"
#include "klgrid/transform/detail/lanes.hpp"

/// The expanded rows of the Gauss transform, in the order of the essay in gauss_transform.hpp: panels (nodes and means
/// in reach of each other), analysis of values at the nodes, the kernel's amplitudes, and synthesis at the means.
namespace klgrid::detail {

/// A run of neighbouring means with the nodes in their reach.
template <Real T>
struct WavePanel {
  Index first_col, cols;
  Index first_node, nodes;
  bool mirrored;  // the means lie symmetric about their middle, so one half of them serves both
  bool paired;    // and so do the nodes
  // Of each node's angle theta in the first wave, whole lanes: 4 sin^2(theta/2) or, in the left half of the circle,
  // 4 cos^2(theta/2); 1 or, there, -1; and sin theta.
  Vector<T> squared_chord, sign, sine;
  Matrix<T> shift;        // cosine and sine of each wave from the middle of the means to that of the nodes
  LaneTable<T> waves[2];  // cos and sin of each wave at the means, or the first half of them in whole lanes
};

/// Neighbouring rows that take equally many waves. A table for them has its entry of a wave and a row at wave * rows +
/// row.
template <Real T>
struct WaveBlock {
  Index first_row, rows;
  Index waves;           // beside the constant
  Vector<T> amplitudes;  // of exp(-z^2/2)
  Vector<T> sigma;
};

/// Rows of a mesh for which the kernel is a sum of plane waves of one period.
template <Real T>
class PlaneWaves {
 public:
  struct Geometry {
    Index first_row, rows, panels;
    double reach;         // in units of sigma: where the kernel, and its spectrum, no longer count
    double mirror_slack;  // in units of the smallest sigma: nodes and means may move by this to be mirror images
  };

  PlaneWaves(const Vector<T>& nodes, const Vector<T>& mu, const Vector<T>& sigma, const Geometry& geometry)
      : geometry_(geometry) {
    const T& narrowest = sigma[geometry.first_row];
    const T& widest = sigma[geometry.first_row + geometry.rows - 1];
    const T slack = T(geometry.mirror_slack) * narrowest;
    T farthest(0);
    for (Index i = 0; i < geometry.panels; ++i) {
      panels_.push_back(panel_of(nodes, mu, T(geometry.reach) * widest, i));
      farthest = (std::max)(farthest, farthest_pair(panels_.back(), nodes, mu));
    }
    period_ = farthest + T(geometry.reach) * widest;
    waves_ = waves(narrowest);
    for (WavePanel<T>& panel : panels_) {
      place_nodes(panel, nodes.segment(panel.first_node, panel.nodes), slack);
      place_means(panel, mu.segment(panel.first_col, panel.cols), slack);
      place_shift(panel, nodes, mu);
    }
    for (Index row = geometry.first_row; row < geometry.first_row + geometry.rows;) {
      const Index rows = rows_alike(sigma, row);
      WaveBlock<T>& block =
          blocks_.emplace_back(WaveBlock<T>{row, rows, waves(sigma[row]), {}, sigma.segment(row, rows)});
      set_amplitudes(block);
      row += rows;
    }
  }

  [[nodiscard]] const std::vector<WavePanel<T>>& panels() const noexcept { return panels_; }
  [[nodiscard]] const std::vector<WaveBlock<T>>& blocks() const noexcept { return blocks_; }

  /// Waves beside the constant that the narrowest row takes.
  [[nodiscard]] Index most_waves() const noexcept { return waves_; }

  /// sum_i g_i cos(kappa_m (x_i - c)) and, below them, the same with sin, for the columns of g and panel by panel.
  struct Spectrum {
    Matrix<T> values;  // 2 (waves + 1) rows a panel
    Matrix<T> scratch[2];
  };

  /// Of the first columns of g; several at a time, for which waves are made once. Buffers only grow.
  void analyze(const Matrix<T>& g, Index count, Spectrum& out) const {
    constexpr int together = 4;
    const Index size = waves_ + 1;
    const Index width = count < together ? 1 : together;
    grow(out.values, 2 * size * static_cast<Index>(panels_.size()), count);
    grow(out.scratch[0], most_points(), 4 * width);
    grow(out.scratch[1], lane_size<T>, 2 * width * size);
    Index d = 0;
    for (; d + together <= count; d += together) analyze_columns<together>(g, d, out);
    for (; d < count; ++d) analyze_columns<1>(g, d, out);
  }

  /// Numbers of a row of results: evaluate writes whole lanes.
  static Index row_stride(Index cols) { return (cols + 2 * lane_size<T> - 2) / lane_size<T> * lane_size<T>; }

  /// The block's rows for z^power times the kernel, at the means of all panels, times scale: row r from out + r stride
  /// on, up to a lane beyond the last mean.
  void evaluate(const WaveBlock<T>& block, int power, const T* spectrum, Vector<T> (&coefficients)[2], const T* scale,
                T* out, Index stride) const {
    for (auto& each : coefficients) each.resize((std::max)(each.size(), block.amplitudes.size()));
    switch (block.rows) {
      case 8:
        return evaluate_rows<8, 2>(block, power, spectrum, coefficients, scale, out, stride);
      case 4:
        return evaluate_rows<4, 2>(block, power, spectrum, coefficients, scale, out, stride);
      case 2:
        return evaluate_rows<2, 4>(block, power, spectrum, coefficients, scale, out, stride);
      default:
        return evaluate_rows<1, 4>(block, power, spectrum, coefficients, scale, out, stride);
    }
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    Index numbers = 0;
    for (const auto& panel : panels_)
      numbers += 3 * panel.sine.size() + panel.shift.size() + panel.waves[0].size() + panel.waves[1].size();
    for (const auto& block : blocks_) numbers += block.amplitudes.size();
    return static_cast<std::size_t>(numbers) * sizeof(T);
  }

 private:
  static constexpr bool many_registers = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32;
  static constexpr Index analysis_lanes = 4;

  static T two_pi() {
    using std::atan;
    return T(8) * T(atan(T(1)));
  }

  /// 0, kappa_1, kappa_2, ...
  [[nodiscard]] Vector<T> wave_numbers(Index size) const {
    return Vector<T>::LinSpaced(size, T(0), T(static_cast<double>(size - 1))) * (two_pi() / period_);
  }

  /// By Poisson's formula; see the essay.
  void set_amplitudes(WaveBlock<T>& block) const {
    using std::sqrt;
    const Index size = block.waves + 1;
    const Vector<T> wave_number = wave_numbers(size);
    block.amplitudes.resize(size * block.rows);
    for (Index r = 0; r < block.rows; ++r) {
      const T& sigma = block.sigma[r];
      Vector<T> amplitude =
          ((wave_number * sigma).square() * T(-0.5)).exp() * (T(2) * sigma * T(sqrt(two_pi())) / period_);
      amplitude[0] /= T(2);
      block.amplitudes(Eigen::seqN(r, size, block.rows)) = amplitude;
    }
  }

  /// Takes coefficients of exp(-z^2/2) to those of z^power exp(-z^2/2): He_power(u), by He_{k+1} = u He_k - k He_{k-1},
  /// and the sign of i^power, of which cos and sin, exchanged for odd powers, take the rest.
  void multiply_by_hermite(const WaveBlock<T>& block, int power, Vector<T>& coefficients) const {
    const Vector<T> wave_number = wave_numbers(block.waves + 1);
    for (Index m = 0; m <= block.waves; ++m)
      for (Index r = 0; r < block.rows; ++r) {
        const T u = wave_number[m] * block.sigma[r];
        T hermite(power % 4 < 2 ? 1 : -1);
        T before(0);
        for (int k = 0; k < power; ++k) before = std::exchange(hermite, T(u * hermite - T(k) * before));
        coefficients[m * block.rows + r] *= hermite;
      }
  }

  /// Waves beside the constant that count for sigma, at most those of the narrowest row.
  [[nodiscard]] Index waves(const T& sigma) const {
    const double count =
        geometry_.reach * static_cast<double>(period_) / (2 * std::numbers::pi * static_cast<double>(sigma));
    const Index needed = static_cast<Index>(std::ceil(count));
    return waves_ > 0 ? (std::min)(waves_, needed) : needed;
  }

  /// Rows from row on that take about as many waves as the first; a power of two of them, so that none is left over
  /// when they are taken several at a time.
  [[nodiscard]] Index rows_alike(const Vector<T>& sigma, Index row) const {
    constexpr double fewer = 0.7;
    constexpr Index most = many_registers ? 8 : 4;
    const Index end = geometry_.first_row + geometry_.rows;
    Index rows = 1;
    for (Index next = 2; next <= most && row + next <= end; next *= 2)
      if (static_cast<double>(waves(sigma[row + next - 1])) >= fewer * static_cast<double>(waves(sigma[row])))
        rows = next;
    return rows;
  }

  /// Equal numbers of means for each panel.
  [[nodiscard]] WavePanel<T> panel_of(const Vector<T>& nodes, const Vector<T>& mu, const T& reach, Index i) const {
    WavePanel<T> panel{};
    panel.first_col = mu.size() * i / geometry_.panels;
    panel.cols = mu.size() * (i + 1) / geometry_.panels - panel.first_col;
    const T& first = mu[panel.first_col];
    const T& last = mu[panel.first_col + panel.cols - 1];
    panel.first_node = std::lower_bound(nodes.begin(), nodes.end(), T(first - reach)) - nodes.begin();
    panel.nodes = std::upper_bound(nodes.begin(), nodes.end(), T(last + reach)) - nodes.begin() - panel.first_node;
    return panel;
  }

  static T farthest_pair(const WavePanel<T>& panel, const Vector<T>& nodes, const Vector<T>& mu) {
    if (panel.nodes == 0) return T(0);
    return (std::max)(T(nodes[panel.first_node + panel.nodes - 1] - mu[panel.first_col]),
                      T(mu[panel.first_col + panel.cols - 1] - nodes[panel.first_node]));
  }

  /// Distances of points from the middle of the first and the last of them; that middle need not be a number of T. True
  /// if they lie symmetric about it but for the slack, by which each is then moved at most.
  template <class Points>
  static bool from_middle(const Points& points, const T& slack, Vector<T>& distances) {
    if (points.size() == 0) return true;
    distances = ((points - points[0]) + (points - points[points.size() - 1])) / T(2);
    const Vector<T> mirrored = (distances - distances.reverse()) / T(2);
    if (!((mirrored - distances).abs() <= slack).all()) return false;
    distances = mirrored;
    return true;
  }

  void place_nodes(WavePanel<T>& panel, const Eigen::Ref<const Vector<T>>& nodes, const T& slack) const {
    using std::abs;
    using std::sin;
    Vector<T> distances;
    panel.paired = from_middle(nodes, slack, distances);
    const Index points = panel.paired ? (panel.nodes + 1) / 2 : panel.nodes;
    const Index together = analysis_lanes * lane_size<T>;
    panel.sine = panel.squared_chord = Vector<T>::Zero((points + together - 1) / together * together);
    panel.sign = Vector<T>::Ones(panel.sine.size());
    const T turn = two_pi() / period_;
    for (Index i = 0; i < points; ++i) {
      const T& distance = distances[panel.nodes - 1 - i];
      const bool on_left = T(4) * abs(distance) > period_;
      const T from_axis = on_left ? T(period_ / T(2) - abs(distance)) : distance;
      const T half = sin(T(from_axis * turn / T(2)));
      panel.squared_chord[i] = T(4) * half * half;
      panel.sign[i] = T(on_left ? -1 : 1);
      panel.sine[i] = sin(T(from_axis * turn)) * T(on_left && distance < T(0) ? -1 : 1);
    }
  }

  void place_means(WavePanel<T>& panel, const Eigen::Ref<const Vector<T>>& mu, const T& slack) const {
    const Index half = ((panel.cols + 1) / 2 + lane_size<T> - 1) / lane_size<T> * lane_size<T>;
    Vector<T> distances;
    panel.mirrored = from_middle(mu, half <= panel.cols ? slack : T(-1), distances);
    const Index points = panel.mirrored ? half : panel.cols;
    panel.waves[0] = LaneTable<T>(points, waves_ + 1);
    panel.waves[1] = LaneTable<T>(points, waves_);
    const Vector<T> angles = distances.head(points) * (two_pi() / period_);
    for_each_wave(angles, waves_ + 1, [&](Index m, const Vector<T>& cosine, const Vector<T>& sine) {
      panel.waves[0].set(m, cosine);
      if (m > 0) panel.waves[1].set(m - 1, sine);
    });
  }

  void place_shift(WavePanel<T>& panel, const Vector<T>& nodes, const Vector<T>& mu) const {
    T shift(0);
    if (panel.nodes > 0)
      shift = ((nodes[panel.first_node] - mu[panel.first_col]) +
               (nodes[panel.first_node + panel.nodes - 1] - mu[panel.first_col + panel.cols - 1])) /
              T(2);
    panel.shift.resize(waves_ + 1, 2);
    for_each_wave(Vector<T>::Constant(1, shift * (two_pi() / period_)), waves_ + 1,
                  [&](Index m, const Vector<T>& cosine, const Vector<T>& sine) {
                    panel.shift(m, 0) = cosine[0];
                    panel.shift(m, 1) = sine[0];
                  });
  }

  /// Calls visit(m, cos(m theta), sin(m theta)) for m = 0 .. count - 1, turning by theta from each to the next.
  template <class Visit>
  static void for_each_wave(const Vector<T>& theta, Index count, const Visit& visit) {
    const Vector<T> c = theta.cos();
    const Vector<T> s = theta.sin();
    Vector<T> cosine = Vector<T>::Ones(theta.size());
    Vector<T> sine = Vector<T>::Zero(theta.size());
    for (Index m = 0; m < count; ++m) {
      visit(m, cosine, sine);
      const Vector<T> next = cosine * c - sine * s;
      sine = sine * c + cosine * s;
      cosine = next;
    }
  }

  static void grow(Matrix<T>& buffer, Index rows, Index cols) { buffer.resize(rows, (std::max)(buffer.cols(), cols)); }

  [[nodiscard]] Index most_points() const {
    Index most = 0;
    for (const auto& panel : panels_) most = (std::max)(most, panel.sine.size());
    return most;
  }

  /// By sin(m theta) = sin((m - 2) theta) + 2 sin theta cos((m - 1) theta), cosines alone serve both sums.
  template <int D>
  void analyze_columns(const Matrix<T>& g, Index d, Spectrum& out) const {
    Matrix<T>& values = out.scratch[0];  // by parity about the nodes' middle, odd ones times sin theta; and times sign
    Matrix<T>& sums = out.scratch[1];    // of their products with cos(m theta), lane by lane
    Index at = 0;
    for (const WavePanel<T>& panel : panels_) {
      const Index points = panel.sine.size();
      for (Index i = 0; i < D; ++i) {
        auto of_column = values.block(0, 4 * i, points, 4).array();
        split(panel, g.col(d + i).data(), of_column.col(0).data(), of_column.col(1).data());
        of_column.col(1) *= panel.sine;
        for (int parity : {0, 1}) of_column.col(2 + parity) = of_column.col(parity) * panel.sign;
      }
      sums.leftCols(2 * D * (waves_ + 1)).setZero();
      for (Index first = 0; first < points; first += analysis_lanes * lane_size<T>)
        add_waves<D>(panel, first, values, sums.data());
      for (Index i = 0; i < D; ++i) gather(panel, sums, 2 * i, 2 * D, out.values.col(d + i).data() + at);
      at += 2 * (waves_ + 1);
    }
  }

  /// From the sums of cosines, of wave m in columns first + m stride and the next one, to those of cosines and of sines
  /// about the means' middle.
  void gather(const WavePanel<T>& panel, const Matrix<T>& sums, Index first, Index stride, T* out) const {
    T sine(0);
    T before(0);
    T product(0);
    for (Index m = 0; m <= waves_; ++m) {
      const T next = m == 1 ? product : T(before + T(2) * product);
      before = std::exchange(sine, next);
      const T cosine = sums.col(first + m * stride).sum();
      product = sums.col(first + m * stride + 1).sum();
      out[m] = cosine * panel.shift(m, 0) - sine * panel.shift(m, 1);
      out[m + waves_ + 1] = sine * panel.shift(m, 0) + cosine * panel.shift(m, 1);
    }
  }

  /// Sums and differences of the values at mirror images, from the outermost inwards.
  static void split(const WavePanel<T>& panel, const T* g, T* even, T* odd) {
    const T* const left = g + panel.first_node;
    const Index used = panel.paired ? panel.nodes / 2 : panel.nodes;
    for (Index i = 0; i < used; ++i) {
      const T& right = left[panel.nodes - 1 - i];
      even[i] = panel.paired ? T(right + left[i]) : right;
      odd[i] = panel.paired ? T(right - left[i]) : right;
    }
    std::fill(even + used, even + panel.sine.size(), T(0));
    std::fill(odd + used, odd + panel.sine.size(), T(0));
    if (panel.paired && panel.nodes % 2 == 1) even[used] = left[used];
  }

  /// Adds a few lanes of nodes to the sums. The cosines are made on the way, for that is faster than to read them, each
  /// from the one before it and their difference, which keeps its digits where theta is small (Reinsch's form of their
  /// recurrence; Stoer & Bulirsch, Introduction to Numerical Analysis, section 2.3). Where theta is near pi they are
  /// those of pi - theta, with a sign that alternates.
  template <int D>
  void add_waves(const WavePanel<T>& panel, Index first, const Matrix<T>& values, T* sums) const {
    Lane<T> squared_chord[analysis_lanes], cosine[analysis_lanes], difference[analysis_lanes];
    for (Index v = 0; v < analysis_lanes; ++v) {
      squared_chord[v] = Eigen::Map<const Lane<T>>(panel.squared_chord.data() + first + v * lane_size<T>);
      cosine[v].setOnes();
      difference[v] = squared_chord[v] * T(-0.5);
    }
    for (Index m = 0; m <= waves_; ++m) {
      const T* value = values.data() + first + m % 2 * 2 * values.rows();
      for (int d = 0; d < D; ++d, value += 4 * values.rows(), sums += 2 * lane_size<T>) {
        Lane<T> even_sum = Eigen::Map<const Lane<T>>(sums);
        Lane<T> odd_sum = Eigen::Map<const Lane<T>>(sums + lane_size<T>);
        for (Index v = 0; v < analysis_lanes; ++v) {
          even_sum += cosine[v] * Eigen::Map<const Lane<T>>(value + v * lane_size<T>);
          odd_sum += cosine[v] * Eigen::Map<const Lane<T>>(value + values.rows() + v * lane_size<T>);
        }
        Eigen::Map<Lane<T>>{sums} = even_sum;
        Eigen::Map<Lane<T>>{sums + lane_size<T>} = odd_sum;
      }
      for (Index v = 0; v < analysis_lanes; ++v) {
        cosine[v] += difference[v];
        difference[v] -= squared_chord[v] * cosine[v];
      }
    }
  }

  /// For blocks of Q rows, V lanes of means at a time.
  template <int Q, int V>
  void evaluate_rows(const WaveBlock<T>& block, int power, const T* spectrum, Vector<T> (&coefficients)[2],
                     const T* scale, T* out, Index stride) const {
    for (const WavePanel<T>& panel : panels_) {
      // cos(a - b) = cos a cos b + sin a sin b and sin(a - b) = sin a cos b - cos a sin b
      const T* const cosines = spectrum;
      const T* const sines = spectrum + waves_ + 1;
      const bool even = power % 2 == 0;
      scale_waves<Q>(block, even ? cosines : sines, T(1), coefficients[0].data());
      scale_waves<Q>(block, even ? sines : cosines, T(even ? 1 : -1), coefficients[1].data());
      if (power > 0)
        for (auto& each : coefficients) multiply_by_hermite(block, power, each);
      if (panel.mirrored)
        synthesize<Q, V, true>(panel, block.waves, coefficients, 0, scale, out, stride);
      else
        synthesize<Q, V, false>(panel, block.waves, coefficients, 0, scale, out, stride);
      spectrum += 2 * (waves_ + 1);
    }
  }

  template <int Q>
  static void scale_waves(const WaveBlock<T>& block, const T* values, const T& sign, T* out) {
    using Rows = Eigen::Array<T, Q, 1>;
    const T* amplitude = block.amplitudes.data();
    for (Index m = 0; m <= block.waves; ++m, amplitude += Q, out += Q)
      Eigen::Map<Rows>{out} = Eigen::Map<const Rows>(amplitude) * T(sign * values[m]);
  }

  /// Q rows, V lanes of means at a time, then what is left of the lanes. even + odd is the value at a mean, even - odd
  /// the one at its mirror image.
  template <int Q, int V, bool Mirrored>
  static void synthesize(const WavePanel<T>& panel, Index waves, const Vector<T> (&coefficients)[2], Index lane,
                         const T* scale, T* out, Index stride) {
    for (; lane + V <= panel.waves[0].lanes(); lane += V) {
      Lane<T> even[Q][V];
      Lane<T> odd[Q][V];
      panel.waves[0].template evaluate<Q, V>(lane, coefficients[0].data(), waves + 1, even);
      panel.waves[1].template evaluate<Q, V>(lane, coefficients[1].data() + Q, waves, odd);
      for (int q = 0; q < Q; ++q)
        for (int v = 0; v < V; ++v) {
          const Index right = q * stride + panel.first_col + (lane + v) * lane_size<T>;
          Eigen::Map<Lane<T>>(out + right) = (even[q][v] + odd[q][v]) * Eigen::Map<const Lane<T>>(scale + right);
          if constexpr (Mirrored) {
            const Index left = q * stride + panel.first_col + panel.cols - (lane + v + 1) * lane_size<T>;
            Eigen::Map<Lane<T>>(out + left) =
                (even[q][v] - odd[q][v]).reverse() * Eigen::Map<const Lane<T>>(scale + left);
          }
        }
    }
    if constexpr (V > 1) synthesize<Q, V / 2, Mirrored>(panel, waves, coefficients, lane, scale, out, stride);
  }

  Geometry geometry_;
  T period_{};
  Index waves_ = 0;
  std::vector<WavePanel<T>> panels_;
  std::vector<WaveBlock<T>> blocks_;
};

}  // namespace klgrid::detail
