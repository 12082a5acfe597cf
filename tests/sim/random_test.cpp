#include "sim/random.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "sim/check.hpp"

namespace lvs {
namespace {

using Words = std::array<std::uint64_t, 4>;

// Philox 4x64 with ten rounds, from the paper (Salmon et al., SC'11, section 4.3): two products of
// a counter word with a constant a round, their halves mixed with the other words and the key, the
// key bumped by the golden ratio and sqrt(3) - 1.
Words philox(Words counter, std::array<std::uint64_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const auto product = [](std::uint64_t a, std::uint64_t b) {
      __extension__ using Wide = unsigned __int128;
      const Wide p = static_cast<Wide>(a) * b;
      return std::array<std::uint64_t, 2>{static_cast<std::uint64_t>(p >> 64),
                                          static_cast<std::uint64_t>(p)};
    };
    const auto first = product(0xd2e7470ee14c6c93, counter[0]);
    const auto second = product(0xca5a826395121157, counter[2]);
    counter = {second[0] ^ counter[1] ^ key[0], second[1], first[0] ^ counter[3] ^ key[1],
               first[1]};
    key[0] += 0x9e3779b97f4a7c15;
    key[1] += 0xbb67ae8584caa73b;
  }
  return counter;
}

std::vector<std::uint64_t> words(RandomStream stream, int count) {
  std::vector<std::uint64_t> result;
  for (int i = 0; i < count; ++i) result.push_back(stream.next());
  return result;
}

}  // namespace

TEST_CASE("names are hashed by FNV-1a with its published vectors", "[sim][random]") {
  CHECK(name_hash("") == 0xcbf29ce484222325);
  CHECK(name_hash("a") == 0xaf63dc4c8601ec8c);
  CHECK(name_hash("foobar") == 0x85944171f73967e8);
}

TEST_CASE("the philox of the test gives the published answer for zero", "[sim][random]") {
  CHECK(philox({}, {}) ==
        Words{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b});
}

TEST_CASE("a stream is philox of (block, item, names) under (seed, replication)", "[sim][random]") {
  const StreamKey key{.seed = 42, .replication = 7};
  const auto stream = words({key, "client-3", "arrivals", 5}, 12);
  for (std::uint64_t block = 0; block < 3; ++block) {
    const Words expected =
        philox({block, 5, name_hash("client-3"), name_hash("arrivals")}, {42, 7});
    for (std::size_t i = 0; i < 4; ++i) CHECK(stream[block * 4 + i] == expected[i]);
  }
}

TEST_CASE("each part of its name makes a different stream", "[sim][random]") {
  std::set<std::uint64_t> first_words;
  int streams = 0;
  for (const std::uint64_t seed : {1u, 2u}) {
    for (const std::uint64_t replication : {0u, 1u, 2u}) {
      for (const std::string component : {"web", "web-1", "1"}) {
        for (const std::string purpose : {"demand", "web"}) {
          for (std::uint64_t item = 0; item < 50; ++item) {
            for (const std::uint64_t word :
                 words({{seed, replication}, component, purpose, item}, 6)) {
              first_words.insert(word);
            }
            streams += 1;
          }
        }
      }
    }
  }
  CHECK(first_words.size() == static_cast<std::size_t>(streams) * 6);
}

TEST_CASE("a family gives the streams of its items, in any order", "[sim][random]") {
  const StreamKey key{.seed = 9, .replication = 1};
  const StreamFamily family(key, "web", "demand");
  const auto late = words(family.item(1'000'000), 5);
  CHECK(words(family.item(3), 5) == words({key, "web", "demand", 3}, 5));
  CHECK(words(family.item(1'000'000), 5) == late);
}

TEST_CASE("a copy of a stream continues where the original was", "[sim][random]") {
  RandomStream stream({}, "a", "b");
  stream.next();
  RandomStream copy = stream;
  CHECK(words(copy, 9) == words(stream, 9));
}

TEST_CASE("uniform numbers keep to their interval and its mean", "[sim][random]") {
  RandomStream stream({}, "uniform", "test");
  double sum = 0;
  double least = 1;
  for (int i = 0; i < 100'000; ++i) {
    const double u = stream.uniform01();
    REQUIRE((u >= 0 && u < 1));
    const double v = stream.uniform01_above_zero();
    REQUIRE((v > 0 && v <= 1));
    sum += u;
    least = std::min(least, u);
  }
  CHECK(sum / 100'000 == Approx(0.5).margin(5 * 0.2887 / 316));
  CHECK(least < 1e-4);
}

TEST_CASE("a choice below a bound is even, also where the words do not divide", "[sim][random]") {
  RandomStream stream({}, "below", "test");
  SECTION("small bounds give every value") {
    std::array<int, 7> seen{};
    for (int i = 0; i < 70'000; ++i) ++seen.at(stream.below(7));
    for (const int count : seen) CHECK(count == Approx(10'000).margin(5 * 93));
  }
  SECTION("of three quarters of all words, each quarter gets a third") {
    constexpr std::uint64_t kQuarter = std::uint64_t{1} << 62;
    std::array<int, 3> seen{};
    for (int i = 0; i < 30'000; ++i) ++seen.at(stream.below(3 * kQuarter) / kQuarter);
    for (const int count : seen) CHECK(count == Approx(10'000).margin(5 * 82));
    // Without redrawing, remainders are uneven: those of 3 get 1/4, 1/2 and 1/4.
    std::array<int, 3> remainders{};
    for (int i = 0; i < 30'000; ++i) ++remainders.at(stream.below(3 * kQuarter) % 3);
    for (const int count : remainders) CHECK(count == Approx(10'000).margin(5 * 82));
  }
  SECTION("one is the only value below one, and nothing is below zero") {
    CHECK(stream.below(1) == 0);
    CHECK_THROWS_AS(stream.below(0), InternalError);
  }
}

}  // namespace lvs
