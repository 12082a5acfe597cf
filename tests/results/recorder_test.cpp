#include "results/recorder.hpp"

#include <catch2/catch.hpp>

#include "sim/check.hpp"

namespace lvs {
namespace {

constexpr HostId kRs1{4};
constexpr HostId kRs2{7};
const ServiceAddress kVip{{ipv4(10, 1, 10, 3), {80}}, Protocol::tcp};
const ServiceAddress kOtherVip{{ipv4(10, 1, 10, 4), {80}}, Protocol::tcp};

RecorderPlan plan() {
  RecorderPlan plan;
  plan.workloads = {{"web", {kVip, kOtherVip}}, {"upload", {kVip}}};
  plan.servers = {kRs1, kRs2};
  plan.measured = {kStart + seconds(10), kStart + seconds(20)};
  plan.end = kStart + seconds(30);
  return plan;
}

RunFacts facts_of_plan() {
  RunFacts facts;
  facts.window.warmup = seconds(10);
  facts.window.run = seconds(10);
  facts.servers.resize(2);
  facts.servers[0].host = "rs1";
  facts.servers[0].id = kRs1;
  facts.servers[1].host = "rs2";
  facts.servers[1].id = kRs2;
  return facts;
}

RequestEnd request(Time arrival, HostId server, Outcome outcome = Outcome::completed) {
  RequestEnd r;
  r.workload = WorkloadId{0};
  r.server = server;
  r.measured = true;
  r.outcome = outcome;
  r.arrival = arrival;
  r.response_bytes = 1'000;
  if (outcome == Outcome::completed) {
    r.sent = arrival + milliseconds(1);
    r.first_byte = arrival + milliseconds(4);
    r.last_byte = arrival + milliseconds(6);
  }
  return r;
}

ConnectionEnd connection(Time arrival, HostId server, Outcome outcome = Outcome::completed) {
  ConnectionEnd c;
  c.workload = WorkloadId{0};
  c.server = server;
  c.target = kVip;
  c.measured = true;
  c.outcome = outcome;
  c.arrival = c.syn_sent = arrival;
  c.established = arrival + milliseconds(1);
  c.ended = arrival + milliseconds(9);
  return c;
}

constexpr Time at(std::int64_t ms) { return kStart + milliseconds(ms); }

}  // namespace

TEST_CASE("each latency is measured between the instants of its definition",
          "[results][recorder]") {
  Recorder recorder(plan());
  recorder.request_ended(request(at(12'000), kRs1));
  recorder.connection_ended(connection(at(12'000), kRs1));
  const Tally& tally = recorder.measured();
  CHECK(tally.latency(0, LatencyKind::connect).max() == milliseconds(1));
  CHECK(tally.latency(0, LatencyKind::first_byte).max() == milliseconds(3));  // since it was sent
  CHECK(tally.latency(0, LatencyKind::response).max() == milliseconds(5));
  CHECK(tally.latency(0, LatencyKind::total).max() == milliseconds(9));
  CHECK(tally.latency(1, LatencyKind::response).empty());
  CHECK(tally.response(0).count() == 1);
  CHECK(tally.response(1).empty());
}

TEST_CASE("a failed request is counted and has no latency", "[results][recorder]") {
  Recorder recorder(plan());
  recorder.request_ended(request(at(12'000), kRs1, Outcome::timeout));
  auto broken = connection(at(12'000), kRs1, Outcome::timeout);
  recorder.connection_ended(broken);
  broken.outcome = Outcome::connect_timeout;
  broken.established = kNever;
  broken.server = HostId{};
  recorder.connection_ended(broken);
  CHECK(recorder.measured().requests(0, 0).outcomes[Outcome::timeout] == 1);
  CHECK(recorder.measured().requests(0, 0).completed_bytes == 0);
  CHECK(recorder.measured().latency(0, LatencyKind::response).empty());
  CHECK(recorder.measured().latency(0, LatencyKind::total).empty());
  CHECK(recorder.measured().latency(0, LatencyKind::connect).count() == 1);  // it was established
}

TEST_CASE("UDP has no connect latency", "[results][recorder]") {
  RecorderPlan udp = plan();
  const ServiceAddress dns{{ipv4(10, 1, 10, 3), {53}}, Protocol::udp};
  udp.workloads = {{"dns", {dns}}};
  Recorder recorder(udp);
  auto exchange = connection(at(12'000), kRs1);
  exchange.target = dns;
  recorder.connection_ended(exchange);
  CHECK(recorder.measured().latency(0, LatencyKind::connect).empty());
  CHECK(recorder.measured().latency(0, LatencyKind::total).count() == 1);
}

TEST_CASE("what was not measured is in the series and in no summary", "[results][recorder]") {
  Recorder recorder(plan());
  auto early = request(at(9'999), kRs1);
  early.measured = false;
  recorder.request_ended(early);
  CHECK(recorder.measured().requests(0, 0).outcomes.total() == 0);
  CHECK(recorder.series().at(9, 0).requests[Outcome::completed] == 1);
}

TEST_CASE("a measured arrival outside the measured time stops the run", "[results][recorder]") {
  Recorder recorder(plan());
  CHECK_THROWS_AS(recorder.request_ended(request(at(20'000), kRs1)), InternalError);
  CHECK_NOTHROW(recorder.request_ended(request(at(10'000), kRs1)));
}

TEST_CASE("a window takes what arrives from its first instant until before its last",
          "[results][recorder]") {
  RecorderPlan with = plan();
  const TimeSpan odd{at(12'345), at(12'678)};
  with.windows = {odd, odd};
  Recorder recorder(with);
  for (const std::int64_t ms : {12'344, 12'345, 12'677, 12'678}) {
    recorder.connection_ended(connection(at(ms), kRs2));
  }
  REQUIRE(recorder.window(odd) != nullptr);
  CHECK(recorder.window(odd)->connections(0, 1).outcomes.total() == 2);
  CHECK(recorder.window({at(0), at(1)}) == nullptr);
}

TEST_CASE("the series counts ends in the bin of the arrival, and completions in their own",
          "[results][recorder]") {
  Recorder recorder(plan());
  recorder.request_ended(request(at(12'998), kRs2));  // ends at 13.004 s
  recorder.connection_ended(connection(at(12'998), kRs2, Outcome::reset));
  const Series& series = recorder.series();
  CHECK(series.bin() == seconds(1));
  CHECK(series.at(12, 1).requests[Outcome::completed] == 1);
  CHECK(series.at(12, 1).finished == 0);
  CHECK(series.at(13, 1).finished == 1);
  CHECK(series.at(12, 1).connections[Outcome::reset] == 1);
  const auto means = series.mean_response({at(11'000), at(14'000)});
  REQUIRE(means.size() == 3);
  CHECK(means[0] == 0);
  CHECK(means[1] == Approx(0.005));
  CHECK(means[2] == means[1]);  // nothing arrived: the last one stands
}

TEST_CASE("a very long run has longer bins and no more memory", "[results][recorder]") {
  RecorderPlan month = plan();
  month.end = kStart + kLongestRun;
  const Recorder recorder(month);
  CHECK(recorder.series().bin() == seconds(50));  // 2 592 000 s, 3 places: 20 s would be too many
  CHECK(recorder.series().bins() * 3 <= Series::kMostCells);
}

TEST_CASE("servers, services and client groups are filled in from the same connections",
          "[results][recorder]") {
  Recorder recorder(plan());
  for (int i = 0; i < 3; ++i) recorder.connection_ended(connection(at(12'000), kRs1));
  recorder.connection_ended(connection(at(12'000), kRs2));
  auto other = connection(at(12'000), kRs2);
  other.target = kOtherVip;
  recorder.connection_ended(other);
  auto upload = connection(at(12'000), kRs2, Outcome::reset);
  upload.workload = WorkloadId{1};
  recorder.connection_ended(upload);
  auto lost = connection(at(12'000), HostId{}, Outcome::connect_timeout);
  lost.established = kNever;
  recorder.connection_ended(lost);
  recorder.request_ended(request(at(12'000), kRs2, Outcome::reset));

  RunFacts facts = facts_of_plan();
  facts.services.resize(1);
  facts.services[0].addresses = {kVip};
  facts.services[0].destinations.resize(2);
  facts.services[0].destinations[0].host = "rs2";
  facts.services[0].destinations[1].host = "rs1";
  recorder.fill(facts);
  recorder.fill(facts);  // twice is as good as once

  REQUIRE(facts.workloads.size() == 2);
  CHECK(facts.workloads[0].connections.total() == 6);
  CHECK(facts.workloads[0].established == 5);
  CHECK(facts.workloads[0].connections.failed() == 1);
  CHECK(facts.workloads[1].connections[Outcome::reset] == 1);
  CHECK(facts.servers[0].connections == 3);
  CHECK(facts.servers[1].connections == 3);
  CHECK(facts.servers[1].requests == 1);
  CHECK(facts.services[0].connections == 5);  // not the one to the other address, nor the lost one
  CHECK(facts.services[0].destinations[0].connections == 2);
  CHECK(facts.services[0].destinations[1].connections == 3);
  REQUIRE(facts.services[0].balance.size() == 1);  // no busy time, no row of work
  CHECK(facts.services[0].balance[0].imbalance == Approx(1.2));
  CHECK(facts.services[0].balance[0].chance == Approx(1.375));  // 5 on 2: (2*5 + 10*4 + 20*3)/80
}

TEST_CASE("a host with two ports in a service is counted once", "[results][recorder]") {
  Recorder recorder(plan());
  recorder.connection_ended(connection(at(12'000), kRs1));
  RunFacts facts = facts_of_plan();
  facts.services.resize(1);
  facts.services[0].addresses = {kVip};
  facts.services[0].destinations.resize(2);
  facts.services[0].destinations[0].host = "rs1";
  facts.services[0].destinations[1].host = "rs1";
  recorder.fill(facts);
  CHECK(facts.services[0].destinations[0].connections == 1);
  CHECK(facts.services[0].destinations[1].connections == 0);
  CHECK(facts.services[0].connections == 1);
}

TEST_CASE("work is balanced by capacity, whatever the weights", "[results][recorder]") {
  const Recorder recorder(plan());
  RunFacts facts = facts_of_plan();
  facts.servers[0].cores = 2;
  facts.servers[0].busy = seconds(3);
  facts.servers[1].cores = 6;
  facts.servers[1].busy = seconds(9);
  facts.services.resize(1);
  facts.services[0].destinations.resize(2);
  facts.services[0].destinations[0].host = "rs1";
  facts.services[0].destinations[1].host = "rs2";
  recorder.fill(facts);
  REQUIRE(facts.services[0].balance.size() == 1);
  CHECK(facts.services[0].balance[0].load == BalanceLoad::work);
  CHECK(facts.services[0].balance[0].imbalance == 1);
  facts.services[0].destinations[1].weight = 0;  // quiesced: rs1 alone is perfectly balanced
  facts.servers[1].busy = seconds(60);
  recorder.fill(facts);
  CHECK(facts.services[0].balance[0].imbalance == 1);
}

TEST_CASE("MSER-5 takes a slow start out of the measured statistics", "[results][recorder]") {
  RecorderPlan automatic = plan();
  automatic.measured = {kStart, kStart + seconds(80)};
  automatic.end = kStart + seconds(80);
  automatic.drops_transient = true;
  Recorder recorder(automatic);
  for (std::int64_t s = 0; s < 80; ++s) {
    auto r = request(at(s * 1'000 + 500), kRs1);
    r.last_byte = r.first_byte + (s < 12 ? seconds(30 - s) : milliseconds(10 + s % 3));
    recorder.request_ended(r);
  }
  CHECK(recorder.measured().requests(0, 0).outcomes.total() == 80);
  const Transient transient = recorder.drop_transient();
  CHECK(transient.dropped == seconds(16));  // three batches of five bins: 15 s, in slices of 4 s
  CHECK_FALSE(transient.too_short);
  CHECK(recorder.measured().requests(0, 0).outcomes.total() == 64);
  CHECK(*recorder.measured().latency(0, LatencyKind::response).max() < seconds(1));
}

}  // namespace lvs
