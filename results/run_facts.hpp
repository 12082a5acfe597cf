// Everything the summary of one run says, as plain values. The program fills in what only the wired
// models know (counters, listings, drops); Recorder::fill adds what the records of clients say; the
// rest of results/ only reads. "Measured" is the time [warmup + transient, warmup + run).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/health/health_values.hpp"
#include "models/observe.hpp"
#include "models/packet/endpoint.hpp"
#include "results/claim.hpp"
#include "results/histogram.hpp"
#include "sim/time.hpp"
#include "sim/units.hpp"

namespace lvs {

struct RunIdentity {
  std::string scenario;  ///< its name
  std::string about;
  std::vector<std::pair<std::string, std::string>> parameters;  ///< in file order
  std::uint64_t seed = 1;
  std::string command;  ///< that repeats this run, seed included
  std::string version;
};

struct RunWindow {
  Duration warmup{};
  std::string
      warmup_reason;       ///< "auto: the director's longest timer, 120s, and 2s"; empty if given
  Duration transient{};    ///< dropped by MSER-5 after the warm-up
  bool too_short = false;  ///< MSER-5 found no steady state
  Duration run{};
  Time ended = kStart;   ///< the last simulated instant
  bool partial = false;  ///< stopped before its end

  TimeSpan measured() const { return {kStart + warmup + transient, kStart + warmup + run}; }
};

/// How many ended in which way.
struct OutcomeCounts {
  std::array<std::uint64_t, kOutcomeCount> by{};

  std::uint64_t operator[](Outcome o) const { return by[static_cast<std::size_t>(o)]; }
  void count(Outcome o) { ++by[static_cast<std::size_t>(o)]; }
  std::uint64_t total() const;
  std::uint64_t failed() const { return total() - (*this)[Outcome::completed]; }
  OutcomeCounts& operator+=(const OutcomeCounts& other);
  friend bool operator==(const OutcomeCounts&, const OutcomeCounts&) = default;
};

/// The name of an outcome in results and scenarios: "refused_rst"; and the other way round.
std::string_view name(Outcome outcome);
std::optional<Outcome> parse_outcome(std::string_view name);

/// The four latencies of metrics.md. connect: SYN sent until SYN-ACK received, for every connection
/// established; first_byte, response: request sent until the first, the last byte of the response,
/// for completed requests; total: SYN sent until the client is done, for completed connections.
enum class LatencyKind : std::uint8_t { connect, first_byte, response, total };
inline constexpr std::size_t kLatencyKinds = 4;
std::string_view name(LatencyKind kind);

struct LatencyFacts {
  std::uint64_t count = 0;
  std::optional<Duration> mean;
  Quantile p50, p90, p99, p999;
  std::optional<Duration> max;
};
LatencyFacts latency_facts(const Histogram& histogram);

/// A row of `ipvsadm -Ln --stats` and `-Ln`: the director's view.
struct DestinationFacts {
  Endpoint address;
  std::string host;    ///< of the real server; empty if no host has the address
  std::string method;  ///< "Masq"
  std::int64_t weight = 1;
  std::uint64_t active =
      0;  ///< ActiveConn at the end of the measured time, as the director believes
  std::uint64_t inactive = 0;  ///< InActConn, likewise
  std::uint64_t conns = 0;     ///< this and the rest count from the start of the run
  std::uint64_t in_packets = 0;
  std::uint64_t out_packets = 0;
  std::uint64_t in_bytes = 0;
  std::uint64_t out_bytes = 0;
  std::uint64_t connections = 0;  ///< Recorder::fill: measured connections that reached the server
};

/// Which load is balanced: core time over capacity, or connections over weight.
enum class BalanceLoad : std::uint8_t { work, connections };

/// One load over the servers of a service.
struct BalanceFacts {
  BalanceLoad load = BalanceLoad::connections;
  double imbalance = 1;
  std::optional<double> chance;  ///< the imbalance of a random scheduler with as many connections
  double cov = 0;
  double jain = 1;
};

/// Frames to the address of a service, by where the network took them.
struct CaptureFacts {
  std::uint64_t addressed = 0;  ///< IP frames from clients or their router to the VIP
  std::uint64_t captured = 0;   ///< of these, sent to a MAC address that is not the director's
};

struct ServiceFacts {
  std::string name;                       ///< "10.1.10.3:80/tcp"; "fwmark 1"
  std::vector<ServiceAddress> addresses;  ///< what clients connect to; one, but for firewall marks
  std::string director;                   ///< host
  std::string scheduler;
  std::vector<DestinationFacts> destinations;  ///< in the kernel's order
  std::optional<CaptureFacts> capture;
  // Recorder::fill:
  std::uint64_t connections = 0;      ///< measured connections to the service that reached a server
  std::vector<BalanceFacts> balance;  ///< work first; a row is absent if nothing was measured
};

struct SocketCounts {
  std::uint64_t established = 0;
  std::uint64_t other = 0;  ///< half-open, closing, TIME_WAIT
};

/// A host that serves.
struct ServerFacts {
  std::string host;
  HostId id;
  std::uint32_t cores = 0;
  Duration busy{};       ///< core time of service in the measured time
  SocketCounts sockets;  ///< at the end of the measured time
  // Recorder::fill: measured, by the server that served them
  std::uint64_t connections = 0;
  std::uint64_t requests = 0;  ///< that it saw, however they ended
};

/// busy / (cores * measured time); nothing without cores or time.
std::optional<double> utilisation(const ServerFacts& server, const RunWindow& window);

struct FlowFacts {
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  Duration cpu{};

  FlowFacts& operator+=(const FlowFacts& other);
};

/// A director's work in the measured time.
struct DirectorFacts {
  std::string host;
  std::string listing;      ///< `ipvsadm -Ln --stats` at the end of the measured time
  std::uint32_t cores = 0;  ///< 0: no `cpu`, takes no time
  FlowFacts requests;       ///< from clients to servers
  FlowFacts replies;        ///< from servers to clients
  FlowFacts other;          ///< ARP, ICMP, forwarded, its own

  FlowFacts all() const;
};
std::optional<double> utilisation(const DirectorFacts& director, const RunWindow& window);

struct WorkloadFacts {
  std::string name;
  // Recorder::fill:
  OutcomeCounts connections;
  std::uint64_t established = 0;
  OutcomeCounts requests;
  std::array<LatencyFacts, kLatencyKinds> latency;  ///< by LatencyKind
};

/// A connection or a datagram that an event of the scenario asked for.
struct ConversationFacts {
  enum class Outcome : std::uint8_t { answered, failed, pending };
  std::string id;
  std::string client;  ///< host
  Endpoint from;
  ServiceAddress to;
  Outcome outcome = Outcome::pending;
  std::string server;           ///< answered: host
  Port port;                    ///< answered: on which the server listens
  std::string error;            ///< failed: "ECONNREFUSED", "timeout", …
  std::optional<Time> decided;  ///< answered or failed
};

std::string_view name(ConversationFacts::Outcome outcome);

/// Whole run, from time 0.
struct DropFacts {
  std::string place;  ///< "rs2", "rs2/eth0", "inside" (a network): HOST, HOST/NIC, NETWORK
  DropCause cause = DropCause::queue_full;
  std::uint64_t count = 0;
};

/// Every frame is somewhere: sent + copied = delivered + dropped + in flight.
struct ConservationFacts {
  std::uint64_t sent = 0;
  std::uint64_t copied = 0;  ///< by switches that flood
  std::uint64_t delivered = 0;
  std::uint64_t dropped = 0;
  std::uint64_t in_flight = 0;

  bool holds() const { return sent + copied == delivered + dropped + in_flight; }
};

/// A server that a director's health checks took out of use, or into it again.
struct HealthChangeFacts {
  Time at = kStart;
  Endpoint server;
  std::string host;  ///< empty if no host has the address
  bool failed = false;
  HealthFailure why = HealthFailure::no_answer;  ///< of the last attempt, if it failed
  std::int64_t weight = 0;                       ///< taken, or given back
  Time since = kStart;  ///< the first attempt of those that failed began; or the one that did not
};

/// The health checks of a service, whole run.
struct HealthFacts {
  std::string service;  ///< as ServiceFacts::name
  std::string director;
  HealthAction action = HealthAction::remove;
  Duration timeout{};
  std::uint64_t attempts = 0;
  std::uint64_t failures = 0;  ///< of attempts
  std::vector<HealthChangeFacts> changes;
};

/// What is counted twice, apart from each other, to be held together by results/checks.hpp.
struct GroupChecks {
  std::string name;
  std::uint64_t connections_begun = 0;  ///< whole run, by the clients
  std::uint64_t requests_begun = 0;
  std::uint64_t connections_ended = 0;  ///< whole run, as told at each end
  std::uint64_t requests_ended = 0;
  detail::Int128 time_open = 0;  ///< ticks times open requests in the window, by the clients
  detail::Int128 time_told = 0;  ///< the parts of the requests inside the window, as told
};
struct ServerChecks {
  std::string name;  ///< "rs1:80/tcp"
  std::uint32_t cores = 0;
  std::uint64_t taken = 0;  ///< requests, whole run
  std::uint64_t answered = 0;
  std::uint64_t given_up = 0;
  std::uint64_t present = 0;
  detail::Int128 time_queued = 0;  ///< ticks times requests in the window, by the queue
  detail::Int128 time_served = 0;  ///< the same from the requests one by one
  detail::Int128 busy = 0;         ///< core ticks in the window
  detail::Int128 demand = 0;       ///< core ticks that the requests answered in it asked for
  detail::Int128 edges = 0;        ///< at most what others of them did, or these before it
  bool speed_changed = false;      ///< demands do not tell core time then
};
struct SelfCheckFacts {
  Duration window{};  ///< zero if the run did not come to its end
  std::vector<GroupChecks> groups;
  std::vector<ServerChecks> servers;
};

/// What the run cost here; differs from machine to machine, so it is in no file that is compared.
struct CostFacts {
  double wall_s = 0;
  std::uint64_t events = 0;
  std::uint64_t peak_memory_bytes = 0;
};

struct RunFacts {
  RunIdentity identity;
  RunWindow window;
  std::vector<DirectorFacts> directors;
  std::vector<ServiceFacts> services;
  std::vector<ServerFacts> servers;              ///< every host that serves, in file order
  std::vector<WorkloadFacts> workloads;          ///< by WorkloadId
  std::vector<ConversationFacts> conversations;  ///< in the order in which they were opened
  std::vector<DropFacts> drops;                  ///< any order; places and causes may repeat
  ConservationFacts conservation;
  std::vector<HealthFacts> health;
  SelfCheckFacts checks;
  std::vector<Verdict> verdicts;
  std::vector<std::string> notes;  ///< warnings of the run, one sentence each
  CostFacts cost;
};

}  // namespace lvs
