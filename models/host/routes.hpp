// Routing tables: longest prefix, then the type of service, then lowest metric, then the order of
// insertion (spec/linux-host.md 5.1).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/host/interface.hpp"
#include "models/host/route_rules.hpp"
#include "models/packet/ipv4_address.hpp"

namespace lvs {

enum class RouteType : std::uint8_t {
  unicast,
  local,
  broadcast,
  blackhole,
  unreachable,
  prohibit,
  throw_,
};

/// Who made a route; shown by `ip route`, and hand-made local routes change source validation
/// (5.3).
enum class RouteOrigin : std::uint8_t { kernel, boot };

struct Route {
  Ipv4Prefix prefix;  ///< host bits are zero
  RouteType type = RouteType::unicast;
  Scope scope = Scope::global;
  std::optional<Ipv4Address> gateway;
  InterfaceId device;  ///< none for blackhole, unreachable, prohibit, throw
  std::optional<Ipv4Address> source;
  std::uint32_t metric = 0;
  std::uint32_t mtu = 0;  ///< 0: the device's
  RouteOrigin origin = RouteOrigin::boot;
  std::uint8_t tos = 0;     ///< 0: every packet; else only those with this type of service
  std::uint32_t table = 0;  ///< 0: by type: local and broadcast in `local`, all others in `main`
  bool onlink = false;      ///< the gateway is taken to be on-link, whatever the routes say
  bool dead = false;        ///< its device has no carrier and ignore_routes_with_linkdown is set
};

class RouteTable {
 public:
  /// The route that a packet to `destination` follows here; null if none. Valid until the next
  /// change.
  const Route* lookup(Ipv4Address destination, std::uint8_t tos = 0) const {
    if (!plain_) [[unlikely]]
      return lookup_in_order(destination, tos);
    if (hashed_.empty()) {
      for (std::size_t i = 0; i < matches_.size(); ++i) {
        if (((destination.value ^ matches_[i].network) & matches_[i].mask) == 0) return &routes_[i];
      }
      return nullptr;
    }
    for (const std::uint8_t length : lengths_) {
      const std::uint32_t network = destination.value & prefix_mask(length);
      for (std::size_t at = slot(network, length);; ++at) {
        const Hashed& entry = hashed_[at & (hashed_.size() - 1)];
        if (entry.route == Hashed::kFree) break;
        if (entry.network == network && entry.length == length) return &routes_[entry.route];
      }
    }
    return nullptr;
  }

  /// Whether there is a route with this prefix, type of service and metric: `ip route add` then
  /// says "File exists".
  bool contains(const Route& like) const;
  void add(const Route& route);
  /// Routes through `device` are passed over while it is dead.
  void set_dead(InterfaceId device, bool dead);
  /// Removes the first route for which matches(route) holds; returns whether there was one.
  template <class Predicate>
  bool remove_first(Predicate&& wanted) {
    for (std::size_t i = 0; i < routes_.size(); ++i) {
      if (!wanted(routes_[i])) continue;
      erase(i);
      return true;
    }
    return false;
  }
  template <class Predicate>
  void remove_all(Predicate&& wanted) {
    while (remove_first(wanted)) {
    }
  }
  void clear();
  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Match {
    std::uint32_t network;
    std::uint32_t mask;
  };
  /// The preferred route of one prefix.
  struct Hashed {
    static constexpr std::uint16_t kFree = 0xffff;
    std::uint32_t network = 0;
    std::uint8_t length = 0;
    std::uint16_t route = kFree;
  };
  std::size_t slot(std::uint32_t network, std::uint8_t length) const {
    const std::uint64_t key =
        (static_cast<std::uint64_t>(length) << 32 | network) * 0x9e3779b97f4a7c15ULL;
    return static_cast<std::size_t>(key >> 32) & (hashed_.size() - 1);
  }
  const Route* lookup_in_order(Ipv4Address destination, std::uint8_t tos) const;
  void erase(std::size_t at);
  void reindex();

  bool plain_ = true;                  ///< no route is dead or only for some type of service
  std::vector<Route> routes_;          ///< in order of preference
  std::vector<Match> matches_;         ///< the same, packed: a short table is searched in order
  std::vector<std::uint8_t> lengths_;  ///< of a long one: the prefix lengths, longest first
  std::vector<Hashed> hashed_;         ///< open addressing; empty for a short table
};

/// The tables of a host.
struct RouteTables {
  struct Numbered {
    std::uint32_t id;
    RouteTable table;
  };

  RouteTable local;
  RouteTable main;
  std::vector<Numbered> others;  ///< by number; made when their first route is

  /// As the default rules say (5.1): local, then main. The first table with a match decides, even
  /// if the other has a longer prefix; throw continues. (HostState::lookup() follows changed
  /// rules.)
  const Route* lookup(Ipv4Address destination, std::uint8_t tos = 0) const {
    if (const Route* route = local.lookup(destination, tos);
        route != nullptr && route->type != RouteType::throw_) {
      return route;
    }
    const Route* route = main.lookup(destination, tos);
    return route != nullptr && route->type != RouteType::throw_ ? route : nullptr;
  }
  bool is_local(Ipv4Address address) const {
    const Route* route = local.lookup(address);
    return route != nullptr && route->type == RouteType::local;
  }
  /// Null if the table has never had a route.
  const RouteTable* find(std::uint32_t id) const;
  RouteTable& get(std::uint32_t id);
};

}  // namespace lvs
