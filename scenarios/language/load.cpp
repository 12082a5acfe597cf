// load_scenario: from the file to the plain structs, section by section in the order that lets each
// check what it names.
#include <algorithm>
#include <cctype>

#include "scenarios/language/beside.hpp"
#include "scenarios/language/expand.hpp"
#include "scenarios/language/quantity.hpp"
#include "scenarios/language/read_sections.hpp"
#include "scenarios/language/references.hpp"
#include "scenarios/language/scenario.hpp"

namespace lvs::language {
namespace {

bool is_parameter_name(const std::string& name) {
  const auto legal = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
         std::all_of(name.begin(), name.end(), legal);
}

Parameter read_parameter(const YamlEntry& entry, const std::string& path) {
  if (entry.key == "i") {
    throw ScenarioError(entry.key_position, path,
                        "a parameter cannot be called i, the number of a host in a range");
  }
  if (!is_parameter_name(entry.key)) {
    throw ScenarioError(entry.key_position, path,
                        "\"" + entry.key +
                            "\" is no name of a parameter; expected letters, digits "
                            "and _, not beginning with a digit");
  }
  const std::string& value = need_scalar(entry.value);
  if (value.find("$(") != std::string::npos) {
    throw entry.value.error("the value of a parameter cannot refer to parameters");
  }
  return {entry.key, value, entry.value.where()};
}

// A study names values by their labels; so may --set.
std::string value_of_label(const YamlNode& root, const std::string& name,
                           const std::string& value) {
  const YamlNode* study = root.find("study");
  const YamlNode* vary = study == nullptr ? nullptr : study->find("vary");
  const YamlNode* values = vary == nullptr ? nullptr : vary->find(name);
  const YamlNode* labelled = values == nullptr ? nullptr : values->find(value);
  return labelled == nullptr ? value : need_scalar(*labelled);
}

std::vector<Parameter> read_parameters(const YamlNode& root, const Overrides& overrides) {
  std::vector<Parameter> parameters;
  std::vector<std::string> known;
  if (const YamlNode* node = root.find("parameters")) {
    for (const YamlEntry& entry : need_map(*node).entries) {
      parameters.push_back(read_parameter(entry, node->path));
      known.push_back(entry.key);
    }
  }
  for (const auto& [name, value] : overrides) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) {
      throw ScenarioError(
          {root.position.file, 0, 0}, "",
          "--set " + name + ": unknown parameter" + did_you_mean(name, known) +
              (known.empty() ? " (there are none)" : " (known: " + join(known) + ")"));
    }
    if (value.find("$(") != std::string::npos) {
      throw ScenarioError(
          {root.position.file, 0, 0}, "",
          "--set " + name + ": the value of a parameter cannot refer to parameters");
    }
    parameters[static_cast<std::size_t>(found - known.begin())].value =
        value_of_label(root, name, value);
  }
  return parameters;
}

TimePlan read_time(const YamlNode& node) {
  const MapReader map(node, {"run", "warmup", "drain"});
  TimePlan time;
  time.where = node.where();
  time.run = read_positive_duration(map.need("run"));
  const YamlNode* warmup = map.get("warmup");
  if (warmup != nullptr && need_scalar(*warmup) != "auto") time.warmup = read_duration(*warmup);
  if (const YamlNode* drain = map.get("drain")) time.drain = read_duration(*drain);
  if (time.run + time.warmup.value_or(Duration{}) + time.drain > kLongestRun) {
    throw node.error("warmup, run and drain are more than 30 days together");
  }
  return time;
}

// The name becomes a folder of results.
std::string read_scenario_name(const YamlNode& node) {
  const std::string& name = need_scalar(node);
  const auto legal = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  };
  if (name.empty() || name[0] == '.' || name[0] == '-' ||
      !std::all_of(name.begin(), name.end(), legal)) {
    throw node.error("\"" + name + "\" is no name; expected letters, digits, - _ and .");
  }
  return name;
}

class Loading {
 public:
  Loading(const YamlNode& root, const Overrides& overrides)
      : keys_(root, {"name", "about", "parameters", "time", "seed", "cluster", "networks", "hosts",
                     "clients", "events", "expect", "study"}) {
    scenario_.file = {{root.position.file, 0, 0}};
    scenario_.parameters = read_parameters(root, overrides);
    for (const Parameter& parameter : scenario_.parameters) {
      bindings_.parameters.emplace_back(parameter.name, parameter.value);
    }
  }

  Scenario run() {
    read_head();
    read_machines();
    if (const auto clients = section("clients")) scenario_.clients = read_clients(*clients);
    if (const auto events = section("events")) scenario_.events = read_events(*events, bindings_);
    if (const auto expect = section("expect")) {
      scenario_.expect = read_expectations(*expect, bindings_);
    }
    if (const YamlNode* study = keys_.get("study")) {
      scenario_.study = read_study(*study, scenario_.parameters);
    }
    check_references(scenario_);
    return std::move(scenario_);
  }

 private:
  std::optional<YamlNode> section(std::string_view key) const {
    const YamlNode* node = keys_.get(key);
    return node == nullptr ? std::nullopt : std::optional{substitute(*node, bindings_)};
  }

  void read_head() {
    scenario_.name = read_scenario_name(substitute(keys_.need("name"), bindings_));
    if (const auto about = section("about")) scenario_.about = need_scalar(*about);
    scenario_.time = read_time(substitute(keys_.need("time"), bindings_));
    if (const auto seed = section("seed")) {
      scenario_.seed = static_cast<std::uint64_t>(
          read_integer(*seed, 0, std::numeric_limits<std::int64_t>::max()));
    }
  }

  void read_machines() {
    if (const auto networks = section("networks")) scenario_.networks = read_networks(*networks);
    if (const auto cluster = section("cluster")) {
      expand_cluster(scenario_, read_cluster(*cluster));
    } else {
      keys_.need("networks");
      keys_.need("hosts");
    }
    if (const YamlNode* hosts = keys_.get("hosts"); hosts != nullptr) {
      read_hosts(*hosts, bindings_, scenario_.networks, scenario_.hosts);
    }
    number_hosts(scenario_.hosts);
    check_networks(scenario_.networks, scenario_.hosts);
  }

  MapReader keys_;
  Bindings bindings_;
  Scenario scenario_;
};

}  // namespace

Scenario load_scenario_text(const std::string& name, const std::string& text,
                            const Overrides& overrides) {
  const YamlNode root = parse_yaml(name, text);
  return Loading(root, overrides).run();
}

Scenario load_scenario(const std::string& path, const Overrides& overrides) {
  const std::optional<std::string> text = read_whole_file(path);
  if (!text) throw ScenarioError({path, 0, 0}, "", "cannot read the file");
  return load_scenario_text(path, *text, overrides);
}

}  // namespace lvs::language
