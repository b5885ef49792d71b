// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace klgrid_bench {

/// The notebook's arithmetic, in plain C++ and faults included: densities (not their logarithms) of a stored bank, each
/// zero in it replaced by 1e-8, and sums without the factor dx. Where densities underflow its sums are inf or NaN.
class NotebookPort {
 public:
  NotebookPort(std::vector<double> x, double dx, const std::vector<double>& mu, const std::vector<double>& sigma)
      : x_(std::move(x)), dx_(dx) {
    const std::size_t cells = mu.size() * sigma.size();
    q_.reserve(cells * x_.size());
    for (const double s : sigma)
      for (const double m : mu) append(m, s);
    kl_pq_.resize(cells);
    kl_qp_.resize(cells);
  }

  /// Both sums for every cell: sum p log(p/q) and sum q log(q/p), without dx.
  void compute(double theta, double mu1, double mu2, double sigma1, double sigma2) {
    make_density(theta, mu1, mu2, sigma1, sigma2);
    const std::size_t n = x_.size();
    for (std::size_t cell = 0; cell < kl_pq_.size(); ++cell) {
      const double* q = q_.data() + cell * n;
      double pq = 0;
      double qp = 0;
      for (std::size_t i = 0; i < n; ++i) {
        pq += p_[i] * std::log(p_[i] / q[i]);
        qp += q[i] * std::log(q[i] / p_[i]);
      }
      kl_pq_[cell] = pq;
      kl_qp_[cell] = qp;
    }
  }

  /// Shape sigma x mu, mu in the inner loop.
  [[nodiscard]] const std::vector<double>& kl_pq() const noexcept { return kl_pq_; }
  [[nodiscard]] const std::vector<double>& kl_qp() const noexcept { return kl_qp_; }

 private:
  void append(double mu, double sigma) {
    const std::size_t begin = q_.size();
    double sum = 0;
    for (const double x : x_) {
      q_.push_back(1 / sigma * std::exp(-(x - mu) * (x - mu) / (2 * (sigma * sigma))));
      sum += q_.back();
    }
    for (std::size_t i = begin; i < q_.size(); ++i) {
      q_[i] /= dx_ * sum;
      if (q_[i] == 0) q_[i] = 1e-8;
    }
  }

  static double normal_pdf(double x, double mean, double stddev) {
    const double z = (x - mean) / stddev;
    return std::exp(-z * z / 2) / 2.5066282746310002 / stddev;  // sqrt(2 pi)
  }

  void make_density(double theta, double mu1, double mu2, double sigma1, double sigma2) {
    p_.resize(x_.size());
    double sum = 0;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      p_[i] = theta * normal_pdf(x_[i], mu1, sigma1) + (1 - theta) * normal_pdf(x_[i], mu2, sigma2);
      sum += p_[i];
    }
    for (double& p : p_) p /= sum * dx_;
  }

  std::vector<double> x_;
  double dx_;
  std::vector<double> q_;
  std::vector<double> p_;
  std::vector<double> kl_pq_;
  std::vector<double> kl_qp_;
};

}  // namespace klgrid_bench
