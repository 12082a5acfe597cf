// A scheduler that is a cost: each connection goes to the server where it costs least, on a tie to
// the first in the kernel's list.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "models/ipvs/schedulers/cost.hpp"
#include "models/ipvs/schedulers/tournament.hpp"

namespace lvs {

/// Walks short lists as the kernel does; keeps a tournament for long ones.
template <Cost (*cost_of)(const Destination&)>
class LeastCost final : public Scheduler {
 public:
  DestinationId pick(const DestinationList& servers, const Flow&) override {
    if (servers.size() < kTournamentFrom) return least_by_walk(servers, cost_of);
    if (stale_) start(servers);
    const std::size_t best = tournament_.champion();
    return best == Tournament::kNone ? DestinationId{} : servers.id(best);
  }

  void added(const DestinationList&) override { stale_ = true; }
  void removed(const DestinationList&, std::size_t) override { stale_ = true; }
  void edited(const DestinationList&) override { stale_ = true; }
  void counts_changed(DestinationId id, const Destination& server) override {
    if (!stale_) tournament_.set(position_[id.index()], cost_of(server));
  }
  bool watches_counts() const override { return true; }

 private:
  /// Servers. Below, the walk is as fast (tests/bench/README.md).
  static constexpr std::size_t kTournamentFrom = 32;

  void start(const DestinationList& servers) {
    for (std::size_t at = 0; at < servers.size(); ++at) {
      const std::size_t id = servers.id(at).index();
      if (id >= position_.size()) position_.resize(id + 1);
      position_[id] = at;
    }
    tournament_.start(servers.size(), [&](std::size_t at) { return cost_of(servers[at]); });
    stale_ = false;
  }

  bool stale_ = true;                  ///< at first, and always while the list is short
  std::vector<std::size_t> position_;  ///< in the list, by id; good for ids that are in it
  Tournament tournament_;
};

}  // namespace lvs
