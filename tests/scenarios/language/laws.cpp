#include <catch2/catch.hpp>
#include <filesystem>

#include "scenarios/language/read_law.hpp"
#include "tests/scenarios/language/loading.hpp"

namespace lvs::language::testing {
namespace {

YamlNode node(const std::string& text) {
  return parse_yaml("f", "law: " + text + "\n").entries.at(0).value;
}

std::string time_law_error(const std::string& text) {
  return error_of([&] { read_duration_law(node(text)); });
}

// A folder with files beside a scenario, gone with the test.
struct Folder {
  std::filesystem::path path;

  // Below the folder the tests run in: several builds may test at once on one machine.
  Folder() : path(std::filesystem::current_path() / "laws-test-files") {
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name) << text;
  }
};

}  // namespace

TEST_CASE("each law keeps its parameters in its unit", "[language][law]") {
  CHECK(std::get<ConstantLaw<Duration>>(read_duration_law(node("3us")).form).value ==
        microseconds(3));
  CHECK(std::get<ConstantLaw<Duration>>(read_duration_law(node("{constant: 0s}")).form).value ==
        Duration{});
  CHECK(
      std::get<ExponentialLaw<ByteCount>>(read_size_law(node("{exponential: 12KiB}")).form).mean ==
      kibibytes(12));
  const auto uniform = std::get<UniformLaw<double>>(read_count_law(node("{uniform: [1, 5]}")).form);
  CHECK(uniform.low == 1.0);
  CHECK(uniform.high == 5.0);
  CHECK(std::get<ExponentialLaw<double>>(read_count_law(node("{exponential: 2.5}")).form).mean ==
        2.5);
  const auto gamma = read_duration_law(node("{gamma: {mean: 1ms, cv: 0.5}}"));
  CHECK(std::get<GammaLaw<Duration>>(gamma.form).cv == 0.5);
  const auto pareto = read_size_law(node("{pareto: {mean: 1KB, alpha: 1.1, max: 1MB}}"));
  CHECK(std::get<ParetoLaw<ByteCount>>(pareto.form).alpha == 1.1);
  CHECK(std::get<ParetoLaw<ByteCount>>(pareto.form).max == bytes(1'000'000));
}

TEST_CASE("laws that cannot be are refused", "[language][law]") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"{exponential: 0ms}", "law.exponential: \"0ms\" is zero; it must be above zero"},
      {"{uniform: [1ms]}", "law.uniform: expected two ends, as in [1, 3]"},
      {"{uniform: [2ms, 1ms]}", "law.uniform: the second end is below the first"},
      {"{uniform: 1ms}", "law.uniform: is a single value; expected a list [a, b]"},
      {"{lognormal: {mean: 1ms}}", "law.lognormal: the key \"cv\" is missing"},
      {"{lognormal: {mean: 1ms, cv: 0}}", "law.lognormal.cv: \"0\" is zero; it must be above zero"},
      {"{hyperexponential: {mean: 1ms, cv: 0.99}}", "law.hyperexponential.cv: \"0.99\" is below 1"},
      {"{pareto: {mean: 1ms, alpha: 2, max: 1ms}}", "law.pareto: max is not above mean"},
      {"{pareto: {mean: 1ms, alpha: 0, max: 2ms}}",
       "law.pareto.alpha: \"0\" is zero; it must be above zero"},
      {"{}", "law: expected one law, as in {exponential: …}"},
      {"[1ms]", "law: is a list; expected a map of keys and values"},
      {"{empirical: []}", "law.empirical: has no values"},
      {"{empirical: nofile}", "law.empirical: cannot read the file nofile"},
  };
  for (const auto& [text, message] : cases) {
    const std::string error = time_law_error(text);
    INFO(error);
    CHECK(error.substr(error.find("law")) == message);
  }
  CHECK(error_of([] { read_count_law(node("0")); }).find("0 is out of range") != std::string::npos);
  CHECK(error_of([] { read_count_law(node("2s")); }).find("not a bare whole number") !=
        std::string::npos);
}

TEST_CASE("an empirical law is read from a file beside the scenario", "[language][law]") {
  const Folder folder;
  folder.write("times.txt", "# measured\n 1ms\n\n2.5ms  # slow\n1ms\n");
  folder.write("bad.txt", "1ms\n  7\n");
  const auto scenario_with = [&](const std::string& file) {
    const std::string text = small(
        "  b: {nics: {eth0: lan}, serves: [{port: 80/tcp, response: 1B, service_time: "
        "{empirical: " +
        file + "}}]}\n");
    return load_scenario_text((folder.path / "s.yaml").string(), text);
  };
  const Scenario scenario = scenario_with("times.txt");
  const auto& law =
      std::get<EmpiricalLaw<Duration>>(scenario.hosts.at(1).serves.at(0).service_time.form);
  CHECK(law.values == std::vector<Duration>{milliseconds(1), microseconds(2500), milliseconds(1)});
  CHECK(error_of([&] { scenario_with("bad.txt"); }) ==
        (folder.path / "bad.txt").string() +
            ":2:3: \"7\" has no unit; expected a time such as 50us (units s ms us ns)");
  // What is written does not need the file.
  CHECK(load_scenario_text("elsewhere.yaml", write_scenario(scenario)) == scenario);
}

}  // namespace lvs::language::testing
