#include "models/drop_cause.hpp"

namespace lvs {
namespace {

struct Row {
  DropCause cause;
  std::string_view name;
  std::string_view text;
  bool routine = false;
};

constexpr std::array<Row, kDropCauseCount> kRows{{
    {DropCause::queue_full, "queue_full", "the queue of the link was full"},
    {DropCause::link_down, "link_down", "the link was down"},
    {DropCause::random_loss, "random_loss", "lost on the cable (loss:)"},
    {DropCause::not_for_this_mac, "not_for_this_mac", "a flooded copy at another host's card",
     true},
    {DropCause::same_port, "same_port", "the switch has learned it on the port it came from", true},
    {DropCause::nic_down, "nic_down", "the interface was down"},
    {DropCause::dummy_device, "dummy_device", "sent to a dummy device, which swallows everything"},
    {DropCause::frame_too_long, "frame_too_long", "longer than the MTU of the cable"},
    {DropCause::power_off, "power_off", "the host was powered off"},
    {DropCause::cpu_queue_full, "cpu_queue_full", "the queue of the processor was full"},
    {DropCause::arp_not_for_us, "arp_not_for_us", "an ARP packet about somebody else", true},
    {DropCause::arp_suppressed, "arp_suppressed", "arp_ignore or arp_filter kept the host silent",
     true},
    {DropCause::arp_martian, "arp_martian", "ARP from an address that cannot be there"},
    {DropCause::proxy_queue_full, "proxy_queue_full", "too many proxy ARP answers were waiting"},
    {DropCause::martian_source, "martian_source", "the source address cannot come from there"},
    {DropCause::martian_destination, "martian_destination",
     "the destination address is impossible"},
    {DropCause::rp_filter, "rp_filter", "rp_filter: the way back leaves by another interface"},
    {DropCause::not_forwarding, "not_forwarding", "not a local address, and ip_forward is 0"},
    {DropCause::no_route, "no_route", "no route to the destination"},
    {DropCause::blackhole, "blackhole", "a blackhole, unreachable or prohibit route"},
    {DropCause::ttl_exceeded, "ttl_exceeded", "the TTL ran out"},
    {DropCause::fragmentation_needed, "fragmentation_needed", "longer than the MTU and DF is set"},
    {DropCause::broadcast_not_forwarded, "broadcast_not_forwarded",
     "a broadcast frame is not forwarded", true},
    {DropCause::reassembly_failed, "reassembly_failed",
     "a fragment whose others did not arrive in time, or overlapped"},
    {DropCause::neighbour_queue_full, "neighbour_queue_full",
     "too many packets waited for one ARP answer"},
    {DropCause::neighbour_failed, "neighbour_failed", "nobody answered ARP for the next hop"},
    {DropCause::neighbour_table_full, "neighbour_table_full", "the neighbour table was full"},
    {DropCause::no_socket, "no_socket", "no connection for a segment that needs no answer"},
    {DropCause::closed_port, "closed_port", "nothing listens on the port"},
    {DropCause::accept_queue_full, "accept_queue_full", "the listener's accept queue was full"},
    {DropCause::half_open_full, "half_open_full", "too many half-open connections"},
    {DropCause::unexpected_segment, "unexpected_segment", "TCP had no use for the segment"},
    {DropCause::unknown_protocol, "unknown_protocol", "no handler for the protocol"},
    {DropCause::tunnel_down, "tunnel_down", "no tunnel device is up for IPIP"},
    {DropCause::arptables, "arptables", "an arptables rule"},
    {DropCause::iptables, "iptables", "an iptables rule"},
    {DropCause::ipvs_no_destination, "ipvs_no_destination", "IPVS had no real server to choose"},
    {DropCause::ipvs_destination_unavailable, "ipvs_destination_unavailable",
     "the connection's real server was removed"},
    {DropCause::ipvs_no_service_route, "ipvs_no_service_route",
     "IPVS found no route to the server"},
    {DropCause::ipvs_defence, "ipvs_defence", "drop_packet, or a malformed packet"},
    {DropCause::ipvs_no_local_address, "ipvs_no_local_address",
     "the FULLNAT service has no local address (ipvsadm --add-laddr)"},
    {DropCause::ipvs_no_local_port, "ipvs_no_local_port",
     "FULLNAT found no free port at the local addresses it tried"},
}};

constexpr bool rows_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].cause) != i) return false;
  }
  return true;
}
static_assert(rows_in_order());

const Row& row(DropCause cause) { return kRows[static_cast<std::size_t>(cause)]; }

}  // namespace

bool is_routine(DropCause cause) { return row(cause).routine; }
std::string_view name(DropCause cause) { return row(cause).name; }
std::string_view describe(DropCause cause) { return row(cause).text; }

}  // namespace lvs
