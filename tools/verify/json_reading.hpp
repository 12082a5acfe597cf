// Reading values out of a recording's JSON; whatever is missing or has another form is a
// RecordingError that names its place.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "models/packet/ipv4_address.hpp"
#include "tools/verify/recording_error.hpp"

namespace lvs::verify {

using Json = nlohmann::ordered_json;

/// The value of `key`; `where` names the object.
const Json& need(const Json& object, const std::string& where, const std::string& key);
/// Null if there is no such key, or its value is null. Requires: `object` is one.
const Json* find(const Json& object, const std::string& key);

std::string read_text(const Json& value, const std::string& where);
Ipv4Address read_address(const Json& value, const std::string& where);
/// A whole number from `least` to `most`.
std::int64_t read_integer(const Json& value, const std::string& where, std::int64_t least,
                          std::int64_t most);

}  // namespace lvs::verify
