// TIME_WAIT: 60 s during which the side that closed first remembers the connection
// (spec/linux-host.md 6.7).
#include <algorithm>

#include "models/event_kinds.hpp"
#include "models/host/host.hpp"
#include "models/packet/compose.hpp"
#include "models/tcp/tcp.hpp"

namespace lvs {

void Tcp::enter_time_wait(TcpEndpoint& e) {
  const TimeWait record{e.local,     e.remote,       e.local_port,       e.remote_port,    e.host,
                        e.send_next, e.receive_next, e.timestamp_recent, now() + kTimeWait};
  const std::uint32_t hash = tuple_hash(tuple(e));
  destroy(e);
  append_time_wait(record, hash);
}

void Tcp::append_time_wait(const TimeWait& record, std::uint32_t hash) {
  if (time_wait_next_ - time_wait_first_ == time_waits_.size()) {
    std::vector<TimeWait> old(std::max<std::size_t>(64, time_waits_.size() * 2));
    old.swap(time_waits_);
    for (std::uint32_t i = time_wait_first_; i != time_wait_next_; i = (i + 1) & ~kTimeWaitBit) {
      time_wait(i) = old[i & (old.size() - 1)];
    }
  }
  const std::uint32_t number = time_wait_next_;
  time_wait_next_ = (time_wait_next_ + 1) & ~kTimeWaitBit;
  time_wait(number) = record;
  table_.insert(hash, number | kTimeWaitBit);
  if (!time_wait_timer_.valid()) {
    time_wait_timer_ =
        environment_.simulator.create_timer(code(EventKind::tcp_endpoint), TupleTable::kNone);
  }
  if (!environment_.simulator.armed(time_wait_timer_)) {
    environment_.simulator.arm(time_wait_timer_, record.expires);
  }
}

void Tcp::forget_time_wait(std::uint32_t number) {
  TimeWait& record = time_wait(number);
  table_.erase(tuple_hash(tuple(record)), number | kTimeWaitBit);
  record.host = {};
}

void Tcp::expire_time_waits() {
  while (time_wait_first_ != time_wait_next_) {
    const TimeWait& oldest = time_wait(time_wait_first_);
    if (oldest.host.valid()) {
      if (oldest.expires > now()) {
        environment_.simulator.arm(time_wait_timer_, oldest.expires);
        return;
      }
      forget_time_wait(time_wait_first_);
    }
    time_wait_first_ = (time_wait_first_ + 1) & ~kTimeWaitBit;
  }
}

/// Behind everything that the old connection can still have in the network (RFC 6191 section 2).
std::uint32_t Tcp::sequence_after(const TimeWait& record) { return record.send_next + 0x1'0001; }

/// tcp_tw_reuse: 1, a new connection of this host may take the place of one whose peer uses
/// timestamps, after 1 s (RFC 6191); 2, through the loopback only; 0, not.
bool Tcp::may_reuse(HostId id, const TimeWait& record) const {
  const HostSysctls& sysctls = hosts_[id.index()]->state().sysctls();
  constexpr int kLoopbackOnly = 2;
  if (sysctls.tcp_tw_reuse == 0 || sysctls.tcp_timestamps == 0) return false;
  const bool loopback =
      record.local.is_loopback() || record.remote.is_loopback() || record.local == record.remote;
  if (sysctls.tcp_tw_reuse == kLoopbackOnly && !loopback) return false;
  const Time entered = record.expires - kTimeWait;
  return record.timestamp_recent != 0 && now() - entered >= seconds(1);
}

Tcp::Loss Tcp::input_time_wait(Host& host, std::uint32_t number, const Segment& segment) {
  const TimeWait record = time_wait(number);
  const TcpSegment& header = segment.header;
  const bool stamped = header.timestamps && record.timestamp_recent != 0;
  const bool old = stamped && before(header.timestamp_value, record.timestamp_recent);
  if (header.rst()) {  // as RFC 5961: with exactly the next number
    if (header.sequence != record.receive_next) return DropCause::unexpected_segment;
    forget_time_wait(number);
    return std::nullopt;
  }
  if (header.syn() && !header.ack() && !old) {
    // A new SYN on the same 4-tuple is accepted if it is later by sequence number or timestamp.
    const bool later = before(record.receive_next, header.sequence) ||
                       (stamped && header.timestamp_value != record.timestamp_recent);
    const std::uint32_t listener = find_listener(host.id(), {record.local, record.local_port});
    if (later && listener != TupleTable::kNone) {
      forget_time_wait(number);
      return input_listener(host, listener, segment, sequence_after(record));
    }
  }
  if (header.fin() || segment.length > 0 || header.syn()) acknowledge_time_wait(host, record);
  if (header.fin()) {  // The peer has not seen our last ACK: another 60 s.
    TimeWait extended = record;
    extended.expires = now() + kTimeWait;
    forget_time_wait(number);
    append_time_wait(extended, tuple_hash(tuple(extended)));
  }
  return std::nullopt;
}

void Tcp::acknowledge_time_wait(Host& host, const TimeWait& record) {
  const FrameId id = environment_.frames.create();
  Frame& frame = environment_.frames[id];
  start_packet(frame, {.source = record.local, .destination = record.remote});
  frame.tcp = {};
  frame.ip.ttl = static_cast<std::uint8_t>(host.state().sysctls().ip_default_ttl);
  frame.tcp.source = record.local_port;
  frame.tcp.destination = record.remote_port;
  frame.tcp.sequence = record.send_next;
  frame.tcp.acknowledgement = record.receive_next;
  frame.tcp.flags = TcpFlags::kAck;
  frame.tcp.timestamps = record.timestamp_recent != 0;
  frame.tcp.timestamp_value = timestamp();
  frame.tcp.timestamp_echo = record.timestamp_recent;
  if (frame.tcp.timestamps) frame.tcp.header_length += TcpSegment::kTimestampLength;
  frame.ip.total_length = static_cast<std::uint16_t>(Ipv4Header::kLength + frame.tcp.header_length);
  host.ip().send(id);
}

}  // namespace lvs
