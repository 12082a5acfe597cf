// Why a frame or a packet ended without reaching its purpose. Every lost frame has one cause and
// one place (design.md 4); the table below is the source of their names.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lvs {

enum class DropCause : std::uint8_t {
  // on a cable
  queue_full,
  link_down,
  random_loss,
  // at a switch or a network card
  not_for_this_mac,
  same_port,
  nic_down,
  dummy_device,
  frame_too_long,
  power_off,
  // at a host's processor
  cpu_queue_full,
  // ARP
  arp_not_for_us,
  arp_suppressed,
  arp_martian,
  proxy_queue_full,
  // IP input and forwarding
  martian_source,
  martian_destination,
  rp_filter,
  not_forwarding,
  no_route,
  blackhole,
  ttl_exceeded,
  fragmentation_needed,
  broadcast_not_forwarded,
  reassembly_failed,
  // neighbours
  neighbour_queue_full,
  neighbour_failed,
  neighbour_table_full,
  // upper layers
  no_socket,
  closed_port,
  accept_queue_full,
  half_open_full,
  unexpected_segment,
  unknown_protocol,
  tunnel_down,
  arptables,
  iptables,
  // IPVS
  ipvs_no_destination,
  ipvs_destination_unavailable,
  ipvs_no_service_route,
  ipvs_defence,
  ipvs_no_local_address,
  ipvs_no_local_port,
};
inline constexpr std::size_t kDropCauseCount =
    static_cast<std::size_t>(DropCause::ipvs_no_local_port) + 1;

/// Whether a drop with this cause is a loss to report, or what a network does all the time: copies
/// of a flooded frame that end at cards they are not for, ARP requests for somebody else.
bool is_routine(DropCause cause);

/// "queue_full": the name in results and scenarios.
std::string_view name(DropCause cause);
/// "the queue of the link was full": for people.
std::string_view describe(DropCause cause);

/// Drops at one place by cause.
class DropCounters {
 public:
  void count(DropCause cause) { ++counts_[static_cast<std::size_t>(cause)]; }
  std::uint64_t operator[](DropCause cause) const {
    return counts_[static_cast<std::size_t>(cause)];
  }

 private:
  std::array<std::uint64_t, kDropCauseCount> counts_{};
};

}  // namespace lvs
