// Two hosts on one cable that know each other's MAC, with an application on each; and a peer made
// of raw segments, for what no real end would say.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "models/tcp/tcp.hpp"
#include "tests/support/three_hosts.hpp"

namespace lvs {

/// An application that keeps what it is told, and does what a test gives it to do.
class App final : public TcpUser {
 public:
  explicit App(World& world) : world_(world), user(world.tcp().add_user(*this)) {}

  void connected(EndpointId endpoint) override {
    connections.push_back(endpoint);
    connected_at.push_back(world_.simulator().now());
    if (on_connected) on_connected(endpoint);
  }
  void received(EndpointId endpoint, std::uint32_t count) override {
    bytes += count;
    last_received = world_.simulator().now();
    if (on_received) on_received(endpoint, count);
  }
  void peer_closed(EndpointId endpoint) override {
    ++closes;
    if (on_closed) on_closed(endpoint);
  }
  void queued(ListenerId, std::uint32_t) override { ++waiting; }
  void failed(EndpointId, TcpError e) override {
    error = e;
    failed_at = world_.simulator().now();
  }

 private:
  World& world_;

 public:
  std::uint8_t user;
  std::function<void(EndpointId)> on_connected;
  std::function<void(EndpointId, std::uint32_t)> on_received;
  std::function<void(EndpointId)> on_closed;
  std::vector<EndpointId> connections;
  std::vector<Time> connected_at;
  std::uint64_t bytes = 0;
  Time last_received = kNever;
  int closes = 0;
  int waiting = 0;
  std::optional<TcpError> error;
  Time failed_at = kNever;
};

class TcpLab {
 public:
  explicit TcpLab(const WayConfig& there = usual_way(), const WayConfig& back = usual_way(),
                  std::uint64_t seed = 1)
      : world({seed, 0}),
        seen(world),
        client(world.add_host("client")),
        server(world.add_host("server")),
        cable(world.join({client, card(1)}, {server, card(2)}, there, back)),
        client_app(world),
        server_app(world) {
    add_address(client, "eth0", "10.0.0.1/24");
    add_address(server, "eth0", "10.0.0.2/24");
    knows(client, "10.0.0.2", server);
    knows(server, "10.0.0.1", client);
    knows(server, "10.0.0.9", client);
    seen.clear();
  }
  ~TcpLab() { check_conservation(world); }

  static Interface card(std::uint8_t number) {
    Interface made;
    made.name = "eth0";
    made.mac = {{2, 0, 0, 0, 0, number}};
    made.up = true;
    return made;
  }
  static void knows(Host& host, const char* peer, const Host& by) {
    host.neighbours().set(address(peer), device(host, "eth0"), mac_of(by),
                          NeighbourState::permanent);
  }

  ListenerId listen(std::uint32_t backlog = 511, bool accept_at_once = true,
                    std::uint16_t port = 80) {
    Tcp::ListenerConfig config;
    config.host = server.id();
    config.port = Port{port};
    config.backlog = backlog;
    config.accept_at_once = accept_at_once;
    config.user = server_app.user;
    return *world.tcp().listen(config);
  }
  std::optional<EndpointId> connect(std::uint16_t port = 80) {
    Tcp::Connect request;
    request.host = client.id();
    request.source = address("10.0.0.1");
    request.destination = {address("10.0.0.2"), Port{port}};
    request.user = client_app.user;
    return world.tcp().connect(request);
  }
  Tcp& tcp() { return world.tcp(); }
  void run_for(Duration span) { world.run_until(world.simulator().now() + span); }
  void run_until(Duration since_start) { world.run_until(Time{since_start}); }
  Time now() const { return world.simulator().now(); }

  /// A raw segment of 10.0.0.9:port to the server, and the first thing the server says to it within
  /// 1 ms, without its peers: "R. seq 0 ack 1 len 0"; "" for silence.
  std::string answer_to(const Frame& segment) {
    seen.clear();
    raw(segment);
    run_for(milliseconds(1));
    for (const SeenFrame& s : seen.sent) {
      if (s.host != server.id()) continue;
      Frame plain = s.frame;
      plain.tcp.window = 0;
      plain.tcp.timestamps = false;
      const std::string line = text(plain);
      const auto from = line.find("tcp ");
      const auto to = line.find(" DF");
      return line.substr(from + 4, to - from - 4);
    }
    return "";
  }
  void raw(const Frame& segment) {
    const FrameId id = world.frames().create();
    world.frames()[id] = segment;
    world.frames()[id].destination = mac_of(server);
    client.transmit(device(client, "eth0"), id);
  }
  /// A segment of the raw peer.
  static TcpBuilder peer(std::uint16_t port = 5000, std::uint16_t to = 80) {
    return lvs::tcp().from(address("10.0.0.9"), port).to(address("10.0.0.2"), to);
  }
  /// The raw peer's handshake, first number 999; returns the server's first number + 1.
  std::uint32_t handshake(std::uint16_t port = 5000) {
    seen.clear();
    raw(peer(port).syn().sequence(999).window(64'240).mss(1460));
    run_for(milliseconds(1));
    std::uint32_t next = 0;
    for (const SeenFrame& s : seen.sent) {
      if (s.host == server.id() && s.frame.tcp.syn()) next = s.frame.tcp.sequence + 1;
    }
    raw(peer(port).sequence(1000).ack(next).window(64'240));
    run_for(milliseconds(1));
    return next;
  }
  /// All frames of both hosts, each with "client" or "server" instead of addresses and ports.
  std::vector<std::string> talk() const {
    std::vector<std::string> lines;
    PlainText plain;
    for (const SeenFrame& s : seen.sent) {
      const std::string line = plain(s.frame);
      lines.push_back((s.host == client.id() ? "client " : "server ") +
                      line.substr(line.find("tcp ") + 4));
    }
    return lines;
  }

  World world;
  Recording seen;
  Host& client;
  Host& server;
  CableId cable;
  App client_app;
  App server_app;
};

using Lines = std::vector<std::string>;

}  // namespace lvs
