// Sizes and rates as types, and the one place that rounds a transmission time.
#pragma once

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>

#include "sim/time.hpp"

namespace lvs {

/// A number of bytes (of a frame, a file, a queue).
struct ByteCount {
  std::int64_t value = 0;

  friend constexpr auto operator<=>(ByteCount, ByteCount) = default;
  constexpr ByteCount& operator+=(ByteCount other) { return value += other.value, *this; }
  constexpr ByteCount& operator-=(ByteCount other) { return value -= other.value, *this; }
  friend constexpr ByteCount operator+(ByteCount a, ByteCount b) { return {a.value + b.value}; }
  friend constexpr ByteCount operator-(ByteCount a, ByteCount b) { return {a.value - b.value}; }
};

/// Bits per second; always finite and above zero once a scenario has been checked.
struct BitRate {
  std::int64_t bits_per_second = 0;

  friend constexpr auto operator<=>(BitRate, BitRate) = default;
};

constexpr ByteCount bytes(std::int64_t n) { return {n}; }
constexpr ByteCount kibibytes(std::int64_t n) { return {n * 1024}; }
constexpr BitRate bits_per_second(std::int64_t n) { return {n}; }
constexpr BitRate megabits_per_second(std::int64_t n) { return {n * 1'000'000}; }
constexpr BitRate gigabits_per_second(std::int64_t n) { return {n * 1'000'000'000}; }

namespace detail {
__extension__ using Int128 = __int128;  // bits times ticks exceeds 64 bits from 1.2 MB on
}

/// The time to put `size` on a wire of `rate`: computed from the whole size and rounded up once, to
/// the next picosecond. Requires: rate > 0.
constexpr Duration transmission_time(ByteCount size, BitRate rate) {
  const auto bits = static_cast<detail::Int128>(size.value) * 8;
  const auto ticks = (bits * 1'000'000'000'000 + rate.bits_per_second - 1) / rate.bits_per_second;
  return Duration{static_cast<std::int64_t>(ticks)};
}

/// "1500B"; "1Gbit/s", "2.5Mbit/s": the form that scenarios use.
std::string to_string(ByteCount size);
std::string to_string(BitRate rate);
inline std::ostream& operator<<(std::ostream& out, ByteCount v) { return out << to_string(v); }
inline std::ostream& operator<<(std::ostream& out, BitRate v) { return out << to_string(v); }

}  // namespace lvs
