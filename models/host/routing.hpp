// The two routing decisions of a host: what to do with a packet (or an ARP request) that arrived,
// and how to send one of its own. Source: spec/linux-host.md 5.1-5.4.
#pragma once

#include <cstdint>
#include <optional>

#include "models/drop_cause.hpp"
#include "models/host/host_state.hpp"
#include "sim/time.hpp"

namespace lvs {

struct InputRoute {
  enum class Kind : std::uint8_t { local, broadcast, forward, drop };

  Kind kind = Kind::drop;
  DropCause cause = DropCause::no_route;  ///< drop
  std::uint8_t unreachable_code = 0;      ///< ICMP 3/code that the sender is told, if tells_sender
  bool tells_sender = false;
  // forward
  InterfaceId device;
  Ipv4Address next_hop;
  bool by_gateway = false;  ///< the route has a gateway
  bool redirect = false;    ///< the source is to be told of a shorter way (5.6)
  std::uint32_t mtu = 0;
};

struct FlowAddresses {
  Ipv4Address source;
  Ipv4Address destination;
  std::uint32_t mark = 0;
  std::uint8_t tos = 0;
};

/// 5.2 for an IP packet (or the addresses of an ARP request) that came in by `arrival`.
InputRoute route_input(const HostState& host, const FlowAddresses& flow, InterfaceId arrival);

struct OutputRoute {
  enum class Kind : std::uint8_t { direct, local, broadcast, none };

  Kind kind = Kind::none;
  DropCause cause = DropCause::no_route;  ///< none
  InterfaceId device;
  Ipv4Address next_hop;
  Ipv4Address source;       ///< chosen, or the one asked for
  bool by_gateway = false;  ///< the route has a gateway
  std::uint32_t mtu = 0;
  // what was learned about the destination (IpStack::output_route)
  bool redirected = false;
  std::uint32_t learned_mtu = 0;  ///< 0: none
  Time expires = kNever;          ///< of what was learned, the earlier
};

/// 5.4. With `source` given it is kept; without, the route's preferred source or select() decides.
OutputRoute route_output(const HostState& host, Ipv4Address destination,
                         std::optional<Ipv4Address> source, std::uint32_t mark = 0);

struct SourceCheck {
  bool accepted = false;
  bool on_link = false;
  DropCause cause = DropCause::martian_source;
};

/// 5.3. `output` is none for local delivery.
SourceCheck check_source(const HostState& host, const FlowAddresses& flow, InterfaceId arrival,
                         InterfaceId output);

}  // namespace lvs
