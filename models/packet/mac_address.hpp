// A 48-bit Ethernet address.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace lvs {

struct MacAddress {
  std::array<std::uint8_t, 6> octets{};

  static constexpr MacAddress broadcast() { return {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}; }
  /// The group bit: broadcast and multicast.
  constexpr bool is_group() const { return (octets[0] & 1) != 0; }
  constexpr bool is_broadcast() const { return *this == broadcast(); }
  constexpr bool is_zero() const { return *this == MacAddress{}; }

  friend constexpr auto operator<=>(const MacAddress&, const MacAddress&) = default;
};

/// "02:00:00:00:0a:02".
std::string to_string(MacAddress mac);
/// Reads six hexadecimal octets separated by colons; nothing on any other text.
std::optional<MacAddress> parse_mac_address(std::string_view text);
inline std::ostream& operator<<(std::ostream& out, MacAddress m) { return out << to_string(m); }

}  // namespace lvs
