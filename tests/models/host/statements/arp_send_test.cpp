// spec/linux-host.md section 3: when a host asks, with which of its addresses, and whom that
// poisons.
#include <algorithm>

#include "tests/models/host/statements/statement_lan.hpp"

namespace lvs::truth {
namespace {

const std::string kVip = "192.168.77.100";
const std::string kRip = "192.168.77.11";
const std::string kRouter = "192.168.77.1";

/// A host that asks for neighbours which are not there.
struct Asking : StatementLan {
  Host& rs1 = machine("rs1", "", 0x11);

  /// With which address it asks for `target` when a packet of `source` waits.
  std::string sender(const std::string& source, const std::string& target = "192.168.77.60") {
    rs1.neighbours().flush(std::nullopt);
    begin();
    send(rs1, source, target);
    const Lines asked = questions(rs1);
    REQUIRE(asked.size() == 1);
    const std::string before = "0s who-has " + target + " tell ";
    REQUIRE(asked[0].substr(0, before.size()) == before);
    return asked[0].substr(before.size());
  }
  void announce_level(int all, int eth0) {
    sysctl(rs1, "ipv4.conf.all.arp_announce", all);
    sysctl(rs1, "ipv4.conf.eth0.arp_announce", eth0);
  }
};

}  // namespace

TEST_CASE("3.2: each question looks at the packet that was queued last", "[statements][arp]") {
  Asking lan;
  lan.type(lan.rs1,
           "ip addr add 192.168.77.11/24 dev eth0; ip addr add 192.168.77.100/32 dev lo;"
           "ip addr add 192.168.77.101/32 dev lo");
  lan.begin();
  lan.send(lan.rs1, kRip, "192.168.77.60");
  lan.run_for(milliseconds(300));
  lan.send(lan.rs1, "192.168.77.101", "192.168.77.60");
  lan.send(lan.rs1, kVip, "192.168.77.60");
  lan.run_for(milliseconds(1000));
  lan.send(lan.rs1, "192.168.77.101", "192.168.77.60");
  lan.run_for(seconds(3));
  CHECK(lan.questions(lan.rs1) == Lines{"0s who-has 192.168.77.60 tell 192.168.77.11",
                                        "1s who-has 192.168.77.60 tell 192.168.77.100",
                                        "2s who-has 192.168.77.60 tell 192.168.77.101"});
}

TEST_CASE("3.3: arp_announce of lo has no effect, that of all and the card takes the larger",
          "[statements][arp]") {
  Asking lan;
  lan.type(lan.rs1,
           "ip addr add 192.168.77.11/24 dev eth0; ip addr add 192.168.77.100/32 dev lo;"
           "ip addr add 10.50.0.1/32 dev lo");
  for (const int lo : {0, 2}) {
    sysctl(lan.rs1, "ipv4.conf.lo.arp_announce", lo);
    for (const int all : {0, 1, 2}) {
      for (const int eth0 : {0, 1, 2}) {
        CAPTURE(lo, all, eth0);
        lan.announce_level(all, eth0);
        const int level = std::max(all, eth0);
        CHECK(lan.sender(kVip) == (level == 2 ? kRip : kVip));
        CHECK(lan.sender("10.50.0.1") == (level == 0 ? "10.50.0.1" : kRip));
      }
    }
  }
  lan.announce_level(3, 0);  // unknown: as 0
  CHECK(lan.sender("10.50.0.1") == "10.50.0.1");
}

TEST_CASE("3.3: an unnumbered card shows what it finds on lo, even at arp_announce 2",
          "[statements][arp]") {
  struct Case {
    const char* name;
    const char* addresses;
    const char* shown;
  };
  const auto c = GENERATE(values<Case>({
      {"the VIP on lo", "ip addr add 10.50.0.1/32 dev lo", "10.50.0.1"},
      {"not of scope link, nor host",
       "ip addr add 10.53.0.1/32 dev lo scope host; ip addr add 10.52.0.1/32 dev lo scope link;"
       "ip addr add 10.51.0.1/32 dev lo scope site; ip addr add 10.50.0.1/32 dev lo",
       "10.51.0.1"},
      {"of lo before another card, though the card has its network",
       "ip addr add 192.168.77.21/24 dev eth1; ip addr add 10.50.0.1/32 dev lo", "10.50.0.1"},
      {"of another card if lo has none", "ip addr add 10.1.0.1/24 dev eth1", "10.1.0.1"},
  }));
  INFO(c.name);
  Asking lan;
  lan.card(lan.rs1, "eth1", "", 1);
  lan.type(lan.rs1, c.addresses);
  lan.announce_level(2, 0);
  lan.type(lan.rs1, "ip route add 192.168.77.0/26 dev eth0");
  CHECK(lan.sender(c.shown) == c.shown);
  CHECK(lan.sender("127.0.0.1") == c.shown);
}

TEST_CASE("3.3: level 1 keeps a VIP in the gateway's network and hides one outside",
          "[statements][arp]") {
  Asking lan;
  lan.type(lan.rs1,
           "ip addr add 192.168.77.11/24 dev eth0; ip addr add 192.168.77.100/32 dev lo;"
           "ip addr add 10.50.0.1/32 dev lo; ip addr add 10.60.0.11/24 dev eth0;"
           "ip addr add 10.60.0.100/32 dev lo");
  lan.announce_level(1, 0);
  CHECK(lan.sender(kVip) == kVip);           // RIP/24 has gateway and VIP
  CHECK(lan.sender("10.50.0.1") == kRip);    // no network has it
  CHECK(lan.sender("10.60.0.100") == kRip);  // its network does not have the gateway
  CHECK(lan.sender("10.60.0.100", "10.60.0.1") == "10.60.0.100");
  CHECK(lan.sender(kVip, "10.60.0.1") == "10.60.0.11");
  lan.announce_level(0, 0);
  CHECK(lan.sender("10.50.0.1") == "10.50.0.1");
}

TEST_CASE("3.3: level 2 shows the first primary whose network has the target, else the first",
          "[statements][arp]") {
  struct Case {
    const char* name;
    const char* addresses;
    const char* shown;
  };
  const char* rip = "192.168.77.11";
  const char* vip = "192.168.77.100";
  const auto c = GENERATE_COPY(values<Case>({
      {"VIP/24 before RIP/24: the VIP is the primary",
       "ip addr add 192.168.77.100/24 dev eth0; ip addr add 192.168.77.11/24 dev eth0", vip},
      {"VIP/24 after RIP/24: a secondary",
       "ip addr add 192.168.77.11/24 dev eth0; ip addr add 192.168.77.100/24 dev eth0", rip},
      {"VIP/32 before RIP/24: its network has the VIP alone",
       "ip addr add 192.168.77.100/32 dev eth0; ip addr add 192.168.77.11/24 dev eth0", rip},
      {"VIP/25 before RIP/24: both networks have the target",
       "ip addr add 192.168.77.100/25 dev eth0; ip addr add 192.168.77.11/24 dev eth0", vip},
      {"no network has the target: the first",
       "ip addr add 10.1.0.1/24 dev eth0; ip addr add 10.2.0.1/24 dev eth0;"
       "ip addr add 192.168.77.100/32 dev lo; ip route add 192.168.77.0/24 dev eth0",
       "10.1.0.1"},
      {"scope host is never shown",
       "ip addr add 192.168.77.9/24 dev eth0 scope host; ip addr add 10.1.0.1/24 dev eth0",
       "10.1.0.1"},
  }));
  INFO(c.name);
  Asking lan;
  lan.type(lan.rs1, c.addresses);
  lan.announce_level(2, 0);
  CHECK(lan.sender(vip) == c.shown);
}

TEST_CASE("3.3: for a packet of others a host asks with its own address at every level",
          "[statements][arp]") {
  const int level = GENERATE(0, 1, 2);
  Asking lan;
  lan.type(lan.rs1,
           "ip addr add 192.168.77.11/24 dev eth0; sysctl -w net.ipv4.ip_forward=1;"
           "sysctl -w net.ipv4.conf.all.send_redirects=0;"
           "sysctl -w net.ipv4.conf.eth0.send_redirects=0");
  lan.announce_level(level, 0);
  lan.begin();
  lan.inject(lan.voice, udp().from(address("192.168.77.50"), 1).to(address("192.168.77.60"), 2),
             mac(0x11));
  lan.run_for(milliseconds(1));
  const Lines asked = lan.questions(lan.rs1);
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].find(" who-has 192.168.77.60 tell 192.168.77.11") != std::string::npos);
}

TEST_CASE("3.5: a question with the VIP makes or overwrites the router's entry at once",
          "[statements][arp][poisoning]") {
  DrCluster lan("ip addr add 192.168.77.100/32 dev lo; sysctl -w net.ipv4.conf.all.arp_ignore=1");
  SECTION("over an entry that has just changed") {
    lan.know(lan.router, kVip, 2, NeighbourState::reachable);
  }
  SECTION("where there was none") {}
  lan.send(lan.rs1, kVip, "10.9.0.10");
  lan.run_for(kArpWay);
  CHECK(lan.vip_entry() == "STALE rs1");
  CHECK(lan.known(lan.director, kVip).empty());  // which is asked nothing and owns the VIP
}

TEST_CASE("3.5: everybody else who holds the VIP for more than 1 s takes the server's MAC too",
          "[statements][arp][poisoning]") {
  const bool late = GENERATE(false, true);
  DrCluster lan("sysctl -w net.ipv4.conf.all.arp_ignore=1");
  lan.type(lan.rs1, "ip addr add 192.168.77.100/32 dev lo");
  Host& neighbour = lan.machine("neighbour", "192.168.77.60/24", 0x60);
  Host& stranger = lan.machine("stranger", "192.168.77.61/24", 0x61);
  lan.run_for(seconds(10));
  for (Host* host : {&neighbour, &lan.rs2}) lan.know(*host, kVip, 2, NeighbourState::reachable);
  lan.run_for(seconds(1) - kArpWay + picoseconds(late ? 1 : 0));
  lan.send(lan.rs1, kVip, "10.9.0.10");
  lan.run_for(kArpWay);
  const std::string entry = late ? "STALE rs1" : "REACHABLE director";
  CHECK(lan.known(neighbour, kVip) == entry);
  CHECK(lan.known(lan.rs2, kVip) == entry);
  CHECK(lan.known(stranger, kVip).empty());
  CHECK(lan.known(lan.director, kVip).empty());
}

TEST_CASE("3.5: the flip comes in the middle of the connection that causes it",
          "[statements][arp][poisoning]") {
  DrCluster lan("ip addr add 192.168.77.100/32 dev lo; sysctl -w net.ipv4.conf.all.arp_ignore=1");
  CHECK(lan.connection() == "director rs1 rs1 rs1 rs1 rs1, rs1");
  CHECK(lan.connection() == "rs1 rs1 rs1 rs1 rs1 rs1, rs1");
  CHECK(lan.vip_entry().substr(lan.vip_entry().find(' ')) == " rs1");
}

TEST_CASE("3.5: a probe shows the RIP at any arp_announce, though VIP packets caused it",
          "[statements][arp][poisoning]") {
  const int level = GENERATE(0, 1, 2);
  CAPTURE(level);
  Asking lan;
  lan.type(lan.rs1, "ip addr add 192.168.77.11/24 dev eth0; ip addr add 192.168.77.100/32 dev lo");
  lan.announce_level(level, 0);
  lan.know(lan.rs1, kRouter, 1, NeighbourState::stale);
  lan.machines.push_back({mac(1), "router"});
  lan.begin();
  for (int i = 0; i < 20; ++i) {
    lan.send(lan.rs1, kVip, kRouter);
    lan.run_for(milliseconds(400));
  }
  CHECK(lan.known(lan.rs1, kRouter) == "FAILED");
  CHECK(lan.questions(lan.rs1) == Lines{"5s who-has 192.168.77.1 tell 192.168.77.11 to router",
                                        "6s who-has 192.168.77.1 tell 192.168.77.11 to router",
                                        "7s who-has 192.168.77.1 tell 192.168.77.11 to router"});
  // Only now it asks everybody, and here the level matters.
  lan.begin();
  lan.send(lan.rs1, kVip, kRouter);
  CHECK(lan.questions(lan.rs1) ==
        Lines{"0s who-has 192.168.77.1 tell " + (level == 2 ? kRip : kVip)});
}

TEST_CASE("3.5: a poisoned router heals after 8 s if the server hides the VIP, else never",
          "[statements][arp][poisoning]") {
  const int ignore = GENERATE(0, 1, 2, 3, 8);
  const bool hides = ignore == 1 || ignore == 2 || ignore == 8;
  CAPTURE(ignore);
  DrCluster lan("ip addr add 192.168.77.100/32 dev lo");
  lan.type(lan.rs2, "ip addr del 192.168.77.100/32 dev lo");
  sysctl(lan.rs1, "ipv4.conf.all.arp_ignore", ignore);
  lan.know(lan.rs1, kRouter, 1, NeighbourState::permanent);  // it never asks again
  lan.director.set_reply_jitter({nanoseconds(1), nanoseconds(1)});
  lan.know(lan.router, kVip, 0x11, NeighbourState::stale);
  const auto traffic = [&](Duration span) {  // of the client, every 100 ms
    for (Time end = lan.now() + span; lan.now() < end;) {
      lan.inject(lan.client, udp().from(address("10.9.0.10"), 9).to(address(kVip), 9),
                 mac_of(lan.router, "eth1"));
      lan.run_for(milliseconds(100));
    }
  };
  lan.begin();
  traffic(milliseconds(5100));
  // An answered probe is over within a millisecond.
  CHECK(lan.vip_entry() == (hides ? "PROBE rs1" : "REACHABLE rs1"));
  traffic(milliseconds(2900));
  CHECK(lan.vip_entry() == (hides ? "PROBE rs1" : "REACHABLE rs1"));
  traffic(milliseconds(200));
  CHECK(lan.vip_entry() == (hides ? "REACHABLE director" : "REACHABLE rs1"));
  traffic(seconds(70));
  CHECK(lan.vip_entry().find(hides ? " director" : " rs1") != std::string::npos);
}

TEST_CASE("3.5: a client on the servers' LAN is poisoned in the same way",
          "[statements][arp][poisoning]") {
  StatementLan lan;
  Host& rs1 = lan.machine("rs1", "192.168.77.11/24", 0x11);
  Host& client = lan.machine("client", "192.168.77.200/24", 0xc8);
  const int announce = GENERATE(0, 1, 2);
  CAPTURE(announce);
  lan.type(rs1, "ip addr add 192.168.77.100/32 dev lo; sysctl -w net.ipv4.conf.all.arp_ignore=1");
  sysctl(rs1, "ipv4.conf.all.arp_announce", announce);
  lan.machines.push_back({mac(2), "director"});
  lan.know(client, kVip, 2, NeighbourState::reachable);
  lan.begin();
  lan.send(rs1, kVip, "192.168.77.200");  // its first answer to the client
  lan.run_for(kArpWay);
  CHECK(lan.questions(rs1) ==
        Lines{"0s who-has 192.168.77.200 tell " + (announce == 2 ? kRip : kVip)});
  CHECK(lan.known(client, kVip) == (announce == 2 ? "REACHABLE director" : "STALE rs1"));
}

}  // namespace lvs::truth
