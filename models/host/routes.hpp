// Routing tables: longest prefix, then lowest metric, then the order of insertion
// (spec/linux-host.md 5.1).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/host/interface.hpp"
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

/// Who made a route; shown by `ip route`, and hand-made local routes change source validation (5.3).
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
};

class RouteTable {
 public:
  /// The route that a packet to `destination` follows here; null if none. Valid until the next change.
  const Route* lookup(Ipv4Address destination) const {
    const std::size_t count = matches_.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (((destination.value ^ matches_[i].network) & matches_[i].mask) == 0) return &routes_[i];
    }
    return nullptr;
  }

  /// Whether there is a route with this prefix and metric: `ip route add` then says "File exists".
  bool contains(Ipv4Prefix prefix, std::uint32_t metric) const;
  void add(const Route& route);
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
  void erase(std::size_t at);

  std::vector<Route> routes_;    ///< in order of preference
  std::vector<Match> matches_;   ///< the same, packed for the search
};

/// The tables of a host, in the order of the default rules (5.1): local, main. (default is empty.)
struct RouteTables {
  RouteTable local;
  RouteTable main;

  /// The first table with a match decides, even if a later one has a longer prefix; throw continues.
  const Route* lookup(Ipv4Address destination) const {
    if (const Route* route = local.lookup(destination);
        route != nullptr && route->type != RouteType::throw_) {
      return route;
    }
    const Route* route = main.lookup(destination);
    return route != nullptr && route->type != RouteType::throw_ ? route : nullptr;
  }
  bool is_local(Ipv4Address address) const {
    const Route* route = local.lookup(address);
    return route != nullptr && route->type == RouteType::local;
  }
};

}  // namespace lvs
