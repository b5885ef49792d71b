// SPDX-License-Identifier: MIT
// A domain of one's own, by the contract of klgrid/domain.hpp: a histogram, taken as it is. p is constant on each bin,
// q is a Gaussian cut off at the outermost edges, and every integral is exact; there is no grid.
#pragma once
#include <array>
#include <cmath>
#include <klgrid/klgrid.hpp>
#include <numbers>
#include <span>
#include <stdexcept>

namespace histogram_domain {
using klgrid::Index;
using Mesh = klgrid::ParameterMesh<double>;
using Surface = klgrid::Surface<double>;
using Vector = klgrid::Vector<double>;

/// p(x) = counts[i] / (total * width) for x between edges[i] and edges[i + 1].
class Histogram {
 public:
  using Scalar = double;

  /// @throws std::invalid_argument unless edges increase and are one more than counts, which are >= 0, not all 0.
  Histogram(const Vector& edges, const Vector& counts) : edges_(edges) {
    const Index n = counts.size();
    if (edges.size() != n + 1 || !(edges.tail(n) > edges.head(n)).all() || !(counts >= 0.0).all() || !counts.any())
      throw std::invalid_argument("Histogram: edges must increase, one more than counts; these >= 0, not all 0");
    const Vector widths = edges.tail(n) - edges.head(n);
    const Vector mass = counts / counts.sum();
    log_pdf_ = (mass / widths).log();
    for (Index i = 0; i < n; ++i) entropy_ -= mass[i] > 0.0 ? mass[i] * log_pdf_[i] : 0.0;
    origin_ = edges_[n / 2];
    const Vector centers = (edges_.tail(n) - origin_) - widths / 2.0;
    mean_offset_ = (mass * centers).sum();
    variance_ = (mass * ((centers - mean_offset_).square() + widths.square() / 12.0)).sum();
  }

  const Vector& edges() const { return edges_; }
  const Vector& log_pdf() const { return log_pdf_; }
  double entropy() const { return entropy_; }
  double origin() const { return origin_; }
  double mean_offset() const { return mean_offset_; }
  double mean() const { return origin_ + mean_offset_; }
  double variance() const { return variance_; }
  double stddev() const { return std::sqrt(variance_); }
  bool has_full_support() const { return (log_pdf_ > -INFINITY).all(); }

 private:
  Vector edges_, log_pdf_;
  double entropy_ = 0.0, origin_ = 0.0, mean_offset_ = 0.0, variance_ = 0.0;
};

/// The integrals of z^k exp(-z^2/2) from a to b, k = 0 .. 6, by parts: I_k = [-z^(k-1) exp(-z^2/2)] + (k - 1) I_(k-2).
inline std::array<double, 7> partial_moments(double a, double b) {
  const double side = a > 0.0 ? 1.0 : -1.0;  // erfc keeps its digits in the tail to the right
  const auto tail = [side](double z) { return side * std::erfc(side * z / std::numbers::sqrt2); };
  double at_a = std::exp(-a * a / 2.0), at_b = std::exp(-b * b / 2.0);
  std::array<double, 7> moments{(tail(a) - tail(b)) * std::sqrt(std::numbers::pi / 2.0), at_a - at_b};
  for (std::size_t k = 2; k < moments.size(); ++k)
    moments[k] = (at_a *= a) - (at_b *= b) + static_cast<double>(k - 1) * moments[k - 2];
  return moments;
}

/// The Gaussians of a mesh, each cut off at a histogram's ends and normalised between them.
class Bank {
 public:
  using Scalar = double;
  using Density = Histogram;
  struct Workspace {};
  Bank(const Histogram& p, const Mesh& mesh) : mesh_(mesh), edges_(p.edges()) {
    moments_.fill(log_normalizer_ = Surface(mesh.rows(), mesh.cols()));
    for (Index i = 0; i < mesh_.rows(); ++i)
      for (Index j = 0; j < mesh_.cols(); ++j) {
        const auto m = partial_moments(z(0, i, j), z(edges_.size() - 1, i, j));
        for (std::size_t k = 0; k < m.size(); ++k) moments_[k](i, j) = m[k] / m[0];
        log_normalizer_(i, j) = std::log(mesh_.sigma()[i] * m[0]);
      }
    entropy_ = log_normalizer_ + moments_[2] / 2.0;
  }

  const Mesh& mesh() const { return mesh_; }
  const Surface& log_normalizer() const { return log_normalizer_; }
  const Surface& entropy() const { return entropy_; }
  const Surface& moment(int power) const { return moments_[static_cast<std::size_t>(power)]; }

  void require_same_domain(const Histogram& p) const {
    if (p.edges().size() != edges_.size() || !(p.edges() == edges_).all())
      throw std::invalid_argument("Bank: p must have the bank's edges");
  }

  /// sum over bins of log p_i times the integral of z^k q there, k = 0 .. power
  void expected_log(std::span<const Histogram> p, int power, Workspace&, const auto& sink, const auto& run) const {
    run(mesh_.rows(), [&](Index, Index row) {
      for (std::size_t d = 0; d < p.size(); ++d) {
        require_same_domain(p[d]);
        Surface values = Surface::Zero(power + 1, mesh_.cols());
        for (Index j = 0; j < mesh_.cols(); ++j) {
          for (Index i = 0; i + 1 < edges_.size(); ++i) {
            const auto m = partial_moments(z(i, row, j), z(i + 1, row, j));
            for (Index k = 0; k <= power; ++k) values(k, j) += p[d].log_pdf()[i] * m[static_cast<std::size_t>(k)];
          }
          if (!p[d].has_full_support()) values.col(j).setConstant(-INFINITY);
          values.col(j) *= mesh_.sigma()[row] / std::exp(log_normalizer_(row, j));
        }
        sink(static_cast<Index>(d), row, values);
      }
    });
  }

 private:
  double z(Index edge, Index row, Index col) const { return (edges_[edge] - mesh_.mu()[col]) / mesh_.sigma()[row]; }

  Mesh mesh_;
  Vector edges_;
  std::array<Surface, 7> moments_;
  Surface log_normalizer_, entropy_;
};

inline Bank bank_for(const Histogram& p, const Mesh& mesh) { return {p, mesh}; }
}  // namespace histogram_domain
