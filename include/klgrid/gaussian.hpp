// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <iosfwd>
#include <type_traits>

#include "klgrid/detail/log_sqrt_two_pi.hpp"
#include "klgrid/detail/require.hpp"
#include "klgrid/numbers.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

namespace detail {

/// (x - mean) / stddev, also where the difference overflows.
template <Real T>
T standardized(const T& x, const T& mean, const T& stddev) {
  const T difference = x - mean;
  return is_finite(difference) ? T(difference / stddev) : T(x / stddev - mean / stddev);
}

}  // namespace detail

/// The normal density q(x) = exp(-(x - mean)^2 / (2 stddev^2)) / (stddev sqrt(2 pi)) on the real line.
template <Real T = double>
class Gaussian {
 public:
  /// The standard normal density, N(0, 1).
  Gaussian() : mean_(0), stddev_(1) {}

  /// @throws std::invalid_argument unless mean is finite and stddev is finite and > 0.
  Gaussian(T mean, T stddev) : mean_(mean), stddev_(stddev) {
    detail::require_that(detail::is_finite(mean_), "Gaussian", "mean", "finite", mean_);
    detail::require_that(detail::is_finite(stddev_) && stddev_ > T(0), "Gaussian", "stddev", "finite and > 0", stddev_);
  }

  /// The mean, mu.
  [[nodiscard]] const T& mean() const noexcept { return mean_; }
  /// The standard deviation, sigma.
  [[nodiscard]] const T& stddev() const noexcept { return stddev_; }

  /// log q(x) = -((x - mean) / stddev)^2 / 2 - log(stddev sqrt(2 pi)), to a few roundings of either term; finite unless
  /// the square overflows.
  [[nodiscard]] T log_pdf(const T& x) const {
    using std::log;
    const T z = detail::standardized(x, mean_, stddev_);
    return T(-z * z / T(2)) - (T(log(stddev_)) + detail::log_sqrt_two_pi<T>());
  }

  /// q(x) = exp(log_pdf(x)); 0 where that underflows.
  [[nodiscard]] T pdf(const T& x) const {
    using std::exp;
    return exp(log_pdf(x));
  }

  /// Differential entropy on the real line, log(stddev sqrt(2 pi e)), in nats.
  [[nodiscard]] T entropy() const {
    using std::log;
    return T(log(stddev_)) + detail::log_sqrt_two_pi<T>() + T(1) / T(2);
  }

 private:
  T mean_;
  T stddev_;
};

template <class Mean, class Stddev>
Gaussian(const Mean&, const Stddev&) -> Gaussian<detail::RealOf<Mean, Stddev>>;

/// N(mean, stddev^2), as in N(1.5, 0.25^2), with the digits that the stream is set to.
template <class Char, class Traits, Real T>
std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out, const Gaussian<T>& q) {
  return out << "N(" << q.mean() << ", " << q.stddev() << "^2)";
}

}  // namespace klgrid
