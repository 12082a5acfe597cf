// Acknowledgements, retransmission and congestion control: RFC 6298 (timeout), RFC 5681 (slow
// start, congestion avoidance, fast retransmit), RFC 6582 (NewReno), with Linux's constants.
#include <algorithm>

#include "models/host/host.hpp"
#include "models/tcp/tcp.hpp"

namespace lvs {

std::uint32_t Tcp::segments_in_flight(const TcpEndpoint& e) {
  const std::uint32_t bytes = e.send_next - e.send_una;
  return (bytes + e.mss - 1) / e.mss;
}

/// spec/linux-host.md 6.7: srtt + max(4 rttvar, 200 ms), 120 s at most, doubled at each timeout.
Duration Tcp::timeout(const TcpEndpoint& e) {
  Duration base = kInitialTimeout;
  if (e.round_trip != Duration{}) {
    base = e.round_trip + std::max(4 * e.round_trip_variance, kLeastTimeout);
  }
  for (int i = 0; i < e.backoff && base < kMostTimeout; ++i) base *= 2;
  return std::min(base, kMostTimeout);
}

/// RFC 6298 section 2.
void Tcp::sample_round_trip(TcpEndpoint& e, Duration sample) {
  if (e.round_trip == Duration{}) {
    e.round_trip = std::max(sample, Duration{1});
    e.round_trip_variance = sample / 2;
    return;
  }
  const Duration error = sample > e.round_trip ? sample - e.round_trip : e.round_trip - sample;
  e.round_trip_variance += (error - e.round_trip_variance) / 4;
  e.round_trip += (sample - e.round_trip) / 8;
}

/// New data was acknowledged.
void Tcp::acknowledged(TcpEndpoint& e, std::uint32_t acknowledgement) {
  const std::uint32_t in_flight = segments_in_flight(e);
  const std::uint32_t bytes = acknowledgement - e.send_una;
  const std::uint32_t segments = std::max(1U, bytes / std::max<std::uint32_t>(1, e.mss));
  if (e.timing && before_or_at(e.timed_end, acknowledgement)) {
    sample_round_trip(e, now() - e.timed_at);
    e.timing = false;
  }
  e.send_una = acknowledgement;
  if (before(e.send_next, acknowledgement)) e.send_next = acknowledgement;
  e.backoff = 0;
  e.duplicate_acks = 0;
  if (e.recovering) {
    if (before(acknowledgement, e.recover)) {  // partial: the next hole (RFC 6582 step 3)
      const std::uint32_t deflated =
          e.congestion_window > segments ? e.congestion_window - segments : 0;
      e.congestion_window = std::max(deflated + 1, 1U);
      retransmit_first(e);
    } else {
      e.recovering = false;
      e.congestion_window = e.slow_start_threshold;
    }
  } else {
    grow_window(e, segments, in_flight);
  }
  e.retransmit_at = e.send_una == e.send_most ? kNever : now() + timeout(e);
  host(e.host).ip().confirm(e.path);
}

/// Linux: by the number of segments acknowledged, and only while the window is what limits the
/// sender.
void Tcp::grow_window(TcpEndpoint& e, std::uint32_t segments, std::uint32_t in_flight) {
  if (e.congestion_window < e.slow_start_threshold) {
    if (e.congestion_window >= 2 * in_flight) return;
    e.congestion_window = std::min(e.congestion_window + segments, e.slow_start_threshold);
    return;
  }
  if (in_flight < e.congestion_window) return;
  e.congestion_credit += segments;
  if (e.congestion_credit < e.congestion_window) return;
  e.congestion_credit -= e.congestion_window;
  ++e.congestion_window;
}

void Tcp::duplicate_acknowledgement(TcpEndpoint& e) {
  if (e.send_una == e.send_most) return;  // nothing in flight
  if (e.recovering) {
    ++e.congestion_window;
    return;
  }
  if (++e.duplicate_acks != 3) return;
  // Duplicates of what was sent again after a timeout are no sign of a new loss (RFC 6582 4.1).
  if (before(e.send_una, e.recover)) return;
  const std::uint32_t in_flight = segments_in_flight(e);
  e.slow_start_threshold = std::max(in_flight / 2, 2U);
  e.congestion_window = e.slow_start_threshold + 3;
  e.recovering = true;
  e.recover = e.send_most;
  retransmit_first(e);
}

void Tcp::retransmit_first(TcpEndpoint& e) {
  e.timing = false;  // Karn: a segment that was sent twice times nothing
  ++retransmissions_;
  const std::uint32_t left = before(e.send_una, e.send_end) ? e.send_end - e.send_una : 0;
  const std::uint32_t length = std::min<std::uint32_t>(e.mss, left);
  const bool fin =
      e.fin_queued && e.send_una + length == e.send_end && before(e.send_end, e.send_most);
  std::uint8_t flags = TcpFlags::kAck;
  if (fin) flags |= TcpFlags::kFin;
  send_segment(e, e.send_una, length, flags);
}

/// Linux's restart after idle: the window halves for each timeout without sending, down to 10
/// segments.
void Tcp::restart_after_idle(TcpEndpoint& e) {
  if (e.send_una != e.send_most || e.last_sent == kStart) return;
  const Duration step = timeout(e);
  Duration idle = now() - e.last_sent;
  if (idle <= step) return;
  e.slow_start_threshold =
      std::max(e.slow_start_threshold, (e.congestion_window >> 1) + (e.congestion_window >> 2));
  const std::uint32_t least = std::min(e.congestion_window, kInitialWindow);
  while (idle > step && e.congestion_window > least) {
    e.congestion_window >>= 1;
    idle -= step;
  }
  e.congestion_window = std::max(e.congestion_window, least);
  e.congestion_credit = 0;
}

void Tcp::move_timer(TimerId timer, Time deadline) {
  if (deadline == kNever) {
    environment_.simulator.disarm(timer);
  } else {
    environment_.simulator.arm(timer, deadline);
  }
}

void Tcp::timer(std::uint32_t target) {
  if (target == TupleTable::kNone) return expire_time_waits();
  TcpEndpoint& e = pool_[EndpointId{target}];
  if (e.acknowledge_at <= now()) send_acknowledgement(e);
  if (e.retransmit_at > now()) return set_timer(e);
  if (e.state == TcpState::syn_sent || e.state == TcpState::syn_received) {
    return handshake_timeout(e);
  }
  if (e.state == TcpState::fin_wait_2) return destroy(e);  // tcp_fin_timeout has passed
  retransmission_timeout(e);
}

/// 6.4: SYNs at 0, 1, 3, 7, … and the end one doubled interval after the last; 6.5 for SYN-ACKs.
void Tcp::handshake_timeout(TcpEndpoint& e) {
  const HostSysctls& sysctls = host(e.host).state().sysctls();
  const int retries =
      e.state == TcpState::syn_sent ? sysctls.tcp_syn_retries : sysctls.tcp_synack_retries;
  if (e.backoff >= retries) return fail(e, TcpError::timed_out);
  ++e.backoff;
  ++retransmissions_;
  e.timing = false;
  e.retransmit_at = now() + timeout(e);
  set_timer(e);
  send_syn(e);
}

void Tcp::retransmission_timeout(TcpEndpoint& e) {
  const HostSysctls& sysctls = host(e.host).state().sysctls();
  const int orphan_retries = sysctls.tcp_orphan_retries == 0 ? 8 : sysctls.tcp_orphan_retries;
  const int retries = e.orphaned() ? orphan_retries : sysctls.tcp_retries2;
  if (e.backoff >= retries) return fail(e, TcpError::timed_out);
  if (e.backoff == 0) e.slow_start_threshold = std::max(segments_in_flight(e) / 2, 2U);
  ++e.backoff;
  e.congestion_window = 1;
  e.congestion_credit = 0;
  e.recovering = false;
  e.duplicate_acks = 0;
  e.timing = false;
  e.recover = e.send_most;
  e.send_next = e.send_una;  // go back: everything unacknowledged counts as lost
  e.retransmit_at = now() + timeout(e);
  // One segment, whatever the peer's window says.
  e.send_window = std::max<std::uint32_t>(e.send_window, e.mss);
  send_pending(e);
  set_timer(e);
}

/// A router said that a segment was too long: smaller ones from here on, without a cut of the
/// window.
void Tcp::path_mtu_shrank(TcpEndpoint& e) {
  if (!host(e.host).ip().find_path(e.path, e.local, e.remote)) return;
  const std::uint32_t headers = Ipv4Header::kLength + TcpSegment::kPlainLength +
                                (e.timestamps ? TcpSegment::kTimestampLength : 0);
  const std::uint32_t fits = e.path.mtu - headers;
  if (fits >= e.mss) return;
  e.mss = static_cast<std::uint16_t>(fits);
  e.timing = false;
  if (e.state == TcpState::syn_sent || e.state == TcpState::syn_received) return;
  e.send_next = e.send_una;
  send_pending(e);
}

}  // namespace lvs
