// IN processing: the client's packets (spec/ipvs.md 3.2 to 3.6). Steps are numbered as there.
#include <algorithm>

#include "models/ipvs/director.hpp"

namespace lvs {
namespace {

/// Clients from the FTP data port are never balanced (3.6 step 1).
constexpr Port kFtpData{20};
/// What a connection starts with; the first packet sets another before any timer is armed (4.2).
constexpr Jiffies kFirstTimeout = jiffies_of_seconds(3);

Tuple request_tuple(const Frame& packet) {
  // TCP and UDP begin with the same two ports, so the name of either reads them.
  return {.client = packet.ip.source,
          .virtual_address = packet.ip.destination,
          .client_port = packet.tcp.source,
          .virtual_port = packet.tcp.destination,
          .protocol = packet.ip.protocol};
}

}  // namespace

Director::Decision Director::input(const Frame& packet, Origin origin) {
  // 3. Unsupported protocol: accept.
  const Protocol protocol = packet.ip.protocol;
  if (protocol != Protocol::tcp && protocol != Protocol::udp) return {};
  // 4. Look up a connection.
  const Tuple tuple = request_tuple(packet);
  Connection* c = table_.find(tuple);
  // 7. A SYN may not belong to the connection it meets.
  if (c != nullptr && protocol == Protocol::tcp && packet.tcp.syn()) c = reuse(*c);
  // 8. The destination is gone: drop, or start anew.
  if (c != nullptr && !destinations_[c->destination.index()].available) [[unlikely]] {
    if (sysctls_.expire_nodest_conn == 0) {
      return {.action = Action::drop, .cause = DropCause::ipvs_destination_unavailable};
    }
    expire_now(*c);
    c = nullptr;
  }
  // 9. No connection.
  if (c == nullptr) return schedule(packet, tuple, origin);
  return forward(*c, packet);
}

/// Steps 10 to 14 for a packet of `c`.
Director::Decision Director::forward(Connection& c, const Frame& packet) {
  count_in(c, packet.ip.total_length);
  const Jiffies timeout = follow(c, packet, IpvsDirection::input);
  ++c.packets_in;
  restart(c, timeout);
  return {.action = Action::forward,
          .method = c.method,
          .real_server = c.real_server(),
          .connection = table_.id(c)};
}

/// Step 7: the connection to use for a SYN that met `c`; null if it is to be scheduled.
Connection* Director::reuse(Connection& c) {
  if (!reschedules(c)) return &c;
  if (c.controlled == 0) expire_now(c);
  return nullptr;
}

bool Director::reschedules(const Connection& c) const {
  // a. The server is quiesced and its connections are not to linger.
  if (sysctls_.expire_nodest_conn != 0 && destinations_[c.destination.index()].weight == 0) {
    return true;
  }
  // b. The old connection has ended as far as the director knows.
  if (sysctls_.conn_reuse_mode == 0 || c.controller.valid()) return false;
  if (c.state == IpvsState::time_wait || c.state == IpvsState::close) return true;
  return (sysctls_.conn_reuse_mode & 2) != 0 && c.state == IpvsState::fin_wait &&
         c.has(Connection::Flag::kNoOutput);
}

Director::Decision Director::schedule(const Frame& packet, const Tuple& tuple, Origin origin) {
  // 3.4: what may start a connection.
  if (tuple.protocol == Protocol::tcp) {
    const bool starts = packet.tcp.syn() || sysctls_.sloppy_tcp != 0;
    if (packet.tcp.rst() || !starts) return {};
  }
  // 3.5: which service.
  const Endpoint client{tuple.client, tuple.client_port};
  const Endpoint target{tuple.virtual_address, tuple.virtual_port};
  const ServiceId id = find({.protocol = tuple.protocol, .address = target});
  if (!id.valid()) return {};
  // 3.6 steps 1 and 2: packets that are left alone.
  if (tuple.client_port == kFtpData) return {};
  if (origin == Origin::this_host && table_.find_reply(tuple.protocol, target, client) != nullptr) {
    return {};
  }
  // 3.6 step 5: the scheduler picks.
  Service& service = services_[id.index()];
  const DestinationList servers = destinations(service);
  DestinationId picked;
  if (service.scheduler) picked = service.scheduler->pick(servers, {client, target});
  const std::array<std::int64_t, 4> who{client.address.value, client.port.value,
                                        target.address.value, target.port.value};
  if (!picked.valid()) {
    if (observation_.wants(Watch::kDecisions)) [[unlikely]] {
      const auto quiesced = std::count_if(servers.begin(), servers.end(),
                                          [](const Destination& d) { return d.weight == 0; });
      emit(RecordKind::ipvs_no_server,
           {who[0], who[1], who[2], who[3], static_cast<std::int64_t>(servers.size()), quiesced});
    }
    return {.action = Action::refuse, .cause = DropCause::ipvs_no_destination};
  }
  // 3.6 step 6.
  Connection& c = create(tuple, picked);
  if (observation_.wants(Watch::kDecisions)) [[unlikely]] {
    emit(RecordKind::ipvs_scheduled,
         {who[0], who[1], who[2], who[3], c.real_address.value, c.real_port.value});
  }
  return forward(c, packet);
}

Connection& Director::create(const Tuple& tuple, DestinationId id) {
  Connection& c = table_.insert(tuple, [this](const Connection& moved) {
    simulator_.retarget(moved.timer, target(table_.id(moved)));
  });
  c.timer = simulator_.create_timer(code(EventKind::ipvs_connection), target(table_.id(c)));
  c.timeout = kFirstTimeout;
  Destination& destination = destinations_[id.index()];
  c.real_address = destination.address.address;
  c.real_port = destination.address.port.value != 0 ? destination.address.port : tuple.virtual_port;
  bind(c, id);
  ++destination.statistics.live.connections;
  ++services_[destination.service.index()].statistics.live.connections;
  ++total_.live.connections;
  return c;
}

}  // namespace lvs
