// spec/linux-host.md 5.1, 5.2, 5.4 and 5.6: rules that need a directed input (tests/mutation).
#include "models/host/routing.hpp"
#include "tests/models/host/rules_lan.hpp"

namespace lvs {
namespace {

using Kind = InputRoute::Kind;

void check_dropped(const InputRoute& route, DropCause cause, bool tells, int code = 0) {
  CHECK(route.kind == Kind::drop);
  CHECK(route.cause == cause);
  CHECK(route.tells_sender == tells);
  CHECK(int{route.unreachable_code} == code);
}

}  // namespace

TEST_CASE("5.2 steps 1 to 4: addresses that are not looked up, though a default route has them all",
          "[host][routing]") {
  RoutingLan lan;
  const auto route = [&](const char* from, const char* to) { return lan.route(from, to); };
  const char *here = "10.0.0.1", *there = "172.16.0.1";
  check_dropped(route(here, "224.0.0.18"), DropCause::unknown_protocol, false);
  check_dropped(route("224.0.0.18", there), DropCause::martian_source, false);
  check_dropped(route("255.255.255.255", there), DropCause::martian_source, false);
  check_dropped(route("0.0.0.0", there), DropCause::martian_source, false);
  check_dropped(route(here, "0.0.0.0"), DropCause::martian_destination, false);
  check_dropped(route(here, "127.0.0.1"), DropCause::martian_destination, false);
  check_dropped(route("127.0.0.1", there), DropCause::martian_source, false);
  CHECK(route(here, "255.255.255.255").kind == Kind::broadcast);
  CHECK(route("10.0.0.11", "255.255.255.255").kind == Kind::broadcast);  // no source check
  CHECK(route("0.0.0.0", "255.255.255.255").kind == Kind::broadcast);
  CHECK(route("0.0.0.0", "0.0.0.0").kind == Kind::broadcast);
  CHECK(route(here, "0.0.0.7").kind == Kind::forward);  // the rest of 0/8 is ordinary
  CHECK(route("0.0.0.7", there).kind == Kind::forward);
}

TEST_CASE("5.2 step 4: with route_localnet 127/8 is local, and a source like others",
          "[host][routing]") {
  RoutingLan lan;
  const char* where = GENERATE("ipv4.conf.all.route_localnet", "ipv4.conf.eth0.route_localnet");
  sysctl(lan.subject, where, 1);
  CHECK(lan.kind("10.0.0.1", "127.0.0.1") == Kind::local);
  CHECK(lan.kind("127.0.0.5", "10.0.0.11") == Kind::local);
  check_dropped(lan.route("127.0.0.1", "10.0.0.11"), DropCause::martian_source, false);
}

TEST_CASE("5.2 steps 6 and 7: what is for us or a network's all is taken if its source is valid",
          "[host][routing]") {
  RoutingLan lan;
  const char* to = GENERATE("10.0.0.11", "10.9.0.11", "10.0.0.255");
  const Kind taken = std::string(to) == "10.0.0.255" ? Kind::broadcast : Kind::local;
  CHECK(lan.kind("10.0.0.1", to) == taken);
  check_dropped(lan.route("10.9.0.11", to), DropCause::martian_source, false);
  lan.rp_filter(1);
  CHECK(lan.kind("10.0.0.1", to) == taken);
  check_dropped(lan.route("10.9.0.1", to), DropCause::rp_filter, false);
}

TEST_CASE("5.2 step 8: the arrival card's own forwarding counts, not that of all",
          "[host][routing]") {
  RoutingLan lan;
  sysctl(lan.subject, "ipv4.conf.eth0.forwarding", 0);
  check_dropped(lan.route("10.0.0.1", "10.9.0.7"), DropCause::not_forwarding, false);
  CHECK(route_input(lan.state, {address("10.9.0.7"), address("10.0.0.1")}, lan.eth1()).kind ==
        Kind::forward);
  sysctl(lan.subject, "ipv4.ip_forward", 0);
  sysctl(lan.subject, "ipv4.conf.eth0.forwarding", 1);
  CHECK(lan.kind("10.0.0.1", "10.9.0.7") == Kind::forward);
}

TEST_CASE("5.2: forwarding is looked at before the type of the route, and that before the source",
          "[host][routing]") {
  RoutingLan lan;
  lan.add("10.66.0.0/16", RouteType::unreachable);
  check_dropped(lan.route("10.0.0.11", "10.66.0.1"), DropCause::blackhole, true, 1);  // 9 before 10
  check_dropped(lan.route("10.0.0.11", "10.9.0.1"), DropCause::martian_source, false);
  sysctl(lan.subject, "ipv4.ip_forward", 0);
  check_dropped(lan.route("10.0.0.1", "10.66.0.1"), DropCause::not_forwarding,
                false);  // 8 before 9
}

TEST_CASE("5.2: a forwarded packet goes to the gateway of its route, else to its destination",
          "[host][routing]") {
  RoutingLan lan;
  const InputRoute near = lan.route("10.0.0.1", "10.9.0.7");
  CHECK(near.next_hop == address("10.9.0.7"));
  CHECK_FALSE(near.by_gateway);
  const InputRoute far = lan.route("10.0.0.1", "172.16.0.1");
  CHECK(far.next_hop == address("10.9.0.1"));
  CHECK(far.by_gateway);
  CHECK(far.device == lan.eth1());
  CHECK(far.mtu == 1500);
}

TEST_CASE("5.6: a packet is worth a redirect if it leaves as it came and its sender is there",
          "[host][routing][redirect]") {
  RoutingLan lan;
  add_route(lan.subject, "10.30.0.0/16", "10.0.0.9");
  const auto redirect = [&](const char* from, const char* to) {
    const InputRoute route = lan.route(from, to);
    CHECK(route.kind == Kind::forward);
    return route.redirect;
  };
  lan.rp_filter(GENERATE(0, 1, 2));
  CHECK(redirect("10.0.0.1", "10.0.0.7"));
  CHECK(redirect("10.0.0.1", "10.30.0.7"));
  CHECK_FALSE(redirect("10.0.0.1", "10.9.0.7"));   // by another card
  CHECK_FALSE(redirect("10.30.0.1", "10.0.0.7"));  // from behind a gateway
  sysctl(lan.subject, "ipv4.conf.eth0.send_redirects", 0);
  CHECK(redirect("10.0.0.1", "10.0.0.7"));
  sysctl(lan.subject, "ipv4.conf.all.send_redirects", 0);
  CHECK_FALSE(redirect("10.0.0.1", "10.0.0.7"));
}

TEST_CASE("5.6: a source whose way back is not known to be by the card gets no redirect",
          "[host][routing][redirect]") {
  RoutingLan lan;
  SECTION("there is none") {
    lan.no_default_route();
    const InputRoute route = lan.route("172.16.0.1", "10.0.0.7");
    CHECK(route.kind == Kind::forward);
    CHECK_FALSE(route.redirect);
  }
  SECTION("the card has no address, and the way is another") {
    lan.card(lan.subject, "eth2", "", 2);
    sysctl(lan.subject, "ipv4.conf.eth2.forwarding", 1);
    add_route(lan.subject, "10.20.0.0/16", "", "eth2");
    const InputRoute route = route_input(lan.state, {address("10.0.0.1"), address("10.20.0.7")},
                                         device(lan.subject, "eth2"));
    CHECK(route.kind == Kind::forward);
    CHECK_FALSE(route.redirect);
  }
}

TEST_CASE("5.6: without shared_media source and gateway must be in one network of the card",
          "[host][routing][redirect]") {
  RoutingLan lan;
  add_address(lan.subject, "eth0", "10.5.0.11/24");
  add_route(lan.subject, "10.30.0.0/16", "10.0.0.9");
  const auto redirect = [&](const char* from, const char* to) {
    return lan.route(from, to).redirect;
  };
  sysctl(lan.subject, "ipv4.conf.eth0.shared_media", 0);
  CHECK(redirect("10.5.0.1", "10.30.0.7"));  // all still says so
  sysctl(lan.subject, "ipv4.conf.all.shared_media", 0);
  CHECK(redirect("10.0.0.1", "10.30.0.7"));
  CHECK_FALSE(redirect("10.5.0.1", "10.30.0.7"));
  CHECK(redirect("10.5.0.1", "10.0.0.7"));  // a destination on the link counts as yes
}

TEST_CASE("5.1: rules decide by source, destination, arrival, mark and type of service",
          "[host][routing][rules]") {
  RoutingLan lan;
  lan.add("10.9.0.0/24", RouteType::prohibit, 100);
  RouteRule rule;
  rule.table = 100;
  struct Packet {
    const char* from = "10.0.0.1";
    const char* to = "10.9.0.7";
    std::uint32_t mark = 0;
    std::uint8_t tos = 0;
  };
  Packet hit, miss;
  SECTION("from") {
    rule.from = *parse_ipv4_prefix("10.0.0.0/30");
    hit.tos = 0x08;  // whatever its type of service
    hit.mark = 3;
    miss = hit;
    miss.from = "10.0.0.4";
  }
  SECTION("to") {
    rule.to = *parse_ipv4_prefix("10.9.0.0/29");
    miss.to = "10.9.0.8";
  }
  SECTION("iif") { rule.iif = "eth0"; }
  SECTION("another iif") {
    rule.iif = "eth1";
    rule.inverted = true;
  }
  SECTION("mark") {
    rule.mark = 0x15;
    hit.mark = 0x15;
    miss.mark = 0x14;
  }
  SECTION("mark under a mask") {
    rule.mark = 0x10;
    rule.mark_mask = 0xf0;
    hit.mark = 0x1f;
    miss.mark = 0x2f;
  }
  SECTION("tos") {
    rule.tos = 0x10;
    hit.tos = 0x10;
    miss.tos = 0x08;
  }
  SECTION("not") {
    rule.inverted = true;
    rule.from = *parse_ipv4_prefix("10.0.0.8/32");
    miss.from = "10.0.0.8";
  }
  CHECK(lan.state.add_rule(rule, false) == ConfigError::none);
  const auto prohibited = [&](const Packet& f) {
    const InputRoute route = lan.route(f.from, f.to, f.mark, f.tos);
    return route.kind == Kind::drop && route.tells_sender && route.unreachable_code == 13;
  };
  CHECK(prohibited(hit));
  const bool any_misses = std::string(miss.from) != hit.from || std::string(miss.to) != hit.to ||
                          miss.mark != hit.mark || miss.tos != hit.tos;
  if (any_misses) CHECK_FALSE(prohibited(miss));
  if (!rule.iif.empty()) {
    const InputRoute other =
        route_input(lan.state, {address("10.0.0.1"), address("10.9.0.7")}, lan.eth1());
    CHECK(other.unreachable_code != 13);
  }
}

TEST_CASE("5.1: a fresh host asks local at 0, main at 32766 and default at 32767",
          "[host][routing][rules]") {
  const RulesLan lan;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> rules;
  for (const RouteRule& rule : lan.subject.state().rules()) {
    rules.emplace_back(rule.priority, rule.table);
  }
  CHECK(rules == std::vector<std::pair<std::uint32_t, std::uint32_t>>{
                     {0, 255}, {32'766, 254}, {32'767, 253}});
}

TEST_CASE("5.1: a rule may give a type instead of a table; one with oif matches nothing",
          "[host][routing][rules]") {
  RoutingLan lan;
  using Action = RouteRule::Action;
  struct Case {
    Action action;
    bool tells;
    int code;
  };
  const auto c = GENERATE(values<Case>({{Action::blackhole, false, 0},
                                        {Action::unreachable, true, 1},
                                        {Action::prohibit, true, 13}}));
  RouteRule rule;
  rule.to = *parse_ipv4_prefix("10.9.0.0/24");
  rule.action = c.action;
  rule.oif = "eth1";
  CHECK(lan.state.add_rule(rule, false) == ConfigError::none);
  CHECK(lan.kind("10.0.0.1", "10.9.0.7") == Kind::forward);
  rule.oif.clear();
  CHECK(lan.state.add_rule(rule, false) == ConfigError::none);
  check_dropped(lan.route("10.0.0.1", "10.9.0.7"), DropCause::blackhole, c.tells, c.code);
  CHECK(route_output(lan.state, address("10.9.0.7"), std::nullopt).kind == OutputRoute::Kind::none);
}

TEST_CASE("5.1: the next rule is asked if a table has no match, or a throw route",
          "[host][routing][rules]") {
  RoutingLan lan;
  RouteRule rule;
  rule.table = 100;
  CHECK(lan.state.add_rule(rule, false) == ConfigError::none);
  CHECK(lan.kind("10.0.0.1", "10.9.0.7") == Kind::forward);  // the table does not exist
  lan.add("10.9.0.0/29", RouteType::blackhole, 100);
  lan.add("10.9.0.4/32", RouteType::throw_, 100);
  check_dropped(lan.route("10.0.0.1", "10.9.0.7"), DropCause::blackhole, false);
  CHECK(lan.kind("10.0.0.1", "10.9.0.8") == Kind::forward);
  CHECK(lan.kind("10.0.0.1", "10.9.0.4") == Kind::forward);
  // A rule behind `main` is too late, and the table `default` is asked last.
  lan.add("172.16.0.0/16", RouteType::prohibit, 253);
  CHECK(lan.kind("10.0.0.1", "172.16.0.1") == Kind::forward);
  lan.no_default_route();
  CHECK(lan.route("10.0.0.1", "172.16.0.1").unreachable_code == 13);
}

TEST_CASE("5.1: routes for one type of service are for packets of that type alone",
          "[host][routing][rules]") {
  RoutingLan lan;
  Route route;
  route.prefix = *parse_ipv4_prefix("10.9.0.0/24");
  route.type = RouteType::blackhole;
  route.tos = 0x10;
  CHECK(lan.state.add_route(route) == ConfigError::none);
  CHECK(lan.route("10.0.0.1", "10.9.0.7", 0, 0x10).cause == DropCause::blackhole);
  CHECK(lan.route("10.0.0.1", "10.9.0.7", 0, 0x08).kind == Kind::forward);
  CHECK(lan.route("10.0.0.1", "10.9.0.7").kind == Kind::forward);
  // So says the stack, too, for packet after packet of one pair of addresses.
  lan.subject.neighbours().set(address("10.9.0.7"), lan.eth1(), mac_of(lan.other),
                               NeighbourState::permanent);
  for (int i = 0; i < 2; ++i) {
    for (const int tos : {0x10, 0x13, 0x08}) {
      lan.says(udp()
                   .from(address("10.0.0.1"), 1)
                   .to(address("10.9.0.7"), 2)
                   .tos(static_cast<std::uint8_t>(tos)),
               mac_of(lan.subject));
      CHECK(lan.said().size() == (tos == 0x08 ? 1 : 0));
    }
  }
}

TEST_CASE("5.1: routes by a card without carrier stay unless told otherwise", "[host][routing]") {
  RoutingLan lan;
  lan.subject.set_carrier(lan.eth1(), false);
  CHECK(lan.kind("10.0.0.1", "10.9.0.7") == Kind::forward);
  sysctl(lan.subject, "ipv4.conf.eth1.ignore_routes_with_linkdown", 1);
  CHECK(lan.kind("10.0.0.1", "10.9.0.7") == Kind::drop);
  CHECK(lan.kind("10.0.0.1", "10.0.0.7") == Kind::forward);  // only of that card
  lan.subject.set_carrier(lan.eth1(), true);
  CHECK(lan.kind("10.0.0.1", "10.9.0.7") == Kind::forward);
  lan.subject.set_carrier(lan.eth0(), false);
  CHECK(lan.kind("10.0.0.1", "10.0.0.7") == Kind::forward);  // not told of eth0
}

TEST_CASE("5.4: where a host's own packets go, and from which address", "[host][routing]") {
  RoutingLan lan;
  struct Case {
    const char* to;
    const char* from;  ///< "": not given
    const char* source;
    const char* next_hop;
    OutputRoute::Kind kind;
  };
  using Out = OutputRoute::Kind;
  Route preferred;
  preferred.prefix = *parse_ipv4_prefix("10.50.0.0/16");
  preferred.gateway = address("10.0.0.9");
  preferred.source = address("10.9.0.11");
  CHECK(lan.state.add_route(preferred) == ConfigError::none);
  lan.add("10.66.0.0/16", RouteType::blackhole);
  lan.add("10.67.0.0/16", RouteType::prohibit);
  const auto c = GENERATE(values<Case>({
      {"10.0.0.7", "", "10.0.0.11", "10.0.0.7", Out::direct},
      {"10.0.0.7", "10.9.0.11", "10.9.0.11", "10.0.0.7", Out::direct},
      {"172.16.0.1", "", "10.9.0.11", "10.9.0.1", Out::direct},
      {"10.50.0.1", "", "10.9.0.11", "10.0.0.9", Out::direct},  // as the route prefers
      {"10.50.0.1", "10.0.0.11", "10.0.0.11", "10.0.0.9", Out::direct},
      {"10.9.0.11", "", "10.9.0.11", "10.9.0.11", Out::local},
      {"10.9.0.11", "10.0.0.11", "10.0.0.11", "10.9.0.11", Out::local},
      {"127.0.0.9", "", "127.0.0.1", "127.0.0.9", Out::local},
      {"10.0.0.255", "", "10.0.0.11", "10.0.0.255", Out::broadcast},
      {"255.255.255.255", "", "0.0.0.0", "0.0.0.0", Out::none},
      {"224.0.0.1", "", "0.0.0.0", "0.0.0.0", Out::none},
      {"10.66.0.1", "", "0.0.0.0", "0.0.0.0", Out::none},
      {"10.67.0.1", "", "0.0.0.0", "0.0.0.0", Out::none},
  }));
  CAPTURE(c.to, c.from);
  std::optional<Ipv4Address> from;
  if (*c.from != 0) from = address(c.from);
  const OutputRoute route = route_output(lan.state, address(c.to), from);
  CHECK(route.kind == c.kind);
  CHECK(to_string(route.source) == c.source);
  CHECK(to_string(route.next_hop) == c.next_hop);
  if (route.kind == Out::local) {
    CHECK(route.device == kLoopback);
    CHECK(route.mtu == 65'536);
  }
  if (route.kind == Out::direct) CHECK(route.mtu == 1500);
}

TEST_CASE("5.4: a host without any address has no source, and so no way", "[host][routing]") {
  RulesLan lan;
  HostState& bare = lan.other.state();
  CHECK(add_route(lan.other, "10.0.0.0/8", "", "eth0") == ConfigError::none);
  CHECK(route_output(bare, address("10.0.0.1"), std::nullopt).kind == OutputRoute::Kind::none);
  CHECK(route_output(bare, address("10.0.0.1"), address("127.0.0.1")).kind ==
        OutputRoute::Kind::direct);
}

}  // namespace lvs
