// The kernel's clock of the director: jiffies of 4 ms (HZ 250), and when its timer wheel lets a
// timer fire: never early, up to one granule late (spec/ipvs.md 4.2).
#pragma once

#include <bit>
#include <cstdint>

#include "sim/time.hpp"

namespace lvs {

inline constexpr std::uint32_t kJiffiesPerSecond = 250;  ///< Debian's HZ
inline constexpr Duration kJiffy = milliseconds(4);

/// A count of jiffies, or an instant on the director's jiffy counter. 2^32 jiffies are 198 days,
/// more than the longest run.
using Jiffies = std::uint32_t;

constexpr Jiffies jiffies_of_seconds(std::uint32_t s) { return s * kJiffiesPerSecond; }

class JiffyClock {
 public:
  /// `phase`: the counter at the start of the run.
  explicit constexpr JiffyClock(Jiffies phase = 0) : phase_(phase) {}

  constexpr Jiffies at(Time t) const {
    return phase_ + static_cast<Jiffies>(t.time_since_epoch() / kJiffy);
  }
  /// The instant at which the counter becomes `j`. Requires: j is at least the phase.
  constexpr Time time(Jiffies j) const {
    return kStart + static_cast<std::int64_t>(j - phase_) * kJiffy;
  }

 private:
  Jiffies phase_;
};

/// log2 of the granule of a timer that has `delta` jiffies to go: 1 below 63, then 8 times more
/// from 63, 504, 4032, 32256, 258048, ... on. The table of 4.2 ends with 258048; beyond it, where
/// only `ipvsadm --set` leads, we continue its pattern.
constexpr unsigned granule_shift(Jiffies delta) {
  return delta < 63 ? 0 : 3 * ((static_cast<unsigned>(std::bit_width(delta / 63)) - 1) / 3 + 1);
}

/// When a timer that was armed `delta` jiffies before `expires` fires.
constexpr Jiffies firing_jiffy(Jiffies expires, Jiffies delta) {
  const unsigned shift = granule_shift(delta);
  return ((expires >> shift) + 1) << shift;
}

}  // namespace lvs
