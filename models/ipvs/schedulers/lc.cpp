// Least connections: the available server with the least overhead, whatever its weight; on a tie
// the first in the kernel's list, which is the one configured last. Source: spec/ipvs.md 2.3.
#include <memory>

#include "models/ipvs/schedulers/least_cost.hpp"
#include "models/ipvs/schedulers/registry.hpp"

namespace lvs {
namespace {

/// Unsigned here, as nothing is multiplied.
Cost overhead(const Destination& server) {
  if (!server.eligible()) return kNotForSale;
  return {server.overhead(), 1};
}

}  // namespace

std::unique_ptr<Scheduler> make_lc() { return std::make_unique<LeastCost<overhead>>(); }

}  // namespace lvs
