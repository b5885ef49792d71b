// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <optional>
#include <utility>
#include <vector>

#include "klgrid/real.hpp"
#include "klgrid/transform/detail/condensed_nodes.hpp"
#include "klgrid/transform/detail/lanes.hpp"
#include "klgrid/transform/detail/wave_panel.hpp"

/// The expanded rows of the Gauss transform, in the order of the essay in gauss_transform.hpp: panels (wave_panel.hpp),
/// analysis of values at the nodes, the kernel's amplitudes, and synthesis at the means.
namespace klgrid::inline KLGRID_ABI::detail {

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
    double bin;           // in x: as wide as bins of means may be
  };

  /// What evaluate() needs room for.
  struct Scratch {
    Vector<T> coefficients[2];
    LaneTable<T> waves[2];
    Vector<T> points;
  };

  PlaneWaves(const WaveNodes<T>& nodes, const Vector<T>& mu, const Vector<T>& sigma, const Geometry& geometry)
      : geometry_(geometry) {
    const T& narrowest = sigma[geometry.first_row];
    const T& widest = sigma[geometry.first_row + geometry.rows - 1];
    const T slack = T(geometry.mirror_slack) * narrowest;
    T farthest(0);
    for (Index i = 0; i < geometry.panels; ++i) {
      panels_.emplace_back(nodes, mu, T(geometry.reach) * widest, i, geometry.panels);
      farthest = (std::max)(farthest, panels_.back().farthest_pair(nodes, mu));
    }
    period_ = panels_.front().aligned(nodes, farthest + T(geometry.reach) * widest);
    waves_ = waves(narrowest);
    Index points = 0;
    for (WavePanel<T>& panel : panels_) {
      panel.condense(mu, geometry.bin, geometry.rows, waves_);
      if (panel.condensed.size() > 0 && !bin_) bin_.emplace();
      if (most_rows * panel.condensed.size() > ones_.size()) ones_ = repeated(T(1), most_rows * panel.condensed.size());
      points += panel.points();
    }
    // Tables of few rows, too large for the cache, take longer to read than to make anew, and more room than surfaces.
    constexpr Index in_cache = Index{1} << 17;
    keeps_tables_ = waves_ < 2 * geometry.rows || waves_ * points <= in_cache;
    for (WavePanel<T>& panel : panels_) panel.place(nodes, mu, bin_, period_, waves_, slack, keeps_tables_);
    for (Index row = geometry.first_row; row < geometry.first_row + geometry.rows;) {
      const Index rows = rows_alike(sigma, row);
      blocks_.push_back({row, rows, waves(sigma[row]), {}, {}});
      set_amplitudes(blocks_.back(), sigma.data() + row);
      row += rows;
    }
  }

  [[nodiscard]] const std::vector<WavePanel<T>>& panels() const noexcept { return panels_; }
  [[nodiscard]] const std::vector<WaveBlock<T>>& blocks() const noexcept { return blocks_; }

  /// Waves beside the constant that the narrowest row takes.
  [[nodiscard]] Index most_waves() const noexcept { return waves_; }

  /// sum_i g_i cos(kappa_m (x_i - c)) and, below them, the same with sin, for the columns of g and panel by panel.
  struct Spectrum {
    Columns<T> values;  // 2 (waves + 1) rows a panel
    Columns<T> scratch[2];
  };

  /// Of the first columns of g. Buffers only grow.
  void analyze(const Columns<T>& g, Index count, Spectrum& out) const {
    const Index size = waves_ + 1;
    out.values.grow(2 * size * static_cast<Index>(panels_.size()), count);
    out.scratch[0].grow(most_points(), 6);
    out.scratch[1].grow(lane_size<T>, 2 * size);
    for (Index d = 0; d < count; ++d) analyze_column(g[d], out, out.values[d]);
  }

  /// Numbers of a row of results: evaluate writes whole lanes.
  static Index row_stride(Index cols) { return whole_lanes<T>(cols + lane_size<T> - 1); }

  /// The block's rows for z^power times the kernel, at the means of all panels, times scale: row r from out + r stride
  /// on, up to a lane beyond the last mean.
  /// @param mu  those that it was made for
  void evaluate(const WaveBlock<T>& block, int power, const T* spectrum, const T* mu, Scratch& scratch, const T* scale,
                T* out, Index stride) const {
    for (auto& each : scratch.coefficients) each.resize((std::max)(each.size(), block.amplitudes.size()));
    if constexpr (most_rows >= 8)
      if (block.rows == 8) return evaluate_rows<8, 2>(block, power, spectrum, mu, scratch, scale, out, stride);
    switch (block.rows) {
      case 4:
        return evaluate_rows<4, 2>(block, power, spectrum, mu, scratch, scale, out, stride);
      case 2:
        return evaluate_rows<2, 4>(block, power, spectrum, mu, scratch, scale, out, stride);
      default:
        return evaluate_rows<1, 4>(block, power, spectrum, mu, scratch, scale, out, stride);
    }
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    Index numbers = 0;
    for (const auto& panel : panels_) numbers += panel.size() + static_cast<Index>(panel.condensed.bytes() / sizeof(T));
    for (const auto& block : blocks_) numbers += block.amplitudes.size();
    return static_cast<std::size_t>(numbers) * sizeof(T);
  }

 private:
  static constexpr Index most_rows = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32 ? 8 : 4;  // of a block

  /// kappa_1
  [[nodiscard]] T wave_number() const { return two_pi<T>() / period_; }

  /// By Poisson's formula; see the essay.
  void set_amplitudes(WaveBlock<T>& block, const T* sigma) const {
    using std::sqrt;
    block.sigma.resize(block.rows);
    std::copy_n(sigma, block.rows, block.sigma.data());
    block.amplitudes.resize((block.waves + 1) * block.rows);
    T* const amplitude = block.amplitudes.data();
    const T of_constant = T(sqrt(two_pi<T>())) / period_;  // times sigma
    for (Index m = 0; m <= block.waves; ++m)
      for (Index r = 0; r < block.rows; ++r) {
        const T u = T(static_cast<double>(m)) * wave_number() * sigma[r];
        amplitude[m * block.rows + r] = u * u * T(-0.5);
      }
    exp_in_place(amplitude, block.amplitudes.size());
    for (Index m = 0; m <= block.waves; ++m)
      for (Index r = 0; r < block.rows; ++r) amplitude[m * block.rows + r] *= T(m > 0 ? 2 : 1) * sigma[r] * of_constant;
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
    const Index end = geometry_.first_row + geometry_.rows;
    Index rows = 1;
    for (Index next = 2; next <= most_rows && row + next <= end; next *= 2)
      if (static_cast<double>(waves(sigma[row + next - 1])) >= fewer * static_cast<double>(waves(sigma[row])))
        rows = next;
    return rows;
  }

  [[nodiscard]] Index most_points() const {
    Index most = 0;
    for (const auto& panel : panels_) most = (std::max)(most, panel.split_size());
    return most;
  }

  /// By sin(m theta) = sin((m - 2) theta) + 2 sin theta cos((m - 1) theta), cosines alone serve both sums.
  void analyze_column(const T* g, Spectrum& buffers, T* out) const {
    Columns<T>& values = buffers.scratch[0];
    T* const sums = buffers.scratch[1][0];  // of their products with cos(m theta), lane by lane
    for (const WavePanel<T>& panel : panels_) {
      const Index points = panel.angles();
      panel.split(g, values);
      std::fill_n(sums, 2 * (waves_ + 1) * lane_size<T>, T(0));
      for (Index first = 0; first < points; first += WavePanel<T>::together * lane_size<T>)
        add_waves(panel, first, values, sums);
      gather(panel, sums, out);
      out += 2 * (waves_ + 1);
    }
  }

  /// From the sums of cosines, two lanes for each wave, to those of cosines and of sines about the means' middle.
  void gather(const WavePanel<T>& panel, const T* sums, T* out) const {
    T sine(0);
    T before(0);
    T product(0);
    for (Index m = 0; m <= waves_; ++m, sums += 2 * lane_size<T>) {
      const T next = m == 1 ? product : T(before + T(2) * product);
      before = std::exchange(sine, next);
      const T cosine = Pack<T>::load(sums).sum();
      product = Pack<T>::load(sums + lane_size<T>).sum();
      out[m] = cosine * panel.shift[0][m] - sine * panel.shift[1][m];
      out[m + waves_ + 1] = sine * panel.shift[0][m] + cosine * panel.shift[1][m];
    }
  }

  /// Adds a few lanes of nodes to the sums. The cosines are made on the way, for that is faster than to read them, each
  /// from the one before it and their difference, which keeps its digits where theta is small (Reinsch's form of their
  /// recurrence; Stoer & Bulirsch, Introduction to Numerical Analysis, section 2.3). Where theta is near pi they are
  /// those of pi - theta, with a sign that alternates.
  void add_waves(const WavePanel<T>& panel, Index first, const Columns<T>& values, T* sums) const {
    constexpr Index lane = lane_size<T>;
    constexpr Index together = WavePanel<T>::together;
    Pack<T> squared_chord[together], cosine[together], difference[together];
    for (Index v = 0; v < together; ++v) {
      squared_chord[v] = Pack<T>::load(panel.squared_chord.data() + first + v * lane);
      cosine[v] = T(1);
      difference[v] = squared_chord[v] * T(-0.5);
    }
    const auto add = [&](const T* even, const T* odd, T* to) {
      Pack<T> even_sum = Pack<T>::load(to);
      Pack<T> odd_sum = Pack<T>::load(to + lane);
      for (Index v = 0; v < together; ++v) {
        even_sum = multiply_add(cosine[v], Pack<T>::load(even + v * lane), even_sum);
        odd_sum = multiply_add(cosine[v], Pack<T>::load(odd + v * lane), odd_sum);
      }
      even_sum.store(to);
      odd_sum.store(to + lane);
      for (Index v = 0; v < together; ++v) {
        cosine[v] = cosine[v] + difference[v];
        difference[v] = difference[v] - squared_chord[v] * cosine[v];
      }
    };
    const T* const of_even_waves[] = {values[0] + first, values[1] + first};
    const T* const of_odd_waves[] = {values[2] + first, values[3] + first};
    for (Index m = 0; m <= waves_; m += 2, sums += 4 * lane) {
      add(of_even_waves[0], of_even_waves[1], sums);
      if (m < waves_) add(of_odd_waves[0], of_odd_waves[1], sums + 2 * lane);
    }
  }

  /// For blocks of Q rows, V lanes of means at a time.
  template <int Q, int V>
  void evaluate_rows(const WaveBlock<T>& block, int power, const T* spectrum, const T* mu, Scratch& scratch,
                     const T* scale, T* out, Index stride) const {
    auto& coefficients = scratch.coefficients;
    for (const WavePanel<T>& panel : panels_) {
      // cos(a - b) = cos a cos b + sin a sin b and sin(a - b) = sin a cos b - cos a sin b
      const T* const cosines = spectrum;
      const T* const sines = spectrum + waves_ + 1;
      const bool even = power % 2 == 0;
      scale_waves<Q>(block, even ? cosines : sines, T(1), coefficients[0].data());
      scale_waves<Q>(block, even ? sines : cosines, T(even ? 1 : -1), coefficients[1].data());
      if (power > 0)
        for (auto& each : coefficients) multiply_by_hermite<Q>(block, power, each.data());
      const Index points = panel.condensed.size();
      if (points == 0) {
        synthesize_panel<Q, V>(panel, block.waves, scratch, scale + panel.first_col, out + panel.first_col, stride);
      } else {
        scratch.points.resize((std::max)(scratch.points.size(), Q * points));
        synthesize_panel<Q, V>(panel, block.waves, scratch, ones_.data(), scratch.points.data(), points);
        for (Index q = 0; q < Q; ++q) {
          const Index first = q * stride + panel.first_col;
          panel.condensed.interpolate(*bin_, scratch.points.data() + q * points, mu + panel.first_col, scale + first,
                                      out + first);
        }
      }
      spectrum += 2 * (waves_ + 1);
    }
  }

  template <int Q>
  static void scale_waves(const WaveBlock<T>& block, const T* values, const T& sign, T* out) {
    const T* amplitude = block.amplitudes.data();
    for (Index m = 0; m <= block.waves; ++m, amplitude += Q, out += Q) {
      const T value = sign * values[m];
      T products[Q];  // all of them read before the first is written: the compiler may take them at once
      for (int q = 0; q < Q; ++q) products[q] = amplitude[q] * value;
      for (int q = 0; q < Q; ++q) out[q] = products[q];
    }
  }

  /// Takes coefficients of exp(-z^2/2) to those of z^power exp(-z^2/2): He_power(u), by He_{k+1} = u He_k - k He_{k-1},
  /// and the sign of i^power, of which cos and sin, exchanged for odd powers, take the rest.
  template <int Q>
  void multiply_by_hermite(const WaveBlock<T>& block, int power, T* coefficients) const {
    T step[Q], hermite[Q], before[Q];
    for (int q = 0; q < Q; ++q) step[q] = wave_number() * block.sigma[q];
    for (Index m = 0; m <= block.waves; ++m, coefficients += Q) {
      const T wave = T(static_cast<double>(m));
      for (int q = 0; q < Q; ++q) hermite[q] = T(power % 4 < 2 ? 1 : -1);
      for (int q = 0; q < Q; ++q) before[q] = T(0);
      for (int k = 0; k < power; ++k)
        for (int q = 0; q < Q; ++q)
          before[q] = std::exchange(hermite[q], T(wave * step[q] * hermite[q] - T(k) * before[q]));
      for (int q = 0; q < Q; ++q) coefficients[q] *= hermite[q];
    }
  }

  /// Q rows of a panel.
  template <int Q, int V>
  void synthesize_panel(const WavePanel<T>& panel, Index waves, Scratch& scratch, const T* scale, T* out,
                        Index stride) const {
    if (keeps_tables_)
      return synthesize<Q, V>(panel, panel.waves, 0, waves, scratch.coefficients, 0, panel.lanes, scale, out, stride);
    if (scratch.waves[0].size() < V * lane_size<T> * (waves_ + 1))
      for (auto& each : scratch.waves) each = LaneTable<T>(V * lane_size<T>, waves_ + 1);
    for (Index lane = 0; lane < panel.lanes; lane += V) {
      const Index end = (std::min)(lane + V, panel.lanes);
      panel.make_waves(lane, end, waves, scratch.waves);
      synthesize<Q, V>(panel, scratch.waves, lane, waves, scratch.coefficients, lane, end, scale, out, stride);
    }
  }

  /// Q rows, V lanes of means at a time, then what is left of the lanes up to end, of tables that begin with lane
  /// `first`. even + odd is the value at a mean, even - odd the one at its mirror image.
  template <int Q, int V>
  static void synthesize(const WavePanel<T>& panel, const LaneTable<T> (&tables)[2], Index first, Index waves,
                         const Vector<T> (&coefficients)[2], Index lane, Index end, const T* scale, T* out,
                         Index stride) {
    for (; lane + V <= end; lane += V) {
      Pack<T> even[Q][V];
      Pack<T> odd[Q][V];
      tables[0].template evaluate<Q, V>(lane - first, coefficients[0].data(), waves + 1, even);
      tables[1].template evaluate<Q, V>(lane - first, coefficients[1].data() + Q, waves, odd);
      for (int q = 0; q < Q; ++q)
        for (int v = 0; v < V; ++v) {
          const Index right = q * stride + (lane + v) * lane_size<T>;
          ((even[q][v] + odd[q][v]) * Pack<T>::load(scale + right)).store(out + right);
          if (!panel.mirrored) continue;
          const Index left = q * stride + panel.points() - (lane + v + 1) * lane_size<T>;
          ((even[q][v] - odd[q][v]).reverse() * Pack<T>::load(scale + left)).store(out + left);
        }
    }
    if constexpr (V > 1) synthesize<Q, V / 2>(panel, tables, first, waves, coefficients, lane, end, scale, out, stride);
  }

  Geometry geometry_;
  T period_{};
  Index waves_ = 0;
  bool keeps_tables_ = true;
  std::vector<WavePanel<T>> panels_;
  std::vector<WaveBlock<T>> blocks_;
  std::optional<ChebyshevBin<T>> bin_;  // if points stand for means of some panel
  Vector<T> ones_;                      // their scale
};

}  // namespace klgrid::detail
