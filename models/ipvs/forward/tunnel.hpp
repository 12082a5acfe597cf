// Tunnelling (IPIP): an outer header around the client's packet (spec/ipvs.md 5.4).
#pragma once

#include <cstdint>

#include "models/packet/frame.hpp"

namespace lvs {

/// Bytes that the outer header takes off the route's MTU.
inline constexpr std::uint16_t kTunnelOverhead = Ipv4Header::kLength;

/// The outer header's ends, and the sysctl pmtu_disc.
struct TunnelRoute {
  Ipv4Address source;  ///< the address the director prefers towards the real server
  Ipv4Address real_server;
  bool pmtu_disc = true;  ///< the outer DF is the inner one; else 0
};

/// Wraps the packet, whose TTL has been decremented. The outer identification is 0: right if the
/// outer DF is set, else the caller's stack chooses one. Requires: not tunnelled yet.
void encapsulate(Frame& packet, const TunnelRoute& route);

}  // namespace lvs
