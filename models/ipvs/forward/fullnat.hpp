// FULLNAT: the addresses of both sides are replaced, and what of TCP follows from that
// (spec/ipvs.md 6.1, 6.3, 6.4). Plain functions on frames; what a connection has to be remembered
// for is models/ipvs/fullnat. Checksums are always right in the simulated world.
#pragma once

#include <cstdint>

#include "models/packet/endpoint.hpp"
#include "models/packet/frame.hpp"

namespace lvs {

/// From where to where a translated packet goes.
struct PacketEnds {
  Endpoint from;
  Endpoint to;
};

/// A TCP segment or datagram: its ends become `ends`; L:lp and R:rp of a request, V:vp and C:cp of
/// a reply.
void set_ends(Frame& packet, const PacketEnds& ends);
/// An ICMP error about a packet that went the other way: its own addresses become those of `ends`,
/// and the packet it quotes came from `ends.to` and went to `ends.from`.
void set_icmp_ends(Frame& packet, const PacketEnds& ends);

/// The timestamp option becomes NOPs: the clocks of several clients behind one L would look like
/// one that goes back (PAWS). The header keeps its length.
void blank_timestamps(TcpSegment& segment);
/// Tells the server whom it serves (6.4). Returns false, and leaves the packet as it is, if it
/// would get longer than `mtu` or its header than 60 bytes.
bool insert_toa(Frame& packet, Endpoint client, std::uint32_t mtu);
/// Room for the TOA option in what the client will send.
void lower_mss(TcpSegment& segment);
/// The client's numbers in what the server acknowledges: `delta` is what a request gains.
void shift_acknowledgements(TcpSegment& segment, std::uint32_t delta);

}  // namespace lvs
