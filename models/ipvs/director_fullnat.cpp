// FULLNAT as DPVS does it (spec/ipvs.md 6): who may be served by it, the local side of a new
// connection, and the translation of packets. Ours, where section 6 is silent: ICMP errors, and
// what is said at the functions.
#include <algorithm>

#include "models/ipvs/director.hpp"
#include "models/ipvs/forward/fullnat.hpp"

namespace lvs {
namespace {

Endpoint source_of(const Frame& packet) { return {packet.ip.source, packet.tcp.source}; }

bool is_pure_syn(const TcpSegment& segment) {
  return segment.syn() && !segment.ack() && !segment.fin() && !segment.rst();
}

/// 6.2 step 1: schedulers that go round.
bool goes_round(std::string_view scheduler) {
  return scheduler.substr(0, 2) == "rr" || scheduler == "wrr";
}

bool is_too_long(const IcmpMessage& message) {
  return message.type == IcmpType::unreachable &&
         message.code == IcmpUnreachable::kFragmentationNeeded;
}

}  // namespace

// --- configuration -------------------------------------------------------------------------------

IpvsError Director::add_local_address(const ServiceKey& key, Ipv4Address address,
                                      const std::string& device) {
  const ServiceId id = find(key);
  if (!id.valid()) return IpvsError::service_not_defined;
  if (addresses_->type(address) != AddressType::local) return IpvsError::local_address_foreign;
  const bool added = local_sides_.add(services_[id.index()].local_addresses, address, device);
  return added ? IpvsError::none : IpvsError::local_address_exists;
}

/// Whether a server at `address` may have that method beside the others of the service.
IpvsError Director::check_method(const Service& service, Endpoint address,
                                 ForwardingMethod method) const {
  const bool fullnat = method == ForwardingMethod::fullnat;
  for (const Destination& other : destinations(service)) {
    const bool same = (other.method == ForwardingMethod::fullnat) == fullnat;
    if (!same && other.address != address) return IpvsError::mixed_methods;
  }
  if (!fullnat) return IpvsError::none;
  if (service.settings.one_packet) return IpvsError::one_packet_fullnat;
  const bool local = addresses_->type(address.address) == AddressType::local;
  return local ? IpvsError::local_fullnat_server : IpvsError::none;
}

bool Director::is_fullnat(const Service& service) const {
  return !service.destinations.empty() &&
         destinations(service)[0].method == ForwardingMethod::fullnat;
}

// --- new connections -----------------------------------------------------------------------------

/// 6.3: only a pure SYN is scheduled, or a datagram; so nothing that ICMP quotes.
bool Director::starts_fullnat(const Frame& packet, Subject subject) {
  if (subject == Subject::quoted_by_icmp) return false;
  return packet.ip.protocol == Protocol::udp || is_pure_syn(packet.tcp);
}

/// 6.2. Before anything is counted, so that a failure leaves no trace in the server's counts.
/// If there is none, without_local_side_ says why.
LocalSides::Reservation Director::reserve_local_side(Service& service, Endpoint real_server) {
  const auto reserved = local_sides_.reserve(service.local_addresses,
                                             goes_round(service.settings.scheduler), real_server);
  if (reserved) return *reserved;
  without_local_side_ = service.local_addresses.items.empty() ? DropCause::ipvs_no_local_address
                                                              : DropCause::ipvs_no_local_port;
  return {};
}

void Director::open_local_side(Connection& c, const LocalSides::Reservation& reservation) {
  c.translation = local_sides_.open(reservation);
  table_.insert_alias(c, reservation.local);
}

/// The alias and the port go with their connection.
void Director::close_local_side(Connection& c) {
  table_.erase_alias(c, local_sides_[c.translation].local);
  local_sides_.close(c.translation, c.real_server());
}

// --- requests ------------------------------------------------------------------------------------

void Director::translate_request(Frame& packet, const Decision& decision, std::uint32_t mtu) {
  Translation& t = local_sides_[decision.translation];
  const PacketEnds ends{t.local, decision.real_server};
  if (packet.ip.protocol == Protocol::icmp) return set_icmp_ends(packet, ends);
  const Endpoint client = source_of(packet);
  set_ends(packet, ends);
  if (packet.ip.protocol != Protocol::tcp) return;
  TcpSegment& tcp = packet.tcp;
  const bool start = is_pure_syn(tcp);
  if (start) {
    blank_timestamps(tcp);
    begin(t, tcp.sequence, decision.real_server);
  }
  const bool plain = tcp.ack() && !tcp.syn() && !tcp.rst() && !tcp.fin();
  const bool has_no_data = plain && t.answered && tcp.acknowledgement == t.first_data_ack;
  if (start || has_no_data) insert_toa(packet, client, mtu);
  tcp.sequence += t.delta;
}

/// The number that the server sees instead of the client's. A SYN that is sent again keeps it; one
/// that takes the entry over (3.3 step 7) begins anew, later than the last connection ended, so
/// that a server in TIME_WAIT takes it.
void Director::begin(Translation& t, std::uint32_t client_isn, Endpoint real_server) {
  if (t.started && t.client_isn == client_isn) return;
  t.started = true;
  t.answered = false;
  t.client_isn = client_isn;
  t.delta = local_sides_.sequence_number(t.local, real_server, simulator_.now()) - client_isn;
}

// --- replies -------------------------------------------------------------------------------------

std::optional<Director::Onward> Director::reply_to_local_side(const Frame& packet) {
  if (packet.ip.protocol == Protocol::icmp) return icmp_to_local_side(packet);
  if (packet.ip.protocol != Protocol::tcp && packet.ip.protocol != Protocol::udp) return {};
  const Endpoint local{packet.ip.destination, packet.tcp.destination};
  Connection* c = table_.find_alias(packet.ip.protocol, local, source_of(packet));
  if (c == nullptr) return std::nullopt;
  count_out(*c, packet.ip.total_length);
  restart(*c, follow(*c, packet, IpvsDirection::output));
  return Onward{c->client(), c->virtual_side(), c->translation};
}

/// An error from the server's side about a request as the server saw it, as 3.8 has it for NAT.
std::optional<Director::Onward> Director::icmp_to_local_side(const Frame& packet) {
  if (!is_related(packet.icmp)) return std::nullopt;
  const QuotedPacket& quoted = packet.icmp.quoted;
  const Connection* c = table_.find_alias(quoted.ip.protocol, {quoted.ip.source, quoted.source},
                                          {quoted.ip.destination, quoted.destination});
  if (c == nullptr) return std::nullopt;
  count_out(*c, packet.ip.total_length);
  return Onward{c->client(), c->virtual_side(), c->translation};
}

void Director::translate_reply(Frame& packet, const Onward& onward) {
  Translation& t = local_sides_[onward.translation];
  const PacketEnds ends{onward.virtual_side, onward.client};
  if (packet.ip.protocol == Protocol::icmp) {
    set_icmp_ends(packet, ends);
    IcmpMessage& message = packet.icmp;
    if (message.quoted.ip.protocol != Protocol::tcp) return;
    message.quoted.sequence -= t.delta;
    // What the client sends may get longer by the TOA option.
    if (is_too_long(message) && message.mtu > TcpSegment::kToaLength) {
      message.mtu = static_cast<std::uint16_t>(message.mtu - TcpSegment::kToaLength);
    }
    return;
  }
  set_ends(packet, ends);
  if (packet.ip.protocol != Protocol::tcp) return;
  TcpSegment& tcp = packet.tcp;
  if (tcp.syn() && tcp.ack()) {
    lower_mss(tcp);
    t.first_data_ack = tcp.sequence + 1;
    t.answered = true;
  }
  shift_acknowledgements(tcp, t.delta);
}

}  // namespace lvs
