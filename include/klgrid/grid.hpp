// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <initializer_list>
#include <memory>
#include <utility>

#include "klgrid/axis.hpp"
#include "klgrid/detail/from_nearest.hpp"
#include "klgrid/detail/require.hpp"
#include "klgrid/numbers.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

/// Quadrature on a window: nodes x_i and weights w_i, so that sum_i w_i f(x_i) stands for the integral of f.
///
/// Immutable, and cheap to copy: copies share the nodes, also between threads. Every density on a grid carries the grid
/// it lives on.
template <Real T = double>
class Grid {
 public:
  /// Own nodes and weights, both of shape n >= 1.
  /// @throws std::invalid_argument unless the nodes are finite and sorted and the weights are finite, >= 0, of the same
  ///         size and not all zero.
  Grid(Numbers<T> given_nodes, Numbers<T> given_weights) {
    constexpr auto where = "Grid";
    Vector<T> nodes = given_nodes.release();
    Vector<T> weights = given_weights.release();
    detail::require_sorted(nodes, where, "nodes");
    detail::require_size(weights, nodes.size(), where, "weights", "nodes");
    detail::require_each(
        weights, [](const T& w) { return detail::is_finite(w) && w >= T(0); }, where, "weights", "finite and >= 0");
    const T total = weights.sum();
    detail::require_that(detail::is_finite(total) && total > T(0), where, "weights", "of a positive, finite sum",
                         total);
    const bool zero_weights = std::count(weights.data(), weights.data() + weights.size(), T(0)) > 0;
    data_ = std::make_shared<const Data>(Data{std::move(nodes), std::move(weights), zero_weights});
  }

  /// klgrid::arange(start, stop, step), each node with weight step: the grid of a Riemann sum.
  /// @throws std::invalid_argument as klgrid::arange does.
  [[nodiscard]] static Grid arange(const T& start, const T& stop, const T& step) {
    Vector<T> nodes = klgrid::arange(start, stop, step);
    Vector<T> weights = detail::repeated(step, nodes.size());
    return Grid(std::move(nodes), std::move(weights));
  }

  /// klgrid::linspace(first, last, count) with the weights of the trapezoidal rule.
  /// @throws std::invalid_argument unless count >= 2, both ends are finite and first < last.
  [[nodiscard]] static Grid linspace(const T& first, const T& last, Index count) {
    detail::require_that(count >= 2, "Grid::linspace", "count", ">= 2", count);
    detail::require_that(first < last, "Grid::linspace", "last", "> first", last);
    Vector<T> nodes = klgrid::linspace(first, last, count);
    const T step = (last - first) / T(static_cast<double>(count - 1));
    Vector<T> weights = detail::repeated(step, count);
    weights[0] = weights[count - 1] = step / T(2);
    return Grid(std::move(nodes), std::move(weights));
  }

  // The compiler shows this line.
  template <std::floating_point Step>
  static Grid linspace(const T&, const T&, const Step&) = delete;  // count: a whole number; for a step: Grid::arange

  /// Own nodes, equally spaced or not, with the weights of the trapezoidal rule: half the distance between a node's
  /// neighbours, or between an end and its neighbour.
  /// @throws std::invalid_argument unless the nodes are at least two, finite, sorted and not all equal.
  [[nodiscard]] static Grid trapezoidal(Numbers<T> given_nodes) {
    constexpr auto where = "Grid::trapezoidal";
    Vector<T> nodes = given_nodes.release();
    const Index n = nodes.size();
    detail::require_that(n >= 2, where, "nodes", "of at least two elements", n);
    detail::require_sorted(nodes, where, "nodes");
    detail::require_that(nodes[0] < nodes[n - 1], where, "nodes", "not all equal", nodes[0]);
    Vector<T> weights(n);
    for (Index i = 0; i < n; ++i)
      weights[i] = nodes[(std::min)(i + 1, n - 1)] / T(2) - nodes[(std::max)(i - 1, Index{0})] / T(2);
    return Grid(std::move(nodes), std::move(weights));
  }

  /// x, shape n, sorted.
  [[nodiscard]] const Vector<T>& nodes() const noexcept { return data_->nodes; }
  /// w, shape n, >= 0, in the unit of x.
  [[nodiscard]] const Vector<T>& weights() const noexcept { return data_->weights; }
  /// n
  [[nodiscard]] Index size() const noexcept { return data_->nodes.size(); }

  /// True if some weight is zero: its node takes no part in any sum.
  [[nodiscard]] bool has_zero_weights() const noexcept { return data_->zero_weights; }

  /// The index of the node nearest to x, of those of positive weight; of two the left one. Cost: O(log n), and
  /// the nodes of weight zero about x.
  [[nodiscard]] Index nearest(const T& x) const {
    const Index after = std::lower_bound(nodes().data(), nodes().data() + size(), x) - nodes().data();
    if (!has_zero_weights()) return detail::nearest_of(nodes().data(), size(), after, x);
    Index left = after - 1;
    Index right = after;
    while (left >= 0 && !(weights()[left] > T(0))) --left;
    while (right < size() && !(weights()[right] > T(0))) ++right;
    if (left < 0 || right == size()) return left < 0 ? right : left;
    return detail::sum_of_offsets(nodes()[left], nodes()[right], x) < T(0) ? right : left;
  }

  /// The same nodes and weights, bit for bit.
  friend bool operator==(const Grid& a, const Grid& b) {
    const auto same = [](const Vector<T>& x, const Vector<T>& y) {
      return std::equal(x.data(), x.data() + x.size(), y.data(), y.data() + y.size());
    };
    return a.data_ == b.data_ || (same(a.nodes(), b.nodes()) && same(a.weights(), b.weights()));
  }

 private:
  struct Data {
    Vector<T> nodes;
    Vector<T> weights;
    bool zero_weights;
  };
  std::shared_ptr<const Data> data_;
};

template <class Nodes, class Weights>
Grid(std::initializer_list<Nodes>, std::initializer_list<Weights>) -> Grid<detail::RealOf<Nodes, Weights>>;
template <class Nodes = detail::Braces, class Weights = detail::Braces>
Grid(const Nodes&, const Weights&) -> Grid<detail::RealOf<detail::ElementOf<Nodes>, detail::ElementOf<Weights>>>;

}  // namespace klgrid
