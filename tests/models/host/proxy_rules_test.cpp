// spec/linux-host.md 2.1 step 8b: whom a host answers for (tests/mutation).
#include <algorithm>
#include <utility>

#include "tests/models/host/rules_lan.hpp"

namespace lvs {

TEST_CASE("2.1 step 8b: proxy_arp answers for what leaves by another card", "[host][arp][proxy]") {
  struct Case {
    const char* name;
    std::vector<std::pair<const char*, int>> sysctls;
    const char* target;
    bool answered;
  };
  const char *proxy = "ipv4.conf.eth0.proxy_arp", *in = "ipv4.conf.eth0.medium_id",
             *out = "ipv4.conf.eth1.medium_id", *pvlan = "ipv4.conf.eth0.proxy_arp_pvlan";
  const auto c = GENERATE_COPY(values<Case>({
      {"not unless told to", {}, "10.9.0.7", false},
      {"told on the card", {{proxy, 1}}, "10.9.0.7", true},
      {"told for all", {{"ipv4.conf.all.proxy_arp", 1}}, "10.9.0.7", true},
      {"told on the other card", {{"ipv4.conf.eth1.proxy_arp", 1}}, "10.9.0.7", false},
      {"not without forwarding", {{proxy, 1}, {"ipv4.ip_forward", 0}}, "10.9.0.7", false},
      {"not if the card does not forward",
       {{proxy, 1}, {"ipv4.conf.eth0.forwarding", 0}},
       "10.9.0.7",
       false},
      {"not for what leaves as it came", {{proxy, 1}}, "10.0.0.7", false},
      {"not for a blackhole", {{proxy, 1}}, "10.66.0.1", false},
      {"not without a route", {{proxy, 1}}, "172.16.0.1", false},
      {"medium 0 to any", {{proxy, 1}, {out, 3}}, "10.9.0.7", true},
      {"medium 0 to -1", {{proxy, 1}, {out, -1}}, "10.9.0.7", true},
      {"medium -1 to any", {{proxy, 1}, {in, -1}, {out, 3}}, "10.9.0.7", false},
      {"medium 3 to 3", {{proxy, 1}, {in, 3}, {out, 3}}, "10.9.0.7", false},
      {"medium 3 to 4", {{proxy, 1}, {in, 3}, {out, 4}}, "10.9.0.7", true},
      {"medium 3 to 0", {{proxy, 1}, {in, 3}}, "10.9.0.7", true},
      {"medium 3 to -1", {{proxy, 1}, {in, 3}, {out, -1}}, "10.9.0.7", false},
      {"medium 1 to 2", {{proxy, 1}, {in, 1}, {out, 2}}, "10.9.0.7", true},
      {"pvlan for what leaves as it came", {{pvlan, 1}}, "10.0.0.7", true},
      {"pvlan not for the asker itself", {{pvlan, 1}}, "10.0.0.1", false},
      {"pvlan not for other cards", {{pvlan, 1}}, "10.9.0.7", false},
  }));
  DYNAMIC_SECTION(c.name) {
    RulesLan lan;
    sysctl(lan.subject, "ipv4.ip_forward", 1);
    sysctl(lan.subject, "ipv4.neigh.eth0.proxy_delay", 0);
    Route blackhole;
    blackhole.prefix = *parse_ipv4_prefix("10.66.0.0/16");
    blackhole.type = RouteType::blackhole;
    lan.subject.state().add_route(blackhole);
    for (const auto& [path, value] : c.sysctls) sysctl(lan.subject, path, value);
    CHECK(lan.answers(c.target) == c.answered);
    // Who asks is learned with the answer, and only then.
    CHECK(lan.known("10.0.0.1") == (c.answered ? "STALE voice" : ""));
  }
}

TEST_CASE("2.1 step 8b: a proxy entry answers for one address without proxy_arp, on its card",
          "[host][arp][proxy]") {
  RulesLan lan;
  sysctl(lan.subject, "ipv4.neigh.eth0.proxy_delay", 0);
  Neighbours& neighbours = lan.subject.neighbours();
  neighbours.add_proxy({address("10.9.0.8"), lan.eth0()});
  neighbours.add_proxy({address("10.9.0.8"), lan.eth0()});  // once is enough
  neighbours.add_proxy({address("10.9.0.9"), lan.eth1()});  // for those who ask there
  neighbours.add_proxy({address("10.0.0.8"), lan.eth0()});  // leaves as it came
  CHECK(neighbours.proxies().size() == 3);
  CHECK_FALSE(lan.answers("10.9.0.8"));  // not forwarding
  sysctl(lan.subject, "ipv4.ip_forward", 1);
  CHECK(lan.answers("10.9.0.8"));
  CHECK_FALSE(lan.answers("10.9.0.7"));
  CHECK_FALSE(lan.answers("10.9.0.9"));
  CHECK_FALSE(lan.answers("10.0.0.8"));
  CHECK(neighbours.remove_proxy({address("10.9.0.8"), lan.eth0()}));
  CHECK_FALSE(neighbours.remove_proxy({address("10.9.0.8"), lan.eth0()}));
  CHECK_FALSE(lan.answers("10.9.0.8"));
}

namespace {

/// 10.9/16 is answered for by proxy_arp, with the delay of the kernel.
struct ProxyLan : RulesLan {
  ProxyLan() {
    sysctl(subject, "ipv4.ip_forward", 1);
    sysctl(subject, "ipv4.conf.eth0.proxy_arp", 1);
  }
  void ask(int times) {
    seen.clear();
    for (int i = 0; i < times; ++i) inject(voice, who_has("10.9.0.7", "10.0.0.1", mac_of(voice)));
  }
};

}  // namespace

TEST_CASE("2.1 step 8b: a broadcast request is answered within proxy_delay, at random",
          "[host][arp][proxy]") {
  ProxyLan lan;
  sysctl(lan.subject, "ipv4.neigh.eth0.proxy_qlen", 500);
  lan.ask(200);
  lan.run_for(milliseconds(1));
  CHECK(lan.known("10.0.0.1") == "STALE voice");  // at once
  lan.run_for(seconds(2));
  std::vector<Duration> delays;
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host == lan.subject.id()) delays.push_back(s.time - kStart);
  }
  REQUIRE(delays.size() == 200);
  CHECK(*std::min_element(delays.begin(), delays.end()) < milliseconds(30));
  CHECK(*std::max_element(delays.begin(), delays.end()) > milliseconds(770));
  CHECK(*std::max_element(delays.begin(), delays.end()) < milliseconds(801));
}

TEST_CASE("2.1 step 8b: a request to the card's own MAC is answered at once",
          "[host][arp][proxy]") {
  ProxyLan lan;
  lan.says(RulesLan::who_has("10.9.0.7", "10.0.0.1", mac_of(lan.voice)), mac_of(lan.subject));
  CHECK(lan.replies() == 1);
  const ArpPacket& answer = lan.seen.sent.back().frame.arp;
  CHECK(answer.sender_mac == mac_of(lan.subject));
  CHECK(answer.sender == address("10.9.0.7"));
  CHECK(answer.target == address("10.0.0.1"));
}

TEST_CASE("2.1 step 8b: at most proxy_qlen answers wait", "[host][arp][proxy]") {
  ProxyLan lan;
  sysctl(lan.subject, "ipv4.neigh.eth0.proxy_qlen", 3);
  for (int round = 0; round < 2; ++round) {
    lan.ask(5);
    lan.run_for(milliseconds(1));
    lan.run_for(seconds(1));
    CHECK(lan.replies() == 3);
  }
  CHECK(lan.subject.drops()[DropCause::proxy_queue_full] == 4);
}

}  // namespace lvs
