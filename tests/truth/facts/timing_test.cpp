// facts_timing and facts_confirmation: spec/linux-host.md 3.2, 3.5, 4.3, 4.5.
#include "tests/truth/facts/facts.hpp"

namespace lvs::truth {
namespace {

const std::string kRip = "192.168.77.11";
const std::string kVip = "192.168.77.100";
const std::string kRouter = "192.168.77.1";

bool is_request(const Frame& f) { return f.is_arp() && f.arp.operation == ArpOperation::request; }

/// The recorded real server, router and director; the client is behind the router.
struct ServerLan : FactLan {
  Host& router = machine("rt", kRouter + "/24", 1);
  Host& director = machine("dir", "192.168.77.2/24", 2);
  Host& rs1 = machine("rs1", kRip + "/24", 0x11);
  Host& client = machine_behind_router();
  Time from = now();

  ServerLan() {
    add_address(rs1, "lo", kVip + "/32");
    add_address(director, "eth0", kVip + "/32");
    add_route(rs1, "default", kRouter);
    sysctl(router, "ipv4.ip_forward", 1);
  }
  Host& machine_behind_router() {
    card(router, "eth1", "10.9.0.1/24", 1);
    Host& made = host("client", "10.9.0.10/24", 1);
    add_route(made, "default", "10.9.0.1");
    return made;
  }
  void know(Host& at, const std::string& who, MacAddress mac, NeighbourState state) {
    at.neighbours().set(address(who), device(at, "eth0"), mac, state);
  }
  /// [seconds since `from`, sender, Ethernet destination] of each request of `host`.
  Json requests(const Host& host) const {
    Json list = Json::array();
    for (const SeenFrame& s : seen.sent) {
      if (s.host != host.id() || !is_request(s.frame)) continue;
      list.push_back({in_seconds(s.time - from), to_string(s.frame.arp.sender),
                      to_string(s.frame.destination)});
    }
    return list;
  }
};

/// Requests as recorded: senders and destinations equal, times within what a recording may lag.
void check_requests(Facts& facts, const std::string& key, const Json& observed, double late) {
  const Json& recorded = facts[key];
  INFO(key << ": recorded " << recorded.dump() << ", observed " << observed.dump());
  REQUIRE(observed.size() == recorded.size());
  for (std::size_t i = 0; i < recorded.size(); ++i) {
    CHECK(observed[i][1] == recorded[i][1]);
    CHECK(observed[i][2] == recorded[i][2]);
    const double lag = recorded[i][0].get<double>() - observed[i][0].get<double>();
    CHECK(lag >= -0.06);
    CHECK(lag <= late);
  }
}

void unresolved(Facts& facts) {
  ServerLan lan;
  lan.send(lan.rs1, kRip, "192.168.77.222");
  lan.run_for(milliseconds(300));
  lan.send(lan.rs1, kVip, "192.168.77.222");
  lan.run_for(milliseconds(2750));
  check_requests(facts,
                 "unresolved_requests[t,sender,ethdst] first pkt src RIP, 2nd (0.3s) src VIP, "
                 "arp_announce=0",
                 lan.requests(lan.rs1), 0.31);
  facts.equal("state_after_3s", lan.entry(lan.rs1, "192.168.77.222"));
}

/// An unconnected UDP socket is told nothing when nobody answers ARP.
class Silent final : public UdpUser {
 public:
  void received(std::uint32_t, const Datagram&) override { ++told; }
  void refused(std::uint32_t) override { ++told; }
  int told = 0;
};

void nobody_answers(Facts& facts) {
  ServerLan lan;
  Silent user;
  Udp::Socket socket;
  socket.host = lan.rs1.id();
  socket.local = {address(kRip), Port{4000}};
  socket.user = &user;
  REQUIRE(lan.rs1.udp().open(socket));
  for (int i = 0; i < 2; ++i) {
    lan.rs1.udp().send({lan.rs1.id(), socket.local, {address("192.168.77.222"), Port{9}}, 20, {}});
    lan.run_for(seconds(4));
  }
  const Json& errors =
      facts["errno_next_send(pending SO_ERROR; 113=EHOSTUNREACH; unconnected UDP none)"];
  CHECK(errors == Json{nullptr, nullptr});
  CHECK(user.told == 0);

  ServerLan dead;
  dead.send(dead.client, "10.9.0.10", "192.168.77.222");
  dead.run_for(seconds(4));
  Json told;
  for (const SeenFrame& s : dead.seen.received) {
    if (s.host != dead.client.id() || s.frame.is_arp()) continue;
    told = {in_seconds(s.time - dead.from),
            "type",
            static_cast<int>(s.frame.icmp.type),
            "code",
            s.frame.icmp.code,
            "from",
            to_string(s.frame.ip.source)};
  }
  Json recorded = facts["router_icmp_for_dead_host"];
  CHECK(recorded[0].get<double>() - told[0].get<double>() == Approx(0.04).margin(0.06));
  recorded[0] = told[0];
  CHECK(told == recorded);
}

void stale_entry_is_used(Facts& facts) {
  ServerLan lan;
  lan.know(lan.rs1, kRouter, mac(1), NeighbourState::stale);
  lan.seen.clear();
  for (int i = 0; i < 60; ++i) {
    lan.send(lan.rs1, kVip, "10.9.0.10");
    lan.run_for(milliseconds(100));
  }
  check_requests(facts, "stale_used_by_VIP_traffic_announce0: requests", lan.requests(lan.rs1),
                 0.3);
  Json changes = Json::array();
  for (const Record& r : lan.seen.decisions) {
    const auto state = static_cast<NeighbourState>(r.values[2]);
    const bool of_router = r.host == lan.rs1.id() && r.values[0] == address(kRouter).value;
    if (r.kind != RecordKind::neighbour_changed || !of_router) continue;
    if (state == NeighbourState::probe) continue;  // it lasts for microseconds
    changes.push_back({std::round(10 * in_seconds(r.time - lan.from)) / 10, name(state)});
  }
  const Json& recorded = facts["stale_used: state changes"];
  REQUIRE(changes.size() == recorded.size());
  for (std::size_t i = 0; i < recorded.size(); ++i) {
    CHECK(changes[i][1] == recorded[i][1]);
    CHECK(recorded[i][0].get<double>() - changes[i][0].get<double>() == Approx(0.1).margin(0.11));
  }
}

void probes_fail(Facts& facts) {
  ServerLan lan;
  lan.know(lan.rs1, kRouter, mac(0xaa), NeighbourState::stale);
  lan.send(lan.rs1, kVip, "10.9.0.10");
  lan.run_for(milliseconds(8200));
  check_requests(facts, "probe_failing_requests", lan.requests(lan.rs1), 0.2);
  facts.equal("probe_failing_state", lan.entry(lan.rs1, kRouter));
}

}  // namespace

TEST_CASE("3.2, 4.3: when a host asks, with which address, and when it gives up, as recorded",
          "[truth][facts][neighbours]") {
  Facts facts("facts_timing");
  unresolved(facts);
  nobody_answers(facts);
  stale_entry_is_used(facts);
  probes_fail(facts);
  facts.all_used();
}

namespace {

/// Requests of the router for VIP and answers to them: [seconds, "req" or "reply", to whom or by
/// whom], while the client sends to VIP every 0.2 s. The recorded profile: base_reachable 2 s,
/// delay_first_probe 1 s.
Json poisoned_router(ServerLan& lan, Duration span) {
  sysctl(lan.router, "ipv4.neigh.eth0.base_reachable_time_ms", 2000);
  sysctl(lan.router, "ipv4.neigh.eth0.delay_first_probe_time", 1);
  lan.know(lan.router, kVip, mac(0x11), NeighbourState::stale);
  for (Host* h : {&lan.rs1, &lan.director}) {  // whose own questions are not the subject
    lan.know(*h, kRouter, mac(1), NeighbourState::permanent);
  }
  lan.seen.clear();
  const Time from = lan.now();
  while (lan.now() - from < span) {
    lan.run_for(milliseconds(200));
    lan.send(lan.client, "10.9.0.10", kVip);
  }
  Json events = Json::array();
  const auto of_vip = [](const ArpPacket& arp) {
    return arp.target == address(kVip) || arp.sender == address(kVip);
  };
  for (const SeenFrame& s : lan.seen.sent) {
    if (!s.frame.is_arp() || !of_vip(s.frame.arp)) continue;
    const bool request = is_request(s.frame);
    events.push_back({in_seconds(s.time - from), request ? "req" : "reply",
                      lan.owner(request ? s.frame.destination : s.frame.arp.sender_mac)});
  }
  return events;
}

void check_events(Facts& facts, const std::string& key, const Json& observed) {
  const Json& recorded = facts[key];
  INFO(key << ": recorded " << recorded.dump() << ", observed " << observed.dump());
  REQUIRE(observed.size() == recorded.size());
  for (std::size_t i = 0; i < recorded.size(); ++i) {
    CHECK(observed[i][1] == recorded[i][1]);
    CHECK(observed[i][2] == recorded[i][2]);
    // After the entry was REACHABLE its random reachable time, 1 to 3 s, is 2 s here (4.6).
    const double margin = recorded[i][0].get<double>() > 5 ? 1.0 : 0.25;
    CHECK(observed[i][0].get<double>() == Approx(recorded[i][0].get<double>()).margin(margin));
  }
}

void poisoning(Facts& facts) {
  ServerLan hidden;
  sysctl(hidden.rs1, "ipv4.conf.all.arp_ignore", 1);
  check_events(facts,
               "router entry VIP->RS1 (STALE), RS1 arp_ignore=1, traffic flows (delay_probe 1s)",
               poisoned_router(hidden, milliseconds(8100)));
  facts.equal("... final entry", hidden.entry(hidden.router, kVip));

  ServerLan answering;
  check_events(facts,
               "router entry VIP->RS1 (STALE), RS1 arp_ignore=0: probe answered, poisoning "
               "persists",
               poisoned_router(answering, milliseconds(3900)));
  facts.equal("... final entry b", answering.entry(answering.router, kVip));
}

/// A connection over the router that sends both ways for 16 s; how often end and router ask each
/// other's addresses meanwhile.
void upper_layer_confirmation(Facts& facts) {
  ServerLan lan;
  for (Host* h : {&lan.rs1, &lan.router}) {
    sysctl(*h, "ipv4.neigh.eth0.base_reachable_time_ms", 2000);
    sysctl(*h, "ipv4.neigh.eth0.delay_first_probe_time", 1);
  }
  class Echo final : public TcpUser {
   public:
    explicit Echo(Tcp& tcp) : tcp_(tcp), number(tcp.add_user(*this)) {}
    void connected(EndpointId endpoint) override { open = endpoint; }
    void received(EndpointId endpoint, std::uint32_t count) override {
      if (echoes) tcp_.send(endpoint, count);
    }
    void peer_closed(EndpointId) override {}
    void queued(ListenerId, std::uint32_t) override {}
    void failed(EndpointId, TcpError) override {}

   private:
    Tcp& tcp_;

   public:
    std::uint8_t number;
    bool echoes = false;
    EndpointId open;
  };
  Tcp& tcp = lan.world.tcp();
  Echo server(tcp);
  Echo client(tcp);
  server.echoes = true;
  Tcp::ListenerConfig listener;
  listener.host = lan.rs1.id();
  listener.port = Port{80};
  listener.user = server.number;
  REQUIRE(tcp.listen(listener));
  Tcp::Connect request;
  request.host = lan.client.id();
  request.source = address("10.9.0.10");
  request.destination = {address(kRip), Port{80}};
  request.user = client.number;
  REQUIRE(tcp.connect(request));
  lan.run_for(milliseconds(500));
  REQUIRE(client.open.valid());
  lan.seen.clear();
  for (int i = 0; i < 160; ++i) {
    tcp.send(client.open, 100);
    lan.run_for(milliseconds(100));
  }
  facts.equal(
      "TCP 2-way 16s, base_reachable 2s, delay_probe 1s: ARP requests sent by endpoint RS "
      "(TCP confirms the entry)",
      lan.requests(lan.rs1));
  // The recorded router asked nothing: an artefact of its links, which 4.5 says not to imitate. A
  // router gets no confirmation and asks every few seconds.
  CHECK(facts["... ARP requests sent by forwarding router (ARTEFACT of veth: the confirmation flag "
              "crosses namespaces with the buffer; do not imitate)"]
            .empty());
  const auto asked = lan.seen.times_sent(
      lan.router, [](const Frame& f) { return is_request(f) && f.arp.target == address(kRip); });
  CHECK(asked.size() >= 4);
}

}  // namespace

TEST_CASE("3.5, 4.5: what confirms an entry and what heals a poisoned one, as recorded",
          "[truth][facts][neighbours]") {
  Facts facts("facts_confirmation");
  upper_layer_confirmation(facts);
  poisoning(facts);
  facts.all_used();
}

}  // namespace lvs::truth
