// What wlc, sed and nq share: the available server with the least cost per weight.
#pragma once

#include <cstdint>

#include "models/ipvs/scheduler.hpp"

namespace lvs {

/// a.cost / a.weight > b.cost / b.weight, cross-multiplied to stay in integers of 64 bits. Costs
/// are signed 32-bit numbers in the kernel.
constexpr bool costs_more(std::uint32_t cost_a, std::int32_t weight_a, std::uint32_t cost_b,
                          std::int32_t weight_b) {
  return static_cast<std::int64_t>(static_cast<std::int32_t>(cost_a)) * weight_b >
         static_cast<std::int64_t>(static_cast<std::int32_t>(cost_b)) * weight_a;
}

/// The first eligible server that no other undercuts: on a tie the first in the kernel's list,
/// which is the one configured last. `cost(server)` is what a connection there would cost, before
/// the weight.
template <class Cost>
DestinationId least_cost(const DestinationList& servers, Cost&& cost) {
  DestinationId best;
  std::uint32_t best_cost = 0;
  std::int32_t best_weight = 0;
  for (std::size_t at = 0; at < servers.size(); ++at) {
    const Destination& server = servers[at];
    if (!server.eligible()) continue;
    const std::uint32_t its_cost = cost(server);
    if (best.valid() && !costs_more(best_cost, best_weight, its_cost, server.weight)) continue;
    best = servers.id(at);
    best_cost = its_cost;
    best_weight = server.weight;
  }
  return best;
}

/// The cost of sed and nq: the active connections with the new one.
constexpr std::uint32_t expected_delay(const Destination& server) { return server.active + 1; }

}  // namespace lvs
