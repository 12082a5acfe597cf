// Hand-made routes and kernel parameters of a host.
#include <charconv>
#include <utility>

#include "models/host/host_state.hpp"

namespace lvs {

RouteTable& HostState::table_of(const Route& route) {
  if (route.table != 0) return tables_.get(route.table);
  const bool local = route.type == RouteType::local || route.type == RouteType::broadcast;
  return local ? tables_.local : tables_.main;
}

/// The route to `gateway` that leaves by `device`, if the address is not our own.
const Route* HostState::way_by(InterfaceId device, Ipv4Address gateway) const {
  if (is_local(gateway)) return nullptr;
  for (const Route& r : tables_.main.routes()) {
    if (r.device == device && r.prefix.contains(gateway)) return &r;
  }
  return nullptr;
}

/// Fills in what follows from the rest: the device of a gateway, the scope.
bool HostState::complete(Route& route, ConfigError& error) const {
  error = ConfigError::none;
  if (route.prefix.address != route.prefix.network()) error = ConfigError::invalid;
  if (route.gateway && route.onlink) {
    if (!route.device.valid()) error = ConfigError::no_such_device;
    if (is_local(*route.gateway)) error = ConfigError::network_unreachable;
  } else if (route.gateway) {
    // A gateway must itself be on-link when the route is added (5.1.3).
    const Route* way = route.device.valid() ? way_by(route.device, *route.gateway)
                                            : lookup({.destination = *route.gateway});
    if (way == nullptr || way->gateway || way->type != RouteType::unicast) {
      error = ConfigError::network_unreachable;
    } else {
      route.device = way->device;
    }
  } else if (route.type == RouteType::unicast && !route.device.valid()) {
    error = ConfigError::no_such_device;
  }
  if (error == ConfigError::none && route.device.valid() && !interface(route.device).up) {
    error = ConfigError::network_down;
  }
  if (error == ConfigError::none && route.source && !is_local(*route.source)) {
    error = ConfigError::invalid;
  }
  if (route.type == RouteType::local) {
    route.scope = Scope::host;
  } else if (route.type == RouteType::unicast && !route.gateway) {
    route.scope = Scope::link;
  }
  return error == ConfigError::none;
}

ConfigError HostState::insert_route(Route route, bool beside_equals) {
  ConfigError error{};
  if (!complete(route, error)) return error;
  RouteTable& table = table_of(route);
  if (!beside_equals && table.contains(route)) return ConfigError::exists;
  if (route.type == RouteType::local) ++custom_local_routes_;
  table.add(route);
  routing_changed();
  return ConfigError::none;
}

ConfigError HostState::add_route(Route route) { return insert_route(route, false); }

ConfigError HostState::append_route(Route route) { return insert_route(route, true); }

ConfigError HostState::replace_route(Route route) {
  ConfigError error{};
  if (!complete(route, error)) return error;
  RouteType before = RouteType::unicast;
  table_of(route).remove_first([&](const Route& r) {
    const bool same = r.prefix == route.prefix && r.tos == route.tos && r.metric == route.metric;
    if (same && r.origin == RouteOrigin::boot) before = r.type;
    return same;
  });
  if (before == RouteType::local) --custom_local_routes_;
  if (route.type == RouteType::local) ++custom_local_routes_;
  table_of(route).add(route);
  routing_changed();
  return ConfigError::none;
}

ConfigError HostState::change_route(Route route) {
  return table_of(route).contains(route) ? replace_route(route) : ConfigError::no_such_entry;
}

ConfigError HostState::delete_route(const Route& like) {
  bool was_custom_local = false;
  const bool removed = table_of(like).remove_first([&](const Route& r) {
    const bool same = r.prefix == like.prefix && (!like.gateway || r.gateway == like.gateway) &&
                      (!like.device.valid() || r.device == like.device) &&
                      (like.metric == 0 || r.metric == like.metric) && r.tos == like.tos &&
                      (like.type == RouteType::unicast || r.type == like.type);
    if (same) was_custom_local = r.type == RouteType::local && r.origin == RouteOrigin::boot;
    return same;
  });
  if (!removed) return ConfigError::no_such_process;
  if (was_custom_local) --custom_local_routes_;
  routing_changed();
  return ConfigError::none;
}

void HostState::set_forwarding(bool on) {
  // A write to ip_forward sets every interface and `default`, and accept_redirects of `all`.
  all_.set(ConfKey::forwarding, on ? 1 : 0);
  all_.set(ConfKey::accept_redirects, on ? 0 : 1);
  default_.set(ConfKey::forwarding, on ? 1 : 0);
  for (Interface& i : interfaces_) i.conf.set(ConfKey::forwarding, on ? 1 : 0);
}

ConfigError HostState::set_conf(std::string_view directory, ConfKey key, int value) {
  const ConfigError error = write_conf(directory, key, value);
  if (key == ConfKey::ignore_routes_with_linkdown) update_dead_routes();
  return error;
}

ConfigError HostState::write_conf(std::string_view directory, ConfKey key, int value) {
  if (directory == "all") {
    if (key == ConfKey::forwarding) {
      set_forwarding(value != 0);
    } else {
      all_.set(key, value);
    }
    return ConfigError::none;
  }
  if (directory == "default") {
    default_.set(key, value);
    for (Interface& i : interfaces_) i.conf.inherit(key, value);
    return ConfigError::none;
  }
  const auto i = find_interface(directory);
  if (!i) return ConfigError::unknown_key;
  interface(*i).conf.set(key, value);
  return ConfigError::none;
}

ConfigError HostState::set_neighbour(std::string_view directory, int NeighbourConf::*member,
                                     int value) {
  if (value < 0) return ConfigError::out_of_range;
  if (directory == "default") {
    neighbour_default_.*member = value;
    return ConfigError::none;
  }
  const auto i = find_interface(directory);
  if (!i) return ConfigError::unknown_key;
  interface(*i).neighbours.*member = value;
  return ConfigError::none;
}

namespace {

struct ConfPath {
  std::string_view directory;
  std::string_view key;
};

/// "conf.eth0.arp_ignore" below `prefix` -> eth0, arp_ignore.
std::optional<ConfPath> split(std::string_view path, std::string_view prefix) {
  if (path.substr(0, prefix.size()) != prefix) return std::nullopt;
  path.remove_prefix(prefix.size());
  const auto dot = path.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  return ConfPath{path.substr(0, dot), path.substr(dot + 1)};
}

}  // namespace

ConfigError HostState::set_sysctl(std::string_view path, int value) {
  ++generation_;
  if (path == "ipv4.ip_forward") {
    set_forwarding(value != 0);
    return ConfigError::none;
  }
  if (int HostSysctls::*member = host_member(path)) {
    sysctls_.*member = value;
    return ConfigError::none;
  }
  if (const auto conf = split(path, "ipv4.conf.")) {
    const auto key = conf_key(conf->key);
    return key ? set_conf(conf->directory, *key, value) : ConfigError::unknown_key;
  }
  if (const auto neighbour = split(path, "ipv4.neigh.")) {
    int NeighbourConf::*member = neighbour_member(neighbour->key);
    return member != nullptr ? set_neighbour(neighbour->directory, member, value)
                             : ConfigError::unknown_key;
  }
  return ConfigError::unknown_key;
}

std::optional<int> HostState::sysctl(std::string_view path) const {
  if (path == "ipv4.ip_forward") return all_[ConfKey::forwarding];
  if (int HostSysctls::*member = host_member(path)) return sysctls_.*member;
  if (const auto conf = split(path, "ipv4.conf.")) {
    const auto key = conf_key(conf->key);
    if (!key) return std::nullopt;
    if (conf->directory == "all") return all_[*key];
    if (conf->directory == "default") return default_[*key];
    const auto i = find_interface(conf->directory);
    return i ? std::optional{interface(*i).conf[*key]} : std::nullopt;
  }
  if (const auto neighbour = split(path, "ipv4.neigh.")) {
    int NeighbourConf::*member = neighbour_member(neighbour->key);
    if (member == nullptr) return std::nullopt;
    if (neighbour->directory == "default") return neighbour_default_.*member;
    const auto i = find_interface(neighbour->directory);
    if (!i) return std::nullopt;
    return interface(*i).neighbours.*member;
  }
  return std::nullopt;
}

}  // namespace lvs
