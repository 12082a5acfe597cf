#include "tools/verify/json_reading.hpp"

namespace lvs::verify {

const Json& need(const Json& object, const std::string& where, const std::string& key) {
  if (!object.is_object()) throw RecordingError(where, "is not an object");
  const auto found = object.find(key);
  if (found == object.end()) throw RecordingError(where, "has no \"" + key + "\"");
  return *found;
}

const Json* find(const Json& object, const std::string& key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string read_text(const Json& value, const std::string& where) {
  if (!value.is_string()) throw RecordingError(where, value.dump() + " is not a text");
  return value.get<std::string>();
}

Ipv4Address read_address(const Json& value, const std::string& where) {
  const auto address = parse_ipv4_address(read_text(value, where));
  if (!address) throw RecordingError(where, value.dump() + " is not an address");
  return *address;
}

std::int64_t read_integer(const Json& value, const std::string& where, std::int64_t least,
                          std::int64_t most) {
  const bool fits = value.is_number_integer() &&
                    !(value.is_number_unsigned() &&
                      value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX));
  if (!fits || value.get<std::int64_t>() < least || value.get<std::int64_t>() > most) {
    throw RecordingError(where, value.dump() + " is not a whole number from " +
                                    std::to_string(least) + " to " + std::to_string(most));
  }
  return value.get<std::int64_t>();
}

}  // namespace lvs::verify
