// An event as a value: when, in which order among equals, what kind, about whom.
#pragma once

#include <cstdint>
#include <type_traits>

#include "sim/time.hpp"

namespace lvs {

/// What an event means is decided by its models: they number their kinds below kTimerKinds for
/// events and from kTimerKinds on for timers. Kind 0 is the engine's own.
using EventCode = std::uint8_t;
inline constexpr EventCode kEngineEvent = 0;
inline constexpr EventCode kTimerKinds = 128;

/// The position of a cause in the run: the global counter at the moment it happened (frame handed
/// to the link, timer armed, event scheduled). Among events of one instant the older cause goes
/// first, whatever the data structures (design.md 3.2).
struct Stamp {
  std::uint64_t value = 0;
};

struct Event {
  Time time;
  std::uint64_t order;     ///< stamp << 8 | kind; unique among events of one instant
  std::uint32_t target;    ///< which component
  std::uint32_t argument;  ///< what it concerns: a frame handle, a timer, an index

  constexpr EventCode kind() const { return static_cast<EventCode>(order & 0xff); }
};

static_assert(sizeof(Event) == 24 && std::is_trivially_copyable_v<Event>);

constexpr std::uint64_t event_order(Stamp stamp, EventCode kind) { return stamp.value << 8 | kind; }

/// Earlier first; at one instant the older stamp first.
constexpr bool operator<(const Event& a, const Event& b) {
  return a.time < b.time || (a.time == b.time && a.order < b.order);
}

}  // namespace lvs
