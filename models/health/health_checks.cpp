#include "models/health/health_checks.hpp"

#include <algorithm>

#include "models/event_kinds.hpp"
#include "models/host/host.hpp"
#include "models/host/routing.hpp"
#include "models/tcp/tcp.hpp"

namespace lvs {
namespace {

HealthFailure failure_of(TcpError error) {
  switch (error) {
    case TcpError::refused:
    case TcpError::reset:
    case TcpError::port_unreachable: return HealthFailure::refused;
    case TcpError::net_unreachable:
    case TcpError::host_unreachable:
    case TcpError::protocol_unreachable: return HealthFailure::unreachable;
    case TcpError::timed_out: return HealthFailure::no_answer;
  }
  LVS_REQUIRE(false, "every error of TCP means something to a health check");
}

DestinationSettings settings_of(const Destination& d) {
  return {.method = d.method,
          .weight = d.weight,
          .upper_threshold = d.upper_threshold,
          .lower_threshold = d.lower_threshold};
}

}  // namespace

HealthChecks::HealthChecks(Simulator& simulator, Tcp& tcp, const std::vector<Host*>& hosts)
    : simulator_(simulator), tcp_(tcp), hosts_(hosts), tcp_user_(tcp.add_user(*this)) {}

HealthId HealthChecks::add(const HealthConfig& config) {
  LVS_REQUIRE(config.every > Duration{} && config.timeout > Duration{},
              "a health check asks now and then, and waits for the answer");
  const auto index = static_cast<std::uint32_t>(monitors_.size());
  monitors_.push_back({config, {}, {}, {}});
  begin_missing(index);
  return HealthId{index};
}

Director& HealthChecks::director_of(const Monitor& monitor) const {
  return *hosts_[monitor.config.director.index()]->director();
}

const Destination* HealthChecks::find(const Monitor& monitor, Endpoint server) const {
  const Director& director = director_of(monitor);
  const Service* service = director.find_service(monitor.config.service);
  if (service == nullptr) return nullptr;
  for (const DestinationId id : service->destinations) {
    if (director.destination(id).address == server) return &director.destination(id);
  }
  return nullptr;
}

void HealthChecks::look_again(HostId director) {
  if (!hosts_[director.index()]->is_powered()) return;
  for (std::uint32_t m = 0; m < monitors_.size(); ++m) {
    if (monitors_[m].config.director != director) continue;
    const std::vector<std::uint32_t> slots = monitors_[m].checkers;
    for (const std::uint32_t slot : slots) settle(slot);
    begin_missing(m);
  }
}

/// The kernel's list has the newest first, so the order of configuration is the reverse.
void HealthChecks::begin_missing(std::uint32_t index) {
  const Monitor& monitor = monitors_[index];
  const Director& director = director_of(monitor);
  const Service* service = director.find_service(monitor.config.service);
  if (service == nullptr) return;
  std::vector<Endpoint> missing;
  for (auto id = service->destinations.rbegin(); id != service->destinations.rend(); ++id) {
    const Endpoint server = director.destination(*id).address;
    const bool known =
        std::any_of(monitor.checkers.begin(), monitor.checkers.end(),
                    [&](std::uint32_t slot) { return checkers_[slot].server == server; });
    if (!known) missing.push_back(server);
  }
  const detail::Int128 every = monitor.config.every.count();
  for (std::size_t i = 0; i < missing.size(); ++i) {
    const detail::Int128 after =
        every * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(missing.size());
    begin(index, missing[i], Duration{static_cast<std::int64_t>(after)});
  }
}

void HealthChecks::begin(std::uint32_t monitor, Endpoint server, Duration after) {
  if (free_.empty()) {
    const auto slot = static_cast<std::uint32_t>(checkers_.size());
    free_.push_back(slot);
    checkers_.emplace_back().timer = simulator_.create_timer(code(EventKind::health_probe), slot);
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  Checker fresh;
  fresh.timer = checkers_[slot].timer;
  fresh.monitor = monitor;
  fresh.server = server;
  checkers_[slot] = fresh;
  monitors_[monitor].checkers.push_back(slot);
  wait(checkers_[slot], after);
}

/// Brings the checker in line with the table; false if it ended, since the server is gone.
bool HealthChecks::settle(std::uint32_t slot) {
  Checker& checker = checkers_[slot];
  const Monitor& monitor = monitors_[checker.monitor];
  const Destination* d = find(monitor, checker.server);
  const bool removed = checker.out && monitor.config.action == HealthAction::remove;
  const bool has_service = director_of(monitor).find_service(monitor.config.service) != nullptr;
  if (!has_service || (d == nullptr && !removed)) {
    end(slot);
    return false;
  }
  // Put back by hand while it was out: it is in use again.
  if (checker.out && d != nullptr && (removed || d->weight != 0)) {
    checker.out = false;
    checker.failures = 0;
  }
  return true;
}

void HealthChecks::end(std::uint32_t slot) {
  Checker& checker = checkers_[slot];
  if (checker.asking) tcp_.close(checker.endpoint);
  simulator_.disarm(checker.timer);
  std::vector<std::uint32_t>& slots = monitors_[checker.monitor].checkers;
  slots.erase(std::find(slots.begin(), slots.end(), slot));
  checker.asking = false;
  free_.push_back(slot);
}

void HealthChecks::power_off(HostId director) {
  for (Monitor& monitor : monitors_) {
    if (monitor.config.director != director) continue;
    for (const std::uint32_t slot : monitor.checkers) {
      checkers_[slot].asking = false;  // TCP has forgotten the connection
      simulator_.disarm(checkers_[slot].timer);
      free_.push_back(slot);
    }
    monitor.checkers.clear();
  }
}

void HealthChecks::wait(Checker& checker, Duration span) {
  checker.asking = false;
  simulator_.arm(checker.timer, simulator_.now() + std::min(span, kLongestRun));
}

void HealthChecks::timer(std::uint32_t slot) {
  if (!checkers_[slot].asking) return attempt(slot);
  tcp_.close(checkers_[slot].endpoint);
  attempt_failed(slot, HealthFailure::no_answer);
}

void HealthChecks::attempt(std::uint32_t slot) {
  if (!settle(slot)) return;
  Checker& checker = checkers_[slot];
  Monitor& monitor = monitors_[checker.monitor];
  ++monitor.counters.attempts;
  checker.began = simulator_.now();
  const HostId host = monitor.config.director;
  const OutputRoute route =
      route_output(hosts_[host.index()]->state(), checker.server.address, std::nullopt);
  if (route.kind == OutputRoute::Kind::none) {
    return attempt_failed(slot, HealthFailure::unreachable);
  }
  Tcp::Connect request;
  request.host = host;
  request.source = route.source;
  request.destination = checker.server;
  request.user = tcp_user_;
  request.user_data = slot;
  const auto endpoint = tcp_.connect(request);
  if (!endpoint) return attempt_failed(slot, HealthFailure::unreachable);
  checker.endpoint = *endpoint;
  checker.asking = true;
  simulator_.arm(checker.timer, simulator_.now() + std::min(monitor.config.timeout, kLongestRun));
}

void HealthChecks::connected(EndpointId endpoint) {
  const std::uint32_t slot = tcp_.endpoint(endpoint).user_data;
  tcp_.close(endpoint);
  attempt_succeeded(slot);
}

void HealthChecks::failed(EndpointId endpoint, TcpError error) {
  const std::uint32_t slot = tcp_.endpoint(endpoint).user_data;
  if (!hosts_[monitors_[checkers_[slot].monitor].config.director.index()]->is_powered()) return;
  attempt_failed(slot, failure_of(error));
}

void HealthChecks::attempt_succeeded(std::uint32_t slot) {
  checkers_[slot].asking = false;
  if (!settle(slot)) return;
  Checker& checker = checkers_[slot];
  checker.failures = 0;
  if (checker.out) take_back(checker);
  wait(checker, monitors_[checker.monitor].config.every);
}

void HealthChecks::attempt_failed(std::uint32_t slot, HealthFailure why) {
  checkers_[slot].asking = false;
  ++monitors_[checkers_[slot].monitor].counters.failures;
  if (!settle(slot)) return;
  Checker& checker = checkers_[slot];
  const HealthConfig& config = monitors_[checker.monitor].config;
  if (checker.out) return wait(checker, config.every);
  if (checker.failures == 0) checker.first_failure = checker.began;
  if (checker.failures < config.retries) {
    ++checker.failures;
    return wait(checker, config.between);
  }
  take_out(checker, why);
  wait(checker, config.every);
}

void HealthChecks::take_out(Checker& checker, HealthFailure why) {
  Monitor& monitor = monitors_[checker.monitor];
  Director& director = director_of(monitor);
  checker.former = settings_of(*find(monitor, checker.server));
  checker.out = true;
  checker.failures = 0;
  IpvsError error = IpvsError::none;
  if (monitor.config.action == HealthAction::remove) {
    error = director.delete_destination(monitor.config.service, checker.server);
  } else {
    DestinationSettings quiesced = checker.former;
    quiesced.weight = 0;
    error = director.edit_destination(monitor.config.service, checker.server, quiesced);
  }
  LVS_REQUIRE(error == IpvsError::none, "a real server that is there can be taken out");
  monitor.changes.push_back(
      {simulator_.now(), checker.server, true, checker.former.weight, why, checker.first_failure});
}

void HealthChecks::take_back(Checker& checker) {
  Monitor& monitor = monitors_[checker.monitor];
  Director& director = director_of(monitor);
  IpvsError error = IpvsError::none;
  if (monitor.config.action == HealthAction::remove) {
    error = director.add_destination(monitor.config.service, checker.server, checker.former);
  } else {
    // What else was edited by hand meanwhile stays.
    DestinationSettings now = settings_of(*find(monitor, checker.server));
    now.weight = checker.former.weight;
    error = director.edit_destination(monitor.config.service, checker.server, now);
  }
  // What the service has become no longer takes such a server: it stays out, until the next try.
  if (error != IpvsError::none) return;
  checker.out = false;
  monitor.changes.push_back({simulator_.now(), checker.server, false, checker.former.weight,
                             HealthFailure::no_answer, checker.began});
}

void HealthChecks::received(EndpointId, std::uint32_t) {
  LVS_REQUIRE(false, "a health check closes as soon as it is connected");
}

void HealthChecks::peer_closed(EndpointId) {
  LVS_REQUIRE(false, "a health check closes as soon as it is connected");
}

void HealthChecks::queued(ListenerId, std::uint32_t) {
  LVS_REQUIRE(false, "a health check does not listen");
}

}  // namespace lvs
