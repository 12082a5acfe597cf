#include "results/claim.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "results/text.hpp"

namespace lvs {
namespace {

struct Scale {
  double size;
  std::string_view name;
};

template <std::size_t N>
std::string scaled(double value, const std::array<Scale, N>& scales) {
  for (const Scale& scale : scales) {
    if (value >= scale.size) return shortest(value / scale.size) + std::string(scale.name);
  }
  return shortest(value / scales.back().size) + std::string(scales.back().name);
}

std::string_view words(Comparison comparison) {
  switch (comparison) {
    case Comparison::at_most: return "at most";
    case Comparison::at_least: return "at least";
    case Comparison::below: return "below";
    case Comparison::above: return "above";
    case Comparison::equals: return "equals";
    case Comparison::between: return "between";
  }
  return "";
}

}  // namespace

std::string to_string(const ClaimValue& v) {
  constexpr std::array<Scale, 4> kTimes{{{1, "s"}, {1e-3, "ms"}, {1e-6, "us"}, {1e-9, "ns"}}};
  constexpr std::array<Scale, 3> kRates{{{1e9, "Gbit/s"}, {1e6, "Mbit/s"}, {1, "bit/s"}}};
  switch (v.unit) {
    case ValueUnit::number: return shortest(v.value);
    case ValueUnit::time: return v.value == 0 ? "0s" : scaled(v.value, kTimes);
    case ValueUnit::size: return shortest(v.value) + "B";
    case ValueUnit::bit_rate: return scaled(v.value, kRates);
    case ValueUnit::per_second: return shortest(v.value) + "/s";
    case ValueUnit::share: return shortest(v.value * 100) + "%";
  }
  return "";
}

std::string describe(const Claim& claim) {
  if (!claim.text.empty()) return claim.text;
  std::string text = claim.metric;
  if (claim.cause) text += " by " + *claim.cause;
  if (claim.of) text += " of " + *claim.of;
  if (claim.during) {
    text += fmt::format(" during {}..{}", to_string(claim.during->from),
                        to_string(claim.during->until));
  }
  if (claim.at) text += " at " + to_string(*claim.at);
  text += fmt::format(" {} {}", words(claim.comparison), to_string(claim.low));
  if (claim.comparison == Comparison::between) text += " and " + to_string(claim.high);
  return text;
}

bool satisfies(const Claim& claim, double value) {
  switch (claim.comparison) {
    case Comparison::at_most: return value <= claim.low.value;
    case Comparison::at_least: return value >= claim.low.value;
    case Comparison::below: return value < claim.low.value;
    case Comparison::above: return value > claim.low.value;
    case Comparison::equals: return value == claim.low.value;
    case Comparison::between: return claim.low.value <= value && value <= claim.high.value;
  }
  return false;
}

}  // namespace lvs
