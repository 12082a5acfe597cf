// A client that opens single connections to a server that greets, and what was said between them.
#pragma once

#include <string>

#include "models/workload/conversations.hpp"
#include "tests/models/tcp/tcp_lab.hpp"

namespace lvs {

inline constexpr ConversationId kFirst{0};
inline constexpr ConversationId kSecond{1};

/// Client 10.0.0.1, server 10.0.0.2 that greets with 7 bytes on 80/tcp and 53/udp.
struct Talk : TcpLab {
  ServerId web;

  Talk() {
    web = *world.servers().add(greeter(80, Protocol::tcp));
    world.servers().add(greeter(53, Protocol::udp));
  }
  ServerConfig greeter(std::uint16_t port, Protocol protocol) const {
    ServerConfig config;
    config.host = server.id();
    config.port = Port{port};
    config.protocol = protocol;
    config.greeting = 7;
    return config;
  }
  Conversations& talks() { return world.conversations(); }
  Conversations::Ask ask(std::uint16_t to = 80, std::uint16_t from = 40'000) const {
    return {client.id(), {address("10.0.0.1"), Port{from}}, {address("10.0.0.2"), Port{to}}};
  }
  Conversations::Ask ask_by_datagram(std::uint16_t to = 53) const {
    Conversations::Ask asked = ask(to);
    asked.limit = Conversations::kDatagramLimit;
    return asked;
  }
  void open(ConversationId id = kFirst, std::uint16_t to = 80) { talks().open(id, ask(to)); }
  /// "answered by server:80 at 350us"; "ECONNREFUSED at 1ms"; "pending".
  std::string outcome(ConversationId id = kFirst) {
    const ConversationOutcome& o = talks().outcome(id);
    if (o.kind == ConversationOutcome::Kind::pending) return "pending";
    if (o.kind == ConversationOutcome::Kind::failed) return to_string(o.error);
    return "answered by " + world.host(o.server).name() + ":" + to_string(o.port);
  }
  /// Milliseconds from the start to the decision, rounded down.
  std::int64_t decided(ConversationId id = kFirst) {
    return (talks().outcome(id).at - kStart) / milliseconds(1);
  }
  /// What was sent, as ">S <SA >A <PA7": > by the client; flags; bytes of payload.
  std::string said() const {
    std::string line;
    for (const SeenFrame& s : seen.sent) {
      line += line.empty() ? "" : " ";
      line += s.host == client.id() ? ">" : "<";
      line += s.frame.ip.protocol == Protocol::udp ? "udp" : "";
      if (s.frame.ip.protocol == Protocol::icmp) line += "icmp";
      if (s.frame.ip.protocol == Protocol::tcp) line += flags(s.frame.tcp);
      const bool carries = s.frame.ip.protocol != Protocol::icmp && s.frame.payload_length() > 0;
      if (carries) line += std::to_string(s.frame.payload_length());
    }
    return line;
  }
  static std::string flags(const TcpSegment& tcp) {
    std::string letters;
    if (tcp.fin()) letters += "F";
    if (tcp.syn()) letters += "S";
    if (tcp.rst()) letters += "R";
    if ((tcp.flags & TcpFlags::kPsh) != 0) letters += "P";
    if (tcp.ack()) letters += "A";
    return letters;
  }
  /// What was said since this was called last.
  std::string hears(Duration span) {
    run_for(span);
    const std::string line = said();
    seen.clear();
    return line;
  }
};

}  // namespace lvs
