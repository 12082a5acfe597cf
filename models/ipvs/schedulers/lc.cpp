// Least connections: the available server with the least overhead, whatever its weight; on a tie
// the first in the kernel's list, which is the one configured last. Source: spec/ipvs.md 2.3.
#include <memory>

#include "models/ipvs/schedulers/registry.hpp"

namespace lvs {
namespace {

class LeastConnection final : public Scheduler {
 public:
  DestinationId pick(const DestinationList& servers, const Flow&) override {
    DestinationId best;
    std::uint32_t least = 0;
    for (std::size_t at = 0; at < servers.size(); ++at) {
      const Destination& server = servers[at];
      if (!server.eligible()) continue;
      const std::uint32_t overhead = server.overhead();
      if (best.valid() && overhead >= least) continue;
      best = servers.id(at);
      least = overhead;
    }
    return best;
  }
};

}  // namespace

std::unique_ptr<Scheduler> make_lc() { return std::make_unique<LeastConnection>(); }

}  // namespace lvs
