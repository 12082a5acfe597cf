#include "models/net/switch.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "models/net/topology.hpp"
#include "tests/support/three_hosts.hpp"

namespace lvs {
namespace {

/// Four hosts without addresses: they send and hear frames, and answer nothing.
struct Ports : Lan {
  Ports() {
    for (const char* name : {"h0", "h1", "h2", "h3"}) hosts.push_back(&host(name, ""));
  }
  /// `from` sends a frame to a MAC; returns the names of those whose cable carried it.
  std::string reached(int from, MacAddress to) {
    std::vector<std::uint64_t> before;
    for (const Host* h : hosts) before.push_back(carried(*h));
    inject(*hosts[static_cast<std::size_t>(from)], udp().from(address("10.0.0.1"), 1), to);
    run_for(milliseconds(1));
    std::string names;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
      if (carried(*hosts[i]) != before[i]) names += hosts[i]->name() + " ";
    }
    return names;
  }
  std::uint64_t carried(const Host& h) const {
    return world.cables().counters(Cables::from_b(cable_of(h))).frames;
  }
  MacAddress mac(int i) const { return mac_of(*hosts[static_cast<std::size_t>(i)]); }

  std::vector<Host*> hosts;
};

const MacAddress kNobody{{2, 0, 0, 0, 9, 9}};

}  // namespace

TEST_CASE("a switch floods what it does not know and sends what it knows to one port",
          "[net][switch]") {
  Ports ports;
  CHECK(ports.reached(0, ports.mac(1)) == "h1 h2 h3 ");
  CHECK(ports.reached(1, ports.mac(0)) == "h0 ");
  CHECK(ports.reached(2, ports.mac(1)) == "h1 ");
  CHECK(ports.reached(2, kNobody) == "h0 h1 h3 ");
  CHECK(ports.reached(1, MacAddress::broadcast()) == "h0 h2 h3 ");
}

TEST_CASE("a switch drops a frame whose destination is on the port it came in by",
          "[net][switch]") {
  Ports ports;
  ports.reached(1, kNobody);
  CHECK(ports.reached(1, ports.mac(1)).empty());
  CHECK(ports.world.switches()[0].drops()[DropCause::same_port] == 1);
}

TEST_CASE("copies of a flooded frame end at cards they are not for", "[net][switch]") {
  Ports ports;
  ports.reached(0, ports.mac(1));
  CHECK(ports.hosts[2]->drops()[DropCause::not_for_this_mac] == 1);
  CHECK(ports.hosts[3]->drops()[DropCause::not_for_this_mac] == 1);
  CHECK(ports.world.frames().copied() == 2);
}

TEST_CASE("one frame with a forged source moves a switch's entry, the owner moves it back",
          "[net][switch]") {
  Ports ports;
  ports.reached(1, kNobody);
  const MacAddress victim = ports.mac(1);
  ports.hosts[3]->state().set_mac(device(*ports.hosts[3], "eth0"), victim);
  ports.reached(3, kNobody);
  CHECK(ports.reached(0, victim) == "h3 ");
  ports.reached(1, kNobody);
  CHECK(ports.reached(0, victim) == "h1 ");
}

TEST_CASE("a switch forgets an address that it has not seen for 300 s", "[net][switch]") {
  Ports ports;
  ports.reached(1, kNobody);  // arrives at the switch at 50.672 us
  const Duration seen = microseconds(50) + nanoseconds(672);
  SECTION("at 300 s it is gone") {
    ports.run_until(seconds(300));  // what is sent now is as long on the way as the first frame
    CHECK(ports.reached(0, ports.mac(1)) == "h1 h2 h3 ");
  }
  SECTION("a picosecond before it is there") {
    ports.run_until(seconds(300) - picoseconds(1));
    CHECK(ports.reached(0, ports.mac(1)) == "h1 ");
  }
  SECTION("and is listed no more") {
    const MacTable& table = ports.world.switches()[0].table();
    CHECK(table.entries(Time{seen + seconds(300) - picoseconds(1)}).size() == 1);
    CHECK(table.entries(Time{seen + seconds(300)}).empty());
  }
}

TEST_CASE("flooding serves the port that was added last first", "[net][switch]") {
  Ports ports;
  ports.inject(*ports.hosts[1], udp(), MacAddress::broadcast());
  ports.run_for(milliseconds(1));
  std::vector<std::uint32_t> order;
  for (const SeenFrame& s : ports.seen.received) order.push_back(s.host.value);
  CHECK(order == std::vector<std::uint32_t>{3, 2, 0});
  CHECK(ports.seen.received[0].time == ports.seen.received[2].time);
}

TEST_CASE("a switch forgets what it learned at a port that went down", "[net][switch]") {
  MacTable table;
  for (std::uint8_t i = 0; i < 200; ++i) {
    table.learn({{2, 0, 0, 0, 1, i}}, i % 4, kStart);
  }
  CHECK(table.entries(kStart).size() == 200);
  table.forget_port(2);
  CHECK(table.entries(kStart).size() == 150);
  for (std::uint8_t i = 0; i < 200; ++i) {
    const auto port = table.port_of({{2, 0, 0, 0, 1, i}}, kStart);
    if (i % 4 == 2) {
      CHECK(port == std::nullopt);
    } else {
      CHECK(port == i % 4);
    }
  }
}

TEST_CASE("a cable that is cut takes the learned addresses behind it along", "[net][switch]") {
  Ports ports;
  ports.reached(1, kNobody);
  ports.world.cables().cut(ports.cable_of(*ports.hosts[1]));
  ports.world.carrier_lost(ports.cable_of(*ports.hosts[1]));
  CHECK(ports.world.switches()[0].table().entries(ports.now()).empty());
}

TEST_CASE("a loop of switches is named in order, a tree is none", "[net][topology]") {
  Topology topology;
  const auto a = topology.add_switch("a");
  const auto b = topology.add_switch("b");
  const auto c = topology.add_switch("c");
  const auto d = topology.add_switch("d");
  const auto router = topology.add_host("router");
  topology.join(a, b);
  topology.join(b, c);
  topology.join(c, d);
  topology.join(router, a);
  topology.join(router, d);  // a host does not bridge
  CHECK(topology.loop() == std::nullopt);
  CHECK(topology.broadcast_domains() == std::vector<std::size_t>{0, 0, 0, 0});
  SECTION("a ring of three") {
    topology.join(d, b);
    auto names = topology.loop();
    REQUIRE(names);
    std::sort(names->begin(), names->end());
    CHECK(*names == std::vector<std::string>{"b", "c", "d"});
  }
  SECTION("two cables between the same two") {
    topology.join(c, d);
    auto names = topology.loop();
    REQUIRE(names);
    std::sort(names->begin(), names->end());
    CHECK(*names == std::vector<std::string>{"c", "d"});
  }
  SECTION("a cable from a switch to itself") {
    topology.join(b, b);
    CHECK(topology.loop() == std::vector<std::string>{"b"});
  }
}

TEST_CASE("switches that only hosts join are broadcast domains of their own", "[net][topology]") {
  Topology topology;
  const auto inside = topology.add_switch("inside");
  const auto director = topology.add_host("director");
  const auto outside = topology.add_switch("outside");
  const auto annex = topology.add_switch("annex");
  topology.join(director, inside);
  topology.join(director, outside);
  topology.join(annex, inside);
  CHECK(topology.broadcast_domains() == std::vector<std::size_t>{0, 1, 0});
}

}  // namespace lvs
