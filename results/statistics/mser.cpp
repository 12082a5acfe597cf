#include "results/statistics/mser.hpp"

#include <Eigen/Core>

namespace lvs {

Truncation mser5(std::span<const double> series) {
  constexpr Eigen::Index kBatch = 5;
  const Eigen::Index n = static_cast<Eigen::Index>(series.size()) / kBatch;
  if (n < 4) return {0, true};
  const Eigen::Map<const Eigen::MatrixXd> columns(series.data(), kBatch, n);
  const Eigen::VectorXd batches = columns.colwise().mean();

  Eigen::Index best = 0;
  double least = 0;
  for (Eigen::Index d = 0; d <= n / 2; ++d) {
    const auto kept = batches.tail(n - d);
    const double spread = (kept.array() - kept.mean()).square().sum();
    const auto size = static_cast<double>(n - d);
    const double error = spread / (size * size);
    if (d > 0 && error >= least) continue;  // equally good: keep the earlier cut
    best = d;
    least = error;
  }
  return {static_cast<std::size_t>(best * kBatch), best == n / 2};
}

}  // namespace lvs
