// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "klgrid/gaussian_mixture.hpp"

/// The reference figures in tests/reference, made by programs that share no code with klgrid.
namespace klgrid_test {

inline std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, separator);) fields.push_back(field);
  return fields;
}

/// Reads a decimal number, inf or nan, correctly rounded to T.
template <class T>
T number(const std::string& text) {
  char* end = nullptr;
  T value{};
  if constexpr (std::is_same_v<T, float>)
    value = std::strtof(text.c_str(), &end);
  else if constexpr (std::is_same_v<T, double>)
    value = std::strtod(text.c_str(), &end);
  else
    value = std::strtold(text.c_str(), &end);
  if (text.empty() || *end != '\0') throw std::runtime_error("not a number: '" + text + "'");
  return value;
}

/// A CSV file with a header line; fields are asked for by the name of their column.
class Table {
 public:
  explicit Table(const std::string& file) {
    const std::string path = std::string(KLGRID_REFERENCE_DIR) + '/' + file;
    std::ifstream in(path);
    if (!in) throw std::runtime_error("cannot read " + path);
    std::string line;
    std::getline(in, line);
    const auto names = split(line, ',');
    for (std::size_t i = 0; i < names.size(); ++i) columns_[names[i]] = i;
    while (std::getline(in, line)) {
      rows_.push_back(split(line, ','));
      if (rows_.back().size() != names.size()) throw std::runtime_error("a line of the wrong length in " + path);
    }
    if (rows_.empty()) throw std::runtime_error("no lines in " + path);
  }

  std::size_t size() const { return rows_.size(); }
  const std::string& text(std::size_t row, const std::string& column) const {
    return rows_.at(row).at(columns_.at(column));
  }
  template <class T>
  T get(std::size_t row, const std::string& column) const {
    return number<T>(text(row, column));
  }

 private:
  std::map<std::string, std::size_t> columns_;
  std::vector<std::vector<std::string>> rows_;
};

template <class T>
klgrid::Vector<T> numbers(const std::string& text) {
  const auto fields = split(text, ';');
  klgrid::Vector<T> values(static_cast<klgrid::Index>(fields.size()));
  for (std::size_t i = 0; i < fields.size(); ++i) values[static_cast<klgrid::Index>(i)] = number<T>(fields[i]);
  return values;
}

/// The mixtures of mixtures.csv by name: `equal` is the notebook's first, others are narrow, skewed or overlapping.
/// Their parameters are doubles for every T, as those of the reference figures are.
template <class T>
std::map<std::string, klgrid::GaussianMixture<T>> mixtures() {
  const Table table("mixtures.csv");
  std::map<std::string, klgrid::GaussianMixture<T>> all;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto cast = [&](const char* column) {
      return klgrid::Vector<T>(numbers<double>(table.text(i, column)).template cast<T>());
    };
    all.emplace(table.text(i, "name"), klgrid::GaussianMixture<T>(cast("weights"), cast("means"), cast("stddevs")));
  }
  return all;
}

}  // namespace klgrid_test
