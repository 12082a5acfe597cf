// A virtual service: what clients connect to, and the real servers behind it.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/ipvs/destination.hpp"
#include "models/ipvs/fullnat/local_sides.hpp"
#include "models/ipvs/scheduler.hpp"
#include "models/ipvs/statistics.hpp"
#include "models/packet/endpoint.hpp"
#include "sim/timing_wheel.hpp"

namespace lvs {

/// What a service is known by. With a mark, protocol and address are those of the kernel: TCP, 0:0.
struct ServiceKey {
  Protocol protocol = Protocol::tcp;
  Endpoint address;        ///< VIP and vport
  std::uint32_t mark = 0;  ///< firewall mark; 0: an address service

  friend constexpr auto operator<=>(const ServiceKey&, const ServiceKey&) = default;
};

constexpr ServiceKey service_key(const ServiceAddress& address) {
  return {.protocol = address.protocol, .address = address.endpoint};
}

constexpr ServiceKey mark_key(std::uint32_t mark) {
  return {.protocol = Protocol::tcp, .address = {}, .mark = mark};
}

/// The options of `ipvsadm -A` and `-E`.
struct ServiceSettings {
  std::string scheduler = "wlc";  ///< "none" is allowed: every selection fails (2.15)
  std::uint8_t scheduler_flags = 0;
  std::uint32_t persistence = 0;  ///< s, the timeout of templates; 0: not persistent (3.7)
  Ipv4Address netmask{0xffffffffU};
  bool one_packet = false;  ///< a UDP datagram is a connection of its own (-o)
};

/// The options of `ipvsadm -a` and `-e`.
struct DestinationSettings {
  ForwardingMethod method = ForwardingMethod::direct;
  std::int64_t weight = 1;
  std::uint32_t upper_threshold = 0;
  std::uint32_t lower_threshold = 0;
};

struct Service {
  bool persistent() const { return settings.persistence != 0; }

  ServiceKey key;
  ServiceSettings settings;
  std::unique_ptr<Scheduler> scheduler;     ///< null for "none"
  bool watches_counts = false;              ///< scheduler->watches_counts(), at hand
  TimerId collection;                       ///< if the scheduler collects
  bool exists = true;                       ///< false once deleted; ids are not used again
  std::vector<DestinationId> destinations;  ///< newest first
  LocalAddressList local_addresses;         ///< of FULLNAT
  Statistics statistics;
};

}  // namespace lvs
