// Latencies with bounded relative error and bounded memory: a log-linear histogram (HDR layout) of
// picoseconds. 1024 sub-buckets per power of two, so a quantile is within 0.1 % of the exact one;
// count, sum, minimum and maximum are exact integers; merging is exact in any order.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sim/time.hpp"
#include "sim/units.hpp"

namespace lvs {

/// A share of the samples as an integer, so that ceil(p*n) and n*(1-p) are exact: 99'900 is p99.9.
struct Percentile {
  static constexpr std::uint64_t kWhole = 100'000;

  std::uint32_t per_100_000 = 0;

  friend constexpr auto operator<=>(Percentile, Percentile) = default;
};
inline constexpr Percentile kP50{50'000};
inline constexpr Percentile kP90{90'000};
inline constexpr Percentile kP99{99'000};
inline constexpr Percentile kP999{99'900};

/// A percentile, or nothing when fewer than ten samples lie above it (metrics.md: n*(1-p) < 10).
struct Quantile {
  std::optional<Duration> value;
  std::uint64_t needed = 0;  ///< how many samples this percentile takes: 10/(1-p), rounded up
};

/// One point of the complementary distribution: `above` samples are longer than `value`.
struct CcdfPoint {
  Duration value{};
  std::uint64_t above = 0;

  friend bool operator==(const CcdfPoint&, const CcdfPoint&) = default;
};

class Histogram {
 public:
  /// Requires: latency >= 0.
  void record(Duration latency);
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  /// Exact, rounded once to the nearest picosecond. Nothing without samples, as min and max.
  std::optional<Duration> mean() const;
  std::optional<Duration> min() const;
  std::optional<Duration> max() const;
  /// Nearest rank: the sample of rank ceil(p*n), as the middle of its bucket kept within [min,
  /// max]. Requires: 0 < p < 1.
  Quantile quantile(Percentile p) const;
  /// Ascending, 64 points per power of two where there are samples, exact counts, and at last the
  /// maximum, which nothing is above. Empty without samples.
  std::vector<CcdfPoint> ccdf() const;

 private:
  static constexpr int kSubBits = 10;
  static constexpr std::size_t kSubBuckets = std::size_t{1} << kSubBits;
  // Row 0 holds 0..1023 one by one; row r >= 1 holds [2^(r+9), 2^(r+10)) in steps of 2^(r-1).
  static constexpr std::size_t kRows = 63 - kSubBits + 1;
  using Row = std::array<std::uint64_t, kSubBuckets>;

  /// Requires: the row exists and 1 <= rank <= count.
  Duration sample_of_rank(std::uint64_t rank) const;

  // A row is allocated (8 KiB) when its first sample comes: at most 54 of them.
  std::array<std::unique_ptr<Row>, kRows> rows_{};
  std::uint64_t count_ = 0;
  detail::Int128 sum_ = 0;  // picoseconds; 64 bits would end at 9e6 seconds
  std::int64_t min_ = 0;
  std::int64_t max_ = 0;
};

}  // namespace lvs
