#include "results/service_load.hpp"

#include <algorithm>

#include "results/statistics/balance.hpp"
#include "results/statistics/chance.hpp"

namespace lvs {
namespace {

std::optional<BalanceFacts> row_of(BalanceLoad load, const std::vector<Share>& shares,
                                   std::optional<double> chance) {
  const std::optional<Balance> b = balance_of(shares);
  if (!b) return std::nullopt;
  return BalanceFacts{load, b->imbalance, chance, b->cov, b->jain};
}

}  // namespace

ServiceLoad load_of(const ServiceFacts& service, const RunFacts& facts, const TallyLayout& layout,
                    const Tally& tally) {
  std::vector<std::uint64_t> by_server(facts.servers.size());
  std::size_t place = 0;
  for (const WorkloadPlan& workload : layout.workloads()) {
    for (const ServiceAddress& target : workload.targets) {
      const std::size_t t = place++;
      const auto& own = service.addresses;
      if (std::find(own.begin(), own.end(), target) == own.end()) continue;
      for (std::size_t s = 0; s < by_server.size(); ++s) {
        by_server[s] += tally.connections(t, s).outcomes.total();
      }
    }
  }
  ServiceLoad load;
  for (const std::uint64_t n : by_server) load.connections += n;
  for (const DestinationFacts& d : service.destinations) {
    std::uint64_t reached = 0;
    for (std::size_t s = 0; s < by_server.size(); ++s) {
      if (facts.servers[s].host == d.host) std::swap(reached, by_server[s]);
    }
    load.by_destination.push_back(reached);
  }
  return load;
}

std::optional<BalanceFacts> connection_balance(const ServiceFacts& service,
                                               const ServiceLoad& load) {
  std::vector<Share> shares;
  std::vector<double> weights;
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < service.destinations.size(); ++i) {
    if (service.destinations[i].weight <= 0) continue;
    const auto weight = static_cast<double>(service.destinations[i].weight);
    shares.push_back({static_cast<double>(load.by_destination[i]), weight});
    weights.push_back(weight);
    n += load.by_destination[i];
  }
  return row_of(BalanceLoad::connections, shares, imbalance_by_chance(n, weights));
}

std::optional<BalanceFacts> work_balance(const ServiceFacts& service, const RunFacts& facts) {
  std::vector<Share> shares;
  for (const ServerFacts& server : facts.servers) {
    const bool takes_part =
        std::any_of(service.destinations.begin(), service.destinations.end(),
                    [&](const auto& d) { return d.weight > 0 && d.host == server.host; });
    if (takes_part) shares.push_back({to_seconds(server.busy), 1.0 * server.cores});
  }
  return row_of(BalanceLoad::work, shares, std::nullopt);
}

}  // namespace lvs
