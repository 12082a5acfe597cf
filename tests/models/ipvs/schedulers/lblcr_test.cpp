#include <catch2/catch.hpp>

#include "tests/models/ipvs/schedulers/servers.hpp"

namespace lvs {
namespace {

const Flow kPage{.client = {ipv4(9, 9, 9, 9), Port{40000}},
                 .target = {ipv4(10, 1, 20, 1), Port{80}}};
const Flow kOther{.client = kPage.client, .target = {ipv4(10, 1, 20, 2), Port{80}}};

/// Servers a, b, c, ... of which the `count` first have joined the set of kPage, in this order.
/// They are left with `weight`, and idle.
ServerSet with_set(int count, int servers, std::int32_t weight = 1) {
  ServerSet set(make_lblcr());
  for (int n = 0; n < servers; ++n) set.add({.weight = weight});
  const auto name = [](int n) { return static_cast<char>('a' + n); };
  for (int joins = 0; joins < count; ++joins) {
    // Members are too busy, who is to join is idle, the others have half their weight.
    for (int n = 0; n < servers; ++n) {
      set[name(n)].active = static_cast<std::uint32_t>(n < joins ? weight + 1 : weight);
    }
    set[name(joins)].active = 0;
    LVS_REQUIRE(set.pick(kPage) == std::string(1, name(joins)), "the idle one joins");
  }
  for (int n = 0; n < servers; ++n) set[name(n)].active = 0;
  return set;
}

/// The servers that all sets hold, each as often as it is held.
std::string members(ServerSet& set) {
  std::string found;
  for (const auto& [id, count] : set.host().held) {
    found += std::string(static_cast<std::size_t>(count), static_cast<char>('a' + id.value));
  }
  return found;
}

TEST_CASE("lblcr keeps a server while it is good enough, and adds one when it is not",
          "[ipvs][lblcr]") {
  struct Case {
    std::string name;
    ServerState a;  // the only member
    ServerState b;
    std::string then;
    std::string set;
  };
  const auto c = GENERATE(values<Case>({
      {"though another one has less", {.inactive = 200}, {}, "a", "a"},
      {"as many active as its weight are not too many", {.weight = 2, .active = 2}, {}, "a", "a"},
      {"one more is, when another has nothing", {.weight = 2, .active = 3}, {}, "b", "ab"},
      {"not if the other has half its weight",
       {.weight = 2, .active = 3},
       {.weight = 4, .active = 2},
       "a",
       "a"},
      {"but if it has less than half",
       {.weight = 2, .active = 3},
       {.weight = 5, .active = 2},
       "b",
       "ab"},
      {"an overloaded member does not serve, unlike lblc's", {.overloaded = true}, {}, "b", "ab"},
      {"nor does a quiesced one", {.weight = 0}, {}, "b", "ab"},
      {"too busy, but the least loaded of all: it is a member already",
       {.weight = 9, .active = 10},
       {.weight = 5, .active = 2, .inactive = 2000},
       "a",
       "a"},
      {"nobody at all: the set stays", {.weight = 0}, {.overloaded = true}, "-", "a"},
  }));
  DYNAMIC_SECTION(c.name) {
    ServerSet set = with_set(1, 2);
    const auto become = [&](char name, const ServerState& s) {
      set[name].active = s.active;
      set[name].inactive = s.inactive;
      set[name].overloaded = s.overloaded;
      set.edit(name, s.weight);
    };
    become('a', c.a);
    become('b', c.b);
    CHECK(set.pick(kPage) == c.then);
    CHECK(members(set) == c.set);
  }
}

TEST_CASE("the least loaded member of lblcr serves, on a tie the latest", "[ipvs][lblcr]") {
  ServerSet set = with_set(3, 4, 4);  // the set is c b a; d, idle, is the first of the list
  REQUIRE(members(set) == "abc");
  const auto pick = [&](std::vector<ServerState> states) {
    for (std::size_t n = 0; n < states.size(); ++n) {
      Destination& d = set[static_cast<char>('a' + n)];
      d.weight = states[n].weight;
      d.active = states[n].active;
      d.inactive = states[n].inactive;
      d.overloaded = states[n].overloaded;
    }
    return set.pick(kPage);
  };
  const ServerState idle{.weight = 4};
  const ServerState some{.weight = 4, .active = 1};
  CHECK(pick({idle, idle, idle}) == "c");
  CHECK(pick({idle, idle, some}) == "b");
  CHECK(pick({idle, some, some}) == "a");
  CHECK(pick({some, {.weight = 4, .inactive = 255}, some}) == "b");
  CHECK(pick({some, {.weight = 4, .inactive = 256}, some}) == "c");
  CHECK(pick({some, {.weight = 9, .active = 2}, some}) == "b");  // by weight
  CHECK(pick({some, some, {.weight = 4, .overloaded = true}}) == "b");
  CHECK(pick({some, {.weight = 0}, {.weight = 0}}) == "a");
  pick({idle, idle, idle});
  set.remove('c');
  CHECK(set.pick(kPage) == "b");
  set.revive('c');
  CHECK(set.pick(kPage) == "c");
  CHECK(members(set) == "abc");
}

TEST_CASE("each address of lblcr has a set of its own", "[ipvs][lblcr]") {
  ServerSet set = with_set(1, 2);
  set['a'].active = 1;
  CHECK(set.pick(kOther) == "b");
  CHECK(set.pick(kPage) == "a");
  CHECK(members(set) == "ab");
  CHECK(set.pick({.client = {ipv4(1, 1, 1, 1), Port{1}}, .target = kPage.target}) == "a");
}

TEST_CASE("a set of lblcr that stood still loses its most loaded member", "[ipvs][lblcr]") {
  struct Case {
    std::string name;
    std::vector<ServerState> states;  // of a, b, c; the set is c b a
    char removed;                     // 0: nobody
  };
  const auto c = GENERATE(values<Case>({
      {"on a tie the latest", {{.weight = 4}, {.weight = 4}, {.weight = 4}}, 'c'},
      {"the one with most", {{.weight = 4}, {.weight = 4, .active = 1}, {.weight = 4}}, 'b'},
      {"for its weight",
       {{.weight = 1, .active = 1}, {.weight = 4, .active = 3}, {.weight = 4}},
       'a'},
      {"255 inactive are less than an active",
       {{.weight = 4, .active = 1}, {.weight = 4, .inactive = 255}, {.weight = 4}},
       'a'},
      {"257 are more",
       {{.weight = 4, .active = 1}, {.weight = 4, .inactive = 257}, {.weight = 4}},
       'b'},
      {"an overloaded one as well",
       {{.weight = 4, .active = 1, .overloaded = true}, {.weight = 4}, {.weight = 4}},
       'a'},
      {"a quiesced one never",
       {{.weight = 4, .active = 1}, {.weight = 0, .active = 3}, {.weight = 4}},
       'a'},
      {"nor the first one of the set", {{.weight = 4}, {.weight = 4}, {.weight = 0}}, 'b'},
  }));
  DYNAMIC_SECTION(c.name) {
    ServerSet set = with_set(3, 3, 4);
    for (std::size_t n = 0; n < 3; ++n) {
      Destination& d = set[static_cast<char>('a' + n)];
      d.weight = c.states[n].weight;
      d.active = c.states[n].active;
      d.inactive = c.states[n].inactive;
      d.overloaded = c.states[n].overloaded;
    }
    set.host().advance(86'401);
    set.pick(kPage);
    std::string left = "abc";
    left.erase(left.find(c.removed), 1);
    CHECK(members(set) == left);
  }
}

TEST_CASE("a deleted member of lblcr can be the one that leaves the set", "[ipvs][lblcr]") {
  ServerSet set = with_set(3, 3, 4);
  set['a'].inactive = 1;
  set.remove('a');
  set.host().advance(86'401);
  CHECK(set.pick(kPage) == "c");
  CHECK(members(set) == "bc");
}

TEST_CASE("a set of lblcr shrinks only after more than its expiration, one member a time",
          "[ipvs][lblcr]") {
  ServerSet set = with_set(3, 3, 4);
  TestHost& host = set.host();
  host.sysctls.lblc_expiration = 1;  // another scheduler's
  host.sysctls.lblcr_expiration = 100;
  host.advance(100);
  set.pick(kPage);
  CHECK(members(set) == "abc");  // not at 100 s, though it was just used
  ++host.time;
  // All are idle: c is the least and the most loaded; it serves though it leaves.
  CHECK(set.pick(kPage) == "c");
  CHECK(members(set) == "ab");
  CHECK(set.pick(kPage) == "b");  // the removal was a change
  host.advance(100);
  set.pick(kPage);
  CHECK(members(set) == "ab");
  ++host.time;
  CHECK(set.pick(kPage) == "b");
  CHECK(members(set) == "a");
  host.advance(1000);
  CHECK(set.pick(kPage) == "a");
  CHECK(members(set) == "a");  // the last one stays
}

TEST_CASE("a member that joins keeps the set of lblcr from shrinking", "[ipvs][lblcr]") {
  ServerSet set = with_set(2, 3, 4);
  TestHost& host = set.host();
  host.sysctls.lblcr_expiration = 100;
  host.advance(80);
  set['a'].active = set['b'].active = 5;
  REQUIRE(set.pick(kPage) == "c");
  host.advance(80);
  set.pick(kPage);
  CHECK(members(set) == "abc");
  SECTION("one that is in already does not") {
    set['a'].active = set['b'].active = set['c'].active = 5;
    set.add({.weight = 1000, .active = 499, .inactive = 0});  // less than half, but
    set['d'].inactive = 1'000'000;                            // not the least loaded
    CHECK(set.pick(kPage) == "c");
    CHECK(members(set) == "abc");
    set['d'].active = 500;
    host.advance(21);
    CHECK(set.pick(kPage) == "c");
    CHECK(members(set) == "ab");
  }
}

TEST_CASE("a set of lblcr that shrinks by a busy choice may grow again at once", "[ipvs][lblcr]") {
  ServerSet set = with_set(2, 3, 4);
  set['a'].active = 9;
  set['b'].active = 5;
  set.host().advance(86'401);
  CHECK(set.pick(kPage) == "c");  // a leaves; b is too busy; c joins
  CHECK(members(set) == "bc");
}

TEST_CASE("a set of lblcr with nobody to remove is looked at again at the next pick",
          "[ipvs][lblcr]") {
  ServerSet set = with_set(2, 3, 4);
  for (const char name : {'a', 'b', 'c'}) set[name].weight = 0;
  set.host().advance(86'401);
  CHECK(set.pick(kPage) == "-");
  CHECK(members(set) == "ab");
  for (const char name : {'a', 'b', 'c'}) set[name].weight = 4;
  set.pick(kPage);
  CHECK(members(set) == "a");
}

TEST_CASE("lblcr looks for a new server as wlc does", "[ipvs][lblcr]") {
  ServerSet set(make_lblcr());
  set.add({.weight = 3, .active = 2}).add({.active = 1}).add({.overloaded = true});
  CHECK(set.pick(kPage) == "a");
  CHECK(ServerSet(make_lblcr()).pick(kPage) == "-");
}

TEST_CASE("lblcr lets go of every server when its service goes", "[ipvs][lblcr]") {
  ServerSet set = with_set(3, 3);
  set.pick(kOther);
  CHECK(set.host().references() == 4);
  set.unbind();
  CHECK(set.host().references() == 0);
}

}  // namespace
}  // namespace lvs
