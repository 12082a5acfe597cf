#include "results/metric_values.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "results/service_load.hpp"
#include "results/text.hpp"
#include "sim/check.hpp"

namespace lvs {
namespace {

Answer number(double value) { return {value, ""}; }
Answer number(std::uint64_t value) { return {static_cast<double>(value), ""}; }
Answer none(std::string reason) { return {std::nullopt, std::move(reason)}; }
Answer seconds_of(Duration d) { return number(to_seconds(d)); }

Answer ratio(std::uint64_t part, std::uint64_t whole, std::string_view why_not) {
  if (whole == 0) return none(std::string(why_not));
  return number(static_cast<double>(part) / static_cast<double>(whole));
}

bool contains(const std::vector<ServiceAddress>& all, const ServiceAddress& target) {
  return std::find(all.begin(), all.end(), target) != all.end();
}

/// The connections of a scope; `targets` and `server` stand for those of the scope.
ConnectionCell connections_in(const Scope& scope, const std::vector<ServiceAddress>& targets,
                              std::optional<std::size_t> server) {
  const TallyLayout& layout = scope.recorder.layout();
  ConnectionCell sum;
  std::size_t place = 0;
  for (std::size_t w = 0; w < layout.workloads().size(); ++w) {
    for (const ServiceAddress& target : layout.workloads()[w].targets) {
      const std::size_t t = place++;
      if (scope.workload && *scope.workload != w) continue;
      if (!targets.empty() && !contains(targets, target)) continue;
      for (std::size_t s = 0; s < layout.server_places(); ++s) {
        if (!server || *server == s) sum += scope.tally.connections(t, s);
      }
    }
  }
  return sum;
}

ConnectionCell connections_in(const Scope& scope) {
  return connections_in(scope, scope.targets, scope.server);
}

struct Selection {
  std::vector<std::size_t> workloads;
  std::string reason;  ///< why requests cannot be told apart; empty if they can
};

/// The client groups of a scope. Requests carry no target, so a group belongs to a service only if
/// all of its targets do.
Selection workloads_in(const Scope& scope) {
  Selection result;
  const auto& all = scope.recorder.layout().workloads();
  for (std::size_t w = 0; w < all.size(); ++w) {
    if (scope.workload && *scope.workload != w) continue;
    std::size_t inside = 0;
    for (const ServiceAddress& target : all[w].targets) inside += contains(scope.targets, target);
    if (scope.targets.empty() || inside == all[w].targets.size()) {
      result.workloads.push_back(w);
    } else if (inside > 0) {
      result.reason = fmt::format(
          "requests are counted by client group, and \"{}\" has other targets too", all[w].name);
    }
  }
  return result;
}

struct Requests {
  RequestCell cell;
  std::string reason;
};

Requests requests_in(const Scope& scope) {
  const Selection selection = workloads_in(scope);
  Requests result{{}, selection.reason};
  for (const std::size_t w : selection.workloads) {
    for (std::size_t s = 0; s < scope.recorder.layout().server_places(); ++s) {
      if (!scope.server || *scope.server == s) result.cell += scope.tally.requests(w, s);
    }
  }
  return result;
}

template <class Value>
Answer of_requests(const Scope& scope, Value value) {
  const Requests requests = requests_in(scope);
  return requests.reason.empty() ? value(requests.cell) : none(requests.reason);
}

const ServerFacts& server_of(const Scope& scope) {
  LVS_REQUIRE(scope.server, "the metric is of a server");
  return scope.facts.servers[*scope.server];
}

template <class T>
const T* the_one(const std::vector<T>& all, std::optional<std::size_t> chosen) {
  if (chosen) return &all[*chosen];
  return all.size() == 1 ? &all.front() : nullptr;
}

template <class Value>
Answer of_director(const Scope& scope, Value value) {
  const DirectorFacts* director = the_one(scope.facts.directors, scope.director);
  if (director == nullptr) return none("say of which director: of: HOST");
  return value(*director);
}

Answer quantile(const Histogram& h, Percentile p) {
  const Quantile q = h.quantile(p);
  if (q.value) return seconds_of(*q.value);
  return none(fmt::format("has {}, and this percentile needs {}", counted(h.count(), "sample"),
                          grouped(q.needed)));
}

Answer statistic_of(const Histogram& h, LatencyStatistic statistic) {
  if (statistic == LatencyStatistic::count) return number(h.count());
  if (h.empty()) return none("has no samples");
  switch (statistic) {
    case LatencyStatistic::mean: return seconds_of(*h.mean());
    case LatencyStatistic::max: return seconds_of(*h.max());
    case LatencyStatistic::p50: return quantile(h, kP50);
    case LatencyStatistic::p90: return quantile(h, kP90);
    case LatencyStatistic::p99: return quantile(h, kP99);
    case LatencyStatistic::p999: return quantile(h, kP999);
    case LatencyStatistic::count: break;
  }
  return none("");
}

/// "rs2" takes in "rs2/eth0".
bool is_at(const std::string& place, const std::string& asked) {
  return place == asked || place.rfind(asked + "/", 0) == 0;
}

}  // namespace

Answer connections_attempted(const Scope& scope) {
  return number(connections_in(scope).outcomes.total());
}

Answer connections_established(const Scope& scope) {
  return number(connections_in(scope).established);
}

Answer connections_failed(const Scope& scope) {
  const ConnectionCell cell = connections_in(scope);
  if (!scope.cause) return number(cell.outcomes.failed());
  return number(cell.outcomes[*parse_outcome(*scope.cause)]);
}

Answer connections_failed_share(const Scope& scope) {
  const ConnectionCell cell = connections_in(scope);
  const std::uint64_t failed =
      scope.cause ? cell.outcomes[*parse_outcome(*scope.cause)] : cell.outcomes.failed();
  return ratio(failed, cell.outcomes.total(), "no connection was attempted");
}

Answer connections_ended(const Scope& scope, Outcome outcome) {
  return number(connections_in(scope).outcomes[outcome]);
}

Answer requests_attempted(const Scope& scope) {
  return of_requests(scope, [](const RequestCell& c) { return number(c.outcomes.total()); });
}

Answer requests_failed(const Scope& scope) {
  return of_requests(scope, [&](const RequestCell& c) {
    if (!scope.cause) return number(c.outcomes.failed());
    return number(c.outcomes[*parse_outcome(*scope.cause)]);
  });
}

Answer requests_failed_share(const Scope& scope) {
  return of_requests(scope, [&](const RequestCell& c) {
    const std::uint64_t failed =
        scope.cause ? c.outcomes[*parse_outcome(*scope.cause)] : c.outcomes.failed();
    return ratio(failed, c.outcomes.total(), "no request was attempted");
  });
}

Answer requests_ended(const Scope& scope, Outcome outcome) {
  return of_requests(scope, [&](const RequestCell& c) { return number(c.outcomes[outcome]); });
}

Answer requests_rate(const Scope& scope) {
  const double time = to_seconds(scope.span.length());
  if (time <= 0) return none("the time measured is empty");
  return of_requests(scope, [&](const RequestCell& c) {
    return number(static_cast<double>(c.outcomes[Outcome::completed]) / time);
  });
}

Answer goodput(const Scope& scope) {
  const double time = to_seconds(scope.span.length());
  if (time <= 0) return none("the time measured is empty");
  return of_requests(scope, [&](const RequestCell& c) {
    return number(static_cast<double>(c.completed_bytes) * 8 / time);
  });
}

Answer latency(const Scope& scope, LatencyKind kind, LatencyStatistic statistic) {
  if (scope.server) {
    if (kind != LatencyKind::response) {
      return none("only latency.response is kept by server");
    }
    return statistic_of(scope.tally.response(*scope.server), statistic);
  }
  const Selection selection = workloads_in(scope);
  if (!selection.reason.empty()) return none(selection.reason);
  Histogram sum;
  for (const std::size_t w : selection.workloads) sum.merge(scope.tally.latency(w, kind));
  return statistic_of(sum, statistic);
}

Answer server_share(const Scope& scope) {
  const std::string& host = server_of(scope).host;
  std::vector<ServiceAddress> targets;
  for (const ServiceFacts& service : scope.facts.services) {
    for (const DestinationFacts& d : service.destinations) {
      if (d.host != host) continue;
      targets.insert(targets.end(), service.addresses.begin(), service.addresses.end());
      break;
    }
  }
  std::uint64_t all = 0;
  for (std::size_t s = 0; s < scope.facts.servers.size(); ++s) {
    all += connections_in(scope, targets, s).outcomes.total();
  }
  return ratio(connections_in(scope, targets, scope.server).outcomes.total(), all,
               "no connection reached a server");
}

Answer server_connections(const Scope& scope) {
  return number(connections_in(scope).outcomes.total());
}

Answer server_requests(const Scope& scope) { return requests_attempted(scope); }

Answer server_busy(const Scope& scope) { return seconds_of(server_of(scope).busy); }

Answer server_utilisation(const Scope& scope) {
  const auto share = utilisation(server_of(scope), scope.facts.window);
  return share ? number(*share) : none("the server has no cores, or the time measured is empty");
}

Answer balance(const Scope& scope, BalanceLoad load, BalanceStatistic statistic) {
  const ServiceFacts* service = the_one(scope.facts.services, scope.service);
  if (service == nullptr) return none("say of which service: of: A:P/proto");
  const RunFacts& facts = scope.facts;
  const auto row =
      load == BalanceLoad::work
          ? work_balance(*service, facts)
          : connection_balance(*service,
                               load_of(*service, facts, scope.recorder.layout(), scope.tally));
  if (!row) return none("the servers of the service had no load");
  switch (statistic) {
    case BalanceStatistic::imbalance: return number(row->imbalance);
    case BalanceStatistic::cov: return number(row->cov);
    case BalanceStatistic::jain: return number(row->jain);
    case BalanceStatistic::chance: return number(row->chance.value_or(1.0));
  }
  return none("");
}

Answer capture_share(const Scope& scope) {
  const ServiceFacts* service = the_one(scope.facts.services, scope.service);
  if (service == nullptr) return none("say of which service: of: A:P/proto");
  if (!service->capture) return none("captured frames were not counted in this run");
  return ratio(service->capture->captured, service->capture->addressed,
               "no frame was sent to the service");
}

Answer director_utilisation(const Scope& scope) {
  return of_director(scope, [&](const DirectorFacts& d) {
    const auto share = utilisation(d, scope.facts.window);
    return share ? number(*share) : none("the director has no `cpu`, so it takes no time");
  });
}

Answer director_busy(const Scope& scope) {
  return of_director(scope, [](const DirectorFacts& d) { return seconds_of(d.all().cpu); });
}

Answer director_frames(const Scope& scope) {
  return of_director(scope, [](const DirectorFacts& d) { return number(d.all().frames); });
}

Answer director_bytes(const Scope& scope) {
  return of_director(scope, [](const DirectorFacts& d) { return number(d.all().bytes); });
}

Answer drops(const Scope& scope) {
  const auto cause = scope.cause ? parse_drop_cause(*scope.cause) : std::nullopt;
  std::uint64_t sum = 0;
  for (const DropFacts& row : scope.facts.drops) {
    if (scope.place && !is_at(row.place, *scope.place)) continue;
    if (cause ? row.cause == *cause : !is_routine(row.cause)) sum += row.count;
  }
  return number(sum);
}

std::optional<DropCause> parse_drop_cause(std::string_view text) {
  for (std::size_t i = 0; i < kDropCauseCount; ++i) {
    const auto cause = static_cast<DropCause>(i);
    if (name(cause) == text) return cause;
  }
  return std::nullopt;
}

}  // namespace lvs
