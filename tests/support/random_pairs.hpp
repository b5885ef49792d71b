// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

/// Pairs of mixtures by number, the same on every machine: what make_relative_entropy.cpp integrates in 113 bits, and
/// what the tests compare with it. No code of klgrid.
namespace klgrid_test {

struct MixtureParameters {
  std::vector<double> weights, means, stddevs;
};

struct RandomPair {
  MixtureParameters p, r;
};

/// Of number 0, 1, 2, ...: in turn tame ones of 1 to 4 components each; ones whose widths span three decades; ones of
/// which the second is the first moved by a share from 1e-1 to 1e-10; and ones of 5 to 12 components.
class RandomPairs {
 public:
  explicit RandomPairs(unsigned number) : random_(number), kind_(number % 4) {
    const std::size_t least = kind_ == 3 ? 5 : 1;
    const std::size_t most = kind_ == 3 ? 12 : 4;
    pair_.p = mixture(least, most);
    pair_.r = kind_ == 2 ? moved(pair_.p, std::pow(10.0, -1.0 - 9.0 * uniform())) : mixture(least, most);
  }

  const RandomPair& pair() const { return pair_; }
  bool close() const { return kind_ == 2; }

 private:
  double uniform() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  double symmetric() { return 2.0 * uniform() - 1.0; }

  MixtureParameters mixture(std::size_t least, std::size_t most) {
    const double decades = kind_ == 1 ? 1.5 : 0.5;
    MixtureParameters made;
    const std::size_t size = least + static_cast<std::size_t>(uniform() * static_cast<double>(most - least + 1));
    for (std::size_t k = 0; k < size; ++k) {
      made.weights.push_back(uniform() + 0.01);
      made.means.push_back(3.0 * symmetric());
      made.stddevs.push_back(std::pow(10.0, decades * symmetric()));
    }
    normalize(made.weights);
    return made;
  }

  MixtureParameters moved(MixtureParameters mixture, double share) {
    for (double& weight : mixture.weights) weight *= 1.0 + share * symmetric();
    for (double& mean : mixture.means) mean += share * symmetric();
    for (double& stddev : mixture.stddevs) stddev *= 1.0 + share * symmetric();
    normalize(mixture.weights);
    return mixture;
  }

  static void normalize(std::vector<double>& weights) {
    double sum = 0.0;
    for (const double weight : weights) sum += weight;
    for (double& weight : weights) weight /= sum;
  }

  std::mt19937_64 random_;
  unsigned kind_;
  RandomPair pair_;
};

}  // namespace klgrid_test
