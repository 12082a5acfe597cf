// Destination hashing: 256 buckets are dealt to the servers one by one, whatever their weight, and
// the destination's address chooses one. With a single virtual address every client gets the same
// server. The table follows additions and removals, not edits. Source: spec/ipvs.md 2.8.
#include <memory>

#include "models/ipvs/schedulers/hash_table.hpp"
#include "models/ipvs/schedulers/registry.hpp"

namespace lvs {
namespace {

class DestinationHashing final : public Scheduler {
 public:
  DestinationId pick(const DestinationList& servers, const Flow& flow) override {
    const DestinationId id = table_[multiplicative_hash(flow.target.address.value, kHashTableBits)];
    return id.valid() && servers.get(id).eligible() ? id : DestinationId{};
  }

  void bound(const DestinationList& servers) override { rebuild(servers); }
  void added(const DestinationList& servers) override { rebuild(servers); }
  void removed(const DestinationList& servers, std::size_t) override { rebuild(servers); }

 private:
  void rebuild(const DestinationList& servers) {
    table_ = deal(servers, [](const Destination&) { return 1; });
  }

  HashTable table_;
};

}  // namespace

std::unique_ptr<Scheduler> make_dh() { return std::make_unique<DestinationHashing>(); }

}  // namespace lvs
