// A scheduler alone with its list: every connection begins (inactive, then active), and one that
// began before ends (active to inactive, then gone), so that 64 a server are open and 64 linger.
#include "tests/bench/pick.hpp"

#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "models/ipvs/schedulers/registry.hpp"
#include "sim/random.hpp"
#include "tests/bench/measure.hpp"
#include "tests/sim/hold_model.hpp"

namespace lvs::bench {
namespace {

constexpr std::size_t kOpenPerServer = 64;

class Host final : public SchedulerHost {
 public:
  Jiffies now() const override { return 0; }
  const IpvsSysctls& settings() const override { return settings_; }
  void hold(DestinationId) override {}
  void let_go(DestinationId) override {}
  std::uint32_t random() override { return static_cast<std::uint32_t>(random_() >> 32); }

 private:
  IpvsSysctls settings_;
  RandomStream random_{{}, "bench", "host"};
};

class Load {
 public:
  Load(Scheduler& scheduler, std::uint32_t servers)
      : scheduler_(scheduler),
        watches_(scheduler.watches_counts()),
        random_({}, "bench", "pick"),
        open_(servers * kOpenPerServer),
        lingering_(servers * kOpenPerServer) {
    for (std::uint32_t id = 0; id < servers; ++id) {
      Destination& server = pool_.emplace_back();
      server.weight = static_cast<std::int32_t>(1 + random_.below(4));
      server.address = {{ipv4(10, 0, 0, 0).value + id}, Port{80}};
      server.last_weight = server.weight;
      order_.insert(order_.begin(), DestinationId{id});
    }
    scheduler_.bound({pool_, order_});
  }

  /// One connection from its SYN on, and the end of another; returns who serves.
  std::uint32_t connect() {
    const DestinationList list(pool_, order_);
    const Flow flow{.client = {{static_cast<std::uint32_t>(random_())}, Port{1024}}, .target = {}};
    const DestinationId begun = scheduler_.pick(list, flow);
    if (!begun.valid()) return begun.value;
    change(begun, [](Destination& d) { ++d.inactive; });
    change(begun, [](Destination& d) { ++d.active, --d.inactive; });
    const DestinationId closed = std::exchange(open_[random_.below(open_.size())], begun);
    if (!closed.valid()) return begun.value;
    change(closed, [](Destination& d) { --d.active, ++d.inactive; });
    const DestinationId gone = std::exchange(lingering_[next_++ % lingering_.size()], closed);
    if (gone.valid()) change(gone, [](Destination& d) { --d.inactive; });
    return begun.value;
  }

 private:
  template <class Change>
  void change(DestinationId id, Change&& how) {
    how(pool_[id.index()]);
    if (watches_) scheduler_.counts_changed(id, pool_[id.index()]);
  }

  Scheduler& scheduler_;
  const bool watches_;
  RandomStream random_;
  DestinationPool pool_;
  std::vector<DestinationId> order_;
  std::vector<DestinationId> open_;
  std::vector<DestinationId> lingering_;
  std::size_t next_ = 0;
};

}  // namespace

int run_pick(const PickOptions& options) {
  const SchedulerEntry* entry = find_scheduler(options.scheduler);
  if (entry == nullptr) {
    std::fprintf(stderr, "no scheduler %s\n", options.scheduler.c_str());
    return 2;
  }
  Host host;
  const std::unique_ptr<Scheduler> scheduler = entry->make();
  scheduler->attach(host);
  Load load(*scheduler, options.servers);
  for (std::size_t i = 0; i < 4 * kOpenPerServer * options.servers; ++i) load.connect();
  HoldChecksum checksum;
  const double before = cpu_seconds();
  for (std::uint64_t i = 0; i < options.connections; ++i) checksum.add(0, load.connect());
  const double taken = cpu_seconds() - before;
  print({"pick", options.servers, options.connections, taken, checksum.value()});
  return 0;
}

}  // namespace lvs::bench
