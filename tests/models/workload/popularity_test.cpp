#include "models/workload/popularity.hpp"

#include <array>
#include <catch2/catch.hpp>

#include "sim/check.hpp"

namespace lvs {

TEST_CASE("uniform popularity takes each equally often", "[workload]") {
  const PopularityPicker picker = PopularityPicker::uniform(5);
  RandomStream stream({}, "web", "popularity");
  std::array<int, 5> seen{};
  for (int i = 0; i < 50'000; ++i) ++seen.at(picker.pick(stream));
  for (const int count : seen) CHECK(count == Approx(10'000).margin(5 * 90));
}

TEST_CASE("zipf popularity takes the first n^s times as often as the n-th", "[workload]") {
  const PopularityPicker picker = PopularityPicker::zipf(4, 1);
  RandomStream stream({}, "web", "popularity");
  std::array<int, 4> seen{};
  for (int i = 0; i < 50'000; ++i) ++seen.at(picker.pick(stream));
  CHECK(seen[0] == Approx(24'000).margin(5 * 112));  // of 1 + 1/2 + 1/3 + 1/4 = 25/12
  CHECK(seen[1] == Approx(12'000).margin(5 * 96));
  CHECK(seen[3] == Approx(6'000).margin(5 * 73));
}

TEST_CASE("one item alone is taken without a draw, none is refused", "[workload]") {
  RandomStream stream({}, "web", "popularity");
  RandomStream untouched = stream;
  CHECK(PopularityPicker::uniform(1).pick(stream) == 0);
  CHECK(PopularityPicker::zipf(1, 0.9).pick(stream) == 0);
  CHECK(stream.next() == untouched.next());
  CHECK_THROWS_AS(PopularityPicker::uniform(0), InternalError);
}

}  // namespace lvs
