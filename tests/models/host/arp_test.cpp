// spec/linux-host.md sections 2 and 3: who answers, who learns, and with which address a host asks.
#include "models/host/arp.hpp"

#include <catch2/catch.hpp>

#include "tests/support/three_hosts.hpp"

namespace lvs {
namespace {

// The subject: RIP on eth0, VIP where a test puts it. The prober has no address and says what it is
// told to.
struct ArpLan : Lan {
  Host& subject = host("subject", "10.0.0.11/24");
  Host& prober = host("prober", "");
  Host& third = host("third", "");

  ArpLan() { subject.state().set_up(device(subject, "tunl0"), true); }

  /// Whether the subject answers "who-has target tell sender".
  bool answers(const std::string& target, const std::string& sender = "10.0.0.1") {
    seen.clear();
    inject(prober, arp_request().from(mac_of(prober), address(sender)).asking(address(target)));
    run_for(milliseconds(1));
    for (const SeenFrame& s : seen.sent) {
      if (s.host != subject.id() || s.frame.arp.operation != ArpOperation::reply) continue;
      CHECK(s.frame.destination == mac_of(prober));
      CHECK(s.frame.arp.sender_mac == mac_of(subject));
      CHECK(s.frame.arp.sender == address(target));
      CHECK(s.frame.arp.target_mac == mac_of(prober));
      CHECK(s.frame.arp.target == address(sender));
      return true;
    }
    return false;
  }
  /// What the subject knows of `of`: "STALE prober", "" for nothing.
  std::string known(const std::string& of) const {
    const Neighbour* n = subject.neighbours().find(address(of), device(subject, "eth0"));
    if (n == nullptr) return "";
    const std::string owner = n->mac == mac_of(prober)  ? "prober"
                              : n->mac == mac_of(third) ? "third"
                                                        : to_string(n->mac);
    return std::string(name(n->state)) + " " + owner;
  }
  void says(Host& who, const Frame& arp, MacAddress to) {
    inject(who, arp, to);
    run_for(microseconds(200));
  }
};

const MacAddress kAll = MacAddress::broadcast();

}  // namespace

TEST_CASE("arp_ignore decides by where and with which scope the address is configured (2.2)",
          "[host][arp]") {
  struct Case {
    const char* name;
    const char* vip_on;
    Scope scope;
    std::vector<bool> by_level;  ///< answered at levels 0..9
  };
  const bool y = true, n = false;
  const auto c = GENERATE_COPY(values<Case>({
      {"VIP/32 on lo, global", "lo", Scope::global, {y, n, n, y, y, y, y, y, n, y}},
      {"VIP/32 on lo, scope host", "lo", Scope::host, {y, n, n, n, y, y, y, y, n, y}},
      {"VIP/32 on tunl0", "tunl0", Scope::global, {y, n, n, y, y, y, y, y, n, y}},
      {"VIP/32 on eth0", "eth0", Scope::global, {y, y, y, y, y, y, y, y, n, y}},
  }));
  DYNAMIC_SECTION(c.name) {
    ArpLan lan;
    add_address(lan.subject, c.vip_on, "10.0.0.100/32", c.scope);
    for (int level = 0; level < 10; ++level) {
      CAPTURE(level);
      sysctl(lan.subject, "ipv4.conf.eth0.arp_ignore", level);
      CHECK(lan.answers("10.0.0.100") == c.by_level[static_cast<std::size_t>(level)]);
      CHECK(lan.answers("10.0.0.11") == (level != 8));
    }
  }
}

TEST_CASE("arp_ignore 2 answers senders in a network of the card only; probes from 0.0.0.0 always",
          "[host][arp]") {
  ArpLan lan;
  add_address(lan.subject, "eth0", "10.0.0.100/32");
  sysctl(lan.subject, "ipv4.conf.eth0.arp_ignore", 2);
  CHECK(lan.answers("10.0.0.100", "10.0.0.1"));  // thanks to the /24 of RIP
  CHECK_FALSE(lan.answers("10.0.0.100", "172.16.0.1"));
  CHECK(lan.answers("10.0.0.100", "0.0.0.0"));
  sysctl(lan.subject, "ipv4.conf.eth0.arp_ignore", 1);
  CHECK(lan.answers("10.0.0.100", "172.16.0.1"));
}

TEST_CASE("the level is the larger of all and the card; what lo is told counts for nothing",
          "[host][arp]") {
  struct Case {
    int all, eth0, lo;
    bool answered;
  };
  const auto c = GENERATE(values<Case>({{0, 0, 1, true},
                                        {0, 0, 8, true},
                                        {1, 0, 0, false},
                                        {0, 1, 0, false},
                                        {1, 3, 0, true},  // un-hides the VIP on lo
                                        {3, 1, 0, true},
                                        {1, 2, 0, false},
                                        {1, 8, 0, false}}));
  CAPTURE(c.all, c.eth0, c.lo);
  ArpLan lan;
  add_address(lan.subject, "lo", "10.0.0.100/32");
  sysctl(lan.subject, "ipv4.conf.all.arp_ignore", c.all);
  sysctl(lan.subject, "ipv4.conf.eth0.arp_ignore", c.eth0);
  sysctl(lan.subject, "ipv4.conf.lo.arp_ignore", c.lo);
  CHECK(lan.answers("10.0.0.100") == c.answered);
  CHECK(lan.answers("10.0.0.11") == (c.eth0 != 8));
}

TEST_CASE("a host does not answer for addresses that are not its own, nor for 127/8 and groups",
          "[host][arp]") {
  ArpLan lan;
  CHECK_FALSE(lan.answers("10.0.0.12"));
  CHECK_FALSE(lan.answers("127.0.0.1"));
  CHECK_FALSE(lan.answers("224.0.0.18"));
  CHECK_FALSE(lan.answers("10.0.0.255"));
  CHECK(lan.answers("10.0.0.11", "0.0.0.0"));
  CHECK(lan.known("0.0.0.0").empty());  // a probe teaches nothing
}

TEST_CASE("source validation of the asking address (2.4)", "[host][arp]") {
  struct Case {
    const char* name;
    const char* sender;
    bool answered[3];  ///< rp_filter 0, 1, 2
  };
  const auto c = GENERATE(values<Case>({
      {"on-link", "10.0.0.1", {true, true, true}},
      {"routed by another card", "10.9.0.5", {true, false, true}},
      {"no route at all", "172.16.0.1", {true, false, false}},
      {"the asked address itself", "10.0.0.11", {false, false, false}},
      {"another of the host's own", "10.9.0.11", {false, false, false}},
      {"multicast", "224.0.0.1", {false, false, false}},
      {"255.255.255.255", "255.255.255.255", {false, false, false}},
      {"the network's broadcast address", "10.0.0.255", {true, false, false}},
      {"127/8", "127.0.0.5", {false, false, false}},
      {"0.x.y.z", "0.1.2.3", {true, false, false}},
  }));
  DYNAMIC_SECTION(c.name) {
    ArpLan lan;
    lan.card(lan.subject, "eth1", "10.9.0.11/24", 1);
    for (int rp_filter = 0; rp_filter < 3; ++rp_filter) {
      CAPTURE(rp_filter);
      sysctl(lan.subject, "ipv4.conf.all.rp_filter", rp_filter);
      CHECK(lan.answers("10.0.0.11", c.sender) == c.answered[rp_filter]);
    }
  }
}

TEST_CASE("with accept_local a host answers a request that shows one of its own addresses",
          "[host][arp]") {
  ArpLan lan;
  add_address(lan.subject, "lo", "10.0.0.100/32");
  CHECK_FALSE(lan.answers("10.0.0.11", "10.0.0.100"));
  CHECK(lan.known("10.0.0.100").empty());
  sysctl(lan.subject, "ipv4.conf.all.accept_local", 1);
  CHECK(lan.answers("10.0.0.11", "10.0.0.100"));
}

TEST_CASE("two cards on one network answer by arp_ignore, arp_filter and rp_filter (2.6b)",
          "[host][arp]") {
  struct Case {
    int ignore, filter, rp_filter;
    const char* first;   ///< who answers for eth0's address
    const char* second;  ///< and for eth1's and the VIP there
  };
  const auto c = GENERATE(values<Case>({{0, 0, 0, "eth1 eth0 ", "eth1 eth0 "},
                                        {3, 0, 2, "eth1 eth0 ", "eth1 eth0 "},
                                        {0, 0, 1, "eth0 ", "eth0 "},
                                        {0, 1, 0, "eth0 ", "eth0 "},
                                        {1, 0, 0, "eth0 ", "eth1 "},
                                        {2, 0, 2, "eth0 ", "eth1 "},
                                        {1, 0, 1, "eth0 ", ""},
                                        {2, 1, 0, "eth0 ", ""},
                                        {8, 0, 0, "", ""}}));
  CAPTURE(c.ignore, c.filter, c.rp_filter);
  ArpLan lan;
  lan.card(lan.subject, "eth1", "10.0.0.21/24");
  add_address(lan.subject, "eth1", "10.0.0.100/32");
  sysctl(lan.subject, "ipv4.conf.all.arp_ignore", c.ignore);
  sysctl(lan.subject, "ipv4.conf.all.arp_filter", c.filter);
  sysctl(lan.subject, "ipv4.conf.all.rp_filter", c.rp_filter);
  const auto repliers = [&](const char* target) {
    lan.seen.clear();
    lan.inject(lan.prober,
               arp_request().from(mac_of(lan.prober), address("10.0.0.1")).asking(address(target)));
    lan.run_for(milliseconds(1));
    std::string names;
    for (const SeenFrame& s : lan.seen.sent) {
      if (s.host != lan.subject.id()) continue;
      names += lan.subject.state().interfaces()[static_cast<std::size_t>(s.nic)].name + " ";
    }
    return names;
  };
  // Both hear the request in the same instant; the card that was plugged in last is flooded first.
  CHECK(repliers("10.0.0.11") == c.first);
  CHECK(repliers("10.0.0.21") == c.second);
  CHECK(repliers("10.0.0.100") == c.second);
}

TEST_CASE("what ARP does to an entry that is there (2.5)", "[host][arp][neighbours]") {
  ArpLan lan;
  const Ipv4Address who = address("10.0.0.1");
  const Ipv4Address me = address("10.0.0.11");
  const MacAddress old = mac_of(lan.prober), other = mac_of(lan.third), mine = mac_of(lan.subject);
  struct Case {
    const char* name;
    Frame arp;
    MacAddress to;
    const char* none;    ///< no entry before
    const char* same;    ///< STALE, same MAC
    const char* young;   ///< another MAC, changed at most 1 s ago
    const char* mature;  ///< another MAC, changed more than 1 s ago
  };
  const auto reply = [&](MacAddress tha, Ipv4Address tip) {
    return Frame(arp_reply().from(other, who).to(tha, tip));
  };
  const auto request = [&](Ipv4Address tip) {
    return Frame(arp_request().from(other, who).asking(tip));
  };
  const Ipv4Address else_ = address("10.0.0.77");
  const auto c = GENERATE_COPY(values<Case>({
      {"a request for our address", request(me), kAll, "STALE third", "STALE third", "STALE third",
       "STALE third"},
      {"a request for somebody else", request(else_), kAll, "", "STALE third", "STALE prober",
       "STALE third"},
      {"a gratuitous request", request(who), kAll, "", "STALE third", "STALE third", "STALE third"},
      {"a gratuitous reply, broadcast", reply(other, who), kAll, "", "STALE third", "STALE third",
       "STALE third"},
      {"a gratuitous reply to us", reply(other, who), mine, "", "REACHABLE third",
       "REACHABLE third", "REACHABLE third"},
      {"a reply with sip = tip but another tha", reply(kAll, who), kAll, "", "STALE third",
       "STALE prober", "STALE third"},
      {"a unicast reply to us", reply(mine, me), mine, "", "REACHABLE third", "STALE prober",
       "REACHABLE third"},
      {"a broadcast reply", reply(mine, me), kAll, "", "STALE third", "STALE prober",
       "STALE third"},
  }));
  const InterfaceId eth0 = device(lan.subject, "eth0");
  lan.run_for(seconds(10));
  DYNAMIC_SECTION(c.name << ", no entry") {
    lan.says(lan.third, c.arp, c.to);
    CHECK(lan.known("10.0.0.1") == c.none);
  }
  DYNAMIC_SECTION(c.name << ", same MAC") {
    lan.subject.neighbours().set(who, eth0, other, NeighbourState::stale);
    lan.says(lan.third, c.arp, c.to);
    CHECK(lan.known("10.0.0.1") == c.same);
  }
  DYNAMIC_SECTION(c.name << ", young entry") {
    lan.subject.neighbours().set(who, eth0, old, NeighbourState::stale);
    lan.run_for(milliseconds(999));
    lan.says(lan.third, c.arp, c.to);
    CHECK(lan.known("10.0.0.1") == c.young);
  }
  DYNAMIC_SECTION(c.name << ", mature entry") {
    lan.subject.neighbours().set(who, eth0, old, NeighbourState::stale);
    lan.run_for(milliseconds(1001));
    lan.says(lan.third, c.arp, c.to);
    CHECK(lan.known("10.0.0.1") == c.mature);
  }
  DYNAMIC_SECTION(c.name << ", permanent entry") {
    lan.subject.neighbours().set(who, eth0, old, NeighbourState::permanent);
    lan.run_for(milliseconds(1001));
    lan.says(lan.third, c.arp, c.to);
    CHECK(lan.known("10.0.0.1") == "PERMANENT prober");
  }
}

TEST_CASE("a request that arp_ignore suppresses teaches nothing, not even a new MAC",
          "[host][arp]") {
  ArpLan lan;
  add_address(lan.subject, "lo", "10.0.0.100/32");
  sysctl(lan.subject, "ipv4.conf.all.arp_ignore", 1);
  CHECK_FALSE(lan.answers("10.0.0.100"));
  CHECK(lan.known("10.0.0.1").empty());
  lan.subject.neighbours().set(address("10.0.0.1"), device(lan.subject, "eth0"), mac_of(lan.third),
                               NeighbourState::stale);
  lan.run_for(seconds(2));
  CHECK_FALSE(lan.answers("10.0.0.100"));
  CHECK(lan.known("10.0.0.1") == "STALE third");
}

TEST_CASE("of several replies the first wins for locktime, and a straggler after it wins",
          "[host][arp]") {
  ArpLan lan;
  lan.subject.ip().send([&] {
    const FrameId id = lan.world.frames().create();
    lan.world.frames()[id] = udp().from(address("10.0.0.11"), 1).to(address("10.0.0.1"), 2);
    return id;
  }());
  lan.run_for(milliseconds(1));
  CHECK(lan.known("10.0.0.1") == "INCOMPLETE 00:00:00:00:00:00");
  const auto reply = [&](Host& from) {
    lan.says(from,
             arp_reply()
                 .from(mac_of(from), address("10.0.0.1"))
                 .to(mac_of(lan.subject), address("10.0.0.11")),
             mac_of(lan.subject));
  };
  reply(lan.prober);
  CHECK(lan.known("10.0.0.1") == "REACHABLE prober");
  reply(lan.third);
  CHECK(lan.known("10.0.0.1") == "REACHABLE prober");
  lan.run_for(seconds(1));
  reply(lan.third);
  CHECK(lan.known("10.0.0.1") == "REACHABLE third");
}

TEST_CASE("locktime ends strictly after its length", "[host][arp]") {
  ArpLan lan;
  lan.run_for(seconds(5));
  lan.subject.neighbours().set(address("10.0.0.1"), device(lan.subject, "eth0"), mac_of(lan.prober),
                               NeighbourState::stale);
  // A padded ARP frame takes twice 672 ns and twice 50 us through the switch.
  const Duration way = 2 * (microseconds(50) + nanoseconds(672));
  const bool late = GENERATE(false, true);
  lan.run_for(seconds(1) - way + picoseconds(late ? 1 : 0));
  lan.inject(
      lan.third,
      arp_request().from(mac_of(lan.third), address("10.0.0.1")).asking(address("10.0.0.77")));
  lan.run_for(milliseconds(1));
  // The switch floods; nobody else sends, so the instant is exact.
  CHECK(lan.known("10.0.0.1") == (late ? "STALE third" : "STALE prober"));
}

TEST_CASE("an announced address moves entries at once and makes none", "[host][arp]") {
  const auto operation = GENERATE(ArpOperation::request, ArpOperation::reply);
  ArpLan lan;
  lan.third.arp().announce(device(lan.third, "eth0"), address("10.0.0.100"), operation);
  lan.run_for(milliseconds(1));
  CHECK(lan.known("10.0.0.100").empty());
  lan.subject.neighbours().set(address("10.0.0.100"), device(lan.subject, "eth0"),
                               mac_of(lan.prober), NeighbourState::reachable);
  lan.third.arp().announce(device(lan.third, "eth0"), address("10.0.0.100"), operation);
  lan.run_for(milliseconds(1));
  CHECK(lan.known("10.0.0.100") == "STALE third");
}

}  // namespace lvs
