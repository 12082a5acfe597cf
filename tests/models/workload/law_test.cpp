#include "models/workload/law.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "sim/check.hpp"

namespace lvs {
namespace {

struct NamedLaw {
  std::string name;
  RandomLaw law;
  double mean;
  double cv;
};

std::vector<NamedLaw> all_laws() {
  return {
      {"constant", RandomLaw::constant(8e9), 8e9, 0},
      {"exponential", RandomLaw::exponential(8e9), 8e9, 1},
      {"uniform", RandomLaw::uniform({2e9, 6e9}), 4e9, 1 / (2 * std::sqrt(3.0))},
      {"lognormal", RandomLaw::lognormal({1e9, 0.8}), 1e9, 0.8},
      {"gamma", RandomLaw::gamma({1e9, 0.5}), 1e9, 0.5},
      {"hyperexponential", RandomLaw::hyperexponential({1e9, 2}), 1e9, 2},
      {"pareto", RandomLaw::pareto({1e9, 2, 1e10}), 1e9, 0},  // cv in closed form below
      {"empirical", RandomLaw::empirical({1e9, 1e9, 4e9}), 2e9, std::sqrt(2.0) / 2},
  };
}

}  // namespace

TEST_CASE("each law states and has its mean and cv", "[workload][law]") {
  for (NamedLaw& c : all_laws()) {
    DYNAMIC_SECTION(c.name) {
      if (c.name == "pareto") {
        const double low = 1e9 * 1e10 / (2e10 - 1e9);
        const double second = 2 * low * low * std::log(1e10 / low) / (1 - low * low / 1e20);
        c.cv = std::sqrt(second - 1e18) / 1e9;
      }
      CHECK(c.law.mean() == Approx(c.mean).epsilon(1e-9));
      CHECK(c.law.cv() == Approx(c.cv).epsilon(1e-9));
      const StreamFamily requests({}, "web", c.name);
      constexpr int kDraws = 100'000;
      double sum = 0, squares = 0;
      for (int k = 0; k < kDraws; ++k) {
        RandomStream stream = requests.item(static_cast<std::uint64_t>(k));
        const auto x = static_cast<double>(c.law.sample_duration(stream).count()) / c.mean;
        sum += x;
        squares += x * x;
      }
      const double mean = sum / kDraws;
      CHECK(mean == Approx(1).margin(5 * c.cv / std::sqrt(kDraws) + 1e-9));
      CHECK(std::sqrt(std::max(0.0, squares / kDraws - mean * mean)) ==
            Approx(c.cv).epsilon(0.05).margin(1e-6));
    }
  }
}

TEST_CASE("the demand of request k does not depend on what was drawn before", "[workload][law]") {
  const RandomLaw law = RandomLaw::gamma({1e9, 2});
  const StreamFamily requests({}, "web", "demand");
  RandomStream fresh = requests.item(17);
  const Duration alone = law.sample_duration(fresh);
  for (std::uint64_t k = 0; k < 17; ++k) {
    RandomStream other = requests.item(k);
    law.sample_duration(other);
  }
  RandomStream again = requests.item(17);
  CHECK(law.sample_duration(again) == alone);
}

TEST_CASE("values are rounded once, to the nearest integer", "[workload][law]") {
  RandomStream stream({}, "a", "b");
  CHECK(RandomLaw::constant(2.5).sample_duration(stream) == Duration{3});
  CHECK(RandomLaw::constant(2.4999).sample_count(stream) == 2);
  CHECK(RandomLaw::constant(2.5).sample_count(stream) == 3);
  CHECK(RandomLaw::constant(0.2).sample_count(stream) == 1);
  CHECK(RandomLaw::constant(0.2).sample_bytes(stream, 0) == 0);
  CHECK(RandomLaw::constant(0.2).sample_duration(stream) == Duration{0});
  CHECK(RandomLaw::constant(12'288.0).sample_bytes(stream) == 12'288);
  CHECK(RandomLaw::constant(milliseconds(8)).sample_duration(stream) == milliseconds(8));
  CHECK(RandomLaw::exponential(milliseconds(8)).mean() == 8e9);
}

TEST_CASE("a sample beyond the longest run is cut, not wrapped", "[workload][law]") {
  RandomStream stream({}, "a", "b");
  CHECK(RandomLaw::constant(1e30).sample_duration(stream) == 2 * kLongestRun);
  CHECK(RandomLaw::constant(1e30).sample_count(stream) == std::uint64_t{1} << 53);
}

TEST_CASE("a constant draws nothing, and cv 0 is constant", "[workload][law]") {
  RandomStream used({}, "a", "b");
  RandomStream untouched = used;
  CHECK(RandomLaw::constant(7).sample(used) == 7);
  CHECK(RandomLaw::lognormal({7, 0}).sample(used) == 7);
  CHECK(RandomLaw::gamma({7, 0}).sample(used) == 7);
  CHECK(used.next() == untouched.next());
}

TEST_CASE("an empirical law gives its values, each as often as it is listed", "[workload][law]") {
  const RandomLaw law = RandomLaw::empirical({10, 20, 20, 70});
  RandomStream stream({}, "a", "b");
  int tens = 0, twenties = 0, seventies = 0;
  for (int i = 0; i < 40'000; ++i) {
    const std::uint64_t value = law.sample_count(stream);
    tens += value == 10;
    twenties += value == 20;
    seventies += value == 70;
  }
  CHECK(tens + twenties + seventies == 40'000);
  CHECK(tens == Approx(10'000).margin(5 * 87));
  CHECK(twenties == Approx(20'000).margin(5 * 100));
  CHECK_THROWS_AS(RandomLaw::empirical({}), InternalError);
}

}  // namespace lvs
