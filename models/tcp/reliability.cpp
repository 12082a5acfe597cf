// Acknowledgements and timeouts: RFC 6298 with Linux's constants (spec/linux-host.md 6.7).
#include <algorithm>

#include "models/host/host.hpp"
#include "models/tcp/tcp.hpp"

namespace lvs {

/// spec/linux-host.md 6.7: srtt + max(4 rttvar, 200 ms).
Duration Tcp::first_timeout(const TcpEndpoint& e) {
  if (e.round_trip != Duration{}) {
    return e.round_trip + std::max(4 * e.round_trip_variance, kLeastTimeout);
  }
  return e.handshake_repeated ? kLateTimeout : kInitialTimeout;
}

/// Doubled at each timeout, 120 s at most.
Duration Tcp::timeout(const TcpEndpoint& e) {
  Duration span = first_timeout(e);
  for (int i = 0; i < e.backoff && span < kMostTimeout; ++i) span *= 2;
  return std::min(span, kMostTimeout);
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
  bool grows = true;
  if (e.loss != LossPhase::none || e.scoreboard != TcpEndpoint::kNothing) [[unlikely]] {
    grows = advance_after_loss(e, acknowledgement, segments);
  }
  if (grows) grow_window(e, segments, in_flight);
  e.retransmit_at = e.send_una == e.send_most ? kNever : now() + timeout(e);
  e.confirm_due = true;
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
  if (e.state == TcpState::syn_sent && e.soft_error) return fail(e, *e.soft_error);  // no route
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

/// tcp_retries2 and tcp_orphan_retries name a time, as Linux documents them: what `retries` doubled
/// timeouts from 200 ms on would take, 15 of them 924.6 s. The first timeout that comes later than
/// that gives up.
bool Tcp::has_retried_long_enough(const TcpEndpoint& e, int retries) {
  Duration allowed{};
  Duration step = kLeastTimeout;
  for (int i = 0; i <= retries; ++i) {
    allowed += step;
    step = std::min(2 * step, kMostTimeout);
  }
  Duration passed{};  // since the first transmission
  step = std::min(first_timeout(e), kMostTimeout);
  for (int i = 0; i <= e.backoff; ++i) {
    passed += step;
    step = std::min(2 * step, kMostTimeout);
  }
  return passed >= allowed;
}

void Tcp::retransmission_timeout(TcpEndpoint& e) {
  const HostSysctls& sysctls = host(e.host).state().sysctls();
  const int orphan_retries = sysctls.tcp_orphan_retries == 0 ? 8 : sysctls.tcp_orphan_retries;
  const int retries = e.orphaned() ? orphan_retries : sysctls.tcp_retries2;
  if (has_retried_long_enough(e, retries)) {
    return fail(e, e.soft_error.value_or(TcpError::timed_out));
  }
  if (e.backoff == 0) e.slow_start_threshold = reduced_window(e, true);
  ++e.backoff;
  e.congestion_window = 1;
  e.congestion_credit = 0;
  e.loss = LossPhase::timeout;
  e.duplicate_acks = 0;
  e.timing = false;
  e.recover = e.send_most;
  e.send_next = e.send_una;  // go back: what was not acknowledged, or SACKed, counts as lost
  e.retransmit_at = now() + timeout(e);
  // One segment, whatever the peer's window says.
  e.send_window = std::max<std::uint32_t>(e.send_window, e.mss);
  drop_scoreboard_if_idle(e);
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
  e.loss = LossPhase::none;
  drop_scoreboard_if_idle(e);
  e.send_next = e.send_una;
  send_pending(e);
}

}  // namespace lvs
