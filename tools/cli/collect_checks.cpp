// What the health checks did, and what is counted twice (results/checks.hpp).
#include "tools/cli/collect.hpp"

#include <algorithm>

namespace lvs::cli {
namespace {

std::string service_name(const ServiceKey& key) {
  return lvs::to_string(ServiceAddress{key.address, key.protocol});
}

/// Core time of a demand at the server's speed, rounded down.
detail::Int128 core_time(detail::Int128 demand, double speed) {
  const ServiceQueue::Speed rate = ServiceQueue::Speed::of(speed);
  return demand * rate.under / rate.over;
}

}  // namespace

std::vector<HealthFacts> Collector::health() const {
  std::vector<HealthFacts> all;
  const HealthChecks& checks = world_.health();
  for (std::uint32_t i = 0; i < checks.size(); ++i) {
    const HealthConfig& config = checks.config(HealthId{i});
    HealthFacts& row = all.emplace_back();
    row.service = service_name(config.service);
    row.director = world_.host(config.director).name();
    row.action = config.action;
    row.timeout = config.timeout;
    row.attempts = checks.counters(HealthId{i}).attempts;
    row.failures = checks.counters(HealthId{i}).failures;
    for (const HealthChange& c : checks.changes(HealthId{i})) {
      row.changes.push_back(
          {c.at, c.server, host_with(c.server.address), c.failed, c.why, c.weight, c.since});
    }
  }
  return all;
}

/// From measured_begins() to measured_ends(): these come just before the instants.
TimeSpan Collector::presence() const {
  const language::RunTimes& times = simulation_.times();
  return {std::max(kStart, times.measured_from() - Duration{1}),
          times.measured_until() - Duration{1}};
}

Collector::CheckCounters Collector::read_checks() const {
  CheckCounters counters;
  counters.at = world_.simulator().now();
  for (std::uint32_t w = 0; w < world_.clients().size(); ++w) {
    counters.open.push_back(world_.clients().begun(WorkloadId{w}).request_time);
  }
  for (std::uint32_t s = 0; s < world_.servers().size(); ++s) {
    const ServiceQueue& queue = world_.servers().queue(ServerId{s});
    counters.servers.push_back(
        {queue.job_time(), queue.busy_core_time(), world_.servers().work(ServerId{s})});
  }
  return counters;
}

SelfCheckFacts Collector::check_facts(const Recorder& recorder) const {
  SelfCheckFacts facts;
  // A run that was stopped early is not held against laws of a window.
  if (checks_after_ && TimeSpan{checks_before_.at, checks_after_->at} == presence()) {
    facts.window = presence().length();
  }
  for (std::uint32_t w = 0; w < world_.clients().size(); ++w) {
    const Clients::Begun begun = world_.clients().begun(WorkloadId{w});
    const Recorder::Ended& ended = recorder.ended(WorkloadId{w});
    GroupChecks& group = facts.groups.emplace_back();
    group.name = world_.clients().config(WorkloadId{w}).name;
    group.connections_begun = begun.connections;
    group.requests_begun = begun.requests;
    group.connections_ended = ended.connections;
    group.requests_ended = ended.requests;
    if (!checks_after_) continue;
    group.time_open = checks_after_->open[w] - checks_before_.open[w];
    group.time_told = ended.request_time;
  }
  for (std::uint32_t s = 0; s < world_.servers().size(); ++s) {
    if (!world_.servers().config(ServerId{s}).greeting) facts.servers.push_back(server_checks(s));
  }
  return facts;
}

ServerChecks Collector::server_checks(std::uint32_t s) const {
  const ServerConfig& config = world_.servers().config(ServerId{s});
  const Servers::Work now = world_.servers().work(ServerId{s});
  ServerChecks row;
  row.name = world_.host(config.host).name() + ":" + lvs::to_string(config.port) +
             (config.protocol == Protocol::tcp ? "/tcp" : "/udp");
  row.cores = config.queue.cores;
  row.taken = now.taken;
  row.answered = now.answered;
  row.given_up = now.given_up;
  row.present = now.present;
  row.speed_changed = now.speed_changed;
  if (!checks_after_) return row;
  const CheckCounters::Server& before = checks_before_.servers[s];
  const CheckCounters::Server& after = checks_after_->servers[s];
  row.time_queued = after.present - before.present;
  row.time_served = after.work.request_time - before.work.request_time;
  row.busy = after.busy - before.busy;
  row.demand =
      core_time(after.work.demand_answered - before.work.demand_answered, config.queue.speed);
  // A departure is rounded up to a tick, at which all cores may be at work; and one for
  // core_time().
  const auto rounding =
      static_cast<detail::Int128>(after.work.answered - before.work.answered + 1) *
      (config.queue.cores + 1);
  row.edges = core_time(before.work.demand_present + after.work.demand_present +
                            after.work.demand_given_up - before.work.demand_given_up,
                        config.queue.speed) +
              rounding;
  return row;
}

}  // namespace lvs::cli
