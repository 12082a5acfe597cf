#include "models/host/routes.hpp"

#include <algorithm>

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
  return a.metric < b.metric;
}

}  // namespace

bool RouteTable::contains(Ipv4Prefix prefix, std::uint32_t metric) const {
  return std::any_of(routes_.begin(), routes_.end(), [&](const Route& r) {
    return r.prefix == prefix && r.metric == metric;
  });
}

void RouteTable::add(const Route& route) {
  const auto at = std::find_if(routes_.begin(), routes_.end(),
                               [&](const Route& r) { return preferred(route, r); });
  const auto index = at - routes_.begin();
  routes_.insert(at, route);
  matches_.insert(matches_.begin() + index,
                  {route.prefix.network().value, prefix_mask(route.prefix.length)});
}

void RouteTable::erase(std::size_t at) {
  routes_.erase(routes_.begin() + static_cast<std::ptrdiff_t>(at));
  matches_.erase(matches_.begin() + static_cast<std::ptrdiff_t>(at));
}

void RouteTable::clear() {
  routes_.clear();
  matches_.clear();
}

}  // namespace lvs
