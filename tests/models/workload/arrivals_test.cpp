#include "models/workload/arrivals.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "sim/check.hpp"

namespace lvs {
namespace {

RandomStream a_stream() { return {{}, "web", "arrivals"}; }

// When arrival k (from 0) is, by adding gaps.
Duration arrival(double rate, int k) {
  ArrivalProcess process = ArrivalProcess::deterministic(rate);
  RandomStream stream = a_stream();
  Duration at{};
  for (int i = 0; i <= k; ++i) at += process.next_gap(stream);
  return at;
}

}  // namespace

TEST_CASE("deterministic arrivals begin at the start and stand at exact multiples", "[workload]") {
  CHECK(arrival(400, 0) == Duration{0});
  CHECK(arrival(400, 1) == microseconds(2500));
  CHECK(arrival(400, 24'000) == seconds(60));
  // A third of a second is no whole number of ticks: rounded gaps would be 333333 ticks short.
  CHECK(arrival(3, 1) == Duration{333'333'333'333});
  CHECK(arrival(3, 2) == Duration{666'666'666'667});
  CHECK(arrival(3, 1'000'000 * 3) == seconds(1'000'000));
  CHECK(arrival(7, 1'000'000 * 7 + 1) == seconds(1'000'000) + Duration{142'857'142'857});
  CHECK(arrival(0.1, 100) == seconds(1000));
  CHECK(arrival(0x1p-19, 3) == seconds(3 * (1 << 19)));
  CHECK(arrival(1e12, 1000) == Duration{1000});
}

TEST_CASE("deterministic arrivals draw nothing", "[workload]") {
  ArrivalProcess process = ArrivalProcess::deterministic(100);
  RandomStream stream = a_stream();
  RandomStream untouched = stream;
  for (int i = 0; i < 10; ++i) process.next_gap(stream);
  CHECK(stream.next() == untouched.next());
}

TEST_CASE("poisson arrivals come at their rate, and as unevenly as chance has it", "[workload]") {
  ArrivalProcess process = ArrivalProcess::poisson(2000);
  RandomStream stream = a_stream();
  constexpr int kArrivals = 200'000;
  Time now = kStart;
  int in_second = 0;
  double squares = 0;
  int seconds_seen = 0;
  for (int i = 0; i < kArrivals; ++i) {
    const Duration gap = process.next_gap(stream);
    REQUIRE(gap >= Duration::zero());
    now += gap;
    while (now >= kStart + seconds(seconds_seen + 1)) {
      squares += (in_second - 2000.0) * (in_second - 2000.0);
      in_second = 0;
      ++seconds_seen;
    }
    ++in_second;
  }
  const double expected = kArrivals / 2000.0;
  CHECK(to_seconds(now - kStart) == Approx(expected).margin(5 * expected / std::sqrt(kArrivals)));
  // The variance of a count is its mean; that of about 100 counts is known to 14 %.
  CHECK(squares / seconds_seen == Approx(2000).epsilon(0.7));
  CHECK(squares / seconds_seen > 1000);
}

TEST_CASE("a rate out of range is refused", "[workload]") {
  CHECK_THROWS_AS(ArrivalProcess::poisson(0), InternalError);
  CHECK_THROWS_AS(ArrivalProcess::deterministic(-1), InternalError);
  CHECK_THROWS_AS(ArrivalProcess::deterministic(1e13), InternalError);
}

}  // namespace lvs
