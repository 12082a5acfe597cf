// The one value that travels: an Ethernet frame with an ARP packet or an IPv4 packet,
// 128 bytes: two cache lines (design.md 3.6).
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "models/packet/arp.hpp"
#include "models/packet/icmp.hpp"
#include "models/packet/ipv4.hpp"
#include "models/packet/mac_address.hpp"
#include "models/packet/tcp.hpp"
#include "models/packet/udp.hpp"
#include "sim/units.hpp"

namespace lvs {

enum class EtherType : std::uint16_t { ipv4 = 0x0800, arp = 0x0806 };

/// Names the exchange (models/workload) that a payload belongs to. Travels with the frame out of
/// band: no address, port or header field is derived from it, and nothing but workload and servers
/// read it.
struct PayloadTag {
  std::uint32_t slot = ~std::uint32_t{0};
  std::uint32_t generation = 0;

  friend constexpr bool operator==(PayloadTag, PayloadTag) = default;
};

struct alignas(64) Frame {
  // Ethernet occupies more than its payload (IEEE 802.3): header 14, at least 46 of payload, FCS 4;
  // preamble 8 and inter-frame gap 12 take time on the wire but no room in a queue.
  static constexpr std::int64_t kEthernetHeader = 14;
  static constexpr std::int64_t kLeastLength = 60;
  static constexpr std::int64_t kWireOverhead = 4 + 8 + 12;

  MacAddress destination;
  MacAddress source;
  EtherType type = EtherType::ipv4;
  std::uint16_t cable_epoch = 0;  ///< of the cable that carries it (models/net/cable.hpp)

  Ipv4Header ip;  ///< the outermost IPv4 header; meaningful if type is ipv4
  PayloadTag tag;

  /// By type and innermost().protocol: exactly one is meaningful. What routers and directors read
  /// of it lies in the first cache line; the options of TCP lie in the second.
  union {
    TcpSegment tcp;
    UdpDatagram udp;
    IcmpMessage icmp;
    ArpPacket arp;
  };
  Ipv4Header inner;  ///< the tunnelled header; meaningful if ip.protocol is ipip
  /// The firewall mark, while the packet is inside one host; never on a cable.
  std::uint32_t mark = 0;

  Frame() : tcp{} {}

  bool is_arp() const { return type == EtherType::arp; }
  bool is_tunnelled() const { return ip.protocol == Protocol::ipip; }
  /// The header that TCP, UDP or ICMP follows.
  const Ipv4Header& innermost() const { return is_tunnelled() ? inner : ip; }

  /// Bytes of TCP or UDP payload, from the lengths in the headers.
  std::uint16_t payload_length() const {
    const Ipv4Header& header = innermost();
    const unsigned upper =
        header.protocol == Protocol::tcp ? tcp.header_length : UdpDatagram::kHeaderLength;
    return static_cast<std::uint16_t>(header.total_length - Ipv4Header::kLength - upper);
  }

  /// Bytes as Linux counts them in a queue and a capture shows them: no padding, no FCS.
  ByteCount length() const {
    return {kEthernetHeader + (is_arp() ? ArpPacket::kLength : ip.total_length)};
  }
  /// Bytes of wire time: padded, with FCS, preamble and gap.
  ByteCount wire_length() const { return wire_length(length()); }
  static constexpr ByteCount wire_length(ByteCount length) {
    return {std::max(length.value, kLeastLength) + kWireOverhead};
  }
};

static_assert(sizeof(Frame) == 128 && std::is_trivially_copyable_v<Frame>);

}  // namespace lvs
