#include "results/statistics/chance.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

// Levin (1981): if X_i are independent Poisson(lambda_i) with
// sum of lambda_i = n, the multinomial counts are the X_i given that they sum to n, so
//   P(all x_i <= c_i) = n!/(n^n e^-n) * prod P(X_i <= c_i) * P(sum of X_i given X_i <= c_i is n),
// and the last factor is a normal density with the Edgeworth terms of skewness and kurtosis.

namespace lvs {
namespace {

/// The running sums of P(X = k) (k - lambda)^r for r = 0..4: moments of a Poisson law cut at c.
class CutPoisson {
 public:
  struct Moments {
    double mass = 0;
    double mean = 0;  // about lambda, as the rest
    double variance = 0;
    double third = 0;   // cumulant
    double fourth = 0;  // cumulant
  };

  explicit CutPoisson(double lambda) : lambda_(lambda) {
    const double reach = 10 * std::sqrt(lambda) + 20;
    first_ = static_cast<std::int64_t>(std::max(0.0, std::floor(lambda - reach)));
    const auto last = static_cast<std::int64_t>(lambda + reach);
    const auto mode = static_cast<std::int64_t>(lambda);
    std::vector<double> pmf(static_cast<std::size_t>(last - first_) + 1);
    const auto at = [this](std::int64_t k) { return static_cast<std::size_t>(k - first_); };
    const auto m = static_cast<double>(mode);
    pmf[at(mode)] = std::exp(m * std::log(lambda) - lambda - std::lgamma(m + 1));
    for (std::int64_t k = mode; k < last; ++k) {
      pmf[at(k + 1)] = pmf[at(k)] * lambda / static_cast<double>(k + 1);
    }
    for (std::int64_t k = mode; k > first_; --k) {
      pmf[at(k - 1)] = pmf[at(k)] * static_cast<double>(k) / lambda;
    }
    Sums sums{};
    for (std::int64_t k = first_; k <= last; ++k) {
      const double distance = static_cast<double>(k) - lambda;
      double term = pmf[at(k)];
      for (double& sum : sums.by_power) {
        sum += term;
        term *= distance;
      }
      sums_.push_back(sums);
    }
  }

  double lambda() const { return lambda_; }

  Moments cut_at(double c) const {
    if (c < static_cast<double>(first_)) return {};
    const auto place = static_cast<std::size_t>(c) - static_cast<std::size_t>(first_);
    const auto& s = sums_[std::min(place, sums_.size() - 1)].by_power;
    const double m1 = s[1] / s[0];
    const double m2 = s[2] / s[0];
    const double m3 = s[3] / s[0];
    const double m4 = s[4] / s[0];
    const double variance = m2 - m1 * m1;
    const double third = m3 - 3 * m1 * m2 + 2 * m1 * m1 * m1;
    const double central4 = m4 - 4 * m1 * m3 + 6 * m1 * m1 * m2 - 3 * m1 * m1 * m1 * m1;
    return {s[0], m1, variance, third, central4 - 3 * variance * variance};
  }

 private:
  struct Sums {
    double by_power[5];
  };
  double lambda_;
  std::int64_t first_ = 0;
  std::vector<Sums> sums_;  // [k - first_]: up to and including k
};

struct Group {
  CutPoisson law;
  double servers;
};

/// P(x_i <= u * lambda_i for every server).
double probability_within(double u, double n, const std::vector<Group>& groups) {
  double log_mass = 0;
  double mean = 0;
  double variance = 0;
  double third = 0;
  double fourth = 0;
  for (const Group& g : groups) {
    const auto cut = g.law.cut_at(std::floor(g.law.lambda() * u));
    if (cut.mass <= 0) return 0;
    log_mass += g.servers * std::log(cut.mass);
    mean += g.servers * cut.mean;
    variance += g.servers * cut.variance;
    third += g.servers * cut.third;
    fourth += g.servers * cut.fourth;
  }
  if (variance <= 0) return 0;  // every X_i is 0 under these cuts, and n is not
  const double sd = std::sqrt(variance);
  const double z = -mean / sd;  // means are about lambda_i, and those sum to n
  const double z2 = z * z;
  const double skewness = third / (variance * sd);
  const double kurtosis = fourth / (variance * variance);
  const double edgeworth = 1 + skewness / 6 * z * (z2 - 3) +
                           kurtosis / 24 * (z2 * z2 - 6 * z2 + 3) +
                           skewness * skewness / 72 * (z2 * z2 * z2 - 15 * z2 * z2 + 45 * z2 - 15);
  // n!/(n^n e^-n) by Stirling, over sqrt(2 pi), which cancels that of the normal density.
  const double stirling = std::sqrt(n) * std::exp(1 / (12 * n) - 1 / (360 * n * n * n));
  const double p = stirling * std::exp(log_mass - z2 / 2) / sd * edgeworth;
  return std::clamp(p, 0.0, 1.0);
}

/// Exact for two servers: the sum over the binomial law of the first one's count.
double two_servers(double n, double p) {
  const double spread = 12 * std::sqrt(n * p * (1 - p)) + 20;
  const double from = std::max(0.0, std::floor(n * p - spread));
  const double until = std::min(n, std::ceil(n * p + spread));
  double expected = 0;
  for (double k = from; k <= until; ++k) {
    const double log_pmf = std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) +
                           k * std::log(p) + (n - k) * std::log1p(-p);
    expected += std::exp(log_pmf) * std::max(k / (n * p), (n - k) / (n * (1 - p)));
  }
  return expected;
}

/// 1 + the integral of P(max_i x_i / lambda_i > u) over u > 1; constant between u = k / lambda_i.
double integrate(double n, const std::vector<Group>& groups) {
  constexpr std::size_t kMostSteps = 4'000;
  std::vector<double> edges{1.0};
  double farthest = 1;
  for (const Group& g : groups) {
    const double lambda = g.law.lambda();
    const double last = std::min(n, std::floor(lambda + 8 * std::sqrt(lambda) + 16));
    farthest = std::max(farthest, last / lambda);
    for (double k = std::floor(lambda) + 1; k <= last && edges.size() <= kMostSteps; ++k) {
      edges.push_back(k / lambda);
    }
  }
  if (edges.size() > kMostSteps) {  // so fine that even steps do
    edges.clear();
    for (std::size_t i = 0; i <= kMostSteps; ++i) {
      const double part = static_cast<double>(i) / kMostSteps;
      edges.push_back(1 + (farthest - 1) * part);
    }
  }
  std::sort(edges.begin(), edges.end());
  double result = 1;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    const double step = edges[i + 1] - edges[i];
    const double middle = edges[i] + step / 2;
    if (step > 0) result += step * (1 - probability_within(middle, n, groups));
  }
  return result;
}

}  // namespace

std::optional<double> imbalance_by_chance(std::uint64_t connections,
                                          std::span<const double> weights) {
  std::vector<double> positive;
  double total = 0;
  for (const double w : weights) {
    if (w <= 0) continue;
    positive.push_back(w);
    total += w;
  }
  if (connections < 1 || positive.empty()) return std::nullopt;
  if (positive.size() == 1) return 1.0;

  // Above this the part over 1 falls as 1/sqrt(n) to more digits than anybody reads.
  constexpr double kEnough = 1e7;
  const double all = static_cast<double>(connections);
  const double n = std::min(all, kEnough);
  const double scale = std::sqrt(n / all);
  if (positive.size() == 2) return 1 + (two_servers(n, positive[0] / total) - 1) * scale;

  std::sort(positive.begin(), positive.end());
  std::vector<Group> groups;
  for (std::size_t i = 0; i < positive.size(); ++i) {
    if (i > 0 && positive[i] == positive[i - 1]) {
      ++groups.back().servers;
    } else {
      groups.push_back({CutPoisson(n * positive[i] / total), 1.0});
    }
  }
  return 1 + (integrate(n, groups) - 1) * scale;
}

}  // namespace lvs
