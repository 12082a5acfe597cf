// CUBIC's congestion window (RFC 9438), in fixed point. The state exists from a connection's first
// loss on: before it a sender is in slow start, which is not CUBIC's.
//
// Differs: Linux's CUBIC leaves slow start by HyStart (RFC 9406) when the round trip grows or ACKs
// come in long trains; here slow start ends at the first loss or at the receiver's window. So where
// a queue fills, the first overflow is larger and comes about one round trip later than in Linux;
// without a growing queue nothing differs.
#pragma once

#include <cstdint>

#include "sim/time.hpp"

namespace lvs {

class Cubic {
 public:
  static constexpr std::uint32_t kLeastWindow = 2;  ///< segments, after a reduction (4.6)

  /// Sections 4.6, 4.7: loss was seen by duplicates while `window` segments were in use. Returns
  /// the new threshold, segments.
  std::uint32_t reduce(std::uint32_t window);
  /// Section 4.8: the same by a timeout.
  std::uint32_t reduce_by_timeout(std::uint32_t window);

  struct Acknowledged {
    std::uint32_t window;    ///< segments, before
    std::uint32_t segments;  ///< acknowledged now
    Time now;
    Duration round_trip;
  };
  /// Sections 4.2 to 4.5: the window after an ACK in congestion avoidance, segments.
  std::uint32_t grow(const Acknowledged& ack);
  /// The sender was idle: that time is not counted (5.8).
  void idle_for(Duration span);
  void clear() { *this = Cubic{}; }

 private:
  /// Segments, or seconds, times 2^16.
  using Fixed = std::uint64_t;

  void begin_epoch(const Acknowledged& ack);
  Fixed window_at(Fixed t) const;

  Fixed window_max_ = 0;  ///< W_max
  Fixed prior_ = 0;       ///< cwnd_prior
  Fixed window_ = 0;      ///< cwnd with its fraction
  Fixed estimate_ = 0;    ///< W_est
  Fixed plateau_ = 0;     ///< K
  Time epoch_ = kNever;   ///< t = 0; kNever: begins with the next ACK in congestion avoidance
  bool after_timeout_ = false;
};

}  // namespace lvs
