// Power of two choices: two servers drawn at random in proportion to weight; the one with the lower
// overhead per weight serves, the first drawn on a tie. The draw includes 0, which gives the first
// available server of the list one chance more: with idle servers it is chosen with probability
// (w1 + 1) / (sum of weights + 1). The numbers are ours, not the kernel's. Source: spec/ipvs.md
// 2.14.
#include <memory>

#include "models/ipvs/schedulers/registry.hpp"
#include "sim/check.hpp"

namespace lvs {
namespace {

/// One of the two choices while the list is walked. 32 bits, as there.
struct Draw {
  std::int32_t left = 0;  ///< what the weights still have to use up
  const Destination* server = nullptr;
  DestinationId id{};

  void offer(const Destination& candidate, DestinationId its_id) {
    if (server != nullptr) return;
    left = static_cast<std::int32_t>(static_cast<std::uint32_t>(left) -
                                     static_cast<std::uint32_t>(candidate.weight));
    if (left > 0) return;
    server = &candidate;
    id = its_id;
  }
};

/// overhead(a) * b.weight in the kernel's int of 32 bits.
std::int32_t product(const Destination& a, const Destination& b) {
  return static_cast<std::int32_t>(a.overhead() * static_cast<std::uint32_t>(b.weight));
}

class PowerOfTwoChoices final : public Scheduler {
 public:
  DestinationId pick(const DestinationList& servers, const Flow&) override {
    // 1., 2. The chances: one for each weight, and one more.
    std::uint32_t chances = 1;
    for (const Destination& server : servers) {
      if (server.eligible()) chances += static_cast<std::uint32_t>(server.weight);
    }
    if (chances <= 1) return {};  // nobody; or weights that wrap round 32 bits, and nothing to draw
    Draw first{.left = draw(chances)};
    Draw second{.left = draw(chances)};
    // 3. Where the weights, walked from the head of the list, use up what was drawn.
    for (std::size_t at = 0; at < servers.size(); ++at) {
      if (!servers[at].eligible()) continue;
      first.offer(servers[at], servers.id(at));
      second.offer(servers[at], servers.id(at));
    }
    LVS_REQUIRE(first.server != nullptr && second.server != nullptr,
                "all weights use up what was drawn");
    // 4. The one that is less loaded for its weight.
    const bool take_second =
        product(*first.server, *second.server) > product(*second.server, *first.server);
    return take_second ? second.id : first.id;
  }

 private:
  std::int32_t draw(std::uint32_t chances) const {
    return static_cast<std::int32_t>(host().random() % chances);
  }
};

}  // namespace

std::unique_ptr<Scheduler> make_twos() { return std::make_unique<PowerOfTwoChoices>(); }

}  // namespace lvs
