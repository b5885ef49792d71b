// SPDX-License-Identifier: MIT
// What the random searches share: their options, the numbers of their references, and their tables.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>
#ifdef KLGRID_TEST_QUADMATH
#include <boost/multiprecision/float128.hpp>
#else
#include <boost/multiprecision/cpp_bin_float.hpp>
#endif

namespace random_search {

/// 113 bits. The compiler's own take a third of the time.
#ifdef KLGRID_TEST_QUADMATH
using Quad = boost::multiprecision::float128;
#else
using Quad = boost::multiprecision::cpp_bin_float_quad;
#endif

[[noreturn]] inline void fail(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(2);
}

/// [PROBLEMS] [--seed SEED] [--scalar SCALAR] [--only NUMBER] [--references FOLDER] [--make-references FOLDER]:
/// problems of each class, or the one of that number.
class Options {
 public:
  long problems;
  unsigned long seed = 20240229;
  std::string references;        // none are kept if empty, or for the one of a number
  bool only_references = false;  // are made, and nothing is compared with them

  Options(int argc, char** argv, long problems_unless_given) : problems(problems_unless_given) {
    for (int i = 1; i < argc; ++i) {
      const std::string option = argv[i];
      const bool has_value = option.starts_with("--") && i + 1 < argc;
      const std::string value = has_value ? argv[++i] : option;
      if (option == "--seed")
        seed = std::stoul(value);
      else if (option == "--only")
        only_ = std::stol(value);
      else if (option == "--scalar")
        scalar_ = value;
      else if (option == "--references" || option == "--make-references") {
        references = value;
        only_references = option == "--make-references";
      } else
        problems = std::stol(value);
    }
    if (only_ >= 0) references.clear();
  }

  /// Of `classes` classes that take turns: run(number), number = 0, 1, ...
  template <class Run>
  void for_each_problem(std::size_t classes, Run run) const {
    if (only_ >= 0) return run(only_);
    for (long number = 0; number < problems * static_cast<long>(classes); ++number) run(number);
  }

  /// That of a problem, which does not depend on those before it.
  [[nodiscard]] std::mt19937_64 random(long number) const {
    return std::mt19937_64(seed + static_cast<unsigned long>(number) * 0x9E3779B97F4A7C15u);
  }

  /// run.operator()<T>(its name), of those that are asked for.
  template <class Run>
  void for_each_scalar(const Run& run) const {
    const auto asks_for = [&](const char* name) { return scalar_.empty() || scalar_ == name; };
    if (asks_for("float")) run.template operator()<float>("float");
    if (asks_for("double")) run.template operator()<double>("double");
    if (asks_for("long_double")) run.template operator()<long double>("long_double");
  }

 private:
  std::string scalar_;
  long only_ = -1;
};

/// The largest of any number of errors, and their median to some percent.
class Errors {
 public:
  void add(double error) {
    ++count_;
    largest_ = std::max(largest_, error);
    const double bin = (std::log2(error) - lowest) * per_octave;
    ++counts_[static_cast<std::size_t>(std::clamp(bin, 0.0, static_cast<double>(counts_.size() - 1)))];
  }

  [[nodiscard]] double largest() const { return largest_; }

  [[nodiscard]] double typical() const {
    long below = 0;
    std::size_t bin = 0;
    while (bin + 1 < counts_.size() && (below += counts_[bin]) <= count_ / 2) ++bin;
    if (bin == 0 || count_ == 0) return 0;
    return std::min(largest_, std::exp2((static_cast<double>(bin) + 0.5) / per_octave + lowest));
  }

 private:
  static constexpr int lowest = -80, per_octave = 16;  // from 2^-80, which is none, to 2^20
  std::array<long, 100 * per_octave> counts_{};
  long count_ = 0;
  double largest_ = 0;
};

/// Errors, as shares of what is allowed, of each column by class; and the input of the largest of each class.
class Table {
 public:
  explicit Table(std::string title, std::vector<std::string> columns, double allowed = 1)
      : title_(std::move(title)), columns_(std::move(columns)), allowed_(allowed) {}

  /// What follows counts for these classes.
  void open(const std::vector<std::string>& classes) {
    open_.clear();
    for (const auto& name : classes) {
      open_.push_back(&rows_[name]);
      open_.back()->errors.resize(columns_.size());
    }
  }

  void count() {
    for (Row* row : open_) ++row->cases;
  }

  /// NaN counts as infinite. input() tells how to see it again; of an error that is not allowed at once.
  template <class Input>
  void add(std::size_t column, double error, const Input& input) {
    if (error != error) error = HUGE_VAL;
    if (error > allowed_ && ++failures_ <= 20)
      std::printf("%s: %g of %s: %s\n", columns_[column].c_str(), error, title_.c_str(), input().c_str());
    for (Row* row : open_) {
      row->errors[column].add(error);
      if (error < row->worst) continue;
      row->worst = error;
      row->worst_column = column;
      row->worst_input = input();
    }
  }

  [[nodiscard]] bool holds() const { return failures_ == 0; }

  void print() const {
    print("largest error", &Errors::largest);
    print("typical error, the median,", &Errors::typical);
    std::printf("\ninput of the largest error of each class\n");
    for (const auto& [name, row] : rows_)
      std::printf("%-22s%9.2g %-10s %s\n", name.c_str(), row.worst, columns_[row.worst_column].c_str(),
                  row.worst_input.c_str());
    if (allowed_ < HUGE_VAL) std::printf("%ld failures\n", failures_);
  }

 private:
  struct Row {
    long cases = 0;
    std::vector<Errors> errors;
    double worst = -1;
    std::size_t worst_column = 0;
    std::string worst_input;
  };

  void print(const char* what, double (Errors::*value)() const) const {
    std::printf("\n%s in units of %s\n%-22s%10s", what, title_.c_str(), "class", "cases");
    for (const auto& column : columns_) std::printf("%10s", column.c_str());
    for (const auto& [name, row] : rows_) {
      std::printf("\n%-22s%10ld", name.c_str(), row.cases);
      for (const Errors& errors : row.errors) std::printf("%10.2g", (errors.*value)());
    }
    std::printf("\n");
  }

  std::string title_;
  std::vector<std::string> columns_;
  double allowed_;
  std::map<std::string, Row> rows_;
  std::vector<Row*> open_;
  long failures_ = 0;
};

/// printf's text.
template <class... Values>
std::string text(const char* format, Values... values) {
  std::array<char, 400> line{};
  std::snprintf(line.data(), line.size(), format, values...);
  return line.data();
}

}  // namespace random_search
