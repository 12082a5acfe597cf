// Round robin. Each available server in turn, in list order, which is the newest first.
// Source: spec/ipvs.md 2.1.
#include <memory>

#include "models/ipvs/schedulers/registry.hpp"

namespace lvs {
namespace {

class RoundRobin final : public Scheduler {
 public:
  DestinationId pick(const DestinationList& servers, const Flow&) override {
    // From the successor of the cursor to the end of the list, then, only if the cursor is on a
    // server, from the first one up to the cursor itself.
    for (std::size_t at = next_; at < servers.size(); ++at) {
      if (servers[at].eligible()) return chosen(servers, at);
    }
    for (std::size_t at = 0; at < next_; ++at) {
      if (servers[at].eligible()) return chosen(servers, at);
    }
    return {};
  }

  void bound(const DestinationList&) override { next_ = 0; }
  /// The cursor stays on its server, which is now one further down; one before the first stays
  /// there.
  void added(const DestinationList&) override {
    if (next_ > 0) ++next_;
  }
  /// The cursor stays on its server; if that is the one that left, it moves to the one before.
  void removed(const DestinationList&, std::size_t position) override {
    if (position < next_) --next_;
  }

 private:
  DestinationId chosen(const DestinationList& servers, std::size_t at) {
    next_ = at + 1;
    return servers.id(at);
  }

  std::size_t next_ = 0;  ///< one past the cursor; 0: the cursor is before the first
};

}  // namespace

std::unique_ptr<Scheduler> make_rr() { return std::make_unique<RoundRobin>(); }

}  // namespace lvs
