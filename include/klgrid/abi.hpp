// SPDX-License-Identifier: MIT
#pragma once

#ifndef __cpp_concepts
#error "klgrid needs C++20: add -std=c++20, /std:c++20, or target_compile_features(your_target PRIVATE cxx_std_20)"
#endif

#include <Eigen/Core>

/// Objects that see vectors of different widths do not link with each other. Eigen takes memory, and klgrid lays its
/// plans out, by the widest register that the compiler may use (-march, -mavx2; EIGEN_MAX_ALIGN_BYTES,
/// EIGEN_DONT_VECTORIZE): a bank made by an object of one width and used by an object of another would crash. So all of
/// klgrid stands in an inline namespace named by both numbers of bytes, and what takes, returns or is something of
/// klgrid carries them in its symbol: "undefined reference to `f(klgrid::vectors_32_aligned_32::Grid<double> const&)'"
/// says that f was compiled with other flags, and with which. Sources never write the name: klgrid::Grid is Grid of the
/// width at hand. Eigen's own arrays, and the members of a class that is not klgrid's, carry nothing.
#if defined(EIGEN_VECTORIZE_AVX512)
#define KLGRID_REGISTER_BYTES 64
#elif defined(EIGEN_VECTORIZE_AVX)
#define KLGRID_REGISTER_BYTES 32
#elif defined(EIGEN_VECTORIZE)
#define KLGRID_REGISTER_BYTES 16
#else
#define KLGRID_REGISTER_BYTES 0
#endif
#if EIGEN_MAX_ALIGN_BYTES > 32
#define KLGRID_ALIGNED_BYTES 64
#elif EIGEN_MAX_ALIGN_BYTES > 16
#define KLGRID_ALIGNED_BYTES 32
#elif EIGEN_MAX_ALIGN_BYTES > 0
#define KLGRID_ALIGNED_BYTES 16
#else
#define KLGRID_ALIGNED_BYTES 0
#endif
#define KLGRID_ABI_(registers, alignment) vectors_##registers##_aligned_##alignment
#define KLGRID_ABI_OF(registers, alignment) KLGRID_ABI_(registers, alignment)
#define KLGRID_ABI KLGRID_ABI_OF(KLGRID_REGISTER_BYTES, KLGRID_ALIGNED_BYTES)

namespace klgrid {

// The attribute marks also functions that only return something of klgrid, and variables.
#if defined(__GNUC__)
inline namespace [[gnu::abi_tag]] KLGRID_ABI {}
#else
inline namespace KLGRID_ABI {}
#endif

}  // namespace klgrid
