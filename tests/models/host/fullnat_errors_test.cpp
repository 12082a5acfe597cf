// FULLNAT where something goes wrong on the way: TTL, MTU, ICMP errors both ways, no local side
// (spec/ipvs.md 6.2, 3.8 and what is ours of it).
#include <catch2/catch.hpp>

#include "tests/models/host/fullnat_lan.hpp"

namespace lvs {
namespace {

/// An established connection; what both ends sent last.
struct Established : FullnatLan {
  explicit Established(const Shape& shape = {}) : FullnatLan(shape) {
    connect();
    run_for(milliseconds(10));
    request = packets(client).back();
    for (const Frame& f : packets(director)) {
      if (f.ip.destination == rip().address) at_server = f;
    }
    reply = packets(*servers[0]).back();
    delta = at_server.tcp.sequence - request.tcp.sequence;
    seen.clear();
  }
  /// A segment of the client, TTL and payload as given.
  TcpBuilder from_client() const {
    return tcp()
        .from(request.ip.source, request.tcp.source.value)
        .to(request.ip.destination, 80)
        .sequence(request.tcp.sequence)
        .ack(request.tcp.acknowledgement);
  }
  TcpBuilder from_server() const {
    return tcp()
        .from(reply.ip.source, reply.tcp.source.value)
        .to(reply.ip.destination, reply.tcp.destination.value)
        .sequence(reply.tcp.sequence + 1)
        .ack(reply.tcp.acknowledgement);
  }
  Frame request;
  Frame at_server;
  Frame reply;
  std::uint32_t delta = 0;
};

}  // namespace

TEST_CASE("FULLNAT: a packet whose TTL ends at the director is answered there, each way",
          "[host][fullnat][icmp]") {
  Established lan;
  lan.inject(lan.client, lan.from_client().ttl(1), mac_of(lan.director));
  lan.run_for(milliseconds(1));
  CHECK(lan.sent(lan.director) ==
        Lines{"10.1.10.3 > 10.1.10.2 icmp time exceeded of (10.1.10.2:32768 > 10.1.10.3:80 tcp)"});
  lan.seen.clear();
  lan.inject(*lan.servers[0], lan.from_server().ttl(2), mac_of(lan.router, "eth1"));
  lan.run_for(milliseconds(1));
  CHECK(lan.sent(lan.director) ==
        Lines{"192.168.184.200 > 192.168.185.129 icmp time exceeded of (192.168.185.129:8080 > "
              "192.168.184.200:1025 tcp)"});
  CHECK(lan.director.drops()[DropCause::ttl_exceeded] == 2);
}

TEST_CASE("FULLNAT: a reply that is too long for the way to the client tells the server so",
          "[host][fullnat][icmp]") {
  Established lan;
  lan.director.state().interface(device(lan.director, "eth0")).mtu = 1000;
  lan.director.state().routes_changed();
  lan.world.tcp().send(lan.app.connections.at(0), 1460);
  lan.run_for(milliseconds(5));
  CHECK(lan.sent(lan.director)[0] ==
        "192.168.184.200 > 192.168.185.129 icmp unreachable 4 mtu 1000 of (192.168.185.129:8080 > "
        "192.168.184.200:1025 tcp)");
  CHECK(lan.director.drops()[DropCause::fragmentation_needed] == 1);
  // Its TCP heeds it: the error is about a connection that it has. 1000 bytes pass.
  CHECK(lan.world.tcp().endpoint(lan.app.connections.at(0)).mss == 1000 - 40);
  CHECK(lan.user.bytes == 1460);
  const std::vector<Frame> sent = lan.packets(lan.director);
  CHECK(sent[0].ip.total_length == 1000);
}

TEST_CASE("FULLNAT: without a way to the client the server hears of an unreachable host",
          "[host][fullnat][icmp]") {
  FullnatLan lan;
  add_address(lan.client, "lo", "172.20.0.1/32");
  lan.inject(lan.client, tcp().from(address("172.20.0.1"), 4000).to(address("10.1.10.3"), 80).syn(),
             mac_of(lan.director));
  lan.run_for(milliseconds(10));
  CHECK(lan.director.drops()[DropCause::no_route] >= 1);
  CHECK(lan.sent(lan.director).back() ==
        "192.168.184.200 > 192.168.185.129 icmp unreachable 1 of (192.168.185.129:8080 > "
        "192.168.184.200:1025 tcp)");
}

TEST_CASE("FULLNAT: an error of the server's side reaches the client in its own terms",
          "[host][fullnat][icmp]") {
  Established lan;
  // Beyond the director is a shorter link; 8 bytes of what passes there are for TOA.
  lan.router.state().interface(device(lan.router, "eth1")).mtu = 1400;
  lan.router.state().routes_changed();
  lan.world.tcp().send(lan.user.connections.at(0), 1452);
  lan.run_for(milliseconds(5));
  CHECK(lan.packets(lan.director)[0].ip.total_length == 1500);
  const std::vector<Frame> errors = lan.packets(lan.director, Protocol::icmp);
  REQUIRE(errors.size() == 1);
  CHECK(lan.sent(lan.director)[1] ==
        "10.1.10.3 > 10.1.10.2 icmp unreachable 4 mtu 1392 of (10.1.10.2:32768 > 10.1.10.3:80 tcp) "
        "ttl 63");
  CHECK(errors[0].icmp.quoted.sequence == lan.request.tcp.sequence);
  CHECK(lan.world.tcp().endpoint(lan.user.connections.at(0)).mss == 1392 - 40);
  CHECK(lan.app.bytes == 1452);
  int longest = 0;
  for (const Frame& f : lan.packets(lan.router))
    longest = std::max<int>(longest, f.ip.total_length);
  CHECK(longest == 1400);
  // The error counts beside the SYN+ACK of before and what the server sent since.
  CHECK(lan.server().statistics.live.packets_out == 1 + 1 + lan.packets(*lan.servers[0]).size());
}

TEST_CASE("FULLNAT: an error of the client's side reaches the server in its own terms",
          "[host][fullnat][icmp]") {
  Established lan;
  lan.world.tcp().send(lan.app.connections.at(0), 1460);
  while (lan.packets(lan.director).empty()) lan.run_for(microseconds(10));
  const Frame at_client = lan.packets(lan.director)[0];
  lan.seen.clear();
  lan.inject(lan.client,
             icmp()
                 .from(address("10.1.10.254"))
                 .to(address("10.1.10.3"))
                 .fragmentation_needed(1000)
                 .about(at_client),
             mac_of(lan.director));
  lan.run_for(milliseconds(1));
  CHECK(lan.sent(lan.director)[0] ==
        "192.168.184.200 > 192.168.185.129 icmp unreachable 4 mtu 1000 of (192.168.185.129:8080 > "
        "192.168.184.200:1025 tcp) ttl 63");
  CHECK(lan.packets(lan.director, Protocol::icmp)[0].icmp.quoted.sequence ==
        at_client.tcp.sequence);
  CHECK(lan.world.tcp().endpoint(lan.app.connections.at(0)).mss == 1000 - 40);
}

TEST_CASE("FULLNAT: a client hears of a server that does not answer ARP, in terms of the VIP",
          "[host][fullnat][icmp]") {
  FullnatLan lan;
  REQUIRE(lan.balancer().delete_destination(lan.key, lan.rip()) == IpvsError::none);
  REQUIRE(lan.balancer().add_destination(lan.key, {address("192.168.184.77"), Port{8080}},
                                         {.method = ForwardingMethod::fullnat}) == IpvsError::none);
  lan.connect();
  lan.run_for(seconds(3) + milliseconds(1));
  CHECK(lan.user.error == TcpError::host_unreachable);
  const std::vector<std::string> sent = lan.sent(lan.director);
  REQUIRE(!sent.empty());
  const std::string error =
      "10.1.10.3 > 10.1.10.2 icmp unreachable 1 of (10.1.10.2:32768 > 10.1.10.3:80 tcp)";
  CHECK(sent[0].substr(0, error.size()) == error);
}

TEST_CASE("FULLNAT: a datagram is translated both ways, and nothing is added to it",
          "[host][fullnat][udp]") {
  FullnatLan lan({.protocol = Protocol::udp});
  lan.inject(lan.client,
             udp().from(address("10.1.10.2"), 5000).to(address("10.1.10.3"), 80).payload(bytes(99)),
             mac_of(lan.director));
  lan.run_for(milliseconds(2));
  // Nobody listens there, and the client is told in its own terms.
  CHECK(lan.sent(lan.director) ==
        Lines{"192.168.184.200:1025 > 192.168.185.129:8080 udp len 99 ttl 63",
              "10.1.10.3 > 10.1.10.2 icmp unreachable 3 of (10.1.10.2:5000 > 10.1.10.3:80 udp) ttl "
              "62"});
  CHECK(lan.counts() == "0/1");
  CHECK(lan.only_connection().timeout == jiffies_of_seconds(300));
  lan.seen.clear();
  lan.inject(*lan.servers[0],
             udp().from(lan.rip().address, 8080).to(lan.local(), 1025).payload(bytes(700)),
             mac_of(lan.router, "eth1"));
  lan.run_for(milliseconds(1));
  CHECK(lan.sent(lan.director) ==
        Lines{"10.1.10.3:80 > 10.1.10.2:5000 udp len 700 ttl 62",
              "192.168.184.200 > 192.168.185.129 icmp unreachable 3 of (192.168.185.129:8080 > "
              "192.168.184.200:1025 udp) ttl 63"});
}

TEST_CASE("FULLNAT: a service without a local address drops and says why", "[host][fullnat]") {
  FullnatLan lan({.local_addresses = 0});
  lan.connect();
  lan.run_for(milliseconds(10));
  CHECK(lan.director.drops()[DropCause::ipvs_no_local_address] == 1);
  CHECK(lan.sent(lan.director).empty());  // the client gets no answer either
  CHECK(lan.counts() == "0/0");
  CHECK(lan.server().statistics.live.connections == 0);
}

TEST_CASE("FULLNAT: only a pure SYN begins; what else comes is for the director's own stack",
          "[host][fullnat]") {
  FullnatLan lan;
  lan.balancer().sysctls().sloppy_tcp = 1;
  const auto segment = [] {
    return tcp().from(address("10.1.10.2"), 4000).to(address("10.1.10.3"), 80);
  };
  for (const Frame& f :
       std::vector<Frame>{segment().ack(1), segment().syn().ack(1), segment().syn().fin(),
                          segment().syn().rst(), segment().fin().ack(1)}) {
    lan.seen.clear();
    lan.inject(lan.client, f, mac_of(lan.director));
    lan.run_for(milliseconds(1));
    CHECK(lan.balancer().connections().size() == 0);
  }
  lan.inject(lan.client, segment().syn(), mac_of(lan.director));
  lan.run_for(milliseconds(1));
  CHECK(lan.balancer().connections().size() == 1);
}

TEST_CASE("FULLNAT: what a server sends after its connection is gone is answered by a RST",
          "[host][fullnat]") {
  Established lan;
  lan.run_for(seconds(110));  // 90 s of ESTABLISHED
  REQUIRE(lan.balancer().connections().size() == 0);
  lan.seen.clear();
  lan.inject(*lan.servers[0], lan.from_server(), mac_of(lan.router, "eth1"));
  lan.run_for(milliseconds(1));
  const std::vector<std::string> sent = lan.sent(lan.director);
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].find("192.168.184.200:1025 > 192.168.185.129:8080 tcp R") == 0);
}

TEST_CASE("FULLNAT: local addresses answer ARP, and packets for other ports are not taken",
          "[host][fullnat]") {
  Established lan;
  lan.inject(*lan.servers[0], tcp().from(lan.rip().address, 8080).to(lan.local(), 1026).ack(1),
             mac_of(lan.router, "eth1"));
  lan.inject(*lan.servers[0], tcp().from(lan.rip().address, 8081).to(lan.local(), 1025).ack(1),
             mac_of(lan.router, "eth1"));
  lan.run_for(milliseconds(1));
  // Both are the director's own affair: RST. The packet from another port of the server too.
  REQUIRE(lan.packets(lan.director).size() == 2);
  for (const Frame& f : lan.packets(lan.director)) {
    CHECK(f.tcp.rst());
    CHECK(f.ip.destination == lan.rip().address);
  }
}

}  // namespace lvs
