#include "results/statistics/mser.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace lvs {
namespace {

/// `batches` batches of five that all have the batch's value as their mean, but not as their
/// values.
std::vector<double> series_of(const std::vector<double>& batches) {
  std::vector<double> series;
  for (const double z : batches) {
    for (const double around : {-2.0, -1.0, 0.0, 1.0, 2.0}) series.push_back(z + around);
  }
  return series;
}

}  // namespace

TEST_CASE("MSER-5 drops the batches of a start that is far off", "[results][mser]") {
  const Truncation cut = mser5(series_of({90, 50, 20, 10, 11, 9, 10, 11, 9, 10, 11, 9}));
  CHECK(cut.drop == 15);  // three batches of five
  CHECK_FALSE(cut.too_short);
}

TEST_CASE("MSER-5 weighs what it drops against what is left by hand", "[results][mser]") {
  // d=0: mean 3.5, sum 20 / 64 = 0.3125. d=1: {2 4 2 4 2 4 3}: mean 3, sum 6 / 49 = 0.1224.
  // d=2: {4 2 4 2 4 3}: mean 19/6, sum 4.8333 / 36 = 0.1343. d=3: {2 4 2 4 3}: 4 / 25 = 0.16.
  // d=4: {4 2 4 3}: mean 3.25, sum 2.75 / 16 = 0.1719.
  CHECK(mser5(series_of({7, 2, 4, 2, 4, 2, 4, 3})).drop == 5);
}

TEST_CASE("MSER-5 drops nothing from a series that is steady from the start", "[results][mser]") {
  const Truncation cut = mser5(std::vector<double>(100, 4.0));
  CHECK(cut.drop == 0);
  CHECK_FALSE(cut.too_short);
}

TEST_CASE("MSER-5 says that a run is too short when the best cut is half of it",
          "[results][mser]") {
  // It grows to the end, so that every further cut is better: d stops at n/2.
  const Truncation cut = mser5(series_of({0, 100, 200, 290, 370, 440, 500, 550}));
  CHECK(cut.drop == 20);
  CHECK(cut.too_short);
  CHECK(mser5(std::vector<double>(19, 1.0)).too_short);
}

TEST_CASE("MSER-5 leaves out what does not fill a batch", "[results][mser]") {
  auto series = series_of({90, 10, 11, 9, 10, 11});
  const Truncation whole = mser5(series);
  series.insert(series.end(), {1e6, 1e6, 1e6, 1e6});
  CHECK(mser5(series).drop == whole.drop);
}

}  // namespace lvs
