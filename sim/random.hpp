// Named random streams. A stream is a function of (seed, replication, component, purpose, item) and
// of nothing else: no stream depends on which other components exist, in which order they draw, or
// how many jobs there were (design.md 3.12).
//
// Counter-based: Philox 4x64 with 10 rounds (Salmon et al., SC'11; Random123). Key = (seed,
// replication); counter = (block, item, hash of component, hash of purpose). Streams of different
// items are disjoint by construction; names are told apart by 64-bit FNV-1a.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

namespace lvs {

/// What distinguishes one run of a scenario from its repetitions.
struct StreamKey {
  std::uint64_t seed = 1;
  std::uint64_t replication = 0;
};

/// FNV-1a with the 64-bit parameters. Written out because std::hash differs between libraries.
constexpr std::uint64_t name_hash(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  return hash;
}

/// One sequence of random words: a UniformRandomBitGenerator. A copy continues on its own from
/// where the original was. Words are made four at a time, on demand: making a stream costs a few
/// stores.
class RandomStream {
 public:
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }

  RandomStream(StreamKey key, std::string_view component, std::string_view purpose,
               std::uint64_t item = 0)
      : RandomStream(key, name_hash(component), name_hash(purpose), item) {}

  result_type next() {
    if (used_ == 4) refill();
    return words_[used_++];
  }
  result_type operator()() { return next(); }

  /// Uniform in [0, 1): the upper 53 bits of one word, so a multiple of 2^-53.
  double uniform01() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// Uniform in (0, 1]: for logarithms and negative powers.
  double uniform01_above_zero() { return static_cast<double>((next() >> 11) + 1) * 0x1p-53; }
  /// Uniform in 0..bound-1 without bias. Requires: bound > 0.
  std::uint64_t below(std::uint64_t bound);

 private:
  friend class StreamFamily;
  RandomStream(StreamKey key, std::uint64_t component, std::uint64_t purpose, std::uint64_t item)
      : key_{key.seed, key.replication}, counter_{0, item, component, purpose} {}

  void refill();

  std::array<std::uint64_t, 2> key_;
  std::array<std::uint64_t, 4> counter_;  ///< of the block to make next
  std::array<std::uint64_t, 4> words_{};
  unsigned used_ = 4;
};

/// The streams of one component and purpose, one for each item: the demand of request k is drawn on
/// item(k), whichever server evaluates it. item() is a few stores.
class StreamFamily {
 public:
  StreamFamily(StreamKey key, std::string_view component, std::string_view purpose)
      : key_(key), component_(name_hash(component)), purpose_(name_hash(purpose)) {}

  RandomStream item(std::uint64_t number) const { return {key_, component_, purpose_, number}; }

 private:
  StreamKey key_;
  std::uint64_t component_;
  std::uint64_t purpose_;
};

}  // namespace lvs
