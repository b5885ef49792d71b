// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "klgrid/real.hpp"

/// What the Gauss transform takes from approximation theory: Chebyshev polynomials T_j, their nodes, the change from
/// values to coefficients, and how many terms a Gaussian kernel needs.
namespace klgrid::detail {

template <Real T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

/// a b: one function for all matrix products, because each kind of operands is another few seconds for the compiler.
template <Real T>
Matrix<T> product(const Matrix<T>& a, const Matrix<T>& b) {
  return a * b;
}

/// T_j(t) for j = parity, parity + 2, ..., one row each, t in [-1, 1] one column each, by T_{j+1} = 2 t T_j - T_{j-1}.
template <Real T>
Matrix<T> chebyshev_polynomials(const Vector<T>& t, Index terms, int parity) {
  Matrix<T> polynomials(terms, t.size());
  Vector<T> before = Vector<T>::Ones(t.size());
  Vector<T> current = t;
  for (Index j = 0; j < 2 * terms; ++j) {
    if (j % 2 == parity) polynomials.row(j / 2) = before.matrix().transpose();
    Vector<T> next = T(2) * t * current - before;
    before.swap(current);
    current.swap(next);
  }
  return polynomials;
}

/// The non-negative half of the n Chebyshev nodes t_k = cos(pi (2k + 1) / (2n)), k = 0 .. ceil(n/2) - 1, and the maps
/// from values there to coefficients: coefficients[parity] takes f(t) + f(-t) to those of T_0, T_2, ..., and f(t) -
/// f(-t) to those of T_1, T_3, ...
template <Real T>
struct ChebyshevNodes {
  explicit ChebyshevNodes(Index n) : nodes((n + 1) / 2) {
    using std::atan;
    using std::cos;
    const T quarter = T(2) * T(atan(T(1))) / T(static_cast<double>(n));  // pi / (2n)
    Vector<T> cosine(4 * n);
    for (Index m = 0; m <= n; ++m) {
      const T value = m == n ? T(0) : T(cos(T(T(static_cast<double>(m)) * quarter)));
      cosine[m] = value;
      cosine[2 * n - m] = -value;
      if (m > 0) cosine[4 * n - m] = value;
      cosine[2 * n + m] = -value;
    }
    const Index half = nodes.size();
    for (Index k = 0; k < half; ++k) nodes[k] = cosine[2 * k + 1];
    if (n % 2 == 1) nodes[half - 1] = T(0);
    for (int parity : {0, 1}) {
      coefficients[parity].resize((n + 1 - parity) / 2, half);
      for (Index k = 0; k < half; ++k) {
        const bool middle = 2 * k + 1 == n;  // t = 0 is its own mirror image and counts once
        const T share = T(middle ? 1 : 2) / T(static_cast<double>(n));
        Index angle = parity * (2 * k + 1);  // of T_j: j (2k + 1), in units of pi / (2n), less whole turns
        for (Index i = 0; i < coefficients[parity].rows(); ++i) {
          coefficients[parity](i, k) = share * cosine[angle];
          angle += 2 * (2 * k + 1);
          if (angle >= 4 * n) angle -= 4 * n;
        }
        if (parity == 0) coefficients[0](0, k) /= T(2);
      }
    }
  }

  Vector<T> nodes;
  Matrix<T> coefficients[2];
};

/// Terms n so that interpolation at n Chebyshev nodes of [-h, h] reproduces z^power exp(-z^2/2), z = x - c, for every
/// real c with an error of at most error; h is the half-width in units of sigma.
///
/// On the Bernstein ellipse of parameter r > 1 the imaginary part of z stays below v = h (r - 1/r) / 2, so the kernel
/// is at most M = (power + v^2)^(power/2) exp(v^2/2), and the error at most 4 M r^(1-n) / (r - 1) (Trefethen,
/// Approximation Theory and Approximation Practice, theorem 8.2). The best r of a fine list gives n.
inline Index chebyshev_terms(double h, double error, int power) {
  struct Ellipse {
    double log_r, sinh_log_r, log_factor;  // log_factor = log(4 / (r - 1))
  };
  static const auto ellipses = [] {  // n changes by 1 % from one to the next near the best
    std::vector<Ellipse> list;
    for (double log_r = 0.1; log_r < 12.0; log_r *= 1.15)
      list.push_back({log_r, std::sinh(log_r), std::log(4.0 / std::expm1(log_r))});
    return list;
  }();
  const double log_error = std::log(error);
  double least = std::numeric_limits<double>::max();
  for (const auto& ellipse : ellipses) {
    const double v = h * ellipse.sinh_log_r;
    const double log_m = 0.5 * v * v + (power > 0 ? 0.5 * power * std::log(power + v * v) : 0.0);
    least = std::min(least, 1.0 + (ellipse.log_factor + log_m - log_error) / ellipse.log_r);
  }
  return std::max<Index>(1, static_cast<Index>(std::ceil(std::min(least, 1e9))));
}

}  // namespace klgrid::detail
