#include "models/ipvs/forward/tunnel.hpp"

#include "sim/check.hpp"

namespace lvs {
namespace {

// ECN (RFC 3168): the two low bits of TOS.
constexpr std::uint8_t kEcnMask = 3;
constexpr std::uint8_t kEct0 = 2;
constexpr std::uint8_t kCe = 3;

/// DSCP and ECN are copied; an inner CE is sent as ECT(0) outside.
constexpr std::uint8_t outer_tos(std::uint8_t inner) {
  const bool congested = (inner & kEcnMask) == kCe;
  return congested ? static_cast<std::uint8_t>((inner & ~kEcnMask) | kEct0) : inner;
}

}  // namespace

void encapsulate(Frame& packet, const TunnelRoute& route) {
  LVS_REQUIRE(!packet.is_tunnelled(), "a packet is put into one tunnel only");
  packet.inner = packet.ip;
  Ipv4Header& outer = packet.ip;
  const bool dont_fragment = route.pmtu_disc && packet.inner.dont_fragment();
  outer.source = route.source;
  outer.destination = route.real_server;
  outer.total_length = static_cast<std::uint16_t>(packet.inner.total_length + kTunnelOverhead);
  outer.identification = 0;
  outer.fragment = dont_fragment ? Ipv4Header::kDontFragment : std::uint16_t{0};
  outer.tos = outer_tos(packet.inner.tos);
  outer.protocol = Protocol::ipip;
  // ttl: that of the inner header after its decrement
}

}  // namespace lvs
