// Weighted round robin. In each pass over the list only servers whose weight is at least the
// present level get a connection; after a pass the level falls by the greatest common divisor of
// the weights, and after the lowest it starts again at the top. The order depends on the history of
// additions, because the level survives them. Source: spec/ipvs.md 2.2; the kernel's cl, cw, mw and
// di are next_, level_, top_ and step_ here.
#include <algorithm>
#include <memory>
#include <numeric>

#include "models/ipvs/schedulers/registry.hpp"

namespace lvs {
namespace {

class WeightedRoundRobin final : public Scheduler {
 public:
  DestinationId pick(const DestinationList& servers, const Flow&) override {
    // 1. Every weight is 0.
    if (top_ == 0) return {};
    // 2. Begin after the server chosen last.
    const std::size_t start = next_;
    std::size_t stop = 0;  // one past the server to give up at; 0: none
    bool last_pass = false;
    bool restarted = false;
    for (std::size_t at = start;; at = 0) {
      // 3. The rest of the list at this level.
      for (; at < servers.size(); ++at) {
        const Destination& server = servers[at];
        const bool chosen = !server.overloaded && server.weight >= level_;
        if (!chosen && at + 1 != stop) continue;
        next_ = at + 1;
        return chosen ? servers.id(at) : DestinationId{};
      }
      // 4. The next level, or the top again; once around is enough.
      level_ -= step_;
      if (level_ <= 0) {
        level_ = top_;
        if (last_pass || start == 0) {
          next_ = 0;
          return {};
        }
        restarted = true;
      }
      // 5. In the lowest pass after a restart, only up to where we began.
      last_pass = level_ <= step_;
      if (last_pass && restarted) stop = start;
    }
  }

  void bound(const DestinationList& servers) override {
    recompute(servers);
    next_ = 0;
    level_ = top_;
  }
  void added(const DestinationList& servers) override { changed(servers); }
  void removed(const DestinationList& servers, std::size_t) override { changed(servers); }
  void edited(const DestinationList& servers) override { changed(servers); }

 private:
  void recompute(const DestinationList& servers) {
    std::int32_t divisor = 0;
    std::int32_t greatest = 0;
    for (const Destination& server : servers) {
      divisor = std::gcd(divisor, server.weight);
      greatest = std::max(greatest, server.weight);
    }
    step_ = std::max(divisor, 1);
    top_ = greatest - (step_ - 1);
  }

  void changed(const DestinationList& servers) {
    next_ = 0;
    recompute(servers);
    if (level_ > top_ || level_ == 0) {
      level_ = top_;
    } else if (step_ > 1) {
      level_ = level_ / step_ * step_ + 1;
    }
  }

  std::size_t next_ = 0;  ///< one past the server chosen last; 0: before the first
  std::int32_t level_ = 0;
  std::int32_t top_ = 0;
  std::int32_t step_ = 1;
};

}  // namespace

std::unique_ptr<Scheduler> make_wrr() { return std::make_unique<WeightedRoundRobin>(); }

}  // namespace lvs
