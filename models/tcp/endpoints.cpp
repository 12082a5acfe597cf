// The life of endpoints: opened, written to, closed, gone; and the choice of source ports.
#include <algorithm>

#include "models/event_kinds.hpp"
#include "models/host/host.hpp"
#include "models/tcp/tcp.hpp"

namespace lvs {

void Tcp::add_host(Host& host) {
  LVS_REQUIRE(host.id().index() == hosts_.size(), "hosts join TCP in the order of their ids");
  hosts_.push_back(&host);
  listeners_of_host_.emplace_back();
  established_.push_back(0);
}

std::uint8_t Tcp::add_user(TcpUser& user) {
  users_.push_back(&user);
  return static_cast<std::uint8_t>(users_.size() - 1);
}

/// RFC 6528: a clock (64 ns ticks, as Linux) plus a hash of the tuple.
std::uint32_t Tcp::initial_sequence(const TcpTuple& tuple) const {
  const auto clock = static_cast<std::uint32_t>(now().time_since_epoch().count() / 64'000);
  return tuple_hash(tuple) + clock;
}

void Tcp::start_at(TcpEndpoint& e, std::uint32_t sequence) {
  e.send_una = e.send_next = e.send_most = e.send_end = e.recover = sequence;
}

TcpEndpoint& Tcp::create(const TcpTuple& tuple) {
  if (free_ == TupleTable::kNone) {
    TcpEndpoint& fresh = pool_.grow();
    fresh.timer =
        environment_.simulator.create_timer(code(EventKind::tcp_endpoint), fresh.self.value);
    fresh.next = TupleTable::kNone;
    free_ = fresh.self.value;
  }
  TcpEndpoint& e = pool_[EndpointId{free_}];
  free_ = e.next;
  TcpEndpoint blank;
  blank.self = e.self;
  blank.timer = e.timer;
  blank.incarnation = e.incarnation + 1;
  e = blank;
  e.host = tuple.host;
  e.local = tuple.local.address;
  e.local_port = tuple.local.port;
  e.remote = tuple.remote.address;
  e.remote_port = tuple.remote.port;
  start_at(e, initial_sequence(tuple));
  const HostSysctls& sysctls = hosts_[tuple.host.index()]->state().sysctls();
  e.timestamps = sysctls.tcp_timestamps != 0;
  e.sack = sysctls.tcp_sack != 0;
  e.receive_scale = sysctls.tcp_window_scaling != 0 ? kWindowScale : 0;
  e.cubic = sysctls.tcp_congestion_control == HostSysctls::kCubic;
  e.congestion_window = kInitialWindow;
  e.slow_start_threshold = 0x7fff'ffff;
  e.quick_acks = kQuickAcks;
  e.receive_window = 65'160;  // of a SYN-ACK, as recorded (truth/ipvs/dev-frames-*)
  table_.insert(tuple_hash(tuple), e.self.value);
  return e;
}

void Tcp::leave_state(const TcpEndpoint& e) {
  if (e.state == TcpState::syn_received) --listeners_[e.listener].counters.half_open;
  if (e.state == TcpState::established || e.state == TcpState::close_wait) {
    --established_[e.host.index()];
  }
}

void Tcp::set_state(TcpEndpoint& e, TcpState state) {
  leave_state(e);
  if (state == TcpState::syn_received) ++listeners_[e.listener].counters.half_open;
  if (state == TcpState::established || state == TcpState::close_wait) {
    ++established_[e.host.index()];
  }
  if (environment_.observation.wants(Watch::kDecisions)) [[unlikely]] {
    Record record{now(), RecordKind::tcp_state, 0, e.host, {}, {}};
    record.values = {e.local.value,
                     e.local_port.value,
                     e.remote.value,
                     e.remote_port.value,
                     static_cast<std::int64_t>(e.state),
                     static_cast<std::int64_t>(state)};
    environment_.observation.observer->observe(record);
  }
  e.state = state;
}

void Tcp::destroy(TcpEndpoint& e) {
  if (e.in_accept_queue) remove_from_accept_queue(listeners_[e.listener], e);
  set_state(e, TcpState::closed);
  ranges_.give(e.ranges);
  scoreboards_.give(e.scoreboard);
  cubics_.give(e.cubic_state);
  environment_.simulator.disarm(e.timer);
  table_.erase(tuple_hash(tuple(e)), e.self.value);
  ++e.incarnation;
  e.next = free_;
  free_ = e.self.value;
}

void Tcp::fail(TcpEndpoint& e, TcpError error) {
  TcpUser* const told = user(e);
  const EndpointId id = e.self;
  if (told != nullptr && !e.in_accept_queue && e.state != TcpState::syn_received) {
    // The user may look at the endpoint during the call; a new one must not take its place yet.
    e.user = TcpEndpoint::kNoUser;
    told->failed(id, error);
  }
  destroy(e);
}

std::optional<EndpointId> Tcp::connect(const Connect& request) {
  const auto port =
      request.source_port
          ? take_port(request.host, {request.source, *request.source_port}, request.destination)
          : free_port(request.host, request.source, request.destination);
  if (!port) return std::nullopt;
  TcpEndpoint& e = create({request.host, {request.source, port->port}, request.destination});
  if (port->sequence) start_at(e, *port->sequence);
  const EndpointId id = e.self;
  e.tag = request.tag;
  e.user = request.user;
  e.user_data = request.user_data;
  set_state(e, TcpState::syn_sent);
  e.receive_window = 64'240;  // spec/linux-host.md 6.7
  e.send_end = ++e.send_next;
  e.send_most = e.send_next;
  e.timed_end = e.send_next;
  e.timed_at = now();
  e.timing = true;
  if (!host(e.host).ip().find_path(e.path, e.local, e.remote)) {
    const DropCause cause = host(e.host).ip().output_route(e.remote, e.local).cause;
    e.soft_error = cause == DropCause::blackhole
                       ? TcpError::host_unreachable  // a route that refuses
                       : TcpError::net_unreachable;
    e.retransmit_at = now();  // connect() fails at once (5.1.4), when the caller knows the endpoint
    set_timer(e);
    return id;
  }
  e.retransmit_at = now() + kInitialTimeout;
  set_timer(e);
  send_syn(e);
  return id;
}

/// spec/linux-host.md 6.8: even ports upward first, then odd ones; none that is in use towards the
/// same destination, TIME_WAIT included unless tcp_tw_reuse allows. The start (no random offset) is
/// ours.
std::optional<Tcp::SourcePort> Tcp::free_port(HostId host, Ipv4Address source,
                                              const Endpoint& destination) {
  const HostSysctls& sysctls = hosts_[host.index()]->state().sysctls();
  const auto first = static_cast<std::uint32_t>(sysctls.ip_local_port_first);
  const auto count = static_cast<std::uint32_t>(sysctls.ip_local_port_last) - first + 1;
  const std::uint32_t evens = (count + 1) / 2;
  const std::uint64_t key =
      (static_cast<std::uint64_t>(source.value) << 32 | destination.address.value) *
          0x9e3779b97f4a7c15ULL ^
      (static_cast<std::uint64_t>(host.value) << 16 | destination.port.value);
  std::uint32_t& cursor = port_cursors_[key];
  for (std::uint32_t i = 0; i < count; ++i) {
    // 0, 1, 2 … of the evens from the cursor on, then of the odds.
    const std::uint32_t offset =
        i < evens ? 2 * ((cursor + i) % evens) : 2 * ((cursor + i) % (count - evens)) + 1;
    const Port port{static_cast<std::uint16_t>(first + offset)};
    const auto found = take_port(host, {source, port}, destination);
    if (!found) continue;
    if (i < evens) cursor = (cursor + i + 1) % evens;
    return found;
  }
  return std::nullopt;
}

/// Nothing if the port is in use towards this destination.
std::optional<Tcp::SourcePort> Tcp::take_port(HostId host, const Endpoint& source,
                                              const Endpoint& destination) {
  const std::uint32_t taken = find({host, source, destination});
  SourcePort found{source.port, std::nullopt};
  if (taken == TupleTable::kNone) return found;
  const std::uint32_t record = taken & ~kTimeWaitBit;
  if (record == taken || !may_reuse(host, time_wait(record))) return std::nullopt;
  found.sequence = sequence_after(time_wait(record));
  forget_time_wait(record);
  return found;
}

void Tcp::send(EndpointId id, std::uint32_t bytes) {
  TcpEndpoint& e = at(id);
  LVS_REQUIRE(
      !e.fin_queued && (e.state == TcpState::established || e.state == TcpState::close_wait),
      "an application writes to an open connection");
  restart_after_idle(e);
  e.send_end += bytes;
  send_pending(e);
}

void Tcp::close(EndpointId id) {
  TcpEndpoint& e = at(id);
  LVS_REQUIRE(!e.orphaned(), "an application closes a connection once");
  if (e.unread > 0) return abort(id);  // what was not read is lost: the peer must know (6.7)
  e.user = TcpEndpoint::kNoUser;
  if (!e.fin_queued) return queue_fin(e);
  if (e.state == TcpState::fin_wait_2) {  // half-closed before: now it is nobody's
    await_last_fin(e);
    set_timer(e);
  }
}

void Tcp::shutdown(EndpointId id) {
  TcpEndpoint& e = at(id);
  LVS_REQUIRE(!e.orphaned() && !e.fin_queued, "an application ends its stream once");
  queue_fin(e);
}

void Tcp::queue_fin(TcpEndpoint& e) {
  switch (e.state) {
    case TcpState::syn_sent:
    case TcpState::closed: return destroy(e);
    case TcpState::established: set_state(e, TcpState::fin_wait_1); break;
    case TcpState::close_wait: set_state(e, TcpState::last_ack); break;
    case TcpState::syn_received:
    case TcpState::fin_wait_1:
    case TcpState::fin_wait_2:
    case TcpState::closing:
    case TcpState::last_ack: LVS_REQUIRE(false, "the end of a stream is queued once");
  }
  e.fin_queued = true;
  send_pending(e);
}

void Tcp::abort(EndpointId id) {
  TcpEndpoint& e = at(id);
  e.user = TcpEndpoint::kNoUser;
  if (e.state != TcpState::syn_sent) send_reset(e);
  destroy(e);
}

void Tcp::forget_host(HostId host) {
  for (std::uint32_t i = 0; i < pool_.size(); ++i) {
    TcpEndpoint& e = pool_[EndpointId{i}];
    if (e.state != TcpState::closed && e.host == host) fail(e, TcpError::reset);
  }
  for (std::uint32_t i = time_wait_first_; i != time_wait_next_; i = (i + 1) & ~kTimeWaitBit) {
    if (time_wait(i).host == host) forget_time_wait(i);
  }
}

std::uint32_t Tcp::sockets(HostId host) const {
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < pool_.size(); ++i) {
    const TcpEndpoint& e = pool_[EndpointId{i}];
    if (e.state != TcpState::closed && e.host == host) ++count;
  }
  for (std::uint32_t i = time_wait_first_; i != time_wait_next_; i = (i + 1) & ~kTimeWaitBit) {
    if (time_wait(i).host == host) ++count;
  }
  return count;
}

namespace {

/// What an ICMP error means to connect(); nothing if it is no verdict on the destination. The four
/// of spec/linux-host.md 6.4; the other codes as errno.h's of RFC 1122 4.2.3.9's hard and soft
/// ones.
std::optional<TcpError> error_of(const IcmpMessage& message) {
  if (message.type == IcmpType::time_exceeded) return TcpError::host_unreachable;
  if (message.type != IcmpType::unreachable) return std::nullopt;
  constexpr std::uint8_t kNetUnknown = 6, kNetProhibited = 9, kNetTypeOfService = 11;
  switch (message.code) {
    case IcmpUnreachable::kNet:
    case kNetUnknown:
    case kNetProhibited:
    case kNetTypeOfService: return TcpError::net_unreachable;
    case IcmpUnreachable::kProtocol: return TcpError::protocol_unreachable;
    case IcmpUnreachable::kPort: return TcpError::port_unreachable;
    default: return TcpError::host_unreachable;
  }
}

}  // namespace

void Tcp::icmp_error(Host& host, const IcmpMessage& message) {
  const QuotedPacket& quoted = message.quoted;
  const std::uint32_t value = find(
      {host.id(), {quoted.ip.source, quoted.source}, {quoted.ip.destination, quoted.destination}});
  if (value == TupleTable::kNone || (value & kTimeWaitBit) != 0) return;
  TcpEndpoint& e = pool_[EndpointId{value}];
  const bool in_flight =
      before_or_at(e.send_una, quoted.sequence) && before(quoted.sequence, e.send_most);
  if (!in_flight) return;
  const bool too_long = message.type == IcmpType::unreachable &&
                        message.code == IcmpUnreachable::kFragmentationNeeded;
  if (too_long) return path_mtu_shrank(e);
  if (const auto error = error_of(message)) undelivered(e, *error);
}

/// Only a SYN is given up at once; on an open connection this is a soft error, and retransmission
/// goes on (6.4).
void Tcp::undelivered(TcpEndpoint& e, TcpError error) {
  if (e.state == TcpState::syn_sent) return fail(e, error);
  e.soft_error = error;
}

void Tcp::unreachable(Host& host, const Frame& packet) {
  const std::uint32_t value = find({host.id(),
                                    {packet.ip.source, packet.tcp.source},
                                    {packet.ip.destination, packet.tcp.destination}});
  if (value == TupleTable::kNone || (value & kTimeWaitBit) != 0) return;
  undelivered(pool_[EndpointId{value}], TcpError::host_unreachable);
}

}  // namespace lvs
