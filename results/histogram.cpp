#include "results/histogram.hpp"

#include <algorithm>
#include <bit>

#include "sim/check.hpp"

namespace lvs {
namespace {

constexpr int kSubBits = 10;

struct Place {
  std::size_t row;
  std::size_t column;
};

constexpr Place place_of(std::int64_t ticks) {
  const auto value = static_cast<std::uint64_t>(ticks);
  const int width = std::bit_width(value);  // value < 2^width
  if (width <= kSubBits) return {0, static_cast<std::size_t>(value)};
  const int row = width - kSubBits;
  const std::uint64_t mantissa = value >> (row - 1);  // in [2^10, 2^11)
  return {static_cast<std::size_t>(row),
          static_cast<std::size_t>(mantissa & ((1U << kSubBits) - 1))};
}

constexpr std::int64_t lowest(Place p) {
  const auto column = static_cast<std::int64_t>(p.column);
  if (p.row == 0) return column;
  return ((std::int64_t{1} << kSubBits) + column) << (p.row - 1);
}

constexpr std::int64_t width_of(std::size_t row) {
  return row == 0 ? 1 : std::int64_t{1} << (row - 1);
}

static_assert(place_of(1023).row == 0 && place_of(1024).row == 1);
static_assert(lowest(place_of(1024)) == 1024 && lowest(place_of(2047)) == 2047);
static_assert(lowest(place_of(2049)) == 2048 && width_of(place_of(2049).row) == 2);
static_assert(place_of(INT64_MAX).row == 53 && place_of(INT64_MAX).column == 1023);

}  // namespace

void Histogram::record(Duration latency) {
  const std::int64_t ticks = latency.count();
  LVS_REQUIRE(ticks >= 0, "a latency is not negative");
  const Place place = place_of(ticks);
  std::unique_ptr<Row>& row = rows_[place.row];
  if (!row) [[unlikely]]
    row = std::make_unique<Row>();
  ++(*row)[place.column];
  min_ = count_ == 0 ? ticks : std::min(min_, ticks);
  max_ = std::max(max_, ticks);
  sum_ += ticks;
  ++count_;
}

void Histogram::merge(const Histogram& other) {
  if (other.empty()) return;
  for (std::size_t r = 0; r < kRows; ++r) {
    if (!other.rows_[r]) continue;
    if (!rows_[r]) rows_[r] = std::make_unique<Row>();
    for (std::size_t c = 0; c < kSubBuckets; ++c) (*rows_[r])[c] += (*other.rows_[r])[c];
  }
  min_ = empty() ? other.min_ : std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
  count_ += other.count_;
}

std::optional<Duration> Histogram::mean() const {
  if (empty()) return std::nullopt;
  const auto n = static_cast<detail::Int128>(count_);
  return Duration{static_cast<std::int64_t>((sum_ + n / 2) / n)};
}

std::optional<Duration> Histogram::min() const {
  return empty() ? std::nullopt : std::optional{Duration{min_}};
}

std::optional<Duration> Histogram::max() const {
  return empty() ? std::nullopt : std::optional{Duration{max_}};
}

Quantile Histogram::quantile(Percentile p) const {
  LVS_REQUIRE(p.per_100_000 > 0 && p.per_100_000 < Percentile::kWhole, "a percentile is in (0, 1)");
  constexpr std::uint64_t kSamplesAbove = 10;
  const std::uint64_t rest = Percentile::kWhole - p.per_100_000;
  Quantile result;
  result.needed = (kSamplesAbove * Percentile::kWhole + rest - 1) / rest;
  if (count_ < result.needed) return result;
  const auto scaled = static_cast<detail::Int128>(count_) * p.per_100_000;
  const auto whole = static_cast<detail::Int128>(Percentile::kWhole);
  result.value = sample_of_rank(static_cast<std::uint64_t>((scaled + whole - 1) / whole));
  return result;
}

Duration Histogram::sample_of_rank(std::uint64_t rank) const {
  std::uint64_t seen = 0;
  for (std::size_t r = 0; r < kRows; ++r) {
    if (!rows_[r]) continue;
    for (std::size_t c = 0; c < kSubBuckets; ++c) {
      seen += (*rows_[r])[c];
      if (seen < rank) continue;
      const std::int64_t middle = lowest({r, c}) + (width_of(r) - 1) / 2;
      return Duration{std::clamp(middle, min_, max_)};
    }
  }
  LVS_REQUIRE(false, "a rank is at most the count");
}

std::vector<CcdfPoint> Histogram::ccdf() const {
  constexpr std::size_t kGroup = kSubBuckets / 64;
  std::vector<CcdfPoint> points;
  std::uint64_t above = count_;
  for (std::size_t r = 0; r < kRows; ++r) {
    if (!rows_[r]) continue;
    for (std::size_t c = 0; c < kSubBuckets; c += kGroup) {
      std::uint64_t inside = 0;
      for (std::size_t k = 0; k < kGroup; ++k) inside += (*rows_[r])[c + k];
      if (inside == 0) continue;
      above -= inside;
      // The highest value of the group: the count above it is exact. The last point is the maximum.
      const std::int64_t top = lowest({r, c + kGroup - 1}) + (width_of(r) - 1);
      points.push_back({Duration{above == 0 ? max_ : top}, above});
    }
  }
  return points;
}

}  // namespace lvs
