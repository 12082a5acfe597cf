#include "models/net/cable.hpp"

#include <catch2/catch.hpp>
#include <vector>

#include "models/event_kinds.hpp"
#include "models/packet/frame.hpp"
#include "tests/support/printers.hpp"

namespace lvs {
namespace {

/// One cable between two cards, and who arrives when at its far ends.
struct Wire {
  explicit Wire(const WayConfig& there, const WayConfig& back = {}, const char* name = "a/eth0") {
    cable = cables.connect({Attachment::Kind::card, 0, 1}, {Attachment::Kind::card, 0, 2}, there,
                           back, name);
  }
  ~Wire() {
    run(seconds(100));
    CHECK(frames.sent() == frames.delivered() + frames.dropped() + frames.in_flight());
  }

  /// A UDP frame of `length` bytes as Linux counts it; its number is its port.
  FrameId frame(std::int64_t length) {
    const FrameId id = frames.create();
    Frame& f = frames[id];
    f.type = EtherType::ipv4;
    f.ip = {};
    f.ip.protocol = Protocol::udp;
    f.ip.total_length = static_cast<std::uint16_t>(length - Frame::kEthernetHeader);
    f.udp = {Port{++number}, Port{80}};
    return id;
  }
  void send(std::int64_t length) { cables.transmit(Cables::from_a(cable), frame(length)); }
  void run(Duration until) {
    simulator.run_until(Time{until}, [this](const Event& event) {
      const FrameId id{event.argument};
      const auto way = DirectionId{event.target};
      if (cables.arrive(way, id) == nullptr) return;
      arrivals.push_back(simulator.now());
      order.push_back(frames[id].udp.source.value);
      frames.deliver(id);
    });
  }
  std::uint64_t drops(DropCause cause) const { return cables.drops(Cables::from_a(cable))[cause]; }

  Simulator simulator;
  FramePool frames;
  Cables cables{simulator, frames, StreamKey{}};
  CableId cable;
  std::uint16_t number = 0;
  std::vector<Time> arrivals;
  std::vector<int> order;
};

WayConfig way(BitRate rate, Duration delay) {
  WayConfig config;
  config.rate = rate;
  config.delay = delay;
  return config;
}

Time at(Duration since_start) { return Time{since_start}; }

}  // namespace

TEST_CASE("a frame arrives after its transmission and the delay, to the picosecond",
          "[net][cable]") {
  struct Case {
    const char* name;
    BitRate rate;
    std::int64_t length;
    Duration transmission;
  };
  // 24 bytes of FCS, preamble and gap; 60 bytes at least.
  const auto c = GENERATE(values<Case>({
      {"10 Gbit/s, 84 bytes of wire", gigabits_per_second(10), 60, picoseconds(67'200)},
      {"100 Gbit/s, 84 bytes of wire", gigabits_per_second(100), 60, picoseconds(6'720)},
      {"1 Gbit/s, a full frame", gigabits_per_second(1), 1514, nanoseconds(12'304)},
      {"a short frame is padded", gigabits_per_second(1), 42, nanoseconds(672)},
      {"a rate that does not divide is rounded up once", bits_per_second(3'000'000'000), 1514,
       picoseconds(4'101'334)},
      {"a slow line", bits_per_second(64'000), 1514, microseconds(192'250)},
  }));
  DYNAMIC_SECTION(c.name) {
    Wire wire(way(c.rate, microseconds(50)));
    wire.send(c.length);
    wire.run(seconds(1));
    REQUIRE(wire.arrivals.size() == 1);
    CHECK(wire.arrivals[0] == at(c.transmission + microseconds(50)));
  }
}

TEST_CASE("frames follow each other without a gap and without waiting for the first to arrive",
          "[net][cable]") {
  Wire wire(way(gigabits_per_second(1), milliseconds(1)));
  for (int i = 0; i < 3; ++i) wire.send(1514);
  wire.run(seconds(1));
  const Duration full = nanoseconds(12'304);
  CHECK(wire.arrivals == std::vector<Time>{at(full + milliseconds(1)),
                                           at(2 * full + milliseconds(1)),
                                           at(3 * full + milliseconds(1))});
  CHECK(wire.order == std::vector<int>{1, 2, 3});
}

TEST_CASE("the queue holds its limit in bytes, without the frame being sent", "[net][cable]") {
  WayConfig config = way(gigabits_per_second(1), {});
  config.queue = QueueLimit::of(bytes(3028));  // two frames of 1514
  Wire wire(config);
  for (int i = 0; i < 5; ++i) wire.send(1514);
  CHECK(wire.drops(DropCause::queue_full) == 2);
  wire.run(seconds(1));
  CHECK(wire.order == std::vector<int>{1, 2, 3});
}

TEST_CASE("one byte less of queue holds one frame less", "[net][cable]") {
  WayConfig config = way(gigabits_per_second(1), {});
  config.queue = QueueLimit::of(bytes(3027));
  Wire wire(config);
  for (int i = 0; i < 5; ++i) wire.send(1514);
  CHECK(wire.drops(DropCause::queue_full) == 3);
}

TEST_CASE("the queue holds its limit in frames, however long they are", "[net][cable]") {
  WayConfig config = way(gigabits_per_second(1), {});
  config.queue = QueueLimit::frames(2);
  Wire wire(config);
  wire.send(1514);
  for (int i = 0; i < 3; ++i) wire.send(60);
  CHECK(wire.drops(DropCause::queue_full) == 1);
  wire.run(seconds(1));
  CHECK(wire.order == std::vector<int>{1, 2, 3});
}

TEST_CASE("a frame has left the queue at the instant its transmission starts", "[net][cable]") {
  WayConfig config = way(gigabits_per_second(1), seconds(1));
  config.queue = QueueLimit::frames(1);
  Wire wire(config);
  wire.send(1514);
  wire.send(1514);
  SECTION("a picosecond before there is no room") {
    wire.run(picoseconds(12'303'999));
    wire.send(1514);
    CHECK(wire.drops(DropCause::queue_full) == 1);
  }
  SECTION("then there is") {
    wire.run(nanoseconds(12'304));
    wire.send(1514);
    CHECK(wire.drops(DropCause::queue_full) == 0);
  }
}

TEST_CASE("a thousand frames pass a queue that wraps and grows, in order", "[net][cable]") {
  Wire wire(way(gigabits_per_second(1), microseconds(3)));
  std::vector<int> expected;
  for (int i = 0; i < 1000; ++i) {
    wire.send(i % 7 == 0 ? 1514 : 100);
    expected.push_back(i + 1);
    if (i % 3 == 0) wire.run(microseconds(2) * i);
  }
  wire.run(seconds(1));
  CHECK(wire.order == expected);
}

TEST_CASE("a packet longer than the cable's mtu is lost, one as long passes", "[net][cable]") {
  WayConfig config = way(gigabits_per_second(1), {});
  config.mtu = bytes(1000);
  Wire wire(config);
  wire.send(1000 + Frame::kEthernetHeader);
  wire.send(1001 + Frame::kEthernetHeader);
  CHECK(wire.drops(DropCause::frame_too_long) == 1);
}

TEST_CASE("a cut loses what is on the cable and what waits; later frames are lost at once",
          "[net][cable]") {
  Wire wire(way(gigabits_per_second(1), milliseconds(1)));
  for (int i = 0; i < 3; ++i) wire.send(1514);
  wire.run(microseconds(500));
  wire.cables.cut(wire.cable);
  CHECK_FALSE(wire.cables.is_up(wire.cable));
  wire.send(1514);
  CHECK(wire.drops(DropCause::link_down) == 1);
  wire.run(milliseconds(5));
  CHECK(wire.order.empty());
  CHECK(wire.drops(DropCause::link_down) == 4);
  wire.cables.join(wire.cable);
  wire.send(1514);
  wire.run(milliseconds(7));
  CHECK(wire.order == std::vector<int>{5});
  CHECK(wire.arrivals == std::vector<Time>{at(milliseconds(6) + nanoseconds(12'304))});
}

TEST_CASE("frames that were on a cable when it was cut do not arrive after it is joined again",
          "[net][cable]") {
  Wire wire(way(gigabits_per_second(1), milliseconds(1)));
  wire.send(1514);
  wire.run(microseconds(100));
  wire.cables.cut(wire.cable);
  wire.cables.join(wire.cable);
  wire.send(1514);
  wire.run(milliseconds(5));
  CHECK(wire.order == std::vector<int>{2});
}

TEST_CASE("when a card is shut what waits is lost, what is on the cable or being sent arrives",
          "[net][cable]") {
  Wire wire(way(gigabits_per_second(1), milliseconds(1)));
  for (int i = 0; i < 5; ++i) wire.send(1514);
  wire.run(microseconds(20));  // the first is on its way, the second is being sent
  wire.cables.flush_waiting(Cables::from_a(wire.cable));
  wire.send(1514);  // the card is back: this one is sent when the second is through
  wire.run(milliseconds(5));
  CHECK(wire.order == std::vector<int>{1, 2, 6});
  CHECK(wire.arrivals.back() == at(3 * nanoseconds(12'304) + milliseconds(1)));
  CHECK(wire.drops(DropCause::link_down) == 3);
}

TEST_CASE("a shut card does not touch frames that reuse the handles of frames lost on the wire",
          "[net][cable]") {
  WayConfig lossy = way(gigabits_per_second(1), milliseconds(1));
  lossy.loss = 1;
  Wire wire(lossy, way(gigabits_per_second(1), milliseconds(1)));
  for (int i = 0; i < 4; ++i) wire.send(1514);  // lost at once, but they take their turns
  const FrameId other = wire.frame(60);         // takes the handle of a lost one
  wire.cables.transmit(Cables::from_b(wire.cable), other);
  wire.cables.flush_waiting(Cables::from_a(wire.cable));
  wire.run(milliseconds(5));
  CHECK(wire.order == std::vector<int>{5});
}

TEST_CASE("loss hits the stated share of frames and leaves the others in order", "[net][cable]") {
  WayConfig config = way(gigabits_per_second(10), microseconds(50));
  config.loss = 0.2;
  config.queue = QueueLimit::frames(100'000);
  Wire wire(config);
  for (int i = 0; i < 10'000; ++i) wire.send(100);
  wire.run(seconds(1));
  CHECK(wire.drops(DropCause::random_loss) == 10'000 - wire.order.size());
  CHECK(wire.order.size() > 7'800);  // five standard deviations of 40
  CHECK(wire.order.size() < 8'200);
  CHECK(std::is_sorted(wire.order.begin(), wire.order.end()));
}

TEST_CASE("jitter is added to the delay and never reorders", "[net][cable]") {
  WayConfig config = way(gigabits_per_second(10), microseconds(50));
  config.jitter = RandomLaw::exponential(microseconds(20));
  config.queue = QueueLimit::frames(100'000);
  Wire wire(config);
  for (int i = 0; i < 1'000; ++i) wire.send(60);
  wire.run(seconds(1));
  CHECK(wire.order.size() == 1'000);
  CHECK(std::is_sorted(wire.order.begin(), wire.order.end()));
  CHECK(wire.arrivals[0] > at(microseconds(50) + picoseconds(67'200)));
}

TEST_CASE("a shorter delay does not let frames overtake, whatever was set before", "[net][cable]") {
  Wire wire(way(gigabits_per_second(1), milliseconds(10)));
  wire.send(60);
  wire.run(milliseconds(1));
  wire.cables.set_delay(wire.cable, microseconds(10));
  wire.send(60);
  SECTION("at once") {}
  SECTION("nor after a loss that is over") {
    wire.cables.set_loss(wire.cable, 0.5);
    wire.cables.set_loss(wire.cable, 0);
    wire.send(60);
  }
  wire.run(milliseconds(50));
  CHECK(std::is_sorted(wire.order.begin(), wire.order.end()));
  CHECK(wire.arrivals[1] == wire.arrivals[0]);
  wire.send(60);
  wire.run(milliseconds(60));
  CHECK(wire.arrivals.back() == at(milliseconds(50) + microseconds(10) + nanoseconds(672)));
}

TEST_CASE("the loss of one way of a cable does not depend on the traffic of the other",
          "[net][cable]") {
  WayConfig config = way(gigabits_per_second(10), microseconds(50));
  config.loss = 0.5;
  config.queue = QueueLimit::frames(100'000);
  Wire alone(config, config);
  Wire both(config, config);
  Wire other_name(config, config, "b/eth0");
  for (int i = 0; i < 64; ++i) {
    alone.send(60);
    other_name.send(60);
    both.send(60);
    const FrameId back = both.frame(60);
    --both.number;
    both.frames[back].udp.source = Port{1000};
    both.cables.transmit(Cables::from_b(both.cable), back);
  }
  for (Wire* wire : {&alone, &both, &other_name}) wire->run(seconds(1));
  std::erase(both.order, 1000);
  CHECK(both.order == alone.order);
  CHECK(other_name.order != alone.order);
}

}  // namespace lvs
