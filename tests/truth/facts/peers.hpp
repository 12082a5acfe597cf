// Ends of connections for the facts: applications that do nothing, and a peer of raw segments.
#pragma once

#include <map>
#include <string>

#include "tests/truth/facts/facts.hpp"

namespace lvs::truth {

/// An application that takes what comes and says nothing.
class Quiet final : public TcpUser {
 public:
  /// Its number at the world's TCP.
  std::uint8_t number(World& world) { return world.tcp().add_user(*this); }

  void connected(EndpointId) override {}
  void received(EndpointId, std::uint32_t) override {}
  void peer_closed(EndpointId) override {}
  void queued(ListenerId, std::uint32_t) override {}
  void failed(EndpointId, TcpError) override {}
};

/// Counts datagrams and ICMP errors.
class Counts final : public UdpUser {
 public:
  void received(std::uint32_t, const Datagram&) override { ++datagrams; }
  void refused(std::uint32_t) override { ++refusals; }
  int datagrams = 0;
  int refusals = 0;
};

/// A client that connects and notes how that ended.
class Caller final : public TcpUser {
 public:
  explicit Caller(World& world) : world_(world), number_(world.tcp().add_user(*this)) {}

  /// [errno, seconds] of a connect() that fails; port 80.
  Json connect(Host& from, const std::string& source, const std::string& to);

  void connected(EndpointId) override {}
  void received(EndpointId, std::uint32_t) override {}
  void peer_closed(EndpointId) override {}
  void queued(ListenerId, std::uint32_t) override {}
  void failed(EndpointId, TcpError e) override;

 private:
  World& world_;
  std::uint8_t number_;
  TcpError error_ = TcpError::refused;
  Time failed_at_ = kNever;
};

/// The errno equal, the seconds within 0.11 s.
void check_connect(Facts& facts, const std::string& key, const Json& observed);

/// `bind` 0.0.0.0 unless given.
void listen(Host& host, std::uint8_t user, std::uint16_t port, std::uint32_t backlog,
            bool accept_at_once, const std::string& bind = "0.0.0.0");

/// Segments from an address that is nobody's, to one host. The host must know a MAC address for it.
struct RawPeer {
  FactLan& lan;
  Host& host;
  std::string source;
  std::string target = "";  ///< empty: the host's first address on eth0

  /// What the host sends in answer to `segment`, within 1 ms.
  std::vector<Frame> answers(const Frame& segment);
  /// Whether a SYN from `port` is answered with SYN and ACK.
  bool syn(std::uint16_t port);
  /// The last ACK of the handshake; flags of what comes back, as "0x4".
  Json ack(std::uint16_t port);

  std::map<std::uint16_t, std::uint32_t> server_sequence{};
  Ipv4Address to() const;
};

/// "0x14".
std::string flags_text(const Frame& frame);

/// The fields of an ARP frame as the recordings list them.
Json arp_fields(const Frame& frame);

/// The ARP packets that `host` sends of itself while act() happens, as the recordings list them.
template <class Act>
Json announcements(FactLan& lan, Host& host, Act&& act) {
  lan.seen.clear();
  act();
  lan.run_for(milliseconds(1));
  Json list = Json::array();
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host != host.id() || !s.frame.is_arp()) continue;
    list.push_back(arp_fields(s.frame));
  }
  return list;
}

// facts_ip_tcp, in two files.
void routing_facts(Facts& facts);
void tcp_facts(Facts& facts);

}  // namespace lvs::truth
