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

/// Options of a SYN or SYN-ACK: the size of segments, scaling, timestamps.
void Tcp::take_options(TcpEndpoint& e, const Segment& segment) {
  Host& own = host(e.host);
  if (e.path.generation != own.state().generation()) own.ip().find_path(e.path, e.local, e.remote);
  const std::uint32_t mtu = e.path.mtu != 0 ? e.path.mtu : 1500;
  constexpr std::uint32_t kHeaders = Ipv4Header::kLength + TcpSegment::kPlainLength;
  constexpr std::uint16_t kDefaultMss = 536;  // RFC 9293 3.7.1
  const std::uint32_t peer = segment.header.mss != 0 ? segment.header.mss : kDefaultMss;
  const std::uint32_t mss = std::min(peer, mtu - kHeaders);
  e.mss = static_cast<std::uint16_t>(mss - (e.timestamps ? TcpSegment::kTimestampLength : 0));
  e.send_scale =
      segment.header.window_scale == TcpSegment::kNoWindowScale ? 0 : segment.header.window_scale;
  e.send_window = segment.header.window;  // a SYN's window is not scaled
  if (e.timestamps) e.timestamp_recent = segment.header.timestamp_value;
}

Tcp::Loss Tcp::input_syn_sent(TcpEndpoint& e, const Segment& segment) {
  const TcpSegment& header = segment.header;
  if (header.ack() && header.acknowledgement != e.send_next) {
    if (!header.rst()) answer_reset(host(e.host), segment);
    return DropCause::unexpected_segment;
  }
  if (header.rst()) {
    if (!header.ack()) return DropCause::unexpected_segment;
    fail(e, TcpError::refused);
    return std::nullopt;
  }
  if (!header.syn() || !header.ack()) return DropCause::unexpected_segment;
  e.receive_next = header.sequence + 1;
  e.timestamps = e.timestamps && header.timestamps;
  take_options(e, segment);
  if (e.timing) sample_round_trip(e, now() - e.timed_at);
  e.timing = false;
  e.send_una = header.acknowledgement;
  e.backoff = 0;
  e.retransmit_at = kNever;
  set_state(e, TcpState::established);
  host(e.host).ip().confirm(e.path);
  send_acknowledgement(e);
  set_timer(e);
  if (TcpUser* const told = user(e)) told->connected(e.self);
  return std::nullopt;
}

Tcp::Loss Tcp::input_syn_received(TcpEndpoint& e, const Segment& segment) {
  const TcpSegment& header = segment.header;
  if (header.rst()) {
    if (header.sequence != e.receive_next) return DropCause::unexpected_segment;
    destroy(e);
    return std::nullopt;
  }
  if (header.syn()) {  // a duplicate re-triggers the SYN-ACK (6.5)
    if (header.sequence + 1 == e.receive_next) send_syn(e);
    return DropCause::unexpected_segment;
  }
  if (!header.ack() || header.acknowledgement != e.send_next) {
    answer_reset(host(e.host), segment);
    return DropCause::unexpected_segment;
  }
  if (!became_established(e)) {
    if (host(e.host).state().sysctls().tcp_abort_on_overflow != 0) {
      answer_reset(host(e.host), segment);
      destroy(e);
    }
    return DropCause::accept_queue_full;
  }
  if (e.timing) sample_round_trip(e, now() - e.timed_at);
  e.timing = false;
  e.send_una = header.acknowledgement;
  e.send_window = static_cast<std::uint32_t>(header.window) << e.send_scale;
  host(e.host).ip().confirm(e.path);
  const std::uint32_t index = e.listener;
  const std::uint32_t incarnation = e.incarnation;
  if (listeners_[index].config.accept_at_once) {
    accept(ListenerId{index});
  } else {
    users_[listeners_[index].config.user]->queued(ListenerId{index},
                                                  listeners_[index].config.user_data);
  }
  // The segment may carry data or FIN as well.
  if (segment.length == 0 && !header.fin()) return std::nullopt;
  if (e.incarnation != incarnation || e.state == TcpState::closed) return DropCause::no_socket;
  return input_synchronised(e, segment);
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

Tcp::Loss Tcp::input_unacceptable(TcpEndpoint& e, const Segment& segment) {
  if (!segment.header.rst()) {
    send_acknowledgement(e);
    set_timer(e);
  }
  return DropCause::unexpected_segment;
}

Tcp::Loss Tcp::input_synchronised(TcpEndpoint& e, const Segment& segment) {
  const TcpSegment& header = segment.header;
  if (!is_acceptable(e, segment)) return input_unacceptable(e, segment);
  if (header.rst()) {
    fail(e, TcpError::reset);
    return std::nullopt;
  }
  if (header.syn()) return input_unacceptable(e, segment);  // a challenge ACK (RFC 5961)
  if (!header.ack()) return DropCause::unexpected_segment;
  if (e.timestamps && header.timestamps && before_or_at(header.sequence, e.receive_next)) {
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

/// False if the segment acknowledges what was never sent. May end the endpoint (its last ACK).
bool Tcp::input_acknowledgement(TcpEndpoint& e, const Segment& segment) {
  const TcpSegment& header = segment.header;
  const std::uint32_t acknowledgement = header.acknowledgement;
  if (before(e.send_most, acknowledgement)) {
    send_acknowledgement(e);
    return false;
  }
  const std::uint32_t window = static_cast<std::uint32_t>(header.window) << e.send_scale;
  if (before(e.send_una, acknowledgement)) {
    acknowledged(e, acknowledgement);
    e.send_window = window;
    close_advanced(e);
    return true;
  }
  const bool duplicate = acknowledgement == e.send_una && segment.length == 0 && !header.fin() &&
                         window == e.send_window;
  if (!before(acknowledgement, e.send_una)) e.send_window = window;
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
      const int fin_timeout = host(e.host).state().sysctls().tcp_fin_timeout;
      e.retransmit_at = now() + seconds(fin_timeout);
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

/// Takes the payload; returns how many bytes are now in order for the user.
std::uint32_t Tcp::input_payload(TcpEndpoint& e, const Segment& segment) {
  const std::uint32_t before_it = e.receive_next;
  if (before(e.receive_next, segment.header.sequence)) {
    store_range(e, {segment.header.sequence, segment.end()});
    return 0;
  }
  if (before(e.receive_next, segment.end())) e.receive_next = segment.end();
  join_ranges(e);
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

/// 6.7: at once at the start of a connection, on a gap, and for every second full segment; else
/// within the delayed-ACK time, so that an answer can carry it.
void Tcp::plan_acknowledgement(TcpEndpoint& e, const Segment& segment, std::uint32_t delivered) {
  const bool fin = segment.header.fin();
  if (segment.length == 0 && !fin) return;
  const bool out_of_order = segment.length > 0 && delivered != segment.length;
  if (segment.length >= e.mss) ++e.unacked_full;
  const bool quick = !e.interactive && e.quick_acks > 0;
  if (out_of_order || quick || e.unacked_full >= 2 || (fin && e.state == TcpState::closing)) {
    if (quick) --e.quick_acks;
    return send_acknowledgement(e);
  }
  if (e.acknowledge_at == kNever) e.acknowledge_at = now() + kDelayedAck;
}

}  // namespace lvs
