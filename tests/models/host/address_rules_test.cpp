// spec/linux-host.md 1.3 and 1.4: addresses that come and go, and their routes (tests/mutation).
#include "tests/models/host/rules_lan.hpp"

namespace lvs {
namespace {

struct AddressLan : RulesLan {
  HostState& state = subject.state();

  /// "10.0.0.11/24 10.0.0.12/24*": a star marks a secondary.
  std::string on(const std::string& card) const {
    std::string all;
    for (const InterfaceAddress& a : state.interface(device(subject, card)).addresses) {
      all += (all.empty() ? "" : " ") + to_string(a.prefix) + (a.secondary ? "*" : "");
    }
    return all;
  }
  ConfigError add(const std::string& prefix, const std::string& card = "eth0",
                  Scope scope = Scope::global) {
    return add_address(subject, card, prefix, scope);
  }
  ConfigError remove(const std::string& prefix, const std::string& card = "eth0") {
    return state.delete_address(device(subject, card), *parse_ipv4_prefix(prefix));
  }
  bool local(const std::string& a) const { return state.is_local(address(a)); }
};

}  // namespace

TEST_CASE("1.3: a deleted primary takes its own secondaries along, no others",
          "[host][addresses]") {
  AddressLan lan;
  for (const char* p : {"10.0.0.12/24", "10.5.0.1/24", "10.5.0.2/24", "10.0.0.13/24"}) lan.add(p);
  lan.add("10.0.0.14/16");
  CHECK(lan.on("eth0") ==
        "10.0.0.11/24 10.5.0.1/24 10.0.0.14/16 10.0.0.12/24* 10.5.0.2/24* 10.0.0.13/24*");
  SECTION("and they go with their routes") {
    CHECK(lan.remove("10.0.0.11/24") == ConfigError::none);
    CHECK(lan.on("eth0") == "10.5.0.1/24 10.0.0.14/16 10.5.0.2/24*");
    for (const char* gone : {"10.0.0.11", "10.0.0.12", "10.0.0.13"}) CHECK_FALSE(lan.local(gone));
    for (const char* here : {"10.5.0.1", "10.5.0.2", "10.0.0.14"}) CHECK(lan.local(here));
    CHECK(lan.state.address_type(address("10.0.0.255")) == RouteType::unicast);
    CHECK(lan.state.address_type(address("10.5.0.255")) == RouteType::broadcast);
  }
  SECTION("unless the first of them is promoted") {
    const char* where =
        GENERATE("ipv4.conf.all.promote_secondaries", "ipv4.conf.eth0.promote_secondaries");
    sysctl(lan.subject, where, 1);
    CHECK(lan.remove("10.0.0.11/24") == ConfigError::none);
    CHECK(lan.on("eth0") == "10.5.0.1/24 10.0.0.14/16 10.0.0.12/24 10.5.0.2/24* 10.0.0.13/24*");
    CHECK_FALSE(lan.local("10.0.0.11"));
    CHECK(lan.local("10.0.0.12"));
    CHECK(lan.local("10.0.0.13"));
    CHECK(lan.state.address_type(address("10.0.0.255")) == RouteType::broadcast);
    CHECK(lan.state.lookup({.destination = address("10.0.0.7")})->source == address("10.0.0.12"));
  }
  SECTION("a deleted secondary goes alone") {
    CHECK(lan.remove("10.0.0.12/24") == ConfigError::none);
    CHECK(lan.on("eth0") == "10.0.0.11/24 10.5.0.1/24 10.0.0.14/16 10.5.0.2/24* 10.0.0.13/24*");
    CHECK_FALSE(lan.local("10.0.0.12"));
    CHECK(lan.local("10.0.0.11"));
    CHECK(lan.state.address_type(address("10.0.0.255")) == RouteType::broadcast);
  }
}

TEST_CASE("1.3: what cannot be added or deleted", "[host][addresses]") {
  AddressLan lan;
  CHECK(lan.add("10.0.0.11/24") == ConfigError::exists);
  CHECK(lan.add("10.0.0.12/24", "eth0", Scope::link) == ConfigError::invalid);
  CHECK(lan.add("10.0.0.11/25") == ConfigError::none);  // of another length
  CHECK(lan.add("10.0.0.11/24", "eth1") == ConfigError::none);
  CHECK(lan.on("eth0") == "10.0.0.11/24 10.0.0.11/25");
  CHECK(lan.remove("10.0.0.11/26") == ConfigError::no_such_address);
  CHECK(lan.remove("10.0.0.9/24") == ConfigError::no_such_address);
  CHECK(lan.remove("10.0.0.11/24") == ConfigError::none);
  CHECK(lan.local("10.0.0.11"));
  CHECK(lan.on("eth0") == "10.0.0.11/25");
}

TEST_CASE("1.3: a primary stands behind those of its own or a narrower scope",
          "[host][addresses]") {
  AddressLan lan;
  lan.add("10.1.0.1/24", "eth0", Scope::host);
  lan.add("10.2.0.1/24", "eth0", Scope::link);
  lan.add("10.3.0.1/24");
  lan.add("10.4.0.1/24", "eth0", Scope::link);
  lan.add("10.0.0.12/24");
  lan.add("10.5.0.1/24");
  CHECK(lan.on("eth0") ==
        "10.1.0.1/24 10.2.0.1/24 10.4.0.1/24 10.0.0.11/24 10.3.0.1/24 10.5.0.1/24 10.0.0.12/24*");
}

TEST_CASE("1.4: which routes an address brings, and takes along", "[host][addresses]") {
  AddressLan lan;
  const auto type = [&](const char* a) { return lan.state.address_type(address(a)); };
  const auto connected = [&](const char* a) {
    const Route* route = lan.state.lookup({.destination = address(a)});
    return route != nullptr && route->type == RouteType::unicast;
  };
  SECTION("/30: a network with an all-ones address") {
    lan.add("10.8.0.1/30");
    CHECK(type("10.8.0.3") == RouteType::broadcast);
    CHECK(connected("10.8.0.2"));
    CHECK(connected("10.8.0.0"));
    lan.remove("10.8.0.1/30");
    CHECK(type("10.8.0.3") == RouteType::unicast);
    CHECK_FALSE(connected("10.8.0.2"));
  }
  SECTION("/31: a network without one") {
    lan.add("10.8.0.2/31");
    CHECK(type("10.8.0.3") == RouteType::unicast);
    CHECK(connected("10.8.0.3"));
  }
  SECTION("/32: no network") {
    lan.add("10.8.0.1/32");
    CHECK(type("10.8.0.1") == RouteType::local);
    CHECK_FALSE(connected("10.8.0.0"));
  }
  SECTION("lo: all of the network is local, and its all-ones address is for all") {
    lan.add("10.8.0.1/24", "lo");
    CHECK(type("10.8.0.7") == RouteType::local);
    CHECK(type("10.8.0.255") == RouteType::broadcast);
    lan.remove("10.8.0.1/24", "lo");
    CHECK(type("10.8.0.7") == RouteType::unicast);
  }
  SECTION("a broadcast address that is given, but not 255.255.255.255") {
    for (const char* given : {"10.8.0.99", "255.255.255.255"}) {
      InterfaceAddress a;
      a.prefix = *parse_ipv4_prefix("10.8.0.1/32");
      a.broadcast = address(given);
      const auto before = lan.state.tables().local.routes().size();
      CHECK(lan.state.add_address(lan.eth0(), a) == ConfigError::none);
      const bool counts = std::string(given) == "10.8.0.99";
      CHECK(lan.state.tables().local.routes().size() == before + (counts ? 2 : 1));
      CHECK(type("10.8.0.99") == (counts ? RouteType::broadcast : RouteType::unicast));
      CHECK(lan.remove("10.8.0.1/32") == ConfigError::none);
      CHECK(type("10.8.0.99") == RouteType::unicast);
    }
  }
  SECTION("one that is the network's own anyway is there once") {
    InterfaceAddress a;
    a.prefix = *parse_ipv4_prefix("10.8.0.1/24");
    a.broadcast = address("10.8.0.255");
    const auto before = lan.state.tables().local.routes().size();
    CHECK(lan.state.add_address(lan.eth0(), a) == ConfigError::none);
    CHECK(lan.state.tables().local.routes().size() == before + 2);
  }
}

TEST_CASE("1.4: which other routes go with an address, and which stay", "[host][addresses]") {
  AddressLan lan;
  const auto type = [&](const char* a) { return lan.state.address_type(address(a)); };
  const auto connected = [&](const char* a) {
    const Route* route = lan.state.lookup({.destination = address(a)});
    return route != nullptr && route->type == RouteType::unicast;
  };
  SECTION("routes that prefer an address which is gone go with it") {
    lan.add("10.8.0.1/32", "lo");
    lan.add("10.8.0.2/32", "lo");
    const auto prefers = [&](const char* prefix, const char* source) {
      Route route;
      route.prefix = *parse_ipv4_prefix(prefix);
      route.device = lan.eth0();
      route.source = address(source);
      CHECK(lan.state.add_route(route) == ConfigError::none);
    };
    prefers("10.50.0.0/16", "10.8.0.1");
    prefers("10.51.0.0/16", "10.8.0.2");
    add_route(lan.subject, "10.52.0.0/16", "", "eth0");
    lan.remove("10.8.0.1/32", "lo");
    CHECK_FALSE(connected("10.50.0.1"));
    CHECK(connected("10.51.0.1"));
    CHECK(connected("10.52.0.1"));
    CHECK(connected("10.0.0.1"));
  }
  SECTION("an address of two cards keeps the routes of the other") {
    lan.add("10.0.0.11/24", "eth1");
    lan.remove("10.0.0.11/24");
    CHECK(type("10.0.0.11") == RouteType::local);
    CHECK(lan.state.lookup({.destination = address("10.0.0.7")})->device == lan.eth1());
  }
}

TEST_CASE("5.1.2: a card that goes down loses its routes, and gets its own back alone",
          "[host][addresses]") {
  AddressLan lan;
  add_route(lan.subject, "10.50.0.0/16", "10.0.0.1");
  add_route(lan.subject, "10.51.0.0/16", "10.9.0.1");
  const auto way = [&](const char* to) {
    return lan.state.lookup({.destination = address(to)}) != nullptr;
  };
  lan.state.set_up(lan.eth0(), true);  // is up: nothing changes
  CHECK(lan.state.tables().main.routes().size() == 4);
  lan.state.set_up(lan.eth0(), false);
  CHECK_FALSE(way("10.0.0.7"));
  CHECK_FALSE(way("10.50.0.1"));
  CHECK(way("10.51.0.1"));
  CHECK_FALSE(lan.local("10.0.0.11"));
  lan.add("10.6.0.1/24");
  CHECK_FALSE(lan.local("10.6.0.1"));
  lan.state.set_up(lan.eth0(), true);
  CHECK(way("10.0.0.7"));
  CHECK_FALSE(way("10.50.0.1"));
  CHECK(lan.local("10.0.0.11"));
  CHECK(lan.local("10.6.0.1"));
}

}  // namespace lvs
