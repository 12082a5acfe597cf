// The whole input of one variant of a scenario, as plain values: parameters substituted, ranges and
// the `cluster:` shorthand expanded, every key of design.md 1.1 read, nothing interpreted.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/language/clients.hpp"
#include "scenarios/language/events.hpp"
#include "scenarios/language/topology.hpp"

namespace lvs::language {

struct Parameter {
  std::string name;
  std::string value;  ///< of this variant: the file's or the one set over it
  Where where;
  friend bool operator==(const Parameter&, const Parameter&) = default;
};

/// Measured are requests that arrive in [warmup, warmup + run).
struct TimePlan {
  Duration run{};
  std::optional<Duration> warmup;  ///< absent: auto
  Duration drain = seconds(10);
  Where where;
  friend bool operator==(const TimePlan&, const TimePlan&) = default;
};

enum class ClusterMode : std::uint8_t { nat, dr, tun, fullnat };

struct ClusterServer {
  std::int64_t weight = 1;
  Serve serve;  ///< `server:` with this server's own keys put over it
  friend bool operator==(const ClusterServer&, const ClusterServer&) = default;
};

/// The shorthand as written. load_scenario expands it and leaves the hosts and networks behind that
/// it stands for.
struct Cluster {
  ClusterMode mode = ClusterMode::nat;
  Name scheduler;
  ServiceAddress vip;
  std::vector<ClusterServer> real_servers;
  std::optional<Cpu> director_cpu;
  Where where;
  friend bool operator==(const Cluster&, const Cluster&) = default;
};

struct Scenario {
  Where file;  ///< the scenario file; other files are looked up beside it
  std::string name;
  std::string about;
  std::vector<Parameter> parameters;  ///< in file order
  TimePlan time;
  std::uint64_t seed = 1;
  std::vector<Network> networks;
  std::vector<Host> hosts;
  std::vector<ClientGroup> clients;
  std::vector<Event> events;  ///< in file order
  std::vector<Expectation> expect;
  std::optional<Study> study;
  friend bool operator==(const Scenario&, const Scenario&) = default;
};

/// Values for parameters, from `--set name=value`; an unknown name is an error.
using Overrides = std::map<std::string, std::string>;

/// Reads a scenario file. Throws ScenarioError for whatever is wrong with it.
Scenario load_scenario(const std::string& path, const Overrides& overrides = {});
/// The same for a text; `name` is used in messages, and its folder to look up other files.
Scenario load_scenario_text(const std::string& name, const std::string& text,
                            const Overrides& overrides = {});

/// Throws ScenarioError, by name and position, for the first thing in file order that the language
/// has but this version cannot simulate.
void check_supported(const Scenario& scenario);

/// Whether the conditions hold for this variant's parameters; values match by value or by label.
bool applies(const std::vector<Condition>& when, const Scenario& scenario);

}  // namespace lvs::language
