// ip addr, link, route, neigh and arping on a host, with iproute2's texts.
#include <string>

#include "models/host/routing.hpp"
#include "scenarios/language/host_shell.hpp"
#include "scenarios/language/ip_listing.hpp"

namespace lvs::language {
namespace {

/// "RTNETLINK answers: File exists" and the like.
CommandResult answer(ConfigError error) {
  const auto netlink = [](const char* text) {
    return CommandResult{2, "", std::string("RTNETLINK answers: ") + text};
  };
  switch (error) {
    case ConfigError::none: return {};
    case ConfigError::exists: return netlink("File exists");
    case ConfigError::no_such_device: return netlink("No such device");
    case ConfigError::no_such_address: return netlink("Cannot assign requested address");
    case ConfigError::no_such_process: return netlink("No such process");
    case ConfigError::no_such_entry: return netlink("No such file or directory");
    case ConfigError::network_unreachable: return netlink("Nexthop has invalid gateway.");
    case ConfigError::network_down: return netlink("Network is down");
    case ConfigError::not_supported: return netlink("Operation not supported");
    case ConfigError::invalid:
    case ConfigError::unknown_key:
    case ConfigError::out_of_range: return netlink("Invalid argument");
  }
  return netlink("Invalid argument");
}

CommandResult no_device(const Word& device) {
  return {1, "", "Cannot find device \"" + device.text + "\""};
}

struct Executor {
  const ShellContext& context;
  HostState& state = context.host.state();

  std::optional<InterfaceId> find(const Word& device) const {
    return state.find_interface(device.text);
  }

  CommandResult operator()(const IpAddrAdd& c) {
    const auto device = find(c.device);
    if (!device) return no_device(c.device);
    InterfaceAddress address;
    address.prefix = c.address;
    address.broadcast = c.broadcast;
    address.label = c.label.empty() ? c.device.text : c.label;
    const bool loopback = c.address.address.is_loopback();
    address.scope = c.scope ? static_cast<Scope>(*c.scope) : loopback ? Scope::host : Scope::global;
    if (c.ifconfig) remove_labelled(*device, address.label);
    if (c.bring_up) context.host.set_interface_up(*device, true);
    return answer(state.add_address(*device, address));
  }

  /// ifconfig gives an alias another address instead of adding one.
  void remove_labelled(InterfaceId device, const std::string& label) {
    for (const InterfaceAddress& a : state.interface(device).addresses) {
      if (a.label != label) continue;
      state.delete_address(device, a.prefix);
      return;
    }
  }

  CommandResult operator()(const IpAddrDel& c) {
    const auto device = find(c.device);
    if (!device) return no_device(c.device);
    return answer(state.delete_address(*device, c.address));
  }

  CommandResult operator()(const IpAddrFlush& c) {
    const auto device = find(c.device);
    if (!device) return no_device(c.device);
    while (!state.interface(*device).addresses.empty()) {
      state.delete_address(*device, state.interface(*device).addresses.front().prefix);
    }
    return {};
  }

  CommandResult operator()(const IpLinkSet& c) {
    const auto device = find(c.device);
    if (!device) return no_device(c.device);
    ConfigError error = ConfigError::none;
    if (c.address) error = state.set_mac(*device, *c.address);
    if (c.mtu && error == ConfigError::none) {
      error = state.set_mtu(*device, static_cast<std::uint32_t>(*c.mtu));
    }
    if (c.up && error == ConfigError::none) error = context.host.set_interface_up(*device, *c.up);
    return answer(error);
  }

  CommandResult operator()(const IpRouteChange& c) {
    Route route;
    route.prefix = c.destination;
    route.gateway = c.via;
    route.source = c.source;
    route.metric = c.metric.value_or(0);
    route.mtu = static_cast<std::uint32_t>(c.mtu.value_or(0));
    if (c.type) route.type = route_type(*c.type);
    if (c.scope) route.scope = static_cast<Scope>(*c.scope);
    if (c.device) {
      const auto device = find(*c.device);
      if (!device) return no_device(*c.device);
      route.device = *device;
    }
    switch (c.action) {
      case RouteAction::add:
      case RouteAction::append: return answer(state.add_route(route));
      case RouteAction::replace:
      case RouteAction::change: return answer(state.replace_route(route));
      case RouteAction::del: return answer(state.delete_route(route));
    }
    return {};
  }

  static lvs::RouteType route_type(RouteType type) {
    switch (type) {
      case RouteType::unicast: return lvs::RouteType::unicast;
      case RouteType::local: return lvs::RouteType::local;
      case RouteType::broadcast: return lvs::RouteType::broadcast;
      case RouteType::blackhole: return lvs::RouteType::blackhole;
      case RouteType::unreachable: return lvs::RouteType::unreachable;
      case RouteType::prohibit: return lvs::RouteType::prohibit;
    }
    return lvs::RouteType::unicast;
  }

  CommandResult operator()(const IpRouteFlushCache&) { return {}; }

  CommandResult operator()(const IpNeighChange& c) {
    std::optional<InterfaceId> device;
    if (c.device) {
      device = find(*c.device);
      if (!device) return no_device(*c.device);
    } else {
      const OutputRoute route = route_output(state, c.address, std::nullopt);
      if (route.kind != OutputRoute::Kind::direct) {
        return {1, "", "SIOCSARP: Network is unreachable"};
      }
      device = route.device;
    }
    Neighbours& neighbours = context.host.neighbours();
    const bool known = neighbours.find(c.address, *device) != nullptr;
    if (c.action == NeighbourAction::del) {
      return neighbours.remove(c.address, *device) ? CommandResult{}
                                                   : answer(ConfigError::no_such_entry);
    }
    if (c.action == NeighbourAction::add && known) return answer(ConfigError::exists);
    if (c.action == NeighbourAction::change && !known) return answer(ConfigError::no_such_entry);
    const auto wanted = neighbour_state(c.state);
    if (!wanted) {
      return {2, "",
              "an entry can be set to permanent, reachable or stale; other states follow "
              "from what is heard"};
    }
    const MacAddress mac = c.mac   ? *c.mac
                           : known ? neighbours.find(c.address, *device)->mac
                                   : MacAddress{};
    neighbours.set(c.address, *device, mac, *wanted);
    return {};
  }

  static std::optional<lvs::NeighbourState> neighbour_state(NeighbourState state) {
    switch (state) {
      case NeighbourState::permanent:
      case NeighbourState::noarp: return lvs::NeighbourState::permanent;
      case NeighbourState::reachable: return lvs::NeighbourState::reachable;
      case NeighbourState::stale: return lvs::NeighbourState::stale;
      case NeighbourState::delay:
      case NeighbourState::probe:
      case NeighbourState::incomplete:
      case NeighbourState::failed:
      case NeighbourState::none: break;
    }
    return std::nullopt;
  }

  CommandResult operator()(const IpNeighFlush& c) {
    std::optional<InterfaceId> device;
    if (c.device) {
      device = find(*c.device);
      if (!device) return no_device(*c.device);
    }
    context.host.neighbours().flush(device, c.to);
    return {};
  }

  CommandResult operator()(const Arping& c) {
    const auto device = find(c.device);
    if (!device) return {2, "", "arping: Device " + c.device.text + " not available."};
    if (c.count != 1)
      return {2, "",
              "arping -c " + std::to_string(c.count) +
                  ": only one announcement at a time is built; repeat the "
                  "event with `every: 1s`"};
    context.host.arp().announce(*device, c.address,
                                c.reply ? ArpOperation::reply : ArpOperation::request);
    return {};
  }

  template <class Shown>
  CommandResult listing(const Shown& c,
                        std::string (*list)(const lvs::Host&, std::optional<InterfaceId>)) {
    std::optional<InterfaceId> device;
    if (c.device) {
      device = find(*c.device);
      if (!device) return {1, "", "Device \"" + c.device->text + "\" does not exist."};
    }
    return {0, list(context.host, device), ""};
  }
  CommandResult operator()(const IpAddrShow& c) { return listing(c, list_addresses); }
  CommandResult operator()(const IpLinkShow& c) { return listing(c, list_links); }
  CommandResult operator()(const IpNeighShow& c) { return listing(c, list_neighbours); }
  CommandResult operator()(const IpRouteShow& c) {
    if (c.all_tables || c.table.value_or(kTableMain) == kTableLocal) {
      const CommandResult main = c.all_tables ? listing(c, list_main_routes) : CommandResult{};
      CommandResult local = listing(c, list_local_routes);
      local.output = main.output + local.output;
      return local;
    }
    return listing(c, list_main_routes);
  }

  template <class Other>
  CommandResult operator()(const Other&) {
    return {4, "", "not a command about addresses, links, routes or neighbours"};
  }
};

}  // namespace

CommandResult execute_ip(const ShellContext& context, const Command& command) {
  return std::visit(Executor{context}, command);
}

}  // namespace lvs::language
