// ICMP redirects and what is learned about single destinations: spec/linux-host.md 5.5, 5.6.
#include <catch2/catch.hpp>

#include "tests/support/three_hosts.hpp"

namespace lvs {
namespace {

/// A host whose gateway is on its own link, and a better gateway beside it.
struct RedirectLan : Lan {
  Host& host_ = host("host", "10.0.0.5/24");
  Host& gateway = host("gateway", "10.0.0.1/24");
  Host& better = host("better", "10.0.0.2/24");

  RedirectLan() {
    add_route(host_, "default", "10.0.0.1");
    for (Host* router : {&gateway, &better}) sysctl(*router, "ipv4.ip_forward", 1);
    add_route(gateway, "default", "10.0.0.2");
    add_route(better, "172.16.0.0/16", "", "eth0");
    knows(host_, "10.0.0.1", gateway);
    knows(gateway, "10.0.0.2", better);
    knows(gateway, "10.0.0.5", host_);
  }
  static void knows(Host& at, const char* who, const Host& is) {
    at.neighbours().set(address(who), device(at, "eth0"), mac_of(is), NeighbourState::permanent);
  }
  void send(const char* source = "10.0.0.5", const char* to = "172.16.0.9") {
    originate(host_, udp().from(address(source), 1).to(address(to), 2).payload(bytes(20)));
    run_for(milliseconds(1));
  }
  /// The gateways that the router's redirects have named.
  std::vector<std::string> redirects() const {
    std::vector<std::string> named;
    for (const SeenFrame& s : seen.sent) {
      const bool redirect = s.host == gateway.id() && !s.frame.is_arp() &&
                            s.frame.ip.protocol == Protocol::icmp &&
                            s.frame.icmp.type == IcmpType::redirect;
      if (redirect) named.push_back(to_string(s.frame.icmp.gateway));
    }
    return named;
  }
  std::string next_hop(const char* to = "172.16.0.9") {
    return to_string(host_.ip().output_route(address(to), std::nullopt).next_hop);
  }
  /// As the gateway in use says it, but for what a test changes.
  void told(const char* named, const char* by = "10.0.0.1", const char* about = "172.16.0.9") {
    Frame frame = icmp().from(address(by)).to(address("10.0.0.5")).payload(bytes(28));
    frame.icmp.type = IcmpType::redirect;
    frame.icmp.code = 1;
    frame.icmp.gateway = address(named);
    frame.icmp.quoted.ip.source = address("10.0.0.5");
    frame.icmp.quoted.ip.destination = address(about);
    inject(gateway, frame, mac_of(host_));
    run_for(milliseconds(1));
  }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("5.6: a router forwards, and tells the source of a shorter way on its own link",
          "[host][icmp]") {
  RedirectLan lan;
  lan.send();
  CHECK(lan.redirects() == Lines{"10.0.0.2"});
  CHECK(lan.seen
            .times_sent(lan.gateway,
                        [](const Frame& f) {
                          return !f.is_arp() && f.ip.protocol == Protocol::udp && f.ip.ttl == 63;
                        })
            .size() == 1);
  // To a destination on the link itself it names that.
  lan.seen.clear();
  add_route(lan.host_, "10.0.0.77/32", "10.0.0.1");
  lan.run_for(seconds(30));
  lan.send("10.0.0.5", "10.0.0.77");
  CHECK(lan.redirects() == Lines{"10.0.0.77"});
}

TEST_CASE("5.6: send_redirects counts on all or on the card; both must be 0", "[host][icmp]") {
  const auto [all, card, sent] =
      GENERATE(table<int, int, std::size_t>({{0, 0, 0}, {0, 1, 1}, {1, 0, 1}, {1, 1, 1}}));
  CAPTURE(all, card);
  RedirectLan lan;
  sysctl(lan.gateway, "ipv4.conf.all.send_redirects", all);
  sysctl(lan.gateway, "ipv4.conf.eth0.send_redirects", card);
  lan.send();
  CHECK(lan.redirects().size() == sent);
}

TEST_CASE("5.6: a source behind another gateway is told nothing", "[host][icmp]") {
  RedirectLan lan;
  SECTION("nor one on the link of another card") {
    lan.card(lan.gateway, "eth1", "198.51.100.1/24", 1);
    lan.send("198.51.100.7");
    CHECK(lan.redirects().empty());
  }
  add_route(lan.gateway, "192.0.2.0/24", "10.0.0.5");
  lan.send("192.0.2.1");
  CHECK(lan.redirects().empty());
}

TEST_CASE("5.6: without shared media source and gateway must share a network of the card",
          "[host][icmp]") {
  RedirectLan lan;
  sysctl(lan.gateway, "ipv4.conf.all.shared_media", 0);
  sysctl(lan.gateway, "ipv4.conf.eth0.shared_media", 0);
  add_route(lan.gateway, "192.0.2.0/24", "", "eth0");  // on the link, in none of its networks
  lan.send("192.0.2.1");
  CHECK(lan.redirects().empty());
  lan.send();
  CHECK(lan.redirects() == Lines{"10.0.0.2"});
}

TEST_CASE("5.6: redirects to one source back off by doubling, nine at most, until 20.48 s of rest",
          "[host][icmp]") {
  RedirectLan lan;
  sysctl(lan.host_, "ipv4.conf.all.accept_redirects", 0);
  sysctl(lan.host_, "ipv4.conf.eth0.accept_redirects", 0);
  const Time from = lan.now();
  while (lan.now() - from < seconds(15)) lan.send();
  std::vector<Duration> gaps;
  Time last = kNever;
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host != lan.gateway.id() || s.frame.is_arp()) continue;
    if (s.frame.ip.protocol != Protocol::icmp) continue;
    if (last != kNever) gaps.push_back(s.time - last);
    last = s.time;
  }
  REQUIRE(gaps.size() == 8);
  for (std::size_t n = 1; n <= gaps.size(); ++n) {
    const Duration least = milliseconds(20) * (1 << n);
    CAPTURE(n);
    CHECK(gaps[n - 1] > least);
    CHECK(gaps[n - 1] <= least + milliseconds(2));
  }
  lan.seen.clear();
  lan.run_for(seconds(20));  // not long enough
  lan.send();
  CHECK(lan.redirects().empty());
  lan.run_for(milliseconds(20'481));
  lan.send();
  CHECK(lan.redirects().size() == 1);
}

TEST_CASE("5.6: a host obeys for 300 s, once it knows the new gateway's MAC", "[host][routing]") {
  RedirectLan lan;
  lan.told("10.0.0.2");
  CHECK(lan.next_hop() == "10.0.0.1");  // the new gateway is asked for, this redirect is lost
  CHECK(neighbour_state(lan.host_, "10.0.0.2") == "REACHABLE");
  lan.told("10.0.0.2");
  CHECK(lan.next_hop() == "10.0.0.2");
  CHECK(lan.next_hop("172.16.0.8") == "10.0.0.1");  // for one destination
  CHECK(lan.host_.ip().output_route(address("172.16.0.9"), std::nullopt).redirected);
  lan.seen.clear();
  lan.send();
  CHECK(lan.seen.times_sent(lan.gateway, [](const Frame& f) { return !f.is_arp(); }).empty());
  lan.run_for(milliseconds(299'900));
  CHECK(lan.next_hop() == "10.0.0.2");
  lan.run_for(milliseconds(200));
  CHECK(lan.next_hop() == "10.0.0.1");
}

TEST_CASE("5.6: which redirects a host obeys", "[host][routing]") {
  RedirectLan lan;
  lan.knows(lan.host_, "10.0.0.2", lan.better);
  const auto obeys = [&] { return lan.next_hop() == "10.0.0.2"; };
  SECTION("accept_redirects on all or the card is enough for a host") {
    sysctl(lan.host_, "ipv4.conf.all.accept_redirects", 0);
    lan.told("10.0.0.2");
    CHECK(obeys());
  }
  SECTION("with both at 0 it does not") {
    sysctl(lan.host_, "ipv4.conf.all.accept_redirects", 0);
    sysctl(lan.host_, "ipv4.conf.eth0.accept_redirects", 0);
    lan.told("10.0.0.2");
    CHECK_FALSE(obeys());
  }
  SECTION("a forwarding host needs both, and turning ip_forward on clears that of all") {
    sysctl(lan.host_, "ipv4.ip_forward", 1);
    lan.told("10.0.0.2");
    CHECK_FALSE(obeys());
    sysctl(lan.host_, "ipv4.conf.all.accept_redirects", 1);
    lan.told("10.0.0.2");
    CHECK(obeys());
  }
  SECTION("not from anybody but the gateway in use") {
    lan.told("10.0.0.2", "10.0.0.9");
    CHECK_FALSE(obeys());
  }
  SECTION("not to an address of its own, a broadcast or a group") {
    for (const char* named : {"10.0.0.5", "10.0.0.255", "224.0.0.1", "0.0.0.0"}) {
      lan.told(named);
      CHECK(lan.next_hop() == "10.0.0.1");
    }
  }
  SECTION("not about a destination on its own link") {
    lan.told("10.0.0.2", "10.0.0.1", "10.0.0.66");
    CHECK(lan.next_hop("10.0.0.66") == "10.0.0.66");
  }
  SECTION("without shared media, only to a listed default gateway while secure_redirects is on") {
    sysctl(lan.host_, "ipv4.conf.all.shared_media", 0);
    sysctl(lan.host_, "ipv4.conf.eth0.shared_media", 0);
    lan.told("10.0.0.2");
    CHECK_FALSE(obeys());
    Route second;
    second.prefix = {{}, 0};
    second.gateway = address("10.0.0.2");
    second.metric = 10;
    REQUIRE(lan.host_.state().add_route(second) == ConfigError::none);
    lan.told("10.0.0.2");
    CHECK(obeys());
  }
  SECTION("without both, to any address in the network of the old gateway") {
    for (const char* key : {"shared_media", "secure_redirects"}) {
      sysctl(lan.host_, std::string("ipv4.conf.all.") + key, 0);
      sysctl(lan.host_, std::string("ipv4.conf.eth0.") + key, 0);
    }
    lan.told("10.0.0.2");
    CHECK(obeys());
  }
  SECTION("it holds only while the route is the one that was redirected") {
    lan.told("10.0.0.2");
    REQUIRE(obeys());
    add_route(lan.host_, "172.16.0.0/24", "10.0.0.77");
    CHECK(lan.next_hop() == "10.0.0.77");
  }
}

TEST_CASE("5.5: a learned path MTU holds for 600 s, is 552 at least, and never grows the way",
          "[host][routing]") {
  RedirectLan lan;
  const auto mtu = [&] {
    return lan.host_.ip().output_route(address("172.16.0.9"), std::nullopt).mtu;
  };
  lan.host_.ip().learn_path_mtu(address("172.16.0.9"), 1600);
  CHECK(mtu() == 1500);
  lan.host_.ip().learn_path_mtu(address("172.16.0.9"), 1000);
  CHECK(mtu() == 1000);
  lan.host_.ip().learn_path_mtu(address("172.16.0.9"), 1200);  // larger than what is known
  CHECK(mtu() == 1000);
  lan.host_.ip().learn_path_mtu(address("172.16.0.9"), 100);
  CHECK(mtu() == 552);
  lan.run_for(milliseconds(599'990));
  CHECK(mtu() == 552);
  lan.run_for(milliseconds(20));
  CHECK(mtu() == 1500);
}

TEST_CASE("5.5: a forwarder uses the device's MTU, unless ip_forward_use_pmtu says otherwise",
          "[host][forwarding]") {
  RedirectLan lan;
  lan.gateway.ip().learn_path_mtu(address("172.16.0.9"), 1000);
  const auto passes = [&] {
    lan.seen.clear();
    lan.inject(lan.host_,
               udp()
                   .from(address("10.0.0.5"), 1)
                   .to(address("172.16.0.9"), 2)
                   .payload(bytes(1300))
                   .dont_fragment(),
               mac_of(lan.gateway));
    lan.run_for(milliseconds(1));
    return !lan.seen
                .times_sent(
                    lan.gateway,
                    [](const Frame& f) { return !f.is_arp() && f.ip.protocol == Protocol::udp; })
                .empty();
  };
  CHECK(passes());
  sysctl(lan.gateway, "ipv4.ip_forward_use_pmtu", 1);
  CHECK_FALSE(passes());
}

}  // namespace lvs
