// The congestion window: slow start and Reno (RFC 5681) or CUBIC (RFC 9438), with Linux's
// constants.
#include <algorithm>

#include "models/tcp/tcp.hpp"

namespace lvs {

/// Segments by which a loss is judged: those in flight, and not more than the window asked for
/// (limited transmit adds to the flight, RFC 5681 3.2 step 2).
std::uint32_t Tcp::window_in_use(const TcpEndpoint& e) const {
  const std::uint32_t flight = (e.send_most - e.send_una + e.mss - 1) / e.mss;
  return std::min(flight, e.congestion_window);
}

/// The threshold after a loss.
std::uint32_t Tcp::reduced_window(TcpEndpoint& e, bool by_timeout) {
  const std::uint32_t window = window_in_use(e);
  if (!e.cubic) return std::max(window / 2, 2U);
  Cubic& cubic = cubics_.ensure(e.cubic_state);
  return by_timeout ? cubic.reduce_by_timeout(window) : cubic.reduce(window);
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
  if (e.cubic_state != TcpEndpoint::kNothing) {
    e.congestion_window =
        cubics_[e.cubic_state].grow({e.congestion_window, segments, now(), e.round_trip});
    return;
  }
  e.congestion_credit += segments;
  if (e.congestion_credit < e.congestion_window) return;
  e.congestion_credit -= e.congestion_window;
  ++e.congestion_window;
}

/// Linux's restart after idle: the window halves for each timeout without sending, down to 10
/// segments.
void Tcp::restart_after_idle(TcpEndpoint& e) {
  if (e.send_una != e.send_most || e.last_sent == kStart) return;
  const Duration step = timeout(e);
  Duration idle = now() - e.last_sent;
  if (e.cubic_state != TcpEndpoint::kNothing) cubics_[e.cubic_state].idle_for(idle);
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

}  // namespace lvs
