// What a learning switch knows: MAC address -> port and when it was last seen
// (spec/linux-host.md 8.1).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/packet/mac_address.hpp"
#include "sim/time.hpp"

namespace lvs {

class MacTable {
 public:
  /// The bridge's default ageing_time.
  static constexpr Duration kAgeing = seconds(300);

  struct Entry {
    std::uint64_t key = 0;  ///< the address with bit 48 set; 0 is a free slot
    Time seen = kStart;
    std::uint16_t port = 0;
  };

  MacTable() : entries_(64), mask_(63) {}

  /// A frame from `mac` came in by `port`: the entry is made, moved or refreshed.
  void learn(MacAddress mac, std::uint16_t port, Time now) {
    Entry& entry = find(key_of(mac));
    if (entry.key == 0) return insert(key_of(mac), port, now);
    entry.port = port;
    entry.seen = now;
  }
  /// The port of `mac`, unless it was not seen for kAgeing.
  std::optional<std::uint16_t> port_of(MacAddress mac, Time now) {
    const Entry& entry = find(key_of(mac));
    if (entry.key == 0 || now - entry.seen >= kAgeing) return std::nullopt;
    return entry.port;
  }
  /// The port went down: what was learned there is forgotten.
  void forget_port(std::uint16_t port);
  /// Live entries, sorted by address.
  std::vector<Entry> entries(Time now) const;

 private:
  static std::uint64_t key_of(MacAddress mac) { return std::uint64_t{1} << 48 | mac.number(); }
  Entry& find(std::uint64_t key) {
    std::size_t at = (key * 0x9e3779b97f4a7c15ULL >> 32) & mask_;
    while (entries_[at].key != key && entries_[at].key != 0) at = (at + 1) & mask_;
    return entries_[at];
  }
  void insert(std::uint64_t key, std::uint16_t port, Time now);

  std::vector<Entry> entries_;  ///< open addressing, at most half full
  std::size_t mask_;            ///< entries_.size() - 1
  std::size_t used_ = 0;
};

}  // namespace lvs
