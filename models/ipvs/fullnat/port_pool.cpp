#include "models/ipvs/fullnat/port_pool.hpp"

#include <numeric>

#include "sim/check.hpp"

namespace lvs {

std::optional<Port> FreePorts::take() {
  if (used_ < kCount) {
    if (ring_ == nullptr) ring_ = std::make_unique_for_overwrite<std::uint16_t[]>(kCount);
    return Port{static_cast<std::uint16_t>(kFirst + used_++)};
  }
  if (returned_ == 0) return std::nullopt;
  const Port port{ring_[oldest_]};
  oldest_ = (oldest_ + 1) % kCount;
  --returned_;
  return port;
}

void FreePorts::give_back(Port port) {
  LVS_REQUIRE(port.value >= kFirst && in_use() > 0, "a port that comes back was taken");
  ring_[(oldest_ + returned_) % kCount] = port.value;
  ++returned_;
}

std::uint32_t PortPool::in_use() const {
  return std::accumulate(pools_.begin(), pools_.end(), std::uint32_t{0},
                         [](std::uint32_t sum, const FreePorts& p) { return sum + p.in_use(); });
}

}  // namespace lvs
