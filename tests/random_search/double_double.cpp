// SPDX-License-Identifier: MIT
// Are the numbers of 106 bits that many bits exact? Their operations and functions, one and many at once, for random
// numbers of all sizes, against those of 113 bits. Prints the largest errors; exit code 1 if one is beyond what
// double_double.hpp says.
//
//   random_search_double_double [PROBLEMS] [--seed SEED]
#include "random_search/quadrature/double_double.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>

#include "random_search/random_search.hpp"

namespace {

using random_search::lanes, random_search::Quad, random_search::quad, random_search::Real, random_search::Reals;

class Largest {
 public:
  Largest(const char* name, double allowed) : name_(name), allowed_(allowed) {}

  /// What is right, of a size, for one number and for lanes that all have it.
  void add(const Real& one, const Reals& many, const Quad& right, const Quad& size) {
    for (const Real& found : {one, many[0], many[lanes - 1]})
      error_ = std::max(error_, static_cast<double>(Quad(abs(Quad(quad(found) - right)) / abs(size))));
  }

  [[nodiscard]] bool holds() const {
    std::printf("%-20s %.2g of %.2g\n", name_, error_, allowed_);
    return error_ <= allowed_;
  }

 private:
  const char* name_;
  double allowed_, error_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const random_search::Options options(argc, argv, 20000);
  Largest sum("a + b", 0x1p-103), product("a b", 0x1p-103), quotient("a / b", 0x1p-102), exponential("e^x", 0x1p-95),
      rise("e^x - 1", 0x1p-96), logarithm("log(1 + x)", 0x1p-97);
  options.for_each_problem(1, [&](long number) {
    auto random = options.random(number);
    const auto uniform = [&](double low, double high) {
      return low + (high - low) * std::ldexp(static_cast<double>(random() >> 11), -53);
    };
    const auto draw = [&](double least, double most) {  // of 106 bits and any size between powers of ten
      const double size = std::pow(10.0, uniform(least, most));
      return Real(Quad(uniform(-1, 1)) * size + Quad(uniform(-1, 1)) * size * 0x1p-53);
    };
    const Real a = draw(-140, 140), b = draw(-140, 140);
    const Quad of_a = quad(a), of_b = quad(b);
    sum.add(a + b, Reals(a) + Reals(b), of_a + of_b, std::max<Quad>(abs(of_a), abs(of_b)));
    product.add(a * b, Reals(a) * Reals(b), of_a * of_b, of_a * of_b);
    quotient.add(a / b, Reals(a) / Reals(b), of_a / of_b, of_a / of_b);
    const Real x = draw(-30, 2.7);
    const Quad of_x = quad(x);
    if (abs(x) < -random_search::least_exponent) {
      Reals many = x;  // lanes that are not used may hold anything
      many.set(1, Real(a.high * 1e25));
      many.set(2, std::nan(""));
      exponential.add(exp(x), exp(many), exp(of_x), exp(of_x));
      rise.add(expm1(x), expm1(many), expm1(of_x), expm1(of_x));
    }
    const Real above = number % 2 == 0 ? abs(x) : abs(draw(-30, 0)) * -0.99;
    logarithm.add(log1p(above), log1p(Reals(above)), log1p(quad(above)), log1p(quad(above)));
  });
  bool good = true;
  for (const Largest* each : {&sum, &product, &quotient, &exponential, &rise, &logarithm}) good = each->holds() && good;
  return good ? 0 : 1;
}
