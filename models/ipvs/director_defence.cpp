// The defences against floods: drop_entry, drop_packet, secure_tcp (spec/ipvs.md 1.7).
#include <algorithm>
#include <vector>

#include "models/ipvs/director.hpp"

namespace lvs {
namespace {

/// The kernel's connection table, of which drop_entry visits some buckets; ours has other slots.
constexpr std::uint32_t kKernelBuckets = 4096;
constexpr std::uint32_t kVisitedBuckets = kKernelBuckets / 32;

constexpr Jiffies kYoung = jiffies_of_seconds(60);

/// What a mode is after this second: the automatic ones follow the memory.
int next_mode(int mode, bool low_memory) {
  if (mode != kAutomaticOff && mode != kAutomaticOn) return mode;
  return low_memory ? kAutomaticOn : kAutomaticOff;
}

}  // namespace

/// Once a second.
void Director::defend() {
  arm_after(defence_timer_, kDefencePeriod);
  const std::int64_t wanted = sysctls_.amemthresh;
  const bool low_memory = kFreePages < wanted;
  sysctls_.drop_entry = next_mode(sysctls_.drop_entry, low_memory);
  sysctls_.drop_packet = next_mode(sysctls_.drop_packet, low_memory);
  sysctls_.secure_tcp = next_mode(sysctls_.secure_tcp, low_memory);
  if (sysctls_.drop_packet == kAutomaticOn) {
    drop_rate_ = drop_counter_ = wanted / (wanted - kFreePages);
  } else {
    drop_rate_ = sysctls_.drop_packet == kAlwaysOn ? sysctls_.am_droprate : 0;
  }
  strictness_ = sysctls_.secure_tcp >= kAutomaticOn ? TcpStrictness::secure : TcpStrictness::normal;
  if (sysctls_.drop_entry >= kAutomaticOn) drop_entries();
}

/// drop_packet: whether this packet, which would start a connection, is one too many.
bool Director::drops_packet() {
  if (drop_rate_ == 0) return false;
  if (--drop_counter_ > 0) return false;
  drop_counter_ = drop_rate_;
  return true;
}

/// drop_entry: random buckets, the entries of each from the newest on. A bucket may come twice.
void Director::drop_entries() {
  std::vector<std::vector<ConnectionId>> buckets(kKernelBuckets);
  table_.each(
      [&](const Connection& c) { buckets[c.hash % kKernelBuckets].push_back(table_.id(c)); });
  for (std::uint32_t visit = 0; visit < kVisitedBuckets; ++visit) {
    std::vector<ConnectionId>& bucket = buckets[random() % kKernelBuckets];
    std::sort(bucket.begin(), bucket.end(), [this](ConnectionId a, ConnectionId b) {
      return table_[a].serial > table_[b].serial;
    });
    for (const ConnectionId id : bucket) {
      Connection& c = table_[id];
      if (c.used() && c.controlled == 0 && is_to_be_dropped(c)) kill(c);
    }
  }
}

bool Director::is_to_be_dropped(const Connection& c) {
  if (c.has(Connection::Flag::kTemplate)) {
    const Service& service = services_[destinations_[c.destination.index()].service.index()];
    if (service.settings.one_packet) return ages_out(c);
    return !c.has(Connection::Flag::kAssured);
  }
  if (c.protocol == Protocol::udp) return ages_out(c);
  switch (c.state) {
    case IpvsState::syn_received:
    case IpvsState::synack: return true;
    case IpvsState::established: return ages_out(c);
    default: return false;
  }
}

/// The less a silent connection was used, the sooner it goes: one in as many as it had packets.
bool Director::ages_out(const Connection& c) {
  const Jiffies silent = c.timeout - (c.expires - jiffies());
  if (silent < kYoung) return false;
  const std::uint32_t packets = c.packets_in;
  if (packets == 0 || packets >= aging_.size()) return false;
  if (--aging_[packets] > 0) return false;
  aging_[packets] = static_cast<int>(packets);
  return true;
}

}  // namespace lvs
