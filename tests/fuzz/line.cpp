// SPDX-License-Identifier: MIT
// The real line: values and their bounds, derivatives, surfaces, fits and stationary points of any mixture and q,
// against closed forms, laws, and an adaptive rule in extended precision.
#include <array>
#include <optional>

#include "fuzz.hpp"
#include "klgrid/divergence/alpha_divergence.hpp"
#include "klgrid/divergence/kl_derivatives.hpp"
#include "klgrid/divergence/kl_surfaces.hpp"
#include "klgrid/fit/fit.hpp"
#include "klgrid/fit/starting_points.hpp"
#include "klgrid/fit/stationary_points.hpp"
#include "klgrid/line/bank.hpp"
#include "klgrid/line/divergence.hpp"
#include "klgrid/line/pair_quadrature.hpp"
#include "klgrid/line/relative_entropy.hpp"

namespace {

using fuzz::epsilon;
using fuzz::Index;
using fuzz::law;
using fuzz::Wide;
using Density = klgrid::RealLineDensity<double>;
using Gaussian = klgrid::Gaussian<double>;

/// Integrals of several functions over the stretches between some points, by halving them until the Gauss-Legendre rule
/// of 10 points is at the rounding of long double.
template <std::size_t N, class F>
class Adaptive {
 public:
  using Values = std::array<Wide, N>;
  explicit Adaptive(const F& f) : f_(f) {}

  Values operator()(const std::vector<Wide>& points) {
    Values sum{};
    for (std::size_t i = 0; i + 1 < points.size(); ++i)
      if (points[i] < points[i + 1]) add(sum, refined(points[i], points[i + 1], rule(points[i], points[i + 1]), 0));
    return sum;
  }
  /// False if there was no end of halving.
  [[nodiscard]] bool done() const { return left_ > 0; }

 private:
  static void add(Values& sum, const Values& part) {
    for (std::size_t v = 0; v < N; ++v) sum[v] += part[v];
  }
  Values refined(Wide begin, Wide end, const Values& whole, int depth) {
    const Wide middle = (begin + end) / 2;
    const Values left = rule(begin, middle), right = rule(middle, end);
    Values both = left;
    add(both, right);
    bool enough = depth > 40 || left_ <= 0;
    if (!enough) {
      enough = true;
      for (std::size_t v = 0; v < N; ++v)
        enough = enough && std::abs(both[v] - whole[v]) <= 1e-17L * std::max<Wide>(std::abs(both[v]), 1e-3L);
    }
    if (enough) return both;
    --left_;
    both = refined(begin, middle, left, depth + 1);
    add(both, refined(middle, end, right, depth + 1));
    return both;
  }
  Values rule(Wide begin, Wide end) const {
    static constexpr Wide node[] = {0.1488743389816312108848260011297200L, 0.4333953941292471907992659431657842L,
                                    0.6794095682990244062343273651148736L, 0.8650633666889845107320966884234930L,
                                    0.9739065285171717200779640120844521L};
    static constexpr Wide weight[] = {0.2955242247147528701738929946513383L, 0.2692667193099963550912269215694694L,
                                      0.2190863625159820439955349342281632L, 0.1494513491505805931457763396576973L,
                                      0.0666713443086881375935688098931663L};
    const Wide half = (end - begin) / 2, center = begin + half;
    Values sum{};
    for (int i = 0; i < 5; ++i)
      for (const Wide side : {-1.0L, 1.0L}) {
        const Values at = f_(center + side * half * node[i]);
        for (std::size_t v = 0; v < N; ++v) sum[v] += weight[i] * half * at[v];
      }
    return sum;
  }

  const F& f_;
  int left_ = 3000;
};

/// The points that a rule has to know of: the middle and flanks of every component.
std::vector<Wide> breaks(std::vector<Wide> points, const fuzz::Mixture& p) {
  for (Index k = 0; k < p.means.size(); ++k)
    for (const Wide step : {-16.0L, -6.0L, -3.0L, -1.0L, 0.0L, 1.0L, 3.0L, 6.0L, 16.0L})
      if (p.weights[k] > 0) points.push_back(static_cast<Wide>(p.means[k]) + step * static_cast<Wide>(p.stddevs[k]));
  std::sort(points.begin(), points.end());
  return points;
}

Wide log_of_sum(const fuzz::Mixture& p) {
  Wide sum = 0;
  for (const double w : p.weights) sum += w;
  return std::log(sum);
}

/// Whether x and log p of all parts stay within what sums in long double resolve.
struct Range {
  Wide narrowest, widest;
  bool tame;
  explicit Range(const fuzz::Mixture& p) : narrowest(p.stddevs.minCoeff()), widest(p.stddevs.maxCoeff()) {
    const Wide far = p.means.abs().maxCoeff();
    tame = narrowest > 1e-3L && widest < 1e3L && far < 1e3L && p.weights.minCoeff() > 1e-12 * p.weights.maxCoeff();
  }
};

struct Bounded {
  double value, error;
};
template <class Call>
Bounded bounded(const Call& call) {
  double error = fuzz::infinity;
  const double value = call(&error);
  law(!std::isnan(value), "a value is a number");
  law(error >= 0, "a bound is one", value, error);
  return {value, error};
}

/// Within the bound, and within the promise: 1e-12, absolute below 1; `doubt` is the rule's own.
void near(const char* text, const Bounded& computed, Wide exactly, Wide doubt = 0) {
  const Wide error = std::abs(computed.value - exactly);
  law(error <= computed.error + doubt, text, computed.value, exactly, computed.error);
  law(error <= 4500 * epsilon * std::max<Wide>(1, std::abs(exactly)) + doubt, text, computed.value, exactly);
}

void check_values(const fuzz::Mixture& of, const Density& p, const Gaussian& q) {
  const auto h = bounded([&](double* e) { return klgrid::entropy(p, e); });
  const auto hpq = bounded([&](double* e) { return klgrid::cross_entropy(p, q, e); });
  const auto hqp = bounded([&](double* e) { return klgrid::cross_entropy(q, p, e); });
  const auto forward = bounded([&](double* e) { return klgrid::forward_kl(p, q, e); });
  const auto reverse = bounded([&](double* e) { return klgrid::reverse_kl(q, p, e); });
  law(forward.value >= 0 && reverse.value >= 0, "divergences >= 0", forward.value, reverse.value);
  law(klgrid::forward_kl(p, q) == forward.value && klgrid::reverse_kl(q, p) == reverse.value, "the bound costs no bit");
  // D(p||q) = H(p,q) - H(p), D(q||p) = H(q,p) - H(q).
  const auto sums = [&](const char* text, const Bounded& d, const Bounded& cross, double entropy, double error) {
    if (!(std::abs(cross.value) < 1e300)) return;
    const Wide rounding = 4 * epsilon * (std::abs(cross.value) + std::abs(entropy));
    law(std::abs(d.value - (static_cast<Wide>(cross.value) - entropy)) <= d.error + cross.error + error + rounding,
        text, d.value, cross.value, entropy, d.error, cross.error);
  };
  sums("D(p||q) = H(p,q) - H(p)", forward, hpq, h.value, h.error);
  sums("D(q||p) = H(q,p) - H(q)", reverse, hqp, q.entropy(), 0);

  const Wide mu = q.mean(), sigma = q.stddev();
  if (of.means.size() == 1) {
    const auto kl = [](Wide m1, Wide s1, Wide m2, Wide s2) {
      const Wide r = s1 / s2, z = (m1 - m2) / s2, u = r - 1;
      // log(1/r) + (r^2 - 1) / 2, by log1p where r is near 1
      return (std::abs(u) < 0.5L ? u + u * u / 2 - std::log1p(u) : (r * r - 1) / 2 - std::log(r)) + z * z / 2;
    };
    const Wide m = of.means[0], s = of.stddevs[0];
    const Wide shift =
        1e-18L * (std::abs(m) + std::abs(mu)) / std::min(s, sigma);  // of m - mu, which long double rounds
    const auto check = [&](const char* text, const Bounded& d, Wide exactly, Wide width) {
      if (exactly > 1e300L || !(shift < 1e-12L)) return;
      near(text, d, exactly, 1e-18L * (1 + exactly) + shift * std::abs(m - mu) / width);
    };
    check("D(p||q) of two Gaussians", forward, kl(m, s, mu, sigma), sigma);
    check("D(q||p) of two Gaussians", reverse, kl(mu, sigma, m, s), s);
  }
  const Range range(of);
  if (!range.tame || sigma < 1e-3L || sigma > 1e3L || std::abs(mu) > 1e3L) return;
  const Wide log_sum = log_of_sum(of);
  const auto at = [&](Wide x) {
    const Wide z = (x - mu) / sigma;
    const Wide log_q = -z * z / 2 - std::log(sigma) - 0.918938533204672741780329736405617639861L;
    const Wide log_p = fuzz::log_pdf(of, x) - log_sum;
    const Wide a = std::exp(log_p), b = std::exp(log_q), d = log_q - log_p;
    return std::array<Wide, 6>{-a * log_p, -b * log_p, b * d, b * z * d, b * (z * z - 1) * d, -a * d};
  };
  Adaptive<6, decltype(at)> integral(at);
  const auto exactly = integral(breaks({mu - 16 * sigma, mu - 6 * sigma, mu - 3 * sigma, mu - sigma, mu, mu + sigma,
                                        mu + 3 * sigma, mu + 6 * sigma, mu + 16 * sigma},
                                       of));
  if (!integral.done()) return;
  const auto doubt = [](Wide value) { return 1e-15L * (1 + std::abs(value)); };
  near("H(p)", h, exactly[0], doubt(exactly[0]));
  near("H(q,p)", hqp, exactly[1], doubt(exactly[1]));
  near("D(q||p)", reverse, exactly[2], doubt(exactly[2]));
  near("D(p||q)", forward, exactly[5], doubt(exactly[5]));
  const auto slope = klgrid::reverse_kl_derivatives(q, p);
  const Wide allowed = 4500 * epsilon * (10 + std::abs(exactly[2]) + std::abs(exactly[3]) + std::abs(exactly[4]));
  law(std::abs(slope.gradient[0] * sigma - exactly[3]) <= allowed &&
          std::abs(slope.gradient[1] - exactly[4]) <= allowed,
      "gradient of D(q||p)", slope.gradient[0] * sigma, exactly[3], slope.gradient[1], exactly[4]);
}

void check_derivatives(const Density& p, const Gaussian& q) {
  const Wide z = (static_cast<Wide>(p.origin()) - q.mean() + p.mean_offset()) / q.stddev();
  const Wide r = static_cast<Wide>(p.stddev()) / q.stddev();
  if (!(std::abs(z) < 1e70L && r < 1e70L && r > 1e-70L) || q.stddev() < 1e-100 || q.stddev() > 1e100) return;
  const auto forward = klgrid::forward_kl_derivatives(p, q);
  const auto reverse = klgrid::reverse_kl_derivatives(q, p);
  law(forward.gradient.allFinite() && forward.hessian.allFinite(), "derivatives of D(p||q) are finite");
  law(!reverse.gradient.hasNaN() && !reverse.hessian.hasNaN(), "derivatives of D(q||p) are numbers");
  const Wide scale = 1 + z * z + r * r;
  law(std::abs(forward.gradient[0] * q.stddev() + z) <= 64 * epsilon * scale &&
          std::abs(forward.gradient[1] - (1 - z * z - r * r)) <= 64 * epsilon * scale,
      "gradient of D(p||q)", forward.gradient[0] * q.stddev(), -z, forward.gradient[1], 1 - z * z - r * r);
  const auto same = [](double a, double b) { return a == b || std::abs(a - b) <= 64 * epsilon * std::max(1.0, b); };
  law(same(forward.value, klgrid::forward_kl(p, q)) && same(reverse.value, klgrid::reverse_kl(q, p)),
      "values with derivatives", forward.value, klgrid::forward_kl(p, q), reverse.value, klgrid::reverse_kl(q, p));
}

void check_pair(const fuzz::Mixture& of, const fuzz::Mixture& of_r, const Density& p, const Density& r) {
  const auto d = bounded([&](double* e) { return klgrid::relative_entropy(p, r, e); });
  const auto js = bounded([&](double* e) { return klgrid::jensen_shannon_divergence(p, r, e); });
  const auto back = bounded([&](double* e) { return klgrid::jensen_shannon_divergence(r, p, e); });
  law(d.value >= 0, "D(p||r) >= 0", d.value);
  law(js.value >= 0 && js.value <= 0.6931471805599453 + js.error + epsilon, "Jensen-Shannon in [0, log 2]", js.value,
      js.error);
  law(std::abs(js.value - back.value) <= js.error + back.error, "Jensen-Shannon is symmetric", js.value, back.value,
      js.error, back.error);
  law(klgrid::relative_entropy(p, p) == 0, "D(p||p) = 0", klgrid::relative_entropy(p, p));
  if (of_r.means.size() == 1) {
    const auto same =
        bounded([&](double* e) { return klgrid::forward_kl(p, Gaussian(of_r.means[0], of_r.stddevs[0]), e); });
    if (same.value < 1e300)
      law(std::abs(same.value - d.value) <= same.error + d.error, "D(p||r) of a Gaussian r is D(p||q)", d.value,
          same.value, d.error, same.error);
  }
  const Range range(of), range_r(of_r);
  if (!range.tame || !range_r.tame) return;
  const Wide log_p_sum = log_of_sum(of), log_r_sum = log_of_sum(of_r);
  const auto at = [&](Wide x) {
    const Wide log_p = fuzz::log_pdf(of, x) - log_p_sum, log_r = fuzz::log_pdf(of_r, x) - log_r_sum;
    const Wide a = std::exp(log_p), b = std::exp(log_r), apart = std::abs(log_p - log_r);
    const Wide log_m = std::max(log_p, log_r) + std::log1p(std::exp(-apart)) - 0.693147180559945309417232121458176568L;
    return std::array<Wide, 2>{a * (log_p - log_r), (a * (log_p - log_m) + b * (log_r - log_m)) / 2};
  };
  Adaptive<2, decltype(at)> integral(at);
  const auto exactly = integral(breaks(breaks({}, of), of_r));
  if (!integral.done()) return;
  near("D(p||r)", d, exactly[0], 1e-15L * (1 + exactly[0]));
  near("Jensen-Shannon", js, exactly[1], 1e-15L);
}

void check_fits(fuzz::Bytes& bytes, const Density& p, const Gaussian& start) {
  const auto cover = klgrid::fit_forward(p);
  law(cover.value >= 0 && cover.value <= klgrid::forward_kl(p, start) * (1 + 9000 * epsilon) + 9000 * epsilon,
      "no q is nearer than that of p's moments", cover.value, klgrid::forward_kl(p, start));
  klgrid::FitOptions<double> options{.max_iterations = 40};
  options.method = bytes.byte() % 4 ? klgrid::FitMethod::newton : klgrid::FitMethod::gradient_descent;
  const double before = klgrid::reverse_kl(start, p);
  const auto seek = klgrid::fit_reverse(p, start, options);
  // Counted from p, a start far off may be moved by the root of a rounding of its standard deviation.
  const auto at_start = klgrid::reverse_kl_derivatives(start, p);
  const double moved = 2e-8 * std::abs(at_start.gradient[0]) * start.stddev();
  law(seek.value >= 0 && !(seek.value > before * (1 + 9000 * epsilon) + 9000 * epsilon + moved), "a descent descends",
      seek.value, before);
  if (seek.status == klgrid::FitStatus::converged)
    law(std::abs(klgrid::reverse_kl(seek.q, p) - seek.value) <= 9000 * epsilon * std::max(1.0, seek.value),
        "a fit's value is that of its q", seek.value, klgrid::reverse_kl(seek.q, p));
  if (bytes.byte() % 2) return;
  const klgrid::ParameterMesh<double> mesh(klgrid::linspace(-8.0, 8.0, 9), klgrid::geomspace(0.1, 8.0, 6));
  double last = 0;
  for (const auto& point : klgrid::reverse_stationary_points(p, mesh)) {
    law(point.derivatives.value >= last, "stationary points are sorted by value");
    last = point.derivatives.value;
    law(point.gradient_norm <= 1e-5 * std::max(1.0, last), "the gradient vanishes", point.gradient_norm, last);
    law(std::abs(klgrid::reverse_kl(point.q, p) - last) <= 9000 * epsilon * std::max(1.0, last),
        "the value of a point");
    law(std::abs(point.q.mean()) <= 8.1 && point.q.stddev() < 8.1, "points are in range of the mesh");
  }
}

void check_surfaces(const Density& p, const Gaussian& q, double alpha) {
  const double wider = q.stddev() * 2, farther = q.mean() + q.stddev();
  if (!(wider < 1e300 && std::abs(farther) < 1e300)) return;
  const klgrid::RealLineBank<double> bank({{q.mean(), farther}, {q.stddev(), wider}});
  const auto surfaces = klgrid::kl_surfaces(p, bank);
  const auto amari = klgrid::alpha_divergence(p, bank, alpha);
  const auto same = [](const char* text, double cell, double pair) {
    law(cell >= 0 && pair >= 0, text, cell, pair);
    if (pair < 1e300) law(std::abs(cell - pair) <= 9000 * epsilon * std::max(1.0, pair), text, cell, pair);
  };
  for (const Index i : {0, 1})
    for (const Index j : {0, 1}) {
      const Gaussian of(bank.mesh().mu()[j], bank.mesh().sigma()[i]);
      same("a cell is its pair: D(p||q)", surfaces.forward(i, j), klgrid::forward_kl(p, of));
      same("a cell is its pair: D(q||p)", surfaces.reverse(i, j), klgrid::reverse_kl(of, p));
      same("a cell is its pair: alpha", amari(i, j), klgrid::alpha_divergence(p, of, alpha));
    }
}

std::optional<Density> density_from(const fuzz::Mixture& of) {
  std::optional<klgrid::GaussianMixture<double>> p;
  fuzz::accepted(of.valid(), "GaussianMixture::normalized",
                 [&] { p = klgrid::GaussianMixture<double>::normalized(of.weights, of.means, of.stddevs); });
  if (!p) return {};
  // The range that is promised: lengths, and widths beside the distance from 0.
  if (of.stddevs.minCoeff() < 1e-290 || of.stddevs.maxCoeff() > 1e290 || of.means.abs().maxCoeff() > 1e290) return {};
  for (Index k = 0; k < of.means.size(); ++k)
    if (of.stddevs[k] < 1e-28 * std::abs(of.means[k])) return {};
  return Density(*p);
}

void run(fuzz::Bytes& bytes) {
  const fuzz::Mixture of(bytes), of_r(bytes, 3);
  const auto p = density_from(of);
  if (!p) return;
  const double mu = bytes.number(), sigma = bytes.positive();
  std::optional<Gaussian> q;
  fuzz::accepted(std::isfinite(mu) && sigma > 0 && sigma < fuzz::infinity, "Gaussian", [&] { q.emplace(mu, sigma); });
  if (!q || sigma < 1e-290 || sigma > 1e290 || std::abs(mu) > 1e290 || sigma < 1e-28 * std::abs(mu)) return;
  // Nor do lengths differ by more than double holds.
  double least = sigma, longest = std::max(sigma, std::abs(mu));
  for (const fuzz::Mixture* each : {&of, &of_r}) {
    if (!each->valid()) continue;
    least = std::min(least, each->stddevs.minCoeff());
    longest = std::max({longest, each->stddevs.maxCoeff(), each->means.abs().maxCoeff()});
  }
  if (least < 1e-300 * longest) return;
  fuzz::describe = [&] {
    for (const auto* each : {&of, &of_r}) {
      fuzz::print("weights", each->weights);
      fuzz::print("means", each->means);
      fuzz::print("stddevs", each->stddevs);
    }
    std::fprintf(stderr, "q = N(%.17g, %.17g^2)\n", mu, sigma);
  };
  const unsigned what = bytes.byte();
  check_values(of, *p, *q);
  if (what & 1U) check_derivatives(*p, *q);
  if (what & 2U) check_surfaces(*p, *q, bytes.share());
  if (what & 4U)
    if (const auto r = density_from(of_r)) check_pair(of, of_r, *p, *r);
  if ((what & 24U) == 24U) check_fits(bytes, *p, *q);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::one_input(run, data, size);
}
