// A director, a client and real servers around it, by every method.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/models/tcp/tcp_lab.hpp"

namespace lvs {

inline const char* const kVip = "10.0.0.100";

/// client 10.0.0.2, director 10.0.0.3 with the VIP, two real servers; everybody on one LAN, for DR
/// and TUN; for NAT the servers are 10.1.0.11 and .12 behind the director (10.1.0.1).
struct DirectorCluster : Lan {
  explicit DirectorCluster(ForwardingMethod m, std::uint16_t port = 80, int servers = 2)
      : client(host("client", "10.0.0.2/24")),
        director(host("director", "10.0.0.3/24")),
        app(world),
        method(m),
        real_port(port) {
    add_address(director, "eth0", std::string(kVip) + "/32");
    if (method == ForwardingMethod::nat) {
      card(director, "eth1", "10.1.0.1/24", 1);
      sysctl(director, "ipv4.ip_forward", 1);
    }
    key.address = {address(kVip), Port{80}};
    ServiceSettings settings;
    settings.scheduler = "rr";
    world.director_of(director).add_service(key, settings);
    for (int i = 1; i <= servers; ++i) add_server(i);
  }
  void add_server(int i) {
    const bool nat = method == ForwardingMethod::nat;
    const std::string rip = (nat ? "10.1.0.1" : "10.0.0.1") + std::to_string(i);
    Host& server = host("rs" + std::to_string(i), rip + "/24", nat ? 1 : 0);
    real_servers.push_back(&server);
    if (nat) {
      add_route(server, "default", "10.1.0.1");
    } else {
      server.state().set_up(kTunnel, true);
      add_address(server, method == ForwardingMethod::tunnel ? "tunl0" : "lo",
                  std::string(kVip) + "/32");
      sysctl(server, "ipv4.conf.all.arp_ignore", 1);
      sysctl(server, "ipv4.conf.all.arp_announce", 2);
    }
    listen(server);
    add_destination(rip);
  }
  void listen(Host& on) {
    Tcp::ListenerConfig config;
    config.host = on.id();
    config.port = Port{real_port};
    config.user = app.user;
    REQUIRE(world.tcp().listen(config));
  }
  void add_destination(const std::string& rip) {
    DestinationSettings settings;
    settings.method = method;
    world.director_of(director).add_destination(key, {address(rip), Port{real_port}}, settings);
  }
  std::optional<EndpointId> connect(App& by) { return connect(by, client, "10.0.0.2"); }
  std::optional<EndpointId> connect(App& by, const Host& from, const std::string& source) {
    Tcp::Connect request;
    request.host = from.id();
    request.source = address(source);
    request.destination = key.address;
    request.user = by.user;
    return world.tcp().connect(request);
  }
  /// The IP packets that a host sent.
  std::vector<std::string> sent(const Host& by) const {
    std::vector<std::string> lines;
    for (const std::string& line : seen.sent_by(by)) {
      if (line.substr(0, 3) != "arp") lines.push_back(line);
    }
    return lines;
  }

  Host& client;
  Host& director;
  App app;
  ForwardingMethod method;
  std::uint16_t real_port;
  ServiceKey key;
  std::vector<Host*> real_servers;
};

}  // namespace lvs
