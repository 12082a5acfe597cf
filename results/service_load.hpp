// The load of a service over its real servers, from the tally of any span of time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "results/run_facts.hpp"
#include "results/tally.hpp"

namespace lvs {

struct ServiceLoad {
  std::uint64_t connections = 0;              ///< that reached any server
  std::vector<std::uint64_t> by_destination;  ///< in the order of the service's destinations
};

/// The client cannot see which port of a host answered: where two destinations are one host, the
/// first stands for both. `facts.servers` are those of the layout.
ServiceLoad load_of(const ServiceFacts& service, const RunFacts& facts, const TallyLayout& layout,
                    const Tally& tally);

/// Over destinations of weight > 0; nothing without load.
std::optional<BalanceFacts> connection_balance(const ServiceFacts& service,
                                               const ServiceLoad& load);
/// Core time over capacity, over the hosts of destinations of weight > 0; nothing without load.
std::optional<BalanceFacts> work_balance(const ServiceFacts& service, const RunFacts& facts);

}  // namespace lvs
