#include "models/host/neighbours.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "models/event_kinds.hpp"
#include "models/host/host.hpp"

namespace lvs {

std::string_view name(NeighbourState state) {
  constexpr std::array<std::string_view, 8> kNames{"NONE",  "INCOMPLETE", "REACHABLE", "STALE",
                                                   "DELAY", "PROBE",      "FAILED",    "PERMANENT"};
  return kNames[static_cast<std::size_t>(state)];
}

const NeighbourConf& Neighbours::conf(const Neighbour& n) const {
  return host_.state().interface(n.device).neighbours;
}

const Neighbour* Neighbours::find(Ipv4Address address, InterfaceId device) const {
  const auto found = index_.find(key(address, device));
  return found == index_.end() ? nullptr : &entries_[found->second];
}

std::optional<NeighbourId> Neighbours::find_or_create(Ipv4Address address, InterfaceId device) {
  if (const auto found = index_.find(key(address, device)); found != index_.end()) {
    return NeighbourId{found->second};
  }
  const HostSysctls& limits = host_.state().sysctls();
  const auto count = static_cast<int>(index_.size());
  if (count >= limits.neigh_gc_thresh3 ||
      (count >= limits.neigh_gc_thresh2 && simulator_.now() - last_collection_ > seconds(5))) {
    if (!collect() && count >= limits.neigh_gc_thresh3) return std::nullopt;
  }
  if (free_.empty()) {
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
  return NeighbourId{at};
}

void Neighbours::output_unsure(NeighbourId id, FrameId frame, bool forwarded) {
  Neighbour& n = entries_[id.index()];
  n.used = simulator_.now();
  switch (n.state) {
    case NeighbourState::stale:
      enter(id, NeighbourState::delay);
      arm(n, seconds(conf(n).delay_first_probe_time));
      [[fallthrough]];
    case NeighbourState::delay:
    case NeighbourState::probe:
    case NeighbourState::reachable:
    case NeighbourState::permanent: return send(n, frame);
    case NeighbourState::incomplete: return enqueue(n, frame, forwarded);
    case NeighbourState::none:
    case NeighbourState::failed: enqueue(n, frame, forwarded); return start_resolution(id);
  }
}

void Neighbours::enqueue(Neighbour& n, FrameId frame, bool forwarded) {
  // The kernel charges a packet with the memory it takes, not its length: 212992 bytes are 101
  // packets (4.2).
  constexpr std::int64_t size = 212'992 / 101;
  while (!n.waiting.empty() && n.waiting_bytes + size > conf(n).unres_qlen_bytes) {
    const FrameId oldest = n.waiting.front().frame;  // overflow drops the oldest (4.2)
    n.waiting_bytes -= size;
    n.waiting.erase(n.waiting.begin());
    host_.drop(oldest, DropCause::neighbour_queue_full);
  }
  n.waiting.push_back({frame, forwarded});
  n.waiting_bytes += size;
}

/// NONE or FAILED: the first request leaves at the same instant.
void Neighbours::start_resolution(NeighbourId id) {
  Neighbour& n = entries_[id.index()];
  enter(id, NeighbourState::incomplete);
  n.probes = 1;
  arm(n, milliseconds(conf(n).retrans_time_ms));
  solicit(n);
}

/// Asks for the neighbour: broadcast with the sender that the newest waiting packet decides, or a
/// unicast probe, for which there is no packet (3.2, 3.4).
void Neighbours::solicit(const Neighbour& n) {
  ArpQuestion question;
  question.device = n.device;
  question.target = n.address;
  if (n.state == NeighbourState::probe) {
    question.unicast_to = n.mac;
  } else if (!n.waiting.empty()) {
    question.packet_source = frames_[n.waiting.back().frame].ip.source;
  }
  host_.arp().ask(question);
}

void Neighbours::enter(NeighbourId id, NeighbourState state) {
  Neighbour& n = entries_[id.index()];
  host_.observe_neighbour(n, state);
  n.state = state;
  n.updated = simulator_.now();
  n.probes = 0;
  simulator_.disarm(n.timer);
}

void Neighbours::arm(const Neighbour& n, Duration after) {
  simulator_.arm(n.timer, simulator_.now() + after);
}

void Neighbours::timer(std::uint32_t entry) {
  const NeighbourId id{entry};
  Neighbour& n = entries_[entry];
  switch (n.state) {
    case NeighbourState::reachable: return reachable_timer(id);
    case NeighbourState::delay:
      if (simulator_.now() - n.confirmed <= seconds(conf(n).delay_first_probe_time)) {
        enter(id, NeighbourState::reachable);
        return arm(n,
                   n.confirmed + milliseconds(conf(n).base_reachable_time_ms) - simulator_.now());
      }
      enter(id, NeighbourState::probe);
      n.probes = 1;
      arm(n, milliseconds(conf(n).retrans_time_ms));
      return solicit(n);
    case NeighbourState::incomplete:
    case NeighbourState::probe: {
      const int most =
          n.state == NeighbourState::probe ? conf(n).ucast_solicit : conf(n).mcast_solicit;
      if (n.probes >= most) return fail(id);
      ++n.probes;
      arm(n, milliseconds(conf(n).retrans_time_ms));
      return solicit(n);
    }
    case NeighbourState::none:
    case NeighbourState::stale:
    case NeighbourState::failed:
    case NeighbourState::permanent: return;
  }
}

void Neighbours::reachable_timer(NeighbourId id) {
  Neighbour& n = entries_[id.index()];
  const Time now = simulator_.now();
  const Duration reachable = milliseconds(conf(n).base_reachable_time_ms);
  if (n.confirmed + reachable > now) {
    simulator_.arm(n.timer, n.confirmed + reachable);
    return;
  }
  const Duration recent = seconds(conf(n).delay_first_probe_time);
  if (now - n.used < recent) {
    enter(id, NeighbourState::delay);
    return arm(n, recent);
  }
  enter(id, NeighbourState::stale);
}

void Neighbours::fail(NeighbourId id) {
  enter(id, NeighbourState::failed);
  std::vector<Neighbour::Waiting> waiting;
  waiting.swap(entries_[id.index()].waiting);
  entries_[id.index()].waiting_bytes = 0;
  for (const Neighbour::Waiting& w : waiting) host_.ip().neighbour_failed(w.frame, w.forwarded);
}

void Neighbours::update(NeighbourId id, const NeighbourUpdate& news) {
  Neighbour& n = entries_[id.index()];
  if (n.state == NeighbourState::permanent) return;  // 1
  const Time now = simulator_.now();
  NeighbourState state = news.state;
  if (state == NeighbourState::reachable) n.confirmed = now;  // 2
  const bool was_valid = n.valid();
  const bool same_mac = n.mac == news.mac;
  if (was_valid) {  // 3
    if (!same_mac && !news.override) return;
    if (same_mac && state == NeighbourState::stale) state = n.state;
  }
  if (state != n.state || !same_mac || !was_valid) n.updated = now;  // 4
  n.mac = news.mac;
  if (state != n.state) {  // 5
    enter(id, state);
    if (state == NeighbourState::reachable) arm(n, milliseconds(conf(n).base_reachable_time_ms));
  } else if (!same_mac) {
    host_.observe_neighbour(n, state);
  }
  if (!same_mac || !was_valid) {  // 6
    if (state == NeighbourState::stale) {
      n.confirmed = now - 2 * milliseconds(conf(n).base_reachable_time_ms);
    }
  }
  if (!was_valid) release_waiting(id);  // 7
}

void Neighbours::release_waiting(NeighbourId id) {
  std::vector<Neighbour::Waiting> waiting;
  waiting.swap(entries_[id.index()].waiting);
  entries_[id.index()].waiting_bytes = 0;
  for (const Neighbour::Waiting& w : waiting) output(id, w.frame, w.forwarded);
}

void Neighbours::set(Ipv4Address address, InterfaceId device, MacAddress mac,
                     NeighbourState state) {
  const auto id = find_or_create(address, device);
  LVS_REQUIRE(id.has_value(), "an administrator's entry finds room in the neighbour table");
  Neighbour& n = entries_[id->index()];
  n.mac = mac;
  enter(*id, state);
  n.confirmed = simulator_.now();
  if (state == NeighbourState::reachable) arm(n, milliseconds(conf(n).base_reachable_time_ms));
  release_waiting(*id);
}

void Neighbours::drop_waiting(Neighbour& n) {
  for (const Neighbour::Waiting& w : n.waiting) host_.drop(w.frame, DropCause::neighbour_failed);
  n.waiting.clear();
  n.waiting_bytes = 0;
}

void Neighbours::erase(NeighbourId id) {
  Neighbour& n = entries_[id.index()];
  drop_waiting(n);
  simulator_.destroy_timer(n.timer);
  index_.erase(key(n.address, n.device));
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
    if (!n.device.valid() || n.state == NeighbourState::permanent) continue;
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

/// Forced collection: entries unused for more than 5 s (4.2). Returns whether any went.
bool Neighbours::collect() {
  const Time now = simulator_.now();
  last_collection_ = now;
  bool any = false;
  for (std::uint32_t at = 0; at < entries_.size(); ++at) {
    const Neighbour& n = entries_[at];
    if (!n.device.valid() || n.state == NeighbourState::permanent || !n.waiting.empty()) continue;
    if (now - std::max({n.updated, n.used, n.confirmed}) <= seconds(5)) continue;
    erase(NeighbourId{at});
    any = true;
  }
  return any;
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
