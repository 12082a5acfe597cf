// The director's timers: connections, the 2 s tick of the statistics, the trash
// (spec/ipvs.md 4.2, 7.2, 1.6).
#include <algorithm>

#include "models/ipvs/director.hpp"
#include "sim/check.hpp"

namespace lvs {
namespace {

/// An entry that still controls others when its timer fires gets another minute (4.2).
constexpr Jiffies kPostponement = jiffies_of_seconds(60);
constexpr Jiffies kTrashIdle = jiffies_of_seconds(120);

/// a is later than b; counters wrap.
bool later(Jiffies a, Jiffies b) { return static_cast<std::int32_t>(a - b) > 0; }

}  // namespace

void Director::expire(const Event& event) {
  const TimerId timer{event.argument};
  if (event.kind() == code(EventKind::ipvs_connection)) {
    expire_connection(owner(event));
  } else if (event.kind() == code(EventKind::ipvs_collection)) {
    collect(event);
  } else if (timer == statistics_timer_) {
    tick();
  } else if (timer == trash_timer_) {
    visit_trash();
  } else if (timer == defence_timer_) {
    defend();
  } else {
    LVS_REQUIRE(timer == sweep_timer_, "a timer of a director is known to it");
    sweep();
  }
}

/// Starts the timer anew: expires = now + timeout. Most packets of a connection leave the deadline
/// in the granule where it is, and then the timer is not touched.
void Director::restart(Connection& c, Jiffies timeout) {
  c.clear(Connection::Flag::kDying);
  const Jiffies expires = jiffies() + timeout;
  if (expires == c.expires && timeout == c.timeout) return;  // again in the same jiffy
  const Jiffies armed = firing_jiffy(c.expires, c.timeout);
  c.timeout = timeout;
  c.expires = expires;
  if (firing_jiffy(expires, timeout) != armed) arm(c);
}

void Director::arm(const Connection& c) {
  simulator_.arm(c.timer, clock_.time(firing_jiffy(c.expires, c.timeout)));
}

/// "Fire now": the entry goes at the next tick; a timer that is only waiting for its granule is
/// left.
void Director::expire_now(Connection& c) {
  c.set(Connection::Flag::kDying);
  const Jiffies now = jiffies();
  if (!later(c.expires, now)) return;
  c.timeout = 0;
  c.expires = now;
  arm(c);
}

/// Whose timer fired. The target names the slot, unless the table grew while the event was due.
Connection& Director::owner(const Event& event) {
  const TimerId timer{event.argument};
  const ConnectionId named{event.target & ((std::uint32_t{1} << kDirectorShift) - 1)};
  if (table_[named].used() && table_[named].timer == timer) return table_[named];
  Connection* found = nullptr;
  table_.each([&](Connection& c) {
    if (c.timer == timer) found = &c;
  });
  LVS_REQUIRE(found != nullptr, "a connection's timer has a connection");
  return *found;
}

void Director::expire_connection(Connection& c) {
  if (c.controlled > 0) {
    c.timeout = kPostponement;
    c.expires = jiffies() + kPostponement;
    arm(c);
  } else {
    remove(c);
  }
}

void Director::arm_after(TimerId timer, Jiffies delta) {
  simulator_.arm(timer, clock_.time(firing_jiffy(jiffies() + delta, delta)));
}

/// The tick has its place on the jiffy counter from the start of the run, whenever services come.
void Director::start_ticks() {
  if (simulator_.armed(statistics_timer_)) return;
  arm_after(defence_timer_, kDefencePeriod);
  const Jiffies now = jiffies();
  Jiffies next = first_tick_;
  if (!later(next, now)) next += ((now - next) / kTickPeriod + 1) * kTickPeriod;
  simulator_.arm(statistics_timer_, clock_.time(next));
}

void Director::tick() {
  simulator_.arm(statistics_timer_, clock_.time(jiffies() + kTickPeriod));
  if (sysctls_.run_estimation == 0) return;
  total_.tick();
  for (const auto& [key, id] : index_of_services_) {
    Service& service = services_[id.index()];
    service.statistics.tick();
    for (const DestinationId server : service.destinations) {
      destinations_[server.index()].statistics.tick();
    }
  }
}

/// Frees deleted destinations 120 s after the first visit that found them without references.
void Director::visit_trash() {
  const Jiffies now = jiffies();
  std::erase_if(trash_, [&](DestinationId id) {
    Destination& destination = destinations_[id.index()];
    if (destination.references > 0) return false;
    if (destination.idle_since == 0) {
      destination.idle_since = now;
      return false;
    }
    if (now - destination.idle_since < kTrashIdle) return false;
    free_destinations_.push_back(id);
    return true;
  });
  if (!trash_.empty()) arm_after(trash_timer_, kTrashPeriod);
}

/// A scheduler looks for entries of its cache to forget.
void Director::collect(const Event& event) {
  Service& service = services_[event.target & ((std::uint32_t{1} << kDirectorShift) - 1)];
  service.scheduler->collect(destinations(service));
  arm_after(service.collection, Scheduler::kCollectionPeriod);
}

/// expire_nodest_conn: the connections of deleted destinations go at once, first those that control
/// none, then the controllers that are left without any (1.6).
void Director::sweep() {
  const auto sweepable = [this](const Connection& c) { return c.controlled == 0 && is_gone(c); };
  table_.each([&](Connection& c) {
    if (!sweepable(c)) return;
    const ConnectionId controller = c.controller;
    remove(c);
    if (controller.valid() && table_[controller].controlled == 0) remove(table_[controller]);
  });
}

}  // namespace lvs
