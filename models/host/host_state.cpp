#include "models/host/host_state.hpp"

#include <algorithm>
#include <utility>

namespace lvs {

HostState::HostState(HostId id, std::string name) : id_(id), name_(std::move(name)) {
  Interface lo;
  lo.name = "lo";
  lo.kind = DeviceKind::loopback;
  lo.mtu = 65'536;
  lo.up = true;
  add_interface(std::move(lo));
  add_address(kLoopback, {{ipv4(127, 0, 0, 1), 8}, Scope::host, false, std::nullopt, "lo"});
  Interface tunl0;
  tunl0.name = "tunl0";
  tunl0.kind = DeviceKind::tunnel;
  tunl0.mtu = 1480;
  add_interface(std::move(tunl0));
  rules_ = fresh_route_rules();
}

ConfigError HostState::add_device(const std::string& name, DeviceKind kind) {
  if (find_interface(name)) return ConfigError::exists;
  Interface device;
  device.name = name;
  device.kind = kind;
  add_interface(std::move(device));
  return ConfigError::none;
}

/// Interfaces are named by their place, so a deleted one leaves a place without a name.
ConfigError HostState::delete_device(InterfaceId i) {
  if (interface(i).kind != DeviceKind::dummy) return ConfigError::not_supported;
  set_up(i, false);
  interface(i).addresses.clear();
  interface(i).name.clear();
  return ConfigError::none;
}

void HostState::set_carrier(InterfaceId i, bool carrier) {
  interface(i).carrier = carrier;
  update_dead_routes();
}

/// 5.1.2: routes through an interface without carrier stay, unless it is told to ignore them.
void HostState::update_dead_routes() {
  for (std::uint32_t i = 0; i < interfaces_.size(); ++i) {
    const InterfaceId device{i};
    const bool dead =
        !interface(device).carrier && either_conf(device, ConfKey::ignore_routes_with_linkdown);
    for_each_table([&](RouteTable& table) { table.set_dead(device, dead); });
  }
  ++generation_;
}

std::vector<std::uint32_t> HostState::table_ids() const {
  std::vector<std::uint32_t> ids{kTableOfMain, kTableOfLocal};
  for (const RouteTables::Numbered& other : tables_.others) ids.push_back(other.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

RouteType HostState::address_type(Ipv4Address address) const {
  if (address.is_any() || address.is_broadcast() || address.is_multicast()) {
    return RouteType::broadcast;
  }
  const Route* route = tables_.local.lookup(address);
  return route == nullptr ? RouteType::unicast : route->type;
}

std::optional<InterfaceId> HostState::find_interface(std::string_view name) const {
  for (std::size_t i = 0; i < interfaces_.size(); ++i) {
    if (interfaces_[i].name == name) return InterfaceId{static_cast<std::uint32_t>(i)};
  }
  return std::nullopt;
}

bool HostState::has_address(Ipv4Address address) const {
  return std::any_of(interfaces_.begin(), interfaces_.end(), [&](const Interface& i) {
    return std::any_of(i.addresses.begin(), i.addresses.end(),
                       [&](const InterfaceAddress& a) { return a.prefix.address == address; });
  });
}

std::optional<Ipv4Address> HostState::select_source(InterfaceId device, Ipv4Address target) const {
  const InterfaceAddress* first = nullptr;
  for (const InterfaceAddress& a : interface(device).addresses) {
    if (a.secondary || a.scope > Scope::link) continue;
    if (a.prefix.contains(target)) return a.prefix.address;
    if (first == nullptr) first = &a;
  }
  if (first != nullptr) return first->prefix.address;
  // An unnumbered device shows what it finds elsewhere, lo first (3.3).
  for (const Interface& other : interfaces_) {
    for (const InterfaceAddress& a : other.addresses) {
      if (!a.secondary && a.scope < Scope::link) return a.prefix.address;
    }
  }
  return std::nullopt;
}

InterfaceId HostState::add_interface(Interface interface) {
  interface.conf = default_;
  interface.neighbours = neighbour_default_;
  interfaces_.push_back(std::move(interface));
  ++generation_;
  return InterfaceId{static_cast<std::uint32_t>(interfaces_.size() - 1)};
}

ConfigError HostState::set_up(InterfaceId i, bool up) {
  Interface& device = interface(i);
  if (device.up == up) return ConfigError::none;
  device.up = up;
  ++generation_;
  if (up) {
    for (const InterfaceAddress& a : device.addresses) add_address_routes(i, a);
  } else {
    // Routes through a down interface are removed (5.1.2); hand-made ones do not come back.
    for_each_table([&](RouteTable& table) {
      table.remove_all([&](const Route& r) {
        const bool through = r.device == i;
        if (through && r.type == RouteType::local && r.origin == RouteOrigin::boot) {
          --custom_local_routes_;
        }
        return through;
      });
    });
  }
  return ConfigError::none;
}

ConfigError HostState::set_mtu(InterfaceId i, std::uint32_t mtu) {
  if (mtu < 68 || mtu > 65'536) return ConfigError::invalid;  // RFC 791: every link carries 68
  interface(i).mtu = mtu;
  ++generation_;
  return ConfigError::none;
}

ConfigError HostState::set_mac(InterfaceId i, MacAddress mac) {
  if (mac.is_group() || mac.is_zero()) return ConfigError::invalid;
  interface(i).mac = mac;
  ++generation_;
  return ConfigError::none;
}

ConfigError HostState::add_address(InterfaceId i, InterfaceAddress address) {
  auto& list = interface(i).addresses;
  address.secondary = false;
  for (const InterfaceAddress& a : list) {
    const bool same_network =
        a.prefix.length == address.prefix.length && a.prefix.contains(address.prefix.address);
    if (!same_network) continue;
    if (a.prefix.address == address.prefix.address) return ConfigError::exists;
    if (a.scope != address.scope) return ConfigError::invalid;
    address.secondary = true;
  }
  // Primaries, then secondaries, each in order of addition; a primary comes behind the last one of
  // its own or a narrower scope. (1.3 says it the other way round for scopes; the recorded
  // listing of lo, 127.0.0.1 scope host before VIP scope global, decides.)
  auto at = list.end();
  if (!address.secondary) {
    at = list.begin();
    for (auto a = list.begin(); a != list.end() && !a->secondary; ++a) {
      if (a->scope >= address.scope) at = a + 1;
    }
  }
  list.insert(at, address);
  add_address_routes(i, address);
  ++generation_;
  return ConfigError::none;
}

ConfigError HostState::delete_address(InterfaceId i, Ipv4Prefix prefix) {
  auto& list = interface(i).addresses;
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const InterfaceAddress& a) { return a.prefix == prefix; });
  if (found == list.end()) return ConfigError::no_such_address;
  const InterfaceAddress deleted = *found;
  list.erase(found);
  remove_address_routes(i, deleted);
  // The same address with another length of its network keeps its own routes.
  for (const InterfaceAddress& a : list) {
    if (a.prefix.address == prefix.address) add_address_routes(i, a);
  }
  ++generation_;
  if (deleted.secondary) return ConfigError::none;
  // The secondaries of a deleted primary go with it, unless the first of them is promoted (1.3).
  const auto depends = [&](const InterfaceAddress& a) {
    return a.secondary && a.prefix.length == prefix.length && a.prefix.contains(prefix.address);
  };
  if (interface(i).conf[ConfKey::promote_secondaries] != 0 ||
      all_[ConfKey::promote_secondaries] != 0) {
    const auto heir = std::find_if(list.begin(), list.end(), depends);
    if (heir != list.end()) {
      InterfaceAddress promoted = *heir;
      list.erase(heir);
      remove_address_routes(i, promoted);
      promoted.secondary = false;
      const auto at = std::find_if(list.begin(), list.end(),
                                   [](const InterfaceAddress& a) { return a.secondary; });
      list.insert(at, promoted);
      add_address_routes(i, promoted);
    }
    return ConfigError::none;
  }
  for (auto a = std::find_if(list.begin(), list.end(), depends); a != list.end();
       a = std::find_if(list.begin(), list.end(), depends)) {
    const InterfaceAddress secondary = *a;
    list.erase(a);
    remove_address_routes(i, secondary);
  }
  return ConfigError::none;
}

/// The routes that come with an address (1.4). On a device that is down they wait until it is up.
void HostState::add_address_routes(InterfaceId i, const InterfaceAddress& a) {
  const Interface& device = interface(i);
  if (!device.up) return;
  const auto add = [&](RouteTable& table, Ipv4Prefix prefix, RouteType type, Scope scope) {
    Route route;
    route.prefix = prefix;
    route.type = type;
    route.scope = scope;
    route.device = i;
    route.source = a.prefix.address;
    route.origin = RouteOrigin::kernel;
    table.add(route);
  };
  add(tables_.local, {a.prefix.address, 32}, RouteType::local, Scope::host);
  if (a.broadcast && !a.broadcast->is_broadcast()) {
    add(tables_.local, {*a.broadcast, 32}, RouteType::broadcast, Scope::link);
  }
  if (a.secondary || a.prefix.length == 32) return;
  const Ipv4Prefix network{a.prefix.network(), a.prefix.length};
  if (device.kind == DeviceKind::loopback) {
    add(tables_.local, network, RouteType::local, Scope::host);
  } else {
    add(tables_.main, network, RouteType::unicast, Scope::link);
  }
  if (a.prefix.length < 31 && a.broadcast != a.prefix.last()) {
    add(tables_.local, {a.prefix.last(), 32}, RouteType::broadcast, Scope::link);
  }
}

void HostState::remove_address_routes(InterfaceId i, const InterfaceAddress& a) {
  for_each_table([&](RouteTable& table) {
    table.remove_all([&](const Route& r) {
      return r.device == i && r.origin == RouteOrigin::kernel && r.source == a.prefix.address;
    });
    // Routes that prefer a source which is gone go with it.
    table.remove_all([&](const Route& r) {
      return r.origin == RouteOrigin::boot && r.source == a.prefix.address;
    });
  });
}

}  // namespace lvs
