// MSER-5: how much of the start of a series is transient (metrics.md, after Spratt 1998).
#pragma once

#include <cstddef>
#include <span>

namespace lvs {

struct Truncation {
  std::size_t drop = 0;    ///< leave out this many observations at the start; a multiple of 5
  bool too_short = false;  ///< the best cut is the last one allowed, half of the run: run longer
};

/// Means of batches of five; chooses d in [0, n/2] batches that minimises
/// sum_{j>d} (z_j - mean_d)^2 / (n-d)^2, the smallest such d. Observations after the last whole
/// batch are not looked at. Fewer than four batches say nothing: {0, true}.
Truncation mser5(std::span<const double> series);

}  // namespace lvs
