// What `ip addr`, `ip link`, `ip route`, `ip rule` and `ip neigh` print of a host, as iproute2 6.1
// does. `device`: of that one only.
#pragma once

#include <optional>
#include <string>

#include "models/host/host.hpp"
#include "scenarios/language/commands/ip_policy.hpp"

namespace lvs::language {

// ip_listing.cpp
std::string list_addresses(const HostState& state, const IpAddrShow& what,
                           std::optional<InterfaceId> device);
std::string list_links(const HostState& state, const IpLinkShow& what,
                       std::optional<InterfaceId> device);
/// The number in front of an interface. lo is 1, cards follow, then tunl0 (as if its module had
/// been loaded after boot), then dummies.
std::size_t interface_number(const HostState& state, InterfaceId device);
/// "global", "host".
std::string_view scope_name(Scope scope);

// route_listing.cpp
/// The routes that a filter means, in the order in which the kernel lists a table.
std::vector<Route> filtered_routes(const RouteTable& table, const RouteFilter& filter,
                                   std::optional<InterfaceId> device);
/// `table` is named where the filter asks for all tables and it is not main.
std::string list_routes(const HostState& state, std::uint32_t table, const RouteFilter& filter,
                        std::optional<InterfaceId> device);
/// "main", "100".
std::string table_name(std::uint32_t table);
/// What `ip route show type X` and the scenario call a model's type.
RouteType route_type(lvs::RouteType type);
lvs::RouteType route_type(RouteType type);

// execute_ip_rules.cpp
/// "32766:	from all lookup main".
std::string rule_line(const RouteRule& rule);

}  // namespace lvs::language
