#include "scenarios/language/write.hpp"

#include "scenarios/language/quantity.hpp"
#include "scenarios/language/write_sections.hpp"
#include "scenarios/language/yaml_text.hpp"

namespace lvs::language {
namespace {

std::string write_head(const Scenario& scenario) {
  std::string text = "name: " + yaml_scalar(scenario.name) + "\n";
  if (!scenario.about.empty()) text += "about: " + yaml_quoted(scenario.about) + "\n";
  YamlFlow parameters;
  for (const Parameter& parameter : scenario.parameters) {
    parameters.add(parameter.name, yaml_scalar(parameter.value));
  }
  if (!parameters.empty()) text += "parameters: " + parameters.text() + "\n";
  YamlFlow time;
  time.add("run", write_duration(scenario.time.run));
  time.add("warmup", scenario.time.warmup ? write_duration(*scenario.time.warmup) : "auto");
  time.add("drain", write_duration(scenario.time.drain));
  text += "time: " + time.text() + "\n";
  return text + "seed: " + std::to_string(scenario.seed) + "\n";
}

template <class List, class Write>
std::string write_section(const std::string& key, const List& list, Write write) {
  if (list.empty()) return "";
  std::string text = key + ":\n";
  for (const auto& item : list) text += write(item);
  return text;
}

}  // namespace

std::string write_scenario(const Scenario& scenario) {
  std::string text = write_head(scenario);
  text += write_section("networks", scenario.networks, write_network);
  text += write_section("hosts", scenario.hosts,
                        [&](const Host& host) { return write_host(host, scenario.networks); });
  text += write_section("clients", scenario.clients, write_clients);
  text += write_section("events", scenario.events, write_event);
  text += write_section("expect", scenario.expect, write_expectation);
  if (scenario.study) text += write_study(*scenario.study);
  return text;
}

}  // namespace lvs::language
