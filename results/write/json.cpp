#include "results/write/json.hpp"

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "results/checks.hpp"
#include "results/write/csv.hpp"

namespace lvs {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json micros(const std::optional<Duration>& value) {
  return value ? Json(to_microseconds(*value)) : Json(nullptr);
}

/// The logarithms behind it may differ in the last bit from one C library to the next.
Json rounded(const std::optional<double>& value) {
  return value ? Json(std::round(*value * 1e6) / 1e6) : Json(nullptr);
}

Json parameters_of(const RunFacts& facts) {
  Json parameters = Json::object();
  for (const auto& [key, value] : facts.identity.parameters) parameters[key] = value;
  return parameters;
}

Json window_of(const RunWindow& window) {
  const TimeSpan measured = window.measured();
  return {{"from_s", to_seconds(measured.from - kStart)},
          {"until_s", to_seconds(measured.until - kStart)},
          {"warmup_s", to_seconds(window.warmup)},
          {"warmup_reason", window.warmup_reason},
          {"transient_s", to_seconds(window.transient)},
          {"too_short", window.too_short},
          {"ended_s", to_seconds(window.ended - kStart)},
          {"partial", window.partial}};
}

Json outcomes_of(const OutcomeCounts& counts) {
  Json json = {{"attempted", counts.total()}, {"failed", counts.failed()}};
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    json[std::string(name(static_cast<Outcome>(i)))] = counts.by[i];
  }
  return json;
}

Json latency_of(const LatencyFacts& latency) {
  Json json = {{"samples", latency.count}, {"mean_us", micros(latency.mean)}};
  const auto add = [&](const std::string& percentile, const Quantile& q) {
    json[percentile + "_us"] = micros(q.value);
    if (!q.value) json[percentile + "_needs_samples"] = q.needed;
  };
  add("p50", latency.p50);
  add("p90", latency.p90);
  add("p99", latency.p99);
  add("p999", latency.p999);
  json["max_us"] = micros(latency.max);
  return json;
}

Json workload_of(const WorkloadFacts& workload) {
  Json connections = outcomes_of(workload.connections);
  connections["established"] = workload.established;
  Json latency = Json::object();
  for (std::size_t k = 0; k < kLatencyKinds; ++k) {
    latency[std::string(name(static_cast<LatencyKind>(k)))] = latency_of(workload.latency[k]);
  }
  return {{"name", workload.name},
          {"connections", std::move(connections)},
          {"requests", outcomes_of(workload.requests)},
          {"latency", std::move(latency)}};
}

Json conversation_of(const ConversationFacts& c) {
  Json json = {{"id", c.id},
               {"client", c.client},
               {"from", to_string(c.from)},
               {"to", to_string(c.to)},
               {"outcome", name(c.outcome)}};
  const bool answered = c.outcome == ConversationFacts::Outcome::answered;
  json["server"] = answered ? Json(c.server) : Json(nullptr);
  json["server_port"] = answered ? Json(c.port.value) : Json(nullptr);
  json["error"] = c.error.empty() ? Json(nullptr) : Json(c.error);
  json["decided_s"] = c.decided ? Json(to_seconds(*c.decided - kStart)) : Json(nullptr);
  return json;
}

Json destination_of(const DestinationFacts& d) {
  return {{"address", to_string(d.address)},
          {"server", d.host},
          {"method", d.method},
          {"weight", d.weight},
          {"connections", d.connections},
          {"director_active", d.active},
          {"director_inactive", d.inactive},
          {"ipvs_conns", d.conns},
          {"ipvs_in_packets", d.in_packets},
          {"ipvs_out_packets", d.out_packets},
          {"ipvs_in_bytes", d.in_bytes},
          {"ipvs_out_bytes", d.out_bytes}};
}

Json service_of(const ServiceFacts& service) {
  Json json = {{"name", service.name},           {"director", service.director},
               {"scheduler", service.scheduler}, {"connections", service.connections},
               {"real_servers", Json::array()},  {"balance", Json::array()}};
  for (const DestinationFacts& d : service.destinations) {
    json["real_servers"].push_back(destination_of(d));
  }
  for (const BalanceFacts& row : service.balance) {
    json["balance"].push_back({{"load", row.load == BalanceLoad::work ? "work" : "connections"},
                               {"imbalance", row.imbalance},
                               {"chance", rounded(row.chance)},
                               {"cov", row.cov},
                               {"jain", row.jain}});
  }
  if (service.capture) {
    json["frames_addressed"] = service.capture->addressed;
    json["frames_captured"] = service.capture->captured;
  }
  return json;
}

Json server_of(const ServerFacts& server, const RunWindow& window) {
  return {{"name", server.host},
          {"cores", server.cores},
          {"cpu_busy_s", to_seconds(server.busy)},
          {"utilisation_share", or_null(utilisation(server, window))},
          {"connections", server.connections},
          {"requests", server.requests},
          {"sockets_established", server.sockets.established},
          {"sockets_other", server.sockets.other}};
}

Json flow_of(const FlowFacts& flow) {
  return {{"frames", flow.frames}, {"bytes", flow.bytes}, {"cpu_busy_s", to_seconds(flow.cpu)}};
}

Json director_of(const DirectorFacts& director, const RunWindow& window) {
  return {{"name", director.host},
          {"cores", director.cores},
          {"utilisation_share", or_null(utilisation(director, window))},
          {"requests", flow_of(director.requests)},
          {"replies", flow_of(director.replies)},
          {"other", flow_of(director.other)},
          {"ipvsadm_stats", director.listing}};
}

Json drops_of(const RunFacts& facts) {
  std::map<std::pair<std::string, DropCause>, std::uint64_t> sums;
  for (const DropFacts& d : facts.drops) {
    if (d.count > 0) sums[{d.place, d.cause}] += d.count;
  }
  Json rows = Json::array();
  for (const auto& [key, count] : sums) {
    rows.push_back({{"place", key.first},
                    {"cause", name(key.second)},
                    {"count", count},
                    {"routine", is_routine(key.second)}});
  }
  return rows;
}

Json health_change_of(const HealthChangeFacts& change) {
  constexpr std::array<std::string_view, 3> kReasons{"no_answer", "refused", "unreachable"};
  return {{"at_s", to_seconds(change.at - kStart)},
          {"server", change.host},
          {"address", to_string(change.server)},
          {"change", change.failed ? "failed" : "back"},
          {"reason",
           change.failed ? Json(kReasons[static_cast<std::size_t>(change.why)]) : Json(nullptr)},
          {"weight", change.weight},
          {"first_attempt_s", to_seconds(change.since - kStart)}};
}

Json health_of(const HealthFacts& health) {
  Json json = {{"service", health.service},
               {"director", health.director},
               {"action", health.action == HealthAction::remove ? "remove" : "weight"},
               {"attempts", health.attempts},
               {"failed_attempts", health.failures},
               {"changes", Json::array()}};
  for (const HealthChangeFacts& change : health.changes) {
    json["changes"].push_back(health_change_of(change));
  }
  return json;
}

Json check_of(const Check& check) {
  return {{"law", name(check.law)}, {"of", check.of},       {"what", check.what},
          {"one", check.one},       {"other", check.other}, {"allowed", check.allowed},
          {"holds", check.holds}};
}

Json verdict_of(const Verdict& verdict) {
  return {
      {"text", verdict.text},         {"holds", verdict.holds},   {"value", or_null(verdict.value)},
      {"measured", verdict.measured}, {"reason", verdict.reason}, {"source", verdict.source}};
}

template <class T, class... Rest>
Json array_of(const std::vector<T>& all, Json (*one)(const T&, const Rest&...),
              const Rest&... rest) {
  Json rows = Json::array();
  for (const T& item : all) rows.push_back(one(item, rest...));
  return rows;
}

/// Whatever bytes the scenario put into a name, the file is valid UTF-8.
std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string summary_json(const RunFacts& facts, const JsonOptions& options) {
  const ConservationFacts& c = facts.conservation;
  Json json = {{"scenario", facts.identity.scenario},
               {"about", facts.identity.about},
               {"parameters", parameters_of(facts)},
               {"seed", facts.identity.seed},
               {"window", window_of(facts.window)},
               {"client_groups", array_of(facts.workloads, workload_of)},
               {"conversations", array_of(facts.conversations, conversation_of)},
               {"services", array_of(facts.services, service_of)},
               {"servers", array_of(facts.servers, server_of, facts.window)},
               {"directors", array_of(facts.directors, director_of, facts.window)},
               {"frames",
                {{"sent", c.sent},
                 {"copied", c.copied},
                 {"delivered", c.delivered},
                 {"dropped", c.dropped},
                 {"in_flight", c.in_flight},
                 {"balanced", c.holds()}}},
               {"drops", drops_of(facts)},
               {"health", array_of(facts.health, health_of)},
               {"checks", array_of(self_checks(facts), check_of)},
               {"expectations", array_of(facts.verdicts, verdict_of)},
               {"notes", facts.notes}};
  if (options.timing) {
    json["timing"] = {{"wall_s", facts.cost.wall_s},
                      {"events", facts.cost.events},
                      {"peak_memory_bytes", facts.cost.peak_memory_bytes}};
  }
  return text_of(json);
}

std::string manifest_json(const RunFacts& facts) {
  return text_of({{"program", "lvsim"},
                  {"version", facts.identity.version},
                  {"scenario", facts.identity.scenario},
                  {"command", facts.identity.command},
                  {"seed", facts.identity.seed},
                  {"parameters", parameters_of(facts)},
                  {"partial", facts.window.partial}});
}

}  // namespace lvs
