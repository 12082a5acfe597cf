#include "models/udp/udp.hpp"

#include <algorithm>

#include "models/host/host.hpp"
#include "models/packet/compose.hpp"

namespace lvs {

void Udp::add_host(Host& host) {
  LVS_REQUIRE(host.id().index() == hosts_.size(), "hosts join UDP in the order of their ids");
  hosts_.push_back(&host);
}

bool Udp::open(const Socket& socket) {
  if (find(socket.host, socket.local) != nullptr) return false;
  sockets_[key(socket.host, socket.local)] = socket;
  return true;
}

void Udp::close(HostId host, const Endpoint& local) { sockets_.erase(key(host, local)); }

const Udp::Socket* Udp::find(HostId host, const Endpoint& local) const {
  const auto exact = sockets_.find(key(host, local));
  if (exact != sockets_.end()) return &exact->second;
  const auto any = sockets_.find(key(host, {Ipv4Address{}, local.port}));
  return any == sockets_.end() ? nullptr : &any->second;
}

std::optional<Port> Udp::free_port(HostId host, Ipv4Address source) {
  const HostSysctls& sysctls = hosts_[host.index()]->state().sysctls();
  const auto first = static_cast<std::uint32_t>(sysctls.ip_local_port_first);
  const auto count = static_cast<std::uint32_t>(sysctls.ip_local_port_last) - first + 1;
  std::uint32_t& cursor = port_cursors_[key(host, {source, Port{}})];
  for (std::uint32_t i = 0; i < count; ++i) {
    const Port port{static_cast<std::uint16_t>(first + (cursor + i) % count)};
    if (find(host, {source, port}) != nullptr) continue;
    cursor = (cursor + i + 1) % count;
    return port;
  }
  return std::nullopt;
}

void Udp::send(const UdpUser::Datagram& datagram) {
  constexpr std::uint32_t kHeaders = Ipv4Header::kLength + UdpDatagram::kHeaderLength;
  Host& from = *hosts_[datagram.host.index()];
  PeerPath path;
  if (!from.ip().find_path(path, datagram.local.address, datagram.remote.address)) return;
  std::uint32_t left = datagram.bytes;
  do {
    const std::uint32_t length = std::min(left, path.mtu - kHeaders);
    left -= length;
    const FrameId id = environment_.frames.create();
    Frame& frame = environment_.frames[id];
    start_packet(frame, {.source = datagram.local.address,
                         .destination = datagram.remote.address,
                         .protocol = Protocol::udp,
                         .tag = datagram.tag});
    const HostSysctls& sysctls = from.state().sysctls();
    frame.ip.ttl = static_cast<std::uint8_t>(sysctls.ip_default_ttl);
    if (sysctls.ip_no_pmtu_disc != 0) {
      frame.ip.fragment = 0;
      frame.ip.identification = from.next_identification();
    }
    frame.ip.total_length = static_cast<std::uint16_t>(kHeaders + length);
    frame.udp = {datagram.local.port, datagram.remote.port};
    from.ip().send(path, id);
  } while (left > 0);
}

void Udp::receive(Host& to, FrameId id) {
  const Frame& frame = environment_.frames[id];
  const Endpoint local{frame.ip.destination, frame.udp.destination};
  const Endpoint remote{frame.ip.source, frame.udp.source};
  const Socket* socket = find(to.id(), local);
  const bool wrong_peer =
      socket != nullptr && !socket->remote.address.is_any() && socket->remote != remote;
  if (socket == nullptr || wrong_peer) {
    to.icmp().send_error(frame, {IcmpType::unreachable, IcmpUnreachable::kPort, 0});
    return to.drop(id, DropCause::closed_port);
  }
  const UdpUser::Datagram datagram{to.id(), local, remote, frame.payload_length(), frame.tag};
  UdpUser* const user = socket->user;
  const std::uint32_t user_data = socket->user_data;
  environment_.frames.deliver(id);
  user->received(user_data, datagram);
}

void Udp::icmp_error(Host& host, const IcmpMessage& message) {
  const QuotedPacket& quoted = message.quoted;
  if (message.type != IcmpType::unreachable) return;
  if (message.code == IcmpUnreachable::kFragmentationNeeded) return;
  const Socket* socket = find(host.id(), {quoted.ip.source, quoted.source});
  if (socket == nullptr || socket->remote.address.is_any()) return;
  if (socket->remote != Endpoint{quoted.ip.destination, quoted.destination}) return;
  socket->user->refused(socket->user_data);
}

}  // namespace lvs
