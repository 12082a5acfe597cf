// UDP of every host: sockets, and datagrams that fit their link. Sources: RFC 768;
// spec/linux-host.md 5.7 for closed ports.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <tsl/robin_map.h>

#include "models/observe.hpp"
#include "models/packet/endpoint.hpp"
#include "models/packet/frame_pool.hpp"
#include "models/packet/icmp.hpp"

namespace lvs {

class Host;
struct Environment;

/// Who owns sockets. Datagrams come with their sender, so one user serves many peers.
class UdpUser {
 public:
  struct Datagram {
    HostId host;
    Endpoint local;
    Endpoint remote;
    std::uint32_t bytes = 0;
    PayloadTag tag;
  };
  virtual ~UdpUser() = default;
  virtual void received(std::uint32_t user_data, const Datagram& datagram) = 0;
  /// An ICMP error about a datagram of a connected socket.
  virtual void refused(std::uint32_t user_data) = 0;
};

class Udp {
 public:
  struct Socket {
    HostId host;
    Endpoint local;   ///< address 0.0.0.0: every local address
    Endpoint remote;  ///< of a connected socket; address 0.0.0.0: from anybody
    UdpUser* user = nullptr;
    std::uint32_t user_data = 0;
  };

  explicit Udp(const Environment& environment) : environment_(environment) {}
  void add_host(Host& host);

  /// False if host, port and address are taken.
  bool open(const Socket& socket);
  void close(HostId host, const Endpoint& local);
  /// A free source port, as for TCP; nothing if there is none.
  std::optional<Port> free_port(HostId host, Ipv4Address source);

  /// Sends `bytes` as one datagram, or, if they do not fit the link's MTU, as several (our choice:
  /// an application that cuts its response to the MTU, so nothing is fragmented).
  void send(const UdpUser::Datagram& datagram);

  void receive(Host& host, FrameId frame);
  void icmp_error(Host& host, const IcmpMessage& message);

 private:
  static std::uint64_t key(HostId host, const Endpoint& local) {
    return static_cast<std::uint64_t>(host.value) << 48 |
           static_cast<std::uint64_t>(local.address.value) << 16 | local.port.value;
  }
  const Socket* find(HostId host, const Endpoint& local) const;

  const Environment& environment_;
  std::vector<Host*> hosts_;
  tsl::robin_map<std::uint64_t, Socket> sockets_;
  tsl::robin_map<std::uint64_t, std::uint32_t> port_cursors_;
};

}  // namespace lvs
