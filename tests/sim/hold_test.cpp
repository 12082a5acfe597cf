// W1, the hold model: every stable queue gives these checksums (tests/bench measures the same
// loop).
#include <catch2/catch.hpp>

#include "sim/event_queue.hpp"
#include "sim/simulator.hpp"
#include "tests/sim/hold_model.hpp"

namespace lvs {
namespace {

std::uint64_t queue_checksum(std::size_t pending, std::size_t holds) {
  HoldIncrements gaps;
  HoldChecksum checksum;
  EventQueue queue;
  std::uint64_t sequence = 0;
  const auto push = [&](std::int64_t time, std::uint32_t payload) {
    queue.push({Time{Duration{time}}, event_order({sequence++}, 1), 0, payload});
  };
  for (std::uint32_t i = 0; i < pending; ++i) push(gaps.next(), i);
  Event event{};
  for (std::size_t i = 0; i < hold_warm_up(pending) + holds; ++i) {
    queue.pop(kNever, event);
    const std::int64_t now = event.time.time_since_epoch().count();
    checksum.add(now, event.argument);
    push(now + gaps.next(), event.argument);
  }
  return checksum.value();
}

}  // namespace

TEST_CASE("holds on 1000 pending events give the reference checksum", "[sim][queue]") {
  CHECK(queue_checksum(1000, 2'000'000) == 0xaca69efee44dbcd3);
}

TEST_CASE("holds on 100000 pending events give the reference checksum", "[sim][queue]") {
  CHECK(queue_checksum(100'000, 1'000'000) == 0x8ca798ac3c9fe76c);
}

TEST_CASE("holds on 1000000 pending events give the reference checksum", "[sim][queue][.slow]") {
  CHECK(queue_checksum(1'000'000, 1'000'000) == 0x657202378dccb909);
}

TEST_CASE("holds through the simulator give the checksum of the queue", "[sim][simulator]") {
  HoldIncrements gaps;
  HoldChecksum checksum;
  Simulator simulator;
  for (std::uint32_t i = 0; i < 1000; ++i) simulator.at(Time{Duration{gaps.next()}}, 1, i, 0);
  std::size_t left = hold_warm_up(1000) + 100'000;
  simulator.run_until(kNever - Duration{1}, [&](const Event& event) {
    checksum.add(event.time.time_since_epoch().count(), event.target);
    simulator.at(simulator.now() + Duration{gaps.next()}, 1, event.target, 0);
    return --left > 0;
  });
  CHECK(checksum.value() == queue_checksum(1000, 100'000));
}

}  // namespace lvs
