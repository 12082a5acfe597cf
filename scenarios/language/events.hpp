// Events, expectations and the study of a scenario, as plain values (design.md 1.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/packet/endpoint.hpp"
#include "scenarios/language/basics.hpp"
#include "scenarios/language/commands/command.hpp"
#include "sim/units.hpp"

namespace lvs::language {

struct RunAction {
  Script script;
  friend bool operator==(const RunAction&, const RunAction&) = default;
};
struct ShowAction {
  Script script;
  friend bool operator==(const ShowAction&, const ShowAction&) = default;
};
enum class ServerAction : std::uint8_t { hang, resume, refuse, accept };
struct SpeedAction {
  double speed = 1;
  friend bool operator==(const SpeedAction&, const SpeedAction&) = default;
};
enum class PowerAction : std::uint8_t { off, on };
struct CableAction {
  enum class State : std::uint8_t { cut, join };
  Name nic;
  std::optional<State> state;
  std::optional<double> loss;
  std::optional<Duration> delay;
  friend bool operator==(const CableAction&, const CableAction&) = default;
};

// Single connections, step by step; what the models make of them:
// models/workload/conversations.hpp.

/// A connection, or for UDP one datagram, that the host begins.
struct ConnectAction {
  Name id;
  Endpoint from;  ///< the socket is bound to it
  ServiceAddress to;
  ByteCount bytes;     ///< of the datagram; UDP only
  Duration timeout{};  ///< the client waits so long for an answer, then gives up
  friend bool operator==(const ConnectAction&, const ConnectAction&) = default;
};
struct SendAction {
  Name id;
  ByteCount bytes;
  friend bool operator==(const SendAction&, const SendAction&) = default;
};
struct EndAction {
  enum class How : std::uint8_t { close, close_by_server, reset };
  Name id;
  How how = How::close;
  friend bool operator==(const EndAction&, const EndAction&) = default;
};

struct Event {
  Duration at{};                  ///< the first instant, since the start of the run
  std::optional<Duration> every;  ///< repeats from `at` while before `until`
  std::optional<Duration> until;
  Name host;  ///< for a step of a connection, the host that opened it
  std::variant<RunAction, ShowAction, ServerAction, SpeedAction, PowerAction, CableAction,
               ConnectAction, SendAction, EndAction>
      action;
  Where where;
  friend bool operator==(const Event&, const Event&) = default;
};

/// A number with the unit it was written in: value in s, bytes, bit/s, 1/s, or as a share of 1.
struct Measure {
  enum class Unit : std::uint8_t { number, time, size, bit_rate, per_second, share };
  double value = 0;
  Unit unit = Unit::number;
  Where where;
  friend bool operator==(const Measure&, const Measure&) = default;
};

struct Bound {
  enum class Kind : std::uint8_t { at_most, at_least, below, above, equals, between };
  Kind kind = Kind::equals;
  Measure low;   ///< the value, or the lower end of between
  Measure high;  ///< the upper end of between, else equal to low
  friend bool operator==(const Bound&, const Bound&) = default;
};

struct TextCheck {
  enum class Kind : std::uint8_t { contains, lacks, equals };
  Kind kind = Kind::contains;
  std::string text;
  friend bool operator==(const TextCheck&, const TextCheck&) = default;
};

/// `when: {parameter: value}` or a list of values; values may be labels of the study.
struct Condition {
  std::string parameter;
  std::vector<std::string> values;
  Where where;
  friend bool operator==(const Condition&, const Condition&) = default;
};

struct MetricExpectation {
  Name metric;
  std::optional<Name> of;  ///< service A:P/proto, host, nic or network
  std::optional<Name> cause;
  std::optional<Window> during;
  std::optional<Duration> at;
  Bound bound;
  friend bool operator==(const MetricExpectation&, const MetricExpectation&) = default;
};
struct ShowExpectation {
  Script show;
  Name host;
  Duration at{};
  TextCheck check;
  friend bool operator==(const ShowExpectation&, const ShowExpectation&) = default;
};

struct Expectation {
  std::variant<MetricExpectation, ShowExpectation> what;
  std::vector<Condition> when;  ///< all must hold; empty: in every variant
  Where where;
  friend bool operator==(const Expectation&, const Expectation&) = default;
};

struct VaryValue {
  std::string label;  ///< the value itself unless the study names it
  std::string value;
  Where where;
  friend bool operator==(const VaryValue&, const VaryValue&) = default;
};
struct VaryKey {
  Name parameter;
  std::vector<VaryValue> values;
  bool labelled = false;
  friend bool operator==(const VaryKey&, const VaryKey&) = default;
};
struct Precision {
  Name metric;
  double relative = 0.05;  ///< half width of the interval over the mean
  int at_most = 0;         ///< replications
  friend bool operator==(const Precision&, const Precision&) = default;
};
struct Study {
  std::vector<VaryKey> vary;  ///< in file order; the last key changes fastest
  std::vector<std::vector<Name>> zip;
  std::vector<Name>
      filters;  ///< `where`: conditions as written, e.g. "mode != dr or load < 8000/s"
  std::vector<Condition> baseline;
  std::optional<int> replications;
  std::optional<Precision> precision;
  std::vector<Name> metrics;
  Where where;
  friend bool operator==(const Study&, const Study&) = default;
};

}  // namespace lvs::language
