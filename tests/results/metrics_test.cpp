#include "results/metrics.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/results/sample_run.hpp"

namespace lvs {
namespace {

const SampleRun& sample() {
  static const SampleRun run = sample_run();
  return run;
}

Answer ask(const Question& question) {
  return evaluate(question, sample().facts, *sample().recorder);
}

double value(const Question& question) {
  const Answer answer = ask(question);
  INFO(question.metric << ": " << answer.reason);
  REQUIRE(answer.value);
  return *answer.value;
}

Claim claim(std::string metric, Comparison comparison, ClaimValue low, ClaimValue high = {}) {
  Claim c;
  c.metric = std::move(metric);
  c.comparison = comparison;
  c.low = low;
  c.high = high;
  return c;
}

constexpr ClaimValue count(double n) { return {n, ValueUnit::number}; }

}  // namespace

TEST_CASE("metrics.md is the table of metrics.cpp", "[results][metrics]") {
  std::ifstream file(std::string(LVSIM_SOURCE_DIR) + "/results/metrics.md");
  std::ostringstream text;
  text << file.rdbuf();
  CHECK(text.str() == metrics_markdown());
}

TEST_CASE("every metric has a name of its own, a definition, and an answer in a real run",
          "[results][metrics]") {
  std::set<std::string> names;
  for (const Metric& m : metrics()) {
    INFO(m.name);
    CHECK(names.insert(m.name).second);
    CHECK_FALSE(m.definition.empty());
    CHECK(find_metric(m.name) == &m);
    Question question{m.name, {}, {}, {}};
    if (m.needs_of) question.of = "rs2";
    const Answer answer = ask(question);
    // The sample counts no captured frames, and its director checks nobody's health.
    const bool counted = m.name != "capture_share" && m.name.rfind("health.", 0) != 0;
    CHECK(answer.value.has_value() == counted);
    CHECK(answer.value.has_value() == answer.reason.empty());
    CHECK(metrics_listing().find("\n" + m.name + " ") != std::string::npos);
  }
  CHECK(find_metric("connections.borked") == nullptr);
}

TEST_CASE("metrics give the numbers of the sample run", "[results][metrics]") {
  struct Case {
    Question question;
    double expected;
  };
  const auto c = GENERATE(values<Case>({
      {{"connections.attempted", {}, {}, {}}, 30'000},
      {{"connections.failed", {}, {}, {}}, 150},
      {{"connections.failed", {}, "timeout", {}}, 150},
      {{"connections.failed", {}, "reset", {}}, 0},
      {{"connections.failed", "rs1", {}, {}}, 150},
      {{"connections.failed", "rs2", {}, {}}, 0},
      {{"connections.failed_share", "web", {}, {}}, 0.005},
      {{"connections.established", "10.1.10.3:80/tcp", {}, {}}, 30'000},
      {{"requests.completed", "rs2", {}, {}}, 15'000},
      {{"requests.timeout", {}, {}, {}}, 150},
      {{"requests.rate", {}, {}, {}}, 497.5},
      {{"goodput", {}, {}, {}}, 29'850 * 12'288.0 * 8 / 60},
      {{"latency.connect.mean", {}, {}, {}}, 300e-6},
      {{"latency.response.max", {}, {}, {}}, 11.19e-3},
      {{"latency.response.max", "rs2", {}, {}}, 11.18e-3},
      {{"server.share", "rs2", {}, {}}, 0.5},
      {{"server.connections", "rs1", {}, {}}, 15'000},
      {{"server.busy", "rs1", {}, {}}, 89.1},
      {{"server.utilisation", "rs2", {}, {}}, 0.375},
      {{"balance.imbalance", {}, {}, {}}, 4.0 / 3},
      {{"balance.jain", "10.1.10.3:80/tcp", {}, {}}, 0.9},
      {{"balance.work.imbalance", {}, {}, {}}, 90 / 89.55},
      {{"director.frames", {}, {}, {}}, 330'012},
      {{"director.bytes", "director", {}, {}}, 405'000'720},
      {{"director.cpu.utilisation", {}, {}, {}}, 0.330012 / 60},
      {{"drops", {}, {}, {}}, 153},
      {{"drops", {}, "queue_full", {}}, 150},
      {{"drops", {}, "not_for_this_mac", {}}, 12},
      {{"drops", "rs1", {}, {}}, 150},
      {{"drops", "rs1/eth0", {}, {}}, 150},
      {{"drops", "rs", {}, {}}, 0},
  }));
  DYNAMIC_SECTION(c.question.metric << " of " << c.question.of.value_or("all") << " by "
                                    << c.question.cause.value_or("any")) {
    CHECK(value(c.question) == Approx(c.expected).epsilon(1e-9));
  }
}

TEST_CASE("percentiles are within 0.1 % of those of the sample run", "[results][metrics]") {
  // Response times are 1.2 ms + 10 us * (k mod 1000), but for the late ones (k mod 200 = 1).
  CHECK(value({"latency.response.p99", {}, {}, {}}) == Approx(11.10e-3).epsilon(0.002));
  CHECK(value({"latency.connect.p50", {}, {}, {}}) == Approx(300e-6));
}

TEST_CASE("during: counts what arrived in the span, to the instant", "[results][metrics]") {
  const TimeSpan span{kStart + milliseconds(20'500), kStart + milliseconds(30'500)};
  CHECK(value({"connections.attempted", {}, {}, span}) == 5'000);
  CHECK(value({"server.connections", "rs2", {}, span}) == 2'500);
  CHECK(value({"connections.failed", {}, "timeout", span}) == 25);
  CHECK(value({"requests.rate", {}, {}, span}) == Approx(497.5));
  CHECK(value({"balance.imbalance", {}, {}, span}) == Approx(4.0 / 3));
  const TimeSpan unplanned{kStart, kStart + seconds(1)};
  CHECK_FALSE(ask({"connections.attempted", {}, {}, unplanned}).value);
  CHECK_FALSE(ask({"drops", {}, {}, span}).value);
}

TEST_CASE("balance during: is of the connections of the span", "[results][metrics]") {
  RecorderPlan plan;
  plan.workloads = {{"web", {sample_vip()}}};
  plan.servers = {kSampleRs1, kSampleRs2};
  plan.measured = {kStart, kStart + seconds(2)};
  plan.end = kStart + seconds(2);
  const TimeSpan second_half{kStart + seconds(1), kStart + seconds(2)};
  plan.windows = {second_half};
  Recorder recorder(plan);
  ConnectionEnd c;
  c.workload = WorkloadId{0};
  c.target = sample_vip();
  c.measured = true;
  for (int i = 0; i < 20; ++i) {  // one after the other, then rs2 alone
    c.server = i < 10 && i % 2 == 0 ? kSampleRs1 : kSampleRs2;
    c.arrival = c.syn_sent = c.established = c.ended = kStart + milliseconds(100) * i;
    recorder.connection_ended(c);
  }
  RunFacts facts = sample().facts;
  facts.window.warmup = Duration{};
  facts.window.run = seconds(2);
  facts.services[0].destinations[0].weight = 1;
  recorder.fill(facts);
  CHECK(evaluate({"balance.imbalance", {}, {}, {}}, facts, recorder).value == 1.5);
  CHECK(evaluate({"balance.imbalance", {}, {}, second_half}, facts, recorder).value == 2.0);
  CHECK(evaluate({"server.share", "rs1", {}, {}}, facts, recorder).value == 0.25);
  CHECK(evaluate({"server.share", "rs1", {}, second_half}, facts, recorder).value == 0.0);
}

TEST_CASE("a question about nothing that exists has no value and says why", "[results][metrics]") {
  CHECK(ask({"connections.failed", "rs9", {}, {}}).reason ==
        "no service, server, client group is called \"rs9\"");
  CHECK(ask({"latency.connect.p50", "rs1", {}, {}}).reason ==
        "no service, client group is called \"rs1\"");
  CHECK(ask({"no.such", {}, {}, {}}).reason == "there is no such metric");
  CHECK(ask({"capture_share", {}, {}, {}}).reason ==
        "captured frames were not counted in this run");
}

TEST_CASE("a claim fails with the value that was measured, or with the reason why there is none",
          "[results][metrics]") {
  const SampleRun& run = sample();
  const Verdict failed =
      judge(claim("connections.failed", Comparison::equals, count(0)), run.facts, *run.recorder);
  CHECK_FALSE(failed.holds);
  CHECK(failed.text == "connections.failed equals 0");
  CHECK(failed.measured == "150");

  Claim share =
      claim("server.share", Comparison::between, {0.5, ValueUnit::share}, {0.6, ValueUnit::share});
  share.of = "rs2";
  const Verdict held = judge(share, run.facts, *run.recorder);
  CHECK(held.holds);  // the ends belong to it
  CHECK(held.text == "server.share of rs2 between 50% and 60%");
  CHECK(held.measured == "50%");
}

TEST_CASE("a percentile with too few samples fails, it does not pass", "[results][metrics]") {
  RecorderPlan plan;
  plan.workloads = {{"web", {sample_vip()}}};
  plan.measured = {kStart, kStart + seconds(1)};
  plan.end = kStart + seconds(1);
  Recorder recorder(plan);
  RunFacts facts;
  facts.window.run = seconds(1);
  recorder.fill(facts);
  const Verdict none = judge(
      claim("latency.response.p99", Comparison::at_most, {1, ValueUnit::time}), facts, recorder);
  CHECK_FALSE(none.holds);
  CHECK(none.reason == "has no samples");
  const Verdict share =
      judge(claim("connections.failed_share", Comparison::at_most, {1, ValueUnit::share}), facts,
            recorder);
  CHECK_FALSE(share.holds);
  CHECK(share.reason == "no connection was attempted");

  RequestEnd r;
  r.workload = WorkloadId{0};
  r.measured = true;
  r.arrival = r.sent = kStart;
  r.first_byte = r.last_byte = kStart + milliseconds(1);
  for (int i = 0; i < 999; ++i) recorder.request_ended(r);
  const Claim p99 = claim("latency.response.p99", Comparison::at_most, {1, ValueUnit::time});
  CHECK(judge(p99, facts, recorder).reason == "has 999 samples, and this percentile needs 1 000");
  recorder.request_ended(r);
  CHECK(judge(p99, facts, recorder).holds);
}

TEST_CASE("each comparison treats its bound as its name says", "[results][claim]") {
  struct Case {
    Comparison comparison;
    bool below, at, above;
  };
  const auto c = GENERATE(values<Case>({{Comparison::at_most, true, true, false},
                                        {Comparison::at_least, false, true, true},
                                        {Comparison::below, true, false, false},
                                        {Comparison::above, false, false, true},
                                        {Comparison::equals, false, true, false},
                                        {Comparison::between, false, true, true}}));
  const Claim bound = claim("drops", c.comparison, count(5), count(9));
  CHECK(satisfies(bound, 4) == c.below);
  CHECK(satisfies(bound, 5) == c.at);
  CHECK(satisfies(bound, 6) == c.above);
  CHECK(satisfies(claim("drops", Comparison::between, count(5), count(9)), 9));
  CHECK_FALSE(satisfies(claim("drops", Comparison::between, count(5), count(9)), 9.5));
}

TEST_CASE("what is wrong with a claim is said before any run", "[results][metrics]") {
  const auto problem = [](Claim c, auto change) {
    change(c);
    return problem_with(c);
  };
  const Claim good = claim("connections.failed", Comparison::equals, count(0));
  CHECK(problem_with(good).empty());
  CHECK(problem(good, [](Claim& c) { c.metric = "conections.failed"; }) ==
        "there is no metric \"conections.failed\"; `lvsim list metrics` has them all");
  CHECK(problem(good, [](Claim& c) { c.low.unit = ValueUnit::share; }) ==
        "connections.failed is a number: write it as 20");
  CHECK(problem(good, [](Claim& c) { c.metric = "latency.response.p99"; }) ==
        "latency.response.p99 is a time: write it as 5ms");
  CHECK(problem(good, [](Claim& c) {
          c.cause = "completed";
        }).find("there are refused_rst refused_icmp") != std::string::npos);
  CHECK(problem(good, [](Claim& c) { c.metric = "server.connections"; }) ==
        "server.connections needs of: server");
  CHECK_FALSE(problem(good, [](Claim& c) { c.at = kStart; }).empty());
  CHECK_FALSE(problem(good, [](Claim& c) { c.during = TimeSpan{}; }).empty());
  CHECK(problem(good, [](Claim& c) {
          c.metric = "drops";
          c.during = TimeSpan{kStart, kStart + seconds(1)};
        }) == "drops is of the whole run only: it cannot have during:");
  CHECK_FALSE(problem(good, [](Claim& c) {
                c.comparison = Comparison::between;
                c.low.value = 2;
                c.high = count(1);
              }).empty());
}

}  // namespace lvs
