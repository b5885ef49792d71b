// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

/// The notebook's own arithmetic, operation for operation in its order: sums without dx, zeros of Q set to 1e-8, inf
/// and NaN where densities underflow. An oracle for the tests and a baseline for the benchmarks; never a way to
/// compute.
namespace klgrid_test {

/// scipy.stats.norm.pdf(x, loc, scale)
inline double norm_pdf(double x, double loc, double scale) {
  const double z = (x - loc) / scale;
  return std::exp(-(z * z) / 2.0) / std::sqrt(2.0 * std::numbers::pi) / scale;
}

/// scipy.stats.entropy(pk, qk): both are divided by their sums first.
inline double entropy(const std::vector<double>& pk, const std::vector<double>& qk) {
  double p_sum = 0.0, q_sum = 0.0;
  for (const double p : pk) p_sum += p;
  for (const double q : qk) q_sum += q;
  double sum = 0.0;
  for (std::size_t i = 0; i < pk.size(); ++i) {
    const double p = pk[i] / p_sum;
    const double q = qk[i] / q_sum;
    if (p > 0.0) sum += q > 0.0 ? p * std::log(p / q) : HUGE_VAL;
  }
  return sum;
}

/// The class KL_exp of the notebook without its figure, with K components where the notebook has two.
class NotebookPort {
 public:
  NotebookPort(std::vector<double> x, const std::vector<double>& mu, const std::vector<double>& sigma, double dx)
      : x_(std::move(x)), dx_(dx), cells_(mu.size() * sigma.size()), qs_(cells_ * x_.size()) {
    double* q = qs_.data();
    for (const double s : sigma)
      for (const double m : mu) {
        double sum = 0.0;
        for (std::size_t i = 0; i < x_.size(); ++i) {
          const double d = x_[i] - m;
          q[i] = (1.0 / s) * std::exp(-(d * d) / (2.0 * (s * s)));
          sum += q[i];
        }
        for (std::size_t i = 0; i < x_.size(); ++i) {
          q[i] /= dx_ * sum;
          if (q[i] == 0.0) q[i] = 1e-8;
        }
        q += x_.size();
      }
  }

  /// computeKL: fills y_ref, kl_pq and kl_qp for a new mixture.
  void compute_kl(const std::vector<double>& weights, const std::vector<double>& means,
                  const std::vector<double>& stddevs) {
    normalize_mixture(weights, means, stddevs);
    kl_pq.resize(cells_);
    kl_qp.resize(cells_);
    const double* q = qs_.data();
    for (std::size_t cell = 0; cell < cells_; ++cell, q += x_.size()) {
      double pq = 0.0, qp = 0.0;
      for (std::size_t i = 0; i < x_.size(); ++i) {
        const double p = y_ref[i];
        pq += p * std::log(p / q[i]);
        qp += q[i] * std::log(q[i] / p);
      }
      kl_pq[cell] = pq;
      kl_qp[cell] = qp;
    }
  }

  std::vector<double> y_ref;  ///< p at the nodes, of sum 1 / dx
  std::vector<double> kl_pq;  ///< sum of P log(P/Q), sigma in the outer loop
  std::vector<double> kl_qp;  ///< sum of Q log(Q/P)

 private:
  void normalize_mixture(const std::vector<double>& weights, const std::vector<double>& means,
                         const std::vector<double>& stddevs) {
    y_ref.assign(x_.size(), 0.0);
    double sum = 0.0;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      for (std::size_t k = 0; k < weights.size(); ++k) y_ref[i] += weights[k] * norm_pdf(x_[i], means[k], stddevs[k]);
      sum += y_ref[i];
    }
    for (double& y : y_ref) y /= sum * dx_;
  }

  std::vector<double> x_;
  double dx_;
  std::size_t cells_;
  std::vector<double> qs_;
};

}  // namespace klgrid_test
