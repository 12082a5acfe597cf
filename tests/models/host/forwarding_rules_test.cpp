// spec/linux-host.md 5.5 to 5.7, the rules that need a directed input (tests/mutation).
#include <catch2/catch.hpp>

#include "models/host/icmp.hpp"
#include "tests/models/host/rules_lan.hpp"

namespace lvs {
namespace {

using Lines = std::vector<std::string>;

/// The subject forwards from 10.0.0.1, the voice, to 10.9.0.7, the sink.
struct RouterLan : RulesLan {
  Host& sink = host("sink", "", 1);

  RouterLan() {
    sysctl(subject, "ipv4.ip_forward", 1);
    for (const char* near : {"10.0.0.1", "10.0.0.2", "10.0.0.7", "10.0.0.9"}) {
      subject.neighbours().set(address(near), eth0(), mac_of(voice), NeighbourState::permanent);
    }
    subject.neighbours().set(address("10.9.0.7"), eth1(), mac_of(sink), NeighbourState::permanent);
    // The switches learn where everybody is, so that frames are not flooded.
    for (Host* h : {&voice, &sink}) inject(*h, udp(), {{2, 0, 0, 0, 9, 9}});
    run_for(milliseconds(1));
    seen.clear();
  }
  static UdpBuilder datagram(const char* from, const char* to, int size = 10) {
    return udp().from(address(from), 1000).to(address(to), 2000).payload(bytes(size));
  }
  Lines forwards(const Frame& frame) {
    says(frame, mac_of(subject));
    return said();
  }
  /// The errors that the subject sends about `offender`, asked for `times` times now.
  int errors(const Frame& offender, IcmpError error, int times = 1) {
    seen.clear();
    for (int i = 0; i < times; ++i) subject.icmp().send_error(offender, error);
    return static_cast<int>(said().size());
  }
};

constexpr IcmpError kHostUnreachable{IcmpType::unreachable, IcmpUnreachable::kHost, 0, {}};

}  // namespace

TEST_CASE("5.5 step 2: TTL 0 and 1 end here, 2 is passed on as 1", "[host][forwarding]") {
  RouterLan lan;
  const auto ttl = [&](int value) {
    const Lines sent =
        lan.forwards(lan.datagram("10.0.0.1", "10.9.0.7").ttl(static_cast<std::uint8_t>(value)));
    REQUIRE(sent.size() == 1);
    return sent[0];
  };
  CHECK(ttl(0).find("time exceeded") != std::string::npos);
  CHECK(ttl(1).find("time exceeded") != std::string::npos);
  CHECK(ttl(2) == "10.0.0.1:1000 > 10.9.0.7:2000 udp len 10 ttl 1");
}

TEST_CASE("5.5 steps 3 and 7: what is longer than the route's MTU is cut, or refused with DF",
          "[host][forwarding]") {
  RouterLan lan;
  const bool by_route = GENERATE(true, false);
  if (by_route) {
    Route route;
    route.prefix = *parse_ipv4_prefix("10.9.0.0/28");
    route.device = lan.eth1();
    route.mtu = 600;
    CHECK(lan.subject.state().add_route(route) == ConfigError::none);
  } else {
    lan.subject.state().set_mtu(lan.eth1(), 600);
  }
  CHECK(lan.forwards(lan.datagram("10.0.0.1", "10.9.0.7", 572)).size() == 1);
  CHECK(lan.forwards(lan.datagram("10.0.0.1", "10.9.0.7", 573)).size() == 2);
  lan.forwards(lan.datagram("10.0.0.1", "10.9.0.7", 900).identification(7));
  std::vector<std::array<int, 4>> pieces;  // length, offset, more, TTL
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host != lan.subject.id()) continue;
    const Ipv4Header& ip = s.frame.ip;
    CHECK(ip.identification == 7);
    pieces.push_back({ip.total_length, static_cast<int>(ip.fragment_offset()),
                      ip.more_fragments() ? 1 : 0, ip.ttl});
  }
  CHECK(pieces == std::vector<std::array<int, 4>>{{596, 0, 1, 63}, {352, 576, 0, 63}});
  lan.forwards(lan.datagram("10.0.0.1", "10.9.0.7", 573).dont_fragment());
  REQUIRE(lan.said().size() == 1);
  CHECK(lan.seen.sent.back().frame.icmp.mtu == 600);
  CHECK(lan.seen.sent.back().frame.icmp.code == IcmpUnreachable::kFragmentationNeeded);
}

TEST_CASE("5.5: a fragment that must be cut again keeps its place", "[host][forwarding]") {
  RouterLan lan;
  lan.subject.state().set_mtu(lan.eth1(), 600);
  Frame piece = lan.datagram("10.0.0.1", "10.9.0.7", 972);
  piece.ip.identification = 9;
  piece.ip.fragment = Ipv4Header::kMoreFragments | 1000 / 8;
  lan.says(piece, mac_of(lan.subject));
  std::vector<std::array<int, 3>> pieces;
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host != lan.subject.id()) continue;
    CHECK(s.frame.ip.identification == 9);
    pieces.push_back({s.frame.ip.total_length, static_cast<int>(s.frame.ip.fragment_offset()),
                      s.frame.ip.more_fragments() ? 1 : 0});
  }
  CHECK(pieces == std::vector<std::array<int, 3>>{{596, 1000, 1}, {424, 1576, 1}});
}

TEST_CASE("5.5: a host cuts its own packets with a number each, unless they may not be cut",
          "[host][forwarding]") {
  RouterLan lan;
  lan.subject.state().set_mtu(lan.eth1(), 600);
  const auto sends = [&](bool dont_fragment) {
    lan.seen.clear();
    const FrameId id = lan.world.frames().create();
    UdpBuilder packet = lan.datagram("10.9.0.11", "10.9.0.7", 900);
    lan.world.frames()[id] = dont_fragment ? packet.dont_fragment() : packet;
    lan.subject.ip().send(id);
    std::vector<int> numbers;
    for (const SeenFrame& s : lan.seen.sent) numbers.push_back(s.frame.ip.identification);
    return numbers;
  };
  const auto first = sends(false);
  REQUIRE(first.size() == 2);
  CHECK(first[0] == first[1]);
  CHECK(first[0] != 0);
  const auto second = sends(false);
  CHECK(second[0] != first[0]);
  CHECK(sends(true).empty());
  CHECK(lan.subject.drops()[DropCause::fragmentation_needed] == 1);
}

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
  CHECK(lan.errors(bad, kHostUnreachable) == 0);
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
}

namespace {

/// The voice, 10.0.0.1, sends to 10.0.0.7: worth a redirect each time.
struct RedirectLan : RouterLan {
  bool redirects(const char* from = "10.0.0.1") {
    forwards(datagram(from, "10.0.0.7"));
    for (const SeenFrame& s : seen.sent) {
      if (s.host != subject.id() || s.frame.is_arp() || s.frame.ip.protocol != Protocol::icmp)
        continue;
      CHECK(s.frame.icmp.type == IcmpType::redirect);
      CHECK(int{s.frame.icmp.code} == 1);
      CHECK(to_string(s.frame.ip.destination) == from);
      CHECK(s.frame.icmp.gateway == address("10.0.0.7"));
      return true;
    }
    return false;
  }
};

}  // namespace

TEST_CASE("5.6: redirects to one source: at once, then 0.02 * 2^n s after the n-th, nine in all",
          "[host][icmp][redirect]") {
  RedirectLan lan;
  CHECK(lan.redirects());
  CHECK(lan.redirects("10.0.0.2"));  // another source counts by itself
  for (int n = 1; n < 9; ++n) {
    CAPTURE(n);
    lan.run_for(milliseconds(20 << n) - milliseconds(4));
    CHECK_FALSE(lan.redirects());
    lan.run_for(milliseconds(5));
    CHECK(lan.redirects());
  }
  CHECK(lan.redirects("10.0.0.2"));
  for (int i = 0; i < 3; ++i) {  // traffic goes on: never again
    lan.run_for(seconds(20));
    CHECK_FALSE(lan.redirects());
  }
  lan.run_for(milliseconds(20'470));
  CHECK_FALSE(lan.redirects());
  lan.run_for(milliseconds(20'485));
  CHECK(lan.redirects());
  CHECK_FALSE(lan.redirects());
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
