// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <sstream>
#include <utility>

#include "klgrid/detail/from_nearest.hpp"
#include "klgrid/detail/packets.hpp"
#include "klgrid/detail/require.hpp"
#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/grid.hpp"
#include "klgrid/numbers.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

/// A function that gives a log-density, normalised or not, at one point. It may return -inf, but not NaN or +inf. What
/// it throws goes to the caller.
template <class F, class T>
concept LogDensity = requires(const F& f, const T& x) {
  { f(x) } -> std::convertible_to<T>;
};

/// A probability density on a grid, as log p(x_i), normalised there so that sum_i w_i p(x_i) = 1.
///
/// Normalised once, by log-sum-exp, and not silently: log_mass() is the logarithm of the mass that was divided out. For
/// a density that is normalised on the real line, exp(log_mass()) is the share of it that the window holds (up to the
/// error of the quadrature). Where that share is small, p on the window is another density than p on the line: widen
/// the window, or take RealLineDensity. Values of -inf are allowed where p is zero, with 0 log 0 = 0.
template <Real T = double>
class GridDensity {
 public:
  using Scalar = T;  ///< of all values

  /// Of a mixture, normalised on the grid. Cost: that of GaussianMixture::log_pdf, K exponentials and a logarithm a
  /// node; of many samples, mostly sorting.
  GridDensity(Grid<T> grid, const GaussianMixture<T>& mixture) : grid_(std::move(grid)) { assign(mixture); }

  /// Of a Gaussian, normalised on the grid. Counted from the node nearest to the mean, so that one far outside the
  /// window keeps its digits. Cost: an exponential a node.
  GridDensity(Grid<T> grid, const Gaussian<T>& gaussian) : grid_(std::move(grid)) {
    const T& nearest = grid_.nodes()[grid_.nearest(gaussian.mean())];
    log_pdf_.resize(grid_.size());
    detail::exponents_from(nearest, grid_.nodes().data(), grid_.size(), gaussian.mean(), gaussian.stddev(),
                           log_pdf_.data());
    if (grid_.has_zero_weights())  // one of those may lie nearer, and have it all beyond range
      log_pdf_ = (log_pdf_.min)((std::numeric_limits<T>::max)() / T(4));
    normalize();
    log_mass_ += gaussian.log_pdf(nearest);
  }

  /// From a log-density, called once for each node.
  /// @throws std::invalid_argument that names the node x if log_density(x) is NaN or +inf, or if all are -inf.
  template <LogDensity<T> F>
  GridDensity(Grid<T> grid, const F& log_density) : grid_(std::move(grid)) {
    evaluate(log_density);
  }

  // The compiler shows this line.
  template <VectorLike<T> V>
  GridDensity(Grid<T>, const V&) = delete;  // log p at the nodes: GridDensity<>::from_log_values(grid, log_values)

  /// From log values at the nodes, normalised or not: shape n. Any vector of numbers, or braces. Cost: an exponential a
  /// node.
  /// @throws std::invalid_argument if the size is not the grid's, a value is NaN or +inf, or all are -inf.
  [[nodiscard]] static GridDensity from_log_values(Grid<T> grid, Numbers<T> log_values) {
    constexpr auto where = "GridDensity::from_log_values";
    GridDensity density(std::move(grid));
    density.log_pdf_ = log_values.release();
    detail::require_size(density.log_pdf_, density.grid_.size(), where, "log_values", "grid");
    density.normalize(nullptr, where, "log_values");
    return density;
  }

  /// GaussianMixture::kernel_density(samples, bandwidth, weights) on a grid. Cost: mostly sorting, 0.2 s for a million
  /// samples.
  /// @throws std::invalid_argument as that does.
  [[nodiscard]] static GridDensity kernel_density(Grid<T> grid, Numbers<T> samples, const T& bandwidth,
                                                  Numbers<T> weights) {
    return GridDensity(std::move(grid),
                       GaussianMixture<T>::kernel_density(std::move(samples), bandwidth, std::move(weights)));
  }

  /// The same of samples that count alike.
  [[nodiscard]] static GridDensity kernel_density(Grid<T> grid, Numbers<T> samples, const T& bandwidth) {
    return GridDensity(std::move(grid), GaussianMixture<T>::kernel_density(std::move(samples), bandwidth));
  }

  /// A new mixture on the same grid, in the same storage: after the first call nothing is allocated for K <= 64
  /// components. Cost: that of GaussianMixture::log_pdf.
  void assign(const GaussianMixture<T>& mixture);

  /// The same density of x + by: nodes move, values stay.
  /// @throws std::invalid_argument unless by is finite.
  [[nodiscard]] GridDensity translated(const T& by) const {
    detail::require_that(detail::is_finite(by), "GridDensity::translated", "by", "finite", by);
    GridDensity moved(*this);
    moved.grid_ = Grid<T>(grid_.nodes() + by, grid_.weights());
    moved.origin_ += by;
    return moved;
  }

  /// The grid it lives on.
  [[nodiscard]] const Grid<T>& grid() const noexcept { return grid_; }

  /// log p(x_i), normalised, shape n; -inf where p is zero.
  [[nodiscard]] const Vector<T>& log_pdf() const noexcept { return log_pdf_; }

  /// p(x_i), normalised, shape n; 0 at nodes of weight 0, which take no part, and where it is below the range of T.
  [[nodiscard]] const Vector<T>& pdf() const noexcept { return pdf_; }

  /// log sum_i w_i exp(given log value i): what normalising subtracted.
  [[nodiscard]] const T& log_mass() const noexcept { return log_mass_; }

  /// H(p) = -sum_i w_i p_i log p_i, in nats.
  [[nodiscard]] const T& entropy() const noexcept { return entropy_; }

  /// E_p[x] = sum_i w_i p_i x_i
  [[nodiscard]] T mean() const { return origin_ + mean_offset_; }

  /// The mean as two numbers, origin() + mean_offset(), the first a node: far from 0 one number rounds away digits that
  /// a narrow q feels.
  [[nodiscard]] const T& origin() const noexcept { return origin_; }
  /// E_p[x - origin()]
  [[nodiscard]] const T& mean_offset() const noexcept { return mean_offset_; }

  /// Var_p[x] = sum_i w_i p_i (x_i - mean)^2
  [[nodiscard]] T variance() const { return stddev_ * stddev_; }

  /// The root of variance(), also where that is out of range.
  [[nodiscard]] const T& stddev() const noexcept { return stddev_; }

  /// True if p > 0 at every node of positive weight. Where it is false, D(q||p) = +inf for every Gaussian q.
  [[nodiscard]] bool has_full_support() const noexcept { return has_full_support_; }

 private:
  explicit GridDensity(Grid<T> grid) : grid_(std::move(grid)) {}

  template <class F>
  void evaluate(const F& log_density) {
    log_pdf_.resize(grid_.size());
    for (Index i = 0; i < grid_.size(); ++i) {
      const T& x = grid_.nodes()[i];
      log_pdf_[i] = log_density(x);
      if (!(log_pdf_[i] <= (std::numeric_limits<T>::max)())) reject_at(x, log_pdf_[i]);
    }
    normalize(nullptr, "GridDensity", "log_density");
  }

  [[noreturn]] static void reject_at(const T& x, const T& value) {
    std::ostringstream name;
    name.precision(17);
    name << "log_density(" << x << ')';
    detail::reject("GridDensity", name.str(), -1, "neither NaN nor +inf", value);
  }

  /// From log_pdf_, or that of a mixture.
  void normalize(const GaussianMixture<T>* mixture = nullptr, const char* where = "GridDensity",
                 const char* name = "log_pdf");

  /// From p relative to each block's largest value, and the largest of all, and their mass: divides it out, to sums.
  void finish_normalizing(const T& top, const T& mass, const T& rough_mean);

  /// p relative to the largest value of a block, which it returns; told whether all are finite.
  T exponentiate_block(Index begin, Index size, bool& finite);

  /// E_p of the first and the second power of (x - from) / unit, over nodes that are added block by block.
  struct Moments {
    T from, unit, offset{}, square{};

    [[nodiscard]] T mean() const { return from + unit * offset; }

    void add(const GridDensity& p, Index begin, Index size) {
      const T inverse = T(1) / unit;
      const auto mean_of = [&](const auto& power) {
        const T* const x = p.grid_.nodes().data() + begin;
        const T* const w = p.grid_.weights().data() + begin;
        return detail::sum_packs<T>(size, [&, pdf = p.pdf_.data() + begin](Index i, auto at) {
          return at(w + i) * at(pdf + i) * power((at(x + i) - from) * inverse);
        });
      };
      offset += mean_of([](const auto& away) { return away; });
      square += mean_of([](const auto& away) { return away * away; });
    }
  };

  void check_log_values(const char* where, const char* name) const {
    detail::require_each(
        log_pdf_, [](const T& value) { return value <= (std::numeric_limits<T>::max)(); }, where, name,
        "neither NaN nor +inf");
    bool mass = false;
    for (Index i = 0; i < grid_.size(); ++i)
      mass |= log_pdf_[i] >= std::numeric_limits<T>::lowest() && grid_.weights()[i] > T(0);
    detail::require_that(mass, where, name, "above -inf at some node of positive weight", "-inf at each");
  }

  /// visit(begin, size) of blocks of [begin, end) that stay in the first cache from one loop over them to the next.
  template <class Visit>
  static void for_blocks(Index begin, Index end, const Visit& visit) {
    for (Index i = begin; i < end; i += block) visit(i, (std::min)(block, end - i));
  }

  /// Whether p > 0 at all nodes of a block that have a weight: a sum is finite only if every term is.
  [[nodiscard]] bool is_positive(Index begin, Index size) const {
    const T* const log_p = log_pdf_.data();
    if (detail::is_finite(detail::sum_packs<T>(size, [&](Index i, auto at) { return at(log_p + begin + i); })))
      return true;
    for (Index i = begin; i < begin + size; ++i)
      if (!(log_p[i] >= std::numeric_limits<T>::lowest()) && grid_.weights()[i] > T(0)) return false;
    return true;
  }

  /// Zeros are told by their logarithm and their weight: a vectorised exp(-inf) need not be zero.
  void clear_zeros(Index begin, Index size) {
    for (Index i = begin; i < begin + size; ++i)
      if (!(grid_.weights()[i] > T(0)) || !(log_pdf_[i] >= std::numeric_limits<T>::lowest())) pdf_[i] = T(0);
  }

  static constexpr Index block = 512;

  /// Of lengths; its inverse is in range.
  static T least_unit() { return T(4) * (std::numeric_limits<T>::min)(); }

  Grid<T> grid_;
  Vector<T> log_pdf_;
  Vector<T> pdf_;
  Vector<T> tops_;  // the largest log p of each block, before normalising
  T log_mass_{};
  T entropy_{};
  T origin_{};
  T mean_offset_{};
  T stddev_{};
  bool has_full_support_ = true;
};

// Not in the class, where they would be inline: who links klgrid::compiled does not compile them again.
template <Real T>
void GridDensity<T>::assign(const GaussianMixture<T>& mixture) {
  constexpr Index unsorted = 64;  // components of which log_pdf costs the same block by block
  log_pdf_.resize(grid_.size());
  if (mixture.components() <= unsorted) return normalize(&mixture);
  mixture.log_pdf(grid_.nodes(), log_pdf_);
  normalize();
}

template <Real T>
T GridDensity<T>::exponentiate_block(Index begin, Index size, bool& finite) {
  const T* const log_p = log_pdf_.data() + begin;
  T* const p = pdf_.data() + begin;
  T top = detail::largest_of(log_p, size, T(std::numeric_limits<T>::lowest()));
  // A sum is finite only if every term is: one pass tells the usual case, where p > 0 at every node.
  finite = detail::is_finite(detail::sum_packs<T>(size, [&](Index i, auto at) { return at(log_p + i) - top; }));
  const bool all_count = finite && !grid_.has_zero_weights();
  if (!all_count) {
    top = std::numeric_limits<T>::lowest();
    for (Index i = 0; i < size; ++i)
      if (grid_.weights()[begin + i] > T(0) && log_p[i] > top) top = log_p[i];
  }
  for (Index i = 0; i < size; ++i) p[i] = log_p[i] - top;
  detail::exponentiate(p, size);
  if (!all_count) clear_zeros(begin, size);
  return top;
}

// Two passes over memory. In the first each block is relative to its own largest value, and sums to the largest so far.
template <Real T>
void GridDensity<T>::normalize(const GaussianMixture<T>* mixture, const char* where, const char* name) {
  using std::abs;
  using std::exp;
  const Index n = grid_.size();
  pdf_.resize(n);
  tops_.resize((n + block - 1) / block);
  const T* const x = grid_.nodes().data();
  const T* const w = grid_.weights().data();
  T* const p = pdf_.data();
  const T reach = (std::max)({T(abs(x[0])), T(abs(x[n - 1])), least_unit()});
  const T inverse = T(1) / reach;
  T top = std::numeric_limits<T>::lowest(), mass(0), mean(0);  // of w p, and of x / reach
  bool finite = true;
  for_blocks(0, n, [&](Index begin, Index size) {
    if (mixture != nullptr) mixture->log_pdf(grid_.nodes().segment(begin, size), log_pdf_.segment(begin, size));
    bool block_is_finite = true;
    const T of_block = exponentiate_block(begin, size, block_is_finite);
    finite = finite && block_is_finite;
    tops_[begin / block] = of_block;
    const T larger = (std::max)(top, of_block);
    const T before = T(exp(T(top - larger)));
    const T share = T(exp(T(of_block - larger)));
    top = larger;
    mass = mass * before + share * detail::dot(w + begin, p + begin, size);
    mean = mean * before +
           share * detail::sum_packs<T>(size, [&, w = w + begin, p = p + begin, x = x + begin](Index i, auto at) {
             return at(w + i) * at(p + i) * (at(x + i) * inverse);
           });
  });
  if (!finite) check_log_values(where, name);
  finish_normalizing(top, mass, mean / mass * reach);
}

template <Real T>
void GridDensity<T>::finish_normalizing(const T& top, const T& mass, const T& rough_mean) {
  using std::exp;
  using std::log;
  using std::sqrt;
  const Index n = grid_.size();
  const T* const x = grid_.nodes().data();
  const T* const w = grid_.weights().data();
  T* const p = pdf_.data();
  T* const log_p = log_pdf_.data();
  const T log_mass = log(mass);
  log_mass_ = top + log_mass;
  const auto share_of = [&](Index i) { return T(exp(T(tops_[i / block] - top))); };  // of a block's largest value
  Index first = 0, last = n - 1;  // that have mass: squares are formed of ratios to the farther one
  while (first < last && !(w[first] * (p[first] * share_of(first) / mass) > T(0))) ++first;
  while (first < last && !(w[last] * (p[last] * share_of(last) / mass) > T(0))) --last;
  const auto moments_about = [&](const T& from) {
    const T half = (std::max)(T(x[last] / T(2) - from / T(2)), T(from / T(2) - x[first] / T(2)));
    return Moments{from, (std::max)(half, least_unit())};
  };
  // Far from 0 the mean counted from there is nodes away: counted from one of these it finds its own. Where that has
  // all mass, nothing is left to round.
  Moments moments = moments_about(x[grid_.nearest(rough_mean)]);
  entropy_ = T(0);
  has_full_support_ = true;
  for_blocks(0, n, [&](Index begin, Index size) {
    const T share = share_of(begin);
    entropy_ -= detail::sum_packs<T>(size, [&, w = w + begin, p = p + begin, log_p = log_p + begin](Index i, auto at) {
      const auto pdf = at(p + i) * share / mass;
      const auto log_pdf = at(log_p + i) - top - log_mass;
      pdf.store(p + i);
      log_pdf.store(log_p + i);
      return at(w + i) * pdf * larger(log_pdf, T(std::numeric_limits<T>::lowest()));  // 0 log 0 = 0
    });
    const Index from = (std::max)(begin, first);
    moments.add(*this, from, (std::min)(begin + size, last + 1) - from);
    has_full_support_ = has_full_support_ && is_positive(begin, size);
  });
  if (const T& nearest = x[grid_.nearest(moments.mean())]; nearest != moments.from) {
    moments = moments_about(nearest);
    for_blocks(first, last + 1, [&](Index begin, Index size) { moments.add(*this, begin, size); });
  }
  origin_ = moments.from;
  mean_offset_ = moments.unit * moments.offset;
  // No node is nearer to the mean than the origin, so that the variance is at least offset^2: this loses no digits.
  stddev_ = moments.unit * T(sqrt((std::max)(T(moments.square - moments.offset * moments.offset), T(0))));
}

}  // namespace klgrid
