// The Observer behind every summary: adds up the ends of requests and connections as they come, in
// memory that does not grow with their number.
#pragma once

#include <memory>
#include <vector>

#include "models/observe.hpp"
#include "results/run_facts.hpp"
#include "results/series.hpp"
#include "results/tally.hpp"

namespace lvs {

struct RecorderPlan {
  std::vector<WorkloadPlan> workloads;  ///< by WorkloadId
  std::vector<HostId> servers;          ///< in the order of RunFacts::servers
  TimeSpan measured;                    ///< [warmup, warmup + run)
  Time end = kStart;                    ///< the latest end of the run, drain included
  std::vector<TimeSpan> windows;        ///< the `during:` of claims; each gets its own exact tally
  /// Of every request the time inside it is added up, for Little's law: from where to where the
  /// counters that it is held against are read.
  TimeSpan presence;
  bool drops_transient = false;  ///< warmup: auto; keeps what drop_transient() needs
};

/// What MSER-5 took from the start of the measured time.
struct Transient {
  Duration dropped{};
  bool too_short = false;
};

/// Ask the models for Watch::kExchanges. Not copyable: its tallies point to its layout.
class Recorder final : public Observer {
 public:
  explicit Recorder(RecorderPlan plan);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void observe(const Record&) override {}
  void request_ended(const RequestEnd& request) override;
  void connection_ended(const ConnectionEnd& connection) override;

  const TallyLayout& layout() const { return *layout_; }
  /// Of the requests and connections whose arrival was measured.
  const Tally& measured() const { return measured_; }
  /// Of all that arrived in the span, measured or not; null unless the plan has it.
  const Tally* window(const TimeSpan& span) const;
  const Series& series() const { return series_; }

  /// Drops from measured() what MSER-5 finds transient in the mean response per second, in
  /// twentieths of the run, rounded up. Call once, at the end. Requires: the plan asked for it.
  Transient drop_transient();

  /// All that ended, measured or not, and the time of the requests inside RecorderPlan::presence.
  struct Ended {
    std::uint64_t connections = 0;
    std::uint64_t requests = 0;
    detail::Int128 request_time = 0;  ///< ticks
  };
  const Ended& ended(WorkloadId workload) const { return ended_[workload.index()]; }

  /// Adds the workloads, the counts of servers and services, and the balance to the facts, which
  /// must hold the servers of the plan in its order, the services with their destinations, and the
  /// window.
  void fill(RunFacts& facts) const;

 private:
  struct Window {
    TimeSpan span;
    Tally tally;
  };
  template <class End>
  void add(const End& end);
  void fill_workload(RunFacts& facts, std::size_t w, std::size_t first_target,
                     std::size_t last_target) const;

  RecorderPlan plan_;
  std::unique_ptr<const TallyLayout> layout_;
  Tally measured_;
  std::vector<Tally> slices_;  // equal parts of the measured time, if a transient may be dropped
  std::vector<Window> windows_;
  Series series_;
  std::vector<Ended> ended_;  ///< by workload
};

}  // namespace lvs
