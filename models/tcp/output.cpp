// What TCP sends.
#include <algorithm>

#include "models/host/host.hpp"
#include "models/packet/compose.hpp"
#include "models/tcp/tcp.hpp"

namespace lvs {
namespace {

constexpr std::uint16_t kSynWindow = 64'240;     // spec/linux-host.md 6.7
constexpr std::uint16_t kSynAckWindow = 65'160;  // as recorded (truth/ipvs/dev-frames-*)

/// MSS 4; SACK permitted 2 with timestamps 10, or either with NOPs; window scale 3 with a NOP.
std::uint8_t syn_length(const TcpSegment& tcp) {
  unsigned length = TcpSegment::kPlainLength + 4;
  if (tcp.timestamps) {
    length += TcpSegment::kTimestampLength;
  } else if (tcp.sack_permitted) {
    length += 4;
  }
  if (tcp.window_scale != TcpSegment::kNoWindowScale) length += 4;
  return static_cast<std::uint8_t>(length);
}

/// Two NOPs, kind, length, and two numbers a block.
std::uint8_t sack_length(unsigned blocks) { return static_cast<std::uint8_t>(4 + 8 * blocks); }

}  // namespace

/// A frame with everything but sequence number, flags and options that differ.
inline FrameId Tcp::make_frame(Host& from, const TcpEndpoint& e, std::uint32_t length,
                               std::uint8_t header_length) {
  const FrameId id = environment_.frames.create();
  Frame& frame = environment_.frames[id];
  frame.type = EtherType::ipv4;
  frame.tag = e.tag;
  frame.mark = 0;
  frame.ip.source = e.local;
  frame.ip.destination = e.remote;
  frame.ip.total_length = static_cast<std::uint16_t>(Ipv4Header::kLength + header_length + length);
  frame.ip.identification = 0;
  frame.ip.fragment = Ipv4Header::kDontFragment;
  const HostSysctls& sysctls = from.state().sysctls();
  if (sysctls.ip_no_pmtu_disc != 0) [[unlikely]] {
    frame.ip.identification = from.next_identification();
    frame.ip.fragment = 0;
  }
  frame.ip.ttl = static_cast<std::uint8_t>(sysctls.ip_default_ttl);
  frame.ip.tos = 0;
  frame.ip.protocol = Protocol::tcp;
  TcpSegment& tcp = frame.tcp;
  tcp.source = e.local_port;
  tcp.destination = e.remote_port;
  tcp.acknowledgement = e.receive_next;
  // Rounded up, as Linux does: 64240 is shown as 502 x 128.
  tcp.window = static_cast<std::uint16_t>(std::min<std::uint32_t>(
      0xffff, (e.receive_window + (1U << e.receive_scale) - 1) >> e.receive_scale));
  tcp.header_length = header_length;
  tcp.mss = 0;
  tcp.window_scale = TcpSegment::kNoWindowScale;
  tcp.sack_permitted = false;
  tcp.sack_count = 0;
  tcp.toa_address = {};
  tcp.timestamps = e.timestamps;
  tcp.timestamp_value = e.timestamps ? timestamp() : 0;
  tcp.timestamp_echo = e.timestamps ? e.timestamp_recent : 0;
  return id;
}

/// Sends a segment of a connection. Forward progress seen before confirms the neighbour that this
/// segment uses (spec/linux-host.md 4.5).
inline void Tcp::transmit(Host& from, TcpEndpoint& e, FrameId frame) {
  if (e.confirm_due) {
    e.confirm_due = false;
    if (e.path.generation != from.state().generation()) [[unlikely]] {
      from.ip().find_path(e.path, e.local, e.remote);
    }
    from.ip().confirm(e.path);
  }
  from.ip().send(e.path, frame);
}

void Tcp::send_syn(TcpEndpoint& e) {
  Host& from = host(e.host);
  const bool answering = e.state == TcpState::syn_received;
  if (e.path.generation != from.state().generation() &&
      !from.ip().find_path(e.path, e.local, e.remote)) {
    return;  // what is lost here is repeated by the timer
  }
  const FrameId id = make_frame(from, e, 0, TcpSegment::kPlainLength);
  Frame& frame = environment_.frames[id];
  TcpSegment& tcp = frame.tcp;
  tcp.sequence = e.send_una;
  tcp.flags = answering ? TcpFlags::kSyn | TcpFlags::kAck : TcpFlags::kSyn;
  if (!answering) tcp.acknowledgement = 0;
  tcp.window = answering ? kSynAckWindow : kSynWindow;
  tcp.mss = static_cast<std::uint16_t>(e.path.mtu - Ipv4Header::kLength - TcpSegment::kPlainLength);
  tcp.window_scale = e.receive_scale == 0 ? TcpSegment::kNoWindowScale : e.receive_scale;
  tcp.sack_permitted = e.sack;
  if (cookie_stamp_ != 0) tcp.timestamp_value = cookie_stamp_;
  tcp.header_length = syn_length(tcp);
  frame.ip.total_length = static_cast<std::uint16_t>(Ipv4Header::kLength + tcp.header_length);
  e.receive_told = e.receive_next;
  transmit(from, e, id);
}

unsigned Tcp::sack_blocks_owed(const TcpEndpoint& e) const {
  const unsigned duplicate = duplicate_.empty() ? 0 : 1;
  SackBlock unused[TcpSegment::kMostSackBlocks];
  const unsigned gaps = e.ranges == TcpEndpoint::kNothing
                            ? 0
                            : ranges_[e.ranges].blocks(unused, TcpSegment::kMostSackBlocks);
  return std::min(duplicate + gaps, TcpSegment::kMostSackBlocks);
}

/// What arrived twice comes first (RFC 2883 section 4), then RFC 2018's blocks. Differs: at most
/// three, as beside timestamps; without them a fourth would fit.
void Tcp::add_sack_blocks(const TcpEndpoint& e, TcpSegment& tcp, unsigned count) {
  unsigned at = 0;
  if (!duplicate_.empty()) tcp.sack[at++] = {duplicate_.begin, duplicate_.end};
  duplicate_ = {};
  if (e.ranges != TcpEndpoint::kNothing) ranges_[e.ranges].blocks(tcp.sack + at, count - at);
  tcp.sack_count = static_cast<std::uint8_t>(count);
}

void Tcp::send_segment(TcpEndpoint& e, std::uint32_t sequence, std::uint32_t length,
                       std::uint8_t flags) {
  std::uint8_t header =
      e.timestamps
          ? static_cast<std::uint8_t>(TcpSegment::kPlainLength + TcpSegment::kTimestampLength)
          : TcpSegment::kPlainLength;
  unsigned blocks = 0;
  if (e.sack_owed) [[unlikely]] {
    blocks = sack_blocks_owed(e);
    if (blocks > 0) header = static_cast<std::uint8_t>(header + sack_length(blocks));
  }
  Host& from = host(e.host);
  const FrameId id = make_frame(from, e, length, header);
  TcpSegment& tcp = environment_.frames[id].tcp;
  tcp.sequence = sequence;
  tcp.flags = flags;
  if (blocks > 0) [[unlikely]] {
    add_sack_blocks(e, tcp, blocks);
    e.sack_owed = e.ranges != TcpEndpoint::kNothing;
  }
  // Every segment carries the acknowledgement that may be owed.
  e.acknowledge_at = kNever;
  e.unacked_full = 0;
  e.receive_told = e.receive_next;
  transmit(from, e, id);
}

void Tcp::send_acknowledgement(TcpEndpoint& e) {
  // With the number behind everything sent (RFC 9293's SND.NXT): send_next falls behind it after a
  // timeout, and the peer would take no notice of an old number.
  send_segment(e, e.send_most, 0, TcpFlags::kAck);
}

void Tcp::send_reset(TcpEndpoint& e) {
  send_segment(e, e.send_most, 0, TcpFlags::kRst | TcpFlags::kAck);
}

/// Sends what the windows allow of what was written, and FIN behind it; returns whether anything
/// left.
bool Tcp::send_pending(TcpEndpoint& e) {
  bool sent = false;
  if (e.loss == LossPhase::recovery && e.scoreboard != TcpEndpoint::kNothing) [[unlikely]] {
    sent = send_in_recovery(e);
  } else {
    while (send_one(e)) sent = true;
  }
  if (sent) set_timer(e);
  return sent;
}

/// The next segment from send_next on, if there is one and the windows allow it.
bool Tcp::send_one(TcpEndpoint& e) {
  std::uint32_t length = 0;
  if (before(e.send_next, e.send_end)) {
    if (segments_in_flight(e) >= e.congestion_window) return false;
    std::uint32_t left = e.send_end - e.send_next;
    if (e.scoreboard != TcpEndpoint::kNothing) [[unlikely]] {  // what arrived is not sent again
      const Scoreboard& board = scoreboards_[e.scoreboard];
      e.send_next = board.first_missing(e.send_next);
      left = board.end_of_gap(e.send_next, e.send_end) - e.send_next;
    }
    std::uint32_t most = e.mss;
    if (e.sack_owed) [[unlikely]] {
      if (const unsigned blocks = sack_blocks_owed(e); blocks > 0) most -= sack_length(blocks);
    }
    const std::uint32_t in_flight = e.send_next - e.send_una;
    const std::uint32_t room = e.send_window > in_flight ? e.send_window - in_flight : 0;
    length = std::min({most, left, room});
    // A window that takes less than a segment is waited for while something is in flight (RFC 9293
    // 3.8.6.2.1).
    if (left > 0 && (length == 0 || (length < most && length < left && in_flight > 0))) {
      return false;
    }
  }
  const bool last = e.send_next + length == e.send_end;
  const bool fin = last && e.fin_queued;
  if (length == 0 && !fin) return false;
  std::uint8_t flags = TcpFlags::kAck;
  if (length > 0 && last) flags |= TcpFlags::kPsh;
  if (fin) flags |= TcpFlags::kFin;
  const std::uint32_t sequence = e.send_next;
  e.send_next += length + (fin ? 1 : 0);
  const bool fresh = before(e.send_most, e.send_next);
  if (fresh) {
    e.send_most = e.send_next;
    if (!e.timing) {
      e.timing = true;
      e.timed_end = e.send_next;
      e.timed_at = now();
    }
  } else {
    ++retransmissions_;
  }
  if (length > 0) {
    // An answer soon after what it answers: from now on answers carry the ACKs ("pingpong", 6.7).
    if (now() - e.last_received < kDelayedAck && e.last_received != kStart) e.interactive = true;
    e.last_sent = now();
  }
  if (e.retransmit_at == kNever) e.retransmit_at = now() + timeout(e);
  send_segment(e, sequence, length, flags);
  return true;
}

/// A reset for a segment that no connection wants (spec/linux-host.md 6.3).
void Tcp::answer_reset(Host& from, const Segment& segment) {
  const FrameId id = environment_.frames.create();
  Frame& frame = environment_.frames[id];
  start_packet(
      frame,
      {.source = segment.ip.destination, .destination = segment.ip.source, .tag = segment.tag});
  frame.ip.total_length = Ipv4Header::kLength + TcpSegment::kPlainLength;
  frame.tcp = {};
  frame.ip.ttl = static_cast<std::uint8_t>(from.state().sysctls().ip_default_ttl);
  frame.tcp.source = segment.header.destination;
  frame.tcp.destination = segment.header.source;
  if (segment.header.ack()) {
    frame.tcp.sequence = segment.header.acknowledgement;
    frame.tcp.flags = TcpFlags::kRst;
  } else {
    frame.tcp.acknowledgement =
        segment.end() + (segment.header.syn() ? 1 : 0) + (segment.header.fin() ? 1 : 0);
    frame.tcp.flags = TcpFlags::kRst | TcpFlags::kAck;
  }
  from.ip().send(id);
}

}  // namespace lvs
