// SPDX-License-Identifier: MIT
// How time and memory grow with nodes, means and the range of sigma: a table on standard output. Beside each time
// stands how many times longer it is than writing and reading the same numbers and nothing else, measured in turn.
#include <Eigen/Core>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "klgrid/klgrid.hpp"
#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

namespace {

using klgrid::Index;
using klgrid::Surface;
using klgrid::Vector;
using Bank = klgrid::NormalizedGaussianBank<double>;

struct Shape {
  const char* name;
  Index nodes, means;
  Vector<double> sigma;
};

/// Of the notebook's window and means, in steps that give so many.
std::vector<Shape> shapes() {
  const auto notebook = [](Index count) { return klgrid::linspace(0.1, 9.9, count); };
  std::vector<Shape> list;
  for (const Index side : {10, 32, 100, 316, 1000}) list.push_back({"cells", 400, side, notebook(side)});
  for (const Index nodes : {1000, 10000, 100000, 1000000}) list.push_back({"nodes", nodes, 100, notebook(100)});
  for (const Index means : {1000, 10000, 100000}) list.push_back({"means", 400, means, klgrid::linspace(0.1, 1.0, 2)});
  for (const Index side : {100, 316, 1000})
    list.push_back({"range", 4 * side, side, klgrid::geomspace(1e-4, 1e4, side)});
  return list;
}

/// CPU seconds of one call of each, the least of many; they take turns.
template <class A, class B>
std::pair<double, double> least_seconds(const A& a, const B& b) {
  constexpr double sample = 1e-3;  // far above the clock's step
  constexpr int samples = 25;
  const auto seconds = [](const auto& run, int calls) {
    const std::clock_t start = std::clock();
    for (int i = 0; i < calls; ++i) run();
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / calls;
  };
  const auto calls_of = [&](const auto& run) {
    run();
    int calls = 1;
    while (calls * seconds(run, calls) < sample && calls < (1 << 20)) calls *= 2;
    return calls;
  };
  const int calls_a = calls_of(a);
  const int calls_b = calls_of(b);
  std::pair<double, double> least{std::numeric_limits<double>::max(), std::numeric_limits<double>::max()};
  for (int i = 0; i < samples; ++i) {
    least.first = std::min(least.first, seconds(a, calls_a));
    least.second = std::min(least.second, seconds(b, calls_b));
  }
  return least;
}

/// What the compiler must take for used.
const void* volatile used;
void use(const void* data) { used = data; }

/// Two vectors read and two written: x and w, then log p and p; or log Z and H(q), then both surfaces.
struct Traffic {
  Vector<double> read[2], written[2];
  explicit Traffic(Index n) {
    for (auto& each : read) each = Vector<double>::Ones(n);
    for (auto& each : written) each = Vector<double>::Ones(n);
  }
  void operator()() {
    const double* const a = read[0].data();
    const double* const b = read[1].data();
    double* const sum = written[0].data();
    double* const difference = written[1].data();
    for (Index i = 0; i < read[0].size(); ++i) {
      sum[i] = a[i] + b[i];
      difference[i] = a[i] - b[i];
    }
    use(sum);
    use(difference);
  }
};

/// Linux: the process's memory, and the most it was since reset, bytes; else 0.
double status(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string word; file >> word;)
    if (word == name + ':') {
      double kilobytes = 0;
      file >> kilobytes;
      return 1024 * kilobytes;
    }
  return 0;
}
void reset_peak() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
  std::ofstream("/proc/self/clear_refs") << 5;
}

void measure(const Shape& shape) {
  reset_peak();
  const double before = status("VmRSS");
  const auto n = static_cast<double>(shape.nodes);
  const klgrid::Grid<double> grid = klgrid::Grid<double>::arange(-10.0, 10.0, 20.0 / n);
  const klgrid::ParameterMesh<double> mesh(klgrid::arange(-5.0, 5.0, 10.0 / static_cast<double>(shape.means)),
                                           shape.sigma);
  const Bank bank(grid, mesh);
  const klgrid::GaussianMixture<double> mixture({0.5, 0.5}, {-3.0, 3.0}, {1.0, 1.0});
  klgrid::GridDensity<double> p(grid, mixture);
  klgrid::KlSurfaces<double> surfaces;
  Bank::Workspace workspace;
  const auto update = [&] {
    p.assign(mixture);
    klgrid::kl_surfaces(p, bank, surfaces, workspace);
    use(surfaces.reverse.data());
  };
  update();
  const double peak = status("VmHWM") - before;
  const auto cells = static_cast<double>(mesh.cells());
  const double data = (4 * n + 2 * cells) * sizeof(double);

  const auto make_bank = [&] {
    const Bank made(grid, mesh);
    use(&made);
  };
  const auto least_bank = [&] {
    const double sum = (grid.nodes() + grid.weights()).sum();
    for (int i = 0; i < 2; ++i) {
      const Surface<double> written = Surface<double>::Constant(mesh.rows(), mesh.cols(), sum);
      use(written.data());
    }
  };
  Traffic nodes(grid.size());
  Traffic all_cells(mesh.cells());
  const auto [bank_time, bank_floor] = least_seconds(make_bank, least_bank);
  const auto [update_time, update_floor] = least_seconds(update, [&] {
    nodes();
    all_cells();
  });
  const double density_time = least_seconds([&] { p.assign(mixture); }, [] {}).first;
  std::printf("| %s | %td | %td x %td | %.3g ms | %.0f | %.3g ms | %.1f | %.3g ms | %.3g MB | %.1f |\n", shape.name,
              grid.size(), mesh.cols(), mesh.rows(), 1e3 * bank_time, bank_time / bank_floor, 1e3 * update_time,
              update_time / update_floor, 1e3 * density_time, peak / 1e6, peak / data);
  std::fflush(stdout);
}

}  // namespace

int main() {
  std::printf("SIMD %s\n\n", Eigen::SimdInstructionSetsInUse());
  std::printf(
      "| grows | nodes | means x sigmas | bank | times its floor | update | times its floor | of it density "
      "| memory | times its data |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
  for (const Shape& shape : shapes()) measure(shape);
}
