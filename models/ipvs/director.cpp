// A director's life, and what is read of it.
#include "models/ipvs/director.hpp"

#include <algorithm>

#include "sim/check.hpp"

namespace lvs {
namespace {

constexpr std::array<Jiffies, kIpvsStateCount> in_jiffies(
    const std::array<std::uint32_t, kIpvsStateCount>& seconds) {
  std::array<Jiffies, kIpvsStateCount> timeouts{};
  for (std::size_t state = 0; state < kIpvsStateCount; ++state) {
    timeouts[state] = jiffies_of_seconds(seconds[state]);
  }
  return timeouts;
}

/// Of a director without a host.
class UnknownAddresses final : public AddressBook {
 public:
  AddressType type(Ipv4Address a) const override {
    const bool unicast = !a.is_any() && !a.is_broadcast() && !a.is_multicast();
    return unicast ? AddressType::unicast : AddressType::other;
  }
};
const UnknownAddresses kUnknownAddresses;

}  // namespace

Director::Director(Simulator& simulator, const Observation& observation, HostId host,
                   std::uint32_t index, DirectorPhases phases, StreamKey key)
    : simulator_(simulator),
      observation_(observation),
      host_(host),
      index_(index),
      clock_(phases.jiffies),
      first_tick_(firing_jiffy(phases.jiffies + kTickDelay, kTickDelay) - phases.statistics),
      statistics_timer_(simulator.create_timer(code(EventKind::ipvs_statistics), target({0}))),
      trash_timer_(simulator.create_timer(code(EventKind::ipvs_trash), target({0}))),
      sweep_timer_(simulator.create_timer(code(EventKind::ipvs_trash), target({0}))),
      defence_timer_(simulator.create_timer(code(EventKind::ipvs_trash), target({0}))),
      addresses_(&kUnknownAddresses),
      stream_(key, "director", "schedulers", index),
      tcp_timeouts_(in_jiffies(kTcpTimeoutSeconds)),
      dpvs_tcp_timeouts_(in_jiffies(kDpvsTcpTimeoutSeconds)),
      udp_timeout_(jiffies_of_seconds(kUdpTimeoutSeconds)),
      local_sides_(key, index) {
  LVS_REQUIRE(index < kMostDirectors, "a run has at most 16 directors");
  LVS_REQUIRE(phases.statistics < kTickPeriod, "a phase is less than its period");
  LVS_REQUIRE(phases.jiffies <= kMostJiffyPhase, "the jiffy counter does not wrap within a run");
}

Director::~Director() {
  table_.each([this](Connection& c) { simulator_.destroy_timer(c.timer); });
  simulator_.destroy_timer(statistics_timer_);
  simulator_.destroy_timer(trash_timer_);
  simulator_.destroy_timer(sweep_timer_);
  simulator_.destroy_timer(defence_timer_);
  for (Service& service : services_) unbind_scheduler(service);
}

const Service* Director::find_service(const ServiceKey& key) const {
  const ServiceId id = find(key);
  return id.valid() ? &services_[id.index()] : nullptr;
}

std::vector<const Service*> Director::services() const {
  std::vector<const Service*> result;
  for (const auto& [key, id] : index_of_services_) result.push_back(&services_[id.index()]);
  return result;
}

ServiceId Director::find(const ServiceKey& key) const {
  const auto at = std::lower_bound(
      index_of_services_.begin(), index_of_services_.end(), key,
      [](const auto& entry, const ServiceKey& wanted) { return entry.first < wanted; });
  return at != index_of_services_.end() && at->first == key ? at->second : ServiceId{};
}

void Director::emit(RecordKind kind, const std::array<std::int64_t, 6>& values) const {
  Record record;
  record.time = simulator_.now();
  record.kind = kind;
  record.host = host_;
  record.values = values;
  observation_.observer->observe(record);
}

}  // namespace lvs
