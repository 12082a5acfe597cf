// The work of one group of server processes: jobs with a demand, cores that serve them.
//
// fcfs: at most `cores` jobs in service, the others wait in order. ps: all jobs in service, each of
// n at the rate min(1, cores/n) (design.md 1.1). `speed` divides demands, also of jobs already in
// service.
//
// Both disciplines are one mechanism: a virtual clock that runs at the rate of each job in service;
// a job leaves when the clock reaches its value at the start of service plus the demand. A heap
// keeps these ends, one timer of the Simulator stands at the first.
//
// Rounding: the clock is an integer of 2^-32 ps, floored once per change of its rate; a job whose
// remaining demand is below 2^-16 ps is done; a departure is on the first whole tick that is not
// before its exact instant. So departures are exact, rounded up once, and nothing accumulates until
// 65536 changes happen within one job. With speed 1 and no more jobs than cores everything is whole
// from the start.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/id.hpp"
#include "sim/simulator.hpp"
#include "sim/units.hpp"

namespace lvs {

struct JobTag;
using JobId = Id<JobTag>;

/// Core-time or job-time: ticks times a count, which exceeds 64 bits from a few cores and days on.
using WeightedTime = detail::Int128;

class ServiceQueue {
 public:
  enum class Discipline : std::uint8_t { fcfs, ps };

  /// A rate relative to a core's own, kept as an exact fraction.
  struct Speed {
    std::uint32_t over = 1;
    std::uint32_t under = 1;
    /// The fraction with terms up to 10^6 that a decimal or a ratio meant: 0.2 is 1/5 and 1.0/3 is
    /// 1/3, exactly; what is none is cut to a convergent. Requires: kLowestSpeed <= speed <=
    /// kHighestSpeed.
    static Speed of(double speed);
  };
  static constexpr double kLowestSpeed = 1e-3;
  static constexpr double kHighestSpeed = 1e3;
  static constexpr std::uint32_t kMostCores = 4096;

  struct Settings {
    std::uint32_t cores = 1;
    Discipline discipline = Discipline::fcfs;
    double speed = 1;
  };

  /// `index` is the target of this queue's EventKind::service_departure timer.
  ServiceQueue(Simulator& simulator, std::uint32_t index, Settings settings);
  ~ServiceQueue();
  ServiceQueue(ServiceQueue&&) = delete;  // owners keep queues where they do not move (std::deque)

  /// A job arrives now. `owner` comes back when it is done. Requires: demand >= 0.
  JobId submit(std::uint32_t owner, Duration demand);
  /// Takes a job away unfinished (the client reset the connection). Requires: it is still here.
  void remove(JobId job);

  /// To be called on EventKind::service_departure with this target, until it returns nothing:
  ///   while (auto owner = queue.take_departure()) respond(*owner);
  /// Jobs of one instant leave in the order of their exact ends, equal ends in the order of
  /// submission. Everything else here may be called between the calls.
  std::optional<std::uint32_t> take_departure();

  /// From now on. Jobs in service keep what they have done.
  void set_speed(double speed);
  /// Nothing makes progress until resume(); submit() still takes jobs.
  void hang();
  void resume();
  bool hung() const { return hung_; }
  /// Takes all jobs away (power off). Counters and integrals stay.
  void clear();

  std::uint32_t cores() const { return cores_; }
  std::uint32_t in_service() const { return static_cast<std::uint32_t>(ends_.size()); }
  std::uint32_t waiting() const { return waiting_; }
  std::uint32_t in_system() const { return in_service() + waiting_; }

  /// Integrals from the start of the run up to now, exact: cores at work (none while hung), and
  /// jobs in the system (Little's law). A window is a difference of two readings.
  WeightedTime busy_core_time() const;
  WeightedTime job_time() const;
  std::uint64_t submitted() const { return submitted_; }
  std::uint64_t completed() const { return completed_; }
  /// By remove() and clear(): submitted = completed + removed + in_system.
  std::uint64_t removed() const { return removed_; }

 private:
  /// Virtual time in 2^-32 ps.
  __extension__ using Virtual = unsigned __int128;

  struct Job {
    std::uint64_t number = 0;  ///< order of submission
    Duration demand{};
    std::uint32_t owner = 0;
    std::uint32_t place = 0;     ///< in ends_, or kWaiting, or kFree
    std::uint32_t previous = 0;  ///< waiting jobs in order
    std::uint32_t next = 0;      ///< waiting jobs in order; free slots
  };
  struct End {
    Virtual at;
    std::uint64_t number;
    std::uint32_t job;
    bool operator<(const End& other) const {
      return at < other.at || (at == other.at && number < other.number);
    }
  };
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  static constexpr std::uint32_t kWaiting = kNone;
  static constexpr std::uint32_t kFree = kNone - 1;

  std::uint32_t new_slot();
  void free_slot(std::uint32_t at);
  void start_service(std::uint32_t at);
  void admit_waiting();
  void link_waiting(std::uint32_t at);
  void unlink_waiting(std::uint32_t at);
  void put_end(std::uint32_t place, const End& end);
  void remove_end(std::uint32_t place);
  void sift_up(std::uint32_t place, const End& end);
  void sift_down(std::uint32_t place, const End& end);

  bool working() const { return !hung_ && !ends_.empty(); }
  std::uint32_t busy_cores() const;
  Virtual progress(Duration span) const;
  void advance();
  void plan();
  Time first_departure() const;

  // set at construction
  Simulator& simulator_;
  std::uint32_t cores_;
  Discipline discipline_;
  TimerId timer_;

  // changes as events run
  Speed speed_;
  bool hung_ = false;
  Time advanced_to_{};                ///< the instant of clock_ and of the integrals
  Virtual clock_ = Virtual{1} << 32;  ///< above any end's allowance
  std::vector<End> ends_;             ///< a heap of the jobs in service
  std::vector<Job> jobs_;
  std::uint32_t free_ = kNone;
  std::uint32_t waiting_ = 0;
  std::uint32_t first_waiting_ = kNone;
  std::uint32_t last_waiting_ = kNone;

  // counters
  std::uint64_t submitted_ = 0;
  std::uint64_t completed_ = 0;
  std::uint64_t removed_ = 0;
  WeightedTime busy_ = 0;
  WeightedTime present_ = 0;
};

}  // namespace lvs
