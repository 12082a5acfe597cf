// The hold model (workloads W1 and W1b): N pending events; the first is taken and one is added
// after it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace lvs {

/// xoshiro256++ with its state filled by splitmix64 (both by Vigna), as the workload's definition
/// asks.
class Xoshiro256 {
 public:
  explicit Xoshiro256(std::uint64_t seed);
  std::uint64_t next();
  /// Exponential, by inversion of 53 bits.
  double exponential(double mean);

 private:
  std::array<std::uint64_t, 4> state_;
};

/// Gaps between an event and its successor: exponential, mean 2^30 ticks, from a table of 8192
/// picked by a linear congruential generator, so that drawing costs next to nothing. Every program
/// that implements the workload sees the same sequence and must print the same checksum.
class HoldIncrements {
 public:
  HoldIncrements();
  std::int64_t next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return table_[state_ >> 51] + static_cast<std::int64_t>(state_ >> 20 & 0xfffff);
  }

 private:
  std::array<std::int64_t, 8192> table_;
  std::uint64_t state_ = 0x853c49e6748fea9b;
};

/// sum * 31 + (time ^ payload), over every hold.
class HoldChecksum {
 public:
  void add(std::int64_t time, std::uint32_t payload) {
    sum_ = sum_ * 31 + (static_cast<std::uint64_t>(time) ^ payload);
  }
  std::uint64_t value() const { return sum_; }

 private:
  std::uint64_t sum_ = 0;
};

/// Holds before the timed ones.
constexpr std::size_t hold_warm_up(std::size_t pending) {
  return 2 * pending > 100'000 ? 2 * pending : 100'000;
}

}  // namespace lvs
