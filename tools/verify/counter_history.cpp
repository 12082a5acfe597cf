#include "tools/verify/counter_history.hpp"

#include <algorithm>
#include <utility>

namespace lvs::verify {

CounterHistory HistoryKeeper::up_to(Time time) {
  const auto jiffy = static_cast<Jiffies>(time.time_since_epoch() / kJiffy);
  const Jiffies from = jiffy < kStatisticsPhases ? 0 : jiffy - kStatisticsPhases + 1;
  for (next_ = std::max(next_, from); next_ <= jiffy; ++next_) {
    replay_.run_to(kStart + static_cast<std::int64_t>(next_) * kJiffy);
    CounterSnapshot now = counters_of(replay_.director());
    if (snapshots_.empty() || snapshots_.back() != now) snapshots_.push_back(std::move(now));
    at_[next_] = snapshots_.size() - 1;
  }
  CounterHistory history{snapshots_, {}, jiffy, first_tick_};
  for (Jiffies j = from; j <= jiffy; ++j) history.at.push_back(at_.at(j));
  return history;
}

}  // namespace lvs::verify
