// Whom a segment is for, and segments for an existing connection, in the order of RFC 9293
// section 3.10.7.
#include <algorithm>
#include <utility>

#include "models/host/host.hpp"
#include "models/tcp/tcp.hpp"

namespace lvs {

void Tcp::receive(Host& to, FrameId id) {
  const Frame& frame = environment_.frames[id];
  const Segment segment{frame.tcp, frame.ip, frame.tag, frame.payload_length()};
  const Endpoint local{frame.ip.destination, frame.tcp.destination};
  const Endpoint remote{frame.ip.source, frame.tcp.source};
  const std::uint32_t value = find({to.id(), local, remote});
  Loss loss;
  if (value == TupleTable::kNone) {
    const std::uint32_t listener = find_listener(to.id(), local);
    loss = listener == TupleTable::kNone ? input_without_socket(to, segment, false)
                                         : input_listener(to, listener, segment);
  } else if ((value & kTimeWaitBit) != 0) {
    loss = input_time_wait(to, value & ~kTimeWaitBit, segment);
  } else {
    loss = input(pool_[EndpointId{value}], segment);
  }
  if (loss) return to.drop(id, *loss);
  environment_.frames.deliver(id);
}

Tcp::Loss Tcp::input(TcpEndpoint& e, const Segment& segment) {
  switch (e.state) {
    case TcpState::syn_sent: return input_syn_sent(e, segment);
    case TcpState::syn_received: return input_syn_received(e, segment);
    case TcpState::established:
    case TcpState::fin_wait_1:
    case TcpState::fin_wait_2:
    case TcpState::close_wait:
    case TcpState::closing:
    case TcpState::last_ack: return input_synchronised(e, segment);
    case TcpState::closed: break;
  }
  LVS_REQUIRE(false, "no segment finds a closed endpoint");
}

/// RFC 9293 table 6; the window never closes.
bool Tcp::is_acceptable(const TcpEndpoint& e, const Segment& segment) {
  const std::uint32_t window = std::max<std::uint32_t>(e.receive_window, 1);
  const std::uint32_t length =
      segment.length + (segment.header.fin() ? 1 : 0) + (segment.header.syn() ? 1 : 0);
  const std::uint32_t first = segment.header.sequence;
  const auto inside = [&](std::uint32_t s) {
    return before_or_at(e.receive_next, s) && before(s, e.receive_next + window);
  };
  return length == 0 ? inside(first) : inside(first) || inside(first + length - 1);
}

bool Tcp::is_old_duplicate(const TcpEndpoint& e, const Segment& segment) {
  return segment.length > 0 && before_or_at(segment.end(), e.receive_next);
}

/// The ACK that is about to leave says that the range came twice.
void Tcp::tell_duplicate(TcpEndpoint& e, SequenceRange range) {
  if (!e.sack) return;
  duplicate_ = range;
  e.sack_owed = true;
}

/// An ACK that says what is expected, for a segment that is out of place (RFC 5961). What carries
/// nothing is answered twice a second at most, so that two ends that disagree do not answer each
/// other for ever.
Tcp::Loss Tcp::challenge(TcpEndpoint& e, const Segment& segment) {
  const bool carries = segment.length > 0 || segment.header.fin();
  if (!carries || segment.header.syn()) {
    const bool lately = e.challenged != kNever && now() - e.challenged < kChallengeInterval;
    if (lately) return DropCause::unexpected_segment;
    e.challenged = now();
  }
  if (is_old_duplicate(e, segment)) tell_duplicate(e, {segment.header.sequence, segment.end()});
  send_acknowledgement(e);
  set_timer(e);
  return DropCause::unexpected_segment;
}

Tcp::Loss Tcp::input_unacceptable(TcpEndpoint& e, const Segment& segment) {
  return segment.header.rst() ? DropCause::unexpected_segment : challenge(e, segment);
}

/// RFC 5961 3.2: only a RST with exactly the next number resets; another one in the window may be a
/// guess.
Tcp::Loss Tcp::input_reset(TcpEndpoint& e, const Segment& segment) {
  if (segment.header.sequence != e.receive_next) return challenge(e, segment);
  fail(e, TcpError::reset);
  return std::nullopt;
}

Tcp::Loss Tcp::input_synchronised(TcpEndpoint& e, const Segment& segment) {
  const TcpSegment& header = segment.header;
  // PAWS (RFC 7323 5.3 R1): older than what came before. A RST is taken all the same.
  const bool stamped = e.timestamps && header.timestamps;
  if (stamped && before(header.timestamp_value, e.timestamp_recent) && !header.rst()) [[unlikely]] {
    return challenge(e, segment);
  }
  if (!is_acceptable(e, segment)) return input_unacceptable(e, segment);
  if (header.rst()) return input_reset(e, segment);
  if (header.syn()) return challenge(e, segment);
  if (!header.ack()) return DropCause::unexpected_segment;
  // R3: the stamp of the segment that the next ACK answers first.
  if (stamped && before_or_at(header.sequence, e.receive_told)) {
    e.timestamp_recent = header.timestamp_value;
  }
  if (!input_acknowledgement(e, segment)) return DropCause::unexpected_segment;
  if (e.state == TcpState::closed) return std::nullopt;  // that was the last ACK
  if (segment.length > 0 && e.orphaned() && e.state != TcpState::last_ack &&
      before(e.receive_next, segment.end())) {
    // Data for an application that has closed (spec/linux-host.md 6.7): reset.
    send_reset(e);
    destroy(e);
    return DropCause::no_socket;
  }
  const std::uint32_t delivered = segment.length > 0 ? input_payload(e, segment) : 0;
  const bool fin = header.fin() && segment.end() == e.receive_next && !e.fin_received;
  if (fin && e.fin_queued && !e.orphaned()) [[unlikely]] {
    input_last_fin(e, segment, delivered);
    return std::nullopt;
  }
  if (fin) input_fin(e);
  if (e.state == TcpState::closed) return std::nullopt;  // it is in TIME_WAIT now
  // What was sent carries the acknowledgement already.
  if (!send_pending(e)) plan_acknowledgement(e, segment, delivered);
  set_timer(e);
  if (e.in_accept_queue) {
    e.unread += delivered;
    return std::nullopt;
  }
  const EndpointId id = e.self;
  const std::uint32_t incarnation = e.incarnation;
  if (TcpUser* const told = user(e); told != nullptr && delivered > 0)
    told->received(id, delivered);
  if (!fin || e.incarnation != incarnation) return std::nullopt;
  if (TcpUser* const told = user(e)) told->peer_closed(id);
  return std::nullopt;
}

/// The peer closes as well after this side's shutdown(): the user is told before the endpoint goes.
void Tcp::input_last_fin(TcpEndpoint& e, const Segment& segment, std::uint32_t delivered) {
  const EndpointId id = e.self;
  const std::uint32_t incarnation = e.incarnation;
  TcpUser& told = *user(e);
  if (delivered > 0) told.received(id, delivered);
  if (e.incarnation != incarnation) return;
  if (!e.orphaned()) {
    e.user = TcpEndpoint::kNoUser;
    told.peer_closed(id);
  }
  input_fin(e);
  if (e.state == TcpState::closed) return;
  if (!send_pending(e)) plan_acknowledgement(e, segment, delivered);
  set_timer(e);
}

/// False if the segment acknowledges what was never sent, or long ago. May end the endpoint (its
/// last ACK).
inline bool Tcp::input_acknowledgement(TcpEndpoint& e, const Segment& segment) {
  const TcpSegment& header = segment.header;
  const std::uint32_t acknowledgement = header.acknowledgement;
  if (before(e.send_most, acknowledgement)) {
    challenge(e, segment);
    return false;
  }
  const bool sack_news = header.sack_count != 0 && take_sack(e, header);
  const std::uint32_t window = static_cast<std::uint32_t>(header.window) << e.send_scale;
  if (before(e.send_una, acknowledgement)) {
    acknowledged(e, acknowledgement);
    if (sack_news) enter_recovery_if_lost(e);
    e.send_window = window;
    close_advanced(e);
    return true;
  }
  if (before(acknowledgement, e.send_una)) {
    // Older than any window: perhaps a guess (RFC 5961 5.2).
    if (!before(acknowledgement, e.send_una - std::max(e.send_window, 0xffffU))) return true;
    challenge(e, segment);
    return false;
  }
  const bool duplicate =
      e.sack ? sack_news : segment.length == 0 && !header.fin() && window == e.send_window;
  e.send_window = window;
  if (duplicate) duplicate_acknowledgement(e);
  return true;
}

/// If our FIN was acknowledged, the close goes on.
void Tcp::close_advanced(TcpEndpoint& e) {
  const bool fin_acknowledged = e.fin_queued && before(e.send_end, e.send_una);
  if (!fin_acknowledged) return;
  switch (e.state) {
    case TcpState::fin_wait_1: {
      set_state(e, TcpState::fin_wait_2);
      if (e.orphaned()) await_last_fin(e);
      return;
    }
    case TcpState::closing: return enter_time_wait(e);
    case TcpState::last_ack: return destroy(e);
    case TcpState::closed:
    case TcpState::syn_sent:
    case TcpState::syn_received:
    case TcpState::established:
    case TcpState::fin_wait_2:
    case TcpState::close_wait: return;
  }
}

/// FIN_WAIT2 of a closed socket lasts tcp_fin_timeout; while the application still holds it, as
/// long as the peer wants (6.7).
void Tcp::await_last_fin(TcpEndpoint& e) {
  const int fin_timeout = host(e.host).state().sysctls().tcp_fin_timeout;
  e.retransmit_at = now() + seconds(fin_timeout);
}

/// Takes the payload; returns how many bytes are now in order for the user.
inline std::uint32_t Tcp::input_payload(TcpEndpoint& e, const Segment& segment) {
  const std::uint32_t before_it = e.receive_next;
  if (before(e.receive_next, segment.header.sequence)) {
    const SequenceRange range{segment.header.sequence, segment.end()};
    const bool news = ranges_.ensure(e.ranges).store(range);
    e.sack_owed = e.sack;
    if (!news) tell_duplicate(e, range);
    return 0;
  }
  if (before(e.receive_next, segment.end())) e.receive_next = segment.end();
  if (e.ranges != TcpEndpoint::kNothing) [[unlikely]] {
    e.receive_next = ranges_[e.ranges].join(e.receive_next);
    if (ranges_[e.ranges].empty()) {
      ranges_.give(e.ranges);
      e.sack_owed = false;
    }
  }
  const std::uint32_t delivered = e.receive_next - before_it;
  constexpr std::uint32_t kMostWindow = 6'291'456;  // tcp_rmem's default maximum, 6 MiB
  e.receive_window = std::min(e.receive_window + 2 * delivered, kMostWindow);
  e.last_received = now();
  return delivered;
}

void Tcp::input_fin(TcpEndpoint& e) {
  ++e.receive_next;
  e.fin_received = true;
  switch (e.state) {
    case TcpState::established:
      set_state(e, TcpState::close_wait);
      e.interactive = true;  // the ACK waits for the application's own FIN, up to the delayed ACK
      return;
    case TcpState::fin_wait_1: return set_state(e, TcpState::closing);
    case TcpState::fin_wait_2: send_acknowledgement(e); return enter_time_wait(e);
    case TcpState::closed:
    case TcpState::syn_sent:
    case TcpState::syn_received:
    case TcpState::close_wait:
    case TcpState::closing:
    case TcpState::last_ack: return;
  }
}

/// 6.7: at once at the start of a connection, while there is a gap, for what fills one (RFC 5681
/// 4.2), and for every second full segment; else within the delayed-ACK time, so that an answer can
/// carry it.
inline void Tcp::plan_acknowledgement(TcpEndpoint& e, const Segment& segment,
                                      std::uint32_t delivered) {
  const bool fin = segment.header.fin();
  if (segment.length == 0 && !fin) return;
  const bool out_of_order =
      (segment.length > 0 && delivered != segment.length) || e.ranges != TcpEndpoint::kNothing;
  if (segment.length >= e.mss) ++e.unacked_full;
  const bool quick = !e.interactive && e.quick_acks > 0;
  if (out_of_order || quick || e.unacked_full >= 2 || (fin && e.state == TcpState::closing)) {
    if (quick) --e.quick_acks;
    return send_acknowledgement(e);
  }
  if (e.acknowledge_at == kNever) e.acknowledge_at = now() + kDelayedAck;
}

}  // namespace lvs
