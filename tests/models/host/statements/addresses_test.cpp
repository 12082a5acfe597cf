// spec/linux-host.md section 1: addresses, their scopes and order, the routes they bring, devices,
// and what a card accepts.
#include <algorithm>

#include "tests/models/host/statements/statement_lan.hpp"

namespace lvs::truth {
namespace {

const std::string kVip = "192.168.77.100";

struct OneHost : StatementLan {
  Host& rs1 = machine("rs1", "192.168.77.11/24", 0x11);

  /// "192.168.77.11/24 192.168.77.12/24*": * marks a secondary.
  std::string addresses(const std::string& card) const {
    std::string list;
    for (const InterfaceAddress& a : rs1.state().interface(device(rs1, card)).addresses) {
      list += (list.empty() ? "" : " ") + to_string(a.prefix) + (a.secondary ? "*" : "");
    }
    return list;
  }
  /// The host's answer to a ping from a neighbour, whose MAC address it knows.
  Lines pinged(const std::string& target, MacAddress to = mac(0x11)) {
    know(rs1, "192.168.77.50", 0x50, NeighbourState::permanent);
    begin();
    inject(voice, icmp().from(address("192.168.77.50")).to(address(target)), to);
    run_for(milliseconds(1));
    return packets(rs1);
  }
};

Lines echo_from(const std::string& source) { return {source + " > 192.168.77.50 icmp echo reply"}; }

}  // namespace

TEST_CASE("1: an alias such as lo:0 is a label, without parameters of its own",
          "[statements][addresses]") {
  OneHost lan;
  lan.type(lan.rs1, "ip addr add 192.168.77.100/32 dev lo label lo:0");
  CHECK_FALSE(lan.rs1.state().sysctl("ipv4.conf.lo:0.arp_ignore"));
  CHECK(lan.rs1.state().set_sysctl("ipv4.conf.lo:0.arp_ignore", 1) != ConfigError::none);
  CHECK_FALSE(lan.rs1.state().find_interface("lo:0"));
  CHECK(lan.addresses("lo") == "127.0.0.1/8 192.168.77.100/32");
}

TEST_CASE("1.2: an address that is given no scope is global, and in 127/8 host",
          "[statements][addresses]") {
  struct Case {
    std::string command;
    std::string card;
    Scope scope;
  };
  const auto c = GENERATE(values<Case>({
      {"ip addr add 192.168.77.100/32 dev lo", "lo", Scope::global},
      {"ifconfig lo:0 192.168.77.100 netmask 255.255.255.255", "lo", Scope::global},
      {"ip addr add 192.168.77.100/32 dev lo scope host", "lo", Scope::host},
      {"ip addr add 126.255.255.255/32 dev lo", "lo", Scope::global},
      {"ip addr add 127.0.1.1/32 dev eth0", "eth0", Scope::host},
      {"ip addr add 128.0.0.0/32 dev eth0", "eth0", Scope::global},
  }));
  OneHost lan;
  const auto& addresses = lan.rs1.state().interface(device(lan.rs1, c.card)).addresses;
  const InterfaceAddress before = addresses.front();
  lan.type(lan.rs1, c.command);
  INFO(c.command);
  REQUIRE(addresses.size() == 2);
  const auto added = std::find_if(addresses.begin(), addresses.end(), [&](const auto& a) {
    return a.prefix.address != before.prefix.address;
  });
  CHECK(added->scope == c.scope);
}

TEST_CASE("1.3: an address is secondary if the card has one of its length and network",
          "[statements][addresses]") {
  OneHost lan;
  lan.card(lan.rs1, "eth1", "");
  for (const char* added : {"192.168.77.100/32", "192.168.77.100/24", "192.168.77.101/25",
                            "192.168.77.201/25", "192.168.78.1/24"}) {
    lan.type(lan.rs1, std::string("ip addr add ") + added + " dev eth0");
  }
  lan.type(lan.rs1, "ip addr add 192.168.77.12/24 dev eth1");
  CHECK(lan.addresses("eth0") ==
        "192.168.77.11/24 192.168.77.100/32 192.168.77.101/25 192.168.77.201/25 192.168.78.1/24 "
        "192.168.77.100/24*");
  CHECK(lan.addresses("eth1") == "192.168.77.12/24");
}

// The spec has narrower scopes after wider ones; the recorded listing of lo (addr_show_rs1_lo)
// shows 127.0.0.1, scope host, before the VIP, scope global, and decides.
TEST_CASE("1.3: primaries are listed by scope and addition, then secondaries by addition",
          "[statements][addresses]") {
  OneHost lan;
  for (const char* added :
       {"10.1.0.2/24", "192.168.77.13/24", "10.3.0.1/24 scope link", "192.168.77.12/24",
        "10.1.0.1/16", "10.4.0.1/24 scope host", "10.5.0.1/24 scope link"}) {
    lan.type(lan.rs1, std::string("ip addr add ") + added + " dev eth0");
  }
  CHECK(lan.addresses("eth0") ==
        "10.4.0.1/24 10.3.0.1/24 10.5.0.1/24 192.168.77.11/24 10.1.0.2/24 10.1.0.1/16 "
        "192.168.77.13/24* 192.168.77.12/24*");
}

TEST_CASE("1.3: deleting a primary deletes the secondaries of its subnet and no others",
          "[statements][addresses]") {
  OneHost lan;
  for (const char* added : {"192.168.77.12/24", "192.168.77.100/32", "10.1.0.1/24", "10.1.0.2/24",
                            "192.168.77.13/24"}) {
    lan.type(lan.rs1, std::string("ip addr add ") + added + " dev eth0");
  }
  lan.type(lan.rs1, "ip addr del 192.168.77.12/24 dev eth0");  // a secondary goes alone
  CHECK(lan.addresses("eth0") ==
        "192.168.77.11/24 192.168.77.100/32 10.1.0.1/24 10.1.0.2/24* 192.168.77.13/24*");
  lan.type(lan.rs1, "ip addr del 192.168.77.11/24 dev eth0");
  CHECK(lan.addresses("eth0") == "192.168.77.100/32 10.1.0.1/24 10.1.0.2/24*");
  CHECK_FALSE(lan.answered("192.168.77.13"));
  CHECK(lan.answered("10.1.0.2"));
}

TEST_CASE("1.4: the all-zeros address of a subnet is ordinary, the all-ones one is broadcast",
          "[statements][addresses]") {
  OneHost lan;
  Host& zero = lan.machine("zero", "", 0x10);
  lan.type(zero, "ip addr add 192.168.77.0/24 dev eth0");
  CHECK(lan.repliers("192.168.77.0") == Lines{"zero"});
  CHECK(lan.repliers("192.168.77.255").empty());
  lan.send(lan.rs1, "192.168.77.11", "192.168.77.0");
  lan.run_for(milliseconds(1));
  CHECK(lan.known(lan.rs1, "192.168.77.0") == "REACHABLE zero");
  CHECK(lan.rs1.state().lookup({.destination = address("192.168.77.0")})->type ==
        RouteType::unicast);
  CHECK(lan.rs1.state().lookup({.destination = address("192.168.77.255")})->type ==
        RouteType::broadcast);
}

TEST_CASE("1.4: VIP/24 on lo makes the whole subnet local, also the gateway",
          "[statements][addresses]") {
  OneHost lan;
  Host& router = lan.machine("router", "192.168.77.1/24", 1);
  lan.type(lan.rs1, "ip route add default via 192.168.77.1");
  lan.type(lan.rs1, "ip addr add 192.168.77.100/24 dev lo");
  const std::string route = lan.type(lan.rs1, "ip route get 192.168.77.1");
  CHECK(route.rfind("local 192.168.77.1 dev lo", 0) == 0);
  lan.begin();
  lan.send(lan.rs1, "192.168.77.11", "192.168.77.1");
  lan.run_for(seconds(4));
  CHECK(lan.seen.sent_by(lan.rs1).empty());  // not even a question: it is for the host itself
  CHECK(lan.known(router, "192.168.77.11").empty());
  CHECK(lan.repliers("192.168.77.200", "10.0.0.9") == Lines{"rs1"});  // answers for all of them
  lan.type(lan.rs1, "ip addr del 192.168.77.100/24 dev lo; ip addr add 192.168.77.100/32 dev lo");
  lan.send(lan.rs1, "192.168.77.11", "192.168.77.1");
  lan.run_for(milliseconds(1));
  CHECK(lan.known(lan.rs1, "192.168.77.1") == "REACHABLE router");
}

TEST_CASE("1.4: lo:0 VIP/32 with broadcast VIP behaves as without the broadcast",
          "[statements][addresses]") {
  OneHost lan;
  lan.type(lan.rs1,
           "ifconfig lo:0 192.168.77.100 netmask 255.255.255.255 broadcast "
           "192.168.77.100");
  const std::string local = lan.type(lan.rs1, "ip route show table local");
  CHECK(local.find("broadcast 192.168.77.100 dev lo") != std::string::npos);
  CHECK(local.find("local 192.168.77.100 dev lo") != std::string::npos);
  CHECK(lan.answered(kVip));
  CHECK(lan.pinged(kVip) == echo_from(kVip));
  lan.begin();
  lan.send(lan.rs1, kVip, "192.168.77.60");
  CHECK(lan.questions(lan.rs1) == Lines{"0s who-has 192.168.77.60 tell 192.168.77.100"});
}

TEST_CASE("1.5: a card answers and takes packets for every address of the host",
          "[statements][addresses]") {
  OneHost lan;
  lan.card(lan.rs1, "eth1", "10.1.0.11/24", 1);
  lan.type(lan.rs1, "ip link add dummy0 type dummy; ip link set dummy0 up; ip link set tunl0 up");
  lan.type(lan.rs1,
           "ip addr add 192.168.77.101/32 dev lo; ip addr add 10.2.0.1/24 dev dummy0;"
           "ip addr add 10.3.0.1/32 dev tunl0; ip addr add 10.4.0.1/32 dev lo scope host");
  for (const char* own :
       {"192.168.77.11", "10.1.0.11", "192.168.77.101", "10.2.0.1", "10.3.0.1", "10.4.0.1"}) {
    CAPTURE(own);
    CHECK(lan.repliers(own) == Lines{"rs1"});  // with the MAC address of eth0
    CHECK(lan.pinged(own) == echo_from(own));
  }
  CHECK_FALSE(lan.answered("10.2.0.2"));
}

TEST_CASE(
    "1.6: a VIP on a dummy device is hidden and shown as on lo, and what is sent there is lost",
    "[statements][addresses]") {
  OneHost lan;
  lan.type(lan.rs1,
           "ip link add dummy0 type dummy; ip link set dummy0 up;"
           "ip addr add 192.168.77.100/32 dev dummy0; ip route add 10.7.0.0/16 dev dummy0");
  const std::vector<bool> by_level{true, false, false, true, true, true, true, true, false, true};
  for (int level = 0; level < 10; ++level) {
    CAPTURE(level);
    sysctl(lan.rs1, "ipv4.conf.all.arp_ignore", level);
    sysctl(lan.rs1, "ipv4.conf.dummy0.arp_ignore", 0);
    CHECK(lan.answered(kVip) == by_level[static_cast<std::size_t>(level)]);
  }
  CHECK(lan.pinged(kVip) == echo_from(kVip));
  lan.begin();
  lan.send(lan.rs1, kVip, "10.7.0.1");
  lan.run_for(seconds(4));
  CHECK(lan.seen.sent_by(lan.rs1).empty());
  CHECK(lan.rs1.drops()[DropCause::dummy_device] == 1);
}

TEST_CASE("1.7: a frame for another MAC address is dropped, ARP and IP alike",
          "[statements][addresses]") {
  OneHost lan;
  const Frame asking =
      arp_request().from(mac(0x50), address("192.168.77.60")).asking(address("192.168.77.11"));
  lan.begin();
  lan.says(asking, mac(0x77));  // unknown to the switch: flooded
  CHECK(lan.seen.sent_by(lan.rs1).empty());
  CHECK(lan.known(lan.rs1, "192.168.77.60").empty());
  CHECK(lan.pinged("192.168.77.11", mac(0x77)).empty());
  CHECK(lan.rs1.drops()[DropCause::not_for_this_mac] == 2);
  lan.says(asking, mac(0x11));
  CHECK(lan.known(lan.rs1, "192.168.77.60") == "STALE " + to_string(mac(0x50)));
  CHECK(lan.pinged("192.168.77.11") == echo_from("192.168.77.11"));
}

TEST_CASE("1.7: in a broadcast frame UDP and echo are taken, TCP is ignored, nothing is forwarded",
          "[statements][addresses]") {
  OneHost lan;
  lan.card(lan.rs1, "eth1", "10.1.0.11/24", 1);
  sysctl(lan.rs1, "ipv4.ip_forward", 1);
  Counts counts;
  Udp::Socket socket;
  socket.host = lan.rs1.id();
  socket.local = {address("192.168.77.11"), Port{53}};
  socket.user = &counts;
  REQUIRE(lan.rs1.udp().open(socket));
  Quiet quiet;
  listen(lan.rs1, quiet.number(lan.world), 80, 5, true);
  CHECK(lan.pinged("192.168.77.11", kEverybody) == echo_from("192.168.77.11"));
  const auto said_to = [&](const Frame& packet) {
    lan.begin();
    lan.inject(lan.voice, packet, kEverybody);
    lan.run_for(milliseconds(1));
    return lan.seen.sent_by(lan.rs1);
  };
  const Ipv4Address peer = address("192.168.77.50");
  const Ipv4Address own = address("192.168.77.11");
  CHECK(said_to(udp().from(peer, 5000).to(own, 53).payload(bytes(20))).empty());
  CHECK(counts.datagrams == 1);
  CHECK(said_to(tcp().from(peer, 5000).to(own, 80).syn()).empty());           // no SYN-ACK
  CHECK(said_to(tcp().from(peer, 5000).to(own, 81).syn()).empty());           // no RST
  CHECK(said_to(udp().from(peer, 5000).to(address("10.1.0.9"), 9)).empty());  // no ARP even
}

}  // namespace lvs::truth
