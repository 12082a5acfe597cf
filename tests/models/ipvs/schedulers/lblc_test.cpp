#include <catch2/catch.hpp>

#include "models/ipvs/schedulers/hash_table.hpp"
#include "tests/models/ipvs/schedulers/servers.hpp"

namespace lvs {
namespace {

Flow to(Ipv4Address target, Ipv4Address client = ipv4(9, 9, 9, 9)) {
  return {.client = {client, Port{40000}}, .target = {target, Port{80}}};
}
const Flow kPage = to(ipv4(10, 1, 20, 1));
const Flow kOther = to(ipv4(10, 1, 20, 2));

/// a serves kPage from the map: it was the lighter one, and now is the heavier.
ServerSet a_is_cached(ServerState a = {}, ServerState b = {}) {
  ServerSet servers(make_lblc());
  servers.add({}).add({.inactive = 9});
  LVS_REQUIRE(servers.pick(kPage) == "a", "a is the lighter one");
  const auto become = [](Destination& d, const ServerState& s) {
    d.weight = s.weight;
    d.active = s.active;
    d.inactive = s.inactive;
    d.overloaded = s.overloaded;
  };
  become(servers['a'], a);
  become(servers['b'], b);
  servers.scheduler().edited(servers.list());
  return servers;
}

TEST_CASE("the buckets of lblc are the kernel's", "[ipvs][lblc]") {
  struct Case {
    Ipv4Address target;
    unsigned bucket;
  };
  // spec/ipvs.md 10.2
  const auto c = GENERATE(values<Case>({{ipv4(192, 0, 2, 1), 203},
                                        {ipv4(10, 0, 0, 1), 159},
                                        {ipv4(198, 51, 100, 25), 556},
                                        {ipv4(203, 0, 113, 7), 499},
                                        {ipv4(1, 2, 3, 4), 209},
                                        {ipv4(255, 255, 255, 255), 632}}));
  CHECK(multiplicative_hash(c.target.value, 10) == c.bucket);
}

TEST_CASE("lblc keeps the server of an address while it is good enough", "[ipvs][lblc]") {
  struct Case {
    std::string name;
    ServerState a;  // cached
    ServerState b;  // idle unless said otherwise
    std::string then;
  };
  const auto c = GENERATE(values<Case>({
      {"though another one has less", {.inactive = 200}, {}, "a"},
      {"as many active as its weight are not too many", {.weight = 2, .active = 2}, {}, "a"},
      {"one more is, when another has nothing", {.weight = 2, .active = 3}, {}, "b"},
      {"not if the other has half its weight",
       {.weight = 2, .active = 3},
       {.weight = 4, .active = 2},
       "a"},
      {"but if it has less than half", {.weight = 2, .active = 3}, {.weight = 5, .active = 2}, "b"},
      {"inactive connections are no load here", {.inactive = 9999}, {}, "a"},
      {"the other's inactive ones neither", {.active = 2}, {.inactive = 300}, "b"},
      {"an overloaded server goes on", {.overloaded = true}, {}, "a"},
      {"a quiesced one does not", {.weight = 0}, {}, "b"},
      {"an overloaded other makes it too busy, but there is nobody else",
       {.active = 2},
       {.overloaded = true},
       "a"},
      {"a quiesced other never has less than half", {.active = 2}, {.weight = 0}, "a"},
      {"too busy and overloaded, and so is the other: nobody",
       {.active = 2, .overloaded = true},
       {.overloaded = true},
       "-"},
      {"quiesced, and the other overloaded: nobody", {.weight = 0}, {.overloaded = true}, "-"},
  }));
  DYNAMIC_SECTION(c.name) {
    ServerSet servers = a_is_cached(c.a, c.b);
    CHECK(servers.pick(kPage) == c.then);
  }
}

TEST_CASE("lblc looks for a new server as wlc does", "[ipvs][lblc]") {
  struct Case {
    std::string name;
    ServerState a, b;
    std::string picked;
  };
  const auto c = GENERATE(values<Case>({
      {"by weight", {.weight = 3, .active = 2}, {.active = 1}, "a"},
      {"inactive ones count 1/256", {.inactive = 255}, {.active = 1}, "a"},
      {"256 of them as much as an active one", {.inactive = 256}, {.active = 1}, "b"},
      {"a tie goes to the one configured last", {}, {}, "b"},
      {"an overloaded one is not looked at", {.active = 5}, {.overloaded = true}, "a"},
  }));
  DYNAMIC_SECTION(c.name) {
    ServerSet servers(make_lblc());
    servers.add(c.a).add(c.b);
    CHECK(servers.pick(kPage) == c.picked);
  }
}

TEST_CASE("lblc knows addresses of destinations, not of clients", "[ipvs][lblc]") {
  ServerSet servers = a_is_cached({.inactive = 5});
  CHECK(servers.pick(to(kPage.target.address, ipv4(1, 2, 3, 4))) == "a");
  CHECK(servers.pick(kOther) == "b");
  // Of one bucket, which is the upper ten bits of the hash.
  const Ipv4Address page = kPage.target.address;
  Ipv4Address neighbour{page.value + 1};
  while (multiplicative_hash(neighbour.value, 10) != multiplicative_hash(page.value, 10)) {
    ++neighbour.value;
  }
  CHECK(servers.pick(to(neighbour)) == "b");
  CHECK(servers.pick(kPage) == "a");
}

TEST_CASE("the server that takes over for lblc stays", "[ipvs][lblc]") {
  ServerSet servers = a_is_cached({.active = 2});
  CHECK(servers.pick(kPage) == "b");
  servers['a'].active = 0;
  servers['b'].inactive = 100;
  CHECK(servers.pick(kPage) == "b");
}

TEST_CASE("lblc forgets nothing when it finds nobody", "[ipvs][lblc]") {
  ServerSet servers = a_is_cached({.weight = 0, .inactive = 5}, {.overloaded = true});
  CHECK(servers.pick(kPage) == "-");
  CHECK(servers.pick(kOther) == "-");
  servers.edit('a', 1);
  servers['b'].overloaded = false;
  CHECK(servers.pick(kPage) == "a");
  CHECK(servers.pick(kOther) == "b");
}

TEST_CASE("a server that was removed and came back serves its addresses of lblc again",
          "[ipvs][lblc]") {
  ServerSet servers = a_is_cached({.inactive = 5});
  servers.remove('a');
  SECTION("if nobody asked in between") {
    servers.revive('a');
    CHECK(servers.pick(kPage) == "a");
  }
  SECTION("not if another one has served since") {
    CHECK(servers.pick(kPage) == "b");
    servers.revive('a');
    servers['b'].inactive = 9;
    CHECK(servers.pick(kPage) == "b");
  }
}

TEST_CASE("lblc holds the servers of its map and lets go of what it forgets", "[ipvs][lblc]") {
  ServerSet servers = a_is_cached();
  TestHost& host = servers.host();
  using Held = std::map<DestinationId, int>;
  CHECK(host.held == Held{{ServerSet::id('a'), 1}});
  servers.pick(kPage);
  servers.pick(kOther);
  CHECK(host.held == Held{{ServerSet::id('a'), 1}, {ServerSet::id('b'), 1}});
  servers.remove('a');
  CHECK(host.held == Held{{ServerSet::id('a'), 1}, {ServerSet::id('b'), 1}});
  servers.pick(kPage);
  CHECK(host.held == Held{{ServerSet::id('b'), 2}});
  servers.unbind();
  CHECK(host.held.empty());
}

}  // namespace
}  // namespace lvs
