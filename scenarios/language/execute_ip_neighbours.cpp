// ip neigh, arp and arping on a host.
#include <fmt/format.h>

#include <algorithm>

#include "models/host/routing.hpp"
#include "scenarios/language/execute_ip.hpp"

namespace lvs::language {
namespace {

lvs::NeighbourState state_of(NeighbourState state) {
  switch (state) {
    case NeighbourState::permanent: return lvs::NeighbourState::permanent;
    case NeighbourState::reachable: return lvs::NeighbourState::reachable;
    case NeighbourState::stale: return lvs::NeighbourState::stale;
    case NeighbourState::delay: return lvs::NeighbourState::delay;
    case NeighbourState::probe: return lvs::NeighbourState::probe;
    case NeighbourState::incomplete: return lvs::NeighbourState::incomplete;
    case NeighbourState::failed: return lvs::NeighbourState::failed;
    case NeighbourState::noarp: return lvs::NeighbourState::noarp;
    case NeighbourState::none: return lvs::NeighbourState::none;
  }
  return lvs::NeighbourState::none;
}

bool needs_mac(NeighbourState state) {
  return state != NeighbourState::incomplete && state != NeighbourState::failed &&
         state != NeighbourState::none;
}

CommandResult change_proxy(Neighbours& neighbours, const IpNeighChange& c, InterfaceId device) {
  const ProxyNeighbour proxy{c.address, device};
  if (c.action == NeighbourAction::del) {
    return neighbours.remove_proxy(proxy) ? CommandResult{} : answer(ConfigError::no_such_entry);
  }
  neighbours.add_proxy(proxy);
  return {};
}

CommandResult change_entry(Neighbours& neighbours, const IpNeighChange& c, InterfaceId device) {
  if (c.action == NeighbourAction::del) {
    return neighbours.remove(c.address, device) ? CommandResult{}
                                                : answer(ConfigError::no_such_entry);
  }
  const Neighbour* known = neighbours.find(c.address, device);
  if (c.action == NeighbourAction::add && known != nullptr) return answer(ConfigError::exists);
  if (c.action == NeighbourAction::change && known == nullptr) {
    return answer(ConfigError::no_such_entry);
  }
  const bool knows_mac = known != nullptr && known->valid();
  if (needs_mac(c.state) && !c.mac && !knows_mac) return refusal("No link layer address given.");
  const MacAddress mac = c.mac ? *c.mac : known != nullptr ? known->mac : MacAddress{};
  if (!neighbours.set(c.address, device, mac, state_of(c.state))) {
    return {2, "", "RTNETLINK answers: No buffer space available"};
  }
  return {};
}

/// By default what the tool shows, or flushes: not noarp, not none, and no permanent one to flush.
bool is_wanted(const Neighbour& n, const NeighbourFilter& filter, std::optional<InterfaceId> device,
               bool flushing) {
  if (device && n.device != *device) return false;
  if (filter.to && !filter.to->contains(n.address)) return false;
  if (!filter.states.empty()) {
    return std::any_of(filter.states.begin(), filter.states.end(),
                       [&](NeighbourState state) { return state_of(state) == n.state; });
  }
  if (n.state == lvs::NeighbourState::noarp) return false;
  return flushing ? n.state != lvs::NeighbourState::permanent
                  : n.state != lvs::NeighbourState::none;
}

/// "10.0.0.1 dev eth0 lladdr 02:00:00:00:00:01 STALE \n"; without the device if it was asked for.
std::string entry_line(const HostState& state, const Neighbour& n, bool device) {
  std::string text = to_string(n.address) + " ";
  if (device) text += fmt::format("dev {} ", state.interface(n.device).name);
  if (n.valid()) text += fmt::format("lladdr {} ", to_string(n.mac));
  if (n.state != lvs::NeighbourState::none) text += fmt::format("{} ", name(n.state));
  return text + "\n";
}

std::string proxy_line(const HostState& state, const ProxyNeighbour& proxy, bool device) {
  std::string text = to_string(proxy.address) + " ";
  if (device) text += fmt::format("dev {} ", state.interface(proxy.device).name);
  return text + "proxy \n";
}

}  // namespace

CommandResult execute(const ShellContext& context, const IpNeighChange& c) {
  FoundDevice found = find_device(context, c.device);
  if (found.missing) return no_device(*c.device);
  if (!found.device) {  // arp -s leaves it to the routes
    const OutputRoute route = route_output(context.host.state(), c.address, std::nullopt);
    if (route.kind != OutputRoute::Kind::direct) {
      return {1, "", "SIOCSARP: Network is unreachable"};
    }
    found.device = route.device;
  }
  Neighbours& neighbours = context.host.neighbours();
  return c.proxy ? change_proxy(neighbours, c, *found.device)
                 : change_entry(neighbours, c, *found.device);
}

CommandResult execute(const ShellContext& context, const IpNeighShow& c) {
  const FoundDevice found = find_device(context, c.filter.device);
  if (found.missing) return no_device(*c.filter.device);
  const HostState& state = context.host.state();
  CommandResult all;
  if (!c.proxy) {
    for (const Neighbour& n : context.host.neighbours().listing()) {
      if (!is_wanted(n, c.filter, found.device, false)) continue;
      all.output += entry_line(state, n, !found.device);
    }
    return all;
  }
  for (const ProxyNeighbour& proxy : context.host.neighbours().proxies()) {
    if (found.device && proxy.device != *found.device) continue;
    if (c.filter.to && !c.filter.to->contains(proxy.address)) continue;
    all.output += proxy_line(state, proxy, !found.device);
  }
  return all;
}

CommandResult execute(const ShellContext& context, const IpNeighGet& c) {
  const HostState& state = context.host.state();
  const auto device = state.find_interface(c.device.text);
  if (!device) return no_device(c.device);
  const Neighbours& neighbours = context.host.neighbours();
  if (c.proxy) {
    const ProxyNeighbour proxy{c.address, *device};
    if (!neighbours.is_proxy(proxy)) return refusal("Proxy neighbour entry not found.");
    return {0, proxy_line(state, proxy, true), ""};
  }
  const Neighbour* n = neighbours.find(c.address, *device);
  if (n == nullptr) return refusal("Neighbour entry not found.");
  return {0, entry_line(state, *n, true), ""};
}

CommandResult execute(const ShellContext& context, const IpNeighFlush& c) {
  const FoundDevice found = find_device(context, c.filter.device);
  if (found.missing) return no_device(*c.filter.device);
  Neighbours& neighbours = context.host.neighbours();
  for (const Neighbour& n : neighbours.listing()) {
    if (is_wanted(n, c.filter, found.device, true)) neighbours.remove(n.address, n.device);
  }
  return {};
}

/// The others of -c N follow a second apart each; what stands behind the command does not wait for
/// them, as if it had been sent to the background.
CommandResult execute(const ShellContext& context, const Arping& c) {
  const HostState& state = context.host.state();
  const auto device = state.find_interface(c.device.text);
  if (!device) return {2, "", "Device " + c.device.text + " not available."};
  const Interface& interface = state.interface(*device);
  if (!interface.up) return {2, "", "Interface \"" + c.device.text + "\" is down"};
  if (!interface.resolves()) return {2, "", "Interface \"" + c.device.text + "\" is not ARPable"};
  if (!state.is_local(c.address)) return {2, "", "bind: Cannot assign requested address"};
  context.host.arp().announce(*device, c.address,
                              c.reply ? ArpOperation::reply : ArpOperation::request);
  if (c.count > 1) {
    Arping next = c;
    --next.count;
    context.announcer.announce_later(context.host, next);
  }
  return {};
}

}  // namespace lvs::language
