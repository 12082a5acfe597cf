#include "sim/time.hpp"

#include <array>
#include <cmath>
#include <string_view>

namespace lvs {

Duration from_seconds(double s) { return Duration{std::llround(s * 1e12)}; }

std::string to_string(Duration d) {
  struct Unit {
    std::int64_t ticks;
    std::string_view name;
  };
  constexpr std::array<Unit, 5> kUnits{{{1'000'000'000'000, "s"},
                                        {1'000'000'000, "ms"},
                                        {1'000'000, "us"},
                                        {1'000, "ns"},
                                        {1, "ps"}}};
  if (d.count() == 0) return "0s";
  const bool negative = d.count() < 0;
  const std::uint64_t ticks =
      negative ? 0 - static_cast<std::uint64_t>(d.count()) : static_cast<std::uint64_t>(d.count());
  for (const Unit& unit : kUnits) {
    const auto scale = static_cast<std::uint64_t>(unit.ticks);
    if (ticks < scale) continue;
    std::string text = (negative ? "-" : "") + std::to_string(ticks / scale);
    std::uint64_t rest = ticks % scale;
    if (rest != 0) {
      std::string digits = std::to_string(scale + rest).substr(1);  // zero-padded to the unit
      digits.erase(digits.find_last_not_of('0') + 1);
      text += "." + digits;
    }
    return text + std::string(unit.name);
  }
  return "0s";
}

std::string to_string(Time t) { return to_string(t.time_since_epoch()); }

}  // namespace lvs
