// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/line/density.hpp"
#include "klgrid/line/detail/close_divergence.hpp"
#include "klgrid/line/detail/mixture_excess.hpp"
#include "klgrid/line/detail/near_zero.hpp"
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
/// error. Cost: log p and log r at the points of both densities' panels, each point an exponential a component.
namespace klgrid::inline KLGRID_ABI {

namespace detail {

/// Panels of the last density, each of which is a part of panels of all others, from low to high.
template <Real T, class Visit, class... Rest>
void for_each_common_panel(const LinePoint<T>& low, const LinePoint<T>& high, Visit visit,
                           const RealLineDensity<T>& density, const Rest&... rest) {
  if constexpr (sizeof...(rest) == 0) {
    density.for_each_panel(low, high, NoGaussianWithin<T>{low, high}, visit);
  } else {
    // From where one begins to where the next one does: the end of a long one is rounded, beside which all of a narrow
    // density may lie.
    LinePoint<T> left = low;
    const auto cover_until = [&](const LinePoint<T>& right) {
      if (left < right) for_each_common_panel(left, right, visit, rest...);
      left = right;
    };
    density.for_each_panel(low, high, NoGaussianWithin<T>{low, high},
                           [&](const LinePanel<T>& panel) { cover_until(panel.center + T(-panel.half)); });
    cover_until(high);
  }
}

/// A panel with log p and log r at its points.
template <Real T>
struct PanelOfTwo {
  LinePanel<T> p;
  LinePanel<T> r;
};

/// Calls visit(panel) for panels on which log p, log r and the logarithms of all further densities are analytic, and
/// that cover what p and r reach.
template <Real T, class Visit, class... Further>
void for_each_panel_of_two(const RealLineDensity<T>& p, const RealLineDensity<T>& r, Visit visit,
                           const Further&... further) {
  const LinePoint<T> low = (std::min)(p.begin() + T(-faint_margin(p)), r.begin() + T(-faint_margin(r)));
  const LinePoint<T> high = (std::max)(p.end() + faint_margin(p), r.end() + faint_margin(r));
  for_each_common_panel(
      low, high,
      [&](const LinePanel<T>& of_r) {
        visit(PanelOfTwo<T>{{of_r.center, of_r.half, p.parts().log_pdf(of_r.center, of_r.half)}, of_r});
      },
      further..., p, r);
}

/// The integral of a divergence's terms, which are never negative. Where log p and log r differ by no more than the
/// reach of NearUnity, a term is r about(u), u = p/r - 1; elsewhere it is apart(p, r, d), d = log p - log r, with an
/// error of apart_doubt(p, r, d, that of log p, that of log r).
template <Real T, class About, class Apart, class Doubt, class... Further>
T integral_of_two(const RealLineDensity<T>& p, const RealLineDensity<T>& r, T* error, About about, Apart apart,
                  Doubt apart_doubt, const Further&... further) {
  using Array = LegendreArray<T>;
  using std::abs;
  using std::log;
  const MixtureExcess<T> excess(p.mixture(), r.mixture());
  // Densities are counted in r's unit.
  const T inverse_unit = T(1) / r.unit();
  const T log_of_unit = log(r.unit());
  const T log_units = log(T(r.unit() / p.unit()));
  const T log_factor = (std::max)(p.parts().largest_log_factor(), r.parts().largest_log_factor()) + T(abs(log_units));
  const T reach(NearUnity<Array>::reach);
  Array sum = Array::Zero();
  Array doubt = Array::Zero();
  const auto add = [&](const PanelOfTwo<T>& panel) {
    const Array d = panel.p.values - panel.r.values + log_units;
    const Array mass = panel.r.mass(inverse_unit);
    Array of_p = Array::Zero();
    Array of_r = Array::Zero();
    if (error != nullptr) {
      of_p = panel.p.log_pdf_doubt(log_factor);
      of_r = panel.r.log_pdf_doubt(log_factor);
    }
    Array terms = Array::Zero();
    Array term_doubt = Array::Zero();
    if (d.abs().minCoeff() <= reach) {
      const Array log_r = panel.r.values - log_of_unit;
      const Array within = choose_within(d, reach, d, Array(Array::Zero()));
      const Array u = excess.known() ? excess(panel.r, log_r) : expm1_of(within);
      const NearUnity<Array> unity(choose_within(d, reach, u, Array(Array::Zero())));
      terms = mass * about(unity);
      if (error != nullptr) {  // terms are about u^2/2; u may be lost in its own rounding
        const Array of_u = excess.known() ? excess.doubt(panel.r, log_r) : of_p + of_r;
        term_doubt = terms * of_r + mass * of_u * (unity.value().abs() + std::numeric_limits<T>::epsilon() * of_u);
      }
    }
    if (d.abs().maxCoeff() > reach) {
      const Array p_mass = panel.p.mass(T(T(1) / p.unit()));
      terms = choose_within(d, reach, terms, Array(apart(p_mass, mass, d)));
      if (error != nullptr)
        term_doubt = choose_within(d, reach, term_doubt, Array(apart_doubt(p_mass, mass, d, of_p, of_r)));
    }
    sum += terms;
    if (error != nullptr) doubt += terms * T(rule_doubt) + term_doubt;
  };
  for_each_panel_of_two(p, r, add, further...);
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

}  // namespace detail

/// D(p||r) = integral of p log(p/r) >= 0
template <Real T>
[[nodiscard]] T relative_entropy(const RealLineDensity<T>& p, const RealLineDensity<T>& r,
                                 std::type_identity_t<T>* error = nullptr) {
  using Array = detail::LegendreArray<T>;
  return detail::integral_of_two<T>(
      p, r, error, [](const detail::NearUnity<Array>& unity) { return unity.forward_remainder(); },
      [](const Array& p_mass, const Array& r_mass, const Array& d) { return Array(p_mass * (d - T(1)) + r_mass); },
      [](const Array& p_mass, const Array& r_mass, const Array& d, const Array& of_p, const Array& of_r) {
        return Array(p_mass * d.abs() * of_p + (p_mass + r_mass) * of_r);
      });
}

/// (D(p||m) + D(r||m)) / 2, m = (p + r) / 2, in [0, log 2], nats.
///
/// It is the divergence, whose square root is a metric (Endres & Schindelin, A new metric for probability
/// distributions, IEEE Trans. Inf. Theory 49, 2003). With t = (p - r)/(p + r), it is the integral of m ((1 + t) log(1 +
/// t) + (1 - t) log(1 - t)) / 2.
template <Real T>
[[nodiscard]] T jensen_shannon_divergence(const RealLineDensity<T>& p, const RealLineDensity<T>& r,
                                          std::type_identity_t<T>* error = nullptr) {
  using Array = detail::LegendreArray<T>;
  using std::log;
  const T log_two = log(T(2));
  const auto joined = [](const Vector<T>& a, const Vector<T>& b) {
    Vector<T> both(a.size() + b.size());
    both << a, b;
    return both;
  };
  const GaussianMixture<T>& a = p.mixture();
  const GaussianMixture<T>& b = r.mixture();
  const RealLineDensity<T> m(GaussianMixture<T>(joined(a.weights() / T(2), b.weights() / T(2)),
                                                joined(a.means(), b.means()), joined(a.stddevs(), b.stddevs())));
  return detail::integral_of_two<T>(
      p, r, error,
      [](const detail::NearUnity<Array>& unity) {
        const Array& u = unity.value();
        return Array((u + T(2)) / T(4) * detail::symmetric_remainder(Array(u / (u + T(2)))));
      },
      [&](const Array& p_mass, const Array& r_mass, const Array& d) {
        // log m = max(log p, log r) + log((1 + e^-|d|) / 2)
        const Array above = detail::log1p_of(detail::exp_of(Array(-d.abs()))) - log_two;
        return Array((p_mass * ((d.min)(T(0)) - above) - r_mass * ((d.max)(T(0)) + above)) / T(2));
      },
      // What is far below the other feels d, the other no more than its own mass.
      [](const Array& p_mass, const Array& r_mass, const Array& d, const Array& of_p, const Array& of_r) {
        return Array((p_mass.min)(r_mass) * (d.abs() + T(1)) * (of_p + of_r) + p_mass * of_p + r_mass * of_r);
      },
      m);
}

/// The same of two mixtures.
template <Real T>
[[nodiscard]] T relative_entropy(const GaussianMixture<T>& p, const GaussianMixture<T>& r,
                                 std::type_identity_t<T>* error = nullptr) {
  return relative_entropy(RealLineDensity<T>(p), RealLineDensity<T>(r), error);
}

/// The same of two mixtures.
template <Real T>
[[nodiscard]] T jensen_shannon_divergence(const GaussianMixture<T>& p, const GaussianMixture<T>& r,
                                          std::type_identity_t<T>* error = nullptr) {
  return jensen_shannon_divergence(RealLineDensity<T>(p), RealLineDensity<T>(r), error);
}

// A Gaussian has functions of its own. The compiler shows these lines.
template <class P, Real T>
void relative_entropy(const P&, const Gaussian<T>&) = delete;  // D(p||q) of a Gaussian q: forward_kl(p, q)
template <Real T, class P>
void relative_entropy(const Gaussian<T>&, const P&) = delete;  // D(q||p) of a Gaussian q: reverse_kl(q, p)

}  // namespace klgrid
