// Timers that are mostly re-armed before they fire: connection expiry, retransmission, neighbours.
//
// The wheel only finds deadlines. A re-arm writes the new deadline and leaves the timer where it is
// filed; when the wheel visits that slot it files the timer again, or, if the deadline lies in the
// slot, hands it to the event queue with the stamp of its arming. So a timer fires at its exact
// deadline, in the order (time, stamp) like every event, and a re-arm costs two stores.
//
// Slots are 2^30 ps (1.07 ms) wide at level 0 and 256 times wider at each next level.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "sim/check.hpp"
#include "sim/event.hpp"
#include "sim/id.hpp"
#include "sim/time.hpp"

namespace lvs {

struct TimerTag;
using TimerId = Id<TimerTag>;

class TimingWheel {
 public:
  /// A disarmed timer whose event will carry `kind` (at least kTimerKinds) and `target`.
  TimerId create(EventCode kind, std::uint32_t target);
  void destroy(TimerId id);
  /// Changes whom the timer concerns; for owners whose index moves.
  void retarget(TimerId id, std::uint32_t target) { timers_[id.index()].target = target; }
  std::uint32_t target(TimerId id) const { return timers_[id.index()].target; }
  /// kNever if disarmed.
  Time deadline(TimerId id) const { return timers_[id.index()].deadline; }

  void disarm(TimerId id) { timers_[id.index()].deadline = kNever; }

  /// Sets the deadline. Returns true if the deadline falls into a slot that was already visited:
  /// then the caller must push due_event(id) itself.
  bool arm(TimerId id, Time now, Time deadline, Stamp stamp) {
    Timer& timer = timers_[id.index()];
    timer.deadline = deadline;
    timer.order = event_order(stamp, static_cast<EventCode>(timer.order & 0xff));
    if (timer.filed && tick_of(deadline) >= slot_start(timer)) return false;
    return file_anew(id, now);
  }

  Event due_event(TimerId id) const {
    const Timer& timer = timers_[id.index()];
    return {timer.deadline, timer.order, timer.target, id.value};
  }

  /// Whether `event` is the timer's present deadline; if so the timer is disarmed.
  bool fires(const Event& event) {
    Timer& timer = timers_[event.argument];
    if (timer.deadline != event.time || timer.order != event.order) return false;
    timer.deadline = kNever;
    return true;
  }

  /// When the next slot with timers must be visited; kNever if there is none.
  Time next_visit() const;

  /// Visits every slot that starts at or before `now`; calls push(event) for each timer due in
  /// them.
  template <class Push>
  void visit(Time now, Push&& push) {
    while (next_visit() <= now) {
      for (std::uint32_t at = take_next_slot(); at != kNone;) {
        Timer& timer = timers_[at];
        const std::uint32_t next = timer.next;
        timer.filed = false;
        if (timer.deadline != kNever && file(at)) push(due_event(TimerId{at}));
        at = next;
      }
    }
  }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  static constexpr int kSlotShift = 30;
  static constexpr int kLevels = 5;

  struct Timer {
    Time deadline = kNever;
    std::uint64_t order = 0;
    std::uint32_t target = 0;
    std::uint32_t previous = kNone;
    std::uint32_t next = kNone;
    std::uint8_t level = 0;
    std::uint8_t slot = 0;
    bool filed = false;
  };
  static_assert(sizeof(Timer) == 32);

  struct Level {
    std::array<std::uint32_t, 256> heads;
    std::array<std::uint64_t, 4> occupied{};
    Level() { heads.fill(kNone); }
    /// The first occupied slot, or 256.
    unsigned first_occupied() const {
      for (unsigned word = 0; word < 4; ++word) {
        if (occupied[word] != 0) {
          return word * 64 + static_cast<unsigned>(std::countr_zero(occupied[word]));
        }
      }
      return 256;
    }
  };

  static std::uint64_t tick_of(Time t) {
    return static_cast<std::uint64_t>(t.time_since_epoch().count()) >> kSlotShift;
  }
  std::uint64_t slot_start(unsigned level, unsigned slot) const {
    const int above = 8 * (static_cast<int>(level) + 1);
    const std::uint64_t upper = above >= 64 ? 0 : cursor_ >> above << above;
    return upper | static_cast<std::uint64_t>(slot) << (8 * level);
  }
  std::uint64_t slot_start(const Timer& timer) const { return slot_start(timer.level, timer.slot); }

  bool file_anew(TimerId id, Time now);
  bool file(std::uint32_t at);
  void unlink(Timer& timer);
  std::uint32_t take_next_slot();

  std::vector<Timer> timers_;
  std::uint32_t free_ = kNone;
  std::uint64_t cursor_ = 0;  ///< every slot that starts at or before this tick has been visited
  std::array<Level, kLevels> levels_;
};

}  // namespace lvs
