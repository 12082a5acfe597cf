// The table of 256 buckets of sh and dh, and their hash (spec/ipvs.md 2.7, 2.8).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "models/ipvs/scheduler.hpp"

namespace lvs {

/// The kernel's multiplicative hash: the upper `bits` of x times 2^32 / golden ratio.
constexpr std::uint32_t multiplicative_hash(std::uint32_t x, int bits) {
  return (x * 0x61C88647U) >> (32 - bits);
}

inline constexpr int kHashTableBits = 8;  ///< Debian's kernel
inline constexpr std::uint32_t kHashTableSize = 1U << kHashTableBits;

using HashTable = std::array<DestinationId, kHashTableSize>;

/// Deals the buckets to the servers in list order, in turn: to each `share(server)` in a row, but
/// at least one. Empty if there is no server.
template <class Share>
HashTable deal(const DestinationList& servers, Share&& share) {
  HashTable table;
  if (servers.empty()) return table;
  std::size_t at = 0;
  std::int32_t count = 0;
  for (DestinationId& bucket : table) {
    bucket = servers.id(at);
    if (++count < share(servers[at])) continue;
    count = 0;
    at = at + 1 == servers.size() ? 0 : at + 1;
  }
  return table;
}

}  // namespace lvs
