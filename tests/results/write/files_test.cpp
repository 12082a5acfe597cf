#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "results/write/json.hpp"
#include "results/write/tables.hpp"
#include "tests/results/sample_run.hpp"

namespace lvs {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::size_t cells_in(const std::string& line) {
  return static_cast<std::size_t>(std::count(line.begin(), line.end(), ',')) + 1;
}

}  // namespace

TEST_CASE("every line of a CSV file has the cells of its header", "[results][write]") {
  const SampleRun run = sample_run();
  for (const std::string& file : {servers_csv(run.facts), latency_csv(run.facts, *run.recorder),
                                  series_csv(run.facts, *run.recorder)}) {
    const auto lines = lines_of(file);
    INFO(lines[0]);
    REQUIRE(lines.size() > 2);
    for (const std::string& line : lines) CHECK(cells_in(line) == cells_in(lines[0]));
    CHECK(file.back() == '\n');
  }
}

TEST_CASE("servers.csv has what the director believes beside the servers' own sockets",
          "[results][write]") {
  SampleRun run = sample_run();
  run.facts.services[0].destinations.pop_back();
  const auto lines = lines_of(servers_csv(run.facts));
  REQUIRE(lines.size() == 3);
  CHECK(lines[1] ==
        "10.1.10.3:80/tcp,rs2,192.168.184.130:80,Masq,2,1,15000,0.5,15000,90,4,0.375,3,1,2,14990,"
        "17500,105000,87500,8750000,12250000");
  CHECK(lines[2] == ",rs1,,,,,15000,,15000,89.1,4,0.37125,3,1,,,,,,,");
}

TEST_CASE("latency.csv has percentiles and a distribution that ends at the maximum",
          "[results][write]") {
  const SampleRun run = sample_run();
  const auto lines = lines_of(latency_csv(run.facts, *run.recorder));
  CHECK(lines[1] == "web,connect,mean,,300,30000,");
  CHECK(lines[5] == "web,connect,percentile,99.9,300,30000,");
  CHECK(lines[6] == "web,connect,max,,300,30000,");
  CHECK(lines[7] == "web,connect,ccdf,,300,30000,0");
  CHECK(lines.back() == "web,total,ccdf,,11540,29850,0");
}

TEST_CASE("series.csv has a line for each second and server until the run ended",
          "[results][write]") {
  const SampleRun run = sample_run();
  const auto lines = lines_of(series_csv(run.facts, *run.recorder));
  CHECK(lines.size() == 1 + 72 * 3);
  CHECK(lines[0].rfind("start_s,length_s,server,connections_arrived,requests_arrived,", 0) == 0);
  // Second 10: 250 requests each, of those of rs1 three (k = 1, 201, 401) too late
  // and two (497, 499) done in the next; the others take 1200 us + 10 us * k.
  CHECK(lines[1 + 10 * 3] ==
        "10,1,rs1,250,250,245,247,0,0,0,0,0,3,0,247,0,0,0,0,0,3,0,3705.951417");
  CHECK(lines[1 + 10 * 3 + 2] == "10,1,none,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,");
}

TEST_CASE("names with commas and quotes stay one cell", "[results][write]") {
  SampleRun run = sample_run();
  run.facts.workloads[0].name = "web, \"fast\"";
  CHECK(lines_of(latency_csv(run.facts, *run.recorder))[1] ==
        "\"web, \"\"fast\"\"\",connect,mean,,300,30000,");
}

TEST_CASE("summary.json holds the facts, and nothing that differs from machine to machine",
          "[results][write]") {
  SampleRun run = sample_run();
  run.facts.workloads[0].latency[0].p999 = {std::nullopt, 10'000};
  const std::string text = summary_json(run.facts);
  const auto json = nlohmann::json::parse(text);
  CHECK(json["seed"] == 1);
  CHECK(json["client_groups"][0]["connections"]["timeout"] == 150);
  CHECK(json["client_groups"][0]["latency"]["connect"]["mean_us"] == 300);
  CHECK(json["client_groups"][0]["latency"]["connect"]["p999_us"].is_null());
  CHECK(json["client_groups"][0]["latency"]["connect"]["p999_needs_samples"] == 10'000);
  CHECK(json["services"][0]["real_servers"][0]["server"] == "rs2");
  CHECK(json["services"][0]["balance"][1]["imbalance"].get<double>() == Approx(4.0 / 3));
  CHECK(json["servers"][1]["utilisation_share"] == 0.375);
  CHECK(json["directors"][0]["requests"]["frames"] == 180'000);
  REQUIRE(json["drops"].size() == 3);  // the two rows of one place and cause are one
  CHECK(json["drops"][1]["count"] == 150);
  CHECK(json["frames"]["balanced"] == true);
  CHECK(json["expectations"][0]["holds"] == false);
  CHECK_FALSE(json.contains("timing"));

  run.facts.cost.wall_s = 99;
  CHECK(summary_json(run.facts) == text);
  const auto timed = nlohmann::json::parse(summary_json(run.facts, {.timing = true}));
  CHECK(timed["timing"]["wall_s"] == 99);
}

TEST_CASE("summary.json says what became of each single connection", "[results][write]") {
  RunFacts facts;
  facts.conversations = sample_conversations();
  const auto rows = nlohmann::json::parse(summary_json(facts))["conversations"];
  REQUIRE(rows.size() == 3);
  CHECK(rows[0]["id"] == "c1");
  CHECK(rows[0]["client"] == "client");
  CHECK(rows[0]["from"] == "10.0.0.1:4000");
  CHECK(rows[0]["to"] == "10.0.0.2:80/tcp");
  CHECK(rows[0]["outcome"] == "answered");
  CHECK(rows[0]["server"] == "rs2");
  CHECK(rows[0]["server_port"] == 8080);
  CHECK(rows[0]["error"].is_null());
  CHECK(rows[0]["decided_s"] == 1.5);
  CHECK(rows[1]["outcome"] == "failed");
  CHECK(rows[1]["server"].is_null());
  CHECK(rows[1]["error"] == "ECONNREFUSED");
  CHECK(rows[2]["outcome"] == "pending");
  CHECK(rows[2]["error"].is_null());
  CHECK(rows[2]["decided_s"].is_null());
  CHECK(nlohmann::json::parse(summary_json(sample_run().facts))["conversations"].empty());
}

TEST_CASE("the same run writes the same bytes", "[results][write]") {
  const SampleRun a = sample_run();
  const SampleRun b = sample_run();
  CHECK(summary_json(a.facts) == summary_json(b.facts));
  CHECK(manifest_json(a.facts) == manifest_json(b.facts));
  CHECK(latency_csv(a.facts, *a.recorder) == latency_csv(b.facts, *b.recorder));
  CHECK(series_csv(a.facts, *a.recorder) == series_csv(b.facts, *b.recorder));
}

TEST_CASE("a name that is not UTF-8 does not break the files", "[results][write]") {
  SampleRun run = sample_run();
  run.facts.identity.about = "caf\xe9";
  CHECK_NOTHROW(nlohmann::json::parse(summary_json(run.facts)));
}

}  // namespace lvs
