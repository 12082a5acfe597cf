#include "results/text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "sim/check.hpp"

namespace lvs {
namespace {

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

/// Three significant digits of a number in [1, 1000).
std::string three_digits(double value) {
  if (value < 9.995) return fmt::format("{:.2f}", value);
  if (value < 99.95) return fmt::format("{:.1f}", value);
  return fmt::format("{:.0f}", value);
}

struct Unit {
  double size;
  std::string_view name;
};

/// In the largest unit that leaves at least 1 after rounding; `units` go from large to small.
template <std::size_t N>
std::string in_units(double value, const std::array<Unit, N>& units, std::string_view gap) {
  for (const Unit& unit : units) {
    if (value / unit.size < 0.9995) continue;
    return fmt::format("{}{}{}", three_digits(value / unit.size), gap, unit.name);
  }
  return fmt::format("{:.0f}{}{}", value / units.back().size, gap, units.back().name);
}

}  // namespace

std::string exact(double value) {
  LVS_REQUIRE(std::isfinite(value), "a number in a file is finite");
  const double size = std::fabs(value);
  const bool plain = value == 0 || (size >= 1e-6 && size < 1e15);
  std::array<char, 64> buffer;
  const auto [end, error] =
      plain ? std::to_chars(buffer.begin(), buffer.end(), value, std::chars_format::fixed)
            : std::to_chars(buffer.begin(), buffer.end(), value);
  LVS_REQUIRE(error == std::errc{}, "a number fits 64 characters");
  return {buffer.begin(), end};
}

std::string shortest(double value) {
  if (value == 0 || !std::isfinite(value)) return value == 0 ? "0" : fmt::format("{}", value);
  const int magnitude = static_cast<int>(std::floor(std::log10(std::fabs(value))));
  const int decimals = magnitude >= 5 ? 0 : 5 - magnitude;
  return without_trailing_zeros(fmt::format("{:.{}f}", value, decimals));
}

std::string grouped(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ' ');
  return text;
}

std::string percent(double share) { return fmt::format("{:.1f} %", share * 100); }

std::string latency_text(Duration d) {
  constexpr std::array<Unit, 5> kUnits{
      {{1e12, "s"}, {1e9, "ms"}, {1e6, "us"}, {1e3, "ns"}, {1, "ps"}}};
  const auto ticks = static_cast<double>(d.count());
  // Above 1000 s the three digits would hide seconds.
  if (ticks >= 999.5e12) return fmt::format("{:.0f}s", ticks / 1e12);
  return in_units(ticks, kUnits, "");
}

std::string bytes_text(std::uint64_t count) {
  constexpr std::array<Unit, 5> kUnits{
      {{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}, {1, "B"}}};
  if (count < 1000) return fmt::format("{} B", count);
  return in_units(static_cast<double>(count), kUnits, " ");
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

}  // namespace lvs
