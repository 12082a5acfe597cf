// What models tell the outside: plain records, emitted to an Observer that the models do not know.
// No text is made here; tools/ and results/ turn a reason and the integers that decided into
// sentences. A record that nobody asked for costs one branch (design.md 3.11).
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "models/drop_cause.hpp"
#include "models/packet/endpoint.hpp"
#include "models/packet/frame_pool.hpp"
#include "sim/id.hpp"
#include "sim/time.hpp"

namespace lvs {

struct HostTag;
using HostId = Id<HostTag>;
struct WorkloadTag;
using WorkloadId = Id<WorkloadTag>;

/// The groups of records that can be asked for, as bits of Observation::wanted.
struct Watch {
  static constexpr std::uint32_t kFrames = 1;     ///< sent, received, dropped
  static constexpr std::uint32_t kDecisions = 2;  ///< ARP, neighbours, routes, IPVS, TCP
  static constexpr std::uint32_t kExchanges = 4;  ///< ends of connections and requests
};

enum class RecordKind : std::uint8_t {
  frame_sent,         ///< by a card; values: nic
  frame_received,     ///< by a card; values: nic
  frame_dropped,      ///< reason: DropCause; values: nic or -1
  arp_answered,       ///< values: target address, effective arp_ignore
  arp_ignored,        ///< values: target address, effective arp_ignore
  arp_asked,          ///< values: target address, sender address chosen, effective arp_announce
  neighbour_changed,  ///< values: address, old state, new state, MAC as an integer
  ipvs_scheduled,     ///< values: client, client port, virtual, port, real server, port
  ipvs_no_server,     ///< values: client, client port, virtual, port
  ipvs_state,         ///< values: client, client port, old state, new state, direction
  ipvs_expired,       ///< values: client, client port, state
  tcp_state,          ///< values: local, local port, remote, remote port, old state, new state
};

struct Record {
  Time time;
  RecordKind kind;
  std::uint8_t reason = 0;
  HostId host;    ///< none for a switch or a cable
  FrameId frame;  ///< none if it is not about one frame
  std::array<std::int64_t, 6> values{};
};

/// How an exchange with a server ended (design.md 4). The order is that of the summary.
enum class Outcome : std::uint8_t {
  completed,
  refused_rst,      ///< RST in answer to the SYN
  refused_icmp,     ///< ICMP unreachable in answer to the SYN
  connect_timeout,  ///< no answer to the SYN before the client's timeout, or ETIMEDOUT
  no_port,          ///< the client had no source port left
  reset,            ///< RST, or an error, on an established connection
  timeout,          ///< the response was not complete within the client's timeout
  unfinished,       ///< still open when the run ended
};
inline constexpr std::size_t kOutcomeCount = static_cast<std::size_t>(Outcome::unfinished) + 1;

/// One request of a client, emitted once, when it ends. Times that did not happen are kNever.
struct RequestEnd {
  WorkloadId workload;
  HostId client;
  HostId server;             ///< the host that served it; none if no server saw it
  std::uint64_t number = 0;  ///< k: counts the requests of the workload in order of arrival
  bool measured = false;     ///< the arrival lies in the window
  bool first_of_connection = false;
  Outcome outcome = Outcome::completed;
  Time arrival = kNever;  ///< the client wanted it
  Time sent = kNever;     ///< first byte handed to TCP; for the first request after the handshake
  Time first_byte = kNever;  ///< first byte of the response arrived
  Time last_byte = kNever;
  Time ended = kStart;  ///< now
  std::uint64_t request_bytes = 0;
  std::uint64_t response_bytes = 0;  ///< asked for; all of them arrived if completed
};

/// One connection (for UDP: one exchange), emitted once, when the client is done with it.
struct ConnectionEnd {
  WorkloadId workload;
  HostId client;
  HostId server;
  Endpoint source;
  ServiceAddress target;
  bool measured = false;
  Outcome outcome = Outcome::completed;  ///< of its last request
  Time arrival = kNever;
  Time syn_sent = kNever;
  Time established = kNever;
  Time ended = kNever;
  std::uint32_t requests_completed = 0;
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void observe(const Record& record) = 0;
  virtual void request_ended(const RequestEnd& request) = 0;
  virtual void connection_ended(const ConnectionEnd& connection) = 0;
};

/// Who listens, and to what. Models hold a reference to the one of their world.
struct Observation {
  std::uint32_t wanted = 0;
  Observer* observer = nullptr;  ///< never null if wanted is not 0

  bool wants(std::uint32_t group) const { return (wanted & group) != 0; }
};

}  // namespace lvs
