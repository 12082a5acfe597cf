// spec/linux-host.md 5.7: about what errors are sent, how often, and with what (tests/mutation).
#include "models/host/icmp.hpp"
#include "tests/models/host/rules_lan.hpp"

namespace lvs {
namespace {

using Lines = std::vector<std::string>;

constexpr IcmpError kHostUnreachable{IcmpType::unreachable, IcmpUnreachable::kHost, 0, {}};

}  // namespace

TEST_CASE("5.7: about what no error is sent", "[host][icmp]") {
  RouterLan lan;
  const Frame good = lan.datagram("10.0.0.1", "10.77.0.1");
  CHECK(lan.errors(good, kHostUnreachable) == 1);
  Frame bad = good;
  SECTION("a broadcast frame") { bad.destination = MacAddress::broadcast(); }
  SECTION("a multicast frame") { bad.destination = {{1, 0, 0x5e, 0, 0, 18}}; }
  SECTION("a fragment that is not the first") { bad.ip.fragment = 1; }
  SECTION("an ICMP error") {
    bad = icmp().from(address("10.0.0.1")).to(address("10.77.0.1")).time_exceeded().about(good);
  }
  SECTION("a redirect") {
    bad = icmp().from(address("10.0.0.1")).to(address("10.77.0.1"));
    bad.icmp.type = IcmpType::redirect;
  }
  SECTION("to a network's all") { bad.ip.destination = address("10.0.0.255"); }
  SECTION("to all") { bad.ip.destination = address("255.255.255.255"); }
  SECTION("to a group") { bad.ip.destination = address("224.0.0.1"); }
  SECTION("from nobody") { bad.ip.source = {}; }
  SECTION("from 127/8") { bad.ip.source = address("127.0.0.1"); }
  SECTION("from a group") { bad.ip.source = address("224.0.0.1"); }
  SECTION("from a network's all") { bad.ip.source = address("10.0.0.255"); }
  SECTION("from all") { bad.ip.source = address("255.255.255.255"); }
  const std::uint64_t frames = lan.world.frames().sent();
  CHECK(lan.errors(bad, kHostUnreachable) == 0);
  CHECK(lan.world.frames().sent() == frames);  // none was made, for lo or to be dropped
  CHECK(lan.subject.icmp().errors_suppressed() == 0);
}

TEST_CASE("5.7: an echo, a first fragment and a frame for us are told of", "[host][icmp]") {
  RouterLan lan;
  Frame first = lan.datagram("10.0.0.1", "10.77.0.1");
  first.ip.fragment = Ipv4Header::kMoreFragments;
  first.destination = mac_of(lan.subject);
  CHECK(lan.errors(first, kHostUnreachable) == 1);
  const Frame echo = icmp().from(address("10.0.0.1")).to(address("10.77.0.1"));
  CHECK(lan.errors(echo, kHostUnreachable) == 1);
}

TEST_CASE("5.7: an error shows the address that was asked if it is ours, else that of the way back",
          "[host][icmp]") {
  RouterLan lan;
  add_address(lan.subject, "lo", "10.66.0.1/32");
  const auto shown = [&](const char* to) {
    CHECK(lan.errors(lan.datagram("10.0.0.1", to), kHostUnreachable) == 1);
    return to_string(lan.seen.sent.back().frame.ip.source);
  };
  CHECK(shown("10.66.0.1") == "10.66.0.1");
  CHECK(shown("10.9.0.11") == "10.9.0.11");
  CHECK(shown("10.9.0.7") == "10.0.0.11");
}

TEST_CASE("5.7: an error quotes what fits into 576 bytes, with the ports", "[host][icmp]") {
  RouterLan lan;
  const auto length = [&](int payload) {
    lan.run_for(seconds(1));
    CHECK(lan.errors(lan.datagram("10.0.0.1", "10.77.0.1", payload), kHostUnreachable) == 1);
    const Frame& error = lan.seen.sent.back().frame;
    CHECK(error.icmp.quoted.source == Port{1000});
    CHECK(error.icmp.quoted.destination == Port{2000});
    CHECK(int{error.ip.ttl} == 64);
    return int{error.ip.total_length};
  };
  CHECK(length(10) == 20 + 8 + 38);
  CHECK(length(520) == 576);
  CHECK(length(519) == 575);
  CHECK(length(1000) == 576);
  const Frame syn =
      tcp().from(address("10.0.0.1"), 5).to(address("10.77.0.1"), 6).syn().sequence(77);
  lan.run_for(seconds(1));
  CHECK(lan.errors(syn, kHostUnreachable) == 1);
  CHECK(lan.seen.sent.back().frame.icmp.quoted.sequence == 77);
  CHECK(lan.seen.sent.back().frame.icmp.quoted.source == Port{5});
}

TEST_CASE("5.7: one bucket a receiver, of six, for the types of icmp_ratemask", "[host][icmp]") {
  RouterLan lan;
  const Frame one = lan.datagram("10.0.0.1", "10.77.0.1");
  const Frame two = lan.datagram("10.0.0.2", "10.77.0.1");
  constexpr IcmpError kTooLong{
      IcmpType::unreachable, IcmpUnreachable::kFragmentationNeeded, 600, {}};
  constexpr IcmpError kExceeded{IcmpType::time_exceeded, 0, 0, {}};
  constexpr IcmpError kRedirect{IcmpType::redirect, 1, 0, {}};
  SECTION("is filled in a second each, up to six") {
    CHECK(lan.errors(one, kHostUnreachable, 4) == 4);
    CHECK(lan.errors(one, kExceeded, 4) == 2);  // the types share it
    CHECK(lan.errors(two, kHostUnreachable, 9) == 6);
    CHECK(lan.subject.icmp().errors_suppressed() == 5);
    lan.run_for(seconds(1) - picoseconds(1));
    CHECK(lan.errors(one, kHostUnreachable) == 0);
    lan.run_for(picoseconds(1));
    CHECK(lan.errors(one, kHostUnreachable, 2) == 1);
    lan.run_for(seconds(5));
    CHECK(lan.errors(one, kHostUnreachable, 9) == 5);
    lan.run_for(seconds(7));
    CHECK(lan.errors(one, kHostUnreachable, 9) == 6);
  }
  SECTION("never for 'fragmentation needed', nor for redirects") {
    CHECK(lan.errors(one, kTooLong, 20) == 20);
    CHECK(lan.errors(one, kRedirect, 20) == 20);
    CHECK(lan.errors(one, kHostUnreachable, 9) == 6);
  }
  SECTION("for others if icmp_ratemask says so") {
    sysctl(lan.subject, "ipv4.icmp_ratemask", 1 << 5);
    CHECK(lan.errors(one, kHostUnreachable, 9) == 9);
    CHECK(lan.errors(one, kRedirect, 9) == 6);
  }
  SECTION("as often as icmp_ratelimit says, always if it is 0") {
    sysctl(lan.subject, "ipv4.icmp_ratelimit", 100);
    CHECK(lan.errors(one, kHostUnreachable, 9) == 6);
    lan.run_for(milliseconds(200));
    CHECK(lan.errors(one, kHostUnreachable, 9) == 2);
    sysctl(lan.subject, "ipv4.icmp_ratelimit", 0);
    CHECK(lan.errors(one, kHostUnreachable, 9) == 9);
  }
}

TEST_CASE("5.7: all receivers together get 50 errors at once, and then one a millisecond",
          "[host][icmp]") {
  RouterLan lan;
  const auto to_many = [&](int count) {
    int sent = 0;
    for (int i = 0; i < count; ++i) {
      Frame offender = lan.datagram("10.0.0.1", "10.77.0.1");
      offender.ip.source = {address("10.0.0.16").value + static_cast<std::uint32_t>(i)};
      lan.subject.neighbours().set(offender.ip.source, lan.eth0(), mac_of(lan.voice),
                                   NeighbourState::permanent);
      sent += lan.errors(offender, kHostUnreachable);
    }
    return sent;
  };
  CHECK(to_many(60) == 50);
  lan.run_for(microseconds(2999));
  CHECK(to_many(60) == 2);
  lan.run_for(seconds(10));
  CHECK(to_many(60) == 50);
  sysctl(lan.subject, "ipv4.icmp_msgs_per_sec", 100);
  sysctl(lan.subject, "ipv4.icmp_msgs_burst", 5);
  lan.run_for(seconds(10));
  CHECK(to_many(60) == 5);
  lan.run_for(milliseconds(30));
  CHECK(to_many(60) == 3);
  sysctl(lan.subject, "ipv4.icmp_msgs_per_sec", 1);
  sysctl(lan.subject, "ipv4.icmp_msgs_burst", 1);
  lan.run_for(seconds(10));
  CHECK(to_many(60) == 1);
  lan.run_for(milliseconds(900));
  CHECK(to_many(60) == 0);
}

TEST_CASE("5.7: echo to a network's all is answered only if told so, from the way back's address",
          "[host][icmp]") {
  RouterLan lan;
  Frame ping = icmp().from(address("10.0.0.1")).to(address("10.0.0.255")).ttl(9).payload(bytes(9));
  ping.ip.identification = 7;
  CHECK(lan.forwards(ping).empty());
  CHECK(lan.subject.drops()[DropCause::no_socket] == 1);
  sysctl(lan.subject, "ipv4.icmp_echo_ignore_broadcasts", 0);
  CHECK(lan.forwards(ping) == Lines{"10.0.0.11 > 10.0.0.1 icmp echo reply"});
  const Ipv4Header& reply = lan.seen.sent.back().frame.ip;
  CHECK(int{reply.ttl} == 64);
  CHECK(reply.identification == 0);
  ping.ip.destination = address("10.9.0.11");
  CHECK(lan.forwards(ping) == Lines{"10.9.0.11 > 10.0.0.1 icmp echo reply"});
  sysctl(lan.subject, "ipv4.icmp_echo_ignore_all", 1);
  CHECK(lan.forwards(ping).empty());
  Frame pong = icmp().from(address("10.0.0.1")).to(address("10.0.0.11")).echo_reply();
  CHECK(lan.forwards(pong).empty());  // no error, no answer
}

TEST_CASE("5.7: a protocol that nobody serves is told as 3/2", "[host][icmp]") {
  RouterLan lan;
  Frame packet = lan.datagram("10.0.0.1", "10.0.0.11");
  packet.ip.protocol = static_cast<Protocol>(47);
  lan.says(packet, mac_of(lan.subject));
  REQUIRE(lan.said().size() == 1);
  CHECK(lan.seen.sent.back().frame.icmp.type == IcmpType::unreachable);
  CHECK(lan.seen.sent.back().frame.icmp.code == IcmpUnreachable::kProtocol);
  CHECK(lan.seen.sent.back().frame.icmp.mtu == 0);
  CHECK(lan.subject.drops()[DropCause::unknown_protocol] == 1);
}

TEST_CASE("5.2: routes refuse with their own code, martians in silence", "[host][icmp]") {
  RouterLan lan;
  const auto told = [&](const char* from, const char* to) {
    lan.forwards(lan.datagram(from, to));
    for (const SeenFrame& s : lan.seen.sent) {
      if (s.host == lan.subject.id() && !s.frame.is_arp()) return int{s.frame.icmp.code};
    }
    return -1;
  };
  CHECK(told("10.0.0.1", "172.16.0.1") == 0);
  CHECK(lan.subject.drops()[DropCause::no_route] == 1);
  CHECK(told("10.9.0.11", "10.9.0.7") == -1);
  CHECK(lan.subject.drops()[DropCause::martian_source] == 1);
  CHECK(told("224.0.0.1", "10.9.0.7") == -1);
}

}  // namespace lvs
