// Shortest expected delay: the available server with the least (active + 1) per weight. Inactive
// connections do not count. Source: spec/ipvs.md 2.5.
#include <memory>

#include "models/ipvs/schedulers/least_cost.hpp"
#include "models/ipvs/schedulers/registry.hpp"

namespace lvs {

std::unique_ptr<Scheduler> make_sed() { return std::make_unique<LeastCost<expected_delay>>(); }

}  // namespace lvs
