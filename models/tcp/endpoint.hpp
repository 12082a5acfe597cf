// One end of a TCP connection, as a value in a pool.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "models/host/ip_stack.hpp"
#include "models/observe.hpp"
#include "models/packet/endpoint.hpp"
#include "models/packet/frame.hpp"
#include "models/tcp/sequence.hpp"
#include "sim/id.hpp"
#include "sim/timing_wheel.hpp"

namespace lvs {

/// How a connection ended that the application did not end itself.
enum class TcpError : std::uint8_t {
  refused,               ///< ECONNREFUSED: RST in answer to the SYN
  port_unreachable,      ///< ECONNREFUSED: ICMP in answer to the SYN
  net_unreachable,       ///< ENETUNREACH: no route, or ICMP
  host_unreachable,      ///< EHOSTUNREACH: nobody answers ARP, or ICMP
  protocol_unreachable,  ///< ENOPROTOOPT: ICMP
  reset,                 ///< ECONNRESET: RST on an established connection
  timed_out,             ///< ETIMEDOUT: no answer to a SYN, or retransmissions gave up
};

enum class TcpState : std::uint8_t {
  closed,
  syn_sent,
  syn_received,
  established,
  fin_wait_1,
  fin_wait_2,
  close_wait,
  closing,
  last_ack,
};

struct EndpointTag;
using EndpointId = Id<EndpointTag>;

/// How the sender takes what is missing in its flight.
enum class LossPhase : std::uint8_t {
  none,
  recovery,  ///< fast recovery until `recover` is acknowledged
  timeout,   ///< everything is being sent again, until `recover` is acknowledged
  held,      ///< without SACK, until more than `recover` is acknowledged (RFC 6582 3.2 step 1)
};

struct alignas(64) TcpEndpoint {
  static constexpr std::uint32_t kNothing = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint8_t kNoUser = 0xff;

  EndpointId self;  ///< its own name; of the slot

  // set at the handshake
  Ipv4Address local;
  Ipv4Address remote;
  Port local_port;
  Port remote_port;
  HostId host;
  PayloadTag tag;
  std::uint32_t listener = 0;      ///< index of the listener it came by; for the passive side
  std::uint16_t mss = 0;           ///< payload bytes of a full segment
  std::uint8_t send_scale = 0;     ///< of the windows that the peer announces
  std::uint8_t receive_scale = 0;  ///< of those that this side announces
  bool timestamps = false;
  bool sack = false;   ///< both sides take SACK blocks
  bool cubic = false;  ///< else Reno

  // changes as segments pass
  TcpState state = TcpState::closed;
  std::uint8_t user = kNoUser;  ///< who is told; kNoUser once the application has closed
  std::uint8_t backoff = 0;     ///< timeouts in a row
  std::uint8_t duplicate_acks = 0;
  std::uint8_t quick_acks = 0;    ///< immediate ones left (spec/linux-host.md 6.7)
  std::uint8_t unacked_full = 0;  ///< full segments received since the last ACK sent
  bool interactive = false;       ///< "pingpong": answers carry the ACKs
  LossPhase loss = LossPhase::none;
  bool sack_owed = false;    ///< the next segment carries SACK blocks
  bool confirm_due = false;  ///< the next segment confirms its neighbour (4.5)
  bool fin_queued = false;   ///< the application has closed; FIN follows the last byte
  bool fin_received = false;
  bool timing = false;  ///< a segment is being timed
  bool in_accept_queue = false;
  std::uint32_t unread = 0;  ///< bytes received before the application took the connection
  std::uint32_t user_data = 0;
  std::uint32_t incarnation = 0;  ///< changes when the slot is used again

  // send: una <= next <= most <= end
  std::uint32_t send_una = 0;
  std::uint32_t send_next = 0;
  std::uint32_t send_most = 0;  ///< highest sent; send_next falls behind it after a timeout
  std::uint32_t send_end = 0;   ///< behind the last byte written
  std::uint32_t send_window = 0;
  std::uint32_t congestion_window = 0;     ///< segments
  std::uint32_t congestion_credit = 0;     ///< acknowledged segments towards the next increase
  std::uint32_t slow_start_threshold = 0;  ///< segments
  // receive
  std::uint32_t receive_next = 0;
  std::uint32_t receive_window = 0;
  std::uint32_t receive_told = 0;  ///< the last acknowledgement sent
  std::uint32_t timestamp_recent = 0;
  std::uint32_t ranges = kNothing;      ///< data ahead of a gap, while there is any
  std::uint32_t scoreboard = kNothing;  ///< SACKed data in flight, while there is any
  // time
  std::uint32_t timed_end = 0;  ///< sequence number whose ACK ends the timing
  TimerId timer;
  Time timed_at = kStart;
  Duration round_trip{};  ///< smoothed; zero before the first sample
  Duration round_trip_variance{};
  Time retransmit_at = kNever;
  Time acknowledge_at = kNever;
  Time last_received = kStart;  ///< payload
  Time last_sent = kStart;      ///< payload
  PeerPath path;
  std::uint32_t next = 0;  ///< free list, accept queue
  // what only loss, errors and the handshake need
  std::uint32_t recover = 0;             ///< where the loss phase ends
  std::uint32_t cubic_state = kNothing;  ///< from the first loss on
  Time challenged = kNever;              ///< last ACK in answer to a segment out of place
  std::optional<TcpError> soft_error;    ///< reported if retransmissions give up
  bool handshake_repeated = false;       ///< and its round trip is not known (RFC 6298 5.7)

  bool orphaned() const { return user == kNoUser; }
};

static_assert(sizeof(TcpEndpoint) <= 256);

/// Endpoints by id. Their addresses are stable.
class EndpointPool {
 public:
  TcpEndpoint& operator[](EndpointId id) { return blocks_[id.value >> kBits][id.value & kMask]; }
  const TcpEndpoint& operator[](EndpointId id) const {
    return blocks_[id.value >> kBits][id.value & kMask];
  }
  std::uint32_t size() const { return size_; }
  /// One more slot, at the end.
  TcpEndpoint& grow() {
    if (size_ % (kMask + 1) == 0) blocks_.push_back(std::make_unique<TcpEndpoint[]>(kMask + 1));
    TcpEndpoint& e = (*this)[EndpointId{size_}];
    e.self = EndpointId{size_++};
    return e;
  }

 private:
  static constexpr int kBits = 9;
  static constexpr std::uint32_t kMask = (1U << kBits) - 1;

  std::vector<std::unique_ptr<TcpEndpoint[]>> blocks_;
  std::uint32_t size_ = 0;
};

}  // namespace lvs
