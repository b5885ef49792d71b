// SPDX-License-Identifier: MIT
// peer/fftw_convolution: on uniform axes E_q[log p] is, for each sigma, a convolution of w log p with one Gaussian. The
// spectra of the Gaussians are kept; an update costs one transform of w log p and one inverse transform a sigma. The
// rest, the O(1) forward surface included, is klgrid's.
#include <fftw3.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <memory>
#include <span>
#include <stdexcept>
#include <type_traits>

#include "klgrid/klgrid.hpp"
#include "timing.hpp"

namespace klgrid_bench {
namespace {

using klgrid::Index;
using klgrid::Surface;

struct Release {
  void operator()(double* p) const { fftw_free(p); }
  void operator()(fftw_complex* p) const { fftw_free(p); }
  void operator()(fftw_plan p) const { fftw_destroy_plan(p); }
};
using Reals = std::unique_ptr<double[], Release>;
using Complexes = std::unique_ptr<fftw_complex[], Release>;
using Plan = std::unique_ptr<std::remove_pointer_t<fftw_plan>, Release>;

class ConvolutionBank : public klgrid::NormalizedGaussianBank<double> {
 public:
  explicit ConvolutionBank(const Problem& problem)
      : NormalizedGaussianBank(problem.grid, problem.mesh),
        spacing_(grid().nodes()[1] - grid().nodes()[0]),
        first_(nodes_to(mesh().mu()[0])),
        stride_(nodes_to(mesh().mu()[1]) - first_),
        length_(fast_length(wrap_free_length())),
        signal_(fftw_alloc_real(size())),
        spectrum_(fftw_alloc_complex(bins())),
        forward_(fftw_plan_dft_r2c_1d(static_cast<int>(length_), signal_.get(), spectrum_.get(), FFTW_MEASURE)),
        inverse_(fftw_plan_dft_c2r_1d(static_cast<int>(length_), spectrum_.get(), signal_.get(), FFTW_MEASURE)),
        gaussians_(mesh().rows(), static_cast<Index>(bins())) {
    for (Index j = 0; j < mesh().cols(); ++j)
      if (nodes_to(mesh().mu()[j]) != first_ + j * stride_) throw std::invalid_argument("mu does not lie on the nodes");
    for (Index i = 0; i < mesh().rows(); ++i) transform_gaussian(i);
    scale_ = (-log_normalizer()).exp() / static_cast<double>(length_);
  }

  template <class Sink, class Run>
  void expected_log(std::span<const Density> densities, int, Workspace&, const Sink& sink, const Run&) const {
    for (std::size_t d = 0; d < densities.size(); ++d)
      convolve(densities[d], [&](Index row, const auto& values) { sink(static_cast<Index>(d), row, values); });
  }

 private:
  template <class Sink>
  void convolve(const Density& p, const Sink& sink) const {
    Eigen::Map<Eigen::ArrayXd> signal(signal_.get(), length_);
    signal.head(grid().size()) = grid().weights() * p.log_pdf();
    signal.tail(length_ - grid().size()).setZero();
    fftw_execute(forward_.get());
    Eigen::Map<Eigen::ArrayXcd> spectrum(reinterpret_cast<std::complex<double>*>(spectrum_.get()), gaussians_.cols());
    const Eigen::ArrayXcd transformed = spectrum;
    for (Index i = 0; i < mesh().rows(); ++i) {
      spectrum = transformed * gaussians_.row(i).transpose();
      fftw_execute(inverse_.get());  // overwrites its input
      const Eigen::Map<const Eigen::ArrayXd, 0, Eigen::InnerStride<>> values(signal_.get() + first_, mesh().cols(),
                                                                             Eigen::InnerStride<>(stride_));
      sink(i, (values.transpose() * scale_.row(i)).eval());
    }
  }

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(length_); }
  [[nodiscard]] std::size_t bins() const { return size() / 2 + 1; }

  // How many nodes mu lies from the first node; a whole number on this problem.
  [[nodiscard]] Index nodes_to(double mu) const { return std::lround((mu - grid().nodes()[0]) / spacing_); }

  // A period of twice the largest distance from a mean to a node keeps both sides of a Gaussian apart.
  [[nodiscard]] Index wrap_free_length() const {
    const Index last = first_ + stride_ * (mesh().cols() - 1);
    return 2 * std::max(last, grid().size() - 1 - first_) + 1;
  }

  // The next number that has no prime factor above 5.
  static Index fast_length(Index least) {
    for (Index n = least;; ++n) {
      Index rest = n;
      for (const Index factor : {2, 3, 5})
        while (rest % factor == 0) rest /= factor;
      if (rest == 1) return n;
    }
  }

  // A Gaussian that is even has a real spectrum.
  void transform_gaussian(Index row) {
    for (Index k = 0; k < length_; ++k) {
      const double z = static_cast<double>(std::min(k, length_ - k)) * spacing_ / mesh().sigma()[row];
      signal_[static_cast<std::size_t>(k)] = std::exp(-z * z / 2);
    }
    fftw_execute(forward_.get());
    for (Index k = 0; k < gaussians_.cols(); ++k) gaussians_(row, k) = spectrum_[static_cast<std::size_t>(k)][0];
  }

  double spacing_;
  Index first_, stride_;  // mu()[j] lies on the node first_ + j stride_
  Index length_;
  Reals signal_;
  Complexes spectrum_;
  Plan forward_, inverse_;
  Surface<double> gaussians_;  // one spectrum a row
  Surface<double> scale_;      // 1 / (Z length)
};

void fftw_convolution(benchmark::State& state) {
  const Problem problem = scaled_problem(1);
  const ConvolutionBank bank(problem);
  time_bank(state, problem, bank);
}

BENCHMARK(fftw_convolution)->Name("peer/fftw_convolution")->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace klgrid_bench
