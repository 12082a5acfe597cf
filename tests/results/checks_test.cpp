// The self-checks: each law is violated on purpose, by a number that the run got wrong.
#include "results/checks.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <nlohmann/json.hpp>

#include "results/summary.hpp"
#include "results/write/json.hpp"
#include "tests/results/sample_run.hpp"

namespace lvs {
namespace {

constexpr detail::Int128 kSecond = seconds(1).count();

/// 60 s: 4 requests open on average; a server of 4 cores, busy for 89.1 s, that answered as much
/// but for 0.1 s at the edges.
RunFacts consistent() {
  RunFacts facts = sample_run().facts;
  GroupChecks group;
  group.name = "web";
  group.connections_begun = group.connections_ended = 30'500;
  group.requests_begun = group.requests_ended = 31'000;
  group.time_open = group.time_told = 240 * kSecond;
  ServerChecks server;
  server.name = "rs1:80/tcp";
  server.cores = 4;
  server.taken = 15'000;
  server.answered = 14'900;
  server.given_up = 98;
  server.present = 2;
  server.time_queued = server.time_served = 120 * kSecond;
  server.busy = 89'100 * kSecond / 1000;
  server.demand = 89'000 * kSecond / 1000;
  server.edges = 100 * kSecond / 1000;
  facts.checks = {seconds(60), {group}, {server}};
  return facts;
}

std::vector<Check> failing(const RunFacts& facts) {
  std::vector<Check> out;
  for (const Check& check : self_checks(facts)) {
    if (!check.holds) out.push_back(check);
  }
  return out;
}

}  // namespace

TEST_CASE("a run whose numbers agree says nothing of self-checks but in summary.json",
          "[results][checks]") {
  const RunFacts facts = consistent();
  CHECK(all_hold(self_checks(facts)));
  CHECK(summary_text(facts).find("CHECK") == std::string::npos);
  const auto json = nlohmann::json::parse(summary_json(facts, {}));
  REQUIRE(json["checks"].size() == 7);
  for (const auto& check : json["checks"]) CHECK(check["holds"] == true);
  const auto& little = json["checks"][3];
  CHECK(little["law"] == "little");
  CHECK(little["of"] == "web");
  CHECK(little["one"] == 4.0);
  CHECK(little["other"] == 4.0);
}

TEST_CASE("each violation is printed with both values", "[results][checks]") {
  struct Case {
    std::string name;
    std::function<void(RunFacts&)> wrong;
    Law law;
    std::string of;
    std::string printed;
  };
  const auto c = GENERATE(values<Case>({
      {"a connection whose end was never told",
       [](RunFacts& f) { --f.checks.groups[0].connections_ended; }, Law::connections, "web",
       "30500 and 30499"},
      {"a request told twice", [](RunFacts& f) { ++f.checks.groups[0].requests_ended; },
       Law::requests, "web", "31000 and 31001"},
      {"one tick of one request", [](RunFacts& f) { f.checks.groups[0].time_told -= 1; },
       Law::little, "web", "4 and 3.99999"},
      {"requests that count too long", [](RunFacts& f) { f.checks.groups[0].time_told *= 2; },
       Law::little, "web", "4 and 8"},
      {"a request lost in a server", [](RunFacts& f) { f.checks.servers[0].present = 1; },
       Law::requests, "rs1:80/tcp", "15000 and 14999"},
      {"a queue that forgets one", [](RunFacts& f) { f.checks.servers[0].time_queued /= 2; },
       Law::little, "rs1:80/tcp", "1 and 2"},
      {"cores busy a tick longer than the edges allow",
       [](RunFacts& f) { f.checks.servers[0].busy += 1; }, Law::utilisation, "rs1:80/tcp",
       "0.37125"},
      {"demand that nobody worked off", [](RunFacts& f) { f.checks.servers[0].demand *= 2; },
       Law::utilisation, "rs1:80/tcp", "0.37125"},
  }));
  DYNAMIC_SECTION(c.name) {
    RunFacts facts = consistent();
    c.wrong(facts);
    const std::vector<Check> failed = failing(facts);
    REQUIRE(failed.size() == 1);
    CHECK(failed[0].law == c.law);
    CHECK(failed[0].of == c.of);
    CHECK_FALSE(all_hold(self_checks(facts)));
    const std::string text = summary_text(facts);
    CHECK_THAT(text, Catch::Contains("SELF-CHECKS FAIL") && Catch::Contains(c.printed) &&
                         Catch::Contains(std::string(name(c.law)) + " of " + c.of));
    const auto json = nlohmann::json::parse(summary_json(facts, {}));
    std::size_t wrong = 0;
    for (const auto& check : json["checks"]) wrong += check["holds"] == false ? 1 : 0;
    CHECK(wrong == 1);
  }
}

TEST_CASE("a run that was stopped has no window to hold laws against", "[results][checks]") {
  RunFacts facts = consistent();
  facts.checks.window = {};
  facts.checks.groups[0].time_told = 0;
  facts.checks.servers[0].busy = 0;
  CHECK(self_checks(facts).size() == 4);
  CHECK(all_hold(self_checks(facts)));
}

TEST_CASE("where the speed changed, demands do not tell how busy cores were", "[results][checks]") {
  RunFacts facts = consistent();
  facts.checks.servers[0].busy *= 2;
  facts.checks.servers[0].speed_changed = true;
  CHECK(all_hold(self_checks(facts)));
}

TEST_CASE("missing frames are a check that fails, told once", "[results][checks]") {
  RunFacts facts = consistent();
  ++facts.conservation.sent;
  CHECK(failing(facts).size() == 1);
  const std::string text = summary_text(facts);
  CHECK_THAT(text, Catch::Contains("FRAMES ARE MISSING") && !Catch::Contains("SELF-CHECKS"));
}

TEST_CASE("the part of a request inside the window counts, whenever it began and ended",
          "[results][checks]") {
  RecorderPlan plan;
  plan.workloads = {{"web", {sample_vip()}}};
  plan.measured = {kStart + seconds(10), kStart + seconds(20)};
  plan.presence = {kStart + seconds(10), kStart + seconds(20)};
  plan.end = kStart + seconds(30);
  Recorder recorder(plan);
  const auto end = [&](int from, int until) {
    RequestEnd r;
    r.workload = WorkloadId{0};
    r.outcome = Outcome::timeout;
    r.arrival = kStart + seconds(from);
    r.ended = kStart + seconds(until);
    recorder.request_ended(r);
    return recorder.ended(WorkloadId{0}).request_time / kSecond;
  };
  CHECK(end(2, 9) == 0);
  CHECK(end(8, 12) == 2);
  CHECK(end(13, 14) == 3);
  CHECK(end(19, 25) == 4);
  CHECK(end(5, 28) == 14);
  CHECK(end(21, 22) == 14);
  CHECK(recorder.ended(WorkloadId{0}).requests == 6);
}

}  // namespace lvs
