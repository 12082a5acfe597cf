// The servers: what listens on a host, how it takes connections, serves requests and answers.
//
// Service starts when the whole request has arrived; the whole response is written when it ends.
// The demand and size of request k belong to the request: the law of the server that gets it is
// evaluated on the stream (workload, k), so that another choice of server meets the same request
// (design.md 1.1).
//
// A server that greets is another kind: it says `greeting` bytes to whoever connects, at once,
// reads what comes, and closes when it sees the end of input; to each datagram it answers so many
// bytes. The recordings of a real cluster were made with such servers (truth/README.md).
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "models/observe.hpp"
#include "models/packet/endpoint.hpp"
#include "models/server/service_queue.hpp"
#include "models/tcp/user.hpp"
#include "models/udp/udp.hpp"
#include "models/workload/conversation.hpp"
#include "models/workload/exchange.hpp"
#include "models/workload/law.hpp"
#include "sim/random.hpp"
#include "sim/simulator.hpp"

namespace lvs {

class Tcp;
class Clients;

struct ServerTag;
using ServerId = Id<ServerTag>;

/// Cold caches: for `span` after the server started, or returned, a request costs more. Its demand
/// is multiplied by `factor` at first, by 1 in the end, and linearly between; what counts is the
/// instant at which it has arrived in full, not when its service begins. The demand that is
/// multiplied belongs to the request alone, so that variants of a study stay paired.
///
/// A server starts with the run; it returns when its host's power does, and when it accepts again
/// after it refused (ours: what stopped listening was restarted). One that hung has kept its
/// memory.
struct WarmUp {
  Duration span{};
  double factor = 1;
};

struct ServerConfig {
  HostId host;
  Ipv4Address bind;  ///< 0.0.0.0: every local address
  Port port;
  Protocol protocol = Protocol::tcp;
  ServiceQueue::Settings queue;
  RandomLaw service_time = RandomLaw::constant(0.0);  ///< ticks
  RandomLaw response = RandomLaw::constant(0.0);      ///< bytes
  std::optional<WarmUp> warm;
  /// Bytes said to whoever connects, and nothing else; none: a server of requests.
  std::optional<std::uint32_t> greeting;
  std::uint32_t backlog = 511;
  std::uint32_t workers =
      0;  ///< prefork: each holds a connection until it closes; 0: an event loop
};

class Servers final : public TcpUser, public UdpUser {
 public:
  Servers(Simulator& simulator, Tcp& tcp, Udp& udp, Exchanges& exchanges,
          ConversationTable& conversations, const Clients& clients, StreamKey key);

  /// Nothing if host, address and port are taken.
  std::optional<ServerId> add(const ServerConfig& config);

  // events of a scenario, for everything that a host serves
  void hang(HostId host);
  void resume(HostId host);
  void refuse(HostId host);  ///< the ports answer as if nothing listened
  void accept(HostId host);
  void set_speed(HostId host, double speed);
  void power_off(HostId host);
  void power_on(HostId host);

  /// The process closes one of its connections, whatever it was doing on it; false if it hangs.
  /// Requires: the endpoint is open and a server's.
  bool close_connection(EndpointId endpoint);

  /// EventKind::service_departure.
  void departure(std::uint32_t server);

  // TcpUser
  void connected(EndpointId endpoint) override;
  void received(EndpointId endpoint, std::uint32_t bytes) override;
  void peer_closed(EndpointId endpoint) override;
  void failed(EndpointId endpoint, TcpError error) override;
  void queued(ListenerId listener, std::uint32_t user_data) override;
  // UdpUser
  void received(std::uint32_t server, const Datagram& datagram) override;
  void refused(std::uint32_t server) override;

  std::size_t size() const { return servers_.size(); }
  const ServerConfig& config(ServerId id) const { return servers_[id.index()].config; }
  const ServiceQueue& queue(ServerId id) const { return servers_[id.index()].queue; }
  std::uint64_t accepted(ServerId id) const { return servers_[id.index()].accepted; }
  /// What became of the requests that a server took, added up one by one and apart from its queue's
  /// integrals: Little's law and the utilisation law hold one against the other.
  struct Work {
    std::uint64_t taken = 0;
    std::uint64_t answered = 0;
    std::uint64_t given_up = 0;  ///< the connection broke, or the power failed
    std::uint64_t present = 0;
    WeightedTime request_time = 0;     ///< ticks that requests have spent here, up to now
    WeightedTime demand_answered = 0;  ///< ticks of demand: core time at speed 1
    WeightedTime demand_given_up = 0;  ///< in full, whatever was done of it
    WeightedTime demand_present = 0;   ///< in full
    bool speed_changed = false;        ///< ever: demands do not tell the core time then
  };
  Work work(ServerId id) const;

 private:
  struct Server {
    Server(Simulator& simulator, std::uint32_t index, const ServerConfig& c)
        : config(c), queue(simulator, index, c.queue) {}
    ServerConfig config;
    ServiceQueue queue;
    ListenerId listener;
    std::uint32_t free_workers = 0;
    bool hung = false;
    bool refuses = false;
    Time returned = kStart;        ///< or started
    std::vector<Datagram> unread;  ///< what came to one that greets while it hung
    std::uint64_t accepted = 0;
    Work work;  ///< of the requests that have left
  };
  /// A connection, or one UDP request, that a server works on.
  struct Job {
    std::uint32_t server = 0;
    EndpointId endpoint;  ///< none for UDP
    Endpoint local;       ///< UDP
    Endpoint remote;      ///< UDP
    PayloadTag tag;
    JobId work;                  ///< none while no request is being served
    std::uint64_t received = 0;  ///< bytes of the present request
    std::uint64_t response = 0;
    Time taken{};       ///< the present request
    Duration demand{};  ///< of the present request
    bool peer_closed = false;
    bool last = false;  ///< the server closes after this response
    std::uint32_t next_free = 0;
  };

  void greet(std::uint32_t slot);
  void greet_sender(std::uint32_t server, const Datagram& datagram);
  void catch_up(std::uint32_t server);
  std::uint32_t create_job(std::uint32_t server, PayloadTag tag);
  void destroy_job(std::uint32_t slot);
  void take_request(std::uint32_t slot);
  void respond(std::uint32_t slot);
  void close(std::uint32_t slot);
  void release_worker(Server& server);
  void accept_waiting(std::uint32_t server);
  bool can_accept(const Server& server) const {
    return !server.hung && (server.config.workers == 0 || server.free_workers > 0);
  }
  void apply_acceptance(std::uint32_t server);
  double coldness(const Server& server) const;

  Simulator& simulator_;
  Tcp& tcp_;
  Udp& udp_;
  Exchanges& exchanges_;
  ConversationTable& conversations_;
  const Clients& clients_;
  StreamKey key_;
  std::uint8_t tcp_user_;
  std::deque<Server> servers_;
  std::vector<Job> jobs_;
  std::uint32_t free_job_ = ~std::uint32_t{0};
  std::vector<StreamFamily> demands_;    ///< by workload
  std::vector<StreamFamily> responses_;  ///< by workload
};

}  // namespace lvs
