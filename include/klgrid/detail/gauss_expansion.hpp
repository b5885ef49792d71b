// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "klgrid/detail/chebyshev.hpp"
#include "klgrid/real.hpp"

/// The expanded rows of the Gauss transform, in the order of the essay in gauss_transform.hpp: panels (analysis of the
/// nodes, synthesis of the means), cores (one small matrix for each sigma), and their product with given values.
namespace klgrid::detail {

/// Synthesis in registers: sums for Q rows at a time, at V vectors of points, so that Q V sums fill the registers and
/// there are always enough independent ones to hide the latency of a multiply-add.
template <Real T>
struct SynthesisTile {
  static constexpr Index vector = std::max<Index>(1, Eigen::internal::packet_traits<T>::size);
  static constexpr int rows = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32 ? 8 : 4;
  static constexpr Index widest = 4 * vector;  // points are padded to a multiple of this

  /// sums[q] = sum_k coefficients[q terms + k] polynomials[k], polynomials of stride padded.
  template <int Q, class Tile>
  static void accumulate(const T* polynomials, Index padded, const T* coefficients, Index terms, Tile (&sums)[Q]) {
    Tile sum[Q];
    for (int q = 0; q < Q; ++q) sum[q].setZero();
    for (Index k = 0; k < terms; ++k, polynomials += padded) {
      const Tile values = Eigen::Map<const Tile>(polynomials);
      for (int q = 0; q < Q; ++q) sum[q] += coefficients[q * terms + k] * values;
    }
    for (int q = 0; q < Q; ++q) sums[q] = sum[q];
  }

  /// plus = even + odd, minus = even - odd: the values at t and at -t.
  template <int Q>
  static void evaluate(const Matrix<T> (&polynomials)[2], const T* even_coefficients, const T* odd_coefficients,
                       const Index (&terms)[2], T* plus, T* minus) {
    using Tile = Eigen::Array<T, (Q >= 4 ? 2 : 4) * vector, 1>;
    const Index padded = polynomials[0].rows();
    for (Index point = 0; point < padded; point += Tile::SizeAtCompileTime) {
      Tile even[Q];
      Tile odd[Q];
      accumulate<Q>(polynomials[0].data() + point, padded, even_coefficients, terms[0], even);
      accumulate<Q>(polynomials[1].data() + point, padded, odd_coefficients, terms[1], odd);
      for (int q = 0; q < Q; ++q) {
        Eigen::Map<Tile>(plus + q * padded + point) = even[q] + odd[q];
        Eigen::Map<Tile>(minus + q * padded + point) = even[q] - odd[q];
      }
    }
  }
};

/// A run of neighbouring means with the nodes in their reach, both relative to the middle of the means.
template <Real T>
struct GaussPanel {
  Index first_col, cols;
  Index first_node, nodes;
  T center;
  bool mirrored;  // the means lie symmetric about the center, so one half of them serves both
  Index points;   // means at which polynomials are evaluated: cols, or the first half of them
  std::vector<std::pair<Index, Index>> pairs;  // nodes at center + t and center - t; one past the last node for none
  Matrix<T> analysis[2];                       // T_j(t / node half-width): terms x pairs, by parity of j
  Matrix<T> synthesis[2];                      // T_k((mu - center) / mean half-width): points x terms, by parity of k
};

/// Rows of about equal sigma, with equal numbers of terms: their cores are stacked to one matrix for each parity of the
/// mean's polynomials, (rows x mu_terms) x x_terms.
template <Real T>
struct GaussCores {
  Index first_row, rows;
  Index mu_terms[2], x_terms[2];
  Matrix<T> core[2];
};

template <Real T>
class GaussExpansion {
 public:
  struct Geometry {
    Index first_row, rows, panels;
    double reach;         // in units of the largest sigma: nodes farther than this from every mean do not count
    double mirror_slack;  // in units of the smallest sigma: nodes and means may move by this to be mirror images
  };

  /// @param error  absolute error of the kernel that the expansion may make at each (node, mean)
  GaussExpansion(const Vector<T>& nodes, const Vector<T>& mu, const Vector<T>& sigma, const Geometry& geometry,
                 double error, int power)
      : sigma_(&sigma), geometry_(geometry), error_(error), power_(power) {
    make_panels(nodes, mu);
    const double narrowest = static_cast<double>(sigma[geometry.first_row]);
    const Index x_terms = chebyshev_terms(static_cast<double>(x_half_) / narrowest, error / 16, power);
    const Index mu_terms = chebyshev_terms(static_cast<double>(mu_half_) / narrowest, error / 4, power);
    const T mirror_slack = T(geometry.mirror_slack) * sigma[geometry.first_row];
    for (GaussPanel<T>& panel : panels_) {
      make_analysis(panel, nodes, x_terms, mirror_slack);
      make_synthesis(panel, mu, mu_terms, mirror_slack);
    }
  }

  /// Makes the cores, and the transforms of z^k of the weights themselves, which cost little on the way.
  void make_cores(const Vector<T>& weights, std::vector<Surface<T>>& moments) {
    const Index end = geometry_.first_row + geometry_.rows;
    std::vector<Matrix<T>> weight_moments;
    analyze_all(weights, weight_moments);
    constexpr double spread = 1.15;  // rows whose sigma differs by less need about the same number of terms
    constexpr Index most_rows = 16;
    for (Index row = geometry_.first_row; row < end;) {
      Index next = row + 1;
      while (next < end && next - row < most_rows && (*sigma_)[next] <= T(spread) * (*sigma_)[row]) ++next;
      blocks_.push_back(make_block(row, next - row, weight_moments, moments));
      trim(blocks_.back());
      row = next;
    }
    drop_unused_terms();
    sigma_ = nullptr;
  }

  [[nodiscard]] const std::vector<GaussPanel<T>>& panels() const noexcept { return panels_; }
  [[nodiscard]] const std::vector<GaussCores<T>>& blocks() const noexcept { return blocks_; }
  [[nodiscard]] const Geometry& geometry() const noexcept { return geometry_; }

  /// The panel's moments of the values, by parity: sum over its nodes of T_j g. g has a zero below its last node.
  void analyze(const GaussPanel<T>& panel, const Matrix<T>& g, Matrix<T>& folded, Matrix<T>& even,
               Matrix<T>& odd) const {
    folded.resize(static_cast<Index>(panel.pairs.size()), 2 * g.cols());
    for (Index d = 0; d < g.cols(); ++d)
      for (Index i = 0; i < folded.rows(); ++i) {
        const auto [right, left] = panel.pairs[static_cast<std::size_t>(i)];
        folded(i, d) = g(right, d) + g(left, d);
        folded(i, g.cols() + d) = g(right, d) - g(left, d);
      }
    even.noalias() = panel.analysis[0] * folded.leftCols(g.cols());
    odd.noalias() = panel.analysis[1] * folded.rightCols(g.cols());
  }

  /// The coefficients of the mean's polynomials for each row of the block, by parity.
  void multiply(const GaussCores<T>& block, const Matrix<T>& even, const Matrix<T>& odd,
                Matrix<T> (&coefficients)[2]) const {
    const Matrix<T>* const moments[2] = {&even, &odd};
    for (int parity : {0, 1}) {
      const int x_parity = parity ^ (power_ & 1);
      coefficients[parity].noalias() = block.core[parity] * moments[x_parity]->topRows(block.x_terms[x_parity]);
    }
  }

  /// Values at the means of the panel, row by row of the block, from the coefficients' column d; written to
  /// out + row * stride + column.
  static void synthesize(const GaussPanel<T>& panel, const GaussCores<T>& block, const Matrix<T> (&coefficients)[2],
                         Index d, Vector<T>& plus, Vector<T>& minus, T* out, Index stride) {
    using Synthesis = SynthesisTile<T>;
    const Index padded = panel.synthesis[0].rows();
    plus.resize(padded * Synthesis::rows);
    minus.resize(padded * Synthesis::rows);
    for (Index row = 0; row < block.rows;) {
      const T* const even = coefficients[0].col(d).data() + row * block.mu_terms[0];
      const T* const odd = coefficients[1].col(d).data() + row * block.mu_terms[1];
      const auto evaluate = [&]<int Q>(std::integral_constant<int, Q>) {
        Synthesis::template evaluate<Q>(panel.synthesis, even, odd, block.mu_terms, plus.data(), minus.data());
        return Index{Q};
      };
      const Index left = block.rows - row;
      const Index count = left >= Synthesis::rows ? evaluate(std::integral_constant<int, Synthesis::rows>{})
                          : left >= 4             ? evaluate(std::integral_constant<int, 4>{})
                          : left >= 2             ? evaluate(std::integral_constant<int, 2>{})
                                                  : evaluate(std::integral_constant<int, 1>{});
      for (Index q = 0; q < count; ++q, ++row) {
        Eigen::Map<Vector<T>> values(out + row * stride + panel.first_col, panel.cols);
        if (panel.mirrored) values.tail(panel.points) = minus.segment(q * padded, panel.points).reverse();
        values.head(panel.points) = plus.segment(q * padded, panel.points);
      }
    }
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    Index numbers = 0;
    for (const auto& panel : panels_)
      for (int parity : {0, 1}) numbers += panel.analysis[parity].size() + panel.synthesis[parity].size();
    for (const auto& block : blocks_) numbers += block.core[0].size() + block.core[1].size();
    return static_cast<std::size_t>(numbers) * sizeof(T);
  }

 private:
  /// Equal numbers of means for each panel; one pair of half-widths for all, so that they share their cores.
  void make_panels(const Vector<T>& nodes, const Vector<T>& mu) {
    const Index count = geometry_.panels;
    const T widest = (*sigma_)[geometry_.first_row + geometry_.rows - 1];
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
  }

  /// Pairs nodes that are mirror images about the center (within slack, an error that the tolerance covers): they share
  /// their polynomials up to sign.
  void make_analysis(GaussPanel<T>& panel, const Vector<T>& nodes, Index terms, const T& slack) {
    const Index none = nodes.size();
    const Index end = panel.first_node + panel.nodes;
    Index right = std::lower_bound(nodes.begin() + panel.first_node, nodes.begin() + end, panel.center) - nodes.begin();
    Index left = right - 1;
    std::vector<T> distances;
    while (left >= panel.first_node || right < end) {
      const bool has_left = left >= panel.first_node;
      const bool has_right = right < end;
      const T to_left = has_left ? T(panel.center - nodes[left]) : std::numeric_limits<T>::max();
      const T to_right = has_right ? T(nodes[right] - panel.center) : std::numeric_limits<T>::max();
      const bool pair = has_left && has_right && to_left - to_right <= slack && to_right - to_left <= slack;
      const bool take_right = pair || to_right < to_left;
      const bool take_left = pair || !take_right;
      distances.push_back(pair ? T((to_left + to_right) / T(2)) : std::min(to_left, to_right));
      panel.pairs.emplace_back(take_right ? right++ : none, take_left ? left-- : none);
    }
    const Vector<T> t = Eigen::Map<const Vector<T>>(distances.data(), static_cast<Index>(distances.size())) / x_half_;
    for (int parity : {0, 1}) panel.analysis[parity] = chebyshev_polynomials(t, (terms + 1 - parity) / 2, parity);
  }

  void make_synthesis(GaussPanel<T>& panel, const Vector<T>& mu, Index terms, const T& slack) {
    const auto means = mu.segment(panel.first_col, panel.cols);
    const T twice = T(2) * panel.center;
    panel.mirrored = ((means + means.reverse() - twice).abs() <= slack).all();
    panel.points = panel.mirrored ? (panel.cols + 1) / 2 : panel.cols;
    constexpr Index tile = SynthesisTile<T>::widest;
    Vector<T> t = Vector<T>::Zero((panel.points + tile - 1) / tile * tile);
    t.head(panel.points) = (means.head(panel.points) - panel.center) / mu_half_;
    for (int parity : {0, 1})
      panel.synthesis[parity] = chebyshev_polynomials(t, (terms + 1 - parity) / 2, parity).transpose();
  }

  void analyze_all(const Vector<T>& weights, std::vector<Matrix<T>>& moments) const {
    Matrix<T> g = Matrix<T>::Zero(weights.size() + 1, 1);
    g.col(0).head(weights.size()) = weights.matrix();
    Matrix<T> folded;
    moments.resize(2 * panels_.size());
    for (std::size_t i = 0; i < panels_.size(); ++i) analyze(panels_[i], g, folded, moments[2 * i], moments[2 * i + 1]);
  }

  GaussCores<T> make_block(Index first_row, Index rows, const std::vector<Matrix<T>>& weight_moments,
                           std::vector<Surface<T>>& moments) const {
    const double narrowest = static_cast<double>((*sigma_)[first_row]);
    const Index mu_terms = chebyshev_terms(static_cast<double>(mu_half_) / narrowest, error_ / 4, power_);
    const Index x_terms = chebyshev_terms(static_cast<double>(x_half_) / narrowest, error_ / 16, power_);
    const ChebyshevNodes<T> mu_nodes(mu_terms);
    const ChebyshevNodes<T> x_nodes(x_terms);
    GaussCores<T> block{first_row, rows, {}, {}, {}};
    for (int parity : {0, 1}) {
      block.mu_terms[parity] = mu_nodes.coefficients[parity].rows();
      block.x_terms[parity] = x_nodes.coefficients[parity].rows();
    }
    for (int parity : {0, 1})
      block.core[parity].resize(rows * block.mu_terms[parity], block.x_terms[parity ^ (power_ & 1)]);
    for (Index r = 0; r < rows; ++r) make_core(block, r, mu_nodes, x_nodes, weight_moments, moments);
    return block;
  }

  /// One sigma. With z = (x - mu)/sigma at the nodes t >= 0 of mu and y >= 0 of x, the sum and the difference of the
  /// kernel at y and -y are its parts even and odd in x; each is even or odd in mu, too, since z^k exp(-z^2/2) does not
  /// change by more than its sign when x and mu do.
  void make_core(GaussCores<T>& block, Index r, const ChebyshevNodes<T>& mu_nodes, const ChebyshevNodes<T>& x_nodes,
                 const std::vector<Matrix<T>>& weight_moments, std::vector<Surface<T>>& moments) const {
    using Array = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic>;
    const T& sigma = (*sigma_)[block.first_row + r];
    const Vector<T> mu = mu_nodes.nodes * (mu_half_ / sigma);
    const Vector<T> x = x_nodes.nodes * (x_half_ / sigma);
    const Array z_right = x.transpose().replicate(mu.size(), 1) - mu.replicate(1, x.size());
    const Array z_left = -x.transpose().replicate(mu.size(), 1) - mu.replicate(1, x.size());
    Array right = (z_right.square() * T(-0.5)).exp();
    Array left = (z_left.square() * T(-0.5)).exp();
    const int orders = std::max(power_ + 1, static_cast<int>(moments.size()));
    for (int k = 0; k < orders; ++k, right *= z_right, left *= z_left) {
      const Matrix<T> part[2] = {(right + left).matrix(), (right - left).matrix()};  // even, odd in x
      if (k == power_)
        for (int x_parity : {0, 1}) {
          const int parity = x_parity ^ (k & 1);
          const Index terms = block.mu_terms[parity];
          const Matrix<T> half = part[x_parity] * x_nodes.coefficients[x_parity].transpose();
          block.core[parity].middleRows(r * terms, terms).noalias() = T(2) * mu_nodes.coefficients[parity] * half;
        }
      if (k < static_cast<int>(moments.size()))
        transform_weights(block, r, k, part, mu_nodes, x_nodes, weight_moments, moments[static_cast<std::size_t>(k)]);
    }
  }

  /// The bound on the number of terms is a little pessimistic: leaves out the last ones, as long as the largest of
  /// their coefficients stay below half the error in all.
  void trim(GaussCores<T>& block) const {
    const Index mu_terms[2] = {block.mu_terms[0], block.mu_terms[1]};
    for (int parity : {0, 1}) {
      Matrix<T>& core = block.core[parity];
      Index& x_terms = block.x_terms[parity ^ (power_ & 1)];
      Vector<T> largest = Vector<T>::Zero(mu_terms[parity]);
      for (Index r = 0; r < block.rows; ++r)
        largest = largest.max(
            core.middleRows(r * mu_terms[parity], mu_terms[parity]).cwiseAbs().rowwise().maxCoeff().array());
      block.mu_terms[parity] = needed(largest);
      x_terms = std::max<Index>(1, needed(core.cwiseAbs().colwise().maxCoeff().transpose().array()));
      Matrix<T> kept(block.rows * block.mu_terms[parity], x_terms);
      for (Index r = 0; r < block.rows; ++r)
        kept.middleRows(r * block.mu_terms[parity], block.mu_terms[parity]) =
            core.block(r * mu_terms[parity], 0, block.mu_terms[parity], x_terms);
      core = std::move(kept);
    }
  }

  [[nodiscard]] Index needed(const Vector<T>& coefficients) const {
    Index terms = coefficients.size();
    for (T dropped = T(0); terms > 0; --terms) {
      dropped += coefficients[terms - 1];
      if (dropped > T(error_ / 2)) break;
    }
    return terms;
  }

  void drop_unused_terms() {
    for (GaussPanel<T>& panel : panels_)
      for (int parity : {0, 1}) {
        Index x_terms = 0;
        Index mu_terms = 0;
        for (const GaussCores<T>& block : blocks_) {
          x_terms = std::max(x_terms, block.x_terms[parity]);
          mu_terms = std::max(mu_terms, block.mu_terms[parity]);
        }
        panel.analysis[parity].conservativeResize(x_terms, Eigen::NoChange);
        panel.synthesis[parity].conservativeResize(Eigen::NoChange, mu_terms);
      }
  }

  /// sum_i w_i z_i^k exp(-z_i^2/2) of one row, by the kernel's values at hand.
  void transform_weights(const GaussCores<T>& block, Index r, int k, const Matrix<T> (&part)[2],
                         const ChebyshevNodes<T>& mu_nodes, const ChebyshevNodes<T>& x_nodes,
                         const std::vector<Matrix<T>>& weight_moments, Surface<T>& out) const {
    GaussCores<T> row{block.first_row + r, 1, {block.mu_terms[0], block.mu_terms[1]}, {}, {}};
    Vector<T> plus;
    Vector<T> minus;
    Matrix<T> coefficients[2];
    for (std::size_t i = 0; i < panels_.size(); ++i) {
      for (int x_parity : {0, 1}) {
        const int parity = x_parity ^ (k & 1);
        const Matrix<T> at_nodes =
            x_nodes.coefficients[x_parity].transpose() *
            weight_moments[2 * i + static_cast<std::size_t>(x_parity)].topRows(block.x_terms[x_parity]);
        coefficients[parity] = T(2) * mu_nodes.coefficients[parity] * Matrix<T>(part[x_parity] * at_nodes);
      }
      synthesize(panels_[i], row, coefficients, 0, plus, minus, out.row(row.first_row).data(), 0);
    }
  }

  const Vector<T>* sigma_;
  Geometry geometry_;
  double error_;
  int power_;
  T x_half_{};
  T mu_half_{};
  std::vector<GaussPanel<T>> panels_;
  std::vector<GaussCores<T>> blocks_;
};

}  // namespace klgrid::detail
