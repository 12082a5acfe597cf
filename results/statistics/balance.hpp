// How evenly a load is spread over servers (metrics.md): with y_i = x_i / w_i over servers of w_i >
// 0.
#pragma once

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

}  // namespace lvs
