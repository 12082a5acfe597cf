// Passive opens: listeners, half-open connections, the accept queue, and answers to segments that
// belong to nothing. Source: spec/linux-host.md 6.1, 6.3, 6.5, 6.6.
#include <algorithm>
#include <utility>

#include "models/host/host.hpp"
#include "models/tcp/tcp.hpp"

namespace lvs {

std::optional<ListenerId> Tcp::listen(const ListenerConfig& config) {
  for (const std::uint32_t i : listeners_of_host_[config.host.index()]) {
    const ListenerConfig& other = listeners_[i].config;
    const bool overlap = other.bind == config.bind || other.bind.is_any() || config.bind.is_any();
    if (other.port == config.port && overlap) return std::nullopt;
  }
  const auto index = static_cast<std::uint32_t>(listeners_.size());
  Listener listener;
  listener.config = config;
  listeners_.push_back(listener);
  listeners_of_host_[config.host.index()].push_back(index);
  return ListenerId{index};
}

/// A listener on the address wins over one on every address.
std::uint32_t Tcp::find_listener(HostId host, const Endpoint& local) const {
  std::uint32_t found = TupleTable::kNone;
  for (const std::uint32_t i : listeners_of_host_[host.index()]) {
    const Listener& listener = listeners_[i];
    if (listener.config.port != local.port || !listener.open) continue;
    if (listener.config.bind == local.address) return i;
    if (listener.config.bind.is_any()) found = i;
  }
  return found;
}

/// 6.3, row by row.
Tcp::Loss Tcp::input_without_socket(Host& to, const Segment& segment, bool listening) {
  const TcpSegment& header = segment.header;
  if (header.rst()) return DropCause::no_socket;
  if (listening && !header.ack()) return DropCause::no_socket;  // FIN or nothing set: silent
  answer_reset(to, segment);
  return listening ? DropCause::no_socket : DropCause::closed_port;
}

std::uint32_t Tcp::backlog(const Listener& listener) const {
  const HostSysctls& sysctls = hosts_[listener.config.host.index()]->state().sysctls();
  return std::min(listener.config.backlog, static_cast<std::uint32_t>(sysctls.somaxconn));
}

/// A backlog of B is exceeded by the B + 1st (6.6).
bool Tcp::accept_queue_is_full(const Listener& listener) const {
  return listener.counters.queued > backlog(listener);
}

Tcp::Loss Tcp::input_listener(Host& to, std::uint32_t index, const Segment& segment,
                              std::optional<std::uint32_t> sequence) {
  const TcpSegment& header = segment.header;
  Listener& listener = listeners_[index];
  if (!header.syn() || header.ack() || header.rst()) {
    if (const auto size = cookie_segment_size(listener, segment)) {
      return input_cookie(to, index, segment, *size);
    }
    return input_without_socket(to, segment, true);
  }
  if (accept_queue_is_full(listener)) return DropCause::accept_queue_full;
  const HostSysctls& sysctls = to.state().sysctls();
  // 6.6; tcp_max_syn_backlog is the kernel's own limit of requests remembered by a listener.
  const std::uint32_t most =
      std::min(backlog(listener), static_cast<std::uint32_t>(sysctls.tcp_max_syn_backlog));
  constexpr int kAlways = 2;  // tcp_syncookies: 0 never, 1 when the queue is full, 2 always
  const bool full = listener.counters.half_open >= most;
  if (full && sysctls.tcp_syncookies == 0) return DropCause::half_open_full;
  if (full || sysctls.tcp_syncookies == kAlways) {
    answer_cookie(to, index, segment);
    return std::nullopt;
  }
  TcpEndpoint& e = create_passive(to, index, segment);
  if (sequence) start_at(e, *sequence);
  e.receive_next = header.sequence + 1;
  set_state(e, TcpState::syn_received);
  take_options(e, segment);
  e.send_next = e.send_una + 1;
  e.send_most = e.send_end = e.send_next;
  e.timed_end = e.send_next;
  e.timed_at = now();
  e.timing = true;
  e.retransmit_at = now() + kInitialTimeout;
  set_timer(e);
  send_syn(e);
  return std::nullopt;
}

TcpEndpoint& Tcp::create_passive(Host& to, std::uint32_t index, const Segment& segment) {
  const TcpSegment& header = segment.header;
  TcpEndpoint& e = create(
      {to.id(), {segment.ip.destination, header.destination}, {segment.ip.source, header.source}});
  const ListenerConfig& config = listeners_[index].config;
  e.listener = index;
  e.tag = segment.tag;
  e.user = config.user;
  e.user_data = config.user_data;
  return e;
}

/// Linux closes a listening socket so: connections that nobody accepted are reset, requests
/// forgotten without a word.
void Tcp::set_listening(ListenerId id, bool on) {
  Listener& listener = listeners_[id.index()];
  listener.open = on;
  if (on) return;
  while (listener.queue_head != TupleTable::kNone) abort(EndpointId{listener.queue_head});
  for (std::uint32_t i = 0; i < pool_.size() && listener.counters.half_open > 0; ++i) {
    TcpEndpoint& e = pool_[EndpointId{i}];
    if (e.state == TcpState::syn_received && e.listener == id.value) destroy(e);
  }
}

void Tcp::push_accept_queue(Listener& listener, TcpEndpoint& e) {
  e.in_accept_queue = true;
  e.next = TupleTable::kNone;
  if (listener.queue_tail == TupleTable::kNone) {
    listener.queue_head = e.self.value;
  } else {
    pool_[EndpointId{listener.queue_tail}].next = e.self.value;
  }
  listener.queue_tail = e.self.value;
  ++listener.counters.queued;
}

void Tcp::remove_from_accept_queue(Listener& listener, const TcpEndpoint& e) {
  std::uint32_t previous = TupleTable::kNone;
  std::uint32_t at = listener.queue_head;
  while (at != e.self.value) {
    previous = at;
    at = pool_[EndpointId{at}].next;
  }
  (previous == TupleTable::kNone ? listener.queue_head : pool_[EndpointId{previous}].next) = e.next;
  if (listener.queue_tail == e.self.value) listener.queue_tail = previous;
  --listener.counters.queued;
}

bool Tcp::accept(ListenerId id) {
  Listener& listener = listeners_[id.index()];
  if (listener.queue_head == TupleTable::kNone) return false;
  TcpEndpoint& e = pool_[EndpointId{listener.queue_head}];
  remove_from_accept_queue(listener, e);
  e.in_accept_queue = false;
  ++listener.counters.accepted;
  const EndpointId accepted = e.self;
  const std::uint32_t incarnation = e.incarnation;
  const bool closed = e.fin_received;
  TcpUser& told = *users_[e.user];
  told.connected(accepted);
  const auto still_owned = [&] { return e.incarnation == incarnation && !e.orphaned(); };
  // What arrived while it waited is the user's now.
  const std::uint32_t unread = still_owned() ? std::exchange(e.unread, 0) : 0;
  if (unread > 0) told.received(accepted, unread);
  if (closed && still_owned()) told.peer_closed(accepted);
  return true;
}

}  // namespace lvs
