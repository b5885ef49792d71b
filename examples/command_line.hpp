// SPDX-License-Identifier: MIT
// What the examples share: their options, their way to fail, and their way to write a file.
#pragma once

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <klgrid/klgrid.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace command_line {

/// A value that the library refused, with the option it came from.
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

inline klgrid::Vector<double> to_vector(const std::vector<double>& values) {
  return Eigen::Map<const klgrid::Vector<double>>(values.data(), static_cast<klgrid::Index>(values.size()));
}

/// --weights --means --stddevs
struct MixtureOptions {
  std::vector<double> weights{0.5, 0.5};
  std::vector<double> means{-3.0, 3.0};
  std::vector<double> stddevs{1.0, 1.0};

  void add_to(CLI::App& app) {
    app.add_option("--weights", weights, "Weights of the mixture p, of sum 1")->delimiter(',')->capture_default_str();
    app.add_option("--means", means, "Means of its components")->delimiter(',')->capture_default_str();
    app.add_option("--stddevs", stddevs, "Standard deviations of its components")
        ->delimiter(',')
        ->capture_default_str();
  }

  [[nodiscard]] klgrid::GaussianMixture<double> mixture() const {
    try {
      return {to_vector(weights), to_vector(means), to_vector(stddevs)};
    } catch (const std::invalid_argument& refused) {
      // "GaussianMixture: means[1] must be ...": the argument has the option's name.
      const std::string message = refused.what();
      const auto begin = message.find(": ") + 2;
      throw OptionError("--" + message.substr(begin, message.find_first_of("[ ", begin) - begin) + ": " + message);
    }
  }
};

/// An option start,stop,step, as of NumPy's arange.
struct AxisOption {
  std::string name;
  std::array<double, 3> range;

  void add_to(CLI::App& app, const std::string& description) {
    app.add_option(name, range, description + ": start,stop,step as of NumPy's arange")
        ->delimiter(',')
        ->capture_default_str();
  }

  [[nodiscard]] klgrid::Vector<double> axis() const {
    return from_option(name, [&] { return klgrid::arange(range[0], range[1], range[2]); });
  }
  [[nodiscard]] klgrid::Grid<double> grid() const {
    return from_option(name, [&] { return klgrid::Grid<double>::arange(range[0], range[1], range[2]); });
  }
};

/// --x, the grid
inline AxisOption grid_option() { return {"--x", {-10.0, 10.0, 0.05}}; }

/// --domain --x: where integrals are taken
struct DomainOption {
  std::string domain = "grid";
  AxisOption x = grid_option();

  void add_to(CLI::App& app) {
    app.add_option("--domain", domain, "Sums over the grid of --x, or integrals over the real line")
        ->check(CLI::IsMember({"grid", "line"}))
        ->capture_default_str();
    x.add_to(app, "Nodes of the grid");
  }

  /// body(the mixture as a density of the domain)
  template <class Body>
  void with_density(const klgrid::GaussianMixture<double>& mixture, Body body) const {
    if (domain == "line")
      body(klgrid::RealLineDensity<double>(mixture));
    else
      body(klgrid::GridDensity<double>(x.grid(), mixture));
  }
};

/// --mu --sigma, a mesh of Gaussians
struct MeshOptions {
  AxisOption mu{"--mu", {-5.0, 5.0, 0.1}};
  AxisOption sigma{"--sigma", {0.1, 10.0, 0.1}};

  void add_to(CLI::App& app) {
    mu.add_to(app, "Means of the Gaussians q");
    sigma.add_to(app, "Standard deviations of the Gaussians q");
  }

  [[nodiscard]] klgrid::ParameterMesh<double> mesh() const {
    return from_option(sigma.name, [&] { return klgrid::ParameterMesh<double>(mu.axis(), sigma.axis()); });
  }
};

/// --mu --sigma, one Gaussian
struct GaussianOptions {
  double mu = 0.0;
  double sigma = 1.0;

  void add_to(CLI::App& app) {
    app.add_option("--mu", mu, "Mean of the Gaussian q")->capture_default_str();
    app.add_option("--sigma", sigma, "Standard deviation of the Gaussian q")->capture_default_str();
  }

  [[nodiscard]] klgrid::Gaussian<double> gaussian() const {
    from_option("--mu", [&] { return klgrid::Gaussian<double>(mu, 1.0); });
    return from_option("--sigma", [&] { return klgrid::Gaussian<double>(mu, sigma); });
  }
};

/// --output
struct OutputOption {
  std::string file = "-";

  void add_to(CLI::App& app) {
    app.add_option("--output", file, "CSV file to write, - for standard output")->capture_default_str();
  }

  /// Writes by write(std::ostream&). The file appears when it is complete: what is written goes to a neighbour first.
  template <class Write>
  void write(Write write) const {
    if (file == "-") {
      write(std::cout);
      if (!std::cout.flush()) throw std::runtime_error("--output: standard output cannot be written");
      return;
    }
    const std::string part = file + ".part";
    std::ofstream stream(part, std::ios::binary);
    if (!stream) throw OptionError("--output: " + file + " cannot be written");
    write(stream);
    stream.close();
    std::error_code failed;
    if (stream) std::filesystem::rename(part, file, failed);
    if (!stream || failed) {
      std::filesystem::remove(part, failed);
      throw std::runtime_error("--output: " + file + " could not be written to its end");
    }
  }
};

/// Parses and runs. Exit code 0; 2 if an option is at fault, with a message that names it; 1 if anything else is.
template <class Body>
int run(CLI::App& app, int argc, char** argv, Body body) {
  try {
    app.parse(argc, argv);
    body();
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const OptionError& error) {
    std::cerr << app.get_name() << ": " << error.what() << '\n';
    return 2;
  } catch (const std::exception& error) {
    std::cerr << app.get_name() << ": " << error.what() << '\n';
    return 1;
  }
}

}  // namespace command_line
