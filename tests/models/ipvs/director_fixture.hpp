// A director alone with the clock: packets are handed to its hooks, timers run.
#pragma once

#include <string>

#include "models/ipvs/director.hpp"
#include "models/ipvs/listing.hpp"
#include "tests/support/printers.hpp"

namespace lvs {

inline const Endpoint kTestVip{ipv4(10, 1, 10, 3), Port{80}};
inline const ServiceKey kTestService{.protocol = Protocol::tcp, .address = kTestVip};

/// The n-th real server, rs1 = 192.168.184.129.
inline Endpoint test_server(unsigned n, std::uint16_t port = 80) {
  return {{ipv4(192, 168, 184, 128).value + n}, Port{port}};
}
inline Endpoint test_client(unsigned n) {
  return {ipv4(172, 20, 0, 1), Port{static_cast<std::uint16_t>(30000 + n)}};
}

inline constexpr std::uint8_t kTestSyn = TcpFlags::kSyn;
inline constexpr std::uint8_t kTestAck = TcpFlags::kAck;
inline constexpr std::uint8_t kTestFin = TcpFlags::kFin | TcpFlags::kAck;
inline constexpr std::uint8_t kTestRst = TcpFlags::kRst;

inline Frame tcp_packet(Endpoint from, Endpoint to, std::uint8_t flags, std::uint16_t length = 52) {
  Frame frame;
  frame.ip.source = from.address;
  frame.ip.destination = to.address;
  frame.ip.total_length = length;
  frame.ip.protocol = Protocol::tcp;
  frame.tcp.source = from.port;
  frame.tcp.destination = to.port;
  frame.tcp.flags = flags;
  return frame;
}

inline Frame udp_packet(Endpoint from, Endpoint to, std::uint16_t length = 29) {
  Frame frame = tcp_packet(from, to, 0, length);
  frame.ip.protocol = Protocol::udp;
  frame.udp = {from.port, to.port};
  return frame;
}

class DirectorFixture {
 public:
  explicit DirectorFixture(DirectorPhases phases = {})
      : director(simulator, observation, HostId{0}, 3, phases) {}

  Simulator simulator;
  Observation observation;
  Director director;

  /// A TCP service at kTestVip with `servers` real servers of weight 1.
  void serve(const std::string& scheduler, unsigned servers,
             ForwardingMethod method = ForwardingMethod::nat) {
    LVS_REQUIRE(director.add_service(kTestService, {.scheduler = scheduler}) == IpvsError::none,
                "the service can be added");
    for (unsigned n = 1; n <= servers; ++n) {
      director.add_destination(kTestService, test_server(n), {.method = method});
    }
  }

  void run_for(Duration span) { run_until(simulator.now() + span); }
  void run_until(Time time) {
    simulator.run_until(time, [this](const Event& event) { director.expire(event); });
  }

  Director::Decision from_client(unsigned client, std::uint8_t flags) {
    return director.input(tcp_packet(test_client(client), kTestVip, flags));
  }
  Director::Reply from_server(Endpoint server, unsigned client, std::uint8_t flags) {
    Frame frame = tcp_packet(server, test_client(client), flags);
    return director.output(frame);
  }
  /// SYN, SYN+ACK, ACK over NAT; who serves.
  Endpoint connect(unsigned client) {
    const Endpoint server = from_client(client, kTestSyn).real_server;
    from_server(server, client, kTestSyn | kTestAck);
    from_client(client, kTestAck);
    return server;
  }

  const Destination& server(unsigned n, const ServiceKey& key = kTestService) const {
    for (const Destination& d : director.destinations(*director.find_service(key))) {
      if (d.address.address == test_server(n).address) return d;
    }
    throw std::runtime_error("no such server");
  }
  /// "active/inactive" of a server.
  std::string counts(unsigned n, const ServiceKey& key = kTestService) const {
    const Destination& d = server(n, key);
    return std::to_string(d.active) + "/" + std::to_string(d.inactive);
  }
  /// The one entry that the table holds.
  const Connection& only_connection() const {
    const Connection* only = nullptr;
    director.connections().each([&](const Connection& c) { only = &c; });
    LVS_REQUIRE(only != nullptr && director.connections().size() == 1, "there is one connection");
    return *only;
  }
  /// "ESTABLISHED", or "-" if there is no entry of the client.
  std::string state(unsigned client) const {
    std::string result = "-";
    director.connections().each([&](const Connection& c) {
      if (c.client() == test_client(client) && !c.has(Connection::Flag::kDying)) {
        result = std::string(name(c.state));
      }
    });
    return result;
  }
};

}  // namespace lvs
