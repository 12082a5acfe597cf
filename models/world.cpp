#include "models/world.hpp"

#include "models/event_kinds.hpp"

namespace lvs {

World::World(StreamKey key, EventQueue::Structure structure)
    : simulator_(structure),
      key_(key),
      cables_(simulator_, frames_, key),
      environment_{simulator_, frames_, cables_, observation_, key},
      tcp_(environment_),
      udp_(environment_),
      clients_(simulator_, observation_, tcp_, udp_, exchanges_, host_list_, key),
      servers_(simulator_, tcp_, udp_, exchanges_, conversation_table_, clients_, key),
      conversations_(simulator_, tcp_, udp_, servers_, conversation_table_, host_list_),
      health_(simulator_, tcp_, host_list_) {}

Host& World::add_host(const std::string& name) {
  const HostId id{static_cast<std::uint32_t>(hosts_.size())};
  Host& host = hosts_.emplace_back(environment_, id, name, tcp_, udp_);
  host_list_.push_back(&host);
  tcp_.add_host(host);
  udp_.add_host(host);
  host_nodes_.push_back(topology_.add_host(name));
  return host;
}

Switch& World::add_switch(const std::string& name) {
  switch_nodes_.push_back(topology_.add_switch(name));
  Switch& added = switches_.emplace_back(simulator_, frames_, cables_, name);
  switch_list_.push_back(&added);
  return added;
}

CableId World::plug(Host& host, const Interface& card, std::uint32_t switch_index,
                    const WayConfig& out, const WayConfig& in) {
  const InterfaceId interface = host.state().add_interface(card);
  Switch& at = switches_[switch_index];
  const Attachment here{Attachment::Kind::card, static_cast<std::uint16_t>(interface.value),
                        host.id().value};
  const Attachment there{Attachment::Kind::switch_port, at.next_port(), switch_index};
  const CableId cable = cables_.connect(here, there, out, in, host.name() + "/" + card.name);
  host.plug_in(interface, Cables::from_a(cable));
  at.attach(Cables::from_b(cable));
  topology_.join(host_nodes_[host.id().index()], switch_nodes_[switch_index]);
  return cable;
}

CableId World::join(const CardOf& a, const CardOf& b, const WayConfig& a_to_b,
                    const WayConfig& b_to_a) {
  const InterfaceId first = a.host.state().add_interface(a.card);
  const InterfaceId second = b.host.state().add_interface(b.card);
  const CableId cable = cables_.connect(
      {Attachment::Kind::card, static_cast<std::uint16_t>(first.value), a.host.id().value},
      {Attachment::Kind::card, static_cast<std::uint16_t>(second.value), b.host.id().value}, a_to_b,
      b_to_a, a.host.name() + "/" + a.card.name);
  a.host.plug_in(first, Cables::from_a(cable));
  b.host.plug_in(second, Cables::from_b(cable));
  topology_.join(host_nodes_[a.host.id().index()], host_nodes_[b.host.id().index()]);
  return cable;
}

Director& World::director_of(Host& host) {
  if (host.director() == nullptr) {
    LVS_REQUIRE(directors_.size() < kMostDirectors, "at most 16 hosts are directors");
    host.make_director(static_cast<std::uint32_t>(directors_.size()));
    directors_.push_back(&host);
  }
  return *host.director();
}

void World::power(Host& host, bool on) {
  if (host.is_powered() == on) return;
  if (on) {
    host.power_on();
    servers_.power_on(host.id());
  } else {
    host.power_off();
    servers_.power_off(host.id());
    health_.power_off(host.id());
  }
}

void World::carrier_lost(CableId cable) {
  for (const DirectionId way : {Cables::from_a(cable), Cables::from_b(cable)}) {
    const Attachment& end = cables_.receiver(way);
    if (end.kind == Attachment::Kind::switch_port) {
      switches_[end.owner].port_down(end.port);
    } else {
      host_list_[end.owner]->set_carrier(InterfaceId{end.port}, false);
    }
  }
}

void World::carrier_found(CableId cable) {
  for (const DirectionId way : {Cables::from_a(cable), Cables::from_b(cable)}) {
    const Attachment& end = cables_.receiver(way);
    if (end.kind == Attachment::Kind::card) {
      host_list_[end.owner]->set_carrier(InterfaceId{end.port}, true);
    }
  }
}

void World::run_until(Time end) {
  simulator_.run_until(end, [this](const Event& event) {
    dispatch(event);
    return !ended();
  });
}

void World::arrive(const Event& event) {
  const FrameId frame{event.argument};
  const Attachment* to = cables_.arrive(DirectionId{event.target}, frame);
  if (to == nullptr) return;
  if (to->kind == Attachment::Kind::switch_port) {
    switch_list_[to->owner]->receive(to->port, frame);
  } else {
    host_list_[to->owner]->receive(InterfaceId{to->port}, frame);
  }
}

void World::dispatch(const Event& event) {
  const auto kind = static_cast<EventKind>(event.kind());
  if (kind == EventKind::frame_arrival) [[likely]]
    return arrive(event);
  switch (kind) {
    case EventKind::frame_arrival: break;
    case EventKind::processor_done: return host_list_[event.target]->processor_done(event.argument);
    case EventKind::delayed_answer:
      return host_list_[event.target]->answer_due(FrameId{event.argument});
    case EventKind::loopback:
    case EventKind::loopback_handled:
      return host_list_[event.target]->loop_back(FrameId{event.argument},
                                                 event.kind() == code(EventKind::loopback_handled));
    case EventKind::proxy_answer:
      return host_list_[event.target]->arp().proxy_answer_due(FrameId{event.argument});
    case EventKind::reassembly:
      return host_list_[event.target >> Reassembly::kTargetShift]->ip().reassembly_timer(
          event.target & ((1U << Reassembly::kTargetShift) - 1));
    case EventKind::route_exceptions: return host_list_[event.target]->ip().exception_expired();
    case EventKind::connection_arrival: return clients_.connection_arrival(event.target);
    case EventKind::user_ready: return clients_.user_ready(event.target, event.argument);
    case EventKind::scenario_event: return scenario_events_->happen(event.argument);
    case EventKind::ipvs_connection:
    case EventKind::ipvs_statistics:
    case EventKind::ipvs_collection:
    case EventKind::ipvs_trash:
      return directors_[event.target >> kDirectorShift]->director()->expire(event);
    case EventKind::tcp_endpoint: return tcp_.timer(event.target);
    case EventKind::neighbour:
      return host_list_[event.target >> Neighbours::kTargetShift]->neighbours().timer(
          event.target & ((1U << Neighbours::kTargetShift) - 1));
    case EventKind::exchange_timeout: return clients_.exchange_timer(event.target);
    case EventKind::conversation_limit: return conversations_.limit_reached(event.target);
    case EventKind::health_probe: return health_.timer(event.target);
    case EventKind::service_departure: return servers_.departure(event.target);
  }
  LVS_REQUIRE(false, "every kind of event has a receiver");
}

}  // namespace lvs
