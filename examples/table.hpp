// SPDX-License-Identifier: MIT
// Tables of numbers as people have them: one number a line, or columns with a line of names above.
#pragma once

#include <klgrid/klgrid.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A line that says nothing: empty, or one that begins with #.
[[nodiscard]] bool is_passed_over(std::string_view line);

/// Without the mark that some editors begin a file with.
[[nodiscard]] std::string_view without_mark(std::string_view text);

/// A text as a field of comma-separated values, in quotes where it needs them; and the text of such a field.
[[nodiscard]] std::string to_csv_field(const std::string& text);
[[nodiscard]] std::string from_csv_field(std::string_view field);

/// What separates the fields of a table's lines, and the columns' names.
class Columns {
 public:
  /// As the first line of the file has them.
  Columns(std::string file, std::string_view first_line);

  [[nodiscard]] const std::string& file() const noexcept { return file_; }
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }  ///< empty if there are none

  /// The place of a column.
  [[nodiscard]] std::size_t find(std::string_view column) const;

  /// Of one line, with the quotes that they stand in.
  [[nodiscard]] std::vector<std::string_view> fields(std::string_view line) const;

 private:
  std::string file_;
  char separator_ = ' ';
  std::vector<std::string> names_;
};

/// A text of columns, separated by commas, semicolons, tabs or blanks, whichever its first line holds first in this
/// order. A first line that does not begin as a number holds the columns' names. Empty lines and those that begin with
/// # are passed over. Every error is a std::invalid_argument that names the file, and the line and the column where
/// there is one.
class Table {
 public:
  /// What the numbers of a column have to be, and in words.
  struct Rule {
    bool (*holds)(double);
    const char* words;
  };
  static const Rule finite;
  static const Rule positive;
  static const Rule non_negative;
  static const Rule below_infinity;

  /// Reads all of the file; - is standard input.
  explicit Table(const std::string& file);

  /// Some lines of a file with these columns, from the line of that number on.
  Table(const Columns& columns, std::string text, std::size_t first_number);

  [[nodiscard]] const std::string& file() const noexcept { return columns_->file(); }
  [[nodiscard]] klgrid::Index rows() const noexcept { return static_cast<klgrid::Index>(lines_.size()); }
  [[nodiscard]] bool has(std::string_view column) const;

  /// The columns' names, separated by commas; empty if there are none.
  [[nodiscard]] std::string names() const;

  /// The numbers of one column, of which each keeps the rule. Other columns may hold anything.
  [[nodiscard]] klgrid::Vector<double> column(std::string_view name, const Rule& rule) const;

  /// The numbers of a table of one column, with a name or without.
  [[nodiscard]] klgrid::Vector<double> only_column(const Rule& rule) const;

  /// Throws the error of a number: "file:line: column: must be rule, got text".
  [[noreturn]] void refuse(klgrid::Index row, std::string_view column, const std::string& rule) const;

 private:
  struct Line {
    std::size_t number;
    std::string_view text;
  };

  void find_lines(const std::string& file, std::size_t number);
  [[nodiscard]] klgrid::Vector<double> numbers(std::size_t column, const Rule& rule) const;
  [[noreturn]] void refuse(klgrid::Index row, std::size_t column, const std::string& complaint) const;

  std::string text_;
  std::optional<Columns> columns_;
  std::vector<Line> lines_;
};
