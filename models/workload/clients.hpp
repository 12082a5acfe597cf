// The clients: when they connect, what they ask, how long they wait, and what became of it.
// Open arrivals or closed users; requests one after the other on a connection (design.md 1.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/observe.hpp"
#include "models/packet/endpoint.hpp"
#include "models/tcp/user.hpp"
#include "models/udp/udp.hpp"
#include "models/workload/arrivals.hpp"
#include "models/workload/exchange.hpp"
#include "models/workload/law.hpp"
#include "models/workload/popularity.hpp"
#include "models/workload/presence.hpp"
#include "sim/random.hpp"
#include "sim/simulator.hpp"

namespace lvs {

class Tcp;
class Host;

struct WorkloadConfig {
  struct Source {
    HostId host;
    std::optional<Ipv4Address> address;  ///< none: source selection decides
  };

  std::string name;  ///< names its random streams
  std::vector<Source> sources;
  PopularityPicker popularity = PopularityPicker::uniform(1);  ///< over the sources
  ServiceAddress target;
  std::optional<ArrivalProcess> arrivals;         ///< open loop; else `users`
  std::uint32_t users = 0;                        ///< closed loop; user u keeps to source u mod n
  RandomLaw requests = RandomLaw::constant(1.0);  ///< per connection, ones
  RandomLaw think = RandomLaw::constant(0.0);     ///< ticks
  std::optional<RandomLaw> hold;                  ///< ticks
  RandomLaw request = RandomLaw::constant(0.0);   ///< bytes
  std::optional<Duration> timeout;                ///< none: as long as TCP itself waits
  bool close_at_server = false;
};

/// Which arrivals are measured, and when arrivals end.
struct MeasuredWindow {
  Time from = kStart;
  Time until = kNever;  ///< arrivals in [from, until) are measured
  Time arrivals_end = kNever;
};

class Clients final : public TcpUser, public UdpUser {
 public:
  /// `hosts` by id; they and everything else outlive this.
  Clients(Simulator& simulator, Observation& observation, Tcp& tcp, Udp& udp, Exchanges& exchanges,
          const std::vector<Host*>& hosts, StreamKey key);

  WorkloadId add(const WorkloadConfig& config);
  /// Arms the first arrivals. Called once, before the run.
  void start(const MeasuredWindow& window);

  /// All requests whose arrival lies in the window have ended, and the window is over.
  bool all_measured_ended() const {
    return measured_open_ == 0 && simulator_.now() >= window_.until;
  }
  /// Ends the run: what is still open is reported as unfinished.
  void finish();

  // events
  void connection_arrival(std::uint32_t workload);
  void user_ready(std::uint32_t workload, std::uint32_t user);
  void exchange_timer(std::uint32_t slot);

  // TcpUser
  void connected(EndpointId endpoint) override;
  void received(EndpointId endpoint, std::uint32_t bytes) override;
  void peer_closed(EndpointId endpoint) override;
  void failed(EndpointId endpoint, TcpError error) override;
  void queued(ListenerId listener, std::uint32_t user_data) override;
  // UdpUser
  void received(std::uint32_t slot, const Datagram& datagram) override;
  void refused(std::uint32_t slot) override;

  std::size_t size() const { return workloads_.size(); }
  const WorkloadConfig& config(WorkloadId id) const { return workloads_[id.index()].config; }
  /// Requests that have arrived and not ended, of all workloads.
  std::uint64_t open_requests() const { return open_requests_; }
  /// What the workload began, measured or not, and the requests that were open over time: kept here
  /// apart from what is told when they end, so that one can be held against the other.
  struct Begun {
    std::uint64_t connections = 0;
    std::uint64_t requests = 0;
    detail::Int128 request_time = 0;  ///< ticks times open requests
  };
  Begun begun(WorkloadId id) const {
    const Workload& load = workloads_[id.index()];
    return {load.connections, load.requests, load.open.integral(simulator_.now())};
  }

 private:
  struct Workload {
    WorkloadConfig config;
    RandomStream arrival_stream;
    RandomStream source_stream;
    StreamFamily request_sizes;
    StreamFamily request_counts;
    StreamFamily think_times;
    StreamFamily hold_times;
    std::uint64_t connections = 0;
    std::uint64_t requests = 0;
    Presence open{};  ///< requests
  };

  void begin(std::uint32_t workload, std::uint32_t source, std::uint32_t user);
  void begin_tcp(std::uint32_t slot);
  void begin_udp(std::uint32_t slot);
  void new_request(Exchange& x);
  void send_request(std::uint32_t slot);
  void response_progress(std::uint32_t slot, std::uint32_t bytes);
  void response_complete(std::uint32_t slot);
  void after_last_response(std::uint32_t slot);
  void close(std::uint32_t slot);
  void end_request(Exchange& x, Outcome outcome, Time last_byte);
  void end_exchange(std::uint32_t slot, Outcome outcome);
  void fail(std::uint32_t slot, Outcome outcome);
  void arm(Exchange& x, Duration after);
  void next_user_turn(const Exchange& x);
  bool is_measured(Time t) const { return t >= window_.from && t < window_.until; }

  Simulator& simulator_;
  Observation& observation_;
  Tcp& tcp_;
  Udp& udp_;
  Exchanges& exchanges_;
  const std::vector<Host*>& hosts_;
  StreamKey key_;
  std::uint8_t tcp_user_;
  std::vector<Workload> workloads_;
  MeasuredWindow window_;
  std::uint64_t measured_open_ = 0;
  std::uint64_t open_requests_ = 0;
};

}  // namespace lvs
