// Departures worked out by hand.
#include "models/server/service_queue.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <vector>

#include "tests/models/server/service_bench.hpp"
#include "tests/sim/hold_model.hpp"
#include "tests/support/allocation_counter.hpp"

namespace lvs {

TEST_CASE("first come is first served, one after the other", "[server][fcfs]") {
  ServiceBench bench(fcfs(1));
  bench.job(us(0), us(100));
  bench.job(us(10), us(1));
  bench.job(us(20), us(50));
  bench.job(us(300), us(7));
  CHECK(bench.run() == Departures{{0, us(100)}, {1, us(101)}, {2, us(151)}, {3, us(307)}});
}

TEST_CASE("with two cores the third job waits for the first core that is free", "[server][fcfs]") {
  ServiceBench bench(fcfs(2));
  bench.job(us(0), us(100));
  bench.job(us(10), us(30));
  bench.job(us(20), us(50));
  bench.job(us(21), us(5));
  CHECK(bench.run() == Departures{{1, us(40)}, {2, us(90)}, {3, us(95)}, {0, us(100)}});
}

TEST_CASE("jobs that share a core leave as fluid would", "[server][ps]") {
  ServiceBench bench(ps(1));
  SECTION("equal jobs leave together, in the order they came") {
    for (int i = 0; i < 3; ++i) bench.job(us(0), us(10));
    CHECK(bench.run() == Departures{{0, us(30)}, {1, us(30)}, {2, us(30)}});
  }
  SECTION("a short job passes a long one") {
    bench.job(us(0), us(100));  // alone to 50, half to 70, alone again
    bench.job(us(50), us(10));
    CHECK(bench.run() == Departures{{1, us(70)}, {0, us(110)}});
  }
  SECTION("three staggered jobs") {
    // 0 has done 10 + 5 when 2 comes at 20, 1 has done 5. Then a third each: 1 leaves at 35 with
    // its 5 left, 0 and 2 have 70 and 85 left and half a core: 175; 2 has 15 left alone: 190.
    bench.job(us(0), us(90));
    bench.job(us(10), us(10));
    bench.job(us(20), us(90));
    CHECK(bench.run() == Departures{{1, us(35)}, {0, us(175)}, {2, us(190)}});
  }
}

TEST_CASE("sharing never gives a job more than one core", "[server][ps]") {
  ServiceBench bench(ps(2));
  bench.job(us(0), us(60));
  bench.job(us(0), us(60));
  bench.job(us(30), us(30));  // 30 left of each: three at 2/3 of a core
  CHECK(bench.run() == Departures{{0, us(75)}, {1, us(75)}, {2, us(75)}});
  CHECK(bench.queue.busy_core_time() == us(150).count());
}

TEST_CASE("a share that is no whole number of ticks is rounded up once", "[server][ps]") {
  ServiceBench bench(ps(3));
  SECTION("seven jobs on three cores") {
    for (int i = 0; i < 7; ++i) bench.job(us(0), Duration{100});
    for (const Departure& d : bench.run()) CHECK(d.at == Duration{234});  // 233 1/3
  }
  SECTION("what was shared before does not add to the error") {
    // 0..6 share 3 cores from 0; 7..13 come at 100, when the first have done 300/7 each.
    for (int i = 0; i < 7; ++i) bench.job(Duration{0}, Duration{1'000});
    for (int i = 0; i < 7; ++i) bench.job(Duration{100}, Duration{1'000});
    // The first have 1000 - 300/7 left at 3/14 a tick: 100 + 4466 2/3; then the others have 300/7
    // left at 3/7 a tick: exactly 100 after the exact instant.
    const Departures& all = bench.run();
    REQUIRE(all.size() == 14);
    CHECK(all[6].at == Duration{4'567});
    CHECK(all[7].at == Duration{4'667});
  }
  SECTION("an end on a whole tick is met, whatever thirds came before") {
    // Five jobs from 0, five from 7, five from 13: shares 3/5, 3/10, 1/5. All have 60; the first
    // have 60 - 21/5 - 9/5 = 54 left at 13 and leave at 283, the others follow from there.
    for (const int when : {0, 7, 13}) {
      for (int i = 0; i < 5; ++i) bench.job(Duration{when}, Duration{60});
    }
    const Departures& all = bench.run();
    REQUIRE(all.size() == 15);
    CHECK(all[0].at == Duration{283});
    CHECK(all[4].at == Duration{283});
    CHECK(all[5].at == Duration{297});   // 4 1/5 left at 3/10
    CHECK(all[10].at == Duration{300});  // 1 4/5 left at 3/5
  }
}

TEST_CASE("equal ends leave in the order of submission, also from reused slots", "[server]") {
  ServiceBench bench(ps(1));
  bench.job(us(0), us(5));
  bench.job(us(0), us(5));
  // Both gone at 10. Slots are taken in another order than owners.
  for (int i = 0; i < 5; ++i) bench.job(us(20), us(2));
  const Departures& all = bench.run();
  REQUIRE(all.size() == 7);
  for (std::uint32_t i = 0; i < 7; ++i) CHECK(all[i].owner == i);
}

TEST_CASE("integrals count cores at work and jobs present, up to any moment", "[server]") {
  ServiceBench bench(fcfs(2));
  bench.job(us(0), us(40));
  bench.job(us(10), us(40));
  bench.job(us(20), us(40));
  bench.at(us(35), [&] {
    CHECK(bench.queue.in_service() == 2);
    CHECK(bench.queue.waiting() == 1);
    CHECK(bench.queue.busy_core_time() == us(10 + 2 * 25).count());
    CHECK(bench.queue.job_time() == us(35 + 25 + 15).count());
  });
  bench.run();
  CHECK(bench.queue.busy_core_time() == us(120).count());
  CHECK(bench.queue.job_time() == us(40 + 40 + 60).count());  // the third waits 20
  CHECK(bench.queue.in_system() == 0);
}

TEST_CASE("work is conserved to the tick through any history", "[server]") {
  const auto settings = GENERATE(fcfs(1), fcfs(3), ps(1), ps(3));
  ServiceBench bench(settings);
  Xoshiro256 random(8);
  Duration now{};
  Duration demanded{};
  constexpr int kJobs = 3000;
  for (int i = 0; i < kJobs; ++i) {
    now += Duration{static_cast<std::int64_t>(random.next() % 2000)};
    const Duration demand{static_cast<std::int64_t>(random.next() % 2900)};
    demanded += demand;
    bench.job(now, demand);
  }
  bench.run();
  REQUIRE(bench.departures.size() == kJobs);
  const auto busy = static_cast<std::int64_t>(bench.queue.busy_core_time());
  // Rounding a departure up keeps a core for less than a tick more.
  CHECK(busy >= demanded.count());
  CHECK(busy <= demanded.count() + (settings.discipline == QueueDiscipline::ps ? 3 * kJobs : 0));
}

TEST_CASE("a departure is one event, planned once", "[server]") {
  ServiceBench bench(fcfs(4, 0.3));
  bench.job(us(0), us(30));
  CHECK(bench.run() == Departures{{0, us(100)}});
  CHECK(bench.simulator.executed() == 2);
}

TEST_CASE("shared jobs leave by demand, whichever others were removed", "[server][ps]") {
  ServiceBench bench(ps(1));
  Xoshiro256 random(6);
  constexpr int kJobs = 300;
  std::map<Duration, std::uint32_t> left;  // owners by demand
  for (std::uint32_t owner = 0; owner < kJobs; ++owner) {
    Duration demand{};
    do {
      demand = Duration{static_cast<std::int64_t>(random.next() % 100'000)};
    } while (left.count(demand) != 0);
    left[demand] = owner;
    bench.job(us(0), demand);
  }
  std::vector<std::uint32_t> removed;
  for (auto at = left.begin(); at != left.end();) {
    if (random.next() % 2 == 0) {
      removed.push_back(at->second);
      at = left.erase(at);
    } else {
      ++at;
    }
  }
  while (!removed.empty()) {  // in random order
    std::swap(removed[random.next() % removed.size()], removed.back());
    bench.at(us(0), [&bench, owner = removed.back()] { bench.queue.remove(bench.ids[owner]); });
    removed.pop_back();
  }
  Departures expected;
  Duration now{}, before{};
  auto sharing = static_cast<std::int64_t>(left.size());
  for (const auto& [demand, owner] : left) {
    now += (demand - before) * sharing--;
    before = demand;
    expected.push_back({owner, now});
  }
  CHECK(bench.run() == expected);
}

TEST_CASE("a steady stream of jobs allocates nothing", "[server][allocation]") {
  const auto settings = GENERATE(fcfs(2), ps(2));
  Simulator simulator;
  ServiceQueue queue(simulator, 0, settings);
  constexpr EventCode kArrival = code(EventKind::connection_arrival);
  simulator.at(kStart, kArrival, 0, 0);
  std::int64_t count = 0;
  const auto run = [&](Duration end) {
    simulator.run_until(kStart + end, [&](const Event& event) {
      if (event.kind() == kArrival) {
        queue.submit(0, us(10 + count++ * 7 % 31));
        simulator.at(simulator.now() + us(15), kArrival, 0, 0);
        return;
      }
      while (queue.take_departure()) {
      }
    });
  };
  run(milliseconds(100));
  const std::uint64_t before = allocations();
  run(seconds(2));
  CHECK(allocations() == before);
  CHECK(queue.completed() > 100'000);
}

}  // namespace lvs
