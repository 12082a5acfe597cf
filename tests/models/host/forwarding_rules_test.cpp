// spec/linux-host.md 5.5 and 5.6, the rules that need a directed input (tests/mutation).
#include <array>

#include "tests/models/host/rules_lan.hpp"

namespace lvs {
namespace {

using Lines = std::vector<std::string>;

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

TEST_CASE("5.4, 4.3: of its own packets a host says whether they have a way, and makes no error",
          "[host][forwarding]") {
  RouterLan lan;
  lan.subject.state().set_mtu(lan.eth1(), 600);
  const auto sends = [&](const char* to, int size) {
    return lan.originate(lan.subject, lan.datagram("10.9.0.11", to, size));
  };
  CHECK(sends("10.9.0.7", 10));
  CHECK(sends("10.9.0.7", 900));
  CHECK(sends("10.0.0.11", 10));
  CHECK_FALSE(sends("172.16.0.1", 10));
  CHECK(lan.subject.drops()[DropCause::no_route] == 1);
  lan.run_for(milliseconds(1));  // what went by lo has been answered
  const std::uint64_t frames = lan.world.frames().sent();
  const std::uint64_t copies = lan.world.frames().copied();
  const bool in_pieces = GENERATE(false, true);
  CHECK(sends("10.9.0.99", in_pieces ? 900 : 10));
  lan.run_for(seconds(4));
  CHECK(lan.subject.drops()[DropCause::neighbour_failed] == (in_pieces ? 2 : 1));
  // The packet, whole or as two pieces, and three questions: nothing that tells of the failure.
  CHECK(lan.world.frames().sent() + lan.world.frames().copied() - frames - copies ==
        (in_pieces ? 5 : 4));
  IpRule rule;
  rule.target = IpRule::Target::drop;
  lan.subject.ip_filter().chain(IpFilter::Chain::output).rules = {rule};
  CHECK(sends("10.9.0.7", 10));  // it had a way, but was dropped on it
  CHECK(lan.subject.drops()[DropCause::iptables] == 1);
}

TEST_CASE("5.5: a host cuts its own packets with a number each, unless they may not be cut",
          "[host][forwarding]") {
  RouterLan lan;
  lan.subject.state().set_mtu(lan.eth1(), 600);
  const auto sends = [&](bool dont_fragment) {
    lan.seen.clear();
    UdpBuilder packet = lan.datagram("10.9.0.11", "10.9.0.7", 900);
    lan.originate(lan.subject, dont_fragment ? packet.dont_fragment() : packet);
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
  lan.run_for(milliseconds(42));  // all begins again
  CHECK(lan.redirects());
}

}  // namespace lvs
