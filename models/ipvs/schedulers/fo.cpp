// Weighted failover: everything to the available server of the greatest weight; on a tie the first
// in the kernel's list. The next one serves when that is overloaded or quiesced. Source:
// spec/ipvs.md 2.11.
#include <memory>

#include "models/ipvs/schedulers/least_cost.hpp"
#include "models/ipvs/schedulers/registry.hpp"

namespace lvs {
namespace {

Cost greatest_weight(const Destination& server) {
  if (!server.eligible()) return kNotForSale;
  return {-std::int64_t{server.weight}, 1};
}

}  // namespace

std::unique_ptr<Scheduler> make_fo() { return std::make_unique<LeastCost<greatest_weight>>(); }

}  // namespace lvs
