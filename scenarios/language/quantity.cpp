#include "scenarios/language/quantity.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "models/server/service_queue.hpp"

namespace lvs::language {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t scale;  // base units in one
};
// Base: picoseconds, bytes, bits per second.
constexpr std::array<Unit, 4> kTimes{
    {{"s", 1'000'000'000'000}, {"ms", 1'000'000'000}, {"us", 1'000'000}, {"ns", 1'000}}};
constexpr std::array<Unit, 5> kSizes{
    {{"B", 1}, {"KB", 1000}, {"MB", 1'000'000}, {"KiB", 1024}, {"MiB", 1024 * 1024}}};
constexpr std::array<Unit, 4> kRates{
    {{"bit/s", 1}, {"kbit/s", 1'000}, {"Mbit/s", 1'000'000}, {"Gbit/s", 1'000'000'000}}};
constexpr const char* kTimeForm = "a time such as 50us (units s ms us ns)";
constexpr const char* kSizeForm = "a size such as 512KiB (units B KB MB KiB MiB)";
constexpr const char* kRateForm = "a rate such as 1Gbit/s (units bit/s kbit/s Mbit/s Gbit/s)";

[[noreturn]] void refuse(std::string_view text, const std::string& why, const std::string& form) {
  throw QuantityError("\"" + std::string(text) + "\" " + why + "; expected " + form);
}

struct Split {
  std::string_view number;  // digits, perhaps with a point; empty if the text does not begin so
  std::string_view rest;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Split split(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  if (end > 0 && end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1])) {
    ++end;
    while (end < text.size() && is_digit(text[end])) ++end;
  }
  return {text.substr(0, end), text.substr(end)};
}

// Why the text cannot be a number with one of the units; called when it is none.
[[noreturn]] void refuse_form(std::string_view text, const std::string& form) {
  if (!text.empty() && text[0] == '-') refuse(text, "is negative", form);
  const Split parts = split(text);
  if (parts.number.empty()) refuse(text, "is not a number with a unit", form);
  if (parts.rest.empty()) refuse(text, "has no unit", form);
  if (parts.rest[0] == ' ') refuse(text, "has a blank between number and unit", form);
  refuse(text, "has an unknown unit \"" + std::string(parts.rest) + "\"", form);
}

__extension__ typedef __int128 Wide;

// number x scale as an integer; throws when it is not whole or does not fit.
std::int64_t scaled(std::string_view text, std::string_view number, std::int64_t scale,
                    const std::string& form) {
  constexpr std::int64_t kMost = 9'000'000'000'000'000'000;
  Wide value = 0;
  Wide divisor = 1;
  bool point = false;
  for (const char c : number) {
    if (c == '.') {
      point = true;
      continue;
    }
    value = value * 10 + (c - '0');
    if (point) divisor *= 10;
    if (value > kMost || divisor > kMost) refuse(text, "has too many digits", form);
  }
  value *= scale;
  if (value % divisor != 0) refuse(text, "is finer than what is counted", form);
  value /= divisor;
  if (value > kMost) refuse(text, "is too large", form);
  return static_cast<std::int64_t>(value);
}

template <std::size_t N>
std::optional<std::int64_t> try_units(std::string_view text, const std::array<Unit, N>& units,
                                      const char* form) {
  const Split parts = split(text);
  if (parts.number.empty()) return std::nullopt;
  for (const Unit& unit : units) {
    if (parts.rest == unit.name) return scaled(text, parts.number, unit.scale, form);
  }
  return std::nullopt;
}

double to_double(std::string_view number) {
  double value = 0;
  std::from_chars(number.data(), number.data() + number.size(), value);
  return value;
}

// "400/s", "66%": the number in front of the suffix.
std::optional<double> try_suffix(std::string_view text, std::string_view suffix) {
  const Split parts = split(text);
  if (parts.number.empty() || parts.rest != suffix) return std::nullopt;
  return to_double(parts.number);
}

}  // namespace

Duration parse_duration(std::string_view text) {
  const auto ticks = try_units(text, kTimes, kTimeForm);
  if (!ticks) refuse_form(text, kTimeForm);
  constexpr Duration kMost = std::chrono::hours{24 * 100};
  if (Duration{*ticks} > kMost) refuse(text, "is more than 100 days", kTimeForm);
  return Duration{*ticks};
}

ByteCount parse_size(std::string_view text) {
  const auto value = try_units(text, kSizes, kSizeForm);
  if (!value) refuse_form(text, kSizeForm);
  return bytes(*value);
}

BitRate parse_bit_rate(std::string_view text) {
  const auto value = try_units(text, kRates, kRateForm);
  if (!value) refuse_form(text, kRateForm);
  if (*value == 0) refuse(text, "is zero", kRateForm);
  return bits_per_second(*value);
}

double parse_per_second(std::string_view text) {
  const auto value = try_suffix(text, "/s");
  if (!value) refuse_form(text, "a number per second such as 400/s");
  if (*value <= 0) refuse(text, "is zero", "a number per second such as 400/s");
  return *value;
}

double parse_share(std::string_view text) {
  const auto value = try_suffix(text, "%");
  if (!value) refuse_form(text, "a percentage such as 5%");
  return *value / 100;
}

QueueLimit parse_queue(std::string_view text) {
  const Split parts = split(text);
  const std::string form = "a size such as 512KiB, or \"1000 frames\"";
  if (!parts.number.empty() && parts.rest == " frames") {
    return {QueueLimit::Unit::frames, scaled(text, parts.number, 1, form)};
  }
  const auto value = try_units(text, kSizes, form.c_str());
  if (!value) refuse_form(text, form);
  return {QueueLimit::Unit::bytes, *value};
}

double parse_number(std::string_view text) {
  const Split parts = split(text);
  if (!text.empty() && text[0] == '-') refuse(text, "is negative", "a number without a unit");
  if (parts.number.empty()) refuse(text, "is not a number", "a number without a unit");
  if (!parts.rest.empty()) refuse(text, "is not a bare number", "a number without a unit");
  return to_double(parts.number);
}

std::int64_t parse_integer(std::string_view text) {
  const std::string form = "a whole number without a unit";
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem == std::errc::result_out_of_range) refuse(text, "is too large", form);
  if (problem != std::errc{}) refuse(text, "is not a number", form);
  if (end != text.data() + text.size()) refuse(text, "is not a bare whole number", form);
  return value;
}

Measure parse_measure(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  const std::string_view body = negative ? text.substr(1) : text;
  const double sign = negative ? -1 : 1;
  using Kind = Measure::Unit;
  if (const auto v = try_units(body, kTimes, kTimeForm)) {
    return {sign * to_seconds(Duration{*v}), Kind::time, {}};
  }
  if (const auto v = try_units(body, kSizes, kSizeForm)) {
    return {sign * static_cast<double>(*v), Kind::size, {}};
  }
  if (const auto v = try_units(body, kRates, kRateForm)) {
    return {sign * static_cast<double>(*v), Kind::bit_rate, {}};
  }
  if (const auto v = try_suffix(body, "/s")) return {sign * *v, Kind::per_second, {}};
  if (const auto v = try_suffix(body, "%")) return {sign * *v / 100, Kind::share, {}};
  if (const auto v = try_suffix(body, "")) return {sign * *v, Kind::number, {}};
  refuse(text, "is no value", "a number, or one with a unit such as 10ms, 12KiB, 400/s, 5%");
}

namespace {
template <class Parse>
auto at_node(const YamlNode& node, Parse parse) {
  const std::string& text = need_scalar(node);
  try {
    return parse(text);
  } catch (const QuantityError& problem) {
    throw node.error(problem.what());
  }
}
}  // namespace

Duration read_duration(const YamlNode& node) { return at_node(node, parse_duration); }

Duration read_positive_duration(const YamlNode& node) {
  const Duration value = read_duration(node);
  if (value.count() == 0)
    throw node.error("\"" + node.scalar() + "\" is zero; it must be above zero");
  return value;
}

ByteCount read_size(const YamlNode& node) { return at_node(node, parse_size); }
BitRate read_bit_rate(const YamlNode& node) { return at_node(node, parse_bit_rate); }
double read_per_second(const YamlNode& node) { return at_node(node, parse_per_second); }

double read_probability(const YamlNode& node) {
  const double value = at_node(node, parse_share);
  if (value > 1) throw node.error("\"" + node.scalar() + "\" is above 100%");
  return value;
}

QueueLimit read_queue(const YamlNode& node) { return at_node(node, parse_queue); }
double read_number(const YamlNode& node) { return at_node(node, parse_number); }

double read_positive_number(const YamlNode& node) {
  const double value = read_number(node);
  if (value <= 0) throw node.error("\"" + node.scalar() + "\" is zero; it must be above zero");
  return value;
}

double read_number(const YamlNode& node, double min, double max) {
  const double value = read_number(node);
  if (value >= min && value <= max) return value;
  throw node.error("\"" + node.scalar() + "\" is out of range; accepted: " + write_number(min) +
                   " to " + write_number(max));
}

double read_speed(const YamlNode& node) {
  return read_number(node, ServiceQueue::kLowestSpeed, ServiceQueue::kHighestSpeed);
}

std::int64_t read_integer(const YamlNode& node, std::int64_t min, std::int64_t max) {
  const std::int64_t value = at_node(node, parse_integer);
  if (value >= min && value <= max) return value;
  throw node.error(std::to_string(value) + " is out of range; accepted: " + std::to_string(min) +
                   " to " + std::to_string(max));
}

Measure read_measure(const YamlNode& node) {
  Measure measure = at_node(node, parse_measure);
  measure.where = node.where();
  return measure;
}

std::string write_number(double value) {
  std::array<char, 512> buffer{};
  const auto result =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return {buffer.data(), result.ptr};
}

std::string write_per_second(double value) { return write_number(value) + "/s"; }

std::string write_share(double value) {
  // value x 100 may miss the number that was divided by 100: the shortest that comes back is it.
  for (int digits = 0; digits < 20; ++digits) {
    std::array<char, 512> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value * 100,
                                      std::chars_format::fixed, digits);
    const std::string_view text(buffer.data(),
                                static_cast<std::size_t>(result.ptr - buffer.data()));
    if (to_double(text) / 100 == value) return std::string(text) + "%";
  }
  return write_number(value * 100) + "%";
}

std::string write_queue(const QueueLimit& limit) {
  if (limit.unit == QueueLimit::Unit::frames) return std::to_string(limit.amount) + " frames";
  return to_string(bytes(limit.amount));
}

std::string write_duration(Duration value) {
  if (value.count() == 0 || value.count() >= 1000) return lvs::to_string(value);
  std::string digits = std::to_string(1000 + value.count()).substr(1);
  digits.erase(digits.find_last_not_of('0') + 1);
  return "0." + digits + "ns";
}

std::string write_measure(const Measure& measure) {
  const std::string sign = measure.value < 0 ? "-" : "";
  const double value = std::fabs(measure.value);
  switch (measure.unit) {
    case Measure::Unit::number: return sign + write_number(value);
    case Measure::Unit::time: return sign + write_duration(from_seconds(value));
    case Measure::Unit::size: return sign + write_number(value) + "B";
    case Measure::Unit::bit_rate: return sign + write_number(value) + "bit/s";
    case Measure::Unit::per_second: return sign + write_per_second(value);
    case Measure::Unit::share: return sign + write_share(value);
  }
  return "";
}

}  // namespace lvs::language
