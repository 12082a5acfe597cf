#include "models/host/arp.hpp"

#include "models/event_kinds.hpp"
#include "models/host/host.hpp"

namespace lvs {

Arp::Arp(const Environment& environment, Host& host)
    : environment_(environment),
      host_(host),
      proxy_delays_(environment.key, host.name(), "proxy_delay") {}

/// 2.1, steps 1 to 3. (2: lengths are right in every frame of ours; 4: every card has an IPv4
/// configuration, also one without an address, and no other kind of hardware or operation exists.)
void Arp::receive(InterfaceId arrival, FrameId id) {
  Frame& frame = environment_.frames[id];
  const Interface& device = host_.state().interface(arrival);
  if (!device.resolves()) return host_.drop(id, DropCause::arp_suppressed);
  ArpFilter& filter = host_.arp_filter();
  if (filter.active(ArpFilter::Chain::input) &&
      filter.pass(ArpFilter::Chain::input, frame.arp, device.name, {}) == FilterVerdict::drop) {
    return host_.drop(id, DropCause::arptables);
  }
  hear(id, {.by = arrival, .unicast_to_us = !frame.destination.is_group()});
}

/// Steps 5 and 6: targets that nobody asks for, gratuitous ones that are not wanted.
bool Arp::is_impossible(const ArpPacket& packet, InterfaceId arrival) const {
  if (packet.target.is_multicast()) return true;
  return packet.target.is_loopback() &&
         !host_.state().either_conf(arrival, ConfKey::route_localnet);
}

void Arp::hear(FrameId id, const Arrival& arrival) {
  const ArpPacket packet = environment_.frames[id].arp;
  HostState& state = host_.state();
  if (is_impossible(packet, arrival.by)) return host_.drop(id, DropCause::arp_martian);  // 5
  if (packet.sender == packet.target &&
      state.either_conf(arrival.by, ConfKey::drop_gratuitous_arp)) {  // 6
    return host_.drop(id, DropCause::arp_suppressed);
  }
  if (packet.sender.is_any()) return hear_probe(id, arrival);  // 7
  // 8. A request: an input route decision, sender as source.
  if (packet.operation == ArpOperation::request) {
    const InputRoute route = route_input(state, {packet.sender, packet.target}, arrival.by);
    if (route.kind == InputRoute::Kind::local) {  // 8a
      if (!answers(packet, arrival.by) || filtered(packet, arrival.by)) {
        return host_.drop(id, DropCause::arp_suppressed);
      }
      learn_from_request(packet, arrival.by);
      environment_.frames.deliver(id);
      return reply(packet, arrival.by);
    }
    if (stands_for(packet, arrival.by, route)) return answer_as_proxy(id, arrival);  // 8b
  }
  // 9. News about somebody else, or the answer to a question of ours.
  update_cache(packet, arrival.by, arrival.unicast_to_us);
  if (packet.operation == ArpOperation::request) {
    return host_.drop(id, DropCause::arp_not_for_us);
  }
  environment_.frames.deliver(id);
}

/// Step 7, a probe for a duplicate address: answered, never learned from.
void Arp::hear_probe(FrameId id, const Arrival& arrival) {
  const ArpPacket packet = environment_.frames[id].arp;
  if (packet.operation != ArpOperation::request || !host_.state().is_local(packet.target)) {
    return host_.drop(id, DropCause::arp_not_for_us);
  }
  if (!answers(packet, arrival.by)) return host_.drop(id, DropCause::arp_suppressed);
  environment_.frames.deliver(id);
  reply(packet, arrival.by);
}

/// Step 8b: whether the host answers for a target that it would forward to.
bool Arp::stands_for(const ArpPacket& packet, InterfaceId arrival, const InputRoute& route) const {
  if (route.kind != InputRoute::Kind::forward) return false;
  const HostState& state = host_.state();
  if (route.device == arrival) {  // proxy_arp_pvlan
    return state.either_conf(arrival, ConfKey::proxy_arp_pvlan) && packet.sender != packet.target;
  }
  if (host_.neighbours().is_proxy({packet.target, arrival})) return true;
  if (!state.either_conf(arrival, ConfKey::proxy_arp)) return false;
  const int in = state.interface(arrival).conf[ConfKey::medium_id];
  const int out = state.interface(route.device).conf[ConfKey::medium_id];
  if (in == 0) return true;
  return in != -1 && out != in && out != -1;
}

void Arp::answer_as_proxy(FrameId id, const Arrival& arrival) {
  const ArpPacket packet = environment_.frames[id].arp;
  const NeighbourConf& conf = host_.state().interface(arrival.by).neighbours;
  learn_from_request(packet, arrival.by);
  if (arrival.delayed || arrival.unicast_to_us || conf.proxy_delay == 0) {
    environment_.frames.deliver(id);
    return reply(packet, arrival.by);
  }
  if (waiting_proxy_answers_ >= conf.proxy_qlen) {
    return host_.drop(id, DropCause::proxy_queue_full);
  }
  // Uniform in [0, proxy_delay), in hundredths of a second.
  const auto most = static_cast<std::uint64_t>(milliseconds(10 * conf.proxy_delay).count());
  const Duration delay{static_cast<std::int64_t>(proxy_delays_.below(most))};
  ++waiting_proxy_answers_;
  environment_.frames[id].mark = arrival.by.value;
  environment_.simulator.at(environment_.simulator.now() + delay, code(EventKind::proxy_answer),
                            host_.id().value, id.value);
}

void Arp::proxy_answer_due(FrameId id) {
  --waiting_proxy_answers_;
  if (!host_.is_powered()) return host_.drop(id, DropCause::power_off);
  const InterfaceId arrival{environment_.frames[id].mark};
  hear(id, {.by = arrival, .unicast_to_us = false, .delayed = true});
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

/// Step 9 and table 2.5.
void Arp::update_cache(const ArpPacket& packet, InterfaceId arrival, bool unicast_to_us) {
  const HostState& state = host_.state();
  Neighbours& neighbours = host_.neighbours();
  const bool unicast_sender = state.address_type(packet.sender) == RouteType::unicast;
  const bool is_reply = packet.operation == ArpOperation::reply;
  const bool gratuitous = packet.sender == packet.target &&
                          (!is_reply || packet.target_mac == packet.sender_mac) && unicast_sender;
  const Neighbour* known = neighbours.find(packet.sender, arrival);
  if (known == nullptr) {
    const int accept = state.max_conf(arrival, ConfKey::arp_accept);
    const bool permitted = accept == 1 || (accept == 2 && state.interface(arrival).has_network_of(
                                                              packet.sender, packet.sender));
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
  if (const auto frame = make(arrival, answer, request.sender_mac)) {
    host_.transmit_answer(arrival, *frame);
  }
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
  if (const auto frame =
          make(question.device, request, question.unicast_to.value_or(MacAddress::broadcast()))) {
    host_.transmit(question.device, *frame);
  }
}

/// 3.3: which of our addresses the question shows.
Ipv4Address Arp::sender_address(const ArpQuestion& question) const {
  const HostState& state = host_.state();
  const int level = state.max_conf(question.device, ConfKey::arp_announce);
  if (question.packet_source && state.is_local(*question.packet_source)) {
    if (level == 1) {
      const Interface& device = state.interface(question.device);
      if (device.has_network_of(question.target, *question.packet_source)) {
        return *question.packet_source;
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
  broadcast(device, packet);
}

void Arp::notify(InterfaceId device) {
  const HostState& state = host_.state();
  if (!state.either_conf(device, ConfKey::arp_notify)) return;
  if (!state.interface(device).resolves() || !state.interface(device).up) return;
  for (const InterfaceAddress& a : state.interface(device).addresses) {
    ArpPacket packet;
    packet.operation = ArpOperation::request;
    packet.sender_mac = state.interface(device).mac;
    packet.sender = packet.target = a.prefix.address;
    broadcast(device, packet);
  }
}

void Arp::broadcast(InterfaceId device, const ArpPacket& packet) {
  if (const auto frame = make(device, packet, MacAddress::broadcast())) {
    host_.transmit(device, *frame);
  }
}

std::optional<FrameId> Arp::make(InterfaceId device, const ArpPacket& packet,
                                 MacAddress destination) {
  const FrameId id = environment_.frames.create();
  Frame& frame = environment_.frames[id];
  frame.destination = destination;
  frame.source = host_.state().interface(device).mac;
  frame.type = EtherType::arp;
  frame.tag = {};
  frame.mark = 0;
  frame.arp = packet;
  ArpFilter& filter = host_.arp_filter();
  if (!filter.active(ArpFilter::Chain::output)) return id;
  const std::string& name = host_.state().interface(device).name;
  if (filter.pass(ArpFilter::Chain::output, frame.arp, {}, name) == FilterVerdict::accept) {
    return id;
  }
  host_.drop(id, DropCause::arptables);
  return std::nullopt;
}

}  // namespace lvs
