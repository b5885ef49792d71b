// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "klgrid/real.hpp"
#include "klgrid/transform/detail/chebyshev_bin.hpp"
#include "klgrid/transform/detail/lanes.hpp"

namespace klgrid::inline KLGRID_ABI::detail {

/// Few points that stand for a run of many means. As a function of mu the transform is a sum of plane waves, as it is
/// of x: it is summed at the Chebyshev points of bins, and at the means in them it is the polynomial through those. It
/// costs K multiply-adds a mean, K points a bin, where each wave would cost one or more, and no room for the waves
/// there.
template <Real T>
class CondensedMeans {
 public:
  static constexpr Index points = ChebyshevBin<T>::points;

  /// How many there are for means that span so much, in bins at most so wide.
  static double points_of(double span, double width) {
    return (std::max)(1.0, std::ceil(span / width)) * static_cast<double>(points);
  }

  /// Whether so many save more than they cost. Tables of the waves at all means pay where they serve many rows; for few
  /// rows waves are made anew, or read, which takes longer than their use.
  static bool worthwhile(double number, double means, Index rows, double waves) {
    const double least_ratio = rows < 4 ? 2 : 8;
    return least_ratio * number <= means && static_cast<double>(rows) < 2 * waves;
  }

  /// None: the means are taken as they are.
  CondensedMeans() = default;

  /// Of means that are not all the same.
  CondensedMeans(const T* mu, Index count, double width) : first_(mu[0]), last_(mu[count - 1]) {
    const double bins = points_of(static_cast<double>(T(last_ - first_)), width) / static_cast<double>(points);
    const auto number = static_cast<Index>(bins);
    half_ = (last_ / T(2) - first_ / T(2)) / T(bins);
    starts_.push_back(0);
    for (Index b = 1; b < number; ++b) {
      const T end = T(static_cast<double>(2 * b - number)) * half_;
      const auto below = [&](const T& mean) { return from_middle(mean) < end; };
      starts_.push_back(std::partition_point(mu + starts_.back(), mu + count, below) - mu);
    }
    starts_.push_back(count);
  }

  /// How many points there are; 0 if there are none.
  [[nodiscard]] Index size() const noexcept { return bins() * points; }

  /// Where they are, counted from the middle of the first and the last mean; mirror images of each other.
  [[nodiscard]] Vector<T> distances(const ChebyshevBin<T>& bin) const {
    Vector<T> all(size());
    for (Index b = 0; b < bins(); ++b)
      for (Index j = 0; j < points; ++j) all[b * points + j] = half_ * (center(b) + bin.corner[j]);
    return all;
  }

  /// What is at the points to what is at the means that this was made for, times scale. Once in a program, for there is
  /// much of it.
  [[gnu::noinline]] void interpolate(const ChebyshevBin<T>& bin, const T* values, const T* mu, const T* scale,
                                     T* out) const {
    const T inverse = T(1) / half_;
    for (Index b = 0; b < bins(); ++b, values += points) {
      Polynomial of;
      of.set(bin, values);
      const Index begin = starts_[static_cast<std::size_t>(b)];
      const Index size =
          whole_lanes<T>(starts_[static_cast<std::size_t>(b) + 1] - begin);  // the next bin writes over it
      const T shift = center(b);
      for_packs<T>((std::min)(size, starts_.back() - begin),
                   [&, mu = mu + begin, scale = scale + begin, out = out + begin](Index i, auto at) {
                     const auto mean = at(mu + i);
                     const auto u = ((mean - first_) + (mean - last_)) * T(0.5) * inverse - shift;
                     (of(u) * at(scale + i)).store(out + i);
                   });
    }
  }

  [[nodiscard]] std::size_t bytes() const noexcept { return starts_.size() * sizeof(Index); }

 private:
  [[nodiscard]] Index bins() const noexcept { return starts_.empty() ? 0 : static_cast<Index>(starts_.size()) - 1; }

  /// Of a bin, in halves of its width from the middle.
  [[nodiscard]] T center(Index b) const { return T(static_cast<double>(2 * b + 1 - bins())); }

  [[nodiscard]] T from_middle(const T& mean) const { return ((mean - first_) + (mean - last_)) / T(2); }

  /// Through the points of a bin, as a function of u, from -1 to 1 across it.
  struct Polynomial {
    static constexpr Index half = ChebyshevBin<T>::half;
    T power[2][half];  // even, odd

    /// By way of the coefficients of T_k, which fall off so fast that the large numbers of which powers make up T_k
    /// round nothing away.
    void set(const ChebyshevBin<T>& bin, const T* values) {
      for (Index parity = 0; parity < 2; ++parity) {
        T chebyshev[half]{};
        for (Index j = 0; j < half; ++j) {
          const T& right = values[half + j];
          const T& left = values[half - 1 - j];
          const T both = parity == 0 ? T(right + left) : T(right - left);
          for (Index k = 0; k < half; ++k) chebyshev[k] += both * bin.at_right_corner[parity][j][k];
        }
        std::fill_n(power[parity], half, T(0));
        for (Index k = 0; k < half; ++k)
          for (Index n = 0; n < half; ++n) power[parity][n] += chebyshev[k] * bin.power[parity][k][n];
      }
    }

    template <class Number>
    Number operator()(const Number& u) const {
      const Number square = u * u;
      Number even = power[0][half - 1], odd = power[1][half - 1];
      for (Index n = half - 2; n >= 0; --n) {
        even = multiply_add(even, square, Number(power[0][n]));
        odd = multiply_add(odd, square, Number(power[1][n]));
      }
      return multiply_add(odd, u, even);
    }
  };

  T first_{}, last_{}, half_{};
  std::vector<Index> starts_;  // of the bins among the means; and their end
};

}  // namespace klgrid::detail
