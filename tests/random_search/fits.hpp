// SPDX-License-Identifier: MIT
// What is found by a search for a zero of the gradient, compared with the derivatives there in numbers of more bits.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <string>

#include "klgrid/divergence/alpha_divergence.hpp"
#include "klgrid/fit/fit.hpp"
#include "klgrid/fit/stationary_points.hpp"
#include "random_search/random_search.hpp"

namespace random_search {

/// D_alpha(p||q) / alpha with D_alpha Renyi's divergence: D(q||p) at alpha = 0, D(p||q) at alpha = 1. Of z = (x - mu) /
/// sigma, E[z^k], k = 0 to 4, under q and under m ~ p^alpha q^(1 - alpha), and the integral of z^k (q - m) / alpha,
/// which at alpha = 0 is E_q[z^k (log q - log p - D)].
struct TiltedMoments {
  Quad value, alpha;
  std::array<Quad, 5> of_q, of_m, of_difference;
  Quad value_allowed, allowed;  // what roundings may make of the value and of the derivatives
  Quad moved = 0;               // by so much a fit moves log q, whose positions are counted from near p's mean

  /// In (mu / sigma, log sigma), by differentiating -log(integral of p^alpha q^(1 - alpha)) / (alpha (1 - alpha)) under
  /// the integral, with d log q = s - E_q[s], s = (z, z^2).
  [[nodiscard]] std::array<Quad, 2> gradient() const { return {of_difference[1], of_difference[2]}; }

  [[nodiscard]] std::array<Quad, 3> hessian() const {
    const auto& [unused, d1, d2, d3, d4] = of_difference;
    const Quad &a = of_q[1], &b = of_q[2];
    if (alpha == 1)  // what it comes to: of large z the rest would cancel
      return {b - a * a, of_q[3] - a * b - 2 * d1, of_q[4] - b * b - 2 * d2};
    return {(d2 - 2 * a * d1) + alpha * d1 * d1 + (of_m[2] - of_m[1] * of_m[1]),
            (d3 - a * d2 - b * d1) + alpha * d1 * d2 + (of_m[3] - of_m[1] * of_m[2]) - 2 * d1,
            (d4 - 2 * b * d2) + alpha * d2 * d2 + (of_m[4] - of_m[2] * of_m[2]) - 2 * d2};
  }
};

enum FitColumn { of_derivatives, of_forward_fit, of_reverse_fit, of_renyi_fit, of_stationary_points, fit_columns };
inline constexpr const char* fit_column_names[fit_columns] = {"Ren. der.", "fwd fit", "rev fit", "Renyi fit",
                                                              "stat. pts"};

/// The errors, and how the descents ended.
struct FitTables {
  Table errors{"the promise", {fit_column_names, fit_column_names + fit_columns}};
  std::map<std::string, long> ends;

  void print() const {
    errors.print();
    std::printf("\nends of the descents\n");
    for (const auto& [name, count] : ends) std::printf("%-32s%10ld\n", name.c_str(), count);
  }
};

/// Compares what is found for p in T. exact(q, alpha, cuts) gives TiltedMoments, with quadrature of stretches cut into
/// `cuts` at first; a value beyond the range of T is not compared.
template <class T, class P, class Exact>
class FitComparison {
 public:
  FitComparison(const P& p, Exact exact, FitTables& table, std::string replay)
      : p_(p), exact_(std::move(exact)), table_(table), replay_(std::move(replay)) {}

  void compare_derivatives(const klgrid::Gaussian<T>& q, const T& alpha) const {
    const auto d = klgrid::scaled_renyi_derivatives(p_, q, alpha);
    const auto right = exact_(q, Quad(alpha), 1);
    if (!is_in_range(right)) return;
    const Quad epsilon = std::numeric_limits<T>::epsilon(), sigma = q.stddev();
    const auto gradient = right.gradient();
    const auto hessian = right.hessian();
    const auto see = [&](const T& value, const Quad& exact, const Quad& unit, const Quad& allowed) {
      if (is_number(allowed / (epsilon * unit)))
        add(of_derivatives, static_cast<double>(Quad(abs(Quad(unit * value - exact)) / allowed)), q, alpha);
    };
    see(d.value, right.value, 1, right.value_allowed);
    see(d.gradient[0], gradient[0], sigma, right.allowed);
    see(d.gradient[1], gradient[1], 1, right.allowed);
    see(d.hessian(0, 0), hessian[0], sigma * sigma, right.allowed);
    see(d.hessian(0, 1), hessian[1], sigma, right.allowed);
    see(d.hessian(1, 1), hessian[2], 1, right.allowed);
  }

  void compare_fit(FitColumn column, const T& alpha, const klgrid::FitResult<T>& fit) const {
    using klgrid::FitStatus;
    ++table_.ends[std::string(fit_column_names[column]) + ": " + std::string(to_string(fit.status))];
    // At the start D is +inf, or q is flat and no Gaussian any more.
    if (fit.status == FitStatus::infinite || fit.status == FitStatus::flat) return;
    const bool is_stationary = fit.status == FitStatus::converged || fit.status == FitStatus::degenerate;
    const Signs signs = fit.status == FitStatus::converged ? Signs{1, 1} : Signs{0, 0};
    compare(column, alpha, {fit.q, fit.value, fit.gradient_norm, is_stationary, signs});
  }

  void compare_point(const klgrid::StationaryPoint<T>& point) const {
    compare(of_stationary_points, T(0),
            {point.q, point.derivatives.value, point.gradient_norm, true, signs_of(point.kind)});
  }

 private:
  /// Of the Hessian's eigenvalues; 0 if nothing is said of it.
  struct Signs {
    int least, greatest;
  };

  static Signs signs_of(klgrid::StationaryKind kind) {
    switch (kind) {
      case klgrid::StationaryKind::minimum:
        return {1, 1};
      case klgrid::StationaryKind::saddle:
        return {-1, 1};
      case klgrid::StationaryKind::maximum:
        return {-1, -1};
      case klgrid::StationaryKind::degenerate:
        break;
    }
    return {0, 0};
  }

  struct Found {
    klgrid::Gaussian<T> q;
    T value, gradient_norm;
    bool is_stationary;
    Signs signs;
  };

  void compare(FitColumn column, const T& alpha, Found found) const {
    const klgrid::Gaussian<T> q = found.q;
    const auto right = exact_(q, Quad(alpha), 1);
    if (!is_in_range(right)) return;
    if (is_hidden(q, right)) {
      ++table_.ends[fit_column_names[column] + std::string(": hidden by the mean's rounding")];
      return;
    }
    double error = error_of(found, right);
    // Quadrature may take a whole and its halves for the same by chance: thirds decide.
    if (!(error <= 0.5)) error = error_of(found, exact_(q, Quad(alpha), 3));
    add(column, error, q, alpha);
  }

  /// The mean is rounded once, after the search: by so many stddevs.
  static Quad rounding_of_mean(const klgrid::Gaussian<T>& q) {
    return Quad(std::numeric_limits<T>::epsilon()) * abs(Quad(q.mean())) / (2 * Quad(q.stddev()));
  }

  /// By that log q is moved where it counts so much that D may be another one, as between nodes that are far apart
  /// beside q.
  static bool is_hidden(const klgrid::Gaussian<T>& q, const TiltedMoments& right) {
    return rounding_of_mean(q) * sqrt(Quad(sqrt(Quad(right.of_q[4] + right.of_m[4])))) > 1e-4;
  }

  /// Of the value, of the norm that is given for the gradient, and of that the gradient vanishes.
  double error_of(const Found& found, const TiltedMoments& right) const {
    if (found.value != found.value || found.gradient_norm != found.gradient_norm) return HUGE_VAL;
    const Quad sigma = found.q.stddev();
    const auto gradient = right.gradient();
    const auto [h11, h12, h22] = right.hessian();
    const Quad norm = sqrt(Quad(gradient[0] * gradient[0] + gradient[1] * gradient[1]));
    const Quad shift = rounding_of_mean(found.q), bent = (abs(h11) + abs(h12)) * shift * (1 + shift);
    const Quad allowed = right.allowed + bent;
    // By log q, D has the derivatives (q - m) / alpha, and at alpha = 0 q (log q - log p - D).
    const Quad of_moved = right.moved * (right.alpha > 0 ? Quad(2 / right.alpha) : Quad(2 * (1 + right.value)));
    const Quad value_allowed = right.value_allowed + (norm + bent) * shift + of_moved;
    Quad error = std::max<Quad>(abs(Quad(found.value - right.value)) / value_allowed,
                                abs(Quad(norm - found.gradient_norm)) / allowed);
    if (found.is_stationary) {
      // Of where positions are counted from it is known that it is within sixteen of p's stddevs of p's mean.
      const Quad away = (abs(Quad(Quad(found.q.mean()) - p_.mean())) + 16 * Quad(p_.stddev())) / (1024 * sigma);
      const Quad tolerance = klgrid::FitOptions<T>{}.gradient_tolerance;
      error = std::max<Quad>(error, norm / (tolerance * std::max<Quad>({Quad(1), right.value, away}) + allowed));
    }
    const Quad middle = (h11 + h22) / 2;
    const Quad radius = sqrt(Quad((h11 - h22) * (h11 - h22) / 4 + h12 * h12));
    const Quad least = middle - radius, greatest = middle + radius;
    const bool is_right = least * found.signs.least >= -allowed && greatest * found.signs.greatest >= -allowed;
    return is_right ? static_cast<double>(error) : HUGE_VAL;
  }

  static bool is_in_range(const TiltedMoments& right) {
    return right.value < largest() && right.allowed / std::numeric_limits<T>::epsilon() < largest();
  }

  /// T holds derivatives of this size, and has digits for what is smaller.
  static bool is_number(const Quad& size) {
    return size < largest() && size > Quad((std::numeric_limits<T>::min)()) / std::numeric_limits<T>::epsilon();
  }

  static Quad largest() { return Quad((std::numeric_limits<T>::max)()) / 1e6; }

  void add(FitColumn column, double error, const klgrid::Gaussian<T>& q, const T& alpha) const {
    table_.errors.add(column, error, [&] {
      return text("%s: q = N(%.12Lg, %.12Lg), alpha = %.3Lg", replay_.c_str(), static_cast<long double>(q.mean()),
                  static_cast<long double>(q.stddev()), static_cast<long double>(alpha));
    });
  }

  const P& p_;
  Exact exact_;
  FitTables& table_;
  std::string replay_;
};

}  // namespace random_search
