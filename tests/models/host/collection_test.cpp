// What the neighbour table forgets, and how often it asks: spec/linux-host.md 4.2, 4.3.
#include <catch2/catch.hpp>

#include "tests/support/three_hosts.hpp"

namespace lvs {
namespace {

struct TableLan : Lan {
  Host& subject = host("subject", "10.0.0.11/16");
  Host& peer = host("peer", "10.0.0.1/16");
  InterfaceId eth0 = device(subject, "eth0");
  Neighbours& table = subject.neighbours();

  void fill(int count, NeighbourState state) {
    for (int i = 0; i < count; ++i) {
      table.set({address("10.0.1.0").value + static_cast<std::uint32_t>(i)}, eth0,
                {{2, 0, 0, 0, 1, 1}}, state);
    }
  }
  std::size_t questions(const char* target) const {
    return seen
        .times_sent(subject,
                    [&](const Frame& f) {
                      return f.is_arp() && f.arp.operation == ArpOperation::request &&
                             f.arp.target == address(target);
                    })
        .size();
  }
  void send(const char* to) {
    originate(subject, udp().from(address("10.0.0.11"), 9).to(address(to), 9));
  }
};

}  // namespace

TEST_CASE("4.2: below 128 entries nothing is collected, from there on what was idle for 60 s",
          "[host][neighbours]") {
  TableLan lan;
  lan.run_for(seconds(10));
  lan.fill(127, NeighbourState::stale);
  lan.run_for(seconds(200));
  CHECK(lan.table.size() == 127);
  lan.fill(128, NeighbourState::stale);  // the last of them is new; all are as fresh as it
  const Time filled = lan.now();
  lan.table.set(address("10.0.2.1"), lan.eth0, {{2, 0, 0, 0, 1, 1}}, NeighbourState::permanent);
  lan.table.set(address("10.0.2.2"), lan.eth0, {{2, 0, 0, 0, 1, 1}}, NeighbourState::failed);
  // Rounds are at whole multiples of gc_interval: 240 s, 270 s … A failed entry goes with the
  // first.
  lan.run_until(milliseconds(239'999));
  CHECK(lan.table.size() == 130);
  lan.run_until(milliseconds(240'001));
  CHECK(lan.table.find(address("10.0.2.2"), lan.eth0) == nullptr);
  CHECK(lan.table.size() == 129 - 127);  // the 127 old ones were used last long ago
  CHECK(filled < lan.now());
}

TEST_CASE("4.2: fixed entries do not count for the limits and are never collected",
          "[host][neighbours]") {
  TableLan lan;
  sysctl(lan.subject, "ipv4.neigh.default.gc_thresh3", 10);
  lan.fill(20, NeighbourState::permanent);
  CHECK(lan.table.size() == 20);
  CHECK(lan.table.find_or_create(address("10.0.9.1"), lan.eth0).has_value());
}

TEST_CASE("4.2: a full table refuses an administrator too", "[host][neighbours]") {
  TableLan lan;
  sysctl(lan.subject, "ipv4.neigh.default.gc_thresh3", 3);
  lan.fill(3, NeighbourState::stale);
  CHECK_FALSE(
      lan.table.set(address("10.0.9.1"), lan.eth0, {{2, 0, 0, 0, 1, 1}}, NeighbourState::stale));
}

TEST_CASE("4.2: mcast_solicit, ucast_solicit and mcast_resolicit say how often is asked",
          "[host][neighbours]") {
  TableLan lan;
  sysctl(lan.subject, "ipv4.neigh.eth0.mcast_solicit", 5);
  lan.send("10.0.9.9");
  lan.run_for(milliseconds(4'999));
  CHECK(lan.questions("10.0.9.9") == 5);
  CHECK(neighbour_state(lan.subject, "10.0.9.9") == "INCOMPLETE");
  lan.run_for(milliseconds(2));
  CHECK(neighbour_state(lan.subject, "10.0.9.9") == "FAILED");

  sysctl(lan.subject, "ipv4.neigh.eth0.ucast_solicit", 2);
  sysctl(lan.subject, "ipv4.neigh.eth0.mcast_resolicit", 1);
  lan.table.set(address("10.0.9.8"), lan.eth0, {{2, 0, 0, 0, 7, 7}}, NeighbourState::probe);
  lan.seen.clear();
  lan.run_for(milliseconds(3'001));
  std::string kinds;
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host == lan.subject.id() && s.frame.is_arp()) {
      kinds += s.frame.destination.is_broadcast() ? "b" : "u";
    }
  }
  CHECK(kinds == "uub");
  CHECK(neighbour_state(lan.subject, "10.0.9.8") == "FAILED");
}

TEST_CASE("4.2: a daemon that is not there is asked in vain, in the time of its questions",
          "[host][neighbours]") {
  TableLan lan;
  sysctl(lan.subject, "ipv4.neigh.eth0.app_solicit", 2);
  lan.send("10.0.9.9");
  lan.run_for(milliseconds(1'900));
  CHECK(lan.questions("10.0.9.9") == 0);
  lan.run_for(milliseconds(3'000));
  CHECK(lan.questions("10.0.9.9") == 3);
}

TEST_CASE("4.2: with no question allowed a packet fails at once", "[host][neighbours]") {
  TableLan lan;
  sysctl(lan.subject, "ipv4.neigh.eth0.mcast_solicit", 0);
  lan.send("10.0.9.9");
  CHECK(neighbour_state(lan.subject, "10.0.9.9") == "FAILED");
  CHECK(lan.subject.drops()[DropCause::neighbour_failed] == 1);
}

TEST_CASE("1.6: on a device without ARP neighbours are not asked for; a dummy swallows all",
          "[host][neighbours]") {
  TableLan lan;
  REQUIRE(lan.subject.state().add_device("dummy0", DeviceKind::dummy) == ConfigError::none);
  const InterfaceId dummy = device(lan.subject, "dummy0");
  lan.subject.set_interface_up(dummy, true);
  add_address(lan.subject, "dummy0", "10.7.0.1/24");
  lan.send("10.7.0.9");
  CHECK(lan.seen.sent.empty());
  CHECK(lan.subject.drops()[DropCause::dummy_device] == 1);
  CHECK(neighbour_state(lan.subject, "10.7.0.9", "dummy0") == "NOARP");
}

TEST_CASE("4.3: without carrier entries go but for fixed ones; arp_evict_nocarrier 0 keeps all",
          "[host][neighbours]") {
  const int evict = GENERATE(0, 1);
  TableLan lan;
  sysctl(lan.subject, "ipv4.conf.eth0.arp_evict_nocarrier", evict);
  lan.fill(2, NeighbourState::reachable);
  lan.table.set(address("10.0.2.1"), lan.eth0, {{2, 0, 0, 0, 1, 1}}, NeighbourState::permanent);
  lan.world.cables().cut(lan.cable_of(lan.subject));
  lan.world.carrier_lost(lan.cable_of(lan.subject));
  CHECK(lan.table.size() == (evict == 1 ? 1U : 3U));
  CHECK(neighbour_state(lan.subject, "10.0.2.1") == "PERMANENT");
}

}  // namespace lvs
