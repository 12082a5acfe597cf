// Simulated time. One tick is one picosecond, so a byte takes a whole number of ticks at every
// common Ethernet rate (800 at 10 Gbit/s, 80 at 100 Gbit/s). Range: 106 days either way.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <ostream>
#include <ratio>
#include <string>

namespace lvs {

struct SimClock {
  using rep = std::int64_t;
  using period = std::pico;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<SimClock>;
  static constexpr bool is_steady = true;  // no now(): only the Simulator knows the time
};

using Duration = SimClock::duration;  ///< a span: 50us, 3ms, the time to send a frame
using Time = SimClock::time_point;    ///< an instant; Time - Time is a Duration

/// The start of every run.
inline constexpr Time kStart{};
/// An instant that never comes: the deadline of a timer that is not armed.
inline constexpr Time kNever{Duration{std::numeric_limits<std::int64_t>::max()}};
/// The longest run that is accepted (design.md 1.1); leaves headroom below the range of the clock.
inline constexpr Duration kLongestRun = std::chrono::hours{24 * 30};

constexpr Duration picoseconds(std::int64_t n) { return Duration{n}; }
constexpr Duration nanoseconds(std::int64_t n) { return Duration{n * 1'000}; }
constexpr Duration microseconds(std::int64_t n) { return Duration{n * 1'000'000}; }
constexpr Duration milliseconds(std::int64_t n) { return Duration{n * 1'000'000'000}; }
constexpr Duration seconds(std::int64_t n) { return Duration{n * 1'000'000'000'000}; }

/// Seconds as a floating-point number: for results and sampling only, never for deciding order.
constexpr double to_seconds(Duration d) { return static_cast<double>(d.count()) * 1e-12; }

/// The nearest representable duration; ties away from zero. Requires: |s| below 9e6 seconds.
Duration from_seconds(double s);

/// "12.345us": the largest unit (s ms us ns ps) that keeps a whole part, no trailing zeros.
std::string to_string(Duration d);
/// As the span since the start of the run.
std::string to_string(Time t);

}  // namespace lvs

// Printing lives where argument-dependent lookup finds it: SimClock::duration is a std::chrono
// type.
namespace std::chrono {
inline std::ostream& operator<<(std::ostream& out, lvs::Duration d) {
  return out << lvs::to_string(d);
}
inline std::ostream& operator<<(std::ostream& out, lvs::Time t) { return out << lvs::to_string(t); }
}  // namespace std::chrono
