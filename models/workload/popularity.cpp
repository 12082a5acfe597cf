#include "models/workload/popularity.hpp"

#include "sim/check.hpp"

namespace lvs {

PopularityPicker::PopularityPicker(std::uint64_t n, std::optional<Zipf> zipf) : n_(n), zipf_(zipf) {
  LVS_REQUIRE(n >= 1, "a choice is among at least one");
}

}  // namespace lvs
