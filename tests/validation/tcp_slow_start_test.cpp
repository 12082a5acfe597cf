// A transfer without loss against slow start's arithmetic, to the tick: spec/linux-host.md 6.7,
// RFC 5681 3.1, RFC 6928. The arithmetic is written here once more, from the rules, without the
// model: frames with 38 bytes around the IP packet, the window, and which segments are
// acknowledged.
#include <algorithm>
#include <deque>

#include "tests/models/tcp/tcp_lab.hpp"

namespace lvs {
namespace {

struct Line {
  BitRate rate;
  Duration delay;
};

/// The time on the wire of a TCP segment with `header` bytes of TCP header: Ethernet 14, FCS 4,
/// preamble 8, gap 12, and 60 bytes at least without the last three.
Duration wire_time(std::int64_t payload, std::int64_t header, const Line& line) {
  const std::int64_t frame = std::max<std::int64_t>(14 + 20 + header + payload, 60);
  return transmission_time(bytes(frame + 4 + 8 + 12), line.rate);
}

/// When the last byte of `size` arrives if the sender begins at 0: ten segments, one more for each
/// that is acknowledged while the window is what limits it, never more than the receiver offers;
/// the first sixteen segments are acknowledged one by one, then every second.
Duration slow_start_time(std::int64_t size, const Line& line) {
  constexpr std::int64_t kMss = 1448;
  struct Ack {
    Duration at;
    std::int64_t up_to, window;
  };
  std::deque<Ack> acks;
  std::int64_t sent = 0, acked = 0, congestion = 10, window = 64'256, offered = 64'240;
  std::int64_t got = 0, quick = 16, unacked = 0;
  Duration data_free{}, ack_free{}, now{}, last{};
  for (;;) {
    while (sent < size && (sent - acked + kMss - 1) / kMss < congestion) {
      const std::int64_t room = window - (sent - acked);
      const std::int64_t length = std::min({kMss, size - sent, room});
      if (length <= 0 || (length < kMss && length < size - sent && sent > acked)) break;
      sent += length;
      data_free = std::max(data_free, now) + wire_time(length, 32, line);
      last = data_free + line.delay;
      got += length;
      offered = std::min<std::int64_t>(offered + 2 * length, 6'291'456);
      if (length == kMss) ++unacked;
      if (quick == 0 && unacked < 2) continue;
      if (quick > 0) --quick;
      unacked = 0;
      ack_free = std::max(ack_free, last) + wire_time(0, 32, line);
      acks.push_back({ack_free + line.delay, got, (offered + 127) / 128 * 128});
    }
    if (sent == size) return last;
    REQUIRE(!acks.empty());
    const Ack ack = acks.front();
    acks.pop_front();
    now = ack.at;
    const std::int64_t in_flight = (sent - acked + kMss - 1) / kMss;
    const std::int64_t segments = std::max<std::int64_t>(1, (ack.up_to - acked) / kMss);
    if (congestion < 2 * in_flight) congestion += segments;
    acked = ack.up_to;
    window = ack.window;
  }
}

WayConfig long_queue(const Line& line) {
  WayConfig way;
  way.rate = line.rate;
  way.delay = line.delay;
  way.queue = QueueLimit::frames(100'000);
  return way;
}

}  // namespace

TEST_CASE("a transfer takes exactly as long as slow start says", "[validation][tcp]") {
  const auto line = GENERATE(values<Line>({{gigabits_per_second(1), microseconds(50)},
                                           {megabits_per_second(100), milliseconds(5)},
                                           {megabits_per_second(10), milliseconds(20)}}));
  const int size = GENERATE(1, 1447, 1448, 1449, 14'480, 14'481, 100'000, 1'000'000, 10'000'000);
  // Without loss neither SACK nor the kind of congestion control makes a difference.
  const bool plain = GENERATE(false, true);
  if (plain && size != 1'000'000) return;
  CAPTURE(line.rate, size, plain);
  TcpLab lab(long_queue(line), long_queue(line));
  for (Host* host : {&lab.client, &lab.server}) {
    if (plain) sysctl(*host, "ipv4.tcp_sack", 0);
    if (plain) sysctl(*host, "ipv4.tcp_congestion_control", HostSysctls::kReno);
  }
  lab.world.observation().wanted = 0;
  lab.listen();
  Time begun{};
  lab.client_app.on_connected = [&](EndpointId e) { lab.tcp().send(e, 100); };
  lab.server_app.on_received = [&](EndpointId e, std::uint32_t) {
    begun = lab.now();
    lab.tcp().send(e, static_cast<std::uint32_t>(size));
  };
  lab.connect();
  lab.run_for(seconds(60));
  CHECK(lab.client_app.bytes == static_cast<std::uint64_t>(size));
  CHECK(lab.tcp().retransmissions() == 0);
  // SYN, SYN-ACK, then the ACK and behind it the request.
  const Duration handshake = 2 * (wire_time(0, 40, line) + line.delay);
  const Duration request = wire_time(0, 32, line) + wire_time(100, 32, line) + line.delay;
  CHECK(begun == Time{handshake + request});
  // The request is acknowledged at once, in front of the data.
  const Duration ack = wire_time(0, 32, line);
  CHECK(lab.client_app.last_received - begun == ack + slow_start_time(size, line));
}

TEST_CASE("round trips of slow start double the segments: 10, 20, 40 …", "[validation][tcp]") {
  // A line so long that a window is nothing beside it: the number of round trips is the formula's.
  const Line line{gigabits_per_second(10), milliseconds(100)};
  struct Case {
    int segments;
    int round_trips;
  };
  // The receiver's 64240 bytes limit the second window to 44 segments.
  const auto c = GENERATE(values<Case>({{10, 0}, {11, 1}, {30, 1}, {31, 2}, {70, 2}, {71, 3}}));
  CAPTURE(c.segments);
  TcpLab lab(long_queue(line), long_queue(line));
  lab.world.observation().wanted = 0;
  lab.listen();
  lab.client_app.on_connected = [&](EndpointId e) {
    lab.tcp().send(e, static_cast<std::uint32_t>(c.segments * 1448));
  };
  lab.connect();
  lab.run_for(seconds(10));
  const Duration transfer = lab.server_app.last_received - lab.client_app.connected_at.at(0);
  const Duration least = line.delay * (1 + 2 * c.round_trips);
  CHECK(transfer >= least);
  CHECK(transfer < least + milliseconds(1));
}

}  // namespace lvs
