// The only owner of the clock: what is pending, in which order it happens, and when "now" is.
#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "sim/check.hpp"
#include "sim/event.hpp"
#include "sim/event_queue.hpp"
#include "sim/time.hpp"
#include "sim/timing_wheel.hpp"

namespace lvs {

class Simulator {
 public:
  explicit Simulator(EventQueue::Structure structure = EventQueue::Structure::calendar)
      : queue_(structure) {}

  Time now() const { return now_; }
  /// Events executed so far; printed with a broken invariant.
  std::uint64_t executed() const { return executed_; }
  bool idle() const { return queue_.empty(); }

  /// The position of a cause that happens now. Each call returns a later one.
  Stamp stamp() { return {++last_stamp_}; }

  /// Schedules an event whose cause is this call. Requires: t >= now().
  void at(Time t, EventCode kind, std::uint32_t target, std::uint32_t argument) {
    at(t, stamp(), kind, target, argument);
  }
  /// As above for a cause whose stamp was taken before. Requires: t >= now().
  void at(Time t, Stamp cause, EventCode kind, std::uint32_t target, std::uint32_t argument) {
    LVS_REQUIRE(t >= now_, "an event is not scheduled in the past");
    queue_.push({t, event_order(cause, kind), target, argument});
  }

  /// Timers (timing_wheel.hpp). `kind` is at least kTimerKinds; the event has `target` and, as its
  /// argument, the timer. A timer that fires is disarmed.
  TimerId create_timer(EventCode kind, std::uint32_t target) { return wheel_.create(kind, target); }
  void destroy_timer(TimerId id) { wheel_.destroy(id); }
  void retarget(TimerId id, std::uint32_t target) { wheel_.retarget(id, target); }
  Time deadline(TimerId id) const { return wheel_.deadline(id); }
  bool armed(TimerId id) const { return wheel_.deadline(id) != kNever; }
  void disarm(TimerId id) { wheel_.disarm(id); }
  /// Requires: deadline >= now().
  void arm(TimerId id, Time deadline) {
    LVS_REQUIRE(deadline >= now_ && deadline != kNever, "a timer is armed for the future");
    if (wheel_.arm(id, now_, deadline, stamp())) {
      queue_.push(wheel_.due_event(id));
    } else {
      plan_visit();
    }
  }

  /// Executes every event up to and including `end` by dispatch(event), then sets the clock to
  /// `end`. dispatch may return void, or bool: false stops after that event and leaves the clock
  /// there.
  template <class Dispatch>
  void run_until(Time end, Dispatch&& dispatch) {
    Event event;
    while (queue_.pop(end, event)) {
      LVS_REQUIRE(event.time >= now_, "time does not go back");
      now_ = event.time;
      if (event.kind() == kEngineEvent) {
        visit_wheel();
        continue;
      }
      if (event.kind() >= kTimerKinds && !wheel_.fires(event)) continue;
      ++executed_;
      if constexpr (std::is_same_v<decltype(dispatch(event)), bool>) {
        if (!dispatch(event)) return;
      } else {
        dispatch(event);
      }
    }
    if (end > now_) now_ = end;
  }

 private:
  // The visits in the queue, latest first, each earlier than the one before: a new one is queued
  // only if none that is queued comes in time. One that comes too early finds nothing and plans
  // anew.
  void plan_visit() {
    const Time visit = wheel_.next_visit();
    if (visit == kNever || (!visits_.empty() && visits_.back() <= visit)) return;
    visits_.push_back(visit);
    queue_.push({visit, event_order({}, kEngineEvent), 0, 0});
  }
  void visit_wheel() {
    visits_.pop_back();
    wheel_.visit(now_, [this](const Event& event) { queue_.push(event); });
    plan_visit();
  }

  Time now_ = kStart;
  std::uint64_t last_stamp_ = 0;
  std::uint64_t executed_ = 0;
  EventQueue queue_;
  TimingWheel wheel_;
  std::vector<Time> visits_;
};

}  // namespace lvs
