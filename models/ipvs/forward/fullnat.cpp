#include "models/ipvs/forward/fullnat.hpp"

namespace lvs {

void set_ends(Frame& packet, const PacketEnds& ends) {
  packet.ip.source = ends.from.address;
  packet.ip.destination = ends.to.address;
  if (packet.ip.protocol == Protocol::tcp) {
    packet.tcp.source = ends.from.port;
    packet.tcp.destination = ends.to.port;
  } else {
    packet.udp.source = ends.from.port;
    packet.udp.destination = ends.to.port;
  }
}

void set_icmp_ends(Frame& packet, const PacketEnds& ends) {
  packet.ip.source = ends.from.address;
  packet.ip.destination = ends.to.address;
  QuotedPacket& quoted = packet.icmp.quoted;
  quoted.ip.source = ends.to.address;
  quoted.source = ends.to.port;
  quoted.ip.destination = ends.from.address;
  quoted.destination = ends.from.port;
}

void blank_timestamps(TcpSegment& segment) {
  segment.timestamps = false;
  segment.timestamp_value = 0;
  segment.timestamp_echo = 0;
}

bool insert_toa(Frame& packet, Endpoint client, std::uint32_t mtu) {
  constexpr unsigned kLength = TcpSegment::kToaLength;
  if (packet.ip.total_length + kLength > mtu) return false;
  if (packet.tcp.header_length + kLength > TcpSegment::kMostLength) return false;
  packet.tcp.toa_address = client.address;
  packet.tcp.toa_port = client.port;
  packet.tcp.header_length = static_cast<std::uint8_t>(packet.tcp.header_length + kLength);
  packet.ip.total_length = static_cast<std::uint16_t>(packet.ip.total_length + kLength);
  return true;
}

void lower_mss(TcpSegment& segment) {
  if (segment.mss <= TcpSegment::kToaLength) return;  // no option
  segment.mss = static_cast<std::uint16_t>(segment.mss - TcpSegment::kToaLength);
}

void shift_acknowledgements(TcpSegment& segment, std::uint32_t delta) {
  if (!segment.ack()) return;  // the field means nothing
  segment.acknowledgement -= delta;
  for (unsigned k = 0; k < segment.sack_count; ++k) {
    segment.sack[k].left -= delta;
    segment.sack[k].right -= delta;
  }
}

}  // namespace lvs
