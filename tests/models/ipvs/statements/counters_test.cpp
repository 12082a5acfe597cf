// What is counted, when it is shown, and how rates are estimated (spec/ipvs.md 7.1, 7.2). A name
// begins with its section.
#include <catch2/catch.hpp>
#include <vector>

#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

const DestinationSettings kNat{.method = ForwardingMethod::nat};

/// Whether a deleted server's snapshot moved: it is read when it is back.
TrafficCounters shown(const DirectorFixture& f) { return f.server(1).statistics.shown(); }

}  // namespace

TEST_CASE("7.1: what counts as a connection and what does not", "[ipvs][statements]") {
  DirectorFixture f;
  ServiceSettings persistent;
  persistent.scheduler = "rr";
  persistent.persistence = 60;
  f.director.add_service(kTestService, persistent);
  f.director.add_destination(kTestService, test_server(1), kNat);
  f.director.add_service(mark_key(7), {.scheduler = "rr"});
  f.director.sysctls().cache_bypass = 1;
  const auto connections = [&] { return f.director.total().live.connections; };
  f.from_client(1, kTestSyn);
  CHECK(connections() == 1);  // its template is none
  f.from_client(1, kTestAck);
  f.from_client(1, kTestRst);
  f.from_client(1, kTestSyn);  // the same entry again: it has a controller
  CHECK(connections() == 1);
  Frame bypassed = tcp_packet(test_client(2), {ipv4(192, 0, 2, 1), Port{80}}, kTestSyn);
  bypassed.mark = 7;
  CHECK(f.director.input(bypassed).method == ForwardingMethod::bypass);
  CHECK(connections() == 1);
  CHECK(f.director.total().live.packets_in == 4);
}

TEST_CASE("7.1: out counters are those of replies that pass, in IP lengths", "[ipvs][statements]") {
  const auto method =
      GENERATE(ForwardingMethod::nat, ForwardingMethod::direct, ForwardingMethod::tunnel);
  DirectorFixture f;
  f.serve("rr", 1, method);
  f.from_client(1, kTestSyn);
  CHECK(f.director.total().live.packets_out == 0);
  Frame reply = tcp_packet(method == ForwardingMethod::nat ? test_server(1) : kTestVip,
                           test_client(1), kTestAck, 1234);
  f.director.output(reply);
  const TrafficCounters counted{
      .connections = 1, .packets_in = 1, .packets_out = 1, .bytes_in = 52, .bytes_out = 1234};
  CHECK(f.server(1).statistics.live == counted);
  CHECK(f.director.find_service(kTestService)->statistics.live == counted);
  CHECK(f.director.total().live == counted);
}

TEST_CASE("7.1: a service keeps what a deleted server contributed; its snapshot stands still",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(1);
  f.run_for(seconds(3));
  f.connect(2);
  f.director.delete_destination(kTestService, test_server(1));
  f.run_for(seconds(3));
  CHECK(f.director.find_service(kTestService)->statistics.shown().connections == 2);
  CHECK(f.director.total().shown().connections == 2);
  f.director.add_destination(kTestService, test_server(1), kNat);
  CHECK(shown(f).connections == 1);
  f.run_for(seconds(3));
  CHECK(shown(f).connections == 2);
}

TEST_CASE("7.1: all objects are shown as of the same tick", "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 2);
  f.run_until(kStart + 504 * kJiffy);
  f.connect(1);
  f.run_until(kStart + 1008 * kJiffy - nanoseconds(1));
  const auto connections = [&] {
    return std::vector<std::uint64_t>{
        f.server(2).statistics.shown().connections,
        f.director.find_service(kTestService)->statistics.shown().connections,
        f.director.total().shown().connections};
  };
  CHECK(connections() == std::vector<std::uint64_t>{0, 0, 0});
  f.run_for(nanoseconds(1));
  CHECK(connections() == std::vector<std::uint64_t>{1, 1, 1});
}

TEST_CASE("7.1: a service that comes at the very instant of a tick waits for the next one",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.run_until(kStart + 504 * kJiffy);
  f.serve("rr", 1);
  f.connect(1);
  f.run_until(kStart + 1008 * kJiffy - nanoseconds(1));
  CHECK(f.director.total().shown().connections == 0);
  f.run_for(nanoseconds(1));
  CHECK(f.director.total().shown().connections == 1);
}

TEST_CASE("7.1: -Z makes the last tick the zero point, at every level it names",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  const ServiceKey other{.protocol = Protocol::tcp, .address = {kTestVip.address, Port{81}}};
  f.director.add_service(other, {.scheduler = "rr"});
  f.director.add_destination(other, test_server(2, 81), kNat);
  const auto visit = [&](unsigned client) {
    f.connect(client);
    f.director.input(tcp_packet(test_client(client), other.address, kTestSyn));
  };
  visit(1);
  f.run_until(kStart + 504 * kJiffy);
  visit(2);
  REQUIRE(f.director.zero(kTestService) == IpvsError::none);
  const auto of = [&](const ServiceKey& key) {
    return f.director.find_service(key)->statistics.shown().connections;
  };
  CHECK(of(kTestService) == 0);
  CHECK(f.server(1).statistics.shown().connections == 0);
  CHECK(f.server(1).statistics.rates() == TrafficRates{});
  CHECK(of(other) == 1);
  CHECK(f.director.total().shown().connections == 2);
  f.run_until(kStart + 1008 * kJiffy);
  CHECK(of(kTestService) == 1);
  CHECK(f.server(1).statistics.shown().connections == 1);
  f.director.zero();
  CHECK(of(kTestService) == 0);
  CHECK(of(other) == 0);
  CHECK(f.server(2, other).statistics.shown().connections == 0);
  CHECK(f.director.total().shown() == TrafficCounters{});
}

TEST_CASE("7.1: without run_estimation -Z shows nothing of what came since the last tick",
          "[ipvs][statements]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(1);
  f.run_for(seconds(3));
  f.director.sysctls().run_estimation = 0;
  f.connect(2);
  f.run_for(seconds(30));
  CHECK(shown(f).connections == 1);
  f.director.zero(kTestService);
  f.run_for(seconds(30));
  CHECK(shown(f).connections == 0);
  f.director.sysctls().run_estimation = 1;
  f.run_for(seconds(3));
  CHECK(shown(f).connections == 1);
}

TEST_CASE("7.2: the arithmetic of the estimator, packet by packet and byte by byte",
          "[ipvs][statements]") {
  struct Tick {
    std::uint64_t more;  // since the tick before
    std::uint64_t rate;
  };
  struct Case {
    std::string name;
    std::uint64_t TrafficCounters::*counter;
    std::vector<Tick> ticks;
  };
  const std::vector<Case> cases{
      // 4: (4 << 9) >> 2 = 512, (512 + 511) >> 10 = 0; 5: 640 -> 1, then 640 + (-640 >> 2) = 480
      {"half a packet a second is none", &TrafficCounters::packets_in, {{4, 0}}},
      {"a little more is one", &TrafficCounters::packets_in, {{5, 1}, {0, 0}}},
      {"packets out alike", &TrafficCounters::packets_out, {{4, 0}, {5, 1}}},
      {"connections alike", &TrafficCounters::connections, {{5, 1}, {0, 0}, {12, 2}}},
      // 4: (4 << 4) >> 2 = 16, (16 + 15) >> 5 = 0; 5: 20 -> 1, then 20 - 5 = 15 -> 0
      {"half a byte a second is none", &TrafficCounters::bytes_in, {{4, 0}}},
      {"a little more of a byte is one", &TrafficCounters::bytes_in, {{5, 1}, {0, 0}}},
      // 8, then 8 + ((64 - 8) >> 2) = 22 -> 1, then 22 + (-22 >> 2) = 22 - 6 = 16 -> 0
      {"what falls, falls towards minus infinity",
       &TrafficCounters::bytes_in,
       {{2, 0}, {4, 1}, {0, 0}}},
      {"bytes out alike", &TrafficCounters::bytes_out, {{2, 0}, {4, 1}, {0, 0}}},
      // 128, 96, 456, 342, then 342 + (682 >> 2) = 512: a finer scale would keep the half
      {"halves are lost in the average",
       &TrafficCounters::packets_in,
       {{1, 0}, {0, 0}, {3, 0}, {0, 0}, {2, 0}}},
      // 12, then 12 + ((32 - 12) >> 2) = 17, (17 + 15) >> 5 = 1
      {"the half above which it is one", &TrafficCounters::bytes_in, {{3, 0}, {2, 1}}},
      // a steady load is reached in the end, from below: 1000 a tick are 500 a second
      {"a load that begins",
       &TrafficCounters::bytes_out,
       {{1000, 125}, {1000, 219}, {1000, 289}, {1000, 342}}},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Statistics s;
      for (const Tick& tick : c.ticks) {
        s.live.*c.counter += tick.more;
        s.tick();
        TrafficRates expected;
        expected.*c.counter = tick.rate;
        CHECK(s.rates() == expected);
      }
    }
  }
}

TEST_CASE("7.2: -Z starts the rates again, and the sample before it counts once",
          "[ipvs][statements]") {
  Statistics s;
  s.live.bytes_in = 1000;
  s.tick();
  s.zero();
  CHECK(s.rates() == TrafficRates{});
  s.tick();
  CHECK(s.rates() == TrafficRates{});
  s.live.bytes_in += 1000;
  s.tick();
  CHECK(s.rates().bytes_in == 125);
}

}  // namespace lvs
