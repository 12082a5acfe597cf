// spec/linux-host.md 4.2 and 4.4: entries set by hand, flushed and collected (tests/mutation).
#include "tests/models/host/rules_lan.hpp"

namespace lvs {
namespace {

using Lines = std::vector<std::string>;
const std::string kPeer = "10.0.0.1";

}  // namespace

TEST_CASE("4.4: an entry set by hand goes on as from that state", "[host][neighbours]") {
  CacheLan lan;
  using S = NeighbourState;
  lan.world.power(lan.voice, false);
  const auto after = [&](S state, Duration span) {
    lan.knows(kPeer, lan.voice, state);
    lan.seen.clear();
    lan.run_for(span);
    return lan.state();
  };
  CHECK(after(S::reachable, seconds(30) - picoseconds(1)) == "REACHABLE");
  CHECK(after(S::reachable, seconds(30)) == "STALE");
  CHECK(after(S::reachable, seconds(30) - picoseconds(1)) == "REACHABLE");  // not from before
  CHECK(after(S::delay, seconds(5) - picoseconds(1)) == "DELAY");
  const Time then = lan.now();
  CHECK(after(S::delay, seconds(5)) == "PROBE");
  CHECK(lan.questions(then) == Lines{"5s unicast"});
  CHECK(after(S::probe, seconds(1) - picoseconds(1)) == "PROBE");
  CHECK(lan.questions().size() == 1);  // at once
  CHECK(after(S::probe, seconds(3) - picoseconds(1)) == "PROBE");
  CHECK(lan.questions().size() == 3);
  CHECK(after(S::probe, seconds(3)) == "FAILED");
  CHECK(after(S::incomplete, seconds(3) - picoseconds(1)) == "INCOMPLETE");
  CHECK(lan.questions().size() == 3);
  CHECK(lan.questions()[0].find("broadcast") != std::string::npos);
  CHECK(after(S::incomplete, seconds(3)) == "FAILED");
  CHECK(after(S::stale, seconds(1000)) == "STALE");
  lan.send("10.0.0.11", kPeer);  // nothing of long ago confirms it
  lan.run_for(seconds(5));
  CHECK(lan.state() == "PROBE");
  CHECK(after(S::permanent, seconds(1000)) == "PERMANENT");
  CHECK(after(S::noarp, seconds(1000)) == "NOARP");
}

TEST_CASE("4.4: what waits for an entry leaves if it is set usable, and is lost if it fails",
          "[host][neighbours]") {
  CacheLan lan;
  using S = NeighbourState;
  const auto to = GENERATE(S::reachable, S::stale, S::permanent, S::failed, S::none, S::incomplete);
  lan.send("10.0.0.11", kPeer);
  lan.knows(kPeer, lan.voice, to);
  const bool lost = to == S::failed || to == S::none;
  const bool waits = to == S::incomplete;
  CAPTURE(name(to));
  CHECK(lan.said().size() == (lost || waits ? 0 : 1));
  CHECK(lan.subject.drops()[DropCause::neighbour_failed] == (lost ? 1 : 0));
  lan.hears(lan.voice);
  CHECK(lan.said().size() == (lost ? 0 : 1));
}

TEST_CASE("4.4: flush and removal take what waits along, and leave what is fixed or elsewhere",
          "[host][neighbours]") {
  CacheLan lan;
  Neighbours& cache = lan.cache;
  lan.send("10.0.0.11", "10.0.0.77");
  lan.knows("10.0.0.1", lan.voice, NeighbourState::stale);
  lan.knows("10.0.0.2", lan.voice, NeighbourState::permanent);
  lan.send("10.9.0.11", "10.9.0.77");
  CHECK(cache.size() == 4);
  CHECK_FALSE(cache.remove(address("10.0.0.1"), lan.eth1()));
  SECTION("of one network") {
    cache.flush(std::nullopt, parse_ipv4_prefix("10.0.0.64/26"));
    CHECK(cache.size() == 3);
    CHECK(lan.state("10.0.0.77").empty());
    CHECK(lan.state("10.0.0.1") == "STALE");
    CHECK(lan.subject.drops()[DropCause::neighbour_failed] == 1);
  }
  SECTION("of one card") {
    cache.flush(lan.eth0());
    CHECK(cache.size() == 2);
    CHECK(lan.state("10.0.0.2") == "PERMANENT");
    CHECK(neighbour_state(lan.subject, "10.9.0.77", "eth1") == "INCOMPLETE");
  }
  SECTION("of all cards") {
    cache.flush(std::nullopt);
    CHECK(cache.size() == 1);
    CHECK(lan.subject.drops()[DropCause::neighbour_failed] == 2);
  }
  SECTION("a card that goes down forgets its fixed ones too") {
    lan.subject.set_interface_up(lan.eth0(), false);
    CHECK(cache.size() == 1);
    CHECK(neighbour_state(lan.subject, "10.9.0.77", "eth1") == "INCOMPLETE");
  }
  SECTION("one by hand") {
    CHECK(cache.remove(address("10.0.0.2"), lan.eth0()));
    CHECK(cache.size() == 3);
  }
}

TEST_CASE("4.3: a lost carrier clears entries unless arp_evict_nocarrier is 0",
          "[host][neighbours]") {
  CacheLan lan;
  lan.knows("10.0.0.1", lan.voice, NeighbourState::stale);
  lan.knows("10.0.0.2", lan.voice, NeighbourState::permanent);
  const int evict = GENERATE(0, 1);
  sysctl(lan.subject, "ipv4.conf.eth0.arp_evict_nocarrier", evict);
  lan.subject.set_carrier(lan.eth0(), true);
  CHECK(lan.state("10.0.0.1") == "STALE");
  lan.subject.set_carrier(lan.eth0(), false);
  CHECK(lan.state("10.0.0.1") == (evict == 1 ? "" : "STALE"));
  CHECK(lan.state("10.0.0.2") == "PERMANENT");
}

namespace {

struct CrowdedLan : CacheLan {
  /// Entries of 10.0.0.100 and on, set by hand.
  void crowd(int count, NeighbourState state, int from = 100) {
    for (int i = 0; i < count; ++i) {
      knows("10.0.0." + std::to_string(from + i), voice, state);
    }
  }
  std::size_t entries() const { return subject.neighbours().size(); }
};

}  // namespace

TEST_CASE("4.2: periodic collection, every gc_interval, begins with gc_thresh1 entries",
          "[host][neighbours][gc]") {
  CrowdedLan lan;
  sysctl(lan.subject, "ipv4.neigh.default.gc_thresh1", 5);
  SECTION("below it nothing goes, and fixed entries do not count") {
    lan.crowd(4, NeighbourState::stale);
    lan.crowd(10, NeighbourState::permanent, 150);
    lan.run_for(seconds(1000));
    CHECK(lan.entries() == 14);
  }
  SECTION("STALE entries go once unused for more than gc_stale_time") {
    lan.run_until(milliseconds(500));
    lan.crowd(5, NeighbourState::stale);
    lan.crowd(3, NeighbourState::permanent, 150);
    lan.run_until(seconds(90) - picoseconds(1));
    CHECK(lan.entries() == 8);
    lan.run_until(seconds(90));
    CHECK(lan.entries() == 3);
  }
  SECTION("exactly gc_stale_time is not yet more") {
    lan.crowd(5, NeighbourState::stale);
    lan.run_until(seconds(60));
    CHECK(lan.entries() == 5);
    lan.run_until(seconds(90));
    CHECK(lan.entries() == 0);
  }
  SECTION("a confirmation keeps them as a use does") {
    lan.crowd(5, NeighbourState::stale);
    lan.run_until(seconds(35));
    lan.cache.confirm(lan.entry("10.0.0.100"));
    lan.run_until(seconds(90));
    CHECK(lan.entries() == 1);
    // Below the threshold the last one stays for ever.
    lan.run_until(seconds(1000));
    CHECK(lan.entries() == 1);
  }
  SECTION("FAILED ones go at once, those with timers stay") {
    lan.crowd(4, NeighbourState::failed);
    lan.crowd(2, NeighbourState::none, 120);
    lan.crowd(1, NeighbourState::reachable, 130);
    lan.crowd(1, NeighbourState::stale, 140);
    lan.run_until(seconds(30) - picoseconds(1));
    CHECK(lan.entries() == 8);
    lan.run_until(seconds(30));
    CHECK(lan.entries() == 4);
  }
  SECTION("every second if gc_interval is 1, or 0") {
    sysctl(lan.subject, "ipv4.neigh.default.gc_interval", GENERATE(0, 1));
    lan.run_until(milliseconds(2500));
    lan.crowd(5, NeighbourState::failed);
    lan.run_until(seconds(3));
    CHECK(lan.entries() == 0);
  }
  SECTION("again and again, at whole multiples of the interval") {
    sysctl(lan.subject, "ipv4.neigh.default.gc_interval", 7);
    lan.run_until(seconds(10));
    lan.crowd(6, NeighbourState::reachable);
    lan.run_until(seconds(20));
    lan.crowd(6, NeighbourState::failed, 120);
    lan.run_until(seconds(21) - picoseconds(1));
    CHECK(lan.entries() == 12);
    lan.run_until(seconds(21));
    CHECK(lan.entries() == 6);
  }
}

TEST_CASE("4.2: with gc_thresh2 entries those idle for more than 5 s are collected by force",
          "[host][neighbours][gc]") {
  CrowdedLan lan;
  sysctl(lan.subject, "ipv4.neigh.default.gc_thresh2", 6);
  sysctl(lan.subject, "ipv4.neigh.default.gc_thresh3", 8);
  lan.run_until(seconds(20));
  SECTION("not below it") {
    lan.crowd(6, NeighbourState::stale);
    lan.run_for(seconds(6));
    lan.cache.remove(address("10.0.0.100"), lan.eth0());
    lan.crowd(1, NeighbourState::stale, 120);
    CHECK(lan.entries() == 6);
    lan.crowd(1, NeighbourState::stale, 121);
    CHECK(lan.entries() == 2);  // the five old ones went
  }
  SECTION("idle for 5 s exactly is not enough") {
    lan.crowd(6, NeighbourState::stale);
    lan.run_for(seconds(5));
    lan.crowd(1, NeighbourState::stale, 120);
    CHECK(lan.entries() == 7);
  }
  SECTION("fixed ones and those that packets wait for stay, and fixed ones do not count") {
    lan.crowd(9, NeighbourState::permanent, 150);
    lan.crowd(5, NeighbourState::stale);
    lan.send("10.0.0.11", "10.0.0.77");
    lan.run_for(milliseconds(5500));
    lan.send("10.0.0.11", "10.0.0.78");
    CHECK(lan.entries() == 9 + 1 + 1);
  }
  SECTION("used, confirmed or changed lately is not idle") {
    lan.crowd(6, NeighbourState::stale);
    lan.run_for(seconds(6));
    lan.cache.confirm(lan.entry("10.0.0.100"));
    lan.send("10.0.0.11", "10.0.0.101");
    lan.hears(lan.other, NeighbourState::stale, true);  // 10.0.0.1: new
    CHECK(lan.entries() == 3);
  }
  SECTION("a fixed entry that is made an ordinary one counts once") {
    lan.crowd(3, NeighbourState::permanent, 150);
    lan.crowd(3, NeighbourState::stale, 150);
    lan.crowd(2, NeighbourState::stale);
    lan.run_for(seconds(6));
    lan.crowd(1, NeighbourState::stale, 120);
    CHECK(lan.entries() == 6);
    lan.crowd(1, NeighbourState::stale, 121);
    CHECK(lan.entries() == 2);
  }
  SECTION("more than 5 s after the last time") {
    lan.crowd(5, NeighbourState::stale);
    lan.run_until(milliseconds(25'500));
    lan.crowd(1, NeighbourState::stale, 120);
    lan.run_until(milliseconds(25'900));
    lan.crowd(1, NeighbourState::stale, 121);  // collects the five
    CHECK(lan.entries() == 2);
    lan.crowd(4, NeighbourState::stale, 130);
    lan.run_until(milliseconds(30'900));
    lan.crowd(1, NeighbourState::stale, 140);
    CHECK(lan.entries() == 7);
    lan.run_for(picoseconds(1));
    lan.crowd(1, NeighbourState::stale, 141);
    CHECK(lan.entries() == 2);  // all but the last two were idle
  }
}

TEST_CASE("4.2: at gc_thresh3 with nothing to collect no entry can be made",
          "[host][neighbours][gc]") {
  CrowdedLan lan;
  sysctl(lan.subject, "ipv4.neigh.default.gc_thresh2", 6);
  sysctl(lan.subject, "ipv4.neigh.default.gc_thresh3", 8);
  lan.run_until(seconds(20));
  lan.crowd(7, NeighbourState::stale);
  CHECK(lan.cache.find_or_create(address("10.0.0.200"), lan.eth0()).has_value());
  CHECK_FALSE(lan.cache.find_or_create(address("10.0.0.201"), lan.eth0()).has_value());
  CHECK(lan.cache.find_or_create(address("10.0.0.100"), lan.eth0()).has_value());  // is there
  CHECK_FALSE(lan.cache.set(address("10.0.0.201"), lan.eth0(), mac_of(lan.voice),
                            NeighbourState::permanent));
  lan.run_for(seconds(6));
  CHECK(lan.cache.find_or_create(address("10.0.0.201"), lan.eth0()).has_value());
  CHECK(lan.entries() == 1);
}

TEST_CASE("1.6: entries on devices without ARP are NOARP and do not fill the table",
          "[host][neighbours]") {
  CrowdedLan lan;
  sysctl(lan.subject, "ipv4.neigh.default.gc_thresh2", 2);
  sysctl(lan.subject, "ipv4.neigh.default.gc_thresh3", 2);
  lan.subject.state().add_device("dummy0", DeviceKind::dummy);
  const InterfaceId dummy = device(lan.subject, "dummy0");
  for (int i = 1; i < 10; ++i) {
    const auto made = lan.cache.find_or_create({address("10.8.0.0").value + i}, dummy);
    REQUIRE(made);
    CHECK(lan.cache[*made].state == NeighbourState::noarp);
  }
  lan.crowd(2, NeighbourState::stale);
  CHECK_FALSE(lan.cache.find_or_create(address("10.0.0.200"), lan.eth0()).has_value());
  CHECK(lan.entries() == 11);
  // A fixed entry that goes makes no room, one that becomes fixed does.
  CHECK(lan.cache.remove(address("10.8.0.1"), dummy));
  CHECK_FALSE(lan.cache.find_or_create(address("10.0.0.200"), lan.eth0()).has_value());
  lan.knows("10.0.0.100", lan.voice, NeighbourState::permanent);
  CHECK(lan.cache.find_or_create(address("10.0.0.200"), lan.eth0()).has_value());
}

}  // namespace lvs
