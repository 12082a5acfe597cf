// What IPVS counts per real server, per service and in total, and what ipvsadm shows of it: a
// snapshot taken every 2 s, and rates estimated from the same snapshots (spec/ipvs.md 7.1, 7.2).
#pragma once

#include <cstdint>

namespace lvs {

struct TrafficCounters {
  std::uint64_t connections = 0;
  std::uint64_t packets_in = 0;
  std::uint64_t packets_out = 0;
  std::uint64_t bytes_in = 0;  ///< IP headers and all they carry, no link header
  std::uint64_t bytes_out = 0;

  friend bool operator==(const TrafficCounters&, const TrafficCounters&) = default;
};

/// As shown: per second. The "bps" columns of ipvsadm are bytes per second.
using TrafficRates = TrafficCounters;

class Statistics {
 public:
  TrafficCounters live;

  /// The 2 s tick: a new snapshot, a new rate.
  void tick();
  /// `ipvsadm -Z`: the present snapshot becomes the zero point and the rates start again. What came
  /// after the last tick is therefore shown again at the next one.
  void zero();
  /// What `ipvsadm --stats` shows.
  TrafficCounters shown() const;
  /// What `ipvsadm --rate` shows.
  TrafficRates rates() const;

 private:
  TrafficCounters snapshot_;  ///< also the previous sample of the estimator
  TrafficCounters zero_;
  // moving averages: packets and connections in 1/2^10 per second, bytes in 1/2^5
  std::int64_t connection_rate_ = 0;
  std::int64_t packet_in_rate_ = 0;
  std::int64_t packet_out_rate_ = 0;
  std::int64_t byte_in_rate_ = 0;
  std::int64_t byte_out_rate_ = 0;
};

}  // namespace lvs
