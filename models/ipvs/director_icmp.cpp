// ICMP errors about packets of connections, in both directions (spec/ipvs.md 3.8, 5.4).
#include "models/ipvs/director.hpp"
#include "models/ipvs/forward/nat.hpp"

namespace lvs {

/// Redirects, echo and the rest are not related to a connection.
bool Director::is_related(const IcmpMessage& message) {
  return message.type == IcmpType::unreachable || message.type == IcmpType::source_quench ||
         message.type == IcmpType::time_exceeded;
}

Director::Decision Director::input_icmp(const Frame& packet, Origin origin) {
  if (!is_related(packet.icmp)) return {};
  const QuotedPacket& quoted = packet.icmp.quoted;
  if (quoted.ip.protocol == Protocol::ipip) return input_tunnel_error(packet);
  // 2. The quoted packet went from the virtual side to the client: read it backwards.
  const Tuple tuple{.client = quoted.ip.destination,
                    .virtual_address = quoted.ip.source,
                    .client_port = quoted.destination,
                    .virtual_port = quoted.source,
                    .protocol = quoted.ip.protocol};
  if (tuple.protocol != Protocol::tcp && tuple.protocol != Protocol::udp) return {};
  Connection* c = table_.find(tuple);
  if (c == nullptr) {  // 3
    if (sysctls_.schedule_icmp == 0) return {};
    const Scheduled scheduled = schedule(packet, tuple, origin, Subject::quoted_by_icmp);
    if (scheduled.connection == nullptr) return scheduled.verdict;
    c = scheduled.connection;
    if (c->has(Connection::Flag::kOnePacket)) return forward_once(*c, packet);
    restart(*c, c->timeout);
  }
  // 4. Counted, and sent on; the timer of a known connection is not restarted.
  count_in(*c, packet.ip.total_length);
  if (c->method != ForwardingMethod::nat) ++c->packets_in;
  return to_server(*c);
}

/// 1. An error about our own outer header on the way to a real server.
Director::Decision Director::input_tunnel_error(const Frame& packet) {
  const QuotedPacket& quoted = packet.icmp.quoted;
  const Connection* c = table_.find({.client = quoted.inner.source,
                                     .virtual_address = quoted.inner.destination,
                                     .client_port = quoted.source,
                                     .virtual_port = quoted.destination,
                                     .protocol = quoted.inner.protocol});
  if (c == nullptr || c->method != ForwardingMethod::tunnel) return {};
  if (c->real_address != quoted.ip.destination) return {};
  // The bytes of a relayed error are those of the message that is relayed (ours; no recording has
  // one).
  if (relay_tunnel_error(packet)) count_out(*c, packet.ip.total_length);
  return {.action = Action::tunnel_error, .method = c->method, .real_server = c->real_server()};
}

bool Director::relay_tunnel_error(const Frame& packet) {
  const bool too_long = packet.icmp.type == IcmpType::unreachable &&
                        packet.icmp.code == IcmpUnreachable::kFragmentationNeeded;
  return !too_long || packet.icmp.quoted.inner.dont_fragment();
}

Director::Reply Director::output_icmp(Frame& packet) {
  if (!is_related(packet.icmp)) return Reply::not_ours;
  const QuotedPacket& quoted = packet.icmp.quoted;
  const Connection* c = table_.find_reply(quoted.ip.protocol, {quoted.ip.source, quoted.source},
                                          {quoted.ip.destination, quoted.destination});
  if (c == nullptr || c->method == ForwardingMethod::fullnat) return Reply::not_ours;
  const bool nat = c->method == ForwardingMethod::nat;
  if (nat) nat_icmp_reply(packet, c->virtual_side());
  count_out(*c, packet.ip.total_length);
  return nat ? Reply::translated : Reply::counted;
}

}  // namespace lvs
