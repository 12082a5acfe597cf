#include "models/net/mac_table.hpp"

#include <algorithm>

namespace lvs {

void MacTable::insert(std::uint64_t key, std::uint16_t port, Time now) {
  if (2 * (used_ + 1) > entries_.size()) {
    std::vector<Entry> old(entries_.size() * 2);
    old.swap(entries_);
    mask_ = entries_.size() - 1;
    for (const Entry& entry : old) {
      if (entry.key != 0) find(entry.key) = entry;
    }
  }
  find(key) = {key, now, port};
  ++used_;
}

void MacTable::forget_port(std::uint16_t port) {
  std::vector<Entry> old(entries_.size());
  old.swap(entries_);
  used_ = 0;
  for (const Entry& entry : old) {
    if (entry.key == 0 || entry.port == port) continue;
    find(entry.key) = entry;
    ++used_;
  }
}

std::vector<MacTable::Entry> MacTable::entries(Time now) const {
  std::vector<Entry> live;
  for (const Entry& entry : entries_) {
    if (entry.key != 0 && now - entry.seen < kAgeing) live.push_back(entry);
  }
  std::sort(live.begin(), live.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
  return live;
}

}  // namespace lvs
