// The functions behind the metrics: each takes a resolved question and gives a value or a reason.
// Used by metrics.cpp and evaluate.cpp alone.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "results/metrics.hpp"

namespace lvs {

/// A question whose names have been found in the run.
struct Scope {
  const RunFacts& facts;
  const Recorder& recorder;
  const Tally& tally;
  TimeSpan span;
  std::vector<ServiceAddress> targets;  ///< connections to these only; empty: to any
  std::optional<std::size_t> service;   ///< in facts.services
  std::optional<std::size_t> server;    ///< in facts.servers
  std::optional<std::size_t> workload;  ///< in the layout
  std::optional<std::size_t> director;  ///< in facts.directors
  std::optional<std::string> place;
  std::optional<std::string> cause;
};

enum class LatencyStatistic : std::uint8_t { count, mean, p50, p90, p99, p999, max };

Answer connections_attempted(const Scope& scope);
Answer connections_established(const Scope& scope);
Answer connections_failed(const Scope& scope);
Answer connections_failed_share(const Scope& scope);
Answer connections_ended(const Scope& scope, Outcome outcome);

Answer requests_attempted(const Scope& scope);
Answer requests_failed(const Scope& scope);
Answer requests_failed_share(const Scope& scope);
Answer requests_ended(const Scope& scope, Outcome outcome);
Answer requests_rate(const Scope& scope);
Answer goodput(const Scope& scope);

Answer latency(const Scope& scope, LatencyKind kind, LatencyStatistic statistic);

Answer server_share(const Scope& scope);
Answer server_connections(const Scope& scope);
Answer server_requests(const Scope& scope);
Answer server_busy(const Scope& scope);
Answer server_utilisation(const Scope& scope);

enum class BalanceStatistic : std::uint8_t { imbalance, chance, cov, jain };
Answer balance(const Scope& scope, BalanceLoad load, BalanceStatistic statistic);
Answer capture_share(const Scope& scope);

Answer director_utilisation(const Scope& scope);
Answer director_busy(const Scope& scope);
Answer director_frames(const Scope& scope);
Answer director_bytes(const Scope& scope);

Answer drops(const Scope& scope);

// metric_health.cpp
Answer health_failures(const Scope& scope);
Answer health_returns(const Scope& scope);
Answer health_failed_at(const Scope& scope);
Answer health_back_at(const Scope& scope);

/// A metric and the function that gives its value.
struct MetricRow {
  Metric metric;
  std::function<Answer(const Scope&)> value;
};
const std::vector<MetricRow>& metric_rows();
/// "service, server, client group".
std::string of_text(const Metric& metric);

/// "queue_full" as a cause, or nothing.
std::optional<DropCause> parse_drop_cause(std::string_view name);

}  // namespace lvs
