// Quantities as scenarios write them: NUMBER UNIT without blank (design.md 1.1).
#pragma once

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

#include "scenarios/language/events.hpp"
#include "scenarios/language/topology.hpp"
#include "scenarios/language/yaml_reader.hpp"

namespace lvs::language {

/// The text is not such a quantity; the message says what is accepted. Callers add the place.
class QuantityError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// From text. All throw QuantityError. None accepts a negative number.
Duration parse_duration(std::string_view text);  ///< s ms us ns; whole picoseconds, below 100 days
ByteCount parse_size(std::string_view text);     ///< B KB MB KiB MiB; whole bytes
BitRate parse_bit_rate(std::string_view text);   ///< bit/s kbit/s Mbit/s Gbit/s; above zero
double parse_per_second(std::string_view text);  ///< "400/s"; above zero
double parse_share(std::string_view text);       ///< "66%": 0.66; not limited to 100 %
QueueLimit parse_queue(std::string_view text);   ///< a size, or "1000 frames"
double parse_number(std::string_view text);      ///< a bare decimal number
std::int64_t parse_integer(std::string_view text);
Measure parse_measure(std::string_view text);  ///< any of the above but a queue, also negative

// From a node: the same with the error placed at the node.
Duration read_duration(const YamlNode& node);
Duration read_positive_duration(const YamlNode& node);
ByteCount read_size(const YamlNode& node);
BitRate read_bit_rate(const YamlNode& node);
double read_per_second(const YamlNode& node);
double read_probability(const YamlNode& node);  ///< "0%" to "100%"
QueueLimit read_queue(const YamlNode& node);
double read_number(const YamlNode& node);           ///< not negative
double read_positive_number(const YamlNode& node);  ///< above zero
double read_number(const YamlNode& node, double min, double max);
/// A rate relative to a core's own, as the models take it: 0.001..1000.
double read_speed(const YamlNode& node);
std::int64_t read_integer(const YamlNode& node, std::int64_t min,
                          std::int64_t max = std::numeric_limits<std::int32_t>::max());
Measure read_measure(const YamlNode& node);

// The shortest text that reads back to the same value.
std::string write_number(double value);
std::string write_per_second(double value);
std::string write_share(double value);
std::string write_queue(const QueueLimit& limit);
std::string write_measure(const Measure& measure);
/// Durations below a nanosecond as decimal nanoseconds ("0.5ns"): ps is no unit of scenarios.
std::string write_duration(Duration value);

}  // namespace lvs::language
