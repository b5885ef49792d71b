// SPDX-License-Identifier: MIT
// What a platform is, as the compiler and Eigen see it: one line, for the table of platforms.sh.
#include <bit>
#include <cfloat>
#include <iostream>
#include <klgrid/klgrid.hpp>
#include <limits>

#ifdef EIGEN_VERSION_STRING  // Eigen 5: its world stays 3
#define KLGRID_EIGEN_VERSION(world, major, minor, patch) #major "." #minor "." #patch
#else
#define KLGRID_EIGEN_VERSION(world, major, minor, patch) #world "." #major "." #minor
#endif
#define KLGRID_TEXT(version, ...) version(__VA_ARGS__)
#ifndef EIGEN_PATCH_VERSION
#define EIGEN_PATCH_VERSION
#endif

int main() {
  using klgrid::detail::lane_size;
  std::cout << KLGRID_TEXT(KLGRID_EIGEN_VERSION, EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION,
                           EIGEN_PATCH_VERSION)
            << " | " << Eigen::SimdInstructionSetsInUse() << ": " << lane_size<double> << " double, " << lane_size<float>
            << " float | " << (std::endian::native == std::endian::big ? "big" : "little") << "-endian, char "
            << (std::numeric_limits<char>::is_signed ? "signed" : "unsigned") << ", long of "
            << std::numeric_limits<long>::digits + 1 << " bits, long double of " << std::numeric_limits<long double>::digits
            << " bits, FLT_EVAL_METHOD " << FLT_EVAL_METHOD << '\n';
}
