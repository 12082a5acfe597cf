#include "results/histogram.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "sim/check.hpp"

namespace lvs {
namespace {

/// A simple sequence that covers many powers of two: 1, 6, 31, 156, ... modulo a large prime.
std::vector<std::int64_t> scattered(std::size_t count) {
  std::vector<std::int64_t> values;
  std::uint64_t x = 1;
  for (std::size_t i = 0; i < count; ++i) {
    x = (x * 48'271) % 2'147'483'647;
    values.push_back(static_cast<std::int64_t>(x << (i % 17)));
  }
  return values;
}

Histogram histogram_of(const std::vector<std::int64_t>& values) {
  Histogram h;
  for (const std::int64_t v : values) h.record(Duration{v});
  return h;
}

std::int64_t nearest_rank(std::vector<std::int64_t> values, std::uint64_t per_100_000) {
  std::sort(values.begin(), values.end());
  const std::uint64_t rank = (values.size() * per_100_000 + 99'999) / 100'000;
  return values[rank - 1];
}

}  // namespace

TEST_CASE("a quantile is within 0.1 % of the nearest-rank sample", "[results][histogram]") {
  const auto values = scattered(20'000);
  const Histogram h = histogram_of(values);
  for (const std::uint32_t p : {1U, 10'000U, 50'000U, 90'000U, 99'000U, 99'900U}) {
    INFO("p = " << p << " / 100 000");
    const auto exact = static_cast<double>(nearest_rank(values, p));
    const Quantile q = h.quantile({p});
    REQUIRE(q.value);
    CHECK(static_cast<double>(q.value->count()) == Approx(exact).epsilon(0.001));
  }
}

TEST_CASE("the rank of a quantile is p*n rounded up", "[results][histogram]") {
  std::vector<std::int64_t> values;  // below 1024 ps every value has its own bucket
  for (std::int64_t v = 1; v <= 101; ++v) values.push_back(v);
  const Histogram h = histogram_of(values);
  CHECK(h.quantile(kP50).value == Duration{51});  // 50.5 rounds up; 50 would be the lower one
  CHECK(h.quantile(kP90).value == Duration{91});  // 90.9
  values.pop_back();
  CHECK(histogram_of(values).quantile(kP50).value == Duration{50});  // exactly 50: not 51
}

TEST_CASE("a percentile with fewer than ten samples above it is refused with the number it needs",
          "[results][histogram]") {
  struct Case {
    Percentile p;
    std::uint64_t needed;
  };
  const auto c = GENERATE(values<Case>({{kP50, 20}, {kP90, 100}, {kP99, 1'000}, {kP999, 10'000}}));
  Histogram h;
  for (std::uint64_t i = 1; i < c.needed; ++i) h.record(milliseconds(3));
  CHECK_FALSE(h.quantile(c.p).value);
  CHECK(h.quantile(c.p).needed == c.needed);
  h.record(milliseconds(3));
  CHECK(h.quantile(c.p).value ==
        milliseconds(3));  // 0.9 is not exact in binary: n*(1-p) was 9.99..
}

TEST_CASE("count, mean, minimum and maximum are exact", "[results][histogram]") {
  Histogram h;
  CHECK_FALSE(h.mean());
  CHECK_FALSE(h.max());
  h.record(Duration{1'000'000'007});
  h.record(Duration{1'000'000'008});
  CHECK(h.count() == 2);
  CHECK(h.min() == Duration{1'000'000'007});
  CHECK(h.max() == Duration{1'000'000'008});
  CHECK(h.mean() == Duration{1'000'000'008});  // 7.5 rounds up
}

TEST_CASE("the sum of a million latencies of an hour does not overflow", "[results][histogram]") {
  Histogram h;
  for (int i = 0; i < 1'000'000; ++i) h.record(seconds(3'600));  // 3.6e21 ps in all
  CHECK(h.mean() == seconds(3'600));
}

TEST_CASE("zero and the longest span have buckets, and a negative latency stops the run",
          "[results][histogram]") {
  Histogram h;
  h.record(Duration{0});
  h.record(Duration::max());
  CHECK(h.min() == Duration{0});
  CHECK(h.max() == Duration::max());
  CHECK(h.ccdf().back() == CcdfPoint{Duration::max(), 0});
  CHECK_THROWS_AS(h.record(Duration{-1}), InternalError);
}

TEST_CASE("merging histograms gives the histogram of all samples, in any order",
          "[results][histogram]") {
  const auto values = scattered(3'000);
  const Histogram whole = histogram_of(values);
  const Histogram a = histogram_of({values.begin(), values.begin() + 700});
  const Histogram b = histogram_of({values.begin() + 700, values.end()});
  Histogram ab;
  ab.merge(a);
  ab.merge(b);
  ab.merge(Histogram{});
  Histogram ba;
  ba.merge(b);
  ba.merge(a);
  for (const Histogram* merged : {&ab, &ba}) {
    CHECK(merged->count() == whole.count());
    CHECK(merged->mean() == whole.mean());
    CHECK(merged->min() == whole.min());
    CHECK(merged->max() == whole.max());
    CHECK(merged->ccdf() == whole.ccdf());
  }
}

TEST_CASE("the complementary distribution counts exactly and ends at the maximum",
          "[results][histogram]") {
  const auto values = scattered(5'000);
  const auto points = histogram_of(values).ccdf();
  REQUIRE(points.size() > 100);
  for (const CcdfPoint& point : points) {
    const auto above = std::count_if(values.begin(), values.end(),
                                     [&](std::int64_t v) { return v > point.value.count(); });
    REQUIRE(point.above == static_cast<std::uint64_t>(above));
  }
  CHECK(points.back().value.count() == *std::max_element(values.begin(), values.end()));
  CHECK(points.back().above == 0);
}

TEST_CASE("equal samples give that sample and not the middle of its bucket",
          "[results][histogram]") {
  Histogram h;
  for (int i = 0; i < 100; ++i) h.record(Duration{123'456'789'123});
  CHECK(h.quantile(kP50).value == Duration{123'456'789'123});
}

}  // namespace lvs
