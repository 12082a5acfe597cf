// ICMP errors about packets of connections, and connections that ICMP starts (spec/ipvs.md 3.8). A
// name begins with its section.
#include <catch2/catch.hpp>

#include "tests/models/ipvs/director_fixture.hpp"

namespace lvs {
namespace {

using Action = Director::Action;
using Reply = Director::Reply;

const Ipv4Address kRouter = ipv4(10, 9, 9, 9);
const DestinationSettings kNat{.method = ForwardingMethod::nat};

/// An error of 80 bytes about a packet that went from `source` to `destination`.
Frame about(Endpoint source, Endpoint destination, Protocol protocol = Protocol::tcp,
            IcmpType type = IcmpType::unreachable) {
  Frame frame;
  frame.ip.protocol = Protocol::icmp;
  frame.ip.source = kRouter;
  frame.ip.destination = source.address;
  frame.ip.total_length = 80;
  frame.icmp = IcmpMessage{};
  frame.icmp.type = type;
  frame.icmp.code = IcmpUnreachable::kHost;
  frame.icmp.quoted.ip.source = source.address;
  frame.icmp.quoted.ip.destination = destination.address;
  frame.icmp.quoted.ip.protocol = protocol;
  frame.icmp.quoted.source = source.port;
  frame.icmp.quoted.destination = destination.port;
  return frame;
}

ServiceKey udp_service() { return {.protocol = Protocol::udp, .address = kTestVip}; }

}  // namespace

TEST_CASE("3.8: unreachable, source quench and time exceeded are related, others are not",
          "[ipvs][statements][icmp]") {
  struct Case {
    IcmpType type;
    bool related;
  };
  const auto c = GENERATE(values<Case>({{IcmpType::unreachable, true},
                                        {IcmpType::source_quench, true},
                                        {IcmpType::time_exceeded, true},
                                        {IcmpType::redirect, false},
                                        {IcmpType::echo_request, false},
                                        {IcmpType::echo_reply, false}}));
  DirectorFixture f;
  f.serve("rr", 1);
  f.from_client(1, kTestSyn);
  const auto in =
      f.director.input_icmp(about(kTestVip, test_client(1), Protocol::tcp, c.type)).action;
  CHECK((in == Action::forward) == c.related);
  Frame out = about(test_client(1), test_server(1), Protocol::tcp, c.type);
  CHECK((f.director.output_icmp(out) == Reply::translated) == c.related);
}

TEST_CASE("3.8 IN: a known connection is counted and keeps its timer and its state",
          "[ipvs][statements][icmp]") {
  struct Case {
    ForwardingMethod method;
    std::uint32_t packets_in;  // only other methods than NAT count them
  };
  const auto c = GENERATE(values<Case>(
      {{ForwardingMethod::nat, 2}, {ForwardingMethod::direct, 3}, {ForwardingMethod::tunnel, 3}}));
  DirectorFixture f;
  f.serve("rr", 1, c.method);
  f.from_client(1, kTestSyn);
  f.from_client(1, kTestAck);
  const Jiffies expires = f.only_connection().expires;
  f.run_for(seconds(5));
  const Director::Decision d = f.director.input_icmp(about(kTestVip, test_client(1)));
  CHECK(d.action == Action::forward);
  CHECK(d.method == c.method);
  CHECK(d.real_server == test_server(1));
  CHECK(f.only_connection().expires == expires);
  CHECK(f.only_connection().packets_in == c.packets_in);
  CHECK(f.state(1) == "ESTABLISHED");
  const TrafficCounters counted{
      .connections = 1, .packets_in = 3, .packets_out = 0, .bytes_in = 184, .bytes_out = 0};
  CHECK(f.server(1).statistics.live == counted);
  CHECK(f.director.total().live == counted);
}

TEST_CASE("3.8 IN: of the server that is gone nothing is counted", "[ipvs][statements][icmp]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.from_client(1, kTestSyn);
  f.director.delete_destination(kTestService, test_server(1));
  const TrafficCounters before = f.director.total().live;
  CHECK(f.director.input_icmp(about(kTestVip, test_client(1))).action == Action::forward);
  Frame out = about(test_client(1), test_server(1));
  CHECK(f.director.output_icmp(out) == Reply::translated);
  CHECK(f.director.total().live == before);
}

TEST_CASE("3.8 IN: the quoted packet is read backwards, protocol and ports included",
          "[ipvs][statements][icmp]") {
  DirectorFixture f;
  f.director.add_service(udp_service(), {.scheduler = "rr"});
  f.director.add_destination(udp_service(), test_server(1), kNat);
  f.director.input(udp_packet(test_client(1), kTestVip));
  const auto action = [&](const Frame& packet) { return f.director.input_icmp(packet).action; };
  CHECK(action(about(kTestVip, test_client(1), Protocol::udp)) == Action::forward);
  CHECK(action(about(kTestVip, test_client(1), Protocol::tcp)) == Action::accept);
  CHECK(action(about(test_client(1), kTestVip, Protocol::udp)) == Action::accept);
  CHECK(action(about({kTestVip.address, Port{81}}, test_client(1), Protocol::udp)) ==
        Action::accept);
  CHECK(action(about(kTestVip, test_client(1), Protocol::icmp)) == Action::accept);
}

TEST_CASE("3.8 IN: schedule_icmp starts a connection that no packet has moved yet",
          "[ipvs][statements][icmp]") {
  DirectorFixture f;  // the jiffy counter starts at 0
  f.serve("rr", 1);
  const Frame error = about(kTestVip, test_client(1));
  CHECK(f.director.input_icmp(error).action == Action::accept);
  f.director.sysctls().schedule_icmp = 1;
  const Director::Decision d = f.director.input_icmp(error);
  CHECK(d.action == Action::forward);
  CHECK(d.real_server == test_server(1));
  const Connection& entry = f.only_connection();
  CHECK(entry.client() == test_client(1));
  CHECK(entry.virtual_side() == kTestVip);
  CHECK(f.state(1) == "NONE");
  CHECK(f.counts(1) == "0/1");
  const TrafficCounters counted{
      .connections = 1, .packets_in = 1, .packets_out = 0, .bytes_in = 80, .bytes_out = 0};
  CHECK(f.server(1).statistics.live == counted);
  SECTION("for 3 s: 750 jiffies fire at 768") {
    f.run_until(kStart + 768 * kJiffy - nanoseconds(1));
    CHECK(f.director.connections().size() == 1);
    f.run_for(nanoseconds(1));
    CHECK(f.director.connections().size() == 0);
  }
  SECTION("a second error finds it and leaves its timer") {
    const Jiffies expires = entry.expires;
    f.run_for(seconds(1));
    f.director.input_icmp(error);
    CHECK(f.only_connection().expires == expires);
    CHECK(f.director.total().live.connections == 1);
  }
  SECTION("the client's ACK moves it from NONE") {
    f.from_client(1, kTestAck);
    CHECK(f.state(1) == "ESTABLISHED");
    CHECK(f.counts(1) == "1/0");
  }
}

TEST_CASE("3.8 IN: the client of schedule_icmp is the quoted destination, also for sh",
          "[ipvs][statements][icmp]") {
  DirectorFixture quoted;
  DirectorFixture direct;
  for (DirectorFixture* f : {&quoted, &direct}) f->serve("sh", 5);
  quoted.director.sysctls().schedule_icmp = 1;
  for (std::uint8_t n = 1; n < 30; ++n) {
    const Endpoint client{ipv4(172, 21, 3, n), Port{1000}};
    const Endpoint expected =
        direct.director.input(tcp_packet(client, kTestVip, kTestSyn)).real_server;
    CHECK(quoted.director.input_icmp(about(kTestVip, client)).real_server == expected);
  }
}

TEST_CASE("3.8 IN: what schedule_icmp cannot place is left alone or dropped, never refused",
          "[ipvs][statements][icmp]") {
  DirectorFixture f;
  f.serve("rr", 0);
  f.director.add_service(mark_key(7), {.scheduler = "rr"});
  f.director.sysctls().schedule_icmp = 1;
  f.director.sysctls().cache_bypass = 1;
  const Director::Decision d = f.director.input_icmp(about(kTestVip, test_client(1)));
  CHECK(d.action == Action::drop);
  CHECK(d.cause == DropCause::ipvs_no_destination);
  CHECK(f.director.input_icmp(about({kTestVip.address, Port{81}}, test_client(1))).action ==
        Action::accept);
  CHECK(f.director.input_icmp(about(kTestVip, {test_client(1).address, Port{20}})).action ==
        Action::accept);
  // a mark's packet would be bypassed, were it not inside an ICMP error
  Frame marked = about(kTestVip, test_client(1));
  marked.mark = 7;
  CHECK(f.director.input_icmp(marked).action == Action::drop);
  CHECK(f.director.connections().size() == 0);
}

TEST_CASE("3.8 IN: a one-packet connection of schedule_icmp leaves nothing behind",
          "[ipvs][statements][icmp]") {
  DirectorFixture f;
  ServiceSettings settings;
  settings.scheduler = "rr";
  settings.one_packet = true;
  f.director.add_service(udp_service(), settings);
  for (const unsigned n : {1U, 2U}) {
    f.director.add_destination(udp_service(), test_server(n), kNat);
  }
  f.director.sysctls().schedule_icmp = 1;
  const Frame error = about(kTestVip, test_client(1), Protocol::udp);
  CHECK(f.director.input_icmp(error).real_server == test_server(2));
  CHECK(f.director.input_icmp(error).real_server == test_server(1));
  CHECK(f.director.connections().size() == 0);
  CHECK(f.counts(1, udp_service()) == "0/0");
  CHECK(f.director.total().live.connections == 2);
  CHECK(f.director.total().live.packets_in == 2);
}

TEST_CASE("3.8 IN: schedule_icmp starts persistent clients by their templates",
          "[ipvs][statements][icmp]") {
  DirectorFixture f;
  ServiceSettings settings;
  settings.scheduler = "rr";
  settings.persistence = 60;
  f.director.add_service(kTestService, settings);
  for (const unsigned n : {1U, 2U}) f.director.add_destination(kTestService, test_server(n), kNat);
  f.director.sysctls().schedule_icmp = 1;
  CHECK(f.from_client(1, kTestSyn).real_server == test_server(2));
  CHECK(f.director.input_icmp(about(kTestVip, test_client(2))).real_server == test_server(2));
  CHECK(f.director.connections().size() == 3);
}

TEST_CASE("3.8 OUT: an error of a server is counted, translated with NAT, and moves nothing",
          "[ipvs][statements][icmp]") {
  const auto method =
      GENERATE(ForwardingMethod::nat, ForwardingMethod::direct, ForwardingMethod::tunnel);
  const bool nat = method == ForwardingMethod::nat;
  DirectorFixture f;
  f.serve("rr", 1, method);
  f.from_client(1, kTestSyn);
  f.from_client(1, kTestAck);
  const Connection before = f.only_connection();
  f.run_for(seconds(5));
  Frame error = about(test_client(1), nat ? test_server(1) : kTestVip);
  error.ip.source = test_server(1).address;
  CHECK(f.director.output_icmp(error) == (nat ? Reply::translated : Reply::counted));
  CHECK(error.ip.source == (nat ? kTestVip.address : test_server(1).address));
  CHECK(error.icmp.quoted.ip.destination == kTestVip.address);
  CHECK(error.icmp.quoted.destination == kTestVip.port);
  const Connection& after = f.only_connection();
  CHECK(after.expires == before.expires);
  CHECK(after.state == before.state);
  CHECK(after.flags == before.flags);  // no output was seen
  CHECK(f.server(1).statistics.live.packets_out == 1);
  CHECK(f.server(1).statistics.live.bytes_out == 80);
  CHECK(f.director.find_service(kTestService)->statistics.live.bytes_out == 80);
}

TEST_CASE("3.8 OUT: an error that quotes no known request is left as it is",
          "[ipvs][statements][icmp]") {
  DirectorFixture f;
  f.serve("rr", 1);
  f.from_client(1, kTestSyn);
  for (Frame error : {about(test_client(2), test_server(1)), about(test_client(1), kTestVip),
                      about(test_client(1), test_server(1), Protocol::udp),
                      about(test_server(1), test_client(1))}) {
    const Frame before = error;
    CHECK(f.director.output_icmp(error) == Reply::not_ours);
    CHECK(error.ip.source == before.ip.source);
    CHECK(error.icmp.quoted.ip.destination == before.icmp.quoted.ip.destination);
  }
  CHECK(f.director.total().live.packets_out == 0);
}

TEST_CASE("5.4: an error about a tunnel's outer header concerns its own connection only",
          "[ipvs][statements][icmp]") {
  DirectorFixture f;
  f.serve("rr", 1, ForwardingMethod::tunnel);
  f.from_client(1, kTestSyn);
  const auto error = [&](Endpoint client, IcmpType type, std::uint8_t code) {
    Frame packet = about(client, kTestVip, Protocol::tcp, type);
    packet.icmp.code = code;
    QuotedPacket& quoted = packet.icmp.quoted;
    quoted.inner = quoted.ip;
    quoted.ip.destination = test_server(1).address;
    quoted.ip.protocol = Protocol::ipip;
    return packet;
  };
  constexpr std::uint8_t kTooLong = IcmpUnreachable::kFragmentationNeeded;
  struct Case {
    IcmpType type;
    std::uint8_t code;
    bool relayed;  // to the client although its packet had no DF
  };
  const auto c = GENERATE(values<Case>({{IcmpType::unreachable, kTooLong, false},
                                        {IcmpType::unreachable, IcmpUnreachable::kHost, true},
                                        {IcmpType::time_exceeded, 0, true},
                                        {IcmpType::time_exceeded, kTooLong, true},
                                        {IcmpType::source_quench, 0, true}}));
  const Frame known = error(test_client(1), c.type, c.code);
  const Director::Decision d = f.director.input_icmp(known);
  CHECK(d.action == Action::tunnel_error);
  CHECK(d.real_server.address == test_server(1).address);
  CHECK(Director::relay_tunnel_error(known) == c.relayed);
  CHECK(f.director.total().live.packets_out == (c.relayed ? 1U : 0U));
  CHECK(f.director.input_icmp(error(test_client(2), c.type, c.code)).action == Action::accept);
}

}  // namespace lvs
