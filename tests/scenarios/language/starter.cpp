// What `lvsim new` writes. That its expectations hold is asked of the program itself, by
// tests/project/scenarios_hold.
#include "scenarios/language/starter.hpp"

#include <catch2/catch.hpp>

#include "tests/scenarios/language/loading.hpp"
#include "tests/scenarios/language/running.hpp"

namespace lvs::language::testing {

TEST_CASE("a first scenario is short, keeps to 100 columns and needs no other mode to be read",
          "[language][new]") {
  const auto mode = GENERATE(from_range(mode_names()));
  const std::string text = starter_scenario(mode, "mine.yaml").value();
  CHECK(std::count(text.begin(), text.end(), '\n') <= 30);
  CHECK(text.find("lvsim run mine.yaml") != std::string::npos);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 100);
  const Scenario scenario = load_scenario_text("mine.yaml", text);
  check_supported(scenario);
  CHECK(scenario.name == "first-" + mode);
  CHECK(scenario.parameters.front().value == mode);
}

TEST_CASE("a first scenario of one mode becomes any other by --set mode", "[language][new]") {
  const auto mode = GENERATE(from_range(mode_names()));
  const auto other = GENERATE(from_range(mode_names()));
  const Scenario changed =
      load_scenario_text("a.yaml", starter_scenario(mode, "a.yaml").value(), {{"mode", other}});
  const Scenario own = load_scenario_text("a.yaml", starter_scenario(other, "a.yaml").value());
  CHECK(changed.hosts == own.hosts);
  CHECK(changed.clients == own.clients);
}

TEST_CASE("a first scenario runs and shows its director's table", "[language][new]") {
  const auto mode = GENERATE(from_range(mode_names()));
  Run run(starter_scenario(mode, "a.yaml").value());
  run.until(seconds(31));
  CHECK_THAT(run.shown(0), Catch::Contains("TCP  10.1.10.3:80 rr\n"));
}

TEST_CASE("there is no first scenario of an unknown mode", "[language][new]") {
  CHECK_FALSE(starter_scenario("NAT", "a.yaml").has_value());
  CHECK_FALSE(starter_scenario("", "a.yaml").has_value());
}

}  // namespace lvs::language::testing
