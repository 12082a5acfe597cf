// What TCP sends.
#include <algorithm>

#include "models/host/host.hpp"
#include "models/packet/compose.hpp"
#include "models/tcp/tcp.hpp"

namespace lvs {
namespace {

constexpr std::uint16_t kSynWindow = 64'240;     // spec/linux-host.md 6.7
constexpr std::uint16_t kSynAckWindow = 65'160;  // as recorded (truth/ipvs/dev-frames-*)
constexpr std::uint8_t kWindowScale = 7;
/// MSS 4, SACK permitted 2 with timestamps 10, NOP 1 with window scale 3; or MSS, NOPs, SACK,
/// scale.
constexpr std::uint8_t kSynLength = 40;
constexpr std::uint8_t kSynLengthWithoutTimestamps = 32;

}  // namespace

/// A frame with everything but sequence number, flags and options that differ.
FrameId Tcp::make_frame(TcpEndpoint& e, std::uint32_t length, std::uint8_t header_length) {
  const FrameId id = environment_.frames.create();
  Frame& frame = environment_.frames[id];
  frame.type = EtherType::ipv4;
  frame.tag = e.tag;
  frame.mark = 0;
  frame.ip.source = e.local;
  frame.ip.destination = e.remote;
  frame.ip.total_length = static_cast<std::uint16_t>(Ipv4Header::kLength + header_length + length);
  frame.ip.identification = 0;
  frame.ip.fragment = Ipv4Header::kDontFragment;  // Linux discovers path MTUs
  frame.ip.ttl = Ipv4Header::kInitialTtl;
  frame.ip.tos = 0;
  frame.ip.protocol = Protocol::tcp;
  TcpSegment& tcp = frame.tcp;
  tcp.source = e.local_port;
  tcp.destination = e.remote_port;
  tcp.acknowledgement = e.receive_next;
  // Rounded up, as Linux does: 64240 is shown as 502 x 128.
  tcp.window = static_cast<std::uint16_t>(std::min<std::uint32_t>(
      0xffff, (e.receive_window + (1U << kWindowScale) - 1) >> kWindowScale));
  tcp.header_length = header_length;
  tcp.mss = 0;
  tcp.window_scale = TcpSegment::kNoWindowScale;
  tcp.sack_permitted = false;
  tcp.sack_count = 0;
  tcp.timestamps = e.timestamps;
  tcp.timestamp_value = e.timestamps ? timestamp() : 0;
  tcp.timestamp_echo = e.timestamps ? e.timestamp_recent : 0;
  return id;
}

void Tcp::send_syn(TcpEndpoint& e) {
  Host& from = host(e.host);
  const bool answering = e.state == TcpState::syn_received;
  if (!answering) e.timestamps = from.state().sysctls().tcp_timestamps != 0;
  if (e.path.generation != from.state().generation() &&
      !from.ip().find_path(e.path, e.local, e.remote)) {
    // No route: connect() fails at once; a SYN-ACK is lost. The timer tells the user.
    return;
  }
  const FrameId id = make_frame(e, 0, e.timestamps ? kSynLength : kSynLengthWithoutTimestamps);
  TcpSegment& tcp = environment_.frames[id].tcp;
  tcp.sequence = e.send_una;
  tcp.flags = answering ? TcpFlags::kSyn | TcpFlags::kAck : TcpFlags::kSyn;
  if (!answering) tcp.acknowledgement = 0;
  tcp.window = answering ? kSynAckWindow : kSynWindow;
  tcp.mss = static_cast<std::uint16_t>(e.path.mtu - Ipv4Header::kLength - TcpSegment::kPlainLength);
  tcp.window_scale = kWindowScale;
  tcp.sack_permitted = true;
  from.ip().send(e.path, id);
}

void Tcp::send_segment(TcpEndpoint& e, std::uint32_t sequence, std::uint32_t length,
                       std::uint8_t flags) {
  const std::uint8_t header =
      e.timestamps
          ? static_cast<std::uint8_t>(TcpSegment::kPlainLength + TcpSegment::kTimestampLength)
          : TcpSegment::kPlainLength;
  const FrameId id = make_frame(e, length, header);
  TcpSegment& tcp = environment_.frames[id].tcp;
  tcp.sequence = sequence;
  tcp.flags = flags;
  // Every segment carries the acknowledgement that may be owed.
  e.acknowledge_at = kNever;
  e.unacked_full = 0;
  host(e.host).ip().send(e.path, id);
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
  for (;;) {
    std::uint32_t length = 0;
    if (before(e.send_next, e.send_end)) {
      if (segments_in_flight(e) >= e.congestion_window) break;
      const std::uint32_t in_flight = e.send_next - e.send_una;
      const std::uint32_t room = e.send_window > in_flight ? e.send_window - in_flight : 0;
      const std::uint32_t left = e.send_end - e.send_next;
      length = std::min({static_cast<std::uint32_t>(e.mss), left, room});
      // A window that takes less than a segment is waited for while something is in flight (RFC
      // 9293 3.8.6.2.1).
      if (length == 0 || (length < e.mss && length < left && in_flight > 0)) break;
    } else if (!e.fin_queued || e.send_next != e.send_end) {
      break;
    }
    const bool last = e.send_next + length == e.send_end;
    const bool fin = last && e.fin_queued;
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
    sent = true;
  }
  if (sent) set_timer(e);
  return sent;
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
