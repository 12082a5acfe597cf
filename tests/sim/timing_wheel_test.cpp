// Timers against a model that keeps every pending cause in one ordered map.
#include "sim/timing_wheel.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <vector>

#include "sim/simulator.hpp"
#include "tests/sim/hold_model.hpp"
#include "tests/support/allocation_counter.hpp"

namespace lvs {
namespace {

constexpr EventCode kTick = 1;
constexpr EventCode kAlarm = kTimerKinds + 3;

// Timers of a Simulator and the ordered map that says when each must fire. Every at() and arm()
// takes one stamp, so counting them tells the order of equal times.
class Alarms {
 public:
  Simulator simulator;

  std::size_t count() const { return timers_.size(); }
  void create() {
    const auto owner = static_cast<std::uint32_t>(timers_.size());
    timers_.push_back({simulator.create_timer(kAlarm, owner), std::nullopt});
  }
  void arm(std::uint32_t owner, Duration span) {
    forget(owner);
    const Time deadline = simulator.now() + span;
    simulator.arm(timers_[owner].id, deadline);
    timers_[owner].due = Key{deadline, ++causes_};
    pending_[*timers_[owner].due] = owner;
  }
  void disarm(std::uint32_t owner) {
    forget(owner);
    simulator.disarm(timers_[owner].id);
  }
  /// The slot of a destroyed timer is reused at once, with whatever is still queued for it.
  void replace(std::uint32_t owner) {
    forget(owner);
    simulator.destroy_timer(timers_[owner].id);
    timers_[owner].id = simulator.create_timer(kAlarm, owner);
  }
  void tick(Duration span) {
    simulator.at(simulator.now() + span, kTick, kTicker, 0);
    pending_[Key{simulator.now() + span, ++causes_}] = kTicker;
  }
  /// Checks that `event` is the first of the model, and takes it from there.
  void expect_first(const Event& event) {
    REQUIRE(!pending_.empty());
    const auto first = pending_.begin();
    REQUIRE(event.time == first->first.first);
    REQUIRE(event.target == first->second);
    if (event.target != kTicker) {
      REQUIRE(event.kind() == kAlarm);
      REQUIRE(TimerId{event.argument} == timers_[event.target].id);
      REQUIRE_FALSE(simulator.armed(timers_[event.target].id));
      timers_[event.target].due.reset();
    }
    pending_.erase(first);
  }
  bool nothing_pending() const { return pending_.empty(); }

 private:
  using Key = std::pair<Time, std::uint64_t>;
  struct Timer {
    TimerId id;
    std::optional<Key> due;
  };
  static constexpr std::uint32_t kTicker = 1'000'000;

  void forget(std::uint32_t owner) {
    if (timers_[owner].due) pending_.erase(*timers_[owner].due);
    timers_[owner].due.reset();
  }

  std::vector<Timer> timers_;
  std::map<Key, std::uint32_t> pending_;
  std::uint64_t causes_ = 0;
};

// Any magnitude from 1 ps to 30 days, or one of few values, so that deadlines tie; slots and their
// edges.
Duration random_span(Xoshiro256& random) {
  constexpr std::int64_t kSlot = std::int64_t{1} << 30;
  const std::uint64_t word = random.next();
  switch (random.next() % 4) {
    case 0: return Duration{static_cast<std::int64_t>(word % 5) * kSlot};
    case 1:
      return Duration{static_cast<std::int64_t>(word % 5) * kSlot * 256 - kSlot + 1 +
                      static_cast<std::int64_t>(word >> 40) % kSlot} +
             Duration{kSlot};
    case 2: return Duration{1 + static_cast<std::int64_t>(word % 1000)};
    default: {
      const auto magnitude = static_cast<int>(random.next() % 62);
      const auto span = static_cast<std::int64_t>(word >> 1 >> magnitude);
      return Duration{1 + span % kLongestRun.count()};
    }
  }
}

}  // namespace

TEST_CASE("timers fire at their deadlines, in the order of arming among equals", "[sim][timer]") {
  const auto seed = GENERATE(range(1u, 9u));
  CAPTURE(seed);
  Xoshiro256 random(seed);
  Alarms alarms;
  for (int i = 0; i < 40; ++i) alarms.create();
  for (std::uint32_t i = 0; i < 40; ++i) alarms.arm(i, random_span(random));
  alarms.tick(Duration{0});
  int steps = 8'000;
  alarms.simulator.run_until(kStart + 2 * kLongestRun, [&](const Event& event) {
    alarms.expect_first(event);
    if (--steps < 0 || alarms.simulator.now() > kStart + kLongestRun / 2) return;
    for (std::uint64_t i = random.next() % 4; i > 0; --i) {
      const auto owner = static_cast<std::uint32_t>(random.next() % alarms.count());
      const std::uint64_t what = random.next() % 8;
      if (what == 0) alarms.disarm(owner);
      if (what == 1) alarms.replace(owner);
      if (what >= 2) alarms.arm(owner, random_span(random));
    }
    // Mostly short steps, so that the run does not use its month up in a few of them.
    if (event.kind() == kTick)
      alarms.tick(random_span(random) / (random.next() % 64 ? 100'000 : 7));
  });
  CHECK(alarms.nothing_pending());
  CHECK(steps < 7'000);
}

TEST_CASE("a deadline anywhere from 1 ps to 30 days is met to the tick", "[sim][timer]") {
  for (std::int64_t span = 1; span < kLongestRun.count(); span *= 2) {
    for (const std::int64_t shift : {-1, 0, 1}) {
      Simulator simulator;
      const TimerId timer = simulator.create_timer(kAlarm, 5);
      simulator.arm(timer, kStart + Duration{span + shift});
      Time fired = kNever;
      simulator.run_until(kStart + kLongestRun, [&](const Event&) { fired = simulator.now(); });
      REQUIRE(fired == kStart + Duration{span + shift});
    }
  }
}

TEST_CASE("a timer moved to an earlier deadline fires then, once", "[sim][timer]") {
  Simulator simulator;
  const TimerId timer = simulator.create_timer(kAlarm, 0);
  simulator.arm(timer, kStart + seconds(900));
  simulator.arm(timer, kStart + milliseconds(3));
  std::vector<Time> fired;
  simulator.run_until(kStart + seconds(1000),
                      [&](const Event&) { fired.push_back(simulator.now()); });
  CHECK(fired == std::vector<Time>{kStart + milliseconds(3)});
}

TEST_CASE("a timer and an event of one instant go in the order of their causes", "[sim][timer]") {
  // Far off, and in the wheel's current slot, where the timer is with the event queue at once.
  const Time instant = kStart + GENERATE(seconds(5), microseconds(3));
  Simulator simulator;
  const TimerId early = simulator.create_timer(kAlarm, 1);
  const TimerId late = simulator.create_timer(kAlarm, 4);
  simulator.arm(late, instant);
  simulator.arm(early, instant);
  simulator.at(instant, kTick, 2, 0);
  const Stamp kept = simulator.stamp();
  simulator.arm(late,
                instant);  // armed again: its cause is now the youngest but for the last event
  simulator.at(instant, kTick, 5, 0);
  simulator.at(instant, kept, kTick, 3, 0);
  std::vector<std::uint32_t> order;
  simulator.run_until(instant, [&](const Event& e) { order.push_back(e.target); });
  CHECK(order == std::vector<std::uint32_t>{1, 2, 3, 4, 5});
}

TEST_CASE("a disarmed or destroyed timer does not fire, nor does its successor in the slot",
          "[sim][timer]") {
  Simulator simulator;
  const TimerId disarmed = simulator.create_timer(kAlarm, 1);
  const TimerId destroyed = simulator.create_timer(kAlarm, 2);
  // Due within the current slot of the wheel: already handed to the event queue.
  simulator.arm(disarmed, kStart + microseconds(3));
  simulator.arm(destroyed, kStart + microseconds(3));
  simulator.disarm(disarmed);
  simulator.destroy_timer(destroyed);
  const TimerId successor = simulator.create_timer(kAlarm, 3);
  CHECK(successor == destroyed);
  CHECK(simulator.deadline(successor) == kNever);
  simulator.arm(successor, kStart + microseconds(4));
  std::vector<std::uint32_t> fired;
  simulator.run_until(kStart + seconds(1), [&](const Event& e) { fired.push_back(e.target); });
  CHECK(fired == std::vector<std::uint32_t>{3});
  CHECK_FALSE(simulator.armed(successor));
}

TEST_CASE("a retargeted timer concerns its new owner", "[sim][timer]") {
  Simulator simulator;
  const TimerId timer = simulator.create_timer(kAlarm, 1);
  simulator.arm(timer, kStart + seconds(2));
  simulator.retarget(timer, 9);
  std::uint32_t target = 0;
  simulator.run_until(kStart + seconds(3), [&](const Event& e) { target = e.target; });
  CHECK(target == 9);
}

TEST_CASE("re-armed timers allocate nothing in steady state", "[sim][timer][allocation]") {
  Simulator simulator;
  std::vector<TimerId> timers;
  for (std::uint32_t i = 0; i < 500; ++i) {
    timers.push_back(simulator.create_timer(kAlarm, i));
    simulator.arm(timers.back(), kStart + seconds(1) + microseconds(i));
  }
  simulator.at(kStart, kTick, 0, 0);
  std::uint32_t turn = 0;
  const auto run = [&](Duration span) {
    simulator.run_until(simulator.now() + span, [&](const Event& event) {
      if (event.kind() == kTick) {
        for (int i = 0; i < 8; ++i) {
          turn = (turn + 77) % 500;
          simulator.arm(timers[turn], simulator.now() + seconds(3 + turn % 2 * 60));
        }
        simulator.at(simulator.now() + milliseconds(30), kTick, 0, 0);
      } else {
        simulator.arm(timers[event.target], simulator.now() + seconds(1));
      }
    });
  };
  run(seconds(200));
  const std::uint64_t before = allocations();
  run(seconds(600));
  CHECK(allocations() == before);
}

TEST_CASE("near timers beside a far one leave nothing behind in the queue",
          "[sim][timer][allocation]") {
  // Each near deadline needs a visit of the wheel before the one planned for the far deadline.
  Simulator simulator;
  const TimerId far = simulator.create_timer(kAlarm, 1);
  const TimerId near = simulator.create_timer(kAlarm, 2);
  simulator.arm(far, kStart + seconds(3600));
  simulator.at(kStart, kTick, 0, 0);
  const auto run = [&](Duration span) {
    simulator.run_until(simulator.now() + span, [&](const Event& event) {
      if (event.kind() != kTick) return;
      simulator.arm(near, simulator.now() + milliseconds(3));
      simulator.at(simulator.now() + milliseconds(10), kTick, 0, 0);
    });
  };
  run(seconds(10));
  const std::uint64_t before = allocations();
  run(seconds(600));
  CHECK(allocations() == before);
}

}  // namespace lvs
