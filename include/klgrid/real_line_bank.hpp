// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "klgrid/detail/mean_interpolation.hpp"
#include "klgrid/detail/require.hpp"
#include "klgrid/gaussian.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"
#include "klgrid/real_line_density.hpp"

namespace klgrid {

/// Every Gaussian of a mesh on the real line, q = exp(-z^2/2) / (sigma sqrt(2 pi)), z = (x - mu)/sigma: what the
/// surfaces of kl_surfaces.hpp are formed from where there is no window. Make it once, use it for every p.
template <Real T = double>
class RealLineBank {
 public:
  using Scalar = T;
  using Density = RealLineDensity<T>;

  explicit RealLineBank(ParameterMesh<T> mesh)
      : mesh_(std::move(mesh)),
        log_normalizer_((mesh_.sigma().log() + detail::log_sqrt_two_pi<T>()).replicate(1, mesh_.cols())),
        entropy_(log_normalizer_ + T(1) / T(2)),
        interpolation_(mesh_.mu(), mesh_.sigma()) {}

  [[nodiscard]] const ParameterMesh<T>& mesh() const noexcept { return mesh_; }

  /// log Z = log(sigma sqrt(2 pi))
  [[nodiscard]] const Surface<T>& log_normalizer() const noexcept { return log_normalizer_; }

  /// H(q) = log(sigma sqrt(2 pi e)), in nats.
  [[nodiscard]] const Surface<T>& entropy() const noexcept { return entropy_; }

  /// The line holds every density: nothing to check.
  void require_same_domain(const Density&) const noexcept {}

  /// E_q[z^power], 0 <= power <= 6: 1 0 1 0 3 0 15.
  [[nodiscard]] Surface<T> moment(int power) const {
    detail::require(power >= 0 && power <= 6, "RealLineBank::moment", "power", "in [0, 6]", power);
    constexpr double moments[] = {1, 0, 1, 0, 3, 0, 15};
    return Surface<T>::Constant(mesh_.rows(), mesh_.cols(), T(moments[power]));
  }

  /// E_q[log p] for every q of the mesh.
  void expected_log(const Density& p, Surface<T>& out) const { expected_log(p, 0, out); }

  /// E_q[z^power log p] for every q of the mesh, 0 <= power <= 4.
  ///
  /// Each sigma has its panels, on which log p is evaluated once; E_q is a sum of exponentials over them for as many mu
  /// as a polynomial through them needs (detail/mean_interpolation.hpp), or for all.
  /// Accuracy: 1e-13 (double), relative to E_q|z^power log p|. Cost: up to min(cols, 14 to 40) x points exponentials a
  /// row.
  void expected_log(const Density& p, int power, Surface<T>& out) const {
    detail::require(power >= 0 && power <= 4, "RealLineBank::expected_log", "power", "in [0, 4]", power);
    out.resize(mesh_.rows(), mesh_.cols());
    std::vector<detail::LinePanel<T>> panels;
    Vector<T> values;
    for (Index i = 0; i < mesh_.rows(); ++i) {
      const T& sigma = mesh_.sigma()[i];
      gather(p, sigma, panels);
      const auto at = [&](const T& mu) { return detail::expected_log(panels, T(mu - p.origin()), sigma, power); };
      const auto* scheme = interpolation_.scheme(i);
      if (scheme == nullptr) {
        for (Index j = 0; j < mesh_.cols(); ++j) out(i, j) = at(mesh_.mu()[j]);
        continue;
      }
      values.resize(scheme->points.size());
      for (const auto& box : scheme->boxes) {
        for (Index n = 0; n < values.size(); ++n) values[n] = at(box.center + box.half * scheme->points[n]);
        out.row(i).segment(box.begin, box.size).matrix().transpose().noalias() =
            scheme->matrix.middleRows(box.begin, box.size) * values.matrix();
      }
    }
  }

 private:
  void gather(const Density& p, const T& sigma, std::vector<detail::LinePanel<T>>& panels) const {
    const T reach = detail::gaussian_reach<T>() * sigma;
    panels.clear();
    p.for_each_panel(T(mesh_.mu()[0] - p.origin() - reach), T(mesh_.mu()[mesh_.cols() - 1] - p.origin() + reach), sigma,
                     detail::Ends::whole, [&](const auto& panel) { panels.push_back(panel); });
  }

  ParameterMesh<T> mesh_;
  Surface<T> log_normalizer_;
  Surface<T> entropy_;
  detail::MeanInterpolation<T> interpolation_;
};

/// The bank of p's domain.
template <Real T>
[[nodiscard]] RealLineBank<T> bank_for(const RealLineDensity<T>&, ParameterMesh<T> mesh) {
  return RealLineBank<T>(std::move(mesh));
}

}  // namespace klgrid
