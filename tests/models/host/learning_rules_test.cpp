// spec/linux-host.md 5.5, 5.6: what a host learns of routers, and what it does not believe
// (tests/mutation).
#include "tests/models/host/rules_lan.hpp"

namespace lvs {
namespace {

/// The subject's default gateway is 10.0.0.1, the voice; 10.0.0.2 is another router there.
struct LearningLan : RulesLan {
  LearningLan() {
    add_route(subject, "default", "10.0.0.1");
    for (const char* router : {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.5.0.2"}) {
      subject.neighbours().set(address(router), eth0(), mac_of(voice), NeighbourState::permanent);
    }
  }
  OutputRoute way(const std::string& to) const {
    return subject.ip().output_route(address(to), std::nullopt);
  }
  std::string hop(const std::string& to = "172.16.0.1") const {
    return to_string(way(to).next_hop);
  }
  /// A message of `from` about a datagram of ours to `about`.
  Frame message(const std::string& from, const std::string& about) const {
    return icmp()
        .from(address(from))
        .to(address("10.0.0.11"))
        .unreachable(0)
        .about(udp().from(address("10.0.0.11"), 1).to(address(about), 2));
  }
  void redirect(const std::string& gateway, const std::string& from = "10.0.0.1",
                const std::string& about = "172.16.0.1") {
    Frame frame = message(from, about);
    frame.icmp.type = IcmpType::redirect;
    frame.icmp.code = 1;
    frame.icmp.gateway = address(gateway);
    says(frame, mac_of(subject));
  }
  void too_long(std::uint16_t mtu, const std::string& about = "172.16.0.1") {
    Frame frame = message("10.0.0.1", about);
    frame.icmp.code = IcmpUnreachable::kFragmentationNeeded;
    frame.icmp.mtu = mtu;
    says(frame, mac_of(subject));
  }
};

}  // namespace

TEST_CASE("5.6: a redirect counts for one destination, for 300 s", "[host][redirect]") {
  LearningLan lan;
  lan.redirect("10.0.0.2");
  const Time heard = lan.now();
  CHECK(lan.hop() == "10.0.0.2");
  CHECK(lan.way("172.16.0.1").redirected);
  CHECK(lan.hop("172.16.0.2") == "10.0.0.1");
  lan.send("10.0.0.11", "172.16.0.1");
  CHECK_FALSE(lan.said().empty());
  lan.run_for(seconds(299) + milliseconds(998) - (lan.now() - heard));
  CHECK(lan.hop() == "10.0.0.2");
  lan.run_for(milliseconds(3));
  CHECK(lan.hop() == "10.0.0.1");
  CHECK_FALSE(lan.way("172.16.0.1").redirected);
}

TEST_CASE("5.6: accept_redirects: a host asks all or the card, a router both", "[host][redirect]") {
  const int all = GENERATE(0, 1);
  const int card = GENERATE(0, 1);
  const int forwards = GENERATE(0, 1);
  CAPTURE(all, card, forwards);
  LearningLan lan;
  sysctl(lan.subject, "ipv4.ip_forward", forwards);
  sysctl(lan.subject, "ipv4.conf.all.accept_redirects", all);
  sysctl(lan.subject, "ipv4.conf.eth0.accept_redirects", card);
  lan.redirect("10.0.0.2");
  const bool accepts = forwards == 1 ? all + card == 2 : all + card > 0;
  CHECK(lan.hop() == (accepts ? "10.0.0.2" : "10.0.0.1"));
}

TEST_CASE("5.6: a redirect is believed from the gateway in use alone, by its card",
          "[host][redirect]") {
  LearningLan lan;
  lan.redirect("10.0.0.2", "10.0.0.3");
  CHECK(lan.hop() == "10.0.0.1");
  lan.redirect("10.0.0.2", "10.0.0.1", "10.0.0.99");  // on-link: there is no gateway
  CHECK(lan.hop("10.0.0.99") == "10.0.0.99");
  lan.redirect("10.0.0.1");  // no other than now
  CHECK_FALSE(lan.way("172.16.0.1").redirected);
  // The gateway's own destination, and one of ours.
  lan.redirect("10.0.0.2", "10.0.0.1", "10.0.0.1");
  CHECK(lan.hop("10.0.0.1") == "10.0.0.1");
  lan.redirect("10.0.0.2", "10.0.0.1", "10.9.0.11");
  CHECK(lan.way("10.9.0.11").kind == OutputRoute::Kind::local);
  // By a gateway of another card.
  add_route(lan.subject, "10.30.0.0/16", "10.9.0.1");
  lan.redirect("10.0.0.2", "10.9.0.1", "10.30.0.1");
  CHECK(lan.hop("10.30.0.1") == "10.9.0.1");
  // One that was redirected hears the new gateway from then on, and the old one no more.
  lan.redirect("10.0.0.2");
  lan.redirect("10.0.0.3");
  CHECK(lan.hop() == "10.0.0.2");
  lan.redirect("10.0.0.3", "10.0.0.2");
  CHECK(lan.hop() == "10.0.0.3");
}

TEST_CASE("5.6: the new gateway must be somebody else's unicast address", "[host][redirect]") {
  LearningLan lan;
  for (const char* gateway : {"10.0.0.11", "10.9.0.11", "10.0.0.255", "255.255.255.255",
                              "224.0.0.1", "0.0.0.0", "127.0.0.1"}) {
    CAPTURE(gateway);
    lan.redirect(gateway);
    CHECK(lan.hop() == "10.0.0.1");
  }
  CHECK(lan.subject.neighbours().size() == 4);  // nobody was asked for either
  lan.redirect("10.5.0.2");                     // with shared_media of any network
  CHECK(lan.hop() == "10.5.0.2");
}

TEST_CASE("5.6: without shared_media the new gateway is in the old one's network, and a default",
          "[host][redirect]") {
  LearningLan lan;
  add_address(lan.subject, "eth0", "10.5.0.11/24");
  sysctl(lan.subject, "ipv4.conf.eth0.shared_media", 0);
  sysctl(lan.subject, "ipv4.conf.all.secure_redirects", 0);
  const bool secure = GENERATE(false, true);
  if (!secure) sysctl(lan.subject, "ipv4.conf.eth0.secure_redirects", 0);
  SECTION("all still says shared") {
    lan.redirect("10.5.0.2");
    CHECK(lan.hop() == "10.5.0.2");
  }
  sysctl(lan.subject, "ipv4.conf.all.shared_media", 0);
  SECTION("another network") {
    lan.redirect("10.5.0.2");
    CHECK(lan.hop() == "10.0.0.1");
  }
  SECTION("the same, but no default gateway") {
    add_route(lan.subject, "10.40.0.0/16", "10.0.0.2");
    lan.redirect("10.0.0.2");
    CHECK(lan.hop() == (secure ? "10.0.0.1" : "10.0.0.2"));
  }
  SECTION("the same, and a default gateway of lower preference") {
    Route second;
    second.prefix = {{}, 0};
    second.gateway = address("10.0.0.2");
    second.metric = 9;
    CHECK(lan.subject.state().add_route(second) == ConfigError::none);
    lan.redirect("10.0.0.2");
    CHECK(lan.hop() == "10.0.0.2");
  }
}

TEST_CASE("5.6: a gateway that is not known is asked for, and this redirect is lost",
          "[host][redirect]") {
  LearningLan lan;
  lan.redirect("10.0.0.4");
  CHECK(lan.hop() == "10.0.0.1");
  CHECK(lan.known("10.0.0.4").substr(0, 10) == "INCOMPLETE");
  const auto asked = lan.seen.times_sent(lan.subject, [](const Frame& f) { return f.is_arp(); });
  CHECK(asked.size() == 1);
  lan.redirect("10.0.0.4");  // while it is being asked for, nobody asks again
  CHECK(lan.seen.times_sent(lan.subject, [](const Frame& f) { return f.is_arp(); }).empty());
  CHECK(lan.hop() == "10.0.0.1");
  lan.knows("10.0.0.4", lan.other, NeighbourState::stale);
  lan.redirect("10.0.0.4");
  CHECK(lan.hop() == "10.0.0.4");
}

TEST_CASE("5.6: a redirect holds only while the route is the one that was redirected",
          "[host][redirect]") {
  LearningLan lan;
  sysctl(lan.subject, "ipv4.conf.all.forwarding", 1);
  sysctl(lan.subject, "ipv4.conf.all.accept_redirects", 1);
  lan.redirect("10.0.0.2");
  CHECK(lan.hop() == "10.0.0.2");
  // It counts for what the host forwards, too.
  const auto forwards_to = [&](const char* to) {
    lan.says(udp().from(address("10.0.0.9"), 1).to(address(to), 2), mac_of(lan.subject));
    for (const SeenFrame& s : lan.seen.sent) {
      const bool redirect = s.host == lan.subject.id() && s.frame.ip.protocol == Protocol::icmp;
      if (redirect && !s.frame.is_arp()) return to_string(s.frame.icmp.gateway);
    }
    return std::string();
  };
  lan.knows("10.0.0.9", lan.other, NeighbourState::permanent);
  CHECK(forwards_to("172.16.0.1") == "10.0.0.2");
  lan.run_for(milliseconds(100));
  CHECK(forwards_to("172.16.0.2") == "10.0.0.1");
  add_route(lan.subject, "172.16.0.0/24", "10.0.0.3");
  CHECK(lan.hop() == "10.0.0.3");
  lan.run_for(milliseconds(200));
  CHECK(forwards_to("172.16.0.1") == "10.0.0.3");
  add_route(lan.subject, "172.16.0.0/25", "10.9.0.1");
  CHECK(lan.hop() == "10.9.0.1");
}

TEST_CASE("5.5: a learned path MTU holds for 600 s, shrinks, and is at least 552", "[host][mtu]") {
  LearningLan lan;
  const auto mtu = [&] { return lan.way("172.16.0.1").mtu; };
  lan.too_long(1400);
  CHECK(mtu() == 1400);
  CHECK(lan.way("172.16.0.1").learned_mtu == 1400);
  CHECK(lan.way("172.16.0.2").mtu == 1500);
  lan.too_long(1401);  // larger: ignored
  CHECK(mtu() == 1400);
  lan.too_long(1000);
  const Time heard = lan.now();
  CHECK(mtu() == 1000);
  lan.too_long(1501);
  CHECK(mtu() == 1000);
  lan.run_for(seconds(599) + milliseconds(998) - (lan.now() - heard));
  CHECK(mtu() == 1000);
  lan.run_for(milliseconds(3));
  CHECK(mtu() == 1500);
  lan.too_long(100);
  CHECK(mtu() == 552);
  SECTION("as the sysctls say") {
    sysctl(lan.subject, "ipv4.route.min_pmtu", 300);
    sysctl(lan.subject, "ipv4.route.mtu_expires", 10);
    lan.too_long(100);
    CHECK(mtu() == 300);
    lan.run_for(seconds(11));
    CHECK(mtu() == 1500);
  }
  SECTION("not without discovery") {
    sysctl(lan.subject, "ipv4.ip_no_pmtu_disc", 1);
    lan.too_long(100, "172.16.0.9");
    CHECK(lan.way("172.16.0.9").mtu == 1500);
  }
}

TEST_CASE("5.5: the same path MTU once more begins its 600 s anew", "[host][mtu]") {
  LearningLan lan;
  lan.too_long(1000);
  lan.run_for(seconds(400));
  lan.too_long(1000);
  lan.run_for(seconds(500));
  CHECK(lan.way("172.16.0.1").mtu == 1000);
  lan.run_for(seconds(101));
  CHECK(lan.way("172.16.0.1").mtu == 1500);
}

TEST_CASE("5.5: what is learned of MTU and gateway end each in its own time", "[host][mtu]") {
  LearningLan lan;
  lan.redirect("10.0.0.2");
  const Time redirected = lan.now();
  lan.run_for(seconds(10));
  lan.too_long(1000);
  const Time shrunk = lan.now();
  CHECK(lan.way("172.16.0.1").expires <= redirected + seconds(300));
  CHECK(lan.way("172.16.0.1").expires > redirected + seconds(299));
  lan.run_for(seconds(300));
  CHECK(lan.hop() == "10.0.0.1");
  CHECK(lan.way("172.16.0.1").mtu == 1000);
  CHECK(lan.way("172.16.0.1").expires > shrunk + seconds(599));
  CHECK(lan.way("172.16.0.1").expires <= shrunk + seconds(600));
  lan.run_for(seconds(300));
  CHECK(lan.way("172.16.0.1").mtu == 1500);
  CHECK(lan.way("172.16.0.1").expires == kNever);
}

TEST_CASE("5.5, 5.6: what is learned holds until its last instant, and for its destination alone",
          "[host][mtu][redirect]") {
  RouteExceptions learned;
  const Ipv4Address here = address("172.16.0.1"), there = address("172.16.0.2");
  OutputRoute way;
  way.kind = OutputRoute::Kind::direct;
  way.device = InterfaceId{2};
  way.next_hop = address("10.0.0.1");
  way.mtu = 1500;
  const Time begun = kStart + seconds(7), mtu_ends = begun + seconds(600);
  const Time gateway_ends = begun + seconds(300);
  learned.redirect(here, way, address("10.0.0.2"), begun);
  learned.shrink(here, 1000, mtu_ends);
  const auto gateway = [&](Ipv4Address to, Time now) {
    return learned.gateway(to, way.device, way.next_hop, now).has_value();
  };
  CHECK(gateway(here, gateway_ends - picoseconds(1)));
  CHECK_FALSE(gateway(here, gateway_ends));
  CHECK_FALSE(gateway(there, begun));
  CHECK(learned.mtu(here, mtu_ends - picoseconds(1)) == 1000);
  CHECK(learned.mtu(here, mtu_ends) == 0);
  CHECK(learned.mtu(there, begun) == 0);
  const auto applied = [&](Time now) {
    OutputRoute changed = way;
    learned.apply(changed, here, now);
    return changed;
  };
  CHECK(applied(gateway_ends - picoseconds(1)).redirected);
  CHECK(applied(gateway_ends - picoseconds(1)).by_gateway);
  CHECK(applied(gateway_ends - picoseconds(1)).expires == gateway_ends);
  CHECK_FALSE(applied(gateway_ends).redirected);
  CHECK(applied(gateway_ends).expires == mtu_ends);
  CHECK(applied(mtu_ends - picoseconds(1)).learned_mtu == 1000);
  CHECK(applied(mtu_ends).learned_mtu == 0);
  CHECK(applied(mtu_ends).mtu == 1500);
  CHECK(learned.next_expiry(begun) == gateway_ends);
  CHECK(learned.next_expiry(gateway_ends) == mtu_ends);
  CHECK(learned.next_expiry(mtu_ends) == kNever);
  // A way that ends here, or nowhere, has nothing to learn.
  way.kind = GENERATE(OutputRoute::Kind::local, OutputRoute::Kind::none);
  CHECK(applied(begun).learned_mtu == 0);
  CHECK_FALSE(applied(begun).redirected);
}

TEST_CASE("5.5: paths that connections remember are found anew when something is learned, or ends",
          "[host][mtu]") {
  LearningLan lan;
  PeerPath path;
  const auto mtu = [&] {
    const FrameId id = lan.world.frames().create();
    lan.world.frames()[id] = udp().from(address("10.0.0.11"), 1).to(address("172.16.0.1"), 2);
    lan.subject.ip().send(path, id);
    return path.mtu;
  };
  CHECK(mtu() == 1500);
  lan.too_long(1000);
  CHECK(mtu() == 1000);
  lan.run_for(seconds(601));
  CHECK(mtu() == 1500);
  // Two that end one after the other.
  lan.too_long(1000);
  lan.run_for(seconds(100));
  lan.too_long(900, "172.16.0.9");
  CHECK(mtu() == 1000);
  lan.run_for(seconds(500));
  CHECK(mtu() == 1500);
  CHECK(lan.way("172.16.0.9").mtu == 900);
}

TEST_CASE("5.5: a router takes its card's MTU unless ip_forward_use_pmtu is set", "[host][mtu]") {
  LearningLan lan;
  sysctl(lan.subject, "ipv4.ip_forward", 1);
  lan.too_long(1000);
  const auto passes = [&](const char* to) {
    lan.says(udp().from(address("10.9.0.5"), 1).to(address(to), 2).payload(bytes(1100)),
             mac_of(lan.subject));
    return lan.said().size() == 1;
  };
  CHECK(passes("172.16.0.1"));
  sysctl(lan.subject, "ipv4.ip_forward_use_pmtu", 1);
  CHECK_FALSE(passes("172.16.0.1"));  // in two pieces
  // Of this one nothing was learned.
  lan.says(udp()
               .from(address("10.9.0.5"), 1)
               .to(address("172.16.0.2"), 2)
               .payload(bytes(1472))
               .dont_fragment(),
           mac_of(lan.subject));
  REQUIRE(lan.said().size() == 1);
  CHECK(lan.said()[0].find("udp len 1472") != std::string::npos);
}

}  // namespace lvs
