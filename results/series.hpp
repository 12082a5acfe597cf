// What happened when: counts by server in bins of one second (longer where a run has very many).
#pragma once

#include <cstdint>
#include <vector>

#include "models/observe.hpp"
#include "results/claim.hpp"
#include "results/run_facts.hpp"
#include "results/tally.hpp"
#include "sim/units.hpp"

namespace lvs {

/// One bin at one server. Everything but `finished` counts in the bin of its arrival.
struct SeriesCell {
  OutcomeCounts connections;
  OutcomeCounts requests;
  std::uint64_t finished = 0;       ///< requests completed in this bin, whenever they arrived
  detail::Int128 response_sum = 0;  ///< picoseconds, over completed requests
};

class Series {
 public:
  static constexpr std::size_t kMostCells = 200'000;  // 32 MB

  /// Covers [0, end]. The bin is 1 s, or the first of 2 5 10 20 50 ... s with at most kMostCells.
  Series(const TallyLayout& layout, Time end);

  void add(const RequestEnd& request);
  void add(const ConnectionEnd& connection);

  Duration bin() const { return bin_; }
  std::size_t bins() const { return bins_; }
  Time start_of(std::size_t bin) const { return kStart + bin_ * static_cast<std::int64_t>(bin); }
  /// Server places are those of the layout.
  const SeriesCell& at(std::size_t bin, std::size_t server) const;
  /// The mean response in seconds, by bin of arrival, of the bins that begin in `span`; a bin
  /// without completed requests repeats the one before (0 at the start).
  std::vector<double> mean_response(const TimeSpan& span) const;

 private:
  SeriesCell& cell(Time t, HostId server);

  const TallyLayout* layout_;
  Duration bin_ = seconds(1);
  std::size_t bins_ = 1;
  std::vector<SeriesCell> cells_;
};

}  // namespace lvs
