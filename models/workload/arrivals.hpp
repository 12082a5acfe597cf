// Open arrivals: when the next connection of a workload begins, whatever became of the earlier
// ones.
#pragma once

#include <cstdint>

#include "sim/random.hpp"
#include "sim/time.hpp"
#include "sim/units.hpp"

namespace lvs {

/// The gaps between the arrivals of one workload, in whole ticks.
///
/// poisson: independent exponential gaps of mean 1/rate, each rounded to the nearest tick; the
/// first arrival is one gap after the start. deterministic: arrival k (from 0) at k / rate, rounded
/// to the nearest tick from the exact quotient, so there is no drift: a window of w seconds holds w
/// * rate of them, and the first is at the start itself.
class ArrivalProcess {
 public:
  /// Arrivals per second. Requires: kLowestRate <= rate <= kHighestRate.
  static ArrivalProcess poisson(double rate);
  static ArrivalProcess deterministic(double rate);

  static constexpr double kLowestRate = 1e-6;   ///< once in 11 days; runs last 30 at most
  static constexpr double kHighestRate = 1e12;  ///< one a tick

  /// The time from the previous arrival (from the start, for the first) to the next one.
  /// Deterministic arrivals draw nothing.
  Duration next_gap(RandomStream& stream);

  double rate() const { return rate_; }

 private:
  explicit ArrivalProcess(double rate);
  Duration next_exact_gap();

  // set at construction
  double rate_;
  bool random_ = true;
  // 1/rate in ticks is whole_ + part_ / parts_, exactly
  std::int64_t whole_ = 0;
  detail::Int128 part_ = 0;
  detail::Int128 parts_ = 1;

  // changes as arrivals are made
  detail::Int128 carried_ = 0;
  bool started_ = false;
};

}  // namespace lvs
