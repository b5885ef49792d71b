// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "klgrid/detail/near_zero.hpp"
#include "klgrid/detail/packets.hpp"
#include "klgrid/detail/require.hpp"
#include "klgrid/detail/sorted_mixture.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/numbers.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

/// A rule for the width of a kernel density estimate, as SciPy's gaussian_kde has it in one dimension.
///
/// Of n samples with standard deviation s (divisor n - 1). Of samples with weights w_i, of sum 1, n is the effective
/// size 1 / sum_i w_i^2, and s^2 = sum_i w_i (x_i - mean)^2 / (1 - sum_i w_i^2).
enum class BandwidthRule {
  silverman,  ///< s (4 / (3 n))^(1/5): best for n samples of a normal density (Silverman 1986, eq. 3.28)
  scott,      ///< s n^(-1/5) (Scott 1992)
};

/// Its name.
[[nodiscard]] constexpr std::string_view to_string(BandwidthRule rule) noexcept {
  switch (rule) {
    case BandwidthRule::silverman:
      return "silverman";
    case BandwidthRule::scott:
      return "scott";
  }
  return "unknown";
}

/// A mixture of K Gaussians, p(x) = sum_k weights[k] N(x; means[k], stddevs[k]^2), K >= 1.
///
/// Evaluated in log space: log_pdf is finite for every finite x, however far from the components, unless its square
/// overflows. A component of weight zero takes no part, wherever it lies. A pdf of it costs K exponentials a point, and
/// a logarithm.
template <Real T = double>
class GaussianMixture {
 public:
  /// Three vectors of shape K, as in GaussianMixture({0.5, 0.5}, {-3, 3}, {1, 1}).
  /// @throws std::invalid_argument unless the sizes agree, weights are finite, >= 0 and sum to 1 within 1e-12 * K (or
  ///         a few roundings of T where those are larger), means are finite, and stddevs are finite and > 0.
  GaussianMixture(Numbers<T> weights, Numbers<T> means, Numbers<T> stddevs)
      : GaussianMixture("GaussianMixture", weights.release(), means.release(), stddevs.release(), T(1)) {
    const double slack = (std::max)(1e-12, 4 * rounding()) * static_cast<double>(components());
    const T excess = weights_.sum() - T(1);
    detail::require_that(excess <= T(slack) && -excess <= T(slack), "GaussianMixture", "weights",
                         "of sum 1 within 1e-12 * K (divide them by their sum, or use GaussianMixture::normalized)",
                         weights_.sum());
  }

  /// The same of weights in proportion, as counts or a rounded table: they are divided by their sum, which is kept as
  /// given_weight_sum().
  /// @throws std::invalid_argument as the constructor does, where the sum of weights is to be positive and finite.
  [[nodiscard]] static GaussianMixture normalized(Numbers<T> weights, Numbers<T> means, Numbers<T> stddevs) {
    return normalized("GaussianMixture::normalized", weights.release(), means.release(), stddevs.release());
  }

  /// The kernel density estimate of n >= 1 samples: one component of weight 1/n and standard deviation bandwidth at
  /// each.
  /// @throws std::invalid_argument unless the samples are finite and bandwidth is finite and > 0.
  [[nodiscard]] static GaussianMixture kernel_density(Numbers<T> samples, const T& bandwidth) {
    Vector<T> x = samples.release();
    Vector<T> once = Vector<T>::Ones(x.size());
    return kernel_density(std::move(x), bandwidth, std::move(once));
  }

  /// The same of weighted samples: weights of shape n, in proportion, are divided by their sum, which is kept as
  /// given_weight_sum().
  /// @throws std::invalid_argument besides unless the weights are finite, >= 0 and of a positive, finite sum.
  [[nodiscard]] static GaussianMixture kernel_density(Numbers<T> samples, const T& bandwidth, Numbers<T> weights) {
    Vector<T> x = samples.release();
    Vector<T> w = weights.release();
    validate_samples(x, w);
    detail::require_that(detail::is_finite(bandwidth) && bandwidth > T(0), density_name, "bandwidth", "finite and > 0",
                         bandwidth);
    Vector<T> widths = Vector<T>::Constant(x.size(), bandwidth);
    return normalized(density_name, std::move(w), std::move(x), std::move(widths));
  }

  /// The kernel density estimate with the bandwidth of a rule; n >= 2 samples.
  /// @throws std::invalid_argument unless the samples are finite, of a finite range, and not all equal.
  [[nodiscard]] static GaussianMixture kernel_density(Numbers<T> samples, BandwidthRule rule) {
    Vector<T> x = samples.release();
    Vector<T> once = Vector<T>::Ones(x.size());
    return kernel_density(std::move(x), rule, std::move(once));
  }

  /// The same of weighted samples, with weights as above. Samples of weight 0 have no say in the bandwidth.
  [[nodiscard]] static GaussianMixture kernel_density(Numbers<T> samples, BandwidthRule rule, Numbers<T> weights) {
    Vector<T> x = samples.release();
    Vector<T> w = weights.release();
    validate_samples(x, w);
    detail::require_that(x.size() > 1, density_name, "samples", "of at least two elements", x.size());
    const T width = bandwidth(x, w / w.sum(), rule);
    return kernel_density(std::move(x), width, std::move(w));
  }

  /// The same density of x + by.
  /// @throws std::invalid_argument unless by is finite.
  [[nodiscard]] GaussianMixture translated(const T& by) const {
    detail::require_that(detail::is_finite(by), "GaussianMixture::translated", "by", "finite", by);
    GaussianMixture moved(*this);
    moved.means_ += by;
    return moved;
  }

  /// K
  [[nodiscard]] Index components() const noexcept { return weights_.size(); }
  /// Shape K, as given or, by normalized() and kernel_density(), divided by their sum.
  [[nodiscard]] const Vector<T>& weights() const noexcept { return weights_; }
  /// Shape K, as given.
  [[nodiscard]] const Vector<T>& means() const noexcept { return means_; }
  /// Shape K, as given.
  [[nodiscard]] const Vector<T>& stddevs() const noexcept { return stddevs_; }

  /// What the given weights were divided by: their sum in normalized() and kernel_density(), where a sample without
  /// a weight counts 1; 1 in the constructor, which takes them as they are.
  [[nodiscard]] const T& given_weight_sum() const noexcept { return given_weight_sum_; }

  /// log p at one point: log sum_k exp(a_k) = a_max + log sum_k exp(a_k - a_max), to a few roundings of the terms of
  /// a_max, ((x - mean) / stddev)^2 / 2 and the logarithms of weight and stddev.
  [[nodiscard]] T log_pdf(const T& x) const {
    using std::exp;
    using std::log;
    T top = std::numeric_limits<T>::lowest();
    for (Index k = 0; k < components(); ++k)
      if (weights_[k] > T(0)) top = (std::max)(top, exponent(k, x));
    T sum = T(0);
    for (Index k = 0; k < components(); ++k)
      if (weights_[k] > T(0)) sum += T(exp(T(exponent(k, x) - top)));
    return top + T(log(sum));
  }

  /// log p at every point of x, written to out. Cost: K exponentials a point, and no allocation; of more than 64
  /// components made by normalized() or kernel_density() sorting, and at points in order those that count there, equal
  /// ones and near ones of one stddev together.
  /// @throws std::invalid_argument unless out is of the size of x.
  void log_pdf(const Eigen::Ref<const Vector<T>>& x, Eigen::Ref<Vector<T>> out) const {
    detail::require_size(out, x.size(), "GaussianMixture::log_pdf", "out", "x");
    constexpr Index most_unsorted = 64;
    if (log_pdf_of_many_ && components() > most_unsorted &&
        !(stddevs_.minCoeff() < T(4) * (std::numeric_limits<T>::min)()))
      return log_pdf_of_many_(*this, x.data(), x.size(), out.data());
    const T lowest = std::numeric_limits<T>::lowest();
    constexpr Index block = 128;  // small enough to stay in the first-level cache
    T top[block], sum[block];
    for (Index begin = 0; begin < x.size(); begin += block) {
      const Index size = (std::min)(block, x.size() - begin);
      const T* const point = x.data() + begin;
      T* const values = out.data() + begin;
      if (components() == 2) {  // one exponential where the sum below takes two; a weight of 0 has the lowest logarithm
        detail::for_packs<T>(size, [&, a = exponent_of_half(0), b = exponent_of_half(1)](Index i, auto at) {
          const auto half = at(point + i) * T(0.5);
          const auto more = larger(larger(a(half), b(half)), lowest);
          exp(smaller(a(half), b(half)) - more).store(sum + i);
          more.store(values + i);
        });
        detail::for_packs<T>(size,
                             [&](Index i, auto at) { (at(values + i) + log1p_of(at(sum + i))).store(values + i); });
        continue;
      }
      std::fill_n(top, size, lowest);
      std::fill_n(sum, size, T(0));
      for (Index k = 0; k < components(); ++k) {
        if (!(weights_[k] > T(0))) continue;
        const auto exponent = exponent_of_half(k);
        detail::for_packs<T>(
            size, [&](Index i, auto at) { larger(at(top + i), exponent(at(point + i) * T(0.5))).store(top + i); });
      }
      for (Index k = 0; k < components(); ++k) {
        if (!(weights_[k] > T(0))) continue;
        const auto exponent = exponent_of_half(k);
        detail::for_packs<T>(size, [&](Index i, auto at) {
          (at(sum + i) + exp(exponent(at(point + i) * T(0.5)) - at(top + i))).store(sum + i);
        });
      }
      detail::for_packs<T>(size, [&](Index i, auto at) { (at(top + i) + log(at(sum + i))).store(values + i); });
    }
  }

  /// log p at every point of x, in its shape.
  [[nodiscard]] Vector<T> log_pdf(Numbers<T> x) const {
    const Vector<T> points = x.release();
    Vector<T> out(points.size());
    log_pdf(points, out);
    return out;
  }

  /// p(x) = exp(log_pdf(x)); 0 where that underflows.
  [[nodiscard]] T pdf(const T& x) const {
    using std::exp;
    return exp(log_pdf(x));
  }

  /// p at every point of x, in its shape.
  [[nodiscard]] Vector<T> pdf(Numbers<T> x) const {
    Vector<T> values = x.release();
    for (T& value : values) value = pdf(value);
    return values;
  }

  /// The share weights[k] N(x; means[k], stddevs[k]^2) of one component; the shares add up to pdf(x).
  /// @throws std::invalid_argument unless 0 <= k < K.
  [[nodiscard]] T component_pdf(Index k, const T& x) const {
    using std::exp;
    detail::require_that(k >= 0 && k < components(), "GaussianMixture::component_pdf", "k", "in [0, K)", k);
    return weights_[k] > T(0) ? T(exp(exponent(k, x))) : T(0);
  }

  /// E_p[x] = sum_k w_k m_k, w of sum 1.
  [[nodiscard]] T mean() const {
    const T total = weights_.sum();
    const T rounded = (weights_ * means_).sum() / total;
    // Components at one place far from 0 may be narrower than the roundings of their sum.
    return rounded + T(2) * T((weights_ * (means_ / T(2) - rounded / T(2))).sum() / total);
  }

  /// Var_p[x] = sum_k w_k (s_k^2 + (m_k - mean)^2), w of sum 1: no difference of large squares.
  [[nodiscard]] T variance() const {
    const T root = stddev();
    return root * root;
  }

  /// The root of variance(), also where that is out of range: squares are formed of ratios to the largest length.
  [[nodiscard]] T stddev() const {
    using std::sqrt;
    const auto counts = weights_ > T(0);
    const T total = weights_.sum();
    Vector<T> distances = counts.select(means_ - mean(), T(0));
    distances -= (weights_ * distances).sum() / total;
    const Vector<T> widths = counts.select(stddevs_, T(0));
    const T unit = (std::max)(T(distances.abs().maxCoeff()), T(widths.maxCoeff()));
    const T square = (weights_ * ((distances / unit).square() + (widths / unit).square())).sum();
    return unit * T(sqrt(T(square / total)));
  }

 private:
  static constexpr auto density_name = "GaussianMixture::kernel_density";

  GaussianMixture(std::string_view where, Vector<T> weights, Vector<T> means, Vector<T> stddevs, const T& weight_sum)
      : weights_(std::move(weights)),
        means_(std::move(means)),
        stddevs_(std::move(stddevs)),
        given_weight_sum_(weight_sum) {
    validate(where);
    weights_ /= given_weight_sum_;
    log_factors_.resize(components());
    for (Index k = 0; k < components(); ++k) {
      using std::log;
      log_factors_[k] = std::numeric_limits<T>::lowest();
      if (weights_[k] > T(0))
        log_factors_[k] = T(log(weights_[k])) - T(log(stddevs_[k])) - detail::log_sqrt_two_pi<T>();
    }
  }

  static GaussianMixture normalized(std::string_view where, Vector<T> weights, Vector<T> means, Vector<T> stddevs) {
    const T sum = weight_sum(weights, where);
    GaussianMixture made(where, std::move(weights), std::move(means), std::move(stddevs), sum);
    made.log_pdf_of_many_ = [](const GaussianMixture& of, const T* x, Index n, T* out) {
      detail::SortedMixture<T>(of.weights_, of.means_, of.stddevs_).log_pdf(x, n, out);
    };
    return made;
  }

  static void validate_weights(const Vector<T>& weights, std::string_view where) {
    detail::require_that(weights.size() > 0, where, "weights", "of at least one component", "none");
    detail::require_each(
        weights, [](const T& w) { return detail::is_finite(w) && w >= T(0); }, where, "weights", "finite and >= 0");
  }

  static T weight_sum(const Vector<T>& weights, std::string_view where) {
    validate_weights(weights, where);
    const T sum = weights.sum();
    detail::require_that(detail::is_finite(sum) && sum > T(0), where, "weights", "of a positive, finite sum", sum);
    return sum;
  }

  void validate(std::string_view where) const {
    validate_weights(weights_, where);
    detail::require_size(means_, components(), where, "means", "weights");
    detail::require_finite(means_, where, "means");
    detail::require_size(stddevs_, components(), where, "stddevs", "weights");
    detail::require_each(
        stddevs_, [](const T& s) { return detail::is_finite(s) && s > T(0); }, where, "stddevs", "finite and > 0");
  }

  static void validate_samples(const Vector<T>& samples, const Vector<T>& weights) {
    detail::require_that(samples.size() > 0, density_name, "samples", "of at least one element", "none");
    detail::require_finite(samples, density_name, "samples");
    detail::require_size(weights, samples.size(), density_name, "weights", "samples");
    (void)weight_sum(weights, density_name);
  }

  /// Of samples whose shares sum to 1. Distances are divided by the range before they are squared.
  static T bandwidth(const Vector<T>& samples, const Vector<T>& shares, BandwidthRule rule) {
    using std::pow;
    using std::sqrt;
    const T most = (std::numeric_limits<T>::max)();
    const T least = (shares > T(0)).select(samples, most).minCoeff();
    const T range = (shares > T(0)).select(samples, -most).maxCoeff() - least;
    detail::require_that(range > T(0), density_name, "samples", "not all equal, or given with a bandwidth", least);
    detail::require_that(range <= most, density_name, "samples", "of a finite range", range);
    const Vector<T> places = (shares > T(0)).select((samples - least) / range, T(0));
    const T variance = (shares * (places - (shares * places).sum()).square()).sum();
    // 1 - sum_i share_i^2 is the sum of share_i (1 - share_i): for the greatest share by the sum of the others.
    Index heaviest = 0;
    const T greatest = shares.maxCoeff(&heaviest);
    Vector<T> others = shares;
    others[heaviest] = T(0);
    const T unbiased = greatest * others.sum() + (others * (T(1) - others)).sum();
    const T squares = shares.square().sum();  // 1 / n
    const T spread = rule == BandwidthRule::silverman ? T(T(4) * squares / T(3)) : squares;
    return range * T(sqrt(T(variance / unbiased))) * T(pow(spread, T(T(1) / T(5))));
  }

  static double rounding() {
    if constexpr (std::is_floating_point_v<T>)
      return static_cast<double>(std::numeric_limits<T>::epsilon());
    else
      return std::numeric_limits<double>::epsilon();
  }

  /// log(weights[k] N(x; means[k], stddevs[k]^2))
  [[nodiscard]] T exponent(Index k, const T& x) const {
    const T z = detail::standardized(x, means_[k], stddevs_[k]);
    return log_factors_[k] - T(z * z / T(2));
  }

  /// The same as a function of x / 2, of a number or a pack of them: x - mean could overflow. A factor taken out of z^2
  /// keeps 2 / stddev from overflowing.
  [[nodiscard]] auto exponent_of_half(Index k) const {
    const T unit = stddevs_[k] < T(1) ? T(T(1) / std::numeric_limits<T>::epsilon()) : T(1);
    const T precision_root = T(T(2) / T(stddevs_[k] * unit));
    const T half_mean = means_[k] / T(2);
    const T factor = unit * unit * T(-0.5);
    return [=, log_factor = log_factors_[k]](const auto& half) {
      const auto z = (half - half_mean) * precision_root;
      return z * z * factor + log_factor;
    };
  }

  Vector<T> weights_;
  Vector<T> means_;
  Vector<T> stddevs_;
  Vector<T> log_factors_;
  T given_weight_sum_;
  // Not called by name: it takes long to compile, and who writes down a few components is spared it.
  void (*log_pdf_of_many_)(const GaussianMixture& of, const T* x, Index n, T* out) = nullptr;
};

template <class Weights, class Means, class Stddevs>
GaussianMixture(std::initializer_list<Weights>, std::initializer_list<Means>, std::initializer_list<Stddevs>)
    -> GaussianMixture<detail::RealOf<Weights, Means, Stddevs>>;
template <class Weights = detail::Braces, class Means = detail::Braces, class Stddevs = detail::Braces>
GaussianMixture(const Weights&, const Means&, const Stddevs&) -> GaussianMixture<
    detail::RealOf<detail::ElementOf<Weights>, detail::ElementOf<Means>, detail::ElementOf<Stddevs>>>;

}  // namespace klgrid
