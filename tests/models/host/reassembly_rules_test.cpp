// spec/linux-host.md 5.5, local delivery: which fragments make a packet (tests/mutation).
#include <array>

#include "tests/models/host/rules_lan.hpp"

namespace lvs {
namespace {

/// One fragment: bytes [begin, end) of a packet's payload.
struct Piece {
  std::uint32_t begin;
  std::uint32_t end;
  bool more;
};

/// Datagrams to a closed port: each that is put together is told as port unreachable.
struct FragmentLan : RulesLan {
  FragmentLan() { knows("10.0.0.1", voice, NeighbourState::permanent); }

  Frame fragment(const Piece& piece, std::uint16_t number = 7) const {
    Frame frame = udp().from(address("10.0.0.1"), 1000).to(address("10.0.0.11"), 2000);
    frame.ip.identification = number;
    frame.ip.total_length = static_cast<std::uint16_t>(20 + piece.end - piece.begin);
    frame.ip.fragment =
        static_cast<std::uint16_t>(piece.begin / 8 | (piece.more ? Ipv4Header::kMoreFragments : 0));
    return frame;
  }
  void hears(const Frame& frame) { says(frame, mac_of(subject)); }
  void hears(const std::vector<Piece>& pieces) {
    for (const Piece& piece : pieces) hears(fragment(piece));
  }
  std::uint64_t whole() const { return subject.drops()[DropCause::closed_port]; }
  std::uint64_t lost() const { return subject.drops()[DropCause::reassembly_failed]; }
  /// The length that the last answer quotes.
  int quoted_length() const { return seen.sent.back().frame.icmp.quoted.ip.total_length; }
};

const Piece kFirst{0, 400, true}, kSecond{400, 800, true}, kLast{800, 901, false};

}  // namespace

TEST_CASE("5.5: fragments in any order make the packet, once", "[host][reassembly]") {
  std::array<int, 3> order = GENERATE(values<std::array<int, 3>>(
      {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}));
  const Piece all[] = {kFirst, kSecond, kLast};
  FragmentLan lan;
  for (int i = 0; i < 3; ++i) {
    CHECK(lan.whole() == 0);
    lan.hears({all[order[static_cast<std::size_t>(i)]]});
  }
  CHECK(lan.whole() == 1);
  CHECK(lan.lost() == 0);
  CHECK(lan.quoted_length() == 921);
  lan.seen.clear();
  lan.run_for(seconds(40));  // nothing is left that a timer would end
  CHECK(lan.said().empty());
  CHECK(lan.lost() == 0);
  CHECK(lan.world.frames().in_flight() == 0);
  lan.hears({kLast});  // of the next packet of that number
  CHECK(lan.whole() == 1);
}

TEST_CASE("5.5: a fragment that is there already is dropped, the packet still completes",
          "[host][reassembly]") {
  FragmentLan lan;
  const Piece again =
      GENERATE(values<Piece>({{0, 400, true}, {0, 200, true}, {200, 400, true}, {208, 304, true}}));
  lan.hears({kFirst, again});
  CHECK(lan.lost() == 1);
  lan.hears({kSecond, kLast});
  CHECK(lan.whole() == 1);
  CHECK(lan.lost() == 1);
}

TEST_CASE("5.5: fragments that overlap in part make all worthless (RFC 5722)",
          "[host][reassembly]") {
  FragmentLan lan;
  const Piece over = GENERATE(values<Piece>({{392, 808, true}, {0, 408, true}, {200, 600, true}}));
  lan.hears(
      {kSecond, kFirst.end > over.begin && over.begin == 0 ? Piece{8, 400, true} : kFirst, over});
  CHECK(lan.lost() == 3);
  lan.run_for(seconds(40));  // and nobody is told
  CHECK(lan.said().empty());
  CHECK(lan.lost() == 3);
  lan.hears({kFirst, kSecond, kLast});
  CHECK(lan.whole() == 1);
}

TEST_CASE("5.5: so does one that is no last piece and reaches to the packet's end",
          "[host][reassembly]") {
  FragmentLan lan;
  lan.hears({{800, 904, false}, {400, 904, true}});
  CHECK(lan.lost() == 2);
  lan.hears({kFirst, kSecond});
  CHECK(lan.whole() == 0);
}

TEST_CASE("5.5: pieces that touch do not overlap", "[host][reassembly]") {
  FragmentLan lan;
  lan.hears({{8, 16, true}, {0, 8, true}, {24, 25, false}, {16, 24, true}});
  CHECK(lan.whole() == 1);
  CHECK(lan.lost() == 0);
  CHECK(lan.quoted_length() == 45);
}

TEST_CASE("5.5: a packet ends where its last fragment says first", "[host][reassembly]") {
  FragmentLan lan;
  lan.hears({kLast});
  SECTION("another end") {
    lan.hears({{800, 909, false}});
    CHECK(lan.lost() == 1);
    lan.hears({{808, 901, false}});  // the same end: there already
    CHECK(lan.lost() == 2);
  }
  SECTION("more behind the end") {
    lan.hears({{904, 1000, true}});
    CHECK(lan.lost() == 1);
    lan.hears({{800, 902, true}});
    CHECK(lan.lost() == 2);
  }
  lan.hears({kFirst, kSecond});
  CHECK(lan.whole() == 1);
}

TEST_CASE("5.5: a last fragment that ends before what is there is dropped", "[host][reassembly]") {
  FragmentLan lan;
  // As many bytes as a packet of 600 has, but the first 400 are not among them.
  lan.hears({{800, 1200, true}, {400, 600, false}});
  CHECK(lan.whole() == 0);
  CHECK(lan.lost() == 1);
  lan.hears({kFirst, kSecond, {1200, 1301, false}});
  CHECK(lan.whole() == 1);
  CHECK(lan.quoted_length() == 1321);
}

TEST_CASE("5.5: packets are told apart by addresses, number and protocol", "[host][reassembly]") {
  FragmentLan lan;
  add_address(lan.subject, "lo", "10.0.0.12/32");
  Frame other = lan.fragment(kLast);
  SECTION("source") { other.ip.source = address("10.0.0.2"); }
  SECTION("destination") { other.ip.destination = address("10.0.0.12"); }
  SECTION("number") { other.ip.identification = 8; }
  SECTION("protocol") { other.ip.protocol = Protocol::tcp; }
  lan.hears({kFirst, kSecond});
  lan.hears(other);
  CHECK(lan.whole() == 0);
  lan.hears({kLast});
  CHECK(lan.whole() == 1);
  lan.run_for(seconds(31));
  CHECK(lan.lost() == 1);  // the other one was alone
}

TEST_CASE("5.5: several packets are put together at once, and their places are used again",
          "[host][reassembly]") {
  FragmentLan lan;
  for (int round = 0; round < 2; ++round) {
    for (const Piece& piece : {kSecond, kLast, kFirst}) {
      for (std::uint16_t number = 1; number <= 5; ++number) lan.hears(lan.fragment(piece, number));
    }
  }
  CHECK(lan.whole() == 10);
  CHECK(lan.lost() == 0);
  lan.run_for(seconds(40));
  CHECK(lan.lost() == 0);
}

TEST_CASE("5.5: after 30 s without the rest the packet is given up; 11/1 if its start was there",
          "[host][reassembly][icmp]") {
  FragmentLan lan;
  const bool with_start = GENERATE(true, false);
  const int time = GENERATE(30, 7);
  sysctl(lan.subject, "ipv4.ipfrag_time", time);
  lan.hears({with_start ? kFirst : kSecond});
  const Time heard = lan.now();
  lan.run_for(seconds(1));
  lan.hears({kLast});
  lan.seen.clear();
  lan.run_for(seconds(time) - milliseconds(2) - (lan.now() - heard));
  CHECK(lan.lost() == 0);
  CHECK(lan.said().empty());
  lan.run_for(milliseconds(2));
  CHECK(lan.lost() == 2);
  REQUIRE(lan.said().size() == (with_start ? 1 : 0));
  if (with_start) {
    CHECK(lan.seen.sent.back().frame.icmp.type == IcmpType::time_exceeded);
    CHECK(int{lan.seen.sent.back().frame.icmp.code} == 1);
    CHECK(lan.seen.sent.back().frame.icmp.mtu == 0);
  }
  lan.run_for(seconds(100));
  CHECK(lan.said().size() == (with_start ? 1 : 0));
  lan.hears({kFirst, kSecond, kLast});
  CHECK(lan.whole() == 1);
}

TEST_CASE("5.5: power off drops what waited for the rest", "[host][reassembly]") {
  FragmentLan lan;
  lan.hears({kFirst, kSecond});
  lan.world.power(lan.subject, false);
  CHECK(lan.subject.drops()[DropCause::power_off] == 2);
  lan.run_for(seconds(60));
  CHECK(lan.lost() == 0);
}

}  // namespace lvs
