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

Tcp::Loss Tcp::input_listener(Host& to, std::uint32_t index, const Segment& segment) {
  const TcpSegment& header = segment.header;
  if (!header.syn() || header.ack() || header.rst()) return input_without_socket(to, segment, true);
  Listener& listener = listeners_[index];
  const HostSysctls& sysctls = to.state().sysctls();
  const auto backlog =
      std::min(listener.config.backlog, static_cast<std::uint32_t>(sysctls.somaxconn));
  if (listener.counters.queued > backlog) return DropCause::accept_queue_full;
  // Differs: beyond the backlog Linux answers with a cookie that keeps no state; here the request
  // is kept, and its SYN-ACK repeated, as below it.
  if (listener.counters.half_open >= backlog && sysctls.tcp_syncookies == 0) {
    return DropCause::half_open_full;
  }
  TcpEndpoint& e = create(
      {to.id(), {segment.ip.destination, header.destination}, {segment.ip.source, header.source}});
  e.passive = true;
  e.listener = index;
  e.tag = segment.tag;
  e.user = listener.config.user;
  e.user_data = listener.config.user_data;
  e.receive_next = header.sequence + 1;
  e.timestamps = header.timestamps && sysctls.tcp_timestamps != 0;
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

/// The handshake of the passive side is complete; false if the accept queue is full (6.6).
bool Tcp::became_established(TcpEndpoint& e) {
  Listener& listener = listeners_[e.listener];
  const HostSysctls& sysctls = host(e.host).state().sysctls();
  const auto backlog =
      std::min(listener.config.backlog, static_cast<std::uint32_t>(sysctls.somaxconn));
  if (!listener.config.accept_at_once && listener.counters.queued > backlog) return false;
  set_state(e, TcpState::established);
  e.retransmit_at = kNever;
  e.backoff = 0;
  set_timer(e);
  push_accept_queue(listener, e);
  return true;
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
  // What arrived while it waited is the user's now.
  const std::uint32_t unread = std::exchange(e.unread, 0);
  const bool closed = e.fin_received;
  TcpUser& told = *users_[e.user];
  told.connected(accepted);
  const auto still_owned = [&] { return e.incarnation == incarnation && !e.orphaned(); };
  if (unread > 0 && still_owned()) told.received(accepted, unread);
  if (closed && still_owned()) told.peer_closed(accepted);
  return true;
}

}  // namespace lvs
