// Shortest expected delay: the available server with the least (active + 1) per weight. Inactive
// connections do not count. Source: spec/ipvs.md 2.5.
#include <memory>

#include "models/ipvs/schedulers/least_cost.hpp"
#include "models/ipvs/schedulers/registry.hpp"

namespace lvs {
namespace {

class ShortestExpectedDelay final : public Scheduler {
 public:
  DestinationId pick(const DestinationList& servers, const Flow&) override {
    return least_cost(servers, expected_delay);
  }
};

}  // namespace

std::unique_ptr<Scheduler> make_sed() { return std::make_unique<ShortestExpectedDelay>(); }

}  // namespace lvs
