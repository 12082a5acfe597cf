// A conversation: one connection (or one datagram) that a scenario's events ask for step by step,
// with both its sides as far as they are known. Frames carry its name as a tag, so that the server
// that takes it can say so; no address or header comes from it.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "models/observe.hpp"
#include "models/packet/endpoint.hpp"
#include "models/packet/frame.hpp"
#include "models/tcp/endpoint.hpp"
#include "sim/id.hpp"
#include "sim/time.hpp"
#include "sim/timing_wheel.hpp"

namespace lvs {

struct ConversationTag;
using ConversationId = Id<ConversationTag>;

/// What the client's call said when it failed, by the name of its errno.
enum class ConversationError : std::uint8_t {
  refused,                ///< ECONNREFUSED: RST to the SYN, or ICMP port unreachable
  timeout,                ///< nothing came within the time limit, and the client gave up
  reset,                  ///< ECONNRESET: RST instead of the greeting
  host_unreachable,       ///< EHOSTUNREACH
  net_unreachable,        ///< ENETUNREACH
  protocol_unreachable,   ///< ENOPROTOOPT: ICMP protocol unreachable
  connection_timed_out,   ///< ETIMEDOUT: TCP gave up before the time limit
  address_not_available,  ///< EADDRNOTAVAIL: the source is no address of the host, or in TIME_WAIT
  address_in_use,         ///< EADDRINUSE: the source port is taken
  closed,                 ///< the server closed without a word
  host_down,              ///< the client's host has no power
  aborted,                ///< the client itself closed or reset it before an answer came
};
/// "ECONNREFUSED", "timeout", "EHOSTUNREACH", …
std::string to_string(ConversationError error);

/// What became of the wish to be answered. It is decided once and stays, whatever follows.
struct ConversationOutcome {
  enum class Kind : std::uint8_t { pending, answered, failed };
  Kind kind = Kind::pending;
  HostId server;  ///< answered: by this host, …
  Port port;      ///< … which listens on this port (behind NAT not the client's)
  ConversationError error = ConversationError::timeout;  ///< of failed
  Time at = kNever;                                      ///< when it was decided

  friend bool operator==(const ConversationOutcome&, const ConversationOutcome&) = default;
};

struct Conversation {
  enum class Phase : std::uint8_t {
    unused,
    connecting,  ///< SYN sent
    waiting,     ///< connected, or the datagram sent: the answer has not come
    open,        ///< answered
    ended,       ///< the client holds no socket any more
  };
  /// The end that a server holds. Written by Servers.
  struct ServerSide {
    HostId host;
    Port port;
    EndpointId endpoint;            ///< TCP
    std::uint32_t incarnation = 0;  ///< of the endpoint
  };

  Phase phase = Phase::unused;
  Protocol protocol = Protocol::tcp;
  HostId client;
  Endpoint from;
  Endpoint to;
  Duration limit{};
  EndpointId endpoint;        ///< the client's, while it holds one
  bool holds_socket = false;  ///< UDP
  TimerId timer;              ///< of `limit`
  std::optional<ServerSide> server;
  ConversationOutcome outcome;
};

/// Conversations by id and by the tag of their frames.
class ConversationTable {
 public:
  /// Null if the tag names none.
  Conversation* find(PayloadTag tag) {
    if ((tag.slot & kMark) == 0 || (tag.slot & ~kMark) >= list_.size()) return nullptr;
    return &list_[tag.slot & ~kMark];
  }
  static PayloadTag tag(ConversationId id) { return {id.value | kMark, 0}; }
  Conversation& operator[](ConversationId id) { return list_[id.index()]; }
  const Conversation& operator[](ConversationId id) const { return list_[id.index()]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(list_.size()); }
  void grow_to(std::size_t size) {
    if (list_.size() < size) list_.resize(size);
  }

 private:
  /// Sets these tags apart from those of exchanges, which count from 0.
  static constexpr std::uint32_t kMark = 1U << 31;

  std::deque<Conversation> list_;
};

}  // namespace lvs
