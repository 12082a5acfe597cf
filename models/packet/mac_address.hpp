// A 48-bit Ethernet address.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
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

  /// The address as a number of 48 bits, first octet on top: a compiler reads it in two loads,
  /// while it compares arrays by a call.
  constexpr std::uint64_t number() const {
    const auto at = [this](std::size_t i) { return std::uint32_t{octets[i]}; };
    const std::uint32_t upper = at(0) << 24 | at(1) << 16 | at(2) << 8 | at(3);
    const auto lower = static_cast<std::uint16_t>(at(4) << 8 | at(5));
    return std::uint64_t{upper} << 16 | lower;
  }
  friend constexpr bool operator==(const MacAddress& a, const MacAddress& b) {
    return a.number() == b.number();
  }
  friend constexpr auto operator<=>(const MacAddress& a, const MacAddress& b) {
    return a.number() <=> b.number();
  }
};

/// "02:00:00:00:0a:02".
std::string to_string(MacAddress mac);
/// Reads six hexadecimal octets separated by colons; nothing on any other text.
std::optional<MacAddress> parse_mac_address(std::string_view text);
inline std::ostream& operator<<(std::ostream& out, MacAddress m) { return out << to_string(m); }

}  // namespace lvs
