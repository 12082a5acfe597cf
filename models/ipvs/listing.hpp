// What ipvsadm 1.31 prints of a director, byte for byte, with -n (spec/ipvs.md 7.3, 7.4). A host
// without a resolver and without /etc/services prints the same without -n.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "models/ipvs/director.hpp"

namespace lvs {

enum class ServiceListing : std::uint8_t {
  connections,  ///< -L: forwarding method, weight, active and inactive connections
  stats,        ///< --stats
  rate,         ///< --rate
  thresholds,   ///< --thresholds
  persistent,   ///< --persistent-conn
  tunnels,      ///< --tun-info
};

struct ListingOptions {
  ServiceListing what = ServiceListing::connections;
  bool exact = false;                   ///< --exact: numbers are not abbreviated
  bool sorted = true;                   ///< --nosort: the kernel's order
  std::optional<ServiceKey> service{};  ///< this one only
};

/// `ipvsadm -Ln ...`. Requires: options.service, if given, exists.
std::string list_services(const Director& director, const ListingOptions& options);
/// `ipvsadm -Lnc`: in the order of the kernel's table, whose hash starts from a number of its own.
/// `persistence_data`: with the titles of two columns more, which no entry of ours fills.
std::string list_connections(const Director& director, bool persistence_data = false);
/// `ipvsadm -L --timeout`.
std::string list_timeouts(const Director& director);
/// `ipvsadm -S -n`, ipvsadm-save -n: what restores the table, but for its order and its thresholds.
/// Ours: the local addresses of FULLNAT (--add-laddr) follow the servers of their service.
std::string save_services(const Director& director, bool sorted = true);

}  // namespace lvs
