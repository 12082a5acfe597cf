// The order of events must not depend on the structure that keeps them (design.md 3.2).
#include "sim/event_queue.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "tests/sim/hold_model.hpp"

namespace lvs {
namespace {

using Ticks = std::int64_t;

Event event_at(Ticks time, std::uint64_t stamp) {
  return {Time{Duration{time}}, event_order({stamp}, 1), static_cast<std::uint32_t>(stamp), 0};
}

// The queue under test beside a plain heap: both get the same, both must give the same.
class Pair {
 public:
  Ticks now() const { return now_; }
  bool empty() const { return calendar_.empty(); }
  std::size_t size() const { return calendar_.size(); }

  void push(Ticks time, std::uint64_t stamp) {
    calendar_.push(event_at(time, stamp));
    heap_.push(event_at(time, stamp));
  }
  void push(Ticks time) { push(time, ++stamp_); }
  /// Returns whether there was an event up to `limit`.
  bool pop(Ticks limit) {
    Event a{}, b{};
    const bool from_calendar = calendar_.pop(Time{Duration{limit}}, a);
    const bool from_heap = heap_.pop(Time{Duration{limit}}, b);
    if (from_calendar != from_heap || a.time != b.time || a.order != b.order ||
        a.target != b.target || calendar_.size() != heap_.size()) {
      FAIL("event " << popped_ << ": " << a.time << '/' << a.order << " of the calendar, " << b.time
                    << '/' << b.order << " of the heap");
    }
    if (!from_calendar) return false;
    now_ = a.time.time_since_epoch().count();
    ++popped_;
    return true;
  }
  bool pop() { return pop(kNever.time_since_epoch().count()); }
  std::uint64_t stamp() { return ++stamp_; }

 private:
  EventQueue calendar_{EventQueue::Structure::calendar};
  EventQueue heap_{EventQueue::Structure::plain_heap};
  Ticks now_ = 0;
  std::uint64_t stamp_ = 0;
  std::uint64_t popped_ = 0;
};

struct Gaps {
  std::string name;
  std::function<Ticks(Xoshiro256&)> draw;
};

Ticks exponential(Xoshiro256& r, double mean) { return static_cast<Ticks>(r.exponential(mean)); }

const std::vector<Gaps>& all_gaps() {
  static const std::vector<Gaps> gaps{
      {"exponential", [](Xoshiro256& r) { return exponential(r, 1e8); }},
      {"all at once", [](Xoshiro256&) { return Ticks{0}; }},
      {"ties on a coarse grid", [](Xoshiro256& r) { return Ticks(r.next() % 4) * 100'000'000; }},
      {"single ticks", [](Xoshiro256& r) { return Ticks(r.next() % 3); }},
      {"near and far", [](Xoshiro256& r) { return exponential(r, r.next() % 8 ? 1e5 : 1e13); }},
      {"mostly far", [](Xoshiro256& r) { return exponential(r, r.next() % 8 ? 1e13 : 1e5); }},
      {"seventeen orders of magnitude",
       [](Xoshiro256& r) {
         return static_cast<Ticks>(r.next() >> (5 + r.next() % 58)) % (Ticks{1} << 58);
       }},
      {"the delay of a link",
       [](Xoshiro256& r) { return 100'000'000 + Ticks(r.next() % 2) * 12'000'000; }},
  };
  return gaps;
}

}  // namespace

TEST_CASE("calendar and heap agree on a steady population", "[sim][queue]") {
  for (const Gaps& gaps : all_gaps()) {
    DYNAMIC_SECTION(gaps.name) {
      const auto population = GENERATE(1u, 2u, 7u, 100u, 3000u);
      CAPTURE(population);
      Xoshiro256 random(population);
      Pair queues;
      for (unsigned i = 0; i < population; ++i) queues.push(gaps.draw(random));
      for (int i = 0; i < 20'000 && queues.now() < Ticks{1} << 61; ++i) {
        REQUIRE(queues.pop());
        queues.push(queues.now() + gaps.draw(random));
      }
      while (queues.pop()) {
      }
      CHECK(queues.empty());
    }
  }
}

TEST_CASE("calendar and heap agree on bursts, droughts and refills", "[sim][queue]") {
  for (const Gaps& gaps : all_gaps()) {
    DYNAMIC_SECTION(gaps.name) {
      Xoshiro256 random(7);
      Pair queues;
      Ticks now = 0;  // the clock, which may be ahead of the last event
      for (int round = 0; round < 400 && now < Ticks{1} << 60; ++round) {
        const std::uint64_t burst = random.next() % (round % 10 == 0 ? 2000 : 20);
        for (std::uint64_t i = 0; i < burst; ++i) queues.push(now + gaps.draw(random));
        const std::uint64_t taken = random.next() % (round % 7 == 0 ? 4000 : 25);
        for (std::uint64_t i = 0; i < taken && queues.pop(); ++i) {
          now = std::max(now, queues.now());
          if (random.next() % 3 == 0) queues.push(now + gaps.draw(random));
        }
      }
      while (queues.pop()) {
      }
      CHECK(queues.empty());
    }
  }
}

TEST_CASE("calendar and heap agree when a limit stops short of the next event", "[sim][queue]") {
  for (const Gaps& gaps : all_gaps()) {
    DYNAMIC_SECTION(gaps.name) {
      Xoshiro256 random(11);
      Pair queues;
      Ticks now = 0;
      for (int step = 0; step < 3000 && now < Ticks{1} << 60; ++step) {
        for (std::uint64_t i = random.next() % 4; i > 0; --i) queues.push(now + gaps.draw(random));
        const Ticks limit = now + gaps.draw(random) / Ticks(1 + random.next() % 5);
        while (queues.pop(limit)) CHECK(queues.now() >= now);
        now = limit;  // run_until sets the clock to its end; what comes next is later, but may be
                      // earlier than what the queue has already looked at
      }
      while (queues.pop()) {
      }
      CHECK(queues.empty());
    }
  }
}

TEST_CASE("an older stamp goes first at one instant, in whatever order it was pushed",
          "[sim][queue]") {
  // A stamp taken early may be used late: a frame's, for its arrival.
  Xoshiro256 random(3);
  Pair queues;
  std::vector<std::uint64_t> kept;
  for (int i = 0; i < 30'000; ++i) {
    kept.push_back(queues.stamp());
    if (kept.size() == 50) {
      std::swap(kept[random.next() % kept.size()], kept.back());
      queues.push(queues.now() + Ticks(random.next() % 3) * 1'000'000, kept.back());
      kept.pop_back();
      if (random.next() % 16 != 0) queues.pop();
    }
  }
  while (queues.pop()) {
  }
  CHECK(queues.empty());
}

TEST_CASE("a heap gives what sorting gives", "[sim][queue]") {
  Xoshiro256 random(5);
  EventQueue queue(EventQueue::Structure::plain_heap);
  std::vector<Event> sorted;
  for (std::uint64_t stamp = 1; stamp <= 5000; ++stamp) {
    sorted.push_back(event_at(static_cast<Ticks>(random.next() % 1000), stamp));
    queue.push(sorted.back());
  }
  std::sort(sorted.begin(), sorted.end());
  for (const Event& expected : sorted) {
    Event event{};
    REQUIRE(queue.pop(kNever, event));
    REQUIRE(event.order == expected.order);
  }
  CHECK(queue.empty());
}

TEST_CASE("an event at the limit is taken, one tick later it is not", "[sim][queue]") {
  EventQueue queue;
  queue.push(event_at(100, 1));
  Event event{};
  CHECK_FALSE(queue.pop(Time{Duration{99}}, event));
  CHECK(queue.size() == 1);
  CHECK(queue.pop(Time{Duration{100}}, event));
  CHECK_FALSE(queue.pop(kNever, event));
}

}  // namespace lvs
