// Which local address and port a connection gets, and the numbers it starts from (spec/ipvs.md 6.2,
// 6.3).
#include "models/ipvs/fullnat/local_sides.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

namespace lvs {
namespace {

const Endpoint kServer{ipv4(192, 168, 185, 129), Port{80}};

Ipv4Address local(unsigned n) { return {ipv4(192, 168, 184, 200).value + n}; }

struct Sides : LocalSides {
  explicit Sides(unsigned addresses, std::uint64_t seed = 1) : LocalSides({seed, 0}, 0) {
    for (unsigned n = 0; n < addresses; ++n) add(list, local(n), "eth1");
  }
  /// Which address the next connection gets: its number, or "-".
  std::string next(bool skips = false, Endpoint server = kServer) {
    const auto reserved = reserve(list, skips, server);
    if (!reserved) return "-";
    return std::to_string(reserved->local.address.value - local(0).value);
  }
  void exhaust(unsigned n) {
    LocalAddressList alone;
    add(alone, local(n), "eth1");
    while (reserve(alone, false, kServer)) {
    }
  }
  LocalAddressList list;
};

TEST_CASE("local addresses take turns from the first on; one more joins at the tail",
          "[ipvs][fullnat]") {
  Sides sides(3);
  std::string order;
  for (int k = 0; k < 5; ++k) order += sides.next();
  CHECK(order == "01201");
  CHECK(sides.add(sides.list, local(3), "eth1"));
  order.clear();
  for (int k = 0; k < 5; ++k) order += sides.next();
  CHECK(order == "23012");
  CHECK_FALSE(sides.add(sides.list, local(3), "eth2"));
}

TEST_CASE("an address that joins when the last was just used is next", "[ipvs][fullnat]") {
  Sides sides(2);
  CHECK(sides.next() == "0");
  CHECK(sides.next() == "1");
  sides.add(sides.list, local(2), "eth1");
  CHECK(sides.next() == "2");
  CHECK(sides.next() == "0");
}

TEST_CASE("schedulers that go round leave an address out one time in twenty", "[ipvs][fullnat]") {
  Sides sides(8);
  int skipped = 0;
  unsigned last = 7;
  constexpr int kTurns = 20'000;
  for (int k = 0; k < kTurns; ++k) {
    const auto now = static_cast<unsigned>(std::stoi(sides.next(true)));
    const unsigned step = (now + 8 - last) % 8;
    CHECK((step == 1 || step == 2));
    if (step == 2) ++skipped;
    last = now;
  }
  // 1000 expected; a standard deviation is sqrt(20000 * 0.05 * 0.95) = 31: four of them.
  CHECK(skipped > 1000 - 124);
  CHECK(skipped < 1000 + 124);
}

TEST_CASE("what is left out depends on the seed, and one address alone has all turns",
          "[ipvs][fullnat]") {
  const auto order = [](std::uint64_t seed, unsigned addresses) {
    Sides sides(addresses, seed);
    std::string turns;
    for (int k = 0; k < 200; ++k) turns += sides.next(true);
    return turns;
  };
  CHECK(order(1, 4) == order(1, 4));
  CHECK(order(1, 4) != order(2, 4));
  CHECK(order(1, 1) == std::string(200, '0'));
}

TEST_CASE("an address without a port passes the turn on, which then goes on from there",
          "[ipvs][fullnat]") {
  Sides sides(4);
  sides.exhaust(1);
  sides.exhaust(2);
  CHECK(sides.next() == "0");
  CHECK(sides.next() == "3");
  CHECK(sides.next() == "0");
  const Endpoint other{kServer.address, Port{81}};  // another sub-pool: nothing is missing there
  CHECK(sides.next(false, other) == "1");
}

TEST_CASE("sixteen addresses are tried, no more", "[ipvs][fullnat]") {
  Sides sides(20);
  for (unsigned n = 0; n < 16; ++n) sides.exhaust(n);
  CHECK(sides.next() == "-");
  CHECK(sides.next() == "16");  // the cursor stands where the search ended
  Sides fewer(17);
  for (unsigned n = 0; n < 15; ++n) fewer.exhaust(n);
  CHECK(fewer.next() == "15");
}

TEST_CASE("no address, no local side", "[ipvs][fullnat]") {
  Sides sides(0);
  CHECK(sides.next() == "-");
}

TEST_CASE("services that share an address share its ports", "[ipvs][fullnat]") {
  Sides sides(1);
  LocalAddressList second;
  CHECK(sides.add(second, local(0), "eth1"));
  const auto a = sides.reserve(sides.list, false, kServer);
  const auto b = sides.reserve(second, false, kServer);
  REQUIRE((a && b));
  CHECK(a->local.port == Port{1025});
  CHECK(b->local.port == Port{1026});
  CHECK(a->pool == b->pool);
}

TEST_CASE("a port that was given back comes after all that were not used yet", "[ipvs][fullnat]") {
  Sides sides(1);
  auto first = sides.open(*sides.reserve(sides.list, false, kServer));
  CHECK(sides.in_use() == 1);
  CHECK(sides[first].local.port == Port{1025});
  sides.close(first, kServer);
  CHECK(sides.in_use() == 0);
  CHECK(sides.reserve(sides.list, false, kServer)->local.port == Port{1026});
  // What is remembered of a new connection is not what was of an old one.
  auto second = sides.open(*sides.reserve(sides.list, false, kServer));
  sides[second].started = sides[second].answered = true;
  sides.close(second, kServer);
  const auto third = sides.open(*sides.reserve(sides.list, false, kServer));
  CHECK_FALSE(sides[third].started);
  CHECK_FALSE(sides[third].answered);
}

TEST_CASE("first sequence numbers rise by one in 64 ns and differ by ends and by secret",
          "[ipvs][fullnat]") {
  const Sides sides(1);
  const Endpoint a{local(0), Port{1025}};
  const std::uint32_t first = sides.sequence_number(a, kServer, kStart);
  CHECK(sides.sequence_number(a, kServer, kStart + nanoseconds(63)) == first);
  CHECK(sides.sequence_number(a, kServer, kStart + nanoseconds(64)) == first + 1);
  CHECK(sides.sequence_number(a, kServer, kStart + milliseconds(1)) == first + 15625);
  std::set<std::uint32_t> numbers{first};
  numbers.insert(sides.sequence_number({local(1), Port{1025}}, kServer, kStart));
  numbers.insert(sides.sequence_number({local(0), Port{1026}}, kServer, kStart));
  numbers.insert(sides.sequence_number(a, {kServer.address, Port{81}}, kStart));
  numbers.insert(sides.sequence_number(a, {ipv4(192, 168, 185, 130), Port{80}}, kStart));
  numbers.insert(Sides(1, 2).sequence_number(a, kServer, kStart));
  CHECK(numbers.size() == 6);
  CHECK(Sides(1).sequence_number(a, kServer, kStart) == first);
}

}  // namespace
}  // namespace lvs
