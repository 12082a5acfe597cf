// The three segments that open a connection: what they negotiate, and what each side makes of the
// other's. Sources: RFC 9293 3.10.7.3 and 3.10.7.4; spec/linux-host.md 6.3 to 6.6.
#include <algorithm>

#include "models/host/host.hpp"
#include "models/tcp/tcp.hpp"

namespace lvs {

/// Options of a SYN or SYN-ACK: the size of segments, scaling, timestamps, SACK; each counts only
/// if both sides sent it.
void Tcp::take_options(TcpEndpoint& e, const Segment& segment) {
  Host& own = host(e.host);
  if (e.path.generation != own.state().generation()) own.ip().find_path(e.path, e.local, e.remote);
  const std::uint32_t mtu = e.path.mtu != 0 ? e.path.mtu : 1500;
  constexpr std::uint32_t kHeaders = Ipv4Header::kLength + TcpSegment::kPlainLength;
  constexpr std::uint16_t kDefaultMss = 536;     // RFC 9293 3.7.1
  constexpr std::uint8_t kMostWindowScale = 14;  // RFC 7323 2.3
  const TcpSegment& header = segment.header;
  const std::uint32_t peer = header.mss != 0 ? header.mss : kDefaultMss;
  const std::uint32_t mss = std::min(peer, mtu - kHeaders);
  e.timestamps = e.timestamps && header.timestamps;
  e.mss = static_cast<std::uint16_t>(mss - (e.timestamps ? TcpSegment::kTimestampLength : 0));
  e.sack = e.sack && header.sack_permitted;
  if (e.receive_scale == 0 || header.window_scale == TcpSegment::kNoWindowScale) {
    e.send_scale = e.receive_scale = 0;
  } else {
    e.send_scale = std::min(header.window_scale, kMostWindowScale);
  }
  e.send_window = header.window;  // a SYN's window is not scaled
  if (e.timestamps) e.timestamp_recent = header.timestamp_value;
}

/// The first round trip: of the handshake if nothing was repeated, else of the echoed timestamp
/// (RFC 7323 4.1), in its milliseconds. Without either the timeout becomes 3 s (RFC 6298 5.7).
void Tcp::sample_handshake(TcpEndpoint& e, const Segment& segment) {
  if (e.timing) {
    sample_round_trip(e, now() - e.timed_at);
  } else if (e.timestamps && segment.header.timestamp_echo != 0) {
    const std::uint32_t elapsed = timestamp() - segment.header.timestamp_echo;
    sample_round_trip(e, milliseconds(std::max(1U, elapsed)));
  } else {
    e.handshake_repeated = true;
  }
  e.timing = false;
  e.backoff = 0;
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
  take_options(e, segment);
  sample_handshake(e, segment);
  e.send_una = header.acknowledgement;
  e.retransmit_at = kNever;
  set_state(e, TcpState::established);
  e.confirm_due = true;
  send_acknowledgement(e);
  set_timer(e);
  if (TcpUser* const told = user(e)) told->connected(e.self);
  return std::nullopt;
}

/// RFC 9293 3.10.7.4 for SYN-RECEIVED.
Tcp::Loss Tcp::input_syn_received(TcpEndpoint& e, const Segment& segment) {
  const TcpSegment& header = segment.header;
  if (header.syn() && !header.ack() && !header.rst() && header.sequence + 1 == e.receive_next) {
    send_syn(e);  // a duplicate re-triggers the SYN-ACK (6.5)
    return DropCause::unexpected_segment;
  }
  if (!is_acceptable(e, segment)) return input_unacceptable(e, segment);
  if (header.rst()) {
    if (header.sequence != e.receive_next) return challenge(e, segment);
    destroy(e);
    return std::nullopt;
  }
  if (header.syn()) return challenge(e, segment);
  if (!header.ack()) return DropCause::unexpected_segment;
  if (header.acknowledgement != e.send_next) {
    answer_reset(host(e.host), segment);
    return DropCause::unexpected_segment;
  }
  if (accept_queue_is_full(listeners_[e.listener])) {  // 6.6
    if (host(e.host).state().sysctls().tcp_abort_on_overflow != 0) {
      answer_reset(host(e.host), segment);
      destroy(e);
    }
    return DropCause::accept_queue_full;
  }
  sample_handshake(e, segment);
  return announce_established(e, segment);
}

/// The handshake of the passive side is complete with this segment, which may carry data or FIN as
/// well.
Tcp::Loss Tcp::announce_established(TcpEndpoint& e, const Segment& segment) {
  const TcpSegment& header = segment.header;
  e.send_una = header.acknowledgement;
  e.send_window = static_cast<std::uint32_t>(header.window) << e.send_scale;
  if (e.timestamps && header.timestamps) e.timestamp_recent = header.timestamp_value;
  e.confirm_due = true;
  e.retransmit_at = kNever;
  set_state(e, TcpState::established);
  set_timer(e);
  Listener& listener = listeners_[e.listener];
  push_accept_queue(listener, e);
  const std::uint32_t index = e.listener;
  const std::uint32_t incarnation = e.incarnation;
  if (listener.config.accept_at_once) {
    accept(ListenerId{index});
  } else {
    users_[listener.config.user]->queued(ListenerId{index}, listener.config.user_data);
  }
  if (segment.length == 0 && !header.fin()) return std::nullopt;
  if (e.incarnation != incarnation || e.state == TcpState::closed) return DropCause::no_socket;
  return input_synchronised(e, segment);
}

}  // namespace lvs
