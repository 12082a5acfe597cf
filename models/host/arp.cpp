#include "models/host/arp.hpp"

#include "models/host/host.hpp"
#include "models/host/routing.hpp"

namespace lvs {

Arp::Arp(const Environment& environment, Host& host) : environment_(environment), host_(host) {}

void Arp::receive(InterfaceId arrival, FrameId id) {
  const Frame& frame = environment_.frames[id];
  const ArpPacket packet = frame.arp;
  const bool unicast_to_us = !frame.destination.is_group();
  const auto done = [&](DropCause cause) { host_.drop(id, cause); };
  const auto heard = [&] { environment_.frames.deliver(id); };
  HostState& state = host_.state();

  // 4. Every card of ours has an IPv4 configuration, also one without an address: it asks with an
  // address that it finds elsewhere (3.3), so it hears the answers.
  // 5. Targets that nobody asks for.
  if (packet.target.is_multicast()) return done(DropCause::arp_martian);
  if (packet.target.is_loopback() && !state.either_conf(arrival, ConfKey::route_localnet)) {
    return done(DropCause::arp_martian);
  }
  // 6.
  if (packet.sender == packet.target && state.either_conf(arrival, ConfKey::drop_gratuitous_arp)) {
    return done(DropCause::arp_suppressed);
  }
  // 7. A probe for a duplicate address: answered, never learned from.
  if (packet.sender.is_any()) {
    if (packet.operation != ArpOperation::request || !state.is_local(packet.target)) {
      return done(DropCause::arp_not_for_us);
    }
    if (!answers(packet, arrival)) return done(DropCause::arp_suppressed);
    heard();
    return reply(packet, arrival);
  }
  // 8. A request: an input route decision, sender as source.
  if (packet.operation == ArpOperation::request) {
    const InputRoute route = route_input(state, {packet.sender, packet.target}, arrival);
    if (route.kind == InputRoute::Kind::local) {  // 8a
      if (!answers(packet, arrival) || filtered(packet, arrival)) {
        return done(DropCause::arp_suppressed);
      }
      learn_from_request(packet, arrival);
      heard();
      return reply(packet, arrival);
    }
  }
  // 9. News about somebody else, or the answer to a question of ours.
  update_cache(packet, arrival, unicast_to_us);
  if (packet.operation == ArpOperation::request) return done(DropCause::arp_not_for_us);
  heard();
}

/// arp_ignore, and the record of the decision.
bool Arp::answers(const ArpPacket& packet, InterfaceId arrival) {
  const bool answered = !ignored(packet, arrival);
  if (environment_.observation.wants(Watch::kDecisions)) [[unlikely]] {
    Record record{environment_.simulator.now(),
                  answered ? RecordKind::arp_answered : RecordKind::arp_ignored,
                  0,
                  host_.state().id(),
                  {},
                  {}};
    record.values[0] = packet.target.value;
    record.values[1] = host_.state().max_conf(arrival, ConfKey::arp_ignore);
    environment_.observation.observer->observe(record);
  }
  return answered;
}

/// 2.2, for a target that is known to be local.
bool Arp::ignored(const ArpPacket& packet, InterfaceId arrival) const {
  const HostState& state = host_.state();
  const int level = state.max_conf(arrival, ConfKey::arp_ignore);
  if (level == 8) return true;
  if (level < 1 || level > 3) return false;
  bool found = false;         // the target is an address there
  bool same_network = false;  // some address's network has both target and sender
  const Scope limit = level == 3 ? Scope::link : Scope::host;
  const auto look_at = [&](const Interface& device) {
    for (const InterfaceAddress& a : device.addresses) {
      if (a.scope > limit) continue;
      if (a.prefix.address == packet.target) found = true;
      const bool sender_fits =
          level != 2 || packet.sender.is_any() || a.prefix.contains(packet.sender);
      if (a.prefix.contains(packet.target) && sender_fits) same_network = true;
    }
  };
  if (level == 3) {
    for (const Interface& device : state.interfaces()) look_at(device);
  } else {
    look_at(state.interface(arrival));
  }
  return !(found && same_network);
}

/// 2.3: with arp_filter, only the interface that would be used towards the sender answers.
bool Arp::filtered(const ArpPacket& packet, InterfaceId arrival) const {
  if (!host_.state().either_conf(arrival, ConfKey::arp_filter)) return false;
  const OutputRoute back = route_output(host_.state(), packet.sender, packet.target);
  return back.kind != OutputRoute::Kind::direct || back.device != arrival;
}

/// 8a: the entry is made or overwritten, whatever locktime says.
void Arp::learn_from_request(const ArpPacket& packet, InterfaceId arrival) {
  const auto entry = host_.neighbours().find_or_create(packet.sender, arrival);
  if (entry) {
    host_.neighbours().update(*entry, {packet.sender_mac, NeighbourState::stale, true});
  }
}

void Arp::update_cache(const ArpPacket& packet, InterfaceId arrival, bool unicast_to_us) {
  const HostState& state = host_.state();
  Neighbours& neighbours = host_.neighbours();
  const Route* sender_route = state.tables().lookup(packet.sender);
  const bool unicast_sender = sender_route == nullptr || sender_route->type == RouteType::unicast;
  const bool is_reply = packet.operation == ArpOperation::reply;
  const bool gratuitous = packet.sender == packet.target &&
                          (!is_reply || packet.target_mac == packet.sender_mac) && unicast_sender;
  const Neighbour* known = neighbours.find(packet.sender, arrival);
  if (known == nullptr) {
    const int accept = state.max_conf(arrival, ConfKey::arp_accept);
    const bool permitted =
        accept == 1 ||
        (accept == 2 && state.select_source(arrival, packet.sender) && sender_route != nullptr &&
         sender_route->device == arrival && !sender_route->gateway);
    if (!permitted || !(gratuitous || (is_reply && unicast_sender))) return;
  }
  const auto entry = neighbours.find_or_create(packet.sender, arrival);
  if (!entry) return;
  const Duration locktime = milliseconds(10 * state.interface(arrival).neighbours.locktime);
  const bool override = gratuitous || known == nullptr ||
                        environment_.simulator.now() > neighbours[*entry].updated + locktime;
  neighbours.update(
      *entry,
      {packet.sender_mac,
       is_reply && unicast_to_us ? NeighbourState::reachable : NeighbourState::stale, override});
}

void Arp::reply(const ArpPacket& request, InterfaceId arrival) {
  ArpPacket answer;
  answer.operation = ArpOperation::reply;
  answer.sender_mac = host_.state().interface(arrival).mac;
  answer.sender = request.target;
  answer.target_mac = request.sender_mac;
  answer.target = request.sender;
  host_.transmit_answer(arrival, make(arrival, answer, request.sender_mac));
}

void Arp::ask(const ArpQuestion& question) {
  ArpPacket request;
  request.operation = ArpOperation::request;
  request.sender_mac = host_.state().interface(question.device).mac;
  request.sender = sender_address(question);
  request.target_mac = MacAddress{};
  request.target = question.target;
  if (environment_.observation.wants(Watch::kDecisions)) [[unlikely]] {
    Record record{
        environment_.simulator.now(), RecordKind::arp_asked, 0, host_.state().id(), {}, {}};
    record.values[0] = request.target.value;
    record.values[1] = request.sender.value;
    record.values[2] = host_.state().max_conf(question.device, ConfKey::arp_announce);
    environment_.observation.observer->observe(record);
  }
  host_.transmit(question.device, make(question.device, request,
                                       question.unicast_to.value_or(MacAddress::broadcast())));
}

/// 3.3: which of our addresses the question shows.
Ipv4Address Arp::sender_address(const ArpQuestion& question) const {
  const HostState& state = host_.state();
  const int level = state.max_conf(question.device, ConfKey::arp_announce);
  if (question.packet_source && state.is_local(*question.packet_source)) {
    if (level == 1) {
      for (const InterfaceAddress& a : state.interface(question.device).addresses) {
        if (a.prefix.contains(question.target) && a.prefix.contains(*question.packet_source)) {
          return *question.packet_source;
        }
      }
    } else if (level != 2) {
      return *question.packet_source;
    }
  }
  return state.select_source(question.device, question.target).value_or(Ipv4Address{});
}

void Arp::announce(InterfaceId device, Ipv4Address address, ArpOperation operation) {
  ArpPacket packet;
  packet.operation = operation;
  packet.sender_mac = host_.state().interface(device).mac;
  packet.sender = packet.target = address;
  // arping -U: requests with tha = ff..; -A: replies with tha = sha (2.7).
  packet.target_mac =
      operation == ArpOperation::request ? MacAddress::broadcast() : packet.sender_mac;
  host_.transmit(device, make(device, packet, MacAddress::broadcast()));
}

FrameId Arp::make(InterfaceId device, const ArpPacket& packet, MacAddress destination) {
  const FrameId id = environment_.frames.create();
  Frame& frame = environment_.frames[id];
  frame.destination = destination;
  frame.source = host_.state().interface(device).mac;
  frame.type = EtherType::arp;
  frame.tag = {};
  frame.arp = packet;
  return id;
}

}  // namespace lvs
