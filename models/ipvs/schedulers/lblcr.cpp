// Locality-based least connections with replication, for caches: a destination address keeps a set
// of servers, of which the least loaded serves. When that one is busy while others are not, the
// least loaded of all joins the set; a set that stood still long enough loses its most loaded
// member. Source: spec/ipvs.md 2.10.
#include <memory>
#include <vector>

#include "models/ipvs/schedulers/locality.hpp"
#include "models/ipvs/schedulers/registry.hpp"

namespace lvs {
namespace {

/// The servers of one address.
class ServerCircle {
 public:
  /// The least loaded one as wlc sees it, on a tie the latest; none if none is available.
  DestinationId least(const DestinationList& servers) const {
    DestinationId best;
    Cost least = kNotForSale;
    for (const HeldServer& member : members_) {
      const Destination& server = servers.get(member.id());
      const Cost cost = server.available ? overhead_per_weight(server) : kNotForSale;
      if (!is_less(cost, least)) continue;
      best = member.id();
      least = cost;
    }
    return best;
  }

  void join(SchedulerHost& host, DestinationId id) {
    const auto is_it = [id](const HeldServer& member) { return member.id() == id; };
    if (std::any_of(members_.begin(), members_.end(), is_it)) return;
    members_.insert(members_.begin(), HeldServer(host, id));
    last_change_ = host.now();
  }

  /// Removes the most loaded one, if there is more than one and nothing changed for so long.
  void shrink(const DestinationList& servers, Jiffies now, int expiration) {
    const std::int64_t rest = std::int64_t{expiration} * kJiffiesPerSecond;
    if (members_.size() < 2 || now - last_change_ <= rest) return;
    const std::size_t most = most_loaded(servers);
    if (most == members_.size()) return;
    members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(most));
    last_change_ = now;
  }

 private:
  /// By overhead per weight, on a tie the latest. Quiesced ones are not looked at, but deleted and
  /// overloaded ones are. The number of members if there is none.
  std::size_t most_loaded(const DestinationList& servers) const {
    std::size_t most = members_.size();
    Cost greatest;
    for (std::size_t at = 0; at < members_.size(); ++at) {
      const Destination& server = servers.get(members_[at].id());
      if (server.weight <= 0) continue;
      const Cost cost{as_signed(server.overhead()), server.weight};
      if (most != members_.size() && !is_less(greatest, cost)) continue;
      most = at;
      greatest = cost;
    }
    return most;
  }

  std::vector<HeldServer> members_;  ///< the latest first
  Jiffies last_change_ = 0;
};

class LocalityReplication final : public Scheduler {
 public:
  DestinationId pick(const DestinationList& servers, const Flow& flow) override {
    const Jiffies now = host().now();
    auto* const entry = map_.find(flow.target.address);
    if (entry != nullptr) {
      // 1. The best of the set, even if it is the one that is removed now.
      entry->last_use = now;
      const DestinationId best = entry->value.least(servers);
      entry->value.shrink(servers, now, host().settings().lblcr_expiration);
      // 2.
      if (best.valid() && !has_too_much(servers.get(best), servers)) return best;
    }
    // 3., 4. One of all, which joins the set.
    const DestinationId found = least_by_walk(servers, overhead_per_weight);
    if (!found.valid()) return {};
    if (entry != nullptr) {
      entry->value.join(host(), found);
    } else {
      ServerCircle circle;
      circle.join(host(), found);
      map_.create({flow.target.address, now, std::move(circle)});
    }
    return found;
  }

  void collect(const DestinationList&) override {
    map_.collect(host().now(), host().settings().lblcr_expiration);
  }
  bool collects() const override { return true; }

 private:
  LocalityMap<ServerCircle> map_;
};

}  // namespace

std::unique_ptr<Scheduler> make_lblcr() { return std::make_unique<LocalityReplication>(); }

}  // namespace lvs
