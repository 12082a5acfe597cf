#include "models/host/routes.hpp"

#include <algorithm>
#include <bit>

#include "sim/check.hpp"

namespace lvs {
namespace {

/// Whether `a` is preferred to `b` when both match.
bool preferred(const Route& a, const Route& b) {
  if (a.prefix.length != b.prefix.length) return a.prefix.length > b.prefix.length;
  // Within one prefix a local route wins over a broadcast one (1.4, the classic lo:0 recipe).
  const bool a_local = a.type == RouteType::local;
  const bool b_local = b.type == RouteType::local;
  if (a_local != b_local && (a.type == RouteType::broadcast || b.type == RouteType::broadcast)) {
    return a_local;
  }
  if (a.tos != b.tos) return a.tos > b.tos;
  return a.metric < b.metric;
}

}  // namespace

const Route* RouteTable::lookup_in_order(Ipv4Address destination, std::uint8_t tos) const {
  for (const Route& route : routes_) {
    const bool serves = !route.dead && (route.tos == 0 || route.tos == tos);
    if (serves && route.prefix.contains(destination)) return &route;
  }
  return nullptr;
}

bool RouteTable::contains(const Route& like) const {
  return std::any_of(routes_.begin(), routes_.end(), [&](const Route& r) {
    return r.prefix == like.prefix && r.tos == like.tos && r.metric == like.metric;
  });
}

void RouteTable::set_dead(InterfaceId device, bool dead) {
  bool changed = false;
  for (Route& route : routes_) {
    if (route.device != device || route.dead == dead) continue;
    route.dead = dead;
    changed = true;
  }
  if (changed) reindex();
}

void RouteTable::add(const Route& route) {
  const auto at = std::find_if(routes_.begin(), routes_.end(),
                               [&](const Route& r) { return preferred(route, r); });
  routes_.insert(at, route);
  reindex();
}

void RouteTable::erase(std::size_t at) {
  routes_.erase(routes_.begin() + static_cast<std::ptrdiff_t>(at));
  reindex();
}

void RouteTable::clear() {
  routes_.clear();
  reindex();
}

void RouteTable::reindex() {
  constexpr std::size_t kShort = 6;  // up to here a search in order is as fast as a hash
  plain_ = std::none_of(routes_.begin(), routes_.end(),
                        [](const Route& r) { return r.dead || r.tos != 0; });
  matches_.clear();
  lengths_.clear();
  hashed_.clear();
  for (const Route& route : routes_) {
    matches_.push_back({route.prefix.network().value, prefix_mask(route.prefix.length)});
  }
  if (routes_.size() <= kShort) return;
  LVS_REQUIRE(routes_.size() < Hashed::kFree, "a routing table has fewer than 65535 routes");
  hashed_.resize(std::bit_ceil(2 * routes_.size()));
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    const Ipv4Prefix prefix = routes_[i].prefix;
    if (lengths_.empty() || lengths_.back() != prefix.length) lengths_.push_back(prefix.length);
    std::size_t at = slot(prefix.network().value, prefix.length);
    const auto taken_by_other = [&](const Hashed& h) {
      return h.route != Hashed::kFree &&
             (h.network != prefix.network().value || h.length != prefix.length);
    };
    while (taken_by_other(hashed_[at])) at = (at + 1) & (hashed_.size() - 1);
    if (hashed_[at].route != Hashed::kFree) continue;  // a preferred one is there already
    hashed_[at] = {prefix.network().value, prefix.length, static_cast<std::uint16_t>(i)};
  }
}

const RouteTable* RouteTables::find(std::uint32_t id) const {
  if (id == kTableOfLocal) return &local;
  if (id == kTableOfMain) return &main;
  for (const Numbered& other : others) {
    if (other.id == id) return &other.table;
  }
  return nullptr;
}

RouteTable& RouteTables::get(std::uint32_t id) {
  if (id == kTableOfLocal) return local;
  if (id == kTableOfMain) return main;
  const auto at = std::find_if(others.begin(), others.end(),
                               [&](const Numbered& other) { return other.id >= id; });
  if (at != others.end() && at->id == id) return at->table;
  return others.insert(at, {id, {}})->table;
}

}  // namespace lvs
