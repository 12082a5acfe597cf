// `ip rule`: which routing table a packet is looked up in. Source: spec/linux-host.md 5.1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/host/interface.hpp"
#include "models/packet/ipv4_address.hpp"

namespace lvs {

/// Well-known routing tables.
inline constexpr std::uint32_t kTableOfDefault = 253;
inline constexpr std::uint32_t kTableOfMain = 254;
inline constexpr std::uint32_t kTableOfLocal = 255;

struct RouteRule {
  enum class Action : std::uint8_t { lookup, blackhole, unreachable, prohibit };

  std::uint32_t priority = 0;
  // what it matches: everything that is given
  std::optional<Ipv4Prefix> from;  ///< a packet without a source yet has 0.0.0.0
  std::optional<Ipv4Prefix> to;
  std::string iif;  ///< name of the arrival interface; "lo" is what the host sends itself
  std::string oif;  ///< sockets bound to a device only; there are none, so it matches nothing
  std::optional<std::uint32_t> mark;
  std::uint32_t mark_mask = 0xffff'ffff;
  std::uint8_t tos = 0;   ///< 0: any
  bool inverted = false;  ///< `not`
  // what it does
  Action action = Action::lookup;
  std::uint32_t table = kTableOfMain;

  friend bool operator==(const RouteRule&, const RouteRule&) = default;
};

/// The rules of a fresh host (5.1.1): local, main, default.
std::vector<RouteRule> fresh_route_rules();

/// What a rule looks at.
struct RouteQuery {
  Ipv4Address destination;
  Ipv4Address source{};             ///< 0.0.0.0: not chosen yet
  InterfaceId arrival = kLoopback;  ///< kLoopback: the host's own packets
  std::uint32_t mark = 0;
  std::uint8_t tos = 0;  ///< as in the packet, under kRoutedTos
};

/// The bits of a packet's type of service that routes and rules look at (RFC 1349).
inline constexpr std::uint8_t kRoutedTos = 0x1c;

}  // namespace lvs
