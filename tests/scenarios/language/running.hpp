// A scenario on the models: built, run, and asked what its hosts print.
#pragma once

#include <string>

#include "scenarios/language/build.hpp"

namespace lvs::language::testing {

/// Two hosts on one switch, with `setup` on a and `rest` behind the hosts.
inline std::string two_hosts(const std::string& setup, const std::string& rest = "") {
  std::string indented = "      ";
  for (const char c : setup) {
    indented += c;
    if (c == '\n') indented += "      ";
  }
  return "name: test\ntime: {warmup: 0s, run: 10s}\nnetworks: {lan: {rate: 1Gbit/s, delay: 50us}}\n"
         "hosts:\n  a:\n    nics: {eth0: lan}\n    setup: |\n" +
         indented + "\n  b: {nics: {eth0: lan}, setup: ip addr add 10.0.0.2/24 dev eth0}\n" + rest;
}

struct NullObserver final : Observer {
  void observe(const Record&) override {}
  void request_ended(const RequestEnd&) override {}
  void connection_ended(const ConnectionEnd&) override {}
};

struct Run {
  explicit Run(const std::string& text)
      : scenario(load_scenario_text("test.yaml", text)), simulation(scenario, {1, 0}) {
    simulation.start(observer, 0);
  }
  void until(Duration t) { simulation.world().run_until(kStart + t); }
  std::string shown(std::size_t i) const { return simulation.shown().at(i).text; }

  Scenario scenario;
  Simulation simulation;
  NullObserver observer;
};

/// What stops a run before it starts; "no error" if nothing does.
inline std::string run_error(const std::string& text) {
  try {
    Run run(text);
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return "no error";
}

/// What `command` prints on host a after `setup`, as an event of the first second shows it.
inline std::string printed(const std::string& setup, const std::string& command) {
  Run run(two_hosts(setup, "events:\n  - {at: 1s, host: a, show: \"" + command + "\"}\n"));
  run.until(seconds(2));
  return run.shown(0);
}

}  // namespace lvs::language::testing
