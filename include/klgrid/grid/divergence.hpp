// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>
#include <limits>

#include "klgrid/detail/exponential_remainder.hpp"
#include "klgrid/detail/packets.hpp"
#include "klgrid/domain.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/grid.hpp"
#include "klgrid/grid/density.hpp"
#include "klgrid/grid/flat_limit.hpp"
#include "klgrid/real.hpp"

/// The divergences of one pair: a density p on a grid and a Gaussian q, normalised on the same grid.
///
/// Arguments stand in the order of the formula, and p and q are of different types: a swapped call does not compile.
/// All values are in nats. Cost: a few passes over the nodes, an exponential at each.
///
/// A divergence is formed as a sum of terms that are never negative: with d = log q - log p,
///
///     D(p||q) = sum w p (e^d - 1 - d),    D(q||p) = sum w q (e^-d - 1 + d),
///
/// which is -sum w p d because p and q both sum to one (Schulman, "Approximating KL divergence", 2020, his k3). Near
/// p = q nothing cancels, where H(p,q) - H(p) would lose every digit.
///
/// Accuracy: 1e-12 relative, absolute below 1 (double); a divergence about p = q a few roundings of log p - log q,
/// relative.
namespace klgrid::inline KLGRID_ABI {

namespace detail {

/// sum_i w_i a_i (e^d_i - 1 - d_i), d = log b - log a, for normalised densities a and b: D(a||b).
template <Real T>
T relative_entropy(const GridDensity<T>& a, const GridDensity<T>& b) {
  const T lowest = std::numeric_limits<T>::lowest();
  T sum = T(0);
  for (Index i = 0; i < a.grid().size(); ++i) {
    const T& weight = a.grid().weights()[i];
    if (!(weight > T(0))) continue;
    const bool a_positive = a.log_pdf()[i] >= lowest;
    const bool b_positive = b.log_pdf()[i] >= lowest;
    if (a_positive && !b_positive) return std::numeric_limits<T>::infinity();
    if (!a_positive) {
      sum += weight * b.pdf()[i];  // the limit of a (e^d - 1 - d) as a falls to 0: 0 log 0 = 0
      continue;
    }
    const T d = b.log_pdf()[i] - a.log_pdf()[i];
    const T mass = weight * a.pdf()[i];
    // For a large d, a e^d is written b: e^d alone could overflow.
    sum += d < T(1) ? T(mass * exponential_remainder(d)) : T(weight * b.pdf()[i] - mass * (T(1) + d));
  }
  return sum;
}

/// -sum_i w_i a_i log b_i
template <Real T>
T cross_entropy(const GridDensity<T>& a, const GridDensity<T>& b) {
  const T lowest = std::numeric_limits<T>::lowest();
  T sum = T(0);
  for (Index i = 0; i < a.grid().size(); ++i) {
    if (!(a.grid().weights()[i] > T(0)) || !(a.log_pdf()[i] >= lowest)) continue;
    if (!(b.log_pdf()[i] >= lowest)) return std::numeric_limits<T>::infinity();
    sum -= T(a.grid().weights()[i] * a.pdf()[i]) * b.log_pdf()[i];
  }
  return sum;
}

}  // namespace detail

/// H(p) = -sum_i w_i p_i log p_i
template <Real T>
[[nodiscard]] T entropy(const GridDensity<T>& p) {
  return p.entropy();
}

/// H(q) = -sum_i w_i q_i log q_i of q normalised on the grid.
template <Real T>
[[nodiscard]] T entropy(const Gaussian<T>& q, const Grid<T>& grid) {
  return GridDensity<T>(grid, q).entropy();
}

/// H(p,q) = -sum_i w_i p_i log q_i
template <Real T>
[[nodiscard]] T cross_entropy(const GridDensity<T>& p, const Gaussian<T>& q) {
  return detail::cross_entropy(p, GridDensity<T>(p.grid(), q));
}

/// H(q,p) = -sum_i w_i q_i log p_i; +inf if p is zero at a node.
template <Real T>
[[nodiscard]] T cross_entropy(const Gaussian<T>& q, const GridDensity<T>& p) {
  return detail::cross_entropy(GridDensity<T>(p.grid(), q), p);
}

/// D(p||q) = sum_i w_i p_i log(p_i / q_i) >= 0
template <Real T>
[[nodiscard]] T forward_kl(const GridDensity<T>& p, const Gaussian<T>& q) {
  return detail::relative_entropy(p, GridDensity<T>(p.grid(), q));
}

/// D(q||p) = sum_i w_i q_i log(q_i / p_i) >= 0; +inf if p is zero at a node.
template <Real T>
[[nodiscard]] T reverse_kl(const Gaussian<T>& q, const GridDensity<T>& p) {
  return detail::relative_entropy(GridDensity<T>(p.grid(), q), p);
}

namespace detail {

/// sums[k] += sum_i w_i q_i u_i^k f_i, u = (x - x0) / sigma, for the nodes from `first` on, N at a time, as many as
/// there are N of; returns the first one left. f(i) gives N values. What is 0 stays 0, however large u and f are.
template <int N, Real T, class Values>
Index add_powers(const GridDensity<T>& q_on_grid, const T& x0, const T& sigma, const Values& f, Index first,
                 Powers<T>& sums) {
  using V = Eigen::Array<T, N, 1>;
  const T most = (std::numeric_limits<T>::max)();
  const Grid<T>& grid = q_on_grid.grid();
  const T precision = (std::min)(most, T(T(1) / sigma));
  Powers<V> parts;
  for (V& part : parts) part.setZero();
  for (; first + N <= grid.size(); first += N) {
    const V scaled = (grid.nodes().template segment<N>(first) - x0) * precision;
    const V u = (((scaled.min)(most)).max)(-most);
    V term = grid.weights().template segment<N>(first) * q_on_grid.pdf().template segment<N>(first) *
             f.template operator()<N>(first);
    for (V& part : parts) {
      part += term;
      term *= u;
    }
  }
  for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += parts[k].sum();
  return first;
}

template <Real T, class Values>
void sum_powers(const GridDensity<T>& q_on_grid, const T& x0, const T& sigma, const Values& f, Powers<T>& sums) {
  const Index rest = add_powers<static_cast<int>(lane_size<T>)>(q_on_grid, x0, sigma, f, 0, sums);
  add_powers<1>(q_on_grid, x0, sigma, f, rest, sums);
}

template <Real T>
void sum_moments(const GridDensity<T>& q_on_grid, const T& x0, const T& sigma, Powers<T>& sums) {
  sum_powers(
      q_on_grid, x0, sigma, []<int N>(Index) { return Eigen::Array<T, N, 1>::Ones(); }, sums);
}

}  // namespace detail

/// D(p||q) and the moments of q that its derivatives are made of, counted from the node nearest to the mean. Cost:
/// hardly more than D(p||q).
template <Real T>
[[nodiscard]] ForwardKlTerms<T> forward_kl_terms(const GridDensity<T>& p, const Gaussian<T>& q) {
  const GridDensity<T> on_grid(p.grid(), q);
  ForwardKlTerms<T> of{p.grid().nodes()[p.grid().nearest(q.mean())], detail::relative_entropy(p, on_grid)};
  detail::sum_moments(on_grid, of.x0, q.stddev(), of.moment);
  return of;
}

/// D(q||p) and the sums that its derivatives are made of, counted from the node nearest to the mean. Cost: hardly more
/// than D(q||p).
template <Real T>
[[nodiscard]] ReverseKlTerms<T> reverse_kl_terms(const Gaussian<T>& q, const GridDensity<T>& p) {
  const GridDensity<T> on_grid(p.grid(), q);
  const Index nearest = p.grid().nearest(q.mean());
  ReverseKlTerms<T> of{p.grid().nodes()[nearest], detail::relative_entropy(on_grid, p)};
  detail::sum_moments(on_grid, of.x0, q.stddev(), of.moment);
  const T level = p.log_pdf()[nearest] - on_grid.log_pdf()[nearest];  // a constant times m_k is free
  const T lowest = std::numeric_limits<T>::lowest();
  const auto log_ratio = [&]<int N>(Index i) {
    const Eigen::Array<T, N, 1> log_p = (p.log_pdf().template segment<N>(i).max)(lowest);
    const Eigen::Array<T, N, 1> log_q = (on_grid.log_pdf().template segment<N>(i).max)(lowest);
    return Eigen::Array<T, N, 1>((log_p - log_q) - level);
  };
  detail::sum_powers(on_grid, of.x0, q.stddev(), log_ratio, of.log_ratio);
  return of;
}

}  // namespace klgrid
