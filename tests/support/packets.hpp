// Frames that read like the packet:
//
//   tcp().from(client, 40000).to(vip, 80).syn()
//   tcp().from(vip, 80).to(client, 40000).ack(301).sequence(1).payload(bytes(1000))
//   udp().from(client, 5000).to(vip, 53).payload(bytes(40)).tunnelled(director, real_server)
//   arp_request().from(client_mac, client).asking(vip)
//
// Each converts to a Frame. What is not said has its default: TTL 64, no options, no payload, MAC
// addresses 0; lengths and header lengths follow from what is said.
#pragma once

#include <cstdint>

#include "models/packet/frame.hpp"
#include "sim/units.hpp"
#include "tests/support/printers.hpp"

namespace lvs {

/// What every IP packet can be told. `Self` is the builder of one protocol.
template <class Self>
class PacketBuilder {
 public:
  explicit PacketBuilder(Protocol protocol) {
    frame_.ip = Ipv4Header{};
    frame_.inner = Ipv4Header{};
    frame_.ip.protocol = protocol;
  }

  Self& between(MacAddress source, MacAddress destination) {
    frame_.source = source;
    frame_.destination = destination;
    return self();
  }
  Self& ttl(std::uint8_t ttl) { return frame_.ip.ttl = ttl, self(); }
  Self& tos(std::uint8_t tos) { return frame_.ip.tos = tos, self(); }
  Self& identification(std::uint16_t id) { return frame_.ip.identification = id, self(); }
  Self& dont_fragment() { return frame_.ip.fragment = Ipv4Header::kDontFragment, self(); }
  Self& tag(PayloadTag tag) { return frame_.tag = tag, self(); }
  Self& payload(ByteCount size) { return payload_ = size, self(); }
  /// Inside an outer header from `source` to `destination`, TTL 64 (IPIP, RFC 2003).
  Self& tunnelled(Ipv4Address source, Ipv4Address destination) {
    tunnelled_ = true;
    tunnel_source_ = source;
    tunnel_destination_ = destination;
    return self();
  }

  operator Frame() const {  // implicit: a builder stands where a frame is wanted
    Frame frame = frame_;
    frame.type = EtherType::ipv4;
    frame.ip.total_length = static_cast<std::uint16_t>(
        Ipv4Header::kLength + self().upper_header_length() + payload_.value);
    if (!tunnelled_) return frame;
    frame.inner = frame.ip;
    frame.ip = Ipv4Header{};
    frame.ip.source = tunnel_source_;
    frame.ip.destination = tunnel_destination_;
    frame.ip.protocol = Protocol::ipip;
    frame.ip.total_length =
        static_cast<std::uint16_t>(frame.inner.total_length + Ipv4Header::kLength);
    return frame;
  }

 protected:
  Frame frame_;

 private:
  Self& self() { return static_cast<Self&>(*this); }
  const Self& self() const { return static_cast<const Self&>(*this); }

  ByteCount payload_;
  bool tunnelled_ = false;
  Ipv4Address tunnel_source_;
  Ipv4Address tunnel_destination_;
};

class TcpBuilder : public PacketBuilder<TcpBuilder> {
 public:
  TcpBuilder() : PacketBuilder(Protocol::tcp) { frame_.tcp = TcpSegment{}; }

  TcpBuilder& from(Ipv4Address address, std::uint16_t port);
  TcpBuilder& to(Ipv4Address address, std::uint16_t port);
  TcpBuilder& syn() { return flag(TcpFlags::kSyn); }
  TcpBuilder& fin() { return flag(TcpFlags::kFin); }
  TcpBuilder& rst() { return flag(TcpFlags::kRst); }
  TcpBuilder& psh() { return flag(TcpFlags::kPsh); }
  TcpBuilder& ack(std::uint32_t acknowledgement = 0);
  TcpBuilder& sequence(std::uint32_t number) { return frame_.tcp.sequence = number, *this; }
  TcpBuilder& window(std::uint16_t value) { return frame_.tcp.window = value, *this; }
  // options; the header grows as on the wire: 4 bytes, and 12 with the padding of timestamps
  TcpBuilder& mss(std::uint16_t bytes);
  TcpBuilder& timestamps(std::uint32_t value, std::uint32_t echo);

  std::int64_t upper_header_length() const { return frame_.tcp.header_length; }

 private:
  TcpBuilder& flag(std::uint8_t bit);
};

class UdpBuilder : public PacketBuilder<UdpBuilder> {
 public:
  UdpBuilder() : PacketBuilder(Protocol::udp) { frame_.udp = UdpDatagram{}; }

  UdpBuilder& from(Ipv4Address address, std::uint16_t port);
  UdpBuilder& to(Ipv4Address address, std::uint16_t port);

  std::int64_t upper_header_length() const { return UdpDatagram::kHeaderLength; }
};

/// Begins as an echo request.
class IcmpBuilder : public PacketBuilder<IcmpBuilder> {
 public:
  IcmpBuilder() : PacketBuilder(Protocol::icmp) { frame_.icmp = IcmpMessage{}; }

  IcmpBuilder& from(Ipv4Address address) { return frame_.ip.source = address, *this; }
  IcmpBuilder& to(Ipv4Address address) { return frame_.ip.destination = address, *this; }
  IcmpBuilder& echo_reply() { return type(IcmpType::echo_reply, 0); }
  IcmpBuilder& unreachable(std::uint8_t code) { return type(IcmpType::unreachable, code); }
  IcmpBuilder& fragmentation_needed(std::uint16_t mtu);
  IcmpBuilder& time_exceeded() { return type(IcmpType::time_exceeded, 0); }
  /// The packet that an error is about: all that Linux quotes of it, within 576 bytes.
  IcmpBuilder& about(const Frame& packet);

  std::int64_t upper_header_length() const { return IcmpMessage::kHeaderLength; }

 private:
  IcmpBuilder& type(IcmpType type, std::uint8_t code);
};

class ArpBuilder {
 public:
  explicit ArpBuilder(ArpOperation operation);

  ArpBuilder& from(MacAddress mac, Ipv4Address address);
  /// A request: broadcast, for the owner of `address`.
  ArpBuilder& asking(Ipv4Address address);
  /// A reply: to the one who asked.
  ArpBuilder& to(MacAddress mac, Ipv4Address address);

  operator Frame() const { return frame_; }  // implicit: as PacketBuilder

 private:
  Frame frame_;
};

inline TcpBuilder tcp() { return {}; }
inline UdpBuilder udp() { return {}; }
inline IcmpBuilder icmp() { return {}; }
inline ArpBuilder arp_request() { return ArpBuilder{ArpOperation::request}; }
inline ArpBuilder arp_reply() { return ArpBuilder{ArpOperation::reply}; }

}  // namespace lvs
