// spec/linux-host.md section 12: what a naive model of Linux gets wrong, each as what a cluster
// shows. The statements behind them are tested one by one in tests/models/host/statements.
#include "tests/models/host/statements/statement_lan.hpp"

namespace lvs::truth {
namespace {

const std::string kVip = "192.168.77.100";
const std::string kRip = "192.168.77.11";
const std::string kRouter = "192.168.77.1";
const std::string kVipOnLo = "ip addr add 192.168.77.100/32 dev lo; ";
const std::string kAllByDirector = "director director director director director director, rs1";
const std::string kOnlySyn = "director rs1 rs1 rs1 rs1 rs1, rs1";
const std::string kRace = "rs2 rs2 rs2 rs2 rs2 rs2, rs2";

std::string write(const std::string& parameters) {
  return "sysctl -w net.ipv4.conf." + parameters + "; ";
}
/// The first connection of a cluster whose servers were set up so.
std::string first_connection(const std::string& at_servers) {
  DrCluster lan(at_servers);
  return lan.connection();
}
Lines icmp_lines(const Lines& packets) {
  Lines errors;
  for (const std::string& line : packets) {
    if (line.find(" icmp ") != std::string::npos) errors.push_back(line);
  }
  return errors;
}

}  // namespace

TEST_CASE("pitfall 1: arp_ignore and arp_announce of lo do nothing, of all or the card they do",
          "[truth][pitfalls]") {
  CHECK(first_connection(kVipOnLo + write("lo.arp_ignore=1") + write("lo.arp_announce=2")) ==
        kRace);
  CHECK(first_connection(kVipOnLo + write("all.arp_ignore=1") + write("eth0.arp_announce=2")) ==
        kAllByDirector);
  // A level above all hides no longer.
  CHECK(first_connection(kVipOnLo + write("all.arp_ignore=1") + write("all.arp_announce=2") +
                         write("eth0.arp_ignore=3")) == kRace);
}

TEST_CASE("pitfall 2: a VIP on lo is of scope global, so that arp_ignore 3 answers",
          "[truth][pitfalls]") {
  const std::string level3 = write("all.arp_ignore=3") + write("all.arp_announce=2");
  CHECK(first_connection(kVipOnLo + level3) == kRace);
  CHECK(first_connection("ip addr add 192.168.77.100/32 dev lo scope host; " + level3) ==
        kAllByDirector);
}

TEST_CASE("pitfall 3: arp_announce 1 is useless where VIP and gateway share the server's network",
          "[truth][pitfalls]") {
  CHECK(first_connection(kVipOnLo + write("all.arp_ignore=1") + write("all.arp_announce=1")) ==
        kOnlySyn);
  StatementLan lan;  // and of use where they do not
  Host& rs1 = lan.machine("rs1", "192.168.77.11/24", 0x11);
  lan.type(rs1, "ip addr add 10.50.0.1/32 dev lo; " + write("all.arp_announce=1"));
  lan.begin();
  lan.send(rs1, "10.50.0.1", kRouter);
  CHECK(lan.questions(rs1) == Lines{"0s who-has 192.168.77.1 tell 192.168.77.11"});
}

TEST_CASE("pitfall 4: arp_ignore without arp_announce poisons, arp_announce without it races",
          "[truth][pitfalls]") {
  CHECK(first_connection(kVipOnLo + write("all.arp_ignore=1")) == kOnlySyn);
  CHECK(first_connection(kVipOnLo + write("all.arp_announce=2")) == kRace);
}

namespace {

/// A host that hears of .50, whose entry changed just now to be that of the MAC address 50.
struct Hearing : StatementLan {
  Host& host = machine("host", "192.168.77.11/24", 0x11);
  const Ipv4Address of = address("192.168.77.50");
  const Ipv4Address own = address("192.168.77.11");

  Hearing() {
    machines.push_back({mac(0x50), "old"});
    machines.push_back({mac(0x51), "new"});
    run_for(seconds(50));
    know(host, "192.168.77.50", 0x50, NeighbourState::stale);
  }
  std::string entry() const { return known(host, "192.168.77.50"); }
  Frame asks(Ipv4Address target) const { return arp_request().from(mac(0x51), of).asking(target); }
  Frame reply() const { return arp_reply().from(mac(0x51), of).to(mac(0x11), own); }
  /// It arrives so long after the change.
  std::string after(Duration since, const Frame& arp, MacAddress to = kEverybody) {
    run_for(since - kArpWay);
    inject(voice, arp, to);
    run_for(kArpWay);
    return entry();
  }
};

const Duration kNow = kArpWay;
const Duration kLocktime = seconds(1);
const Duration kLate = seconds(1) + picoseconds(1);

}  // namespace

TEST_CASE("pitfall 5: a request to me overwrites at once, replies and others' requests do not",
          "[truth][pitfalls]") {
  Hearing to_me, reply, foreign;
  CHECK(to_me.after(kNow, to_me.asks(to_me.own)) == "STALE new");
  CHECK(reply.after(kNow, reply.reply(), mac(0x11)) == "STALE old");
  CHECK(foreign.after(kNow, foreign.asks(address("192.168.77.77"))) == "STALE old");
}

TEST_CASE("pitfall 6: the first reply wins for 1 s, and one that is later than that wins over it",
          "[truth][pitfalls]") {
  Hearing early, late;
  CHECK(early.after(kLocktime, early.reply(), mac(0x11)) == "STALE old");
  CHECK(late.after(kLate, late.reply(), mac(0x11)) == "REACHABLE new");
}

TEST_CASE("pitfall 7: a broadcast request for somebody else rewrites an entry older than 1 s",
          "[truth][pitfalls]") {
  Hearing early, late, nothing;
  const Ipv4Address other = address("192.168.77.77");
  CHECK(early.after(kLocktime, early.asks(other)) == "STALE old");
  CHECK(late.after(kLate, late.asks(other)) == "STALE new");
  nothing.host.neighbours().flush(std::nullopt);
  CHECK(nothing.after(kLate, nothing.asks(other)).empty());
}

TEST_CASE("pitfall 8: gratuitous ARP makes no entry, and overrides one at once",
          "[truth][pitfalls]") {
  Hearing lan, nothing;
  CHECK(lan.after(kNow, lan.asks(lan.of)) == "STALE new");
  nothing.host.neighbours().flush(std::nullopt);
  CHECK(nothing.after(kNow, nothing.asks(nothing.of)).empty());
  const Frame reply = arp_reply().from(mac(0x51), nothing.of).to(mac(0x51), nothing.of);
  CHECK(nothing.after(kNow, reply).empty());
}

TEST_CASE("pitfall 9: a request that arp_ignore suppresses teaches not even the asker's MAC",
          "[truth][pitfalls]") {
  Hearing lan, nothing;
  nothing.host.neighbours().flush(std::nullopt);
  for (Hearing* each : {&lan, &nothing}) {
    each->type(each->host, kVipOnLo + write("all.arp_ignore=1"));
  }
  CHECK(lan.after(kLate, lan.asks(address(kVip))) == "STALE old");
  CHECK(nothing.after(kLate, nothing.asks(address(kVip))).empty());
}

TEST_CASE("pitfall 10: the director cannot be the gateway of its real servers",
          "[truth][pitfalls]") {
  const std::string settings = kVipOnLo + write("all.arp_ignore=1") + write("all.arp_announce=2");
  const auto through = [](DrCluster& lan) {
    for (Host* server : {&lan.rs1, &lan.rs2}) {
      lan.type(*server, "ip route del default; ip route add default via 192.168.77.2");
    }
    sysctl(lan.director, "ipv4.ip_forward", 1);
  };
  DrCluster lan(settings);
  through(lan);
  CHECK(lan.connection() == "director, nobody");
  CHECK(lan.known(lan.rs1, "192.168.77.2") == "DELAY director");  // it did leave the server
  CHECK(lan.director.drops()[DropCause::martian_source] == 1);    // the SYN-ACK

  DrCluster asked_with_vip(kVipOnLo + write("all.arp_ignore=1"));
  through(asked_with_vip);
  asked_with_vip.know(asked_with_vip.director, kRip, 0x11, NeighbourState::permanent);
  CHECK(asked_with_vip.connection() == "director, nobody");
  CHECK(asked_with_vip.known(asked_with_vip.rs1, "192.168.77.2") == "INCOMPLETE");

  DrCluster accepted(settings);
  through(accepted);
  sysctl(accepted.director, "ipv4.conf.eth0.accept_local", 1);
  CHECK(accepted.connection() == kAllByDirector);
}

TEST_CASE("pitfall 11: probes carry the RIP, broadcasts what the newest packet carries",
          "[truth][pitfalls]") {
  StatementLan lan;
  Host& rs1 = lan.machine("rs1", "192.168.77.11/24", 0x11);
  lan.type(rs1, kVipOnLo);
  lan.know(rs1, kRouter, 1, NeighbourState::stale);
  lan.machines.push_back({mac(1), "router"});
  lan.begin();
  lan.send(rs1, kVip, kRouter);
  lan.run_for(milliseconds(8500));  // it fails at 8 s
  lan.send(rs1, kRip, kRouter);
  lan.run_for(milliseconds(100));
  lan.send(rs1, kVip, kRouter);
  lan.run_for(milliseconds(1500));
  CHECK(lan.questions(rs1) == Lines{"5s who-has 192.168.77.1 tell 192.168.77.11 to router",
                                    "6s who-has 192.168.77.1 tell 192.168.77.11 to router",
                                    "7s who-has 192.168.77.1 tell 192.168.77.11 to router",
                                    "8.5s who-has 192.168.77.1 tell 192.168.77.11",
                                    "9.5s who-has 192.168.77.1 tell 192.168.77.100"});
}

TEST_CASE(
    "pitfall 12: a poisoned entry heals by itself if the server answers no probes for the VIP",
    "[truth][pitfalls]") {
  const int ignore = GENERATE(0, 1, 2, 3, 8);
  CAPTURE(ignore);
  DrCluster lan(kVipOnLo + write("all.arp_ignore=" + std::to_string(ignore)));
  lan.know(lan.director, kRip, 0x11, NeighbourState::permanent);  // for level 8
  lan.know(lan.router, kVip, 2, NeighbourState::reachable);
  CHECK(lan.connection() == kOnlySyn);
  lan.run_for(seconds(9));
  CHECK(lan.vip_entry() == (ignore % 3 == 0 ? "REACHABLE rs1" : "FAILED"));
}

TEST_CASE("pitfall 13: what a request resolves is STALE, fully usable, and stays",
          "[truth][pitfalls]") {
  Hearing lan;
  lan.host.neighbours().flush(std::nullopt);
  CHECK(lan.after(kNow, lan.asks(lan.own)) == "STALE new");
  lan.run_for(seconds(100'000));
  CHECK(lan.entry() == "STALE new");
  lan.begin();
  lan.send(lan.host, kRip, "192.168.77.50");
  CHECK(lan.packets(lan.host).size() == 1);  // at once, and without a question
  CHECK(lan.questions(lan.host).empty());
  CHECK(lan.entry() == "DELAY new");
}

TEST_CASE("pitfall 14: a router asks a busy neighbour once in 20 to 50 s, the ends never",
          "[truth][pitfalls]") {
  DrCluster lan(kVipOnLo + write("all.arp_ignore=1") + write("all.arp_announce=2"));
  CHECK(lan.connection() == kAllByDirector);
  std::vector<double> asked;
  for (int i = 0; i < 300; ++i) {
    CHECK(lan.connection() == kAllByDirector);
    CHECK(lan.questions(lan.rs1).empty());
    CHECK(lan.questions(lan.client).empty());
    for (const std::string& line : lan.questions(lan.router)) {
      if (line.find(kVip) == std::string::npos) continue;
      CHECK(line.find(" to director") != std::string::npos);
      asked.push_back(lan.seconds_now());
    }
  }
  CHECK(asked.size() >= 6);
  for (std::size_t i = 1; i < asked.size(); ++i) {
    CHECK(asked[i] - asked[i - 1] >= 20);
    CHECK(asked[i] - asked[i - 1] <= 50);
  }
}

TEST_CASE("pitfall 15: rp_filter of tunl0 is the larger of all and tunl0, and needs an address",
          "[truth][pitfalls]") {
  struct Case {
    int all, tunl0;
    const char* vip_on;
    bool taken;
  };
  const auto c = GENERATE(values<Case>({{1, 2, "tunl0", true},
                                        {1, 0, "tunl0", false},
                                        {0, 1, "tunl0", false},
                                        {2, 1, "tunl0", true},
                                        {0, 0, "tunl0", true},
                                        {0, 2, "lo", false},
                                        {2, 0, "lo", false},
                                        {0, 0, "lo", true}}));
  CAPTURE(c.all, c.tunl0, c.vip_on);
  StatementLan lan;
  Host& rs1 = lan.machine("rs1", "192.168.77.11/24", 0x11);
  lan.type(rs1,
           "ip link set tunl0 up; ip route add default via 192.168.77.1; "
           "ip addr add 192.168.77.100/32 dev " +
               std::string(c.vip_on));
  lan.know(rs1, kRouter, 1, NeighbourState::permanent);
  sysctl(rs1, "ipv4.conf.all.rp_filter", c.all);
  sysctl(rs1, "ipv4.conf.tunl0.rp_filter", c.tunl0);
  lan.begin();
  lan.inject(lan.voice,
             icmp()
                 .from(address("10.99.0.7"))
                 .to(address(kVip))
                 .tunnelled(address("192.168.77.2"), address(kRip)),
             mac(0x11));
  lan.run_for(milliseconds(1));
  CHECK(lan.packets(rs1) ==
        (c.taken ? Lines{"192.168.77.100 > 10.99.0.7 icmp echo reply"} : Lines{}));
}

TEST_CASE("pitfall 16: redirects are off if all and the card are, and known only to neighbours",
          "[truth][pitfalls]") {
  const int all = GENERATE(0, 1);
  const int eth0 = GENERATE(0, 1);
  CAPTURE(all, eth0);
  // LVS-NAT with a client in the servers' network, whose packets the server sends by the director.
  StatementLan lan;
  Host& director = lan.machine("director", "192.168.77.2/24", 2);
  Host& rs1 = lan.machine("rs1", "192.168.77.11/24", 0x11);
  lan.machine("client", "192.168.77.200/24", 0xc8);
  lan.type(director,
           "ip addr add 192.168.77.100/32 dev eth0; sysctl -w net.ipv4.ip_forward=1;"
           "ipvsadm -A -t 192.168.77.100:80 -s rr;"
           "ipvsadm -a -t 192.168.77.100:80 -r 192.168.77.11:80 -m");
  lan.type(rs1, "ip route add 192.168.77.200 via 192.168.77.2; " + write("all.accept_redirects=0") +
                    write("eth0.accept_redirects=0"));
  sysctl(director, "ipv4.conf.all.send_redirects", all);
  sysctl(director, "ipv4.conf.eth0.send_redirects", eth0);
  lan.begin();
  lan.inject(lan.voice,
             tcp().from(address("192.168.77.200"), 999).to(address(kVip), 80).sequence(1).syn(),
             mac(2));
  lan.run_for(milliseconds(2));
  // The refusal of rs1: the redirect is about it as it came, before its source became the VIP.
  const Lines sent = lan.packets(director);
  const Lines redirect{
      "192.168.77.2 > 192.168.77.11 icmp redirect to 192.168.77.200 of (192.168.77.11:80 > "
      "192.168.77.200:999 tcp)"};
  CHECK(icmp_lines(sent) == (all + eth0 > 0 ? redirect : Lines{}));
  REQUIRE_FALSE(sent.empty());
  CHECK(sent.back().rfind("192.168.77.100:80 > 192.168.77.200:999 tcp R", 0) == 0);

  // A source behind a gateway is told nothing.
  lan.type(director, "ip route add 10.99.0.0/16 via 192.168.77.11");
  lan.begin();
  lan.inject(lan.voice, udp().from(address("10.99.0.7"), 1).to(address("192.168.77.200"), 2),
             mac(2));
  lan.run_for(milliseconds(2));
  CHECK(icmp_lines(lan.packets(director)).empty());
}

TEST_CASE("pitfall 17: a VIP/24 on lo makes the whole subnet local, and the server mute there",
          "[truth][pitfalls]") {
  const bool whole = GENERATE(true, false);
  CAPTURE(whole);
  StatementLan lan;
  Host& rs1 = lan.machine("rs1", "192.168.77.11/24", 0x11);
  Quiet quiet;
  lan.type(rs1, std::string("ip addr add 192.168.77.100/") + (whole ? "24" : "32") + " dev lo");
  listen(rs1, quiet.number(lan.world), 80, 5, true);
  lan.know(rs1, "192.168.77.50", 0x50, NeighbourState::permanent);
  RawPeer peer{lan, rs1, "192.168.77.50", kVip};
  CHECK(peer.syn(999) != whole);  // the SYN-ACK stays in the server
  CHECK(lan.seen.sent.empty() == whole);
  const std::string route = lan.type(rs1, "ip route get 192.168.77.1");
  CHECK((route.rfind("local ", 0) == 0) == whole);
  const std::string gateway = "ip route add default via 192.168.77.1";
  if (whole) CHECK_THROWS(lan.type(rs1, gateway));  // "Nexthop has invalid gateway": our own
}

TEST_CASE("pitfall 18: no flag or FIN alone: reset at a closed port, lost at a listener",
          "[truth][pitfalls]") {
  StatementLan lan;
  Host& rs1 = lan.machine("rs1", "192.168.77.11/24", 0x11);
  rs1.neighbours().set(address("192.168.77.50"), device(rs1, "eth0"), mac(0x50),
                       NeighbourState::permanent);
  Quiet quiet;
  listen(rs1, quiet.number(lan.world), 80, 5, true);
  RawPeer peer{lan, rs1, "192.168.77.50"};
  const auto segment = [](std::uint16_t port) {
    return tcp().from(address("192.168.77.50"), 999).to(address(kRip), port).sequence(7);
  };
  CHECK(peer.answers(segment(80)).empty());
  CHECK(peer.answers(segment(80).fin()).empty());
  const auto null_answer = peer.answers(segment(81).payload(bytes(10)));
  const auto fin_answer = peer.answers(segment(81).fin());
  REQUIRE(null_answer.size() == 1);
  REQUIRE(fin_answer.size() == 1);
  CHECK(flags_text(null_answer[0]) == "0x14");
  CHECK(null_answer[0].tcp.acknowledgement == 17);
  CHECK(fin_answer[0].tcp.acknowledgement == 8);
  // In broadcast frames TCP hears nothing at all; UDP and ICMP do.
  const auto to_all = [&](const Frame& packet) {
    lan.seen.clear();
    lan.inject(lan.voice, packet, kEverybody);
    lan.run_for(milliseconds(1));
    return lan.seen.sent_by(rs1).size();
  };
  Counts counts;
  Udp::Socket socket;
  socket.host = rs1.id();
  socket.local = {address(kRip), Port{53}};
  socket.user = &counts;
  REQUIRE(rs1.udp().open(socket));
  CHECK(to_all(segment(80).syn()) == 0);
  CHECK(to_all(segment(81).syn()) == 0);
  CHECK(to_all(icmp().from(address("192.168.77.50")).to(address(kRip))) == 1);
  CHECK(to_all(udp().from(address("192.168.77.50"), 9).to(address(kRip), 53)) == 0);
  CHECK(counts.datagrams == 1);
}

TEST_CASE("pitfall 19: the arptables rule against who-has VIP alone breaks the service",
          "[truth][pitfalls]") {
  const std::string rule = kVipOnLo + "arptables -A INPUT -d 192.168.77.100 -j DROP; ";
  DrCluster lan(rule);
  CHECK(lan.connection() == "director, nobody");
  CHECK(lan.known(lan.rs1, kRouter) == "INCOMPLETE");
  CHECK(lan.vip_entry().find(" rs1") != std::string::npos);  // and it poisons too
  DrCluster paired(rule);
  for (Host* server : {&paired.rs1, &paired.rs2}) {
    paired.type(*server, "arptables -A OUTPUT -s 192.168.77.100 -j mangle --mangle-ip-s " +
                             std::string(server == &paired.rs1 ? kRip : "192.168.77.12"));
  }
  CHECK(paired.connection() == kAllByDirector);
}

}  // namespace lvs::truth
