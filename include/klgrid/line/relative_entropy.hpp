// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>

#include "klgrid/detail/near_zero.hpp"
#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/line/density.hpp"
#include "klgrid/line/detail/close_divergence.hpp"
#include "klgrid/line/detail/mixture_excess.hpp"
#include "klgrid/line/detail/panels.hpp"
#include "klgrid/real.hpp"

/// Divergences between two densities p and r of the real line, both mixtures, as integrals over R, in nats. For these
/// there is no closed form (Hershey & Olsen, Approximating the Kullback Leibler divergence between Gaussian mixture
/// models, ICASSP 2007); in one dimension there need be no bounds either (Nielsen & Sun, Guaranteed bounds on
/// information-theoretic measures of univariate mixtures using piecewise log-sum-exp inequalities, Entropy 18, 2016),
/// for panels on which log p and log r are both analytic give every digit.
///
/// Accuracy: 1e-12 relative, absolute below 1 (double). About p = r a divergence has 1e-10 relative however small, if p
/// and r have as many components, which are then compared one by one, in the order of their means: with u = p/r - 1,
/// nothing is formed as a difference of what is nearly equal. Through `error`, if given, each returns a bound on its
/// error. Cost: log p and log r at the points of panels that suit both, some 100 of them for 50 components each, each
/// point an exponential a component.
namespace klgrid::inline KLGRID_ABI {

namespace detail {

/// A mixture as it was given, and as sums and panels take it; refers to both.
template <Real T>
struct PreparedMixture {
  const GaussianMixture<T>& given;
  const LineMixture<T>& parts;

  /// log(unit p) on a panel
  [[nodiscard]] LinePanel<T> panel(const LinePoint<T>& center, const T& half) const {
    return {center, half, parts.log_pdf(center, half)};
  }
};

/// Calls visit(panel of p, the same of r) for panels that cover what p and r reach, and on which log p, log r and, if
/// given, log m are analytic.
template <Real T, class Visit>
void for_each_panel_of_two(const PreparedMixture<T>& p, const PreparedMixture<T>& r, const LineMixture<T>* m,
                           Visit visit) {
  const T p_widened = T(1) + faint_widening(p.parts);
  const T r_widened = T(1) + faint_widening(r.parts);
  const LinePoint<T> low = (std::min)(p.parts.first(p_widened), r.parts.first(r_widened));
  const LinePoint<T> high = (std::max)(p.parts.last(p_widened), r.parts.last(r_widened));
  // What each allows by itself is remembered: beside a narrow one, a wide one would have to grow again.
  T of_p = high - low, of_r = of_p, of_m = of_p;
  const auto remember = [](T& own, const T& half, const T& most) {
    own = half < most ? half : (std::max)(own, half);
    return half;
  };
  const auto fit = [&](const LinePoint<T>& x, const T&, const T& rest) {
    T half = of_p = p.parts.panel_half(x, of_p, rest);
    half = remember(of_r, r.parts.panel_half(x, of_r, half), half);
    return m == nullptr ? half : remember(of_m, m->analytic_half(x, of_m, half), half);
  };
  cut_into_panels(low, high, fit, [&](const LinePoint<T>& x, const T& half) {
    const LinePoint<T> center = x + half;
    visit(p.panel(center, half), r.panel(center, half));
  });
}

/// Where log p - log r is at least so large, in the mean over a panel, components need not be compared: its rounding
/// counts twice in u^2, and 128 times at most leave the digits promised.
inline constexpr double least_difference = 1.0 / 64;

/// The integral of a divergence's terms, which are never negative. Where log p and log r differ by no more than the
/// reach of NearUnity, a term is r about(u), u = p/r - 1; elsewhere it is apart(p, r, d), d = log p - log r, with an
/// error of apart_doubt(p, r, d, that of log p, that of log r). The logarithm of m, if given, occurs in it, too.
template <Real T, class About, class Apart, class Doubt>
T integral_of_two(const PreparedMixture<T>& p, const PreparedMixture<T>& r, const LineMixture<T>* m, T* error,
                  About about, Apart apart, Doubt apart_doubt) {
  using Array = LegendreArray<T>;
  using std::abs;
  using std::log;
  std::optional<MixtureExcess<T>> excess;  // made when it is needed
  // Densities are counted in r's unit.
  const T inverse_unit = T(1) / r.parts.unit();
  const T log_of_unit = log(r.parts.unit());
  const T log_units = log(T(r.parts.unit() / p.parts.unit()));
  const T log_factor = (std::max)(p.parts.largest_log_factor(), r.parts.largest_log_factor()) + T(abs(log_units));
  const T reach(NearUnity<Array>::reach);
  Array sum = Array::Zero();
  Array doubt = Array::Zero();
  const auto add = [&](const LinePanel<T>& p_panel, const LinePanel<T>& r_panel) {
    const Array d = p_panel.values - r_panel.values + log_units;
    const Array mass = r_panel.mass(inverse_unit);
    Array of_p = Array::Zero();
    Array of_r = Array::Zero();
    if (error != nullptr) {
      of_p = p_panel.log_pdf_doubt(log_factor);
      of_r = r_panel.log_pdf_doubt(log_factor);
    }
    Array terms = Array::Zero();
    Array term_doubt = Array::Zero();
    if (d.abs().minCoeff() <= reach) {
      const Array log_r = r_panel.values - log_of_unit;
      const Array within = choose_within(d, reach, d, Array(Array::Zero()));
      const bool cancels = !((mass * within.square()).sum() > T(least_difference) * (mass * within.abs()).sum());
      if (cancels && !excess) excess.emplace(p.given, r.given);
      const bool compared = cancels && excess->known();
      const Array u = compared ? (*excess)(r_panel, log_r) : expm1_of(within);
      const NearUnity<Array> unity(choose_within(d, reach, u, Array(Array::Zero())));
      terms = mass * about(unity);
      if (error != nullptr) {  // terms are about u^2/2; u may be lost in its own rounding
        const Array of_u = compared ? excess->doubt(r_panel, log_r) : of_p + of_r;
        term_doubt = terms * of_r + mass * of_u * (unity.value().abs() + std::numeric_limits<T>::epsilon() * of_u);
      }
    }
    if (d.abs().maxCoeff() > reach) {
      const Array p_mass = p_panel.mass(T(T(1) / p.parts.unit()));
      // Never negative, but for numbers so small that all of their digits are rounded.
      terms = choose_within(d, reach, terms, Array((apart(p_mass, mass, d).max)(T(0))));
      if (error != nullptr)
        term_doubt = choose_within(d, reach, term_doubt, Array(apart_doubt(p_mass, mass, d, of_p, of_r)));
    }
    sum += terms;
    if (error != nullptr) doubt += terms * T(rule_doubt) + term_doubt;
  };
  for_each_panel_of_two(p, r, m, add);
  if (error != nullptr) *error = doubt.sum() * std::numeric_limits<T>::epsilon();
  return sum.sum();
}

/// (1 + t) log(1 + t) + (1 - t) log(1 - t) = t^2 (1 + t^2/6 + t^4/15 + ... + t^(2k - 2) / (k (2k - 1))), t^2 <= 1/49
template <class Array>
Array symmetric_remainder(const Array& t) {
  using T = typename Array::Scalar;
  const Array square = t.square();
  Array sum = Array::Zero();
  for (int k = std::numeric_limits<T>::digits / 5; k > 0; --k) sum = sum * square + T(1) / T(k * (2 * k - 1));
  return sum * square;
}

template <Real T>
T relative_entropy_of(const PreparedMixture<T>& p, const PreparedMixture<T>& r, T* error) {
  using Array = LegendreArray<T>;
  return integral_of_two<T>(
      p, r, nullptr, error, [](const NearUnity<Array>& unity) { return unity.forward_remainder(); },
      [](const Array& p_mass, const Array& r_mass, const Array& d) { return Array(p_mass * (d - T(1)) + r_mass); },
      [](const Array& p_mass, const Array& r_mass, const Array& d, const Array& of_p, const Array& of_r) {
        return Array(p_mass * d.abs() * of_p + (p_mass + r_mass) * of_r);
      });
}

template <Real T>
T jensen_shannon_of(const PreparedMixture<T>& p, const PreparedMixture<T>& r, T* error) {
  using Array = LegendreArray<T>;
  using std::log;
  const T log_two = log(T(2));
  const auto m = LineMixture<T>::mean_outline(p.parts, r.parts);
  return integral_of_two<T>(
      p, r, &m, error,
      [](const NearUnity<Array>& unity) {
        const Array& u = unity.value();
        return Array((u + T(2)) / T(4) * symmetric_remainder(Array(u / (u + T(2)))));
      },
      [&](const Array& p_mass, const Array& r_mass, const Array& d) {
        // log m = max(log p, log r) + log((1 + e^-|d|) / 2)
        const Array above = log1p_of(exp_of(Array(-d.abs()))) - log_two;
        return Array((p_mass * ((d.min)(T(0)) - above) - r_mass * ((d.max)(T(0)) + above)) / T(2));
      },
      // What is far below the other feels d, the other no more than its own mass.
      [](const Array& p_mass, const Array& r_mass, const Array& d, const Array& of_p, const Array& of_r) {
        return Array((p_mass.min)(r_mass) * (d.abs() + T(1)) * (of_p + of_r) + p_mass * of_p + r_mass * of_r);
      });
}

}  // namespace detail

/// D(p||r) = integral of p log(p/r) >= 0
template <Real T>
[[nodiscard]] T relative_entropy(const RealLineDensity<T>& p, const RealLineDensity<T>& r,
                                 std::type_identity_t<T>* error = nullptr) {
  return detail::relative_entropy_of<T>({p.mixture(), p.parts()}, {r.mixture(), r.parts()}, error);
}

/// (D(p||m) + D(r||m)) / 2, m = (p + r) / 2, in [0, log 2], nats.
///
/// It is the divergence, whose square root is a metric (Endres & Schindelin, A new metric for probability
/// distributions, IEEE Trans. Inf. Theory 49, 2003). With t = (p - r)/(p + r), it is the integral of m ((1 + t) log(1 +
/// t) + (1 - t) log(1 - t)) / 2.
template <Real T>
[[nodiscard]] T jensen_shannon_divergence(const RealLineDensity<T>& p, const RealLineDensity<T>& r,
                                          std::type_identity_t<T>* error = nullptr) {
  return detail::jensen_shannon_of<T>({p.mixture(), p.parts()}, {r.mixture(), r.parts()}, error);
}

/// The same of two mixtures.
template <Real T>
[[nodiscard]] T relative_entropy(const GaussianMixture<T>& p, const GaussianMixture<T>& r,
                                 std::type_identity_t<T>* error = nullptr) {
  return detail::relative_entropy_of<T>({p, detail::LineMixture<T>(p)}, {r, detail::LineMixture<T>(r)}, error);
}

/// The same of two mixtures.
template <Real T>
[[nodiscard]] T jensen_shannon_divergence(const GaussianMixture<T>& p, const GaussianMixture<T>& r,
                                          std::type_identity_t<T>* error = nullptr) {
  return detail::jensen_shannon_of<T>({p, detail::LineMixture<T>(p)}, {r, detail::LineMixture<T>(r)}, error);
}

// A Gaussian has functions of its own. The compiler shows these lines.
template <class P, Real T>
void relative_entropy(const P&, const Gaussian<T>&) = delete;  // D(p||q) of a Gaussian q: forward_kl(p, q)
template <Real T, class P>
void relative_entropy(const Gaussian<T>&, const P&) = delete;  // D(q||p) of a Gaussian q: reverse_kl(q, p)

}  // namespace klgrid
