// Health checks of a director: it opens a TCP connection to each real server of a service, time and
// again, from its own stack, and takes a server that does not answer out of use until it does.
//
// After keepalived's TCP_CHECK with its real servers (the user's manual, keepalived.conf(5)): a
// handshake is a success and is closed at once; `every` is its delay_loop, counted from the end of
// an attempt to the start of the next; `timeout` its connect_timeout; `retries` its retry,
// `between` its delay_before_retry: a server in use fails with the attempt that follows so many
// further ones; one that is out is asked every `every`, and one success is enough. Servers are
// taken for healthy until they fail (its alpha mode is off). `remove` deletes the server as
// `ipvsadm -d` would, and adds it as `ipvsadm -a` would: at the head of the list, with the method,
// weight and thresholds that it had; `weight` sets weight 0 (its inhibit_on_failure) and the former
// weight again.
//
// Ours, so that every instant is known: keepalived starts each checker after a random part of
// delay_loop. Here n servers that come into use together are first asked i * every / n later, i
// from 0 in the order in which they were configured.
//
// Ours as well: what an administrator types counts for more. A server deleted by hand is asked no
// more, one added by hand is asked from then on; one that is put back by hand while it is out, or
// given a weight, is in use again and may fail again; one that is given weight 0 is still asked,
// and keeps its weight 0 when it comes back.
#pragma once

#include <cstdint>
#include <vector>

#include "models/health/health_values.hpp"
#include "models/ipvs/director.hpp"
#include "models/tcp/user.hpp"
#include "sim/simulator.hpp"

namespace lvs {

class Host;
class Tcp;

struct HealthTag;
using HealthId = Id<HealthTag>;

struct HealthConfig {
  HostId director;
  ServiceKey service;
  Duration every{};
  Duration timeout{};
  std::uint32_t retries = 0;
  Duration between{};
  HealthAction action = HealthAction::remove;
};

/// A server was taken out of use, or into it again.
struct HealthChange {
  Time at = kStart;
  Endpoint server;
  bool failed = false;                           ///< else it came back
  std::int64_t weight = 0;                       ///< that it had, or has again
  HealthFailure why = HealthFailure::no_answer;  ///< failed: of the last attempt
  Time since =
      kStart;  ///< when the first attempt of those that failed began; or the one that did not
};

class HealthChecks final : public TcpUser {
 public:
  /// `hosts` by id; they and everything else outlive this.
  HealthChecks(Simulator& simulator, Tcp& tcp, const std::vector<Host*>& hosts);

  /// Begins to ask the servers that the service has now. Requires: the host is a director; times
  /// are not negative, every and timeout positive.
  HealthId add(const HealthConfig& config);
  /// To be called after commands on the host: they may have added or deleted servers.
  void look_again(HostId director);
  /// The checks ended with the power; look_again() begins them anew.
  void power_off(HostId director);

  /// EventKind::health_probe.
  void timer(std::uint32_t slot);

  std::size_t size() const { return monitors_.size(); }
  const HealthConfig& config(HealthId id) const { return monitors_[id.index()].config; }
  /// In order of time.
  const std::vector<HealthChange>& changes(HealthId id) const {
    return monitors_[id.index()].changes;
  }
  struct Counters {
    std::uint64_t attempts = 0;
    std::uint64_t failures = 0;
  };
  const Counters& counters(HealthId id) const { return monitors_[id.index()].counters; }

  // TcpUser
  void connected(EndpointId endpoint) override;
  void received(EndpointId endpoint, std::uint32_t bytes) override;
  void peer_closed(EndpointId endpoint) override;
  void queued(ListenerId listener, std::uint32_t user_data) override;
  void failed(EndpointId endpoint, TcpError error) override;

 private:
  struct Monitor {
    HealthConfig config;
    std::vector<std::uint32_t> checkers;  ///< slots, in the order in which they were begun
    std::vector<HealthChange> changes;
    Counters counters;
  };
  struct Checker {
    std::uint32_t monitor = 0;
    Endpoint server;
    bool asking = false;         ///< else waiting for the next attempt
    bool out = false;            ///< it failed
    std::uint32_t failures = 0;  ///< attempts in a row, of a server in use
    Time began = kStart;         ///< the latest attempt
    Time first_failure = kStart;
    DestinationSettings former;  ///< of a server that is out
    EndpointId endpoint;         ///< while asking
    TimerId timer;               ///< of the slot
  };

  Director& director_of(const Monitor& monitor) const;
  /// Null if the service does not have it.
  const Destination* find(const Monitor& monitor, Endpoint server) const;
  void begin_missing(std::uint32_t monitor);
  void begin(std::uint32_t monitor, Endpoint server, Duration after);
  bool settle(std::uint32_t slot);
  void end(std::uint32_t slot);
  void attempt(std::uint32_t slot);
  void attempt_succeeded(std::uint32_t slot);
  void attempt_failed(std::uint32_t slot, HealthFailure why);
  void take_out(Checker& checker, HealthFailure why);
  void take_back(Checker& checker);
  void wait(Checker& checker, Duration span);

  Simulator& simulator_;
  Tcp& tcp_;
  const std::vector<Host*>& hosts_;
  std::uint8_t tcp_user_;
  std::vector<Monitor> monitors_;
  std::vector<Checker> checkers_;
  std::vector<std::uint32_t> free_;
};

}  // namespace lvs
