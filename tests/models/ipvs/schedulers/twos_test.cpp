// twos draws numbers that are not the kernel's: exact where the test gives them, else by intervals.
#include <catch2/catch.hpp>

#include <cmath>

#include "sim/random.hpp"
#include "tests/models/ipvs/schedulers/servers.hpp"

namespace lvs {
namespace {

/// Who is picked when these two numbers are drawn.
std::string pick_with(ServerSet& servers, std::uint32_t first, std::uint32_t second) {
  servers.host().numbers = {first, second};
  const std::string picked = servers.pick();
  CHECK(servers.host().numbers.empty());
  return picked;
}

TEST_CASE("what twos draws is used up by the weights, from the head of the list", "[ipvs][twos]") {
  ServerSet servers(make_twos());
  servers.add_weights({1, 3, 2});  // list c b a: 2 3 1, so 0..6 are drawn
  const std::string expected = "cccbbba";
  for (std::uint32_t r = 0; r < 7; ++r) {
    CAPTURE(r);
    const std::string server(1, expected[r]);
    CHECK(pick_with(servers, r, 3) == server);  // all idle: the first draw decides
    CHECK(pick_with(servers, r + 7, 0) == server);
    CHECK(pick_with(servers, r, 6) == server);
  }
  // 2^32 - 1 is 3 modulo 7: a remainder of unsigned numbers.
  CHECK(pick_with(servers, 0xffffffff, 0) == "b");
}

TEST_CASE("twos takes the less loaded of its two draws, the first on a tie", "[ipvs][twos]") {
  struct Case {
    std::string name;
    ServerState a, b;  // list b a
    std::string b_first, a_first;
  };
  const auto c = GENERATE(values<Case>({
      {"idle: a tie", {}, {}, "b", "a"},
      {"one inactive connection more", {}, {.inactive = 1}, "a", "a"},
      {"255 inactive against an active", {.inactive = 255}, {.active = 1}, "a", "a"},
      {"256 inactive against an active: a tie", {.inactive = 256}, {.active = 1}, "b", "a"},
      {"257 inactive against an active", {.inactive = 257}, {.active = 1}, "b", "b"},
      {"twice the load at twice the weight: a tie",
       {.active = 3},
       {.weight = 2, .active = 6},
       "b",
       "a"},
      {"a little less than twice", {.active = 3}, {.weight = 2, .active = 5}, "b", "b"},
      {"a little more than twice",
       {.active = 3},
       {.weight = 2, .active = 6, .inactive = 1},
       "a",
       "a"},
      // 2^23 * 256 * 2 is 0 in 32 bits, and so b seems idle.
      {"a product that wraps", {.weight = 2, .active = 1}, {.active = 1U << 23}, "b", "b"},
      // 2^22 * 256 * 2 is negative in 32 bits.
      {"a product beyond the sign", {.weight = 2, .active = 1}, {.active = 1U << 22}, "b", "b"},
  }));
  DYNAMIC_SECTION(c.name) {
    ServerSet servers(make_twos());
    servers.add(c.a).add(c.b);
    const auto of_b = 0U;
    const auto of_a = static_cast<std::uint32_t>(c.a.weight + c.b.weight);
    CHECK(pick_with(servers, of_b, of_a) == c.b_first);
    CHECK(pick_with(servers, of_a, of_b) == c.a_first);
    CHECK(pick_with(servers, of_a, of_a) == "a");
    CHECK(pick_with(servers, of_b, of_b) == "b");
  }
}

TEST_CASE("twos does not draw overloaded and quiesced servers", "[ipvs][twos]") {
  ServerSet servers(make_twos());
  servers.add({.weight = 2}).add({.weight = 0}).add({.weight = 5, .overloaded = true});
  servers.add({});  // list d c b a: 1 - - 2, so 0..3 are drawn
  CHECK(pick_with(servers, 0, 0) == "d");
  CHECK(pick_with(servers, 1, 1) == "d");
  CHECK(pick_with(servers, 2, 2) == "a");
  CHECK(pick_with(servers, 3, 3) == "a");
  CHECK(pick_with(servers, 4, 4) == "d");
}

TEST_CASE("twos without an available server draws nothing and has nobody", "[ipvs][twos]") {
  ServerSet servers(make_twos());
  CHECK(servers.pick() == "-");
  servers.add({.weight = 0}).add({.overloaded = true});
  CHECK(servers.pick() == "-");
}

TEST_CASE("weights of twos that wrap round 32 bits to nothing have nobody", "[ipvs][twos]") {
  constexpr std::int32_t kMost = 0x7fffffff;
  ServerSet servers(make_twos());
  servers.add({.weight = kMost}).add({.weight = kMost}).add({.weight = 1});  // 2^32 - 1
  CHECK(servers.pick() == "-");
}

TEST_CASE("weights of twos up to 2^32 - 2 together leave nobody out", "[ipvs][twos]") {
  constexpr std::int32_t kMost = 0x7fffffff;
  ServerSet servers(make_twos());
  servers.add({.weight = kMost}).add({.weight = kMost});  // 0..2^32 - 2 are drawn
  // What is drawn from 2^31 on is negative in 32 bits, and the first weight makes it wrap.
  for (const std::uint32_t r : {0U, 0x7fffffffU, 0xffffffffU})
    CHECK(pick_with(servers, r, r) == "b");
  for (const std::uint32_t r : {0x80000000U, 0xfffffffeU}) CHECK(pick_with(servers, r, r) == "a");
}

/// How often each server, a first, is picked in `draws` of a fixed seed.
std::vector<int> frequencies(ServerSet& servers, int draws, std::uint64_t seed) {
  RandomStream random({.seed = seed}, "test", "twos");
  std::vector<int> counts(servers.list().size());
  for (int n = 0; n < draws; ++n) {
    for (int i = 0; i < 2; ++i) {
      servers.host().numbers.push_back(static_cast<std::uint32_t>(random() >> 32));
    }
    ++counts[static_cast<std::size_t>(servers.pick().front() - 'a')];
  }
  return counts;
}

/// Whether `count` of `draws` is within the 99 % interval of probability p.
bool is_likely(int count, int draws, double p) {
  return std::abs(count - draws * p) <= 2.576 * std::sqrt(draws * p * (1 - p));
}

TEST_CASE("idle servers of twos are chosen by weight, the first of the list with one chance more",
          "[ipvs][twos]") {
  const auto weights = GENERATE(values<std::vector<std::int32_t>>(
      {{1, 1}, {1, 1, 1, 1}, {1, 2, 3}, {3, 2, 1}, {10, 1}, {5, 5, 5, 5, 5}, {1, 100}}));
  constexpr int kDraws = 20'000;
  ServerSet servers(make_twos());
  double sum = 0;
  for (const std::int32_t weight : weights) {
    servers.add({.weight = weight});
    sum += weight;
  }
  const std::vector<int> counts = frequencies(servers, kDraws, 1);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const bool first = i + 1 == weights.size();  // the last one added
    CAPTURE(weights, i, counts);
    CHECK(is_likely(counts[i], kDraws, (weights[i] + (first ? 1 : 0)) / (sum + 1)));
  }
}

TEST_CASE("the most loaded server of twos is chosen only if it is drawn twice", "[ipvs][twos]") {
  struct Case {
    std::vector<ServerState> added;
    std::vector<double> chances;  // of the draw, for each
  };
  const auto c = GENERATE(values<Case>({
      {{{.active = 1}, {.active = 2}, {.active = 3}}, {1 / 4., 1 / 4., 2 / 4.}},
      {{{.active = 3}, {.active = 2}, {.active = 1}}, {1 / 4., 1 / 4., 2 / 4.}},
      {{{.weight = 2, .active = 9}, {.active = 4}, {.weight = 4, .active = 1}},
       {2 / 8., 1 / 8., 5 / 8.}},
  }));
  constexpr int kDraws = 20'000;
  ServerSet servers(make_twos());
  std::vector<std::size_t> by_load;
  for (const ServerState& state : c.added) {
    servers.add(state);
    by_load.push_back(by_load.size());
  }
  const auto load = [&](std::size_t i) {
    return static_cast<double>(c.added[i].active) / c.added[i].weight;
  };
  std::sort(by_load.begin(), by_load.end(), [&](auto i, auto j) { return load(i) > load(j); });
  const std::vector<int> counts = frequencies(servers, kDraws, 2);
  // P(none of the less loaded is drawn) for the heaviest, then the next, ...
  double heavier = 0;
  for (const std::size_t i : by_load) {
    const double p = std::pow(heavier + c.chances[i], 2) - std::pow(heavier, 2);
    CAPTURE(i, p, counts);
    CHECK(is_likely(counts[i], kDraws, p));
    heavier += c.chances[i];
  }
}

}  // namespace
}  // namespace lvs
