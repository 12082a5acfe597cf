// How addresses, ports and protocols are written and read.
#include <array>
#include <charconv>

#include "models/packet/endpoint.hpp"
#include "models/packet/ipv4_address.hpp"
#include "models/packet/mac_address.hpp"

namespace lvs {
namespace {

/// Reads a decimal number of at most three digits without a leading zero, at most `limit`, and
/// moves `text` behind it.
std::optional<unsigned> take_number(std::string_view& text, unsigned limit) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto length = static_cast<std::size_t>(end - text.data());
  if (error != std::errc{} || length > 3 || value > limit) return std::nullopt;
  if (length > 1 && text.front() == '0') return std::nullopt;
  text.remove_prefix(length);
  return value;
}

}  // namespace

std::string to_string(MacAddress mac) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t octet : mac.octets) {
    if (!text.empty()) text += ':';
    text += kDigits[octet >> 4];
    text += kDigits[octet & 15];
  }
  return text;
}

std::optional<MacAddress> parse_mac_address(std::string_view text) {
  MacAddress mac;
  for (std::size_t i = 0; i < mac.octets.size(); ++i) {
    if (i > 0) {
      if (text.empty() || text.front() != ':') return std::nullopt;
      text.remove_prefix(1);
    }
    if (text.size() < 2) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + 2, mac.octets[i], 16);
    if (error != std::errc{} || end != text.data() + 2) return std::nullopt;
    text.remove_prefix(2);
  }
  if (!text.empty()) return std::nullopt;
  return mac;
}

std::string to_string(Ipv4Address a) {
  return std::to_string(a.value >> 24) + "." + std::to_string((a.value >> 16) & 255) + "." +
         std::to_string((a.value >> 8) & 255) + "." + std::to_string(a.value & 255);
}

std::string to_string(Ipv4Prefix p) {
  return to_string(p.address) + "/" + std::to_string(p.length);
}

std::optional<Ipv4Address> parse_ipv4_address(std::string_view text) {
  Ipv4Address address;
  for (int octet = 0; octet < 4; ++octet) {
    if (octet > 0) {
      if (text.empty() || text.front() != '.') return std::nullopt;
      text.remove_prefix(1);
    }
    const auto value = take_number(text, 255);
    if (!value) return std::nullopt;
    address.value = (address.value << 8) | *value;
  }
  if (!text.empty()) return std::nullopt;
  return address;
}

std::optional<Ipv4Prefix> parse_ipv4_prefix(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_ipv4_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Ipv4Prefix{*address, 32};
  std::string_view rest = text.substr(slash + 1);
  const auto length = take_number(rest, 32);
  if (!length || !rest.empty()) return std::nullopt;
  return Ipv4Prefix{*address, static_cast<std::uint8_t>(*length)};
}

std::string to_string(Protocol p) {
  switch (p) {
    case Protocol::icmp: return "icmp";
    case Protocol::ipip: return "ipip";
    case Protocol::tcp: return "tcp";
    case Protocol::udp: return "udp";
  }
  return "protocol " + std::to_string(static_cast<unsigned>(p));
}

std::string to_string(Port p) { return std::to_string(p.value); }
std::string to_string(const Endpoint& e) { return to_string(e.address) + ":" + to_string(e.port); }
std::string to_string(const ServiceAddress& s) {
  return to_string(s.endpoint) + "/" + to_string(s.protocol);
}

}  // namespace lvs
