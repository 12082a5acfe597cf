// facts_tcp_long, and what is TCP of facts_ip_tcp: spec/linux-host.md 6.3 to 6.8.
#include "tests/truth/facts/routed_lan.hpp"

namespace lvs::truth {
namespace {

const std::string kPeer = "10.99.0.7";

/// rs1 alone, which knows a way to the peer and listens on port 80.
struct ServerLan : FactLan {
  Host& rs1 = machine("rs1", kRs1 + "/24", 0x11);
  Quiet quiet;
  RawPeer peer{*this, rs1, kPeer};

  ServerLan() {
    add_route(rs1, "10.99.0.0/16", kRouter);
    rs1.neighbours().set(address(kRouter), device(rs1, "eth0"), mac(1), NeighbourState::permanent);
    listen(rs1, quiet.number(world), 80, 5, true);
  }
  TcpBuilder segment(std::uint16_t port) const {
    return tcp().from(address(kPeer), 3333).to(address(kRs1), port).sequence(1000);
  }
  Json shown(const Frame& to_send) {
    Json list = Json::array();
    for (const Frame& f : peer.answers(to_send)) {
      list.push_back({{"src", to_string(f.ip.source)},
                      {"dst", to_string(f.ip.destination)},
                      {"sp", f.tcp.source.value},
                      {"dp", f.tcp.destination.value},
                      {"seq", f.tcp.sequence},
                      {"ack", f.tcp.acknowledgement},
                      {"fl", f.tcp.flags},
                      {"ttl", f.ip.ttl}});
    }
    return list;
  }
};

void segments_for_nobody(Facts& facts) {
  ServerLan lan;
  facts.equal("syn_closed_port", lan.shown(lan.segment(81).syn()));
  facts.equal("synack_unknown", lan.shown(lan.segment(81).syn().ack(777)));
  facts.equal("synack_to_listening_port_unknown", lan.shown(lan.segment(80).syn().ack(777)));
  facts.equal("ack_to_listener_unknown", lan.shown(lan.segment(80).ack(777)));
  facts.equal("data_to_closed", lan.shown(lan.segment(81).ack(777).payload(bytes(10))));
  facts.equal("fin_no_ack_to_closed", lan.shown(lan.segment(81).fin()));
  facts.equal("rst_to_closed", lan.shown(lan.segment(81).rst()));
  facts.equal("fin_to_listener_noack", lan.shown(lan.segment(80).fin()));
  facts.equal("null_flags_to_listener", lan.shown(lan.segment(80)));
}

void segments_that_do_not_arrive(Facts& facts) {
  ServerLan lan;
  const auto syn_to = [](const std::string& target, const std::string& source = kPeer) {
    return tcp().from(address(source), 3333).to(address(target), 80).sequence(1000).syn();
  };
  facts.equal("syn_to_foreign_ip_forward0", Json::array({lan.shown(syn_to("192.168.77.200"))}));
  add_address(lan.rs1, "lo", kVip + "/32");
  facts.equal("syn_own_source(VIP as source) dropped", lan.shown(syn_to(kRs1, kVip)));
  const auto framed_to = [&](MacAddress to) {
    lan.seen.clear();
    const FrameId id = lan.world.frames().create();
    lan.world.frames()[id] = Frame(syn_to(kRs1));
    lan.world.frames()[id].destination = to;
    lan.rs1.receive(device(lan.rs1, "eth0"), id);
    lan.run_for(milliseconds(1));
    return Json(lan.seen.sent_by(lan.rs1));
  };
  facts.equal("syn_in_broadcast_frame_to_own_ip", framed_to(MacAddress::broadcast()));
  facts.equal("syn_in_otherhost_frame", framed_to(mac(0x77)));
}

/// When rs1 sends SYNs (or SYN-ACKs) during 16 s in which nobody answers.
std::vector<double> handshake_times(bool passive, Duration span) {
  ServerLan lan;
  Caller caller(lan.world);
  const Time from = lan.now();
  if (passive) {
    CHECK(lan.peer.syn(3333));
    lan.run_until(span);
  } else {
    Tcp::Connect request;
    request.host = lan.rs1.id();
    request.source = address(kRs1);
    request.destination = {address(kPeer), Port{80}};
    request.user = lan.quiet.number(lan.world);
    REQUIRE(lan.world.tcp().connect(request));
    lan.run_until(span);
  }
  std::vector<double> times;
  for (const SeenFrame& s : lan.seen.sent) {
    if (!s.frame.is_arp() && s.frame.tcp.syn()) times.push_back(in_seconds(s.time - from));
  }
  return times;
}

/// Six handshakes against a backlog of 2 from which nobody accepts.
void backlog(Facts& facts) {
  FactLan lan;
  Host& rs1 = lan.machine("rs1", kRs1 + "/24", 0x11);
  rs1.neighbours().set(address("192.168.77.60"), device(rs1, "eth0"), mac(0x60),
                       NeighbourState::permanent);
  Quiet quiet;
  listen(rs1, quiet.number(lan.world), 80, 2, false);
  RawPeer peer{lan, rs1, "192.168.77.60"};
  Json seen = Json::array();
  for (std::uint16_t port = 1001; port <= 1006; ++port) {
    if (peer.syn(port)) {
      seen.push_back({"synack", peer.ack(port)});
    } else {
      seen.push_back("syn-dropped");
    }
  }
  facts.equal("backlog2_handshakes", seen);
}

/// Four SYNs, then their four ACKs, against a backlog of 1, with SYN cookies as they are by
/// default: an ACK that finds the accept queue full is ignored, whatever abort_on_overflow says.
void overflow_with_cookies(Facts& facts, int abort_on_overflow) {
  FactLan lan;
  Host& rs1 = lan.machine("rs1", kRs1 + "/24", 0x11);
  rs1.neighbours().set(address("192.168.77.60"), device(rs1, "eth0"), mac(0x60),
                       NeighbourState::permanent);
  sysctl(rs1, "ipv4.tcp_abort_on_overflow", abort_on_overflow);
  Quiet quiet;
  listen(rs1, quiet.number(lan.world), 80, 1, false);
  RawPeer peer{lan, rs1, "192.168.77.60"};
  for (const std::uint16_t port : {1001, 1002, 1003, 1004}) CHECK(peer.syn(port));
  Json replies = Json::array();
  for (const std::uint16_t port : {1001, 1002, 1003, 1004}) replies.push_back(peer.ack(port));
  facts.equal("abort_on_overflow=" + std::to_string(abort_on_overflow) +
                  " backlog1: 4 SYN first then 4 ACK: replies",
              replies);
}

/// 6.8: connect() takes even ports first, and upward for one destination.
void ports(Facts& facts) {
  ServerLan lan;
  const std::uint8_t user = lan.quiet.number(lan.world);
  const auto connect = [&](Ipv4Address to) {
    Tcp::Connect request;
    request.host = lan.rs1.id();
    request.source = address(kRs1);
    request.destination = {to, Port{80}};
    request.user = user;
    const auto endpoint = lan.world.tcp().connect(request);
    REQUIRE(endpoint);
    return lan.world.tcp().endpoint(*endpoint).local_port.value;
  };
  const auto is_fitting = [](int port) { return port % 2 == 0 && port >= 32768 && port <= 60999; };
  int even = 0;
  int last = 0;
  for (int i = 0; i < 60; ++i) {
    const int port = connect(address(kPeer));
    even += is_fitting(port) ? 1 : 0;
    CHECK(port > last);
    last = port;
  }
  facts.equal("connect_ports_parity_even_count_of_60", even);
  last = 0;
  for (const int port : facts["ports_sample_same_dest"]) {
    CHECK(is_fitting(port));
    CHECK(port > last);  // as ours
    last = port;
  }
  for (const int port : facts["ports_sample_distinct_dest"]) CHECK(is_fitting(port));
  CHECK(is_fitting(connect(address("10.99.0.8"))));
  // bind(port 0) prefers odd ports. No application of ours binds without a port, so there is
  // nothing to compare.
  CHECK(facts["bind0_odd_count_of_30"] == 30);
}

}  // namespace

void tcp_facts(Facts& facts) {
  segments_for_nobody(facts);
  segments_that_do_not_arrive(facts);
  // The kernel's timer wheel is late by up to 6 % (6.4); ours are the ideal values.
  facts.times("synack_times_16s", handshake_times(true, seconds(16)), 0.45);
  facts.times("syn_times_16s_(tcp_syn_linear_timeouts=0)", handshake_times(false, seconds(16)),
              0.45);
  backlog(facts);
  overflow_with_cookies(facts, 0);
  overflow_with_cookies(facts, 1);
  ports(facts);
}

TEST_CASE("1.3-1.5, 2.7, 5.5, 5.6, 6.3-6.8, 7.3: routing and TCP, as recorded",
          "[truth][facts][tcp]") {
  Facts facts("facts_ip_tcp");
  routing_facts(facts);
  tcp_facts(facts);
  facts.all_used();
}

namespace {

/// When rs1 has a socket for the last time, in tenths of a second.
double last_socket(ServerLan& lan) {
  double last = 0;
  for (int i = 0; i < 1400 && lan.world.tcp().sockets(lan.rs1.id()) > 0; ++i) {
    last = lan.seconds_now();
    lan.run_for(milliseconds(100));
  }
  return last;
}

/// A connection of the peer to rs1, and rs1's end of it.
class Server final : public TcpUser {
 public:
  explicit Server(ServerLan& lan) { listen(lan.rs1, lan.world.tcp().add_user(*this), 81, 5, true); }
  void connected(EndpointId e) override { endpoint = e; }
  void received(EndpointId, std::uint32_t) override {}
  void peer_closed(EndpointId) override {}
  void queued(ListenerId, std::uint32_t) override {}
  void failed(EndpointId, TcpError) override {}
  EndpointId endpoint;
};

struct Talk {
  ServerLan lan;
  Server server{lan};
  std::uint32_t sequence = 0;  ///< of rs1, next

  Talk() {
    const auto answer = lan.peer.answers(lan.segment(81).syn().mss(1460));
    REQUIRE(answer.size() == 1);
    sequence = answer[0].tcp.sequence + 1;
    lan.peer.answers(lan.segment(81).sequence(1001).ack(sequence));
    REQUIRE(server.endpoint.valid());
  }
  void peer_says(TcpBuilder segment) { lan.peer.answers(segment.sequence(1001)); }
};

}  // namespace

TEST_CASE("6.4, 6.5, 6.7: how long handshakes and closed connections last, as recorded",
          "[truth][facts][tcp]") {
  Facts facts("facts_tcp_long");
  facts.times("SYN transmissions (no linear timeouts)", handshake_times(false, seconds(120)), 1.5);
  facts.times("SYN-ACK transmissions", handshake_times(true, seconds(60)), 0.55);

  ServerLan calling;
  const Time from = calling.now();
  class Failing final : public TcpUser {
   public:
    void connected(EndpointId) override {}
    void received(EndpointId, std::uint32_t) override {}
    void peer_closed(EndpointId) override {}
    void queued(ListenerId, std::uint32_t) override {}
    void failed(EndpointId, TcpError e) override { error = e; }
    std::optional<TcpError> error;
  } failing;
  Tcp::Connect request;
  request.host = calling.rs1.id();
  request.source = address(kRs1);
  request.destination = {address(kPeer), Port{80}};
  request.user = calling.world.tcp().add_user(failing);
  REQUIRE(calling.world.tcp().connect(request));
  calling.run_until(milliseconds(126'990));
  CHECK_FALSE(failing.error);
  calling.run_until(milliseconds(127'010));
  CHECK(failing.error == TcpError::timed_out);
  const Json& gave_up = facts["connect() result [errno (110=ETIMEDOUT), s]"];
  CHECK(gave_up[0] == 110);
  CHECK(gave_up[1].get<double>() == Approx(in_seconds(calling.now() - from)).margin(3.5));

  const Json& seen = facts["last time seen, s after start"];
  ServerLan half_open;
  CHECK(half_open.peer.syn(3333));
  CHECK(last_socket(half_open) == Approx(seen["SYN_RECV"].get<double>()).margin(1.5));

  Talk active;  // rs1 closes first, then the peer: TIME_WAIT
  active.lan.world.tcp().close(active.server.endpoint);
  active.peer_says(active.lan.segment(81).fin().ack(active.sequence + 1));
  CHECK(active.lan.world.tcp().sockets(active.lan.rs1.id()) == 1);
  CHECK(last_socket(active.lan) == Approx(seen["TIME_WAIT"].get<double>()).margin(1.5));

  Talk orphan;  // rs1 has closed, the peer never does
  orphan.lan.world.tcp().close(orphan.server.endpoint);
  orphan.peer_says(orphan.lan.segment(81).ack(orphan.sequence + 1));
  CHECK(last_socket(orphan.lan) == Approx(seen["FIN_WAIT2"].get<double>()).margin(1.5));

  Talk held;  // the peer has closed, rs1's application does not
  held.peer_says(held.lan.segment(81).fin().ack(held.sequence));
  CHECK(last_socket(held.lan) >= seen["CLOSE_WAIT"].get<double>());
  facts.all_used();
}

}  // namespace lvs::truth
