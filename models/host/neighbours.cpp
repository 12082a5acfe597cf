#include "models/host/neighbours.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "models/event_kinds.hpp"
#include "models/host/host.hpp"

namespace lvs {

std::string_view name(NeighbourState state) {
  constexpr std::array<std::string_view, 9> kNames{
      "NONE", "INCOMPLETE", "REACHABLE", "STALE", "DELAY", "PROBE", "FAILED", "PERMANENT", "NOARP"};
  return kNames[static_cast<std::size_t>(state)];
}

const NeighbourConf& Neighbours::conf(const Neighbour& n) const {
  return host_.state().interface(n.device).neighbours;
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
    case NeighbourState::permanent:
    case NeighbourState::noarp: return send(n, frame);
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

/// NONE or FAILED: the first request leaves at the same instant. The count begins where broadcasts
/// do, behind the unicast probes (4.3).
void Neighbours::start_resolution(NeighbourId id) {
  Neighbour& n = entries_[id.index()];
  enter(id, NeighbourState::incomplete);
  n.probes = static_cast<std::uint8_t>(conf(n).ucast_solicit);
  probe_or_fail(id);
}

bool Neighbours::ask_for(NeighbourId id) {
  const Neighbour& n = entries_[id.index()];
  if (n.valid()) return true;
  if (n.state != NeighbourState::incomplete) start_resolution(id);
  return false;
}

/// Asks once more, or gives up: unicast probes, questions to a daemon, then broadcasts; in PROBE
/// only mcast_resolicit of these (4.2).
void Neighbours::probe_or_fail(NeighbourId id) {
  Neighbour& n = entries_[id.index()];
  const NeighbourConf& c = conf(n);
  const int broadcasts = n.state == NeighbourState::probe ? c.mcast_resolicit : c.mcast_solicit;
  if (n.probes >= c.ucast_solicit + c.app_solicit + broadcasts) return fail(id);
  arm(n, milliseconds(c.retrans_time_ms));
  solicit(id);
}

/// Asks for the neighbour: a unicast probe, for which there is no packet, or a broadcast with the
/// sender that the newest waiting packet decides (3.2, 3.4).
void Neighbours::solicit(NeighbourId id) {
  Neighbour& n = entries_[id.index()];
  const NeighbourConf& c = conf(n);
  const int asked = n.probes++;
  ArpQuestion question;
  question.device = n.device;
  question.target = n.address;
  if (asked < c.ucast_solicit) {
    question.unicast_to = n.mac;
  } else if (asked < c.ucast_solicit + c.app_solicit) {
    return;  // a message to a user's daemon, and none listens
  } else if (!n.waiting.empty()) {
    question.packet_source = frames_[n.waiting.back().frame].ip.source;
  }
  host_.arp().ask(question);
}

void Neighbours::enter(NeighbourId id, NeighbourState state) {
  Neighbour& n = entries_[id.index()];
  host_.observe_neighbour(n, state);
  const bool was_fixed = n.fixed();
  n.state = state;
  fixed_ += n.fixed() ? 1 : 0;
  fixed_ -= was_fixed ? 1 : 0;
  n.updated = simulator_.now();
  n.probes = 0;
  simulator_.disarm(n.timer);
}

void Neighbours::arm(const Neighbour& n, Duration after) {
  simulator_.arm(n.timer, simulator_.now() + after);
}

void Neighbours::timer(std::uint32_t entry) {
  if (entry == kCollection) return collect_periodically();
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
      return probe_or_fail(id);
    case NeighbourState::incomplete:
    case NeighbourState::probe: return probe_or_fail(id);
    case NeighbourState::none:
    case NeighbourState::stale:
    case NeighbourState::failed:
    case NeighbourState::permanent:
    case NeighbourState::noarp: return;
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
  if (n.fixed()) return;  // 1
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
  if ((!same_mac || !was_valid) && state == NeighbourState::stale) n.confirmed = long_ago(n);  // 6
  if (!was_valid) release_waiting(id);                                                         // 7
}

/// A time of confirmation that convinces nobody (4.4 step 6).
Time Neighbours::long_ago(const Neighbour& n) const {
  return simulator_.now() - 2 * milliseconds(conf(n).base_reachable_time_ms);
}

void Neighbours::release_waiting(NeighbourId id) {
  std::vector<Neighbour::Waiting> waiting;
  waiting.swap(entries_[id.index()].waiting);
  entries_[id.index()].waiting_bytes = 0;
  for (const Neighbour::Waiting& w : waiting) output(id, w.frame, w.forwarded);
}

void Neighbours::drop_waiting(Neighbour& n) {
  for (const Neighbour::Waiting& w : n.waiting) host_.drop(w.frame, DropCause::neighbour_failed);
  n.waiting.clear();
  n.waiting_bytes = 0;
}

}  // namespace lvs
