// Where IPVS hooks into the stack of its host: clients and real servers on the director itself,
// what was handled already, replies by policy routes, packets that only policy routing brings
// (spec/ipvs.md 3.1, 3.8, 3.9, 5.1, 5.5, 5.6).
#include "tests/models/host/director_cluster.hpp"

namespace lvs {
namespace {

std::string counters(const TrafficCounters& c) {
  return std::to_string(c.connections) + " " + std::to_string(c.packets_in) + " " +
         std::to_string(c.packets_out);
}

const Connection* only_connection(const Director& director) {
  const Connection* only = nullptr;
  director.connections().each([&](const Connection& c) { only = &c; });
  return director.connections().size() == 1 ? only : nullptr;
}

RouteRule lookup(std::uint32_t table) {
  RouteRule rule;
  rule.table = table;
  return rule;
}

/// A SYN of the client for `target` that has not passed TCP.
Frame syn(const std::string& target, std::uint8_t ttl = 64) {
  Frame frame = tcp().from(address("10.0.0.2"), 40000).to(address(target), 80).syn();
  frame.ip.ttl = ttl;
  return frame;
}

}  // namespace

TEST_CASE("a client on the director itself reaches a NAT server, each packet counted once",
          "[host][director]") {
  DirectorCluster lan(ForwardingMethod::nat, 8080, 1);
  App user(lan.world);
  lan.connect(user, lan.director, kVip);
  lan.run_for(milliseconds(10));
  CHECK(user.connections.size() == 1);
  CHECK(lan.app.connections.size() == 1);
  const Director& director = *lan.director.director();
  REQUIRE(only_connection(director) != nullptr);
  CHECK(only_connection(director)->state == IpvsState::established);
  CHECK(counters(director.total().live) == "1 2 1");
  CHECK(lan.sent(lan.director).front().substr(0, 31) == "10.0.0.100:32768 > 10.1.0.11:80");
  lan.world.tcp().close(user.connections[0]);
  lan.run_for(seconds(200));
  CHECK(director.connections().size() == 0);
  CHECK_FALSE(director.has_local_clients());
}

TEST_CASE("client and real server both on the director meet, each packet counted once",
          "[host][director]") {
  const auto method =
      GENERATE(ForwardingMethod::nat, ForwardingMethod::direct, ForwardingMethod::tunnel);
  DirectorCluster lan(method, method == ForwardingMethod::nat ? 8080 : 80, 0);
  lan.listen(lan.director);
  lan.add_destination("10.0.0.3");
  App user(lan.world);
  lan.connect(user, lan.director, "10.0.0.3");
  lan.run_for(milliseconds(10));
  CHECK(user.connections.size() == 1);
  const Director& director = *lan.director.director();
  CHECK(counters(director.total().live) == "1 2 1");
  REQUIRE(only_connection(director) != nullptr);
  CHECK(only_connection(director)->state == IpvsState::established);
  CHECK(lan.sent(lan.director).empty());
}

TEST_CASE("a client on the director is refused by an ICMP error when nobody serves",
          "[host][director]") {
  DirectorCluster lan(ForwardingMethod::nat, 8080, 0);
  App user(lan.world);
  lan.connect(user, lan.director, "10.0.0.3");
  lan.run_for(milliseconds(10));
  CHECK(user.error == TcpError::port_unreachable);
}

TEST_CASE("an ICMP error that crosses FORWARD loses a TTL to forwarding and one to the method",
          "[host][director][icmp]") {
  DirectorCluster lan(ForwardingMethod::nat, 8080, 1);
  App user(lan.world);
  lan.connect(user);
  lan.run_for(milliseconds(10));
  const Frame reply =
      tcp().from(address(kVip), 80).to(address("10.0.0.2"), 32768).ack(1).payload(bytes(100));
  lan.seen.clear();
  lan.inject(lan.client,
             icmp().from(address("10.0.0.2")).to(address("10.1.0.77")).time_exceeded().about(reply),
             mac_of(lan.director));
  lan.run_for(milliseconds(10));
  const auto sent = lan.sent(lan.director);
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].substr(0, 20) == "10.0.0.2 > 10.1.0.11");
  CHECK(sent[0].substr(sent[0].size() - 6) == "ttl 62");
}

TEST_CASE("the method takes one off the TTL, and an expired one is told the client",
          "[host][director]") {
  const auto method =
      GENERATE(ForwardingMethod::nat, ForwardingMethod::direct, ForwardingMethod::tunnel);
  DirectorCluster lan(method, 80, 1);
  lan.inject(lan.client, syn(kVip, 2), mac_of(lan.director));
  lan.run_for(milliseconds(10));
  Frame sent = lan.seen.sent.front().frame;
  for (const SeenFrame& s : lan.seen.sent) {
    const bool is_tcp = !s.frame.is_arp() && s.frame.innermost().protocol == Protocol::tcp;
    const bool asks = is_tcp && s.frame.tcp.syn() && !s.frame.tcp.ack();
    if (s.host == lan.director.id() && asks) sent = s.frame;
  }
  CHECK(int{sent.innermost().ttl} == 1);
  lan.seen.clear();
  lan.inject(lan.client, syn(kVip, 1), mac_of(lan.director));
  lan.run_for(milliseconds(10));
  CHECK(lan.sent(lan.director) ==
        Lines{"10.0.0.100 > 10.0.0.2 icmp time exceeded of (10.0.0.2:40000 > "
              "10.0.0.100:80 tcp)"});
  CHECK(lan.director.drops()[DropCause::ttl_exceeded] == 1);
  // Both had been counted before, and so was the reset of the client, which knows of nothing.
  CHECK(lan.director.director()->total().live.packets_in == 3);
}

TEST_CASE("no route to the real server: the client hears host unreachable", "[host][director]") {
  DirectorCluster lan(ForwardingMethod::nat, 8080, 0);
  lan.add_destination("203.0.113.9");
  lan.inject(lan.client, syn(kVip), mac_of(lan.director));
  lan.run_for(milliseconds(10));
  const auto sent = lan.sent(lan.director);
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].substr(0, 42) == "10.0.0.100 > 10.0.0.2 icmp unreachable 1 o");
  CHECK(lan.director.drops()[DropCause::ipvs_no_service_route] == 1);
  CHECK(only_connection(*lan.director.director())->state == IpvsState::syn_received);
}

TEST_CASE("loopback addresses are not for others: neither as real server nor as source",
          "[host][director]") {
  DirectorCluster lan(ForwardingMethod::nat, 8080, 0);
  lan.add_destination("127.0.0.5");
  lan.inject(lan.client, syn(kVip), mac_of(lan.director));
  lan.run_for(milliseconds(10));
  CHECK(lan.director.drops()[DropCause::martian_destination] == 1);
  CHECK(lan.sent(lan.director).empty());
}

TEST_CASE("a marked packet that policy routing delivers is bypassed when nobody serves it",
          "[host][director]") {
  DirectorCluster lan(ForwardingMethod::nat, 8080, 0);
  Director& director = *lan.director.director();
  ServiceSettings settings;
  settings.scheduler = "rr";
  REQUIRE(director.add_service(mark_key(7), settings) == IpvsError::none);
  director.sysctls().cache_bypass = 1;
  IpRule mark;
  mark.target = IpRule::Target::mark;
  mark.set_mark = {7, 0xffff'ffff};
  lan.director.ip_filter().chain(IpFilter::Chain::mangle_prerouting).rules.push_back(mark);
  RouteRule marked = lookup(100);
  marked.mark = 7;
  REQUIRE(lan.director.state().add_rule(marked, false) == ConfigError::none);
  Route all;
  all.prefix.length = 0;
  all.type = RouteType::local;
  all.device = kLoopback;
  all.table = 100;
  REQUIRE(lan.director.state().add_route(all) == ConfigError::none);
  lan.inject(lan.client, syn("10.1.0.55"), mac_of(lan.director));
  lan.run_for(milliseconds(10));
  // it goes on towards 10.1.0.55, whom the director asks for on its other card
  REQUIRE(only_connection(director) != nullptr);
  CHECK(only_connection(director)->method == ForwardingMethod::bypass);
  bool asked = false;
  for (const SeenFrame& s : lan.seen.sent) {
    asked = asked || (s.frame.is_arp() && s.frame.arp.target == address("10.1.0.55"));
  }
  CHECK(asked);
}

TEST_CASE("snat_reroute: a translated reply is routed by its new source", "[host][director]") {
  DirectorCluster lan(ForwardingMethod::nat, 8080, 1);
  lan.card(lan.director, "eth2", "10.2.0.1/24", 2);
  Host& other = lan.host("other", "10.2.0.9/24", 2);
  RouteRule from_vip = lookup(200);
  from_vip.from = *parse_ipv4_prefix("10.0.0.100/32");
  REQUIRE(lan.director.state().add_rule(from_vip, false) == ConfigError::none);
  Route detour;
  detour.prefix.length = 0;
  detour.gateway = address("10.2.0.9");
  detour.device = device(lan.director, "eth2");
  detour.table = 200;
  REQUIRE(lan.director.state().add_route(detour) == ConfigError::none);
  const bool reroutes = GENERATE(true, false);
  lan.director.director()->sysctls().snat_reroute = reroutes ? 1 : 0;
  lan.inject(lan.client, syn(kVip), mac_of(lan.director));
  lan.run_for(milliseconds(10));
  std::size_t by_detour = 0;
  for (const SeenFrame& s : lan.seen.received) {
    by_detour += s.host == other.id() && !s.frame.is_arp() ? 1 : 0;
  }
  CHECK(by_detour == (reroutes ? 1U : 0U));
}

}  // namespace lvs
