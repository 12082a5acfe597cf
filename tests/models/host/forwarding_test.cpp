// spec/linux-host.md 1.7, 5.2 to 5.7: what a host takes, passes on and answers.
#include <catch2/catch.hpp>

#include "models/host/icmp.hpp"
#include "tests/support/three_hosts.hpp"

namespace lvs {
namespace {

/// client 10.0.0.2 - router 10.0.0.1 | 10.1.0.1 - server 10.1.0.2; a stranger on the client's LAN
/// puts raw frames there.
struct Routed : Lan {
  Host& client = host("client", "10.0.0.2/24");
  Host& router = host("router", "10.0.0.1/24");
  Host& server = host("server", "10.1.0.2/24", 1);
  Host& stranger = host("stranger", "");

  Routed() {
    card(router, "eth1", "10.1.0.1/24", 1);
    sysctl(router, "ipv4.ip_forward", 1);
    add_route(client, "default", "10.0.0.1");
    add_route(server, "default", "10.1.0.1");
    knows(router, "10.0.0.2", "eth0", client);
    knows(router, "10.1.0.2", "eth1", server);
    knows(server, "10.1.0.1", "eth0", router, "eth1");
    knows(client, "10.0.0.1", "eth0", router, "eth0");
    // The switches learn where everybody is.
    for (Host* h : {&client, &router, &server}) {
      inject(*h, udp().from(address("10.0.0.2"), 1), MacAddress{{2, 0, 0, 0, 9, 9}});
    }
    run_for(milliseconds(10));
    seen.clear();
  }
  static void knows(Host& who, const char* peer, const char* by, const Host& at,
                    const char* peer_card = "eth0") {
    who.neighbours().set(address(peer), device(who, by), mac_of(at, peer_card),
                         NeighbourState::permanent);
  }
  /// The stranger puts it on the wire for the router; what the router then sends.
  std::vector<std::string> router_sends(const Frame& packet) {
    seen.clear();
    inject(stranger, packet, mac_of(router));
    run_for(milliseconds(1));
    return seen.sent_by(router);
  }
};

using Lines = std::vector<std::string>;

UdpBuilder datagram(const char* from, const char* to, int size = 10) {
  return udp().from(address(from), 1000).to(address(to), 2000).payload(bytes(size));
}

}  // namespace

TEST_CASE("a router decrements TTL and changes the MACs, nothing else", "[host][forwarding]") {
  Routed lan;
  CHECK(lan.router_sends(datagram("10.0.0.2", "10.1.0.2").ttl(9)) ==
        Lines{"10.0.0.2:1000 > 10.1.0.2:2000 udp len 10 ttl 8",
              "10.1.0.2 > 10.0.0.2 icmp unreachable 3 of (10.0.0.2:1000 > 10.1.0.2:2000 udp) "
              "ttl 63"});
  CHECK(lan.seen.sent.at(1).frame.source == mac_of(lan.router, "eth1"));
  CHECK(lan.seen.sent.at(1).frame.destination == mac_of(lan.server));
}

TEST_CASE("a packet with TTL 1 is not passed on; its source is told", "[host][forwarding][icmp]") {
  Routed lan;
  CHECK(lan.router_sends(datagram("10.0.0.2", "10.1.0.2").ttl(1)) ==
        Lines{"10.0.0.1 > 10.0.0.2 icmp time exceeded of (10.0.0.2:1000 > 10.1.0.2:2000 udp)"});
  CHECK(lan.router.drops()[DropCause::ttl_exceeded] == 1);
  CHECK(lan.router_sends(datagram("10.0.0.2", "10.0.0.1").ttl(1)).size() == 1);  // is delivered
}

TEST_CASE("a packet longer than the way out: told the MTU if it may not be cut",
          "[host][forwarding][icmp]") {
  Routed lan;
  lan.router.state().set_mtu(device(lan.router, "eth1"), 600);
  CHECK(lan.router_sends(datagram("10.0.0.2", "10.1.0.2", 573).dont_fragment()) ==
        Lines{"10.0.0.1 > 10.0.0.2 icmp unreachable 4 mtu 600 of (10.0.0.2:1000 > 10.1.0.2:2000 "
              "udp)"});
  CHECK(lan.router_sends(datagram("10.0.0.2", "10.1.0.2", 572).dont_fragment())[0] ==
        "10.0.0.2:1000 > 10.1.0.2:2000 udp len 572 ttl 63");
}

TEST_CASE("without a route a router answers net unreachable, a host is silent",
          "[host][forwarding][icmp]") {
  Routed lan;
  CHECK(lan.router_sends(datagram("10.0.0.2", "10.2.0.2")) ==
        Lines{"10.0.0.1 > 10.0.0.2 icmp unreachable 0 of (10.0.0.2:1000 > 10.2.0.2:2000 udp)"});
  sysctl(lan.router, "ipv4.ip_forward", 0);
  CHECK(lan.router_sends(datagram("10.0.0.2", "10.2.0.2")).empty());
  CHECK(lan.router_sends(datagram("10.0.0.2", "10.1.0.2")).empty());
  CHECK(lan.router.drops()[DropCause::no_route] == 2);
  CHECK(lan.router.drops()[DropCause::not_forwarding] == 1);
}

TEST_CASE("an address of any card is delivered, by whichever card the packet came in",
          "[host][forwarding]") {
  Routed lan;
  sysctl(lan.router, "ipv4.ip_forward", 0);
  add_address(lan.router, "lo", "10.77.0.1/32");
  for (const char* own : {"10.0.0.1", "10.1.0.1", "10.77.0.1"}) {
    const auto sent = lan.router_sends(datagram("10.0.0.2", own));
    REQUIRE(sent.size() == 1);  // port unreachable, from the address that was asked
    CHECK(sent[0].substr(0, sent[0].find(' ')) == own);
  }
}

TEST_CASE("a packet in a broadcast frame: UDP and echo take it, TCP does not, nobody forwards it",
          "[host][forwarding]") {
  Routed lan;
  const auto broadcast = [&](const Frame& packet) {
    lan.seen.clear();
    lan.inject(lan.stranger, packet, MacAddress::broadcast());
    lan.run_for(milliseconds(1));
    return lan.seen.sent_by(lan.router);
  };
  CHECK(broadcast(icmp().from(address("10.0.0.2")).to(address("10.0.0.1"))) ==
        Lines{"10.0.0.1 > 10.0.0.2 icmp echo reply"});
  CHECK(broadcast(tcp().from(address("10.0.0.2"), 1).to(address("10.0.0.1"), 2).syn()).empty());
  CHECK(broadcast(datagram("10.0.0.2", "10.1.0.2")).empty());
  CHECK(lan.router.drops()[DropCause::broadcast_not_forwarded] == 1);
  CHECK(broadcast(datagram("10.0.0.2", "10.0.0.1")).empty());  // no error about a broadcast
}

TEST_CASE("source validation of IP packets (5.3)", "[host][routing]") {
  struct Case {
    const char* name;
    const char* source;
    bool local[3];    ///< taken if addressed to the host, at rp_filter 0, 1, 2
    bool forward[3];  ///< passed on
  };
  const auto c = GENERATE(values<Case>({
      {"on-link", "10.0.0.2", {true, true, true}, {true, true, true}},
      {"routed by the other card", "10.1.0.7", {true, false, true}, {true, false, true}},
      {"no route", "172.16.0.1", {true, false, false}, {true, false, false}},
      {"an address of the arrival card", "10.0.0.1", {false, false, false}, {false, false, false}},
      {"an address of the other card", "10.1.0.1", {false, false, false}, {false, false, false}},
      {"the VIP on lo", "10.77.0.1", {false, false, false}, {false, false, false}},
      {"multicast", "224.0.0.5", {false, false, false}, {false, false, false}},
      {"0.0.0.0", "0.0.0.0", {false, false, false}, {false, false, false}},
      {"127/8", "127.0.0.1", {false, false, false}, {false, false, false}},
      {"the network's broadcast address", "10.0.0.255", {true, false, false}, {true, false, false}},
  }));
  DYNAMIC_SECTION(c.name) {
    Routed lan;
    add_address(lan.router, "lo", "10.77.0.1/32");
    for (int rp = 0; rp < 3; ++rp) {
      CAPTURE(rp);
      sysctl(lan.router, "ipv4.conf.eth0.rp_filter", rp);
      const HostState& state = lan.router.state();
      const InterfaceId eth0 = device(lan.router, "eth0");
      const auto kind = [&](const char* to) {
        return route_input(state, {address(c.source), address(to)}, eth0).kind;
      };
      CHECK((kind("10.0.0.1") == InputRoute::Kind::local) == c.local[rp]);
      CHECK((kind("10.1.0.2") == InputRoute::Kind::forward) == c.forward[rp]);
    }
  }
}

TEST_CASE("a default route satisfies loose validation of every source", "[host][routing]") {
  Routed lan;
  add_route(lan.router, "default", "10.1.0.254");
  const auto accepted = [&](int rp) {
    sysctl(lan.router, "ipv4.conf.all.rp_filter", rp);
    return check_source(lan.router.state(), {address("172.16.0.1"), {}}, device(lan.router, "eth0"),
                        {})
        .accepted;
  };
  CHECK(accepted(0));
  CHECK_FALSE(accepted(1));
  CHECK(accepted(2));
}

TEST_CASE("a network made local on lo is no own address to the check of sources",
          "[host][routing]") {
  Routed lan;
  add_address(lan.router, "lo", "10.66.0.1/24");
  const auto accepted = [&](const char* source) {
    return check_source(lan.router.state(), {address(source), {}}, device(lan.router, "eth0"), {})
        .accepted;
  };
  CHECK(accepted("10.66.0.7"));
  CHECK_FALSE(accepted("10.66.0.1"));
  sysctl(lan.router, "ipv4.conf.eth0.rp_filter", 2);
  CHECK_FALSE(accepted("10.66.0.7"));  // the full check finds a local route
}

TEST_CASE("errors are limited to six at once and then one a second, per receiver", "[host][icmp]") {
  Routed lan;
  const auto errors = [&](int packets) {
    lan.seen.clear();
    for (int i = 0; i < packets; ++i) {
      lan.inject(lan.stranger, datagram("10.0.0.2", "10.0.0.1"), mac_of(lan.router));
    }
    lan.run_for(milliseconds(10));
    return lan.seen.sent_by(lan.router).size();
  };
  CHECK(errors(10) == 6);
  CHECK(errors(3) == 0);
  CHECK(lan.router.icmp().errors_suppressed() == 7);
  lan.run_for(milliseconds(900));
  CHECK(errors(3) == 0);
  lan.run_for(milliseconds(100));
  CHECK(errors(3) == 1);
  lan.run_for(milliseconds(2000));
  CHECK(errors(5) == 2);
  // Fragmentation needed is not limited.
  lan.router.state().set_mtu(device(lan.router, "eth1"), 600);
  CHECK(lan.router_sends(datagram("10.0.0.2", "10.1.0.2", 900).dont_fragment()).size() == 1);
  lan.run_for(seconds(100));
  CHECK(errors(10) == 6);
}

TEST_CASE("no error is sent about an error, and an echo is answered with the asked address",
          "[host][icmp]") {
  Routed lan;
  const Frame offender = datagram("10.1.0.2", "10.0.0.2");
  CHECK(lan.router_sends(icmp()
                             .from(address("10.0.0.2"))
                             .to(address("10.9.9.9"))
                             .unreachable(3)
                             .about(offender))
            .empty());
  CHECK(lan.router_sends(
            icmp().from(address("10.0.0.2")).to(address("10.1.0.1")).payload(bytes(56))) ==
        Lines{"10.1.0.1 > 10.0.0.2 icmp echo reply"});
  sysctl(lan.router, "ipv4.icmp_echo_ignore_all", 1);
  CHECK(lan.router_sends(icmp().from(address("10.0.0.2")).to(address("10.1.0.1"))).empty());
}

TEST_CASE("echo and ARP are answered after a delay within reply_jitter", "[host][icmp]") {
  Routed lan;
  lan.router.set_reply_jitter({microseconds(10), microseconds(40)});
  std::vector<Duration> delays;
  for (int i = 0; i < 50; ++i) {
    lan.router_sends(icmp().from(address("10.0.0.2")).to(address("10.0.0.1")));
    Time heard{}, answered{};
    for (const SeenFrame& s : lan.seen.received) {
      if (s.host == lan.router.id()) heard = s.time;
    }
    for (const SeenFrame& s : lan.seen.sent) {
      if (s.host == lan.router.id()) answered = s.time;
    }
    delays.push_back(answered - heard);
  }
  CHECK(*std::min_element(delays.begin(), delays.end()) >= microseconds(10));
  CHECK(*std::max_element(delays.begin(), delays.end()) <= microseconds(40));
  CHECK(*std::max_element(delays.begin(), delays.end()) > microseconds(30));
}

TEST_CASE("a packet to one's own address never leaves the host", "[host][forwarding]") {
  Routed lan;
  add_address(lan.router, "lo", "10.77.0.1/32");
  lan.originate(lan.router, icmp().from(address("10.0.0.1")).to(address("10.77.0.1")));
  lan.run_for(milliseconds(1));
  CHECK(lan.seen.sent_by(lan.router).empty());
  CHECK(lan.world.frames().in_flight() == 0);
}

}  // namespace lvs
