// What only the wired models know, as facts for results/: counters at the edges of the measured
// time, listings, drops with their places.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "results/recorder.hpp"
#include "results/run_facts.hpp"
#include "scenarios/language/build.hpp"

namespace lvs::cli {

class Collector {
 public:
  explicit Collector(language::Simulation& simulation);

  /// What the recorder must know before the run.
  RecorderPlan plan(const std::vector<Claim>& claims) const;

  /// To be called when the clock stands just before the measured time, and just before its end.
  void measured_begins();
  void measured_ends();

  /// All facts but those that Recorder::fill and the verdicts add. The recorder is asked to drop
  /// the transient if the warm-up was automatic.
  RunFacts facts(Recorder& recorder) const;

 private:
  struct ServerCounters {
    WeightedTime busy = 0;  ///< core-picoseconds
  };
  /// Readings of what results/checks.hpp holds together.
  struct CheckCounters {
    Time at = kStart;
    std::vector<detail::Int128> open;  ///< by workload
    struct Server {
      detail::Int128 present = 0;
      detail::Int128 busy = 0;
      Servers::Work work;
    };
    std::vector<Server> servers;
  };
  struct DirectorCounters {
    std::array<Host::Traffic, kTrafficClassCount> traffic;
  };

  std::vector<HostId> serving_hosts() const;
  void read_counters(std::vector<ServerCounters>& servers,
                     std::vector<DirectorCounters>& directors) const;
  TimeSpan presence() const;
  CheckCounters read_checks() const;
  SelfCheckFacts check_facts(const Recorder& recorder) const;
  ServerChecks server_checks(std::uint32_t server) const;
  std::vector<HealthFacts> health() const;
  ServiceFacts service_facts(const Host& host, const Service& service) const;
  SocketCounts socket_counts(HostId host) const;
  std::string host_with(Ipv4Address address) const;
  std::optional<CaptureFacts> capture_of(const ServiceAddress& service) const;
  std::vector<ConversationFacts> conversations() const;
  std::vector<DropFacts> drops() const;

  language::Simulation& simulation_;
  World& world_;
  std::vector<HostId> servers_;
  std::vector<HostId> directors_;
  std::vector<ServerCounters> servers_before_;
  std::vector<ServerCounters> servers_after_;
  std::vector<DirectorCounters> directors_before_;
  std::vector<DirectorCounters> directors_after_;
  std::vector<CaptureWatch::Counts> captures_before_;
  CheckCounters checks_before_;
  std::optional<CheckCounters> checks_after_;
  std::vector<SocketCounts> sockets_;
  std::vector<std::string> listings_;
  std::vector<ServiceFacts> services_;
};

}  // namespace lvs::cli
