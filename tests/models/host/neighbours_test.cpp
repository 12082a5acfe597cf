// spec/linux-host.md sections 3 and 4: which address a host asks with, and the life of an entry.
#include "models/host/neighbours.hpp"

#include <catch2/catch.hpp>

#include "models/tcp/tcp.hpp"
#include "tests/support/three_hosts.hpp"

namespace lvs {
namespace {

struct NeighbourLan : Lan {
  Host& subject = host("subject", "10.0.0.11/24");
  Host& peer = host("peer", "10.0.0.1/24");

  /// The subject sends a UDP packet of its own.
  void send(const std::string& from, const std::string& to) {
    originate(subject, udp().from(address(from), 9).to(address(to), 9));
  }
  std::string state(const std::string& of) const { return neighbour_state(subject, of); }
  /// When the subject asked, and with which address, since the last clear.
  std::vector<std::string> questions() const {
    std::vector<std::string> asked;
    for (const SeenFrame& s : seen.sent) {
      if (s.host != subject.id() || !s.frame.is_arp()) continue;
      if (s.frame.arp.operation != ArpOperation::request) continue;
      CHECK(s.frame.arp.target_mac.is_zero());
      CHECK(s.frame.arp.sender_mac == mac_of(subject));
      asked.push_back(to_string(s.time - begun) + " tell " + to_string(s.frame.arp.sender) +
                      (s.frame.destination.is_broadcast() ? "" : " unicast"));
    }
    return asked;
  }
  void begin() {
    seen.clear();
    begun = now();
  }
  Time begun = kStart;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("an address that nobody has is asked for at 0, 1 and 2 s and fails at 3 s",
          "[host][neighbours]") {
  NeighbourLan lan;
  lan.run_until(seconds(7));
  lan.begin();
  lan.send("10.0.0.11", "10.0.0.77");
  CHECK(lan.state("10.0.0.77") == "INCOMPLETE");
  lan.run_until(seconds(10) - picoseconds(1));
  CHECK(lan.state("10.0.0.77") == "INCOMPLETE");
  CHECK(lan.subject.drops()[DropCause::neighbour_failed] == 0);
  lan.run_until(seconds(10));
  CHECK(lan.state("10.0.0.77") == "FAILED");
  CHECK(lan.subject.drops()[DropCause::neighbour_failed] == 1);
  CHECK(lan.questions() == Lines{"0s tell 10.0.0.11", "1s tell 10.0.0.11", "2s tell 10.0.0.11"});
  SECTION("and the next packet asks at once again") {
    lan.begin();
    lan.send("10.0.0.11", "10.0.0.77");
    CHECK(lan.state("10.0.0.77") == "INCOMPLETE");
    CHECK(lan.questions() == Lines{"0s tell 10.0.0.11"});
  }
  SECTION("and the entry stays for ever") {
    lan.run_until(seconds(1000));
    CHECK(lan.state("10.0.0.77") == "FAILED");
  }
}

TEST_CASE("the newest waiting packet decides the sender address; probes show the RIP",
          "[host][neighbours][arp]") {
  NeighbourLan lan;
  add_address(lan.subject, "lo", "10.0.0.100/32");
  lan.begin();
  lan.send("10.0.0.100", "10.0.0.77");
  lan.run_for(milliseconds(500));
  lan.send("10.0.0.11", "10.0.0.77");
  lan.run_for(seconds(1));
  lan.send("10.0.0.100", "10.0.0.77");
  lan.run_for(seconds(1));
  CHECK(lan.questions() == Lines{"0s tell 10.0.0.100", "1s tell 10.0.0.11", "2s tell 10.0.0.100"});
}

TEST_CASE("arp_announce chooses the address a host asks with (3.3)", "[host][arp]") {
  struct Case {
    const char* name;
    const char* vip;  ///< the source of the packet
    const char* vip_on;
    bool before_rip;
    const char* shown[3];  ///< at levels 0, 1, 2
  };
  const char *rip = "10.0.0.11", *vip = "10.0.0.100", *far = "10.50.0.1";
  const auto c = GENERATE_COPY(values<Case>({
      {"VIP on lo in the network of RIP", "10.0.0.100/32", "lo", false, {vip, vip, rip}},
      {"VIP outside the networks of eth0", "10.50.0.1/32", "lo", false, {far, rip, rip}},
      {"VIP/32 on eth0", "10.0.0.100/32", "eth0", false, {vip, vip, rip}},
      {"VIP/24 on eth0 after RIP: secondary", "10.0.0.100/24", "eth0", false, {vip, vip, rip}},
      {"VIP/24 on eth0 before RIP", "10.0.0.100/24", "eth0", true, {vip, vip, vip}},
  }));
  const int level = GENERATE(0, 1, 2);
  DYNAMIC_SECTION(c.name << ", level " << level) {
    NeighbourLan lan;
    if (c.before_rip)
      lan.subject.state().delete_address(device(lan.subject, "eth0"),
                                         *parse_ipv4_prefix("10.0.0.11/24"));
    add_address(lan.subject, c.vip_on, c.vip);
    if (c.before_rip) add_address(lan.subject, "eth0", "10.0.0.11/24");
    sysctl(lan.subject, "ipv4.conf.lo.arp_announce", 2);  // inert
    sysctl(lan.subject, "ipv4.conf.eth0.arp_announce", level);
    lan.send(to_string(parse_ipv4_prefix(c.vip)->address), "10.0.0.77");
    CHECK(lan.questions() == Lines{std::string("0s tell ") + c.shown[level]});
  }
}

TEST_CASE("a host asks for others' packets with its own address, and without any with lo's",
          "[host][arp]") {
  SECTION("forwarded") {
    NeighbourLan lan;
    sysctl(lan.subject, "ipv4.ip_forward", 1);
    lan.inject(lan.peer, udp().from(address("10.9.9.9"), 1).to(address("10.0.0.77"), 2),
               mac_of(lan.subject));
    lan.run_for(milliseconds(1));
    CHECK(lan.questions().size() == 1);
    CHECK(lan.questions()[0].find("tell 10.0.0.11") != std::string::npos);
  }
  SECTION("an unnumbered card, and its answer is heard") {
    NeighbourLan lan;
    lan.card(lan.subject, "eth1", "", 0);
    lan.subject.state().delete_address(device(lan.subject, "eth0"),
                                       *parse_ipv4_prefix("10.0.0.11/24"));
    add_address(lan.subject, "lo", "10.50.0.1/32");
    sysctl(lan.subject, "ipv4.conf.all.arp_announce", 2);
    CHECK(add_route(lan.subject, "10.0.0.0/24", "", "eth1") == ConfigError::none);
    add_route(lan.peer, "default", "10.0.0.254");
    lan.send("10.50.0.1", "10.0.0.1");
    lan.run_for(milliseconds(1));
    CHECK(neighbour_state(lan.subject, "10.0.0.1", "eth1") == "REACHABLE");
  }
}

TEST_CASE("an idle entry becomes STALE after 30 s, its next packet DELAY, then probes, then FAILED",
          "[host][neighbours]") {
  NeighbourLan lan;
  lan.send("10.0.0.11", "10.0.0.1");
  lan.run_for(milliseconds(1));
  const Duration answered = 4 * (microseconds(50) + nanoseconds(672));
  CHECK(lan.state("10.0.0.1") == "REACHABLE");
  lan.run_until(seconds(30) + answered - picoseconds(1));
  CHECK(lan.state("10.0.0.1") == "REACHABLE");
  lan.run_until(seconds(30) + answered);
  CHECK(lan.state("10.0.0.1") == "STALE");
  lan.run_until(seconds(500));
  CHECK(lan.state("10.0.0.1") == "STALE");
  lan.world.power(lan.peer, false);
  lan.begin();
  lan.send("10.0.0.11", "10.0.0.1");
  CHECK(lan.state("10.0.0.1") == "DELAY");
  lan.run_until(seconds(505) - picoseconds(1));
  CHECK(lan.state("10.0.0.1") == "DELAY");
  lan.run_until(seconds(505));
  CHECK(lan.state("10.0.0.1") == "PROBE");
  lan.send("10.0.0.11", "10.0.0.1");  // still to the old MAC
  lan.run_until(seconds(508) - picoseconds(1));
  CHECK(lan.state("10.0.0.1") == "PROBE");
  lan.run_until(seconds(508));
  CHECK(lan.state("10.0.0.1") == "FAILED");
  CHECK(lan.questions() == Lines{"5s tell 10.0.0.11 unicast", "6s tell 10.0.0.11 unicast",
                                 "7s tell 10.0.0.11 unicast"});
  CHECK(lan.peer.drops()[DropCause::power_off] == 5);  // 3 probes, 2 packets
}

TEST_CASE("a probe that is answered makes the entry REACHABLE again", "[host][neighbours]") {
  NeighbourLan lan;
  lan.subject.neighbours().set(address("10.0.0.1"), device(lan.subject, "eth0"), mac_of(lan.peer),
                               NeighbourState::stale);
  lan.run_for(seconds(100));
  lan.send("10.0.0.11", "10.0.0.1");
  lan.run_for(seconds(5) + milliseconds(1));
  CHECK(lan.state("10.0.0.1") == "REACHABLE");
}

TEST_CASE("progress of an upper layer keeps an entry without a probe", "[host][neighbours]") {
  NeighbourLan lan;
  lan.send("10.0.0.11", "10.0.0.1");
  lan.run_for(milliseconds(1));
  const auto id =
      lan.subject.neighbours().find_or_create(address("10.0.0.1"), device(lan.subject, "eth0"));
  lan.run_until(seconds(20));
  lan.subject.neighbours().confirm(*id);
  lan.begin();
  lan.run_until(seconds(50) - picoseconds(1));
  CHECK(lan.state("10.0.0.1") == "REACHABLE");
  lan.run_until(seconds(50));
  CHECK(lan.state("10.0.0.1") == "STALE");
  lan.send("10.0.0.11", "10.0.0.1");
  lan.run_until(seconds(52));
  lan.subject.neighbours().confirm(*id);
  lan.run_until(seconds(56));
  CHECK(lan.state("10.0.0.1") == "REACHABLE");
  CHECK(lan.questions().empty());
}

TEST_CASE("101 packets wait for an answer; the next one drops the oldest", "[host][neighbours]") {
  NeighbourLan lan;
  for (int i = 0; i < 101; ++i) lan.send("10.0.0.11", "10.0.0.1");
  CHECK(lan.subject.drops()[DropCause::neighbour_queue_full] == 0);
  lan.originate(lan.subject, udp().from(address("10.0.0.11"), 7).to(address("10.0.0.1"), 7));
  CHECK(lan.subject.drops()[DropCause::neighbour_queue_full] == 1);
  lan.run_for(milliseconds(10));
  const auto sent = lan.seen.times_sent(lan.subject, [](const Frame& f) { return !f.is_arp(); });
  CHECK(sent.size() == 101);
  CHECK(lan.seen.dropped.front().frame.udp.source == Port{9});
  CHECK(lan.seen.sent.back().host == lan.peer.id());  // port unreachable to the last
}

TEST_CASE("the neighbour table holds 1024 entries; with none to collect the next one fails",
          "[host][neighbours]") {
  NeighbourLan lan;
  add_address(lan.subject, "eth0", "10.8.0.1/16");
  Neighbours& table = lan.subject.neighbours();
  const InterfaceId eth0 = device(lan.subject, "eth0");
  for (std::uint32_t i = 0; i < 1024; ++i) {
    REQUIRE(table.find_or_create({address("10.8.1.0").value + i}, eth0));
  }
  CHECK(table.find_or_create(address("10.8.9.9"), eth0) == std::nullopt);
  lan.send("10.8.0.1", "10.8.9.9");
  CHECK(lan.subject.drops()[DropCause::no_route] == 1);
  SECTION("entries idle for more than 5 s make room") {
    lan.run_for(seconds(6));
    CHECK(table.find_or_create(address("10.8.9.9"), eth0).has_value());
    CHECK(table.size() == 1);
  }
}

TEST_CASE("a forwarded packet that nobody takes is told to its source after 3 s",
          "[host][neighbours][icmp]") {
  Lan lan;
  Host& client = lan.host("client", "10.0.0.2/24");
  Host& router = lan.host("router", "10.0.0.1/24");
  lan.card(router, "eth1", "10.1.0.1/24", 1);
  sysctl(router, "ipv4.ip_forward", 1);
  add_route(client, "default", "10.0.0.1");
  struct User final : TcpUser {
    void connected(EndpointId) override {}
    void received(EndpointId, std::uint32_t) override {}
    void peer_closed(EndpointId) override {}
    void queued(ListenerId, std::uint32_t) override {}
    void failed(EndpointId, TcpError e) override { error = e; }
    std::optional<TcpError> error;
  } user;
  Tcp::Connect request;
  request.host = client.id();
  request.source = address("10.0.0.2");
  request.user = lan.world.tcp().add_user(user);
  SECTION("through a router") {
    request.destination = {address("10.1.0.9"), Port{80}};
    lan.world.tcp().connect(request);
    lan.run_until(seconds(3));
    CHECK_FALSE(user.error);
    lan.run_until(seconds(3) + milliseconds(1));
    CHECK(user.error == TcpError::host_unreachable);
    CHECK(lan.seen.sent_by(router).back() ==
          "10.0.0.1 > 10.0.0.2 icmp unreachable 1 of (10.0.0.2:32768 > 10.1.0.9:80 tcp)");
  }
  SECTION("on the client's own LAN connect() fails at 3 s") {
    request.destination = {address("10.0.0.9"), Port{80}};
    lan.world.tcp().connect(request);
    lan.run_until(seconds(3) - picoseconds(1));
    CHECK_FALSE(user.error);
    lan.run_until(seconds(3));
    CHECK(user.error == TcpError::host_unreachable);
  }
}

TEST_CASE("records tell each change of a neighbour with its new MAC", "[host][neighbours]") {
  NeighbourLan lan;
  lan.send("10.0.0.11", "10.0.0.1");
  lan.run_for(milliseconds(1));
  std::vector<std::string> changes;
  for (const Record& r : lan.seen.decisions) {
    if (r.kind != RecordKind::neighbour_changed || r.host != lan.subject.id()) continue;
    changes.push_back(std::string(name(static_cast<NeighbourState>(r.values[1]))) + " " +
                      std::string(name(static_cast<NeighbourState>(r.values[2]))) + " " +
                      std::to_string(r.values[3] & 0xff));
  }
  CHECK(changes == Lines{"NONE INCOMPLETE 0", "INCOMPLETE REACHABLE 2"});
}

TEST_CASE("a cut cable makes a host forget its neighbours and what waits for them",
          "[host][neighbours]") {
  NeighbourLan lan;
  lan.send("10.0.0.11", "10.0.0.1");
  lan.send("10.0.0.11", "10.0.0.99");
  lan.run_for(milliseconds(1));
  lan.world.cables().cut(lan.cable_of(lan.subject));
  lan.world.carrier_lost(lan.cable_of(lan.subject));
  CHECK(lan.subject.neighbours().size() == 0);
  CHECK(lan.subject.drops()[DropCause::neighbour_failed] == 1);
}

}  // namespace lvs
