// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "klgrid/detail/require.hpp"
#include "klgrid/real.hpp"

namespace klgrid::detail {

/// Values of a function of mu on a whole axis from its values at few points, for functions E_q[f] that q = N(mu,
/// sigma^2) has smoothed: the axis is halved into boxes of at most 2.25 sigma to either side, and on each box a
/// polynomial runs through Chebyshev points. The boxes are that short also to keep rounding relative to values near by.
///
/// With m points on a box of half-length c sigma the error relative to f is about (c/2)^m / sqrt(m!), for derivatives
/// of exp(-z^2/2) of order m are at most sqrt(m!).
template <Real T>
class MeanInterpolation {
 public:
  /// What one sigma needs: boxes of the axis, points per box, and the matrix from values at a box's points to its
  /// columns.
  struct Scheme {
    struct Box {
      Index begin;
      Index size;
      T center;
      T half;
    };
    std::vector<Box> boxes;
    Vector<T> points;                                                          ///< in [-1, 1]
    Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> matrix;  ///< columns of the axis x points
  };

  MeanInterpolation(const Vector<T>& mu, const Vector<T>& sigma) {
    rows_.reserve(static_cast<std::size_t>(sigma.size()));
    for (Index i = 0; i < sigma.size(); ++i) rows_.push_back(find(mu, sigma[i]));
  }

  /// nullptr if it takes no fewer points than the axis has.
  [[nodiscard]] const Scheme* scheme(Index row) const {
    const auto at = rows_[static_cast<std::size_t>(row)];
    return at < 0 ? nullptr : &schemes_[static_cast<std::size_t>(at)];
  }

 private:
  Index find(const Vector<T>& mu, const T& sigma) {
    const T length = (mu[mu.size() - 1] - mu[0]) / T(2);
    Index boxes = 1;
    T half = length / sigma;
    for (; half > T(2.25) && boxes < mu.size(); boxes *= 2) half /= T(2);
    const Index points = points_for(half);
    if (points * boxes >= mu.size()) return -1;
    const auto [at, added] = known_.try_emplace({boxes, points}, static_cast<Index>(schemes_.size()));
    if (added) schemes_.push_back(make(mu, boxes, points));
    return at->second;
  }

  static Index points_for(const T& half) {
    using std::sqrt;
    T term = T(1);
    Index m = 0;
    while (term > std::numeric_limits<T>::epsilon() / T(4)) {
      ++m;
      term = term * half / T(2) / T(sqrt(T(static_cast<double>(m))));
    }
    return m + 2;  // moments of z multiply the error by powers of sqrt(m), which two more points make good
  }

  static Scheme make(const Vector<T>& mu, Index boxes, Index points) {
    using std::cos;
    using std::sin;
    Scheme made;
    made.points.resize(points);
    Vector<T> weights(points);  // barycentric, for Chebyshev points of the first kind
    const T quarter = T(2) * T(std::atan(T(1))) / T(static_cast<double>(points));
    for (Index i = 0; i < points; ++i) {
      const T angle = T(static_cast<double>(2 * i + 1)) * quarter;
      made.points[i] = cos(angle);
      weights[i] = i % 2 == 0 ? T(sin(angle)) : -T(sin(angle));
    }
    const T first = mu[0];
    const T step = (mu[mu.size() - 1] - first) / T(static_cast<double>(boxes));
    made.matrix.resize(mu.size(), points);
    for (Index b = 0, begin = 0; b < boxes; ++b) {
      const T end = first + step * T(static_cast<double>(b + 1));
      Index size = 0;
      while (begin + size < mu.size() && (b + 1 == boxes || mu[begin + size] < end)) ++size;
      if (size == 0) continue;
      const typename Scheme::Box box{begin, size, end - step / T(2), step / T(2)};
      for (Index j = begin; j < begin + size; ++j)
        made.matrix.row(j) = lagrange((mu[j] - box.center) / box.half, made.points, weights).matrix().transpose();
      made.boxes.push_back(box);
      begin += size;
    }
    return made;
  }

  /// The values at t of the polynomials that are 1 at one point and 0 at the others.
  static Vector<T> lagrange(const T& t, const Vector<T>& points, const Vector<T>& weights) {
    Vector<T> terms(points.size());
    for (Index i = 0; i < points.size(); ++i) {
      if (t == points[i]) {
        terms.setZero();
        terms[i] = T(1);
        return terms;
      }
      terms[i] = weights[i] / (t - points[i]);
    }
    return terms / terms.sum();
  }

  std::vector<Scheme> schemes_;
  std::map<std::pair<Index, Index>, Index> known_;
  std::vector<Index> rows_;
};

}  // namespace klgrid::detail
