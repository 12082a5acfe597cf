// What a packet changes: counters, the state of its connection, active and inactive counts, its
// timer.
#include "models/ipvs/director.hpp"

namespace lvs {

void Director::count_in(const Connection& c, std::uint16_t bytes) {
  if (!c.destination.valid()) [[unlikely]]
    return;
  Destination& destination = destinations_[c.destination.index()];
  if (!destination.available) return;
  Service& service = services_[destination.service.index()];
  for (Statistics* s : {&destination.statistics, &service.statistics, &total_}) {
    ++s->live.packets_in;
    s->live.bytes_in += bytes;
  }
}

void Director::count_out(const Connection& c, std::uint16_t bytes) {
  if (!c.destination.valid()) [[unlikely]]
    return;
  Destination& destination = destinations_[c.destination.index()];
  if (!destination.available) return;
  Service& service = services_[destination.service.index()];
  for (Statistics* s : {&destination.statistics, &service.statistics, &total_}) {
    ++s->live.packets_out;
    s->live.bytes_out += bytes;
  }
}

/// Moves the state machine (4.3, 4.4); returns the timeout to restart with.
Jiffies Director::follow(Connection& c, const Frame& packet, IpvsDirection direction) {
  if (direction == IpvsDirection::output) {
    c.clear(Connection::Flag::kNoOutput);
  } else if (c.has(Connection::Flag::kNoOutput)) {
    direction = IpvsDirection::input_only;
  }
  if (c.protocol == Protocol::udp) {
    if (direction == IpvsDirection::output) assure(c);
    return udp_timeout_;
  }
  const bool fullnat = c.method == ForwardingMethod::fullnat;
  const IpvsTcpEvent event = tcp_event(packet.tcp);
  const IpvsState next = fullnat ? next_state_dpvs(direction, event, c.state)
                                 : next_state(direction, event, c.state, strictness_);
  if (next != c.state) change_state(c, next, direction);
  return (fullnat ? dpvs_tcp_timeouts_ : tcp_timeouts_)[static_cast<std::size_t>(next)];
}

void Director::change_state(Connection& c, IpvsState next, IpvsDirection direction) {
  if (observation_.wants(Watch::kDecisions)) [[unlikely]] {
    emit(RecordKind::ipvs_state,
         {c.client_address.value, c.client_port.value, static_cast<std::int64_t>(c.state),
          static_cast<std::int64_t>(next), static_cast<std::int64_t>(direction), 0});
  }
  c.state = next;
  if (next == IpvsState::established) assure(c);
  if (!c.destination.valid()) return;
  const bool inactive = c.has(Connection::Flag::kInactive);
  const bool fullnat = c.method == ForwardingMethod::fullnat;
  if (inactive != (fullnat ? is_active_dpvs(next) : is_active(next))) return;
  Destination& destination = destinations_[c.destination.index()];
  if (inactive) {
    ++destination.active;
    --destination.inactive;
    c.clear(Connection::Flag::kInactive);
  } else {
    --destination.active;
    ++destination.inactive;
    c.set(Connection::Flag::kInactive);
  }
  counts_changed(c.destination);
}

void Director::counts_changed(DestinationId id) {
  const Destination& destination = destinations_[id.index()];
  const Service& service = services_[destination.service.index()];
  if (service.watches_counts && destination.available) {
    service.scheduler->counts_changed(id, destination);
  }
}

/// Counts a new entry at its destination: a connection as inactive, whatever its first packet makes
/// of it, a template apart (1.4). Either lets OVERLOAD be looked at (1.5).
void Director::bind(Connection& c, DestinationId id) {
  Destination& destination = destinations_[id.index()];
  c.destination = id;
  c.method = destination.method;
  c.set(Connection::Flag::kInactive);
  const bool sees_replies =
      c.method == ForwardingMethod::nat || c.method == ForwardingMethod::fullnat;
  if (!sees_replies) c.set(Connection::Flag::kNoOutput);
  ++destination.references;
  ++(c.has(Connection::Flag::kTemplate) ? destination.persistent : destination.inactive);
  destination.update_overload();
  counts_changed(id);
}

/// Takes the entry out of every count.
void Director::unbind(Connection& c) {
  if (c.controller.valid()) --table_[c.controller].controlled;
  if (c.has(Connection::Flag::kLocalClient)) --local_clients_;
  if (!c.destination.valid()) return;
  Destination& destination = destinations_[c.destination.index()];
  if (c.has(Connection::Flag::kTemplate)) {
    --destination.persistent;
  } else {
    --(c.has(Connection::Flag::kInactive) ? destination.inactive : destination.active);
  }
  --destination.references;
  if (destination.overloaded) destination.update_overload();
  counts_changed(c.destination);
}

/// Takes the entry out of the table and out of every count.
void Director::remove(Connection& c) {
  if (observation_.wants(Watch::kDecisions)) [[unlikely]] {
    emit(RecordKind::ipvs_expired, {c.client_address.value, c.client_port.value,
                                    static_cast<std::int64_t>(c.state), 0, 0, 0});
  }
  unbind(c);
  if (c.translation != Connection::kNoTranslation) [[unlikely]]
    close_local_side(c);
  simulator_.destroy_timer(c.timer);
  table_.erase(table_.id(c));
}

/// Removes an entry whatever it is doing, and then its controller, unless that controls others or
/// is a template that was confirmed (4.2).
void Director::kill(Connection& c) {
  const ConnectionId controller = c.controller;
  remove(c);
  if (!controller.valid()) return;
  Connection& keeper = table_[controller];
  const bool assured =
      keeper.has(Connection::Flag::kTemplate) && keeper.has(Connection::Flag::kAssured);
  if (keeper.controlled == 0 && !assured) kill(keeper);
}

}  // namespace lvs
