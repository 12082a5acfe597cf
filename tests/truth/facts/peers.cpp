#include "tests/truth/facts/peers.hpp"

#include <cstdio>

namespace lvs::truth {
namespace {

/// The errno of a failed connect() (spec/linux-host.md 6.4).
int errno_of(TcpError error) {
  switch (error) {
    case TcpError::refused:
    case TcpError::port_unreachable: return 111;
    case TcpError::net_unreachable: return 101;
    case TcpError::host_unreachable: return 113;
    case TcpError::protocol_unreachable: return 92;
    case TcpError::reset: return 104;
    case TcpError::timed_out: return 110;
  }
  return 0;
}

}  // namespace

Json Caller::connect(Host& from, const std::string& source, const std::string& to) {
  const Time start = world_.simulator().now();
  failed_at_ = kNever;
  Tcp::Connect request;
  request.host = from.id();
  request.source = address(source);
  request.destination = {address(to), Port{80}};
  request.user = number_;
  world_.tcp().connect(request);
  world_.run_until(start + seconds(10));
  REQUIRE(failed_at_ != kNever);
  return {errno_of(error_), in_seconds(failed_at_ - start)};
}

void Caller::failed(EndpointId, TcpError e) {
  error_ = e;
  failed_at_ = world_.simulator().now();
}

void check_connect(Facts& facts, const std::string& key, const Json& observed) {
  const Json& recorded = facts[key];
  INFO(key << ": recorded " << recorded.dump() << ", observed " << observed.dump());
  CHECK(observed[0] == recorded[0]);
  CHECK(observed[1].get<double>() == Approx(recorded[1].get<double>()).margin(0.11));
}

void listen(Host& host, std::uint8_t user, std::uint16_t port, std::uint32_t backlog,
            bool accept_at_once, const std::string& bind) {
  Tcp::ListenerConfig config;
  config.host = host.id();
  config.bind = address(bind);
  config.port = Port{port};
  config.backlog = backlog;
  config.accept_at_once = accept_at_once;
  config.user = user;
  REQUIRE(host.tcp().listen(config));
}

Json arp_fields(const Frame& frame) {
  return {{"op", static_cast<int>(frame.arp.operation)}, {"eth_dst", to_string(frame.destination)},
          {"eth_src", to_string(frame.source)},          {"sha", to_string(frame.arp.sender_mac)},
          {"sip", to_string(frame.arp.sender)},          {"tha", to_string(frame.arp.target_mac)},
          {"tip", to_string(frame.arp.target)}};
}

std::string flags_text(const Frame& frame) {
  char text[8];
  std::snprintf(text, sizeof text, "0x%x", frame.tcp.flags);
  return text;
}

Ipv4Address RawPeer::to() const {
  if (!target.empty()) return address(target);
  return host.state().interface(device(host, "eth0")).addresses.front().prefix.address;
}

std::vector<Frame> RawPeer::answers(const Frame& segment) {
  lan.seen.clear();
  const FrameId id = lan.world.frames().create();
  lan.world.frames()[id] = segment;
  lan.world.frames()[id].destination = mac_of(host);
  host.receive(device(host, "eth0"), id);
  lan.run_for(milliseconds(1));
  std::vector<Frame> frames;
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host == host.id() && !s.frame.is_arp()) frames.push_back(s.frame);
  }
  return frames;
}

bool RawPeer::syn(std::uint16_t port) {
  for (const Frame& f :
       answers(tcp().from(address(source), port).to(to(), 80).sequence(1000).syn().mss(1460))) {
    if (!f.tcp.syn() || !f.tcp.ack()) continue;
    server_sequence[port] = f.tcp.sequence;
    return true;
  }
  return false;
}

Json RawPeer::ack(std::uint16_t port) {
  Json list = Json::array();
  for (const Frame& f : answers(tcp()
                                    .from(address(source), port)
                                    .to(to(), 80)
                                    .sequence(1001)
                                    .ack(server_sequence[port] + 1))) {
    list.push_back(flags_text(f));
  }
  return list;
}

}  // namespace lvs::truth
