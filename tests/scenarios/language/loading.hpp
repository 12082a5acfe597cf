// What the tests of the language share: the example files and the errors of wrong input.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "scenarios/language/scenario.hpp"
#include "scenarios/language/write.hpp"

namespace lvs::language::testing {

inline std::string example_path(const std::string& name) {
  return std::string(LVSIM_SOURCE_DIR) + "/tests/scenarios/language/data/" + name + ".yaml";
}

inline std::string example_text(const std::string& name) {
  std::ifstream in(example_path(name));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The message of the ScenarioError that `run` throws; "no error" when it throws none.
template <class Run>
std::string error_of(Run run) {
  try {
    run();
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return "no error";
}

/// As a command would see it: read and checked for what can be simulated.
inline std::string loading_error(const std::string& name, const std::string& text,
                                 const Overrides& overrides = {}) {
  return error_of([&] { check_supported(load_scenario_text(name, text, overrides)); });
}

/// An example with one place changed.
struct NearMiss {
  const char* example;
  const char* was;
  const char* is;
  const char* message;  ///< without the leading "EXAMPLE.yaml:"
};

inline std::string error_of_near_miss(const NearMiss& miss) {
  std::string text = example_text(miss.example);
  const std::size_t at = text.find(miss.was);
  if (at == std::string::npos) return "the example does not have the text to change";
  text.replace(at, std::string(miss.was).size(), miss.is);
  return loading_error(std::string(miss.example) + ".yaml", text);
}

/// The smallest scenario, with `rest` behind it.
inline std::string small(const std::string& rest) {
  return "name: small\n"
         "time: {run: 1s}\n"
         "networks: {lan: {rate: 1Gbit/s, delay: 0us}}\n"
         "hosts:\n"
         "  a: {nics: {eth0: lan}}\n" +
         rest;
}

}  // namespace lvs::language::testing
