// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// The n-point Gauss rule of a sum over points of [-1, 1]: sum_j weights[j] f(nodes[j]) = sum_i w_i f(x_i) for every
/// polynomial f of degree 2n - 1 or less, with weights that are positive and nodes between the least and the largest
/// x_i. Where the x_i are fewer than n, or are so to rounding, it has as many points as they.
///
/// Lanczos' method gives the matrix of the recurrence of the polynomials orthogonal in that sum; its eigenvalues are
/// the nodes (Golub & Welsch, Calculation of Gauss quadrature rules, Math. Comp. 23, 1969). Both are stable: the rule
/// found is that of points and weights moved by some roundings of 1 and of the weights' sum. Cost: n passes over the
/// points, and some 30 n^2 operations.
template <Real T>
class GaussRule {
 public:
  /// size points and weights, the weights >= 0 and not all 0.
  GaussRule(const T* x, const T* weights, std::size_t size, std::size_t n) {
    using std::sqrt;
    const T sum = std::accumulate(weights, weights + size, T(0));
    std::vector<T> roots(weights, weights + size);
    for (T& each : roots) each = sqrt(T(each / sum));
    reduce(x, std::move(roots), n);
    diagonalize();
    for (T& each : weights_) each *= each * sum;
  }

  [[nodiscard]] const std::vector<T>& nodes() const noexcept { return nodes_; }
  [[nodiscard]] const std::vector<T>& weights() const noexcept { return weights_; }

 private:
  /// The tridiagonal matrix, from the polynomials' values at the points times the roots of the weights.
  void reduce(const T* x, std::vector<T> values, std::size_t n) {
    using std::sqrt;
    std::vector<T> next(values.size(), T(0));  // at first the polynomials before
    for (T coupling = T(0);;) {
      T diagonal = T(0), square = T(0);
      for (std::size_t i = 0; i < next.size(); ++i) {
        next[i] = x[i] * values[i] - coupling * next[i];
        diagonal += next[i] * values[i];
      }
      for (std::size_t i = 0; i < next.size(); ++i) {
        next[i] -= diagonal * values[i];
        square += next[i] * next[i];
      }
      nodes_.push_back(diagonal);
      coupling = sqrt(square);
      if (nodes_.size() == n || !(coupling > negligible())) break;
      couplings_.push_back(coupling);
      for (T& each : next) each /= coupling;
      next.swap(values);
    }
    weights_.assign(nodes_.size(), T(0));
    weights_[0] = T(1);
  }

  /// Eigenvalues to nodes_, and the first components of the eigenvectors to weights_: Givens rotations chase the bulge
  /// that a shift makes off the matrix (Golub & Van Loan, Matrix Computations, 8.3).
  void diagonalize() {
    using std::abs;
    const auto split = [&](std::size_t k) { return !(T(abs(couplings_[k])) > negligible()); };
    for (std::size_t last = couplings_.size(); last > 0;) {
      if (split(last - 1)) {
        --last;
        continue;
      }
      std::size_t first = last - 1;
      while (first > 0 && !split(first - 1)) --first;
      chase(first, last, nodes_[first] - shift(last));
    }
  }

  /// The eigenvalue of the last two rows' matrix that is nearer to its last entry (Wilkinson).
  [[nodiscard]] T shift(std::size_t last) const {
    using std::sqrt;
    const T c = couplings_[last - 1];
    const T half = (nodes_[last - 1] - nodes_[last]) / T(2);
    const T root = sqrt(T(half * half + c * c));
    return nodes_[last] - c * c / (half < T(0) ? T(half - root) : T(half + root));
  }

  void chase(std::size_t first, std::size_t last, T along) {
    using std::sqrt;
    T across = couplings_[first];
    for (std::size_t k = first; k < last; ++k) {
      const T length = sqrt(T(along * along + across * across));
      const T c = length > T(0) ? T(along / length) : T(1);
      const T s = length > T(0) ? T(across / length) : T(0);
      if (k > first) couplings_[k - 1] = length;
      const T a = nodes_[k], b = couplings_[k], d = nodes_[k + 1];
      const T turned = s * (s * (d - a) + T(2) * c * b);
      nodes_[k] = a + turned;
      nodes_[k + 1] = d - turned;
      couplings_[k] = c * s * (d - a) + (c - s) * (c + s) * b;
      const T weight = weights_[k];
      weights_[k] = c * weight + s * weights_[k + 1];
      weights_[k + 1] = c * weights_[k + 1] - s * weight;
      if (k + 1 == last) return;
      along = couplings_[k];
      across = s * couplings_[k + 1];
      couplings_[k + 1] *= c;
    }
  }

  static T negligible() { return std::numeric_limits<T>::epsilon(); }

  std::vector<T> nodes_;
  std::vector<T> weights_;
  std::vector<T> couplings_;  // between neighbours
};

}  // namespace klgrid::detail
