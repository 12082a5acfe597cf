// The start of a packet that a host makes itself, the same for every protocol.
#pragma once

#include "models/packet/frame.hpp"

namespace lvs {

/// Whom a packet of a host is from and to, and what it carries.
struct PacketStart {
  Ipv4Address source;
  Ipv4Address destination;
  Protocol protocol = Protocol::tcp;
  std::uint16_t fragment = Ipv4Header::kDontFragment;  ///< Linux discovers path MTUs
  PayloadTag tag{};
};

/// Makes the frame an IPv4 packet with a fresh header. The caller sets the total length and what
/// follows the header.
inline void start_packet(Frame& frame, const PacketStart& start) {
  frame.type = EtherType::ipv4;
  frame.tag = start.tag;
  frame.mark = 0;
  frame.ip = {};
  frame.ip.source = start.source;
  frame.ip.destination = start.destination;
  frame.ip.protocol = start.protocol;
  frame.ip.fragment = start.fragment;
}

}  // namespace lvs
