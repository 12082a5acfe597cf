#include <catch2/catch.hpp>

#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

/// When the last connection of the fixture goes, in whole jiffies from now on.
Jiffies lifetime(DirectorFixture& f) {
  const Time start = f.simulator.now();
  while (f.director.connections().size() > 0) f.run_for(kJiffy);
  return static_cast<Jiffies>((f.simulator.now() - start) / kJiffy);
}

TEST_CASE("an entry goes in the granule after its timeout, never early", "[ipvs][timers]") {
  struct Case {
    std::string name;
    Jiffies phase;
    Jiffies lifetime;
  };
  // CLOSE: 10 s = 2500 jiffies, granule 64; 2500 = 39 * 64 + 4.
  const auto c = GENERATE(values<Case>({{"just above a boundary", 0, 2560},
                                        {"on a boundary: a whole granule more", 60, 2564},
                                        {"just below a boundary", 59, 2501}}));
  DYNAMIC_SECTION(c.name) {
    DirectorFixture f({.jiffies = c.phase, .statistics = 0});
    f.serve("rr", 1);
    f.connect(1);
    f.from_client(1, kTestRst);
    CHECK(lifetime(f) == c.lifetime);
  }
}

TEST_CASE("every packet starts the timer anew, in both directions", "[ipvs][timers]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.director.set_timeouts({.tcp = 20, .tcp_fin = 0, .udp = 0});
  f.connect(1);
  for (int i = 0; i < 5; ++i) {
    f.run_for(seconds(19));
    i % 2 == 0 ? static_cast<void>(f.from_client(1, kTestAck))
               : static_cast<void>(f.from_server(test_server(1), 1, kTestAck));
  }
  CHECK(f.state(1) == "ESTABLISHED");
  f.run_for(seconds(19));
  CHECK(f.state(1) == "ESTABLISHED");
  f.run_for(seconds(4));
  CHECK(f.state(1) == "-");
}

TEST_CASE("--set changes ESTABLISHED, FIN_WAIT and UDP from the next packet on", "[ipvs][timers]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(1);
  CHECK(f.director.set_timeouts({.tcp = 30, .tcp_fin = 15, .udp = 0}) == IpvsError::none);
  f.run_for(seconds(100));
  CHECK(f.state(1) == "ESTABLISHED");
  f.from_client(1, kTestAck);
  f.run_for(seconds(33));
  CHECK(f.state(1) == "-");
  const Director::Timeouts t = f.director.timeouts();
  CHECK(t.tcp == 30);
  CHECK(t.tcp_fin == 15);
  CHECK(t.udp == 300);
  CHECK(f.director.set_timeouts({.tcp = -1, .tcp_fin = 0, .udp = 0}) == IpvsError::invalid);
  CHECK(f.director.set_timeouts({.tcp = 0, .tcp_fin = 0, .udp = 8589934}) == IpvsError::none);
  CHECK(f.director.set_timeouts({.tcp = 0, .tcp_fin = 0, .udp = 8589935}) == IpvsError::invalid);
}

TEST_CASE("entries expire one by one although the table grew after their timers were set",
          "[ipvs][timers]") {
  DirectorFixture f;
  f.serve("rr", 1);
  // A second apart in groups of 50; the table grows several times meanwhile.
  for (unsigned client = 0; client < 2000; ++client) {
    f.connect(client);
    f.from_client(client, kTestRst);
    if (client % 50 == 49) f.run_for(milliseconds(50));
  }
  REQUIRE(f.director.connections().capacity() > 2000);
  f.run_for(seconds(12));
  CHECK(f.director.connections().size() == 0);
  CHECK(f.counts(1) == "0/0");
}

TEST_CASE("timers that are due while the table grows end their own connections", "[ipvs][timers]") {
  DirectorFixture f;
  f.serve("rr", 1);
  const unsigned closed = 300;  // just below the first growth
  for (unsigned client = 0; client < closed; ++client) {
    f.connect(client);
    f.from_client(client, kTestRst);
  }
  // Up to where the wheel has handed the timers to the event queue, short of their deadline at
  // 2560.
  f.run_until(kStart + 2560 * kJiffy - nanoseconds(1));
  const std::size_t capacity = f.director.connections().capacity();
  unsigned all = closed;
  while (f.director.connections().capacity() == capacity) f.connect(all++);
  f.run_for(nanoseconds(1));
  CHECK(f.director.connections().size() == all - closed);
  for (unsigned client = closed; client < all; ++client) CHECK(f.state(client) == "ESTABLISHED");
}

TEST_CASE("an entry that only waits for its granule is not hurried by a SYN that replaces it",
          "[ipvs][timers]") {
  DirectorFixture f;
  f.serve("rr", 2);
  f.connect(1);
  f.from_client(1, kTestRst);  // expires at 2500 jiffies, goes at 2560
  f.run_until(kStart + 2530 * kJiffy);
  CHECK(f.from_client(1, kTestSyn).real_server == test_server(1));
  f.run_until(kStart + 2559 * kJiffy);
  CHECK(f.director.connections().size() == 2);
  f.run_until(kStart + 2560 * kJiffy);
  CHECK(f.director.connections().size() == 1);
}

TEST_CASE("the trash keeps a deleted server for its connections and two minutes more",
          "[ipvs][trash]") {
  DirectorFixture f;
  f.serve("rr", 2);
  f.director.delete_destination(kTestService, test_server(1));
  CHECK(f.director.trash_size() == 1);
  f.run_for(seconds(179));
  CHECK(f.director.trash_size() == 1);
  f.run_for(seconds(10));
  CHECK(f.director.trash_size() == 0);
}

TEST_CASE("a server with a connection stays in the trash until the connection has gone",
          "[ipvs][trash]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(1);
  f.director.delete_destination(kTestService, test_server(1));
  f.run_for(seconds(890));
  CHECK(f.director.trash_size() == 1);
  f.run_for(seconds(250));
  CHECK(f.director.trash_size() == 0);
}

TEST_CASE("a server that is added again comes back with its counts, statistics and overload",
          "[ipvs][trash]") {
  DirectorFixture f;
  f.serve("rr", 0);
  const DestinationSettings settings{
      .method = ForwardingMethod::nat, .weight = 1, .upper_threshold = 2, .lower_threshold = 0};
  f.director.add_destination(kTestService, test_server(1), settings);
  f.connect(1);
  f.connect(2);
  f.run_for(seconds(3));
  f.director.delete_destination(kTestService, test_server(1));
  f.director.add_destination(kTestService, test_server(2), {.method = ForwardingMethod::nat});
  f.director.add_destination(kTestService, test_server(1), settings);
  CHECK(f.director.trash_size() == 0);
  CHECK(f.counts(1) == "2/0");
  CHECK(f.server(1).overloaded);
  CHECK(f.server(1).statistics.shown().connections == 2);
  CHECK(f.from_client(1, kTestAck).real_server == test_server(1));
  CHECK(f.connect(3) == test_server(2));
}

TEST_CASE("in a service that was made again the statistics start at the last tick",
          "[ipvs][trash]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(1);
  f.run_for(seconds(3));
  f.connect(2);  // after the tick: it shows again at the next one
  f.director.delete_service(kTestService);
  f.serve("rr", 1);
  CHECK(f.counts(1) == "2/0");
  CHECK(f.server(1).statistics.shown().connections == 0);
  f.run_for(seconds(3));
  CHECK(f.server(1).statistics.shown().connections == 1);
  CHECK(f.director.find_service(kTestService)->statistics.shown().connections == 0);
  CHECK(f.from_client(1, kTestAck).real_server == test_server(1));
}

TEST_CASE("a server of another service is not the one in the trash", "[ipvs][trash]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(1);
  f.director.delete_destination(kTestService, test_server(1));
  const ServiceKey other{.protocol = Protocol::tcp, .address = {kTestVip.address, Port{443}}};
  f.director.add_service(other, {.scheduler = "rr"});
  f.director.add_destination(other, test_server(1), {.method = ForwardingMethod::nat});
  CHECK(f.counts(1, other) == "0/0");
  CHECK(f.director.trash_size() == 1);
}

TEST_CASE("with expire_nodest_conn the connections of a deleted server go at once",
          "[ipvs][trash]") {
  DirectorFixture f;
  f.serve("rr", 2);
  f.director.sysctls().expire_nodest_conn = 1;
  for (unsigned client = 1; client <= 4; ++client) f.connect(client);
  f.director.delete_destination(kTestService, test_server(2));
  CHECK(f.director.connections().size() == 4);
  f.run_for(milliseconds(8));
  CHECK(f.director.connections().size() == 2);
  f.director.add_destination(kTestService, test_server(2), {.method = ForwardingMethod::nat});
  CHECK(f.counts(2) == "0/0");
  SECTION("unless it is back before the sweep") {
    f.director.delete_destination(kTestService, test_server(1));
    f.director.add_destination(kTestService, test_server(1), {.method = ForwardingMethod::nat});
    f.run_for(milliseconds(8));
    CHECK(f.counts(1) == "2/0");
  }
}

TEST_CASE("a jiffy phase that would wrap within a run is refused, the greatest one works",
          "[ipvs][timers]") {
  CHECK_THROWS_AS(DirectorFixture({.jiffies = kMostJiffyPhase + 1, .statistics = 0}),
                  InternalError);
  DirectorFixture f({.jiffies = kMostJiffyPhase, .statistics = 0});
  f.serve("rr", 1);
  f.connect(1);
  f.from_client(1, kTestRst);
  f.run_for(seconds(11));
  CHECK(f.director.connections().size() == 0);
}

TEST_CASE("a director that is gone leaves no timer behind", "[ipvs][timers]") {
  Simulator simulator;
  Observation observation;
  {
    Director director(simulator, observation, HostId{0}, 0);
    director.add_service(kTestService, {.scheduler = "rr"});
    director.add_destination(kTestService, test_server(1), {});
    director.input(tcp_packet(test_client(1), kTestVip, kTestSyn));
    director.delete_destination(kTestService, test_server(1));
  }
  int fired = 0;
  simulator.run_until(kStart + seconds(200), [&](const Event&) { ++fired; });
  CHECK(fired == 0);
}

}  // namespace
}  // namespace lvs
