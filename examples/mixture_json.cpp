// SPDX-License-Identifier: MIT
// Apart from all else, for its library takes seconds to compile.
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "mixture_reader.hpp"

namespace {

const nlohmann::json& member(const nlohmann::json& object, const char* name) {
  const auto place = object.find(name);
  if (place == object.end()) throw std::invalid_argument(std::string(name) + ": is missing");
  return *place;
}

klgrid::Vector<double> numbers(const nlohmann::json& object, const char* name) {
  const auto& array = member(object, name);
  if (!array.is_array()) throw std::invalid_argument(std::string(name) + ": must be an array, got " + array.dump());
  klgrid::Vector<double> values(static_cast<klgrid::Index>(array.size()));
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (!array[i].is_number())
      throw std::invalid_argument(name + ('[' + std::to_string(i)) + "]: must be a number, got " + array[i].dump());
    values[static_cast<klgrid::Index>(i)] = array[i].get<double>();
  }
  return values;
}

}  // namespace

command_line::Components parse_json(const std::string& text, std::string& id) try {
  const auto object = nlohmann::json::parse(text);
  if (!object.is_object()) throw std::invalid_argument("is no JSON object");
  const auto& name = member(object, "id");
  if (!name.is_string() && !name.is_number())
    throw std::invalid_argument("id: must be a text or a number, got " + name.dump());
  id = name.is_string() ? name.get<std::string>() : name.dump();
  return {numbers(object, "weights"), numbers(object, "means"), numbers(object, "stddevs")};
} catch (const nlohmann::json::exception& refused) {
  throw std::invalid_argument(refused.what());
}
