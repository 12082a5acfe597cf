// spec/linux-host.md 5.3: which sources a host takes, step by step (tests/mutation).
#include "models/host/routing.hpp"
#include "tests/models/host/rules_lan.hpp"

namespace lvs {
namespace {

using Kind = InputRoute::Kind;

}  // namespace

TEST_CASE("5.3 fast path: with rp_filter 0 only own addresses are refused, whatever the routes say",
          "[host][routing]") {
  RoutingLan lan;
  lan.no_default_route();
  add_address(lan.subject, "lo", "10.66.0.1/24");
  const auto taken = [&](const char* from) { return lan.kind(from, "10.0.0.11") == Kind::local; };
  CHECK(taken("10.0.0.255"));
  CHECK(taken("172.16.0.1"));
  CHECK(taken("10.66.0.7"));  // local by its network alone
  CHECK_FALSE(taken("10.66.0.1"));
  CHECK_FALSE(taken("10.9.0.11"));
  sysctl(lan.subject, "ipv4.conf.eth0.accept_local", 1);
  CHECK(taken("10.66.0.1"));
}

TEST_CASE("5.3: rules or local routes made by hand ask for the full check", "[host][routing]") {
  RoutingLan lan;
  const auto taken = [&](const char* from) { return lan.kind(from, "10.0.0.11") == Kind::local; };
  CHECK(taken("10.0.0.255"));
  SECTION("a rule") {
    RouteRule rule;
    rule.from = *parse_ipv4_prefix("10.123.0.0/16");
    CHECK(lan.state.add_rule(rule, false) == ConfigError::none);
    CHECK_FALSE(taken("10.0.0.255"));
    CHECK(taken("172.16.0.1"));
    CHECK(lan.state.delete_rule(rule, false) == ConfigError::none);
    CHECK(taken("10.0.0.255"));
  }
  SECTION("a local route") {
    CHECK(taken("10.66.0.7"));
    lan.add("10.66.0.0/24", RouteType::local);
    CHECK_FALSE(taken("10.66.0.7"));
    CHECK_FALSE(taken("10.0.0.255"));
    Route like;
    like.prefix = *parse_ipv4_prefix("10.66.0.0/24");
    like.type = RouteType::local;
    CHECK(lan.state.delete_route(like) == ConfigError::none);
    CHECK(taken("10.0.0.255"));
  }
  SECTION("a route in a table of its own does not") {
    lan.add("10.66.0.0/24", RouteType::blackhole, 100);
    CHECK(taken("10.0.0.255"));
  }
}

TEST_CASE("5.3: local routes made by hand count until they go, also with their card",
          "[host][routing]") {
  RoutingLan lan;
  const auto fast = [&] { return lan.kind("10.0.0.255", "10.0.0.11") == Kind::local; };
  Route local;
  local.prefix = *parse_ipv4_prefix("10.66.0.0/24");
  local.type = RouteType::local;
  local.device = lan.eth1();
  CHECK(fast());
  SECTION("one by the card that goes down") {
    CHECK(lan.state.add_route(local) == ConfigError::none);
    CHECK_FALSE(fast());
    lan.state.set_up(lan.eth1(), false);
    CHECK(fast());
  }
  SECTION("one by another card, beside other routes of the one that goes down") {
    local.device = kLoopback;
    CHECK(lan.state.add_route(local) == ConfigError::none);
    add_route(lan.subject, "10.77.0.0/16", "", "eth1");
    lan.state.set_up(lan.eth1(), false);
    CHECK_FALSE(fast());
    CHECK(lan.state.delete_route(local) == ConfigError::none);
    CHECK(fast());
  }
  SECTION("none, whatever goes down") {
    add_route(lan.subject, "10.77.0.0/16", "", "eth1");
    lan.state.set_up(lan.eth1(), false);
    CHECK(fast());
  }
}

TEST_CASE("5.3: what leaves as it came is checked fully while redirects are on",
          "[host][routing]") {
  RoutingLan lan;
  const auto passes = [&](const char* to) { return lan.kind("10.0.0.255", to) == Kind::forward; };
  CHECK(passes("10.9.0.7"));
  CHECK_FALSE(passes("10.0.0.7"));
  sysctl(lan.subject, "ipv4.conf.eth0.send_redirects", 0);
  CHECK_FALSE(passes("10.0.0.7"));  // all still says so
  sysctl(lan.subject, "ipv4.conf.all.send_redirects", 0);
  CHECK(passes("10.0.0.7"));
}

TEST_CASE("5.3 b, c: with accept_local the full check asks where the own address is",
          "[host][routing]") {
  RoutingLan lan;
  const int rp = GENERATE(0, 1, 2);
  const int accept_local = GENERATE(0, 1);
  lan.rp_filter(rp);
  sysctl(lan.subject, "ipv4.conf.all.accept_local", accept_local);
  CAPTURE(rp, accept_local);
  const auto taken = [&](const char* from) { return lan.kind(from, "10.0.0.11") == Kind::local; };
  CHECK(taken("10.0.0.11") == (accept_local == 1));  // by the arrival card
  CHECK(taken("10.9.0.11") == (accept_local == 1 && rp != 1));
  CHECK(taken("10.0.0.255") == (rp == 0));  // a broadcast address is never local
}

TEST_CASE("5.3 a, d: a card without an address accepts what its own routes lead back to",
          "[host][routing]") {
  RoutingLan lan;
  lan.card(lan.subject, "eth2", "", 2);
  const InterfaceId eth2 = device(lan.subject, "eth2");
  add_route(lan.subject, "10.20.0.0/16", "", "eth2");
  const auto taken = [&](const char* from) {
    return check_source(lan.state, {address(from), address("10.0.0.11")}, eth2, {});
  };
  for (int rp = 0; rp < 3; ++rp) {
    CAPTURE(rp);
    sysctl(lan.subject, "ipv4.conf.eth2.rp_filter", rp);
    CHECK(taken("10.20.0.1").accepted);
    CHECK(taken("10.0.0.1").accepted == (rp == 0));
    CHECK(taken("172.16.0.1").accepted == (rp == 0));
    if (rp > 0) CHECK(taken("172.16.0.1").cause == DropCause::rp_filter);
    if (rp > 0) CHECK(taken("10.20.0.1").on_link);
  }
}

TEST_CASE("5.3: a source is on-link if the way back has no gateway", "[host][routing]") {
  RoutingLan lan;
  add_route(lan.subject, "10.30.0.0/16", "10.0.0.9");
  lan.rp_filter(1);
  const auto on_link = [&](const char* from) {
    const SourceCheck check = check_source(lan.state, {address(from), {}}, lan.eth0(), {});
    CHECK(check.accepted);
    return check.on_link;
  };
  CHECK(on_link("10.0.0.1"));
  CHECK_FALSE(on_link("10.30.0.1"));
}

TEST_CASE("5.3: the way back is looked up as our own packet, or as come in by the way out",
          "[host][routing]") {
  RoutingLan lan;
  lan.rp_filter(2);
  lan.forbid("10.30.0.0/16", "eth0");
  CHECK(lan.kind("10.30.0.1", "10.0.0.11") == Kind::local);
  CHECK(lan.kind("10.30.0.1", "10.9.0.7") == Kind::forward);
  lan.forbid("10.30.0.0/16", "eth1");
  CHECK(lan.kind("10.30.0.1", "10.0.0.11") == Kind::local);
  CHECK(lan.kind("10.30.0.1", "10.9.0.7") == Kind::drop);
  lan.forbid("10.30.0.0/16", "lo");
  CHECK(lan.kind("10.30.0.1", "10.0.0.11") == Kind::drop);
}

TEST_CASE("5.3: the packet's mark counts for the way back only with src_valid_mark",
          "[host][routing]") {
  RoutingLan lan;
  lan.rp_filter(2);
  lan.forbid("10.30.0.0/16", "", 5);
  const auto kind = [&](std::uint32_t mark) {
    return lan.route("10.30.0.1", "10.0.0.11", mark).kind;
  };
  CHECK(kind(5) == Kind::local);
  sysctl(lan.subject, "ipv4.conf.all.src_valid_mark", 1);
  CHECK(kind(5) == Kind::drop);
  CHECK(kind(4) == Kind::local);
}

}  // namespace lvs
