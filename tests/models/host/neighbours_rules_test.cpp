// spec/linux-host.md 4.3 and 4.4, the rules that need a directed input (tests/mutation).
#include "tests/models/host/rules_lan.hpp"

namespace lvs {
namespace {

using Lines = std::vector<std::string>;
const std::string kPeer = "10.0.0.1";

}  // namespace

TEST_CASE("4.3: REACHABLE ends in STALE, but in DELAY if it was used unresolved 5 s before",
          "[host][neighbours]") {
  CacheLan lan;
  const int reachable = GENERATE(4000, 6000);
  sysctl(lan.subject, "ipv4.neigh.eth0.base_reachable_time_ms", reachable);
  lan.send("10.0.0.11", kPeer);  // used now
  lan.hears(lan.voice);
  lan.run_for(milliseconds(reachable) - picoseconds(1));
  CHECK(lan.state() == "REACHABLE");
  lan.run_for(picoseconds(1));
  CHECK(lan.state() == (reachable == 4000 ? "DELAY" : "STALE"));
  lan.seen.clear();
  const Time now = lan.now();
  lan.run_for(seconds(6));
  CHECK(lan.questions(now) == (reachable == 4000 ? Lines{"5s unicast", "6s unicast"} : Lines{}));
}

TEST_CASE("4.3: output to a REACHABLE entry does not count as use", "[host][neighbours]") {
  CacheLan lan;
  lan.knows(kPeer, lan.voice, NeighbourState::reachable);
  lan.run_until(seconds(28));
  lan.send("10.0.0.11", kPeer);
  lan.run_until(seconds(30));
  CHECK(lan.state() == "STALE");
}

TEST_CASE("4.3: each confirmation gives REACHABLE its time once more", "[host][neighbours]") {
  CacheLan lan;
  lan.knows(kPeer, lan.voice, NeighbourState::reachable);
  lan.run_until(seconds(29));
  lan.cache.confirm(lan.entry());
  lan.run_until(seconds(58));
  lan.cache.confirm(lan.entry());
  lan.run_until(seconds(88) - picoseconds(1));
  CHECK(lan.state() == "REACHABLE");
  lan.run_until(seconds(88));
  CHECK(lan.state() == "STALE");
}

TEST_CASE("4.3: DELAY that was confirmed is REACHABLE from the confirmation on",
          "[host][neighbours]") {
  CacheLan lan;
  lan.knows(kPeer, lan.voice, NeighbourState::stale);
  lan.send("10.0.0.11", kPeer);
  const int confirmed = GENERATE(0, 2, 5);
  lan.run_until(seconds(confirmed));
  if (confirmed < 5) lan.cache.confirm(lan.entry());
  lan.run_until(seconds(5));
  CHECK(lan.state() == (confirmed < 5 ? "REACHABLE" : "PROBE"));
  if (confirmed == 5) return;
  lan.run_until(seconds(confirmed + 30) - picoseconds(1));
  CHECK(lan.state() == "REACHABLE");
  lan.run_until(seconds(confirmed + 30));
  CHECK(lan.state() == "STALE");
}

TEST_CASE("4.3: what fails is told in the order in which it waited", "[host][neighbours][icmp]") {
  RulesLan lan;
  sysctl(lan.subject, "ipv4.ip_forward", 1);
  for (const char* from : {"10.9.0.1", "10.9.0.2", "10.9.0.3"}) {
    lan.subject.neighbours().set(address(from), lan.eth1(), mac_of(lan.other),
                                 NeighbourState::permanent);
    lan.inject(lan.voice, udp().from(address(from), 1).to(address("10.0.0.77"), 2),
               mac_of(lan.subject));
  }
  lan.run_for(seconds(4));
  std::vector<std::string> told;
  for (const SeenFrame& s : lan.seen.sent) {
    const bool error = s.host == lan.subject.id() && !s.frame.is_arp() &&
                       s.frame.icmp.type == IcmpType::unreachable;
    if (error) {
      CHECK(s.frame.icmp.code == IcmpUnreachable::kHost);
      told.push_back(to_string(s.frame.ip.destination));
    }
  }
  CHECK(told == Lines{"10.9.0.1", "10.9.0.2", "10.9.0.3"});
}

TEST_CASE("4.2: mcast_resolicit adds broadcasts after the probes, app_solicit lost seconds",
          "[host][neighbours]") {
  CacheLan lan;
  sysctl(lan.subject, "ipv4.neigh.eth0.ucast_solicit", 2);
  SECTION("after probes that failed") {
    sysctl(lan.subject, "ipv4.neigh.eth0.mcast_resolicit", 2);
    lan.knows(kPeer, lan.voice, NeighbourState::stale);
    lan.world.power(lan.voice, false);
    lan.send("10.0.0.11", kPeer);
    lan.run_until(seconds(9) - picoseconds(1));
    CHECK(lan.state() == "PROBE");
    lan.run_until(seconds(9));
    CHECK(lan.state() == "FAILED");
    CHECK(lan.questions() == Lines{"5s unicast", "6s unicast", "7s broadcast", "8s broadcast"});
  }
  SECTION("with an absent daemon") {
    sysctl(lan.subject, "ipv4.neigh.eth0.app_solicit", 2);
    sysctl(lan.subject, "ipv4.neigh.eth0.retrans_time_ms", 300);
    lan.send("10.0.0.11", "10.0.0.77");
    lan.run_until(seconds(3));
    CHECK(lan.questions() == Lines{"600ms broadcast", "900ms broadcast", "1.2s broadcast"});
    CHECK(lan.state("10.0.0.77") == "FAILED");
  }
}

TEST_CASE("2.6: a refused reply is a sign of life all the same", "[host][neighbours]") {
  CacheLan lan;
  lan.knows(kPeer, lan.voice, NeighbourState::stale);
  lan.run_for(seconds(100));
  lan.send("10.0.0.11", kPeer);
  lan.run_for(milliseconds(500));
  lan.hears(lan.other);
  CHECK(lan.known(kPeer) == "DELAY voice");
  lan.run_for(milliseconds(4500));
  CHECK(lan.known(kPeer) == "REACHABLE voice");
}

TEST_CASE("4.4: what each news makes of each state", "[host][neighbours]") {
  CacheLan lan;
  struct Case {
    NeighbourState before;
    const char* stale_same;   ///< STALE news with the same MAC
    const char* reach_same;   ///< REACHABLE news with the same MAC
    const char* stale_other;  ///< STALE news with another MAC, override
    const char* reach_other;  ///< REACHABLE news with another MAC, override
    const char* refused;      ///< another MAC without override
  };
  using S = NeighbourState;
  const auto c = GENERATE(values<Case>({
      {S::none, "STALE voice", "REACHABLE voice", "STALE other", "REACHABLE other", "STALE other"},
      {S::incomplete, "STALE voice", "REACHABLE voice", "STALE other", "REACHABLE other",
       "STALE other"},
      {S::failed, "STALE voice", "REACHABLE voice", "STALE other", "REACHABLE other",
       "STALE other"},
      {S::reachable, "REACHABLE voice", "REACHABLE voice", "STALE other", "REACHABLE other",
       "REACHABLE voice"},
      {S::stale, "STALE voice", "REACHABLE voice", "STALE other", "REACHABLE other", "STALE voice"},
      {S::delay, "DELAY voice", "REACHABLE voice", "STALE other", "REACHABLE other", "DELAY voice"},
      {S::probe, "PROBE voice", "REACHABLE voice", "STALE other", "REACHABLE other", "PROBE voice"},
      {S::permanent, "PERMANENT voice", "PERMANENT voice", "PERMANENT voice", "PERMANENT voice",
       "PERMANENT voice"},
      {S::noarp, "NOARP voice", "NOARP voice", "NOARP voice", "NOARP voice", "NOARP voice"},
  }));
  const auto after = [&](const Host& from, S news, bool override) {
    lan.knows(kPeer, lan.voice, c.before);
    lan.hears(from, news, override);
    return lan.known(kPeer);
  };
  CAPTURE(name(c.before));
  CHECK(after(lan.voice, S::stale, false) == c.stale_same);
  CHECK(after(lan.voice, S::reachable, false) == c.reach_same);
  CHECK(after(lan.other, S::stale, true) == c.stale_other);
  CHECK(after(lan.other, S::reachable, true) == c.reach_other);
  CHECK(after(lan.other, S::stale, false) == c.refused);
}

TEST_CASE("4.4 step 4: `updated` moves with state or MAC, and with nothing else",
          "[host][neighbours]") {
  CacheLan lan;
  using S = NeighbourState;
  const auto moved = [&](S before, const Host& from, S news, bool override) {
    lan.knows(kPeer, lan.voice, before);
    lan.run_for(milliseconds(10));
    lan.hears(from, news, override);
    return lan.cache[lan.entry()].updated == lan.now();
  };
  CHECK_FALSE(moved(S::reachable, lan.voice, S::reachable, true));
  CHECK_FALSE(moved(S::reachable, lan.voice, S::stale, true));
  CHECK_FALSE(moved(S::stale, lan.voice, S::stale, true));
  CHECK_FALSE(moved(S::stale, lan.other, S::stale, false));
  CHECK(moved(S::stale, lan.voice, S::reachable, false));  // the state
  CHECK(moved(S::stale, lan.other, S::stale, true));       // the MAC
  CHECK(moved(S::reachable, lan.other, S::reachable, true));
  CHECK(moved(S::reachable, lan.other, S::stale, true));
  CHECK(moved(S::incomplete, lan.voice, S::stale, false));
}

TEST_CASE("4.4 steps 2 and 6: REACHABLE news confirm, STALE news of the same MAC change nothing",
          "[host][neighbours]") {
  CacheLan lan;
  const auto confirmed = [&] { return lan.cache[lan.entry()].confirmed; };
  lan.knows(kPeer, lan.voice, NeighbourState::stale);
  lan.run_for(seconds(1));
  lan.hears(lan.other, NeighbourState::reachable, true);
  CHECK(confirmed() == lan.now());
  lan.knows(kPeer, lan.voice, NeighbourState::stale);
  lan.cache.confirm(lan.entry());
  lan.hears(lan.voice, NeighbourState::stale, true);
  CHECK(confirmed() == lan.now());
}

TEST_CASE("4.4 step 5: REACHABLE runs from each time that it begins, not from repeated news",
          "[host][neighbours]") {
  CacheLan lan;
  lan.knows(kPeer, lan.voice, NeighbourState::stale);
  lan.run_until(seconds(10));
  lan.hears(lan.voice);
  lan.run_until(seconds(25));
  lan.hears(lan.voice);  // confirms: until 55 s
  lan.run_until(seconds(55) - picoseconds(1));
  CHECK(lan.state() == "REACHABLE");
  lan.run_until(seconds(55));
  CHECK(lan.state() == "STALE");
}

TEST_CASE("4.4 step 6: an entry that news made STALE is probed, though it was confirmed just now",
          "[host][neighbours]") {
  CacheLan lan;
  lan.knows(kPeer, lan.voice, NeighbourState::reachable);
  lan.run_for(milliseconds(1));
  const bool other_mac = GENERATE(true, false);
  lan.hears(other_mac ? lan.other : lan.voice, NeighbourState::stale, true);
  if (!other_mac) {  // the same MAC changes nothing, so the confirmation stays
    CHECK(lan.cache[lan.entry()].confirmed == kStart);
    return;
  }
  CHECK(lan.cache[lan.entry()].confirmed == lan.now() - seconds(60));
  lan.send("10.0.0.11", kPeer);
  lan.run_for(seconds(5));
  CHECK(lan.state() == "PROBE");
}

TEST_CASE("4.4 step 6: so is one that was not usable, though its MAC is the same",
          "[host][neighbours]") {
  CacheLan lan;
  lan.knows(kPeer, lan.voice, NeighbourState::failed);
  lan.hears(lan.voice, NeighbourState::stale);
  lan.send("10.0.0.11", kPeer);
  lan.run_for(seconds(5));
  CHECK(lan.state() == "PROBE");
}

TEST_CASE("4.4 step 7: what waited leaves in order when the answer comes, and then DELAY",
          "[host][neighbours]") {
  CacheLan lan;
  for (const char* from : {"10.0.0.11", "10.9.0.11"}) lan.send(from, kPeer);
  const auto news = GENERATE(NeighbourState::stale, NeighbourState::reachable);
  lan.hears(lan.voice, news);
  CHECK(lan.said().size() == 2);
  CHECK(lan.said()[0].find("10.0.0.11:9") == 0);
  CHECK(lan.said()[1].find("10.9.0.11:9") == 0);
  CHECK(lan.state() == (news == NeighbourState::stale ? "DELAY" : "REACHABLE"));
}

}  // namespace lvs
