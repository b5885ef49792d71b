// SPDX-License-Identifier: MIT
// What the examples share: their options, their way to fail and to warn, and their way to write a file.
#pragma once

#include <array>
#include <functional>
#include <klgrid/klgrid.hpp>
#include <memory>
#include <optional>
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

/// Calls make() and names the option if the library refuses its value, or if there is no room for what it asks for.
template <class Make>
auto from_option(const std::string& option, Make make) {
  try {
    return make();
  } catch (const std::invalid_argument& refused) {
    throw OptionError(option + ": " + refused.what());
  } catch (const std::bad_alloc&) {
    throw OptionError(option + ": more than the memory holds");
  }
}

/// A column of the table that a program writes.
struct Column {
  std::string name;
  std::string meaning;
};

/// A program's options, which it fills in, and its run.
class Program {
 public:
  /// The columns are described by --help.
  Program(const std::string& name, const std::string& description, const std::vector<Column>& columns);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  void add(const std::string& name, double& value, const std::string& description);
  void add(const std::string& name, std::array<double, 3>& values, const std::string& description);
  void add(const std::string& name, std::vector<double>& values, const std::string& description);
  void add(const std::string& name, int& value, int least, const std::string& description);
  void add(const std::string& name, std::string& value, const std::string& description,
           const std::vector<std::string>& choices = {});
  void add_file(const std::string& name, std::string& value, const std::string& description);

  /// True if the option stands on the command line.
  [[nodiscard]] bool given(const std::string& name) const;

  /// The line of names of the columns.
  void write_header(std::ostream& out) const;

  /// Says something on standard error, at the end of a run that succeeds.
  void warn_at_end(std::function<std::string()> warning) { warnings_.push_back(std::move(warning)); }

  /// Parses and calls body. Exit code 0; 2 if an option is at fault, with a message that names it; 1 if anything else
  /// is.
  int run(int argc, char** argv, const std::function<void()>& body);

 private:
  std::unique_ptr<CLI::App> app_;
  std::vector<Column> columns_;
  std::vector<std::function<std::string()>> warnings_;
};

/// An option start,stop,step, as of NumPy's arange.
struct AxisOption {
  using Range = std::array<double, 3>;

  std::string name;
  Range range;
  const Program* program = nullptr;

  void add_to(Program& options, const std::string& description);
  /// The values of the option or, if it is not given, of another default.
  [[nodiscard]] klgrid::Vector<double> axis(const std::optional<Range>& other_default = {}) const;
  [[nodiscard]] klgrid::Grid<double> grid(const std::optional<Range>& other_default = {}) const;
};

/// start,stop,step
[[nodiscard]] std::string to_text(const AxisOption::Range& range);

/// --mu --sigma, one Gaussian
struct GaussianOptions {
  double mu = 0.0;
  double sigma = 1.0;

  void add_to(Program& program);
  [[nodiscard]] klgrid::Gaussian<double> gaussian() const;
};

/// --output
struct OutputOption {
  std::string file = "-";  ///< empty, as -, is standard output

  void add_to(Program& program, const std::string& description = "CSV file to write, - for standard output");

  /// Puts out what write(std::ostream&) writes, once it is complete: if it fails on the way, nothing is put out.
  template <class Write>
  void write(Write write) const {
    std::ostringstream text;
    write(text);
    stream([&](std::ostream& out) { out << text.str(); });
  }

  /// Puts out what write(std::ostream&) writes, as it goes. A file appears, all the same, when it is complete.
  void stream(const std::function<void(std::ostream&)>& write) const;
};

}  // namespace command_line
