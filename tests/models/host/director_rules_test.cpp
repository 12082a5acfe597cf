// spec/linux-host.md 5.1 and 5.5 on a host that is a director as well (tests/mutation).
#include "tests/models/host/rules_lan.hpp"
#include "tests/models/tcp/tcp_lab.hpp"

namespace lvs {
namespace {

/// The subject forwards to 10.9.0.7.
struct DirectorLan : RulesLan {
  DirectorLan() {
    sysctl(subject, "ipv4.ip_forward", 1);
    knows("10.0.0.1", voice, NeighbourState::permanent);
    subject.neighbours().set(address("10.9.0.7"), eth1(), mac_of(other), NeighbourState::permanent);
  }
};

}  // namespace

TEST_CASE("5.5 step 6: a director that forwards puts fragments together and cuts them again",
          "[host][forwarding][director]") {
  DirectorLan lan;
  ServiceKey key;
  key.address = {address("10.77.0.1"), Port{80}};
  ServiceSettings settings;
  settings.scheduler = "rr";
  lan.world.director_of(lan.subject).add_service(key, settings);
  const auto hears = [&](int begin, int end, bool more) {
    Frame piece = udp().from(address("10.0.0.1"), 1).to(address("10.9.0.7"), 2);
    piece.ip.identification = 7;
    piece.ip.total_length = static_cast<std::uint16_t>(20 + end - begin);
    piece.ip.fragment =
        static_cast<std::uint16_t>(begin / 8 | (more ? Ipv4Header::kMoreFragments : 0));
    lan.says(piece, mac_of(lan.subject));
    std::vector<int> lengths;
    for (const SeenFrame& s : lan.seen.sent) {
      if (s.host == lan.subject.id()) lengths.push_back(s.frame.ip.total_length);
    }
    return lengths;
  };
  CHECK(hears(800, 1608, false).empty());
  CHECK(hears(0, 800, true) == std::vector<int>{1500, 148});
  CHECK(hears(0, 800, true).empty());
  CHECK(hears(800, 1000, false) == std::vector<int>{1020});  // fits whole now
}

TEST_CASE("5.1: a director's own reply is routed as what it says once IPVS has rewritten it",
          "[host][forwarding][director]") {
  DirectorLan lan;
  add_address(lan.subject, "lo", "10.66.0.1/32");
  ServiceKey key;
  key.address = {address("10.66.0.1"), Port{80}};
  ServiceSettings settings;
  settings.scheduler = "rr";
  Director& director = lan.world.director_of(lan.subject);
  director.add_service(key, settings);
  DestinationSettings itself;
  itself.method = ForwardingMethod::nat;
  director.add_destination(key, {address("10.0.0.11"), Port{8080}}, itself);
  Route other_way;
  other_way.prefix = *parse_ipv4_prefix("10.0.0.0/24");
  other_way.device = lan.eth1();
  other_way.table = 100;
  CHECK(lan.subject.state().add_route(other_way) == ConfigError::none);
  RouteRule rule;
  rule.from = *parse_ipv4_prefix("10.66.0.1/32");
  rule.table = 100;
  CHECK(lan.subject.state().add_rule(rule, false) == ConfigError::none);
  lan.subject.neighbours().set(address("10.0.0.1"), lan.eth1(), mac_of(lan.other),
                               NeighbourState::permanent);
  App app(lan.world);
  Tcp::ListenerConfig listener;
  listener.host = lan.subject.id();
  listener.port = Port{8080};
  listener.backlog = 5;
  listener.user = app.user;
  REQUIRE(lan.world.tcp().listen(listener));
  lan.says(
      tcp().from(address("10.0.0.1"), 5).to(address("10.66.0.1"), 80).syn().sequence(7).mss(1460),
      mac_of(lan.subject));
  REQUIRE(lan.said().size() == 1);
  CHECK(lan.seen.sent.back().frame.ip.source == address("10.66.0.1"));
  CHECK(lan.seen.sent.back().frame.tcp.syn());
  CHECK(lan.seen.sent.back().nic == static_cast<std::int64_t>(lan.eth1().value));
}

}  // namespace lvs
