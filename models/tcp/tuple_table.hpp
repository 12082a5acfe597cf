// Which endpoint or TIME_WAIT record a segment belongs to: host and 4-tuple -> value. Open
// addressing with 8-byte slots; the keys are where the values point to.
#pragma once

#include <cstdint>
#include <vector>

#include "models/observe.hpp"
#include "models/packet/endpoint.hpp"

namespace lvs {

struct TcpTuple {
  HostId host;
  Endpoint local;
  Endpoint remote;

  friend bool operator==(const TcpTuple&, const TcpTuple&) = default;
};

/// A multiply-and-fold hash. The fold between the products matters: ports sit in the upper bits,
/// and a product alone never carries them down to the bits that choose the slot.
constexpr std::uint32_t tuple_hash(const TcpTuple& t) {
  std::uint64_t h =
      static_cast<std::uint64_t>(t.local.address.value) << 32 | t.remote.address.value;
  h *= 0x9e3779b97f4a7c15ULL;
  h ^= static_cast<std::uint64_t>(t.local.port.value) << 48 |
       static_cast<std::uint64_t>(t.remote.port.value) << 32 | t.host.value;
  h ^= h >> 32;
  h *= 0xd6e8feb86659fd93ULL;
  h ^= h >> 32;
  return static_cast<std::uint32_t>(h);
}

class TupleTable {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  TupleTable() : slots_(1024) {}

  /// The value whose key is(value) says is the one wanted; kNone if there is none.
  template <class Is>
  std::uint32_t find(std::uint32_t hash, Is&& is) const {
    const std::uint32_t mask = static_cast<std::uint32_t>(slots_.size() - 1);
    for (std::uint32_t at = hash & mask;; at = (at + 1) & mask) {
      const Slot& slot = slots_[at];
      if (slot.value == kNone) return kNone;
      if (slot.hash == hash && is(slot.value)) return slot.value;
    }
  }
  void insert(std::uint32_t hash, std::uint32_t value);
  /// Requires: (hash, value) is in the table.
  void erase(std::uint32_t hash, std::uint32_t value);
  /// Changes the value of an entry, whose key stays.
  void replace(std::uint32_t hash, std::uint32_t value, std::uint32_t by);
  std::size_t size() const { return used_; }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t value = kNone;
  };
  std::uint32_t place_of(std::uint32_t hash, std::uint32_t value) const;
  void grow();

  std::vector<Slot> slots_;  ///< a power of two, at most half full
  std::size_t used_ = 0;
};

}  // namespace lvs
