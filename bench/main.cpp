// SPDX-License-Identifier: MIT
#include <benchmark/benchmark.h>

#include <Eigen/Core>
#include <sstream>
#include <string>

#include "klgrid/version.hpp"
#include "problem.hpp"

namespace {

std::string version(int major, int minor, int patch) {
  return std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(patch);
}

// One mixture: its name and the five slider values; mixtures are separated by a semicolon.
std::string describe_targets() {
  std::ostringstream text;
  for (const auto& t : klgrid_bench::targets())
    text << t.name << ' ' << t.theta << ' ' << t.mu1 << ' ' << t.mu2 << ' ' << t.sigma1 << ' ' << t.sigma2 << ';';
  return text.str();
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::AddCustomContext("klgrid", version(KLGRID_VERSION_MAJOR, KLGRID_VERSION_MINOR, KLGRID_VERSION_PATCH));
  benchmark::AddCustomContext("compiler", BENCH_COMPILER);
  benchmark::AddCustomContext("flags", BENCH_FLAGS);
  benchmark::AddCustomContext("eigen", version(EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION));
  benchmark::AddCustomContext("simd", Eigen::SimdInstructionSetsInUse());
  benchmark::AddCustomContext("mixtures", describe_targets());
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
