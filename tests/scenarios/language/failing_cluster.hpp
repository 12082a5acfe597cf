// A cluster of two real servers behind a director, by NAT or DR, in which something fails; and what
// its clients see. Connections come every 100 ms from 0 on, each from another address (ICMP
// errors are limited by destination); rr gives the first and every second one to rs1.
#pragma once

#include <string>
#include <vector>

#include "results/run_facts.hpp"
#include "scenarios/language/build.hpp"

namespace lvs::language::testing {

enum class Mode { nat, dr };

/// `events` are lines of the section, `health` a line of the director (or empty), `serve` and
/// `client` further keys of rs1's and rs2's server and of the clients.
struct FailingCluster {
  Mode mode = Mode::nat;
  std::string events;
  std::string health;
  std::string serve;
  std::string client = "timeout: 5s";

  std::string text() const {
    const bool nat = mode == Mode::nat;
    const std::string ways =
        nat ? "      ip route add default via 192.168.0.1\n"
            : "      ip addr add 10.0.0.100/32 dev lo\n"
              "      sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2\n"
              "      ip route add default via 192.168.0.254\n";
    const std::string flag = nat ? " -m\n" : " -g\n";
    return "name: failing\ntime: {warmup: 0s, run: 60s}\n"
           "networks: {outside: {rate: 1Gbit/s, delay: 50us}, inside: {rate: 1Gbit/s, delay: "
           "50us}}\n"
           "hosts:\n"
           "  client: {nics: {eth0: outside}, setup: \"ip addr add 10.0.0.2/24 dev eth0; "
           "ip route add local 10.0.0.128/26 dev lo; "
           "ip route add 192.168.0.0/24 via 10.0.0.254\"}\n"
           "  router:\n"
           "    nics: {eth0: outside, eth1: inside}\n"
           "    setup: |\n"
           "      ip addr add 10.0.0.254/24 dev eth0\n"
           "      ip addr add 192.168.0.254/24 dev eth1\n"
           "      sysctl -w net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0\n"
           "  director:\n"
           "    nics: {eth0: outside, eth1: inside}\n" +
           (health.empty() ? "" : "    health: " + health + "\n") +
           "    setup: |\n"
           "      ip addr add 10.0.0.1/24 dev eth0\n"
           "      ip addr add 10.0.0.100/32 dev eth0\n"
           "      ip addr add 192.168.0.1/24 dev eth1\n"
           "      sysctl -w net.ipv4.ip_forward=1\n"
           "      ipvsadm -A -t 10.0.0.100:80 -s rr\n"
           "      ipvsadm -a -t 10.0.0.100:80 -r 192.168.0.12" +
           flag + "      ipvsadm -a -t 10.0.0.100:80 -r 192.168.0.11" + flag +
           "  rs1..rs2:\n"
           "    nics: {eth0: inside}\n"
           "    setup: |\n"
           "      ip addr add 192.168.0.$((10+i))/24 dev eth0\n" +
           ways + "    serves: [{port: 80/tcp, cores: 4, service_time: 5ms, response: 2KiB" +
           serve +
           "}]\n"
           "clients:\n"
           "  web: {host: client, addresses: 10.0.0.129..10.0.0.190, target: 10.0.0.100:80/tcp, "
           "arrivals: {deterministic: 10/s}, "
           "request: 300B, " +
           client + "}\n" + (events.empty() ? "" : "events:\n" + events);
  }
};

/// Runs a scenario to its end and keeps every connection's and request's.
class Failing final : public Observer {
 public:
  explicit Failing(const FailingCluster& cluster) : Failing(cluster.text()) {}
  explicit Failing(const std::string& text)
      : scenario(load_scenario_text("failing.yaml", text)), simulation(scenario, {1, 0}) {
    check_supported(scenario);
    simulation.start(*this, Watch::kExchanges);
    simulation.world().run_until(simulation.times().latest_end());
    simulation.world().clients().finish();
  }

  void observe(const Record&) override {}
  void request_ended(const RequestEnd& end) override { requests.push_back(end); }
  void connection_ended(const ConnectionEnd& end) override { ends.push_back(end); }

  /// How many of those that arrived in [from, until) ended how: "20 completed, 20 refused_rst".
  std::string outcomes(Duration from, Duration until) const {
    OutcomeCounts counts;
    for (const ConnectionEnd& end : arrived(from, until)) counts.count(end.outcome);
    std::string text;
    for (std::size_t i = 0; i < kOutcomeCount; ++i) {
      if (counts.by[i] == 0) continue;
      text += (text.empty() ? "" : ", ") + std::to_string(counts.by[i]) + " ";
      text += name(static_cast<Outcome>(i));
    }
    return text;
  }
  std::size_t count(Outcome outcome, Duration from, Duration until) const {
    std::size_t n = 0;
    for (const ConnectionEnd& end : arrived(from, until)) n += end.outcome == outcome ? 1 : 0;
    return n;
  }
  std::vector<ConnectionEnd> arrived(Duration from, Duration until) const {
    std::vector<ConnectionEnd> some;
    for (const ConnectionEnd& end : ends) {
      if (end.arrival >= kStart + from && end.arrival < kStart + until) some.push_back(end);
    }
    return some;
  }
  /// The longest of those that ended so.
  Duration longest(Outcome outcome, Duration from, Duration until) const {
    Duration most{};
    for (const ConnectionEnd& end : arrived(from, until)) {
      if (end.outcome == outcome) most = std::max(most, end.ended - end.arrival);
    }
    return most;
  }
  const std::vector<HealthChange>& health() const {
    return simulation.world().health().changes(HealthId{0});
  }

  Scenario scenario;
  Simulation simulation;
  std::vector<ConnectionEnd> ends;
  std::vector<RequestEnd> requests;
};

}  // namespace lvs::language::testing
