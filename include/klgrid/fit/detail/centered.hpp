// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <concepts>
#include <limits>
#include <optional>

#include "klgrid/detail/require.hpp"
#include "klgrid/domain.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// A density that can be moved along x.
template <class P>
concept Translatable = Density<P> && requires(const P& p, const typename P::Scalar& by) {
  { p.translated(by) } -> std::same_as<P>;
};

/// p with x counted from a point near its mean. However far from 0 the data lie, a search then moves by steps as small
/// as the density's own width asks for; the mean that it ends with is rounded once.
///
/// The point is a round number of p's standard deviations, to sixteen of them: 0 for a p near 0, which is left as it
/// is, and for a start nearer to 0 and so far from p that counted from there its steps would be rounded away.
template <Density P>
class Centered {
 public:
  using T = typename P::Scalar;

  explicit Centered(const P& p, const Gaussian<T>* start = nullptr) : given_(p) {
    using std::abs;
    using std::sqrt;
    if constexpr (Translatable<P>) {
      origin_ = round_origin(p);
      const T most = T(1) / T(sqrt(T(std::numeric_limits<T>::epsilon())));  // standard deviations
      const T away = start ? T(abs(T(start->mean() - origin_))) : T(0);
      if (start && away > most * start->stddev() && away > T(abs(start->mean()))) origin_ = T(0);
      if (origin_ < T(0) || origin_ > T(0)) moved_.emplace(p.translated(-origin_));
    }
  }

  [[nodiscard]] const P& density() const { return moved_ ? *moved_ : given_; }
  [[nodiscard]] const T& origin() const { return origin_; }

  [[nodiscard]] Gaussian<T> centered(const Gaussian<T>& q) const { return {q.mean() - origin_, q.stddev()}; }
  [[nodiscard]] Gaussian<T> given(const Gaussian<T>& q) const { return {q.mean() + origin_, q.stddev()}; }

 private:
  static T round_origin(const P& p) {
    using std::floor;
    using std::frexp;
    using std::ldexp;
    int exponent = 0;
    (void)frexp(T(p.stddev()), &exponent);
    const T unit = ldexp(T(1), exponent + 4);
    const T position = p.origin() / unit;
    const T rounded = position < T(0) ? T(-floor(T(T(0.5) - position))) : T(floor(T(position + T(0.5))));
    const T origin = rounded * unit;
    return is_finite(origin) ? origin : T(0);
  }

  const P& given_;
  std::optional<P> moved_;
  T origin_{};
};

}  // namespace klgrid::detail
