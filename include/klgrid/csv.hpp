// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstdlib>
#include <limits>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>
#include <version>

#include "klgrid/detail/require.hpp"
#include "klgrid/divergence/kl_surfaces.hpp"
#include "klgrid/parameter_mesh.hpp"
#include "klgrid/real.hpp"

/// Comma-separated values: a header line, then numbers in the shortest form that reads back as the same number.
/// Infinity is written inf.
namespace klgrid::inline KLGRID_ABI {

namespace detail {

inline void write_csv_field(std::ostream& out, std::string_view text) { out << text; }

template <class T>
requires std::is_arithmetic_v<T>
void write_csv_field(std::ostream& out, T value) {
#ifdef __cpp_lib_to_chars
  std::array<char, 64> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.write(text.data(), end - text.data());
#else
  // A standard library without to_chars for floating point: the shortest text that reads back as the same number.
  if constexpr (std::is_integral_v<T>) {
    out << value;
  } else {
    std::string text;
    for (int digits = std::numeric_limits<T>::max_digits10; digits > 0; --digits) {
      std::ostringstream stream;
      stream.precision(digits);
      stream << value;
      const std::string shorter = stream.str();
      if (!text.empty() && static_cast<T>(std::strtold(shorter.c_str(), nullptr)) != value) break;
      if (text.empty() || shorter.size() < text.size()) text = shorter;
    }
    out << text;
  }
#endif
}

}  // namespace detail

/// One line of fields, numbers and texts. Texts are written as they are, so they hold no comma.
template <class First, class... Rest>
void write_csv_row(std::ostream& out, const First& first, const Rest&... rest) {
  detail::write_csv_field(out, first);
  ((out.put(','), detail::write_csv_field(out, rest)), ...);
  out.put('\n');
}

/// One line of numbers; of none, an empty line.
template <class T, class Allocator>
void write_csv_row(std::ostream& out, const std::vector<T, Allocator>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out.put(',');
    detail::write_csv_field(out, fields[i]);
  }
  out.put('\n');
}

/// Both surfaces, a line for each cell: columns mu, sigma, forward_kl, reverse_kl (nats), sigma in the outer loop.
/// Whether all could be written, the stream tells.
/// @throws std::invalid_argument if a surface is not of the mesh's shape.
template <std::floating_point T>
void write_csv(std::ostream& out, const ParameterMesh<T>& mesh, const KlSurfaces<T>& surfaces) {
  const auto shape = [](const auto& of) { return std::to_string(of.rows()) + " x " + std::to_string(of.cols()); };
  for (const Surface<T>* surface : {&surfaces.forward, &surfaces.reverse})
    detail::require_that(surface->rows() == mesh.rows() && surface->cols() == mesh.cols(), "write_csv", "surfaces",
                         "of the mesh's shape, " + shape(mesh), shape(*surface));
  write_csv_row(out, "mu", "sigma", "forward_kl", "reverse_kl");
  for (Index i = 0; i < mesh.rows(); ++i)
    for (Index j = 0; j < mesh.cols(); ++j)
      write_csv_row(out, mesh.mu()[j], mesh.sigma()[i], surfaces.forward(i, j), surfaces.reverse(i, j));
}

}  // namespace klgrid
