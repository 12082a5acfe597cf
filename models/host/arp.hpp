// ARP: hearing and asking. Source: spec/linux-host.md sections 2 and 3; RFC 826.
#pragma once

#include <cstdint>
#include <optional>

#include "models/host/interface.hpp"
#include "models/packet/frame_pool.hpp"

namespace lvs {

class Host;
struct Environment;

/// A solicitation of the neighbour cache.
struct ArpQuestion {
  InterfaceId device;
  Ipv4Address target;
  std::optional<Ipv4Address> packet_source;  ///< of the newest packet that waits for the answer
  std::optional<MacAddress> unicast_to;      ///< a probe; else broadcast
};

class Arp {
 public:
  Arp(const Environment& environment, Host& host);

  /// A frame with an ARP packet that this card accepted. Consumes the frame.
  void receive(InterfaceId arrival, FrameId frame);
  void ask(const ArpQuestion& question);
  /// `arping -U` (requests) or `-A` (replies) of `address` on `device`, once.
  void announce(InterfaceId device, Ipv4Address address, ArpOperation operation);

 private:
  bool answers(const ArpPacket& packet, InterfaceId arrival);
  bool ignored(const ArpPacket& packet, InterfaceId arrival) const;
  bool filtered(const ArpPacket& packet, InterfaceId arrival) const;
  void learn_from_request(const ArpPacket& packet, InterfaceId arrival);
  void update_cache(const ArpPacket& packet, InterfaceId arrival, bool unicast_to_us);
  void reply(const ArpPacket& request, InterfaceId arrival);
  Ipv4Address sender_address(const ArpQuestion& question) const;
  FrameId make(InterfaceId device, const ArpPacket& packet, MacAddress destination);

  const Environment& environment_;
  Host& host_;
};

}  // namespace lvs
