#include "scenarios/language/ip_listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace lvs::language {
namespace {

std::string_view scope_name(Scope scope) {
  switch (scope) {
    case Scope::global: return "global";
    case Scope::site: return "site";
    case Scope::link: return "link";
    case Scope::host: return "host";
    case Scope::nowhere: return "nowhere";
  }
  return "global";
}

std::string link_lines(const Interface& device, std::size_t index) {
  const bool loopback = device.kind == DeviceKind::loopback;
  const bool tunnel = device.kind == DeviceKind::tunnel;
  std::string flags = loopback ? "LOOPBACK" : tunnel ? "NOARP" : "BROADCAST,MULTICAST";
  if (device.up) flags += ",UP,LOWER_UP";
  const std::string_view state = !device.up ? "DOWN" : loopback || tunnel ? "UNKNOWN" : "UP";
  const std::string name = tunnel ? device.name + "@NONE" : device.name;
  std::string text =
      fmt::format("{}: {}: <{}> mtu {} state {}\n", index + 1, name, flags, device.mtu, state);
  if (loopback) {
    text += "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n";
  } else if (tunnel) {
    text += "    link/ipip 0.0.0.0 brd 0.0.0.0\n";
  } else {
    text += fmt::format("    link/ether {} brd ff:ff:ff:ff:ff:ff\n", to_string(device.mac));
  }
  return text;
}

std::string address_line(const InterfaceAddress& a) {
  std::string text = fmt::format("    inet {}", to_string(a.prefix));
  if (a.broadcast) text += " brd " + to_string(*a.broadcast);
  text += fmt::format(" scope {}", scope_name(a.scope));
  if (a.secondary) text += " secondary";
  return text + " " + a.label + "\n";
}

std::string destination_text(const Route& route) {
  if (route.prefix.length == 0) return "default";
  return route.prefix.length == 32 ? to_string(route.prefix.address) : to_string(route.prefix);
}

std::string_view type_prefix(RouteType type) {
  switch (type) {
    case RouteType::unicast: return "";
    case RouteType::local: return "local ";
    case RouteType::broadcast: return "broadcast ";
    case RouteType::blackhole: return "blackhole ";
    case RouteType::unreachable: return "unreachable ";
    case RouteType::prohibit: return "prohibit ";
    case RouteType::throw_: return "throw ";
  }
  return "";
}

std::string route_line(const lvs::Host& host, const Route& route) {
  std::string text = std::string(type_prefix(route.type)) + destination_text(route);
  if (route.gateway) text += " via " + to_string(*route.gateway);
  if (route.device.valid()) text += " dev " + host.state().interface(route.device).name;
  if (route.origin == RouteOrigin::kernel) text += " proto kernel";
  if (route.scope != Scope::global) text += fmt::format(" scope {}", scope_name(route.scope));
  if (route.source) text += " src " + to_string(*route.source);
  if (route.metric != 0) text += fmt::format(" metric {}", route.metric);
  if (route.mtu != 0) text += fmt::format(" mtu {}", route.mtu);
  return text + " \n";
}

/// The kernel lists a table by prefix, shortest first among what contains what.
std::string route_lines(const lvs::Host& host, const RouteTable& table,
                        std::optional<InterfaceId> device) {
  std::vector<Route> routes = table.routes();
  std::stable_sort(routes.begin(), routes.end(), [](const Route& a, const Route& b) {
    return std::pair(a.prefix.network(), a.prefix.length) <
           std::pair(b.prefix.network(), b.prefix.length);
  });
  std::string text;
  for (const Route& route : routes) {
    if (!device || route.device == *device) text += route_line(host, route);
  }
  return text;
}

}  // namespace

std::string list_links(const lvs::Host& host, std::optional<InterfaceId> device) {
  std::string text;
  const auto& all = host.state().interfaces();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!device || device->index() == i) text += link_lines(all[i], i);
  }
  return text;
}

std::string list_addresses(const lvs::Host& host, std::optional<InterfaceId> device) {
  std::string text;
  const auto& all = host.state().interfaces();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (device && device->index() != i) continue;
    text += link_lines(all[i], i);
    for (const InterfaceAddress& a : all[i].addresses) text += address_line(a);
  }
  return text;
}

std::string list_main_routes(const lvs::Host& host, std::optional<InterfaceId> device) {
  return route_lines(host, host.state().tables().main, device);
}

std::string list_local_routes(const lvs::Host& host, std::optional<InterfaceId> device) {
  return route_lines(host, host.state().tables().local, device);
}

std::string list_neighbours(const lvs::Host& host, std::optional<InterfaceId> device) {
  std::string text;
  for (const Neighbour& n : host.neighbours().listing()) {
    if (n.state == lvs::NeighbourState::none || (device && n.device != *device)) continue;
    text += fmt::format("{} dev {}", to_string(n.address), host.state().interface(n.device).name);
    if (n.valid()) text += " lladdr " + to_string(n.mac);
    text += fmt::format(" {}\n", name(n.state));
  }
  return text;
}

}  // namespace lvs::language
