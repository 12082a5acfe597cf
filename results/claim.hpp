// What a scenario claims about its run (`expect:`), as plain values, and the verdict on it. The
// caller turns the scenario's words into a Claim; values are in s, B, bit/s, 1/s, or shares of 1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/time.hpp"

namespace lvs {

/// [from, until) since the start of the run.
struct TimeSpan {
  Time from = kStart;
  Time until = kStart;

  constexpr bool contains(Time t) const { return from <= t && t < until; }
  constexpr Duration length() const { return until - from; }
  friend constexpr auto operator<=>(const TimeSpan&, const TimeSpan&) = default;
};

/// What a number is. The order is that of the units a scenario can write.
enum class ValueUnit : std::uint8_t { number, time, size, bit_rate, per_second, share };

struct ClaimValue {
  double value = 0;
  ValueUnit unit = ValueUnit::number;
};

enum class Comparison : std::uint8_t { at_most, at_least, below, above, equals, between };

struct Claim {
  std::string metric;                ///< a name of results/metrics.hpp
  std::optional<std::string> of;     ///< service A:P/proto, server, client group, director, place
  std::optional<std::string> cause;  ///< an outcome or a drop cause
  std::optional<TimeSpan> during;
  std::optional<Time> at;
  Comparison comparison = Comparison::equals;
  ClaimValue low;      ///< the value, or the lower end of between (both ends belong to it)
  ClaimValue high;     ///< the upper end of between
  std::string text;    ///< for people; empty: made by describe()
  std::string source;  ///< "nat.yaml:40:5"
};

/// "connections.failed of rs2 during 61s..90s at most 0.1%", or the claim's own text.
std::string describe(const Claim& claim);
/// "0.1%", "12.5ms", "20": a number with its unit, in the form that scenarios use.
std::string to_string(const ClaimValue& value);

/// The row of the summary. Also made by the caller for claims that are not about a metric (show:).
struct Verdict {
  std::string text;
  bool holds = false;
  std::string measured;         ///< with its unit; empty if there is no value
  std::optional<double> value;  ///< in the unit of the metric
  std::string reason;           ///< why there is no value; empty otherwise
  std::string source;
};

/// Whether `value` satisfies the claim. Counts are exact; equality of other numbers is exact too.
bool satisfies(const Claim& claim, double value);

}  // namespace lvs
