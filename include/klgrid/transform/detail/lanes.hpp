// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "klgrid/detail/packets.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// Columns of numbers, one after the other.
template <Real T>
class Columns {
 public:
  Columns() = default;
  Columns(Index rows, Index cols) { grow(rows, cols); }

  /// Room for so many columns; it is never given back, and what it held is lost if its shape changes.
  void grow(Index rows, Index cols) {
    rows_ = rows;
    cols_ = (std::max)(cols_, cols);
    numbers_.resize(rows_ * cols_);
  }

  [[nodiscard]] Index rows() const noexcept { return rows_; }
  [[nodiscard]] Index size() const noexcept { return numbers_.size(); }
  T* operator[](Index col) noexcept { return numbers_.data() + col * rows_; }
  const T* operator[](Index col) const noexcept { return numbers_.data() + col * rows_; }

 private:
  Index rows_ = 0;
  Index cols_ = 0;
  Vector<T> numbers_;
};

/// Rows of numbers, so many from one to the next.
template <Real T>
struct Rows {
  T* first;
  Index stride, cols;
  [[nodiscard]] Eigen::Map<Eigen::Array<T, 1, Eigen::Dynamic>> row(Index i) const { return {first + i * stride, cols}; }
  [[nodiscard]] T& operator()(Index i, Index col) const { return first[i * stride + col]; }
};

/// The least multiple of a register's lanes that holds n numbers.
template <Real T>
constexpr Index whole_lanes(Index n) {
  return (n + lane_size<T> - 1) / lane_size<T> * lane_size<T>;
}

/// Keeps a vector that is used several times in its register, where the compiler would rather read it from memory again
/// each time.
template <class Vector>
void keep_in_register([[maybe_unused]] Vector& value) {
#if defined(__GNUC__) && defined(EIGEN_VECTORIZE_AVX512)
  __asm__("" : "+v"(value));
#elif defined(__GNUC__) && defined(EIGEN_VECTORIZE_AVX)
  __asm__("" : "+x"(value));
#endif
}

/// Functions at points, a lane of points at a time: the values of all functions at a lane stand together, so that
/// memory is read once, in order, and sums over functions stay in registers.
template <Real T>
class LaneTable {
 public:
  LaneTable() = default;
  LaneTable(Index points, Index functions)
      : functions_(functions),
        lanes_(whole_lanes<T>(points) / lane_size<T>),
        values_(lane_size<T> * lanes_ * functions) {
    std::fill_n(values_.data(), values_.size(), T(0));
  }

  /// The values of a function at the lane of points from first on.
  T* lane(Index function, Index first) { return values_.data() + first * functions_ + function * lane_size<T>; }

  [[nodiscard]] Index lanes() const noexcept { return lanes_; }
  [[nodiscard]] Index size() const noexcept { return values_.size(); }

  /// sums[q][v] = sum_j coefficients[j Q + q] f_j at the lanes first .. first + V - 1. Q V sums fill the registers:
  /// each value is used Q times, and there are always independent sums to hide the latency of a multiply-add.
  template <int Q, int V>
  void evaluate(Index first, const T* coefficients, Index functions, Pack<T> (&sums)[Q][V]) const {
    const T* values = values_.data() + first * functions_ * lane_size<T>;
    const Index next_lane = functions_ * lane_size<T>;
    Pack<T> sum[Q][V];
    for (int q = 0; q < Q; ++q)
      for (int v = 0; v < V; ++v) sum[q][v] = T(0);
    for (Index j = 0; j < functions; ++j, values += lane_size<T>, coefficients += Q) {
      Pack<T> value[V];
      for (int v = 0; v < V; ++v) {
        value[v] = Pack<T>::load(values + v * next_lane);
        if constexpr (lane_size < T >> 1) keep_in_register(value[v].value);
      }
      for (int q = 0; q < Q; ++q) {
        const Pack<T> coefficient = coefficients[q];
        for (int v = 0; v < V; ++v) sum[q][v] = multiply_add(coefficient, value[v], sum[q][v]);
      }
    }
    for (int q = 0; q < Q; ++q)
      for (int v = 0; v < V; ++v) sums[q][v] = sum[q][v];
  }

 private:
  Index functions_ = 0;
  Index lanes_ = 0;
  Vector<T> values_;
};

}  // namespace klgrid::detail
