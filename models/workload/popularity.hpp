// Which of n things (client addresses, targets) the next connection takes.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/random.hpp"
#include "sim/sampling.hpp"

namespace lvs {

class PopularityPicker {
 public:
  /// Requires: n >= 1.
  static PopularityPicker uniform(std::uint64_t n) { return PopularityPicker(n, std::nullopt); }
  /// Item k (from 0) with probability proportional to (k + 1)^-s. Requires: n >= 1, s >= 0.
  static PopularityPicker zipf(std::uint64_t n, double s) { return {n, Zipf(n, s)}; }

  /// In 0..n-1. One item alone draws nothing.
  std::uint64_t pick(RandomStream& stream) const {
    if (n_ == 1) return 0;
    return zipf_ ? zipf_->draw(stream) : stream.below(n_);
  }
  std::uint64_t size() const { return n_; }

 private:
  PopularityPicker(std::uint64_t n, std::optional<Zipf> zipf);

  std::uint64_t n_;
  std::optional<Zipf> zipf_;
};

}  // namespace lvs
