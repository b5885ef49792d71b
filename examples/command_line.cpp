// SPDX-License-Identifier: MIT
#include "command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <numeric>
#include <system_error>

namespace command_line {

namespace {

/// The letters to insert, to delete or to change until one text is the other (Levenshtein's distance).
std::size_t edits(const std::string& from, const std::string& to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t change = diagonal + (from[i] != to[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

/// What is said to an argument that is no option.
std::string answer(const CLI::App& app, const std::string& argument) {
  if (argument.front() != '-') return argument + " stands alone: which option is it for?";
  const std::string name = argument.substr(0, argument.find('='));
  std::string nearest;
  for (const auto* option : app.get_options())
    for (const auto& each : option->get_lnames())
      if (nearest.empty() || edits(name, "--" + each) < edits(name, nearest)) nearest = "--" + each;
  const bool near = 2 * edits(name, nearest) < nearest.size();
  return name + " is no option" + (near ? "; the nearest one is " + nearest : "") + " (--help lists all)";
}

constexpr klgrid::Index most_values = 10'000'000;

}  // namespace

Program::Program(const std::string& name, const std::string& description, const std::vector<Column>& columns)
    : app_(std::make_unique<CLI::App>(description, name)), columns_(columns) {
  std::size_t width = 0;
  for (const auto& column : columns) width = std::max(width, column.name.size());
  std::string footer = "Columns:\n";
  for (const auto& column : columns)
    footer += "  " + column.name + std::string(width + 2 - column.name.size(), ' ') + column.meaning + '\n';
  app_->footer(footer);
}

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

void Program::add_file(const std::string& name, std::string& value, const std::string& description) {
  app_->add_option(name, value, description)->type_name("FILE")->capture_default_str();
}

bool Program::given(const std::string& name) const { return app_->count(name) > 0; }

void Program::write_header(std::ostream& out) const {
  std::string separator;
  for (const auto& column : columns_) out << std::exchange(separator, ",") << column.name;
  out << '\n';
}

int Program::run(int argc, char** argv, const std::function<void()>& body) {
  const auto tell = [&](const std::string& what) { std::cerr << app_->get_name() << ": " << what << '\n'; };
  try {
    app_->parse(argc, argv);
    body();
    for (const auto& warning : warnings_)
      if (const auto text = warning(); !text.empty()) tell("warning: " + text);
    return 0;
  } catch (const CLI::ExtrasError&) {
    tell(answer(*app_, app_->remaining().front()));
    return 2;
  } catch (const CLI::Success& asked) {
    return app_->exit(asked);
  } catch (const CLI::ParseError& error) {
    tell(error.what());
    return 2;
  } catch (const OptionError& error) {
    tell(error.what());
    return 2;
  } catch (const std::exception& error) {
    tell(error.what());
    return 1;
  }
}

void AxisOption::add_to(Program& options, const std::string& description) {
  program = &options;
  options.add(name, range, description + ": start,stop,step as of NumPy's arange");
}

klgrid::Vector<double> AxisOption::axis(const std::optional<Range>& other_default) const {
  const auto& [start, stop, step] = other_default && !program->given(name) ? *other_default : range;
  if ((stop - start) / step > static_cast<double>(most_values))
    throw OptionError(name + ": " + to_text({start, stop, step}) + " are more than " + std::to_string(most_values) +
                      " values");
  return from_option(name, [&, start = start, stop = stop, step = step] { return klgrid::arange(start, stop, step); });
}

klgrid::Grid<double> AxisOption::grid(const std::optional<Range>& other_default) const {
  const auto nodes = axis(other_default);
  const double step = other_default && !program->given(name) ? (*other_default)[2] : range[2];
  return from_option(name,
                     [&] { return klgrid::Grid<double>(nodes, klgrid::Vector<double>::Constant(nodes.size(), step)); });
}

std::string to_text(const AxisOption::Range& range) {
  std::ostringstream text;
  text.precision(12);
  text << range[0] << ',' << range[1] << ',' << range[2];
  return text.str();
}

void GaussianOptions::add_to(Program& program) {
  program.add("--mu", mu, "Mean of the Gaussian q");
  program.add("--sigma", sigma, "Standard deviation of the Gaussian q");
}

klgrid::Gaussian<double> GaussianOptions::gaussian() const {
  from_option("--mu", [&] { return klgrid::Gaussian<double>(mu, 1.0); });
  return from_option("--sigma", [&] { return klgrid::Gaussian<double>(mu, sigma); });
}

void OutputOption::add_to(Program& program, const std::string& description) {
  program.add_file("--output", file, description);
}

void OutputOption::stream(const std::function<void(std::ostream&)>& write) const {
  const auto fail = [](const std::string& what, const std::string& reason) {
    throw OptionError("--output: " + what + " cannot be written: " + reason);
  };
  errno = 0;
  if (file == "-" || file.empty()) {
    write(std::cout);
    if (!std::cout.flush()) fail("standard output", std::generic_category().message(errno));
    return;
  }
  // A file appears when it is complete: its text goes to a neighbour first, which then takes its name. What is no file,
  // as a pipe or /dev/null, is written to and never replaced.
  std::error_code error;
  const bool replace = !std::filesystem::exists(file, error) || std::filesystem::is_regular_file(file, error);
  const std::string target = replace ? file + ".part" : file;
  errno = 0;
  std::ofstream stream(target, std::ios::binary);
  const bool opened = stream.is_open();
  const auto remove = [&] {
    std::error_code ignored;
    if (opened && replace) std::filesystem::remove(target, ignored);
  };
  try {
    write(stream);
  } catch (...) {
    stream.close();
    remove();
    throw;
  }
  stream.close();
  error.assign(stream ? 0 : errno ? errno : EIO, std::generic_category());
  if (stream && replace) std::filesystem::rename(target, file, error);
  if (stream && !error) return;
  remove();
  fail(file, error.message());
}

}  // namespace command_line
