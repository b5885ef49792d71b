// SPDX-License-Identifier: MIT
// What the examples share: their options, their way to fail, and their way to write a file.
#pragma once

#include <array>
#include <functional>
#include <klgrid/klgrid.hpp>
#include <memory>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace command_line {

/// A value that was refused; the message names its option.
struct OptionError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Calls make() and names the option if the library refuses its value.
template <class Make>
auto from_option(const std::string& option, Make make) {
  try {
    return make();
  } catch (const std::invalid_argument& refused) {
    throw OptionError(option + ": " + refused.what());
  }
}

/// A program's options, which it fills in, and its run.
class Program {
 public:
  Program(const std::string& name, const std::string& description);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  void add(const std::string& name, double& value, const std::string& description);
  void add(const std::string& name, std::array<double, 3>& values, const std::string& description);
  void add(const std::string& name, std::vector<double>& values, const std::string& description);
  void add(const std::string& name, int& value, int least, const std::string& description);
  void add(const std::string& name, std::string& value, const std::string& description,
           const std::vector<std::string>& choices = {});

  /// Parses and calls body. Exit code 0; 2 if an option is at fault, with a message that names it; 1 if anything else
  /// is.
  int run(int argc, char** argv, const std::function<void()>& body);

 private:
  std::unique_ptr<CLI::App> app_;
};

/// --weights --means --stddevs
struct MixtureOptions {
  std::vector<double> weights{0.5, 0.5};
  std::vector<double> means{-3.0, 3.0};
  std::vector<double> stddevs{1.0, 1.0};

  void add_to(Program& program);
  [[nodiscard]] klgrid::GaussianMixture<double> mixture() const;
};

/// An option start,stop,step, as of NumPy's arange.
struct AxisOption {
  std::string name;
  std::array<double, 3> range;

  void add_to(Program& program, const std::string& description);
  [[nodiscard]] klgrid::Vector<double> axis() const;
  [[nodiscard]] klgrid::Grid<double> grid() const;
};

/// --domain --x: where integrals are taken
struct DomainOption {
  std::string domain = "grid";
  AxisOption x{"--x", {-10.0, 10.0, 0.05}};

  void add_to(Program& program);

  /// body(the mixture as a density of the domain)
  template <class Body>
  void with_density(const klgrid::GaussianMixture<double>& mixture, Body body) const {
    if (domain == "line")
      body(klgrid::RealLineDensity<double>(mixture));
    else
      body(from_option(x.name, [&] { return klgrid::GridDensity<double>(x.grid(), mixture); }));
  }
};

/// --mu --sigma, a mesh of Gaussians
struct MeshOptions {
  AxisOption mu{"--mu", {-5.0, 5.0, 0.1}};
  AxisOption sigma{"--sigma", {0.1, 10.0, 0.1}};

  void add_to(Program& program);
  [[nodiscard]] klgrid::ParameterMesh<double> mesh() const;
};

/// --mu --sigma, one Gaussian
struct GaussianOptions {
  double mu = 0.0;
  double sigma = 1.0;

  void add_to(Program& program);
  [[nodiscard]] klgrid::Gaussian<double> gaussian() const;
};

/// --output
struct OutputOption {
  std::string file = "-";

  void add_to(Program& program);

  /// Puts out what write(std::ostream&) writes, once it is complete: if it fails on the way, nothing is put out.
  template <class Write>
  void write(Write write) const {
    std::ostringstream text;
    write(text);
    put_out(text.str());
  }

 private:
  void put_out(const std::string& text) const;
};

}  // namespace command_line
