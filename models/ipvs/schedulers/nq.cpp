// Never queue: the first available server without active connections, else as sed. Connections of
// UDP are never active, so there it is always the server configured last. Source: spec/ipvs.md 2.6.
#include <memory>

#include "models/ipvs/schedulers/least_cost.hpp"
#include "models/ipvs/schedulers/registry.hpp"

namespace lvs {
namespace {

class NeverQueue final : public Scheduler {
 public:
  DestinationId pick(const DestinationList& servers, const Flow&) override {
    for (std::size_t at = 0; at < servers.size(); ++at) {
      if (servers[at].eligible() && servers[at].active == 0) return servers.id(at);
    }
    return least_cost(servers, expected_delay);
  }
};

}  // namespace

std::unique_ptr<Scheduler> make_nq() { return std::make_unique<NeverQueue>(); }

}  // namespace lvs
