// NAT (masquerading): the addresses of one side are replaced (spec/ipvs.md 5.2, 3.8). Checksums are
// always right in the simulated world.
#pragma once

#include "models/packet/endpoint.hpp"
#include "models/packet/frame.hpp"

namespace lvs {

/// A request: the destination becomes the real server.
void nat_request(Frame& packet, Endpoint real_server);
/// A reply: the source becomes the virtual address.
void nat_reply(Frame& packet, Endpoint virtual_side);

/// An ICMP error from the client's side about a reply: its destination, and the source in the
/// packet it quotes, become the real server, which knows only its own address.
void nat_icmp_request(Frame& packet, Endpoint real_server);
/// An ICMP error from the real server's side about a request: its source, and the destination in
/// the packet it quotes, become the virtual address.
void nat_icmp_reply(Frame& packet, Endpoint virtual_side);

}  // namespace lvs
