// SPDX-License-Identifier: MIT
#include "mixture_reader.hpp"

#include <cerrno>
#include <iostream>
#include <stdexcept>
#include <system_error>

MixtureReader::MixtureReader(const std::string& file) : name_(file == "-" ? "standard input" : file), text_(&file_) {
  std::ios::sync_with_stdio(false);
  errno = 0;
  if (file == "-")
    text_ = &std::cin;
  else
    file_.open(file, std::ios::binary);
  advance();
  if (at_end_ || line_.find_first_not_of(" \t") == line_.find('{')) return;
  columns_.emplace(name_, line_);
  for (const auto* column : {"weight", "mean", "stddev"}) (void)columns_->find(column);
  id_column_ = columns_->find("id");
  advance();
}

bool MixtureReader::read(MixtureRecord& record) {
  if (at_end_) return false;
  record = {columns_ ? id() : "", number_, line_};
  advance();
  if (!columns_) return true;
  for (auto next = record.line + 1; !at_end_ && id() == record.id; next = number_ + 1, advance())
    record.text += std::string(number_ + 1 - next, '\n') + line_;  // what was passed over counts as a line
  return true;
}

klgrid::GaussianMixture<double> MixtureReader::parse(MixtureRecord& record) const {
  const auto from_table = [&] { return command_line::components_of(Table(*columns_, record.text, record.line)); };
  auto components = columns_ ? from_table() : command_line::Components();
  try {
    if (!columns_) components = parse_json(record.text, record.id);
    if (record.id.empty()) throw std::invalid_argument("id: is empty");
    auto& [weights, means, stddevs] = components;
    return klgrid::GaussianMixture<double>::normalized(std::move(weights), std::move(means), std::move(stddevs));
  } catch (const std::invalid_argument& refused) {
    throw std::invalid_argument(name_ + ':' + std::to_string(record.line) + ": " + refused.what());
  }
}

/// To the next line that says something.
void MixtureReader::advance() {
  while (std::getline(*text_, line_)) {
    if (++number_ == 1) line_ = without_mark(line_);
    if (!is_passed_over(line_)) return;
  }
  at_end_ = true;
  if (!text_->eof()) throw std::invalid_argument(name_ + " cannot be read: " + std::generic_category().message(errno));
}

std::string MixtureReader::id() const {
  const auto fields = columns_->fields(line_);
  return id_column_ < fields.size() ? from_csv_field(fields[id_column_]) : "";
}
