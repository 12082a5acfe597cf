// What `ip addr`, `ip link`, `ip route` and `ip neigh` print of a host. `device`: of that one only.
#pragma once

#include <optional>
#include <string>

#include "models/host/host.hpp"

namespace lvs::language {

std::string list_addresses(const lvs::Host& host, std::optional<InterfaceId> device);
std::string list_links(const lvs::Host& host, std::optional<InterfaceId> device);
std::string list_main_routes(const lvs::Host& host, std::optional<InterfaceId> device);
std::string list_local_routes(const lvs::Host& host, std::optional<InterfaceId> device);
std::string list_neighbours(const lvs::Host& host, std::optional<InterfaceId> device);

}  // namespace lvs::language
