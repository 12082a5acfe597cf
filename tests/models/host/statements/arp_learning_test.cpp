// spec/linux-host.md 2.5 to 2.7: what ARP does to the entries of those who hear it, and when a host
// announces itself.
#include "tests/models/host/statements/statement_lan.hpp"

namespace lvs::truth {
namespace {

const std::string kVip = "192.168.77.100";
const std::string kRip = "192.168.77.11";
const std::string kPeer = "192.168.77.50";
const Ipv4Address kOf = address(kPeer);

/// A host that hears of a peer, from two MAC addresses.
struct Hearing : StatementLan {
  Host& rs1 = machine("rs1", kRip + "/24", 0x11);

  Hearing() {
    machines.push_back({mac(0x50), "old"});
    machines.push_back({mac(0x51), "new"});
    machines.push_back({mac(0x52), "newer"});
    type(rs1, "ip addr add 192.168.77.100/32 dev lo; sysctl -w net.ipv4.conf.all.arp_ignore=1");
    run_for(seconds(100));
  }
  void peer_is(NeighbourState state, std::uint8_t mac_ending = 0x50) {
    know(rs1, kPeer, mac_ending, state);
  }
  std::string peer() const { return known(rs1, kPeer); }
  /// The frame arrives `after` from now.
  void hears(const Frame& arp, MacAddress to, Duration after) {
    run_for(after - kArpWay);
    inject(voice, arp, to);
    run_for(kArpWay);
  }
};

/// An event of the table, by the MAC address 51.
struct Event25 {
  const char* name;
  Frame arp;
  MacAddress to;
  const char* none;        ///< what is then known if there was no entry
  const char* same[3];     ///< an entry with this MAC address: REACHABLE, STALE, DELAY before
  const char* young;       ///< another MAC address, changed 1 s ago
  const char* mature;      ///< and more than 1 s ago
  const char* incomplete;  ///< asked for, nothing known
};

Frame asks(Ipv4Address target) { return arp_request().from(mac(0x51), kOf).asking(target); }
Frame answers(MacAddress tha, Ipv4Address tip) {
  return arp_reply().from(mac(0x51), kOf).to(tha, tip);
}

std::vector<Event25> table() {
  const Ipv4Address own = address(kRip);
  const MacAddress us = mac(0x11);
  const MacAddress all = kEverybody;
  const char *r = "REACHABLE new", *s = "STALE new", *d = "DELAY new", *no = "STALE old";
  return {
      {"a request for our address", asks(own), all, s, {r, s, d}, s, s, s},
      {"a request that arp_ignore suppresses",
       asks(address(kVip)),
       all,
       "",
       {r, s, d},
       no,
       no,
       "INCOMPLETE"},
      {"a request for somebody else", asks(address("192.168.77.77")), all, "", {r, s, d}, no, s, s},
      {"a gratuitous request", asks(kOf), all, "", {r, s, d}, s, s, s},
      {"a gratuitous request to us alone", asks(kOf), us, "", {r, s, d}, s, s, s},
      {"a gratuitous reply", answers(mac(0x51), kOf), all, "", {r, s, d}, s, s, s},
      {"a gratuitous reply to us", answers(mac(0x51), kOf), us, "", {r, r, r}, r, r, r},
      {"a reply about itself, tha 00", answers({}, kOf), all, "", {r, s, d}, no, s, s},
      {"a reply about itself, tha ff", answers(all, kOf), all, "", {r, s, d}, no, s, s},
      {"a reply about itself, tha ff, to us", answers(all, kOf), us, "", {r, r, r}, no, r, r},
      {"a reply to us", answers(us, own), us, "", {r, r, r}, no, r, r},
      {"a broadcast reply", answers(us, own), all, "", {r, s, d}, no, s, s},
  };
}

}  // namespace

TEST_CASE("2.5: what a received ARP does to an entry, row by row", "[statements][arp]") {
  const Event25 e = GENERATE(from_range(table()));
  INFO(e.name);
  {
    Hearing lan;
    lan.hears(e.arp, e.to, seconds(2));
    CHECK(lan.peer() == e.none);
  }
  const NeighbourState before[3] = {NeighbourState::reachable, NeighbourState::stale,
                                    NeighbourState::delay};
  for (int i = 0; i < 3; ++i) {
    CAPTURE(i);
    Hearing lan;
    lan.peer_is(before[i], 0x51);
    lan.hears(e.arp, e.to, seconds(2));
    CHECK(lan.peer() == e.same[i]);
  }
  for (const bool mature : {false, true}) {
    CAPTURE(mature);
    Hearing lan;
    lan.peer_is(NeighbourState::stale);
    lan.hears(e.arp, e.to, seconds(1) + picoseconds(mature ? 1 : 0));
    CHECK(lan.peer() == (mature ? e.mature : e.young));
  }
  Hearing asked;
  asked.peer_is(NeighbourState::incomplete);
  asked.hears(e.arp, e.to, milliseconds(1));
  CHECK(asked.peer() == e.incomplete);
  Hearing fixed;
  fixed.peer_is(NeighbourState::permanent);
  fixed.hears(e.arp, e.to, seconds(2));
  CHECK(fixed.peer() == "PERMANENT old");
}

TEST_CASE("2.5: a request that arp_filter suppresses leaves every entry as it was",
          "[statements][arp]") {
  Hearing lan;
  lan.card(lan.rs1, "eth1", "10.1.0.11/24", 1);
  lan.type(lan.rs1, "ip route add 192.168.77.50 dev eth1");  // so eth0 does not answer the peer
  sysctl(lan.rs1, "ipv4.conf.eth0.arp_filter", 1);
  lan.hears(asks(address(kRip)), kEverybody, seconds(2));
  CHECK(lan.peer().empty());
  lan.peer_is(NeighbourState::stale);
  lan.hears(asks(address(kRip)), kEverybody, seconds(2));
  CHECK(lan.peer() == "STALE old");
  lan.peer_is(NeighbourState::incomplete);
  lan.hears(asks(address(kRip)), kEverybody, milliseconds(1));
  CHECK(lan.peer() == "INCOMPLETE");
}

TEST_CASE("2.6: repeated identical replies do not extend the window of locktime",
          "[statements][arp]") {
  const bool late = GENERATE(false, true);
  Hearing lan;
  lan.peer_is(NeighbourState::incomplete);
  const Frame first = arp_reply().from(mac(0x50), kOf).to(mac(0x11), address(kRip));
  lan.hears(first, mac(0x11), milliseconds(1));
  for (int i = 0; i < 9; ++i) lan.hears(first, mac(0x11), milliseconds(100));
  CHECK(lan.peer() == "REACHABLE old");
  lan.hears(answers(mac(0x11), address(kRip)), mac(0x11),
            milliseconds(100) + picoseconds(late ? 1 : 0));
  CHECK(lan.peer() == (late ? "REACHABLE new" : "REACHABLE old"));
}

TEST_CASE("2.6: a change of state by use or by timer begins the window anew", "[statements][arp]") {
  const Frame reply = answers(mac(0x11), address(kRip));
  const Duration after = GENERATE(seconds(1), seconds(1) + picoseconds(1));
  const std::string outcome = after == seconds(1) ? "" : "REACHABLE new";
  CAPTURE(outcome);
  Hearing lan;
  lan.peer_is(NeighbourState::stale);
  lan.run_for(seconds(10));
  lan.send(lan.rs1, kRip, kPeer);  // STALE to DELAY
  SECTION("STALE to DELAY") {
    lan.hears(reply, mac(0x11), after);
    CHECK(lan.peer() == (outcome.empty() ? "DELAY old" : outcome));
  }
  SECTION("DELAY to PROBE; the probes after the first do not") {
    lan.run_for(seconds(5));
    lan.hears(reply, mac(0x11), after);
    CHECK(lan.peer() == (outcome.empty() ? "PROBE old" : outcome));
  }
}

TEST_CASE("2.6: locktime is a parameter of the card, in hundredths of a second",
          "[statements][arp]") {
  Hearing lan;
  sysctl(lan.rs1, "ipv4.neigh.eth0.locktime", 250);
  lan.peer_is(NeighbourState::stale);
  lan.hears(answers(mac(0x11), address(kRip)), mac(0x11), milliseconds(2500));
  CHECK(lan.peer() == "STALE old");
  sysctl(lan.rs1, "ipv4.neigh.eth0.locktime", 0);
  lan.peer_is(NeighbourState::stale);
  lan.hears(answers(mac(0x11), address(kRip)), mac(0x11), kArpWay);
  CHECK(lan.peer() == "REACHABLE new");
}

TEST_CASE("2.6: of the answers to one question the first wins, whoever sends it",
          "[statements][arp]") {
  DrCluster lan;  // rs2 has the port that is flooded first
  const auto slow = [](Host& host, Duration by) { host.set_reply_jitter({by, by}); };
  SECTION("in the order of the ports") {}
  SECTION("rs1 is the fastest") { slow(lan.rs2, nanoseconds(10)); }
  SECTION("the director is the fastest") {
    slow(lan.rs2, nanoseconds(20));
    slow(lan.rs1, nanoseconds(10));
  }
  lan.begin();
  lan.send(lan.router, "192.168.77.1", kVip);
  lan.run_for(seconds(1));
  Lines answered;
  for (const SeenFrame& s : lan.seen.received) {
    if (s.host != lan.router.id() || !s.frame.is_arp() || s.frame.arp.sender != address(kVip)) {
      continue;
    }
    answered.push_back(lan.owner(s.frame.arp.sender_mac));
  }
  REQUIRE(answered.size() == 3);
  CHECK(lan.vip_entry() == "REACHABLE " + answered[0]);
}

TEST_CASE("2.6: a straggler that arrives more than 1 s after the entry changed wins",
          "[statements][arp]") {
  // The first answer, of rs1, is there when question and answer have passed: 2 * kArpWay.
  const bool late = GENERATE(false, true);
  DrCluster lan("ip addr add 192.168.77.100/32 dev lo");
  lan.type(lan.rs2, "ip addr del 192.168.77.100/32 dev lo");
  const Duration delay = seconds(1) + picoseconds(late ? 1 : 0);
  lan.director.set_reply_jitter({delay, delay});
  lan.send(lan.router, "192.168.77.1", kVip);
  lan.run_for(milliseconds(1));
  CHECK(lan.vip_entry() == "REACHABLE rs1");
  lan.run_for(seconds(1));
  CHECK(lan.vip_entry() == (late ? "REACHABLE director" : "REACHABLE rs1"));
}

TEST_CASE("2.6: requests for our address and gratuitous ARP win at once, the last of them stays",
          "[statements][arp]") {
  Hearing lan;
  lan.peer_is(NeighbourState::stale);
  const auto by = [](std::uint8_t who, Ipv4Address target) {
    return Frame(arp_request().from(mac(who), kOf).asking(target));
  };
  lan.hears(by(0x51, address(kRip)), kEverybody, kArpWay);
  CHECK(lan.peer() == "STALE new");
  lan.hears(by(0x52, kOf), kEverybody, kArpWay);
  CHECK(lan.peer() == "STALE newer");
  lan.hears(answers(mac(0x51), kOf), kEverybody, kArpWay);
  CHECK(lan.peer() == "STALE new");
  lan.hears(by(0x50, address(kRip)), mac(0x11), kArpWay);
  CHECK(lan.peer() == "STALE old");
  lan.hears(by(0x51, address("192.168.77.77")), kEverybody, kArpWay);  // this one does not
  CHECK(lan.peer() == "STALE old");
}

TEST_CASE("2.7: adding an address sends nothing, whatever arp_notify is", "[statements][arp]") {
  const int notify = GENERATE(0, 1);
  Hearing lan;
  sysctl(lan.rs1, "ipv4.conf.all.arp_notify", notify);
  sysctl(lan.rs1, "ipv4.conf.eth0.arp_notify", notify);
  lan.begin();
  for (const char* command :
       {"ip addr add 192.168.77.101/32 dev eth0", "ip addr add 192.168.77.102/24 dev eth0",
        "ip addr add 192.168.77.103/32 dev lo",
        "ifconfig eth0:0 192.168.77.104 netmask 255.255.255.255 broadcast 192.168.77.104 up",
        "ip link set eth0 up"}) {  // it is up
    lan.type(lan.rs1, command);
  }
  lan.run_for(seconds(5));
  CHECK(lan.seen.sent_by(lan.rs1).empty());
}

TEST_CASE("2.7: with arp_notify a card that comes up or has a new MAC announces its addresses",
          "[statements][arp]") {
  struct Case {
    int all;
    int eth0;
  };
  const auto c = GENERATE(values<Case>({{0, 0}, {0, 1}, {1, 0}}));
  CAPTURE(c.all, c.eth0);
  Hearing lan;
  lan.type(lan.rs1, "ip addr add 192.168.77.12/24 dev eth0; ip addr add 10.5.0.1/32 dev eth0");
  sysctl(lan.rs1, "ipv4.conf.all.arp_notify", c.all);
  sysctl(lan.rs1, "ipv4.conf.eth0.arp_notify", c.eth0);
  sysctl(lan.rs1, "ipv4.conf.lo.arp_notify", 1);
  const auto announced = [&](std::uint8_t mac_ending) {
    Json list = Json::array();
    if (c.all + c.eth0 == 0) return list;
    for (const char* own : {"192.168.77.11", "10.5.0.1", "192.168.77.12"}) {
      list.push_back({{"op", 1},
                      {"eth_dst", "ff:ff:ff:ff:ff:ff"},
                      {"eth_src", to_string(mac(mac_ending))},
                      {"sha", to_string(mac(mac_ending))},
                      {"sip", own},
                      {"tha", "00:00:00:00:00:00"},
                      {"tip", own}});
    }
    return list;
  };
  const auto typed = [&](const char* command) {
    return announcements(lan, lan.rs1, [&] { lan.type(lan.rs1, command); });
  };
  CHECK(typed("ip link set eth0 down").empty());
  CHECK(typed("ip link set eth0 up") == announced(0x11));
  CHECK(typed("ip link set eth0 address 02:00:00:00:00:21") == announced(0x21));
}

}  // namespace lvs::truth
