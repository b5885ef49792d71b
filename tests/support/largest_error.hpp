// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <algorithm>

namespace klgrid_test {

/// The largest of the errors that a test holds to a promise; it is said when the test ends, for `ctest -V` to show.
class LargestError {
 public:
  double operator()(double error) {
    largest_ = std::max(largest_, error);
    return error;
  }
  ~LargestError() { MESSAGE("largest error: ", largest_); }

 private:
  double largest_ = 0;
};

}  // namespace klgrid_test
