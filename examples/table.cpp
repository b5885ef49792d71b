// SPDX-License-Identifier: MIT
#include "table.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace {

std::string read_all(const std::string& file) {
  const auto fail = [&] {
    throw std::invalid_argument(file + " cannot be read: " + std::generic_category().message(errno));
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(file == "-" ? nullptr : std::fopen(file.c_str(), "rb"),
                                                               [](std::FILE* f) { return f ? std::fclose(f) : 0; });
  std::FILE* stream = file == "-" ? stdin : opened.get();
  if (!stream) fail();
  std::string text;
  char block[1 << 16];
  for (std::size_t got = 1; got > 0; text.append(block, got)) got = std::fread(block, 1, sizeof block, stream);
  if (std::ferror(stream)) fail();
  return text;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Without the quotes that some programs put around names and numbers.
std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

std::errc parse(std::string_view text, double& value) {
  if (text.size() > 1 && text.front() == '+') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return error;
  return end == text.data() + text.size() ? std::errc{} : std::errc::invalid_argument;
}

/// A first field that neither is a number nor begins as one.
bool is_name(std::string_view field) {
  double value;
  return !field.empty() && std::string_view("0123456789+-.").find(field.front()) == field.npos &&
         parse(unquoted(field), value) == std::errc::invalid_argument;
}

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

const Table::Rule Table::finite{[](double x) { return std::isfinite(x); }, "finite"};
const Table::Rule Table::positive{[](double x) { return x > 0 && x < infinity; }, "finite and > 0"};
const Table::Rule Table::non_negative{[](double x) { return x >= 0 && x < infinity; }, "finite and >= 0"};
const Table::Rule Table::below_infinity{[](double x) { return x < infinity; }, "a number or -inf"};

Table::Table(const std::string& file) : file_(file == "-" ? "standard input" : file), text_(read_all(file)) {
  std::string_view rest = text_;
  if (rest.substr(0, 3) == "\xEF\xBB\xBF") rest.remove_prefix(3);  // the mark that some editors begin a file with
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (trimmed(line).empty() || trimmed(line).front() == '#') continue;
    if (lines_.empty() && names_.empty()) {
      for (const char c : {'\t', ';', ','})
        if (line.find(c) != line.npos) separator_ = c;
      const auto first = fields(line);
      const auto field = std::find_if(first.begin(), first.end(), [](auto each) { return !each.empty(); });
      if (field != first.end() && is_name(*field)) {
        for (const auto name : first) names_.emplace_back(unquoted(name));
        continue;
      }
    }
    lines_.push_back({number, line});
  }
  if (lines_.empty()) fail(text_.empty() ? "is empty" : "holds no numbers");
}

bool Table::has(std::string_view column) const {
  return std::find(names_.begin(), names_.end(), column) != names_.end();
}

std::string Table::names() const {
  std::string all;
  for (const auto& name : names_) all += (all.empty() ? "" : ",") + name;
  return all;
}

klgrid::Vector<double> Table::column(std::string_view name, const Rule& rule) const {
  return numbers(find(name), rule);
}

klgrid::Vector<double> Table::only_column(const Rule& rule) const {
  const auto columns = names_.empty() ? fields(lines_.front().text).size() : names_.size();
  if (columns > 1)
    fail("has " + std::to_string(columns) + " columns, " +
         (names_.empty() ? "and no line of names that would tell which is meant" : names() + ": name one by --column"));
  return numbers(0, rule);
}

void Table::refuse(klgrid::Index row, std::string_view column, const std::string& rule) const {
  const auto j = find(column);
  refuse(row, j, "must be " + rule + ", got " + std::string(fields(lines_[static_cast<std::size_t>(row)].text)[j]));
}

void Table::refuse(klgrid::Index row, std::size_t column, const std::string& complaint) const {
  const auto line = std::to_string(lines_[static_cast<std::size_t>(row)].number);
  throw std::invalid_argument(file_ + ":" + line + ": " + (names_.empty() ? "" : names_[column] + ": ") + complaint);
}

void Table::fail(const std::string& what) const { throw std::invalid_argument(file_ + " " + what); }

std::vector<std::string_view> Table::fields(std::string_view line) const {
  const auto separates = [&](char c) { return c == separator_ || (separator_ == ' ' && c == '\t'); };
  if (separator_ == ' ') line = trimmed(line);
  std::vector<std::string_view> all;
  bool quoted = false;
  for (std::size_t begin = 0, i = 0; i <= line.size(); ++i) {
    if (i < line.size() && line[i] == '"') quoted = !quoted;
    if (i < line.size() && (quoted || !separates(line[i]))) continue;
    const auto field = trimmed(line.substr(begin, i - begin));
    if (separator_ != ' ' || !field.empty()) all.push_back(field);  // blanks separate together, however many
    begin = i + 1;
  }
  return all;
}

std::size_t Table::find(std::string_view column) const {
  const auto place = std::find(names_.begin(), names_.end(), column);
  if (names_.empty()) fail("has no line of names, and a column " + std::string(column) + " is wanted");
  if (place == names_.end()) fail("has no column " + std::string(column) + ", but " + names());
  return static_cast<std::size_t>(place - names_.begin());
}

klgrid::Vector<double> Table::numbers(std::size_t column, const Rule& rule) const {
  const auto columns = std::max<std::size_t>(names_.size(), 1);
  klgrid::Vector<double> values(rows());
  for (klgrid::Index row = 0; row < rows(); ++row) {
    const auto all = fields(lines_[static_cast<std::size_t>(row)].text);
    if (all.size() != columns)
      refuse(row, column, std::to_string(all.size()) + " fields, not " + std::to_string(columns));
    const auto text = unquoted(all[column]);
    if (text.empty()) refuse(row, column, "is empty");
    const auto error = parse(text, values[row]);
    if (error == std::errc::result_out_of_range) refuse(row, column, std::string(text) + " is out of a double's range");
    if (error != std::errc{}) refuse(row, column, "'" + std::string(text) + "' is not a number");
    if (!rule.holds(values[row]))
      refuse(row, column, std::string("must be ") + rule.words + ", got " + std::string(text));
  }
  return values;
}
