// How evenly a load is spread over servers (metrics.md): with y_i = x_i / w_i over servers of w_i >
// 0.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace lvs {

struct Share {
  double load = 0;    ///< x_i: connections, requests, core-seconds
  double weight = 1;  ///< w_i: the weight, or the capacity; 0 = left out
};

struct Balance {
  double imbalance = 1;  ///< max y / mean y: 1 = perfect, N = all on one
  double cov = 0;        ///< population standard deviation of y / mean y
  double jain = 1;       ///< (sum y)^2 / (N sum y^2) = 1 / (1 + cov^2)
  double min_share = 0;  ///< of x
  double max_share = 0;
};

/// Nothing if no server has weight, or none of those has load.
std::optional<Balance> balance_of(std::span<const Share> shares);

/// The imbalance that chance alone gives: E[max_i x_i/w_i] over E[mean_i x_i/w_i] = n/W when each
/// of n connections goes to server i with probability w_i/W. Levin's representation of the
/// multinomial distribution by truncated Poisson laws (Ann. Stat. 9, 1981, 1123-1126), whose sum is
/// taken as normal with skewness and kurtosis: the part above 1 is within 2 % for n >= 5 N. Nothing
/// for n < 1, or without weights. Weights of 0 are left out.
std::optional<double> imbalance_by_chance(std::uint64_t n, std::span<const double> weights);

}  // namespace lvs
