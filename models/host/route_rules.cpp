// The rules of a host: kept in order, changed by `ip rule`, followed by lookups (5.1.1).
#include "models/host/route_rules.hpp"

#include <algorithm>

#include "models/host/host_state.hpp"

namespace lvs {
namespace {

/// What a rule that names no table gives instead of a route.
const Route* route_of(RouteRule::Action action) {
  const auto made = [](RouteType type) {
    Route route;
    route.type = type;
    return route;
  };
  static const Route kBlackhole = made(RouteType::blackhole);
  static const Route kUnreachable = made(RouteType::unreachable);
  static const Route kProhibit = made(RouteType::prohibit);
  switch (action) {
    case RouteRule::Action::blackhole: return &kBlackhole;
    case RouteRule::Action::unreachable: return &kUnreachable;
    case RouteRule::Action::prohibit: return &kProhibit;
    case RouteRule::Action::lookup: break;
  }
  return nullptr;
}

bool same_but_for_priority(RouteRule a, const RouteRule& b) {
  a.priority = b.priority;
  return a == b;
}

}  // namespace

bool HostState::matches(const RouteRule& rule, const RouteQuery& query) const {
  const auto fits = [&] {
    if (rule.from && !rule.from->contains(query.source)) return false;
    if (rule.to && !rule.to->contains(query.destination)) return false;
    if (!rule.oif.empty()) return false;
    if (!rule.iif.empty() && rule.iif != interface(query.arrival).name) return false;
    if (rule.mark && ((*rule.mark ^ query.mark) & rule.mark_mask) != 0) return false;
    return rule.tos == 0 || rule.tos == query.tos;
  };
  return fits() != rule.inverted;
}

const Route* HostState::lookup_by_rules(const RouteQuery& query) const {
  for (const RouteRule& rule : rules_) {
    if (!matches(rule, query)) continue;
    if (rule.action != RouteRule::Action::lookup) return route_of(rule.action);
    const RouteTable* table = tables_.find(rule.table);
    const Route* route = table == nullptr ? nullptr : table->lookup(query.destination, query.tos);
    if (route != nullptr && route->type != RouteType::throw_) return route;
  }
  return nullptr;
}

ConfigError HostState::add_rule(RouteRule rule, bool priority_given) {
  if (!priority_given) {
    const auto first = std::find_if(rules_.begin(), rules_.end(),
                                    [](const RouteRule& r) { return r.priority != 0; });
    rule.priority = first == rules_.end() ? 32'766 : first->priority - 1;
  }
  if (std::find(rules_.begin(), rules_.end(), rule) != rules_.end()) return ConfigError::exists;
  const auto at = std::find_if(rules_.begin(), rules_.end(),
                               [&](const RouteRule& r) { return r.priority > rule.priority; });
  rules_.insert(at, rule);
  routing_changed();
  return ConfigError::none;
}

ConfigError HostState::delete_rule(const RouteRule& like, bool priority_given) {
  const auto found = std::find_if(rules_.begin(), rules_.end(), [&](const RouteRule& r) {
    return priority_given ? r == like : same_but_for_priority(r, like);
  });
  if (found == rules_.end()) return ConfigError::no_such_entry;
  rules_.erase(found);
  routing_changed();
  return ConfigError::none;
}

void HostState::flush_rules() {
  rules_.erase(std::remove_if(rules_.begin(), rules_.end(),
                              [](const RouteRule& r) { return r.priority != 0; }),
               rules_.end());
  routing_changed();
}

/// Routes or rules are others now: whether the short way of lookup() still gives the same.
void HostState::routing_changed() {
  static const std::vector<RouteRule> kFresh = fresh_route_rules();
  const RouteTable* fallback = tables_.find(kTableOfDefault);
  default_rules_ = rules_ == kFresh && (fallback == nullptr || fallback->routes().empty());
  routes_by_address_ = default_rules_;
  for_each_table([&](const RouteTable& table) {
    const bool by_tos = std::any_of(table.routes().begin(), table.routes().end(),
                                    [](const Route& r) { return r.tos != 0; });
    routes_by_address_ = routes_by_address_ && !by_tos;
  });
  update_dead_routes();
}

std::vector<RouteRule> fresh_route_rules() {
  RouteRule local;
  local.table = kTableOfLocal;
  RouteRule main;
  main.priority = 32'766;
  RouteRule fallback;
  fallback.priority = 32'767;
  fallback.table = kTableOfDefault;
  return {local, main, fallback};
}

}  // namespace lvs
