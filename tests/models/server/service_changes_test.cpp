// What changes under a job's way: others removed, processes that hang, another speed, power off.
#include <catch2/catch.hpp>
#include <vector>

#include "models/server/service_queue.hpp"
#include "sim/check.hpp"
#include "tests/models/server/service_bench.hpp"

namespace lvs {

TEST_CASE("a removed job frees its share or its place", "[server]") {
  SECTION("in service, shared") {
    ServiceBench bench(ps(1));
    bench.job(us(0), us(100));
    bench.job(us(0), us(100));
    bench.at(us(40), [&] { bench.queue.remove(bench.ids[0]); });  // 1 has done 20
    CHECK(bench.run() == Departures{{1, us(120)}});
    CHECK(bench.queue.removed() == 1);
    CHECK(bench.queue.completed() == 1);
  }
  SECTION("in service, first come first served: the next one starts at once") {
    ServiceBench bench(fcfs(1));
    bench.job(us(0), us(100));
    bench.job(us(1), us(10));
    bench.job(us(2), us(10));
    bench.at(us(40), [&] { bench.queue.remove(bench.ids[0]); });
    CHECK(bench.run() == Departures{{1, us(50)}, {2, us(60)}});
  }
  SECTION("waiting: first, middle and last") {
    const auto removed = GENERATE(1u, 2u, 3u);
    ServiceBench bench(fcfs(1));
    bench.job(us(0), us(100));
    for (int i = 0; i < 3; ++i) bench.job(us(1), us(10));
    bench.at(us(40), [&] { bench.queue.remove(bench.ids[removed]); });
    bench.job(us(50), us(10));
    Departures expected{{0, us(100)}};
    for (std::uint32_t i = 1; i < 5; ++i) {
      if (i != removed) expected.push_back({i, expected.back().at + us(10)});
    }
    CHECK(bench.run() == expected);
  }
  SECTION("one that is gone is refused") {
    ServiceBench bench(fcfs(1));
    bench.job(us(0), us(100));
    bench.run();
    CHECK_THROWS_AS(bench.queue.remove(bench.ids[0]), InternalError);
  }
}

TEST_CASE("while the processes hang nothing leaves and nothing is lost", "[server]") {
  const auto settings = GENERATE(fcfs(1), ps(1));
  ServiceBench bench(settings);
  bench.job(us(0), us(100));
  bench.at(us(60), [&] { bench.queue.hang(); });
  bench.job(us(70), us(0));  // even without a demand
  bench.at(us(200), [&] {
    CHECK(bench.queue.hung());
    CHECK(bench.queue.in_system() == 2);
    CHECK(bench.queue.busy_core_time() == us(60).count());
    bench.queue.resume();
  });
  bench.run();
  REQUIRE(bench.departures.size() == 2);
  CHECK(bench.departures[settings.discipline == QueueDiscipline::ps ? 1 : 0] ==
        Departure{0, us(240)});
  CHECK(bench.queue.busy_core_time() == us(100).count());
}

TEST_CASE("speed divides the demand, also of what is under way", "[server][speed]") {
  SECTION("from the start") {
    ServiceBench bench(fcfs(1, 0.2));
    bench.job(us(0), us(10));
    CHECK(bench.run() == Departures{{0, us(50)}});
  }
  SECTION("changed in the middle of two shared jobs") {
    ServiceBench bench(ps(1));
    bench.job(us(0), us(100));
    bench.job(us(0), us(30));
    bench.at(us(40), [&] { bench.queue.set_speed(0.5); });  // 80 and 10 left, a quarter each
    bench.at(us(100), [&] { bench.queue.set_speed(2); });  // 1 left at 80; 0 has 70 - 10, alone: 60
    CHECK(bench.run() == Departures{{1, us(80)}, {0, us(130)}});
  }
  SECTION("a third is exact") {
    ServiceBench bench(fcfs(1, 1.0 / 3));
    bench.job(us(0), us(1));
    bench.job(us(0), us(1));
    CHECK(bench.run() == Departures{{0, us(3)}, {1, us(6)}});
  }
  SECTION("a core is busy however slow it is") {
    ServiceBench bench(fcfs(1, 0.1));
    bench.job(us(0), us(10));
    bench.run();
    CHECK(bench.queue.busy_core_time() == us(100).count());
  }
}

TEST_CASE("a speed becomes the simplest fraction that is near enough", "[server][speed]") {
  struct Case {
    double speed;
    std::uint32_t over, under;
  };
  const auto c = GENERATE(values<Case>({{1, 1, 1},
                                        {0.2, 1, 5},
                                        {1.0 / 3, 1, 3},
                                        {1.5 / 7, 3, 14},
                                        {0.999, 999, 1000},
                                        {1.001, 1001, 1000},
                                        {0.123457, 123'457, 1'000'000},
                                        {1000, 1000, 1},
                                        {0.001, 1, 1000}}));
  const ServiceQueue::Speed speed = ServiceQueue::Speed::of(c.speed);
  CHECK(speed.over == c.over);
  CHECK(speed.under == c.under);
  CHECK_THROWS_AS(ServiceQueue::Speed::of(0), InternalError);
}

TEST_CASE("power off takes all jobs away at once", "[server]") {
  ServiceBench bench(fcfs(2));
  for (int i = 0; i < 5; ++i) bench.job(us(0), us(40));
  bench.at(us(10), [&] { bench.queue.clear(); });
  bench.job(us(50), us(5));
  CHECK(bench.run() == Departures{{5, us(55)}});
  CHECK(bench.queue.removed() == 5);
  CHECK(bench.queue.submitted() == 6);
}

TEST_CASE("a departure may be answered by another job at once", "[server]") {
  Simulator simulator;
  ServiceQueue queue(simulator, 0, fcfs(1));
  std::vector<Time> done;
  queue.submit(0, us(10));
  simulator.run_until(kStart + us(35), [&](const Event&) {
    while (queue.take_departure()) {
      done.push_back(simulator.now());
      queue.submit(0, us(10));
    }
  });
  CHECK(done == std::vector<Time>{kStart + us(10), kStart + us(20), kStart + us(30)});
}

TEST_CASE("far more jobs than cores, days long, stay within the arithmetic", "[server][ps]") {
  ServiceBench bench(ps(1, 0.123457));
  bench.at(us(0), [&] {
    for (std::uint32_t i = 0; i < 100'000; ++i) {
      bench.queue.submit(i, 20 * std::chrono::hours{24});
    }
  });
  bench.run(kLongestRun);  // none of them ends within a run
  CHECK(bench.departures.empty());
  CHECK(bench.simulator.executed() == 1);
  CHECK(bench.queue.in_system() == 100'000);
  bench.queue.clear();
  CHECK(bench.queue.busy_core_time() == kLongestRun.count());
}

}  // namespace lvs
