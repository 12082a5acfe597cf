#include "sim/timing_wheel.hpp"

#include <algorithm>
#include <utility>

namespace lvs {

TimerId TimingWheel::create(EventCode kind, std::uint32_t target) {
  LVS_REQUIRE(kind >= kTimerKinds, "a timer has a timer's kind");
  if (free_ == kNone) {
    free_ = static_cast<std::uint32_t>(timers_.size());
    timers_.emplace_back();
  }
  const std::uint32_t at = free_;
  Timer& timer = timers_[at];
  free_ = timer.next;
  timer = Timer{};
  timer.order = kind;
  timer.target = target;
  return TimerId{at};
}

void TimingWheel::destroy(TimerId id) {
  Timer& timer = timers_[id.index()];
  if (timer.filed) unlink(timer);
  timer.deadline = kNever;
  timer.filed = false;
  timer.next = free_;
  free_ = id.value;
}

bool TimingWheel::file_anew(TimerId id, Time now) {
  Timer& timer = timers_[id.index()];
  if (timer.filed) unlink(timer);
  timer.filed = false;
  // Slots up to now were visited, so the cursor may follow the clock.
  cursor_ = std::max(cursor_, tick_of(now));
  return file(id.value);
}

/// Links the timer into the slot of its deadline; returns true if that slot was already visited.
bool TimingWheel::file(std::uint32_t at) {
  Timer& timer = timers_[at];
  const std::uint64_t tick = tick_of(timer.deadline);
  if (tick <= cursor_) return true;
  const int level = (std::bit_width(tick ^ cursor_) - 1) / 8;
  LVS_REQUIRE(level < kLevels, "a deadline is within the range of the wheel");
  timer.level = static_cast<std::uint8_t>(level);
  timer.slot = static_cast<std::uint8_t>(tick >> (8 * level));
  Level& row = levels_[static_cast<std::size_t>(level)];
  std::uint32_t& head = row.heads[timer.slot];
  timer.previous = kNone;
  timer.next = head;
  if (head != kNone) timers_[head].previous = at;
  head = at;
  row.occupied[timer.slot / 64] |= std::uint64_t{1} << (timer.slot % 64);
  timer.filed = true;
  return false;
}

void TimingWheel::unlink(Timer& timer) {
  Level& row = levels_[timer.level];
  if (timer.next != kNone) timers_[timer.next].previous = timer.previous;
  if (timer.previous != kNone) {
    timers_[timer.previous].next = timer.next;
    return;
  }
  row.heads[timer.slot] = timer.next;
  if (timer.next == kNone) {
    row.occupied[timer.slot / 64] &= ~(std::uint64_t{1} << (timer.slot % 64));
  }
}

Time TimingWheel::next_visit() const {
  for (unsigned level = 0; level < kLevels; ++level) {
    const unsigned slot = levels_[level].first_occupied();
    if (slot == 256) continue;
    return Time{Duration{static_cast<std::int64_t>(slot_start(level, slot) << kSlotShift)}};
  }
  return kNever;
}

/// Empties the next occupied slot, moves the cursor to its start and returns its first timer.
std::uint32_t TimingWheel::take_next_slot() {
  for (unsigned level = 0; level < kLevels; ++level) {
    Level& row = levels_[level];
    const unsigned slot = row.first_occupied();
    if (slot == 256) continue;
    cursor_ = slot_start(level, slot);
    row.occupied[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
    return std::exchange(row.heads[slot], kNone);
  }
  return kNone;
}

}  // namespace lvs
