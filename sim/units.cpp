#include "sim/units.hpp"

#include <array>
#include <string_view>

namespace lvs {

std::string to_string(ByteCount size) {
  constexpr std::int64_t kMebi = 1024 * 1024;
  if (size.value != 0 && size.value % kMebi == 0) return std::to_string(size.value / kMebi) + "MiB";
  if (size.value != 0 && size.value % 1024 == 0) return std::to_string(size.value / 1024) + "KiB";
  return std::to_string(size.value) + "B";
}

std::string to_string(BitRate rate) {
  struct Unit {
    std::int64_t scale;
    std::string_view name;
  };
  constexpr std::array<Unit, 3> kUnits{
      {{1'000'000'000, "Gbit/s"}, {1'000'000, "Mbit/s"}, {1'000, "kbit/s"}}};
  for (const Unit& unit : kUnits) {
    if (rate.bits_per_second < unit.scale) continue;
    std::string text = std::to_string(rate.bits_per_second / unit.scale);
    if (const std::int64_t rest = rate.bits_per_second % unit.scale; rest != 0) {
      std::string digits = std::to_string(unit.scale + rest).substr(1);
      digits.erase(digits.find_last_not_of('0') + 1);
      text += "." + digits;
    }
    return text + std::string(unit.name);
  }
  return std::to_string(rate.bits_per_second) + "bit/s";
}

}  // namespace lvs
