// facts_icmp and facts_long: spec/linux-host.md 1.7, 4.2, 4.3, 5.6, 5.7, 6.1, 6.4.
#include "tests/truth/facts/routed_lan.hpp"

namespace lvs::truth {
namespace {

void errors_have_a_limit(Facts& facts) {
  RoutedLan lan;
  const Time from = lan.now();
  for (int i = 0; i < 110; ++i) {
    lan.inject(lan.director, RoutedLan::packet("192.168.77.2", kRs1, 60), mac(0x11));
    lan.run_for(milliseconds(50));
  }
  std::vector<double> times;
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host == lan.rs1.id() && !s.frame.is_arp()) times.push_back(in_seconds(s.time - from));
  }
  facts.times("port-unreachable times at 20 offending packets/s (burst 6, then 1/s)", times, 0.07);

  RoutedLan big;
  big.seen.clear();
  big.inject(big.director, RoutedLan::packet("192.168.77.2", kRs1, 928), mac(0x11));
  big.run_for(milliseconds(1));
  Json lengths = Json::array();
  for (const SeenFrame& s : big.seen.sent) {
    if (s.host == big.rs1.id() && !s.frame.is_arp()) lengths.push_back(s.frame.ip.total_length);
  }
  facts.equal("IP length of the ICMP error for a 928-byte packet", lengths);
}

void who_takes_what(Facts& facts) {
  RoutedLan lan;
  Counts counts;
  Udp::Socket socket;
  socket.host = lan.rs1.id();
  socket.local = {address(kRs1), Port{9}};
  socket.user = &counts;
  REQUIRE(lan.rs1.udp().open(socket));
  lan.inject(lan.director, RoutedLan::packet("192.168.77.2", kRs1, 60), MacAddress::broadcast());
  lan.run_for(milliseconds(1));
  facts.equal("UDP accepted from a broadcast frame with unicast IP destination",
              counts.datagrams == 1);

  Quiet quiet;
  listen(lan.rs1, quiet.number(lan.world), 80, 5, true, kRs1);
  lan.type(lan.rs1, "ip addr add 192.168.77.100/32 dev lo");
  lan.seen.clear();
  lan.inject(lan.director, tcp().from(address("192.168.77.2"), 3333).to(address(kVip), 80).syn(),
             mac(0x11));
  lan.run_for(milliseconds(1));
  Json flags = Json::array();
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host != lan.rs1.id() || s.frame.is_arp()) continue;
    flags.push_back(flags_text(s.frame));
  }
  facts.equal("SYN to VIP while the listener is bound to RIP: reply flags", flags);
}

}  // namespace

TEST_CASE("5.7, 1.7, 6.1: errors and their limits, broadcast frames, listeners on one address",
          "[truth][facts][icmp]") {
  Facts facts("facts_icmp");
  errors_have_a_limit(facts);
  who_takes_what(facts);
  facts.all_used();
}

namespace {

void connects_to_nobody(Facts& facts) {
  RoutedLan lan;
  Caller caller(lan.world);
  check_connect(facts, "client connect() to a dead host behind the router [errno,s]",
                caller.connect(lan.client, "10.9.0.10", "192.168.77.222"));
  check_connect(facts, "client connect() to a net the router has no route for [errno,s]",
                caller.connect(lan.client, "10.9.0.10", "172.31.0.1"));
}

/// The route to rs2 after the router has said that rs2 is on the same link.
std::string route_after_redirect(int accept) {
  RoutedLan lan;
  lan.type(lan.rs1, "ip route add 192.168.77.12 via 192.168.77.1");
  sysctl(lan.rs1, "ipv4.conf.all.accept_redirects", accept);
  sysctl(lan.rs1, "ipv4.conf.eth0.accept_redirects", accept);
  for (int i = 0; i < 3; ++i) {  // the first redirect is lost: rs2 is not resolved yet (5.6)
    lan.send(lan.rs1, kRs1, "192.168.77.12");
    lan.run_for(milliseconds(200));
  }
  std::string text = lan.type(lan.rs1, "ip route get 192.168.77.12");
  std::string squeezed;
  for (const char c : text) {
    if (c == '\n' || (c == ' ' && (squeezed.empty() || squeezed.back() == ' '))) continue;
    squeezed += c;
  }
  while (!squeezed.empty() && squeezed.back() == ' ') squeezed.pop_back();
  return squeezed;
}

void entries_grow_old(Facts& facts) {
  RoutedLan lan;
  const InterfaceId eth0 = device(lan.router, "eth0");
  lan.router.neighbours().set(address("192.168.77.50"), eth0, mac(0xaa), NeighbourState::reachable);
  lan.run_for(milliseconds(29'900));
  CHECK(lan.entry(lan.router, "192.168.77.50")["state"] == "REACHABLE");
  lan.run_for(milliseconds(200));
  // The kernel draws 15 to 45 s; ours is 30 s (4.6).
  const Json& recorded = facts["unused REACHABLE entry becomes [state, after s] (15..45 expected)"];
  CHECK(lan.entry(lan.router, "192.168.77.50")["state"] == recorded[0]);

  RoutedLan old;
  old.router.neighbours().set(address("192.168.77.50"), eth0, mac(0xaa), NeighbourState::stale);
  old.send(old.router, kRouter, "192.168.77.51");
  old.run_for(seconds(135));
  facts.equal("135 s idle, table < 128 entries: STALE entry",
              old.entry(old.router, "192.168.77.50"));
  facts.equal("135 s idle: FAILED entry", old.entry(old.router, "192.168.77.51"));
}

}  // namespace

TEST_CASE("4.2, 4.3, 5.6, 6.4: connects that fail, redirects that are obeyed, entries that stay",
          "[truth][facts][routing]") {
  Facts facts("facts_long");
  connects_to_nobody(facts);
  facts.equal("redirect obeyed, accept_redirects=0", route_after_redirect(0));
  facts.equal("redirect obeyed, accept_redirects=1", route_after_redirect(1));
  entries_grow_old(facts);
  facts.all_used();
}

}  // namespace lvs::truth
