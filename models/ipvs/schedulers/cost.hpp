// What the schedulers that look for one best server compare: lc wlc sed nq fo ovf, and the search
// of lblc and lblcr.
#pragma once

#include <cstdint>

#include "models/ipvs/scheduler.hpp"

namespace lvs {

/// What a connection would cost at a server: amount per weight. The defaults are the cost of a
/// server that may not be chosen: more than any other.
struct Cost {
  std::int64_t amount = 1;
  std::int64_t weight = 0;
};
inline constexpr Cost kNotForSale{};

/// Whether `a` is strictly below `b`, cross-multiplied to stay in integers. Amounts and weights are
/// numbers of 32 bits (nq's idle server goes one beyond), so that 64 are enough for the products.
constexpr bool is_less(Cost a, Cost b) { return a.amount * b.weight < b.amount * a.weight; }

/// The kernel keeps what it multiplies by a weight in signed numbers of 32 bits.
constexpr std::int64_t as_signed(std::uint32_t x) { return static_cast<std::int32_t>(x); }

/// Of wlc, lblc and lblcr: an inactive connection costs 1/256 of an active one.
inline Cost overhead_per_weight(const Destination& server) {
  if (!server.eligible()) return kNotForSale;
  return {as_signed(server.overhead()), server.weight};
}

/// Of sed and nq: the active connections with the new one.
inline Cost expected_delay(const Destination& server) {
  if (!server.eligible()) return kNotForSale;
  return {as_signed(server.active + 1), server.weight};
}

/// The server of the least cost by the kernel's own walk: on a tie the first in its list, which is
/// the one configured last. None if no server may be chosen.
template <class CostOf>
DestinationId least_by_walk(const DestinationList& servers, CostOf&& cost_of) {
  DestinationId best;
  Cost least = kNotForSale;
  for (std::size_t at = 0; at < servers.size(); ++at) {
    const Cost cost = cost_of(servers[at]);
    if (!is_less(cost, least)) continue;
    best = servers.id(at);
    least = cost;
  }
  return best;
}

}  // namespace lvs
