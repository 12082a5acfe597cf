// How a configuration command fails, and what ipvsadm 1.31 says then (spec/ipvs.md 7.6).
#pragma once

#include <cstdint>
#include <string_view>

namespace lvs {

enum class IpvsError : std::uint8_t {
  none,
  service_exists,       ///< -A of a service that is there
  destination_exists,   ///< -a of a server that is there
  no_such_service,      ///< -E, -D, -Z of a service that is not there
  service_not_defined,  ///< -a, -e, -d for a service that is not there
  no_such_destination,  ///< -e, -d of a server that is not there
  scheduler_not_found,  ///< -A, -E
  invalid,              ///< an address that is not unicast, a threshold or timeout out of range
  range,                ///< weight below 0, lower threshold above the upper one
  // of FULLNAT; the texts are ours
  mixed_methods,          ///< -a, -e: FULLNAT beside another method
  local_fullnat_server,   ///< -a -b of an address of the director
  one_packet_fullnat,     ///< -a -b, or -A -E -o: a connection of one datagram has no local side
  local_address_foreign,  ///< --add-laddr of an address that the director does not have
  local_address_exists,   ///< --add-laddr of one that the service has
};

/// The text that ipvsadm prints; empty for none.
std::string_view message(IpvsError error);

}  // namespace lvs
