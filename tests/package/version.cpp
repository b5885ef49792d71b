// SPDX-License-Identifier: MIT
// Prints the version of the headers, by whichever way they were found, and makes little use of them.
#include <iostream>
#include <klgrid/klgrid.hpp>

int main() {
  const klgrid::Gaussian<double> q(0, 1);
  std::cout << "headers " << KLGRID_VERSION_MAJOR << '.' << KLGRID_VERSION_MINOR << '.' << KLGRID_VERSION_PATCH
            << ", N(" << q.mean() << ", " << q.stddev() << ")\n";
}
