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

Tcp::Loss Tcp::input_time_wait(Host& host, std::uint32_t number, const Segment& segment) {
  const TimeWait record = time_wait(number);
  const TcpSegment& header = segment.header;
  if (header.rst()) {
    forget_time_wait(number);
    return std::nullopt;
  }
  if (header.syn() && !header.ack()) {
    // A new SYN on the same 4-tuple is accepted if it is later by sequence number or timestamp.
    const bool later =
        before(record.receive_next, header.sequence) ||
        (header.timestamps && before(record.timestamp_recent, header.timestamp_value));
    const std::uint32_t listener = find_listener(host.id(), {record.local, record.local_port});
    if (later && listener != TupleTable::kNone) {
      forget_time_wait(number);
      return input_listener(host, listener, segment);
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
