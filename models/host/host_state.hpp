// The configuration of a host: interfaces, addresses, routes, kernel parameters, and the questions
// that everything else asks of them. Changes come from commands; packets only read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/host/interface.hpp"
#include "models/host/route_rules.hpp"
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
  not_supported,        ///< EOPNOTSUPP
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
  /// The rules in the order they are asked: by priority, then of addition.
  const std::vector<RouteRule>& rules() const { return rules_; }
  /// Null if the table has never had a route.
  const RouteTable* table(std::uint32_t id) const { return tables_.find(id); }
  /// The numbers of all tables, ascending: those of RouteTables::others, and main and local.
  std::vector<std::uint32_t> table_ids() const;
  /// The route that the rules and tables give; null if none. Valid until the next change. A rule of
  /// action blackhole, unreachable or prohibit gives a route of that type.
  const Route* lookup(const RouteQuery& query) const {
    if (default_rules_) [[likely]]
      return tables_.lookup(query.destination, query.tos);
    return lookup_by_rules(query);
  }
  /// Rules other than the three of a fresh host exist. Routing then depends on more than source,
  /// destination and arrival, and source validation takes the full check (5.3).
  bool has_custom_rules() const { return !default_rules_; }
  /// Routing looks at addresses and arrival alone: no rules of its own, no types of service.
  bool routes_by_address() const { return routes_by_address_; }
  /// What `address` is by the local table alone: local, broadcast, or unicast for all others.
  /// Multicast groups and 0.0.0.0 count as broadcast, since nobody can own them.
  RouteType address_type(Ipv4Address address) const;
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
  /// `ip link add NAME type dummy`; `ip link del` of such a device.
  ConfigError add_device(const std::string& name, DeviceKind kind);
  ConfigError delete_device(InterfaceId i);
  /// The cable was joined or cut. Routes stay unless ignore_routes_with_linkdown is set (5.1.2).
  void set_carrier(InterfaceId i, bool carrier);
  /// Routes made by hand; a gateway must be on-link (5.1.3). device may be none: it follows from
  /// the gateway.
  ConfigError add_route(Route route);
  /// The same behind routes that only differ in the way.
  ConfigError append_route(Route route);
  ConfigError replace_route(Route route);
  /// `ip route change`: as replace, but there must be one.
  ConfigError change_route(Route route);
  /// Deletes the first route of its table with the prefix that agrees with what else is given.
  ConfigError delete_route(const Route& like);
  /// Without a priority a rule gets the one before the smallest that is not 0 (iproute2).
  ConfigError add_rule(RouteRule rule, bool priority_given);
  /// Deletes the first rule that says the same, whatever its priority if none is given.
  ConfigError delete_rule(const RouteRule& like, bool priority_given);
  /// `ip rule flush`: all but those of priority 0.
  void flush_rules();
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
  ConfigError insert_route(Route route, bool beside_equals);
  const Route* lookup_by_rules(const RouteQuery& query) const;
  bool matches(const RouteRule& rule, const RouteQuery& query) const;
  void routing_changed();
  template <class Act>
  void for_each_table(Act&& act) {
    act(tables_.local);
    act(tables_.main);
    for (RouteTables::Numbered& other : tables_.others) act(other.table);
  }
  void update_dead_routes();
  const Route* way_by(InterfaceId device, Ipv4Address gateway) const;
  bool complete(Route& route, ConfigError& error) const;
  void add_address_routes(InterfaceId i, const InterfaceAddress& address);
  void remove_address_routes(InterfaceId i, const InterfaceAddress& address);
  void set_forwarding(bool on);
  ConfigError set_conf(std::string_view directory, ConfKey key, int value);
  ConfigError write_conf(std::string_view directory, ConfKey key, int value);
  ConfigError set_neighbour(std::string_view directory, int NeighbourConf::*member, int value);

  // what every packet needs, first
  HostId id_;
  std::uint32_t generation_ = 1;
  bool default_rules_ = true;
  bool routes_by_address_ = true;
  std::vector<Interface> interfaces_;

  std::string name_;
  InterfaceConf all_;
  InterfaceConf default_;
  NeighbourConf neighbour_default_;
  HostSysctls sysctls_;
  RouteTables tables_;
  std::vector<RouteRule> rules_;
  std::uint32_t custom_local_routes_ = 0;
};

}  // namespace lvs
