// Routing decisions that a host has taken, so that the packets of a flow after the first pay one
// look-up. A decision holds while HostState::generation() stays what it was; an older one is taken
// anew. So a packet meets the same decision with the cache and without it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/host/interface.hpp"
#include "models/host/neighbours.hpp"
#include "models/packet/ipv4_address.hpp"

namespace lvs {

/// Direct-mapped: a decision takes the place of whatever was in its slot.
template <class Decision>
class RouteCache {
 public:
  struct Key {
    Ipv4Address source;
    Ipv4Address destination;
    InterfaceId arrival;

    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Entry {
    Key key;
    std::uint32_t generation = 0;  ///< of HostState; 0: never taken
    NeighbourId neighbour;         ///< of the next hop, once it was asked for
    Decision decision;
  };

  /// The entry of `key`; if it is not there, with the decision that decide() returns. Valid until
  /// the next call.
  template <class Decide>
  Entry& get(const Key& key, std::uint32_t generation, Decide&& decide) {
    Entry* entry = &entries_[slot(key)];
    if (entry->generation == generation && entry->key == key) [[likely]]
      return *entry;
    if (entry->generation == generation && ++conflicts_ > entries_.size()) [[unlikely]] {
      grow();
      entry = &entries_[slot(key)];
    }
    *entry = {key, generation, NeighbourId{}, decide()};
    return *entry;
  }

 private:
  static constexpr std::size_t kMost = 4096;  ///< entries, 224 KiB: a host of as many flows

  std::size_t slot(const Key& key) const {
    const std::uint64_t addresses =
        static_cast<std::uint64_t>(key.source.value) << 32 | key.destination.value;
    return (addresses + key.arrival.value) * 0x9e3779b97f4a7c15ULL >> 32 & (entries_.size() - 1);
  }
  /// A host with one peer keeps one entry; one with many grows while flows push each other out.
  void grow() {
    conflicts_ = 0;
    if (entries_.size() < kMost) entries_.assign(entries_.size() * 4, Entry{});
  }

  std::vector<Entry> entries_ = std::vector<Entry>(1);  ///< a power of two
  std::size_t conflicts_ = 0;  ///< decisions lost to another flow since the last growth
};

}  // namespace lvs
