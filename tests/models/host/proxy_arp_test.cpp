// Answering for others: spec/linux-host.md 2.1 step 8b; and announcing oneself: 2.7.
#include <catch2/catch.hpp>

#include "tests/support/three_hosts.hpp"

namespace lvs {
namespace {

const MacAddress kAll = MacAddress::broadcast();

/// A router with two cards; 10.1.0.0/24 is behind eth1.
struct ProxyLan : Lan {
  Host& router = host("router", "10.0.0.1/24");
  Host& asker = host("asker", "");

  ProxyLan() {
    card(router, "eth1", "10.1.0.1/24", 1);
    sysctl(router, "ipv4.ip_forward", 1);
    sysctl(router, "ipv4.neigh.eth0.proxy_delay", 0);
  }
  /// How many answers come to "who-has target tell sender", within 1 s.
  std::size_t answers(const char* target, MacAddress to = kAll, const char* sender = "10.0.0.9") {
    seen.clear();
    inject(asker, arp_request().from(mac_of(asker), address(sender)).asking(address(target)), to);
    run_for(seconds(1));
    return seen
        .times_sent(router,
                    [&](const Frame& f) {
                      return f.is_arp() && f.arp.operation == ArpOperation::reply &&
                             f.arp.sender == address(target) && f.arp.sender_mac == mac_of(router);
                    })
        .size();
  }
};

}  // namespace

TEST_CASE("8b: with proxy_arp a forwarding host answers for what leaves by another card",
          "[host][arp]") {
  ProxyLan lan;
  CHECK(lan.answers("10.1.0.9") == 0);
  sysctl(lan.router, "ipv4.conf.eth0.proxy_arp", 1);
  CHECK(lan.answers("10.1.0.9") == 1);
  CHECK(lan.answers("10.0.0.66") == 0);                       // leaves by the card it came in
  CHECK(lan.answers("172.16.0.1") == 0);                      // no route
  CHECK(neighbour_state(lan.router, "10.0.0.9") == "STALE");  // learned as from a request to it
  sysctl(lan.router, "ipv4.conf.eth0.forwarding", 0);
  CHECK(lan.answers("10.1.0.9") == 0);
  sysctl(lan.router, "ipv4.conf.eth0.forwarding", 1);
  sysctl(lan.router, "ipv4.conf.eth0.proxy_arp", 0);
  sysctl(lan.router, "ipv4.conf.all.proxy_arp", 1);
  CHECK(lan.answers("10.1.0.9") == 1);
}

TEST_CASE("8b: medium ids that are equal, or -1, keep a proxy silent", "[host][arp]") {
  struct Case {
    int in, out;
    std::size_t answers;
  };
  const auto c = GENERATE(values<Case>(
      {{0, 0, 1}, {0, -1, 1}, {-1, 2, 0}, {1, 1, 0}, {1, 2, 1}, {1, 0, 1}, {1, -1, 0}}));
  CAPTURE(c.in, c.out);
  ProxyLan lan;
  sysctl(lan.router, "ipv4.conf.eth0.proxy_arp", 1);
  sysctl(lan.router, "ipv4.conf.eth0.medium_id", c.in);
  sysctl(lan.router, "ipv4.conf.eth1.medium_id", c.out);
  CHECK(lan.answers("10.1.0.9") == c.answers);
}

TEST_CASE("8b: proxy_arp_pvlan answers for neighbours on the same card, but no probe of itself",
          "[host][arp]") {
  ProxyLan lan;
  sysctl(lan.router, "ipv4.conf.eth0.proxy_arp_pvlan", 1);
  CHECK(lan.answers("10.0.0.66") == 1);
  CHECK(lan.answers("10.0.0.9") == 0);  // sender = target
  CHECK(lan.answers("10.1.0.9") == 0);  // another card: that is proxy_arp
}

TEST_CASE("8b: an explicit proxy entry answers on its card for what leaves by another",
          "[host][arp]") {
  ProxyLan lan;
  const InterfaceId eth0 = device(lan.router, "eth0");
  lan.router.neighbours().add_proxy({address("10.1.0.9"), eth0});
  lan.router.neighbours().add_proxy({address("10.0.0.66"), eth0});
  lan.router.neighbours().add_proxy({address("10.1.0.8"), device(lan.router, "eth1")});
  CHECK(lan.answers("10.1.0.9") == 1);
  CHECK(lan.answers("10.0.0.66") == 0);
  CHECK(lan.answers("10.1.0.8") == 0);
  CHECK(lan.router.neighbours().remove_proxy({address("10.1.0.9"), eth0}));
  CHECK_FALSE(lan.router.neighbours().remove_proxy({address("10.1.0.9"), eth0}));
  CHECK(lan.answers("10.1.0.9") == 0);
}

TEST_CASE("8b: a broadcast question is answered after a random delay, a unicast one at once",
          "[host][arp]") {
  ProxyLan lan;
  sysctl(lan.router, "ipv4.conf.eth0.proxy_arp", 1);
  sysctl(lan.router, "ipv4.neigh.eth0.proxy_delay", 80);
  std::vector<Duration> delays;
  for (int i = 0; i < 20; ++i) {
    const Time asked = lan.now();
    REQUIRE(lan.answers("10.1.0.9") == 1);
    delays.push_back(lan.seen.sent.back().time - asked);
    CHECK(delays.back() < milliseconds(801));
  }
  CHECK(*std::max_element(delays.begin(), delays.end()) > milliseconds(500));
  CHECK(*std::min_element(delays.begin(), delays.end()) < milliseconds(300));
  const Time asked = lan.now();
  REQUIRE(lan.answers("10.1.0.9", mac_of(lan.router)) == 1);
  CHECK(lan.seen.sent.back().time - asked < milliseconds(1));
}

TEST_CASE("8b: no more than proxy_qlen answers wait", "[host][arp]") {
  ProxyLan lan;
  sysctl(lan.router, "ipv4.conf.eth0.proxy_arp", 1);
  sysctl(lan.router, "ipv4.neigh.eth0.proxy_delay", 80);
  sysctl(lan.router, "ipv4.neigh.eth0.proxy_qlen", 3);
  for (int i = 0; i < 5; ++i) {
    lan.inject(
        lan.asker,
        arp_request().from(mac_of(lan.asker), address("10.0.0.9")).asking(address("10.1.0.9")),
        kAll);
  }
  lan.run_for(seconds(1));
  CHECK(lan.router.drops()[DropCause::proxy_queue_full] == 2);
  CHECK(lan.answers("10.1.0.9") == 1);  // the queue is empty again
  SECTION("a host that lost power meanwhile drops them, and has room again afterwards") {
    for (int i = 0; i < 3; ++i) {
      lan.inject(
          lan.asker,
          arp_request().from(mac_of(lan.asker), address("10.0.0.9")).asking(address("10.1.0.9")),
          kAll);
    }
    lan.run_for(microseconds(200));
    lan.router.power_off();
    lan.run_for(seconds(1));
    CHECK(lan.router.drops()[DropCause::power_off] == 3);
    lan.router.power_on();
    lan.router.state().set_sysctl("ipv4.ip_forward", 1);
    add_address(lan.router, "eth0", "10.0.0.1/24");
    add_address(lan.router, "eth1", "10.1.0.1/24");
    sysctl(lan.router, "ipv4.conf.eth0.proxy_arp", 1);
    sysctl(lan.router, "ipv4.neigh.eth0.proxy_qlen", 1);
    CHECK(lan.answers("10.1.0.9") == 1);
  }
}

TEST_CASE("2.7: with arp_notify a card that comes up, or has a new MAC, announces each address",
          "[host][arp]") {
  ProxyLan lan;
  add_address(lan.router, "eth0", "10.0.0.7/32");
  const InterfaceId eth0 = device(lan.router, "eth0");
  const auto announced = [&] {
    std::vector<std::string> list;
    for (const SeenFrame& s : lan.seen.sent) {
      if (s.host != lan.router.id() || !s.frame.is_arp()) continue;
      CHECK(s.frame.destination == kAll);
      CHECK(s.frame.arp.operation == ArpOperation::request);
      CHECK(s.frame.arp.sender == s.frame.arp.target);
      CHECK(s.frame.arp.sender_mac == mac_of(lan.router));
      CHECK(s.frame.arp.target_mac.is_zero());
      list.push_back(to_string(s.frame.arp.sender));
    }
    lan.seen.clear();
    return list;
  };
  using Lines = std::vector<std::string>;
  const auto down_and_up = [&] {
    lan.router.set_interface_up(eth0, false);
    lan.router.set_interface_up(eth0, true);
  };
  down_and_up();
  CHECK(announced() == Lines{});
  sysctl(lan.router, "ipv4.conf.all.arp_notify", 1);
  down_and_up();
  CHECK(announced() == Lines{"10.0.0.1", "10.0.0.7"});
  lan.router.set_interface_up(eth0, true);  // it is up already
  CHECK(announced() == Lines{});
  lan.router.set_interface_mac(eth0, {{2, 0, 0, 0, 7, 7}});
  CHECK(announced() == Lines{"10.0.0.1", "10.0.0.7"});
  lan.router.set_interface_mac(eth0, {{2, 0, 0, 0, 7, 7}});
  CHECK(announced() == Lines{});
  add_address(lan.router, "eth0", "10.0.0.8/24");
  CHECK(announced() == Lines{});  // an address alone is not announced
}

TEST_CASE("a card that is told not to use ARP neither asks nor answers", "[host][arp]") {
  ProxyLan lan;
  CHECK(lan.answers("10.0.0.1") == 1);
  lan.router.state().interface(device(lan.router, "eth0")).arp = false;
  CHECK(lan.answers("10.0.0.1") == 0);
}

}  // namespace lvs
