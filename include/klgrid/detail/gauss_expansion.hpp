// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "klgrid/detail/chebyshev.hpp"
#include "klgrid/detail/lane_products.hpp"
#include "klgrid/real.hpp"

/// The expanded rows of the Gauss transform, in the order of the essay in gauss_transform.hpp: panels (analysis of the
/// nodes, synthesis of the means), cores (one small matrix for each sigma), and their product with given values.
namespace klgrid::detail {

/// A run of neighbouring means with the nodes in their reach, both relative to the middle of the means.
template <Real T>
struct GaussPanel {
  Index first_col, cols;
  Index first_node, nodes;
  T center;
  bool mirrored;  // the means lie symmetric about the center, so one half of them serves both
  Index points;   // means at which polynomials are evaluated: cols, or the first half of them in whole lanes
  T shift;        // from the center to the point about which nodes are paired, / node half-width
  std::vector<std::pair<Index, Index>> pairs;  // nodes at this point + t and - t; one past the last node for none
  Vector<T> distances;                         // t / node half-width of the pairs, filled up to whole lanes
  LaneTable<T> synthesis[2];                   // T_k((mu - center) / mean half-width) at the points, by parity of k
};

/// Rows of about equal sigma: their cores, by parity of the mean's polynomials.
template <Real T>
struct GaussBlock {
  Index first_row, rows;
  CoreStack<T> core[2];
};

template <Real T>
class GaussExpansion {
 public:
  using WeightSums = std::array<Surface<T>, 7>;

  struct Geometry {
    Index first_row, rows, panels;
    double reach;         // in units of the largest sigma: nodes farther than this from every mean do not count
    double mirror_slack;  // in units of the smallest sigma: nodes and means may move by this to be mirror images
    double least_share;   // Gaussians with a smaller share of the weights in reach are left to others
  };

  /// @param tolerance  of an expectation, relative to max |f|, for the expansion of the kernel alone
  /// @param highest_moment  the highest power that make_cores will be asked for
  GaussExpansion(const Vector<T>& nodes, const Vector<T>& mu, const Vector<T>& sigma, const Geometry& geometry,
                 double tolerance, int power, int highest_moment)
      : geometry_(geometry),
        error_(tolerance * geometry.least_share),
        power_(power),
        highest_power_(std::max(power, highest_moment)) {
    make_panels(nodes, mu, sigma[geometry.first_row + geometry.rows - 1]);
    const T slack = T(geometry.mirror_slack) * sigma[geometry.first_row];
    for (GaussPanel<T>& panel : panels_) {
      make_pairs(panel, nodes, sigma[geometry.first_row]);
      mirror_means(panel, mu, slack);
    }
    const auto narrowest = static_cast<double>(sigma[geometry.first_row]);
    x_terms_ = x_terms(narrowest);
    make_synthesis(mu, mu_terms(narrowest));
  }

  /// Makes the cores, and the sums of w z^k exp(-z^2/2), which cost little on the way: of k = 0, and those that are not
  /// empty of k = 1 .. 6.
  ///
  /// The kernel's error counts relative to the share of the weights that a Gaussian gathers. That share grows with
  /// sigma: the least one of a block bounds the next block's, which can do with fewer terms.
  void make_cores(const Vector<T>& sigma, const Vector<T>& weights, WeightSums& sums) {
    const double tolerated = error_;
    const Index end = geometry_.first_row + geometry_.rows;
    std::vector<Matrix<T>> weight_moments;
    analyze_all(weights, weight_moments);
    Kernel kernel;
    Index most_terms = 0;
    for (Index row = geometry_.first_row; row < end;) {
      const Index rows = rows_alike(sigma, row, end);
      blocks_.push_back(make_block(sigma, row, rows, weight_moments, kernel, sums));
      most_terms = std::max({most_terms, 2 * blocks_.back().core[0].x_terms(), 2 * blocks_.back().core[1].x_terms()});
      row += rows;
      error_ = std::max(tolerated, tolerated / geometry_.least_share * least_share(weights, sums[0].row(row - 1)));
    }
    x_terms_ = most_terms;
  }

  [[nodiscard]] const std::vector<GaussPanel<T>>& panels() const noexcept { return panels_; }
  [[nodiscard]] const std::vector<GaussBlock<T>>& blocks() const noexcept { return blocks_; }
  [[nodiscard]] const Geometry& geometry() const noexcept { return geometry_; }

  /// Buffers of analyze().
  struct AnalysisScratch {
    Vector<T> even, odd;  // values at center + t, plus and minus those at center - t
    Matrix<T> sums;       // lane by lane, of T_0, T_1, ...
  };

  /// The panel's moments of the values, by parity: sum over its nodes of T_j g, for each column of g, which has a zero
  /// below its last node. The polynomials are made on the way, by their recurrence: that is faster than to read them.
  void analyze(const GaussPanel<T>& panel, const Matrix<T>& g, AnalysisScratch& scratch, Matrix<T>& even,
               Matrix<T>& odd) const {
    even.resize((x_terms_ + 1) / 2, g.cols());
    odd.resize((x_terms_ + 1) / 2, g.cols());
    scratch.sums.resize(lane_size<T>, 2 * even.rows());
    scratch.even.resize(panel.distances.size());
    scratch.odd.resize(panel.distances.size());
    for (Index d = 0; d < g.cols(); ++d) {
      const T* const values = g.col(d).data();
      for (Index i = 0; i < panel.distances.size(); ++i) {
        const auto [right, left] = panel.pairs[static_cast<std::size_t>(i)];
        scratch.even[i] = values[right] + values[left];
        scratch.odd[i] = values[right] - values[left];
      }
      scratch.sums.setZero();
      for (Index first = 0; first < panel.distances.size(); first += analysis_lanes * lane_size<T>)
        add_moments(panel, first, scratch);
      for (Index j = 0; j < even.rows(); ++j) {
        even(j, d) = scratch.sums.col(2 * j).sum();
        odd(j, d) = scratch.sums.col(2 * j + 1).sum();
      }
      if (panel.shift != T(0)) shift_moments(panel.shift, even.col(d).data(), odd.col(d).data(), even.rows());
    }
  }

  /// The coefficients of the mean's polynomials for each row of the block, by parity, from the moments' columns d, d +
  /// 1, ..., d + D - 1; one pair of them for each.
  template <int D>
  void multiply(const GaussBlock<T>& block, const Matrix<T>& even, const Matrix<T>& odd, Index d,
                Vector<T> (*coefficients)[2]) const {
    const Matrix<T>* const moments[2] = {&even, &odd};
    for (int parity : {0, 1}) {
      const CoreStack<T>& core = block.core[parity];
      const T* columns[D];
      T* products[D];
      for (int i = 0; i < D; ++i) {
        Vector<T>& product = coefficients[i][parity];
        product.resize(std::max(product.size(), core.product_size()));
        products[i] = product.data();
        columns[i] = moments[parity ^ (power_ & 1)]->col(d + i).data();
      }
      core.template multiply<D>(columns, products);
    }
  }

  /// Numbers of a row of results: synthesize writes whole lanes.
  static Index row_stride(Index cols) { return (cols + 2 * lane_size<T> - 2) / lane_size<T> * lane_size<T>; }

  /// Values at the means of the panel, times scale, for rows whose coefficients of term k start at k * rows. Row r is
  /// scaled by scale + r * stride and written to out + r * stride, both from the panel's first column on, and up to a
  /// lane beyond its last one.
  static void synthesize(const GaussPanel<T>& panel, Index rows, const Vector<T> (&coefficients)[2],
                         const Index (&terms)[2], const T* scale, T* out, Index stride) {
    constexpr int most = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32 ? 8 : 4;
    Index row = 0;
    while (row < rows) {
      const auto together = [&]<int Q, int V>(std::integral_constant<int, Q>, std::integral_constant<int, V>) {
        const T* const first[2] = {coefficients[0].data() + row, coefficients[1].data() + row};
        const Index at = row * stride + panel.first_col;
        if (panel.mirrored)
          synthesize_rows<Q, V, true>(panel, rows, first, terms, 0, scale + at, out + at, stride);
        else
          synthesize_rows<Q, V, false>(panel, rows, first, terms, 0, scale + at, out + at, stride);
        row += Q;
      };
      if (rows - row >= most)
        together(std::integral_constant<int, most>{}, std::integral_constant<int, 2>{});
      else if (rows - row >= 4)
        together(std::integral_constant<int, 4>{}, std::integral_constant<int, 2>{});
      else if (rows - row >= 2)
        together(std::integral_constant<int, 2>{}, std::integral_constant<int, 4>{});
      else
        together(std::integral_constant<int, 1>{}, std::integral_constant<int, 4>{});
    }
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    Index numbers = 0;
    for (const auto& panel : panels_)
      numbers += panel.distances.size() + panel.synthesis[0].size() + panel.synthesis[1].size();
    for (const auto& block : blocks_) numbers += block.core[0].stored() + block.core[1].stored();
    return static_cast<std::size_t>(numbers) * sizeof(T);
  }

 private:
  static constexpr int analysis_lanes = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32 ? 4 : 2;

  /// Takes sums of T_j(t) g to those of T_j(t + shift) g, to first order, by T_j' = 2 j (T_{j-1} + T_{j-3} + ...), in
  /// which T_0 counts half.
  static void shift_moments(const T& shift, T* even, T* odd, Index count) {
    T below[2] = {T(0), T(0)};  // of even and of odd degree
    for (Index j = 0; j < 2 * count; ++j) {
      T& moment = j % 2 == 0 ? even[j / 2] : odd[j / 2];
      const T before = moment;
      moment += T(static_cast<double>(2 * j)) * shift * below[(j + 1) % 2];
      below[j % 2] += j == 0 ? T(before / T(2)) : before;
    }
  }

  /// Adds T_j g of a few lanes of pairs to the sums, lane by lane, j = 0, 1, ...
  void add_moments(const GaussPanel<T>& panel, Index first, AnalysisScratch& scratch) const {
    Lane<T> even[analysis_lanes];
    Lane<T> odd[analysis_lanes];
    Lane<T> twice_t[analysis_lanes];
    Lane<T> current[analysis_lanes];
    Lane<T> next[analysis_lanes];
    for (Index v = 0; v < analysis_lanes; ++v) {
      even[v] = scratch.even.template segment<lane_size<T>>(first + v * lane_size<T>);
      odd[v] = scratch.odd.template segment<lane_size<T>>(first + v * lane_size<T>);
      next[v] = panel.distances.template segment<lane_size<T>>(first + v * lane_size<T>);
      twice_t[v] = next[v] + next[v];
      current[v].setOnes();
    }
    T* sum = scratch.sums.data();
    for (Index j = 0; j < x_terms_; j += 2, sum += 2 * lane_size<T>) {
      Lane<T> even_sum = Eigen::Map<const Lane<T>>(sum);
      Lane<T> odd_sum = Eigen::Map<const Lane<T>>(sum + lane_size<T>);
      for (int v = 0; v < analysis_lanes; ++v) {
        even_sum += current[v] * even[v];
        odd_sum += next[v] * odd[v];
        current[v] = twice_t[v] * next[v] - current[v];
        next[v] = twice_t[v] * current[v] - next[v];
      }
      Eigen::Map<Lane<T>>{sum} = even_sum;
      Eigen::Map<Lane<T>>{sum + lane_size<T>} = odd_sum;
    }
  }

  /// Q rows at a time, V lanes of points at a time, then what is left of the lanes. even + odd is the value at t, even
  /// - odd the one at -t.
  template <int Q, int V, bool Mirrored>
  static void synthesize_rows(const GaussPanel<T>& panel, Index rows, const T* const (&first)[2],
                              const Index (&terms)[2], Index lane, const T* scale, T* out, Index stride) {
    for (; lane + V <= panel.synthesis[0].lanes(); lane += V) {
      Lane<T> even[Q][V];
      Lane<T> odd[Q][V];
      panel.synthesis[0].template evaluate<Q, V>(lane, first[0], terms[0], rows, even);
      panel.synthesis[1].template evaluate<Q, V>(lane, first[1], terms[1], rows, odd);
      for (int q = 0; q < Q; ++q)
        for (int v = 0; v < V; ++v) {
          const Index right = q * stride + (lane + v) * lane_size<T>;
          Eigen::Map<Lane<T>>(out + right) = (even[q][v] + odd[q][v]) * Eigen::Map<const Lane<T>>(scale + right);
          if constexpr (Mirrored) {
            const Index left = q * stride + panel.cols - (lane + v + 1) * lane_size<T>;
            Eigen::Map<Lane<T>>(out + left) =
                (even[q][v] - odd[q][v]).reverse() * Eigen::Map<const Lane<T>>(scale + left);
          }
        }
    }
    if constexpr (V > 1) synthesize_rows<Q, V / 2, Mirrored>(panel, rows, first, terms, lane, scale, out, stride);
  }

  /// Equal numbers of means for each panel; one pair of half-widths for all, so that they share their cores.
  void make_panels(const Vector<T>& nodes, const Vector<T>& mu, const T& widest) {
    const Index count = geometry_.panels;
    x_half_ = mu_half_ = widest * T(1e-3);  // not zero, even for one node or one mean
    for (Index i = 0; i < count; ++i) {
      GaussPanel<T> panel{};
      panel.first_col = mu.size() * i / count;
      panel.cols = mu.size() * (i + 1) / count - panel.first_col;
      const T& first = mu[panel.first_col];
      const T& last = mu[panel.first_col + panel.cols - 1];
      const T reach = T(geometry_.reach) * widest;
      panel.first_node = std::lower_bound(nodes.begin(), nodes.end(), T(first - reach)) - nodes.begin();
      panel.nodes = std::upper_bound(nodes.begin(), nodes.end(), T(last + reach)) - nodes.begin() - panel.first_node;
      panel.center = (first + last) / T(2);
      mu_half_ = std::max({mu_half_, T(last - panel.center), T(panel.center - first)});
      if (panel.nodes > 0)
        x_half_ = std::max({x_half_, T(panel.center - nodes[panel.first_node]),
                            T(nodes[panel.first_node + panel.nodes - 1] - panel.center)});
      panels_.push_back(std::move(panel));
    }
    // Rounding grows along the recurrence of T_j by 1 / sqrt(1 - t^2): no node or mean lies at the very end.
    mu_half_ *= T(1.03);
    x_half_ *= T(1.03);
  }

  /// The point near a panel's center about which nodes can be mirror images: a node or the middle of two, if it is so
  /// near that a shift to first order will do.
  static T mirror_point(const Vector<T>& nodes, const T& center, const T& near) {
    const Index after = std::lower_bound(nodes.begin(), nodes.end(), center) - nodes.begin();
    for (Index i = std::max<Index>(after - 1, 0); i < std::min(after + 1, nodes.size()); ++i)
      for (const T& point : {nodes[i], T((nodes[i] + nodes[std::min(i + 1, nodes.size() - 1)]) / T(2))})
        if (point - center <= near && center - point <= near) return point;
    return center;
  }

  /// Pairs nodes that are mirror images, to within the slack: they share their polynomials up to sign.
  void make_pairs(GaussPanel<T>& panel, const Vector<T>& nodes, const T& sigma) const {
    using std::sqrt;
    const T slack = T(2) * T(geometry_.mirror_slack) * sigma;  // each of a pair moves by half their difference
    const T point = mirror_point(nodes, panel.center, T(sqrt(T(geometry_.mirror_slack)) * sigma));
    panel.shift = (point - panel.center) / x_half_;
    const Index none = nodes.size();
    const Index end = panel.first_node + panel.nodes;
    Index right = std::lower_bound(nodes.begin() + panel.first_node, nodes.begin() + end, point) - nodes.begin();
    Index left = right - 1;
    std::vector<T> distances;
    while (left >= panel.first_node || right < end) {
      const bool has_left = left >= panel.first_node;
      const bool has_right = right < end;
      const T to_left = has_left ? T(point - nodes[left]) : std::numeric_limits<T>::max();
      const T to_right = has_right ? T(nodes[right] - point) : std::numeric_limits<T>::max();
      const bool pair = has_left && has_right && to_left - to_right <= slack && to_right - to_left <= slack;
      const bool take_right = pair || to_right < to_left;
      const bool take_left = pair || !take_right;
      distances.push_back(pair ? T((to_left + to_right) / T(2)) : std::min(to_left, to_right));
      panel.pairs.emplace_back(take_right ? right++ : none, take_left ? left-- : none);
    }
    constexpr std::size_t together = static_cast<std::size_t>(analysis_lanes * lane_size<T>);
    distances.resize((distances.size() + together - 1) / together * together, T(0));
    panel.pairs.resize(distances.size(), {none, none});  // whole lanes
    panel.distances = Eigen::Map<const Vector<T>>(distances.data(), static_cast<Index>(distances.size())) / x_half_;
  }

  void mirror_means(GaussPanel<T>& panel, const Vector<T>& mu, const T& slack) const {
    const Vector<T> offsets = mu.segment(panel.first_col, panel.cols) - panel.center;
    const Index half = ((panel.cols + 1) / 2 + lane_size<T> - 1) / lane_size<T> * lane_size<T>;
    panel.mirrored = half <= panel.cols && ((offsets + offsets.reverse()).abs() <= slack).all();
    panel.points = panel.mirrored ? half : panel.cols;
  }

  /// Terms for one sigma. An error in x is enlarged by interpolating in mu, by the Lebesgue constant: a factor below 4.
  [[nodiscard]] Index mu_terms(double sigma) const {
    return chebyshev_terms(static_cast<double>(mu_half_) / sigma, error_ / 4, highest_power_);
  }
  [[nodiscard]] Index x_terms(double sigma) const {
    return chebyshev_terms(static_cast<double>(x_half_) / sigma, error_ / 16, highest_power_);
  }

  void make_synthesis(const Vector<T>& mu, Index terms) {
    synthesis_terms_ = terms;
    for (GaussPanel<T>& panel : panels_) {
      const Vector<T> t = (mu.segment(panel.first_col, panel.points) - panel.center) / mu_half_;
      for (int parity : {0, 1}) panel.synthesis[parity] = LaneTable<T>(t, (terms + 1 - parity) / 2, parity);
    }
  }

  void analyze_all(const Vector<T>& weights, std::vector<Matrix<T>>& moments) const {
    Matrix<T> g = Matrix<T>::Zero(weights.size() + 1, 1);
    g.col(0).head(weights.size()) = weights.matrix();
    AnalysisScratch scratch;
    moments.resize(2 * panels_.size());
    for (std::size_t i = 0; i < panels_.size(); ++i)
      analyze(panels_[i], g, scratch, moments[2 * i], moments[2 * i + 1]);
  }

  /// Rows from row on that need about the same number of terms; a power of two of them, so that none is left over when
  /// they are taken several at a time.
  [[nodiscard]] Index rows_alike(const Vector<T>& sigma, Index row, Index end) const {
    constexpr double fewer = 0.88;
    constexpr Index most = 16;
    const double least = fewer * static_cast<double>(mu_terms(static_cast<double>(sigma[row])));
    Index rows = 1;
    while (row + rows < end && rows < most &&
           static_cast<double>(mu_terms(static_cast<double>(sigma[row + rows]))) >= least)
      ++rows;
    return static_cast<Index>(std::bit_floor(static_cast<std::size_t>(rows)));
  }

  /// The least share, of the weights in a panel's reach, that a Gaussian of a row gathers; not below geometry's.
  template <class Row>
  [[nodiscard]] double least_share(const Vector<T>& weights, const Row& sums) const {
    double least = 1;
    for (const auto& panel : panels_) {
      if (panel.nodes == 0) return geometry_.least_share;
      const T share = T(sums.segment(panel.first_col, panel.cols).minCoeff()) /
                      T(weights.segment(panel.first_node, panel.nodes).sum());
      least = std::min(least, static_cast<double>(share));
    }
    return std::max(least, geometry_.least_share);
  }

  /// z^k exp(-z^2/2), k = 0, 1, ..., for the rows of a block, between the Chebyshev nodes t >= 0 of mu (below each
  /// other, row by row) and y >= 0 of x (side by side), at y and at -y. Twice, because the kernel's parts even and odd
  /// in x are each even or odd in mu, too: f(t) +- f(-t), of which the coefficients are made, is 2 f(t).
  class Kernel {
   public:
    void assign(const Vector<T>& mu, const Vector<T>& x, const Vector<T>& sigma) {
      x_ = x;
      z_mu_.resize(mu.size() * sigma.size());
      precision_.resize(z_mu_.size());
      for (Index r = 0; r < sigma.size(); ++r) {
        z_mu_.segment(r * mu.size(), mu.size()) = mu / sigma[r];
        precision_.segment(r * mu.size(), mu.size()).setConstant(T(1) / sigma[r]);
      }
      for (auto& side : sides_) side.resize(std::max(side.size(), z_mu_.size() * x.size()));
      for (Index j = 0; j < x.size(); ++j) {
        column(0, j) = ((x[j] * precision_ - z_mu_).square() * T(-0.5)).exp() * T(2);
        column(1, j) = ((x[j] * precision_ + z_mu_).square() * T(-0.5)).exp() * T(2);
      }
    }

    void multiply_by_z() {
      for (Index j = 0; j < x_.size(); ++j) {
        column(0, j) *= x_[j] * precision_ - z_mu_;
        column(1, j) *= -x_[j] * precision_ - z_mu_;
      }
    }

    /// Makes the parts even and odd in x, the sum and the difference of the values at y and -y.
    void split() {
      const Index size = z_mu_.size() * x_.size();
      for (auto& part : parts_) part.resize(z_mu_.size(), x_.size());
      parts_[0].reshaped().array() = sides_[0].head(size) + sides_[1].head(size);
      parts_[1].reshaped().array() = sides_[0].head(size) - sides_[1].head(size);
    }
    [[nodiscard]] const Matrix<T>& part(int x_parity) const noexcept { return parts_[x_parity]; }

   private:
    auto column(std::size_t side, Index j) { return sides_[side].segment(j * z_mu_.size(), z_mu_.size()); }

    Vector<T> x_, z_mu_, precision_;  // mu / sigma and 1 / sigma
    Vector<T> sides_[2];              // column by column; grown, but not given back between two blocks
    Matrix<T> parts_[2];
  };

  /// Coefficients in mu from the values at its Chebyshev nodes; one column for each row of the block and column of
  /// values.
  static Matrix<T> mu_coefficients(const Matrix<T>& from_values, Matrix<T> values) {
    values.resize(from_values.cols(), values.size() / from_values.cols());
    return product<T>(from_values, values);
  }

  GaussBlock<T> make_block(const Vector<T>& sigma, Index first_row, Index rows,
                           const std::vector<Matrix<T>>& weight_moments, Kernel& kernel, WeightSums& sums) const {
    const auto narrowest = static_cast<double>(sigma[first_row]);
    const ChebyshevNodes<T> mu(std::min(mu_terms(narrowest), synthesis_terms_));
    const ChebyshevNodes<T> x(std::min(x_terms(narrowest), x_terms_));
    const Matrix<T> to_x_terms[2] = {x.coefficients[0].transpose(), x.coefficients[1].transpose()};
    kernel.assign(mu.nodes * mu_half_, x.nodes * x_half_, sigma.segment(first_row, rows));
    GaussBlock<T> block{first_row, rows, {}};
    for (int k = 0; k <= highest_power_; ++k) {
      if (k > 0) kernel.multiply_by_z();
      Surface<T>& sum = sums[static_cast<std::size_t>(k)];
      if (k != power_ && sum.size() == 0) continue;
      kernel.split();
      if (k == power_)
        for (int x_parity : {0, 1}) {
          const int parity = x_parity ^ (k & 1);
          Matrix<T> cores =
              mu_coefficients(mu.coefficients[parity], product<T>(kernel.part(x_parity), to_x_terms[x_parity]));
          cores.resize(cores.rows() * rows, cores.cols() / rows);
          block.core[parity] = CoreStack<T>(cores, rows, error_);
        }
      if (sum.size() > 0) transform_weights(k, kernel, mu, to_x_terms, weight_moments, block, sum);
    }
    return block;
  }

  /// sum_i w_i z_i^k exp(-z_i^2/2) of the block's rows, by the kernel's values at hand and the weights moved to the
  /// nodes of x.
  void transform_weights(int k, const Kernel& kernel, const ChebyshevNodes<T>& mu, const Matrix<T> (&to_nodes)[2],
                         const std::vector<Matrix<T>>& weight_moments, const GaussBlock<T>& block,
                         Surface<T>& out) const {
    const Index stride = row_stride(out.cols());
    const Vector<T> ones = Vector<T>::Ones(block.rows * stride);
    Surface<T> values(block.rows, stride);
    for (std::size_t i = 0; i < panels_.size(); ++i) {
      Vector<T> coefficients[2];
      Index terms[2];
      for (int x_parity : {0, 1}) {
        const int parity = x_parity ^ (k & 1);
        const Matrix<T>& to_node = to_nodes[x_parity];
        const Matrix<T>& moment = weight_moments[2 * i + static_cast<std::size_t>(x_parity)];
        const Matrix<T> at_nodes = product<T>(to_node, moment.topRows(to_node.cols()));
        const Matrix<T> by_row =
            mu_coefficients(mu.coefficients[parity], product<T>(kernel.part(x_parity), at_nodes)).transpose();
        coefficients[parity] = by_row.reshaped();
        terms[parity] = by_row.cols();
      }
      synthesize(panels_[i], block.rows, coefficients, terms, ones.data(), values.data(), stride);
    }
    out.middleRows(block.first_row, block.rows) = values.leftCols(out.cols());
  }

  Geometry geometry_;
  double error_;
  int power_;
  int highest_power_;  // of the kernel or of a moment
  T x_half_{};
  T mu_half_{};
  Index x_terms_ = 0;
  Index synthesis_terms_ = 0;
  std::vector<GaussPanel<T>> panels_;
  std::vector<GaussBlock<T>> blocks_;
};

}  // namespace klgrid::detail
