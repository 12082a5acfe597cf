// The ports of a local address (spec/ipvs.md 6.2 step 3).
#include "models/ipvs/fullnat/port_pool.hpp"

#include <catch2/catch.hpp>
#include <deque>
#include <set>
#include <vector>

#include "tests/support/allocation_counter.hpp"

namespace lvs {
namespace {

constexpr Endpoint server(std::uint32_t last, std::uint16_t port) {
  return {{ipv4(192, 168, 185, 0).value + last}, Port{port}};
}

TEST_CASE("a server's sub-pool is the low half of its address plus its port, modulo 16",
          "[ipvs][fullnat]") {
  struct Case {
    Endpoint server;
    unsigned pool;
  };
  const std::vector<Case> cases{
      {server(129, 80), (0xb981 + 80) % 16},                 // 1
      {server(130, 80), 2},                                  // the next address
      {server(129, 81), 2},                                  // the next port
      {server(145, 80), 1},                                  // 16 addresses on
      {{ipv4(10, 7, 185, 129), Port{80}}, 1},                // the high half does not count
      {{ipv4(0, 0, 255, 255), Port{1}}, 0},                  // the sum may need 17 bits
      {{ipv4(0, 0, 255, 255), Port{65535}}, (0x1fffe) % 16}  // 14
  };
  for (const Case& c : cases) CHECK(PortPool::sub_pool(c.server) == c.pool);
}

TEST_CASE("ports come in ascending order from 1025, those that come back behind all others",
          "[ipvs][fullnat]") {
  PortPool pool;
  CHECK(pool.take(server(1, 80)) == Port{1025});
  CHECK(pool.take(server(1, 80)) == Port{1026});
  pool.give_back(server(1, 80), Port{1025});
  CHECK(pool.take(server(1, 80)) == Port{1027});
  CHECK(pool.in_use() == 2);
}

TEST_CASE("servers of other sub-pools get the same ports; of the same one, others",
          "[ipvs][fullnat]") {
  PortPool pool;
  CHECK(pool.take(server(1, 80)) == Port{1025});
  CHECK(pool.take(server(2, 80)) == Port{1025});
  CHECK(pool.take(server(17, 80)) == Port{1026});
  pool.give_back(server(2, 80), Port{1025});
  CHECK(pool.take(server(1, 80)) == Port{1027});
}

TEST_CASE("a sub-pool has 64511 ports, 1025 to 65535, and says so when they are gone",
          "[ipvs][fullnat]") {
  PortPool pool;
  std::set<std::uint16_t> seen;
  for (std::uint32_t n = 0; n < 64511; ++n) {
    const auto port = pool.take(server(1, 80));
    REQUIRE(port.has_value());
    REQUIRE(port->value == 1025 + n);
    seen.insert(port->value);
  }
  CHECK(seen.size() == 64511);
  CHECK_FALSE(pool.take(server(1, 80)).has_value());
  CHECK(pool.take(server(2, 80)) == Port{1025});
  // First in, first out.
  for (const std::uint16_t port : {40000, 2000, 65535}) pool.give_back(server(1, 80), Port{port});
  CHECK(pool.take(server(1, 80)) == Port{40000});
  pool.give_back(server(1, 80), Port{1025});
  CHECK(pool.take(server(1, 80)) == Port{2000});
  CHECK(pool.take(server(1, 80)) == Port{65535});
  CHECK(pool.take(server(1, 80)) == Port{1025});
  CHECK_FALSE(pool.take(server(1, 80)).has_value());
}

TEST_CASE("through several rounds of all ports the oldest free one is taken, without allocation",
          "[ipvs][fullnat]") {
  FreePorts ports;
  std::deque<std::uint16_t> expected;
  for (std::uint32_t port = 1025; port <= 65535; ++port) {
    expected.push_back(static_cast<std::uint16_t>(port));
  }
  std::deque<std::uint16_t> held;
  for (int k = 0; k < 100; ++k) held.push_back(ports.take()->value);
  expected.erase(expected.begin(), expected.begin() + 100);
  std::uint64_t allocated = 0;
  std::size_t wrong = 0;
  for (int round = 0; round < 200'000; ++round) {
    // Every third time the youngest comes back first, so that the order is not that of numbers.
    const std::uint16_t back = round % 3 == 0 ? held.back() : held.front();
    if (round % 3 == 0) {
      held.pop_back();
    } else {
      held.pop_front();
    }
    const std::uint64_t before = allocations();
    ports.give_back(Port{back});
    const auto port = ports.take();
    allocated += allocations() - before;
    expected.push_back(back);
    if (!port || port->value != expected.front()) ++wrong;
    held.push_back(expected.front());
    expected.pop_front();
  }
  CHECK(wrong == 0);
  CHECK(allocated == 0);
  CHECK(ports.in_use() == 100);
}

}  // namespace
}  // namespace lvs
