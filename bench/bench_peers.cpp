// SPDX-License-Identifier: MIT
// peer/...: other ways to the same two surfaces of the notebook's problem; timed: a new mixture arrives, both come out.
#include <benchmark/benchmark.h>

#include <span>

#include "klgrid/klgrid.hpp"
#include "support/notebook_port.hpp"
#include "timing.hpp"

namespace klgrid_bench {
namespace {

using klgrid::Index;
using klgrid::Surface;
using klgrid::Vector;

std::vector<double> to_std(const Vector<double>& v) { return {v.begin(), v.end()}; }

// The notebook's loop in plain C++.
void plain_loop(benchmark::State& state) {
  const Problem problem = scaled_problem(1);
  const double dx = problem.grid.weights()[0];
  klgrid_test::NotebookPort port(to_std(problem.grid.nodes()), to_std(problem.mesh.mu()), to_std(problem.mesh.sigma()),
                                 dx);
  const auto next = [&](std::size_t i) {
    const Target& t = targets()[i];
    port.compute_kl({t.theta, 1 - t.theta}, {t.mu1, t.mu2}, {t.sigma1, t.sigma2});
    return port.kl_qp.data();
  };
  time_updates(state, next);
  report_error(state, [&](std::size_t t) {
    next(t);
    const Index rows = problem.mesh.rows();
    const Index cols = problem.mesh.cols();
    return klgrid::KlSurfaces<double>{Eigen::Map<const Surface<double>>(port.kl_pq.data(), rows, cols) * dx,
                                      Eigen::Map<const Surface<double>>(port.kl_qp.data(), rows, cols) * dx};
  });
}

// The notebook's loop with one Eigen expression for each sum.
class EigenNotebook {
 public:
  explicit EigenNotebook(const Problem& problem)
      : x_(problem.grid.nodes()), dx_(problem.grid.weights()[0]), q_(problem.mesh.cells(), x_.size()) {
    const auto& mesh = problem.mesh;
    out_.forward.resize(mesh.rows(), mesh.cols());
    out_.reverse.resize(mesh.rows(), mesh.cols());
    for (Index i = 0; i < mesh.rows(); ++i)
      for (Index j = 0; j < mesh.cols(); ++j) {
        auto q = q_.row(i * mesh.cols() + j);
        q = ((x_ - mesh.mu()[j]) / mesh.sigma()[i]).square().transpose() * -0.5;
        q = q.exp().eval();
        q /= dx_ * q.sum();
        q = (q == 0).select(1e-8, q).eval();
      }
  }

  void compute(const Target& t) {
    p_ = (t.theta * normal_pdf(t.mu1, t.sigma1) + (1 - t.theta) * normal_pdf(t.mu2, t.sigma2)).transpose();
    p_ /= p_.sum() * dx_;
    for (Index cell = 0; cell < q_.rows(); ++cell) {
      const auto q = q_.row(cell);
      out_.forward(cell) = dx_ * (p_ * (p_ / q).log()).sum();
      out_.reverse(cell) = dx_ * (q * (q / p_).log()).sum();
    }
  }

  [[nodiscard]] const klgrid::KlSurfaces<double>& surfaces() const { return out_; }

 private:
  [[nodiscard]] Vector<double> normal_pdf(double mean, double stddev) const {
    return (((x_ - mean) / stddev).square() * -0.5).exp() / (stddev * 2.5066282746310002);  // sqrt(2 pi)
  }

  Vector<double> x_;
  double dx_;
  Surface<double> q_;  // one cell a row
  Eigen::Array<double, 1, Eigen::Dynamic> p_;
  klgrid::KlSurfaces<double> out_;
};

void eigen_expressions(benchmark::State& state) {
  EigenNotebook notebook(scaled_problem(1));
  const auto next = [&](std::size_t t) {
    notebook.compute(targets()[t]);
    return notebook.surfaces().reverse.data();
  };
  time_updates(state, next);
  report_error(state, [&](std::size_t t) {
    next(t);
    return notebook.surfaces();
  });
}

// A bank that stores every w_i q_i, so that E_q[log p] of all cells is one matrix-vector product. The rest, the O(1)
// forward surface included, is klgrid's.
class StoredBank : public klgrid::NormalizedGaussianBank<double> {
 public:
  explicit StoredBank(const Problem& problem)
      : NormalizedGaussianBank(problem.grid, problem.mesh), mass_(mesh().cells(), grid().size()) {
    for (Index i = 0; i < mesh().rows(); ++i)
      for (Index j = 0; j < mesh().cols(); ++j)
        mass_.row(i * mesh().cols() + j) = (grid().weights() * log_pdf(i, j).exp()).matrix().transpose();
  }

  template <class Sink, class Run>
  void expected_log(std::span<const Density> densities, int, Workspace&, const Sink& sink, const Run&) const {
    for (std::size_t d = 0; d < densities.size(); ++d) {
      Eigen::Map<Eigen::VectorXd>(out_.data(), out_.size()).noalias() = mass_ * densities[d].log_pdf().matrix();
      for (Index row = 0; row < out_.rows(); ++row) sink(static_cast<Index>(d), row, out_.row(row));
    }
  }

 private:
  mutable Surface<double> out_{mesh().rows(), mesh().cols()};
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> mass_;
};

void stored_bank_gemv(benchmark::State& state) {
  const Problem problem = scaled_problem(1);
  const StoredBank bank(problem);
  time_bank(state, problem, bank);
}

BENCHMARK(plain_loop)->Name("peer/plain_loop")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(eigen_expressions)->Name("peer/eigen_expressions")->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(stored_bank_gemv)->Name("peer/stored_bank_gemv")->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace klgrid_bench
