// SPDX-License-Identifier: MIT
#include "random_search/quadrature/line_integrals.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "random_search/quadrature/double_double.hpp"

namespace random_search {
namespace {

/// The integrals, and what the integrands' rounding makes of the first, where that counts.
constexpr std::size_t rounding_of_them = integrals;
using Values = std::array<Real, integrals + 1>;
using Integrands = std::array<Reals, integrals + 1>;

/// What e^d leaves of its first terms, |d| < 1/2: d^2 times a series in d, or t^2 times one in t^2 with t = tanh(d/2).
struct SmallDifferences {
  using Coefficients = std::array<Real, 24>;
  static constexpr std::size_t exact = 14;
  Coefficients forward, reverse, amari, jensen_shannon;

  explicit SmallDifferences(const Quad& alpha) {
    Quad factorial = 1, power = alpha;
    for (int i = 0; i < 24; ++i, power *= alpha) {
      const int n = i + 2;
      const auto at = static_cast<std::size_t>(i);
      factorial *= n;
      forward[at] = Real(Quad((n - 1) / factorial));                  // e^d d - e^d + 1
      reverse[at] = Real(Quad(1 / factorial));                        // e^d - 1 - d
      amari[at] = Real(Quad((1 - power) / (1 - alpha) / factorial));  // (alpha e^d + 1 - alpha - e^(alpha d))
      jensen_shannon[at] = Real(Quad(Quad(1) / ((i + 1) * (2 * (i + 1) - 1))));  // (1 + t) log(1 + t) + (1 - t) ...
    }
  }

  static Reals sum(const Reals& square, const Reals& x, const Coefficients& coefficients) {
    return square * power_series(x, coefficients, exact);
  }
};

class LineIntegrals {
 public:
  LineIntegrals(const Mixture& p, const Mixture& q, long double unit, long double alpha, int cuts, Wanted wanted)
      : compared_(compared(wanted)),
        summed_(compared_),
        unit_(unit),
        alpha_(alpha),
        alpha_factor_(Quad(1 / (Quad(alpha) * (1 - Quad(alpha))))),
        small_(Quad(alpha)) {
    for (const std::size_t size : {std::size_t{covariance_size}, rounding_of_them}) summed_.push_back(size);
    add_parts(p, true);
    add_parts(q, false);
    z_.resize(parts_.size());
    exponents_.resize(parts_.size());
    for (std::size_t a = 0; a < parts_.size(); ++a) add_breakpoints(a);
    cut_stretches(cuts);
    std::vector<Values> whole;
    for (std::size_t i = 0; i < stretches_.size(); i += 2)
      for (const Values& each : rule(stretches_[i], stretches_[std::min(i + 1, stretches_.size() - 1)]))
        whole.push_back(each);
    whole.resize(stretches_.size());
    for (const Values& each : whole) add(coarse_, each);
    for (std::size_t i = 0; i < whole.size(); ++i) add(sum_, refined(stretches_[i], whole[i], 0));
  }

  [[nodiscard]] Integrals operator()() const {
    Integrals made;
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = quad(sum_[i]);
    return made;
  }

 private:
  struct Part {
    bool of_p;
    Real weight, mean, stddev, inverse, log_factor;
    Real growth = 0, shift = 0, width = 0;  // beside the last one
  };
  /// Counted from the mean of a part: from begin to end.
  struct Stretch {
    std::size_t anchor;
    Real begin, end;
  };

  static std::vector<std::size_t> compared(Wanted wanted) {
    if (wanted == Wanted::of_forward) return {forward};
    if (wanted == Wanted::of_reverse) return {reverse, covariance, covariance + 1, covariance + 2, covariance + 3};
    if (wanted == Wanted::of_order) return {amari, affinity, tilted, tilted + 1, tilted + 2, tilted + 3};
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < integrals; ++i)
      if (i != covariance_size) all.push_back(i);
    return all;
  }

  [[nodiscard]] bool makes(std::size_t integral) const {
    return std::find(compared_.begin(), compared_.end(), integral) != compared_.end();
  }

  void add_parts(const Mixture& mixture, bool of_p) {
    Quad total = 0;
    for (const auto w : mixture.weights) total += w;
    for (std::size_t k = 0; k < mixture.weights.size(); ++k) {
      if (!(mixture.weights[k] > 0)) continue;
      const Quad weight = mixture.weights[k] / total, stddev = mixture.stddevs[k];
      parts_.push_back({of_p, Real(weight), Real(mixture.means[k]), Real(stddev), Real(Quad(1 / stddev)),
                        Real(Quad(log(weight) - log(Quad(stddev / quad(unit_)))))});
    }
    is_gaussian_ = mixture.weights.size() == 1;
    for (Part& part : parts_) {
      part.growth = (part.stddev - parts_.back().stddev) / parts_.back().stddev;
      part.shift = (part.mean - parts_.back().mean) / parts_.back().stddev;
      part.width =
          is_alike(part) ? log1p(part.growth) : Real(Quad(log(Quad(quad(part.stddev) / quad(parts_.back().stddev)))));
    }
  }

  static bool is_alike(const Part& part) { return abs(part.growth) < 0.5 && abs(part.shift) < 1; }

  static void add(Values& to, const Values& of) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += of[i];
  }

  /// In stddevs: of a component of 1e-30 of the weight, which counts by its square, less than 1e-21 is beyond.
  static constexpr double furthest = 18;

  /// The stretch of the line that is nearer to this part than to any other, cut at some stddevs of each.
  void add_breakpoints(std::size_t a) {
    Real low = -1e307, high = 1e307;
    for (std::size_t b = 0; b < parts_.size(); ++b) {
      const Real distance = parts_[b].mean - parts_[a].mean;
      if (distance > 0) high = std::min(high, distance * 0.5);
      if (distance < 0) low = std::max(low, distance * 0.5);
      if (distance.high == 0 && b < a) return;  // has it already
    }
    Real left = 0, right = 0;
    std::vector<Real> cuts{0};
    for (const Part& part : parts_) {
      const Real mean = part.mean - parts_[a].mean;
      left = std::min(left, mean - part.stddev * furthest);
      right = std::max(right, mean + part.stddev * furthest);
      for (const double z : {0.0, 2.0, 5.0, 10.0, 20.0})
        for (const double side : {-1.0, 1.0}) cuts.push_back(mean + part.stddev * (side * z));
      if (is_crowded()) continue;  // the cuts of one are between those of another
      for (const double z : {1.0, 3.5, 7.0, 14.0, 40.0})
        for (const double side : {-1.0, 1.0}) cuts.push_back(mean + part.stddev * (side * z));
    }
    // Where components cross, log p may bend so sharply that a rule does not see it.
    for (std::size_t j = 0; j < parts_.size() && !is_crowded(); ++j)
      for (std::size_t k = 0; k < j; ++k)
        if (parts_[j].of_p == parts_[k].of_p) add_crossings(parts_[j], parts_[k], parts_[a].mean, cuts);
    low = std::max(low, left);
    high = std::min(high, right);
    cuts.push_back(low);
    cuts.push_back(high);
    std::sort(cuts.begin(), cuts.end());
    for (std::size_t i = 1; i < cuts.size(); ++i)
      if (!(cuts[i - 1] < low) && !(cuts[i] > high) && cuts[i] > cuts[i - 1])
        stretches_.push_back({a, cuts[i - 1], cuts[i]});
  }

  void cut_stretches(int cuts) {
    std::vector<Stretch> parts;
    for (const Stretch& each : stretches_)
      for (int i = 0; i < cuts; ++i) {
        const Real length = (each.end - each.begin) / cuts;
        parts.push_back({each.anchor, i == 0 ? each.begin : parts.back().end,
                         i + 1 == cuts ? each.end : each.begin + length * (i + 1)});
      }
    stretches_ = std::move(parts);
  }

  [[nodiscard]] bool is_crowded() const { return parts_.size() >= 7; }

  static void add_crossings(const Part& narrow, const Part& wide, const Real& anchor, std::vector<Real>& cuts) {
    if (wide.stddev < narrow.stddev) return add_crossings(wide, narrow, anchor, cuts);
    // In y = (x - mean)/stddev of the narrower one: a y^2 + b y + c = 0.
    const Real r = narrow.stddev / wide.stddev, delta = (narrow.mean - wide.mean) / wide.stddev;
    const Real a = (Real(1) - r) * (r + 1) * 0.5, b = -(r * delta);
    const Real c = Real(std::log((wide.weight / narrow.weight * r).high)) - delta * delta * 0.5;
    const Real square = b * b - a * c * 4;
    if (square < 0) return;
    const Real root = std::sqrt(square.high);
    const Real t = (b < 0 ? root - b : -b - root) * 0.5;
    for (const Real& y : {t / a, c / t}) {
      const Real slope = abs(a * y * 2 + b);  // e^-45 is below rounding
      for (const double e : {-45.0, -25.0, -12.0, -5.0, -2.0, -0.5, 0.0, 0.5, 2.0, 5.0, 12.0, 25.0, 45.0}) {
        const Real cut = y + Real(e) / slope;
        if (abs(cut) < 1e30) cuts.push_back((narrow.mean - anchor) + narrow.stddev * cut);
      }
    }
  }

  /// What a part of an integral is small beside.
  [[nodiscard]] Real size(std::size_t integral) const {
    if (integral >= tilted) return coarse_[affinity] + coarse_[tilted + 3];  // of z^4
    return abs(coarse_[integral < covariance ? integral : std::size_t{covariance_size}]);
  }

  /// Of a whole and its halves: far below the rounding of long double, for where log p bends sharply the halves are
  /// hardly more exact.
  static constexpr double agreed = 1e-21;

  Values refined(const Stretch& s, const Values& whole, int depth) const {
    bool seen = false;
    for (const std::size_t i : compared_) seen = seen || abs(whole[i]) > size(i) * (1e-7 * agreed);
    if (!seen) return whole;
    const Real middle = (s.begin + s.end) * 0.5;
    const Stretch first{s.anchor, s.begin, middle}, second{s.anchor, middle, s.end};
    const auto [left, right] = rule(first, second);
    bool done = true;
    Values both = left;
    add(both, right);
    for (const std::size_t i : compared_) {
      // Both halves are more exact than the whole.
      const Real allowed = std::max(abs(both[i]), size(i) * 0.01) * agreed;
      done = done && !(abs(both[i] - whole[i]) > allowed + both[rounding_of_them]);
    }
    if (done || depth > 45) return both;
    Values sum{};
    add(sum, refined(first, left, depth + 1));
    add(sum, refined(second, right, depth + 1));
    return sum;
  }

  /// The Gauss-Legendre rule of as many points as half of the lanes, for two stretches at once.
  static constexpr int points = lanes / 2;

  [[nodiscard]] std::array<Values, 2> rule(const Stretch& first, const Stretch& second) const {
    static const LegendrePoints legendre;
    const Real half = (first.end - first.begin) * 0.5, other = (second.end - second.begin) * 0.5;
    const Reals offset = both(first.begin + half, second.begin + other) + both(half, other) * legendre.nodes;
    auto at = integrands(first.anchor, second.anchor, offset);
    const Reals share = both(half / unit_, other / unit_) * legendre.weights;
    for (const std::size_t v : summed_) at[v] *= share;
    std::array<Values, 2> sums{};
    for (int i = 0; i < lanes; ++i)
      for (const std::size_t v : summed_) sums[i < points ? 0 : 1][v] += at[v][i];
    return sums;
  }

  /// In the lanes of the first and of the second stretch.
  static Reals both(const Real& first, const Real& second) {
    Reals made = first;
    for (int i = points; i < lanes; ++i) made.set(i, second);
    return made;
  }

  /// The zeros of P_n by Newton's method.
  struct LegendrePoints {
    Reals nodes, weights;

    LegendrePoints() {
      for (int i = 0; i < points; ++i) {
        Quad x = std::cos(3.14159265358979 * (i + 0.75) / (points + 0.5)), slope = 0;
        for (int step = 0; step < 8; ++step) {
          Quad before = 1, p = x;
          for (int k = 2; k <= points; ++k) {
            const Quad next = ((2 * k - 1) * x * p - (k - 1) * before) / k;
            before = p;
            p = next;
          }
          slope = points * (x * p - before) / (x * x - 1);
          x -= p / slope;
        }
        for (const int lane : {i, i + points}) {
          nodes.set(lane, Real(x));
          weights.set(lane, Real(Quad(2 / ((1 - x * x) * slope * slope))));
        }
      }
    }
  };

  /// An exponential of less changes no number that is 1 or more: time is saved where it is not made.
  static constexpr double beside_one = -75;

  /// Of p or q, from the exponents.
  [[nodiscard]] Reals log_density(bool of_p) const {
    static const Real log_sqrt_two_pi(Quad(log(8 * atan(Quad(1))) / 2));
    Reals top = -1e300, mass = 0;
    for (std::size_t k = 0; k < parts_.size(); ++k)
      if (parts_[k].of_p == of_p) top = select(is_less(top.high, exponents_[k].high), exponents_[k], top);
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      if (parts_[k].of_p != of_p) continue;
      const Reals step = exponents_[k] - top;
      const Mask is_below = is_less(step.high, Lanes{});
      const bool counts = any(is_below & is_less(Lanes{} + beside_one, step.high));
      mass += select(is_below, counts ? exp(step) : Reals(0), Reals(1));
    }
    return top + log1p(mass - 1) - log_sqrt_two_pi;
  }

  /// At the anchors' means + offset, with lengths in the unit.
  [[nodiscard]] Integrands integrands(std::size_t first, std::size_t second, const Reals& offset) const {
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      const Part& part = parts_[k];
      z_[k] = (both(parts_[first].mean - part.mean, parts_[second].mean - part.mean) + offset) * part.inverse;
      exponents_[k] = Reals(part.log_factor) - z_[k] * z_[k] * 0.5;
    }
    const Reals log_p = log_density(true), log_q = log_density(false);
    Reals d = log_p - log_q, rounding_of_d = (abs(log_p) + abs(log_q)) * epsilon;
    const Mask is_small = is_less(abs(d).high, Lanes{} + 0.5), is_negative = is_less(d.high, Lanes{});
    const Reals larger = exp(select(is_negative, log_q, log_p)), root = exp(abs(d) * -0.5);  // of their ratio
    const Reals ratio = root * root, smaller = larger * ratio;
    const Reals p = select(is_negative, smaller, larger), q = select(is_negative, larger, smaller);
    if (is_gaussian_ && any(is_small)) refine_small(is_small, d, rounding_of_d);
    Integrands at;
    at[entropy] = -(p * log_p);
    at[forward] = p * (d - 1) + q;
    at[reverse] = p - q * (d + 1);
    at[amari_half] = larger * (root - 1) * (root - 1) * 2;
    if (makes(affinity) && any(~is_small)) {
      at[affinity] = exp(log_p * alpha_ + log_q * (Real(1) - alpha_));
      at[amari] = (p * alpha_ + q * (Real(1) - alpha_) - at[affinity]) * alpha_factor_;
    }
    if (makes(jensen_shannon) && any(~is_small)) {
      // With m = (p + q)/2, log m = max(log p, log q) + log((1 + e^-|d|) / 2).
      static const Real log_two(Quad(log(Quad(2))));
      const Reals above = log1p(ratio) - log_two;
      at[jensen_shannon] =
          (p * (select(is_negative, d, Reals(0)) - above) - q * (select(is_negative, Reals(0), d) + above)) * 0.5;
    }
    at[rounding_of_them] = select(is_small, q * (abs(d) + rounding_of_d) * rounding_of_d, Reals(0));
    if (any(is_small)) {
      using Small = SmallDifferences;
      const Reals square = d * d;
      const auto instead = [&](Integral of, const auto& value) {
        if (makes(of)) at[of] = select(is_small, value(), at[of]);
      };
      instead(forward, [&] { return q * Small::sum(square, d, small_.forward); });
      instead(reverse, [&] { return q * Small::sum(square, d, small_.reverse); });
      instead(amari, [&] { return q * Small::sum(square, d, small_.amari); });
      instead(affinity, [&] { return p * alpha_ + q * (Real(1) - alpha_) - at[amari] / alpha_factor_; });
      instead(amari_half, [&] {
        const Reals rise = expm1(d * 0.5);
        return q * rise * rise * 2;
      });
      instead(jensen_shannon, [&] {
        const Reals twice = expm1(d), t = twice / (twice + 2), t_square = t * t;  // (p - q) / (p + q)
        return (p + q) * Small::sum(t_square, t_square, small_.jensen_shannon) * 0.25;
      });
    }
    if (is_gaussian_ && makes(covariance)) add_covariances(q * d, z_.back(), at);
    if (is_gaussian_ && makes(tilted))
      for (std::size_t k = 0; k < 4; ++k) at[tilted + k] = (k == 0 ? at[affinity] : at[tilted + k - 1]) * z_.back();
    return at;
  }

  /// From q (log p - log q), with E_q[z^2] = 1 and E_q[z^4] = 3.
  static void add_covariances(const Reals& term, const Reals& z, Integrands& at) {
    const Reals square = z * z, fourth = square * square;
    at[covariance] = term * z;
    at[covariance + 1] = term * (square - 1);
    at[covariance + 2] = term * square * z;
    at[covariance + 3] = term * (fourth - 3);
    at[covariance_size] = abs(term) * (fourth + 3);
  }

  /// Of mixture and Gaussian, log(sum_k w_k N_k / q), by differences of the parameters where they are much alike.
  void refine_small(const Mask& is_small, Reals& d, Reals& rounding_of_d) const {
    const Part& q = parts_.back();
    const Reals& z = z_.back();
    Reals excess = 0, rounding = 0;
    for (std::size_t k = 0; k + 1 < parts_.size(); ++k) {
      const Part& part = parts_[k];
      const Reals step = is_alike(part) ? (z * part.growth + part.shift) * (q.stddev / part.stddev) : z - z_[k];
      const Reals exponent = step * (z + z_[k]) * 0.5;
      excess += expm1(exponent - part.width) * part.weight;
      // Components that lie to either side of q leave less of each other than of their roundings.
      rounding += (abs(exponent) + abs(part.width)) * (part.weight * epsilon);
    }
    d = select(is_small, log1p(excess), d);
    rounding_of_d = select(is_small, rounding, rounding_of_d);
  }

  static constexpr double epsilon = 0x1p-102;

  /// Those of which a whole and its halves have to agree, and, with what they are small beside, those that are summed.
  std::vector<std::size_t> compared_, summed_;
  Real unit_, alpha_, alpha_factor_;
  SmallDifferences small_;
  bool is_gaussian_ = false;
  std::vector<Part> parts_;                   // of p, then of q
  mutable std::vector<Reals> z_, exponents_;  // of the parts, where the integrands are wanted
  std::vector<Stretch> stretches_;
  Values coarse_{};
  Values sum_{};
};

}  // namespace

Integrals line_integrals(const Mixture& p, const Mixture& q, long double unit, long double alpha, int cuts,
                         Wanted wanted) {
  return LineIntegrals(p, q, unit, alpha, cuts, wanted)();
}

}  // namespace random_search
