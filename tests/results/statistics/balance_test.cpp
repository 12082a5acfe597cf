#include "results/statistics/balance.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "results/statistics/chance.hpp"

namespace lvs {
namespace {

Balance balance(const std::vector<Share>& shares) { return balance_of(shares).value(); }

double chance(std::uint64_t n, const std::vector<double>& weights) {
  return imbalance_by_chance(n, weights).value();
}

/// The same expectation by playing it: counts of a small congruential generator, so that the test
/// rests on nothing that it tests.
double played(std::uint64_t n, const std::vector<double>& weights, int games) {
  double total = 0;
  for (const double w : weights) total += w;
  std::uint64_t state = 12'345;
  double sum = 0;
  for (int game = 0; game < games; ++game) {
    std::vector<double> loads(weights.size());
    for (std::uint64_t i = 0; i < n; ++i) {
      state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
      double left = static_cast<double>(state >> 11) * 0x1p-53 * total;
      std::size_t server = 0;
      while (server + 1 < weights.size() && left >= weights[server]) left -= weights[server++];
      ++loads[server];
    }
    double most = 0;
    for (std::size_t s = 0; s < loads.size(); ++s) most = std::max(most, loads[s] / weights[s]);
    sum += most * total / static_cast<double>(n);
  }
  return sum / games;
}

}  // namespace

TEST_CASE("loads in proportion to weight are perfectly balanced", "[results][balance]") {
  const Balance b = balance({{100, 1}, {200, 2}, {50, 0.5}});
  CHECK(b.imbalance == 1);
  CHECK(b.cov == 0);
  CHECK(b.jain == 1);
  CHECK(b.max_share == Approx(200.0 / 350));
  CHECK(b.min_share == Approx(50.0 / 350));
}

TEST_CASE("everything on one of N servers has imbalance N and Jain's index 1/N",
          "[results][balance]") {
  const Balance b = balance({{0, 1}, {90, 1}, {0, 1}});
  CHECK(b.imbalance == Approx(3));
  CHECK(b.jain == Approx(1.0 / 3));
  CHECK(b.cov == Approx(std::sqrt(2.0)));  // the population's, not the sample's 1.732
}

TEST_CASE("a quiesced server counts neither as idle nor as loaded", "[results][balance]") {
  const Balance with = balance({{10, 1}, {30, 1}, {500, 0}});
  const Balance without = balance({{10, 1}, {30, 1}});
  CHECK(with.imbalance == without.imbalance);
  CHECK(with.max_share == without.max_share);
}

TEST_CASE("without servers or without load there is no balance", "[results][balance]") {
  CHECK_FALSE(balance_of(std::vector<Share>{}));
  CHECK_FALSE(balance_of(std::vector<Share>{{0, 1}, {0, 2}}));
  CHECK_FALSE(balance_of(std::vector<Share>{{5, 0}}));
}

TEST_CASE("Jain's index is 1 / (1 + CoV^2)", "[results][balance]") {
  const auto shares = GENERATE(values<std::vector<Share>>({
      {{1, 1}, {2, 1}, {3, 1}, {10, 1}},
      {{7, 3}, {1, 2}, {90, 100}},
      {{1e9, 1}, {1, 1}},
  }));
  const Balance b = balance(shares);
  CHECK(b.jain == Approx(1 / (1 + b.cov * b.cov)).epsilon(1e-12));
}

TEST_CASE("chance gives ten servers an imbalance of 1.16 at 1000 connections, 1.05 at 10 000",
          "[results][balance]") {
  const std::vector<double> ten(10, 1.0);
  CHECK(chance(1'000, ten) == Approx(1.16).margin(0.005));
  CHECK(chance(10'000, ten) == Approx(1.05).margin(0.005));
}

TEST_CASE("chance with two servers is the binomial's mean absolute deviation",
          "[results][balance]") {
  CHECK(chance(1, {1, 1}) == Approx(2));
  CHECK(chance(2, {1, 1}) == Approx(1.5));  // (2 + 1) / 2
  // One connection, weights 1 and 2: 3 with probability 1/3, 1.5 with 2/3.
  CHECK(chance(1, {1, 2}) == Approx(2));
}

TEST_CASE("the level of chance agrees with playing it", "[results][balance]") {
  struct Case {
    std::uint64_t n;
    std::vector<double> weights;
  };
  const auto c = GENERATE(values<Case>({
      {40, {1, 1, 1, 1, 1, 1, 1, 1}},
      {100, {1, 2, 3}},
      {1'000, {1, 1, 1, 100}},
      {1'000, {5, 1, 1, 3, 2, 9, 0}},
  }));
  const double expected = played(c.n, c.weights, 2'000);
  INFO("n = " << c.n << ", " << c.weights.size() << " servers, played " << expected);
  CHECK(chance(c.n, c.weights) - 1 == Approx(expected - 1).epsilon(0.03));
}

TEST_CASE("the level of chance falls with the root of the connections, far beyond any run",
          "[results][balance]") {
  const std::vector<double> three(3, 1.0);
  const double few = chance(10'000'000, three) - 1;
  CHECK(chance(1'000'000'000, three) - 1 == Approx(few / 10).epsilon(0.001));
  CHECK(chance(5, {4}) == 1);
  CHECK_FALSE(imbalance_by_chance(0, three));
  CHECK_FALSE(imbalance_by_chance(5, std::vector<double>{0, 0}));
}

}  // namespace lvs
