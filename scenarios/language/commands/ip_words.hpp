// What the sub-commands of `ip` share: addresses with the tool's own error texts, and scopes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "models/packet/ipv4_address.hpp"
#include "scenarios/language/commands/arguments.hpp"
#include "scenarios/language/commands/ip.hpp"

namespace lvs::language {

/// As iproute2's `matches`: `text` is a beginning of `full` (`ip a`, `ip addr`).
bool abbreviates(const std::string& text, std::string_view full);
/// "A/P" or "A"; `default` and `any` are not prefixes here.
Ipv4Prefix need_prefix(const Arguments& arguments, const Word& word);
Ipv4Address need_address(const Arguments& arguments, const Word& word);
IpScope need_scope(const Arguments& arguments, const Word& word);
MacAddress need_mac(const Arguments& arguments, const Word& word);
std::int64_t need_number(const Arguments& arguments, const Word& word, const std::string& what,
                         std::int64_t max);
/// A routing table by number or name.
std::uint32_t need_table(const Arguments& arguments, const Word& word);
/// 0 to 255 without the bits of ECN, which the kernel refuses.
std::uint8_t need_tos(const Arguments& arguments, const Word& word);
/// Decimal or 0x…, at most 32 bits; nothing on other text.
std::optional<std::uint32_t> parse_u32(std::string_view text);
/// The type a route is called by ("blackhole"), or nothing.
std::optional<RouteType> route_type_of(const std::string& text);
/// The value behind `key`, which may appear once.
template <class T>
void set_once(const Arguments& arguments, const Word& key, std::optional<T>& field, T value) {
  if (field) throw arguments.error(key, "duplicate \"" + key.text + "\"");
  field = value;
}

}  // namespace lvs::language
