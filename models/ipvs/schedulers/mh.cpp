// Maglev hashing: the client's address chooses one of 4093 slots, and the servers own slots in
// proportion to weight, dealt so that few change hands when a server comes or goes. A quiesced
// server keeps its slots, and who hashes there is refused, unless mh-fallback hashes again. With
// mh-port the client's port is hashed too. Source: spec/ipvs.md 2.13.
#include <algorithm>
#include <bit>
#include <memory>
#include <numeric>
#include <vector>

#include "models/ipvs/schedulers/maglev.hpp"
#include "models/ipvs/schedulers/registry.hpp"

namespace lvs {
namespace {

constexpr std::uint8_t kFallback = SchedulerFlags::kFlag1;
constexpr std::uint8_t kPort = SchedulerFlags::kFlag2;

/// How a server goes through the table, and how many slots it takes when it is its turn.
struct Permutation {
  std::uint32_t position = 0;
  std::uint32_t skip = 0;
  std::int32_t slots_a_turn = 0;
  DestinationId id;
};

/// Steps 1 to 3. By the last weight that was not 0: quiescing does not change the table. Empty if
/// no server ever had weight.
std::vector<Permutation> permutations(const DestinationList& servers) {
  std::int32_t divisor = 0;
  std::int32_t greatest = 0;
  for (const Destination& server : servers) {
    divisor = std::gcd(divisor, server.last_weight);
    greatest = std::max(greatest, server.last_weight);
  }
  if (divisor == 0) return {};
  const int bits = std::bit_width(static_cast<std::uint32_t>(greatest / divisor));
  const int shift = std::max(0, bits - kMaglevTurnBits);
  std::vector<Permutation> result;
  for (std::size_t at = 0; at < servers.size(); ++at) {
    const Destination& server = servers[at];
    if (server.last_weight == 0) continue;
    const auto [address, port] = server.address;
    result.push_back({.position = maglev_hash(address, port, kMaglevKey1) % kMaglevSlots,
                      .skip = maglev_hash(address, port, kMaglevKey2) % (kMaglevSlots - 1) + 1,
                      .slots_a_turn = std::max(1, server.last_weight / divisor >> shift),
                      .id = servers.id(at)});
  }
  return result;
}

class MaglevHashing final : public Scheduler {
 public:
  DestinationId pick(const DestinationList& servers, const Flow& flow) override {
    if (table_.empty()) return {};
    const std::uint32_t home = slot_of(flow, 0);
    if (is_available(servers, home)) return table_[home];
    if ((flags() & kFallback) == 0) return {};
    // The offset goes into the hash: the tries are all over the table.
    for (std::uint32_t k = 0; k < kMaglevSlots; ++k) {
      const std::uint32_t slot = slot_of(flow, (k + home) % kMaglevSlots);
      if (is_available(servers, slot)) return table_[slot];
    }
    return {};
  }

  void bound(const DestinationList& servers) override { rebuild(servers); }
  void added(const DestinationList& servers) override { rebuild(servers); }
  void removed(const DestinationList& servers, std::size_t) override { rebuild(servers); }
  void edited(const DestinationList& servers) override { rebuild(servers); }

 private:
  std::uint32_t slot_of(const Flow& flow, std::uint32_t offset) const {
    const Port port = (flags() & kPort) != 0 ? flow.client.port : Port{};
    return maglev_hash(flow.client.address, port, kMaglevKey1, offset) % kMaglevSlots;
  }
  bool is_available(const DestinationList& servers, std::uint32_t slot) const {
    return servers.get(table_[slot]).eligible();
  }

  void rebuild(const DestinationList& servers) {
    table_.clear();
    // More servers than slots: the kernel reports an error. The table stays empty then.
    if (servers.size() > kMaglevSlots) return;
    std::vector<Permutation> turns = permutations(servers);
    if (!turns.empty()) fill(turns);
  }

  /// Step 4: in turn, each takes its next free slots, until all are taken.
  void fill(std::vector<Permutation>& turns) {
    table_.resize(kMaglevSlots);
    std::uint32_t taken = 0;
    while (true) {
      for (Permutation& server : turns) {
        for (std::int32_t n = 0; n < server.slots_a_turn; ++n) {
          while (table_[server.position].valid()) {
            server.position += server.skip;
            if (server.position >= kMaglevSlots) server.position -= kMaglevSlots;
          }
          table_[server.position] = server.id;
          if (++taken == kMaglevSlots) return;
        }
      }
    }
  }

  std::vector<DestinationId> table_;  ///< kMaglevSlots, all taken; or empty
};

}  // namespace

std::unique_ptr<Scheduler> make_mh() { return std::make_unique<MaglevHashing>(); }

}  // namespace lvs
