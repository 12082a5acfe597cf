#include "results/checks.hpp"

#include <algorithm>

namespace lvs {
namespace {

using Ticks = detail::Int128;

double share(Ticks part, Ticks whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

Check counted_twice(Law law, std::string of, std::uint64_t one, std::uint64_t other,
                    std::string what) {
  return {law, std::move(of), static_cast<double>(one), static_cast<double>(other),
          0,   one == other,  std::move(what)};
}

Check little(std::string of, Ticks kept, Ticks told, Duration window, std::string what) {
  const Ticks whole = window.count();
  return {Law::little, std::move(of), share(kept, whole), share(told, whole),
          0,           kept == told,  std::move(what)};
}

Check utilisation_law(const ServerChecks& server, Duration window) {
  const Ticks capacity = static_cast<Ticks>(window.count()) * server.cores;
  const Ticks difference =
      server.busy > server.demand ? server.busy - server.demand : server.demand - server.busy;
  return {Law::utilisation,
          server.name,
          share(server.busy, capacity),
          share(server.demand, capacity),
          share(server.edges, capacity),
          difference <= server.edges,
          "share of its cores: busy, and throughput x mean demand"};
}

void add_group(std::vector<Check>& checks, const GroupChecks& group, const SelfCheckFacts& facts) {
  checks.push_back(counted_twice(Law::connections, group.name, group.connections_begun,
                                 group.connections_ended,
                                 "connections: begun, and ended or unfinished"));
  checks.push_back(counted_twice(Law::requests, group.name, group.requests_begun,
                                 group.requests_ended,
                                 "requests: attempted, and completed, failed or unfinished"));
  if (facts.window == Duration{}) return;
  checks.push_back(little(group.name, group.time_open, group.time_told, facts.window,
                          "requests open on average: counted, and rate x mean time"));
}

void add_server(std::vector<Check>& checks, const ServerChecks& server,
                const SelfCheckFacts& facts) {
  checks.push_back(counted_twice(Law::requests, server.name, server.taken,
                                 server.answered + server.given_up + server.present,
                                 "requests: taken, and answered, given up or still there"));
  if (facts.window == Duration{}) return;
  checks.push_back(little(server.name, server.time_queued, server.time_served, facts.window,
                          "requests in the server on average: counted, and rate x mean time"));
  if (!server.speed_changed) checks.push_back(utilisation_law(server, facts.window));
}

}  // namespace

std::string_view name(Law law) {
  switch (law) {
    case Law::frames: return "frames";
    case Law::connections: return "connections";
    case Law::requests: return "requests";
    case Law::little: return "little";
    case Law::utilisation: return "utilisation";
  }
  return "";
}

std::vector<Check> self_checks(const RunFacts& facts) {
  std::vector<Check> checks;
  const ConservationFacts& c = facts.conservation;
  checks.push_back(counted_twice(Law::frames, "", c.sent + c.copied,
                                 c.delivered + c.dropped + c.in_flight,
                                 "frames: sent and copied, and delivered, dropped or in flight"));
  for (const GroupChecks& group : facts.checks.groups) add_group(checks, group, facts.checks);
  for (const ServerChecks& server : facts.checks.servers) {
    add_server(checks, server, facts.checks);
  }
  return checks;
}

bool all_hold(const std::vector<Check>& checks) {
  return std::all_of(checks.begin(), checks.end(), [](const Check& c) { return c.holds; });
}

}  // namespace lvs
