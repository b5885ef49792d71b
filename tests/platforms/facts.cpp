// SPDX-License-Identifier: MIT
// What a platform is, as the compiler and Eigen see it: three cells of the table of platforms.sh.
#include <bit>
#include <cfloat>
#include <iostream>
#include <klgrid/klgrid.hpp>
#include <limits>

int main() {
  using klgrid::detail::lane_size;
#ifdef EIGEN_VERSION_STRING  // from 5 on
  std::cout << EIGEN_VERSION_STRING;
#else
  std::cout << EIGEN_WORLD_VERSION << '.' << EIGEN_MAJOR_VERSION << '.' << EIGEN_MINOR_VERSION;
#endif
  std::cout << " | " << Eigen::SimdInstructionSetsInUse() << ": " << lane_size<double> << " double, "
            << lane_size<float> << " float | " << (std::endian::native == std::endian::big ? "big" : "little")
            << "-endian, char " << (std::numeric_limits<char>::is_signed ? "signed" : "unsigned") << ", long of "
            << std::numeric_limits<long>::digits + 1 << " bits, long double of "
            << std::numeric_limits<long double>::digits << " bits, FLT_EVAL_METHOD " << FLT_EVAL_METHOD << '\n';
}
