// The hash and the table size of mh (spec/ipvs.md 2.13). The table is Maglev's (Eisenbud et al.,
// NSDI 2016, section 3.4) but for weights, which give a server several slots in a row.
#pragma once

#include <cstdint>

#include "models/ipvs/schedulers/sip_hash.hpp"
#include "models/packet/endpoint.hpp"

namespace lvs {

inline constexpr std::uint32_t kMaglevSlots = 4093;  ///< a prime; Debian's kernel (table index 12)
/// A server takes at most so many slots in a turn, in bits: half the table index.
inline constexpr int kMaglevTurnBits = 6;

inline constexpr std::uint64_t kMaglevKey1 = 2654435761;
inline constexpr std::uint64_t kMaglevKey2 = 2654446892;

/// Of a client or a server; `offset` tells the tries of mh-fallback apart.
constexpr std::uint32_t maglev_hash(Ipv4Address address, Port port, std::uint64_t key,
                                    std::uint32_t offset = 0) {
  const std::uint32_t sum = offset + port.value + address.value;
  return static_cast<std::uint32_t>(sip_hash_13(sum, key, key));
}

}  // namespace lvs
