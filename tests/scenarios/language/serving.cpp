// Every key of `serves`, from the file to the instants at which requests are answered.
#include <catch2/catch.hpp>

#include <map>

#include "tests/scenarios/language/failing_cluster.hpp"
#include "tests/scenarios/language/loading.hpp"

namespace lvs::language::testing {
namespace {

/// Two clients that connect at the same instants, 0, 1 and 2 s, for one request each.
std::string pairs(const std::string& serve, const std::string& client = "") {
  std::string text =
      "name: pairs\ntime: {warmup: 0s, run: 2500ms}\n"
      "networks: {lan: {rate: 1Gbit/s, delay: 50us}}\n"
      "hosts:\n"
      "  c: {nics: {eth0: lan}, setup: ip addr add 10.0.0.2/24 dev eth0, reply_jitter: 0us}\n"
      "  s:\n"
      "    nics: {eth0: lan}\n"
      "    reply_jitter: 0us\n"
      "    setup: ip addr add 10.0.0.1/24 dev eth0; ip addr add 10.0.0.9/24 dev eth0\n"
      "    serves: [{port: 80/tcp, response: 100B, " +
      serve + "}]\nclients:\n";
  for (const char* name : {"first", "second"}) {
    text += std::string("  ") + name +
            ": {host: c, target: 10.0.0.1:80/tcp, arrivals: {deterministic: 1/s}, request: 50B" +
            client + "}\n";
  }
  return text;
}

/// From the arrival of each request to its answer, the two of 0 s, of 1 s, of 2 s: in steps of
/// 5 ms, rounded down, for on its way a request spends some tenths of one.
std::vector<std::int64_t> responses(const std::string& text) {
  const Failing run(text);
  std::vector<std::int64_t> all(6, -1);
  for (const RequestEnd& r : run.requests) {
    if (r.number > 2 || r.last_byte == kNever) continue;
    all[2 * r.number + r.workload.index()] = (r.last_byte - r.arrival) / milliseconds(5) * 5;
  }
  return all;
}

using Milliseconds = std::vector<std::int64_t>;

Milliseconds thrice(std::int64_t first, std::int64_t second) {
  return {first, second, first, second, first, second};
}

}  // namespace

TEST_CASE("cores, discipline and speed make the instants that a hand computes",
          "[language][serves]") {
  struct Case {
    std::string serve;
    Milliseconds responses;
  };
  const auto c = GENERATE(values<Case>({
      {"service_time: 150ms", thrice(150, 300)},
      {"service_time: 150ms, discipline: fcfs, cores: 1", thrice(150, 300)},
      {"service_time: 150ms, discipline: ps", thrice(300, 300)},
      {"service_time: 150ms, cores: 2", thrice(150, 150)},
      {"service_time: 150ms, discipline: ps, cores: 2", thrice(150, 150)},
      {"service_time: 150ms, speed: 0.5", thrice(300, 600)},
      {"service_time: 150ms, speed: 2, discipline: ps", thrice(150, 150)},
      {"service_time: 150ms, accept: immediate, backlog: 1", thrice(150, 300)},
      // 3, 2.5 and 2 times the demand, at the start, after a quarter and after half of the ramp.
      {"service_time: 150ms, cores: 2, warm: {for: 4s, factor: 3}", {450, 450, 375, 375, 300, 300}},
  }));
  DYNAMIC_SECTION(c.serve) { CHECK(responses(pairs(c.serve)) == c.responses); }
}

TEST_CASE("a worker keeps its connection until it is closed", "[language][serves]") {
  // The client holds its connection for 400 ms behind the answer; the other waits in the backlog.
  const std::string hold = ", hold: 400ms";
  const std::string serve = "service_time: 10ms, cores: 3";
  CHECK(responses(pairs(serve, hold)) == thrice(10, 10));
  CHECK(responses(pairs(serve + ", workers: 2", hold)) == thrice(10, 10));
  CHECK(responses(pairs(serve + ", workers: 1", hold)) == thrice(10, 420));
}

TEST_CASE("a udp server has neither workers nor a backlog", "[language][serves]") {
  for (const std::string key : {"accept: immediate", "workers: 2", "backlog: 5"}) {
    std::string text = pairs("service_time: 1ms, " + key);
    text.replace(text.find("port: 80/tcp"), 12, "port: 80/udp");
    CHECK_THAT(error_of([&] { load_scenario_text("serving.yaml", text); }),
               Catch::Contains("serving.yaml:10:") &&
                   Catch::Contains("belongs to tcp: a udp server has no connections"));
  }
}

TEST_CASE("bind: listens on one address alone", "[language][serves]") {
  CHECK(responses(pairs("service_time: 1ms, bind: 10.0.0.1")) == thrice(0, 0));
  const Failing refused(pairs("service_time: 1ms, bind: 10.0.0.9"));
  CHECK(refused.outcomes({}, milliseconds(2'500)) == "6 refused_rst");
}

TEST_CASE("an empirical law gives each of its values as often as the others",
          "[language][serves]") {
  std::string text = pairs("service_time: {empirical: [20ms, 40ms]}, cores: 3");
  text.replace(text.find("run: 2500ms"), 11, "run: 30s");
  const Failing run(text);
  std::map<std::int64_t, int> seen;
  for (const RequestEnd& r : run.requests) {
    if (r.measured) ++seen[(r.last_byte - r.arrival) / milliseconds(10)];
  }
  CHECK(seen.size() == 2);
  CHECK(seen[2] > 10);
  CHECK(seen[4] > 10);
}

}  // namespace lvs::language::testing
