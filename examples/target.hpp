// SPDX-License-Identifier: MIT
// The density p that an example compares Gaussians with, of the user's own numbers too, and where it is compared.
#pragma once

#include <cmath>
#include <klgrid/klgrid.hpp>
#include <optional>
#include <string>
#include <vector>

#include "command_line.hpp"

class Table;

namespace command_line {

/// Where a density has its mass, and the width of its narrowest part.
struct Extent {
  double low, high;   ///< the ends of what is to be seen of it
  double begin, end;  ///< the ends of a window that holds it, and the Gaussian of its moments
  double narrowest;   ///< the least standard deviation of its parts, or distance of its nodes

  explicit Extent(const klgrid::GaussianMixture<double>& p);
  explicit Extent(const klgrid::GridDensity<double>& p);

  // Axes as the notebook's, for a density of any place and width; of mu and sigma they are the notebook's own for the
  // notebook's mixture.
  [[nodiscard]] AxisOption::Range x() const;
  [[nodiscard]] AxisOption::Range mu() const;
  [[nodiscard]] AxisOption::Range sigma() const;
};

/// What p is.
struct Target {
  std::string name;  ///< in words
  /// p; of a gridded density, its nodes' shares, each as a Gaussian as wide as the node's weight.
  klgrid::GaussianMixture<double> mixture;
  std::optional<klgrid::GridDensity<double>> gridded;  ///< p on its own nodes
  std::optional<Extent> extent;                        ///< of what was read: sets the defaults of the axes
  bool has_components;                                 ///< rather than samples or nodes
};

/// A mixture's parameters as they were read: weights in proportion.
struct Components {
  klgrid::Vector<double> weights, means, stddevs;
};

/// Of the columns weight, mean and stddev.
[[nodiscard]] Components components_of(const Table& table);

/// The mixture of a table with columns weight, mean and stddev. Says so if weights have to be divided by their sum.
[[nodiscard]] klgrid::GaussianMixture<double> read_mixture(Program& program, const std::string& file);

/// --weights --means --stddevs, or one of --mixture, --samples and --density
class TargetOptions {
 public:
  void add_to(Program& program);
  [[nodiscard]] Target read() const;

 private:
  [[nodiscard]] Target read_samples() const;
  [[nodiscard]] Target read_density() const;

  Program* program_ = nullptr;
  std::vector<double> weights_{0.5, 0.5};
  std::vector<double> means_{-3.0, 3.0};
  std::vector<double> stddevs_{1.0, 1.0};
  std::string mixture_;
  std::string samples_;
  std::string column_;
  std::string bandwidth_ = "silverman";
  std::string density_;
};

/// A share by its logarithm, in words.
std::string percent(double log_share);

/// What a window holds of densities that are normalised on it: of the one of which it holds least, or most too much.
struct WindowShares {
  double log_share = 0;
  std::string worst;
  klgrid::Index apart = 0;  ///< how many differ from 1 by more than 0.1 %
  klgrid::Index all = 0;

  template <class Describe>
  void add(double log_mass, Describe describe) {
    ++all;
    if (std::abs(log_mass) < 1e-3) return;
    ++apart;
    if (std::abs(log_mass) <= std::abs(log_share)) return;
    log_share = log_mass;
    worst = describe();
  }
};

/// The logarithm of what a density had before it was normalised on p's window; 0 where there is none.
[[nodiscard]] double log_mass(const klgrid::GridDensity<double>& p);
[[nodiscard]] double log_mass(const klgrid::RealLineDensity<double>& p);
[[nodiscard]] double log_mass(const klgrid::Gaussian<double>& q, const klgrid::GridDensity<double>& p);
[[nodiscard]] double log_mass(const klgrid::Gaussian<double>& q, const klgrid::RealLineDensity<double>& p);

/// --domain --x: where integrals are taken. On a grid, what the window holds of p and of each q is watched, and a
/// warning is given at the end if that is less than 99.9 %.
class DomainOption {
 public:
  void add_to(Program& program);

  [[nodiscard]] bool is_line() const { return domain_ == "line"; }

  /// The nodes of p's own file, or else of --x.
  [[nodiscard]] klgrid::Grid<double> grid(const Target& target) const;

  /// body(p as a density of the domain)
  template <class Body>
  void with_density(const Target& target, Body body) {
    if (target.gridded)
      body(own_grid_density(target));
    else
      with_mixture(target, target.mixture, body);
  }

  /// body(another mixture, as a density of the target's domain)
  template <class Body>
  void with_mixture(const Target& target, const klgrid::GaussianMixture<double>& mixture, Body body) {
    if (is_line()) return body(klgrid::RealLineDensity<double>(mixture));
    const klgrid::GridDensity<double> p(grid(target), mixture);
    p_.add(p.log_mass(), [&] { return to_text(Extent(mixture).x()); });
    body(p);
  }

  /// Returns log_mass(q, p).
  template <class Density>
  double watch(const klgrid::Gaussian<double>& q, const Density& p) {
    const double mass = log_mass(q, p);
    if (!is_line()) watch(q, mass);
    return mass;
  }
  void watch(const klgrid::NormalizedGaussianBank<double>& bank);
  void watch(const klgrid::RealLineBank<double>&) {}

 private:
  [[nodiscard]] const klgrid::GridDensity<double>& own_grid_density(const Target& target) const;
  void watch(const klgrid::Gaussian<double>& q, double log_mass);
  [[nodiscard]] std::string warning_of_p() const;
  [[nodiscard]] std::string warning_of_q() const;

  const Program* program_ = nullptr;
  std::string domain_ = "grid";
  AxisOption x_{"--x", {-10.0, 10.0, 0.05}};
  WindowShares p_;
  WindowShares q_;
};

/// --mu --sigma, a mesh of Gaussians
struct MeshOptions {
  AxisOption mu{"--mu", {-5.0, 5.0, 0.1}};
  AxisOption sigma{"--sigma", {0.1, 10.0, 0.1}};

  void add_to(Program& program);
  [[nodiscard]] klgrid::ParameterMesh<double> mesh(const Target& target) const;
};

}  // namespace command_line
