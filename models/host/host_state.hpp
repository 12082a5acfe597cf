// The configuration of a host: interfaces, addresses, routes, kernel parameters, and the questions
// that everything else asks of them. Changes come from commands; packets only read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/host/interface.hpp"
#include "models/host/routes.hpp"
#include "models/host/sysctls.hpp"
#include "models/observe.hpp"

namespace lvs {

/// What the kernel answers to a configuration call; the tools' texts are in scenarios/language.
enum class ConfigError : std::uint8_t {
  none,
  exists,               ///< EEXIST
  no_such_device,       ///< ENODEV
  no_such_address,      ///< EADDRNOTAVAIL
  no_such_process,      ///< ESRCH: no such route
  no_such_entry,        ///< ENOENT
  invalid,              ///< EINVAL
  network_unreachable,  ///< ENETUNREACH: the gateway is not on-link
  network_down,         ///< ENETDOWN
  unknown_key,          ///< a sysctl that does not exist
  out_of_range,         ///< ERANGE
};

class HostState {
 public:
  HostState(HostId id, std::string name);

  // reading
  HostId id() const { return id_; }
  const std::string& name() const { return name_; }
  const std::vector<Interface>& interfaces() const { return interfaces_; }
  const Interface& interface(InterfaceId i) const { return interfaces_[i.index()]; }
  Interface& interface(InterfaceId i) { return interfaces_[i.index()]; }
  std::optional<InterfaceId> find_interface(std::string_view name) const;
  const InterfaceConf& conf_all() const { return all_; }
  const HostSysctls& sysctls() const { return sysctls_; }
  const RouteTables& tables() const { return tables_; }
  bool is_local(Ipv4Address address) const { return tables_.is_local(address); }
  /// Whether `address` itself is configured on an interface; a whole network may be local besides.
  bool has_address(Ipv4Address address) const;
  int max_conf(InterfaceId i, ConfKey key) const { return max_of(all_, interface(i).conf, key); }
  bool either_conf(InterfaceId i, ConfKey key) const {
    return either(all_, interface(i).conf, key);
  }
  bool forwards(InterfaceId i) const { return interface(i).conf[ConfKey::forwarding] != 0; }
  /// Hand-made local-type routes exist, so source validation takes the full check (5.3).
  bool has_custom_local_routes() const { return custom_local_routes_ > 0; }
  /// Changes with everything that can alter a route or an interface; who caches a decision
  /// compares.
  std::uint32_t generation() const { return generation_; }

  /// The address that `device` shows to `target`: spec/linux-host.md 3.3, select(D, target).
  /// Nothing if the host has no address at all.
  std::optional<Ipv4Address> select_source(InterfaceId device, Ipv4Address target) const;

  // configuration
  InterfaceId add_interface(Interface interface);
  /// Something outside that remembered decisions rest on has changed.
  void routes_changed() { ++generation_; }
  /// For the state of a host after a restart: nothing remembered of `before` stays valid.
  void continue_generation(const HostState& before) { generation_ = before.generation_ + 1; }
  ConfigError set_up(InterfaceId i, bool up);
  ConfigError set_mtu(InterfaceId i, std::uint32_t mtu);
  ConfigError set_mac(InterfaceId i, MacAddress mac);
  /// `secondary` of the argument is ignored: the kernel decides it (1.3).
  ConfigError add_address(InterfaceId i, InterfaceAddress address);
  ConfigError delete_address(InterfaceId i, Ipv4Prefix prefix);
  /// Routes made by hand; a gateway must be on-link (5.1.3). device may be none: it follows from
  /// the gateway.
  ConfigError add_route(Route route);
  ConfigError replace_route(Route route);
  /// Deletes the first route of `table` with the prefix that agrees with what else is given.
  ConfigError delete_route(const Route& like);
  /// `path` without "net.": "ipv4.ip_forward", "ipv4.conf.eth0.arp_ignore". A dot in the name of an
  /// interface is not supported, as with sysctl(8).
  ConfigError set_sysctl(std::string_view path, int value);
  std::optional<int> sysctl(std::string_view path) const;
  /// net.ipv4.ip_local_port_range. Requires: 1 <= first <= last <= 65535.
  void set_port_range(int first, int last) {
    sysctls_.ip_local_port_first = first;
    sysctls_.ip_local_port_last = last;
  }

 private:
  RouteTable& table_of(const Route& route);
  const Route* way_by(InterfaceId device, Ipv4Address gateway) const;
  bool complete(Route& route, ConfigError& error) const;
  void add_address_routes(InterfaceId i, const InterfaceAddress& address);
  void remove_address_routes(InterfaceId i, const InterfaceAddress& address);
  void set_forwarding(bool on);
  ConfigError set_conf(std::string_view directory, ConfKey key, int value);
  ConfigError set_neighbour(std::string_view directory, int NeighbourConf::*member, int value);

  // what every packet needs, first
  HostId id_;
  std::uint32_t generation_ = 1;
  std::vector<Interface> interfaces_;

  std::string name_;
  InterfaceConf all_;
  InterfaceConf default_;
  NeighbourConf neighbour_default_;
  HostSysctls sysctls_;
  RouteTables tables_;
  std::uint32_t custom_local_routes_ = 0;
};

}  // namespace lvs
