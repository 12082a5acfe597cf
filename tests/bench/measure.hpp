// How a benchmark takes time and says what it found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace lvs {

/// CPU seconds of this process: the machines are shared, so wall time is mostly other people's
/// work.
double cpu_seconds();
double peak_memory_mebibytes();

/// One line per measurement: the name, key=value figures, the checksum that shows equal work.
struct HoldResult {
  std::string name;
  std::size_t pending = 0;
  std::size_t holds = 0;
  double seconds = 0;
  std::uint64_t checksum = 0;
};
void print(const HoldResult& result);

}  // namespace lvs
