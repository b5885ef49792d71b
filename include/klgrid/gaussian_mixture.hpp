// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <utility>

#include "klgrid/detail/require.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/real.hpp"

namespace klgrid {

/// A rule for the width of a kernel density estimate of n samples with standard deviation s (divisor n - 1), as SciPy's
/// gaussian_kde has it in one dimension.
enum class BandwidthRule {
  silverman,  ///< s (4 / (3 n))^(1/5): best for n samples of a normal density (Silverman 1986, eq. 3.28)
  scott,      ///< s n^(-1/5) (Scott 1992)
};

/// A mixture of K Gaussians, p(x) = sum_k weights[k] N(x; means[k], stddevs[k]^2), K >= 1.
///
/// Evaluated in log space: log_pdf is finite for every finite x, however far from the components, unless its square
/// overflows. A component of weight zero takes no part, wherever it lies.
template <Real T = double>
class GaussianMixture {
 public:
  /// Three vectors of shape K.
  /// @throws std::invalid_argument unless the sizes agree, weights are finite, >= 0 and sum to 1 within 1e-12 * K (or
  ///         a few roundings of T where those are larger), means are finite, and stddevs are finite and > 0.
  GaussianMixture(Vector<T> weights, Vector<T> means, Vector<T> stddevs)
      : weights_(std::move(weights)), means_(std::move(means)), stddevs_(std::move(stddevs)) {
    validate();
    log_factors_.resize(components());
    for (Index k = 0; k < components(); ++k) {
      using std::log;
      log_factors_[k] = std::numeric_limits<T>::lowest();
      if (weights_[k] > T(0))
        log_factors_[k] = T(log(weights_[k])) - T(log(stddevs_[k])) - detail::log_sqrt_two_pi<T>();
    }
  }

  /// GaussianMixture({0.5, 0.5}, {-3.0, 3.0}, {1.0, 1.0})
  GaussianMixture(std::initializer_list<T> weights, std::initializer_list<T> means, std::initializer_list<T> stddevs)
      : GaussianMixture(to_vector(weights), to_vector(means), to_vector(stddevs)) {}

  /// The kernel density estimate of n >= 1 samples: one component of weight 1/n and standard deviation bandwidth at
  /// each.
  /// @throws std::invalid_argument unless the samples are finite and bandwidth is finite and > 0.
  [[nodiscard]] static GaussianMixture kernel_density(const Eigen::Ref<const Vector<T>>& samples, const T& bandwidth) {
    constexpr auto where = "GaussianMixture::kernel_density";
    detail::require_that(samples.size() > 0, where, "samples", "of at least one element", "none");
    detail::require_finite(samples, where, "samples");
    detail::require_that(detail::is_finite(bandwidth) && bandwidth > T(0), where, "bandwidth", "finite and > 0",
                         bandwidth);
    const T weight = T(1) / T(static_cast<double>(samples.size()));
    return GaussianMixture(Vector<T>::Constant(samples.size(), weight), samples,
                           Vector<T>::Constant(samples.size(), bandwidth));
  }

  /// The kernel density estimate with the bandwidth of a rule; n >= 2 samples.
  /// @throws std::invalid_argument unless the samples are finite and not all equal.
  [[nodiscard]] static GaussianMixture kernel_density(const Eigen::Ref<const Vector<T>>& samples, BandwidthRule rule) {
    using std::pow;
    using std::sqrt;
    constexpr auto where = "GaussianMixture::kernel_density";
    detail::require_that(samples.size() > 1, where, "samples", "of at least two elements", samples.size());
    detail::require_finite(samples, where, "samples");
    const T size = T(static_cast<double>(samples.size()));
    const T stddev = sqrt(T((samples - samples.mean()).square().sum() / (size - T(1))));
    detail::require_that(stddev > T(0), where, "samples", "not all equal", samples[0]);
    const T spread = rule == BandwidthRule::silverman ? T(T(4) / (T(3) * size)) : T(T(1) / size);
    return kernel_density(samples, T(stddev * T(pow(spread, T(T(1) / T(5))))));
  }

  [[nodiscard]] Index components() const noexcept { return weights_.size(); }
  [[nodiscard]] const Vector<T>& weights() const noexcept { return weights_; }
  [[nodiscard]] const Vector<T>& means() const noexcept { return means_; }
  [[nodiscard]] const Vector<T>& stddevs() const noexcept { return stddevs_; }

  /// log p at one point: log sum_k exp(a_k) = a_max + log sum_k exp(a_k - a_max).
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

  /// log p at every point of x, written to out, of the same size. No allocation.
  void log_pdf(const Eigen::Ref<const Vector<T>>& x, Eigen::Ref<Vector<T>> out) const {
    detail::require_size(out, x.size(), "GaussianMixture::log_pdf", "out", "x");
    // Blocks small enough to stay in registers and the first-level cache; their buffers live on the stack.
    constexpr Index block = 128;
    using Block = Eigen::Array<T, Eigen::Dynamic, 1, Eigen::ColMajor, block, 1>;
    for (Index begin = 0; begin < x.size(); begin += block) {
      const Index size = (std::min)(block, x.size() - begin);
      const Block halves = x.segment(begin, size) / T(2);
      Block top = Block::Constant(size, std::numeric_limits<T>::lowest());
      Block sum = Block::Zero(size);
      for (Index k = 0; k < components(); ++k)
        if (weights_[k] > T(0)) top = (top.max)(exponents(k, halves));
      for (Index k = 0; k < components(); ++k)
        if (weights_[k] > T(0)) sum += (exponents(k, halves) - top).exp();
      out.segment(begin, size) = top + sum.log();
    }
  }

  [[nodiscard]] Vector<T> log_pdf(const Eigen::Ref<const Vector<T>>& x) const {
    Vector<T> out(x.size());
    log_pdf(x, out);
    return out;
  }

  [[nodiscard]] T pdf(const T& x) const {
    using std::exp;
    return exp(log_pdf(x));
  }

  [[nodiscard]] Vector<T> pdf(const Eigen::Ref<const Vector<T>>& x) const {
    Vector<T> out(x.size());
    for (Index i = 0; i < x.size(); ++i) out[i] = pdf(x[i]);
    return out;
  }

  /// The share weights[k] N(x; means[k], stddevs[k]^2) of one component, 0 <= k < K; the shares add up to pdf(x).
  [[nodiscard]] T component_pdf(Index k, const T& x) const {
    using std::exp;
    detail::require_that(k >= 0 && k < components(), "GaussianMixture::component_pdf", "k", "in [0, K)", k);
    return weights_[k] > T(0) ? T(exp(exponent(k, x))) : T(0);
  }

  [[nodiscard]] T mean() const { return (weights_ * means_).sum() / weights_.sum(); }

  /// sum_k w_k (s_k^2 + (m_k - mean)^2): no difference of large squares.
  [[nodiscard]] T variance() const {
    const auto terms = weights_ * (stddevs_.square() + (means_ - mean()).square());
    return (weights_ > T(0)).select(terms, T(0)).sum() / weights_.sum();
  }

 private:
  static Vector<T> to_vector(std::initializer_list<T> list) {
    Vector<T> values(static_cast<Index>(list.size()));
    std::copy(list.begin(), list.end(), values.data());
    return values;
  }

  void validate() const {
    constexpr auto where = "GaussianMixture";
    detail::require_that(components() > 0, where, "weights", "of at least one component", "none");
    detail::require_each(
        weights_, [](const T& w) { return detail::is_finite(w) && w >= T(0); }, where, "weights", "finite and >= 0");
    const double slack = (std::max)(1e-12, 4 * rounding());
    const T excess = weights_.sum() - T(1);
    const T most = T(slack * static_cast<double>(components()));
    detail::require_that(excess <= most && -excess <= most, where, "weights", "of sum 1 within 1e-12 * K",
                         weights_.sum());
    detail::require_size(means_, components(), where, "means", "weights");
    detail::require_finite(means_, where, "means");
    detail::require_size(stddevs_, components(), where, "stddevs", "weights");
    detail::require_each(
        stddevs_, [](const T& s) { return detail::is_finite(s) && s > T(0); }, where, "stddevs", "finite and > 0");
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

  /// The same at many points, given by their halves: x - mean could overflow. A factor taken out of z^2 keeps 2 /
  /// stddev from overflowing.
  template <class Points>
  [[nodiscard]] auto exponents(Index k, const Points& halves) const {
    const T unit = stddevs_[k] < T(1) ? T(T(1) / std::numeric_limits<T>::epsilon()) : T(1);
    const T precision_root = T(T(2) / T(stddevs_[k] * unit));
    return ((halves - means_[k] / T(2)) * precision_root).square() * T(unit * unit * T(-0.5)) + log_factors_[k];
  }

  Vector<T> weights_;
  Vector<T> means_;
  Vector<T> stddevs_;
  Vector<T> log_factors_;
};

}  // namespace klgrid
