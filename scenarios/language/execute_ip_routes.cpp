// ip route on a host, and the older `route`.
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/language/execute_ip.hpp"
#include "scenarios/language/ip_listing.hpp"

namespace lvs::language {
namespace {

/// As iproute2 fills it in when none was given.
Scope scope_of(const IpRouteChange& c) {
  if (c.scope) return static_cast<Scope>(*c.scope);
  switch (c.type.value_or(RouteType::unicast)) {
    case RouteType::local: return Scope::host;
    case RouteType::broadcast: return Scope::link;
    case RouteType::unicast: return c.via ? Scope::global : Scope::link;
    case RouteType::blackhole:
    case RouteType::unreachable:
    case RouteType::prohibit:
    case RouteType::throw_: break;
  }
  return Scope::global;
}

Route route_of(const IpRouteChange& c, std::optional<InterfaceId> device) {
  Route route;
  route.prefix = c.destination;
  route.gateway = c.via;
  route.source = c.source;
  route.metric = c.metric.value_or(0);
  route.mtu = static_cast<std::uint32_t>(c.mtu.value_or(0));
  route.tos = c.tos.value_or(0);
  route.table = c.table.value_or(0);
  route.onlink = c.onlink;
  route.type = route_type(c.type.value_or(RouteType::unicast));
  route.scope = scope_of(c);
  if (device) route.device = *device;
  return route;
}

std::uint32_t table_of(const IpRouteChange& c) {
  if (c.table) return *c.table;
  const bool local = c.type == RouteType::local || c.type == RouteType::broadcast;
  return local ? kTableOfLocal : kTableOfMain;
}

/// The first route that agrees with all that was said, in order of preference.
CommandResult delete_route(HostState& state, const IpRouteChange& c,
                           std::optional<InterfaceId> device) {
  const RouteTable* table = state.table(table_of(c));
  const std::vector<Route> none;
  for (const Route& r : table == nullptr ? none : table->routes()) {
    const bool agrees = r.prefix == c.destination && (!c.type || route_type(r.type) == *c.type) &&
                        (!c.via || r.gateway == c.via) && (!device || r.device == *device) &&
                        (!c.metric || r.metric == *c.metric) && r.tos == c.tos.value_or(0) &&
                        (!c.source || r.source == c.source) &&
                        (!c.scope || r.scope == static_cast<Scope>(*c.scope));
    if (!agrees) continue;
    Route exactly = r;
    exactly.table = table_of(c);
    return answer(state.delete_route(exactly));
  }
  return answer(ConfigError::no_such_process);
}

/// Tables as the kernel goes through them: by the last eight bits of their numbers.
std::vector<std::uint32_t> wanted_tables(const HostState& state, const RouteFilter& filter) {
  if (!filter.all_tables) return {filter.table.value_or(kTableOfMain)};
  std::vector<std::uint32_t> ids = state.table_ids();
  std::stable_sort(ids.begin(), ids.end(),
                   [](std::uint32_t a, std::uint32_t b) { return (a & 255U) < (b & 255U); });
  return ids;
}

CommandResult no_table(const char* what) {
  return {2, "", std::string("Error: ipv4: FIB table does not exist.\n") + what + " terminated"};
}

CommandResult unreachable(const char* why) {
  return {2, "", std::string("RTNETLINK answers: ") + why};
}

/// Why there is no way out: what the route says, or that there is none.
CommandResult no_way(const Route* route) {
  if (route == nullptr) return unreachable("Network is unreachable");
  switch (route->type) {
    case lvs::RouteType::unreachable: return unreachable("No route to host");
    case lvs::RouteType::prohibit: return unreachable("Permission denied");
    case lvs::RouteType::blackhole: return unreachable("Invalid argument");
    case lvs::RouteType::unicast:
    case lvs::RouteType::local:
    case lvs::RouteType::broadcast:
    case lvs::RouteType::throw_: break;
  }
  return unreachable("Network is unreachable");
}

std::string mark_text(std::uint32_t mark) {
  if (mark == 0) return "";
  return mark < 16 ? fmt::format("mark {} ", mark) : fmt::format("mark {:#x} ", mark);
}

/// Named unless it is where one expects it.
std::string table_text(const Route* route) {
  const bool usual = route == nullptr || route->table == 0 || route->table == kTableOfMain ||
                     route->table == kTableOfLocal;
  return usual ? "" : fmt::format("table {} ", table_name(route->table));
}

CommandResult found(const IpRouteGet& c, const std::string& way, const std::string& cache) {
  return {0, way + (c.oneline ? "\\" : "\n") + "    cache " + cache + "\n", ""};
}

/// What a packet of the host itself would do.
CommandResult output_way(const ShellContext& context, const IpRouteGet& c) {
  const HostState& state = context.host.state();
  if (c.from && !state.is_local(*c.from)) return unreachable("Network is unreachable");
  const OutputRoute out = context.host.ip().output_route(c.destination, c.from, c.mark);
  const Route* route = state.lookup(
      {.destination = c.destination, .source = c.from.value_or(Ipv4Address{}), .mark = c.mark});
  if (out.kind == OutputRoute::Kind::none || route == nullptr) return no_way(route);
  std::string way;
  std::string cache;
  if (out.kind == OutputRoute::Kind::local) {
    way = "local ";
    cache = "<local> ";
  } else if (out.kind == OutputRoute::Kind::broadcast) {
    way = "broadcast ";
    cache = "<local,brd> ";
  }
  way += to_string(c.destination) + " ";
  if (c.from) way += fmt::format("from {} ", to_string(*c.from));
  if (out.by_gateway) way += fmt::format("via {} ", to_string(out.next_hop));
  way += fmt::format("dev {} ", state.interface(out.device).name) + table_text(route);
  if (!c.from) way += fmt::format("src {} ", to_string(out.source));
  way += mark_text(c.mark) + "uid 0 ";
  if (out.redirected) cache += "<redirected> ";
  if (out.expires != kNever) {
    const Duration left = out.expires - context.world.simulator().now();
    cache += fmt::format("expires {}sec ", left / seconds(1));
  }
  const std::uint32_t mtu = out.learned_mtu != 0 ? out.learned_mtu : route->mtu;
  if (mtu != 0) cache += fmt::format("mtu {} ", mtu);
  return found(c, way, cache);
}

CommandResult refused_arrival(const HostState& state, InterfaceId arrival, const Route* route,
                              DropCause cause) {
  switch (cause) {
    case DropCause::not_forwarding: return unreachable("No route to host");
    case DropCause::no_route:
      return unreachable(state.forwards(arrival) ? "Network is unreachable" : "No route to host");
    // Linux 6.1; since 6.14 "Invalid argument" as for other martians.
    case DropCause::rp_filter: return unreachable("Invalid cross-device link");
    case DropCause::blackhole: return no_way(route);
    default: return unreachable("Invalid argument");
  }
}

/// What would become of a packet that comes in by `arrival`.
CommandResult input_way(const HostState& state, const IpRouteGet& c, InterfaceId arrival) {
  const InputRoute in = route_input(
      state, {.source = *c.from, .destination = c.destination, .mark = c.mark}, arrival);
  const Route* route = state.lookup(
      {.destination = c.destination, .source = *c.from, .arrival = arrival, .mark = c.mark});
  if (in.kind == InputRoute::Kind::drop) return refused_arrival(state, arrival, route, in.cause);
  std::string way = to_string(c.destination) + fmt::format(" from {} ", to_string(*c.from));
  std::string cache;
  if (in.kind == InputRoute::Kind::forward) {
    if (in.by_gateway) way += fmt::format("via {} ", to_string(in.next_hop));
    way += fmt::format("dev {} ", state.interface(in.device).name);
    if (in.redirect) cache = "<redirect> ";
  } else {
    const bool local = in.kind == InputRoute::Kind::local;
    way = (local ? "local " : "broadcast ") + way + "dev lo ";
    cache = local ? "<local> " : "<local,brd> ";
  }
  return found(c, way + table_text(route) + mark_text(c.mark),
               cache + fmt::format("iif {} ", state.interface(arrival).name));
}

}  // namespace

CommandResult execute(const ShellContext& context, const IpRouteChange& c) {
  HostState& state = context.host.state();
  const FoundDevice found = find_device(context, c.device);
  if (found.missing) return no_device(*c.device);
  if (c.action == RouteAction::del) return delete_route(state, c, found.device);
  if (c.source && !state.is_local(*c.source)) return refusal("Invalid prefsrc address.");
  if (c.via && c.scope && *c.scope >= IpScope::host) {
    return refusal("Route with host scope can not have a gateway.");
  }
  const Route route = route_of(c, found.device);
  switch (c.action) {
    case RouteAction::add: return answer(state.add_route(route));
    case RouteAction::append: return answer(state.append_route(route));
    case RouteAction::replace: return answer(state.replace_route(route));
    case RouteAction::change: return answer(state.change_route(route));
    case RouteAction::del: break;
  }
  return {};
}

CommandResult execute(const ShellContext& context, const IpRouteShow& c) {
  const HostState& state = context.host.state();
  const FoundDevice found = find_device(context, c.filter.device);
  if (found.missing) return no_device(*c.filter.device);
  CommandResult all;
  for (const std::uint32_t table : wanted_tables(state, c.filter)) {
    if (state.table(table) == nullptr) return no_table("Dump");
    all.output += list_routes(state, table, c.filter, found.device);
  }
  return all;
}

CommandResult execute(const ShellContext& context, const IpRouteFlush& c) {
  HostState& state = context.host.state();
  const FoundDevice found = find_device(context, c.filter.device);
  if (found.missing) return no_device(*c.filter.device);
  for (const std::uint32_t id : wanted_tables(state, c.filter)) {
    const RouteTable* table = state.table(id);
    if (table == nullptr) return no_table("Flush");
    for (Route route : filtered_routes(*table, c.filter, found.device)) {
      route.table = id;
      state.delete_route(route);
    }
  }
  return {};
}

CommandResult execute(const ShellContext&, const IpRouteFlushCache&) { return {}; }

CommandResult execute(const ShellContext& context, const IpRouteGet& c) {
  if (!c.iif) return output_way(context, c);
  const auto arrival = context.host.state().find_interface(c.iif->text);
  if (!arrival) return no_device(*c.iif);
  return input_way(context.host.state(), c, *arrival);
}

}  // namespace lvs::language
