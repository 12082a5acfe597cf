// `ip addr|link|route|neigh`, and the older ifconfig, route and arp, as typed requests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

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
struct IpAddrShow {
  std::optional<Word> device;
  friend bool operator==(const IpAddrShow&, const IpAddrShow&) = default;
};

struct IpLinkSet {
  Word device;
  std::optional<bool> up;
  std::optional<std::int64_t> mtu;  ///< bytes
  std::optional<MacAddress> address;
  friend bool operator==(const IpLinkSet&, const IpLinkSet&) = default;
};
struct IpLinkShow {
  std::optional<Word> device;
  friend bool operator==(const IpLinkShow&, const IpLinkShow&) = default;
};

enum class RouteType : std::uint8_t { unicast, local, broadcast, blackhole, unreachable, prohibit };
enum class RouteAction : std::uint8_t { add, append, replace, change, del };
/// Well-known routing tables (`ip route` names); other numbers are tables of their own.
inline constexpr std::uint32_t kTableDefault = 253, kTableMain = 254, kTableLocal = 255;

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
  bool onlink = false;
  friend bool operator==(const IpRouteChange&, const IpRouteChange&) = default;
};
struct IpRouteShow {
  std::optional<std::uint32_t> table;  ///< absent: main
  bool all_tables = false;
  std::optional<Word> device;
  friend bool operator==(const IpRouteShow&, const IpRouteShow&) = default;
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
  friend bool operator==(const IpNeighChange&, const IpNeighChange&) = default;
};
struct IpNeighShow {
  std::optional<Word> device;
  std::optional<Ipv4Prefix> to;
  friend bool operator==(const IpNeighShow&, const IpNeighShow&) = default;
};
/// `ip neigh flush all`, or of one device or prefix. Permanent and noarp entries stay.
struct IpNeighFlush {
  std::optional<Word> device;
  std::optional<Ipv4Prefix> to;
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

using IpCommand = std::variant<IpAddrAdd, IpAddrDel, IpAddrFlush, IpAddrShow, IpLinkSet, IpLinkShow,
                               IpRouteChange, IpRouteShow, IpRouteFlushCache, IpNeighChange,
                               IpNeighShow, IpNeighFlush, Arping>;

}  // namespace lvs::language
