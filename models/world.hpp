// The simulated world: everything that exists in one run, and the dispatch of its events.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "models/health/health_checks.hpp"
#include "models/host/host.hpp"
#include "models/net/cable.hpp"
#include "models/net/switch.hpp"
#include "models/net/topology.hpp"
#include "models/observe.hpp"
#include "models/packet/frame_pool.hpp"
#include "models/server/servers.hpp"
#include "models/tcp/tcp.hpp"
#include "models/udp/udp.hpp"
#include "models/workload/clients.hpp"
#include "models/workload/conversations.hpp"
#include "sim/simulator.hpp"

namespace lvs {

/// What a scenario does at set moments.
class ScenarioEvents {
 public:
  virtual ~ScenarioEvents() = default;
  virtual void happen(std::uint32_t index) = 0;
};

class World {
 public:
  explicit World(StreamKey key, EventQueue::Structure structure = EventQueue::Structure::calendar);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // building
  Host& add_host(const std::string& name);
  Switch& add_switch(const std::string& name);
  /// A card of `host` on a port of `at`, by a cable of its own.
  CableId plug(Host& host, const Interface& card, std::uint32_t switch_index, const WayConfig& out,
               const WayConfig& in);
  struct CardOf {
    Host& host;
    const Interface& card;
  };
  /// Two cards joined by one cable.
  CableId join(const CardOf& a, const CardOf& b, const WayConfig& a_to_b, const WayConfig& b_to_a);
  /// The host's director, made when it is first asked for, with the phases that were set.
  Director& director_of(Host& host);
  void set_scenario_events(ScenarioEvents* events) { scenario_events_ = events; }

  // running
  /// Executes events up to and including `end`; returns early when stop() was called.
  void run_until(Time end);
  /// Stops the run when all measured requests and all conversations have ended (or been answered)
  /// and the window is over.
  void stop_when_measured_ended() { stops_when_measured_ended_ = true; }
  /// Whether the run has come to its end by itself.
  bool ended() const {
    return stops_when_measured_ended_ && clients_.all_measured_ended() &&
           conversations_.pending() == 0;
  }
  /// A cable was cut: hosts forget their neighbours behind it, switches what they learned there.
  void carrier_lost(CableId cable);
  /// The cable was joined again.
  void carrier_found(CableId cable);
  /// A host loses or regains power, with everything that it serves.
  void power(Host& host, bool on);

  // parts
  Simulator& simulator() { return simulator_; }
  const Simulator& simulator() const { return simulator_; }
  FramePool& frames() { return frames_; }
  const FramePool& frames() const { return frames_; }
  Cables& cables() { return cables_; }
  const Cables& cables() const { return cables_; }
  Observation& observation() { return observation_; }
  Tcp& tcp() { return tcp_; }
  const Tcp& tcp() const { return tcp_; }
  Clients& clients() { return clients_; }
  const Clients& clients() const { return clients_; }
  Conversations& conversations() { return conversations_; }
  const Conversations& conversations() const { return conversations_; }
  Servers& servers() { return servers_; }
  const Servers& servers() const { return servers_; }
  HealthChecks& health() { return health_; }
  const HealthChecks& health() const { return health_; }
  Topology& topology() { return topology_; }
  const std::vector<Host*>& hosts() const { return host_list_; }
  Host& host(HostId id) { return *host_list_[id.index()]; }
  const std::deque<Switch>& switches() const { return switches_; }

 private:
  void dispatch(const Event& event);
  void arrive(const Event& event);

  Simulator simulator_;
  FramePool frames_;
  StreamKey key_;
  Cables cables_;
  Observation observation_;
  Environment environment_;
  Tcp tcp_;
  Udp udp_;
  std::deque<Host> hosts_;
  std::vector<Host*> host_list_;
  std::deque<Switch> switches_;
  std::vector<Switch*> switch_list_;
  std::vector<Host*> directors_;
  Exchanges exchanges_;
  ConversationTable conversation_table_;
  Clients clients_;
  Servers servers_;
  Conversations conversations_;
  HealthChecks health_;
  Topology topology_;
  std::vector<Topology::NodeId> host_nodes_;
  std::vector<Topology::NodeId> switch_nodes_;
  ScenarioEvents* scenario_events_ = nullptr;
  bool stops_when_measured_ended_ = false;
};

}  // namespace lvs
