#include "sim/simulator.hpp"

#include <catch2/catch.hpp>
#include <vector>

#include "tests/sim/hold_model.hpp"
#include "tests/support/allocation_counter.hpp"

namespace lvs {

TEST_CASE("the clock stands at each event, and at the end of the run after the last", "[sim]") {
  Simulator simulator;
  simulator.at(kStart + Duration{7}, 1, 0, 0);
  simulator.at(kStart + Duration{20}, 1, 0, 0);
  std::vector<Time> seen;
  const auto note = [&](const Event& event) {
    CHECK(event.time == simulator.now());
    seen.push_back(event.time);
  };
  simulator.run_until(kStart + Duration{19}, note);
  CHECK(seen == std::vector<Time>{kStart + Duration{7}});
  CHECK(simulator.now() == kStart + Duration{19});
  simulator.run_until(kStart + Duration{20}, note);  // the end belongs to the run
  CHECK(seen.size() == 2);
  CHECK(simulator.executed() == 2);
  CHECK(simulator.idle());
}

TEST_CASE("an event scheduled for now follows what was scheduled for now before", "[sim]") {
  Simulator simulator;
  simulator.at(kStart, 1, 1, 0);
  simulator.at(kStart, 1, 2, 0);
  std::vector<std::uint32_t> order;
  simulator.run_until(kStart, [&](const Event& event) {
    order.push_back(event.target);
    if (event.target == 1) simulator.at(simulator.now(), 1, 3, 0);
  });
  CHECK(order == std::vector<std::uint32_t>{1, 2, 3});
}

TEST_CASE("a dispatch that returns false stops after its event", "[sim]") {
  Simulator simulator;
  for (std::uint32_t i = 0; i < 3; ++i) simulator.at(kStart + Duration{i}, 1, i, 0);
  simulator.run_until(kStart + Duration{10}, [](const Event& event) { return event.target != 1; });
  CHECK(simulator.now() == kStart + Duration{1});
  CHECK_FALSE(simulator.idle());
  simulator.run_until(kStart + Duration{10}, [](const Event&) { return true; });
  CHECK(simulator.now() == kStart + Duration{10});
  CHECK(simulator.executed() == 3);
}

TEST_CASE("what would make time go back is refused", "[sim]") {
  Simulator simulator;
  const TimerId timer = simulator.create_timer(kTimerKinds, 0);
  simulator.run_until(kStart + Duration{100}, [](const Event&) {});
  CHECK_THROWS_AS(simulator.at(kStart + Duration{99}, 1, 0, 0), InternalError);
  CHECK_THROWS_AS(simulator.arm(timer, kStart + Duration{99}), InternalError);
  CHECK_NOTHROW(simulator.at(kStart + Duration{100}, 1, 0, 0));
  CHECK_NOTHROW(simulator.arm(timer, kStart + Duration{100}));
}

TEST_CASE("an event may be scheduled before one that a run has already looked at", "[sim]") {
  Simulator simulator;
  simulator.at(kStart + seconds(30), 1, 2, 0);
  std::vector<std::uint32_t> order;
  const auto note = [&](const Event& event) { order.push_back(event.target); };
  simulator.run_until(kStart + seconds(1), note);
  simulator.at(kStart + seconds(2), 1, 1, 0);
  simulator.run_until(kStart + seconds(30), note);
  CHECK(order == std::vector<std::uint32_t>{1, 2});
}

TEST_CASE("both structures run the same events in the same order", "[sim]") {
  const auto run = [](EventQueue::Structure structure) {
    Xoshiro256 random(4);
    Simulator simulator(structure);
    HoldChecksum checksum;
    std::vector<TimerId> timers;
    for (std::uint32_t i = 0; i < 20; ++i) {
      timers.push_back(simulator.create_timer(kTimerKinds, i));
      simulator.at(kStart + Duration{i}, 1, i, 0);
    }
    simulator.run_until(kStart + seconds(2), [&](const Event& event) {
      checksum.add(simulator.now().time_since_epoch().count(), event.order & 0xff);
      const auto gap = Duration{static_cast<std::int64_t>(random.next() % 50) * 20'000'000};
      const TimerId timer = timers[random.next() % timers.size()];
      simulator.arm(timer, simulator.now() + gap * static_cast<int>(random.next() % 100));
      if (event.kind() == 1) simulator.at(simulator.now() + gap, 1, event.target, 0);
    });
    checksum.add(0, static_cast<std::uint32_t>(simulator.executed()));
    return checksum.value();
  };
  CHECK(run(EventQueue::Structure::calendar) == run(EventQueue::Structure::plain_heap));
}

TEST_CASE("a steady population of events allocates nothing", "[sim][allocation]") {
  const auto pending = GENERATE(3u, 200u, 5000u);
  CAPTURE(pending);
  HoldIncrements gaps;
  Simulator simulator;
  for (std::uint32_t i = 0; i < pending; ++i) simulator.at(Time{Duration{gaps.next()}}, 1, i, 0);
  std::size_t left = 0;
  const auto hold = [&](std::size_t count) {
    left = count;
    simulator.run_until(kNever - Duration{1}, [&](const Event& event) {
      simulator.at(simulator.now() + Duration{gaps.next()}, 1, event.target, 0);
      return --left > 0;
    });
  };
  hold(200'000);
  const std::uint64_t before = allocations();
  hold(200'000);
  CHECK(allocations() == before);
}

}  // namespace lvs
