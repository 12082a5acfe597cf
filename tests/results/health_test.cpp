// What a run says of its directors' health checks.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "results/metrics.hpp"
#include "results/summary.hpp"
#include "results/write/json.hpp"
#include "tests/results/sample_run.hpp"

namespace lvs {
namespace {

HealthFacts sample_health() {
  HealthFacts health;
  health.service = "10.1.10.3:80/tcp";
  health.director = "director";
  health.timeout = seconds(3);
  health.attempts = 21;
  health.failures = 5;
  const Endpoint rs1{ipv4(192, 168, 184, 129), {80}};
  const Endpoint rs2{ipv4(192, 168, 184, 130), {80}};
  const auto at = [](int ms) { return kStart + milliseconds(ms); };
  health.changes = {
      {at(27'004), rs2, "rs2", true, HealthFailure::no_answer, 2, at(12'004)},
      {at(30'000), rs1, "rs1", true, HealthFailure::refused, 1, at(27'000)},
      {at(40'020), rs2, "rs2", false, HealthFailure::no_answer, 2, at(40'019)},
      {at(50'000), rs2, "rs2", true, HealthFailure::unreachable, 2, at(50'000)},
      {at(56'000), rs2, "rs2", false, HealthFailure::no_answer, 2, at(56'000)},
  };
  return health;
}

}  // namespace

TEST_CASE("the summary says what health checks did and when", "[results][health]") {
  RunFacts facts = sample_run().facts;
  facts.health = {sample_health()};
  const std::string text = summary_text(facts);
  CHECK_THAT(text,
             Catch::Contains("\nHealth of 10.1.10.3:80/tcp: 21 attempts from director, 5 failed\n"
                             "  rs2 (192.168.184.130:80) failed at 27.004s, removed: no answer in "
                             "3s, the first time 15.0s before\n"
                             "  rs1 (192.168.184.129:80) failed at 30.000s, removed: refused, the "
                             "first time 3.00s before\n"));
  CHECK_THAT(text, Catch::Contains("failed at 50.000s, removed: unreachable\n"));
  CHECK_THAT(text,
             Catch::Contains("  rs2 (192.168.184.130:80) back at 40.020s: added at the head of "
                             "the list with weight 2\n"));
  facts.health[0].action = HealthAction::weight;
  CHECK_THAT(summary_text(facts), Catch::Contains("failed at 27.004s, weight 0: no answer") &&
                                      Catch::Contains("back at 40.020s: weight 2\n"));
  facts.health[0].changes.clear();
  CHECK_THAT(summary_text(facts), Catch::Contains("every server stayed as it was"));
  facts.health[0].changes.assign(20, sample_health().changes[0]);
  CHECK_THAT(summary_text(facts), Catch::Contains("... and 8 more changes in summary.json"));
}

TEST_CASE("summary.json has every change of health", "[results][health]") {
  RunFacts facts = sample_run().facts;
  facts.health = {sample_health()};
  const auto json = nlohmann::json::parse(summary_json(facts, {}));
  REQUIRE(json["health"].size() == 1);
  const auto& health = json["health"][0];
  CHECK(health["service"] == "10.1.10.3:80/tcp");
  CHECK(health["action"] == "remove");
  CHECK(health["attempts"] == 21);
  REQUIRE(health["changes"].size() == 5);
  const auto& first = health["changes"][0];
  CHECK(first["at_s"].get<double>() == Approx(27.004));
  CHECK(first["server"] == "rs2");
  CHECK(first["address"] == "192.168.184.130:80");
  CHECK(first["change"] == "failed");
  CHECK(first["reason"] == "no_answer");
  CHECK(first["first_attempt_s"].get<double>() == Approx(12.004));
  CHECK(health["changes"][2]["change"] == "back");
  CHECK(health["changes"][2]["reason"].is_null());
  CHECK(health["changes"][3]["reason"] == "unreachable");
}

TEST_CASE("health has metrics by service and by server", "[results][health]") {
  SampleRun run = sample_run();
  run.facts.health = {sample_health()};
  const auto value = [&](const std::string& metric, std::optional<std::string> of) {
    return evaluate({metric, of, {}, {}}, run.facts, *run.recorder);
  };
  CHECK(value("health.failures", {}).value == 3);
  CHECK(value("health.failures", "rs2").value == 2);
  CHECK(value("health.failures", "10.1.10.3:80/tcp").value == 3);
  CHECK(value("health.returns", "rs1").value == 0);
  CHECK(value("health.returns", {}).value == 2);
  CHECK(value("health.failed_at", "rs2").value == Approx(27.004));
  CHECK(value("health.failed_at", "rs1").value == Approx(30.0));
  CHECK(value("health.back_at", {}).value == Approx(56.0));
  CHECK(value("health.back_at", "rs1").reason == "no server came back by a health check");
  run.facts.health.clear();
  CHECK(value("health.failures", {}).reason == "no director has `health`");
}

}  // namespace lvs
