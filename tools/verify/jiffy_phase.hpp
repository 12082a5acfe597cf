// Which phases of the jiffy counter can be told apart. A phase decides in which granule a timer
// ends, so when an entry goes; between two phases that let every entry go in the same gap between
// two events of the script nothing differs.
#pragma once

#include <cstdint>
#include <vector>

#include "models/ipvs/director.hpp"
#include "sim/time.hpp"
#include "tools/verify/recording_scenario.hpp"

namespace lvs::verify {

/// Watches a run and tells how far its phase may be raised before something changes.
class PhaseClass {
 public:
  /// `instants`: of the script's events, ascending.
  explicit PhaseClass(std::vector<Time> instants) : instants_(std::move(instants)) {}

  /// A timer of `director` has fired: the entry is still in its table.
  void fired(const Director& director, const Record& record);
  /// The run stopped here: what was still armed had not fired.
  void stopped(const Director& director);

  /// The next phase that may differ: at least one more.
  std::uint32_t next(std::uint32_t phase) const { return phase + step_; }
  /// Phases this far apart are alike: the longest granule of a timer that mattered.
  std::uint32_t period() const { return period_; }

 private:
  void limit(std::uint32_t step, unsigned shift);

  std::vector<Time> instants_;
  std::uint32_t step_ = kJiffyPhases;
  std::uint32_t period_ = 1;
};

}  // namespace lvs::verify
