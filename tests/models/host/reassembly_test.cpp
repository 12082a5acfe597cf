// Fragments: made in forwarding and at a tunnel's entry, put together for local delivery and IPVS.
// Source: spec/linux-host.md 5.5, 5.7, 7.5.
#include <catch2/catch.hpp>

#include "tests/support/three_hosts.hpp"

namespace lvs {
namespace {

class Inbox final : public UdpUser {
 public:
  void received(std::uint32_t, const Datagram& datagram) override {
    sizes.push_back(datagram.bytes);
  }
  void refused(std::uint32_t) override {}
  std::vector<std::uint32_t> sizes;
};

/// sender - router - receiver; the way to the receiver takes 600 bytes.
struct NarrowLan : Lan {
  Host& sender = host("sender", "10.0.0.9/24");
  Host& router = host("router", "10.0.0.1/24");
  Host& receiver = host("receiver", "10.1.0.9/24", 1);
  Inbox inbox;

  NarrowLan() {
    card(router, "eth1", "10.1.0.1/24", 1);
    sysctl(router, "ipv4.ip_forward", 1);
    add_route(sender, "default", "10.0.0.1");
    add_route(receiver, "default", "10.1.0.1");
    router.state().set_mtu(device(router, "eth1"), 600);
    Udp::Socket socket;
    socket.host = receiver.id();
    socket.local = {address("10.1.0.9"), Port{53}};
    socket.user = &inbox;
    REQUIRE(receiver.udp().open(socket));
  }
  UdpBuilder datagram(int payload, std::uint16_t identification = 77) const {
    return udp()
        .from(address("10.0.0.9"), 1000)
        .to(address("10.1.0.9"), 53)
        .payload(bytes(payload))
        .identification(identification);
  }
  /// The datagram as the router cuts it, taken off the cable.
  std::vector<Frame> pieces(const UdpBuilder& whole) {
    const Frame frame = whole;
    const FrameId id = world.frames().create();
    world.frames()[id] = frame;
    std::vector<Frame> cut;
    fragment(world.frames(), id, 600, [&](FrameId piece) {
      cut.push_back(world.frames()[piece]);
      world.frames().deliver(piece);
    });
    return cut;
  }
  void arrives(const Frame& piece) {
    inject(router, piece, mac_of(receiver), "eth1");
    run_for(milliseconds(1));
  }
  void inject(Host& from, const Frame& frame, MacAddress to, const char* by) {
    const FrameId id = world.frames().create();
    world.frames()[id] = frame;
    world.frames()[id].destination = to;
    from.transmit(device(from, by), id);
  }
};

using Sizes = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("5.5: a packet that may be cut leaves in pieces of the most multiples of 8 that fit",
          "[host][forwarding]") {
  NarrowLan lan;
  lan.Lan::inject(lan.sender, lan.datagram(900), mac_of(lan.router));  // 928 bytes in all
  lan.run_for(milliseconds(2));
  std::vector<std::string> cut;
  for (const SeenFrame& s : lan.seen.sent) {
    if (s.host != lan.router.id() || s.frame.is_arp()) continue;
    cut.push_back(std::to_string(s.frame.ip.total_length) + " at " +
                  std::to_string(s.frame.ip.fragment_offset()) +
                  (s.frame.ip.more_fragments() ? " more" : "") + " id " +
                  std::to_string(s.frame.ip.identification) + " ttl " +
                  std::to_string(s.frame.ip.ttl));
  }
  CHECK(cut == std::vector<std::string>{"596 at 0 more id 77 ttl 63", "352 at 576 id 77 ttl 63"});
  CHECK(lan.inbox.sizes == Sizes{900});
}

TEST_CASE("a packet that just fits is not cut, one byte more is", "[host][forwarding]") {
  NarrowLan lan;
  const auto sent = [&](int payload) {
    lan.seen.clear();
    lan.Lan::inject(lan.sender, lan.datagram(payload), mac_of(lan.router));
    lan.run_for(milliseconds(2));
    return lan.seen.times_sent(lan.router, [](const Frame& f) { return !f.is_arp(); }).size();
  };
  CHECK(sent(572) == 1);
  CHECK(sent(573) == 2);
  CHECK(lan.inbox.sizes == Sizes{572, 573});
}

TEST_CASE("a fragment is cut again where the next way is narrower", "[host][forwarding]") {
  NarrowLan lan;
  lan.router.state().set_mtu(device(lan.router, "eth1"), 300);
  for (const Frame& piece : lan.pieces(lan.datagram(900))) {
    lan.Lan::inject(lan.sender, piece, mac_of(lan.router));
  }
  lan.run_for(milliseconds(2));
  CHECK(lan.inbox.sizes == Sizes{900});
  const auto sent = lan.seen.times_sent(lan.router, [](const Frame& f) { return !f.is_arp(); });
  CHECK(sent.size() == 5);  // 576 = 280 + 280 + 16, 332 = 280 + 52
}

TEST_CASE("fragments in any order make the packet whole, repeated ones count once",
          "[host][forwarding]") {
  NarrowLan lan;
  const std::vector<Frame> cut = lan.pieces(lan.datagram(1400));
  REQUIRE(cut.size() == 3);
  for (const std::size_t i : {2U, 0U, 0U}) lan.arrives(cut[i]);
  CHECK(lan.inbox.sizes.empty());
  lan.arrives(cut[1]);
  CHECK(lan.inbox.sizes == Sizes{1400});
  CHECK(lan.receiver.drops()[DropCause::reassembly_failed] == 1);
  CHECK(lan.seen.sent_by(lan.receiver).empty());
}

TEST_CASE("fragments of packets with another identification do not mix", "[host][forwarding]") {
  NarrowLan lan;
  const std::vector<Frame> first = lan.pieces(lan.datagram(900, 1));
  const std::vector<Frame> second = lan.pieces(lan.datagram(800, 2));
  lan.arrives(first[0]);
  lan.arrives(second[1]);
  CHECK(lan.inbox.sizes.empty());
  lan.arrives(second[0]);
  lan.arrives(first[1]);
  CHECK(lan.inbox.sizes == Sizes{800, 900});
}

TEST_CASE("overlapping fragments make all that came before worthless", "[host][forwarding]") {
  NarrowLan lan;
  const std::vector<Frame> cut = lan.pieces(lan.datagram(1400));
  lan.arrives(cut[0]);
  Frame odd = cut[1];
  odd.ip.fragment = static_cast<std::uint16_t>(odd.ip.fragment - 1);  // 8 bytes earlier
  lan.arrives(odd);
  lan.arrives(cut[1]);
  lan.arrives(cut[2]);
  CHECK(lan.inbox.sizes.empty());
  lan.arrives(cut[0]);
  CHECK(lan.inbox.sizes == Sizes{1400});
}

TEST_CASE("5.5: after 30 s a packet that is not whole is given up; its source is told if it began",
          "[host][forwarding][icmp]") {
  for (const std::size_t piece : {0U, 1U}) {
    NarrowLan lan;
    lan.arrives(lan.pieces(lan.datagram(900))[piece]);
    lan.run_for(milliseconds(29'990));
    CHECK(lan.receiver.drops()[DropCause::reassembly_failed] == 0);
    lan.run_for(milliseconds(20));
    CHECK(lan.receiver.drops()[DropCause::reassembly_failed] == 1);
    const auto told = lan.seen.times_sent(lan.receiver, [](const Frame& f) {
      return !f.is_arp() && f.icmp.type == IcmpType::time_exceeded && f.icmp.code == 1;
    });
    CHECK(told.size() == (piece == 0 ? 1U : 0U));
  }
}

TEST_CASE("5.7: no error is about a fragment but the first", "[host][icmp]") {
  NarrowLan lan;
  const std::vector<Frame> cut = lan.pieces(lan.datagram(900));
  const auto told = [&](Frame piece) {
    piece.ip.ttl = 1;
    lan.seen.clear();
    lan.Lan::inject(lan.sender, piece, mac_of(lan.router));
    lan.run_for(milliseconds(2));
    return !lan.seen
                .times_sent(
                    lan.router,
                    [](const Frame& f) { return !f.is_arp() && f.ip.protocol == Protocol::icmp; })
                .empty();
  };
  CHECK(told(cut[0]));
  CHECK_FALSE(told(cut[1]));
}

TEST_CASE("a host that loses power forgets what it was putting together", "[host][forwarding]") {
  NarrowLan lan;
  const std::vector<Frame> cut = lan.pieces(lan.datagram(900));
  lan.arrives(cut[0]);
  lan.receiver.power_off();
  CHECK(lan.receiver.drops()[DropCause::power_off] == 1);
  CHECK(lan.world.frames().in_flight() == 0);
}

}  // namespace lvs
