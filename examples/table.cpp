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

[[noreturn]] void fail(const std::string& file, const std::string& what) {
  throw std::invalid_argument(file + " " + what);
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ",") + name;
  return all;
}

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

const Table::Rule Table::finite{[](double x) { return std::isfinite(x); }, "finite"};
const Table::Rule Table::positive{[](double x) { return x > 0 && x < infinity; }, "finite and > 0"};
const Table::Rule Table::non_negative{[](double x) { return x >= 0 && x < infinity; }, "finite and >= 0"};
const Table::Rule Table::below_infinity{[](double x) { return x < infinity; }, "a number or -inf"};

bool is_passed_over(std::string_view line) { return trimmed(line).empty() || trimmed(line).front() == '#'; }

std::string_view without_mark(std::string_view text) {
  return text.substr(0, 3) == "\xEF\xBB\xBF" ? text.substr(3) : text;
}

std::string to_csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string field = "\"";
  for (const char c : text) field.append(c == '"' ? 2 : 1, c);
  return field + '"';
}

std::string from_csv_field(std::string_view field) {
  std::string text(unquoted(field));
  for (auto quote = text.find("\"\""); quote != std::string::npos; quote = text.find("\"\"", quote + 1))
    text.erase(quote, 1);
  return text;
}

Columns::Columns(std::string file, std::string_view first_line) : file_(std::move(file)) {
  for (const char c : {'\t', ';', ','})
    if (first_line.find(c) != std::string_view::npos) separator_ = c;
  const auto first = fields(first_line);
  const auto field = std::find_if(first.begin(), first.end(), [](auto each) { return !each.empty(); });
  if (field != first.end() && is_name(*field))
    for (const auto name : first) names_.emplace_back(unquoted(name));
}

std::size_t Columns::find(std::string_view column) const {
  const auto place = std::find(names_.begin(), names_.end(), column);
  if (names_.empty()) fail(file_, "has no line of names, and a column " + std::string(column) + " is wanted");
  if (place == names_.end()) fail(file_, "has no column " + std::string(column) + ", but " + joined(names_));
  return static_cast<std::size_t>(place - names_.begin());
}

std::vector<std::string_view> Columns::fields(std::string_view line) const {
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

Table::Table(const std::string& file) : text_(read_all(file)) {
  const std::string name = file == "-" ? "standard input" : file;
  find_lines(name, 1);
  if (lines_.empty() && text_.starts_with('{')) fail(name, "is JSON, which batch alone reads; here it is columns");
  if (lines_.empty()) fail(name, text_.empty() ? "is empty" : "holds no numbers");
}

Table::Table(const Columns& columns, std::string text, std::size_t first_number)
    : text_(std::move(text)), columns_(columns) {
  find_lines(columns.file(), first_number);
}

void Table::find_lines(const std::string& file, std::size_t number) {
  for (auto rest = without_mark(text_); !rest.empty(); ++number) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (is_passed_over(line)) continue;
    if (!columns_) {
      columns_.emplace(file, line);
      if (!columns_->names().empty()) continue;
    }
    lines_.push_back({number, line});
  }
}

bool Table::has(std::string_view column) const {
  const auto& names = columns_->names();
  return std::find(names.begin(), names.end(), column) != names.end();
}

std::string Table::names() const { return joined(columns_->names()); }

klgrid::Vector<double> Table::column(std::string_view name, const Rule& rule) const {
  return numbers(columns_->find(name), rule);
}

klgrid::Vector<double> Table::only_column(const Rule& rule) const {
  const auto& names = columns_->names();
  const auto columns = names.empty() ? columns_->fields(lines_.front().text).size() : names.size();
  if (columns > 1)
    fail(file(), "has " + std::to_string(columns) + " columns, " +
                     (names.empty() ? "and no line of names that would tell which is meant"
                                    : joined(names) + ": name one by --column"));
  return numbers(0, rule);
}

void Table::refuse(klgrid::Index row, std::string_view column, const std::string& rule) const {
  const auto j = columns_->find(column);
  refuse(row, j,
         "must be " + rule + ", got " + std::string(columns_->fields(lines_[static_cast<std::size_t>(row)].text)[j]));
}

void Table::refuse(klgrid::Index row, std::size_t column, const std::string& complaint) const {
  const auto line = std::to_string(lines_[static_cast<std::size_t>(row)].number);
  const auto& names = columns_->names();
  throw std::invalid_argument(file() + ":" + line + ": " + (names.empty() ? "" : names[column] + ": ") + complaint);
}

klgrid::Vector<double> Table::numbers(std::size_t column, const Rule& rule) const {
  const auto columns = std::max<std::size_t>(columns_->names().size(), 1);
  klgrid::Vector<double> values(rows());
  for (klgrid::Index row = 0; row < rows(); ++row) {
    const auto all = columns_->fields(lines_[static_cast<std::size_t>(row)].text);
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
