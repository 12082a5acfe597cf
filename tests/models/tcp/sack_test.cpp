// Selective acknowledgement and recovery: RFC 2018, 2883, 6675, 6937, 6582.
#include <cmath>

#include "tests/models/tcp/tcp_lab.hpp"

namespace lvs {
namespace {

using Blocks = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// A raw peer with SACK, whose next number is 1000; and what the server sends to it.
struct SackPeer : TcpLab {
  SackPeer() {
    sysctl(server, "ipv4.tcp_timestamps", 0);
    sysctl(server, "ipv4.tcp_congestion_control", HostSysctls::kReno);
    listen();
    Frame syn = peer().syn().sequence(999).window(64'240).mss(1000);
    syn.tcp.sack_permitted = true;
    syn.tcp.header_length += 4;
    syn.ip.total_length += 4;
    raw(syn);
    run_for(milliseconds(1));
    next = seen.sent.back().frame.tcp.sequence + 1;
    raw(peer().sequence(1000).ack(next).window(64'240));
    run_for(milliseconds(1));
    seen.clear();
  }
  EndpointId end() const { return server_app.connections.at(0); }
  /// Segment numbers, from 0, of 1000 bytes, that the server has sent since the last call.
  std::vector<int> sent() {
    std::vector<int> numbers;
    for (const SeenFrame& s : seen.sent) {
      if (s.host != server.id() || s.frame.payload_length() == 0) continue;
      numbers.push_back(static_cast<int>((s.frame.tcp.sequence - next) / 1000));
    }
    seen.clear();
    return numbers;
  }
  /// The peer acknowledges `up_to` segments, and has those of the blocks.
  void ack(std::uint32_t up_to, const Blocks& blocks = {}) {
    Frame frame = peer().sequence(1000).ack(next + 1000 * up_to).window(64'240);
    for (const auto& [from, to] : blocks) {
      frame.tcp.sack[frame.tcp.sack_count++] = {next + 1000 * from, next + 1000 * to};
    }
    const int length = blocks.empty() ? 0 : 4 + 8 * static_cast<int>(blocks.size());
    frame.tcp.header_length = static_cast<std::uint8_t>(frame.tcp.header_length + length);
    frame.ip.total_length = static_cast<std::uint16_t>(frame.ip.total_length + length);
    raw(frame);
    run_for(milliseconds(1));
  }
  std::uint32_t next = 0;
};

/// What the receiver tells: the blocks of its last ACK, from `base`.
Blocks told(const TcpLab& lab, std::uint32_t base) {
  Blocks blocks;
  const TcpSegment& tcp = lab.seen.sent.back().frame.tcp;
  for (unsigned i = 0; i < tcp.sack_count; ++i) {
    blocks.emplace_back(tcp.sack[i].left - base, tcp.sack[i].right - base);
  }
  CHECK(int{tcp.header_length} ==
        20 + (blocks.empty() ? 0 : 4 + 8 * static_cast<int>(blocks.size())));
  return blocks;
}

}  // namespace

TEST_CASE("a receiver tells of what it has, the newest first (RFC 2018 4)", "[tcp][sack]") {
  SackPeer lab;
  const auto data = [&](std::uint32_t from, int length) {
    lab.raw(lab.peer().sequence(1000 + from).ack(lab.next).window(64'240).payload(bytes(length)));
    lab.run_for(milliseconds(1));
    return told(lab, 1000);
  };
  CHECK(data(0, 100) == Blocks{});
  CHECK(data(200, 100) == Blocks{{200, 300}});
  CHECK(data(400, 100) == Blocks{{400, 500}, {200, 300}});
  CHECK(data(300, 50) == Blocks{{200, 350}, {400, 500}});
  CHECK(data(600, 100) == Blocks{{600, 700}, {200, 350}, {400, 500}});
  CHECK(data(800, 100) == Blocks{{800, 900}, {600, 700}, {200, 350}});  // three at most
  CHECK(lab.tcp().loss_state().gaps == 1);
  SECTION("what came twice is told first (RFC 2883 4)") {
    CHECK(data(600, 50) == Blocks{{600, 650}, {600, 700}, {800, 900}});
    CHECK(data(20, 50) == Blocks{{20, 70}, {600, 700}, {800, 900}});
    CHECK(data(1000, 10) == Blocks{{1000, 1010}, {600, 700}, {800, 900}});  // only once
  }
  SECTION("what is in order is told no more") {
    CHECK(data(100, 100) == Blocks{{800, 900}, {600, 700}, {400, 500}});
    CHECK(data(350, 50) == Blocks{{800, 900}, {600, 700}});
    CHECK(data(500, 100) == Blocks{{800, 900}});
    CHECK(data(700, 100) == Blocks{});
    CHECK(lab.server_app.bytes == 900);
    CHECK(lab.tcp().loss_state().gaps == 0);
  }
}

TEST_CASE("without SACK gaps are acknowledged without blocks", "[tcp][sack]") {
  TcpLab lab;
  lab.listen();
  const std::uint32_t next = lab.handshake();
  lab.raw(lab.peer().sequence(1500).ack(next).window(64'240).payload(bytes(100)));
  lab.run_for(milliseconds(1));
  CHECK(lab.seen.sent.back().frame.tcp.sack_count == 0);
}

TEST_CASE("three duplicates, or as much above it, make a segment lost (RFC 6675 4)",
          "[tcp][sack]") {
  SackPeer lab;
  lab.tcp().send(lab.end(), 30'000);
  lab.run_for(milliseconds(1));
  CHECK(lab.sent() == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(lab.tcp().loss_state().scoreboards == 0);
  SECTION("two are answered by new data (RFC 6675 5, step 3; RFC 3042)") {
    lab.ack(0, {{1, 2}});
    CHECK(lab.sent() == std::vector<int>{10});
    CHECK(lab.tcp().loss_state().scoreboards == 1);
    lab.ack(0, {{1, 3}});
    CHECK(lab.sent() == std::vector<int>{11});
    lab.ack(0, {{1, 4}});
    CHECK(lab.sent() == std::vector<int>{0});
    CHECK(lab.tcp().endpoint(lab.end()).slow_start_threshold == 5);  // of 10, not of 12
  }
  SECTION("one ACK that tells of more than two segments is enough") {
    lab.ack(0, {{1, 4}});
    CHECK(lab.sent() == std::vector<int>{0});
  }
  SECTION("so is one with three separate blocks") {
    lab.ack(0, {{1, 2}, {3, 4}, {5, 6}});
    CHECK(lab.sent() == std::vector<int>{0});
  }
  SECTION("a block that is not in flight is not taken") {
    lab.ack(0, {{8, 14}});
    CHECK(lab.sent().empty());
  }
}

TEST_CASE("recovery sends each lost segment once, new data as the pipe empties, and ends at half",
          "[tcp][sack]") {
  SackPeer lab;
  lab.tcp().send(lab.end(), 30'000);
  lab.run_for(milliseconds(1));
  lab.sent();
  // 0, 2 and 4 are lost. PRR: one segment for every second that is delivered.
  std::vector<int> all;
  const auto ack = [&](std::uint32_t up_to, const Blocks& blocks) {
    lab.ack(up_to, blocks);
    for (const int n : lab.sent()) all.push_back(n);
  };
  ack(0, {{1, 2}});
  ack(0, {{3, 4}, {1, 2}});
  CHECK(all == std::vector<int>{10, 11});
  ack(0, {{5, 6}, {3, 4}, {1, 2}});
  CHECK(all == std::vector<int>{10, 11, 0});
  ack(0, {{5, 7}, {3, 4}, {1, 2}});
  ack(0, {{5, 8}, {3, 4}, {1, 2}});
  ack(0, {{5, 9}, {3, 4}, {1, 2}});
  ack(0, {{5, 10}, {3, 4}, {1, 2}});
  CHECK(all == std::vector<int>{10, 11, 0, 2, 4});
  ack(0, {{5, 11}, {3, 4}, {1, 2}});
  ack(0, {{5, 12}, {3, 4}, {1, 2}});
  CHECK(lab.tcp().retransmissions() == 3);
  ack(2, {{5, 12}, {3, 4}});
  ack(4, {{5, 12}});
  CHECK(lab.tcp().loss_state().scoreboards == 1);
  lab.ack(12);
  CHECK(lab.tcp().loss_state().scoreboards == 0);
  const TcpEndpoint& e = lab.tcp().endpoint(lab.end());
  CHECK(e.loss == LossPhase::none);
  CHECK(e.congestion_window == e.slow_start_threshold);
  CHECK(e.slow_start_threshold == 5);
  CHECK(lab.tcp().retransmissions() == 3);
}

TEST_CASE("a retransmission that is lost is sent once more when later data has arrived",
          "[tcp][sack]") {
  SackPeer lab;
  lab.tcp().send(lab.end(), 30'000);
  lab.run_for(milliseconds(1));
  lab.ack(0, {{1, 4}});
  CHECK(lab.sent() == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0});  // lost again
  std::uint32_t up_to = 4;
  std::vector<int> all;
  while (up_to < 14 && lab.tcp().retransmissions() < 2) {
    lab.ack(0, {{1, ++up_to}});
    for (const int n : lab.sent()) all.push_back(n);
  }
  // New data leaves behind the retransmission; the third of it to arrive is the proof.
  CHECK(up_to == 13);
  CHECK(all == std::vector<int>{10, 11, 12, 13, 14, 15, 0, 16});
  lab.ack(14);
  CHECK(lab.tcp().endpoint(lab.end()).loss == LossPhase::none);
  CHECK(lab.tcp().retransmissions() == 2);
}

TEST_CASE("an acknowledgement beyond what was sent again moves the recovery along", "[tcp][sack]") {
  SackPeer lab;
  lab.tcp().send(lab.end(), 10'000);
  lab.run_for(milliseconds(1));
  lab.ack(0, {{2, 5}});
  lab.sent();
  lab.ack(6);                                // what came late was not lost
  CHECK(lab.sent() == std::vector<int>{9});  // nothing new to send: the end of the flight, once
  lab.ack(6, {{7, 10}});
  CHECK(lab.sent() == std::vector<int>{6});
}

TEST_CASE("three short sequences above prove a loss as well as long ones (RFC 6675 4)",
          "[tcp][sack]") {
  Scoreboard board;
  board.mark({5000, 5010});
  board.mark({6000, 6010});
  CHECK(board.lost_before(1000, 1000) == 1000);
  board.mark({4000, 4010});
  CHECK(board.lost_before(1000, 1000) == 4000);
  CHECK(board.missing({1000, 7000}) == 5970);
  CHECK(board.end_of_gap(1000, 2000) == 2000);
  CHECK(board.end_of_gap(3990, 4990) == 4000);
  CHECK(board.first_missing(4003) == 4010);
}

TEST_CASE("a timeout sends again what was not SACKed, and only that", "[tcp][sack]") {
  SackPeer lab;
  lab.tcp().send(lab.end(), 6000);
  lab.run_for(milliseconds(1));
  lab.sent();
  lab.ack(0, {{1, 2}, {4, 5}});  // two: not enough for recovery
  lab.run_for(milliseconds(250));
  CHECK(lab.sent() == std::vector<int>{0});
  lab.ack(2, {{4, 5}});
  CHECK(lab.sent() == std::vector<int>{2, 3, 5});  // the window is 3
  lab.ack(6);
  CHECK(lab.sent().empty());
  CHECK(lab.tcp().loss_state().scoreboards == 0);
}

TEST_CASE("without SACK a recovery fills one hole a round trip (RFC 6582)", "[tcp][newreno]") {
  SackPeer lab;
  sysctl(lab.server, "ipv4.tcp_sack", 0);
  const std::uint32_t next = lab.handshake(5001);
  const EndpointId e = lab.server_app.connections.at(1);
  lab.tcp().send(e, 30'000);
  lab.run_for(milliseconds(1));
  const auto step = [&](std::uint32_t up_to) {
    lab.seen.clear();
    lab.raw(lab.peer(5001).sequence(1000).ack(next + 1460 * up_to).window(64'240));
    lab.run_for(milliseconds(1));
    std::vector<int> numbers;
    for (const SeenFrame& s : lab.seen.sent) {
      if (s.host == lab.server.id()) {
        numbers.push_back(static_cast<int>((s.frame.tcp.sequence - next) / 1460));
      }
    }
    return numbers;
  };
  CHECK(step(0) == std::vector<int>{10});  // limited transmit
  CHECK(step(0) == std::vector<int>{11});
  CHECK(step(0) == std::vector<int>{0});
  CHECK(lab.tcp().endpoint(e).congestion_window == 5 + 3);
  for (int i = 0; i < 4; ++i) CHECK(step(0).empty());
  CHECK(step(0) == std::vector<int>{12});  // the window has inflated over the flight
  CHECK(step(4)[0] == 4);                  // partial: the next hole
  CHECK(step(12).size() >= 1);
  CHECK(lab.tcp().endpoint(e).congestion_window == 5);
  // No more than `recover` is acknowledged, so duplicates do not begin another one (step 1).
  for (int i = 0; i < 5; ++i) {
    for (const int n : step(12)) CHECK(n != 12);
  }
  CHECK(lab.tcp().endpoint(e).slow_start_threshold == 5);
}

TEST_CASE("CUBIC's window follows its curve (RFC 9438)", "[tcp][cubic]") {
  // Against the formulas in floating point, with ten ACKs a round trip.
  constexpr double kC = 0.4, kBeta = 0.7;
  const std::uint32_t before_loss = GENERATE(20, 200, 2000);
  const Duration round_trip = milliseconds(GENERATE(10, 100));
  CAPTURE(before_loss, round_trip);
  Cubic cubic;
  const std::uint32_t segments = before_loss / 10;
  std::uint32_t window = cubic.reduce(before_loss);
  CHECK(window == static_cast<std::uint32_t>(before_loss * 7 / 10));
  const double at_start = window;
  const double k = std::cbrt((before_loss - at_start) / kC);
  const double alpha = 3 * (1 - kBeta) / (1 + kBeta);
  double estimate = at_start, exact = at_start;
  Time now = Time{seconds(5)};
  const Time begun = now;
  for (int i = 0; i < 30'000 && window < 3 * before_loss; ++i) {
    const double t = to_seconds(now - begun);
    const auto curve = [&](double at) { return kC * std::pow(at - k, 3) + before_loss; };
    estimate += (estimate >= before_loss ? 1 : alpha) * segments / exact;
    if (curve(t) < estimate) {
      exact = std::max(exact, estimate);
    } else {
      const double target =
          std::min(std::max(curve(t + to_seconds(round_trip)), exact), 1.5 * exact);
      exact += segments * (target - exact) / exact;
    }
    window = cubic.grow({window, segments, now, round_trip});
    const double error = std::abs(window - std::floor(exact));
    REQUIRE(error <= 1 + exact / 500);
    now += round_trip * segments / window;
  }
  CHECK(window > before_loss);
}

TEST_CASE("CUBIC converges fast, and starts anew after a timeout (RFC 9438 4.7, 4.8)",
          "[tcp][cubic]") {
  Cubic cubic;
  CHECK(cubic.reduce(100) == 70);
  CHECK(cubic.reduce(80) == 56);  // W_max becomes 68, not 80
  const auto window_after = [](Cubic c, std::uint32_t from, Duration span) {
    std::uint32_t window = from;
    // Few ACKs: the Reno-friendly estimate stays behind.
    for (int i = 0; i <= 200; ++i) {
      window = c.grow({window, 1, kStart + span * i / 200, milliseconds(1)});
    }
    return window;
  };
  // K = cbrt((68 - 56) / 0.4) = 3.107 s: there the window is W_max.
  CHECK(window_after(cubic, 56, milliseconds(3107)) == Approx(68).margin(2));
  CHECK(cubic.reduce_by_timeout(3) == 2);
  // K = 0 and W_max = 70: flat at first, where otherwise it would hurry towards 100.
  Cubic anew, other;
  CHECK(anew.reduce_by_timeout(100) == 70);
  CHECK(other.reduce(100) == 70);
  CHECK(window_after(anew, 70, seconds(2)) < 73);
  CHECK(window_after(other, 70, seconds(2)) > 80);
}

}  // namespace lvs
