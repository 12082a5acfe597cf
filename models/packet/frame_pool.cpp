#include "models/packet/frame_pool.hpp"

#include <numeric>

namespace lvs {

std::uint64_t FramePool::dropped() const {
  return std::accumulate(dropped_.begin(), dropped_.end(), std::uint64_t{0});
}

std::uint64_t FramePool::in_flight() const {
  std::uint64_t free = 0;
  for (std::uint32_t at = free_; at != kNone; at = next_[at]) ++free;
  return next_.size() - free;
}

void FramePool::grow() {
  const auto first = static_cast<std::uint32_t>(next_.size());
  constexpr std::uint32_t kBlock = 1U << kBlockBits;
  blocks_.push_back(std::make_unique<Frame[]>(kBlock));
  next_.resize(first + kBlock);
  for (std::uint32_t i = 0; i < kBlock; ++i) {
    next_[first + i] = i + 1 < kBlock ? first + i + 1 : kNone;
  }
  free_ = first;
}

}  // namespace lvs
