// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "klgrid/detail/chebyshev.hpp"
#include "klgrid/real.hpp"

/// The two products of the Gauss transform that are done for every new function, laid out so that memory is read once,
/// in order, and sums stay in registers.
namespace klgrid::detail {

/// Numbers that are handled together: one vector register.
template <Real T>
constexpr Index lane_size = std::max<Index>(1, Eigen::internal::packet_traits<T>::size);

template <Real T>
using Lane = Eigen::Array<T, lane_size<T>, 1>;

/// Polynomials T_j at points t in [-1, 1], for j of one parity and a lane of points at a time: the values of a lane
/// stand together, T_0 or T_1 first.
template <Real T>
class LaneTable {
 public:
  LaneTable() = default;
  LaneTable(const Vector<T>& t, Index terms, int parity)
      : terms_(terms), lanes_((t.size() + lane_size<T> - 1) / lane_size<T>) {
    values_ = Matrix<T>::Zero(lane_size<T>, lanes_ * terms_);
    const Matrix<T> polynomials = chebyshev_polynomials(t, terms, parity);
    for (Index i = 0; i < t.size(); ++i)
      for (Index j = 0; j < terms; ++j) values_(i % lane_size<T>, i / lane_size<T> * terms_ + j) = polynomials(j, i);
  }

  [[nodiscard]] Index lanes() const noexcept { return lanes_; }
  [[nodiscard]] Index size() const noexcept { return values_.size(); }
  [[nodiscard]] const T* lane(Index i) const noexcept { return values_.data() + i * terms_ * lane_size<T>; }

  /// sums[q][v] = sum_j coefficients[j stride + q] T_j at the lanes first .. first + V - 1. Q V sums fill the
  /// registers: each value is used Q times, and there are always independent sums to hide the latency of a
  /// multiply-add.
  template <int Q, int V>
  void evaluate(Index first, const T* coefficients, Index terms, Index stride, Lane<T> (&sums)[Q][V]) const {
    const T* values = lane(first);
    const Index next_lane = terms_ * lane_size<T>;
    Lane<T> sum[Q][V];
    for (int q = 0; q < Q; ++q)
      for (int v = 0; v < V; ++v) sum[q][v].setZero();
    for (Index j = 0; j < terms; ++j, values += lane_size<T>, coefficients += stride) {
      Lane<T> value[V];
      for (int v = 0; v < V; ++v) value[v] = Eigen::Map<const Lane<T>>(values + v * next_lane);
      for (int q = 0; q < Q; ++q)
        for (int v = 0; v < V; ++v) sum[q][v] += coefficients[q] * value[v];
    }
    for (int q = 0; q < Q; ++q)
      for (int v = 0; v < V; ++v) sums[q][v] = sum[q][v];
  }

 private:
  Index terms_ = 0;
  Index lanes_ = 0;
  Matrix<T> values_;
};

/// The matrices C_kj of several rows (sigmas) stacked to one, for the product V_k(row) = sum_j C_kj(row) F_j.
///
/// Entry k * rows + row of the product is V_k(row). C_kj is negligible where k + j is large: lanes of entries that
/// stand together end at the last j that they need.
template <Real T>
class CoreStack {
 public:
  CoreStack() = default;

  /// @param cores  of one row below those of the other: C_kj(row) in row * terms + k, j
  /// @param error  what may be left out, of each row's kernel
  CoreStack(const Matrix<T>& cores, Index rows, double error) : rows_(rows) {
    const Index terms = cores.rows() / rows;
    Matrix<T> stack = Matrix<T>::Zero(stacked_size(rows, terms), cores.cols());
    for (Index row = 0; row < rows; ++row)
      stack(Eigen::seqN(row, terms, rows), Eigen::all) = cores.middleRows(row * terms, terms);
    const Vector<T> of_entries = stack.cwiseAbs().rowwise().maxCoeff();
    mu_terms_ = needed(of_entries.head(rows * terms).reshaped(rows, terms).colwise().maxCoeff().transpose(), error / 2);
    const double share = error / 2 / static_cast<double>(std::max<Index>(mu_terms_, 1));
    const Index lanes = product_size() / lane_size<T>;
    Index stored = 0;
    for (Index lane = 0; lane < lanes;) {
      const Index count = lanes - lane >= 4 ? 4 : lanes - lane >= 2 ? 2 : 1;
      const auto entries = stack.middleRows(lane * lane_size<T>, count * lane_size<T>);
      groups_.push_back({lane, count, needed(entries.cwiseAbs().colwise().maxCoeff().transpose(), share)});
      x_terms_ = std::max(x_terms_, groups_.back().columns);
      stored += count * lane_size<T> * groups_.back().columns;
      lane += count;
    }
    values_.resize(stored);
    T* next = values_.data();  // in the order of reading: group by group, column by column
    for (const Group& group : groups_) {
      const Index height = group.lanes * lane_size<T>;
      Eigen::Map<Matrix<T>>(next, height, group.columns) =
          stack.block(group.lane * lane_size<T>, 0, height, group.columns);
      next += height * group.columns;
    }
  }

  /// Rows of a matrix of the given number of terms for as many sigmas, filled up to whole lanes.
  static Index stacked_size(Index rows, Index terms) {
    return (rows * terms + lane_size<T> - 1) / lane_size<T> * lane_size<T>;
  }

  [[nodiscard]] Index mu_terms() const noexcept { return mu_terms_; }
  [[nodiscard]] Index x_terms() const noexcept { return x_terms_; }
  [[nodiscard]] Index rows() const noexcept { return rows_; }
  [[nodiscard]] Index stored() const noexcept { return values_.size(); }

  /// Entries of a product, filled up to whole lanes.
  [[nodiscard]] Index product_size() const noexcept { return stacked_size(rows_, mu_terms_); }

  /// The products for D columns of moments, each read entry of the cores used for all of them.
  template <int D>
  void multiply(const T* const (&moments)[D], T* const (&products)[D]) const {
    const T* values = values_.data();
    for (const Group& group : groups_) {
      const Index at = group.lane * lane_size<T>;
      switch (group.lanes) {
        case 4:
          values = multiply_group<4>(group.columns, moments, values, products, at);
          break;
        case 2:
          values = multiply_group<2>(group.columns, moments, values, products, at);
          break;
        default:
          values = multiply_group<1>(group.columns, moments, values, products, at);
      }
    }
  }

 private:
  struct Group {
    Index lane, lanes, columns;
  };

  /// Leading terms, the others being below error in all.
  static Index needed(const Vector<T>& coefficients, double error) {
    Index terms = coefficients.size();
    for (T dropped = T(0); terms > 0; --terms) {
      dropped += coefficients[terms - 1];
      if (dropped > T(error)) break;
    }
    return terms;
  }

  template <int L, int D>
  static const T* multiply_group(Index columns, const T* const (&moments)[D], const T* values, T* const (&products)[D],
                                 Index at) {
    Lane<T> sums[D][L];
    for (auto& of_column : sums)
      for (auto& sum : of_column) sum.setZero();
    for (Index j = 0; j < columns; ++j)
      for (int l = 0; l < L; ++l, values += lane_size<T>) {
        const Lane<T> value = Eigen::Map<const Lane<T>>(values);
        for (int d = 0; d < D; ++d) sums[d][l] += moments[d][j] * value;
      }
    for (int d = 0; d < D; ++d)
      for (int l = 0; l < L; ++l) Eigen::Map<Lane<T>>(products[d] + at + l * lane_size<T>) = sums[d][l];
    return values;
  }

  Index rows_ = 0;
  Index mu_terms_ = 0;
  Index x_terms_ = 0;
  std::vector<Group> groups_;
  Vector<T> values_;
};

}  // namespace klgrid::detail
