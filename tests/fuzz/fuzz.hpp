// SPDX-License-Identifier: MIT
// What the fuzzers share: problems made of bytes, laws, and sums in extended precision. No code of klgrid but its
// types.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <limits>
#include <stdexcept>
#include <vector>

#include "klgrid/real.hpp"

namespace fuzz {

using klgrid::Index;
using Wide = long double;
using Vector = klgrid::Vector<double>;

inline constexpr double epsilon = std::numeric_limits<double>::epsilon();
inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// Prints the problem that a law is broken for.
inline std::function<void()> describe;

inline void print(const char* name, const Vector& values) {
  std::fprintf(stderr, "%s (%td):", name, values.size());
  for (const double value : values) std::fprintf(stderr, " %.17g", value);
  std::fputc('\n', stderr);
}

/// A law: where it is broken the fuzzer keeps the input.
template <class... Values>
void law(bool holds, const char* text, Values... values) {
  if (holds) return;
  std::fprintf(stderr, "law broken: %s", text);
  (std::fprintf(stderr, " %.17Lg", static_cast<Wide>(values)), ...);
  std::fputc('\n', stderr);
  if (describe) describe();
  std::abort();
}

/// Calls make(); std::invalid_argument is the one exception that is documented, and exactly for input that is not
/// valid.
template <class Make>
bool accepted(bool valid, const char* what, const Make& make) {
  try {
    make();
  } catch (const std::invalid_argument& refused) {
    if (valid) std::fprintf(stderr, "%s\n", refused.what());
    law(!valid, what);
    return false;
  }
  law(valid, what);
  return true;
}

/// Numbers of all kinds out of bytes; zeros where these end.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : next_(data), end_(data + size) {}

  [[nodiscard]] bool empty() const { return next_ == end_; }
  unsigned byte() { return empty() ? 0U : *next_++; }
  int whole(int least, int most) { return least + static_cast<int>(byte() % static_cast<unsigned>(most - least + 1)); }

  /// In [0, 1), of two bytes.
  double share() {
    const unsigned high = byte();
    return (high * 256 + byte()) / 65536.0;
  }
  double uniform(double low, double high) { return low + share() * (high - low); }
  double magnitude(double low, double high) { return std::exp(uniform(std::log(low), std::log(high))); }

  /// Any double: mostly tame, now and then one of those that programs stumble over.
  double number() {
    static constexpr double special[] = {0.0,      -0.0,    1.0,      -1.0,   infinity, -infinity, NAN,     5e-324,
                                         2.3e-308, 1.7e308, -1.7e308, 1e-300, 1e300,    0x1p53,    0x1p-52, 58849.5};
    switch (byte() % 16) {
      case 0:
        return special[byte() % 16];
      case 1: {
        double value = 0;
        std::uint8_t raw[sizeof value];
        for (auto& each : raw) each = static_cast<std::uint8_t>(byte());
        std::memcpy(&value, raw, sizeof value);
        return last_ = value;
      }
      case 2:
        return last_ = (byte() % 2 ? 1 : -1) * magnitude(1e-300, 1e300);
      case 3:
        return last_ = (byte() % 2 ? 1 : -1) * magnitude(1e-9, 1e9);
      case 4:
        return last_;
      case 5:
        return last_ = std::nextafter(last_, byte() % 2 ? infinity : -infinity);
      case 6:
        return last_ = last_ * (1 + uniform(-1, 1) * 1e-6);
      default:
        return last_ = uniform(-8, 8);
    }
  }
  double positive() {
    switch (byte() % 16) {
      case 0:
        return number();
      case 1:
        return magnitude(1e-300, 1e300);
      case 2:
        return std::abs(last_);
      case 3:
        return magnitude(1e-9, 1e9);
      default:
        return magnitude(0.05, 5);
    }
  }
  Vector numbers(Index count) {
    Vector values(count);
    for (double& value : values) value = number();
    return values;
  }
  Vector positives(Index count) {
    Vector values(count);
    for (double& value : values) value = positive();
    return values;
  }

 private:
  const std::uint8_t* next_;
  const std::uint8_t* end_;
  double last_ = 1;
};

inline bool finite(const Vector& values) {
  return std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
}
inline bool positive(const Vector& values) {
  return std::all_of(values.begin(), values.end(), [](double x) { return x > 0 && x < infinity; });
}
inline bool non_negative(const Vector& values) {
  return std::all_of(values.begin(), values.end(), [](double x) { return x >= 0 && x < infinity; });
}
inline bool sorted(const Vector& values) { return std::is_sorted(values.begin(), values.end()); }

/// The parameters of a mixture: weights in proportion.
struct Mixture {
  Vector weights, means, stddevs;

  explicit Mixture(Bytes& bytes, int most = 5) {
    const Index count = bytes.whole(1, most);
    weights = bytes.positives(count);
    means = bytes.numbers(count);
    stddevs = bytes.positives(count);
    if (bytes.byte() % 32 == 0) means.conservativeResize(count + 1), means[count] = 0;
  }
  [[nodiscard]] bool valid() const {
    const double total = weights.sum();
    return means.size() == weights.size() && non_negative(weights) && total > 0 && total < infinity && finite(means) &&
           positive(stddevs);
  }
};

/// What log p of a mixture's weights (of any sum) is at x, but for the logarithm of that sum.
inline Wide log_pdf(const Mixture& p, Wide x) {
  const auto exponent = [&](Index k) {
    const Wide z = (x - static_cast<Wide>(p.means[k])) / static_cast<Wide>(p.stddevs[k]);
    return std::log(static_cast<Wide>(p.weights[k])) - std::log(static_cast<Wide>(p.stddevs[k])) - z * z / 2 -
           0.918938533204672741780329736405617639861L;
  };
  Wide top = -std::numeric_limits<Wide>::infinity();
  for (Index k = 0; k < p.weights.size(); ++k)
    if (p.weights[k] > 0) top = std::max(top, exponent(k));
  Wide sum = 0;
  for (Index k = 0; k < p.weights.size(); ++k)
    if (p.weights[k] > 0) sum += std::exp(exponent(k) - top);
  return top + std::log(sum);
}

/// Runs one problem. An exception that leaves it is a law broken, too.
inline int one_input(void (*run)(Bytes&), const std::uint8_t* data, std::size_t size) {
  std::set_terminate([] {
    try {
      std::rethrow_exception(std::current_exception());
    } catch (const std::exception& failure) {
      law(false, failure.what());
    }
    std::abort();
  });
  describe = nullptr;
  Bytes bytes(data, size);
  run(bytes);
  return 0;
}

}  // namespace fuzz
