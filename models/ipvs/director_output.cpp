// OUT processing: packets from real servers (spec/ipvs.md 3.9).
#include <algorithm>

#include "models/ipvs/director.hpp"
#include "models/ipvs/forward/nat.hpp"

namespace lvs {

Director::Reply Director::output(Frame& packet) {
  const Protocol protocol = packet.ip.protocol;
  if (protocol != Protocol::tcp && protocol != Protocol::udp) return Reply::not_ours;
  const Endpoint client{packet.ip.destination, packet.tcp.destination};
  const Endpoint server{packet.ip.source, packet.tcp.source};
  Connection* c = table_.find_reply(protocol, client, server);
  if (c == nullptr) {
    // 6. A packet that belongs to no connection, perhaps of a NAT server.
    const bool answer = sysctls_.nat_icmp_send != 0 && is_nat_server({server, protocol}) &&
                        !(protocol == Protocol::tcp && packet.tcp.rst());
    return answer ? Reply::refuse : Reply::not_ours;
  }
  // 5. A reply. That the server may have been deleted does not matter here (1.6).
  const bool nat = c->method == ForwardingMethod::nat;
  if (nat) nat_reply(packet, c->virtual_side());
  // The servers of FULLNAT answer to its local side, never from the virtual address.
  if (!nat && c->method == ForwardingMethod::fullnat) return Reply::not_ours;
  count_out(*c, packet.ip.total_length);
  restart(*c, follow(*c, packet, IpvsDirection::output));
  return nat ? Reply::translated : Reply::counted;
}

bool Director::is_nat_server(ServiceAddress server) const {
  return std::any_of(destinations_.begin(), destinations_.end(), [&](const Destination& d) {
    return d.available && d.method == ForwardingMethod::nat && d.address == server.endpoint &&
           services_[d.service.index()].key.protocol == server.protocol;
  });
}

}  // namespace lvs
