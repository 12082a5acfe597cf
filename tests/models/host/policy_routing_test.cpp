// Tables, rules, types of service and dead routes: spec/linux-host.md 5.1, 5.3.
#include <catch2/catch.hpp>

#include "tests/support/three_hosts.hpp"

namespace lvs {
namespace {

/// A router with three cards; the next hops are known, so every packet leaves at once.
struct PolicyLan : Lan {
  Host& router = host("router", "10.0.0.1/24");
  Host& sender = host("sender", "10.0.0.9/24");

  PolicyLan() {
    card(router, "eth1", "10.1.0.1/24", 1);
    card(router, "eth2", "10.2.0.1/24", 2);
    sysctl(router, "ipv4.ip_forward", 1);
    for (const char* hop : {"10.1.0.254", "10.2.0.254"}) {
      const std::string name = hop[3] == '1' ? "eth1" : "eth2";
      router.neighbours().set(address(hop), device(router, name), {{2, 0, 0, 0, 9, 9}},
                              NeighbourState::permanent);
    }
    add_route(router, "default", "10.1.0.254");
  }
  ConfigError route(const std::string& prefix, const std::string& gateway, std::uint32_t table,
                    std::uint8_t tos = 0) {
    Route r;
    r.prefix = prefix == "default" ? Ipv4Prefix{{}, 0} : *parse_ipv4_prefix(prefix);
    r.gateway = address(gateway);
    r.table = table;
    r.tos = tos;
    return router.state().add_route(r);
  }
  static RouteRule to_table(std::uint32_t table) {
    RouteRule rule;
    rule.table = table;
    return rule;
  }
  /// The card by which a packet to 8.8.8.8 leaves; "" if it does not.
  std::string leaves_by(const std::string& source, std::uint32_t mark = 0, std::uint8_t tos = 0) {
    seen.clear();
    const FrameId id = world.frames().create();
    Frame& frame = world.frames()[id];
    frame = udp().from(address(source), 1).to(address("8.8.8.8"), 2).tos(tos).payload(bytes(9));
    frame.destination = mac_of(router);
    frame.mark = mark;
    router.ip().receive(device(router, "eth0"), id);
    for (const SeenFrame& s : seen.sent) {
      if (s.host == router.id() && s.frame.ip.protocol == Protocol::udp) {
        return router.state().interfaces()[static_cast<std::size_t>(s.nic)].name;
      }
    }
    return "";
  }
};

}  // namespace

TEST_CASE("5.1: rules are asked by priority; the first table with a match decides",
          "[host][routing]") {
  PolicyLan lan;
  REQUIRE(lan.route("default", "10.2.0.254", 100) == ConfigError::none);
  CHECK(lan.leaves_by("10.0.0.9") == "eth1");
  RouteRule from = PolicyLan::to_table(100);
  from.from = Ipv4Prefix{address("10.0.0.8"), 31};
  REQUIRE(lan.router.state().add_rule(from, false) == ConfigError::none);
  CHECK(lan.router.state().rules()[1].priority == 32'765);
  CHECK(lan.leaves_by("10.0.0.9") == "eth2");
  CHECK(lan.leaves_by("10.0.0.7") == "eth1");
  // One that is asked before it, and has no match there, changes nothing; with one it decides.
  RouteRule first = PolicyLan::to_table(200);
  first.priority = 10;
  REQUIRE(lan.router.state().add_rule(first, true) == ConfigError::none);
  CHECK(lan.leaves_by("10.0.0.9") == "eth2");
  REQUIRE(lan.route("8.0.0.0/8", "10.1.0.254", 200) == ConfigError::none);
  CHECK(lan.leaves_by("10.0.0.9") == "eth1");
}

TEST_CASE("5.1: the table local comes before every rule of one's own", "[host][routing]") {
  PolicyLan lan;
  RouteRule all = PolicyLan::to_table(100);
  REQUIRE(lan.route("0.0.0.0/0", "10.2.0.254", 100) == ConfigError::none);
  REQUIRE(lan.router.state().add_rule(all, false) == ConfigError::none);
  CHECK(lan.router.state().lookup({.destination = address("10.1.0.1")})->type == RouteType::local);
  CHECK(lan.router.state().lookup({.destination = address("10.1.0.2")})->gateway ==
        address("10.2.0.254"));
}

TEST_CASE("5.1: a rule can look at the mark under a mask, the arrival and the destination",
          "[host][routing]") {
  PolicyLan lan;
  REQUIRE(lan.route("default", "10.2.0.254", 100) == ConfigError::none);
  RouteRule rule = PolicyLan::to_table(100);
  SECTION("fwmark") {
    rule.mark = 0x10;
    rule.mark_mask = 0xf0;
    REQUIRE(lan.router.state().add_rule(rule, false) == ConfigError::none);
    CHECK(lan.leaves_by("10.0.0.9", 0x1f) == "eth2");
    CHECK(lan.leaves_by("10.0.0.9", 0x2f) == "eth1");
    CHECK(lan.leaves_by("10.0.0.9") == "eth1");
  }
  SECTION("iif") {
    rule.iif = "eth0";
    REQUIRE(lan.router.state().add_rule(rule, false) == ConfigError::none);
    CHECK(lan.leaves_by("10.0.0.9") == "eth2");
    // What the host sends itself comes from lo.
    CHECK(route_output(lan.router.state(), address("8.8.8.8"), std::nullopt).device ==
          device(lan.router, "eth1"));
  }
  SECTION("to, inverted") {
    rule.to = Ipv4Prefix{address("8.8.8.0"), 24};
    rule.inverted = true;
    REQUIRE(lan.router.state().add_rule(rule, false) == ConfigError::none);
    CHECK(lan.leaves_by("10.0.0.9") == "eth1");
    rule.inverted = false;
    REQUIRE(lan.router.state().add_rule(rule, false) == ConfigError::none);
    CHECK(lan.leaves_by("10.0.0.9") == "eth2");
  }
  SECTION("oif is about sockets bound to a device, and none is") {
    rule.oif = "eth2";
    REQUIRE(lan.router.state().add_rule(rule, false) == ConfigError::none);
    CHECK(lan.leaves_by("10.0.0.9") == "eth1");
  }
}

TEST_CASE("5.1: throw goes on with the next rule, blackhole and its kin end the search",
          "[host][routing]") {
  PolicyLan lan;
  REQUIRE(lan.route("default", "10.2.0.254", 100) == ConfigError::none);
  REQUIRE(lan.router.state().add_rule(PolicyLan::to_table(100), false) == ConfigError::none);
  Route away;
  away.prefix = {address("8.8.8.0"), 24};
  away.table = 100;
  away.type = RouteType::throw_;
  REQUIRE(lan.router.state().add_route(away) == ConfigError::none);
  CHECK(lan.leaves_by("10.0.0.9") == "eth1");  // main
  RouteRule refused;
  refused.action = RouteRule::Action::prohibit;
  REQUIRE(lan.router.state().add_rule(refused, false) == ConfigError::none);
  CHECK(lan.leaves_by("10.0.0.9").empty());
  CHECK(lan.seen.sent_by(lan.router).size() == 0);  // it would have to ask for the sender first
  CHECK(lan.router.drops()[DropCause::blackhole] == 1);
}

TEST_CASE("5.1: among routes of one prefix the type of service counts before the metric",
          "[host][routes]") {
  PolicyLan lan;
  REQUIRE(lan.route("8.0.0.0/8", "10.1.0.254", 0) == ConfigError::none);
  REQUIRE(lan.route("8.0.0.0/8", "10.2.0.254", 0, 0x10) == ConfigError::none);
  CHECK(lan.leaves_by("10.0.0.9", 0, 0x10) == "eth2");
  CHECK(lan.leaves_by("10.0.0.9", 0, 0x08) == "eth1");
  CHECK(lan.leaves_by("10.0.0.9", 0, 0x10) == "eth2");  // the decision before is no precedent
  // Bits outside 0x1c, those of ECN among them, are not looked at.
  CHECK(lan.leaves_by("10.0.0.9", 0, 0x13) == "eth2");
}

TEST_CASE("rules are kept by priority, once each, and deleted by what they say",
          "[host][routing]") {
  Lan lan;
  HostState& host = lan.host("host", "10.0.0.1/24").state();
  RouteRule rule;
  rule.table = 7;
  CHECK(host.add_rule(rule, false) == ConfigError::none);
  CHECK(host.add_rule(rule, false) == ConfigError::none);  // another priority: another rule
  rule.priority = 32'765;
  CHECK(host.add_rule(rule, true) == ConfigError::exists);
  CHECK(host.rules().size() == 5);
  CHECK(host.rules()[1].priority == 32'764);
  CHECK(host.delete_rule(rule, true) == ConfigError::none);
  CHECK(host.delete_rule(rule, true) == ConfigError::no_such_entry);
  CHECK(host.delete_rule(rule, false) == ConfigError::none);
  CHECK(host.delete_rule(rule, false) == ConfigError::no_such_entry);
  CHECK_FALSE(host.has_custom_rules());
  host.flush_rules();
  CHECK(host.rules().size() == 1);
  CHECK(host.has_custom_rules());
}

TEST_CASE("5.3: with rules of one's own sources get the full check, marked ones if asked for",
          "[host][routing]") {
  PolicyLan lan;
  // 10.2.0.0/24 is behind eth2; by mark 1 behind eth0.
  REQUIRE(lan.route("10.2.0.0/24", "10.0.0.9", 100) == ConfigError::none);
  RouteRule rule = PolicyLan::to_table(100);
  rule.mark = 1;
  REQUIRE(lan.router.state().add_rule(rule, false) == ConfigError::none);
  sysctl(lan.router, "ipv4.conf.all.rp_filter", 1);
  const auto accepted = [&](std::uint32_t mark) {
    return check_source(lan.router.state(), {address("10.2.0.7"), address("8.8.8.8"), mark},
                        device(lan.router, "eth0"), device(lan.router, "eth1"))
        .accepted;
  };
  CHECK_FALSE(accepted(1));
  sysctl(lan.router, "ipv4.conf.eth0.src_valid_mark", 1);
  CHECK(accepted(1));
  CHECK_FALSE(accepted(0));
}

TEST_CASE("5.1.2: without carrier routes stay, unless ignore_routes_with_linkdown is set",
          "[host][routes]") {
  PolicyLan lan;
  REQUIRE(lan.route("8.0.0.0/8", "10.2.0.254", 0) == ConfigError::none);
  const InterfaceId eth2 = device(lan.router, "eth2");
  lan.router.set_carrier(eth2, false);
  CHECK(lan.router.state().lookup({.destination = address("8.8.8.8")})->device == eth2);
  sysctl(lan.router, "ipv4.conf.eth2.ignore_routes_with_linkdown", 1);
  CHECK(lan.router.state().lookup({.destination = address("8.8.8.8")})->device ==
        device(lan.router, "eth1"));
  lan.router.set_carrier(eth2, true);
  CHECK(lan.router.state().lookup({.destination = address("8.8.8.8")})->device == eth2);
}

TEST_CASE("a gateway that is told to be on-link needs no route, but a device", "[host][routes]") {
  Lan lan;
  Host& host = lan.host("host", "10.0.0.1/24");
  Route route;
  route.prefix = {address("172.16.0.0"), 16};
  route.gateway = address("192.0.2.1");
  CHECK(host.state().add_route(route) == ConfigError::network_unreachable);
  route.onlink = true;
  CHECK(host.state().add_route(route) == ConfigError::no_such_device);
  route.device = device(host, "eth0");
  CHECK(host.state().add_route(route) == ConfigError::none);
  CHECK(host.state().lookup({.destination = address("172.16.1.1")})->gateway ==
        address("192.0.2.1"));
}

TEST_CASE("ip route add, append, replace and change differ in what may be there before",
          "[host][routes]") {
  PolicyLan lan;
  HostState& state = lan.router.state();
  const auto route = [&](const char* gateway, std::uint32_t metric = 0) {
    Route r;
    r.prefix = {address("8.0.0.0"), 8};
    r.gateway = address(gateway);
    r.metric = metric;
    return r;
  };
  const auto used = [&] { return to_string(*state.lookup({address("8.8.8.8")})->gateway); };
  CHECK(state.change_route(route("10.1.0.254")) == ConfigError::no_such_entry);
  CHECK(state.add_route(route("10.1.0.254")) == ConfigError::none);
  CHECK(state.add_route(route("10.2.0.254")) == ConfigError::exists);
  CHECK(state.append_route(route("10.2.0.254")) == ConfigError::none);
  CHECK(used() == "10.1.0.254");
  CHECK(state.change_route(route("10.1.0.253")) == ConfigError::none);
  CHECK(state.delete_route(route("10.2.0.254")) == ConfigError::none);
  CHECK(used() == "10.1.0.253");
  CHECK(state.replace_route(route("10.2.0.254", 5)) == ConfigError::none);  // another metric
  CHECK(used() == "10.1.0.253");
  CHECK(state.replace_route(route("10.2.0.254")) == ConfigError::none);
  CHECK(used() == "10.2.0.254");
}

}  // namespace lvs
