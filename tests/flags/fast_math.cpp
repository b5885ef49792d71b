// SPDX-License-Identifier: MIT
// With -ffast-math -fno-finite-math-only, NaN and infinities are still refused as input, an infinite divergence is
// infinite, and values keep the promised accuracy.
#include <cmath>
#include <cstdio>
#include <klgrid/grid/divergence.hpp>
#include <klgrid/line/divergence.hpp>
#include <limits>
#include <stdexcept>

namespace {

int failures = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("does not hold: %s\n", what);
  ++failures;
}

template <class Make>
bool refuses(Make make) {
  try {
    make();
  } catch (const std::invalid_argument&) {
    return true;
  }
  return false;
}

}  // namespace

int main() {
  using namespace klgrid;
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double promised = 1e-12;  // the library's, relative, absolute below one nat
  for (double wrong : {nan, infinity, -infinity}) {
    expect(refuses([&] { Gaussian<double>(wrong, 1); }), "Gaussian refuses a mean that is not finite");
    expect(refuses([&] { Gaussian<double>(0, wrong); }), "Gaussian refuses a deviation that is not finite");
    expect(refuses([&] { GaussianMixture<double>({0.5, 0.5}, {wrong, 3}, {1, 1}); }), "a mixture refuses such a mean");
    expect(refuses([&] { static_cast<void>(linspace(0.0, wrong, 3)); }), "linspace refuses such an end");
  }

  // D(N(0, 1) || N(3, 2^2)) = log 2 + (1 + 9) / 8 - 1/2, and the other way round -log 2 + (4 + 9) / 2 - 1/2.
  const GaussianMixture<double> p({1}, {0}, {1});
  const Gaussian<double> q(3, 2);
  const double forward = std::log(2.0) + 0.75, reverse = 6 - std::log(2.0);
  expect(std::abs(forward_kl(p, q) - forward) <= promised * forward, "D(p||q) on the line");
  expect(std::abs(reverse_kl(q, p) - reverse) <= promised * reverse, "D(q||p) on the line");
  const auto grid = Grid<double>::arange(-30, 30, 0.05);
  const GridDensity<double> p_on_grid(grid, p);
  expect(std::abs(forward_kl(p_on_grid, q) - forward) <= promised * forward, "D(p||q) on a grid");
  expect(std::abs(reverse_kl(q, p_on_grid) - reverse) <= promised * reverse, "D(q||p) on a grid");

  Vector<double> half = p_on_grid.log_pdf();
  half.tail(half.size() / 2).setConstant(-infinity);
  const auto zero_right_of_0 = GridDensity<double>::from_log_values(grid, half);
  expect(reverse_kl(q, zero_right_of_0) == infinity, "D(q||p) is infinite where p has zeros");
  expect(std::isfinite(forward_kl(zero_right_of_0, q)), "D(p||q) is finite where p has zeros");
  return failures == 0 ? 0 : 1;
}
