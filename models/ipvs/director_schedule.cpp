// What starts a connection, which service it is for, and who serves it (spec/ipvs.md 3.4 to 3.6).
// Steps are numbered as there.
#include <algorithm>

#include "models/ipvs/director.hpp"

namespace lvs {
namespace {

constexpr Port kFtpData{20};
constexpr Port kFtp{21};
constexpr Port kFirstUnprivileged{1024};
/// What a connection starts with; the first packet of most sets another before the timer is armed
/// (4.2).
constexpr Jiffies kFirstTimeout = jiffies_of_seconds(3);

}  // namespace

Director::Scheduled Director::schedule(const Frame& packet, const Tuple& tuple, Origin origin,
                                       Subject subject) {
  // 3.4: what may start a connection. A packet that ICMP quotes shows its ports alone.
  if (tuple.protocol == Protocol::tcp && subject == Subject::packet) {
    const bool starts = packet.tcp.syn() || sysctls_.sloppy_tcp != 0;
    if (packet.tcp.rst() || !starts) return {};
  }
  const ServiceId id = find_service(tuple, packet.mark);
  if (!id.valid()) return {};
  if (drops_packet()) {
    return {nullptr, {.action = Action::drop, .cause = DropCause::ipvs_defence}};
  }
  const bool fullnat = is_fullnat(services_[id.index()]);
  if (fullnat && !starts_fullnat(packet, subject)) return {};
  without_local_side_.reset();
  const Request request{tuple, subject, id};
  // 1 and 2. Packets that are left alone.
  if (tuple.client_port == kFtpData) return {};
  if (origin == Origin::this_host &&
      table_.find_reply(tuple.protocol, target_of(tuple), client_of(tuple)) != nullptr) {
    return {};
  }
  Connection* c = nullptr;
  const Service& service = services_[id.index()];
  const bool meant = service.key.mark != 0 || tuple.virtual_port == service.key.address.port;
  if (service.persistent()) {
    c = schedule_persistently(request);  // 3
  } else if (meant) {                    // 4
    const DestinationId picked = pick(request);
    if (picked.valid()) c = create(request, picked, mapped_port(picked, tuple.virtual_port));  // 6
  }
  if (without_local_side_) [[unlikely]] {
    return {nullptr, {.action = Action::drop, .cause = *without_local_side_}};
  }
  if (c == nullptr) return leave(request);
  if (origin == Origin::this_host) {
    c->set(Connection::Flag::kLocalClient);
    ++local_clients_;
  }
  if (observation_.wants(Watch::kDecisions)) [[unlikely]] {
    emit(RecordKind::ipvs_scheduled,
         {tuple.client.value, tuple.client_port.value, tuple.virtual_address.value,
          tuple.virtual_port.value, c->real_address.value, c->real_port.value});
  }
  return {c, {}};
}

/// 3.5: which service a packet is for; none if it is for none.
ServiceId Director::find_service(const Tuple& tuple, std::uint32_t mark) const {
  if (mark != 0) {
    const ServiceId marked = find(mark_key(mark));
    if (marked.valid()) return marked;
  }
  ServiceKey key{.protocol = tuple.protocol, .address = target_of(tuple)};
  if (const ServiceId exact = find(key); exact.valid()) return exact;
  const Port port = key.address.port;
  if (tuple.protocol == Protocol::tcp && has_ftp_service_ &&
      (port == kFtpData || port >= kFirstUnprivileged)) {
    key.address.port = kFtp;
    if (const ServiceId ftp = find(key); ftp.valid()) return ftp;
  }
  if (!has_all_ports_service_) return {};
  key.address.port = Port{};
  return find(key);
}

/// 5. Asks the scheduler; none if nobody can serve.
DestinationId Director::pick(const Request& request) {
  Service& service = services_[request.service.index()];
  const DestinationList servers = destinations(service);
  const Flow flow{client_of(request.tuple), target_of(request.tuple)};
  DestinationId picked;
  if (service.scheduler) picked = service.scheduler->pick(servers, flow);
  if (!picked.valid() && observation_.wants(Watch::kDecisions)) [[unlikely]] {
    const auto quiesced = std::count_if(servers.begin(), servers.end(),
                                        [](const Destination& d) { return d.weight == 0; });
    emit(RecordKind::ipvs_no_server,
         {flow.client.address.value, flow.client.port.value, flow.target.address.value,
          flow.target.port.value, static_cast<std::int64_t>(servers.size()), quiesced});
  }
  return picked;
}

/// The port of the real server: its own, or the packet's if it has none.
Port Director::mapped_port(DestinationId id, Port asked) const {
  const Port own = destinations_[id.index()].address.port;
  return own.value != 0 ? own : asked;
}

/// 6. A connection that counts; null if it is one of FULLNAT and gets no local side. One of a
/// one-packet service is held beside the table.
Connection* Director::create(const Request& request, DestinationId id, Port real_port) {
  Service& service = services_[request.service.index()];
  const bool fullnat = destinations_[id.index()].method == ForwardingMethod::fullnat;
  LocalSides::Reservation local;
  if (fullnat) [[unlikely]] {
    local = reserve_local_side(service, {destinations_[id.index()].address.address, real_port});
    if (without_local_side_) return nullptr;
    // The entries of this packet must not move each other.
    table_.make_room(2, [this](const Connection& moved) { entry_moved(moved); });
  }
  const bool once = service.settings.one_packet && request.tuple.protocol == Protocol::udp;
  Connection& c = once ? only_packet_ : insert(request.tuple);
  if (once) {
    c = {};
    c.client_address = request.tuple.client;
    c.virtual_address = request.tuple.virtual_address;
    c.client_port = request.tuple.client_port;
    c.virtual_port = request.tuple.virtual_port;
    c.protocol = request.tuple.protocol;
    c.set(Connection::Flag::kOnePacket);
  }
  c.real_address = destinations_[id.index()].address.address;
  c.real_port = real_port;
  bind(c, id);
  Destination& destination = destinations_[id.index()];
  ++destination.statistics.live.connections;
  ++services_[destination.service.index()].statistics.live.connections;
  ++total_.live.connections;
  if (fullnat) [[unlikely]]
    open_local_side(c, local);
  return &c;
}

/// An entry in the table with a timer that is not armed yet.
Connection& Director::insert(const Tuple& tuple) {
  Connection& c = table_.insert(tuple, [this](const Connection& moved) { entry_moved(moved); });
  c.timer = simulator_.create_timer(code(EventKind::ipvs_connection), target(table_.id(c)));
  c.timeout = kFirstTimeout;
  return c;
}

void Director::entry_moved(const Connection& moved) {
  simulator_.retarget(moved.timer, target(table_.id(moved)));
}

/// The "no destination" procedure.
Director::Scheduled Director::leave(const Request& request) {
  const Service& service = services_[request.service.index()];
  const Tuple& tuple = request.tuple;
  const bool quoted = request.subject == Subject::quoted_by_icmp;
  if (sysctls_.cache_bypass != 0 && service.key.mark != 0 && !quoted &&
      addresses_->type(tuple.virtual_address) == AddressType::unicast) {  // a
    Connection& c = insert(tuple);
    c.real_address = tuple.virtual_address;
    c.real_port = tuple.virtual_port;
    c.method = ForwardingMethod::bypass;
    c.set(Connection::Flag::kInactive);
    return {&c, {}};
  }
  if (service.key.address.port == kFtp && tuple.virtual_port != kFtp) return {};  // b
  if (quoted) {                                                                   // c
    return {nullptr, {.action = Action::drop, .cause = DropCause::ipvs_no_destination}};
  }
  return {nullptr, {.action = Action::refuse, .cause = DropCause::ipvs_no_destination}};  // d
}

}  // namespace lvs
