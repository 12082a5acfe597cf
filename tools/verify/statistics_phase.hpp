// Which phases of the 2 s statistics tick explain a listing of statistics. The tick changes nothing
// but what such listings show: the counters as they stood at the last tick before. So one run's
// history of the counters answers for all phases at once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/ipvs/director.hpp"
#include "tools/verify/recording_scenario.hpp"

namespace lvs::verify {

/// Counters as they stand, not as they are shown, by "TCP 10.1.10.3:80" and, of its servers,
/// "TCP 10.1.10.3:80 192.168.184.129:80".
using CounterSnapshot = std::map<std::string, TrafficCounters>;
CounterSnapshot counters_of(const Director& director);

/// How the counters stood at the start of each of the kStatisticsPhases jiffies up to that of a
/// listing; fewer if the run is younger. Jiffies count from the start of the run.
struct CounterHistory {
  const std::vector<CounterSnapshot>& snapshots;
  std::vector<std::size_t> at;  ///< by jiffy, which of them; the last is that of `last`
  Jiffies last = 0;
  Jiffies first_tick = 0;  ///< of the statistics, were their phase 0
};

/// By phase, how badly the listing contradicts it: 0 not at all, below 1000 only by bare ACKs.
using PhaseMisfits = std::vector<std::uint32_t>;

/// If two listings of statistics differ only by this many packets of a bare ACK (52 bytes) that the
/// recorded real servers sent in addition: how many. A real server acknowledges a FIN by a segment
/// of its own if its process closes only after the next jiffy; when it runs is not recorded.
std::optional<std::uint64_t> acknowledgements_apart(const std::string& recorded,
                                                    const std::string& simulated);

/// Numbers that the listing abbreviates contradict nothing.
PhaseMisfits phase_misfits(const CounterHistory& history, const std::string& listing);

}  // namespace lvs::verify
