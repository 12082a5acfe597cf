// Moments, quantiles and probabilities of each law at fixed seeds. Bounds are five standard errors.
#include "sim/sampling.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "sim/check.hpp"

namespace lvs {
namespace {

constexpr int kDraws = 200'000;

std::vector<double> sorted_draws(const std::function<double(RandomStream&)>& draw) {
  RandomStream stream({.seed = 20, .replication = 0}, "sampling", "test");
  std::vector<double> values;
  for (int i = 0; i < kDraws; ++i) values.push_back(draw(stream));
  std::sort(values.begin(), values.end());
  return values;
}

struct Moments {
  double mean = 0;
  double cv = 0;
};
Moments moments(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  const double mean = sum / static_cast<double>(values.size());
  double squares = 0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  return {mean, std::sqrt(squares / static_cast<double>(values.size())) / mean};
}

double share_above(const std::vector<double>& values, double x) {
  const auto above = values.end() - std::upper_bound(values.begin(), values.end(), x);
  return static_cast<double>(above) / static_cast<double>(values.size());
}

double share_error(double p) { return 5 * std::sqrt(p * (1 - p) / kDraws); }

void check_share_above(const std::vector<double>& values, double x, double p) {
  CAPTURE(x);
  CHECK(share_above(values, x) == Approx(p).margin(share_error(p)));
}

}  // namespace

TEST_CASE("an exponential law has its tail at every point", "[sim][sampling]") {
  const auto values = sorted_draws([](RandomStream& s) { return draw_exponential(s, 3.0); });
  CHECK(values.front() >= 0);
  for (const double x : {0.03, 1.0, 3.0, 9.0, 20.0}) {
    check_share_above(values, x, std::exp(-x / 3));
  }
  CHECK(moments(values).mean == Approx(3).margin(5 * 3 / std::sqrt(kDraws)));
}

TEST_CASE("a uniform law fills its interval and nothing else", "[sim][sampling]") {
  const auto values = sorted_draws([](RandomStream& s) { return draw_uniform(s, 2, 6); });
  CHECK(values.front() >= 2);
  CHECK(values.back() < 6);
  check_share_above(values, 3, 0.75);
  check_share_above(values, 5.5, 0.125);
  RandomStream stream({}, "a", "b");
  CHECK(draw_uniform(stream, 4, 4) == 4);
  CHECK_THROWS_AS(draw_uniform(stream, 5, 4), InternalError);
}

TEST_CASE("a normal law has its quantiles", "[sim][sampling]") {
  const auto values = sorted_draws([](RandomStream& s) { return draw_normal(s, 10, 2); });
  check_share_above(values, 10, 0.5);
  check_share_above(values, 12, 0.158655);
  check_share_above(values, 6, 0.977250);
  check_share_above(values, 16, 0.00134990);
}

TEST_CASE("a lognormal law is given by the mean and cv of its values", "[sim][sampling]") {
  const Lognormal law({.mean = 12, .cv = 2});
  const auto values = sorted_draws([&](RandomStream& s) { return law.draw(s); });
  check_share_above(values, 12 / std::sqrt(5.0), 0.5);  // the median is mean / sqrt(1 + cv^2)
  CHECK(moments(values).mean == Approx(12).margin(5 * 24 / std::sqrt(kDraws)));
  CHECK(moments(values).cv == Approx(2).epsilon(0.1));
}

TEST_CASE("a gamma law is given by mean and cv, on both sides of cv 1", "[sim][sampling]") {
  const auto cv = GENERATE(0.25, 0.5, 1.0, 2.0, 4.0);
  CAPTURE(cv);
  const Gamma law({.mean = 5, .cv = cv});
  const auto values = sorted_draws([&](RandomStream& s) { return law.draw(s); });
  CHECK(moments(values).mean == Approx(5).margin(5 * 5 * cv / std::sqrt(kDraws)));
  CHECK(moments(values).cv == Approx(cv).epsilon(0.03));
  if (cv == 0.5) {  // Erlang-4 with phases of mean 1.25: P(X > 5) = e^-4 (1 + 4 + 8 + 32/3)
    check_share_above(values, 5, std::exp(-4.0) * (1 + 4 + 8 + 32.0 / 3));
  }
}

TEST_CASE("a hyperexponential law has balanced means", "[sim][sampling]") {
  const auto square = GENERATE(1.0, 4.0, 16.0);
  CAPTURE(square);
  const Hyperexponential law({.mean = 2, .cv = std::sqrt(square)});
  const auto values = sorted_draws([&](RandomStream& s) { return law.draw(s); });
  CHECK(moments(values).mean == Approx(2).margin(5 * 2 * std::sqrt(square / kDraws)));
  CHECK(moments(values).cv == Approx(std::sqrt(square)).epsilon(0.05));
  const double p = (1 - std::sqrt((square - 1) / (square + 1))) / 2;
  for (const double x : {0.1, 1.0, 4.0, 20.0}) {
    check_share_above(values, x, p * std::exp(-x * p) + (1 - p) * std::exp(-x * (1 - p)));
  }
}

TEST_CASE("the lower bound of a bounded Pareto law gives the mean to a billionth",
          "[sim][sampling]") {
  for (const double alpha : {0.3, 0.5, 1.0, 1.0000001, 1.1, 1.5, 2.0, 2.5, 5.0}) {
    for (const double max : {1.001, 2.0, 100.0, 1e6}) {
      CAPTURE(alpha, max);
      const BoundedPareto law({.mean = 1, .alpha = alpha, .max = max});
      const double low = law.low();
      CHECK((low > 0 && low < 1));
      // E[X] by the trapezoid rule over ln x.
      double mean = 0;
      constexpr int kSteps = 200'000;
      const double length = std::log(max / low);
      const double mass = -std::expm1(-alpha * length);
      for (int i = 0; i <= kSteps; ++i) {
        const double x = low * std::exp(length * i / kSteps);
        const double density = alpha * std::pow(low / x, alpha) / x / mass;
        mean += x * density * x * length / kSteps * (i == 0 || i == kSteps ? 0.5 : 1);
      }
      CHECK(mean == Approx(1).epsilon(1e-7));
      CHECK(law.moment(1) == Approx(1).epsilon(1e-9));
    }
  }
  // In closed form for alpha = 2: mean = 2 low max / (low + max).
  const BoundedPareto two({.mean = 3, .alpha = 2, .max = 50});
  CHECK(two.low() == Approx(3.0 * 50 / (2 * 50 - 3)).epsilon(1e-12));
  // And its second moment: 2 low^2 ln(max / low) / (1 - (low / max)^2).
  const double low = two.low();
  CHECK(two.moment(2) == Approx(2 * low * low * std::log(50 / low) / (1 - low * low / 2500)));
}

TEST_CASE("a bounded Pareto law has its tail and keeps to its bounds", "[sim][sampling]") {
  const BoundedPareto law({.mean = 10, .alpha = 1.2, .max = 10'000});
  const auto values = sorted_draws([&](RandomStream& s) { return law.draw(s); });
  const double low = law.low();
  CHECK(values.front() >= low);
  CHECK(values.back() <= 10'000);
  const double rest = std::pow(low / 10'000, 1.2);
  for (const double x : {2 * low, 10.0, 100.0, 3000.0}) {
    check_share_above(values, x, (std::pow(low / x, 1.2) - rest) / (1 - rest));
  }
  CHECK_THROWS_AS(BoundedPareto({.mean = 5, .alpha = 1, .max = 5}), InternalError);
}

TEST_CASE("zipf ranks have their probabilities", "[sim][sampling]") {
  const auto s = GENERATE(0.0, 0.5, 0.99, 1.0, 1.2, 3.0);
  const auto n = GENERATE(1u, 2u, 10u);
  CAPTURE(s, n);
  const Zipf law(n, s);
  RandomStream stream({}, "zipf", "test");
  std::vector<int> seen(n);
  for (int i = 0; i < kDraws; ++i) ++seen.at(law.draw(stream));
  double total = 0;
  for (unsigned k = 1; k <= n; ++k) total += std::pow(k, -s);
  for (unsigned k = 1; k <= n; ++k) {
    const double p = std::pow(k, -s) / total;
    CHECK(static_cast<double>(seen[k - 1]) / kDraws == Approx(p).margin(share_error(p) + 1e-12));
  }
}

TEST_CASE("zipf over a million ranks reaches far and favours the first", "[sim][sampling]") {
  constexpr std::uint64_t kRanks = 1'000'000;
  const Zipf law(kRanks, 1.0);
  const auto values =
      sorted_draws([&](RandomStream& s) { return static_cast<double>(law.draw(s)); });
  const auto harmonic = [](double n) { return std::log(n) + 0.5772156649 + 0.5 / n; };
  const double total = harmonic(kRanks);
  check_share_above(values, 0, 1 - 1 / total);
  check_share_above(values, 999, 1 - harmonic(1000) / total);
  check_share_above(values, 499'999, 1 - harmonic(500'000) / total);
  CHECK(values.back() < kRanks);
}

}  // namespace lvs
