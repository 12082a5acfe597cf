// spec/linux-host.md 2.1 to 2.4: which ARP packets a host answers, and what it learns from them.
#include <algorithm>

#include "tests/models/host/statements/statement_lan.hpp"

namespace lvs::truth {
namespace {

const std::string kVip = "192.168.77.100";
const std::string kRip = "192.168.77.11";
const std::string kPeer = "192.168.77.50";

/// A host with a second network behind eth1, and neighbours that only speak.
struct TwoNetworks : StatementLan {
  Host& rs1 = machine("rs1", kRip + "/24", 0x11);

  TwoNetworks() {
    card(rs1, "eth1", "10.1.0.11/24", 1);
    machines.push_back({mac(0x50), "peer"});
    machines.push_back({mac(0x51), "other"});
  }
};

Frame reply(std::uint8_t from, const std::string& of, MacAddress to_mac, const std::string& to) {
  return arp_reply().from(mac(from), address(of)).to(to_mac, address(to));
}

}  // namespace

TEST_CASE("2.1 5: ARP for a group or for 127/8 is dropped whole, but with route_localnet",
          "[statements][arp]") {
  const std::string target = GENERATE("224.0.0.18", "239.255.255.255", "127.0.0.1", "127.8.0.1");
  CAPTURE(target);
  const bool loopback = target.substr(0, 3) == "127";
  for (const int localnet : {0, 1}) {
    CAPTURE(localnet);
    TwoNetworks lan;
    sysctl(lan.rs1, "ipv4.conf.eth0.route_localnet", localnet);
    lan.know(lan.rs1, kPeer, 0x50, NeighbourState::stale);
    lan.run_for(seconds(2));
    // Old enough to be moved by any request for somebody else: this one is not even looked at.
    CHECK(lan.repliers(target, kPeer, 0x51).size() == (loopback && localnet == 1 ? 1 : 0));
    CHECK(lan.known(lan.rs1, kPeer) == (loopback && localnet == 1 ? "STALE other" : "STALE peer"));
    lan.repliers("192.168.77.77", kPeer, 0x51);
    CHECK(lan.known(lan.rs1, kPeer) == "STALE other");
  }
}

TEST_CASE("2.1 7: a probe from 0.0.0.0 is answered to the prober and teaches nothing",
          "[statements][arp]") {
  TwoNetworks lan;
  // Neither of these is asked about a probe.
  sysctl(lan.rs1, "ipv4.conf.all.arp_filter", 1);
  sysctl(lan.rs1, "ipv4.conf.all.rp_filter", 1);
  for (const std::string& target : {kRip, std::string("10.1.0.11")}) {
    lan.begin();
    lan.says(arp_request().from(mac(0x50), Ipv4Address{}).asking(address(target)));
    REQUIRE(lan.seen.sent.size() == 2);
    const Frame& answer = lan.seen.sent[1].frame;
    CHECK(answer.arp.operation == ArpOperation::reply);
    CHECK(answer.arp.sender == address(target));
    CHECK(answer.arp.sender_mac == mac(0x11));
    CHECK(answer.arp.target_mac == mac(0x50));
    CHECK(answer.arp.target.is_any());
    CHECK(answer.destination == mac(0x50));
  }
  CHECK_FALSE(lan.answered("192.168.77.12", "0.0.0.0"));
  CHECK(lan.rs1.neighbours().size() == 0);
  sysctl(lan.rs1, "ipv4.conf.all.arp_ignore", 1);  // this one is
  CHECK(lan.answered(kRip, "0.0.0.0"));
  CHECK_FALSE(lan.answered("10.1.0.11", "0.0.0.0"));
}

TEST_CASE("2.1 8a: a request that is suppressed teaches nothing and refreshes nothing",
          "[statements][arp]") {
  const bool by_ignore = GENERATE(true, false);
  CAPTURE(by_ignore);
  TwoNetworks lan;
  lan.type(lan.rs1, "ip addr add 192.168.77.100/32 dev lo");
  // To arp_filter a sender behind eth1 is one to answer by eth1.
  sysctl(lan.rs1, by_ignore ? "ipv4.conf.all.arp_ignore" : "ipv4.conf.all.arp_filter", 1);
  const std::string sender = by_ignore ? kPeer : "10.1.0.50";
  CHECK(lan.repliers(kVip, sender, 0x51).empty());
  CHECK(lan.known(lan.rs1, sender).empty());
  lan.know(lan.rs1, sender, 0x50, NeighbourState::stale);
  lan.run_for(seconds(2));
  CHECK(lan.repliers(kVip, sender, 0x51).empty());
  CHECK(lan.known(lan.rs1, sender) == "STALE peer");
  CHECK(lan.rs1.drops()[DropCause::arp_suppressed] == 2);
}

TEST_CASE("2.1 8b: an answer for somebody else comes after a random time below proxy_delay",
          "[statements][arp][proxy]") {
  TwoNetworks lan;
  sysctl(lan.rs1, "ipv4.ip_forward", 1);
  sysctl(lan.rs1, "ipv4.conf.eth0.proxy_arp", 1);
  const auto delay = [&](MacAddress to) {
    lan.begin();
    const Time asked = lan.now();
    lan.inject(lan.voice, arp_request().from(mac(0x50), address(kPeer)).asking(address("10.1.0.9")),
               to);
    lan.run_for(seconds(1));
    const auto answers = lan.seen.times_sent(lan.rs1, [](const Frame& f) { return f.is_arp(); });
    REQUIRE(answers.size() == 1);
    return answers[0] - asked - kArpWay;
  };
  std::vector<Duration> delays;
  for (int i = 0; i < 40; ++i) delays.push_back(delay(kEverybody));
  const auto [least, most] = std::minmax_element(delays.begin(), delays.end());
  CHECK(*least >= Duration{0});
  CHECK(*least < milliseconds(100));  // of 40 uniform ones; the chance of none is 0.5 %
  CHECK(*most > milliseconds(700));
  CHECK(*most < milliseconds(800));
  CHECK(lan.known(lan.rs1, kPeer) == "STALE peer");
  CHECK(delay(mac(0x11)) == Duration{0});  // asked by unicast: at once
  sysctl(lan.rs1, "ipv4.neigh.eth0.proxy_delay", 0);
  CHECK(delay(kEverybody) == Duration{0});
}

TEST_CASE("2.1 9: what nobody asked for makes entries only as arp_accept permits",
          "[statements][arp]") {
  struct Case {
    const char* name;
    const char* of;
    bool is_request;
    MacAddress target_mac;
    const char* target;
    bool made[3];  ///< at arp_accept 0, 1, 2
  };
  const MacAddress own = mac(0x11);
  const char* rip = "192.168.77.11";
  const char* peer = "192.168.77.50";
  const char* far = "172.16.0.1";  // in no network of the card
  const auto c = GENERATE_COPY(values<Case>({
      {"a reply to us", peer, false, own, rip, {false, true, true}},
      {"a gratuitous request", peer, true, {}, peer, {false, true, true}},
      {"a gratuitous reply", peer, false, mac(0x50), peer, {false, true, true}},
      {"a reply of another network", far, false, own, rip, {false, true, false}},
      {"a gratuitous request of another network", far, true, {}, far, {false, true, false}},
      {"a request for somebody else", peer, true, {}, "192.168.77.77", {false, false, false}},
      {"a reply of our own address", rip, false, own, rip, {false, false, false}},
      {"a reply of the broadcast address",
       "192.168.77.255",
       false,
       own,
       rip,
       {false, false, false}},
  }));
  for (int accept = 0; accept < 3; ++accept) {
    INFO(c.name << ", arp_accept " << accept);
    TwoNetworks lan;
    sysctl(lan.rs1, "ipv4.conf.eth0.arp_accept", accept);
    if (c.is_request) {
      lan.says(arp_request().from(mac(0x50), address(c.of)).asking(address(c.target)));
    } else {
      lan.says(reply(0x50, c.of, c.target_mac, c.target), own);
    }
    CHECK(lan.known(lan.rs1, c.of).empty() != c.made[accept]);
  }
}

TEST_CASE("2.2: arp_ignore of lo has no effect, that of all and the card takes the larger",
          "[statements][arp]") {
  TwoNetworks lan;
  lan.type(lan.rs1, "ip addr add 192.168.77.100/32 dev lo");
  for (const int all : {0, 1, 2, 3, 8}) {
    for (const int eth0 : {0, 1, 2, 3, 8}) {
      CAPTURE(all, eth0);
      const int lo = (all + eth0) % 9;  // whatever it is
      sysctl(lan.rs1, "ipv4.conf.all.arp_ignore", all);
      sysctl(lan.rs1, "ipv4.conf.eth0.arp_ignore", eth0);
      sysctl(lan.rs1, "ipv4.conf.lo.arp_ignore", lo);
      const int level = std::max(all, eth0);
      CHECK(lan.answered(kVip) == (level == 0 || level == 3));
      CHECK(lan.answered(kRip) == (level != 8));
    }
  }
}

TEST_CASE("2.2: at level 2 any network of the card that has target and sender will do",
          "[statements][arp]") {
  TwoNetworks lan;
  lan.type(lan.rs1, "ip addr add 192.168.77.100/32 dev eth0; ip addr add 10.5.0.1/32 dev eth0");
  sysctl(lan.rs1, "ipv4.conf.eth0.arp_ignore", 2);
  CHECK(lan.answered(kVip));  // RIP/24 has both
  CHECK_FALSE(lan.answered(kVip, "10.9.0.7"));
  CHECK_FALSE(lan.answered("10.5.0.1"));  // no network has it and the sender
  CHECK_FALSE(lan.answered("10.5.0.1", "10.5.0.7"));
  CHECK(lan.answered("10.5.0.1", "0.0.0.0"));
  CHECK_FALSE(lan.answered("10.1.0.11", "10.1.0.50"));  // on eth1
}

TEST_CASE("2.2: level 3 answers for a VIP on lo, unless its scope is host", "[statements][arp]") {
  struct Case {
    std::string scope;
    bool answered;
  };
  const auto c = GENERATE(values<Case>({{"", true},
                                        {"scope global", true},
                                        {"scope site", true},
                                        {"scope link", true},
                                        {"scope host", false}}));
  INFO(c.scope);
  TwoNetworks lan;
  lan.type(lan.rs1, "ip addr add 192.168.77.100/32 dev lo " + c.scope);
  sysctl(lan.rs1, "ipv4.conf.all.arp_ignore", 3);
  CHECK(lan.answered(kVip) == c.answered);
  CHECK(lan.answered("10.1.0.11"));
}

TEST_CASE("2.2: levels 4 to 7 and from 9 on answer as 0, level 8 never", "[statements][arp]") {
  const int level = GENERATE(4, 5, 6, 7, 8, 9, 10, 100);
  CAPTURE(level);
  TwoNetworks lan;
  lan.type(lan.rs1, "ip addr add 192.168.77.100/32 dev lo");
  sysctl(lan.rs1, "ipv4.conf.all.arp_ignore", level);
  for (const std::string& target : {kVip, kRip, std::string("10.1.0.11")}) {
    CHECK(lan.answered(target) == (level != 8));
    CHECK(lan.answered(target, "10.9.0.7") == (level != 8));
  }
}

TEST_CASE("2.3: with arp_filter only the card that leads to the sender answers",
          "[statements][arp]") {
  TwoNetworks lan;
  lan.type(lan.rs1, "ip addr add 192.168.77.100/32 dev lo");
  const bool on_all = GENERATE(true, false);
  sysctl(lan.rs1, on_all ? "ipv4.conf.all.arp_filter" : "ipv4.conf.eth0.arp_filter", 1);
  // On one card it hides nothing: the answer leaves by the card that the question came by.
  CHECK(lan.answered(kVip));
  CHECK(lan.answered("10.1.0.11"));
  CHECK_FALSE(lan.answered(kRip, "172.16.0.1"));  // no route to the sender
  CHECK_FALSE(lan.answered(kRip, "10.1.0.50"));   // by eth1
  lan.type(lan.rs1, "ip route add 172.16.0.0/12 via 192.168.77.1");
  CHECK(lan.answered(kRip, "172.16.0.1"));
  sysctl(lan.rs1, on_all ? "ipv4.conf.all.arp_filter" : "ipv4.conf.eth0.arp_filter", 0);
  CHECK(lan.answered(kRip, "10.1.0.50"));
}

TEST_CASE("2.4: source validation decides which senders are answered", "[statements][arp]") {
  struct Case {
    const char* name;
    const char* sender;
    const char* target;
    bool answered[3];      ///< at rp_filter 0, 1, 2
    bool accept_local[3];  ///< the same with accept_local 1
  };
  const char* rip = "192.168.77.11";
  const bool y = true, n = false;
  const auto c = GENERATE_COPY(values<Case>({
      {"on-link", "192.168.77.50", rip, {y, y, y}, {y, y, y}},
      {"by another card", "10.1.0.50", rip, {y, n, y}, {y, n, y}},
      {"no route", "172.16.0.1", rip, {y, n, n}, {y, n, n}},
      {"probing itself", rip, rip, {n, n, n}, {y, y, y}},
      {"its own, of lo", "192.168.77.100", rip, {n, n, n}, {y, n, y}},
      {"its own, of another card", "10.1.0.11", rip, {n, n, n}, {y, n, y}},
      {"a group", "224.0.0.9", rip, {n, n, n}, {n, n, n}},
      {"255.255.255.255", "255.255.255.255", rip, {n, n, n}, {n, n, n}},
      {"broadcast of the subnet", "192.168.77.255", rip, {y, n, n}, {y, n, n}},
      {"127/8", "127.0.0.5", rip, {n, n, n}, {n, n, n}},
      {"0.x.y.z", "0.1.2.3", rip, {y, n, n}, {y, n, n}},
      {"to the broadcast of the subnet", "192.168.77.50", "192.168.77.255", {n, n, n}, {n, n, n}},
  }));
  TwoNetworks lan;
  lan.type(lan.rs1, "ip addr add 192.168.77.100/32 dev lo");
  for (const int accept_local : {0, 1}) {
    sysctl(lan.rs1, "ipv4.conf.eth0.accept_local", accept_local);
    for (int rp_filter = 0; rp_filter < 3; ++rp_filter) {
      INFO(c.name << ", accept_local " << accept_local << ", rp_filter " << rp_filter);
      sysctl(lan.rs1, "ipv4.conf.eth0.rp_filter", rp_filter);
      const bool* expected = accept_local == 0 ? c.answered : c.accept_local;
      CHECK(lan.answered(c.target, c.sender) == expected[rp_filter]);
    }
  }
}

TEST_CASE("2.4: a director does not answer a real server that asks with the VIP",
          "[statements][arp]") {
  DrCluster lan;
  for (const int ip_forward : {0, 1}) {
    sysctl(lan.director, "ipv4.ip_forward", ip_forward);
    CHECK_FALSE(lan.answered("192.168.77.2", kVip));
    CHECK(lan.known(lan.director, kVip).empty());
    CHECK(lan.repliers("192.168.77.2", kRip) == Lines{"director"});
  }
  // So a server with a cold entry for the director cannot reach it with the VIP as source.
  lan.send(lan.rs1, kVip, "192.168.77.2");
  lan.run_for(seconds(4));
  CHECK(lan.known(lan.rs1, "192.168.77.2") == "FAILED");
  lan.send(lan.rs1, kRip, "192.168.77.2");
  lan.run_for(milliseconds(1));
  CHECK(lan.known(lan.rs1, "192.168.77.2") == "REACHABLE director");
}

TEST_CASE("2.4: a host does not defend its address and keeps no entry for it",
          "[statements][arp]") {
  TwoNetworks lan;
  sysctl(lan.rs1, "ipv4.conf.all.arp_accept", 1);  // it would keep others
  const Frame said =
      GENERATE(Frame(arp_request().from(mac(0x50), address(kRip)).asking(address(kRip))),
               reply(0x50, kRip, mac(0x50), kRip), reply(0x50, kRip, mac(0x11), kRip));
  lan.begin();
  lan.says(said);
  lan.run_for(seconds(3));
  CHECK(lan.seen.sent_by(lan.rs1).empty());
  CHECK(lan.rs1.neighbours().size() == 0);
  CHECK(lan.answered(kRip));
}

}  // namespace lvs::truth
