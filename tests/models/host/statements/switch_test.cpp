// spec/linux-host.md 8.1, 8.2 and what 8.4 says of announcements: switches learn from sources, and
// what a moved address needs.
#include "tests/models/host/statements/statement_lan.hpp"

namespace lvs::truth {
namespace {

const std::string kVip = "192.168.77.100";

struct Switched : StatementLan {
  Host& router = machine("router", "192.168.77.1/24", 1);
  Host& one = machine("one", "192.168.77.2/24", 2);
  Host& two = machine("two", "192.168.77.3/24", 3);

  /// Whose card hears a frame of the router to this MAC address, for it or not.
  std::string reached(MacAddress to) {
    std::vector<std::uint64_t> before;
    for (const Host* h : world.hosts()) before.push_back(carried(*h));
    inject(router, udp().from(address("10.0.0.1"), 1), to);
    run_for(milliseconds(1));
    std::string names;
    for (std::size_t i = 0; i < before.size(); ++i) {
      const Host& h = *world.hosts()[i];
      if (carried(h) != before[i]) names += (names.empty() ? "" : " ") + h.name();
    }
    return names;
  }
  /// `from` sends a frame to nobody with this source MAC address.
  void speaks_as(Host& from, MacAddress source) {
    const MacAddress own = mac_of(from);
    from.state().set_mac(device(from, "eth0"), source);
    inject(from, udp().from(address("10.0.0.1"), 1), mac(0xee));
    run_for(milliseconds(1));
    from.state().set_mac(device(from, "eth0"), own);
  }

 private:
  std::uint64_t carried(const Host& h) const {
    return world.cables().counters(Cables::from_b(cable_of(h))).frames;
  }
};

}  // namespace

TEST_CASE("8.1: one frame with a forged source moves an address, the owner's announcement back",
          "[statements][switch]") {
  Switched lan;
  lan.speaks_as(lan.one, mac(2));
  CHECK(lan.reached(mac(2)) == "one");
  lan.speaks_as(lan.two, mac(2));
  CHECK(lan.reached(mac(2)) == "two");
  CHECK(lan.two.drops()[DropCause::not_for_this_mac] == 2);  // the flooded one before
  lan.one.arp().announce(device(lan.one, "eth0"), address("192.168.77.2"), ArpOperation::request);
  lan.run_for(milliseconds(1));
  CHECK(lan.reached(mac(2)) == "one");
}

TEST_CASE("8.1: an address is known for 300 s after its last frame, then flooded",
          "[statements][switch]") {
  Switched lan;
  CHECK(lan.reached(mac(2)) == "voice one two");
  lan.speaks_as(lan.one, mac(2));
  lan.run_for(seconds(200));
  lan.speaks_as(lan.one, mac(2));
  lan.run_for(seconds(299));
  CHECK(lan.reached(mac(2)) == "one");  // hearing of it does not refresh it
  lan.run_for(seconds(1));
  CHECK(lan.reached(mac(2)) == "voice one two");
}

TEST_CASE("8.1: an unknown unicast is flooded, and the cards of others drop it",
          "[statements][switch]") {
  Switched lan;
  lan.begin();
  lan.inject(lan.router, udp().from(address("192.168.77.1"), 9).to(address("192.168.77.2"), 9),
             mac(2));
  lan.run_for(milliseconds(1));
  Lines heard;
  for (const SeenFrame& s : lan.seen.received) {
    if (!s.frame.is_arp()) heard.push_back(lan.world.host(s.host).name());
  }
  CHECK(heard == Lines{"one", "router"});  // whose error comes back
  CHECK(lan.two.drops()[DropCause::not_for_this_mac] >= 1);
  CHECK(lan.voice.drops()[DropCause::not_for_this_mac] >= 1);
  CHECK(lan.one.drops()[DropCause::not_for_this_mac] == 0);
}

TEST_CASE("8.1: a broadcast reaches the port that was added last first", "[statements][switch]") {
  Switched lan;
  lan.machine("three", "192.168.77.4/24", 4);
  for (Host* host : {&lan.router, &lan.one, &lan.two}) add_address(*host, "lo", kVip + "/32");
  CHECK(lan.repliers(kVip) == Lines{"two", "one", "router"});
}

TEST_CASE("8.2: an announcement moves switch and entries at once, and makes no entries",
          "[statements][switch]") {
  const bool as_keepalived = GENERATE(true, false);  // else as ip link up with arp_notify
  Switched lan;
  Host& other = lan.machine("other", "192.168.77.9/24", 9);
  lan.know(lan.router, kVip, 2, NeighbourState::reachable);
  lan.speaks_as(lan.two, mac(0xee));
  lan.begin();
  Frame announcement = arp_request().from(mac(3), address(kVip)).asking(address(kVip));
  announcement.arp.target_mac = as_keepalived ? kEverybody : MacAddress{};
  lan.inject(lan.two, announcement);
  lan.run_for(kArpWay);  // far within locktime
  CHECK(lan.known(lan.router, kVip) == "STALE two");
  CHECK(lan.known(other, kVip).empty());
  CHECK(lan.reached(mac(3)) == "two");
}

TEST_CASE("8.2: without an announcement hosts send to the old MAC until DELAY and PROBE fail",
          "[statements][switch]") {
  const bool old_answers = GENERATE(false, true);
  CAPTURE(old_answers);
  Switched lan;
  add_address(lan.one, "lo", kVip + "/32");
  lan.send(lan.router, "192.168.77.1", kVip);
  lan.run_for(milliseconds(1));
  CHECK(lan.known(lan.router, kVip) == "REACHABLE one");
  add_address(lan.two, "lo", kVip + "/32");  // the VIP moves
  lan.two.set_reply_jitter({microseconds(1), microseconds(1)});
  if (!old_answers) lan.one.state().delete_address(kLoopback, *parse_ipv4_prefix(kVip + "/32"));
  lan.begin();
  const auto last_to = [&](Host& host) {
    const auto times = lan.seen.times_sent(
        lan.router, [&](const Frame& f) { return !f.is_arp() && f.destination == mac_of(host); });
    return times.empty() ? kStart : times.back();
  };
  for (int i = 1; i <= 6000; ++i) {
    lan.run_until(milliseconds(10 * i));
    lan.send(lan.router, "192.168.77.1", kVip);
  }
  if (old_answers) {
    CHECK(last_to(lan.one) == Time{seconds(60)});
    CHECK(last_to(lan.two) == kStart);
  } else {
    // 30 s REACHABLE, the next packet, 5 s DELAY, 3 s PROBE, to the old one; then one question.
    CHECK(last_to(lan.one) == Time{seconds(38)});
    CHECK(last_to(lan.two) == Time{seconds(60)});
  }
}

TEST_CASE("8.2: a MAC address that moves needs a frame of its new owner, neighbours need nothing",
          "[statements][switch]") {
  Switched lan;
  const MacAddress shared{{0, 0, 0x5e, 0, 1, 51}};
  lan.one.state().set_mac(device(lan.one, "eth0"), shared);
  lan.speaks_as(lan.one, shared);
  lan.router.neighbours().set(address(kVip), device(lan.router, "eth0"), shared,
                              NeighbourState::reachable);
  lan.one.set_interface_up(device(lan.one, "eth0"), false);
  lan.two.state().set_mac(device(lan.two, "eth0"), shared);
  CHECK(lan.reached(shared) == "one");  // to the old port
  lan.speaks_as(lan.two, shared);
  CHECK(lan.reached(shared) == "two");
  CHECK(neighbour_state(lan.router, kVip) == "REACHABLE");
}

TEST_CASE("8.4: a request about itself overrides at once, whatever its target MAC and locktime",
          "[statements][switch]") {
  const MacAddress target = GENERATE(values<MacAddress>({kEverybody, {}, mac(0x77), mac(3)}));
  const MacAddress to = GENERATE(values<MacAddress>({kEverybody, mac(1)}));
  Switched lan;
  CAPTURE(to_string(target), to_string(to));
  sysctl(lan.router, "ipv4.neigh.eth0.locktime", 60'000);
  lan.know(lan.router, kVip, 2, NeighbourState::reachable);
  Frame announcement = arp_request().from(mac(3), address(kVip)).asking(address(kVip));
  announcement.arp.target_mac = target;
  lan.says(announcement, to);
  CHECK(lan.known(lan.router, kVip) == "STALE two");
}

}  // namespace lvs::truth
