// A recording written as a scenario: what `lvsim run` of it prints is what the kernel printed.
#include <catch2/catch.hpp>

#include "tests/tools/verify/recorded_script.hpp"
#include "tools/verify/listings.hpp"

namespace lvs::verify {
namespace {

class Nobody final : public Observer {
  void observe(const Record&) override {}
  void request_ended(const RequestEnd&) override {}
  void connection_ended(const ConnectionEnd&) override {}
};

TEST_CASE("the scenario of a recording lists what the kernel listed", "[ipvs][truth]") {
  const std::string name = GENERATE("dev-frames-nat-1", "dev-frames-dr-2", "dev-frames-tun-3",
                                    "dir-wheel", "dev-fwmark-sh-1");
  const RecordingFiles files = read_recording_files(script_file(name));
  const RecordingResult result = verify_recording(name, files);
  REQUIRE(result.equal());
  const std::string text = recording_scenario(files.recording, result.choices);
  const language::Scenario scenario = language::load_scenario_text(name + ".yaml", text);
  language::check_supported(scenario);
  language::Simulation simulation(scenario, {scenario.seed, 0});
  Nobody nobody;
  simulation.start(nobody, 0);
  simulation.world().run_until(simulation.times().latest_end());

  std::vector<std::string> recorded;
  for (const Operation& op : files.recording.operations) {
    if (op.kind == Operation::Kind::show) recorded.push_back(op.output);
  }
  for (const auto& [arguments, output] : files.recording.last) recorded.push_back(output);
  const std::vector<language::ShownText>& shown = simulation.shown();
  REQUIRE(shown.size() == recorded.size());
  for (std::size_t i = 0; i < shown.size(); ++i) {
    INFO(name << ": " << shown[i].command << " at " << shown[i].at);
    CHECK(compare_listings(recorded[i], shown[i].text).differences.empty());
  }
}

}  // namespace
}  // namespace lvs::verify
