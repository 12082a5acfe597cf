// IPIP on a real server: spec/linux-host.md section 7.
#include <catch2/catch.hpp>

#include "tests/support/three_hosts.hpp"

namespace lvs {
namespace {

/// Director 10.0.0.2, real server 10.0.0.11 with tunl0 up, client 172.20.0.1 behind
/// router 10.0.0.1.
struct Tunnelled : Lan {
  Host& director = host("director", "10.0.0.2/24");
  Host& server = host("server", "10.0.0.11/24");
  Host& router = host("router", "10.0.0.1/24");

  Tunnelled() {
    server.state().set_up(kTunnel, true);
    add_route(server, "default", "10.0.0.1");
  }
  /// What the server says to a ping of the VIP that comes through the tunnel.
  std::vector<std::string> answer() {
    seen.clear();
    inject(director,
           icmp()
               .from(address("172.20.0.1"))
               .to(address("10.0.0.100"))
               .ttl(63)
               .tunnelled(address("10.0.0.2"), address("10.0.0.11")),
           mac_of(server));
    run_for(milliseconds(5));
    std::vector<std::string> said;
    for (const std::string& line : seen.sent_by(server)) {
      if (line.substr(0, 3) != "arp") said.push_back(line);
    }
    return said;
  }
};

using Lines = std::vector<std::string>;
const Lines kPlainReply{"10.0.0.100 > 172.20.0.1 icmp echo reply"};

}  // namespace

TEST_CASE("rp_filter on tunl0: the larger of all and tunl0 decides (7.3)", "[host][tunnel]") {
  const int all = GENERATE(0, 1, 2);
  const int tunl0 = GENERATE(0, 1, 2);
  CAPTURE(all, tunl0);
  Tunnelled lan;
  add_address(lan.server, "tunl0", "10.0.0.100/32");
  sysctl(lan.server, "ipv4.conf.all.rp_filter", all);
  sysctl(lan.server, "ipv4.conf.tunl0.rp_filter", tunl0);
  const bool dropped = std::max(all, tunl0) == 1;
  CHECK(lan.answer() == (dropped ? Lines{} : kPlainReply));
  CHECK(lan.server.drops()[DropCause::rp_filter] == (dropped ? 1 : 0));
}

TEST_CASE("on a tunl0 without an address loose validation drops like strict (7.3)",
          "[host][tunnel]") {
  const int rp = GENERATE(0, 1, 2);
  CAPTURE(rp);
  Tunnelled lan;
  add_address(lan.server, "lo", "10.0.0.100/32");
  sysctl(lan.server, "ipv4.conf.tunl0.rp_filter", rp);
  CHECK(lan.answer() == (rp == 0 ? kPlainReply : Lines{}));
}

TEST_CASE("loose validation needs a route to the client", "[host][tunnel]") {
  Tunnelled lan;
  add_address(lan.server, "tunl0", "10.0.0.100/32");
  sysctl(lan.server, "ipv4.conf.tunl0.rp_filter", 2);
  Route like;
  like.prefix = {{}, 0};
  CHECK(lan.server.state().delete_route(like) == ConfigError::none);
  CHECK(lan.answer().empty());
  CHECK(lan.server.drops()[DropCause::rp_filter] == 1);
}

TEST_CASE("rp_filter of eth0 looks at the outer source", "[host][tunnel]") {
  Tunnelled lan;
  add_address(lan.server, "tunl0", "10.0.0.100/32");
  sysctl(lan.server, "ipv4.conf.eth0.rp_filter", 1);
  CHECK(lan.answer() == kPlainReply);
}

TEST_CASE("while tunl0 is down an IPIP packet is answered with port unreachable",
          "[host][tunnel]") {
  Tunnelled lan;
  add_address(lan.server, "lo", "10.0.0.100/32");
  lan.server.state().set_up(kTunnel, false);
  CHECK(lan.answer() == Lines{"10.0.0.11 > 10.0.0.2 icmp unreachable 3 of (10.0.0.2 > 10.0.0.11 "
                              "ipip 172.20.0.1:0 > 10.0.0.100:0 icmp)"});
  CHECK(lan.server.drops()[DropCause::tunnel_down] == 1);
}

TEST_CASE("a server without the VIP drops what comes out of the tunnel", "[host][tunnel]") {
  Tunnelled lan;
  CHECK(lan.answer().empty());
  CHECK(lan.server.drops()[DropCause::not_forwarding] == 1);
}

TEST_CASE("the TTL of the inner packet is not touched; congestion is copied inwards",
          "[host][tunnel]") {
  Tunnelled lan;
  add_address(lan.server, "tunl0", "10.0.0.100/32");
  const auto closed_port = [&](std::uint8_t inner_tos, std::uint8_t outer_tos) {
    lan.seen.clear();
    Frame packet = udp()
                       .from(address("172.20.0.1"), 9)
                       .to(address("10.0.0.100"), 9)
                       .ttl(7)
                       .tos(inner_tos)
                       .tunnelled(address("10.0.0.2"), address("10.0.0.11"));
    packet.ip.tos = outer_tos;
    lan.inject(lan.director, packet, mac_of(lan.server));
    lan.run_for(milliseconds(5));
    for (const SeenFrame& s : lan.seen.sent) {
      if (s.host == lan.server.id() && !s.frame.is_arp()) return s.frame.icmp.quoted.ip;
    }
    return Ipv4Header{{}, {}, 0, 0, 0, 0, 0, Protocol::tcp};
  };
  CHECK(int{closed_port(2, 2).ttl} == 7);
  CHECK(int{closed_port(2, 3).tos} == 3);
  CHECK(int{closed_port(0, 3).ttl} == 0);  // not capable of it: dropped
  CHECK(lan.server.drops()[DropCause::unexpected_segment] == 1);
}

}  // namespace lvs
