// IN processing: the client's packets (spec/ipvs.md 3.2, 3.3). Steps are numbered as there.
#include "models/ipvs/director.hpp"

namespace lvs {
namespace {

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
  if (c != nullptr && is_gone(*c)) [[unlikely]] {
    if (sysctls_.expire_nodest_conn == 0) {
      return {.action = Action::drop, .cause = DropCause::ipvs_destination_unavailable};
    }
    expire_now(*c);
    c = nullptr;
  }
  if (c != nullptr) return forward(*c, packet);
  // 9. No connection: perhaps a new one.
  const Scheduled scheduled = schedule(packet, tuple, origin, Subject::packet);
  if (scheduled.connection == nullptr) return scheduled.verdict;
  Connection& fresh = *scheduled.connection;
  return fresh.has(Connection::Flag::kOnePacket) ? forward_once(fresh, packet)
                                                 : forward(fresh, packet);
}

/// Steps 10 to 14 for a packet of `c`.
Director::Decision Director::forward(Connection& c, const Frame& packet) {
  count_in(c, packet.ip.total_length);
  const Jiffies timeout = follow(c, packet, IpvsDirection::input);
  ++c.packets_in;
  restart(c, timeout);
  return to_server(c);
}

/// The same for a connection that lives for this packet alone.
Director::Decision Director::forward_once(Connection& c, const Frame& packet) {
  count_in(c, packet.ip.total_length);
  const Decision decision = to_server(c);
  if (c.controller.valid()) ++table_[c.controller].packets_in;
  unbind(c);
  return decision;
}

Director::Decision Director::to_server(const Connection& c) {
  return {.action = Action::forward,
          .method = c.method,
          .real_server = c.real_server(),
          .translation = c.translation};
}

/// Step 7: the connection to use for a SYN that met `c`; null if it is to be scheduled.
Connection* Director::reuse(Connection& c) {
  if (!reschedules(c)) return &c;
  if (c.controlled == 0) expire_now(c);
  return nullptr;
}

bool Director::reschedules(const Connection& c) const {
  // a. The server is quiesced and its connections are not to linger.
  const bool bound = c.destination.valid();
  if (sysctls_.expire_nodest_conn != 0 && bound &&
      destinations_[c.destination.index()].weight == 0) {
    return true;
  }
  // b. The old connection has ended as far as the director knows.
  if (sysctls_.conn_reuse_mode == 0 || c.controller.valid()) return false;
  if (c.state == IpvsState::time_wait || c.state == IpvsState::close) return true;
  return (sysctls_.conn_reuse_mode & 2) != 0 && c.state == IpvsState::fin_wait &&
         c.has(Connection::Flag::kNoOutput);
}

}  // namespace lvs
