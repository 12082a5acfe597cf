// Locality-based least connections, for caches: a destination address keeps its server, until that
// is gone, quiesced, or busy while others are not; then the least loaded one, as wlc, takes over.
// The OVERLOAD flag of the kept server is not looked at. Source: spec/ipvs.md 2.9, with the entry
// counter of 6.1.192 (9.1).
#include <memory>

#include "models/ipvs/schedulers/locality.hpp"
#include "models/ipvs/schedulers/registry.hpp"

namespace lvs {
namespace {

class LocalityLeastConnection final : public Scheduler {
 public:
  DestinationId pick(const DestinationList& servers, const Flow& flow) override {
    const Jiffies now = host().now();
    auto* const entry = map_.find(flow.target.address);
    // 1. The server of this address.
    if (entry != nullptr) {
      entry->last_use = now;
      const DestinationId kept = entry->value.id();
      const Destination& server = servers.get(kept);
      if (server.available && server.weight > 0 && !has_too_much(server, servers)) return kept;
    }
    // 2. Another one.
    const DestinationId found = least_by_walk(servers, overhead_per_weight);
    if (!found.valid()) return {};
    // 3. Remembered from now on.
    if (entry == nullptr) {
      map_.create({flow.target.address, now, HeldServer(host(), found)});
    } else if (entry->value.id() != found) {
      entry->value = HeldServer(host(), found);
    }
    return found;
  }

  void collect(const DestinationList&) override {
    map_.collect(host().now(), host().settings().lblc_expiration);
  }
  bool collects() const override { return true; }

 private:
  LocalityMap<HeldServer> map_;
};

}  // namespace

std::unique_ptr<Scheduler> make_lblc() { return std::make_unique<LocalityLeastConnection>(); }

}  // namespace lvs
