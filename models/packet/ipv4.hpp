// An IPv4 header (RFC 791) without options. Checksums are always right in the simulated world, so
// they are not carried; writers of captures compute them.
#pragma once

#include <cstdint>

#include "models/packet/endpoint.hpp"
#include "models/packet/ipv4_address.hpp"

namespace lvs {

struct Ipv4Header {
  static constexpr std::uint16_t kLength = 20;  ///< bytes
  static constexpr std::uint8_t kInitialTtl = 64;
  static constexpr std::uint16_t kDontFragment = 0x4000;
  static constexpr std::uint16_t kMoreFragments = 0x2000;

  Ipv4Address source;
  Ipv4Address destination;
  std::uint16_t total_length = kLength;  ///< bytes, header included
  std::uint16_t identification = 0;
  std::uint16_t fragment = 0;  ///< flags and offset as on the wire
  std::uint8_t ttl = kInitialTtl;
  std::uint8_t tos = 0;
  Protocol protocol = Protocol::tcp;

  constexpr bool dont_fragment() const { return (fragment & kDontFragment) != 0; }
  constexpr bool more_fragments() const { return (fragment & kMoreFragments) != 0; }
  /// Bytes of the packet's payload before this fragment; 0 for a whole packet.
  constexpr std::uint32_t fragment_offset() const { return (fragment & 0x1fffU) * 8U; }
  constexpr bool is_fragment() const { return (fragment & ~kDontFragment & 0xffff) != 0; }
};

static_assert(sizeof(Ipv4Header) == 20);

}  // namespace lvs
