// The neighbour table: entries made, set by hand, forgotten and collected (spec/linux-host.md 4.2).
#include <algorithm>
#include <tuple>

#include "models/event_kinds.hpp"
#include "models/host/host.hpp"
#include "models/host/neighbours.hpp"

namespace lvs {

const Neighbour* Neighbours::find(Ipv4Address address, InterfaceId device) const {
  const auto found = index_.find(key(address, device));
  return found == index_.end() ? nullptr : &entries_[found->second];
}

std::optional<NeighbourId> Neighbours::find_or_create(Ipv4Address address, InterfaceId device) {
  if (const auto found = index_.find(key(address, device)); found != index_.end()) {
    return NeighbourId{found->second};
  }
  const HostSysctls& limits = host_.state().sysctls();
  const auto count = static_cast<int>(index_.size() - fixed_);  // fixed entries are exempt
  if (count >= limits.neigh_gc_thresh3 ||
      (count >= limits.neigh_gc_thresh2 && simulator_.now() - last_collection_ > seconds(5))) {
    if (!collect_by_force() && count >= limits.neigh_gc_thresh3) return std::nullopt;
  }
  if (free_.empty()) {
    LVS_REQUIRE(entries_.size() < kCollection, "a neighbour table has fewer than 65535 entries");
    free_.push_back(static_cast<std::uint32_t>(entries_.size()));
    entries_.emplace_back();
  }
  const std::uint32_t at = free_.back();
  free_.pop_back();
  Neighbour& n = entries_[at];
  n = Neighbour{};
  n.address = address;
  n.device = device;
  n.updated = n.confirmed = n.used = simulator_.now();
  n.timer = simulator_.create_timer(code(EventKind::neighbour),
                                    host_.state().id().value << kTargetShift | at);
  index_[key(address, device)] = at;
  if (!host_.state().interface(device).resolves()) {
    n.state = NeighbourState::noarp;
    ++fixed_;
  }
  plan_collection();
  return NeighbourId{at};
}

bool Neighbours::set(Ipv4Address address, InterfaceId device, MacAddress mac,
                     NeighbourState state) {
  const auto id = find_or_create(address, device);
  if (!id) return false;
  Neighbour& n = entries_[id->index()];
  n.mac = mac;
  enter(*id, state);
  const NeighbourConf& c = conf(n);
  switch (state) {
    case NeighbourState::reachable:
      n.confirmed = simulator_.now();
      arm(n, milliseconds(c.base_reachable_time_ms));
      break;
    case NeighbourState::delay: arm(n, seconds(c.delay_first_probe_time)); break;
    case NeighbourState::incomplete:
      n.probes = static_cast<std::uint8_t>(c.ucast_solicit);
      [[fallthrough]];
    case NeighbourState::probe: arm(n, Duration{}); break;  // the first question in this instant
    case NeighbourState::stale: n.confirmed = long_ago(n); break;
    case NeighbourState::permanent:
    case NeighbourState::noarp:
    case NeighbourState::failed:
    case NeighbourState::none: break;
  }
  if (n.valid()) {
    release_waiting(*id);
  } else if (state != NeighbourState::incomplete) {
    drop_waiting(n);
  }
  return true;
}

void Neighbours::add_proxy(const ProxyNeighbour& proxy) {
  if (!is_proxy(proxy)) proxies_.push_back(proxy);
}

bool Neighbours::remove_proxy(const ProxyNeighbour& proxy) {
  const auto found = std::find(proxies_.begin(), proxies_.end(), proxy);
  if (found == proxies_.end()) return false;
  proxies_.erase(found);
  return true;
}

bool Neighbours::is_proxy(const ProxyNeighbour& proxy) const {
  return std::find(proxies_.begin(), proxies_.end(), proxy) != proxies_.end();
}

void Neighbours::erase(NeighbourId id) {
  Neighbour& n = entries_[id.index()];
  drop_waiting(n);
  simulator_.destroy_timer(n.timer);
  index_.erase(key(n.address, n.device));
  fixed_ -= n.fixed() ? 1 : 0;
  n.state = NeighbourState::none;
  n.device = {};
  free_.push_back(id.value);
  host_.state().routes_changed();  // whoever remembers the entry asks again
}

bool Neighbours::remove(Ipv4Address address, InterfaceId device) {
  const auto found = index_.find(key(address, device));
  if (found == index_.end()) return false;
  erase(NeighbourId{found->second});
  return true;
}

void Neighbours::flush(std::optional<InterfaceId> device, std::optional<Ipv4Prefix> in) {
  for (std::uint32_t at = 0; at < entries_.size(); ++at) {
    const Neighbour& n = entries_[at];
    if (!n.device.valid() || n.fixed()) continue;
    if (device && n.device != *device) continue;
    if (in && !in->contains(n.address)) continue;
    erase(NeighbourId{at});
  }
}

void Neighbours::forget_device(InterfaceId device) {
  for (std::uint32_t at = 0; at < entries_.size(); ++at) {
    if (entries_[at].device.valid() && entries_[at].device == device) erase(NeighbourId{at});
  }
}

void Neighbours::carrier_lost(InterfaceId device) {
  if (host_.state().interface(device).conf[ConfKey::arp_evict_nocarrier] == 0) return;
  flush(device);
}

/// Forced collection: entries unused for more than 5 s (4.2). Returns whether any went.
bool Neighbours::collect_by_force() {
  const Time now = simulator_.now();
  last_collection_ = now;
  bool any = false;
  for (std::uint32_t at = 0; at < entries_.size(); ++at) {
    const Neighbour& n = entries_[at];
    if (!n.device.valid() || n.fixed() || !n.waiting.empty()) continue;
    if (now - std::max({n.updated, n.used, n.confirmed}) <= seconds(5)) continue;
    erase(NeighbourId{at});
    any = true;
  }
  return any;
}

/// Collection happens at whole multiples of gc_interval, and matters only from gc_thresh1 on (4.2).
void Neighbours::plan_collection() {
  const HostSysctls& sysctls = host_.state().sysctls();
  if (static_cast<int>(index_.size() - fixed_) < sysctls.neigh_gc_thresh1) return;
  if (!collection_.valid()) {
    collection_ = simulator_.create_timer(code(EventKind::neighbour),
                                          host_.state().id().value << kTargetShift | kCollection);
  }
  if (simulator_.armed(collection_)) return;
  const Duration interval = seconds(std::max(1, sysctls.neigh_gc_interval));
  const auto passed = (simulator_.now() - kStart) / interval;
  simulator_.arm(collection_, kStart + (passed + 1) * interval);
}

void Neighbours::collect_periodically() {
  const Time now = simulator_.now();
  if (static_cast<int>(index_.size() - fixed_) < host_.state().sysctls().neigh_gc_thresh1) return;
  for (std::uint32_t at = 0; at < entries_.size(); ++at) {
    const Neighbour& n = entries_[at];
    // What has a timer of its own is left to it.
    const bool failed = n.state == NeighbourState::failed;
    const bool idle = n.state == NeighbourState::stale || n.state == NeighbourState::none;
    const Time used = std::max(n.used, n.confirmed);
    if (!n.device.valid() || !(failed || idle)) continue;
    if (failed || now > used + seconds(conf(n).gc_stale_time)) erase(NeighbourId{at});
  }
  plan_collection();
}

std::vector<Neighbour> Neighbours::listing() const {
  std::vector<Neighbour> all;
  for (const Neighbour& n : entries_) {
    if (n.device.valid()) all.push_back(n);
  }
  std::sort(all.begin(), all.end(), [](const Neighbour& a, const Neighbour& b) {
    return std::tie(a.device, a.address) < std::tie(b.device, b.address);
  });
  return all;
}

}  // namespace lvs
