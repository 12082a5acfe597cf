#include <catch2/catch.hpp>
#include <vector>

#include "models/ipvs/forward/nat.hpp"
#include "models/ipvs/forward/tunnel.hpp"
#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

using Action = Director::Action;
using Reply = Director::Reply;

/// An ICMP error from `from` to `to` about a TCP packet that went from `source` to `destination`.
Frame error_about(Endpoint source, Endpoint destination, Ipv4Address from, Ipv4Address to,
                  IcmpType type = IcmpType::unreachable) {
  Frame frame;
  frame.ip.protocol = Protocol::icmp;
  frame.ip.source = from;
  frame.ip.destination = to;
  frame.ip.total_length = 80;
  frame.icmp = IcmpMessage{};
  frame.icmp.type = type;
  frame.icmp.code = IcmpUnreachable::kHost;
  frame.icmp.quoted.ip.source = source.address;
  frame.icmp.quoted.ip.destination = destination.address;
  frame.icmp.quoted.source = source.port;
  frame.icmp.quoted.destination = destination.port;
  return frame;
}

TEST_CASE("NAT changes the server's side and nothing else", "[ipvs][nat]") {
  Frame packet = tcp_packet(test_client(1), kTestVip, kTestAck, 900);
  packet.tcp.sequence = 77;
  nat_request(packet, test_server(2, 8080));
  CHECK(packet.ip.source == test_client(1).address);
  CHECK(packet.ip.destination == test_server(2).address);
  CHECK(packet.tcp.source == test_client(1).port);
  CHECK(packet.tcp.destination == Port{8080});
  CHECK(packet.ip.ttl == 64);
  CHECK(packet.ip.total_length == 900);
  CHECK(packet.tcp.sequence == 77);
  Frame datagram = udp_packet(test_server(2, 8080), test_client(1));
  nat_reply(datagram, kTestVip);
  CHECK(datagram.ip.source == kTestVip.address);
  CHECK(datagram.udp.source == kTestVip.port);
  CHECK(datagram.udp.destination == test_client(1).port);
}

TEST_CASE("a reply of a NAT server leaves as the virtual service", "[ipvs][nat]") {
  DirectorFixture f;
  f.serve("rr", 0);
  f.director.add_destination(kTestService, test_server(1, 8080), {.method = ForwardingMethod::nat});
  f.from_client(1, kTestSyn);
  Frame reply = tcp_packet(test_server(1, 8080), test_client(1), kTestSyn | kTestAck, 60);
  CHECK(f.director.output(reply) == Reply::translated);
  CHECK(reply.ip.source == kTestVip.address);
  CHECK(reply.tcp.source == kTestVip.port);
  CHECK(f.server(1).statistics.live.packets_out == 1);
  CHECK(f.server(1).statistics.live.bytes_out == 60);
}

TEST_CASE("an unmatched packet of a NAT server keeps its private address", "[ipvs][nat]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.from_client(1, kTestSyn);
  struct Case {
    std::string name;
    Frame packet;
    Reply answered;  // with nat_icmp_send
  };
  const auto c = GENERATE(values<Case>({
      {"to another client", tcp_packet(test_server(1), test_client(2), kTestAck), Reply::refuse},
      {"a RST", tcp_packet(test_server(1), test_client(2), kTestRst), Reply::not_ours},
      {"from another port", tcp_packet(test_server(1, 81), test_client(1), kTestAck),
       Reply::not_ours},
      {"another protocol", udp_packet(test_server(1), test_client(1)), Reply::not_ours},
  }));
  DYNAMIC_SECTION(c.name) {
    Frame packet = c.packet;
    CHECK(f.director.output(packet) == Reply::not_ours);
    CHECK(packet.ip.source == test_server(1).address);
    f.director.sysctls().nat_icmp_send = 1;
    CHECK(f.director.output(packet) == c.answered);
  }
}

TEST_CASE("an outer header has the fields of spec/ipvs.md 5.4", "[ipvs][tunnel]") {
  const TunnelRoute route{
      .source = ipv4(192, 168, 184, 128), .real_server = test_server(1).address, .pmtu_disc = true};
  Frame packet = tcp_packet(test_client(1), kTestVip, kTestAck, 1400);
  packet.ip.ttl = 63;
  packet.ip.identification = 4711;
  packet.ip.fragment = Ipv4Header::kDontFragment;
  packet.ip.tos = 0xb8 | 3;
  const Ipv4Header original = packet.ip;
  SECTION("DF, DSCP, CE") {
    encapsulate(packet, route);
    CHECK(packet.is_tunnelled());
    CHECK(packet.ip.source == route.source);
    CHECK(packet.ip.destination == route.real_server);
    CHECK(packet.ip.ttl == 63);
    CHECK(packet.ip.total_length == 1420);
    CHECK(packet.ip.fragment == Ipv4Header::kDontFragment);
    CHECK(packet.ip.identification == 0);
    CHECK(packet.ip.tos == (0xb8 | 2));
    CHECK(packet.inner.destination == kTestVip.address);
    CHECK(packet.inner.total_length == original.total_length);
    CHECK(packet.inner.identification == 4711);
    CHECK(packet.inner.tos == original.tos);
    CHECK(packet.inner.protocol == Protocol::tcp);
    CHECK(packet.payload_length() == 1360);
  }
  SECTION("without pmtu_disc the outer DF is 0") {
    TunnelRoute unprotected = route;
    unprotected.pmtu_disc = false;
    encapsulate(packet, unprotected);
    CHECK_FALSE(packet.ip.dont_fragment());
    CHECK(packet.inner.dont_fragment());
  }
  SECTION("inner without DF") {
    packet.ip.fragment = 0;
    encapsulate(packet, route);
    CHECK_FALSE(packet.ip.dont_fragment());
  }
}

TEST_CASE("an ICMP error about a reply goes to the real server in its own terms", "[ipvs][icmp]") {
  DirectorFixture f;
  f.serve("rr", 0);
  f.director.add_destination(kTestService, test_server(1, 8080), {.method = ForwardingMethod::nat});
  f.from_client(1, kTestSyn);
  const Jiffies expires = f.director.jiffies() + jiffies_of_seconds(60);
  f.run_for(seconds(1));
  const Ipv4Address router = ipv4(10, 9, 9, 9);
  Frame packet = error_about(kTestVip, test_client(1), router, kTestVip.address);
  const Director::Decision d = f.director.input_icmp(packet);
  REQUIRE(d.action == Action::forward);
  CHECK(d.real_server == test_server(1, 8080));
  CHECK(f.only_connection().expires == expires);
  CHECK(f.server(1).statistics.live.packets_in == 2);
  CHECK(f.server(1).statistics.live.bytes_in == 52 + 80);
  nat_icmp_request(packet, d.real_server);
  CHECK(packet.ip.source == router);
  CHECK(packet.ip.destination == test_server(1).address);
  CHECK(packet.icmp.quoted.ip.source == test_server(1).address);
  CHECK(packet.icmp.quoted.source == Port{8080});
  CHECK(packet.icmp.quoted.ip.destination == test_client(1).address);
  SECTION("others are left alone") {
    CHECK(f.director.input_icmp(error_about(kTestVip, test_client(2), router, kTestVip.address))
              .action == Action::accept);
    CHECK(f.director
              .input_icmp(error_about(kTestVip, test_client(1), router, kTestVip.address,
                                      IcmpType::redirect))
              .action == Action::accept);
  }
}

TEST_CASE("an ICMP error of a NAT server about a request leaves as the virtual service",
          "[ipvs][icmp]") {
  DirectorFixture f;
  f.serve("rr", 0);
  f.director.add_destination(kTestService, test_server(1, 8080), {.method = ForwardingMethod::nat});
  f.from_client(1, kTestSyn);
  Frame packet = error_about(test_client(1), test_server(1, 8080), test_server(1).address,
                             test_client(1).address);
  CHECK(f.director.output_icmp(packet) == Reply::translated);
  CHECK(packet.ip.source == kTestVip.address);
  CHECK(packet.icmp.quoted.ip.destination == kTestVip.address);
  CHECK(packet.icmp.quoted.destination == kTestVip.port);
  CHECK(packet.icmp.quoted.ip.source == test_client(1).address);
  CHECK(f.server(1).statistics.live.packets_out == 1);
  CHECK(f.state(1) == "SYN_RECV");
  Frame stranger = error_about(test_client(2), test_server(1, 8080), test_server(1).address,
                               test_client(2).address);
  CHECK(f.director.output_icmp(stranger) == Reply::not_ours);
  CHECK(stranger.ip.source == test_server(1).address);
}

TEST_CASE("an ICMP error about our tunnel is recognised, and relayed unless it is only the path's",
          "[ipvs][icmp][tunnel]") {
  DirectorFixture f;
  f.serve("rr", 1, ForwardingMethod::tunnel);
  f.from_client(1, kTestSyn);
  const Ipv4Address director = ipv4(192, 168, 184, 128);
  Frame packet = error_about(test_client(1), kTestVip, test_server(1).address, director);
  QuotedPacket& quoted = packet.icmp.quoted;
  quoted.inner = quoted.ip;
  quoted.inner.fragment = Ipv4Header::kDontFragment;
  quoted.ip.source = director;
  quoted.ip.destination = test_server(1).address;
  quoted.ip.protocol = Protocol::ipip;
  packet.icmp.code = IcmpUnreachable::kFragmentationNeeded;
  SECTION("too long with DF inside") {
    CHECK(f.director.input_icmp(packet).action == Action::tunnel_error);
    CHECK(Director::relay_tunnel_error(packet));
    CHECK(f.server(1).statistics.live.packets_out == 1);
  }
  SECTION("too long without DF inside: only the path MTU changes") {
    quoted.inner.fragment = 0;
    CHECK(f.director.input_icmp(packet).action == Action::tunnel_error);
    CHECK_FALSE(Director::relay_tunnel_error(packet));
    CHECK(f.server(1).statistics.live.packets_out == 0);
  }
  SECTION("to a host that is no real server of the connection") {
    quoted.ip.destination = test_server(2).address;
    CHECK(f.director.input_icmp(packet).action == Action::accept);
  }
}

/// Keeps every record.
class Log final : public Observer {
 public:
  std::vector<Record> records;
  void observe(const Record& record) override { records.push_back(record); }
  void request_ended(const RequestEnd&) override {}
  void connection_ended(const ConnectionEnd&) override {}
};

TEST_CASE("decisions are recorded with what decided, if somebody asks", "[ipvs][observe]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.connect(9);
  Log log;
  f.observation = {.wanted = Watch::kDecisions, .observer = &log};
  f.from_client(1, kTestSyn);
  f.director.edit_destination(kTestService, test_server(1),
                              {.method = ForwardingMethod::nat, .weight = 0});
  f.from_client(2, kTestSyn);
  f.from_client(1, kTestAck);
  f.from_client(1, kTestRst);
  f.run_for(seconds(11));
  std::vector<RecordKind> kinds;
  for (const Record& record : log.records) kinds.push_back(record.kind);
  using K = RecordKind;
  REQUIRE(kinds == std::vector{K::ipvs_scheduled, K::ipvs_state, K::ipvs_no_server, K::ipvs_state,
                               K::ipvs_state, K::ipvs_expired});
  const std::int64_t client = test_client(1).address.value;
  const std::int64_t vip = kTestVip.address.value;
  CHECK(log.records[0].values ==
        std::array<std::int64_t, 6>{client, 30001, vip, 80, test_server(1).address.value, 80});
  CHECK(log.records[1].values == std::array<std::int64_t, 6>{client, 30001, 0, 3, 0, 0});
  CHECK(log.records[2].values == std::array<std::int64_t, 6>{client, 30002, vip, 80, 1, 1});
  CHECK(log.records[5].values == std::array<std::int64_t, 6>{client, 30001, 6, 0, 0, 0});
}

}  // namespace
}  // namespace lvs
