// spec/linux-host.md sections 1 and 5.1: addresses, the routes they bring, and look-up.
#include "models/host/routes.hpp"

#include <catch2/catch.hpp>

#include "models/host/routing.hpp"
#include "sim/random.hpp"
#include "tests/support/three_hosts.hpp"

namespace lvs {
namespace {

struct Machine {
  HostState host{HostId{0}, "host"};
  InterfaceId eth0 = add("eth0"), eth1 = add("eth1");

  InterfaceId add(const char* name) {
    Interface card;
    card.name = name;
    card.up = true;
    return host.add_interface(card);
  }
  ConfigError addr(InterfaceId i, const char* prefix, Scope scope = Scope::global) {
    InterfaceAddress a;
    a.prefix = *parse_ipv4_prefix(prefix);
    a.scope = scope;
    return host.add_address(i, a);
  }
  /// "10.0.0.0/24 dev 2 src 10.0.0.1" in order of preference; lo's own routes are left out.
  static std::vector<std::string> show(const RouteTable& table) {
    std::vector<std::string> lines;
    for (const Route& r : table.routes()) {
      if (r.prefix.address.is_loopback()) continue;
      std::string line = r.type == RouteType::local       ? "local "
                         : r.type == RouteType::broadcast ? "broadcast "
                                                          : "";
      line += to_string(r.prefix);
      if (r.device.valid()) line += " dev " + std::to_string(r.device.value);
      if (r.source) line += " src " + to_string(*r.source);
      lines.push_back(line);
    }
    return lines;
  }
  std::string addresses(InterfaceId i) const {
    std::string all;
    for (const InterfaceAddress& a : host.interface(i).addresses) {
      all += to_string(a.prefix) + (a.secondary ? " secondary, " : ", ");
    }
    return all;
  }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("an address brings its routes (1.4)", "[host][routes]") {
  Machine m;
  SECTION("a /24 on a card") {
    m.addr(m.eth0, "10.0.0.1/24");
    CHECK(Machine::show(m.host.tables().local) ==
          Lines{"local 10.0.0.1/32 dev 2 src 10.0.0.1",
                "broadcast 10.0.0.255/32 dev 2 src 10.0.0.1"});
    CHECK(Machine::show(m.host.tables().main) == Lines{"10.0.0.0/24 dev 2 src 10.0.0.1"});
  }
  SECTION("a /32") {
    m.addr(m.eth0, "10.0.0.1/32");
    CHECK(Machine::show(m.host.tables().local) == Lines{"local 10.0.0.1/32 dev 2 src 10.0.0.1"});
    CHECK(Machine::show(m.host.tables().main).empty());
  }
  SECTION("a /31 has no broadcast address") {
    m.addr(m.eth0, "10.0.0.2/31");
    CHECK(Machine::show(m.host.tables().local) == Lines{"local 10.0.0.2/32 dev 2 src 10.0.0.2"});
    CHECK(Machine::show(m.host.tables().main) == Lines{"10.0.0.2/31 dev 2 src 10.0.0.2"});
  }
  SECTION("a /24 on lo makes the whole network local") {
    m.addr(kLoopback, "10.0.0.100/24");
    CHECK(m.host.is_local(address("10.0.0.1")));
    CHECK(m.host.tables().lookup(address("10.0.0.1"))->type == RouteType::local);
    CHECK(Machine::show(m.host.tables().main).empty());
  }
  SECTION("lo:0 VIP/32 broadcast VIP: the local route wins") {
    InterfaceAddress a;
    a.prefix = *parse_ipv4_prefix("10.0.0.100/32");
    a.broadcast = address("10.0.0.100");
    m.host.add_address(kLoopback, a);
    CHECK(m.host.tables().local.lookup(address("10.0.0.100"))->type == RouteType::local);
    CHECK(Machine::show(m.host.tables().local).size() == 2);
  }
  SECTION("the all-zeros address of a network is ordinary") {
    m.addr(m.eth0, "10.0.0.1/24");
    CHECK(m.host.tables().lookup(address("10.0.0.0"))->type == RouteType::unicast);
  }
  SECTION("on a device that is down they wait until it is up") {
    m.host.set_up(m.eth0, false);
    m.addr(m.eth0, "10.0.0.1/24");
    CHECK_FALSE(m.host.is_local(address("10.0.0.1")));
    m.host.set_up(m.eth0, true);
    CHECK(m.host.is_local(address("10.0.0.1")));
    CHECK(Machine::show(m.host.tables().main).size() == 1);
    m.host.set_up(m.eth0, false);
    CHECK(Machine::show(m.host.tables().main).empty());
  }
}

TEST_CASE("a secondary has the length and the network of an address before it (1.3)",
          "[host][addresses]") {
  Machine m;
  m.addr(m.eth0, "10.0.0.11/24");
  m.addr(m.eth0, "10.0.0.100/32");
  m.addr(m.eth0, "10.0.0.101/24");
  m.addr(m.eth0, "10.5.0.1/24");
  CHECK(m.addresses(m.eth0) ==
        "10.0.0.11/24, 10.0.0.100/32, 10.5.0.1/24, 10.0.0.101/24 secondary, ");
  CHECK(m.addr(m.eth0, "10.0.0.11/24") == ConfigError::exists);
  CHECK(m.addr(m.eth0, "10.0.0.12/24", Scope::host) == ConfigError::invalid);
  SECTION("deleting the primary takes its secondaries along") {
    m.host.delete_address(m.eth0, *parse_ipv4_prefix("10.0.0.11/24"));
    CHECK(m.addresses(m.eth0) == "10.0.0.100/32, 10.5.0.1/24, ");
    CHECK_FALSE(m.host.is_local(address("10.0.0.101")));
    CHECK(m.host.tables().lookup(address("10.0.0.7")) == nullptr);
  }
  SECTION("with promote_secondaries the first of them takes its place") {
    m.host.set_sysctl("ipv4.conf.eth0.promote_secondaries", 1);
    m.host.delete_address(m.eth0, *parse_ipv4_prefix("10.0.0.11/24"));
    CHECK(m.addresses(m.eth0) == "10.0.0.100/32, 10.5.0.1/24, 10.0.0.101/24, ");
    CHECK(m.host.tables().lookup(address("10.0.0.7"))->source == address("10.0.0.101"));
  }
  SECTION("an address that is there is needed to delete it") {
    CHECK(m.host.delete_address(m.eth0, *parse_ipv4_prefix("10.0.0.11/32")) ==
          ConfigError::no_such_address);
  }
}

TEST_CASE("an address that is there twice stays local until both are gone", "[host][addresses]") {
  Machine m;
  m.addr(m.eth0, "10.0.0.100/24");
  m.addr(m.eth0, "10.0.0.100/32");
  m.host.delete_address(m.eth0, *parse_ipv4_prefix("10.0.0.100/32"));
  CHECK(m.host.is_local(address("10.0.0.100")));
  CHECK(m.host.tables().lookup(address("10.0.0.7")) != nullptr);
  m.host.delete_address(m.eth0, *parse_ipv4_prefix("10.0.0.100/24"));
  CHECK_FALSE(m.host.is_local(address("10.0.0.100")));
}

TEST_CASE("two cards on one network have a connected route each; the first is used",
          "[host][routes]") {
  Machine m;
  m.addr(m.eth0, "10.0.0.11/24");
  m.addr(m.eth1, "10.0.0.21/24");
  CHECK(Machine::show(m.host.tables().main) ==
        Lines{"10.0.0.0/24 dev 2 src 10.0.0.11", "10.0.0.0/24 dev 3 src 10.0.0.21"});
  CHECK(m.host.tables().lookup(address("10.0.0.7"))->device == m.eth0);
  SECTION("and the other one after it") {
    m.host.delete_address(m.eth0, *parse_ipv4_prefix("10.0.0.11/24"));
    CHECK(m.host.tables().lookup(address("10.0.0.7"))->device == m.eth1);
  }
  SECTION("a gateway may be named by the second card") {
    Route route;
    route.prefix = {{}, 0};
    route.gateway = address("10.0.0.1");
    route.device = m.eth1;
    CHECK(m.host.add_route(route) == ConfigError::none);
    CHECK(m.host.tables().lookup(address("8.8.8.8"))->device == m.eth1);
  }
}

TEST_CASE("the table local comes first, even with a shorter prefix (5.1)", "[host][routes]") {
  Machine m;
  m.addr(m.eth0, "10.0.0.1/24");
  Route local;
  local.prefix = *parse_ipv4_prefix("10.0.0.128/25");
  local.type = RouteType::local;
  local.device = kLoopback;
  Route longer;
  longer.prefix = *parse_ipv4_prefix("10.0.0.200/32");
  longer.device = m.eth1;
  CHECK(m.host.add_route(local) == ConfigError::none);
  CHECK(m.host.add_route(longer) == ConfigError::none);
  CHECK(m.host.tables().lookup(address("10.0.0.200"))->type == RouteType::local);
  CHECK(m.host.tables().lookup(address("10.0.0.127"))->type == RouteType::unicast);
}

TEST_CASE("a gateway must be on-link and not our own", "[host][routes]") {
  Machine m;
  m.addr(m.eth0, "10.0.0.1/24");
  const auto via = [&](const char* gateway, InterfaceId by = {}) {
    Route route;
    route.prefix = *parse_ipv4_prefix("172.16.0.0/12");
    route.gateway = address(gateway);
    route.device = by;
    return m.host.add_route(route);
  };
  CHECK(via("10.9.0.1") == ConfigError::network_unreachable);
  CHECK(via("10.0.0.1") == ConfigError::network_unreachable);
  CHECK(via("10.0.0.254", m.eth1) == ConfigError::network_unreachable);
  CHECK(via("10.0.0.254") == ConfigError::none);
  CHECK(via("10.0.0.253") == ConfigError::exists);
  CHECK(via("172.16.0.9") == ConfigError::network_unreachable);  // behind a gateway itself
}

TEST_CASE("among routes with one prefix the lower metric wins, then the older", "[host][routes]") {
  RouteTable table;
  const auto add = [&](std::uint32_t metric, std::uint32_t device) {
    Route route;
    route.prefix = *parse_ipv4_prefix("10.0.0.0/8");
    route.metric = metric;
    route.device = InterfaceId{device};
    table.add(route);
  };
  add(100, 1);
  add(50, 2);
  add(50, 3);
  CHECK(table.lookup(address("10.1.1.1"))->device == InterfaceId{2});
  table.remove_first([](const Route& r) { return r.device == InterfaceId{2}; });
  CHECK(table.lookup(address("10.1.1.1"))->device == InterfaceId{3});
}

TEST_CASE("types of routes decide what becomes of a packet (5.1, 5.2)", "[host][routing]") {
  struct Case {
    const char* name;
    RouteType type;
    DropCause cause;
    bool tells;
    int code;
  };
  const auto c = GENERATE(values<Case>({
      {"blackhole", RouteType::blackhole, DropCause::blackhole, false, 0},
      {"unreachable", RouteType::unreachable, DropCause::blackhole, true, 1},
      {"prohibit", RouteType::prohibit, DropCause::blackhole, true, 13},
      {"throw", RouteType::throw_, DropCause::no_route, true, 0},
  }));
  DYNAMIC_SECTION(c.name) {
    Machine m;
    m.addr(m.eth0, "10.0.0.1/24");
    Route route;
    route.prefix = *parse_ipv4_prefix("10.7.0.0/16");
    route.type = c.type;
    CHECK(m.host.add_route(route) == ConfigError::none);
    const FlowAddresses flow{address("10.0.0.9"), address("10.7.1.1")};
    const InputRoute closed = route_input(m.host, flow, m.eth0);
    CHECK(closed.kind == InputRoute::Kind::drop);
    CHECK_FALSE(closed.tells_sender);  // not forwarding: silent
    m.host.set_sysctl("ipv4.ip_forward", 1);
    const InputRoute open = route_input(m.host, flow, m.eth0);
    CHECK(open.kind == InputRoute::Kind::drop);
    CHECK(open.cause == c.cause);
    CHECK(open.tells_sender == c.tells);
    CHECK(int{open.unreachable_code} == c.code);
    CHECK(route_output(m.host, address("10.7.1.1"), std::nullopt).kind == OutputRoute::Kind::none);
  }
}

TEST_CASE("source selection: the route's own, else the first fitting primary (5.4)",
          "[host][routing]") {
  Machine m;
  m.addr(m.eth0, "10.0.0.11/24");
  m.addr(m.eth0, "10.5.0.11/24");
  m.addr(kLoopback, "10.0.0.100/32");
  Route route;
  route.prefix = {{}, 0};
  route.gateway = address("10.5.0.1");
  m.host.add_route(route);
  const auto source = [&](const char* to) {
    return to_string(route_output(m.host, address(to), std::nullopt).source);
  };
  CHECK(source("10.0.0.7") == "10.0.0.11");
  CHECK(source("8.8.8.8") == "10.5.0.11");  // its network has the gateway
  CHECK(source("10.0.0.100") == "10.0.0.100");
  CHECK(route_output(m.host, address("10.0.0.100"), std::nullopt).kind == OutputRoute::Kind::local);
}

TEST_CASE("a long table finds what a walk over all routes finds", "[host][routes]") {
  RandomStream random(StreamKey{}, "test", "routes");
  for (int round = 0; round < 40; ++round) {
    RouteTable table;
    std::vector<Route> plain;
    const auto size = 1 + random.below(round < 20 ? 12 : 80);
    for (std::uint64_t i = 0; i < size; ++i) {
      Route route;
      const auto length = static_cast<std::uint8_t>(random.below(33));
      const auto value = static_cast<std::uint32_t>(random.below(16));
      route.prefix.address = {0x0a000000U | value << 28 | value << 14 | value};
      route.prefix.length = length;
      route.prefix.address = route.prefix.network();
      route.metric = static_cast<std::uint32_t>(random.below(3));
      route.device = InterfaceId{static_cast<std::uint32_t>(i)};
      if (!plain.empty() && random.below(6) == 0) {
        const InterfaceId gone = plain[random.below(plain.size())].device;
        const auto is_it = [&](const Route& r) { return r.device == gone; };
        CHECK(table.remove_first(is_it));
        plain.erase(std::find_if(plain.begin(), plain.end(), is_it));
      }
      table.add(route);
      plain.push_back(route);
    }
    for (int probe = 0; probe < 60; ++probe) {
      const auto value = static_cast<std::uint32_t>(random.below(16));
      const Ipv4Address to{0x0a000000U | value << 28 | value << 14 |
                           static_cast<std::uint32_t>(random.below(16))};
      const Route* best = nullptr;
      for (const Route& r : plain) {
        if (!r.prefix.contains(to)) continue;
        const bool better = best == nullptr || r.prefix.length > best->prefix.length ||
                            (r.prefix.length == best->prefix.length && r.metric < best->metric);
        if (better) best = &r;
      }
      const Route* found = table.lookup(to);
      REQUIRE((found == nullptr) == (best == nullptr));
      if (best != nullptr) REQUIRE(found->device == best->device);
    }
  }
}

}  // namespace lvs
