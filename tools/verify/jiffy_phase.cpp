#include "tools/verify/jiffy_phase.hpp"

#include <algorithm>

namespace lvs::verify {

void PhaseClass::limit(std::uint32_t step, unsigned shift) {
  step_ = std::min(step_, std::max<std::uint32_t>(step, 1));
  period_ = std::max(period_, std::uint32_t{1} << shift);
}

/// Raised by one, the phase lets the timer fire a jiffy earlier, until its end falls into the next
/// granule and it fires a granule later.
void PhaseClass::fired(const Director& director, const Record& record) {
  const Ipv4Address client{static_cast<std::uint32_t>(record.values[0])};
  const Port port{static_cast<std::uint16_t>(record.values[1])};
  const Jiffies now = director.jiffies();
  director.connections().each([&](const Connection& c) {
    if (c.client_address != client || c.client_port != port) return;
    if (firing_jiffy(c.expires, c.timeout) != now) return;  // removed by a command
    const unsigned shift = granule_shift(c.timeout);
    const Jiffies granule = Jiffies{1} << shift;
    const Jiffies to_next = granule - (c.expires & (granule - 1));
    const auto after = std::upper_bound(instants_.begin(), instants_.end(), record.time);
    Jiffies to_event = kJiffyPhases;
    if (after != instants_.begin()) {
      to_event = static_cast<Jiffies>((record.time - *(after - 1)) / kJiffy);
    }
    limit(std::min(to_next, to_event), shift);
  });
}

/// Never early: what has time left is still there under every phase. What waits for its granule
/// goes before the end of the run if the phase is raised enough.
void PhaseClass::stopped(const Director& director) {
  const Jiffies now = director.jiffies();
  director.connections().each([&](const Connection& c) {
    if (static_cast<std::int32_t>(c.expires - now) >= 0) return;
    limit(firing_jiffy(c.expires, c.timeout) - now, granule_shift(c.timeout));
  });
}

}  // namespace lvs::verify
