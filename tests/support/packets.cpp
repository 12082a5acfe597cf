#include "tests/support/packets.hpp"

#include <algorithm>

namespace lvs {

TcpBuilder& TcpBuilder::from(Ipv4Address address, std::uint16_t port) {
  frame_.ip.source = address;
  frame_.tcp.source = Port{port};
  return *this;
}

TcpBuilder& TcpBuilder::to(Ipv4Address address, std::uint16_t port) {
  frame_.ip.destination = address;
  frame_.tcp.destination = Port{port};
  return *this;
}

TcpBuilder& TcpBuilder::flag(std::uint8_t bit) {
  frame_.tcp.flags = static_cast<std::uint8_t>(frame_.tcp.flags | bit);
  return *this;
}

TcpBuilder& TcpBuilder::ack(std::uint32_t acknowledgement) {
  frame_.tcp.acknowledgement = acknowledgement;
  return flag(TcpFlags::kAck);
}

TcpBuilder& TcpBuilder::mss(std::uint16_t bytes) {
  frame_.tcp.mss = bytes;
  frame_.tcp.header_length = static_cast<std::uint8_t>(frame_.tcp.header_length + 4);
  return *this;
}

TcpBuilder& TcpBuilder::timestamps(std::uint32_t value, std::uint32_t echo) {
  TcpSegment& segment = frame_.tcp;
  segment.timestamps = true;
  segment.timestamp_value = value;
  segment.timestamp_echo = echo;
  segment.header_length =
      static_cast<std::uint8_t>(segment.header_length + TcpSegment::kTimestampLength);
  return *this;
}

UdpBuilder& UdpBuilder::from(Ipv4Address address, std::uint16_t port) {
  frame_.ip.source = address;
  frame_.udp.source = Port{port};
  return *this;
}

UdpBuilder& UdpBuilder::to(Ipv4Address address, std::uint16_t port) {
  frame_.ip.destination = address;
  frame_.udp.destination = Port{port};
  return *this;
}

IcmpBuilder& IcmpBuilder::type(IcmpType type, std::uint8_t code) {
  frame_.icmp.type = type;
  frame_.icmp.code = code;
  return *this;
}

IcmpBuilder& IcmpBuilder::fragmentation_needed(std::uint16_t mtu) {
  frame_.icmp.mtu = mtu;
  return type(IcmpType::unreachable, IcmpUnreachable::kFragmentationNeeded);
}

IcmpBuilder& IcmpBuilder::about(const Frame& packet) {
  QuotedPacket quoted;
  quoted.ip = packet.ip;
  quoted.inner = packet.inner;
  if (packet.innermost().protocol == Protocol::tcp) {
    quoted.source = packet.tcp.source;
    quoted.destination = packet.tcp.destination;
    quoted.sequence = packet.tcp.sequence;
  } else if (packet.innermost().protocol == Protocol::udp) {
    quoted.source = packet.udp.source;
    quoted.destination = packet.udp.destination;
  }
  frame_.icmp.quoted = quoted;
  const int room = IcmpMessage::kMostTotal - Ipv4Header::kLength - IcmpMessage::kHeaderLength;
  return payload(bytes(std::min<std::int64_t>(packet.ip.total_length, room)));
}

ArpBuilder::ArpBuilder(ArpOperation operation) {
  frame_.type = EtherType::arp;
  frame_.arp = ArpPacket{};
  frame_.arp.operation = operation;
}

ArpBuilder& ArpBuilder::from(MacAddress mac, Ipv4Address address) {
  frame_.source = mac;
  frame_.arp.sender_mac = mac;
  frame_.arp.sender = address;
  return *this;
}

ArpBuilder& ArpBuilder::asking(Ipv4Address address) {
  frame_.destination = MacAddress::broadcast();
  frame_.arp.target = address;
  return *this;
}

ArpBuilder& ArpBuilder::to(MacAddress mac, Ipv4Address address) {
  frame_.destination = mac;
  frame_.arp.target_mac = mac;
  frame_.arp.target = address;
  return *this;
}

}  // namespace lvs
