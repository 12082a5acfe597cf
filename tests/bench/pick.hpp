// What a connection costs a scheduler: pick() and the four changes of counts that its life brings.
#pragma once

#include <cstdint>
#include <string>

namespace lvs::bench {

struct PickOptions {
  std::string scheduler;
  std::uint32_t servers = 0;
  std::uint64_t connections = 0;
};

int run_pick(const PickOptions& options);

}  // namespace lvs::bench
