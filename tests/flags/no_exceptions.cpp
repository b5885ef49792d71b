// SPDX-License-Identifier: MIT
// Without exceptions the headers compile, right arguments are taken, and a refusal is std::terminate.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <klgrid/klgrid.hpp>

int main() {
  std::set_terminate([] {
    std::puts("refused by std::terminate");
    std::fflush(stdout);
    std::_Exit(0);
  });
  const klgrid::Gaussian<double> right(0, 1);
  std::printf("N(%g, %g) was taken, ", right.mean(), right.stddev());
  const klgrid::Gaussian<double> wrong(0, -1);
  std::puts("and so was a negative deviation");
}
