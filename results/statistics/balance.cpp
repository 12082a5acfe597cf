#include "results/statistics/balance.hpp"

#include <algorithm>
#include <cmath>

namespace lvs {

std::optional<Balance> balance_of(std::span<const Share> shares) {
  double servers = 0;
  double load = 0;
  double sum = 0;
  double most = 0;
  for (const Share& s : shares) {
    if (s.weight <= 0) continue;
    ++servers;
    load += s.load;
    sum += s.load / s.weight;
    most = std::max(most, s.load / s.weight);
  }
  if (load <= 0) return std::nullopt;

  const double mean = sum / servers;
  Balance result{.imbalance = most / mean, .cov = 0, .jain = 1, .min_share = 1, .max_share = 0};
  double squares = 0;
  double deviations = 0;
  for (const Share& s : shares) {
    if (s.weight <= 0) continue;
    const double y = s.load / s.weight;
    squares += y * y;
    deviations += (y - mean) * (y - mean);
    result.min_share = std::min(result.min_share, s.load / load);
    result.max_share = std::max(result.max_share, s.load / load);
  }
  result.cov = std::sqrt(deviations / servers) / mean;
  result.jain = sum * sum / (servers * squares);
  return result;
}

}  // namespace lvs
