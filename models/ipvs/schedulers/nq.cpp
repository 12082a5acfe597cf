// Never queue: the first available server without active connections, else as sed. Connections of
// UDP are never active, so there it is always the server configured last. Source: spec/ipvs.md 2.6.
#include <limits>
#include <memory>

#include "models/ipvs/schedulers/least_cost.hpp"
#include "models/ipvs/schedulers/registry.hpp"

namespace lvs {
namespace {

/// Less than anything sed computes, and the same for all idle servers.
constexpr Cost kIdle{std::int64_t{std::numeric_limits<std::int32_t>::min()} - 1, 1};

Cost idle_or_delay(const Destination& server) {
  if (server.eligible() && server.active == 0) return kIdle;
  return expected_delay(server);
}

}  // namespace

std::unique_ptr<Scheduler> make_nq() { return std::make_unique<LeastCost<idle_or_delay>>(); }

}  // namespace lvs
