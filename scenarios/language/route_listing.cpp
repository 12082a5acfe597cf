#include <fmt/format.h>

#include <algorithm>

#include "scenarios/language/ip_listing.hpp"

namespace lvs::language {
namespace {

std::string_view type_prefix(lvs::RouteType type) {
  switch (type) {
    case lvs::RouteType::unicast: return "";
    case lvs::RouteType::local: return "local ";
    case lvs::RouteType::broadcast: return "broadcast ";
    case lvs::RouteType::blackhole: return "blackhole ";
    case lvs::RouteType::unreachable: return "unreachable ";
    case lvs::RouteType::prohibit: return "prohibit ";
    case lvs::RouteType::throw_: return "throw ";
  }
  return "";
}

std::string destination_text(const Route& route) {
  if (route.prefix.length == 0) return "default";
  return route.prefix.length == 32 ? to_string(route.prefix.address) : to_string(route.prefix);
}

/// In iproute2's order; what the filter has fixed is left out, as there.
std::string route_line(const HostState& state, const Route& route, const std::string& table,
                       const RouteFilter& filter) {
  std::string text = std::string(type_prefix(route.type)) + destination_text(route) + " ";
  if (route.tos != 0) text += fmt::format("tos {:#04x} ", route.tos);
  if (route.gateway && !filter.via) text += fmt::format("via {} ", to_string(*route.gateway));
  if (route.device.valid() && !filter.device) {
    text += fmt::format("dev {} ", state.interface(route.device).name);
  }
  if (!table.empty()) text += fmt::format("table {} ", table);
  if (route.origin == RouteOrigin::kernel && !filter.kernel) text += "proto kernel ";
  if (route.scope != Scope::global && !filter.scope) {
    text += fmt::format("scope {} ", scope_name(route.scope));
  }
  if (route.source && !filter.source) text += fmt::format("src {} ", to_string(*route.source));
  if (route.metric != 0) text += fmt::format("metric {} ", route.metric);
  if (route.dead) text += "dead ";
  if (route.device.valid() && !state.interface(route.device).carrier) text += "linkdown ";
  if (route.onlink) text += "onlink ";
  if (route.mtu != 0) text += fmt::format("mtu {} ", route.mtu);
  return text + "\n";
}

bool fits_prefix(const Ipv4Prefix& route, const RouteFilter& filter) {
  if (!filter.prefix) return true;
  const Ipv4Prefix wanted{filter.prefix->network(), filter.prefix->length};
  switch (filter.scan) {
    case RouteFilter::Scan::exact: return route == wanted;
    case RouteFilter::Scan::root:
      return route.length >= wanted.length && wanted.contains(route.address);
    case RouteFilter::Scan::match:
      return route.length <= wanted.length && route.contains(wanted.address);
  }
  return false;
}

bool is_wanted(const Route& route, const RouteFilter& filter, std::optional<InterfaceId> device) {
  return fits_prefix(route.prefix, filter) && (!device || route.device == *device) &&
         (!filter.via || route.gateway == filter.via) &&
         (!filter.source || route.source == filter.source) &&
         (!filter.type || route_type(route.type) == *filter.type) &&
         (!filter.scope || route.scope == static_cast<Scope>(*filter.scope)) &&
         (!filter.kernel || (route.origin == RouteOrigin::kernel) == *filter.kernel);
}

}  // namespace

RouteType route_type(lvs::RouteType type) {
  switch (type) {
    case lvs::RouteType::unicast: return RouteType::unicast;
    case lvs::RouteType::local: return RouteType::local;
    case lvs::RouteType::broadcast: return RouteType::broadcast;
    case lvs::RouteType::blackhole: return RouteType::blackhole;
    case lvs::RouteType::unreachable: return RouteType::unreachable;
    case lvs::RouteType::prohibit: return RouteType::prohibit;
    case lvs::RouteType::throw_: return RouteType::throw_;
  }
  return RouteType::unicast;
}

lvs::RouteType route_type(RouteType type) {
  switch (type) {
    case RouteType::unicast: return lvs::RouteType::unicast;
    case RouteType::local: return lvs::RouteType::local;
    case RouteType::broadcast: return lvs::RouteType::broadcast;
    case RouteType::blackhole: return lvs::RouteType::blackhole;
    case RouteType::unreachable: return lvs::RouteType::unreachable;
    case RouteType::prohibit: return lvs::RouteType::prohibit;
    case RouteType::throw_: return lvs::RouteType::throw_;
  }
  return lvs::RouteType::unicast;
}

std::string table_name(std::uint32_t table) {
  if (table == kTableOfLocal) return "local";
  if (table == kTableOfMain) return "main";
  if (table == kTableOfDefault) return "default";
  return std::to_string(table);
}

std::vector<Route> filtered_routes(const RouteTable& table, const RouteFilter& filter,
                                   std::optional<InterfaceId> device) {
  std::vector<Route> routes;
  for (const Route& route : table.routes()) {
    if (is_wanted(route, filter, device)) routes.push_back(route);
  }
  // By network, the longer prefix first; behind equal prefixes the table's own preference.
  std::stable_sort(routes.begin(), routes.end(), [](const Route& a, const Route& b) {
    if (a.prefix.address != b.prefix.address) return a.prefix.address < b.prefix.address;
    return a.prefix.length > b.prefix.length;
  });
  return routes;
}

std::string list_routes(const HostState& state, std::uint32_t table, const RouteFilter& filter,
                        std::optional<InterfaceId> device) {
  const RouteTable* routes = state.table(table);
  if (routes == nullptr) return "";
  const std::string named = filter.all_tables && table != kTableOfMain ? table_name(table) : "";
  std::string text;
  for (const Route& route : filtered_routes(*routes, filter, device)) {
    text += route_line(state, route, named, filter);
  }
  return text;
}

}  // namespace lvs::language
