// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "klgrid/detail/line_point.hpp"
#include "klgrid/detail/require.hpp"
#include "klgrid/executor.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/gaussian_mixture.hpp"
#include "klgrid/line/density.hpp"
#include "klgrid/line/detail/gaussian_family.hpp"
#include "klgrid/line/detail/geometric_means.hpp"
#include "klgrid/line/detail/hermite_expansion.hpp"
#include "klgrid/line/detail/legendre_rule.hpp"
#include "klgrid/line/detail/panels.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"

namespace klgrid::inline KLGRID_ABI {

/// Every Gaussian of a mesh on the real line, q = exp(-z^2/2) / (sigma sqrt(2 pi)), z = (x - mu)/sigma: what the
/// surfaces of kl_surfaces.hpp are formed from where there is no window. Make it once, use it for every p. Const
/// methods may be called from many threads at once.
template <Real T = double>
class RealLineBank {
 public:
  using Scalar = T;                    ///< of all values
  using Density = RealLineDensity<T>;  ///< whose bank it is

  /// The storage of a call, used again by the next one. One for each thread that calls; a bank can be shared.
  struct Workspace {
    /// Of one worker.
    struct Scratch {
      std::vector<detail::LinePanel<T>> panels;  ///< of a row
      Eigen::Array<T, 1, Eigen::Dynamic> eta;    ///< as long as a row, so that nothing is allocated again
      Surface<T> values;                         ///< a row for each power of z
    };
    std::vector<Scratch> scratch;  ///< of each worker
  };

  /// Cost: a logarithm a row, and two surfaces.
  explicit RealLineBank(ParameterMesh<T> mesh)
      : mesh_(std::move(mesh)),
        log_normalizer_((mesh_.sigma().log() + detail::log_sqrt_two_pi<T>()).replicate(1, mesh_.cols())),
        entropy_(log_normalizer_ + T(1) / T(2)) {}

  /// The mesh of all (mu, sigma).
  [[nodiscard]] const ParameterMesh<T>& mesh() const noexcept { return mesh_; }

  /// log Z = log(sigma sqrt(2 pi))
  [[nodiscard]] const Surface<T>& log_normalizer() const noexcept { return log_normalizer_; }

  /// H(q) = log(sigma sqrt(2 pi e)), in nats.
  [[nodiscard]] const Surface<T>& entropy() const noexcept { return entropy_; }

  /// The line holds every density: nothing to check.
  void require_same_domain(const Density&) const noexcept {}

  /// E_q[z^power], 0 <= power <= 6: 1 0 1 0 3 0 15.
  /// @throws std::invalid_argument if power is out of its range.
  [[nodiscard]] auto moment(int power) const {
    detail::require_that(power >= 0 && power <= 6, "RealLineBank::moment", "power", "in [0, 6]", power);
    constexpr double moments[] = {1, 0, 1, 0, 3, 0, 15};
    return Surface<T>::Constant(mesh_.rows(), mesh_.cols(), T(moments[power]));  // an expression, not a surface
  }

  /// E_q[z^k log p_d] for every density and k = 0 .. power <= 4: calls sink(d, row, values) once for each of them and
  /// each row of the mesh, with values.row(k).
  ///
  /// Each sigma has its panels, on which log p is evaluated once, and E_q is a series in mu about centers at most 3
  /// sigma apart (detail/hermite_expansion.hpp). Accuracy: 1e-13 (double) of E_q|z^power log p|. Cost: per center, one
  /// exponential and 1 to 50 multiplications a point. A row has at most as many panels as p itself and about eight a
  /// mean: however small sigma is against the span of mu, where no q reaches nothing is evaluated. On 100 x 99 cells
  /// two components take some 0.4 to 0.6 ms (bench/README.md, real line).
  /// @throws std::invalid_argument unless 0 <= power <= 4.
  template <class Sink, Executor Run = SerialExecutor>
  void expected_log(std::span<const Density> densities, int power, Workspace& workspace, const Sink& sink,
                    const Run& run = {}) const {
    detail::require_that(power >= 0 && power <= 4, "RealLineBank::expected_log", "power", "in [0, 4]", power);
    workspace.scratch.resize(static_cast<std::size_t>(run.workers()));
    run(static_cast<Index>(densities.size()) * mesh_.rows(), [&](Index worker, Index task) {
      const Index d = task / mesh_.rows();
      const Index row = task % mesh_.rows();
      auto& scratch = workspace.scratch[static_cast<std::size_t>(worker)];
      const Density& p = densities[static_cast<std::size_t>(d)];
      expected_log_row(p, power, row, scratch);
      sink(d, row, scratch.values);
    });
  }

  /// E_q[z^power log p] as a surface, 0 <= power <= 4.
  void expected_log(const Density& p, int power, Surface<T>& out) const {
    out.resize(mesh_.rows(), mesh_.cols());
    Workspace workspace;
    expected_log({&p, 1}, power, workspace,
                 [&](Index, Index row, const auto& values) { out.row(row) = values.row(power); });
  }

  /// E_q[log p] as a surface.
  void expected_log(const Density& p, Surface<T>& out) const { expected_log(p, 0, out); }

  /// E_q[p^alpha] as a surface, 0 < alpha <= 1. Returned is, for each row, what tolerance() is a share of: the largest
  /// p^alpha met or, where less, the integral of p^alpha times the peak of q. Cost: as expected_log, with panels as
  /// narrow as p^alpha q asks where a narrow component is what p is made of.
  Vector<T> expected_power(const Density& p, const T& alpha, Surface<T>& out) const {
    using std::log;
    using std::sqrt;
    out.resize(mesh_.rows(), mesh_.cols());
    const T widened = T(1) / T(sqrt(alpha));
    const Point first = p.parts().first(widened);
    const Point last = p.parts().last(widened);
    const T log_unit = log(p.unit());
    const auto power_of_p = [&](const auto& log_p) {
      return detail::LegendreArray<T>((alpha * (log_p - log_unit)).exp());
    };
    T integral = T(0);
    T largest = T(0);
    p.for_each_panel(first, last, detail::NoGaussian<T>(), [&](const auto& panel) {
      const detail::LegendreArray<T> power = power_of_p(panel.values);
      integral += (power * panel.weights()).sum();
      largest = (std::max)(largest, power.maxCoeff());
    });
    typename Workspace::Scratch scratch;
    for (Index row = 0; row < mesh_.rows(); ++row) {
      for_each_group(row, 0, scratch,
                     [&](Index begin, Index end, const Family& family, const Point& low, const Point& high) {
                       const auto means = detail::geometric_means(p.parts(), family, alpha, T(1));
                       p.for_each_panel((std::max)(low, first), (std::min)(high, last), means, [&](const auto& panel) {
                         scratch.panels.push_back({panel.center, panel.half, power_of_p(panel.values)});
                       });
                       expand([](const T&) { return T(0); }, T(0), 0, begin, end, row, scratch);
                     });
      out.row(row) = scratch.values.row(0);
    }
    return ((integral * (-log_normalizer_.col(0)).exp()).min)(largest);
  }

  /// E_q[p^alpha] for one q, a sum of positive terms: right to a few roundings of itself, or 0 where it is below 1e-4
  /// of what the tolerance is a share of, so that what is out of reach of one of p and q might count.
  [[nodiscard]] T expected_power(const Density& p, const T& alpha, Index row, Index col) const {
    Surface<T> out;
    const RealLineBank one(ParameterMesh<T>(mesh_.mu().segment(col, 1), mesh_.sigma().segment(row, 1)));
    const T scale = one.expected_power(p, alpha, out)[0];
    return out(0, 0) > T(1e-4) * scale ? out(0, 0) : T(0);
  }

  /// Error of expected_power, relative to what that returns.
  [[nodiscard]] T tolerance() const noexcept { return T(32) * std::numeric_limits<T>::epsilon(); }

  /// Another mesh on the same domain. There is one tolerance only.
  [[nodiscard]] RealLineBank with_mesh(ParameterMesh<T> mesh, const T& /*tolerance*/) const {
    return RealLineBank(std::move(mesh));
  }

 private:
  using Point = detail::LinePoint<T>;
  using Family = detail::GaussianFamily<T>;
  using Expansion = detail::HermiteExpansion<T>;

  /// Calls visit(begin, end, family, low, high) for the means begin to end of a row, a family whose q overlap, as far
  /// as they reach: they share the panels that visit is to make.
  template <class Visit>
  void for_each_group(Index row, int power, typename Workspace::Scratch& scratch, Visit visit) const {
    const auto& mu = mesh_.mu();
    const T& sigma = mesh_.sigma()[row];
    const T reach = detail::gaussian_reach<T>() * sigma;
    scratch.values.setZero(power + 1, mu.size());
    scratch.eta.resize(mu.size());
    for (Index begin = 0, end = 0; begin < mu.size(); begin = end) {
      for (end = begin + 1; end < mu.size() && mu[end] - mu[end - 1] < T(2) * reach;) ++end;
      const Family family{mu[begin], mu[end - 1], sigma};
      scratch.panels.clear();
      visit(begin, end, family, family.first + T(-reach), family.last + reach);
    }
  }

  /// E_q[z^power log p] for a row.
  void expected_log_row(const Density& p, int power, Index row, typename Workspace::Scratch& scratch) const {
    using std::log;
    const T log_unit = log(p.unit());
    for_each_group(row, power, scratch,
                   [&](Index begin, Index end, const Family& family, const Point& low, const Point& high) {
                     p.for_each_panel(low, high, family, [&](const auto& panel) { scratch.panels.push_back(panel); });
                     // log p from its value close by.
                     const auto level = [&](const T& center) { return Expansion::level_at(scratch.panels, center); };
                     expand(level, -log_unit, power, begin, end, row, scratch);
                   });
  }

  /// E_q[z^power (f + constant)] for means begin to end, on whose panels f is.
  template <class Level>
  void expand(const Level& level, const T& constant, int power, Index begin, Index end, Index row,
              typename Workspace::Scratch& scratch) const {
    if (scratch.panels.empty()) return;
    const auto& mu = mesh_.mu();
    const T& sigma = mesh_.sigma()[row];
    const T widest = T(2 * Expansion::widest) * sigma;
    for (Index first = begin, last = begin; first < end; first = last) {
      while (last < end && mu[last] - mu[first] <= widest) ++last;
      const T half = (mu[last - 1] - mu[first]) / T(2);
      const T center = mu[first] + half;
      const Expansion expansion(scratch.panels, center, sigma, T(half / sigma), power, level(center), constant);
      auto eta = scratch.eta.head(last - first);
      eta = (mu.segment(first, last - first) - center).transpose() / sigma;
      expansion.evaluate(eta, scratch.values.middleCols(first, last - first));
    }
  }

  ParameterMesh<T> mesh_;
  Surface<T> log_normalizer_;
  Surface<T> entropy_;
};

/// The bank of p's domain: the Gaussians of the mesh on the real line, ready for every power of z.
template <Real T>
[[nodiscard]] RealLineBank<T> bank_for(const RealLineDensity<T>&, ParameterMesh<T> mesh, int /*highest_power*/ = 4) {
  return RealLineBank<T>(std::move(mesh));
}

/// The same of a mixture.
template <Real T>
[[nodiscard]] RealLineBank<T> bank_for(const GaussianMixture<T>&, ParameterMesh<T> mesh, int /*highest_power*/ = 4) {
  return RealLineBank<T>(std::move(mesh));
}

}  // namespace klgrid
