// Weighted least connections: the available server with the least overhead per weight. The LVS wiki
// divides active connections by weight; the kernel also counts inactive ones, at 1/256. We follow
// the kernel. Source: spec/ipvs.md 2.4.
#include <memory>

#include "models/ipvs/schedulers/least_cost.hpp"
#include "models/ipvs/schedulers/registry.hpp"

namespace lvs {

std::unique_ptr<Scheduler> make_wlc() { return std::make_unique<LeastCost<overhead_per_weight>>(); }

}  // namespace lvs
