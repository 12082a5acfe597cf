#include "models/ipvs/error.hpp"

namespace lvs {

std::string_view message(IpvsError error) {
  switch (error) {
    case IpvsError::none: return "";
    case IpvsError::service_exists: return "Service already exists";
    case IpvsError::destination_exists: return "Destination already exists";
    case IpvsError::no_such_service: return "No such service";
    case IpvsError::service_not_defined: return "Service not defined";
    case IpvsError::no_such_destination: return "No such destination";
    case IpvsError::scheduler_not_found: return "Scheduler or persistence engine not found";
    case IpvsError::invalid:
      return "Invalid operation.  Possibly wrong module version, address not unicast, ...";
    case IpvsError::range: return "Numerical result out of range";
    case IpvsError::mixed_methods:
      return "FULLNAT servers (-b) and servers of other methods do not mix in one service";
    case IpvsError::local_fullnat_server:
      return "a FULLNAT server (-b) cannot be an address of the director itself";
    case IpvsError::one_packet_fullnat:
      return "One-Packet Scheduling (-o) and FULLNAT servers (-b) do not mix in one service";
    case IpvsError::local_address_foreign:
      return "the local address is not an address of this host: ip addr add comes first";
    case IpvsError::local_address_exists: return "Local address already exists";
  }
  return "";
}

}  // namespace lvs
