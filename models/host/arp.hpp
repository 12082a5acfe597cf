// ARP: hearing and asking. Source: spec/linux-host.md sections 2 and 3; RFC 826.
#pragma once

#include <cstdint>
#include <optional>

#include "models/host/interface.hpp"
#include "models/host/routing.hpp"
#include "models/packet/frame_pool.hpp"
#include "sim/random.hpp"

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
  /// The device came up or has another MAC address: with arp_notify, one request for each of its
  /// addresses (2.7).
  void notify(InterfaceId device);
  /// A request whose proxy answer was delayed is looked at again. Consumes the frame.
  void proxy_answer_due(FrameId frame);

 private:
  /// How a frame came in, beside what is in it.
  struct Arrival {
    InterfaceId by;
    bool unicast_to_us = false;
    bool delayed = false;  ///< it has waited for a proxy answer
  };

  void hear(FrameId frame, const Arrival& arrival);
  bool is_impossible(const ArpPacket& packet, InterfaceId arrival) const;
  void hear_probe(FrameId frame, const Arrival& arrival);
  bool stands_for(const ArpPacket& packet, InterfaceId arrival, const InputRoute& route) const;
  void answer_as_proxy(FrameId frame, const Arrival& arrival);
  bool answers(const ArpPacket& packet, InterfaceId arrival);
  bool ignored(const ArpPacket& packet, InterfaceId arrival) const;
  bool filtered(const ArpPacket& packet, InterfaceId arrival) const;
  void learn_from_request(const ArpPacket& packet, InterfaceId arrival);
  void update_cache(const ArpPacket& packet, InterfaceId arrival, bool unicast_to_us);
  void reply(const ArpPacket& request, InterfaceId arrival);
  Ipv4Address sender_address(const ArpQuestion& question) const;
  /// The frame, unless arptables' OUTPUT drops the packet.
  std::optional<FrameId> make(InterfaceId device, const ArpPacket& packet, MacAddress destination);
  void broadcast(InterfaceId device, const ArpPacket& packet);

  const Environment& environment_;
  Host& host_;
  RandomStream proxy_delays_;
  int waiting_proxy_answers_ = 0;
};

}  // namespace lvs
