// `ip addr|link|route|neigh`, arping, and the older ifconfig, route and arp, as typed requests
// (`ip rule` and `ip route show|flush|get` are in ip_policy.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/host/route_rules.hpp"
#include "models/packet/ipv4_address.hpp"
#include "models/packet/mac_address.hpp"
#include "scenarios/language/script.hpp"

namespace lvs::language {

/// Address and route scopes by the kernel's numbers (spec/linux-host.md 1.1).
enum class IpScope : std::uint8_t { global = 0, site = 200, link = 253, host = 254, nowhere = 255 };

/// `ip addr add A/P dev X`; also `ifconfig X:0 A netmask M [broadcast B] [up]`.
struct IpAddrAdd {
  Ipv4Prefix address;
  Word device;
  std::optional<Ipv4Address> broadcast;  ///< `brd +` is resolved here; absent = none given
  std::optional<IpScope> scope;          ///< absent: the kernel's default (1.2)
  std::string label;                     ///< "lo:0"; empty when none was given
  bool no_prefix_route = false;
  bool bring_up = false;  ///< ifconfig brings the interface up as well
  bool ifconfig =
      false;  ///< ifconfig replaces an address of the same label instead of "File exists"
  friend bool operator==(const IpAddrAdd&, const IpAddrAdd&) = default;
};
struct IpAddrDel {
  Ipv4Prefix address;
  Word device;
  friend bool operator==(const IpAddrDel&, const IpAddrDel&) = default;
};
struct IpAddrFlush {
  Word device;
  friend bool operator==(const IpAddrFlush&, const IpAddrFlush&) = default;
};
/// The options between `ip` and the object, as far as they change what is printed.
struct IpStyle {
  bool only_ipv4 = false;  ///< -4
  bool oneline = false;    ///< -o
  bool brief = false;      ///< -br
  friend bool operator==(const IpStyle&, const IpStyle&) = default;
};
struct IpAddrShow {
  std::optional<Word> device;
  bool only_up = false;
  std::optional<bool> secondary;  ///< `secondary`, `primary`
  std::optional<IpScope> scope;
  std::optional<Ipv4Prefix> to;
  std::string label;  ///< "eth0:1", "eth0*"; empty: any
  IpStyle style;
  friend bool operator==(const IpAddrShow&, const IpAddrShow&) = default;
};

struct IpLinkSet {
  Word device;
  std::optional<bool> up;
  std::optional<std::int64_t> mtu;  ///< bytes
  std::optional<MacAddress> address;
  std::optional<bool> arp;
  friend bool operator==(const IpLinkSet&, const IpLinkSet&) = default;
};
/// `ip link add NAME type dummy`.
struct IpLinkAdd {
  Word name;  ///< empty: the first free of dummy0, dummy1, …
  std::optional<std::int64_t> mtu;
  std::optional<MacAddress> address;
  friend bool operator==(const IpLinkAdd&, const IpLinkAdd&) = default;
};
struct IpLinkDel {
  Word device;
  friend bool operator==(const IpLinkDel&, const IpLinkDel&) = default;
};
struct IpLinkShow {
  std::optional<Word> device;
  bool only_up = false;
  IpStyle style;
  friend bool operator==(const IpLinkShow&, const IpLinkShow&) = default;
};

enum class RouteType : std::uint8_t {
  unicast,
  local,
  broadcast,
  blackhole,
  unreachable,
  prohibit,
  throw_,
};
enum class RouteAction : std::uint8_t { add, append, replace, change, del };

/// `ip route add|append|replace|change|del …` and `route add|del …`.
struct IpRouteChange {
  RouteAction action = RouteAction::add;
  std::optional<RouteType> type;  ///< absent: unicast (on `del`: any)
  Ipv4Prefix destination;         ///< 0.0.0.0/0 for default
  std::optional<Ipv4Address> via;
  std::optional<Word> device;
  std::optional<Ipv4Address> source;  ///< `src`: preferred source address
  std::optional<std::uint32_t> metric;
  std::optional<std::uint32_t> table;  ///< absent: main, or local for types local and broadcast
  std::optional<IpScope> scope;
  std::optional<std::int64_t> mtu;
  std::optional<std::uint8_t> tos;
  bool onlink = false;
  friend bool operator==(const IpRouteChange&, const IpRouteChange&) = default;
};
/// `ip route flush cache`: there is no route cache since Linux 3.6; accepted, does nothing.
struct IpRouteFlushCache {
  friend bool operator==(const IpRouteFlushCache&, const IpRouteFlushCache&) = default;
};

enum class NeighbourAction : std::uint8_t { add, replace, change, del };
enum class NeighbourState : std::uint8_t {
  permanent,
  reachable,
  stale,
  delay,
  probe,
  incomplete,
  failed,
  noarp,
  none
};
/// `ip neigh add|replace|change|del …` and `arp -s|-d`.
struct IpNeighChange {
  NeighbourAction action = NeighbourAction::add;
  Ipv4Address address;
  std::optional<MacAddress> mac;
  std::optional<Word> device;  ///< arp -s may leave it to the routes
  NeighbourState state = NeighbourState::permanent;
  bool proxy = false;  ///< `ip neigh add|del proxy A dev X`
  friend bool operator==(const IpNeighChange&, const IpNeighChange&) = default;
};
/// What `ip neigh show` and `flush` are about.
struct NeighbourFilter {
  std::optional<Word> device;
  std::optional<Ipv4Prefix> to;
  /// `nud X`, several times; empty: all but noarp and none (and, to flush, permanent).
  std::vector<NeighbourState> states;
  friend bool operator==(const NeighbourFilter&, const NeighbourFilter&) = default;
};
struct IpNeighShow {
  NeighbourFilter filter;
  bool proxy = false;
  friend bool operator==(const IpNeighShow&, const IpNeighShow&) = default;
};
struct IpNeighGet {
  Ipv4Address address;
  Word device;
  bool proxy = false;
  friend bool operator==(const IpNeighGet&, const IpNeighGet&) = default;
};
struct IpNeighFlush {
  NeighbourFilter filter;
  friend bool operator==(const IpNeighFlush&, const IpNeighFlush&) = default;
};

/// `arping -U|-A -I DEV [-c N] [-s SRC] ADDRESS`: gratuitous ARP requests (-U) or replies (-A).
struct Arping {
  bool reply = false;  ///< -A
  Word device;
  Ipv4Address address;
  std::optional<Ipv4Address> source;
  std::int64_t count = 1;  ///< one second apart
  friend bool operator==(const Arping&, const Arping&) = default;
};

}  // namespace lvs::language
