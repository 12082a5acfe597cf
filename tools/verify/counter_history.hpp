// The counters of a run, jiffy by jiffy.
#pragma once

#include <map>
#include <vector>

#include "tools/verify/replay.hpp"
#include "tools/verify/statistics_phase.hpp"

namespace lvs::verify {

/// Runs a replay jiffy by jiffy and remembers how the counters stood.
class HistoryKeeper {
 public:
  HistoryKeeper(Replay& replay, std::uint32_t jiffies_phase)
      : replay_(replay),
        first_tick_(firing_jiffy(jiffies_phase + kTickDelay, kTickDelay) - jiffies_phase) {}

  /// Requires: times ascend. What is returned refers to this.
  CounterHistory up_to(Time time);

 private:
  Replay& replay_;
  Jiffies first_tick_;
  Jiffies next_ = 0;
  std::vector<CounterSnapshot> snapshots_;
  std::map<Jiffies, std::size_t> at_;
};

}  // namespace lvs::verify
