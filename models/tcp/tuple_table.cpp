#include "models/tcp/tuple_table.hpp"

#include "sim/check.hpp"

namespace lvs {

void TupleTable::insert(std::uint32_t hash, std::uint32_t value) {
  if (2 * (used_ + 1) > slots_.size()) grow();
  const std::uint32_t mask = static_cast<std::uint32_t>(slots_.size() - 1);
  std::uint32_t at = hash & mask;
  while (slots_[at].value != kNone) at = (at + 1) & mask;
  slots_[at] = {hash, value};
  ++used_;
}

std::uint32_t TupleTable::place_of(std::uint32_t hash, std::uint32_t value) const {
  const std::uint32_t mask = static_cast<std::uint32_t>(slots_.size() - 1);
  std::uint32_t at = hash & mask;
  while (slots_[at].value != value || slots_[at].hash != hash) {
    LVS_REQUIRE(slots_[at].value != kNone, "a connection that leaves the table was in it");
    at = (at + 1) & mask;
  }
  return at;
}

void TupleTable::replace(std::uint32_t hash, std::uint32_t value, std::uint32_t by) {
  slots_[place_of(hash, value)].value = by;
}

/// Backward-shift deletion: no tombstones, so a table in steady state does no upkeep.
void TupleTable::erase(std::uint32_t hash, std::uint32_t value) {
  const std::uint32_t mask = static_cast<std::uint32_t>(slots_.size() - 1);
  std::uint32_t hole = place_of(hash, value);
  for (std::uint32_t at = (hole + 1) & mask; slots_[at].value != kNone; at = (at + 1) & mask) {
    const std::uint32_t home = slots_[at].hash & mask;
    if (((at - home) & mask) >= ((at - hole) & mask)) {
      slots_[hole] = slots_[at];
      hole = at;
    }
  }
  slots_[hole] = {};
  --used_;
}

void TupleTable::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  used_ = 0;
  for (const Slot& slot : old) {
    if (slot.value != kNone) insert(slot.hash, slot.value);
  }
}

}  // namespace lvs
