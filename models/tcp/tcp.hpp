// TCP of every host, as Linux's for what an LVS user can see (design.md section 4): handshake and
// its retransmissions, backlog and cookies, segments, slow start from 10 segments, congestion
// control, fast retransmit, quick and delayed ACKs, RTO, FIN, RST, TIME_WAIT, ICMP errors, path
// MTU. Sources: RFC 9293, 7323, 5961, 5681, 6298; spec/linux-host.md section 6.
//
// Our choice, as Linux's defaults: SACK (RFC 2018, recovery by RFC 6675) with CUBIC (RFC 9438).
// tcp_sack=0 on one side gives NewReno's recovery (RFC 6582), tcp_congestion_control=reno Reno's
// window (RFC 5681).
//
// Differs: what an application writes always fits the send buffer; the receive window grows by two
// bytes for each received (Linux's growth while the application keeps up) and never closes, because
// applications read at once. Under loss Linux also detects it by time (RACK), probes a silent tail
// (TLP), and takes reductions back that proved spurious (F-RTO, DSACK, timestamps): here a tail
// that is lost waits for the timeout, and reordering by three segments or more costs a reduction.
// HyStart: models/tcp/cubic.hpp. Two SYNs that cross do not open a connection.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include <tsl/robin_map.h>

#include "models/environment.hpp"
#include "models/packet/icmp.hpp"
#include "models/tcp/cubic.hpp"
#include "models/tcp/endpoint.hpp"
#include "models/tcp/received_ranges.hpp"
#include "models/tcp/scoreboard.hpp"
#include "models/tcp/side_pool.hpp"
#include "models/tcp/tuple_table.hpp"
#include "models/tcp/user.hpp"
#include "sim/simulator.hpp"

namespace lvs {

class Host;

class Tcp {
 public:
  static constexpr std::uint32_t kInitialWindow = 10;  ///< segments (RFC 6928)
  static constexpr Duration kInitialTimeout = seconds(1);
  /// After a handshake that was repeated and gave no round trip (RFC 6298 5.7).
  static constexpr Duration kLateTimeout = seconds(3);
  static constexpr Duration kLeastTimeout = milliseconds(200);
  static constexpr Duration kMostTimeout = seconds(120);
  static constexpr Duration kDelayedAck = milliseconds(40);
  static constexpr Duration kTimeWait = seconds(60);
  /// Between answers of one connection to segments out of place (Linux's tcp_invalid_ratelimit).
  static constexpr Duration kChallengeInterval = milliseconds(500);
  static constexpr std::uint8_t kQuickAcks = 16;
  static constexpr std::uint8_t kWindowScale = 7;  ///< of the default rcvbuf (6.7)

  struct ListenerConfig {
    HostId host;
    Ipv4Address bind;  ///< 0.0.0.0: every local address
    Port port;
    std::uint32_t backlog = 511;
    bool accept_at_once = true;  ///< else the user calls accept()
    std::uint8_t user = 0;
    std::uint32_t user_data = 0;
  };
  struct ListenerCounters {
    std::uint64_t accepted = 0;
    std::uint32_t queued = 0;  ///< established, not yet accepted
    std::uint32_t half_open = 0;
  };
  struct Connect {
    HostId host;
    Ipv4Address source;
    std::optional<Port> source_port;  ///< none: a free one is chosen
    Endpoint destination;
    PayloadTag tag;
    std::uint8_t user = 0;
    std::uint32_t user_data = 0;
  };

  explicit Tcp(const Environment& environment) : environment_(environment) {}

  void add_host(Host& host);
  /// Users are named by the index that is returned.
  std::uint8_t add_user(TcpUser& user);

  /// False if host, port and address are taken.
  std::optional<ListenerId> listen(const ListenerConfig& config);
  /// While closed, the port answers RST. Closing resets what waits to be accepted and forgets what
  /// is half open.
  void set_listening(ListenerId listener, bool on);
  /// Whether connections leave the accept queue at once.
  void set_accepting(ListenerId listener, bool at_once) {
    listeners_[listener.index()].config.accept_at_once = at_once;
  }
  const ListenerCounters& counters(ListenerId listener) const {
    return listeners_[listener.index()].counters;
  }
  /// Takes the oldest connection off the accept queue: its user is told `connected`. False if
  /// empty.
  bool accept(ListenerId listener);

  /// Opens a connection from a free or the given port of `source`; nothing if there is no free
  /// port, or if the given one is in use towards this destination, which TIME_WAIT is as well
  /// unless tcp_tw_reuse allows. Without a route the user is told `failed` in this instant, after
  /// the call.
  std::optional<EndpointId> connect(const Connect& request);
  /// Writes `bytes` to the stream.
  void send(EndpointId endpoint, std::uint32_t bytes);
  /// Closes: what was written is sent, then FIN; RST if something received was not read (6.7). The
  /// user hears no more of the endpoint.
  void close(EndpointId endpoint);
  /// Half-closes: what was written is sent, then FIN. The user still receives, and closes later
  /// unless peer_closed comes first.
  void shutdown(EndpointId endpoint);
  /// Resets. The user hears no more of the endpoint.
  void abort(EndpointId endpoint);
  void set_user_data(EndpointId endpoint, std::uint32_t data) { at(endpoint).user_data = data; }
  const TcpEndpoint& endpoint(EndpointId id) const { return pool_[id]; }
  /// Names the endpoint for its user beyond the life of its id: changes when the slot is used
  /// again.
  std::uint32_t incarnation(EndpointId id) const { return at(id).incarnation; }

  /// A TCP packet for `host`. Consumes the frame.
  void receive(Host& host, FrameId frame);
  /// An ICMP error that quotes a TCP packet of `host`.
  void icmp_error(Host& host, const IcmpMessage& message);
  /// A packet of `host` was given up because nobody answered ARP: EHOSTUNREACH (4.3).
  void unreachable(Host& host, const Frame& packet);
  void timer(std::uint32_t endpoint);
  /// The host lost power: its endpoints and TIME_WAIT records are gone; users are told `reset`.
  void forget_host(HostId host);

  /// True sockets of a host that are past the handshake and not yet closed by both sides; what a
  /// director believes is shown beside it.
  std::uint32_t established(HostId host) const { return established_[host.index()]; }
  /// All sockets of a host but listeners: half-open and TIME_WAIT as well. Counts them one by one.
  std::uint32_t sockets(HostId host) const;
  std::uint64_t retransmissions() const { return retransmissions_; }
  /// SYNs answered by a cookie.
  std::uint64_t cookies_sent() const { return cookies_sent_; }
  /// What exists because of loss, in all connections: for tests.
  struct LossState {
    std::size_t gaps;         ///< receivers with data ahead of a gap
    std::size_t scoreboards;  ///< senders with SACKed data in flight, or in recovery
  };
  LossState loss_state() const { return {ranges_.in_use(), scoreboards_.in_use()}; }

 private:
  static constexpr std::uint32_t kTimeWaitBit = 0x8000'0000U;

  struct Listener {
    ListenerConfig config;
    bool open = true;
    ListenerCounters counters;
    std::uint32_t queue_head = TupleTable::kNone;
    std::uint32_t queue_tail = TupleTable::kNone;
    Time cookie_sent = kNever;  ///< the last one
  };
  /// A connection in TIME_WAIT: 2 x MSL during which its 4-tuple is not used again.
  struct TimeWait {
    Ipv4Address local;
    Ipv4Address remote;
    Port local_port;
    Port remote_port;
    HostId host;
    std::uint32_t send_next;
    std::uint32_t receive_next;
    std::uint32_t timestamp_recent;
    Time expires;
  };
  struct Segment {
    const TcpSegment& header;
    const Ipv4Header& ip;
    PayloadTag tag;
    std::uint32_t length;  ///< payload bytes

    std::uint32_t end() const { return header.sequence + length; }
  };
  /// Nothing: the segment served its purpose.
  using Loss = std::optional<DropCause>;

  TcpEndpoint& at(EndpointId id) { return pool_[id]; }
  const TcpEndpoint& at(EndpointId id) const { return pool_[id]; }
  static TcpTuple tuple(const TcpEndpoint& e) {
    return {e.host, {e.local, e.local_port}, {e.remote, e.remote_port}};
  }
  static TcpTuple tuple(const TimeWait& w) {
    return {w.host, {w.local, w.local_port}, {w.remote, w.remote_port}};
  }
  /// The value in the table of the connection with this tuple, or kNone.
  std::uint32_t find(const TcpTuple& wanted) const {
    return table_.find(tuple_hash(wanted), [&](std::uint32_t value) {
      if ((value & kTimeWaitBit) != 0) return tuple(time_wait(value & ~kTimeWaitBit)) == wanted;
      return tuple(pool_[EndpointId{value}]) == wanted;
    });
  }
  Host& host(HostId id) { return *hosts_[id.index()]; }
  TcpUser* user(const TcpEndpoint& e) const {
    return e.user == TcpEndpoint::kNoUser ? nullptr : users_[e.user];
  }
  Time now() const { return environment_.simulator.now(); }
  /// Milliseconds, as Linux's timestamp clock; never 0, which would read as "no echo".
  std::uint32_t timestamp() const {
    return static_cast<std::uint32_t>(now().time_since_epoch().count() / 1'000'000'000) + 1;
  }

  // endpoints.cpp
  TcpEndpoint& create(const TcpTuple& tuple);
  void destroy(TcpEndpoint& e);
  void fail(TcpEndpoint& e, TcpError error);
  void undelivered(TcpEndpoint& e, TcpError error);
  void start_at(TcpEndpoint& e, std::uint32_t sequence);
  void queue_fin(TcpEndpoint& e);
  void leave_state(const TcpEndpoint& e);
  void set_state(TcpEndpoint& e, TcpState state);
  /// A port for a new connection, and what TIME_WAIT of an old one on it asks of the new one.
  struct SourcePort {
    Port port;
    std::optional<std::uint32_t> sequence;  ///< to begin with
  };
  std::optional<SourcePort> free_port(HostId host, Ipv4Address source, const Endpoint& destination);
  std::optional<SourcePort> take_port(HostId host, const Endpoint& source,
                                      const Endpoint& destination);
  std::uint32_t initial_sequence(const TcpTuple& tuple) const;

  // input.cpp
  Loss input(TcpEndpoint& e, const Segment& segment);
  Loss input_syn_sent(TcpEndpoint& e, const Segment& segment);
  Loss input_syn_received(TcpEndpoint& e, const Segment& segment);
  Loss input_synchronised(TcpEndpoint& e, const Segment& segment);
  Loss input_unacceptable(TcpEndpoint& e, const Segment& segment);
  Loss input_reset(TcpEndpoint& e, const Segment& segment);
  void input_last_fin(TcpEndpoint& e, const Segment& segment, std::uint32_t delivered);
  Loss challenge(TcpEndpoint& e, const Segment& segment);
  void tell_duplicate(TcpEndpoint& e, SequenceRange range);
  static bool is_old_duplicate(const TcpEndpoint& e, const Segment& segment);
  void sample_handshake(TcpEndpoint& e, const Segment& segment);
  bool input_acknowledgement(TcpEndpoint& e, const Segment& segment);
  std::uint32_t input_payload(TcpEndpoint& e, const Segment& segment);
  void input_fin(TcpEndpoint& e);
  void await_last_fin(TcpEndpoint& e);
  void close_advanced(TcpEndpoint& e);
  void plan_acknowledgement(TcpEndpoint& e, const Segment& segment, std::uint32_t delivered);
  void take_options(TcpEndpoint& e, const Segment& segment);
  static bool is_acceptable(const TcpEndpoint& e, const Segment& segment);

  // listening.cpp
  std::uint32_t find_listener(HostId host, const Endpoint& local) const;
  /// `sequence`: what the answer begins with, if an old connection asks for it.
  Loss input_listener(Host& host, std::uint32_t listener, const Segment& segment,
                      std::optional<std::uint32_t> sequence = std::nullopt);
  Loss input_without_socket(Host& host, const Segment& segment, bool listening);
  std::uint32_t backlog(const Listener& listener) const;
  bool accept_queue_is_full(const Listener& listener) const;
  TcpEndpoint& create_passive(Host& host, std::uint32_t listener, const Segment& segment);
  Loss announce_established(TcpEndpoint& e, const Segment& segment);
  void push_accept_queue(Listener& listener, TcpEndpoint& e);
  void remove_from_accept_queue(Listener& listener, const TcpEndpoint& e);

  // cookies.cpp
  void answer_cookie(Host& host, std::uint32_t listener, const Segment& segment);
  Loss input_cookie(Host& host, std::uint32_t listener, const Segment& segment,
                    std::uint32_t segment_size);
  std::optional<std::uint32_t> cookie_segment_size(const Listener& listener,
                                                   const Segment& segment) const;

  // congestion.cpp
  std::uint32_t window_in_use(const TcpEndpoint& e) const;
  std::uint32_t reduced_window(TcpEndpoint& e, bool by_timeout);
  void grow_window(TcpEndpoint& e, std::uint32_t segments, std::uint32_t in_flight);
  void restart_after_idle(TcpEndpoint& e);

  // recovery.cpp
  bool take_sack(TcpEndpoint& e, const TcpSegment& header);
  void duplicate_acknowledgement(TcpEndpoint& e);
  void enter_recovery(TcpEndpoint& e);
  void enter_recovery_if_lost(TcpEndpoint& e);
  bool advance_after_loss(TcpEndpoint& e, std::uint32_t acknowledgement, std::uint32_t segments);
  bool advance_loss_phase(TcpEndpoint& e, std::uint32_t acknowledgement, std::uint32_t segments);
  void drop_scoreboard_if_idle(TcpEndpoint& e);
  bool send_in_recovery(TcpEndpoint& e);
  bool send_next_in_recovery(TcpEndpoint& e);
  std::uint32_t pipe(const TcpEndpoint& e);
  static Scoreboard::Recovery recovery_of(const TcpEndpoint& e);
  void limit_window(TcpEndpoint& e);

  // reliability.cpp
  void acknowledged(TcpEndpoint& e, std::uint32_t acknowledgement);
  void sample_round_trip(TcpEndpoint& e, Duration sample);
  static Duration first_timeout(const TcpEndpoint& e);
  static Duration timeout(const TcpEndpoint& e);
  void retransmission_timeout(TcpEndpoint& e);
  void handshake_timeout(TcpEndpoint& e);
  static bool has_retried_long_enough(const TcpEndpoint& e, int retries);
  void retransmit(TcpEndpoint& e, SequenceRange range);
  void retransmit_first(TcpEndpoint& e);
  void set_timer(const TcpEndpoint& e) {
    const Time deadline = std::min(e.retransmit_at, e.acknowledge_at);
    if (deadline != environment_.simulator.deadline(e.timer)) move_timer(e.timer, deadline);
  }
  void move_timer(TimerId timer, Time deadline);
  /// Segments that count against the congestion window.
  std::uint32_t segments_in_flight(const TcpEndpoint& e) {
    if (e.scoreboard != TcpEndpoint::kNothing) [[unlikely]]
      return pipe(e);
    return (e.send_next - e.send_una + e.mss - 1) / e.mss;
  }
  void path_mtu_shrank(TcpEndpoint& e);

  // output.cpp
  bool send_pending(TcpEndpoint& e);
  bool send_one(TcpEndpoint& e);
  void send_syn(TcpEndpoint& e);
  void send_acknowledgement(TcpEndpoint& e);
  void send_segment(TcpEndpoint& e, std::uint32_t sequence, std::uint32_t length,
                    std::uint8_t flags);
  void send_reset(TcpEndpoint& e);
  void answer_reset(Host& host, const Segment& segment);
  FrameId make_frame(Host& from, const TcpEndpoint& e, std::uint32_t length,
                     std::uint8_t header_length);
  void transmit(Host& from, TcpEndpoint& e, FrameId frame);
  unsigned sack_blocks_owed(const TcpEndpoint& e) const;
  void add_sack_blocks(const TcpEndpoint& e, TcpSegment& tcp, unsigned count);

  // time_wait.cpp
  void enter_time_wait(TcpEndpoint& e);
  TimeWait& time_wait(std::uint32_t record) {
    return time_waits_[record & (time_waits_.size() - 1)];
  }
  const TimeWait& time_wait(std::uint32_t record) const {
    return time_waits_[record & (time_waits_.size() - 1)];
  }
  Loss input_time_wait(Host& host, std::uint32_t record, const Segment& segment);
  bool may_reuse(HostId host, const TimeWait& record) const;
  static std::uint32_t sequence_after(const TimeWait& record);
  void append_time_wait(const TimeWait& record, std::uint32_t hash);
  void acknowledge_time_wait(Host& host, const TimeWait& record);
  void forget_time_wait(std::uint32_t record);
  void expire_time_waits();

  const Environment& environment_;
  std::vector<Host*> hosts_;
  std::vector<TcpUser*> users_;
  std::vector<Listener> listeners_;
  std::vector<std::vector<std::uint32_t>> listeners_of_host_;
  EndpointPool pool_;
  std::uint32_t free_ = TupleTable::kNone;
  SidePool<ReceivedRanges> ranges_;
  SidePool<Scoreboard> scoreboards_;
  SidePool<Cubic> cubics_;
  std::uint32_t cookie_stamp_ = 0;  ///< the timestamp of the cookie that is about to leave
  SequenceRange duplicate_;  ///< arrived twice: told by the ACK that is about to leave (RFC 2883)
  TupleTable table_;
  /// TIME_WAIT records in a ring, oldest first: all last equally long. A record that is extended
  /// moves to the end; one that is gone has no host. Records are numbered in order; a number is its
  /// value in the table beside kTimeWaitBit.
  std::vector<TimeWait> time_waits_;
  std::uint32_t time_wait_first_ = 0;
  std::uint32_t time_wait_next_ = 0;
  TimerId time_wait_timer_;
  /// Per (source, destination): where the search for a free port goes on.
  tsl::robin_map<std::uint64_t, std::uint32_t> port_cursors_;
  std::vector<std::uint32_t> established_;  ///< by host
  std::uint64_t retransmissions_ = 0;
  std::uint64_t cookies_sent_ = 0;
};

}  // namespace lvs
