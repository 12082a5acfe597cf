#include <catch2/catch.hpp>

#include "tests/models/ipvs/schedulers/servers.hpp"

namespace lvs {
namespace {

TEST_CASE("rr serves the server configured last first, then down the list", "[ipvs][rr]") {
  CHECK(ServerSet(make_rr()).add_weights({1, 1, 1}).picks(7) == "cbacbac");
}

TEST_CASE("rr ignores weights other than 0", "[ipvs][rr]") {
  CHECK(ServerSet(make_rr()).add_weights({5, 0, 1}).picks(5) == "cacac");
}

TEST_CASE("rr passes over an overloaded server", "[ipvs][rr]") {
  ServerSet servers(make_rr());
  servers.add({}).add({.overloaded = true}).add({});
  CHECK(servers.picks(4) == "caca");
}

TEST_CASE("rr reaches a server that was added in mid-turn only after the wrap", "[ipvs][rr]") {
  ServerSet servers(make_rr());
  servers.add_weights({1, 1, 1});
  REQUIRE(servers.picks(1) == "c");
  servers.add({});
  CHECK(servers.picks(5) == "badcb");
}

TEST_CASE("rr goes on where it was after an edit", "[ipvs][rr]") {
  ServerSet servers(make_rr());
  servers.add_weights({1, 1, 1});
  REQUIRE(servers.picks(1) == "c");
  servers.edit('c', 3);
  CHECK(servers.picks(3) == "bac");
}

TEST_CASE("rr that is bound to a list begins at its head", "[ipvs][rr]") {
  ServerSet servers(make_wrr());
  servers.add_weights({1, 1});
  REQUIRE(servers.picks(1) == "b");
  servers.bind(make_rr());
  CHECK(servers.picks(3) == "bab");
}

TEST_CASE("rr goes on where it was when a server is removed", "[ipvs][rr]") {
  struct Case {
    std::string name;
    char removed;
    std::string then;
  };
  // c and b were served: the cursor is on b.
  const auto c = GENERATE(values<Case>({
      {"the one at the cursor: its predecessor is the cursor, a is next", 'b', "acac"},
      {"one before the cursor", 'c', "abab"},
      {"one after the cursor", 'a', "cbcb"},
  }));
  DYNAMIC_SECTION(c.name) {
    ServerSet servers(make_rr());
    servers.add_weights({1, 1, 1});
    REQUIRE(servers.picks(2) == "cb");
    servers.remove(c.removed);
    CHECK(servers.picks(4) == c.then);
  }
}

TEST_CASE("rr without an available server fails and keeps its place", "[ipvs][rr]") {
  ServerSet servers(make_rr());
  CHECK(servers.pick() == "-");
  servers.add_weights({1, 1, 1});
  REQUIRE(servers.picks(1) == "c");
  for (const char name : {'a', 'b', 'c'}) servers[name].overloaded = true;
  CHECK(servers.picks(2) == "--");
  for (const char name : {'a', 'b', 'c'}) servers[name].overloaded = false;
  CHECK(servers.picks(2) == "ba");
}

TEST_CASE("wrr follows the order that the history of additions gives", "[ipvs][wrr]") {
  struct Case {
    std::string name;
    std::vector<std::int32_t> weights;  // in the order of adding
    std::string picks;
  };
  // spec/ipvs.md 10.1 and validation.md 6.6
  const auto c = GENERATE(values<Case>({
      {"3 2 1: the first round is the level left over, 1", {3, 2, 1}, "cbaabacbaaba"},
      {"4 2", {4, 2}, "baabaa"},
      {"equal weights", {1, 1, 1}, "cbacba"},
      {"100 50: only the ratio counts", {100, 50}, "baabaa"},
      {"4 3 2", {4, 3, 2}, "cbaabacbacbaabacba"},
      {"2 3 4: the list is that of the documentation, rotated", {2, 3, 4}, "cbaccbcbacbaccbcba"},
      {"5 1: a burst of five", {5, 1}, "baaaaabaaaaa"},
  }));
  DYNAMIC_SECTION(c.name) {
    ServerSet servers(make_wrr());
    for (const std::int32_t weight : c.weights) servers.add({.weight = weight});
    CHECK(servers.picks(static_cast<int>(c.picks.size())) == c.picks);
  }
}

TEST_CASE("wrr that is bound to a list begins with the greatest weight", "[ipvs][wrr]") {
  ServerSet servers(make_rr());
  servers.add_weights({3, 2, 1});
  servers.bind(make_wrr());
  CHECK(servers.picks(12) == "abacbaabacba");
}

TEST_CASE("wrr begins at the head of the list after any edit, at the level it had", "[ipvs][wrr]") {
  ServerSet servers(make_wrr());
  servers.add_weights({3, 2, 1});
  REQUIRE(servers.picks(5) == "cbaab");  // now at level 2, behind b; else a c b a would follow
  servers.edit('c', 1);                  // nothing changes; at level 3 a b a would follow
  CHECK(servers.picks(5) == "bacba");
}

TEST_CASE("wrr aligns its level to a new step", "[ipvs][wrr]") {
  ServerSet servers(make_wrr());
  servers.add_weights({6, 4});
  REQUIRE(servers.picks(3) == "baa");  // step 2, top 5: levels 1, 5, 3; now level 5, behind a
  servers.edit('b', 3);                // step 3, top 4: level 5 is above it and becomes 4
  CHECK(servers.picks(6) == "abaaba");
}

TEST_CASE("wrr rounds its level down to the step and adds one", "[ipvs][wrr]") {
  ServerSet servers(make_wrr());
  servers.add_weights({4, 3});
  REQUIRE(servers.picks(6) == "baabab");  // levels 1 4 3 2; now level 2, behind b
  servers.edit('b', 2);                   // step 2, top 3: 2 becomes 3; at 2 it would be b's turn
  CHECK(servers.picks(6) == "abaaba");
  servers.edit('a', 8);
  servers.edit('b', 4);  // step 4, top 5; the level was 3, and becomes 1
  CHECK(servers.picks(5) == "baaba");
}

TEST_CASE("wrr lowers its level to the top at once, and keeps it when the top rises again",
          "[ipvs][wrr]") {
  ServerSet servers(make_wrr());
  servers.add_weights({7, 6});
  REQUIRE(servers.picks(4) == "baab");  // levels 1 7 6
  servers.edit('a', 2);
  servers.edit('b', 1);  // top 2
  servers.edit('a', 5);
  CHECK(servers.picks(7) == "abaaaaa");  // levels 2 1 5 4 3 2; from the top it would be a a a a
}

TEST_CASE("wrr that had no weight at all does not serve a quiesced server afterwards",
          "[ipvs][wrr]") {
  ServerSet servers(make_wrr());
  servers.add_weights({0, 0});
  servers.edit('a', 1);
  CHECK(servers.picks(3) == "aaa");
}

TEST_CASE("wrr fails when nobody has weight, or everybody is overloaded", "[ipvs][wrr]") {
  ServerSet servers(make_wrr());
  CHECK(servers.pick() == "-");
  servers.add_weights({0, 0});
  CHECK(servers.picks(2) == "--");
  servers.edit('a', 2);
  CHECK(servers.picks(2) == "aa");
  servers['a'].overloaded = true;
  CHECK(servers.picks(2) == "--");
  servers['a'].overloaded = false;
  CHECK(servers.picks(2) == "aa");
}

TEST_CASE("wrr goes on where it was after it found nobody", "[ipvs][wrr]") {
  ServerSet servers(make_wrr());
  servers.add_weights({1, 1, 1});
  REQUIRE(servers.picks(1) == "c");
  for (const char name : {'a', 'b', 'c'}) servers[name].overloaded = true;
  CHECK(servers.picks(2) == "--");
  for (const char name : {'a', 'b', 'c'}) servers[name].overloaded = false;
  CHECK(servers.picks(3) == "bac");
}

TEST_CASE("wrr begins at the head after it found nobody down to the lowest level", "[ipvs][wrr]") {
  ServerSet servers(make_wrr());
  servers.add_weights({3, 3, 2});
  REQUIRE(servers.picks(7) == "cbabacb");  // levels 1 3 2; now level 2, behind b
  for (const char name : {'a', 'b', 'c'}) servers[name].overloaded = true;
  CHECK(servers.pick() == "-");
  for (const char name : {'a', 'b', 'c'}) servers[name].overloaded = false;
  CHECK(servers.picks(5) == "bacba");  // levels 3 and 2
}

TEST_CASE("wrr passes over an overloaded server without losing the turn of the others",
          "[ipvs][wrr]") {
  ServerSet servers(make_wrr());
  servers.add_weights({2, 1});
  servers['b'].overloaded = true;
  CHECK(servers.picks(4) == "aaaa");
}

}  // namespace
}  // namespace lvs
