// Source hashing: 256 buckets are dealt to the servers by weight, and the client's address chooses
// one. A server of weight 0 still owns one bucket a round, and who hashes there is refused, unless
// sh-fallback tries other buckets. With sh-port the client's port is hashed too. Source:
// spec/ipvs.md 2.7.
#include <memory>

#include "models/ipvs/schedulers/hash_table.hpp"
#include "models/ipvs/schedulers/registry.hpp"

namespace lvs {
namespace {

constexpr std::uint8_t kFallback = SchedulerFlags::kFlag1;
constexpr std::uint8_t kPort = SchedulerFlags::kFlag2;

class SourceHashing final : public Scheduler {
 public:
  DestinationId pick(const DestinationList& servers, const Flow& flow) override {
    const bool with_port = (flags() & kPort) != 0;
    const std::uint32_t port = with_port ? flow.client.port.value : 0;
    const std::uint32_t home =
        multiplicative_hash(flow.client.address.value + port, kHashTableBits);
    if (is_available(servers, home)) return table_[home];
    if ((flags() & kFallback) == 0 || !table_[home].valid()) return {};
    // The k-th try is offset by k and by the home bucket once more.
    for (std::uint32_t k = 0; k < kHashTableSize; ++k) {
      const std::uint32_t bucket = (2 * home + k) % kHashTableSize;
      if (is_available(servers, bucket)) return table_[bucket];
    }
    return {};
  }

  void bound(const DestinationList& servers) override { rebuild(servers); }
  void added(const DestinationList& servers) override { rebuild(servers); }
  void removed(const DestinationList& servers, std::size_t) override { rebuild(servers); }
  void edited(const DestinationList& servers) override { rebuild(servers); }

 private:
  bool is_available(const DestinationList& servers, std::uint32_t bucket) const {
    return table_[bucket].valid() && servers.get(table_[bucket]).eligible();
  }
  void rebuild(const DestinationList& servers) {
    table_ = deal(servers, [](const Destination& server) { return server.weight; });
  }

  HashTable table_;
};

}  // namespace

std::unique_ptr<Scheduler> make_sh() { return std::make_unique<SourceHashing>(); }

}  // namespace lvs
