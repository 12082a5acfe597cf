#include "models/ipvs/statistics.hpp"

#include <catch2/catch.hpp>

#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

TEST_CASE("what is shown is the snapshot of the last tick since the zero point",
          "[ipvs][statistics]") {
  Statistics s;
  s.live.connections = 5;
  CHECK(s.shown().connections == 0);
  s.tick();
  CHECK(s.shown().connections == 5);
  s.live.connections = 8;
  s.zero();
  CHECK(s.shown().connections == 0);
  s.tick();  // the three since the tick before -Z show again
  CHECK(s.shown().connections == 3);
}

TEST_CASE("rates approach the load by a quarter each tick and are rounded to the nearest",
          "[ipvs][statistics]") {
  Statistics s;
  // 200 connections in 2 s: a sample of 200 << 9 = 102400, that is 100 per second.
  const std::uint64_t expected[] = {25, 44, 58, 68, 76};
  for (const std::uint64_t rate : expected) {
    s.live.connections += 200;
    s.tick();
    CHECK(s.rates().connections == rate);
  }
  s.zero();
  CHECK(s.rates().connections == 0);
}

TEST_CASE("the average of a load that ended falls towards minus infinity in its last bits",
          "[ipvs][statistics]") {
  Statistics s;
  s.live.bytes_in = 100'000'000'000ULL;
  s.live.packets_out = 3;
  s.tick();
  // (3 << 9) >> 2 = 384: shown as (384 + 511) >> 10
  CHECK(s.rates().packets_out == 0);
  CHECK(s.rates().bytes_in == ((100'000'000'000ULL << 4 >> 2) + 15) >> 5);
  for (int i = 0; i < 200; ++i) s.tick();
  CHECK(s.rates().bytes_in == 0);
}

TEST_CASE("packets are counted at the server, its service and in total, shown at the tick",
          "[ipvs][statistics]") {
  DirectorFixture f;
  f.serve("rr", 2);
  f.connect(1);  // 104 bytes in, 52 out
  f.connect(2);
  f.from_client(2, kTestAck);
  const TrafficCounters first{
      .connections = 1, .packets_in = 2, .packets_out = 1, .bytes_in = 104, .bytes_out = 52};
  CHECK(f.server(2).statistics.live == first);
  CHECK(f.server(2).statistics.shown() == TrafficCounters{});
  f.run_until(kStart + 504 * kJiffy - picoseconds(1));
  CHECK(f.server(2).statistics.shown() == TrafficCounters{});
  f.run_until(kStart + 504 * kJiffy);
  CHECK(f.server(2).statistics.shown() == first);
  CHECK(f.director.find_service(kTestService)->statistics.shown().packets_in == 5);
  CHECK(f.director.total().shown().bytes_in == 260);
  f.director.delete_destination(kTestService, test_server(1));
  CHECK(f.director.find_service(kTestService)->statistics.shown().packets_in == 5);
}

TEST_CASE("the first tick keeps its place on the jiffy counter whenever the service comes",
          "[ipvs][statistics]") {
  DirectorFixture f({.jiffies = 0, .statistics = 100});
  f.run_until(kStart + seconds(3));  // ticks at 404, 908, ... jiffies; now 750
  f.serve("rr", 1);
  f.connect(1);
  f.run_until(kStart + 908 * kJiffy - picoseconds(1));
  CHECK(f.director.total().shown().connections == 0);
  f.run_until(kStart + 908 * kJiffy);
  CHECK(f.director.total().shown().connections == 1);
}

TEST_CASE("without run_estimation nothing that is shown moves", "[ipvs][statistics]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.director.sysctls().run_estimation = 0;
  f.connect(1);
  f.run_for(seconds(10));
  CHECK(f.director.total().shown() == TrafficCounters{});
  f.director.sysctls().run_estimation = 1;
  f.run_for(seconds(3));
  CHECK(f.director.total().shown().connections == 1);
}

TEST_CASE("-Z of one service leaves the others and the total", "[ipvs][statistics]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(1);
  f.run_for(seconds(3));
  CHECK(f.director.zero({.protocol = Protocol::udp, .address = kTestVip}) ==
        IpvsError::no_such_service);
  CHECK(f.director.zero(kTestService) == IpvsError::none);
  CHECK(f.server(1).statistics.shown().connections == 0);
  CHECK(f.director.find_service(kTestService)->statistics.shown().connections == 0);
  CHECK(f.director.total().shown().connections == 1);
  f.director.zero();
  CHECK(f.director.total().shown().connections == 0);
}

}  // namespace
}  // namespace lvs
