// SPDX-License-Identifier: MIT
// The numbers of csv.hpp where the standard library has no to_chars for floating point.
#include <charconv>
#include <version>
#undef __cpp_lib_to_chars
#include "klgrid/csv.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <sstream>
#include <string>

#include "support/reference.hpp"

namespace {

template <class T>
std::string text_of(T value) {
  std::ostringstream out;
  klgrid::write_csv_row(out, value);
  std::string text = out.str();
  text.pop_back();
  return text;
}

}  // namespace

TEST_CASE_TEMPLATE("write_csv_row: without to_chars every number reads back as itself too", T, float, double) {
  using Limits = std::numeric_limits<T>;
  for (const T value :
       {T(0.1), T(1) / 3, T(-4.1000000000000032), T(12345678), Limits::max(), Limits::min(), Limits::lowest()}) {
    const std::string text = text_of(value);
    CAPTURE(text);
    CHECK(klgrid_test::number<T>(text) == value);
  }
}

TEST_CASE("write_csv_row: without to_chars the text is the shortest too") {
  CHECK(text_of(0.1) == "0.1");
  CHECK(text_of(-3.5f) == "-3.5");
  CHECK(text_of(0.1f) == "0.1");
  CHECK(text_of(0.30000000000000004) == "0.30000000000000004");
  CHECK(text_of(42) == "42");
  CHECK(text_of(std::numeric_limits<double>::infinity()) == "inf");
}
