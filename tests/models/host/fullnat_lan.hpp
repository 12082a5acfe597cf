// FULLNAT through a whole simulated network: client 10.1.10.2; director 10.1.10.1 with the VIP
// 10.1.10.3, inside 192.168.184.128 with local addresses from .200 on; router 192.168.184.1; real
// servers from 192.168.185.129 on behind it, which know nothing of the director (spec/ipvs.md 6).
#pragma once

#include <string>
#include <vector>

#include "tests/models/tcp/tcp_lab.hpp"

namespace lvs {

struct FullnatShape {
  unsigned servers = 1;
  unsigned local_addresses = 1;
  std::string scheduler = "sed";  ///< no turns, so no draws
  std::uint64_t seed = 1;
  Protocol protocol = Protocol::tcp;
  WayConfig way = usual_way();
};

struct FullnatLan : Lan {
  using Shape = FullnatShape;
  explicit FullnatLan(const Shape& shape = {})
      : Lan(shape.seed),
        client(host("client", "10.1.10.2/24", 0, shape.way)),
        director(host("director", "10.1.10.1/24", 0, shape.way)),
        router(host("router", "192.168.184.1/24", 1, shape.way)),
        app(world),
        user(world) {
    add_address(director, "eth0", "10.1.10.3/32");
    card(director, "eth1", "192.168.184.128/24", 1, shape.way);
    add_route(director, "192.168.185.0/24", "192.168.184.1");
    card(router, "eth1", "192.168.185.1/24", 2, shape.way);
    sysctl(router, "ipv4.ip_forward", 1);
    key.protocol = shape.protocol;
    key.address = {address("10.1.10.3"), Port{80}};
    balancer().add_service(key, {.scheduler = shape.scheduler});
    for (unsigned n = 0; n < shape.local_addresses; ++n) add_local(n);
    for (unsigned n = 1; n <= shape.servers; ++n) add_server(n, shape.way);
  }

  Director& balancer() { return world.director_of(director); }
  static Ipv4Address local(unsigned n = 0) { return {ipv4(192, 168, 184, 200).value + n}; }
  static Endpoint rip(unsigned n = 1) { return {{ipv4(192, 168, 185, 128).value + n}, Port{8080}}; }
  void add_local(unsigned n) {
    add_address(director, "eth1", to_string(local(n)) + "/32");
    REQUIRE(balancer().add_local_address(key, local(n), "eth1") == IpvsError::none);
  }
  void add_server(unsigned n, const WayConfig& way) {
    Host& server = host("rs" + std::to_string(n), to_string(rip(n).address) + "/24", 2, way);
    add_route(server, "default", "192.168.185.1");
    servers.push_back(&server);
    Tcp::ListenerConfig config;
    config.host = server.id();
    config.port = rip().port;
    config.user = app.user;
    REQUIRE(world.tcp().listen(config));
    REQUIRE(balancer().add_destination(key, rip(n), {.method = ForwardingMethod::fullnat}) ==
            IpvsError::none);
  }
  std::optional<EndpointId> connect(const char* from = "10.1.10.2") {
    Tcp::Connect request;
    request.host = client.id();
    request.source = address(from);
    request.destination = key.address;
    request.user = user.user;
    return world.tcp().connect(request);
  }
  /// The IP packets that a host sent, with numbers counted from each side's SYN.
  std::vector<std::string> sent(const Host& by) const {
    std::vector<std::string> lines;
    for (const std::string& line : seen.sent_by(by)) {
      if (line.substr(0, 3) != "arp") lines.push_back(line);
    }
    return lines;
  }
  /// The same as frames.
  std::vector<Frame> packets(const Host& by, Protocol protocol = Protocol::tcp) const {
    std::vector<Frame> frames;
    for (const SeenFrame& s : seen.sent) {
      if (s.host == by.id() && !s.frame.is_arp() && s.frame.ip.protocol == protocol) {
        frames.push_back(s.frame);
      }
    }
    return frames;
  }
  const Destination& server(unsigned n = 1) {
    const Service& service = *balancer().find_service(key);
    for (const Destination& d : balancer().destinations(service)) {
      if (d.address == rip(n)) return d;
    }
    throw std::runtime_error("no such server");
  }
  std::string counts(unsigned n = 1) {
    return std::to_string(server(n).active) + "/" + std::to_string(server(n).inactive);
  }
  const Connection& only_connection() {
    const Connection* only = nullptr;
    balancer().connections().each([&](const Connection& c) { only = &c; });
    REQUIRE(balancer().connections().size() == 1);
    return *only;
  }

  Host& client;
  Host& director;
  Host& router;
  App app;   ///< of the servers
  App user;  ///< of the client
  ServiceKey key;
  std::vector<Host*> servers;
};

}  // namespace lvs
