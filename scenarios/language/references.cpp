#include "scenarios/language/references.hpp"

#include <algorithm>

#include "scenarios/language/range.hpp"

namespace lvs::language {
namespace {

std::vector<std::string> host_names(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const Host& host : scenario.hosts) names.push_back(host.name.text);
  return names;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

ScenarioError unknown(const std::string& what, const Name& name,
                      const std::vector<std::string>& known) {
  return {name.where, "unknown " + what + " \"" + name.text + "\"" +
                          did_you_mean(name.text, known) + " (known: " + join(known) + ")"};
}

const Host& need_host(const Scenario& scenario, const Name& name) {
  for (const Host& host : scenario.hosts) {
    if (host.name.text == name.text) return host;
  }
  throw unknown("host", name, host_names(scenario));
}

bool is_network(const Scenario& scenario, const std::string& name) {
  return std::any_of(scenario.networks.begin(), scenario.networks.end(),
                     [&](const Network& network) { return network.name.text == name; });
}

/// Switches have a table of addresses, hosts have everything else.
void check_show(const Scenario& scenario, const Script& script, const Name& host) {
  const Step& step = script.steps.front();
  const bool of_switch = std::holds_alternative<BridgeFdbShow>(step.command);
  const auto network = std::find_if(scenario.networks.begin(), scenario.networks.end(),
                                    [&](const Network& n) { return n.name.text == host.text; });
  if (network == scenario.networks.end()) {
    if (of_switch) {
      throw ScenarioError(step.where(), "bridge: " + host.text +
                                            " has no bridge; the switches are the networks: "
                                            "host: NETWORK");
    }
    return;
  }
  if (!of_switch) {
    throw ScenarioError(step.where(), host.text + " is a network; it has `bridge fdb show` only");
  }
  if (network->kind == NetworkKind::cable) {
    throw ScenarioError(host.where, host.text + " is a cable: there is no switch on it");
  }
}

void check_event(const Scenario& scenario, const Event& event) {
  if (const auto* shows = std::get_if<ShowAction>(&event.action)) {
    if (!is_network(scenario, event.host.text)) need_host(scenario, event.host);
    return check_show(scenario, shows->script, event.host);
  }
  const Host& host = need_host(scenario, event.host);
  if (const auto* cable = std::get_if<CableAction>(&event.action)) {
    std::vector<std::string> nics;
    for (const Nic& nic : host.nics) nics.push_back(nic.name.text);
    if (!contains(nics, cable->nic.text)) throw unknown("nic", cable->nic, nics);
  }
  const bool serves = std::holds_alternative<ServerAction>(event.action) ||
                      std::holds_alternative<SpeedAction>(event.action);
  if (serves && host.serves.empty()) {
    throw ScenarioError(event.host.where, "the host \"" + host.name.text + "\" serves nothing");
  }
}

// A service A:P/proto, a host, HOST:NIC, a network or a group of clients.
void check_of(const Scenario& scenario, const Name& of) {
  const std::size_t slash = of.text.find('/');
  const bool service = slash != std::string::npos &&
                       parse_endpoint(std::string_view(of.text).substr(0, slash), false) &&
                       (of.text.substr(slash) == "/tcp" || of.text.substr(slash) == "/udp");
  if (service || is_network(scenario, of.text)) return;
  std::vector<std::string> known = host_names(scenario);
  for (const Host& host : scenario.hosts) {
    for (const Nic& nic : host.nics) {
      if (of.text == host.name.text + ":" + nic.name.text) return;
    }
  }
  for (const Network& network : scenario.networks) known.push_back(network.name.text);
  for (const ClientGroup& group : scenario.clients) known.push_back(group.name.text);
  if (contains(known, of.text)) return;
  throw ScenarioError(of.where, "\"" + of.text +
                                    "\" is no service A:P/tcp, host, HOST:NIC, network "
                                    "or group of clients" +
                                    did_you_mean(of.text, known));
}

void check_expectation(const Scenario& scenario, const Expectation& expectation) {
  if (const auto* metric = std::get_if<MetricExpectation>(&expectation.what)) {
    if (metric->of) check_of(scenario, *metric->of);
    return;
  }
  const auto& show = std::get<ShowExpectation>(expectation.what);
  if (!is_network(scenario, show.host.text)) need_host(scenario, show.host);
  check_show(scenario, show.show, show.host);
}

// The values a parameter takes in any variant: labels and values of the study, and that of `run`.
std::vector<std::string> possible_values(const Scenario& scenario, const Parameter& parameter) {
  std::vector<std::string> values{parameter.value};
  if (!scenario.study) return values;
  for (const VaryKey& key : scenario.study->vary) {
    if (key.parameter.text != parameter.name) continue;
    for (const VaryValue& value : key.values) {
      for (const std::string& text : {value.label, value.value}) {
        if (!contains(values, text)) values.push_back(text);
      }
    }
  }
  return values;
}

void check_condition(const Scenario& scenario, const Condition& condition) {
  std::vector<std::string> names;
  for (const Parameter& parameter : scenario.parameters) {
    names.push_back(parameter.name);
    if (parameter.name != condition.parameter) continue;
    const std::vector<std::string> values = possible_values(scenario, parameter);
    for (const std::string& value : condition.values) {
      if (contains(values, value)) continue;
      throw ScenarioError(condition.where, "when: " + condition.parameter + " is never \"" + value +
                                               "\"" + did_you_mean(value, values) +
                                               " (values: " + join(values) + ")");
    }
    return;
  }
  throw unknown("parameter", {condition.parameter, condition.where}, names);
}

}  // namespace

void check_references(const Scenario& scenario) {
  for (const Expectation& expectation : scenario.expect) {
    for (const Condition& condition : expectation.when) check_condition(scenario, condition);
  }
  for (const ClientGroup& group : scenario.clients) {
    for (const Name& name : group.hosts) need_host(scenario, name);
  }
  for (const Event& event : scenario.events) check_event(scenario, event);
  for (const Expectation& expectation : scenario.expect) check_expectation(scenario, expectation);
}

bool applies(const std::vector<Condition>& when, const Scenario& scenario) {
  for (const Condition& condition : when) {
    std::vector<std::string> names;  // what the value of this variant is called
    for (const Parameter& parameter : scenario.parameters) {
      if (parameter.name == condition.parameter) names.push_back(parameter.value);
    }
    if (scenario.study && !names.empty()) {
      for (const VaryKey& key : scenario.study->vary) {
        if (key.parameter.text != condition.parameter) continue;
        for (const VaryValue& value : key.values) {
          if (value.value == names.front()) names.push_back(value.label);
        }
      }
    }
    const auto holds = [&](const std::string& value) { return contains(names, value); };
    if (std::none_of(condition.values.begin(), condition.values.end(), holds)) return false;
  }
  return true;
}

}  // namespace lvs::language
