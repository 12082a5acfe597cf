#include "results/summary.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "tests/results/sample_run.hpp"

namespace lvs {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool has_line(const std::string& text, const std::string& line) {
  const auto lines = lines_of(text);
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the summary of two servers fits one screen of 100 columns", "[results][summary]") {
  const std::string text = summary_text(sample_run().facts);
  CHECK(lines_of(text).size() <= 45);
  for (const std::string& line : lines_of(text)) {
    INFO(line);
    CHECK(line.size() <= 100);
    CHECK((line.empty() || line.back() != ' '));
  }
}

TEST_CASE("the summary says who served whom, how fast, how evenly", "[results][summary]") {
  const std::string text = summary_text(sample_run().facts);
  INFO(text);
  CHECK(
      has_line(text,
               "Measured 60s (from 10s to 70s): 30 000 connections of one request each, 150 failed "
               "(150 timeout)."));
  CHECK(has_line(text,
                 "  rs2        90.0s       37.5 %  15 000  50.0 %  2: 66.7 %    15 000        2"
                 "    14 990     3      1"));
  CHECK(has_line(text, "  work: busiest 1.005 x mean, CoV 0.5 %, Jain 1.0000"));
  CHECK(contains(text, "busiest 1.333 x mean (random scheduler: 1.005)"));
  CHECK(has_line(text,
                 "    -> 192.168.184.130:80              17500   105000    87500  8750000 "
                 "12250000"));
  CHECK(contains(text, "director believes"));
  CHECK(has_line(text, "  rs1/eth0    150  queue_full (the queue of the link was full)"));
  CHECK(has_line(text, "Routine drops, as in any network: 12 not_for_this_mac."));
  CHECK(has_line(
      text, "  FAILS  server.share of rs2 between 66% and 67.4%  measured 50%  (nat.yaml:43:5)"));
  CHECK(has_line(text, "Seed 1. The same again: lvsim run scenarios/article/nat.yaml --seed 1"));
}

TEST_CASE("refused percentiles are a dash with the number they need", "[results][summary]") {
  SampleRun run = sample_run();
  for (LatencyFacts& l : run.facts.workloads[0].latency) {
    l.p99 = {std::nullopt, 1'000};
    l.p999 = {std::nullopt, 10'000};
  }
  const std::string text = summary_text(run.facts);
  INFO(text);
  CHECK(contains(text, "  300us    -      -   300us"));
  CHECK(has_line(text, "  -: too few samples for p99, which needs 1 000"));
  CHECK(has_line(text, "  -: too few samples for p99.9, which needs 10 000"));
}

TEST_CASE("a partial run and missing frames cannot be overlooked", "[results][summary]") {
  SampleRun run = sample_run();
  run.facts.window.partial = true;
  run.facts.window.ended = kStart + seconds(42);
  run.facts.conservation.delivered -= 1;
  const std::string text = summary_text(run.facts);
  CHECK(contains(lines_of(text).front(), "PARTIAL: stopped at 42s"));
  CHECK(contains(text, "FRAMES ARE MISSING"));
}

TEST_CASE("a server that is quiesced, unknown or without cores shows no invented numbers",
          "[results][summary]") {
  SampleRun run = sample_run();
  run.facts.services[0].destinations[0].weight = 0;
  run.facts.services[0].destinations[1].host = "";
  run.facts.servers[1].cores = 0;
  const std::string text = summary_text(run.facts);
  INFO(text);
  CHECK(contains(text, "0: none"));
  CHECK(contains(text, "192.168.184.129:80         -            -"));
  CHECK(contains(text, "Servers behind no virtual service:"));  // rs1, now nobody's destination
}

TEST_CASE("a run without director, drops or requests has a summary too", "[results][summary]") {
  const std::string text = summary_text(RunFacts{});
  CHECK(contains(text, "Lost: nothing."));
  CHECK(contains(text, "No latency: no connection was established."));
}

TEST_CASE("of a hundred real servers the first are shown and the rest are counted",
          "[results][summary]") {
  SampleRun run = sample_run();
  auto& destinations = run.facts.services[0].destinations;
  destinations.resize(100, destinations[0]);
  for (int i = 0; i < 98; ++i) {
    run.facts.directors[0].listing +=
        "  -> 192.168.184.131:80                  0        0        0        0        0\n";
  }
  const std::string text = summary_text(run.facts);
  CHECK(has_line(text, "    ... and 84 more servers in servers.csv"));
  CHECK(has_line(text, "    ... and 84 more rows in servers.csv"));
  CHECK(lines_of(text).size() < 80);
}

TEST_CASE("the summary has a line for each single connection", "[results][summary]") {
  RunFacts facts;
  facts.conversations = sample_conversations();
  const std::string text = summary_text(facts);
  INFO(text);
  CHECK(has_line(text, "  c1          10.0.0.1:4000  10.0.0.2:80/tcp  answered by rs2:8080"));
  CHECK(has_line(text, "  c2          10.0.0.1:4001  10.0.0.2:80/tcp  ECONNREFUSED"));
  CHECK(has_line(text, "  u1          10.0.0.1:4000  10.0.0.2:53/udp  pending when the run ended"));
  CHECK(has_line(text, "Measured 0s (from 0s to 0s); there are no groups of clients."));
  CHECK_FALSE(contains(text, "No latency"));
  CHECK_FALSE(contains(summary_text(sample_run().facts), "outcome"));
}

}  // namespace lvs
