// SPDX-License-Identifier: MIT
#include "command_line.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <system_error>

namespace command_line {

namespace {

klgrid::Vector<double> to_vector(const std::vector<double>& values) {
  return Eigen::Map<const klgrid::Vector<double>>(values.data(), static_cast<klgrid::Index>(values.size()));
}

}  // namespace

Program::Program(const std::string& name, const std::string& description)
    : app_(std::make_unique<CLI::App>(description, name)) {}

Program::~Program() = default;

void Program::add(const std::string& name, double& value, const std::string& description) {
  app_->add_option(name, value, description)->capture_default_str();
}

void Program::add(const std::string& name, std::array<double, 3>& values, const std::string& description) {
  app_->add_option(name, values, description)->delimiter(',')->capture_default_str();
}

void Program::add(const std::string& name, std::vector<double>& values, const std::string& description) {
  app_->add_option(name, values, description)->delimiter(',')->capture_default_str();
}

void Program::add(const std::string& name, int& value, int least, const std::string& description) {
  app_->add_option(name, value, description)
      ->check(CLI::Range(least, std::numeric_limits<int>::max()))
      ->capture_default_str();
}

void Program::add(const std::string& name, std::string& value, const std::string& description,
                  const std::vector<std::string>& choices) {
  auto* option = app_->add_option(name, value, description)->capture_default_str();
  if (!choices.empty()) option->check(CLI::IsMember(choices));
}

int Program::run(int argc, char** argv, const std::function<void()>& body) {
  const auto fail = [&](const std::exception& error, int code) {
    std::cerr << app_->get_name() << ": " << error.what() << '\n';
    return code;
  };
  try {
    app_->parse(argc, argv);
    body();
    return 0;
  } catch (const CLI::ParseError& error) {
    return app_->exit(error) == 0 ? 0 : 2;
  } catch (const OptionError& error) {
    return fail(error, 2);
  } catch (const std::exception& error) {
    return fail(error, 1);
  }
}

void MixtureOptions::add_to(Program& program) {
  program.add("--weights", weights, "Weights of the mixture p, of sum 1");
  program.add("--means", means, "Means of its components");
  program.add("--stddevs", stddevs, "Standard deviations of its components");
}

klgrid::GaussianMixture<double> MixtureOptions::mixture() const {
  try {
    return {to_vector(weights), to_vector(means), to_vector(stddevs)};
  } catch (const std::invalid_argument& refused) {
    // "GaussianMixture: means[1] must be ...": the argument has the option's name.
    const std::string message = refused.what();
    const auto begin = message.find(": ") + 2;
    throw OptionError("--" + message.substr(begin, message.find_first_of("[ ", begin) - begin) + ": " + message);
  }
}

void AxisOption::add_to(Program& program, const std::string& description) {
  program.add(name, range, description + ": start,stop,step as of NumPy's arange");
}

klgrid::Vector<double> AxisOption::axis() const {
  return from_option(name, [&] { return klgrid::arange(range[0], range[1], range[2]); });
}

klgrid::Grid<double> AxisOption::grid() const {
  return from_option(name, [&] { return klgrid::Grid<double>::arange(range[0], range[1], range[2]); });
}

void DomainOption::add_to(Program& program) {
  program.add("--domain", domain, "Sums over the grid of --x, or integrals over the real line", {"grid", "line"});
  x.add_to(program, "Nodes of the grid");
}

void MeshOptions::add_to(Program& program) {
  mu.add_to(program, "Means of the Gaussians q");
  sigma.add_to(program, "Standard deviations of the Gaussians q");
}

klgrid::ParameterMesh<double> MeshOptions::mesh() const {
  return from_option(sigma.name, [&] { return klgrid::ParameterMesh<double>(mu.axis(), sigma.axis()); });
}

void GaussianOptions::add_to(Program& program) {
  program.add("--mu", mu, "Mean of the Gaussian q");
  program.add("--sigma", sigma, "Standard deviation of the Gaussian q");
}

klgrid::Gaussian<double> GaussianOptions::gaussian() const {
  from_option("--mu", [&] { return klgrid::Gaussian<double>(mu, 1.0); });
  return from_option("--sigma", [&] { return klgrid::Gaussian<double>(mu, sigma); });
}

void OutputOption::add_to(Program& program) {
  program.add("--output", file, "CSV file to write, - for standard output");
}

void OutputOption::put_out(const std::string& text) const {
  if (file == "-") {
    if (!(std::cout << text).flush()) throw OptionError("--output: standard output cannot be written");
    return;
  }
  // A file appears when it is complete: its text goes to a neighbour first, which then takes its name. What is no file,
  // as a pipe or /dev/null, is written to and never replaced.
  std::error_code error;
  const bool replace = !std::filesystem::exists(file, error) || std::filesystem::is_regular_file(file, error);
  const std::string target = replace ? file + ".part" : file;
  std::ofstream stream(target, std::ios::binary);
  const bool opened = stream.is_open();
  stream << text;
  stream.close();
  error.clear();
  if (stream && replace) std::filesystem::rename(target, file, error);
  if (stream && !error) return;
  if (opened && replace) std::filesystem::remove(target, error);
  throw OptionError("--output: " + file + " cannot be written");
}

}  // namespace command_line
