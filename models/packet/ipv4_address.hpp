// An IPv4 address in host order, and a prefix of addresses.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace lvs {

struct Ipv4Address {
  std::uint32_t value = 0;  ///< host order: 10.1.10.3 is 0x0a010a03

  constexpr bool is_any() const { return value == 0; }
  constexpr bool is_broadcast() const { return value == 0xffffffffU; }
  constexpr bool is_multicast() const { return (value >> 28) == 0xe; }
  constexpr bool is_loopback() const { return (value >> 24) == 127; }

  friend constexpr auto operator<=>(Ipv4Address, Ipv4Address) = default;
};

constexpr Ipv4Address ipv4(unsigned a, unsigned b, unsigned c, unsigned d) {
  return {static_cast<std::uint32_t>((a << 24) | (b << 16) | (c << 8) | d)};
}

/// The network mask of a prefix length. Requires: length <= 32.
constexpr std::uint32_t prefix_mask(unsigned length) {
  return length == 0 ? 0U : ~std::uint32_t{0} << (32 - length);
}

/// A network: `address` may have host bits where the meaning is "this address in that network".
struct Ipv4Prefix {
  Ipv4Address address;
  std::uint8_t length = 32;

  constexpr Ipv4Address network() const { return {address.value & prefix_mask(length)}; }
  constexpr Ipv4Address last() const { return {address.value | ~prefix_mask(length)}; }
  constexpr bool contains(Ipv4Address a) const {
    return ((a.value ^ address.value) & prefix_mask(length)) == 0;
  }
  friend constexpr auto operator<=>(Ipv4Prefix, Ipv4Prefix) = default;
};

/// "10.1.10.3"; "10.1.10.0/24".
std::string to_string(Ipv4Address a);
std::string to_string(Ipv4Prefix p);
/// Reads exactly four decimal octets 0..255 without leading zeros; nothing on any other text.
std::optional<Ipv4Address> parse_ipv4_address(std::string_view text);
/// Reads "ADDRESS/LENGTH" or "ADDRESS" (length 32); host bits are kept.
std::optional<Ipv4Prefix> parse_ipv4_prefix(std::string_view text);
inline std::ostream& operator<<(std::ostream& out, Ipv4Address a) { return out << to_string(a); }
inline std::ostream& operator<<(std::ostream& out, Ipv4Prefix p) { return out << to_string(p); }

}  // namespace lvs

template <>
struct std::hash<lvs::Ipv4Address> {
  std::size_t operator()(lvs::Ipv4Address a) const { return std::hash<std::uint32_t>{}(a.value); }
};
