// SPDX-License-Identifier: MIT
// Mixtures, one after the other, from a text of any length.
#pragma once

#include <cstddef>
#include <fstream>
#include <istream>
#include <klgrid/klgrid.hpp>
#include <optional>
#include <string>

#include "table.hpp"
#include "target.hpp"

/// What stands in the text of one mixture.
struct MixtureRecord {
  std::string id;        ///< of JSON, empty until it is parsed
  std::size_t line = 0;  ///< the first one
  std::string text;
};

/// Reads columns id,weight,mean,stddev, the rows of one id together, or lines of JSON, an object each with id, weights,
/// means and stddevs; which of them it is, the first character tells. Holds one line.
class MixtureReader {
 public:
  /// - is standard input. A text without a line is one without mixtures.
  /// @throws std::invalid_argument that names the file if it cannot be read, or a column that it lacks.
  explicit MixtureReader(const std::string& file);
  MixtureReader(const MixtureReader&) = delete;
  MixtureReader& operator=(const MixtureReader&) = delete;

  /// The next mixture's lines, as they are; false if there is none.
  bool read(MixtureRecord& record);

  /// What they say. May be called from many threads at once.
  /// @throws std::invalid_argument that names file and line, and the column or member that is at fault.
  [[nodiscard]] klgrid::GaussianMixture<double> parse(MixtureRecord& record) const;

 private:
  void advance();
  [[nodiscard]] std::string id() const;

  std::string name_;
  std::ifstream file_;
  std::istream* text_;
  std::string line_;        // not yet given
  std::size_t number_ = 0;  // of that line
  bool at_end_ = false;
  std::optional<Columns> columns_;  // none of JSON
  std::size_t id_column_ = 0;
};

/// The members weights, means and stddevs of a JSON object, and its id, a text or a number, as soon as it is known.
/// @throws std::invalid_argument that names what is at fault.
[[nodiscard]] command_line::Components parse_json(const std::string& text, std::string& id);
