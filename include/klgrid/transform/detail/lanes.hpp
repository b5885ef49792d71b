// SPDX-License-Identifier: MIT
#pragma once

#include "klgrid/detail/packets.hpp"
#include "klgrid/real.hpp"

namespace klgrid::detail {

template <Real T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

/// Numbers that are handled together: one vector register.
template <Real T>
using Lane = Eigen::Array<T, lane_size<T>, 1>;

/// Keeps a vector that is used several times in its register, where the compiler would rather read it from memory again
/// each time.
template <class Vector>
void keep_in_register([[maybe_unused]] Vector& value) {
#if defined(__GNUC__) && defined(__AVX512F__)
  __asm__("" : "+v"(value));
#elif defined(__GNUC__) && defined(__AVX__)
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
        lanes_((points + lane_size<T> - 1) / lane_size<T>),
        values_(Matrix<T>::Zero(lane_size<T>, lanes_ * functions)) {}

  /// The values of a function at the points.
  void set(Index function, const Vector<T>& values) {
    for (Index i = 0; i < values.size(); ++i)
      values_(i % lane_size<T>, i / lane_size<T> * functions_ + function) = values[i];
  }

  [[nodiscard]] Index lanes() const noexcept { return lanes_; }
  [[nodiscard]] Index size() const noexcept { return values_.size(); }

  /// sums[q][v] = sum_j coefficients[j Q + q] f_j at the lanes first .. first + V - 1. Q V sums fill the registers:
  /// each value is used Q times, and there are always independent sums to hide the latency of a multiply-add.
  template <int Q, int V>
  void evaluate(Index first, const T* coefficients, Index functions, Lane<T> (&sums)[Q][V]) const {
    using namespace packets;
    const T* values = values_.data() + first * functions_ * lane_size<T>;
    const Index next_lane = functions_ * lane_size<T>;
    Packet<T> sum[Q][V];
    for (int q = 0; q < Q; ++q)
      for (int v = 0; v < V; ++v) sum[q][v] = pset1<Packet<T>>(T(0));
    for (Index j = 0; j < functions; ++j, values += lane_size<T>, coefficients += Q) {
      Packet<T> value[V];
      for (int v = 0; v < V; ++v) {
        value[v] = ploadu<Packet<T>>(values + v * next_lane);
        if constexpr (lane_size < T >> 1) keep_in_register(value[v]);
      }
      for (int q = 0; q < Q; ++q) {
        const Packet<T> coefficient = pset1<Packet<T>>(coefficients[q]);
        for (int v = 0; v < V; ++v) sum[q][v] = pmadd(coefficient, value[v], sum[q][v]);
      }
    }
    for (int q = 0; q < Q; ++q)
      for (int v = 0; v < V; ++v) pstoreu(sums[q][v].data(), sum[q][v]);
  }

 private:
  Index functions_ = 0;
  Index lanes_ = 0;
  Matrix<T> values_;
};

}  // namespace klgrid::detail
