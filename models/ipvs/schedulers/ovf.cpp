// Weighted overflow: the available server of the greatest weight, as long as it has no more active
// connections than its weight; then the next one. A server therefore takes one connection more than
// its weight. When all are full nobody serves. Source: spec/ipvs.md 2.12.
#include <memory>

#include "models/ipvs/schedulers/least_cost.hpp"
#include "models/ipvs/schedulers/registry.hpp"

namespace lvs {
namespace {

Cost greatest_weight_with_room(const Destination& server) {
  if (!server.eligible() || as_signed(server.active) > server.weight) return kNotForSale;
  return {-std::int64_t{server.weight}, 1};
}

}  // namespace

std::unique_ptr<Scheduler> make_ovf() {
  return std::make_unique<LeastCost<greatest_weight_with_room>>();
}

}  // namespace lvs
