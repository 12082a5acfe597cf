// What a host has learned about single destinations: a better gateway (ICMP redirect), a smaller
// path MTU. Source: spec/linux-host.md 5.5, 5.6.
#pragma once

#include <cstdint>
#include <optional>

#include <tsl/robin_map.h>

#include "models/host/routing.hpp"
#include "sim/time.hpp"

namespace lvs {

class RouteExceptions {
 public:
  /// How long a redirect is obeyed.
  static constexpr Duration kRedirectLifetime = seconds(300);

  /// `destination` is better reached by `gateway`, as long as its route is the one that `way` was.
  void redirect(Ipv4Address destination, const OutputRoute& way, Ipv4Address gateway, Time now);
  /// Only `mtu` bytes pass on the way to `destination`, until `expires`.
  void shrink(Ipv4Address destination, std::uint32_t mtu, Time expires);

  /// What holds now for a packet along `way`, which the routes gave.
  void apply(OutputRoute& way, Ipv4Address destination, Time now) const;
  /// The next hop that a redirect gave; nothing if none holds for a route by `next_hop` on
  /// `device`.
  std::optional<Ipv4Address> gateway(Ipv4Address destination, InterfaceId device,
                                     Ipv4Address next_hop, Time now) const;
  /// The learned path MTU; 0 if none holds.
  std::uint32_t mtu(Ipv4Address destination, Time now) const;

  /// When the next of them expires, after `now`; kNever if none will.
  Time next_expiry(Time now) const;
  bool empty() const { return exceptions_.empty(); }
  void forget() { exceptions_.clear(); }

 private:
  struct Exception {
    InterfaceId device;    ///< of the route that was redirected
    Ipv4Address next_hop;  ///< of that route
    Ipv4Address gateway;
    Time gateway_expires = kStart;
    std::uint32_t mtu = 0;
    Time mtu_expires = kStart;
  };

  tsl::robin_map<std::uint32_t, Exception> exceptions_;  ///< by destination
};

}  // namespace lvs
